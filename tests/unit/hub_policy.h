/* hub_policy.h - small policy images made by hand, for tests of the hub that need names and outlets
 * but no rules.
 *
 * Zone 1 "kikan" comes in by eth1, 2 "lgwan" by eth2, 3 "internet" by eth3; UTC; heartbeat of 300
 * s.
 */
#ifndef SEGAUDIT_HUB_POLICY_H
#define SEGAUDIT_HUB_POLICY_H

#include <stdlib.h>
#include <string.h>

#include "model/policy.h"

enum { HUB_POLICY_SIZE = 65536 };

struct hub_policy {
	_Alignas(64) union {
		struct policy p;
		uint8_t bytes[HUB_POLICY_SIZE];
	};
	uint32_t used;
};

static inline uint32_t
hub_policy_put(struct hub_policy *h, const void *what, size_t size)
{
	uint32_t at = (h->used + 7) & ~7u;

	assert_true(at + size < HUB_POLICY_SIZE);
	memcpy(h->bytes + at, what, size);
	h->used = at + (uint32_t)size;
	return at;
}

static inline uint32_t
hub_policy_text(struct hub_policy *h, const char *text)
{
	return hub_policy_put(h, text, strlen(text) + 1);
}

/* An image with the three zones. Free with free(). */
static inline struct hub_policy *
hub_policy_new(uint32_t generation)
{
	static const char *const ids[] = { "kikan", "lgwan", "internet" };
	static const char *const names[] = { "eth1", "eth2", "eth3" };
	struct hub_policy *h = aligned_alloc(64, sizeof *h);
	struct policy_zone zones[4];
	struct policy_iface ifaces[3];
	struct policy_line lines[4];
	const struct policy_offset utc = { .from = NSTIME_ALWAYS };
	const uint16_t untagged = 0; /* an index of nothing */

	assert_non_null(h);
	memset(h, 0, sizeof *h);
	memset(zones, 0, sizeof zones);
	memset(ifaces, 0, sizeof ifaces);
	memset(lines, 0, sizeof lines);
	h->used = sizeof h->p;
	for (unsigned i = 0; i < 3; i++) {
		zones[i + 1].id = hub_policy_text(h, ids[i]);
		zones[i + 1].captured = true;
		memcpy(ifaces[i].name, names[i], 5);
		ifaces[i].used = true;
		ifaces[i].nzones = 1;
		ifaces[i].untagged = (uint16_t)(i + 1);
		lines[i + 1] =
		    (struct policy_line){ .iface = (uint16_t)i, .zone = (uint8_t)(i + 1) };
	}
	h->p.magic = POLICY_MAGIC;
	h->p.size = HUB_POLICY_SIZE;
	h->p.generation = generation;
	h->p.workers = 1;
	h->p.heartbeat = 300 * NS_SEC;
	h->p.quiet_after = 300 * NS_SEC;
	h->p.nzones = 3;
	h->p.zones = hub_policy_put(h, zones, sizeof zones);
	h->p.nifaces = 3;
	h->p.ifaces = hub_policy_put(h, ifaces, sizeof ifaces);
	h->p.nlines = 3;
	h->p.lines = hub_policy_put(h, lines, sizeof lines);
	h->p.tagged = hub_policy_put(h, &untagged, sizeof untagged);
	h->p.noffsets = 1;
	h->p.offsets = hub_policy_put(h, &utc, sizeof utc);
	return h;
}

#endif
