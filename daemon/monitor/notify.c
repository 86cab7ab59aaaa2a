/* notify.c - see notify.h. */
#include "monitor/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A whole decimal number from the environment, 0 when it is none. */
static uint64_t
number_of(const char *name)
{
	const char *text = getenv(name);
	char *end;
	unsigned long long value;

	if (!text || *text < '0' || *text > '9')
		return 0;
	value = strtoull(text, &end, 10);
	return *end ? 0 : value;
}

static void
take_address(struct notify *n, const char *path)
{
	size_t size = path ? strlen(path) : 0;

	if (size < 2 || size >= sizeof n->to.sun_path || (*path != '/' && *path != '@'))
		return;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, path, size);
	if (*path == '@')
		n->to.sun_path[0] = '\0'; /* an abstract address */
	n->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

void
notify_init(struct notify *n)
{
	uint64_t usec = number_of("WATCHDOG_USEC"), pid = number_of("WATCHDOG_PID");

	memset(n, 0, sizeof *n);
	take_address(n, getenv("NOTIFY_SOCKET"));
	if (usec && usec < (uint64_t)NS_DAY && (!pid || pid == (uint64_t)getpid()))
		n->watchdog = (nstime)usec * NS_USEC;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
notify(const struct notify *n, const char *lines)
{
	ssize_t sent;
	int fd;

	if (!n->size)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sent = sendto(fd, lines, strlen(lines), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)(const void *)&n->to, n->size);
	(void)sent; /* what it does not hear it acts upon: that is what it is for */
	close(fd);
}

void
notify_reloading(const struct notify *n, nstime mono)
{
	char lines[64];
	int size = snprintf(
	    lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(mono / NS_USEC));

	if (size > 0 && (size_t)size < sizeof lines)
		notify(n, lines);
}
