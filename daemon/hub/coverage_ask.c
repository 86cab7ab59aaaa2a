/* coverage_ask.c - see coverage_ask.h. */
#include "hub/coverage_ask.h"

#include "hub/coverage_state.h"

nstime
coverage_started(const struct coverage *c, nstime *mono)
{
	*mono = c->started.mono;
	return c->started.wall;
}

bool
coverage_iface(const struct coverage *c, const struct accounts *a, size_t i, nstime mono,
    struct coverage_iface *to)
{
	if (i >= POLICY_IFACES || !c->boundary[i].used)
		return false;

	const struct boundary *b = &c->boundary[i];
	*to = (struct coverage_iface){ .name = b->name,
		.blind = b->blind,
		.quiet = b->quiet,
		.since = b->quiet ? b->quiet_from.wall : b->since.wall,
		.reasons = b->blind ? b->reasons : 0,
		.watched_for = b->watched_for,
		.blind_for = b->blind_for,
		.count = a->iface[i] };
	*(b->blind ? &to->blind_for : &to->watched_for) += mono - b->accounted;
	for (size_t k = 0; k < LOSS_KINDS; k++)
		to->losing = to->losing || b->loss[k].lasts;
	return true;
}

bool
coverage_losing(const struct coverage *c)
{
	for (size_t k = 0; k < LOSS_KINDS; k++)
		if (c->loss[k].lasts)
			return true;
	return false;
}

bool
coverage_period(const struct coverage *c, enum period_kind k, nstime *from, nstime *to)
{
	*from = c->period[k].from.wall;
	*to = c->period[k].to.wall;
	return *to != 0;
}

bool
coverage_pair(
    const struct coverage *c, enum period_kind k, uint8_t from, uint8_t to, struct assurance *a)
{
	if (!assurance_lists(c->zone_ifaces, from, to))
		return false;
	assurance_of(&c->period[k], c->zone_ifaces, &c->pair[k][from][to], from, to, a);
	return true;
}
