/* outlet_remote.c - see outlet_remote.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "hub/outlet_remote.h"
#include "hub/reading.h"

/* IANA keeps 32473 for examples and documents: nobody else's fields have this name. */
#define SD_ID "segaudit@32473"

enum {
	NO_ANSWER_MS =
	    60000,	  /* of a collector that confirms nothing: then the connection is over */
	HEAR_MOST = 4096, /* bytes of its talk that are read away at once */
};

/* The host's name, printable ASCII as RFC 5424 has it, or the sign for none. */
static void
put_host(struct text *t)
{
	struct utsname host;
	size_t n = 0;

	if (uname(&host) == 0)
		while (host.nodename[n] > ' ' && host.nodename[n] < 0x7f)
			n++;
	if (n)
		text_bytes(t, host.nodename, n);
	else
		text_bytes(t, "-", 1);
}

/* Bytes of the SIZE at P until something that RFC 5424 wants escaped. */
static size_t
plain(const char *p, size_t size)
{
	size_t n = 0;

	while (n < size && p[n] != '\\' && p[n] != ']')
		n++;
	return n;
}

/* ` key="value"`, whole or not at all, if MOST bytes are not passed. The line's \" and \\ mean the
 * same here; its other escapes become text: \\x1b. */
static void
put_param(struct text *t, size_t most, const struct record_field *f)
{
	size_t start = t->len;
	const char *p = f->value.at, *end = p + f->value.size;

	text_bytes(t, " ", 1);
	text_bytes(t, f->key.at, f->key.size);
	text_bytes(t, "=\"", 2);
	while (p < end) {
		size_t n = plain(p, (size_t)(end - p));

		text_bytes(t, p, n);
		p += n;
		if (p == end)
			break;
		bool pair = *p == '\\' && end - p > 1 && (p[1] == '"' || p[1] == '\\');

		text_bytes(t, "\\", 1);
		text_bytes(t, p + pair, 1);
		p += pair ? 2 : 1;
	}
	text_bytes(t, "\"", 1);
	if (t->cut || t->len > most) {
		t->len = start;
		t->cut = false;
	}
}

static void
put_data(struct text *t, size_t most, struct reading *r)
{
	const struct record_field state = { .key = { "state", 5 }, .value = r->state };

	text_string(t, "[" SD_ID);
	put_param(t, most, &state);
	while (reading_next(r))
		if (!span_is(r->field.key, "msg"))
			put_param(t, most, &r->field);
	text_bytes(t, "]", 1);
}

void
remote_record(struct text *t, const struct outlet *o, const struct outlet_line *line)
{
	char time[NSTIME_TEXT];
	struct reading r;
	bool known = reading_begin(&r, line->text, line->size);

	text_add(t, "<%d>1 %s ", o->facility * 8 + line->severity,
	    nstime_text(time, line->time, line->offset));
	put_host(t);
	text_add(t, " %s %d %.*s ", o->ident, (int)o->pid, known ? READING_ID : 1,
	    known ? r.id.at : "-");
	if (known)
		put_data(t, REMOTE_RECORD - line->size - 2, &r); /* `] ` and the line follow */
	else
		text_bytes(t, "-", 1);
	text_bytes(t, " ", 1);
	text_bytes(t, line->text, line->size);
}

union address {
	struct sockaddr any;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
};

/* The socket address of `tcp:192.0.2.1:514`, `udp:[2001:db8::1]:514`; returns its size, 0 when it
 * is none. */
static socklen_t
address_of(const char *text, union address *to)
{
	char host[INET6_ADDRSTRLEN];
	const char *from = text + 4, *colon = strrchr(text, ':');
	bool is6 = from < colon && *from == '[' && colon[-1] == ']';
	size_t size = colon > from ? (size_t)(colon - from) - (is6 ? 2 : 0) : 0;
	unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;

	if (size == 0 || size >= sizeof host || port == 0 || port > UINT16_MAX)
		return 0;
	memcpy(host, from + is6, size);
	host[size] = '\0';
	memset(to, 0, sizeof *to);
	if (is6) {
		to->in6.sin6_family = AF_INET6;
		to->in6.sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host, &to->in6.sin6_addr) == 1 ? sizeof to->in6 : 0;
	}
	to->in4.sin_family = AF_INET;
	to->in4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &to->in4.sin_addr) == 1 ? sizeof to->in4 : 0;
}

