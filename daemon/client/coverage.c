/* coverage.c - the command coverage: interfaces, and pairs of zones with what is in doubt about
 * them. See commands.h. */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "client/commands.h"
#include "client/json.h"
#include "model/doubt.h"

/* The periods in the order of the columns. */
enum { HOUR, BEFORE, HEARTBEAT, PERIODS };

static const char *const period_words[PERIODS] = { "hour", "before", "heartbeat" };

struct answer {
	const struct client *client;
	const char *asked; /* the pair that is asked for; NULL: all */
	struct table interfaces, pairs;
	bool japanese, found;
	char from[PERIODS][COMMAND_VALUE], to[PERIODS][COMMAND_VALUE];
	/* The row in the making. */
	char pair[COMMAND_VALUE];
	char state[PERIODS][COMMAND_VALUE]; /* "yes", "no", or "" */
	char why[TABLE_CELL];
	char kind[16]; /* JSON: the word of the records so far */
};

static unsigned
period_of(const struct request *r)
{
	char word[COMMAND_VALUE];
	unsigned n = 0;

	(void)command_value(word, r->bytes, r->size, "period");
	while (n < PERIODS && strcmp(word, period_words[n]) != 0)
		n++;
	return n;
}

/* TEXT with the record's fields in the place of {key}, up to SIZE bytes. */
static void
fill(char *to, size_t size, const char *text, const struct request *r)
{
	struct text t = text_of(to, size);

	while (*text) {
		size_t n = strcspn(text, "{"), key_size = strcspn(text + n, "}");
		char key[32], value[COMMAND_VALUE];

		text_bytes(&t, text, n);
		text += n;
		if (!*text || !text[key_size])
			break;
		(void)snprintf(key, sizeof key, "%.*s", (int)key_size - 1, text + 1);
		text_string(&t, command_value(value, r->bytes, r->size, key));
		text += key_size + 1;
	}
}

/* The next word of a list with commas, which becomes a string of its own; NULL behind the last. */
static const struct doubt_text *
next_doubt(char **list)
{
	char *word;

	while ((word = strsep(list, ",")))
		for (unsigned d = 0; d < DOUBTS; d++)
			if (strcmp(doubt_text(d)->word, word) == 0)
				return doubt_text(d);
	return NULL;
}

/* "no link for 10.250 s; 7 packets lost" */
static void
set_why(struct answer *a, const struct request *r)
{
	struct text t = text_of(a->why, sizeof a->why);
	char what[COMMAND_VALUE], one[TABLE_CELL];
	char *list = what;
	const struct doubt_text *d;

	(void)command_value(what, r->bytes, r->size, "what");
	while ((d = next_doubt(&list))) {
		fill(one, sizeof one, a->japanese ? d->brief_ja : d->brief, r);
		text_add(&t, "%s%s", t.len ? "; " : "", one);
	}
}

static void
add_interface(struct answer *a, const struct request *r)
{
	static const char *const counts[] = { "what", "watched", "blind", "frames", "kernel_drops",
		"nic_drops", "ring_full", "unread", "last", NULL };
	static const char *const name[] = { "in", NULL };
	char state[COMMAND_VALUE];

	(void)command_value(state, r->bytes, r->size, "state");
	command_row(&a->interfaces, r, name);
	if (strcmp(state, "watched") == 0)
		table_add(&a->interfaces, "watched", SHOW_GOOD);
	else if (strcmp(state, "quiet") == 0)
		table_add(&a->interfaces, "QUIET", SHOW_WARN);
	else
		table_add(&a->interfaces, "BLIND", SHOW_BAD);
	command_row(&a->interfaces, r, counts);
}

static void
take_period(struct answer *a, const struct request *r)
{
	char language[COMMAND_VALUE];
	unsigned n = period_of(r);

	if (n == PERIODS)
		return;
	(void)command_value(a->from[n], r->bytes, r->size, "from");
	(void)command_value(a->to[n], r->bytes, r->size, "to");
	(void)command_value(language, r->bytes, r->size, "language");
	a->japanese = strcmp(language, "ja") == 0;
}

