/* explain.c - see explain.h. */
#include "model/explain.h"

#include <string.h>

/* The one sentence in English, by id: a row of explain.def without one of finding.def does not
 * compile, one of finding.def that nobody explains draws a warning. */
#define FINDING(id_, symbol, name, verdict, sev, raised, meaning_)                                 \
	static const char english_##id_[] = meaning_;
#include "model/finding.def"
#undef FINDING

/* clang-format off */
#define BOTH(en, ja) { en, ja }
#define MEANS(en, ja) { en, ja }
#define DO(run, en, ja) { run, { en, ja } }
#define CAUSES(...) { __VA_ARGS__ }
#define RUN(...) { __VA_ARGS__ }
#define EXPLAIN(id_, clause_, brief_, meaning_, causes_, run_)                                     \
	{ .id = id_, .said = true, .brief = { english_##id_, brief_ }, .meaning = meaning_,        \
	  .causes = causes_, .run = run_, .clause = clause_ },
#define UNSAID(id_, brief_)                                                                        \
	{ .id = id_, .brief = { english_##id_, brief_ } },
/* clang-format on */

static const struct explain texts[] = {
#include "model/explain.def"
};

const struct explain *
explain_of(unsigned id)
{
	size_t low = 0, high = sizeof texts / sizeof *texts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (texts[middle].id == id)
			return &texts[middle];
		if (texts[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

unsigned
explain_id(const char *text)
{
	unsigned id = 0;

	if ((text[0] | 0x20) == 's' && (text[1] | 0x20) == 'e' && (text[2] | 0x20) == 'g')
		text += 3;
	if (strlen(text) != 4 || strspn(text, "0123456789") != 4)
		return 0;
	for (unsigned i = 0; i < 4; i++)
		id = id * 10 + (unsigned)(text[i] - '0');
	return explain_of(id) ? id : 0;
}
