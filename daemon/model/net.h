/* net.h - what the gateway is at this moment: its own addresses and MACs, and which boundaries are
 * being captured.
 *
 * Knows: facts that are not policy: live they come from the kernel (hub/netlink) and from capture,
 * in replay from the configuration and the capture files. Owned by the worker, which only reads it
 * while judging. Plain data, no code but the questions below.
 */
#ifndef SEGAUDIT_NET_H
#define SEGAUDIT_NET_H

#include "model/policy.h"

enum { NET_ADDRS = 256 };

struct net_iface {
	struct mac mac;
	bool has_mac; /* its own MAC is known: a frame from it is a copy that leaves */
	nstime
	    open_since; /* captured without a break since; NSTIME_NEVER while it is not captured */
	nstime lost_at; /* when frames of it were last lost, NSTIME_ALWAYS when never */
};

struct net {
	struct net_iface iface[POLICY_IFACES];
	uint32_t naddrs;
	bool addrs_known; /* the list below is all there is; false: forged MACs cannot be told
			     (replay without gateway.addresses) */
	struct addr addr[NET_ADDRS]; /* the gateway's own addresses */
};

/* Does the address belong to the gateway itself? */
static inline bool
net_is_own(const struct net *n, const struct addr *a)
{
	for (uint32_t i = 0; i < n->naddrs; i++)
		if (addr_equal(&n->addr[i], a))
			return true;
	return false;
}

#endif
