/* Reading whole configurations: values in their fields, places, includes, defaults, errors,
 * printing. The texts of the errors of single keys are in tests/conf/bad. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/arena.h"
#include "conf/compile.h"
#include "conf/conf.h"
#include "conf/field.h"
#include "conf/schema.h"
#include "conf/source.h"

static char dir[64];
static struct conf_errors errors;

static int
begin(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof dir, "/tmp/test_conf.XXXXXX");
	return mkdtemp(dir) ? chdir(dir) : -1;
}

static int
end(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf %s", dir);
	return chdir("/") || system(command);
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static struct conf *
read_text(const char *text)
{
	write_file("a.conf", text);
	conf_errors_free(&errors);
	return conf_read("a.conf", &errors);
}

/* The text is refused with exactly this one line. */
static void
refused(const char *text, const char *want)
{
	assert_null(read_text(text));
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.text[0], want);
	conf_errors_free(&errors);
}

#define ZONES                                                                                      \
	"zones = ( { id = \"a\"; networks = (\"10.1.0.0/16\"); }, { id = \"b\"; networks = "       \
	"(\"10.2.0.0/16\"); } );\n"

static void
test_fields(void **state)
{
	struct conf *c = read_text(
	    "organisation = \"X\"; language = \"ja\"; model = \"beta-prime\"; workers = 3; ring = "
	    "\"2 MiB\";\n"
	    "attempt_after = \"1 s\"; mirror = (\"mon0\");\n"
	    "zones = (\n"
	    "  { id = \"a\"; label = \"A\"; class = \"core\"; ipv6 = false;\n"
	    "    interfaces = (\"eth1\",\n"
	    "      \"eth2 vlan 5.6\"); networks = (\"10.1.0.0/16\", \"2001:db8::/32\"); },\n"
	    "  { id = \"b\"; macs = (\"02:00:00:00:00:0A\"); } );\n"
	    "sets = ( { name = \"s\"; addresses = (\"10.1.2.3\"); } );\n"
	    "conduits = (\n"
	    "  { id = \"c\"; from = \"a\";\n"
	    "    to = \"b\"; clients = (\"@s\", \"10.1.0.0/24\"); servers = ();\n"
	    "    services = (\"tcp/1-2 tls\", \"any\");\n"
	    "    hours = (\"mon,tue 23:00-01:00\", \"fri 01:00-02:00\"); expires = \"2030-01-02\"; "
	    "max_upload = \"1 "
	    "kB\";\n"
	    "    expected_every = \"2 min\"; owner = \"o\"; require = \"text-mail\"; } );\n"
	    "log = ( { target = \"remote\"; address = \"udp:192.0.2.1:514\"; min = \"err\"; "
	    "facility = \"local2\"; } );\n"
	    "gateway = { macs = ( { interface = \"eth1\"; mac = \"02:00:00:00:00:01\"; } );\n"
	    "  addresses = (\"10.1.0.1\"); };\n");
	struct conf_conduit *q;

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->organisation, "X");
	assert_string_equal(c->language, "ja");
	assert_int_equal(c->model, MODEL_BETA_PRIME);
	assert_int_equal(c->workers, 3);
	assert_int_equal(c->ring, 2 << 20);
	assert_int_equal(c->attempt_after, NS_SEC);
	assert_int_equal(c->mirror.n, 1);
	assert_string_equal(c->at.file, "a.conf");
	assert_int_equal(c->nzones, 2);
	assert_int_equal(c->zones[0].at.line, 4);
	assert_int_equal(c->zones[0].class, CLASS_CORE);
	assert_false(c->zones[0].ipv6);
	assert_true(c->zones[1].ipv6);
	assert_int_equal(c->zones[0].nlines, 2);
	assert_string_equal(c->zones[0].lines[1].name, "eth2");
	assert_int_equal(c->zones[0].lines[1].vlan[0], 5);
	assert_int_equal(c->zones[0].lines[1].vlan[1], 6);
	assert_int_equal(c->zones[0].lines[1].at.line, 6);
	assert_int_equal(c->zones[0].networks.n, 2);
	assert_false(c->zones[0].networks.item[1].prefix.is4);
	assert_string_equal(c->zones[0].label, "A");
	assert_string_equal(c->zones[1].label, "b");
	assert_string_equal(c->zones[1].macs.item[0], "02:00:00:00:00:0a");
	assert_false(c->zones[1].networks.present);
	q = &c->conduits[0];
	assert_int_equal(c->nconduits, 1);
	assert_int_equal(q->at.line, 10);
	assert_int_equal(q->from_at.line, 10);
	assert_int_equal(q->to_at.line, 11);
	assert_int_equal(q->services_at.line, 12);
	assert_int_equal(q->expires_at.line, 13);
	assert_string_equal(q->clients.item[0].set, "s");
	assert_null(q->clients.item[1].set);
	assert_int_equal(q->clients.item[1].prefix.len, 120);
	assert_true(q->servers.present);
	assert_int_equal(q->servers.n, 0);
	assert_int_equal(q->services_list.n, 2);
	assert_int_equal(q->services[0].high, 2);
	assert_int_equal(q->services[1].proto, POLICY_ANY_PROTO);
	assert_int_equal(q->nhours, 5);
	assert_int_equal(q->hours[4].from, 5820);
	assert_int_equal(q->hours[4].to, 5880);
	assert_int_equal(q->hours_list.n, 2);
	assert_int_equal(q->hours[3].from, 2880);
	assert_int_equal(q->hours[3].to, 2940);
	assert_string_equal(q->expires, "2030-01-02");
	assert_int_equal(q->max_upload, 1000);
	assert_int_equal(q->expected_every, 120 * NS_SEC);
	assert_int_equal(q->require, REQUIRE_TEXT_MAIL);
	assert_int_equal(q->inspect, INSPECT_BOTH);
	assert_null(q->mail);
	assert_null(q->clause);
	assert_int_equal(c->nsinks, 1);
	assert_int_equal(c->sinks[0].target, TARGET_REMOTE);
	assert_string_equal(c->sinks[0].path, "udp:192.0.2.1:514");
	assert_int_equal(c->sinks[0].min, 3);
	assert_int_equal(c->sinks[0].facility, 18);
	assert_int_equal(c->ngateway_macs, 1);
	assert_int_equal(c->gateway_macs[0].mac.b[5], 1);
	assert_int_equal(c->gateway_addresses.n, 1);
	conf_free(c);
}

