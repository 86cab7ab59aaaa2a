/* assurance.c - see assurance.h. */
#include "hub/assurance.h"

#include "base/hash.h"
#include "hub/coverage.h"

#define MAP_SEED UINT64_C(0x7a6f6e65736d6170)

enum { NAMES = 8 }; /* interfaces that are named at most */

static uint64_t
add_to_map(uint64_t map, const void *bytes, size_t size)
{
	struct hash_key key;

	hash_key_init(&key, MAP_SEED);
	key.k[0] ^= map;
	return hash_bytes(&key, bytes, size);
}

uint64_t
assurance_map(const struct policy *p, uint64_t zone_ifaces[POLICY_ZONES])
{
	uint64_t map = 0, mirrors = 0;

	memset(zone_ifaces, 0, POLICY_ZONES * sizeof *zone_ifaces);
	for (uint16_t i = 0; i < p->nifaces; i++) {
		const struct policy_iface *pi = policy_iface(p, i);
		const uint8_t is[] = { (uint8_t)i, pi->used, pi->used && pi->mirror };

		if (pi->used && pi->mirror)
			mirrors |= UINT64_C(1) << i;
		map = add_to_map(map, is, sizeof is);
		if (pi->used)
			map = add_to_map(map, pi->name, strnlen(pi->name, sizeof pi->name));
	}
	for (uint32_t i = 1; i <= p->nlines; i++) {
		const struct policy_line *l = policy_line(p, (uint16_t)i);
		const uint16_t is[] = { l->iface, l->vlan[0], l->vlan[1], l->zone };

		if (l->zone)
			zone_ifaces[l->zone] |= UINT64_C(1) << l->iface;
		map = add_to_map(map, is, sizeof is);
	}
	for (uint32_t z = 1; z <= p->nzones; z++) {
		const char *id = policy_zone_id(p, (uint8_t)z);

		if (!zone_ifaces[z])
			zone_ifaces[z] = mirrors;
		map = add_to_map(map, id, strlen(id));
	}
	return map;
}

bool
assurance_lists(const uint64_t zone_ifaces[POLICY_ZONES], uint8_t from, uint8_t to)
{
	return from != to && (zone_ifaces[from] || zone_ifaces[to]);
}

static void
longest(nstime *of, nstime t)
{
	if (t > *of)
		*of = t;
}

/* The doubts about one interface. */
static unsigned
add_iface(struct assurance *a, const struct period_iface *i)
{
	static const enum doubt doubt_of[PERIOD_CAUSES] = { [PERIOD_LINK_DOWN] = DOUBT_link_down,
		[PERIOD_RELOAD] = DOUBT_reload,
		[PERIOD_OTHER] = DOUBT_blind };
	unsigned doubts = 0;

	for (unsigned k = 0; k < PERIOD_CAUSES; k++) {
		if (i->causes & 1u << k)
			doubts |= 1u << doubt_of[k];
		longest(&a->gap[k], i->blind[k]);
	}
	if (doubts & 1u << DOUBT_blind)
		a->reasons |= i->reasons & ~(1u << GAP_LINK_DOWN);
	if (period_lost(i))
		doubts |= 1u << DOUBT_drops;
	if (i->quiet > 0)
		doubts |= 1u << DOUBT_quiet;
	if (i->malformed)
		doubts |= 1u << DOUBT_unverifiable;
	a->drops += period_lost(i);
	a->unverifiable += i->malformed;
	longest(&a->quiet, i->quiet);
	return doubts;
}

/* What concerns all pairs. */
static void
add_whole(struct assurance *a, const struct period *s)
{
	const bool is[DOUBTS] = { [DOUBT_worker_crash] = s->skipped != 0,
		[DOUBT_evicted] = s->evicted || s->fragments,
		[DOUBT_findings] = s->findings != 0,
		[DOUBT_clock] = s->clock != 0,
		[DOUBT_netlink_overrun] = s->overruns != 0,
		[DOUBT_accounts] = s->mismatch != 0 };

	for (unsigned d = 0; d < DOUBTS; d++)
		if (is[d])
			a->doubts |= 1u << d;
	a->skipped = s->skipped;
	a->evicted = s->evicted;
	a->fragments = s->fragments;
	a->findings = s->findings;
	a->clock = s->clock;
	a->overruns = s->overruns;
}

