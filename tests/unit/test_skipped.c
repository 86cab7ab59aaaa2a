/* test_skipped.c - from a skipped frame in a ring to the message to the hub, over a hub that does
 * not read and a worker that lies. */
#include "unit.h"
#include "unit_files.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "capture/skipped.h"

enum { WORKERS = 2 };

struct world {
	struct feed feed;
	struct ring reader[WORKERS];
	struct skipped skipped;
	struct chan capture, hub;
};

static uint8_t bytes[MSG_FRAME_MOST];

static void
set_up(struct world *w)
{
	int fd[2];

	memset(w, 0, sizeof *w);
	log_level(LOG_LEVEL_ERROR);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 8));
	for (unsigned i = 0; i < WORKERS; i++) {
		int data, control;

		assert_int_equal(ring_create(0, &data, &control), 0);
		assert_int_equal(ring_map(&w->feed.ring[i], data, control, true), 0);
		assert_int_equal(ring_map(&w->reader[i], data, control, false), 0);
		close(data);
		close(control);
	}
	w->feed.workers = WORKERS;
	assert_int_equal(chan_pair(fd), 0);
	w->capture = (struct chan){ .fd = fd[0], .self = ROLE_CAPTURE, .peer = ROLE_HUB };
	w->hub = (struct chan){ .fd = fd[1], .self = ROLE_HUB, .peer = ROLE_CAPTURE };
}

static void
tear_down(struct world *w)
{
	skipped_fini(&w->skipped);
	for (unsigned i = 0; i < WORKERS; i++) {
		ring_unmap(&w->feed.ring[i]);
		ring_unmap(&w->reader[i]);
	}
	chan_close(&w->capture);
	chan_close(&w->hub);
}

/* A frame of CAPLEN bytes passes the ring of WORKER, which skips it. False: the ring took none. */
static bool
skip_one(struct world *w, unsigned worker, uint32_t caplen, uint16_t iface)
{
	struct frame f = { .bytes = bytes,
		.caplen = caplen,
		.wirelen = caplen + 40,
		.time = 1767582245 * NS_SEC + 123456789,
		.iface = iface,
		.link = FRAME_ETHERNET };
	int error;

	if (!ring_put(&w->feed.ring[worker], &f))
		return false;
	ring_publish(&w->feed.ring[worker]);
	assert_true(ring_take(&w->reader[worker], &f, &error));
	ring_skip(&w->reader[worker], &f);
	ring_release(&w->reader[worker]);
	return true;
}

/* The hub receives a frame of WORKER. */
static void
arrives(struct world *w, unsigned worker, uint64_t seq, uint32_t caplen, uint16_t iface)
{
	union msg_any m;
	int fds[CHAN_FDS];
	uint8_t *at;

	assert_int_equal(chan_receive(&w->hub, &m, fds), MSG_SKIPPED);
	assert_int_equal(m.m_SKIPPED.worker, worker);
	assert_int_equal(m.m_SKIPPED.error, 0);
	assert_int_equal(m.m_SKIPPED.seq, seq);
	assert_int_equal(m.m_SKIPPED.caplen, caplen);
	assert_int_equal(m.m_SKIPPED.wirelen, caplen + 40);
	assert_int_equal(m.m_SKIPPED.iface, iface);
	assert_int_equal(m.m_SKIPPED.link, 1);
	assert_int_equal(m.m_SKIPPED.time, 1767582245123456789);
	assert_true(memory_is_sealed(fds[0], caplen));
	at = mmap(NULL, caplen, PROT_READ, MAP_PRIVATE, fds[0], 0);
	assert_true(at != MAP_FAILED);
	assert_memory_equal(at, bytes, caplen);
	munmap(at, caplen);
	close(fds[0]);
}

/* The hub receives word of a frame that could not be copied. */
static void
arrives_without(struct world *w, unsigned worker, uint64_t seq, int error)
{
	union msg_any m;
	int fds[CHAN_FDS];

	assert_int_equal(chan_receive(&w->hub, &m, fds), MSG_SKIPPED);
	assert_int_equal(fds[0], -1);
	assert_int_equal(m.m_SKIPPED.worker, worker);
	assert_int_equal(m.m_SKIPPED.error, error);
	assert_int_equal(m.m_SKIPPED.seq, seq);
}

static void
nothing_more(struct world *w)
{
	union msg_any m;
	int fds[CHAN_FDS];

	assert_int_equal(chan_receive(&w->hub, &m, fds), 0);
}

