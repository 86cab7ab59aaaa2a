/* control_socket.c - see control_socket.h. */
#include "hub/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "model/control.h"

enum { WAITING = 16 }; /* connections that the kernel keeps for us */

/* Is the file at our path the one that we made? -ENOENT: there is none. */
static int
is_ours(const struct control_socket *s)
{
	struct stat st;

	if (lstat(s->path, &st) < 0)
		return -errno;
	return st.st_dev == s->dev && st.st_ino == s->ino;
}

void
control_socket_close(struct control_socket *s)
{
	if (s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
	if (is_ours(s) == 1)
		(void)unlink(s->path); /* what stays is replaced by the next hub */
}

/* A socket that listens at NAME, which only the daemon's user and group may connect to. */
static int
listen_at(int fd, const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, name, strlen(name) + 1);
	if (unlink(name) < 0 && errno != ENOENT)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&a, sizeof a) < 0)
		return -errno;
	/* Nobody can connect before listen(), whatever the umask let bind() make. */
	if (fchmodat(AT_FDCWD, name, 0660, 0) < 0 || listen(fd, WAITING) < 0) {
		int r = -errno;

		(void)unlink(name); /* the error is already known */
		return r;
	}
	return 0;
}

/* Listens under another name first: whoever connects finds the old hub's socket or a whole new one.
 */
static int
make_socket(struct control_socket *s)
{
	char name[sizeof s->path];
	struct stat st;
	int n = snprintf(name, sizeof name, "%s.new", s->path);

	if (n < 0 || (size_t)n >= sizeof name)
		return -ENAMETOOLONG;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	int r = listen_at(fd, name);
	if (r == 0 && (lstat(name, &st) < 0 || rename(name, s->path) < 0))
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	s->fd = fd;
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return 0;
}

/* Says what became of the socket when that is news. */
static void
say_socket(struct control_socket *s, int r)
{
	if (r < 0 && r != s->said)
		log_error("%s: segauditctl cannot ask this daemon: %s", s->path, strerror(-r));
	if (r == 0 && s->said)
		log_info("%s: segauditctl can ask again", s->path);
	s->said = r;
}

int
control_socket_open(struct control_socket *s, const char *dir)
{
	int n = snprintf(s->path, sizeof s->path, "%s/" CONTROL_SOCKET, dir);
	int r = -ENAMETOOLONG;

	s->fd = -1;
	if (!dir[0]) { /* a policy that was made without one */
		s->path[0] = '\0';
		return -ENOENT;
	}
	if (n > 0 && (size_t)n < sizeof s->path)
		r = make_socket(s);
	say_socket(s, r);
	if (r == -ENAMETOOLONG)
		s->path[0] = '\0'; /* for good */
	return r;
}

void
control_socket_tick(struct control_socket *s)
{
	if (!s->path[0])
		return;
	if (s->fd >= 0 && is_ours(s) == -ENOENT) {
		close(s->fd); /* without its file nobody finds it */
		s->fd = -1;
	}
	if (s->fd < 0)
		say_socket(s, make_socket(s));
}
