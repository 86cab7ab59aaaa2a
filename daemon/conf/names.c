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

/* Where the number of a name is, or belongs. */
static uint32_t *
slot_of(const struct names *n, const char *text, uint32_t hash)
{
	uint32_t at = hash & n->mask;

	for (; n->slot[at]; at = (at + 1) & n->mask) {
		const struct name *name = &n->name[n->slot[at]];

		if (name->hash == hash && strcmp(name->text, text) == 0)
			break;
	}
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
	n->name = calloc((size_t)count + 1, sizeof *n->name);
	n->n = 0;
	return n->slot && n->name;
}

void
names_fini(struct names *n)
{
	free(n->slot);
	free(n->name);
	n->slot = NULL;
	n->name = NULL;
}

uint32_t
names_add(struct names *n, const char *text, uint32_t value)
{
	uint32_t hash = hash_of(text), *slot = slot_of(n, text, hash);

	if (*slot)
		return n->name[*slot].value;
	n->name[++n->n] = (struct name){ .text = text, .value = value, .hash = hash };
	*slot = n->n;
	return NAMES_NONE;
}

uint32_t
names_find(const struct names *n, const char *text)
{
	uint32_t number = *slot_of(n, text, hash_of(text));

	return number ? n->name[number].value : NAMES_NONE;
}
