/* test_chan.c - channels: what passes, what ends them, and that no descriptor is left behind. */
#include "unit.h"
#include "unit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "model/chan.h"

/* What stands on the wire before every message. */
struct head {
	uint32_t type, size;
};

struct ends {
	struct chan a, b;
};

static struct ends
ends_of(enum role a, enum role b)
{
	int fd[2];

	assert_int_equal(chan_pair(fd), 0);
	return (struct ends){
		.a = { .fd = fd[0], .self = a, .peer = b },
		.b = { .fd = fd[1], .self = b, .peer = a },
	};
}

static void
ends_close(struct ends *e)
{
	chan_close(&e->a);
	chan_close(&e->b);
}

/* Sends SIZE bytes at BYTES behind a head, with N copies of descriptor FD, past the checks of
 * chan_send(). */
static void
send_raw(int to, struct head head, const void *bytes, size_t size, int fd, unsigned n)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
	struct iovec part[2] = {
		{ .iov_base = &head, .iov_len = sizeof head },
		{ .iov_base = (void *)(uintptr_t)bytes, .iov_len = size },
	};
	struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };

	assert_true(n <= 8);
	if (n) {
		struct cmsghdr *c;

		memset(control, 0, sizeof control);
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		for (unsigned i = 0; i < n; i++)
			memcpy(CMSG_DATA(c) + i * sizeof fd, &fd, sizeof fd);
	}
	assert_int_equal(sendmsg(to, &m, 0), (ssize_t)(sizeof head + size));
}