/* DESIGN 5.1, and what a default log is. */
static void
test_defaults(void **state)
{
	struct conf *c = read_text(ZONES), *d;

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->organisation, "");
	assert_int_equal(c->model, MODEL_ALPHA);
	assert_string_equal(c->language, "en");
	assert_null(c->timezone);
	assert_string_equal(c->user, "segaudit");
	assert_string_equal(c->run_dir, "/run/segaudit");
	assert_string_equal(c->state_dir, "/var/lib/segaudit");
	assert_int_equal(c->workers, 1);
	assert_int_equal(c->flows, 1000000);
	assert_int_equal(c->ring, 64 << 20);
	assert_int_equal(c->capture_buffer, 32 << 20);
	assert_int_equal(c->attempt_after, 200 * NS_MSEC);
	assert_int_equal(c->quiet_after, 300 * NS_SEC);
	assert_int_equal(c->heartbeat, 300 * NS_SEC);
	assert_int_equal(c->lines_per_second, 30);
	assert_int_equal(c->stream_per_flow, 1 << 20);
	assert_int_equal(c->stream_total, 64 << 20);
	assert_int_equal(c->ledger_days, 400);
	assert_false(c->evidence_payload);
	assert_int_equal(c->evidence_frames, 16);
	assert_int_equal(c->evidence_snap, 256);
	assert_int_equal(c->evidence_space, 1 << 30);
	assert_int_equal(c->evidence_keep, 90 * NS_DAY);
	assert_int_equal(c->mail.allow.n, 1);
	assert_string_equal(c->mail.allow.item[0], "text/plain");
	assert_int_equal(c->mail.charsets.n, 7);
	assert_string_equal(c->mail.charsets.item[3], "shift_jis");
	assert_string_equal(c->mail.charsets.item[6], "iso-8859-1");
	assert_int_equal(c->mail.max_size, 10 << 20);
	assert_int_equal(c->mail.depth, 20);
	d = read_text(ZONES "log = ( { target = \"syslog\"; } );");
	assert_non_null(d);
	assert_int_equal(c->nsinks, 1);
	assert_int_equal(c->sinks[0].target, d->sinks[0].target);
	assert_string_equal(c->sinks[0].path, d->sinks[0].path);
	assert_int_equal(c->sinks[0].facility, d->sinks[0].facility);
	assert_int_equal(c->sinks[0].min, d->sinks[0].min);
	assert_int_equal(d->sinks[0].facility, 3);
	conf_free(c);
	conf_free(d);
}

