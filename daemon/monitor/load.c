/* load.c - see load.h. */
#include "monitor/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/units.h"
#include "model/ring.h"
#include "model/role.h"
#include "monitor/shared.h"

struct policy *
load(const char *file, nstime now, struct compile_ifaces *keep, struct conf **conf,
    struct conf_errors *e)
{
	struct compile_ifaces numbers = { 0 };
	struct conf *c = conf_read(file, e);
	struct policy *p;

	if (!c)
		return NULL;
	if (keep)
		numbers = *keep;
	p = compile(c, now, &numbers, e);
	if (p && keep)
		*keep = numbers;
	if (p && conf)
		*conf = c;
	else
		conf_free(c);
	return p;
}

/* Prints into FD, which stays open. 0 or -errno. */
static int
print_into(int fd, const struct conf *c)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *f = own < 0 ? NULL : fdopen(own, "w");
	int r;

	if (!f) {
		r = -errno;
		if (own >= 0)
			close(own);
		return r;
	}
	(void)setvbuf(f, NULL, _IOFBF, 1 << 18); /* else it is slower */
	errno = EIO;
	conf_print_whole(f, c);
	r = ferror(f) ? -errno : 0;
	if (fclose(f) != 0 && r == 0)
		r = -errno;
	return r;
}

int
load_text(const struct conf *c, uint32_t *size)
{
	int fd = memory_open("segaudit-text"), r;
	struct stat st = { .st_size = 0 };

	if (fd < 0)
		return fd;
	r = print_into(fd, c);
	if (r == 0)
		r = memory_seal(fd);
	if (r == 0 && (fstat(fd, &st) < 0 || st.st_size > UINT32_MAX))
		r = -EFBIG;
	*size = (uint32_t)st.st_size;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

void
load_say_errors(const struct conf_errors *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		fprintf(stderr, "%s\n", e->text[i]);
}

struct load_memory
load_memory(const struct policy *p, const struct load_own *own)
{
	struct load_memory m = { .policy = p->size };

	for (uint16_t i = 0; i < p->nifaces; i++)
		m.interfaces += policy_iface(p, i)->used;
	m.flows = (uint64_t)own->flows * p->workers;
	m.rings = (uint64_t)(ring_bytes(p->ring) + RING_CONTROL) * p->workers;
	m.records = (uint64_t)SHARED_WORKER_BYTES * p->workers;
	m.sums = HUB_KEEP;
	m.capture = p->capture_buffer * m.interfaces;
	m.roles = (uint64_t)own->worker * p->workers + own->capture + sizeof(struct capture_shm) +
		  own->hub;
	m.total = m.flows + m.rings + m.records + m.sums + m.capture + m.roles + m.policy;
	return m;
}

/* One key that differs: its running value is kept. */
static void
kept_number(const char *key, uint64_t new, uint64_t old)
{
	if (new != old)
		log_warn("%s: %llu waits for a restart; %llu stays until then", key,
		    (unsigned long long)new, (unsigned long long)old);
}

static void
kept_size(const char *key, uint64_t new, uint64_t old)
{
	char a[UNIT_TEXT], b[UNIT_TEXT];

	if (new != old)
		log_warn("%s: \"%s\" waits for a restart; \"%s\" stays until then", key,
		    unit_bytes_text(a, new), unit_bytes_text(b, old));
}

static void
kept_text(const char *key, const char *new, const char *old)
{
	if (strcmp(new, old) != 0)
		log_warn("%s: \"%s\" waits for a restart; \"%s\" stays until then", key, new, old);
}

void
load_keep(struct policy *new, const struct policy *old)
{
	kept_number("workers", new->workers, old->workers);
	kept_number("flows", new->flows, old->flows);
	kept_size("ring", new->ring, old->ring);
	kept_size("streams.total", new->stream_total, old->stream_total);
	kept_size("capture_buffer", new->capture_buffer, old->capture_buffer);
	kept_text("user", policy_text(new, new->user), policy_text(old, old->user));
	kept_text("run_dir", policy_text(new, new->run_dir), policy_text(old, old->run_dir));
	kept_text("state_dir", policy_text(new, new->state_dir), policy_text(old, old->state_dir));
	new->workers = old->workers;
	new->flows = old->flows;
	new->ring = old->ring;
	new->stream_total = old->stream_total;
	new->capture_buffer = old->capture_buffer;
}
