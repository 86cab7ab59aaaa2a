/* test_loop.c - the worker's loop over crashes: the real loop, ring and channels in a process of
 * its own, with a made-up judgement that dies where the test wants it to. Each frame must be
 * judged, or skipped, once, whatever happens; and every finding must arrive once. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "model/chan.h"
#include "model/ring.h"
#include "worker/loop.h"
#include "worker/worker.h"

enum {
	FRAMES = 3000,
	RING = 1 << 20,
	FLOWS = 4 * 4096, /* a byte a frame: */
	JUDGED = 1,
	BEGUN,	/* and the worker died with it */
	UNSAID, /* the hub had no room for its finding */
	FRAME_GOOD = 1,
	FRAME_DEADLY,	   /* ends the worker, always */
	FRAME_DEADLY_ONCE, /* ends it when it is judged for the first time */
	FRAME_DEADLY_LATE, /* the same, when it was judged and said already */
};

/* The made-up worker. What stands for the flow table remembers which frames were judged.
 * ------------- */

struct worker {
	uint8_t *done;
	worker_emit *emit;
	void *ctx;
	uint64_t count[COUNTERS], events[32];
	bool resumed;
};

static struct worker made_up;

bool
policy_valid(const struct policy *p, size_t size)
{
	return size == p->size;
}

struct worker *
worker_new(const struct policy *p, const struct net *net, const struct hash_key *key, int flows_fd,
    worker_emit *emit, void *ctx, int *error)
{
	(void)p;
	(void)net;
	(void)key;
	made_up.done = mmap(NULL, FLOWS, PROT_READ | PROT_WRITE, MAP_SHARED, flows_fd, 0);
	*error = made_up.done == MAP_FAILED ? -errno : 0;
	made_up.emit = emit;
	made_up.ctx = ctx;
	return *error ? NULL : &made_up;
}

void
worker_resume(struct worker *w, const uint64_t *count, const uint64_t *events, uint64_t released)
{
	(void)released;
	memcpy(w->count, count, sizeof w->count);
	memcpy(w->events, events, sizeof w->events);
	w->resumed = true;
}

void
worker_exhibits(struct worker *w, struct journal *journal)
{
	(void)w;
	(void)journal;
}

/* As in the real one: what was judged already is counted, as its count was not saved, but not said
 * again; unless nobody told this worker that there was one before it. */
static void
judge_one(struct worker *w, const struct frame *f)
{
	struct finding finding = { .id = 2002, .n = f->seq };
	uint8_t done = w->done[f->seq];

	if (f->bytes[0] == FRAME_DEADLY || (f->bytes[0] == FRAME_DEADLY_ONCE && !done)) {
		w->done[f->seq] = BEGUN;
		__builtin_trap();
	}
	w->count[COUNTER_frames]++;
	if (done != JUDGED || !w->resumed)
		w->done[f->seq] = w->emit(w->ctx, &finding) ? JUDGED : UNSAID;
	if (f->bytes[0] == FRAME_DEADLY_LATE && !done)
		__builtin_trap();
}

void
worker_judge(struct worker *w, const struct frame *frames, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		judge_one(w, &frames[i]);
}

/* What found no room with the hub is said now. */
void
worker_tick(struct worker *w, nstime now)
{
	(void)now;
	for (unsigned seq = 1; seq <= FRAMES; seq++) {
		struct finding finding = { .id = 2002, .n = seq };

		if (w->done[seq] == UNSAID && w->emit(w->ctx, &finding))
			w->done[seq] = JUDGED;
	}
}

nstime
worker_due(const struct worker *w)
{
	(void)w;
	return NSTIME_NEVER;
}

bool
worker_finish_some(struct worker *w, uint32_t most)
{
	(void)most;
	worker_tick(w, 0);
	return false;
}

void
worker_traffic(struct worker *w, struct journal *journal)
{
	(void)w;
	(void)journal;
}

void
worker_free(struct worker *w)
{
	if (w)
		munmap(w->done, FLOWS);
}

void
worker_net(struct worker *w, const struct net *net)
{
	(void)w;
	(void)net;
}

void
worker_policy(struct worker *w, const struct policy *p)
{
	(void)w;
	(void)p;
}

const uint64_t *
worker_counters(struct worker *w)
{
	return w->count;
}

