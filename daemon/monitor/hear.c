/* hear.c - what children say, and that they say it: see state.h. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/state.h"

#define SILENT (8 * NS_SEC) /* a child that says nothing for so long hangs */

/* From the hub: an interface is another than it was. For capture and the workers. */
static bool
take_link(struct monitor *m, const struct msg_link *link)
{
	if (link->iface >= POLICY_IFACES)
		return false;
	m->news.link[link->iface] = *link;
	m->news.links |= UINT64_C(1) << link->iface;
	for (unsigned i = CAPTURE; i < m->children; i++)
		m->child[i].send_links |= UINT64_C(1) << link->iface;
	return true;
}

/* From the hub: the gateway's addresses, some at a time. What is over what a worker can keep only
 * says that it is too much. */
static bool
take_addrs(struct monitor *m, const struct msg_addrs *a)
{
	const uint32_t room = sizeof a->addr / sizeof *a->addr;
	uint32_t at = a->first / room;

	if (a->count > room || a->first % room != 0)
		return false;
	if (at >= NEWS_ADDRS)
		at = NEWS_ADDRS - 1;
	m->news.addrs[at] = *a;
	m->news.addrs[at].first = at * room;
	if (a->more)
		return true;
	m->news.naddrs = at + 1;
	for (unsigned i = WORKER; i < m->children; i++)
		m->child[i].send_addrs = m->news.naddrs;
	return true;
}

/* One message. False when it is nothing that this child may say. */
static bool
take(struct monitor *m, struct child *c, int type, const union msg_any *msg)
{
	switch (type) {
	case MSG_READY:
		c->ready = msg->m_READY.generation;
		c->alive = m->mono;
		return true;
	case MSG_ALIVE:
		c->alive = m->mono;
		return true;
	case MSG_LINK:
		return take_link(m, &msg->m_LINK);
	case MSG_ADDRS:
		return take_addrs(m, &msg->m_ADDRS);
	case MSG_RELOAD:
		m->reload_asked = true;
		return true;
	default: /* chan_receive() has asked the table already */
		return false;
	}
}

void
hear(struct monitor *m, struct child *c)
{
	union msg_any msg;
	int fds[CHAN_FDS];

	for (unsigned i = 0; i < POLICY_IFACES * 4; i++) {
		int type = chan_receive(&c->control, &msg, fds);

		if (type == 0)
			return;
		if (type > 0 && take(m, c, type, &msg))
			continue;
		chan_close(&c->control);
		if (type == -EPIPE)
			return; /* it is ending: SIGCHLD comes */
		log_error("%s %u sent what it may not: it is ended", c->name, c->index);
		kill(c->pid, SIGKILL);
		return;
	}
}

void
hear_silence(struct monitor *m, nstime slept)
{
	nstime recent = m->notify.watchdog ? m->notify.watchdog / 2 : SILENT;
	bool well = true;

	for (unsigned i = 0; i < m->children; i++) {
		struct child *c = &m->child[i];

		if (!c->pid)
			continue;
		if (slept > 2 * NS_SEC)
			c->alive = m->mono;
		well = well && m->mono - c->alive < recent;
		if (m->mono - c->alive < SILENT || m->phase >= PHASE_STOP_CAPTURE)
			continue;
		log_error("%s %u hangs: it is ended", c->name, c->index);
		kill(c->pid, SIGKILL);
		c->alive = m->mono;
	}
	if (!m->notify.watchdog || m->mono < m->watchdog_due || !well)
		return;
	m->watchdog_due = m->mono + m->notify.watchdog / 2;
	notify(&m->notify, "WATCHDOG=1");
}