void
assurance_of(const struct period *s, const uint64_t zone_ifaces[POLICY_ZONES],
    const struct period_pair *pair, uint8_t from, uint8_t to, struct assurance *a)
{
	uint64_t ifaces = zone_ifaces[from] | zone_ifaces[to];

	*a = (struct assurance){ .unverifiable = pair->unverifiable,
		.packets = pair->packets,
		.doubtful = pair->doubtful,
		.uncaptured = { !zone_ifaces[from], !zone_ifaces[to] } };
	if (a->uncaptured[0] || a->uncaptured[1])
		a->doubts |= 1u << DOUBT_uncaptured;
	if (pair->unverifiable)
		a->doubts |= 1u << DOUBT_unverifiable;
	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		unsigned doubts = ifaces & UINT64_C(1) << i ? add_iface(a, &s->iface[i]) : 0;

		a->doubts |= doubts;
		if (doubts)
			a->ifaces |= UINT64_C(1) << i;
	}
	add_whole(a, s);
}

void
assurance_words(struct text *t, unsigned doubts)
{
	const char *comma = "";

	for (unsigned d = 0; d < DOUBTS; d++)
		if (doubts & 1u << d) {
			text_add(t, "%s%s", comma, doubt_text(d)->word);
			comma = ",";
		}
}

/* "eth1,eth3", or "eth1,…,+3". */
static void
add_names(struct text *t, const struct policy *p, uint64_t ifaces)
{
	char bytes[NAMES * 17 + 16];
	struct text names = text_of(bytes, sizeof bytes);
	unsigned n = 0;

	for (uint16_t i = 0; i < p->nifaces; i++) {
		if (!(ifaces & UINT64_C(1) << i) || n++ >= NAMES)
			continue;
		text_add(&names, "%s%.16s", names.len ? "," : "", policy_iface(p, i)->name);
	}
	if (n > NAMES)
		text_add(&names, ",+%u", n - NAMES);
	if (n)
		text_pair(t, "in", bytes, names.len);
}

static void
add_seconds(struct text *t, const char *key, nstime length)
{
	char s[32];

	text_add(t, " %s=%s", key, seconds_text(s, length > 0 ? length : 0));
}

static void
add_reasons(struct text *t, unsigned reasons)
{
	const char *comma = " blind_by=";

	for (unsigned r = 0; r < GAP_REASONS; r++)
		if (reasons & 1u << r) {
			text_add(t, "%s%s", comma, gap_word((enum gap_reason)r));
			comma = ",";
		}
}

/* The numbers of one doubt. */
static void
add_doubt(struct text *t, const struct policy *p, uint8_t from, uint8_t to,
    const struct assurance *a, enum doubt d)
{
	char s[32];

	switch (d) {
	case DOUBT_uncaptured:
		/* A pair of two such zones is not listed. */
		text_add(t, " uncaptured=%s", policy_zone_id(p, a->uncaptured[0] ? from : to));
		break;
	case DOUBT_link_down:
		add_seconds(t, "link_down", a->gap[PERIOD_LINK_DOWN]);
		break;
	case DOUBT_blind:
		add_seconds(t, "blind", a->gap[PERIOD_OTHER]);
		add_reasons(t, a->reasons);
		break;
	case DOUBT_reload:
		add_seconds(t, "reload", a->gap[PERIOD_RELOAD]);
		break;
	case DOUBT_drops:
		text_add(t, " drops=%llu", (unsigned long long)a->drops);
		break;
	case DOUBT_quiet:
		add_seconds(t, "quiet", a->quiet);
		break;
	case DOUBT_worker_crash:
		text_add(t, " skipped=%llu", (unsigned long long)a->skipped);
		break;
	case DOUBT_evicted:
		text_add(t, " evicted=%llu fragments=%llu", (unsigned long long)a->evicted,
		    (unsigned long long)a->fragments);
		break;
	case DOUBT_findings:
		text_add(t, " findings=%llu", (unsigned long long)a->findings);
		break;
	case DOUBT_unverifiable:
		text_add(t, " unverifiable=%llu", (unsigned long long)a->unverifiable);
		if (a->packets)
			text_add(t, " unverifiable_pct=%s",
			    percent_text(s, a->doubtful, a->packets, false));
		break;
	case DOUBT_clock:
		add_seconds(t, "clock", a->clock);
		break;
	case DOUBT_netlink_overrun:
		text_add(t, " overruns=%llu", (unsigned long long)a->overruns);
		break;
	case DOUBT_accounts:
	case DOUBTS:
		break;
	}
}

void
assurance_fields(
    struct text *t, const struct policy *p, uint8_t from, uint8_t to, const struct assurance *a)
{
	text_string(t, a->doubts ? " assured=no what=" : " assured=yes");
	assurance_words(t, a->doubts);
	if (a->ifaces)
		add_names(t, p, a->ifaces);
	for (unsigned d = 0; d < DOUBTS; d++)
		if (a->doubts & 1u << d)
			add_doubt(t, p, from, to, a, (enum doubt)d);
}
