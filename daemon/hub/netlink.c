/* netlink.c - see netlink.h.
 *
 * Events come on one socket, answers to questions on another: then an overrun of the first cannot
 * disturb the second. Messages are read raw with libnl's attribute parser; its caches are not used
 * (they lose objects, see HACKING).
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "hub/netlink.h"

enum {
	EVENT_BUFFER = 8 << 20, /* asked with privilege; else: */
	EVENT_BUFFER_PLAIN = 2 << 20,
	DUMP_TRIES = 5, /* a dump that was interrupted by a change is repeated */
};

#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP 0x10000 /* linux/if.h keeps it from user space in some versions */
#endif

struct watched {
	char name[16];
	bool used;
	bool said; /* its state was told */
	bool seen; /* in the dump that runs */
	enum gap_reason why;
	struct msg_link link;
};

/* An address, and the interface that has it: the same one may be on two. */
struct held {
	struct addr addr;
	uint32_t index;
	bool seen;
};

struct netlink {
	struct nl_sock *events;
	netlink_link *say_link;
	netlink_addrs *say_addrs;
	void *ctx;
	struct watched watched[POLICY_IFACES];
	struct held held[NETLINK_ADDRS];
	uint32_t nheld;
	struct addr sorted[NETLINK_ADDRS]; /* scratch of say_addrs() */
	struct addr said[NETLINK_ADDRS];
	uint32_t nsaid;
	bool addrs_said;
	bool dumping; /* what is read now is an answer: addresses are said at its end */
	nstime due;   /* the next question for everything */
};

struct netlink *
netlink_new(netlink_link *link, netlink_addrs *addrs, void *ctx)
{
	struct netlink *n = calloc(1, sizeof *n);

	if (n) {
		n->say_link = link;
		n->say_addrs = addrs;
		n->ctx = ctx;
		n->due = NSTIME_NEVER;
	}
	return n;
}

void
netlink_free(struct netlink *n)
{
	if (!n)
		return;
	nl_socket_free(n->events);
	free(n);
}

static void
say(struct netlink *n, struct watched *w, const struct msg_link *now, enum gap_reason why)
{
	const struct msg_link *was = &w->link;

	if (w->said && was->present == now->present && was->up == now->up &&
	    was->index == now->index && mac_equal(&was->mac, &now->mac))
		return;
	w->link = *now;
	w->why = why;
	w->said = true;
	n->say_link(n->ctx, &w->link, why);
}

static void
say_gone(struct netlink *n, struct watched *w, enum gap_reason why)
{
	struct msg_link gone = { .iface = w->link.iface };

	say(n, w, &gone, why);
}

void
netlink_watch(struct netlink *n, const struct policy *p)
{
	for (uint16_t i = 0; i < POLICY_IFACES; i++) {
		struct watched *w = &n->watched[i];
		const struct policy_iface *pi = i < p->nifaces ? policy_iface(p, i) : NULL;

		if (pi && pi->used && w->used && strcmp(w->name, pi->name) == 0)
			continue;
		*w = (struct watched){ .link.iface = i };
		if (pi && pi->used) {
			w->used = true;
			memcpy(w->name, pi->name, sizeof w->name);
			w->name[sizeof w->name - 1] = '\0';
			n->due = NSTIME_ALWAYS;
		}
	}
}

/* A link as a message has it. NAME is not NUL-terminated by the kernel's word alone: nla_strlcpy
 * did it. */
static void
link_is(struct netlink *n, uint32_t index, const char *name, unsigned flags, const struct mac *mac)
{
	const unsigned works = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct watched *w = &n->watched[i];

		if (!w->used)
			continue;
		if (strcmp(w->name, name) != 0) {
			if (w->link.present && w->link.index == index)
				say_gone(n, w, GAP_IFACE_RENAMED);
			continue;
		}
		struct msg_link now = { .iface = w->link.iface,
			.present = true,
			.up = (flags & works) == works,
			.mac = *mac,
			.index = index };
		/* The one before went unseen: say so, that nobody takes the new one for it. */
		if (w->link.present && w->link.index != index)
			say_gone(n, w, GAP_IFACE_GONE);
		say(n, w, &now, now.up ? GAP_START : GAP_LINK_DOWN);
		w->seen = true;
	}
}

