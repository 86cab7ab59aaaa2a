/* test_monitor.c - the monitor's parts: what it tells the service manager, the memory that it
 * makes, what a reload keeps, when a child starts again. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"
#include "model/ring.h"
#include "model/shm.h"
#include "monitor/child.h"
#include "monitor/notify.h"

/* A socket at a path of its own, where the service manager would listen. */
static int
listener(char path[64])
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), n;

	n = snprintf(path, 64, "/tmp/segaudit-notify.%d", (int)getpid());
	assert_in_range(n, 1, 63);
	(void)unlink(path); /* of a test that was killed */
	memcpy(a.sun_path, path, (size_t)n);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void
heard(int fd, const char *text)
{
	char got[256] = "";
	ssize_t n = recv(fd, got, sizeof got - 1, 0);

	assert_int_equal(n, (ssize_t)strlen(text));
	assert_string_equal(got, text);
}

static void
test_notify(void **state)
{
	struct notify n;
	char path[64];
	int fd = listener(path);

	(void)state;
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "10000000", 1);
	notify_init(&n);
	assert_null(getenv("NOTIFY_SOCKET")); /* the children do not inherit them */
	assert_null(getenv("WATCHDOG_USEC"));
	assert_int_equal(n.watchdog, 10 * NS_SEC);
	notify(&n, "READY=1\nSTATUS=watching");
	heard(fd, "READY=1\nSTATUS=watching");
	notify_reloading(&n, 12345678901);
	heard(fd, "RELOADING=1\nMONOTONIC_USEC=12345678");
	/* Nobody reads: the queue fills, and nothing waits for it. */
	for (unsigned i = 0; i < 5000; i++)
		notify(&n, "WATCHDOG=1");
	close(fd);
	unlink(path);
	notify(&n, "READY=1"); /* nobody there: no harm */
}

static void
watchdog_is(const char *usec, const char *pid, nstime expected)
{
	struct notify n;

	setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	notify_init(&n);
	assert_int_equal(n.watchdog, expected);
	assert_null(getenv("WATCHDOG_PID"));
}

static void
test_watchdog(void **state)
{
	char self[16];

	(void)state;
	assert_in_range(snprintf(self, sizeof self, "%d", (int)getpid()), 1, 15);
	watchdog_is("2500000", NULL, 2500 * NS_MSEC);
	watchdog_is("2500000", self, 2500 * NS_MSEC);
	watchdog_is("2500000", "1", 0); /* it is meant for another process */
	watchdog_is("0", NULL, 0);
	watchdog_is("-5", NULL, 0);
	watchdog_is("10s", NULL, 0);
	watchdog_is("99999999999999999999999", NULL, 0);
}

static void
test_no_manager(void **state)
{
	static const char *const bad[] = { "", "/", "relative", "vsock:2:3" };
	struct notify n;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	notify_init(&n);
	assert_int_equal(n.size, 0);
	notify(&n, "READY=1");
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		setenv("NOTIFY_SOCKET", bad[i], 1);
		notify_init(&n);
		assert_int_equal(n.size, 0);
	}
	setenv("NOTIFY_SOCKET", "@abstract", 1);
	notify_init(&n);
	assert_int_equal(n.size, offsetof(struct sockaddr_un, sun_path) + 9);
	assert_int_equal(n.to.sun_path[0], '\0');
	assert_memory_equal(n.to.sun_path + 1, "abstract", 8);
}

static void
test_ring_size(void **state)
{
	(void)state;
	assert_int_equal(ring_bytes(1), 1 << 20);
	assert_int_equal(ring_bytes(1 << 20), 1 << 20);
	assert_int_equal(ring_bytes((1 << 20) + 1), 2 << 20);
	assert_int_equal(ring_bytes(64 << 20), 64 << 20);
	assert_int_equal(ring_bytes(UINT64_C(5) << 30), UINT64_C(8) << 30);
}

