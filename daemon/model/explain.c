/* explain.c - see explain.h. */
#include "model/explain.h"

#include <string.h>

#include "model/finding.h"

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
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].id == id)
			return &texts[i];
	return NULL;
}

unsigned
explain_id(const char *text)
{
	unsigned id = 0;

	for (size_t i = 0; i < finding_kinds(); i++)
		if (strcmp(text, finding_kind_at(i)->name) == 0)
			return finding_kind_at(i)->id;
	if ((text[0] | 0x20) == 's' && (text[1] | 0x20) == 'e' && (text[2] | 0x20) == 'g')
		text += 3;
	if (strlen(text) != 4 || strspn(text, "0123456789") != 4)
		return 0;
	for (unsigned i = 0; i < 4; i++)
		id = id * 10 + (unsigned)(text[i] - '0');
	return explain_of(id) ? id : 0;
}

struct explain_text
explain_verdict(uint8_t verdict)
{
	static const struct explain_text words[] = {
		[VERDICT_CONFORMING] = BOTH("conforming", "conforming (適合)"),
		[VERDICT_VIOLATION] = BOTH("violation", "violation (違反)"),
		[VERDICT_SUSPECTED] = BOTH("suspected", "suspected (疑い)"),
		[VERDICT_UNVERIFIABLE] = BOTH("unverifiable", "unverifiable (検査不能)"),
		[VERDICT_DRIFT] = BOTH("drift", "drift (構成の変化)"),
		[VERDICT_GAP] = BOTH("gap", "gap (監視の欠落)"),
		[VERDICT_NOTICE] = BOTH("notice", "notice (通知)"),
	};

	return words[verdict < sizeof words / sizeof *words ? verdict : VERDICT_NOTICE];
}

struct explain_text
explain_raised(unsigned id)
{
	if (id == 3301)
		return (struct explain_text)BOTH("with a zone of class core or lgwan",
		    "種別 core または lgwan の領域が関わる場合");
	if (id == 6004 || id == 9004)
		return (struct explain_text)BOTH(
		    "of a captured interface", "監視対象のインターフェースの場合");
	return (struct explain_text)BOTH(
	    "with a zone of class core", "種別 core の領域が関わる場合");
}

/* Bytes of the character at P. */
static size_t
character(const char *p)
{
	unsigned char c = (unsigned char)*p;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* May a line end between two characters: at a blank, and beside Japanese unless that would part a
 * bracket or a full stop from its word (the first rules of kinsoku, JIS X 4051)? */
static bool
parts(const char *before, const char *after)
{
	static const char *const never_first[] = { "。", "、", "」", "・", "ー", "ッ", "ャ", "ュ",
		"ョ", "ァ", "ィ", "ゥ", "ェ", "ォ", "っ", "ゃ", "ゅ", "ょ", ")", ",", ".", ":" };

	if (*after == ' ')
		return true;
	if (*before == ' ')
		return false;
	if (character(before) == 1 && character(after) == 1)
		return false;
	if (strncmp(before, "「", 3) == 0 || *before == '(' || *before == '`' || *after == '`')
		return false;
	for (size_t i = 0; i < sizeof never_first / sizeof *never_first; i++)
		if (strncmp(after, never_first[i], strlen(never_first[i])) == 0)
			return false;
	return true;
}

size_t
explain_line(const char *text, size_t width)
{
	size_t size = 0, best = 0, columns = 0;

	while (text[size]) {
		size_t n = character(text + size);

		columns += n == 1 ? 1 : 2;
		if (columns > width && best)
			return best;
		size += n;
		if (!text[size] || parts(text + size - n, text + size))
			best = size;
	}
	return size;
}
