/* rdp_feed.h - RDP connections for the tests of the inspector, as text in hexadecimal: what each
 * side sends, in the order in which it does, and what must be said of it, however it is cut.
 *
 * A script is words: `c` and `s` say whose bytes follow, `?5` that five of them are missing, the
 * rest is bytes; what is joined by a word is one segment. */
#ifndef RDP_FEED_H
#define RDP_FEED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "worker/rdp.h"

enum { FEED_TEXT = 40000, FEED_BYTES = FEED_TEXT / 2, FEED_EVENTS = 64, FEED_SAID = 1000 };

/* How a script is cut. */
enum { CUT_NONE = -1, CUT_EACH = -2 }; /* else: one cut, before this byte of all */

struct rdp_said {
	size_t n;
	char text[FEED_SAID];
};

static inline void
rdp_heard(void *ctx, const struct screen_verdict *v)
{
	struct rdp_said *to = ctx;
	size_t room = sizeof to->text;

	assert_true(v->words != 0 && (v->nname > 0) == (v->name != NULL));
	assert_true(v->nname <= FINDING_NAME);
	to->n += (size_t)snprintf(to->text + to->n, room - to->n, "%s%u", to->n ? "; " : "", v->id);
	for (uint64_t bit = 1; bit; bit <<= 1)
		if (v->words & bit)
			to->n +=
			    (size_t)snprintf(to->text + to->n, room - to->n, " %s", what_word(bit));
	if (v->nname)
		to->n +=
		    (size_t)snprintf(to->text + to->n, room - to->n, " (%.*s)", v->nname, v->name);
	assert_true(to->n < room);
}

static inline uint8_t
rdp_digit(char digit)
{
	assert_true((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'));
	return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static inline size_t
rdp_unhex(const char *text, size_t n, uint8_t *to)
{
	assert_true(n % 2 == 0);
	for (size_t i = 0; i < n; i += 2)
		to[i / 2] = (uint8_t)(rdp_digit(text[i]) << 4 | rdp_digit(text[i + 1]));
	return n / 2;
}

/* Pushes bytes that lie in memory of just their size. */
static inline void
rdp_push_alone(struct rdp *r, bool client, const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	rdp_push(r, client, copy, size);
	free(copy);
}

/* Runs a script; returns how many bytes it has. */
static inline size_t
rdp_run(const char *script, long cut, struct rdp_said *said)
{
	static uint8_t bytes[FEED_BYTES];
	static struct rdp r;
	bool client = true;
	size_t at = 0;

	said->n = 0;
	said->text[0] = 0;
	memset(&r, 0x5a, sizeof r);
	rdp_begin(&r, rdp_heard, said);
	while (*script) {
		size_t word = strcspn(script, " "), n, before;

		if (word == 1) {
			assert_true(*script == 'c' || *script == 's');
			client = *script == 'c';
		} else if (*script == '?') {
			rdp_lost(&r, client, strtoul(script + 1, NULL, 10));
		} else {
			n = rdp_unhex(script, word, bytes);
			before = cut > (long)at && cut < (long)(at + n) ? (size_t)cut - at : 0;
			for (size_t i = 0; cut == CUT_EACH && i < n; i++)
				rdp_push_alone(&r, client, bytes + i, 1);
			if (cut != CUT_EACH) {
				rdp_push_alone(&r, client, bytes, before);
				rdp_push_alone(&r, client, bytes + before, n - before);
			}
			at += n;
		}
		script += word;
		script += strspn(script, " ");
	}
	rdp_end(&r);
	return at;
}

/* What is said of a script: WANT, wherever it is cut. A long one is not cut everywhere. */
#define check_rdp(name, script, want)	   check_rdp_at(__LINE__, name, script, want, true)
#define check_rdp_some(name, script, want) check_rdp_at(__LINE__, name, script, want, false)

static inline void
check_rdp_at(int line, const char *name, const char *script, const char *want, bool everywhere)
{
	static struct rdp_said said;
	size_t size = rdp_run(script, CUT_NONE, &said);

	for (long cut = CUT_EACH; cut < (everywhere ? (long)size : 0); cut++) {
		(void)rdp_run(script, cut, &said);
		if (strcmp(said.text, want) != 0)
			fail_msg("line %d, %s, cut %ld: \"%s\", not \"%s\"", line, name, cut,
			    said.text, want);
	}
}

#endif