/* A policy with nothing but what these parts look at; interface 1 is a number that is not used. */
struct small {
	struct policy p;
	struct policy_iface iface[3];
	char texts[3][32];
};

static struct small
small(void)
{
	struct small s = {
		.p = { .size = sizeof s,
		    .generation = 1,
		    .workers = 2,
		    .flows = 1000,
		    .ring = 3 << 20,
		    .capture_buffer = 4 << 20,
		    .nifaces = 3,
		    .ifaces = offsetof(struct small, iface),
		    .run_dir = offsetof(struct small, texts[0]),
		    .state_dir = offsetof(struct small, texts[1]),
		    .user = offsetof(struct small, texts[2]) },
		.iface = { { .used = true }, { .used = false }, { .used = true } },
		.texts = { "/run/segaudit", "/var/lib/segaudit", "segaudit" },
	};

	return s;
}

/* Bytes of all memories that the roles share. */
static uint64_t
shared_bytes(const struct shared *s)
{
	const int common[] = { s->shard_key, s->flow_key, s->capture, s->hub };
	uint64_t all = 0;
	struct stat st;

	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		assert_int_equal(fstat(common[i], &st), 0);
		all += (uint64_t)st.st_size;
	}
	for (unsigned i = 0; i < s->workers; i++) {
		const struct shared_worker *w = &s->worker[i];
		const int fds[] = { w->data, w->control, w->shm, w->flows, w->keep };

		for (size_t k = 0; k < sizeof fds / sizeof *fds; k++) {
			assert_int_equal(fstat(fds[k], &st), 0);
			all += (uint64_t)st.st_size;
		}
	}
	return all;
}

/* What is printed is what there is: with 4 MiB of traffic and 2 MiB of exhibits for each of two
 * workers, and the hub's 16 MiB. */
static void
test_memory(void **state)
{
	struct small s = small();
	const struct load_own own = {
		.flows = 1000000, .worker = 30000, .capture = 7000, .hub = 500
	};
	struct load_memory m = load_memory(&s.p, &own);
	struct shared shared;

	(void)state;
	assert_int_equal(m.interfaces, 2);
	assert_int_equal(m.flows, 2000000);
	assert_int_equal(m.rings, 2 * ((4 << 20) + 4096));
	assert_int_equal(m.capture, 2 * (4 << 20));
	assert_int_equal(m.policy, sizeof s);
	assert_int_equal(m.sums, 16 << 20);
	assert_in_range(m.records, 2 * ((6 << 20) + 65536), 2 * ((6 << 20) + 65536 + 8192));
	assert_int_equal(m.roles, 2 * 30000 + 7000 + 500 + sizeof(struct capture_shm));
	assert_int_equal(
	    m.total, m.flows + m.rings + m.capture + m.policy + m.sums + m.records + m.roles);
	assert_int_equal(shared_open(&shared, &s.p, own.flows), 0);
	assert_int_equal(shared_bytes(&shared), m.flows + m.rings + m.records + m.sums +
						    sizeof(struct capture_shm) +
						    2 * sizeof(struct hash_key));
	shared_close(&shared);
}

/* What only a restart can change stays as it is; the rest is the new one's. */
static void
test_keep(void **state)
{
	struct small old = small(), new = small();

	(void)state;
	log_level(LOG_LEVEL_ERROR);
	new.p.workers = 8;
	new.p.flows = 2000;
	new.p.ring = 1 << 20;
	new.p.capture_buffer = 1 << 20;
	new.p.heartbeat = NS_SEC;
	new.p.lines_per_second = 7;
	load_keep(&new.p, &old.p);
	assert_int_equal(new.p.workers, 2);
	assert_int_equal(new.p.flows, 1000);
	assert_int_equal(new.p.ring, 3 << 20);
	assert_int_equal(new.p.capture_buffer, 4 << 20);
	assert_int_equal(new.p.heartbeat, NS_SEC);
	assert_int_equal(new.p.lines_per_second, 7);
}