/* What chan_receive() makes of a raw message from FROM to SELF; it must leave no descriptor. */
static int
refused(enum role from, enum role self, struct head head, size_t size, unsigned nfds)
{
	static const uint8_t bytes[8192];
	unsigned before = unit_descriptors();
	struct ends e = ends_of(from, self);
	union msg_any m;
	int fds[CHAN_FDS], r;

	send_raw(e.a.fd, head, bytes, size, STDERR_FILENO, nfds);
	r = chan_receive(&e.b, &m, fds);
	if (r < 0)
		for (unsigned i = 0; i < CHAN_FDS; i++)
			assert_int_equal(fds[i], -1);
	else
		for (unsigned i = 0; i < CHAN_FDS; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	ends_close(&e);
	assert_int_equal(unit_descriptors(), before);
	return r;
}

static void
test_pair(void **state)
{
	int fd[2], type;
	socklen_t size = sizeof type;

	(void)state;
	assert_int_equal(chan_pair(fd), 0);
	assert_int_equal(getsockopt(fd[0], SOL_SOCKET, SO_TYPE, &type, &size), 0);
	assert_int_equal(type, SOCK_SEQPACKET);
	for (int i = 0; i < 2; i++) {
		assert_true(fcntl(fd[i], F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(fd[i], F_GETFD) & FD_CLOEXEC);
		close(fd[i]);
	}
}

static void
test_message_arrives(void **state)
{
	struct ends e = ends_of(ROLE_HUB, ROLE_MONITOR);
	struct msg_link out = { .iface = 7, .present = true, .up = true, .index = 4711 };
	union msg_any m;
	int fds[CHAN_FDS];

	(void)state;
	assert_int_equal(chan_receive(&e.b, &m, fds), 0); /* nothing yet */
	assert_int_equal(chan_send(&e.a, MSG_LINK, &out, NULL), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_LINK);
	assert_memory_equal(&m.m_LINK, &out, sizeof out);
	for (int i = 0; i < CHAN_FDS; i++)
		assert_int_equal(fds[i], -1);
	assert_int_equal(chan_receive(&e.b, &m, fds), 0);
	ends_close(&e);
}

/* The order is kept and messages are not joined. */
static void
test_two_messages(void **state)
{
	struct ends e = ends_of(ROLE_WORKER, ROLE_MONITOR);
	struct msg_ready ready = { .generation = 3 };
	struct msg_empty nothing = { 0 };
	union msg_any m;
	int fds[CHAN_FDS];

	(void)state;
	assert_int_equal(chan_send(&e.a, MSG_READY, &ready, NULL), 0);
	assert_int_equal(chan_send(&e.a, MSG_ALIVE, &nothing, NULL), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_READY);
	assert_int_equal(m.m_READY.generation, 3);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_ALIVE);
	ends_close(&e);
}

static void
test_descriptor_arrives(void **state)
{
	struct ends e = ends_of(ROLE_MONITOR, ROLE_WORKER);
	struct msg_policy out = { .generation = 2, .size = 4096 };
	union msg_any m;
	int fds[CHAN_FDS], pipes[2];
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(chan_send(&e.a, MSG_POLICY, &out, &pipes[0]), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_POLICY);
	assert_true(fds[0] >= 0);
	assert_int_equal(fds[1], -1);
	assert_true(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(read(fds[0], &byte, 1), 1); /* it is the same pipe */
	assert_int_equal(byte, 'x');
	close(fds[0]);
	close(pipes[0]);
	close(pipes[1]);
	ends_close(&e);
}

/* A worker is introduced with three descriptors, a capture with two. */
static void
test_peer_descriptors(void **state)
{
	struct ends e = ends_of(ROLE_MONITOR, ROLE_HUB);
	struct msg_peer worker = { .role = ROLE_WORKER, .index = 3, .restarts = 1, .status = 11 };
	struct msg_peer capture = { .role = ROLE_CAPTURE };
	int out[3] = { 0, 1, 2 }, fds[CHAN_FDS];
	union msg_any m;

	(void)state;
	assert_int_equal(chan_send(&e.a, MSG_PEER, &worker, out), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_PEER);
	assert_int_equal(m.m_PEER.status, 11);
	assert_true(fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0);
	assert_int_equal(fds[3], -1);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	assert_int_equal(chan_send(&e.a, MSG_PEER, &capture, out), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_PEER);
	assert_true(fds[0] >= 0 && fds[1] >= 0);
	assert_int_equal(fds[2], -1);
	close(fds[0]);
	close(fds[1]);
	ends_close(&e);
}

/* A frame comes with its bytes; one that could not be copied without. */
static void
test_skipped_descriptors(void **state)
{
	const uint32_t size = sizeof(struct msg_skipped);
	struct ends e = ends_of(ROLE_CAPTURE, ROLE_HUB);
	struct msg_skipped frame = { .worker = 3, .caplen = 60, .wirelen = 60, .seq = 7 };
	struct msg_skipped without = { .worker = 3, .error = ENFILE };
	int out = 0, fds[CHAN_FDS];
	union msg_any m;

	(void)state;
	assert_int_equal(chan_send(&e.a, MSG_SKIPPED, &frame, &out), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_SKIPPED);
	assert_int_equal(m.m_SKIPPED.seq, 7);
	assert_true(fds[0] >= 0);
	assert_int_equal(fds[1], -1);
	close(fds[0]);
	assert_int_equal(chan_send(&e.a, MSG_SKIPPED, &without, NULL), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_SKIPPED);
	assert_int_equal(m.m_SKIPPED.error, ENFILE);
	assert_int_equal(fds[0], -1);
	/* not the other way round: refused() sends zeros, so no error */
	assert_int_equal(
	    refused(ROLE_CAPTURE, ROLE_HUB, (struct head){ MSG_SKIPPED, size }, size, 0), -EPROTO);
	assert_int_equal(
	    refused(ROLE_CAPTURE, ROLE_HUB, (struct head){ MSG_SKIPPED, size }, size, 2), -EPROTO);
	send_raw(e.a.fd, (struct head){ MSG_SKIPPED, size }, &without, size, STDERR_FILENO, 1);
	assert_int_equal(chan_receive(&e.b, &m, fds), -EPROTO);
	/* and from capture only */
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_HUB, (struct head){ MSG_SKIPPED, size }, size, 1), -EPROTO);
	ends_close(&e);
}

/* What the table does not allow is not even sent. */
static void
test_send_refuses(void **state)
{
	struct ends e = ends_of(ROLE_WORKER, ROLE_HUB);
	struct msg_findings findings = { .count = 0 };
	struct msg_ready ready = { .generation = 1 };
	struct msg_iface iface = { .iface = 0 };

	(void)state;
	assert_int_equal(chan_send(&e.a, MSG_FINDINGS, &findings, NULL), 0);
	assert_int_equal(
	    chan_send(&e.b, MSG_FINDINGS, &findings, NULL), -EINVAL);	     /* hub to worker */
	assert_int_equal(chan_send(&e.a, MSG_READY, &ready, NULL), -EINVAL); /* to the hub */
	assert_int_equal(chan_send(&e.a, MSG_IFACE, &iface, NULL), -EINVAL); /* capture's */
	assert_int_equal(chan_send(&e.a, MSG_NONE, &ready, NULL), -EINVAL);
	ends_close(&e);
}