static void
link_message(struct netlink *n, struct nlmsghdr *h)
{
	struct nlattr *tb[IFLA_MAX + 1];
	const struct ifinfomsg *m;
	struct mac mac = { { 0 } };
	char name[IFNAMSIZ];

	if (nlmsg_parse(h, sizeof *m, tb, IFLA_MAX, NULL) < 0)
		return;
	m = nlmsg_data(h);
	/* A bridge tells of its ports too: leaving it is RTM_DELLINK of this family, though the
	 * link lives. */
	if (m->ifi_family == AF_BRIDGE || m->ifi_index <= 0)
		return;
	if (h->nlmsg_type == RTM_DELLINK) {
		for (size_t i = 0; i < POLICY_IFACES; i++) {
			struct watched *w = &n->watched[i];

			if (w->used && w->link.present && w->link.index == (uint32_t)m->ifi_index)
				say_gone(n, w, GAP_IFACE_GONE);
		}
		return;
	}
	if (!tb[IFLA_IFNAME])
		return;
	nla_strlcpy(name, tb[IFLA_IFNAME], sizeof name);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == (int)sizeof mac.b)
		memcpy(mac.b, nla_data(tb[IFLA_ADDRESS]), sizeof mac.b);
	link_is(n, (uint32_t)m->ifi_index, name, m->ifi_flags, &mac);
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct addr));
}

/* Tells the addresses when they are others than told before. */
static void
say_addrs(struct netlink *n)
{
	struct addr *all = n->sorted;
	uint32_t unique = 0;

	if (n->dumping)
		return;
	for (uint32_t i = 0; i < n->nheld; i++)
		all[i] = n->held[i].addr;
	qsort(all, n->nheld, sizeof *all, by_bytes);
	for (uint32_t i = 0; i < n->nheld; i++)
		if (i == 0 || !addr_equal(&all[i], &all[unique - 1]))
			all[unique++] = all[i];
	if (n->addrs_said && unique == n->nsaid && memcmp(all, n->said, unique * sizeof *all) == 0)
		return;
	memcpy(n->said, all, unique * sizeof *all);
	n->nsaid = unique;
	n->addrs_said = true;
	n->say_addrs(n->ctx, n->said, unique);
}

static struct held *
held_find(struct netlink *n, const struct addr *a, uint32_t index)
{
	for (uint32_t i = 0; i < n->nheld; i++)
		if (n->held[i].index == index && addr_equal(&n->held[i].addr, a))
			return &n->held[i];
	return NULL;
}

static void
addr_message(struct netlink *n, struct nlmsghdr *h)
{
	struct nlattr *tb[IFA_MAX + 1];
	const struct ifaddrmsg *m;
	struct addr a;

	if (nlmsg_parse(h, sizeof *m, tb, IFA_MAX, NULL) < 0)
		return;
	m = nlmsg_data(h);
	/* On a point-to-point line IFA_ADDRESS is the other end's. */
	const struct nlattr *own = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (own && m->ifa_family == AF_INET && nla_len(own) == 4)
		a = addr_from4(nla_data(own));
	else if (own && m->ifa_family == AF_INET6 && nla_len(own) == 16)
		a = addr_from6(nla_data(own));
	else
		return;
	struct held *held = held_find(n, &a, m->ifa_index);
	if (h->nlmsg_type == RTM_DELADDR) {
		if (held)
			*held = n->held[--n->nheld];
	} else if (held) {
		held->seen = true;
	} else if (n->nheld < NETLINK_ADDRS) {
		n->held[n->nheld++] =
		    (struct held){ .addr = a, .index = m->ifa_index, .seen = true };
	}
	say_addrs(n);
}

static void
any_message(struct netlink *n, struct nlmsghdr *h)
{
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		link_message(n, h);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		addr_message(n, h);
		break;
	default: /* nothing else was subscribed to */
		break;
	}
}

static int
on_message(struct nl_msg *m, void *ctx)
{
	any_message(ctx, nlmsg_hdr(m));
	return NL_OK;
}

void
netlink_message(struct netlink *n, const void *message, size_t size)
{
	struct nlmsghdr h;

	if (size < sizeof h)
		return;
	memcpy(&h, message, sizeof h);
	if (h.nlmsg_len < sizeof h || h.nlmsg_len > size)
		return;
	struct nlmsghdr *copy = malloc(h.nlmsg_len); /* aligned, and ours to pass on */
	if (!copy)
		return;
	memcpy(copy, message, h.nlmsg_len);
	any_message(n, copy);
	free(copy);
}

