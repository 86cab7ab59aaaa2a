/* mime_kind.h - what a part is by what it declares: permitted, or which words it has.
 *
 * Knows: media types, and the words that they make. Owns nothing. Called by mime when a header
 * section is over. Never looks into a body.
 */
#ifndef SEGAUDIT_MIME_KIND_H
#define SEGAUDIT_MIME_KIND_H

#include "worker/mime.h"

/* The words of enum what for a part as its header section says it is; those of a multipart's own
 * parts, or of what a text holds, are others. */
uint64_t mime_kind(const struct mime_rules *r, const struct mime_section *s);

/* Is it one of the media types that begin with PREFIX ("text/")? */
bool mime_is(const struct mime_declared *d, const char *prefix);

#endif