/* A conduit's mail is what it says itself, else the top level's, wherever that stands. */
static void
test_mail(void **state)
{
	struct conf *c = read_text(
	    ZONES "conduits = ( { id = \"c\"; from = \"a\"; to = \"b\"; services = (); require = "
		  "\"text-mail\";\n"
		  "mail = { depth = 2; }; } );\nmail = { max_size = \"1 MiB\"; depth = 9; };");

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->conduits[0].mail->depth, 2);
	assert_int_equal(c->conduits[0].mail->max_size, 1 << 20);
	assert_int_equal(c->conduits[0].mail->allow.n, 1);
	assert_int_equal(c->mail.depth, 9);
	conf_free(c);
}

static void
test_files(void **state)
{
	struct conf *c;

	(void)state;
	assert_int_equal(mkdir("sub", 0700), 0);
	write_file("sub/main.conf", "# one\n  @include \"z.conf\" # two\nsets = ( { name = "
				    "\"s\";\n file = \"s.txt\"; } ); @include \"m.conf\"");
	write_file("sub/z.conf", "\nzones = (\n@include \"more/one.conf\"\n);");
	assert_int_equal(mkdir("sub/more", 0700), 0);
	write_file("sub/more/one.conf",
	    "/* a\n b */ { id = \"a\";\n networks = (\"10.1.0.0/16\",\n\"10.2.0.0/16\"); }");
	write_file("sub/m.conf", "\n\nmirror = (\n\"mon0\");");
	write_file("sub/s.txt", "\n# x\n10.1.0.1 # y\n\n  2001:db8::/32\t\r\n10.1.0.2");
	conf_errors_free(&errors);
	c = conf_read("sub/main.conf", &errors);
	if (errors.n)
		print_error("%s\n", errors.text[0]);
	assert_non_null(c);
	assert_string_equal(c->zones[0].at.file, "sub/more/one.conf");
	assert_int_equal(c->zones[0].at.line, 2);
	assert_string_equal(c->zones[0].networks.item[1].at.file, "sub/more/one.conf");
	assert_int_equal(c->zones[0].networks.item[1].at.line, 4);
	assert_string_equal(c->sets[0].at.file, "sub/main.conf");
	assert_int_equal(c->sets[0].at.line, 3);
	assert_string_equal(c->sets[0].file, "s.txt");
	assert_int_equal(c->sets[0].addresses.n, 3);
	assert_string_equal(c->sets[0].addresses.item[1].at.file, "sub/s.txt");
	assert_int_equal(c->sets[0].addresses.item[1].at.line, 5);
	assert_int_equal(c->sets[0].addresses.item[1].prefix.len, 32);
	assert_int_equal(c->sets[0].addresses.item[2].at.line, 6);
	assert_string_equal(c->mirror.place[0].file, "sub/m.conf");
	assert_int_equal(c->mirror.place[0].line, 4);
	conf_free(c);
}