static void
test_sealed(void **state)
{
	static const char text[] = "the policy";
	char got[sizeof text];
	int fd = memory_sealed("test", text, sizeof text);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, got, sizeof got, 0), sizeof got);
	assert_string_equal(got, text);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 4096), -1);
	assert_ptr_equal(
	    mmap(NULL, sizeof text, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	/* As the roles map it. */
	void *map = mmap(NULL, sizeof text, PROT_READ, MAP_PRIVATE, fd, 0);

	assert_ptr_not_equal(map, MAP_FAILED);
	assert_string_equal(map, text);
	munmap(map, sizeof text);
	close(fd);
}

static void
cannot_write(int fd)
{
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
}

/* Who gets what, and who can only read it. */
static void
test_shared(void **state)
{
	struct small s = small();
	struct shared shared;
	int fds[SHARED_FDS];
	struct stat st;

	(void)state;
	assert_int_equal(shared_open(&shared, &s.p, 8192), 0);
	assert_int_equal(shared_of_worker(&shared, 1, fds), WORKER_FDS - ROLE_FD_KEY);
	cannot_write(fds[ROLE_FD_CAPTURE - ROLE_FD_KEY]);
	cannot_write(fds[WORKER_FD_DATA - ROLE_FD_KEY]);
	assert_int_equal(fds[WORKER_FD_DATA - ROLE_FD_KEY], shared.worker[1].data_reader);
	assert_int_equal(fstat(fds[WORKER_FD_FLOWS - ROLE_FD_KEY], &st), 0);
	assert_int_equal(st.st_size, 8192);
	assert_int_equal(ftruncate(fds[WORKER_FD_FLOWS - ROLE_FD_KEY], 4096), -1);
	assert_int_equal(fstat(fds[WORKER_FD_DATA - ROLE_FD_KEY], &st), 0);
	assert_int_equal(st.st_size, 4 << 20);
	cannot_write(shared.worker[0].shm_reader);
	cannot_write(shared.worker[0].control_reader);

	assert_int_equal(shared_of_capture(&shared, fds), 2 + 3 * 2);
	assert_int_equal(fds[0], shared.shard_key);
	assert_int_equal(fds[CAPTURE_FD_RINGS + 3 - ROLE_FD_KEY], shared.worker[1].data);
	assert_int_equal(fds[CAPTURE_FD_RINGS + 5 - ROLE_FD_KEY], shared.worker[1].wake);

	/* Nothing is watched and nothing was lost before capture ran. */
	const struct capture_shm *c =
	    mmap(NULL, sizeof *c, PROT_READ, MAP_SHARED, shared.capture_reader, 0);

	assert_ptr_not_equal(c, MAP_FAILED);
	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		assert_int_equal(atomic_load(&c->iface[i].open_since), NSTIME_NEVER);
		assert_int_equal(atomic_load(&c->iface[i].lost_at), NSTIME_ALWAYS);
	}
	munmap((void *)(uintptr_t)c, sizeof *c);

	/* The two keys are different, and nobody can change them. */
	struct hash_key a, b;

	assert_int_equal(pread(shared.shard_key, &a, sizeof a, 0), sizeof a);
	assert_int_equal(pread(shared.flow_key, &b, sizeof b, 0), sizeof b);
	assert_memory_not_equal(&a, &b, sizeof a);
	assert_int_equal(pwrite(shared.flow_key, &a, sizeof a, 0), -1);
	shared_close(&shared);
}

