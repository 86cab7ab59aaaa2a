/* doubt.h - why a pair of zones is not assured: the words, and what they mean.
 *
 * Knows: doubt.def. Owns nothing. The hub decides and says the words, the client explains them.
 */
#ifndef SEGAUDIT_DOUBT_H
#define SEGAUDIT_DOUBT_H

enum doubt {
#define DOUBT(name, word, brief, sentence, brief_ja, sentence_ja) DOUBT_##name,
#include "model/doubt.def"
#undef DOUBT
	DOUBTS
};

struct doubt_text {
	const char *word;
	/* {key} stands for a field. */
	const char *brief, *sentence, *brief_ja, *sentence_ja;
};

/* The row of a doubt, or NULL. */
const struct doubt_text *doubt_text(unsigned doubt);

#endif