static void
test_receive_refuses(void **state)
{
	const uint32_t ready = sizeof(struct msg_ready), policy = sizeof(struct msg_policy);
	const uint32_t link = sizeof(struct msg_link), peer = sizeof(struct msg_peer);

	(void)state;
	/* as it should be */
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready }, ready, 0),
	    MSG_READY);
	assert_int_equal(
	    refused(ROLE_MONITOR, ROLE_WORKER, (struct head){ MSG_POLICY, policy }, policy, 1),
	    MSG_POLICY);
	/* wrong size: said, sent, or both */
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready }, ready - 1, 0),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready }, ready + 1, 0),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready + 1 }, ready + 1, 0),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, 0 }, 0, 0), -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready }, 8000, 0),
	    -EPROTO);
	/* wrong role: a worker tells of links, a worker's channel to the hub carries a policy */
	assert_int_equal(
	    refused(ROLE_HUB, ROLE_MONITOR, (struct head){ MSG_LINK, link }, link, 0), MSG_LINK);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_LINK, link }, link, 0), -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_HUB, (struct head){ MSG_POLICY, policy }, policy, 1),
	    -EPROTO);
	/* unknown type */
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_NONE, ready }, ready, 0),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_TYPES, ready }, ready, 0),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ UINT32_MAX, ready }, ready, 0),
	    -EPROTO);
	/* descriptors: none wanted, one wanted, more than there is room for */
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready }, ready, 1),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready }, ready, 4),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_WORKER, ROLE_MONITOR, (struct head){ MSG_READY, ready }, ready, 8),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_MONITOR, ROLE_WORKER, (struct head){ MSG_POLICY, policy }, policy, 0),
	    -EPROTO);
	assert_int_equal(
	    refused(ROLE_MONITOR, ROLE_WORKER, (struct head){ MSG_POLICY, policy }, policy, 2),
	    -EPROTO);
	/* a peer of role 0 (all bytes are zero) is no capture: three are wanted */
	assert_int_equal(
	    refused(ROLE_MONITOR, ROLE_HUB, (struct head){ MSG_PEER, peer }, peer, 2), -EPROTO);
	assert_int_equal(
	    refused(ROLE_MONITOR, ROLE_HUB, (struct head){ MSG_PEER, peer }, peer, 3), MSG_PEER);
}

/* Shorter than a head, and nothing at all. */
static void
test_short(void **state)
{
	struct ends e = ends_of(ROLE_WORKER, ROLE_MONITOR);
	union msg_any m;
	int fds[CHAN_FDS];

	(void)state;
	assert_int_equal(send(e.a.fd, "abc", 3, 0), 3);
	assert_int_equal(chan_receive(&e.b, &m, fds), -EPROTO);
	assert_int_equal(send(e.a.fd, "", 0, 0), 0);
	assert_int_equal(chan_receive(&e.b, &m, fds), -EPIPE);
	ends_close(&e);
}

static void
test_full(void **state)
{
	struct ends e = ends_of(ROLE_WORKER, ROLE_HUB);
	static struct msg_findings out;
	union msg_any m;
	int fds[CHAN_FDS], r;
	unsigned sent = 0, taken = 0;

	(void)state;
	while ((r = chan_send(&e.a, MSG_FINDINGS, &out, NULL)) == 0) {
		out.pad = ++sent;
		assert_true(sent < 100000);
	}
	assert_int_equal(r, -EAGAIN);
	assert_true(sent > 0);
	/* Room again, and nothing was lost or changed on the way. */
	while ((r = chan_receive(&e.b, &m, fds)) == MSG_FINDINGS)
		assert_int_equal(m.m_FINDINGS.pad, taken++);
	assert_int_equal(r, 0);
	assert_int_equal(taken, sent);
	assert_int_equal(chan_send(&e.a, MSG_FINDINGS, &out, NULL), 0);
	ends_close(&e);
}

/* What was sent before the peer went is still read; then it is gone. */
static void
test_gone(void **state)
{
	struct ends e = ends_of(ROLE_WORKER, ROLE_MONITOR);
	struct msg_ready ready = { .generation = 9 };
	union msg_any m;
	int fds[CHAN_FDS];

	(void)state;
	assert_int_equal(chan_send(&e.a, MSG_READY, &ready, NULL), 0);
	chan_close(&e.a);
	assert_int_equal(e.a.fd, -1);
	assert_int_equal(chan_receive(&e.b, &m, fds), MSG_READY);
	assert_int_equal(chan_receive(&e.b, &m, fds), -EPIPE);
	e.b.self = ROLE_WORKER;
	e.b.peer = ROLE_MONITOR;
	assert_int_equal(chan_send(&e.b, MSG_READY, &ready, NULL), -EPIPE);
	ends_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_message_arrives),
		cmocka_unit_test(test_two_messages),
		cmocka_unit_test(test_descriptor_arrives),
		cmocka_unit_test(test_peer_descriptors),
		cmocka_unit_test(test_skipped_descriptors),
		cmocka_unit_test(test_send_refuses),
		cmocka_unit_test(test_receive_refuses),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_gone),
	};

	return UNIT_RUN(tests);
}