static void
end_row(struct answer *a)
{
	if (!a->pair[0])
		return;
	table_add(&a->pairs, a->pair, SHOW_PLAIN);
	for (unsigned i = 0; i < PERIODS; i++)
		if (!a->state[i][0])
			table_add(&a->pairs, "-", SHOW_PLAIN);
		else if (strcmp(a->state[i], "yes") == 0)
			table_add(&a->pairs, "ASSURED", SHOW_GOOD);
		else
			table_add(&a->pairs, "NOT ASSURED", SHOW_BAD);
	table_add(&a->pairs, a->why, SHOW_PLAIN);
	memset(a->state, 0, sizeof a->state);
	a->pair[0] = a->why[0] = '\0';
}

/* A pair has a record for each period, one behind the other. */
static void
add_pair(struct answer *a, const struct request *r)
{
	char pair[COMMAND_VALUE];
	unsigned n = period_of(r);

	if (strcmp(command_value(pair, r->bytes, r->size, "pair"), a->pair) != 0)
		end_row(a);
	memcpy(a->pair, pair, sizeof a->pair);
	if (n == PERIODS)
		return;
	(void)command_value(a->state[n], r->bytes, r->size, "assured");
	if (!a->why[0])
		set_why(a, r);
}

/* ---- one pair ---- */

static const char *
period_text(const struct answer *a, unsigned period)
{
	static const char *const texts[PERIODS][2] = { { "this hour so far", "この時間 (途中)" },
		{ "the hour before", "前の1時間" },
		{ "since the last heartbeat", "前回の稼働報告以降" } };

	return texts[period][a->japanese];
}

static void
say_line(const char *before, const char *text)
{
	fputs(before, stdout);
	show_print(stdout, text, strlen(text));
	putchar('\n');
}

static void
explain_period(const struct answer *a, const struct request *r)
{
	const struct client *c = a->client;
	char value[COMMAND_VALUE], what[COMMAND_VALUE], sentence[2 * COMMAND_VALUE];
	char *list = what;
	const struct doubt_text *d;
	unsigned n = period_of(r);

	if (n == PERIODS)
		return;
	bool assured = strcmp(command_value(value, r->bytes, r->size, "assured"), "yes") == 0;
	show_print(stdout, a->pair, strlen(a->pair));
	printf(", %s (", period_text(a, n));
	show_print(stdout, a->from[n], strlen(a->from[n]));
	fputs(a->to[n][0] ? " - " : " -", stdout);
	show_print(stdout, a->to[n], strlen(a->to[n]));
	fputs("): ", stdout);
	show_colour(stdout, c->colours, assured ? SHOW_GOOD : SHOW_BAD);
	fputs(assured ? "ASSURED" : "NOT ASSURED", stdout);
	show_colour(stdout, c->colours, SHOW_PLAIN);
	putchar('\n');
	(void)command_value(what, r->bytes, r->size, "what");
	while ((d = next_doubt(&list))) {
		fill(sentence, sizeof sentence, a->japanese ? d->sentence_ja : d->sentence, r);
		say_line("  - ", sentence);
	}
	if (*command_value(value, r->bytes, r->size, "in"))
		say_line(a->japanese ? "  対象のインターフェース: " : "  interfaces: ", value);
}

static void
explain_end(const struct answer *a)
{
	puts(a->japanese ?
		 "ASSURED は、この組の通信がすべて届いて判定できたこと、NOT ASSURED は、見逃した"
		 "通信があり得る\nことを示す。違反の有無は示さない。ゲートウェイを通らない通信は"
		 "どちらの場合も見えない。" :
		 "ASSURED: every packet of the pair that reached the gateway was seen and could be "
		 "judged.\nNOT ASSURED: there may have been some that were not. Neither says "
		 "whether "
		 "there were\nviolations, and what does not pass the gateway is never seen.");
}