static void
test_copies(void **state)
{
	unsigned before = unit_descriptors();
	struct world w;

	(void)state;
	set_up(&w);
	skipped_copy(&w.skipped, &w.feed);
	assert_int_equal(w.skipped.n, 0);
	assert_true(skip_one(&w, 0, 60, 3));
	assert_true(skip_one(&w, 1, MSG_FRAME_MOST, 63));
	assert_false(skip_one(&w, 0, 60, 3)); /* first the copy */
	skipped_copy(&w.skipped, &w.feed);
	skipped_copy(&w.skipped, &w.feed); /* once is enough */
	assert_true(skip_one(&w, 0, 61, 4));
	skipped_copy(&w.skipped, &w.feed);
	assert_int_equal(w.skipped.n, 3);
	skipped_send(&w.skipped, &w.capture);
	assert_int_equal(w.skipped.n, 0);
	arrives(&w, 0, 1, 60, 3);
	arrives(&w, 1, 1, MSG_FRAME_MOST, 63);
	arrives(&w, 0, 2, 61, 4);
	nothing_more(&w);
	tear_down(&w);
	assert_int_equal(unit_descriptors(), before);
}

/* A hub that does not read does not hold the rings: what finds no room is given up, the rest
 * arrives. */
static void
test_hub_stands_still(void **state)
{
	static const struct msg_iface filler;
	unsigned before = unit_descriptors(), n = 0;
	union msg_any m;
	int fds[CHAN_FDS];
	struct world w;

	(void)state;
	set_up(&w);
	log_level(LOG_LEVEL_ERROR);
	while (chan_send(&w.capture, MSG_IFACE, &filler, NULL) == 0)
		n++;
	for (uint32_t i = 0; i < SKIPPED_QUEUE + 3; i++) {
		assert_true(skip_one(&w, 0, 60 + i, 0));
		skipped_copy(&w.skipped, &w.feed);
		skipped_send(&w.skipped, &w.capture);
	}
	assert_int_equal(w.skipped.n, SKIPPED_QUEUE);
	while (n-- > 0)
		assert_int_equal(chan_receive(&w.hub, &m, fds), MSG_IFACE);
	skipped_send(&w.skipped, &w.capture);
	assert_int_equal(w.skipped.n, 0);
	for (uint32_t i = 0; i < SKIPPED_QUEUE; i++)
		arrives(&w, 0, i + 1, 60 + i, 0);
	nothing_more(&w);
	/* And what is still there at the end is closed. */
	assert_true(skip_one(&w, 1, 60, 0));
	skipped_copy(&w.skipped, &w.feed);
	tear_down(&w);
	assert_int_equal(unit_descriptors(), before);
}

/* No descriptor is left for the copy: that is said, with what is known of the frame. */
static void
test_no_memory(void **state)
{
	struct rlimit was, none;
	struct world w;

	(void)state;
	set_up(&w);
	assert_true(skip_one(&w, 1, 60, 3));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ .rlim_cur = 3, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	skipped_copy(&w.skipped, &w.feed);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	skipped_send(&w.skipped, &w.capture);
	arrives_without(&w, 1, 1, EMFILE);
	tear_down(&w);
}

/* A worker that was taken over writes into the control memory what it likes. */
static void
test_worker_lies(void **state)
{
	struct world w;
	struct ring_control *c;

	(void)state;
	set_up(&w);
	c = w.feed.ring[0].control;
	assert_true(skip_one(&w, 0, 60, 3));
	atomic_store(&c->skip[0].at, 16); /* amid that frame's header */
	skipped_copy(&w.skipped, &w.feed);
	/* A record that is whole, but of no interface that there is; and one without bytes. */
	assert_true(skip_one(&w, 0, 60, POLICY_IFACES));
	skipped_copy(&w.skipped, &w.feed);
	assert_true(skip_one(&w, 0, 0, 3));
	skipped_copy(&w.skipped, &w.feed);
	atomic_store(&c->skipped, UINT64_MAX);
	skipped_copy(&w.skipped, &w.feed);
	skipped_copy(&w.skipped, &w.feed);
	skipped_send(&w.skipped, &w.capture);
	for (unsigned i = 0; i < 4; i++) /* of all those that never were, one word */
		arrives_without(&w, 0, 0, EBADMSG);
	nothing_more(&w);
	tear_down(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_hub_stands_still),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_worker_lies),
	};

	return UNIT_RUN(tests);
}
