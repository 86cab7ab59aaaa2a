/* explain.c - the command explain: an id or an open incident in words. See commands.h. */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "client/commands.h"
#include "client/json.h"
#include "model/explain.h"
#include "model/finding.h"

enum {
	PATIENCE = 10, /* seconds to wait for a record */
	GLANCE = 2,    /* the same where it can be done without */
	WIDTH = 76,    /* columns, as in the journal's catalog */
	EV_SIZE = 10,
};

/* A record of the daemon that is kept. */
struct kept {
	char bytes[CONTROL_RECORD_MOST + 1];
	size_t size; /* 0: there is none */
};

struct subject {
	const struct client *client;
	const struct finding_kind *kind;
	const struct explain *text;
	bool japanese;
	struct kept line; /* of the incident, when one was asked for */
	struct kept rule, near;
};

static const char *
one(const struct subject *s, const char *en, const char *ja)
{
	return s->japanese ? ja : en;
}

static const char *
pick(const struct subject *s, const struct explain_text *t)
{
	return one(s, t->en, t->ja);
}

static void
keep(struct kept *k, const struct request *r)
{
	memcpy(k->bytes, r->bytes, r->size);
	k->size = r->size;
}

static const char *
value(char to[COMMAND_VALUE], const struct kept *k, const char *key)
{
	return command_value(to, k->bytes, k->size, key);
}

/* ---- what is asked ---- */

/* The language of the configuration in force, when there is a daemon that answers. */
static bool
ask_language(const struct client *c, bool *japanese)
{
	char word[COMMAND_VALUE] = "";
	struct request r;

	request_init(&r, c->socket, "status");
	r.quiet = true;
	if (request_ask(&r, GLANCE) == EX_OK && request_next(&r) == REQUEST_RECORD)
		(void)command_value(word, r.bytes, r.size, "language");
	request_end(&r);
	*japanese = strcmp(word, "ja") == 0;
	return word[0];
}

static bool
speaks_japanese(const struct client *c, const char *asked)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	bool japanese = false;

	if (asked)
		return strcmp(asked, "ja") == 0;
	if (ask_language(c, &japanese))
		return japanese;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *v = getenv(names[i]);

		if (v && *v)
			return strncmp(v, "ja", 2) == 0;
	}
	return false;
}

static bool
is_ev(const char *text)
{
	return strlen(text) == EV_SIZE &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == EV_SIZE;
}

/* The line of the incident, which may not be open: then 1. Else the exit status, after having said
 * why it is not EX_OK. */
static int
ask_incident(struct subject *s, const char *ev)
{
	struct request r;
	enum request_result last = REQUEST_BROKEN;
	char field[EV_SIZE + 4];

	(void)snprintf(field, sizeof field, "ev=%s", ev);
	request_init(&r, s->client->socket, "incidents");
	int status = request_filter(&r, field);
	if (status == EX_OK)
		status = request_ask(&r, PATIENCE);
	if (status == EX_OK) {
		while ((last = request_next(&r)) == REQUEST_RECORD)
			keep(&s->line, &r);
		status = last == REQUEST_END ? EX_OK : EX_UNAVAILABLE;
	}
	request_end(&r);
	if (status != EX_OK || s->line.size)
		return status;
	fprintf(stderr,
	    "segauditctl: %s: no incident with this ev is open. Look up what was said of it, and "
	    "explain its id:\n  grep -h 'ev=%s ' /var/lib/segaudit/ledger/*.log\n",
	    ev, ev);
	return 1;
}

/* Finds the conduits that the line names. */
static int
ask_conduits(struct subject *s)
{
	char rule[COMMAND_VALUE], near[COMMAND_VALUE], id[COMMAND_VALUE];
	struct request r;
	enum request_result last;

	(void)value(rule, &s->line, "rule");
	(void)value(near, &s->line, "near");
	near[strcspn(near, ":")] = '\0'; /* behind it stands the condition */
	request_init(&r, s->client->socket, "conduits");
	int status = request_ask(&r, PATIENCE);
	if (status != EX_OK) {
		request_end(&r);
		return status;
	}
	while ((last = request_next(&r)) == REQUEST_RECORD) {
		(void)command_value(id, r.bytes, r.size, "rule");
		if (id[0] && strcmp(id, rule) == 0)
			keep(&s->rule, &r);
		if (id[0] && strcmp(id, near) == 0)
			keep(&s->near, &r);
	}
	return command_end(&r, last);
}

/* ---- commands with the incident's own values ---- */

/* Could the value stand in a shell's command, in quotes or without? */
static bool
is_safe(const char *v, bool quoted)
{
#define BARE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-"
	return *v && *v != '-' && v[strspn(v, quoted ? BARE ">?" : BARE)] == '\0';
#undef BARE
}

