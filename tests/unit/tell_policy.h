/* tell_policy.h - small policies made by hand, for tests of what is said: zones, interfaces,
 * conduits, one time offset, no tries.
 *
 * One struct is the image: offsets are those of its members. Texts may be anything, also what a
 * configuration would refuse.
 */
#ifndef SEGAUDIT_TELL_POLICY_H
#define SEGAUDIT_TELL_POLICY_H

#include <stdlib.h>

#include "model/policy.h"

enum { TELL_ZONES = 8, TELL_IFACES = 8, TELL_CONDUITS = 8, TELL_TEXTS = 8192 };

struct tell_policy {
	struct policy	p;
	struct policy_zone zone[TELL_ZONES];
	struct policy_iface iface[TELL_IFACES];
	struct policy_conduit conduit[TELL_CONDUITS];
	struct policy_offset offset;
	char		texts[TELL_TEXTS];
	uint32_t	used;
};

static inline uint32_t
tell_text(struct tell_policy *t, const char *text)
{
	size_t size = strlen(text) + 1;
	uint32_t at = t->used;

	if (size > sizeof t->texts - at)
		abort();
	memcpy(t->texts + at, text, size);
	t->used += (uint32_t)size;
	return (uint32_t)(offsetof(struct tell_policy, texts) + at);
}

static inline struct tell_policy *
tell_policy_new(uint32_t generation, int32_t offset)
{
	struct tell_policy *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	t->p = (struct policy){ .magic = POLICY_MAGIC,
		.size = sizeof *t,
		.generation = generation,
		.model = MODEL_ALPHA,
		.zones = offsetof(struct tell_policy, zone),
		.ifaces = offsetof(struct tell_policy, iface),
		.conduits = offsetof(struct tell_policy, conduit),
		.offsets = offsetof(struct tell_policy, offset),
		.noffsets = 1 };
	t->offset = (struct policy_offset){ .from = NSTIME_ALWAYS, .offset = offset };
	return t;
}

static inline uint8_t
tell_zone(struct tell_policy *t, const char *id, const char *label, enum policy_class class)
{
	t->zone[++t->p.nzones] = (struct policy_zone){ .id = tell_text(t, id),
		.label = tell_text(t, label),
		.class = (uint8_t) class,
		.captured = true };
	return (uint8_t)t->p.nzones;
}

static inline uint16_t
tell_iface(struct tell_policy *t, const char *name)
{
	struct policy_iface *f = &t->iface[t->p.nifaces];

	f->used = true;
	for (size_t i = 0; i < sizeof f->name - 1 && name[i]; i++)
		f->name[i] = name[i];
	return (uint16_t)t->p.nifaces++;
}

static inline uint32_t
tell_conduit(struct tell_policy *t, const char *id, uint8_t from, uint8_t to, const char *services,
    const char *hours, nstime expires)
{
	t->conduit[t->p.nconduits] = (struct policy_conduit){ .id = tell_text(t, id),
		.from = from,
		.to = to,
		.expires = expires,
		.services_text = tell_text(t, services),
		.hours_text = tell_text(t, hours) };
	return t->p.nconduits++;
}

#endif
