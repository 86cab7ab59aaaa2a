/* control.c - see control.h. */
#include "hub/control.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/control_socket.h"

enum {
	TAKEN = 16,    /* connections taken in one turn */
	RECORDS = 32,  /* written for one client in one turn */
	GROUPS = 1024, /* of a client that are looked at */
	TRUNC = 10,    /* room for " trunc=1" */
};

enum phase {
	PHASE_ASKED,  /* waits for its request */
	PHASE_TOLD,   /* gets its answer */
	PHASE_RELOAD, /* waits for the monitor */
	PHASE_LAST,   /* takes what is left in its buffer */
};

struct client {
	int fd; /* -1: a free place */
	enum phase phase;
	bool change;	     /* may ask for what changes something */
	bool readable, full; /* ppoll() said so; it took no more */
	nstime since;	     /* it came, or its request did */
	nstime moved;	     /* it last took something, or nothing waited */
	struct control_request request;
	struct control_answer answer;
	size_t used;
	uint8_t out[CONTROL_BUFFER]; /* records: two bytes of size, then its bytes */
};

struct control {
	const struct control_view *view;
	control_reload *reload;
	void *ctx;
	struct control_socket socket;
	bool waits;	/* clients wait to be taken */
	bool exhausted; /* no descriptor was left for one: the next tick tries again */
	nstime now;
	struct client client[CONTROL_CLIENTS];
	struct control_past past;
};

size_t
control_bytes(void)
{
	return sizeof(struct control);
}

struct control *
control_new(const struct control_view *view, control_reload *reload, void *ctx)
{
	struct control *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->view = view;
	c->reload = reload;
	c->ctx = ctx;
	c->socket.fd = -1;
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		c->client[i].fd = -1;
	return c;
}

int
control_open(struct control *c, const char *dir)
{
	return control_socket_open(&c->socket, dir);
}

void
control_tick(struct control *c, nstime mono)
{
	c->now = mono;
	c->exhausted = false;
	control_socket_tick(&c->socket);
}

/* ---- clients ---- */

static void
drop(struct client *k)
{
	if (k->fd < 0)
		return;
	close(k->fd);
	k->fd = -1;
	control_answer_end(&k->answer);
}

void
control_free(struct control *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		drop(&c->client[i]);
	control_socket_close(&c->socket);
	free(c);
}

unsigned
control_clients(const struct control *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		n += c->client[i].fd >= 0;
	return n;
}

static size_t
room(const struct client *k)
{
	return sizeof k->out - k->used;
}

/* Queues a record; the caller asked for room. */
static void
put(struct client *k, const char *bytes, size_t size)
{
	uint16_t n = (uint16_t)size;

	memcpy(k->out + k->used, &n, sizeof n);
	memcpy(k->out + k->used + sizeof n, bytes, size);
	k->used += sizeof n + size;
}

static void
put_end(struct client *k)
{
	put(k, "end", 3);
	k->phase = PHASE_LAST;
}

static size_t
error_text(char *to, size_t size, const char *word, const char *msg)
{
	struct text t = text_of(to, size);

	text_add(&t, CONTROL_HELLO " error %s", word);
	text_pair(&t, "msg", msg, strlen(msg));
	return t.len;
}

/* The last word to a client. */
static void
refuse(struct client *k, const char *word, const char *msg)
{
	char bytes[512];
	size_t size = error_text(bytes, sizeof bytes, word, msg);

	if (k->used == 0)
		put(k, bytes, size);
	k->phase = PHASE_LAST;
}

/* To a connection that gets no place. What it sent is read first: else its end would find an error
 * in the place of the answer. */
static void
turn_away(int fd, const char *word, const char *msg)
{
	char bytes[512], ignored[16];
	size_t size = error_text(bytes, sizeof bytes, word, msg);

	(void)recv(fd, ignored, sizeof ignored, MSG_DONTWAIT);	  /* whatever it was */
	(void)send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL); /* it may have gone */
	close(fd);
}

/* Is the client a member of the daemon's group? */
static bool
in_group(int fd, gid_t primary)
{
	gid_t own = getegid(), group[GROUPS];
	socklen_t size = sizeof group;

	if (primary == own)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, group, &size) < 0)
		return false;
	for (size_t i = 0; i < size / sizeof *group; i++)
		if (group[i] == own)
			return true;
	return false;
}