/* The value of the field that a word in capitals stands for; "" when there is none. */
static const char *
value_for(char to[COMMAND_VALUE], const struct subject *s, const char *word, size_t size)
{
	static const char *const words[] = { "EV", "IN", "OUT", "SMAC", "VLAN", "PAIR", "SRC",
		"DST" };
	char key[8] = "";

	to[0] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == size && memcmp(words[i], word, size) == 0)
			for (size_t k = 0; k <= size; k++)
				key[k] = (char)tolower((unsigned char)words[i][k]);
	if (!key[0] || !s->line.size)
		return to;
	(void)value(to, &s->line, key);
	if (size != 3 || key[0] == 'o')
		return to;
	/* A host without its port. */
	char *colon = strrchr(to, ':');
	if (to[0] == '[' && colon && colon[-1] == ']') {
		colon[-1] = '\0';
		memmove(to, to + 1, strlen(to));
	} else if (colon && strchr(to, ':') == colon) {
		*colon = '\0';
	}
	return to;
}

/* The command with the values that are known; all others keep their word in capitals. */
static void
fill(char to[COMMAND_VALUE], const struct subject *s, const char *run)
{
	struct text t = text_of(to, COMMAND_VALUE);
	char v[COMMAND_VALUE];

	for (const char *p = run; *p;) {
		size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		bool apart = p == run || !isalnum((unsigned char)p[-1]);

		if (n && apart && !isalnum((unsigned char)p[n]) &&
		    is_safe(value_for(v, s, p, n), p != run && p[-1] == '\''))
			text_string(&t, v);
		else
			text_bytes(&t, p, n ? n : 1);
		p += n ? n : 1;
	}
}

/* ---- for people ---- */

/* A paragraph: FIRST stands before its first line, INDENT before the others. */
static void
put_folded(const char *first, const char *indent, const char *text)
{
	while (*text) {
		size_t n = explain_line(text, WIDTH - strlen(first));

		printf("%s%.*s\n", first, (int)n, text);
		text += n;
		text += strspn(text, " ");
		first = indent;
	}
}

static void
put_severities(const struct subject *s, bool raised)
{
	static const uint8_t order[] = { OUTCOME_ATTEMPTED, OUTCOME_CROSSED, OUTCOME_ANSWERED,
		OUTCOME_UNKNOWN };
	uint16_t id = s->kind->id;
	bool same = true;

	for (size_t i = 1; i < sizeof order; i++)
		same = same && finding_severity(id, order[i], raised) ==
				   finding_severity(id, order[0], raised);
	for (size_t i = 0; i < (same ? 1 : sizeof order); i++)
		printf("%s%s%s%s", i ? ", " : "", same ? "" : outcome_word(order[i]),
		    same ? "" : " ", severity_word(finding_severity(id, order[i], raised)));
}

static bool
has_raised(const struct subject *s)
{
	return memcmp(s->kind->sev, s->kind->core, sizeof s->kind->sev) != 0;
}

static void
put_head(const struct subject *s)
{
	const struct explain_text raised = explain_raised(s->kind->id),
				  verdict = explain_verdict(s->kind->verdict);

	show_colour(stdout, s->client->colours, SHOW_HEAD);
	printf("SEG%u %s", s->kind->id, s->kind->name);
	show_colour(stdout, s->client->colours, SHOW_PLAIN);
	putchar('\n');
	put_folded("", "", pick(s, &s->text->brief));
	printf("%s: %s\n%s: ", one(s, "Verdict", "判定"), pick(s, &verdict),
	    one(s, "Severity", "重大度"));
	put_severities(s, false);
	if (has_raised(s)) {
		printf("\n  %s: ", pick(s, &raised));
		put_severities(s, true);
	}
	putchar('\n');
}

static void
put_rule(const struct subject *s, const char *label, const char *key, const struct kept *conduit)
{
	char v[COMMAND_VALUE];

	if (!value(v, &s->line, key)[0])
		return;
	printf("\n%s: ", label);
	show_print(stdout, v, strlen(v));
	putchar('\n');
	if (conduit->size) {
		struct wire w = wire_of(conduit->bytes, conduit->size);

		(void)record_word(&w);
		fputs("  ", stdout);
		show_print(stdout, (const char *)w.p, wire_left(&w));
		putchar('\n');
	} else if (strcmp(v, "default-deny") == 0) {
		put_folded("  ", "  ",
		    one(s, "No conduit permits it: what none permits is a violation.",
			"許可する通信路がない。通信路で許可されない通信はすべて違反とする。"));
	} else if (strcmp(v, "forbidden-pair") == 0) {
		put_folded("  ", "  ",
		    one(s, "Zones of these classes may never talk, whatever the conduits.",
			"この種別の領域間の通信は、通信路の設定によらず常に禁止である。"));
	}
}

static void
put_incident(const struct subject *s)
{
	printf("\n%s:\n  ", one(s, "The incident", "この事案"));
	show_print(stdout, s->line.bytes, s->line.size);
	putchar('\n');
	put_rule(s, one(s, "Rule", "規則"), "rule", &s->rule);
	put_rule(s, one(s, "The nearest conduit", "最も近い通信路"), "near", &s->near);
}