const uint64_t *
worker_events(const struct worker *w)
{
	return w->events;
}

/* The test is monitor, capture and hub. ----------------------------------------------------------
 */

struct bench {
	int fd[WORKER_FDS]; /* of the worker, by their numbers there */
	int policy_fd;
	struct chan control, hub;
	struct ring ring;
	const struct worker_shm *shm;
	pid_t pid;
	uint32_t ready;		   /* generation that the worker said */
	unsigned said[FRAMES + 1]; /* how often each frame's finding came */
};

static int
memory(size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static void
set_up(struct bench *b)
{
	struct policy p = { .magic = POLICY_MAGIC, .size = sizeof p, .generation = 1 };
	struct hash_key key;

	memset(b, 0, sizeof *b);
	log_level(LOG_LEVEL_ERROR);
	hash_key_init(&key, 1);
	b->fd[ROLE_FD_KEY] = memory(sizeof key);
	assert_int_equal(pwrite(b->fd[ROLE_FD_KEY], &key, sizeof key, 0), sizeof key);
	b->fd[ROLE_FD_CAPTURE] = memory(sizeof(struct capture_shm));
	assert_int_equal(ring_create(RING, &b->fd[WORKER_FD_DATA], &b->fd[WORKER_FD_RING]), 0);
	b->fd[WORKER_FD_WAKE] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	b->fd[WORKER_FD_SHM] = memory(sizeof(struct worker_room));
	b->fd[WORKER_FD_FLOWS] = memory(FLOWS);
	b->fd[WORKER_FD_KEEP] = memory(WORKER_KEEP);
	b->policy_fd = memory(sizeof p);
	assert_int_equal(pwrite(b->policy_fd, &p, sizeof p, 0), sizeof p);
	assert_int_equal(ring_map(&b->ring, b->fd[WORKER_FD_DATA], b->fd[WORKER_FD_RING], true), 0);
	b->shm = mmap(NULL, sizeof *b->shm, PROT_READ, MAP_SHARED, b->fd[WORKER_FD_SHM], 0);
	assert_true(b->shm != MAP_FAILED);
	b->control.fd = b->hub.fd = -1;
}

static void
tear_down(struct bench *b)
{
	ring_unmap(&b->ring);
	munmap((void *)(uintptr_t)b->shm, sizeof *b->shm);
	for (int i = ROLE_FD_KEY; i < WORKER_FDS; i++)
		close(b->fd[i]);
	close(b->policy_fd);
	chan_close(&b->control);
	chan_close(&b->hub);
}

/* Takes what the worker said. */
static void
hear(struct bench *b)
{
	union msg_any m;
	int fds[CHAN_FDS], type;

	while (b->control.fd >= 0 && (type = chan_receive(&b->control, &m, fds)) != 0) {
		if (type == -EPIPE) {
			chan_close(&b->control);
			break;
		}
		assert_true(type == MSG_READY || type == MSG_ALIVE);
		if (type == MSG_READY)
			b->ready = m.m_READY.generation;
	}
	while (b->hub.fd >= 0 && (type = chan_receive(&b->hub, &m, fds)) != 0) {
		if (type == -EPIPE) {
			chan_close(&b->hub);
			break;
		}
		assert_int_equal(type, MSG_FINDINGS);
		assert_in_range(m.m_FINDINGS.count, 1, MSG_FINDINGS_MAX);
		for (uint32_t i = 0; i < m.m_FINDINGS.count; i++)
			b->said[m.m_FINDINGS.finding[i].n]++;
	}
}

/* In the child: the descriptors go to their numbers, and nothing else stays open. */
static void
become_worker(struct bench *b, int control, int hub, unsigned restarts)
{
	struct role_args args = { .number = 0, .restarts = restarts };
	struct sigaction deadly = { .sa_handler = SIG_DFL }; /* cmocka catches it */

	if (sigaction(SIGILL, &deadly, NULL) < 0)
		_exit(97);
	b->fd[ROLE_FD_CONTROL] = control;
	b->fd[ROLE_FD_HUB] = hub;
	for (int i = ROLE_FD_CONTROL; i < WORKER_FDS; i++)
		b->fd[i] = fcntl(b->fd[i], F_DUPFD, 100);
	for (int i = ROLE_FD_CONTROL; i < WORKER_FDS; i++)
		if (dup2(b->fd[i], i) < 0)
			_exit(99);
	if (close_range(WORKER_FDS, ~0U, 0) < 0)
		_exit(98);
	_exit(worker_run(&args));
}

static void
start(struct bench *b, unsigned restarts)
{
	struct msg_policy m = { .generation = 1, .size = sizeof(struct policy) };
	int control[2], hub[2];

	assert_int_equal(chan_pair(control), 0);
	assert_int_equal(chan_pair(hub), 0);
	b->pid = fork();
	assert_true(b->pid >= 0);
	if (b->pid == 0)
		become_worker(b, control[1], hub[1], restarts);
	close(control[1]);
	close(hub[1]);
	b->control = (struct chan){ .fd = control[0], .self = ROLE_MONITOR, .peer = ROLE_WORKER };
	b->hub = (struct chan){ .fd = hub[0], .self = ROLE_HUB, .peer = ROLE_WORKER };
	b->ready = 0;
	assert_int_equal(chan_send(&b->control, MSG_POLICY, &m, &b->policy_fd), 0);
}

/* Puts N frames of a kind into the ring. */
static void
put(struct bench *b, uint8_t kind, unsigned n)
{
	static const uint64_t one = 1;
	const uint8_t bytes[60] = { kind };
	struct frame f = { .bytes = bytes, .caplen = 60, .wirelen = 60, .time = NS_SEC };

	for (unsigned i = 0; i < n; i++)
		assert_true(ring_put(&b->ring, &f));
	if (ring_publish(&b->ring))
		assert_int_equal(write(b->fd[WORKER_FD_WAKE], &one, sizeof one), sizeof one);
}

/* Listens until the worker is gone, or the ring is empty: then it asks it to stop. Returns the
 * status of wait(2). */
static int
run(struct bench *b)
{
	static const struct msg_empty nothing;
	bool asked = false;
	int status;

	for (;;) {
		struct pollfd poll[] = { { .fd = b->control.fd, .events = POLLIN },
			{ .fd = b->hub.fd, .events = POLLIN } };
		static const struct timespec pause = { .tv_nsec = NS_MSEC };

		(void)ppoll(poll, 2, &pause, NULL);
		hear(b);
		if (!asked && b->ready == 1 && ring_backlog(b->ring.control) == 0)
			asked = chan_send(&b->control, MSG_STOP, &nothing, NULL) == 0;
		if (b->control.fd < 0 && b->hub.fd < 0)
			break;
	}
	assert_int_equal(waitpid(b->pid, &status, 0), b->pid);
	return status;
}

/* Starts workers until one ends well. Returns how many died. */
static unsigned
run_all(struct bench *b)
{
	for (unsigned restarts = 0; restarts < 20; restarts++) {
		int status;

		start(b, restarts);
		status = run(b);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return restarts;
		}
		assert_int_equal(WTERMSIG(status), SIGILL);
	}
	fail_msg("a frame ends the worker again and again");
	return 0;
}

