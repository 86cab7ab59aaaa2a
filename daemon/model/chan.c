/* chan.c - see chan.h. */
#include "model/chan.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static const struct row {
	uint8_t from, to; /* enum role, as bits */
	uint8_t nfds;
	uint16_t size;
} table[MSG_TYPES] = {
#define MSG(name, senders, receivers, type, fds)                                                   \
	[MSG_##                                                                                    \
	    name] = { .from = (senders), .to = (receivers), .nfds = (fds), .size = sizeof(type) },
#include "model/msg.def"
#undef MSG
};

/* What stands before every message. */
struct head {
	uint32_t type; /* enum msg_type */
	uint32_t size; /* of what follows */
};

/* Ancillary data for CHAN_FDS descriptors, aligned as the kernel wants it. */
union ancillary {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(CHAN_FDS * sizeof(int))];
};

/* How many descriptors a message must carry: what its row says; a capture has no ring to show, a
 * frame that could not be copied no bytes. */
static unsigned
fds_of(enum msg_type type, const void *message)
{
	if (type == MSG_PEER) {
		const struct msg_peer *peer = message;

		return peer->role == ROLE_CAPTURE ? 2 : table[type].nfds;
	}
	if (type == MSG_SKIPPED) {
		const struct msg_skipped *skipped = message;

		return skipped->error ? 0 : table[type].nfds;
	}
	return table[type].nfds;
}

int
chan_pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) < 0)
		return -errno;
	return 0;
}

int
chan_send(const struct chan *c, enum msg_type type, const void *message, const int *fds)
{
	const struct row *row = &table[type];
	struct head head = { .type = type, .size = row->size };
	struct iovec part[2] = {
		{ .iov_base = &head, .iov_len = sizeof head },
		{ .iov_base = (void *)(uintptr_t)message, .iov_len = row->size },
	};
	struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };
	union ancillary a;
	unsigned n;
	ssize_t sent;

	if (type == MSG_NONE || !(row->from & c->self) || !(row->to & c->peer))
		return -EINVAL;
	n = fds_of(type, message);
	if (n > 0) {
		memset(&a, 0, sizeof a);
		m.msg_control = a.bytes;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		a.align.cmsg_level = SOL_SOCKET;
		a.align.cmsg_type = SCM_RIGHTS;
		a.align.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&a.align), fds, n * sizeof(int));
	}
	do
		sent = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return 0;
	if (errno == ENOBUFS || errno == ENOMEM)
		return -EAGAIN;
	return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
}

/* Collects the descriptors that came with a message. Returns their number. */
static unsigned
take_fds(struct msghdr *m, int fds[CHAN_FDS])
{
	unsigned n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t here;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (n < CHAN_FDS)
				fds[n++] = fd;
			else
				close(fd); /* cannot be: the buffer holds no more */
		}
	}
	return n;
}

/* Is this a message that the table allows on this channel? */
static bool
allowed(const struct chan *c, const struct head *head, size_t size, int flags,
    const union msg_any *m, unsigned nfds)
{
	const struct row *row;

	if (flags & (MSG_TRUNC | MSG_CTRUNC))
		return false;
	if (size < sizeof *head || head->type <= MSG_NONE || head->type >= MSG_TYPES)
		return false;
	row = &table[head->type];
	if (!(row->from & c->peer) || !(row->to & c->self))
		return false;
	if (head->size != row->size || size - sizeof *head != row->size)
		return false;
	return nfds == fds_of((enum msg_type)head->type, m);
}

int
chan_receive(const struct chan *c, union msg_any *m, int fds[CHAN_FDS])
{
	struct head head;
	struct iovec part[2] = {
		{ .iov_base = &head, .iov_len = sizeof head },
		{ .iov_base = m, .iov_len = sizeof *m },
	};
	union ancillary a;
	struct msghdr h = {
		.msg_iov = part,
		.msg_iovlen = 2,
		.msg_control = a.bytes,
		.msg_controllen = sizeof a.bytes,
	};
	unsigned n;
	ssize_t size;

	for (unsigned i = 0; i < CHAN_FDS; i++)
		fds[i] = -1;
	do
		size = recvmsg(c->fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (size < 0 && errno == EINTR);
	if (size < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
	}
	n = take_fds(&h, fds);
	if (size == 0 && n == 0)
		return -EPIPE;
	if (allowed(c, &head, (size_t)size, h.msg_flags, m, n))
		return (int)head.type;
	for (unsigned i = 0; i < n; i++) {
		close(fds[i]);
		fds[i] = -1;
	}
	return -EPROTO;
}

void
chan_close(struct chan *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
