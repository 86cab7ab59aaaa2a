/* names.c - finding a zone, a set or a conduit by its name. */
#include "conf/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static uint32_t
hash_of(const char *text)
{
	uint64_t h = 0x9e3779b97f4a7c15u;

	for (const char *c = text; *c; c++)
		h = hash_fold(h ^ (uint8_t)*c, 0xd1b54a32d192ed03u);
	return (uint32_t)h;
}

static struct names_slot *
slot_of(const struct names *n, const char *text)
{
	uint32_t at = hash_of(text) & n->mask;

	while (n->slot[at].text && strcmp(n->slot[at].text, text) != 0)
		at = (at + 1) & n->mask;
	return &n->slot[at];
}

bool
names_init(struct names *n, uint32_t count)
{
	size_t size = 8;

	while (size < (size_t)count * 2)
		size *= 2;
	n->slot = calloc(size, sizeof *n->slot);
	n->mask = (uint32_t)(size - 1);
	return n->slot != NULL;
}

void
names_fini(struct names *n)
{
	free(n->slot);
	n->slot = NULL;
}

uint32_t
names_add(struct names *n, const char *text, uint32_t value)
{
	struct names_slot *s = slot_of(n, text);

	if (s->text)
		return s->value;
	*s = (struct names_slot){.text = text, .value = value};
	return NAMES_NONE;
}

uint32_t
names_find(const struct names *n, const char *text)
{
	const struct names_slot *s = slot_of(n, text);

	return s->text ? s->value : NAMES_NONE;
}