static void
counted(const struct bench *b, uint64_t frames, uint64_t skipped)
{
	assert_int_equal(atomic_load(&b->shm->lock) & 1, 0);
	assert_int_equal(b->shm->count[COUNTER_frames], frames);
	assert_int_equal(b->shm->count[COUNTER_skipped], skipped);
	assert_int_equal(b->shm->released, frames + skipped);
	assert_int_equal(atomic_load(&b->ring.control->skipped), skipped);
}

/* Frame SEQ was skipped, and waits in the ring for its copy. */
static void
waits_for_copy(struct bench *b, uint64_t seq)
{
	struct frame f;

	assert_int_equal(ring_skipped(&b->ring, &f), 1);
	assert_int_equal(f.seq, seq);
	assert_int_equal(f.caplen, 60);
	assert_int_equal(f.bytes[0], FRAME_DEADLY);
	ring_copied(&b->ring);
}

/* The findings of frames FIRST to LAST came once each. */
static void
said_once(const struct bench *b, unsigned first, unsigned last)
{
	for (unsigned seq = first; seq <= last; seq++)
		assert_int_equal(b->said[seq], 1);
}

static void
test_no_crash(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	put(&b, FRAME_GOOD, FRAMES);
	assert_int_equal(run_all(&b), 0);
	counted(&b, FRAMES, 0);
	said_once(&b, 1, FRAMES);
	tear_down(&b);
}