static void
test_no_file(void **state)
{
	(void)state;
	conf_errors_free(&errors);
	assert_null(conf_read("nothing.conf", &errors));
	assert_int_equal(errors.n, 1);
	assert_string_equal(
	    errors.text[0], "nothing.conf: cannot be read: No such file or directory");
	conf_errors_free(&errors);
	assert_null(conf_read("/", &errors));
	assert_string_equal(errors.text[0], "/: cannot be read: Is a directory");
	conf_errors_free(&errors);
	write_file("large.conf", "");
	assert_int_equal(truncate("large.conf", (off_t)257 << 20), 0);
	assert_null(conf_read("large.conf", &errors));
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.text[0], "large.conf: cannot be read: is larger than 256 MiB");
	write_file("nul.txt", "10.1.0.1\n");
	assert_int_equal(truncate("nul.txt", 12), 0);
	refused(ZONES "sets = ( { name = \"s\"; file = \"nul.txt\"; } );",
	    "nul.txt: has a NUL byte: the file must be text");
	write_file("bom.txt", "\xef\xbb\xbf"
			      "10.1.0.1\n");
	refused(ZONES "sets = ( { name = \"s\"; file = \"bom.txt\"; } );",
	    "bom.txt:1: begins with a byte order mark (BOM): save it as UTF-8 without one");
	conf_errors_free(&errors);
}

/* Brackets nested by the thousand end in one line, not in a crash. */
static void
test_nesting(void **state)
{
	char *text = malloc(20001);

	(void)state;
	assert_non_null(text);
	memset(text, '(', 20000);
	text[20000] = '\0';
	memcpy(text, "a = ", 4);
	refused(text, "a.conf:1: brackets are nested too deep");
	free(text);
}

/* Errors come in the order of files and lines, whatever order they were found in. */
static void
test_order(void **state)
{
	struct conf_errors e = { 0 };
	const struct conf_place at[] = { { "m", 12 }, { "b", 1 }, { "m", 2 }, { "a", 7 },
		{ "b", 1 }, { "m", 2 }, { "a", 10 }, { "m", 0 }, { "mm", 1 } };
	static const char *const want[] = { "m: 7", "m:2: 2", "m:2: 5", "m:12: 0", "a:7: 3",
		"a:10: 6", "b:1: 1", "b:1: 4", "mm:1: 8" };

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		conf_error(&e, at[i], "%u", i);
	conf_errors_sort(&e, "m");
	conf_errors_sort(&e, "m");
	for (unsigned i = 0; i < 9; i++)
		assert_string_equal(e.text[i], want[i]);
	for (unsigned i = 0; i < 1000; i++)
		conf_error(&e, at[1], "%u", i);
	assert_int_equal(e.n, 1009);
	conf_errors_free(&e);
	assert_int_equal(e.n, 0);
}

static char *
printed_by(void (*print)(FILE *out, const struct conf *c), const struct conf *c)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	print(f, c);
	assert_int_equal(fclose(f), 0);
	return text;
}

static char *
printed(const struct conf *c)
{
	return printed_by(conf_print, c);
}

static void
assert_same_policy(const struct conf *c, const struct conf *d)
{
	struct policy *p = compile(c, NS_SEC, NULL, &errors),
		      *q = compile(d, NS_SEC, NULL, &errors);

	if (errors.n)
		print_error("%s\n", errors.text[0]);
	assert_non_null(p);
	assert_non_null(q);
	assert_int_equal(p->size, q->size);
	assert_memory_equal(p, q, p->size);
	free(p);
	free(q);
}

