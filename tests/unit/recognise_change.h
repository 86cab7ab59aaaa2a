/* recognise_change.h - near misses: a conversation that is confirmed, with one byte of it changed.
 */
#ifndef RECOGNISE_CHANGE_H
#define RECOGNISE_CHANGE_H

#include "recognise_feed.h"

struct change {
	const char *name;
	uint8_t part;  /* of the conversation, from 0 */
	uint16_t at;   /* of the part's bytes */
	uint8_t value; /* that no protocol allows there */
};

/* With each of N changes it is nothing, wherever it is cut. */
static inline void
check_changes(const struct conversation *good, const struct change *change, size_t n)
{
	check_conversations(good, 1);
	for (; n-- > 0; change++) {
		struct conversation near = *good;
		struct said *part = &near.part[change->part];
		char *bytes = malloc(part->n);

		assert_non_null(bytes);
		assert_true(change->at < part->n);
		memcpy(bytes, part->bytes, part->n);
		if ((uint8_t)bytes[change->at] == change->value)
			fail_msg("%s: %s: it is so already", good->name, change->name);
		bytes[change->at] = (char)change->value;
		part->bytes = bytes;
		near.name = change->name;
		near.app = APP_UNKNOWN;
		near.sure = SURE_NOT;
		check_conversations(&near, 1);
		free(bytes);
	}
}

#endif
