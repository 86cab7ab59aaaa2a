/* outlet.c - see outlet.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "hub/ecs.h"
#include "hub/outlet.h"
#include "hub/outlet_journal.h"
#include "hub/outlet_remote.h"

const char *
outlet_name(uint8_t target)
{
	static const char *const names[] = {
		[TARGET_SYSLOG] = "syslog",
		[TARGET_JOURNALD] = "journald",
		[TARGET_STDERR] = "stderr",
		[TARGET_FILE] = "file",
		[TARGET_JSON] = "json",
		[TARGET_REMOTE] = "remote",
	};

	return target < sizeof names / sizeof *names ? names[target] : "?";
}

void
outlet_init(struct outlet *o, uint8_t target, uint8_t facility, const char *path, const char *ident,
    pid_t pid)
{
	size_t n = strnlen(path, sizeof o->path - 1);

	memset(o, 0, sizeof *o);
	o->target = target;
	o->facility = facility;
	memcpy(o->path, path, n);
	o->ident = ident;
	o->pid = pid;
	o->fd = -1;
	o->stream = target == TARGET_REMOTE && strncmp(path, "tcp:", 4) == 0;
}

void
outlet_close(struct outlet *o)
{
	if (o->fd >= 0 && o->target != TARGET_STDERR)
		close(o->fd);
	o->fd = -1;
	o->rest_size = 0;
	o->connecting = false;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(path);

	if (n >= sizeof a.sun_path)
		return -ENAMETOOLONG;
	memcpy(a.sun_path, path, n);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&a, sizeof a) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

static int
socket_open(struct outlet *o)
{
	struct stat st;

	/* Before connect(): if it is replaced in between, lines come twice rather than not. */
	if (stat(o->path, &st) < 0)
		return -errno;
	o->dev = st.st_dev;
	o->ino = st.st_ino;
	o->changed = st.st_ctim;
	o->handed = 0;
	return connect_to(o->path);
}

static int
file_open(struct outlet *o)
{
	struct stat st;
	/* O_NONBLOCK: the path may be a FIFO that nobody reads. */
	int fd =
	    open(o->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	o->dev = st.st_dev;
	o->ino = st.st_ino;
	return fd;
}

int
outlet_open(struct outlet *o, nstime mono)
{
	int fd = -EINVAL;

	if (o->target == TARGET_REMOTE)
		return remote_open(o, mono);
	if (o->fd >= 0)
		return 0;
	if (o->target == TARGET_STDERR)
		fd = STDERR_FILENO;
	else if (outlet_is_local_socket(o))
		fd = socket_open(o);
	else
		fd = file_open(o);
	if (fd < 0)
		return fd;
	o->fd = fd;
	return 0;
}

enum outlet_result
outlet_result_of(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
	case ENOBUFS:
	case ENOMEM:
	case ENOSPC:
	case EDQUOT:
		return OUTLET_BUSY;
	case EMSGSIZE:
		return OUTLET_REFUSED;
	default: /* ENOTCONN, ECONNREFUSED, ECONNRESET, EPIPE, EIO … */
		return OUTLET_BROKEN;
	}
}

static enum outlet_result
datagram_send(struct outlet *o, const char *record, size_t size)
{
	if (send(o->fd, record, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return outlet_result_of(errno);
	o->handed += size;
	return OUTLET_SENT;
}

static enum outlet_result
syslog_send(struct outlet *o, const struct outlet_line *line)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	char record[OUTLET_RECORD];
	time_t seconds = (time_t)(line->time / NS_SEC);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof tm);
	/* strftime("%b") would follow the locale, and syslog wants English. */
	int head = snprintf(record, sizeof record,
	    "<%d>%s %2d %02d:%02d:%02d %s[%d]: ", o->facility * 8 + line->severity,
	    months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, o->ident, (int)o->pid);
	if (head < 0 || (size_t)head > sizeof record - line->size)
		return OUTLET_REFUSED;
	memcpy(record + head, line->text, line->size);
	return datagram_send(o, record, (size_t)head + line->size);
}

static enum outlet_result
journal_send(struct outlet *o, const struct outlet_line *line)
{
	char record[JOURNAL_RECORD];
	struct text t = text_of(record, sizeof record);

	journal_record(&t, o, line);
	return datagram_send(o, record, t.len);
}

