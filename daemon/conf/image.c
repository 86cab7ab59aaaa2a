/* image.c - the bytes of a policy image behind its header, while they are put together. */
#include "conf/image.h"

#include <stdlib.h>

struct image
image_new(void)
{
	struct image i = {.n = sizeof(struct policy), .size = 65536};

	i.at = calloc(1, i.size);
	i.failed = !i.at;
	return i;
}

void
image_free(struct image *i)
{
	free(i->at);
	*i = (struct image){0};
}

/* Room for SIZE bytes more. */
static bool
reserve(struct image *i, size_t size)
{
	size_t room = i->size;
	uint8_t *more;

	if (i->failed || size > IMAGE_MOST || i->n > IMAGE_MOST - size) {
		i->failed = true;
		return false;
	}
	while (room < i->n + size)
		room *= 2;
	if (room == i->size)
		return true;
	more = realloc(i->at, room);
	if (!more) {
		i->failed = true;
		return false;
	}
	i->at = more;
	i->size = room;
	return true;
}

static uint32_t
append(struct image *i, const void *bytes, size_t size)
{
	uint32_t offset = (uint32_t)i->n;

	memcpy(i->at + i->n, bytes, size);
	i->n += size;
	return offset;
}

uint32_t
image_add(struct image *i, const void *bytes, size_t size)
{
	static const uint8_t zeros[8];
	size_t gap = -i->n & 7;

	if (!size || !reserve(i, gap + size))
		return 0;
	(void)append(i, zeros, gap); /* only its effect */
	return append(i, bytes, size);
}

uint32_t
image_text(struct image *i, const char *text)
{
	size_t size = text && *text ? strlen(text) + 1 : 0;

	return size && reserve(i, size) ? append(i, text, size) : 0;
}

uint32_t
image_joined(struct image *i, const char *const *texts, uint32_t n)
{
	uint32_t offset = 0;

	for (uint32_t k = 0; k < n; k++) {
		size_t size = strlen(texts[k]);
		uint32_t at;

		if (!reserve(i, size + 1))
			return 0;
		at = append(i, texts[k], size);
		offset = k ? offset : at;
		(void)append(i, k + 1 < n ? "," : "", 1); /* only its effect */
	}
	return offset;
}
