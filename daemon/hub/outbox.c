/* outbox.c - see outbox.h. */
#include <errno.h>

#include "hub/outbox.h"

void
outbox_link(struct outbox *o, const struct msg_link *link)
{
	o->link[link->iface] = *link;
	o->link_due[link->iface] = true;
}

void
outbox_addrs(struct outbox *o, const struct addr *addrs, uint32_t n)
{
	o->naddrs = n < NETLINK_ADDRS ? n : NETLINK_ADDRS;
	memcpy(o->addr, addrs, o->naddrs * sizeof *addrs);
	o->next = 0; /* a list that was half sent begins again: `first` says so */
	o->addrs_due = true;
}

void
outbox_ready(struct outbox *o, uint32_t generation)
{
	o->ready.generation = generation;
	o->ready_due = true;
}

/* An empty list is a message too. */
static int
send_addrs(struct outbox *o, const struct chan *monitor)
{
	while (o->addrs_due) {
		struct msg_addrs m = { .first = o->next, .count = o->naddrs - o->next };
		uint32_t most = sizeof m.addr / sizeof *m.addr;

		if (m.count > most)
			m.count = most;
		m.more = o->next + m.count < o->naddrs;
		memcpy(m.addr, o->addr + o->next, m.count * sizeof *m.addr);
		int r = chan_send(monitor, MSG_ADDRS, &m, NULL);
		if (r < 0)
			return r;
		o->next += m.count;
		o->addrs_due = m.more;
	}
	return 0;
}

static int
send_all(struct outbox *o, const struct chan *monitor)
{
	const struct msg_empty alive = { 0 }, reload = { 0 };
	int r = 0;

	if (o->alive_due)
		r = chan_send(monitor, MSG_ALIVE, &alive, NULL);
	if (r < 0)
		return r;
	o->alive_due = false;
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		if (o->link_due[i])
			r = chan_send(monitor, MSG_LINK, &o->link[i], NULL);
		if (r < 0)
			return r;
		o->link_due[i] = false;
	}
	r = send_addrs(o, monitor);
	if (r == 0 && o->ready_due)
		r = chan_send(monitor, MSG_READY, &o->ready, NULL);
	if (r < 0)
		return r;
	o->ready_due = false;
	if (o->reload_due)
		r = chan_send(monitor, MSG_RELOAD, &reload, NULL);
	if (r == 0)
		o->reload_due = false;
	return r;
}

int
outbox_send(struct outbox *o, const struct chan *monitor)
{
	int r = send_all(o, monitor);

	o->full = r == -EAGAIN;
	return o->full ? 0 : r;
}