/* The worker sleeps, is woken, sleeps again. */
static void
test_wakes(void **state)
{
	struct bench b;
	struct msg_empty nothing = { 0 };
	int status;

	(void)state;
	set_up(&b);
	start(&b, 0);
	for (unsigned i = 1; i <= 50; i++) {
		put(&b, FRAME_GOOD, 1);
		for (unsigned k = 0; k < 5000 && b.said[i] == 0; k++) {
			struct pollfd poll = { .fd = b.hub.fd, .events = POLLIN };
			static const struct timespec pause = { .tv_nsec = NS_MSEC };

			(void)ppoll(&poll, 1, &pause, NULL);
			hear(&b);
		}
		assert_int_equal(b.said[i], 1);
	}
	assert_int_equal(chan_send(&b.control, MSG_STOP, &nothing, NULL), 0);
	status = run(&b);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	counted(&b, 50, 0);
	tear_down(&b);
}

/* A frame that always ends the worker: it dies in the batch, then with the frame alone; the third
 * process skips it. All others are judged once. */
static void
deadly_at(unsigned before, unsigned after)
{
	struct bench b;

	set_up(&b);
	put(&b, FRAME_GOOD, before);
	put(&b, FRAME_DEADLY, 1);
	put(&b, FRAME_GOOD, after);
	assert_int_equal(run_all(&b), 2);
	counted(&b, before + after, 1);
	waits_for_copy(&b, before + 1);
	said_once(&b, 1, before);
	assert_int_equal(b.said[before + 1], 0);
	said_once(&b, before + 2, before + 1 + after);
	tear_down(&b);
}

static void
test_deadly_frame(void **state)
{
	(void)state;
	deadly_at(100, 100);
	deadly_at(64, 0);
	deadly_at(95, 1);
	deadly_at(1000, 1900);
}

/* Within the first 32 frames of a process each is alone from the start. */
static void
test_deadly_first(void **state)
{
	(void)state;
	deadly_at(0, 10);
	deadly_at(31, 33);
}

/* A frame that ends the worker once is judged in the end: nothing is skipped. */
static void
test_deadly_once(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	put(&b, FRAME_GOOD, 50);
	put(&b, FRAME_DEADLY_ONCE, 1);
	put(&b, FRAME_GOOD, 149);
	assert_int_equal(run_all(&b), 1);
	counted(&b, 200, 0);
	said_once(&b, 1, 200);
	tear_down(&b);
}

/* The first frame of all was judged and said, but nothing was published, when the worker died: the
 * next one must know of it all the same. */
static void
test_deadly_before_anything_was_published(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	put(&b, FRAME_DEADLY_LATE, 1);
	put(&b, FRAME_GOOD, 99);
	assert_int_equal(run_all(&b), 1);
	counted(&b, 100, 0);
	said_once(&b, 1, 100);
	tear_down(&b);
}

/* Several of them, one right behind the other. */
static void
test_deadly_several(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	put(&b, FRAME_GOOD, 100);
	put(&b, FRAME_DEADLY, 3);
	put(&b, FRAME_GOOD, 100);
	assert_int_equal(run_all(&b), 6);
	counted(&b, 200, 3);
	for (uint64_t seq = 101; seq <= 103; seq++)
		waits_for_copy(&b, seq);
	said_once(&b, 1, 100);
	said_once(&b, 104, 203);
	tear_down(&b);
}

/* The monitor is gone: so is the worker, without a word. */
static void
test_orphan(void **state)
{
	struct bench b;
	int status;

	(void)state;
	set_up(&b);
	start(&b, 0);
	chan_close(&b.control);
	assert_int_equal(waitpid(b.pid, &status, 0), b.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	tear_down(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_crash),
		cmocka_unit_test(test_wakes),
		cmocka_unit_test(test_deadly_frame),
		cmocka_unit_test(test_deadly_first),
		cmocka_unit_test(test_deadly_once),
		cmocka_unit_test(test_deadly_before_anything_was_published),
		cmocka_unit_test(test_deadly_several),
		cmocka_unit_test(test_orphan),
	};

	return UNIT_RUN(tests);
}