/* Again at once; after five ends in a minute once a second; after a quiet minute at once again. */
static void
test_pace(void **state)
{
	struct child c;
	nstime mono = 1000 * NS_SEC;

	(void)state;
	child_init(&c, ROLE_WORKER, 3);
	assert_string_equal(c.name, "worker");
	for (unsigned i = 0; i < 5; i++) {
		c.pid = 1;
		child_ended(&c, 9, mono, 77);
		assert_int_equal(c.start_at, mono);
		assert_int_equal(c.pid, 0);
		assert_int_equal(c.died, 77);
		assert_int_equal(c.restarts, i + 1);
		mono += NS_SEC;
	}
	for (unsigned i = 0; i < 7; i++) {
		child_ended(&c, 9, mono, 77);
		assert_int_equal(c.start_at, mono + NS_SEC);
		mono += 2 * NS_SEC;
	}
	mono += NS_MIN;
	child_ended(&c, 9, mono, 77);
	assert_int_equal(c.start_at, mono);
}

/* A process that just started learns links and addresses before the policy, which sets it to work.
 */
static void
test_news(void **state)
{
	struct child c;
	static struct news news;
	struct chan worker;
	union msg_any m;
	int pair[2], fds[CHAN_FDS];

	(void)state;
	assert_int_equal(chan_pair(pair), 0);
	child_init(&c, ROLE_WORKER, 0);
	c.control.fd = pair[0];
	worker = (struct chan){ .fd = pair[1], .self = ROLE_WORKER, .peer = ROLE_MONITOR };
	news.policy_fd = memory_sealed("test", "p", 1);
	news.policy.generation = 5;
	news.link[3].iface = 3;
	news.link[60].iface = 60;
	news.addrs[0].more = true;
	news.addrs[1].first = 32;
	news.naddrs = 2;
	c.send_policy = true;
	c.send_links = UINT64_C(1) << 3 | UINT64_C(1) << 60;
	c.send_addrs = 2;
	child_tell(&c, &news, false);
	assert_int_equal(chan_receive(&worker, &m, fds), MSG_LINK);
	assert_int_equal(m.m_LINK.iface, 3);
	assert_int_equal(chan_receive(&worker, &m, fds), MSG_LINK);
	assert_int_equal(m.m_LINK.iface, 60);
	assert_int_equal(chan_receive(&worker, &m, fds), MSG_ADDRS);
	assert_int_equal(m.m_ADDRS.first, 0);
	assert_int_equal(chan_receive(&worker, &m, fds), MSG_ADDRS);
	assert_int_equal(m.m_ADDRS.first, 32);
	assert_int_equal(chan_receive(&worker, &m, fds), 0); /* it is not the policy's turn yet */
	c.send_stop = true;
	child_tell(&c, &news, true);
	assert_int_equal(chan_receive(&worker, &m, fds), MSG_POLICY);
	assert_int_equal(m.m_POLICY.generation, 5);
	close(fds[0]);
	assert_int_equal(chan_receive(&worker, &m, fds), MSG_STOP);
	assert_int_equal(chan_receive(&worker, &m, fds), 0);
	child_tell(&c, &news, true); /* nothing is told twice */
	assert_int_equal(chan_receive(&worker, &m, fds), 0);
	assert_true(c.stop_sent);
	close(news.policy_fd);
	chan_close(&c.control);
	chan_close(&worker);
}

/* The hub gets the text before the policy that was made of it, both again when the second found no
 * room. */
static void
test_news_of_text(void **state)
{
	struct child c;
	static struct news news;
	struct chan hub;
	union msg_any m;
	int pair[2], fds[CHAN_FDS];

	(void)state;
	assert_int_equal(chan_pair(pair), 0);
	child_init(&c, ROLE_HUB, 0);
	c.control.fd = pair[0];
	hub = (struct chan){ .fd = pair[1], .self = ROLE_HUB, .peer = ROLE_MONITOR };
	news.policy_fd = memory_sealed("test", "p", 1);
	news.text_fd = memory_sealed("test", "text", 4);
	news.policy = (struct msg_policy){ .generation = 5, .size = 1 };
	news.text = (struct msg_policy){ .generation = 5, .size = 4 };
	c.send_policy = true;
	child_tell(&c, &news, true);
	assert_int_equal(chan_receive(&hub, &m, fds), MSG_POLICY_TEXT);
	assert_int_equal(m.m_POLICY_TEXT.size, 4);
	assert_true(memory_is_sealed(fds[0], 4));
	close(fds[0]);
	assert_int_equal(chan_receive(&hub, &m, fds), MSG_POLICY);
	assert_true(memory_is_sealed(fds[0], 1));
	close(fds[0]);
	child_tell(&c, &news, true);
	assert_int_equal(chan_receive(&hub, &m, fds), 0);
	close(news.policy_fd);
	close(news.text_fd);
	chan_close(&c.control);
	chan_close(&hub);
}

