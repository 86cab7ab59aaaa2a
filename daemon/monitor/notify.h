/* notify.h - what the service manager is told (sd_notify(3)), in its plain protocol.
 *
 * Knows: NOTIFY_SOCKET and WATCHDOG_USEC, which it takes out of the environment: they are not the
 * children's. Owns the address. Called by the monitor. Without a service manager everything here
 * does nothing. Never blocks.
 */
#ifndef SEGAUDIT_NOTIFY_H
#define SEGAUDIT_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include "base/nstime.h"

struct notify {
	struct sockaddr_un to;
	socklen_t size;	 /* 0: nobody listens */
	nstime watchdog; /* how often it wants to hear of us; 0: never */
};

void notify_init(struct notify *n);

/* Sends lines as "READY=1\nSTATUS=…". */
void notify(const struct notify *n, const char *lines);

/* RELOADING=1 with the monotonic time, as its protocol wants it. */
void notify_reloading(const struct notify *n, nstime mono);

#endif
