/* compile.h - a configuration to a policy: what the keys mean together.
 *
 * Knows: the cross-checks (names, overlaps, forbidden pairs), the tries, the groups and the conduit
 * index of model/policy.h. Owns nothing but what it builds. Called by the monitor at start and
 * reload, by -n, -r and tests: one path.
 */
#ifndef SEGAUDIT_COMPILE_H
#define SEGAUDIT_COMPILE_H

#include "conf/conf.h"

/* Numbers of interfaces that must stay what they were in an earlier generation: frames on their way
 * carry them. */
struct compile_ifaces {
	uint32_t n;
	char name[POLICY_IFACES][16];
};

/* Builds the image of C: one block of memory for free(), its size in its header, 64-aligned. NOW
 * decides what is expired (7004) or expires soon (7003). KEEP, which may be NULL, gives and
 * receives the interfaces' numbers. NULL when there were errors, all of them in E. */
struct policy *
compile(const struct conf *c, nstime now, struct compile_ifaces *keep, struct conf_errors *e);

#endif
