/* words.c - prints the texts of every id as the journald catalog and the manual hold them:
 * `words_table catalog|manual|words en|ja`. For tests/check/words.sh, which compares. */
#include <stdio.h>
#include <string.h>

#include "model/app.h"
#include "model/doubt.h"
#include "model/explain.h"
#include "model/finding.h"

enum { CATALOG_WIDTH = 76, MANUAL_WIDTH = 76 };

/* 128 bits in hexadecimal: the id's four decimal digits end it. */
#define MESSAGE_ID "5e61756469744000800000000000%04u"

static bool japanese;

static const char *
pick(const struct explain_text *t)
{
	return japanese ? t->ja : t->en;
}

static const char *
one(const char *en, const char *ja)
{
	return japanese ? ja : en;
}

/* A paragraph of a catalog: FIRST stands before its first line, INDENT before the others. */
static void
wrap(const char *first, const char *indent, const char *text)
{
	while (*text) {
		size_t n = explain_line(text, CATALOG_WIDTH - strlen(first));

		printf("%s%.*s\n", first, (int)n, text);
		text += n;
		text += strspn(text, " ");
		first = indent;
	}
}

/* A command as journalctl can fill it in: these two fields are in every line of an incident. */
static void
put_filled(const char *command)
{
	for (const char *p = command; *p; p++) {
		if (strncmp(p, "ev=EV", 5) == 0) {
			fputs("ev=@SEGAUDIT_EV@", stdout);
			p += 4;
		} else if (strncmp(p, "'PAIR'", 6) == 0) {
			fputs("'@SEGAUDIT_PAIR@'", stdout);
			p += 5;
		} else {
			putchar(*p);
		}
	}
}

static bool
is_incident(const struct finding_kind *k)
{
	return k->verdict == VERDICT_VIOLATION || k->verdict == VERDICT_SUSPECTED ||
	       k->verdict == VERDICT_UNVERIFIABLE;
}

static void
catalog_entry(const struct finding_kind *k, const struct explain *e)
{
	bool pair = is_incident(k) && k->id >= 2000;
	char subject[512];

	printf("\n-- " MESSAGE_ID "\n", k->id);
	snprintf(subject, sizeof subject, "SEG%u %s%s: %s", k->id, k->name,
	    pair ? " (@SEGAUDIT_PAIR@)" : "", pick(&e->brief));
	printf("Subject: %s\n", subject);
	printf("Defined-By: segaudit\nSupport: man:segaudit-alerts(7)\n");
	printf("Documentation: man:segaudit-alerts(7)\nDocumentation: man:segauditd(8)\n\n");
	if (!e->said) {
		wrap("", "", one("Not said by this version.", "本バージョンでは通知しない。"));
		return;
	}
	wrap("", "", pick(&e->meaning));
	printf("\n%s\n", one("Likely causes:", "考えられる原因:"));
	for (unsigned i = 0; e->causes[i].en; i++)
		wrap("  - ", "    ", pick(&e->causes[i]));
	printf("\n%s\n", one("First commands:", "最初に確認するコマンド:"));
	for (unsigned i = 0; e->run[i].run; i++) {
		fputs("  ", stdout);
		put_filled(e->run[i].run);
		putchar('\n');
		wrap("      ", "      ", pick(&e->run[i].why));
	}
	if (e->clause.en)
		printf("\n%s: %s\n", one("Clause", "関係する規程"), pick(&e->clause));
}

/* Text of a manual, with the names of fields in quotes. */
static void
escape(char *to, size_t size, const char *from, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n && at + 5 < size; i++) {
		const char *as = from[i] == '`' ? "\\(dq" : from[i] == '\\' ? "\\e" : NULL;

		if (as) {
			memcpy(to + at, as, strlen(as));
			at += strlen(as);
		} else {
			to[at++] = from[i];
		}
	}
	to[at] = '\0';
}

/* One sentence, on lines of its own as mdoc wants it. A line's end becomes a blank: a Japanese
 * sentence has none inside. */
static void
put_sentence(const char *text, size_t size)
{
	char bytes[1024];
	const char *line = bytes;

	escape(bytes, sizeof bytes, text, size);
	while (*line) {
		size_t n = japanese ? strlen(line) : explain_line(line, MANUAL_WIDTH);

		printf("%.*s\n", (int)n, line);
		line += n;
		line += strspn(line, " ");
	}
}

