/* state.h - what the parts of the monitor share: monitor.c (order of start and stop), hear.c (what
 * children say).
 *
 * Knows: the monitor's whole state. Included by those two and by nobody else.
 */
#ifndef SEGAUDIT_MONITOR_STATE_H
#define SEGAUDIT_MONITOR_STATE_H

#include "monitor/child.h"
#include "monitor/monitor.h"
#include "monitor/notify.h"

enum {
	CHILDREN = 2 + ROLE_WORKERS,
	HUB = 0, /* positions in children */
	CAPTURE = 1,
	WORKER = 2,
	NOTICES = 16, /* that wait for the hub */
};

enum phase {
	PHASE_HUB,
	PHASE_WORKERS,
	PHASE_CAPTURE,
	PHASE_RUNNING,
	PHASE_STOP_CAPTURE,
	PHASE_STOP_WORKERS,
	PHASE_STOP_HUB,
	PHASE_OVER
};

struct monitor {
	const struct monitor_options *options;
	struct spawn spawn;
	struct shared shared;
	struct notify notify;
	struct policy *policy; /* the running generation, as built */
	struct compile_ifaces ifaces;
	struct news news;
	struct child child[CHILDREN];
	unsigned children;
	enum phase phase;
	bool reloading;	   /* a new generation is on its way */
	bool reload_asked; /* by the hub, for somebody who may */
	struct msg_notice notice[NOTICES];
	unsigned notices;
	nstime mono, now;
	nstime watchdog_due;
	int status; /* to exit with */
};

/* hear.c */

/* Takes all messages of a child. One that sends what it may not is ended. */
void hear(struct monitor *m, struct child *c);

/* Ends children that hang, and tells the service manager while all are well. SLEPT: since the last
 * look; when that is long, this process itself was stopped, and the silence is nobody's fault. */
void hear_silence(struct monitor *m, nstime slept);

#endif
