/* outbox.h - what the monitor must be told of the kernel and of the hub, kept until its channel
 * takes it.
 *
 * Knows: the newest state of each link and of the addresses; an older one that was not sent yet is
 * not sent any more. Owns copies. Called by the hub. Never waits.
 */
#ifndef SEGAUDIT_OUTBOX_H
#define SEGAUDIT_OUTBOX_H

#include "hub/netlink.h"
#include "model/chan.h"

struct outbox {
	struct msg_link link[POLICY_IFACES];
	bool link_due[POLICY_IFACES];
	struct addr addr[NETLINK_ADDRS];
	uint32_t naddrs, next; /* next: the first one not sent */
	bool addrs_due;
	struct msg_ready ready;
	bool ready_due;
	bool alive_due;
	bool reload_due;
	bool full; /* the channel took no more: call outbox_send() when it can be written */
};

void outbox_link(struct outbox *o, const struct msg_link *link);
void outbox_addrs(struct outbox *o, const struct addr *addrs, uint32_t n);

/* READY goes behind all links and addresses. */
void outbox_ready(struct outbox *o, uint32_t generation);

/* Sends what is due and finds room. 0, or -errno when the channel is no more. */
int outbox_send(struct outbox *o, const struct chan *monitor);

#endif