/* The text of a configuration, sealed: all that was configured. */
static void
test_text(void **state)
{
	char name[] = "/tmp/test_monitor.XXXXXX", *text = NULL, *got;
	static const char zones[] =
	    "zones = ( { id = \"a\"; class = \"other\"; interfaces = (\"eth1\"); "
	    "networks = (\"10.1.0.0/16\"); }, { id = \"b\"; class = \"other\"; "
	    "interfaces = (\"eth2\"); networks = (\"10.2.0.0/16\"); } );";
	struct conf_errors errors = { 0 };
	int fd = mkstemp(name);
	size_t want;
	uint32_t size;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, zones, sizeof zones - 1), sizeof zones - 1);
	close(fd);
	struct conf *c = conf_read(name, &errors);
	unlink(name);
	assert_non_null(c);
	FILE *f = open_memstream(&text, &want);
	assert_non_null(f);
	conf_print_whole(f, c);
	assert_int_equal(fclose(f), 0);
	fd = load_text(c, &size);
	assert_true(fd >= 0);
	assert_int_equal(size, want);
	assert_true(memory_is_sealed(fd, size));
	got = calloc(1, size);
	assert_non_null(got);
	assert_int_equal(pread(fd, got, size, 0), size);
	assert_memory_equal(got, text, size);
	close(fd);
	free(got);
	free(text);
	conf_free(c);
}

/* A crash is news to the hub once: one that was itself started again hears of a first start. */
static void
test_introduce(void **state)
{
	struct small s = small();
	struct shared shared;
	struct child hub, c;
	struct chan other;
	union msg_any m;
	int pair[2], fds[CHAN_FDS];

	(void)state;
	assert_int_equal(shared_open(&shared, &s.p, 4096), 0);
	assert_int_equal(chan_pair(pair), 0);
	child_init(&hub, ROLE_HUB, 0);
	child_init(&c, ROLE_WORKER, 1);
	hub.control.fd = pair[0];
	other = (struct chan){ .fd = pair[1], .self = ROLE_HUB, .peer = ROLE_MONITOR };
	c.hub_end = dup(STDERR_FILENO);
	child_ended(&c, 11, 0, 4711);
	for (unsigned round = 0; round < 2; round++) {
		c.send_peer = true;
		child_introduce(&hub, &c, &shared);
		assert_false(c.send_peer);
		assert_int_equal(chan_receive(&other, &m, fds), MSG_PEER);
		assert_int_equal(m.m_PEER.index, 1);
		assert_int_equal(m.m_PEER.restarts, 1);
		assert_int_equal(m.m_PEER.status, round == 0 ? 11 : 0);
		assert_int_equal(m.m_PEER.died, round == 0 ? 4711 : 0);
		for (unsigned i = 0; i < 3; i++)
			close(fds[i]);
		child_introduce(&hub, &c, &shared);
		assert_int_equal(chan_receive(&other, &m, fds), 0);
	}
	close(c.hub_end);
	chan_close(&hub.control);
	chan_close(&other);
	shared_close(&shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_no_manager),
		cmocka_unit_test(test_ring_size),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_news),
		cmocka_unit_test(test_news_of_text),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_introduce),
	};

	return UNIT_RUN(tests);
}
