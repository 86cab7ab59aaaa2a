/* The ring between two processes, under load: nothing lost, nothing changed, no wake-up missed; the
 * same when either of them is killed at any moment and started again. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/ring.h"

enum { FRAMES = 150000, BATCH = 32, PUBLISH = 16, KILLS = 60, LONGEST = 262144 };

/* Seen by all processes. */
struct shown {
	uint8_t judged[FRAMES + 1]; /* how often each frame was */
	uint64_t bytes;
};

struct bench {
	int data, control, wake;
	struct shown *shown;
};

static uint8_t pattern[2 * LONGEST];

/* A frame's size and bytes follow from its number. */
static uint64_t
mix(uint64_t seq)
{
	seq = (seq + 1) * 0x9e3779b97f4a7c15u;
	return (seq ^ seq >> 29) * 0xbf58476d1ce4e5b9u;
}

static uint32_t
size_of(uint64_t seq)
{
	uint64_t m = mix(seq) >> 16;

	return m % 500 == 0 ? LONGEST - (uint32_t)(m >> 16) % 100 : (uint32_t)(m >> 16) % 2000;
}

static struct frame
frame_of(uint64_t seq)
{
	return (struct frame){
		.bytes = pattern + mix(seq) % LONGEST,
		.caplen = size_of(seq),
		.wirelen = size_of(seq) + (uint32_t)(seq % 9),
		.time = (nstime)seq * 1000,
		.iface = (uint16_t)seq,
		.link = 1,
	};
}

static struct bench
bench_of(void)
{
	struct bench b;

	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = (uint8_t)mix(i);
	assert_int_equal(ring_create(0, &b.data, &b.control), 0);
	b.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(b.wake >= 0);
	b.shown =
	    mmap(NULL, sizeof *b.shown, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(b.shown != MAP_FAILED);
	return b;
}

static void
bench_end(struct bench *b)
{
	assert_int_equal(munmap(b->shown, sizeof *b->shown), 0);
	assert_int_equal(close(b->data), 0);
	assert_int_equal(close(b->control), 0);
	assert_int_equal(close(b->wake), 0);
}

/* In a child there is no cmocka: the line is the exit status. */
#define CHECK(right)                                                                               \
	do {                                                                                       \
		if (!(right))                                                                      \
			_exit(__LINE__ % 200 + 1); /* which line it was */                         \
	} while (0)

/* Sleeps until the writer wakes it; ten seconds without that is a lost wake-up. */
static void
wait_for_more(struct ring *r, int wake)
{
	struct pollfd p = { .fd = wake, .events = POLLIN };
	uint64_t count;

	if (!ring_sleep(r))
		return;
	CHECK(poll(&p, 1, 10000) == 1);
	CHECK(read(wake, &count, sizeof count) == sizeof count);
	ring_awake(r);
}

static void
reader(const struct bench *b)
{
	struct ring r;
	struct frame f;
	int error;
	uint64_t seq = 0;

	CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	CHECK(ring_map(&r, b->data, b->control, false) == 0);
	while (seq < FRAMES) {
		int n = 0;

		while (n < BATCH && ring_take(&r, &f, &error)) {
			struct frame expected = frame_of(f.seq);

			CHECK(seq == 0 || f.seq == seq + 1);
			seq = f.seq;
			CHECK(f.caplen == expected.caplen && f.wirelen == expected.wirelen);
			CHECK(f.time == expected.time && f.iface == expected.iface && f.link == 1);
			CHECK(memcmp(f.bytes, expected.bytes, f.caplen) == 0);
			b->shown->judged[seq]++;
			n++;
		}
		CHECK(error == 0);
		ring_release(&r);
		if (n == 0)
			wait_for_more(&r, b->wake);
	}
	_exit(0);
}

/* Puts the frames up to LAST, waiting for room. */
static void
writer(const struct bench *b, struct ring *r, uint64_t last)
{
	while (r->seq < last) {
		struct frame f = frame_of(r->seq + 1);
		bool full = !ring_put(r, &f);

		if ((full || r->seq % PUBLISH == 0 || r->seq == last) && ring_publish(r))
			CHECK(eventfd_write(b->wake, 1) == 0);
		if (full)
			(void)sched_yield(); /* the reader's turn */
	}
}

static pid_t
start(const struct bench *b, void (*role)(const struct bench *b))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		role(b);
		_exit(0);
	}
	return pid;
}