/* What the record keeps has what was in files, and reads back without them. */
static void
test_print_whole(void **state)
{
	static const char text[] = ZONES
	    "sets = ( { name = \"f\"; file = \"f.txt\"; }, { name = \"e\"; file = \"e.txt\"; } );\n"
	    "conduits = ( { id = \"c\"; from = \"a\"; to = \"b\"; clients = (\"@f\", \"@e\"); "
	    "services = (\"tcp/1\"); } );\n";
	struct conf *c, *d;
	char *first, *second;

	(void)state;
	write_file("f.txt", "10.1.0.0/25\n10.1.1.7\n");
	write_file("e.txt", "# nobody\n");
	c = read_text(text);
	assert_non_null(c);
	first = printed_by(conf_print_whole, c);
	assert_non_null(strstr(first, "addresses = (\"10.1.0.0/25\", \"10.1.1.7\");"));
	assert_non_null(strstr(first, "addresses = ();"));
	assert_null(strstr(first, "f.txt"));
	write_file("f.txt", "10.1.0.0/24\n");
	d = read_text(first);
	assert_non_null(d);
	second = printed_by(conf_print_whole, d);
	assert_string_equal(first, second);
	assert_same_policy(c, d);
	free(first);
	free(second);
	conf_free(c);
	conf_free(d);
}

/* What is printed reads back as the same text and the same policy. */
static void
test_print(void **state)
{
	static const char *const texts[] = {
		ZONES,
		"model = \"none\"; organisation = \"a \\\"b\\\" \\\\ \xe5\x9f\xba\"; timezone = "
		"\"Asia/Tokyo\"; mirror = (\"mon0\", \"mon1\");\n" ZONES
		"sets = ( { name = \"s\"; addresses = (\"10.1.0.0/24\", \"2001:db8::/32\"); }, { "
		"name = \"f\"; file = \"f.txt\"; } );\n"
		"conduits = ( { id = \"c\"; from = \"a\"; to = \"b\"; clients = (\"@s\", \"@f\"); "
		"services = (\"tcp/1-9 tls\", \"icmp/8\", \"any\");\n"
		"  hours = (\"mon-fri 08:00-19:00\", \"sun 22:00-02:00\"); expires = "
		"\"2031-05-06\"; client_macs = (\"02:00:00:00:00:AA\");\n"
		"  require = \"text-mail\"; mail = { depth = 3; }; max_upload = \"5 B\"; reason = "
		"\"\"; },\n"
		"  { id = \"d\"; from = \"b\"; to = \"a\"; servers = (); services = (); require = "
		"\"named-destinations\"; names = (\"*.Example\"); } );\n"
		"gateway = { addresses = (\"10.1.0.1\"); macs = ( ); }; evidence = { keep = "
		"\"36500 days\"; };\n"
		"log = ( { target = \"json\"; path = \"/tmp/x\"; pairs = (\"a>b\"); }, { target = "
		"\"stderr\"; } );",
	};

	(void)state;
	write_file("f.txt", "10.1.0.0/25\n");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct conf *c = read_text(texts[i]), *d;
		char *first, *second;

		assert_non_null(c);
		first = printed(c);
		d = read_text(first);
		if (errors.n)
			print_error("%s\n%s", errors.text[0], first);
		assert_non_null(d);
		second = printed(d);
		assert_string_equal(first, second);
		assert_same_policy(c, d);
		free(first);
		free(second);
		conf_free(c);
		conf_free(d);
	}
}

/* Every default of the table is a value that the table takes, and every example too. */
static void
test_schema(void **state)
{
	struct schema_index x;
	unsigned count[SCHEMA_GROUPS] = { 0 };

	(void)state;
	schema_index_init(&x);
	for (size_t i = 0; i < schema_keys; i++) {
		const struct schema_key *k = &schema[i];

		assert_ptr_equal(schema_find(&x, k->group, k->name), k);
		assert_true(i == 0 || k->group == schema[i - 1].group ||
			    count[k->group] == 0); /* a group stands together */
		count[k->group]++;
		assert_true(count[k->group] < 63);
		assert_non_null(k->meaning);
		assert_non_null(k->example);
		assert_false(k->required && k->preset);
		assert_true(!k->when || schema_of(k->group)->by);
		assert_true(k->required || k->preset || k->absent || k->type == TYPE_GROUP);
		assert_true((k->words != NULL) == (k->type == TYPE_WORD || k->type == TYPE_CHOICE ||
						      k->type == TYPE_WORDS));
	}
	assert_null(schema_find(&x, GROUP_ZONE, "services"));
	assert_null(schema_find(&x, GROUP_TOP, ""));
	for (unsigned g = 0; g < SCHEMA_GROUPS; g++)
		assert_true(g == GROUP_TOP || schema_parent((enum schema_group)g));
}

