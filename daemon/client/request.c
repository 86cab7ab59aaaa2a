/* request.c - see request.h. */
#include "client/request.h"

#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "client/show.h"

#define SERVICE "see `systemctl status segauditd`; for another run_dir give -s RUN_DIR/control"

static void __attribute__((format(printf, 2, 3)))
say(const struct request *r, const char *format, ...)
{
	char bytes[1024];
	va_list args;

	if (r->quiet)
		return;
	va_start(args, format);
	int n = vsnprintf(bytes, sizeof bytes, format, args);
	va_end(args);
	if (n < 0)
		return;
	fputs("segauditctl: ", stderr);
	show_print(stderr, bytes, strlen(bytes));
	fputc('\n', stderr);
}

void
request_init(struct request *r, const char *socket, const char *command)
{
	r->socket = socket;
	r->quiet = false;
	r->fd = -1;
	r->size = 0;
	r->ask = text_of(r->text, sizeof r->text);
	text_add(&r->ask, CONTROL_HELLO " %s", command);
}

void
request_word(struct request *r, const char *word)
{
	text_add(&r->ask, " %s", word);
}

int
request_filter(struct request *r, const char *field)
{
	const char *equals = strchr(field, '=');
	char key[32];

	if (!equals || equals == field || (size_t)(equals - field) >= sizeof key || !equals[1] ||
	    strspn(field, "abcdefghijklmnopqrstuvwxyz0123456789_-") != (size_t)(equals - field)) {
		say(r,
		    "\"%s\" is no filter: KEY=VALUE is meant, as in pair=lgwan>internet or "
		    "sev=crit",
		    field);
		return EX_USAGE;
	}
	memcpy(key, field, (size_t)(equals - field));
	key[equals - field] = '\0';
	text_pair(&r->ask, key, equals + 1, strlen(equals + 1));
	if (r->ask.cut) {
		say(r, "too many filters");
		return EX_USAGE;
	}
	return EX_OK;
}

/* Who may connect to the socket, by its group. */
static void
say_denied(const struct request *r)
{
	struct stat st;
	const struct group *g = NULL;

	if (stat(r->socket, &st) == 0)
		g = getgrgid(st.st_gid);
	if (g)
		say(r,
		    "%s: permission denied: only root and members of the group \"%s\" may ask the "
		    "daemon",
		    r->socket, g->gr_name);
	else
		say(r, "%s: permission denied: only root and members of the daemon's group may ask",
		    r->socket);
}

static int
connect_to(struct request *r, unsigned seconds)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = (time_t)seconds };

	if (strlen(r->socket) >= sizeof a.sun_path) {
		say(r, "%s: too long for the name of a socket", r->socket);
		return EX_USAGE;
	}
	memcpy(a.sun_path, r->socket, strlen(r->socket) + 1);
	r->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (r->fd < 0) {
		say(r, "socket: %s", strerror(errno));
		return EX_UNAVAILABLE;
	}
	(void)setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(r->fd, (const struct sockaddr *)&a, sizeof a) == 0)
		return EX_OK;
	if (errno == EACCES || errno == EPERM)
		say_denied(r);
	else if (errno == ENOENT || errno == ECONNREFUSED)
		say(r, "%s: the daemon is not there: " SERVICE, r->socket);
	else if (errno == EPROTOTYPE || errno == ENOTSOCK)
		say(r, "%s: is not the control socket of segauditd: " SERVICE, r->socket);
	else
		say(r, "%s: %s: " SERVICE, r->socket, strerror(errno));
	return EX_UNAVAILABLE;
}

enum request_result
request_next(struct request *r)
{
	ssize_t n;

	do
		n = recv(r->fd, r->bytes, sizeof r->bytes - 1, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == ECONNRESET) /* it ended before it had read all; its answer is there */
		n = recv(r->fd, r->bytes, sizeof r->bytes - 1, 0);
	if (n <= 0) {
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			say(r, "%s: the daemon does not answer: " SERVICE, r->socket);
		else
			say(r, "%s: the daemon ended the conversation: " SERVICE, r->socket);
		return REQUEST_BROKEN;
	}
	r->size = (size_t)n;
	r->bytes[n] = '\0';
	return r->size == 3 && memcmp(r->bytes, "end", 3) == 0 ? REQUEST_END : REQUEST_RECORD;
}

/* The daemon refused: says why. */
static int
refused(const struct request *r, struct wire *w)
{
	struct span word = record_word(w);
	struct record_field f;
	char msg[512] = "";

	while (record_field(w, &f))
		if (span_is(f.key, "msg"))
			record_plain(msg, sizeof msg, &f);
	say(r, "the daemon refuses (%.*s): %s", (int)word.size, word.at, msg);
	if (span_is(word, "refused"))
		return 1;
	return span_is(word, "syntax") ? EX_USAGE : EX_UNAVAILABLE;
}

int
request_ask(struct request *r, unsigned seconds)
{
	const size_t hello = sizeof CONTROL_HELLO " " - 1;
	int status = connect_to(r, seconds);

	if (status != EX_OK)
		return status;
	/* A daemon that turns us away may have closed already: its reason can still be read. */
	(void)send(r->fd, r->ask.at, r->ask.len, MSG_NOSIGNAL);
	if (request_next(r) != REQUEST_RECORD)
		return EX_UNAVAILABLE;

	struct wire w = wire_of(r->bytes, r->size);
	const uint8_t *at = wire_take(&w, hello);
	if (!at || memcmp(at, CONTROL_HELLO " ", hello) != 0) {
		say(r, "%s: the daemon is of another version", r->socket);
		return EX_UNAVAILABLE;
	}
	struct span word = record_word(&w);
	if (span_is(word, "ok"))
		return EX_OK;
	return refused(r, &w);
}

void
request_end(struct request *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