/* The free place for a client, the last ones only for those who may change something. */
static struct client *
place(struct control *c, bool change)
{
	struct client *found = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		if (c->client[i].fd < 0) {
			found = &c->client[i];
			n++;
		}
	return n > (change ? 0 : CONTROL_KEPT) ? found : NULL;
}

static void
admit(struct control *c, int fd)
{
	struct ucred who;
	socklen_t size = sizeof who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0) {
		close(fd);
		return;
	}
	bool change = who.uid == 0 || who.uid == geteuid();
	if (!change && !in_group(fd, who.gid)) {
		log_debug("control: uid %u may not ask", (unsigned)who.uid);
		turn_away(fd, "denied", "only root and members of the daemon's group may ask");
		return;
	}
	struct client *k = place(c, change);
	if (!k) {
		turn_away(fd, "busy", "too many others ask at once: try again");
		return;
	}
	k->fd = fd;
	k->phase = PHASE_ASKED;
	k->change = change;
	k->readable = k->full = false;
	k->since = k->moved = c->now;
	k->used = 0;
}

static void
take_clients(struct control *c)
{
	c->waits = false;
	for (unsigned i = 0; i < TAKEN; i++) {
		int fd = accept4(c->socket.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			c->exhausted = errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
				       errno == ENOBUFS;
			return;
		}
		admit(c, fd);
	}
}

/* ---- requests ---- */

static void
begin(struct control *c, struct client *k)
{
	if (control_changes(k->request.command) && !k->change) {
		refuse(k, "denied", "only root may do this");
		return;
	}
	if (!c->view->tell->policy) {
		refuse(k, "busy", "the daemon is starting: try again");
		return;
	}
	if (k->request.command == CONTROL_reload) {
		c->reload(c->ctx);
		k->phase = PHASE_RELOAD;
		return;
	}
	if (!control_answer_begin(&k->answer, &k->request, c->view, &c->past)) {
		refuse(k, "busy", "no memory: try again");
		return;
	}
	put(k, CONTROL_HELLO " ok", sizeof CONTROL_HELLO " ok" - 1);
	k->phase = PHASE_TOLD;
}

static void
take_request(struct control *c, struct client *k, size_t size, const char *bytes)
{
	k->since = k->moved = c->now;
	switch (control_request_read(&k->request, bytes, size)) {
	case CONTROL_FAULT_NONE:
		begin(c, k);
		return;
	case CONTROL_FAULT_VERSION:
		refuse(k, "version", "this daemon speaks \"" CONTROL_HELLO "\"");
		return;
	case CONTROL_FAULT_UNKNOWN:
		refuse(k, "unknown", "this daemon does not know the command");
		return;
	case CONTROL_FAULT_SYNTAX:
		refuse(k, "syntax", "the request is not of the form COMMAND key=value ...");
		return;
	case CONTROL_FAULT_LONG:
		refuse(k, "syntax", "the request is too long");
		return;
	}
}

/* Reads what ppoll() saw. Was it a request? */
static bool
hear(struct control *c, struct client *k)
{
	char bytes[CONTROL_REQUEST_MOST];
	struct iovec v = { .iov_base = bytes, .iov_len = sizeof bytes };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	k->readable = false;
	ssize_t n = recvmsg(k->fd, &m, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* Its end, a second request, or descriptors, which nobody asked for and which are closed
	 * already. */
	if (n <= 0 || k->phase != PHASE_ASKED || m.msg_flags & MSG_CTRUNC) {
		drop(k);
		return false;
	}
	if (m.msg_flags & MSG_TRUNC) {
		refuse(k, "syntax", "the request is too long");
		return false;
	}
	take_request(c, k, (size_t)n, bytes);
	return true;
}

/* ---- answers ---- */

/* Writes records into the buffer: a share of them, as long as there is room. */
static void
fill(struct control *c, struct client *k)
{
	for (unsigned i = 0; i < RECORDS && k->phase == PHASE_TOLD; i++) {
		char bytes[CONTROL_RECORD_MOST];
		struct text t = text_of(bytes, sizeof bytes - TRUNC);

		if (room(k) < sizeof bytes + 2 * sizeof(uint16_t) + 3)
			return;
		switch (control_answer_next(&k->answer, &k->request, c->view, &c->past, &t)) {
		case CONTROL_RECORD:
			if (t.cut) {
				t.size += TRUNC;
				t.cut = false;
				text_string(&t, " trunc=1");
			}
			put(k, t.at, t.len);
			break;
		case CONTROL_NOTHING:
			return;
		case CONTROL_END:
			put_end(k);
			break;
		}
	}
}

/* Sends what waits, as far as it is taken. */
static void
flush(struct control *c, struct client *k)
{
	size_t at = 0;

	while (at < k->used) {
		uint16_t n;

		memcpy(&n, k->out + at, sizeof n);
		ssize_t sent = send(k->fd, k->out + at + sizeof n, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)) {
			k->full = true;
			break;
		}
		if (sent < 0) {
			drop(k);
			return;
		}
		at += sizeof n + n;
	}
	memmove(k->out, k->out + at, k->used - at);
	k->used -= at;
	if (at || !k->used)
		k->moved = c->now;
}