/* One configuration of all examples. */
static void
example(FILE *f, enum schema_group g, uint8_t by)
{
	for (size_t i = 0; i < schema_keys; i++) {
		const struct schema_key *k = &schema[i];

		if (k->group != g || (k->when && !(k->when >> by & 1)) ||
		    (g == GROUP_SET && strcmp(k->name, "file") == 0))
			continue;
		if (strcmp(k->name, "require") == 0)
			fprintf(f, "require = \"%s\";\n", schema_word(k->words, by));
		else if (strcmp(k->name, "target") == 0)
			fprintf(f, "target = \"%s\";\n", schema_word(k->words, by));
		else if (k->type == TYPE_GROUPS || k->type == TYPE_GROUP) {
			fprintf(f, "%s = %s{\n", k->name, k->type == TYPE_GROUPS ? "(" : "");
			example(f, k->inner, by);
			fprintf(f, "}%s;\n", k->type == TYPE_GROUPS ? ")" : "");
		} else {
			fprintf(f, "%s = %s;\n", k->name, k->example);
		}
	}
}

static void
test_examples(void **state)
{
	(void)state;
	for (uint8_t by = 0; by <= REQUIRE_NAMES; by++) {
		FILE *f = fopen("a.conf", "w");
		struct conf *c;

		assert_non_null(f);
		example(f, GROUP_TOP, by);
		assert_int_equal(fclose(f), 0);
		conf_errors_free(&errors);
		c = conf_read("a.conf", &errors);
		for (uint32_t i = 0; i < errors.n; i++)
			print_error("%s\n", errors.text[i]);
		assert_non_null(c);
		conf_free(c);
	}
	for (size_t i = 0; i < schema_keys; i++) {
		char text[512];

		if (schema[i].group != GROUP_TOP || schema[i].type < TYPE_GROUP ||
		    strcmp(schema[i].name, "zones") == 0)
			continue;
		(void)snprintf(
		    text, sizeof text, ZONES "%s = %s;", schema[i].name, schema[i].example);
		conf_free(read_text(text));
		assert_int_equal(errors.n, 0);
	}
}

static void
test_arena(void **state)
{
	struct arena *a = arena_new();
	uint64_t *last = NULL;
	char *copy;

	(void)state;
	assert_non_null(a);
	assert_null(arena_alloc(a, 0, 8));
	assert_false(a->failed);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t *p;

		copy = arena_copy(a, "abcdefg", i % 8);
		assert_int_equal(strlen(copy), i % 8);
		p = arena_alloc(a, 1 + i % 300, sizeof *p);
		assert_int_equal((uintptr_t)p % 8, 0);
		assert_int_equal(p[0], 0);
		assert_int_equal(p[i % 300], 0);
		assert_true(!last || *last == i - 1);
		*p = i;
		last = p;
	}
	assert_non_null(arena_alloc(a, 1, 5 << 20));
	assert_false(a->failed);
	assert_null(arena_alloc(a, SIZE_MAX / 2, 4));
	assert_true(a->failed);
	arena_free(a);
	arena_free(NULL);
}

enum { MANY = 4000 }; /* conduits: several pieces of text */

/* Conduits FROM up to END, one a line, all but the LAST with a comma behind it. */
static void
add_conduits(FILE *f, unsigned from, unsigned end, unsigned last)
{
	static const char mail[] = " require = \"text-mail\"; mail = { depth = 5; };";

	for (unsigned i = from; i < end; i++)
		fprintf(f,
		    "{ id = \"c%u\"; from = \"a\"; # (\n to = \"b\"; services = (\"tcp/%u\");%s "
		    "}%s\n",
		    i, i + 1, i % 1000 == 500 ? mail : "", i == last ? "" : ",");
}

/* A list that is longer than the parser gets at once, its middle in another file, the keys that it
 * depends on behind it: one list all the same. */
