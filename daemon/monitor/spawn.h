/* spawn.h - starting one role in a process of its own.
 *
 * Knows: fork, descriptors at fixed numbers, what a child inherits and what not. Owns the
 * descriptor of the daemon's own binary: a child that is started again is the same program,
 * whatever happened to the file. Called by the monitor. Never waits for the child.
 */
#ifndef SEGAUDIT_SPAWN_H
#define SEGAUDIT_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/role.h"

struct spawn {
	int exe;		/* of this program */
	bool debug, foreground; /* handed on */
};

/* 0 or -errno. Before privileges are dropped: later the file may be out of reach. */
int spawn_init(struct spawn *s, bool debug, bool foreground);

/* Starts the role NAME ("hub", "worker", "capture") with FDS at ROLE_FD_CONTROL and up; with
 * CAP_NET_RAW or without any capability. It ignores SIGINT, SIGTERM and SIGHUP, which the terminal
 * or systemd may send to all: only the monitor decides; it dies with the monitor. Its pid, or
 * -errno. */
pid_t spawn(const struct spawn *s, const char *name, const struct role_args *args, const int *fds,
    unsigned nfds, bool net_raw);

#endif