/* Has it had its time? */
static bool
is_late(const struct control *c, const struct client *k)
{
	nstime asked = c->now - k->since;

	if (k->phase == PHASE_ASKED && asked >= CONTROL_PATIENCE)
		return true;
	if (k->used && c->now - k->moved >= CONTROL_PATIENCE)
		return true;
	return k->phase != PHASE_ASKED && k->request.command != CONTROL_tail &&
	       asked >= CONTROL_ANSWER_MOST;
}

static void
serve(struct control *c, struct client *k)
{
	if (is_late(c, k)) {
		if (!k->used) {
			refuse(k, "timeout",
			    k->phase == PHASE_RELOAD ? "the daemon has not said yet whether it "
						       "could reload: see its lines" :
						       "no request came in time");
			flush(c, k);
		}
		drop(k);
		return;
	}
	if (!k->full) {
		fill(c, k);
		flush(c, k);
	}
	if (k->fd >= 0 && k->phase == PHASE_LAST && !k->used)
		drop(k);
}

void
control_run(struct control *c, nstime mono)
{
	bool asked = false;

	c->now = mono;
	if (c->waits && c->socket.fd >= 0)
		take_clients(c);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *k = &c->client[i];

		/* One new request a turn: an answer's beginning is its dearest part. */
		if (k->fd >= 0 && k->readable && !(asked && k->phase == PHASE_ASKED))
			asked = hear(c, k) || asked;
		if (k->fd >= 0)
			serve(c, k);
	}
}

/* ---- the loop ---- */

size_t
control_poll(const struct control *c, struct pollfd *fds)
{
	size_t n = 0;

	/* A place that is no socket keeps the order. */
	fds[n++] = (struct pollfd){ .fd = c->exhausted ? -1 : c->socket.fd, .events = POLLIN };
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		const struct client *k = &c->client[i];

		fds[n++] = (struct pollfd){ .fd = k->fd,
			.events = (short)(POLLIN | (k->full ? POLLOUT : 0)) };
	}
	return n;
}

void
control_polled(struct control *c, const struct pollfd *fds, size_t n)
{
	if (n != CONTROL_POLL)
		return;
	c->waits = fds[0].revents != 0;
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *k = &c->client[i];
		short what = fds[1 + i].revents;

		if (k->fd < 0 || k->fd != fds[1 + i].fd)
			continue;
		if (what & (POLLIN | POLLHUP | POLLERR))
			k->readable = true;
		if (what & POLLOUT)
			k->full = false;
	}
}

nstime
control_due(const struct control *c)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		const struct client *k = &c->client[i];

		if (k->fd >= 0 && k->phase == PHASE_TOLD && !k->full &&
		    control_answer_has(&k->answer, &k->request, &c->past))
			return c->now;
	}
	return NSTIME_NEVER;
}

void
control_heard(void *ctx, const char *line, size_t size)
{
	struct control *c = ctx;
	size_t at = c->past.lines++ % CONTROL_LINES;

	if (size > LINE_MAX_BYTES)
		size = LINE_MAX_BYTES;
	c->past.line[at].size = (uint16_t)size;
	memcpy(c->past.line[at].text, line, size);
}

void
control_reloaded(struct control *c, bool done, const char *error)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *k = &c->client[i];

		if (k->fd < 0 || k->phase != PHASE_RELOAD)
			continue;
		if (done) {
			char bytes[64];
			struct text t = text_of(bytes, sizeof bytes);

			put(k, CONTROL_HELLO " ok", sizeof CONTROL_HELLO " ok" - 1);
			text_add(&t, "reloaded gen=%u", c->view->tell->policy->generation);
			put(k, t.at, t.len);
			put_end(k);
		} else {
			refuse(k, "refused", error);
		}
	}
}