/* A collector that is gone without a word must be noticed when lines are on their way, not after
 * the quarter of an hour that the kernel would try. */
static void
set_options(int fd)
{
	const unsigned ms = NO_ANSWER_MS;
	const int on = 1;

	/* Without these it is noticed later: no reason to do without a collector. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static int
begin(struct outlet *o, nstime mono)
{
	union address to;
	socklen_t size = address_of(o->path, &to);
	int kind = o->stream ? SOCK_STREAM : SOCK_DGRAM;

	if (!size)
		return -EINVAL;
	int fd = socket(to.any.sa_family, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (o->stream)
		set_options(fd);
	if (connect(fd, &to.any, size) < 0 && errno != EINPROGRESS) {
		int error = -errno;

		close(fd);
		return error;
	}
	o->fd = fd;
	o->handed = 0;
	o->connecting = o->stream; /* even if it is there: the next look says so */
	o->connect_until = mono + REMOTE_CONNECT;
	return 0;
}

/* Has the collector answered? */
static int
finish(struct outlet *o, nstime mono)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof error;

	if (poll(&p, 1, 0) <= 0) {
		if (mono < o->connect_until)
			return -EINPROGRESS;
		error = ETIMEDOUT;
	} else if (getsockopt(o->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) {
		error = errno;
	}
	if (error) {
		outlet_close(o);
		return -error;
	}
	o->connecting = false;
	return 0;
}

int
remote_open(struct outlet *o, nstime mono)
{
	int r = o->fd < 0 ? begin(o, mono) : 0;

	return r == 0 && o->connecting ? finish(o, mono) : r;
}

enum outlet_result
remote_send(struct outlet *o, const struct outlet_line *line)
{
	char record[8 + REMOTE_RECORD + 1], *at = record + 8;
	struct text t = text_of(at, sizeof record - 8);
	enum outlet_result r = outlet_flush(o);

	if (r != OUTLET_SENT)
		return r;
	remote_record(&t, o, line);
	if (t.cut)
		return OUTLET_REFUSED;
	size_t size = t.len;
	if (o->stream) {
		char count[8];
		int n = snprintf(count, sizeof count, "%zu ", t.len);

		if (n < 0 || n > 7)
			return OUTLET_REFUSED;
		at -= n;
		memcpy(at, count, (size_t)n);
		size += (size_t)n;
	}
	ssize_t sent = send(o->fd, at, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return outlet_result_of(errno);
	o->handed += size;
	o->rest_size = size - (size_t)sent;
	memcpy(o->rest, at + sent, o->rest_size);
	return OUTLET_SENT;
}

enum outlet_result
remote_hear(struct outlet *o)
{
	int error = 0;
	socklen_t size = sizeof error;

	if (o->fd < 0 || o->connecting)
		return OUTLET_SENT;
	if (getsockopt(o->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error)
		return OUTLET_BROKEN;
	char nothing[HEAR_MOST];
	ssize_t n = recv(o->fd, nothing, sizeof nothing, MSG_DONTWAIT);
	if (n < 0)
		return outlet_result_of(errno) == OUTLET_BROKEN ? OUTLET_BROKEN : OUTLET_SENT;
	return n == 0 && o->stream ? OUTLET_BROKEN : OUTLET_SENT;
}

uint64_t
remote_unconfirmed(const struct outlet *o)
{
	int queued = 0;

	if (!o->stream || o->fd < 0)
		return 0;
	if (ioctl(o->fd, SIOCOUTQ, &queued) < 0 || queued < 0)
		return o->handed; /* nothing is known */
	return (uint64_t)queued + o->rest_size;
}
