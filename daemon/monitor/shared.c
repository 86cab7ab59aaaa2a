/* shared.c - see shared.h. */
#include "monitor/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "model/ring.h"
#include "model/shm.h"

/* The same memory by a descriptor that cannot write. Where /proc is not there, it is the same right
 * as before. */
static int
reader(int fd)
{
	char path[32];
	int n = snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int r = n > 0 && (size_t)n < sizeof path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (r < 0)
		r = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return r < 0 ? -errno : r;
}

static int
random_key(const char *name)
{
	struct hash_key key;
	int fd;

	hash_key_init(&key, 0);
	fd = memory_sealed(name, &key, sizeof key);
	explicit_bzero(&key, sizeof key);
	return fd;
}

/* Before capture runs, no interface is watched, and nothing was lost. */
static int
fill_capture(int fd)
{
	struct capture_shm *shm =
	    mmap(NULL, sizeof *shm, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (shm == MAP_FAILED)
		return -errno;
	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		atomic_init(&shm->iface[i].open_since, NSTIME_NEVER);
		atomic_init(&shm->iface[i].lost_at, NSTIME_ALWAYS);
	}
	munmap(shm, sizeof *shm);
	return 0;
}

/* Keeps a new descriptor, or the error that came instead of it in *R. */
static int
keep(int fd, int *r)
{
	if (fd < 0 && *r == 0)
		*r = fd;
	return fd < 0 ? -1 : fd;
}

static int
open_worker(struct shared_worker *w, const struct policy *p, size_t flows)
{
	int r = ring_create(p->ring, &w->data, &w->control);

	if (r < 0) {
		w->data = w->control = -1;
		return r;
	}
	w->data_reader = keep(reader(w->data), &r);
	w->control_reader = keep(reader(w->control), &r);
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->wake < 0 && r == 0)
		r = -errno;
	w->shm = keep(memory_fixed("segaudit-worker", sizeof(struct worker_room)), &r);
	w->shm_reader = keep(r < 0 ? r : reader(w->shm), &r);
	w->flows = keep(memory_fixed("segaudit-flows", flows), &r);
	w->keep = keep(memory_fixed("segaudit-keep", WORKER_KEEP), &r);
	return r;
}

int
shared_open(struct shared *s, const struct policy *p, size_t flows)
{
	int r = 0;

	memset(s, 0xff, sizeof *s); /* every descriptor -1 */
	s->workers = p->workers;
	if (p->workers < 1 || p->workers > ROLE_WORKERS)
		return -EINVAL;
	s->shard_key = keep(random_key("segaudit-shard"), &r);
	s->flow_key = keep(random_key("segaudit-hash"), &r);
	s->capture = keep(memory_fixed("segaudit-capture", sizeof(struct capture_shm)), &r);
	if (r == 0)
		r = fill_capture(s->capture);
	s->capture_reader = keep(r < 0 ? r : reader(s->capture), &r);
	s->hub = keep(memory_fixed("segaudit-digest", HUB_KEEP), &r);
	for (unsigned w = 0; w < s->workers && r == 0; w++)
		r = open_worker(&s->worker[w], p, flows);
	if (r < 0)
		shared_close(s);
	return r;
}

static void
close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
shared_close(struct shared *s)
{
	close_one(&s->shard_key);
	close_one(&s->flow_key);
	close_one(&s->capture);
	close_one(&s->capture_reader);
	close_one(&s->hub);
	for (unsigned i = 0; i < s->workers && i < ROLE_WORKERS; i++) {
		struct shared_worker *w = &s->worker[i];

		close_one(&w->data);
		close_one(&w->data_reader);
		close_one(&w->control);
		close_one(&w->control_reader);
		close_one(&w->wake);
		close_one(&w->shm);
		close_one(&w->shm_reader);
		close_one(&w->flows);
		close_one(&w->keep);
	}
}

unsigned
shared_of_worker(const struct shared *s, unsigned worker, int fds[SHARED_FDS])
{
	const struct shared_worker *w = &s->worker[worker];
	const int list[] = {
		[ROLE_FD_KEY] = s->flow_key,
		[ROLE_FD_CAPTURE] = s->capture_reader,
		[WORKER_FD_DATA] = w->data_reader,
		[WORKER_FD_RING] = w->control,
		[WORKER_FD_WAKE] = w->wake,
		[WORKER_FD_SHM] = w->shm,
		[WORKER_FD_FLOWS] = w->flows,
		[WORKER_FD_KEEP] = w->keep,
	};
	unsigned n = WORKER_FDS - ROLE_FD_KEY;

	memcpy(fds, list + ROLE_FD_KEY, n * sizeof *fds);
	return n;
}

unsigned
shared_of_capture(const struct shared *s, int fds[SHARED_FDS])
{
	unsigned n = 0;

	fds[n++] = s->shard_key; /* ROLE_FD_KEY */
	fds[n++] = s->capture;	 /* ROLE_FD_CAPTURE */
	for (unsigned w = 0; w < s->workers; w++) {
		fds[n++] = s->worker[w].data;
		fds[n++] = s->worker[w].control;
		fds[n++] = s->worker[w].wake;
	}
	return n;
}

unsigned
shared_of_hub(const struct shared *s, int fds[SHARED_FDS])
{
	fds[0] = s->hub; /* HUB_FD_KEEP */
	return 1;
}
