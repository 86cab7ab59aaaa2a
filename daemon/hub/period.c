/* period.c - see period.h. */
#include "hub/period.h"

nstime
period_overlap(const struct period *s, nstime from, nstime to)
{
	nstime low = from > s->from.mono ? from : s->from.mono;
	nstime high = to < s->to.mono ? to : s->to.mono;

	return high > low ? high - low : 0;
}

nstime
period_blind(const struct period_iface *i)
{
	return i->blind[PERIOD_LINK_DOWN] + i->blind[PERIOD_RELOAD] + i->blind[PERIOD_OTHER];
}

uint64_t
period_lost(const struct period_iface *i)
{
	return i->kernel_drops + i->nic_drops + i->ring_full + i->unread;
}

void
period_add(struct period_iface *to, const struct iface_sample *since)
{
	to->frames += since->frames;
	to->bytes += since->bytes;
	to->received += since->received;
	to->kernel_drops += since->kernel_drops;
	to->nic_drops += since->nic_drops;
	to->ring_full += since->ring_full;
	to->unread += since->unread;
}

uint64_t
period_count_since(uint64_t now, uint64_t then)
{
	return now >= then ? now - then : now;
}

struct iface_sample
period_since(const struct iface_sample *now, const struct iface_sample *then)
{
	return (struct iface_sample){
		.frames = period_count_since(now->frames, then->frames),
		.bytes = period_count_since(now->bytes, then->bytes),
		.received = period_count_since(now->received, then->received),
		.kernel_drops = period_count_since(now->kernel_drops, then->kernel_drops),
		.nic_drops = period_count_since(now->nic_drops, then->nic_drops),
		.ring_full = period_count_since(now->ring_full, then->ring_full),
		.unread = period_count_since(now->unread, then->unread),
	};
}

enum period_cause
period_cause(unsigned reasons)
{
	if (reasons & 1u << GAP_LINK_DOWN)
		return PERIOD_LINK_DOWN;
	return reasons == 1u << GAP_RELOAD ? PERIOD_RELOAD : PERIOD_OTHER;
}

/* The last multiple of UNIT that is not behind T, which may lie before 1970. */
static nstime
floor_to(nstime t, nstime unit)
{
	nstime rest = t % unit;

	return t - (rest < 0 ? rest + unit : rest);
}

void
period_hour(const struct policy *p, nstime wall, nstime *begin, nstime *end)
{
	nstime offset = policy_offset_at(p, wall) * NS_SEC;

	*begin = floor_to(wall + offset, NS_HOUR) - offset;
	*end = *begin + NS_HOUR;
}

/* The moment when it is LOCAL on the clocks there. */
static nstime
moment_at(const struct policy *p, nstime local)
{
	nstime guess = local - policy_offset_at(p, local) * NS_SEC;

	return local - policy_offset_at(p, guess) * NS_SEC;
}

void
period_day(const struct policy *p, nstime wall, nstime *begin, nstime *end)
{
	nstime local = floor_to(wall + policy_offset_at(p, wall) * NS_SEC, NS_DAY);

	*begin = moment_at(p, local);
	*end = moment_at(p, local + NS_DAY);
}