static void
put_text(const struct subject *s)
{
	const struct explain *e = s->text;
	char run[COMMAND_VALUE];

	put_head(s);
	if (s->line.size)
		put_incident(s);
	putchar('\n');
	if (!e->said) {
		puts(one(s, "Not said by this version.", "本バージョンでは通知しない。"));
		return;
	}
	put_folded("", "", pick(s, &e->meaning));
	printf("\n%s:\n", one(s, "Likely causes", "考えられる原因"));
	for (unsigned i = 0; e->causes[i].en; i++)
		put_folded("  - ", "    ", pick(s, &e->causes[i]));
	printf("\n%s:\n", one(s, "First commands", "最初に確認するコマンド"));
	for (unsigned i = 0; e->run[i].run; i++) {
		fill(run, s, e->run[i].run);
		fputs("  ", stdout);
		show_print(stdout, run, strlen(run));
		putchar('\n');
		put_folded("      ", "      ", pick(s, &e->run[i].why));
	}
	if (e->clause.en)
		printf("\n%s: %s\n", one(s, "Clause", "関係する規程"), pick(s, &e->clause));
}

/* ---- for programs ---- */

static void
json_key(const char *before, const char *key, const char *text)
{
	printf("%s\"%s\":", before, key);
	json_print(stdout, text);
}

static void
json_severities(const struct subject *s, const char *key, bool raised)
{
	printf(",\"%s\":{", key);
	for (uint8_t o = OUTCOME_UNKNOWN; o <= OUTCOME_ANSWERED; o++)
		json_key(o ? "," : "", outcome_word(o),
		    severity_word(finding_severity(s->kind->id, o, raised)));
	putchar('}');
}

static void
json_record(const char *key, const struct kept *k)
{
	struct wire w = wire_of(k->bytes, k->size);

	if (!k->size)
		return;
	(void)record_word(&w);
	printf(",\"%s\":{", key);
	json_fields(stdout, &w, true);
	putchar('}');
}

static void
put_json(const struct subject *s)
{
	const struct explain *e = s->text;
	char run[COMMAND_VALUE];

	printf("{\"id\":\"SEG%u\"", s->kind->id);
	json_key(",", "name", s->kind->name);
	json_key(",", "language", one(s, "en", "ja"));
	json_key(",", "verdict", verdict_word(s->kind->verdict));
	json_severities(s, "severity", false);
	if (has_raised(s))
		json_severities(s, "severity_raised", true);
	json_key(",", "brief", pick(s, &e->brief));
	printf(",\"said\":%s", e->said ? "true" : "false");
	if (e->said) {
		json_key(",", "meaning", pick(s, &e->meaning));
		fputs(",\"causes\":[", stdout);
		for (unsigned i = 0; e->causes[i].en; i++) {
			fputs(i ? "," : "", stdout);
			json_print(stdout, pick(s, &e->causes[i]));
		}
		fputs("],\"commands\":[", stdout);
		for (unsigned i = 0; e->run[i].run; i++) {
			fill(run, s, e->run[i].run);
			json_key(i ? ",{" : "{", "run", run);
			json_key(",", "why", pick(s, &e->run[i].why));
			putchar('}');
		}
		putchar(']');
	}
	if (e->clause.en)
		json_key(",", "clause", pick(s, &e->clause));
	if (s->line.size) {
		fputs(",\"incident\":", stdout);
		json_line(stdout, s->line.bytes, s->line.size);
	}
	json_record("rule", &s->rule);
	json_record("near", &s->near);
	puts("}");
}

/* What ASKED names: an id, or an incident that is open. The exit status. */
static int
find(struct subject *s, const char *asked)
{
	char word[16];
	unsigned id = explain_id(asked);

	if (!id && !is_ev(asked))
		return command_misuse(command_named("explain"),
		    "neither an id (SEG2002, 2002, no-conduit) nor an ev:", asked);
	if (!id) {
		int status = ask_incident(s, asked);

		if (status == EX_OK)
			status = ask_conduits(s);
		if (status != EX_OK)
			return status;
		(void)snprintf(
		    word, sizeof word, "%.*s", (int)strcspn(s->line.bytes, " "), s->line.bytes);
		id = explain_id(word);
	}
	s->kind = id ? finding_kind((uint16_t)id) : NULL;
	s->text = id ? explain_of(id) : NULL;
	if (s->kind && s->text)
		return EX_OK;
	fprintf(stderr, "segauditctl: the daemon is of another version: it says an unknown id\n");
	return EX_UNAVAILABLE;
}

int
explain_command(const struct client *c, int argc, char **argv)
{
	const struct command *self = command_named(argv[0]);
	struct subject s = { .client = c };
	const char *language = NULL;
	int option;

	optind = 0; /* getopt begins anew */
	while ((option = getopt(argc, argv, "l:")) != -1) {
		if (option != 'l' || (strcmp(optarg, "en") != 0 && strcmp(optarg, "ja") != 0))
			return command_misuse(self, "-l wants a language, en or ja", NULL);
		language = optarg;
	}
	if (optind >= argc)
		return command_misuse(self, "an id or an ev is missing", NULL);
	if (optind + 1 < argc)
		return command_misuse(self, "unexpected argument", argv[optind + 1]);
	int status = find(&s, argv[optind]);
	if (status != EX_OK)
		return status;
	s.japanese = speaks_japanese(c, language);
	if (c->json)
		put_json(&s);
	else
		put_text(&s);
	return EX_OK;
}