static void
ended_well(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("status %x, line %d modulo 200", status, WEXITSTATUS(status) - 1);
}

/* False when it had come to its end before. */
static bool
killed(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status))
		assert_int_equal(status, 0);
	return WIFSIGNALED(status);
}

static void
together(void **state)
{
	struct bench b = bench_of();
	struct ring w;
	pid_t pid;

	(void)state;
	assert_int_equal(ring_map(&w, b.data, b.control, true), 0);
	pid = start(&b, reader);
	writer(&b, &w, FRAMES);
	ended_well(pid);
	for (int i = 1; i <= FRAMES; i++)
		assert_int_equal(b.shown->judged[i], 1);
	assert_int_equal(ring_backlog(w.control), 0);
	ring_unmap(&w);
	bench_end(&b);
}

/* One frame at a time and a reader that sleeps after each: going to sleep is what is tried. */
static void
ping(void **state)
{
	struct bench b = bench_of();
	struct ring w;
	pid_t pid;

	(void)state;
	assert_int_equal(ring_map(&w, b.data, b.control, true), 0);
	pid = start(&b, reader);
	while (w.seq < FRAMES) {
		struct frame f = frame_of(w.seq + 1);

		if (!ring_put(&w, &f)) {
			(void)sched_yield();
			continue;
		}
		if (ring_publish(&w))
			assert_int_equal(eventfd_write(b.wake, 1), 0);
		if (w.seq > FRAMES - 20000) {
			/* Only what the reader released lets us go on: it must have woken. */
			while (ring_backlog(w.control) > w.seq % 3)
				(void)sched_yield();
		}
	}
	ended_well(pid);
	ring_unmap(&w);
	bench_end(&b);
}

/* A killed reader costs nothing but a batch judged twice. */
static void
reader_killed(void **state)
{
	struct bench b = bench_of();
	struct ring w;
	pid_t pid;
	int twice = 0, kills = 0;
	unsigned seed = 9;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	assert_int_equal(ring_map(&w, b.data, b.control, true), 0);
	pid = start(&b, reader);
	while (kills < KILLS) {
		/* Somewhere in the next frames; the ring is mostly full then. */
		writer(&b, &w, w.seq + 1 + (uint64_t)random() % (FRAMES / KILLS - 1));
		assert_true(killed(pid));
		kills++;
		pid = start(&b, reader);
	}
	writer(&b, &w, FRAMES);
	ended_well(pid);
	for (int i = 1; i <= FRAMES; i++) {
		assert_in_range(b.shown->judged[i], 1, KILLS + 1);
		twice += b.shown->judged[i] - 1;
	}
	print_message("%d of %d frames judged again after %d kills\n", twice, FRAMES, kills);
	assert_in_range(twice, 0, KILLS * BATCH);
	ring_unmap(&w);
	bench_end(&b);
}

static void
writing(const struct bench *b)
{
	struct ring w;

	CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	CHECK(ring_map(&w, b->data, b->control, true) == 0);
	writer(b, &w, FRAMES);
	/* A wake-up may have been lost with the writer before: whoever starts again says so. */
	CHECK(eventfd_write(b->wake, 1) == 0);
}

/* A killed writer loses what it had not published; the numbers go on without a gap. */
static void
writer_killed(void **state)
{
	struct bench b = bench_of();
	const struct ring_control *c = mmap(NULL, 4096, PROT_READ, MAP_SHARED, b.control, 0);
	pid_t in, out;
	int kills = 0;

	(void)state;
	assert_true(c != MAP_FAILED);
	in = start(&b, reader);
	out = start(&b, writing);
	for (uint64_t i = 1; i <= KILLS; i++) {
		while (atomic_load(&c->published) < i * (FRAMES / KILLS - 10))
			(void)sched_yield();
		kills += killed(out);
		out = start(&b, writing);
	}
	ended_well(out);
	assert_in_range(kills, KILLS / 2, KILLS);
	ended_well(in);
	for (int i = 1; i <= FRAMES; i++)
		assert_int_equal(b.shown->judged[i], 1);
	bench_end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(together),
		cmocka_unit_test(ping),
		cmocka_unit_test(reader_killed),
		cmocka_unit_test(writer_killed),
	};

	return UNIT_RUN(tests);
}
