/* doubt.c - see doubt.h. */
#include "model/doubt.h"

#include <stddef.h>

static const struct doubt_text texts[DOUBTS] = {
#define DOUBT(name, word, brief, sentence, brief_ja, sentence_ja)                                  \
	[DOUBT_##name] = { word, brief, sentence, brief_ja, sentence_ja },
#include "model/doubt.def"
#undef DOUBT
};

const struct doubt_text *
doubt_text(unsigned doubt)
{
	return doubt < DOUBTS ? &texts[doubt] : NULL;
}
