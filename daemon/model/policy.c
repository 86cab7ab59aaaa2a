/* policy.c - asking the policy image: lines, zones, interfaces, ports, local time. */
#include "model/policy.h"

#include "model/policy_slot.h"
#include "model/policy_trie.h"

uint16_t
policy_line_of(const struct policy *p, uint16_t iface, uint16_t outer, uint16_t inner)
{
	const uint16_t *tagged = policy_at(p, p->tagged);
	uint32_t at;

	if (iface >= p->nifaces)
		return 0;
	if (!outer) { /* a priority tag is no tag; what is inside it may be one */
		outer = inner;
		inner = 0;
	}
	if (!outer)
		return policy_iface(p, iface)->untagged;
	at = policy_tagged_hash(iface, outer, inner) & p->tagged_mask;
	while (tagged[at]) {
		const struct policy_line *l = policy_line(p, tagged[at]);

		if (l->iface == iface && l->vlan[0] == outer && l->vlan[1] == inner)
			return tagged[at];
		at = (at + 1) & p->tagged_mask;
	}
	return 0;
}

uint8_t
policy_zone_of(const struct policy *p, const struct addr *a, bool is4)
{
	return (uint8_t)policy_leaf(p, is4 ? p->zone4 : p->zone6, a, is4);
}

int
policy_iface_named(const struct policy *p, const char *name)
{
	for (uint32_t i = 0; i < p->nifaces; i++) {
		const struct policy_iface *f = policy_iface(p, (uint16_t)i);

		if (f->used && !strcmp(f->name, name))
			return (int)i;
	}
	return POLICY_NONE;
}

bool
policy_forbidden(const struct policy *p, uint8_t a, uint8_t b)
{
	uint8_t one, other;

	if (p->model == MODEL_NONE || !a || !b)
		return false;
	one = policy_zone(p, a)->class;
	other = policy_zone(p, b)->class;
	return (one == CLASS_CORE && (other == CLASS_INTERNET || other == CLASS_OUTSIDE)) ||
	       (other == CLASS_CORE && (one == CLASS_INTERNET || one == CLASS_OUTSIDE));
}

/* Servers' ports above 1023 that are no client's by chance: below the ranges from which systems
 * take clients' ports, or in wide use by what crosses a municipality's boundaries (databases,
 * screens, proxies, SIP, RADIUS). */
static const uint16_t well_known[] = {
	1194,
	1433,
	1494,
	1521,
	1701,
	1812,
	1813,
	2049,
	2598,
	3128,
	3260,
	3268,
	3269,
	3306,
	3389,
	4172,
	4500,
	4789,
	5060,
	5061,
	5222,
	5353,
	5355,
	5432,
	5900,
	5985,
	5986,
	6081,
	8000,
	8008,
	8080,
	8443,
	8530,
	8531,
	9100,
	9200,
	10050,
	10051,
};

enum policy_say
policy_say(const struct policy *p, uint8_t from, uint8_t to, const char *conduit)
{
	const uint32_t *conduits = policy_at(p, p->say_conduits);
	const uint8_t *pairs = policy_at(p, p->say);
	uint8_t say = p->say ? pairs[from * (p->nzones + 1) + to] : SAY_UNSET;
	uint32_t low = 0, high = p->nsay_conduits;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(conduit, policy_conduit_id(p, conduits[middle]));

		if (order == 0)
			say = policy_conduit(p, conduits[middle])->say;
		if (order <= 0)
			high = middle;
		else
			low = middle + 1;
	}
	return say == SAY_UNSET ? SAY_ALL : (enum policy_say)say;
}

uint32_t
policy_say_count(const struct policy *p, enum policy_say say)
{
	const uint8_t *pairs = policy_at(p, p->say);
	uint32_t n = 0, cells = p->say ? (p->nzones + 1) * (p->nzones + 1) : 0;

	for (uint32_t i = 0; i < cells; i++)
		n += pairs[i] == say;
	for (uint32_t i = 0; i < p->nconduits; i++)
		n += policy_conduit(p, i)->say == say;
	return n;
}

bool
policy_port_named(const struct policy *p, uint8_t proto, uint16_t port)
{
	uint32_t map;
	const uint8_t *bits;

	switch (proto) {
	case 6:
		map = 0;
		break;
	case 17:
		map = 1;
		break;
	case 132:
		map = 2;
		break;
	default: /* a number from outside, not an enum */
		return false;
	}
	if (port < 1024)
		return true;
	bits = (const uint8_t *)policy_at(p, p->ports) + map * 8192;
	if (bits[port >> 3] & 1u << (port & 7))
		return true;
	for (size_t i = 0; i < sizeof well_known / sizeof *well_known; i++)
		if (well_known[i] == port)
			return true;
	return false;
}

int32_t
policy_offset_at(const struct policy *p, nstime t)
{
	const struct policy_offset *o = policy_at(p, p->offsets);
	uint32_t low = 0, high = p->noffsets;

	/* the last one that begins at or before T, or the first */
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (o[mid].from <= t)
			low = mid;
		else
			high = mid;
	}
	return o[low].offset;
}

bool
policy_mac_fits(
    const struct policy *p, const struct policy_conduit *c, bool server, const struct mac *m)
{
	uint32_t n = server ? c->nserver_macs : c->nclient_macs;
	const struct mac *list = policy_at(p, server ? c->server_macs : c->client_macs);

	for (uint32_t i = 0; i < n; i++)
		if (mac_equal(&list[i], m))
			return true;
	return n == 0;
}

const char *
policy_class_name(uint8_t class)
{
	static const char *const names[] = {
		[CLASS_CORE] = "core",
		[CLASS_LGWAN] = "lgwan",
		[CLASS_INTERNET] = "internet",
		[CLASS_OUTSIDE] = "outside",
		[CLASS_WAN] = "wan",
		[CLASS_OTHER] = "other",
	};

	return class < sizeof names / sizeof *names ? names[class] : "?";
}

const char *
policy_condition_name(uint8_t condition)
{
	static const char *const names[] = {
		[COND_NONE] = "none",
		[COND_CLIENT] = "client",
		[COND_SERVER] = "server",
		[COND_SERVICE] = "service",
		[COND_INITIATOR] = "initiator",
		[COND_CLIENT_MAC] = "client_mac",
		[COND_SERVER_MAC] = "server_mac",
		[COND_HOURS] = "hours",
		[COND_EXPIRY] = "expiry",
	};

	return condition < sizeof names / sizeof *names ? names[condition] : "?";
}