/* One write that does not wait. Bytes written, or -errno. */
static ssize_t
write_now(const struct outlet *o, const char *bytes, size_t size)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };
	ssize_t n;

	if (o->target == TARGET_REMOTE) {
		n = send(o->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		return n >= 0 ? n : -errno;
	}
	/* Standard error belongs to others too: its flags stay as they are, so ask before every
	 * write. A pipe that is writable takes a record whole; a socket says EAGAIN by
	 * MSG_DONTWAIT. */
	if (o->target == TARGET_STDERR) {
		if (poll(&p, 1, 0) <= 0 || !(p.revents & (POLLOUT | POLLERR | POLLNVAL)))
			return -EAGAIN;
		n = send(o->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0 || errno != ENOTSOCK)
			return n >= 0 ? n : -errno;
	}
	n = write(o->fd, bytes, size);
	return n >= 0 ? n : -errno;
}

enum outlet_result
outlet_flush(struct outlet *o)
{
	if (!o->rest_size)
		return OUTLET_SENT;
	ssize_t n = write_now(o, o->rest, o->rest_size);
	if (n < 0)
		return outlet_result_of((int)-n);
	o->rest_size -= (size_t)n;
	memmove(o->rest, o->rest + n, o->rest_size);
	return o->rest_size ? OUTLET_BUSY : OUTLET_SENT;
}

static enum outlet_result
file_send(struct outlet *o, const struct outlet_line *line)
{
	char record[OUTLET_RECORD], time[NSTIME_TEXT];
	struct text t = text_of(record, sizeof record);
	enum outlet_result r = outlet_flush(o);
	bool is_json = o->target == TARGET_JSON && line->size > 1 && line->text[0] == '{';

	if (r != OUTLET_SENT)
		return r;
	nstime_text(time, line->time, line->offset);
	if (is_json) {
		ecs_begin(&t, time, line->severity, line->text, line->size);
		text_bytes(&t, line->text + 1, line->size - 1);
	} else {
		text_add(&t, "%s ", time);
		text_bytes(&t, line->text, line->size);
	}
	text_bytes(&t, "\n", 1);
	if (t.cut)
		return OUTLET_REFUSED;
	ssize_t n = write_now(o, record, t.len);
	if (n < 0)
		return outlet_result_of((int)-n);
	o->rest_size = t.len - (size_t)n;
	memcpy(o->rest, record + n, o->rest_size);
	return OUTLET_SENT;
}

enum outlet_result
outlet_send(struct outlet *o, const struct outlet_line *line)
{
	if (line->size > OUTLET_LINE)
		return OUTLET_REFUSED;
	if (o->target == TARGET_SYSLOG)
		return syslog_send(o, line);
	if (o->target == TARGET_JOURNALD)
		return journal_send(o, line);
	if (o->target == TARGET_REMOTE)
		return remote_send(o, line);
	return file_send(o, line);
}

/* Does nobody read the socket any more, or another one, which may have the same inode? */
static bool
socket_moved(const struct outlet *o, const struct stat *st)
{
	if (st->st_ctim.tv_sec != o->changed.tv_sec || st->st_ctim.tv_nsec != o->changed.tv_nsec)
		return true;
	int fd = connect_to(o->path); /* a connected socket hears of it only when it sends */
	if (fd < 0)
		return true;
	close(fd);
	return false;
}

bool
outlet_moved(const struct outlet *o)
{
	bool is_file = o->target == TARGET_FILE || o->target == TARGET_JSON;
	struct stat st;

	if (o->fd < 0 || o->rest_size || (!is_file && !outlet_is_local_socket(o)))
		return false;
	if (stat(o->path, &st) < 0 || st.st_dev != o->dev || st.st_ino != o->ino)
		return true;
	return !is_file && socket_moved(o, &st);
}

uint64_t
outlet_arrived(const struct outlet *o)
{
	int unread = 0;

	if (o->target == TARGET_REMOTE)
		return o->handed - remote_unconfirmed(o);
	/* What the kernel holds with its own overhead, so that this is less than was read. */
	if (o->fd < 0 || ioctl(o->fd, SIOCOUTQ, &unread) < 0 || unread < 0)
		return 0;
	return o->handed - ((uint64_t)unread < o->handed ? (uint64_t)unread : o->handed);
}

short
outlet_events(const struct outlet *o, bool has_work)
{
	if (o->fd < 0)
		return 0;
	if (outlet_is_local_socket(o))
		return has_work ? POLLOUT : 0;
	if (o->target != TARGET_REMOTE)
		return 0;
	if (o->connecting)
		return POLLOUT;
	/* A datagram socket can be written at all times: its timer must do. */
	return (short)(POLLIN | POLLRDHUP | (has_work && o->stream ? POLLOUT : 0));
}