static void
manual_text(const char *text)
{
	const char *stop = japanese ? "。" : ". ";

	while (*text) {
		const char *end = strstr(text, stop);
		size_t n =
		    end ? (size_t)(end - text) + (japanese ? strlen(stop) : 1) : strlen(text);

		put_sentence(text, n);
		text += n;
		text += strspn(text, " ");
	}
}

static void
manual_command(const char *command)
{
	fputs(".It Ic \"", stdout);
	for (const char *p = command; *p; p++)
		if (*p == '\'')
			fputs("\\(aq", stdout);
		else if (*p == '-')
			fputs("\\-", stdout);
		else
			putchar(*p);
	fputs("\"\n", stdout);
}

static void
manual_severities(uint16_t id, bool raised)
{
	static const uint8_t order[] = { OUTCOME_ATTEMPTED, OUTCOME_CROSSED, OUTCOME_ANSWERED,
		OUTCOME_UNKNOWN };
	uint8_t first = finding_severity(id, OUTCOME_ATTEMPTED, raised);
	bool same = true;

	for (unsigned i = 0; i < sizeof order; i++)
		same = same && finding_severity(id, order[i], raised) == first;
	if (same) {
		printf("%s", severity_word(first));
		return;
	}
	for (unsigned i = 0; i < sizeof order; i++)
		printf("%s%s %s", i ? ", " : "", outcome_word(order[i]),
		    severity_word(finding_severity(id, order[i], raised)));
}

static void
manual_section(const struct finding_kind *k, const struct explain *e)
{
	const struct explain_text verdict = explain_verdict(k->verdict);
	const char *stop = one(".", "。");

	printf(".Ss SEG%u %s\n", k->id, k->name);
	manual_text(pick(&e->brief));
	if (e->said)
		manual_text(pick(&e->meaning));
	else
		manual_text(one("Not said by this version.", "本バージョンでは通知しない。"));
	printf(".Pp\n%s: %s%s\n%s:\n", one("Verdict", "判定"), pick(&verdict), stop,
	    one("Severity", "重大度"));
	manual_severities(k->id, false);
	if (memcmp(k->sev, k->core, sizeof k->sev) != 0) {
		const struct explain_text raised = explain_raised(k->id);

		printf(";\n%s:\n", pick(&raised));
		manual_severities(k->id, true);
	}
	printf("%s\n", stop);
	if (!e->said)
		return;
	printf(".Pp\n%s:\n.Bl -dash -compact\n", one("Likely causes", "考えられる原因"));
	for (unsigned i = 0; e->causes[i].en; i++) {
		printf(".It\n");
		manual_text(pick(&e->causes[i]));
	}
	printf(".El\n.Pp\n%s:\n.Bl -tag -width Ds -compact\n",
	    one("First commands", "最初に確認するコマンド"));
	for (unsigned i = 0; e->run[i].run; i++) {
		manual_command(e->run[i].run);
		manual_text(pick(&e->run[i].why));
	}
	printf(".El\n");
	if (e->clause.en)
		printf(".Pp\n%s: %s%s\n", one("Clause", "関係する規程"), pick(&e->clause), stop);
}

/* The words that a field of an incident may hold. */
static void
put_words(void)
{
	for (uint64_t left = what_all; left; left &= left - 1)
		puts(what_word(left & -left));
	for (uint8_t app = 1; app < APP_END; app++)
		if (app_word(app))
			puts(app_word(app));
	for (uint8_t i = OUTCOME_UNKNOWN; outcome_word(i); i++)
		puts(outcome_word(i));
	for (uint8_t i = VERDICT_VIOLATION; verdict_word(i); i++)
		puts(verdict_word(i));
	for (unsigned d = 0; doubt_text(d); d++)
		puts(doubt_text(d)->word);
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: words_table catalog|manual|words en|ja\n");
		return 1;
	}
	bool catalog = strcmp(argv[1], "catalog") == 0;
	japanese = strcmp(argv[2], "ja") == 0;
	if (strcmp(argv[1], "words") == 0) {
		put_words();
		return 0;
	}
	if (catalog)
		printf("# Made by tests/check/words.sh -w from daemon/model/explain.def.\n");
	for (size_t i = 0; i < finding_kinds(); i++) {
		const struct finding_kind *k = finding_kind_at(i);

		(catalog ? catalog_entry : manual_section)(k, explain_of(k->id));
	}
	return 0;
}