/* Asks one question on a socket of its own and reads the whole answer. 0 or -NLE_*. */
static int
dump_once(struct netlink *n, int type, unsigned char family)
{
	struct rtgenmsg question = { .rtgen_family = family };
	struct nl_sock *s = nl_socket_alloc();
	int r;

	if (!s)
		return -NLE_NOMEM;
	nl_socket_modify_cb(s, NL_CB_VALID, NL_CB_CUSTOM, on_message, n);
	r = nl_connect(s, NETLINK_ROUTE);
	if (r >= 0) {
		/* The kernel answers at once; the limit is against a kernel that does not. */
		struct timeval limit = { .tv_sec = 5 };

		(void)setsockopt(
		    nl_socket_get_fd(s), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		r = nl_send_simple(s, type, NLM_F_DUMP, &question, sizeof question);
	}
	if (r >= 0)
		r = nl_recvmsgs_default(s);
	nl_socket_free(s);
	return r < 0 ? r : 0;
}

static int
dump(struct netlink *n, int type, unsigned char family)
{
	int r = -NLE_DUMP_INTR;

	for (unsigned i = 0; r == -NLE_DUMP_INTR && i < DUMP_TRIES; i++)
		r = dump_once(n, type, family);
	return r;
}

/* Asks for all links; those that are not in the answer are gone. */
static int
ask_links(struct netlink *n)
{
	for (size_t i = 0; i < POLICY_IFACES; i++)
		n->watched[i].seen = false;
	int r = dump(n, RTM_GETLINK, AF_UNSPEC);
	if (r < 0)
		return r;
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (n->watched[i].used && !n->watched[i].seen)
			say_gone(n, &n->watched[i],
			    n->watched[i].why == GAP_IFACE_RENAMED ? GAP_IFACE_RENAMED :
								     GAP_IFACE_GONE);
	return 0;
}

static int
ask_addrs(struct netlink *n)
{
	uint32_t kept = 0;
	int r;

	for (uint32_t i = 0; i < n->nheld; i++)
		n->held[i].seen = false;
	n->dumping = true;
	r = dump(n, RTM_GETADDR, AF_UNSPEC);
	n->dumping = false;
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n->nheld; i++)
		if (n->held[i].seen)
			n->held[kept++] = n->held[i];
	n->nheld = kept;
	say_addrs(n);
	return 0;
}

static int
ask_all(struct netlink *n, nstime mono)
{
	int links = ask_links(n), addrs = ask_addrs(n);
	bool failed = links < 0 || addrs < 0;

	n->due = mono + (failed ? NS_SEC : NETLINK_REDUMP);
	return failed ? -EIO : 0;
}

static int
events_open(struct netlink *n)
{
	int size = EVENT_BUFFER;

	n->events = nl_socket_alloc();
	if (!n->events)
		return -ENOMEM;
	nl_socket_disable_seq_check(n->events);
	nl_socket_modify_cb(n->events, NL_CB_VALID, NL_CB_CUSTOM, on_message, n);
	if (nl_connect(n->events, NETLINK_ROUTE) < 0 || nl_socket_set_nonblocking(n->events) < 0 ||
	    nl_socket_add_memberships(
		n->events, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0) < 0) {
		nl_socket_free(n->events);
		n->events = NULL;
		return -EIO;
	}
	int fd = nl_socket_get_fd(n->events);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) {
		size = EVENT_BUFFER_PLAIN;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
		    sizeof size); /* what it gets is what there is */
	}
	return 0;
}

int
netlink_open(struct netlink *n, nstime mono)
{
	int r = n->events ? 0 : events_open(n);

	return r < 0 ? r : ask_all(n, mono);
}

int
netlink_fd(const struct netlink *n)
{
	return n->events ? nl_socket_get_fd(n->events) : -1;
}

bool
netlink_read(struct netlink *n, nstime mono)
{
	bool lost = false;
	int r = 0;

	/* A bound, that a storm of events cannot hold the loop. */
	for (unsigned i = 0; n->events && r >= 0 && i < 256; i++)
		r = nl_recvmsgs_default(n->events);
	if (r >= 0 || r == -NLE_AGAIN || r == -NLE_INTR)
		return false;
	/* -NLE_NOMEM is how libnl says ENOBUFS: some events were dropped by the kernel. */
	lost = true;
	if (r != -NLE_NOMEM) {
		nl_socket_free(n->events);
		n->events = NULL;
		(void)events_open(n); /* netlink_tick() tries again */
	}
	if (n->due > mono + NETLINK_DEBOUNCE)
		n->due = mono + NETLINK_DEBOUNCE;
	return lost;
}

bool
netlink_tick(struct netlink *n, nstime mono)
{
	if (mono < n->due)
		return false;
	if (!n->events && events_open(n) < 0) {
		n->due = mono + NS_SEC;
		return true;
	}
	(void)ask_all(n, mono); /* a failure is tried again after a second */
	return false;
}

nstime
netlink_due(const struct netlink *n)
{
	return n->due;
}

const char *
netlink_library(void)
{
	return LIBNL_VERSION;
}
