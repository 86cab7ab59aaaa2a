/* monitor.h - the role that starts the others and keeps them running.
 *
 * Knows: the order of start and stop, what each child must have, when it is started again. Owns the
 * configuration, the policy's generations, all shared memory and the child processes. Called by
 * main. Never touches a packet or a packet socket; holds CAP_NET_RAW only to hand it to capture.
 */
#ifndef SEGAUDIT_MONITOR_H
#define SEGAUDIT_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct monitor_options {
	const char *file; /* the configuration */
	bool foreground;  /* -f: diagnostics on standard error, not only warnings */
	bool debug;	  /* -D */
	size_t (*flow_memory)(uint32_t flows); /* worker_memory(): this layer cannot ask */
};

/* Runs the daemon until SIGTERM or SIGINT. Returns the exit status of DESIGN 4: 0, 66, 69, 70, 78.
 */
int monitor_run(const struct monitor_options *o);

#endif
