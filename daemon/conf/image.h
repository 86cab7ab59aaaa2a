/* image.h - the bytes of a policy image behind its header, while they are put together.
 *
 * Knows: offsets and alignment. Owns the bytes. Called by conf/compile*.c. Never moves an offset
 * that it gave out. What did not fit or found no memory sticks in `failed`: ask once, at the end.
 */
#ifndef SEGAUDIT_IMAGE_H
#define SEGAUDIT_IMAGE_H

#include "model/policy.h"

struct image {
	uint8_t *at;
	size_t n, size; /* n counts from the start of the image, its header too */
	bool failed;
};

/* An image's size is a uint32_t, and a leaf holds a quarter of an offset below TRIE_NODE. */
#define IMAGE_MOST ((size_t)1 << 31)

struct image image_new(void);
void image_free(struct image *i);

/* Appends SIZE bytes at a multiple of 8. Returns their offset; 0 when SIZE is 0 or it failed. */
uint32_t image_add(struct image *i, const void *bytes, size_t size);

/* Appends a text. Returns its offset; 0 for NULL and "". */
uint32_t image_text(struct image *i, const char *text);

/* Appends texts as one, joined by commas. */
uint32_t image_joined(struct image *i, const char *const *texts, uint32_t n);

#endif
