/* netlink.h - the gateway's interfaces and addresses as the kernel tells them, and every change.
 *
 * Knows: rtnetlink messages of links and addresses, renames, overruns, and when to ask for
 * everything again. Owns two netlink sockets and what the kernel said last. Called by the hub's
 * loop, which passes the time; answers through two functions. The only user of libnl in the
 * daemon's main path. Never changes anything in the kernel, never waits for an event.
 */
#ifndef SEGAUDIT_NETLINK_H
#define SEGAUDIT_NETLINK_H

#include "model/msg.h"

#define NETLINK_REDUMP	 (10 * NS_MIN)	 /* everything is asked for again, whatever events said */
#define NETLINK_DEBOUNCE (200 * NS_MSEC) /* from an overrun to the question for everything */

enum { NETLINK_ADDRS = 4096 }; /* addresses kept at most */

/* A watched interface is another than it was, or was looked at for the first time. WHY is GAP_START
 * when it is there and up, else GAP_LINK_DOWN, GAP_IFACE_GONE or GAP_IFACE_RENAMED. */
typedef void netlink_link(void *ctx, const struct msg_link *link, enum gap_reason why);

/* The gateway's addresses are others than they were: all of them, in the order of their bytes, each
 * once. */
typedef void netlink_addrs(void *ctx, const struct addr *addrs, uint32_t n);

struct netlink;

/* Without sockets yet: nothing is asked until netlink_open(). NULL when there is no memory. */
struct netlink *netlink_new(netlink_link *link, netlink_addrs *addrs, void *ctx);
void netlink_free(struct netlink *n);

/* From now on the interfaces of P are watched; their numbers are the policy's. What is already
 * known of them is said at once when it is new or its number changed. */
void netlink_watch(struct netlink *n, const struct policy *p);

/* Subscribes and asks for everything. Every watched interface is said once, and the addresses. 0 or
 * -errno. */
int netlink_open(struct netlink *n, nstime mono);

/* For ppoll(POLLIN); -1 while there is none. */
int netlink_fd(const struct netlink *n);

/* Reads all events that are there. True when events were lost (overrun): everything will be asked
 * again after NETLINK_DEBOUNCE. */
bool netlink_read(struct netlink *n, nstime mono);

/* Asks for everything when that is due, and says the differences. True when events are lost because
 * there is no socket for them: tried again after a second. */
bool netlink_tick(struct netlink *n, nstime mono);
nstime netlink_due(const struct netlink *n);

/* Takes one rtnetlink message as if it had come as an event; what is cut or foreign is skipped. For
 * tests without a kernel. */
void netlink_message(struct netlink *n, const void *message, size_t size);

/* "3.7.0": of the libnl that it was built with. Borrowed. */
const char *netlink_library(void);

#endif