static void
test_long_list(void **state)
{
	FILE *f = fopen("a.conf", "w"), *g = fopen("more.conf", "w");
	struct conf *c;

	(void)state;
	assert_true(f && g);
	fprintf(f, "conduits = (\n");
	add_conduits(f, 0, 1500, MANY);
	fprintf(f, "@include \"more.conf\"\n");
	add_conduits(g, 1500, 3000, MANY);
	add_conduits(f, 3000, MANY, MANY - 1);
	fprintf(f, ");\n" ZONES "mail = { charsets = (\"utf-8\"); };\n");
	assert_int_equal(fclose(f), 0);
	assert_int_equal(fclose(g), 0);
	conf_errors_free(&errors);
	c = conf_read("a.conf", &errors);
	assert_non_null(c);
	assert_int_equal(c->nconduits, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		const struct conf_conduit *q = &c->conduits[i];
		bool inside = i >= 1500 && i < 3000;
		unsigned line = inside ? 2 * (i - 1500) + 1 : i < 1500 ? 2 * i + 2 : 2 * i - 2997;
		char id[16];

		(void)snprintf(id, sizeof id, "c%u", i);
		assert_string_equal(q->id, id);
		assert_string_equal(q->at.file, inside ? "more.conf" : "a.conf");
		assert_int_equal(q->at.line, line);
		assert_int_equal(q->to_at.line, line + 1);
		assert_int_equal(q->services[0].low, i + 1);
		assert_int_equal(q->mail != NULL, i % 1000 == 500);
		if (q->mail) {
			assert_int_equal(q->mail->depth, 5);
			assert_int_equal(q->mail->charsets.n, 1);
		}
	}
	assert_int_equal(c->nzones, 2);
	assert_int_equal(c->zones[0].at.line, 2 * MANY - 2997 + 1);
	conf_free(c);
}

/* What is wrong far behind in a long list is said as in a short one. */
static void
test_long_list_wrong(void **state)
{
	static const struct {
		const char *last, *want;
	} wrong[] = {
		{ "{ id = \"x\"; form = \"a\"; from = \"a\"; to = \"b\"; services = (); }",
		    "a.conf:8002: conduit \"x\": unknown key \"form\": did you mean \"from\"?" },
		{ "\"x\"",
		    "a.conf:8003: conduits: item 4001 must be a group, as in conduits = ( ); "
		    "not a string" },
		{ "{ id = \"x\"; id = \"x\"; }",
		    "a.conf:8002: duplicate setting name in or before \"{ id = \\\"x\\\"; id = "
		    "\\\"x\\\"; }\"" },
		{ "{ id = \"x\"; from = \"a\"; to = \"b\"; services = (); require = \"text-mail\"; "
		  "mail = { depth = 5000000000; }; }",
		    "a.conf:8002: number 5000000000: must be at most 2147483647; a size or a time "
		    "is "
		    "a string with a unit, as in \"5 GiB\"" },
		{ "{ from = \"a\"; to = \"b\"; services = (); }",
		    "a.conf:8002: conduit 4001: missing key \"id\" (its name in findings), as in "
		    "id = \"vdi\"" },
		{ "{ id = \"x\"", "a.conf:8003: ')' does not close the '{' of a.conf:8002: '}' is "
				  "missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		FILE *f = fopen("a.conf", "w");

		assert_non_null(f);
		fprintf(f, "conduits = (\n");
		add_conduits(f, 0, MANY, MANY);
		fprintf(f, "%s\n);\n" ZONES, wrong[i].last);
		assert_int_equal(fclose(f), 0);
		conf_errors_free(&errors);
		assert_null(conf_read("a.conf", &errors));
		assert_int_equal(errors.n, 1);
		assert_string_equal(errors.text[0], wrong[i].want);
	}
	conf_errors_free(&errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_whole),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_long_list),
		cmocka_unit_test(test_long_list_wrong),
	};
	int failed = cmocka_run_group_tests(tests, begin, end);

	conf_errors_free(&errors);
	return failed != 0;
}
