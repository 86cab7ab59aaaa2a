/* load.h - from the configuration file to a policy, and what a daemon with it will need.
 *
 * Knows: that start, reload, -n and -r take one path; what a reload cannot change; how much memory
 * is fixed at start. Owns nothing: what it makes is the caller's. Called by the monitor and by
 * main. Never keeps half of a configuration.
 */
#ifndef SEGAUDIT_LOAD_H
#define SEGAUDIT_LOAD_H

#include "conf/compile.h"

/* Reads and compiles FILE. NULL when it has errors, all of them in E. KEEP, which may be NULL,
 * holds the interfaces' numbers: given and, on success only, received. CONF, which may be NULL,
 * receives what was read: for conf_free(). The policy is for free(). */
struct policy *load(const char *file, nstime now, struct compile_ifaces *keep, struct conf **conf,
    struct conf_errors *e);

/* A sealed memory with the canonical text of C, all that was configured, of *SIZE bytes; or -errno.
 */
int load_text(const struct conf *c, uint32_t *size);

/* Writes all errors on standard error, a line each. */
void load_say_errors(const struct conf_errors *e);

/* What roles take for themselves, which this layer cannot ask: bytes of one worker's tables
 * (worker_memory()), and of memory of its own for a worker, capture and the hub. */
struct load_own {
	size_t flows, worker, capture, hub;
};

/* Memory that a daemon with this policy takes at its start, in bytes. */
struct load_memory {
	uint64_t flows, rings, capture, policy;
	uint64_t records; /* what workers leave for the hub, and for themselves after a crash */
	uint64_t sums;	  /* of the hub, after a crash */
	uint64_t roles;	  /* all that is their own, and capture's counters */
	uint64_t total;
	unsigned interfaces;
};

struct load_memory load_memory(const struct policy *p, const struct load_own *own);

/* Keeps in NEW, the policy of a reload, what only a restart can change and every role holds as
 * numbers; says on standard error what differs from the running policy OLD and has to wait for a
 * restart. */
void load_keep(struct policy *new, const struct policy *old);

#endif