static bool
is_asked(const struct answer *a, const struct request *r)
{
	char pair[COMMAND_VALUE];

	return !a->asked || strcmp(command_value(pair, r->bytes, r->size, "pair"), a->asked) == 0;
}

/* ---- all of it ---- */

/* {"interfaces":[…],"periods":[…],"pairs":[…]} */
static void
put_object(struct answer *a, const struct request *r)
{
	struct wire w = wire_of(r->bytes, r->size);
	struct span word = record_word(&w);

	if (word.size >= sizeof a->kind)
		return;
	if (!span_is(word, a->kind)) {
		printf("%s\"%.*ss\":[", a->kind[0] ? "]," : "", (int)word.size, word.at);
		memcpy(a->kind, word.at, word.size);
		a->kind[word.size] = '\0';
	} else {
		putchar(',');
	}
	putchar('{');
	json_fields(stdout, &w, true);
	putchar('}');
}

static void
take(struct answer *a, const struct request *r)
{
	bool pair = command_record_is(r, "pair");

	if (pair && !is_asked(a, r))
		return;
	a->found = a->found || pair;
	if (a->client->json) {
		put_object(a, r);
	} else if (command_record_is(r, "period")) {
		take_period(a, r);
	} else if (pair && a->asked) {
		(void)command_value(a->pair, r->bytes, r->size, "pair");
		explain_period(a, r);
	} else if (pair) {
		add_pair(a, r);
	} else if (command_record_is(r, "interface") && !a->asked) {
		add_interface(a, r);
	}
}

/* Prints what is left to print. EX_OK, or why that is not all. */
static int
end(struct answer *a)
{
	if (a->client->json)
		puts(a->kind[0] ? "]}" : "}");
	if (a->asked && !a->found) {
		fprintf(stderr, "segauditctl: no such pair is watched; segauditctl coverage lists "
				"all, as FROM>TO in quotes\n");
		return EX_USAGE;
	}
	if (a->asked) {
		if (!a->client->json)
			explain_end(a);
		return EX_OK;
	}
	end_row(a);
	bool between = a->interfaces.cells && a->pairs.cells;
	bool whole = table_print(&a->interfaces, stdout, "", a->client->colours);
	if (between)
		putchar('\n');
	whole = table_print(&a->pairs, stdout, "", a->client->colours) && whole;
	return whole ? EX_OK : EX_UNAVAILABLE;
}

int
coverage_command(const struct client *c, int argc, char **argv)
{
	static const char *const interface_heads[] = { "INTERFACE", "STATE", "WHY", ">WATCHED",
		">BLIND", ">FRAMES", ">KERNEL-DROPS", ">NIC-DROPS", ">RING-FULL", ">UNREAD",
		"LAST FRAME", NULL };
	static const char *const pair_heads[] = { "PAIR", "THIS HOUR", "HOUR BEFORE", "HEARTBEAT",
		"WHY", NULL };
	struct request r;
	enum request_result last;
	struct answer *a = calloc(1, sizeof *a);
	int status = EX_UNAVAILABLE, printed;

	if (a && argc > 2)
		status = command_misuse(command_named(argv[0]), "unexpected argument", argv[2]);
	else if (a)
		status = command_ask(c, &r, 1, argv);
	if (status != EX_OK) {
		free(a);
		return status;
	}
	a->client = c;
	a->asked = argc > 1 ? argv[1] : NULL;
	table_init(&a->interfaces, interface_heads);
	table_init(&a->pairs, pair_heads);
	if (c->json)
		putchar('{');
	while ((last = request_next(&r)) == REQUEST_RECORD)
		take(a, &r);
	printed = end(a);
	status = command_end(&r, last);
	free(a);
	return status == EX_OK ? printed : status;
}
