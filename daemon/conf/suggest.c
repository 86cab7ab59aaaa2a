#include "conf/suggest.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 63 };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Restricted Damerau-Levenshtein distance by rows: row I holds the distances of the first I letters
 * of A to every start of B. */
unsigned
suggest_distance(const char *a, const char *b, unsigned limit)
{
	unsigned row[3][LONGEST + 1];
	unsigned *before = row[0], *last = row[1], *now = row[2], *spare;
	size_t na = strlen(a), nb = strlen(b), i, j;

	if (na > LONGEST || nb > LONGEST)
		return limit + 1;
	for (j = 0; j <= nb; j++)
		last[j] = (unsigned)j;
	memcpy(before, last, sizeof row[0]);
	for (i = 1; i <= na; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= nb; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);

			now[j] = least(least(now[j - 1], last[j]) + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[nb] > limit ? limit + 1 : last[nb];
}

/* Is one of them the beginning of the other, at least three letters long? `warn` is `warning`,
 * `both-ways` is `both`. */
static bool
begins(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);

	return na >= 3 && nb >= 3 && strncasecmp(a, b, na < nb ? na : nb) == 0;
}

const char *
suggest(const char *text, size_t count, const char *(*word)(const void *context, size_t i),
	const void *context)
{
	const char *best = NULL;
	unsigned nearest = LONGEST;

	for (size_t i = 0; i < count; i++) {
		const char *w = word(context, i);
		unsigned allowed = (unsigned)(strlen(w) / 3), d;

		if (allowed < 1)
			allowed = 1;
		if (strlen(w) < 2 || strlen(text) < 2)
			continue; /* every letter is one change away from every other */
		d = suggest_distance(text, w, allowed);
		if (d <= allowed && d < nearest) {
			nearest = d;
			best = w;
		}
	}
	for (size_t i = 0; i < count && !best; i++)
		if (begins(text, word(context, i)))
			best = word(context, i);
	return best;
}
