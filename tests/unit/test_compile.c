/* test_compile.c - what the compiler refuses, with its words; and what it finds about the rules. */
#include "unit.h"

#include <stdio.h>
#include <time.h>

#include "rules.h"

/* 2026-04-01 12:00 in Tokyo */
#define NOW (rules_utc(2026, 4, 1, 3, 0, 0))

static struct rules
site(void)
{
	struct rules r = rules_new(300, 4, 16);

	rules_zone(&r, "kikan", CLASS_CORE, "eth1", "10.1.0.0/16 2001:db8:1::/48"); /* line 1 */
	rules_zone(&r, "lgwan", CLASS_LGWAN, "eth2.20", "10.2.0.0/16");		    /* 2 */
	rules_zone(&r, "internet", CLASS_INTERNET, "eth3", "10.3.0.0/16");	    /* 3 */
	rules_zone(&r, "juki-net", CLASS_WAN, "eth4", "10.9.0.0/24");		    /* 4 */
	rules_zone(&r, "outside", CLASS_OUTSIDE, "eth0", "0.0.0.0/0 ::/0");	    /* 5 */
	return r;
}

/* The errors of R are exactly these, and there is no policy. */
static void
refuses(struct rules *r, const char *const *expected, uint32_t n)
{
	struct compile_ifaces keep = { .n = 1, .name = { "eth7" } };
	struct policy *p = compile(&r->conf, NOW, &keep, &r->errors);

	for (uint32_t i = 0; i < r->errors.n && i < n; i++)
		assert_string_equal(r->errors.text[i], expected[i]);
	for (uint32_t i = n; i < r->errors.n; i++)
		print_error("also: %s\n", r->errors.text[i]);
	assert_int_equal(r->errors.n, n);
	assert_null(p);
	assert_int_equal(keep.n, 1); /* what did not succeed changes nothing */
	rules_free(r);
}

#define REFUSES(r, ...)                                                                            \
	do {                                                                                       \
		static const char *const said[] = { __VA_ARGS__ };                                 \
		refuses(r, said, sizeof said / sizeof *said);                                      \
	} while (0)

static struct policy *
compiled(struct rules *r)
{
	struct policy *p = rules_compile(r, NOW);

	for (uint32_t i = 0; i < r->errors.n; i++)
		print_error("%s\n", r->errors.text[i]);
	assert_non_null(p);
	assert_true(policy_valid(p, p->size));
	return p;
}

static void
networks(void **unused)
{
	struct rules r = site();

	(void)unused;
	rules_zone(&r, "more", CLASS_OTHER, "eth5",
	    "10.2.0.0/16 10.2.0.0/17 10.77.0.0/16 10.77.0.0/16 ::/0");
	REFUSES(&r,
	    "test.conf:6: zone \"more\": network \"::/0\": zone \"outside\" has it too, at "
	    "test.conf:5: an address belongs "
	    "to one zone",
	    "test.conf:6: zone \"more\": network \"10.2.0.0/16\": zone \"lgwan\" has it too, "
	    "at test.conf:2: an address "
	    "belongs to one zone",
	    "test.conf:6: zone \"more\": network \"10.77.0.0/16\": stands twice, first at "
	    "test.conf:6: once is enough");
}

static void
lines(void **unused)
{
	struct rules r = site();

	(void)unused;
	rules_zone(&r, "a", CLASS_OTHER, "eth1", "");
	rules_zone(&r, "b", CLASS_OTHER, "eth2 eth2.20 eth2.21 eth2.21 eth2.21.5", "");
	REFUSES(&r,
	    "test.conf:6: zone \"a\": interface \"eth1\": zone \"kikan\" has it too, at "
	    "test.conf:1: zones share an interface "
	    "only by different VLANs",
	    "test.conf:7: zone \"b\": interface \"eth2 vlan 20\": zone \"lgwan\" has it too, "
	    "at test.conf:2: zones share an "
	    "interface only by different VLANs",
	    "test.conf:7: zone \"b\": interface \"eth2 vlan 21\": stands twice, first at "
	    "test.conf:7: once is enough");
}

static void
mirrors_and_macs(void **unused)
{
	struct rules r = site();
	struct conf_mac macs[] = { { .interface = "eth11" }, { .interface = "eth3" },
		{ .interface = "eth3" }, { .interface = "xyz" } };

	(void)unused;
	r.line = 20;
	r.conf.mirror = rules_list(&r, "mon0 eth3 mon0");
	for (unsigned i = 0; i < 4; i++)
		macs[i].at = (struct conf_place){ "test.conf", 30 + i };
	r.conf.gateway_macs = macs;
	r.conf.ngateway_macs = 4;
	REFUSES(&r, "test.conf:20: mirror: interface \"mon0\": stands twice: once is enough",
	    "test.conf:30: gateway: macs: interface \"eth11\": no zone and no mirror names it; "
	    "did you mean \"eth1\"?",
	    "test.conf:32: gateway: macs: interface \"eth3\": stands twice: once is enough",
	    "test.conf:33: gateway: macs: interface \"xyz\": no zone and no mirror names it");
}

static void
names_of_things(void **unused)
{
	struct rules r = site();
	struct conf_zone *z;

	(void)unused;
	rules_set(&r, "vdi-hosts", "10.3.9.0/24");			 /* 6 */
	rules_set(&r, "vdi-hosts", "10.3.9.0/24");			 /* 7 */
	z = rules_zone(&r, "lgwan", CLASS_OTHER, "eth5", "10.5.0.0/16"); /* 8 */
	z->proxies = rules_addrs(&r, "@nobody 10.5.0.1");
	rules_conduit(&r, "a", "lgwna", "internet", NULL, "@vdi-host", "tcp/1"); /* 9 */
	rules_conduit(&r, "a", "lgwan", "x", "@zzz", NULL, "tcp/1");		 /* 10 */
	rules_conduit(&r, "b", "lgwan", "lgwan", NULL, NULL, "tcp/1");		 /* 11 */
	REFUSES(&r,
	    "test.conf:7: set \"vdi-hosts\": another one has this name, at test.conf:6: names must "
	    "differ",
	    "test.conf:8: zone \"lgwan\": another one has this id, at test.conf:2: ids must differ",
	    "test.conf:8: zone \"lgwan\": proxies \"@nobody\": no such set",
	    "test.conf:9: conduit \"a\": from \"lgwna\": no such zone; did you mean \"lgwan\"?",
	    "test.conf:9: conduit \"a\": servers \"@vdi-host\": no such set; did you mean "
	    "\"@vdi-hosts\"?",
	    "test.conf:10: conduit \"a\": another one has this id, at test.conf:9: ids must differ",
	    "test.conf:10: conduit \"a\": to \"x\": no such zone; zones are \"kikan\", \"lgwan\", "
	    "\"internet\", \"juki-net\", "
	    "\"outside\", \"lgwan\"",
	    "test.conf:10: conduit \"a\": clients \"@zzz\": no such set",
	    "test.conf:11: conduit \"b\": to \"lgwan\": must be another zone than from: traffic "
	    "inside a zone is not judged");
}

static void
forbidden_pairs(void **unused)
{
	struct rules r = site();
	struct policy *p;

	(void)unused;
	rules_conduit(&r, "a", "kikan", "internet", NULL, NULL, "tcp/1");
	rules_conduit(&r, "b", "outside", "kikan", NULL, NULL, "tcp/1");
	rules_conduit(&r, "c", "lgwan", "kikan", NULL, NULL, "tcp/1");
	r.conf.model = MODEL_NONE;
	p = compiled(&r);
	free(p);
	r.conf.model = MODEL_BETA_PRIME;
	REFUSES(&r,
	    "test.conf:6: conduit \"a\": joins \"kikan\" (class core) with \"internet\" (class "
	    "internet): core with internet or "
	    "outside is a forbidden pair unless model is \"none\"",
	    "test.conf:7: conduit \"b\": joins \"outside\" (class outside) with \"kikan\" "
	    "(class core): core with internet or "
	    "outside is a forbidden pair unless model is \"none\"");
}

static void
addresses_of_other_zones(void **unused)
{
	struct rules r = site();
	struct policy *p;

	(void)unused;
	r.conf.zones[4].networks = rules_addrs(&r, "203.0.113.0/24 10.3.128.0/17");
	rules_set(&r, "mixed", "10.1.0.1 10.2.0.1");					  /* 6 */
	rules_set(&r, "wrong", "10.1.0.1 10.3.0.1");					  /* 7 */
	rules_conduit(&r, "a", "lgwan", "internet", "10.3.0.25", "10.3.0.0/16", "tcp/1"); /* 8 */
	rules_conduit(
	    &r, "b", "lgwan", "internet", "192.0.2.0/24", "10.3.200.1 2001:db8:1::5", "tcp/1");
	rules_conduit(&r, "c", "lgwan", "internet", "@mixed", "10.0.0.0/8 10.2.0.0/15", "tcp/1");
	rules_conduit(&r, "d", "lgwan", "internet", "@wrong 0.0.0.0/0",
	    "@wrong 10.0.0.0/14 10.0.0.0/15", "tcp/1");
	REFUSES(&r,
	    "test.conf:8: conduit \"a\": clients \"10.3.0.25\": lies in zone \"internet\": "
	    "must lie in \"lgwan\"",
	    "test.conf:9: conduit \"b\": clients \"192.0.2.0/24\": lies in no zone: must lie "
	    "in \"lgwan\"",
	    "test.conf:9: conduit \"b\": servers \"10.3.200.1\": lies in zone \"outside\": "
	    "must lie in \"internet\"",
	    "test.conf:9: conduit \"b\": servers \"2001:db8:1::5\": lies in zone \"kikan\": "
	    "must lie in \"internet\"",
	    "test.conf:11: conduit \"d\": clients \"@wrong\": none of the set's addresses lies "
	    "in zone \"lgwan\"",
	    "test.conf:11: conduit \"d\": servers \"10.0.0.0/15\": lies in no zone: must lie "
	    "in \"internet\"");

	/* what lies around another zone's network still belongs to its own */
	r = rules_new(2, 0, 2);
	rules_zone(&r, "one", CLASS_OTHER, "eth1", "10.0.0.0/8");
	rules_zone(&r, "two", CLASS_OTHER, "eth2", "10.2.0.0/16");
	rules_conduit(&r, "a", "one", "two", "10.2.0.0/15", "10.2.0.0/15", "tcp/1");
	p = compiled(&r);
	free(p);
	rules_free(&r);
}

static void
pairs_of_log(void **unused)
{
	struct conf_sink sink = { .target = TARGET_STDERR, .min = 6, .at = { "test.conf", 20 } };
	struct rules r = site();
	struct policy *p;
	const struct policy_sink *s;

	(void)unused;
	r.line = 21;
	sink.pairs = rules_list(&r, "lgwan>internet kikan>outside");
	r.conf.sinks = &sink;
	r.conf.nsinks = 1;
	p = compiled(&r);
	s = policy_at(p, p->sinks);
	assert_int_equal(p->nsinks, 1);
	assert_int_equal(s->target, TARGET_STDERR);
	assert_int_equal(s->npairs, 2);
	assert_int_equal(((const uint16_t *)policy_at(p, s->pairs))[0], 2 << 8 | 3);
	assert_int_equal(((const uint16_t *)policy_at(p, s->pairs))[1], 1 << 8 | 5);
	free(p);
	sink.pairs = rules_list(&r, "lgwan>internt kikan>kikan q>outside");
	REFUSES(&r,
	    "test.conf:21: log: pairs \"lgwan>internt\": zone \"internt\": no such zone; did "
	    "you mean \"internet\"?",
	    "test.conf:21: log: pairs \"kikan>kikan\": must be two different zones",
	    "test.conf:21: log: pairs \"q>outside\": zone \"q\": no such zone; zones are "
	    "\"kikan\", \"lgwan\", \"internet\", "
	    "\"juki-net\", \"outside\"");
}

/* Pairs have a direction; a conduit goes before its pair; the number of conduits does not matter.
 */
static void
says(void **unused)
{
	struct conf_say say[2] = { { .lines = SAY_SUMS }, { .lines = SAY_BRIEF } };
	struct rules r = site();
	struct policy *p;

	(void)unused;
	p = compiled(&r);
	assert_int_equal(p->say, 0);
	assert_int_equal(policy_say(p, 2, 3, "vdi"), SAY_ALL);
	assert_int_equal(policy_say_count(p, SAY_SUMS) + policy_say_count(p, SAY_BRIEF), 0);
	free(p);
	r.line = 21;
	say[0].pairs = rules_list(&r, "lgwan>internet internet>lgwan");
	say[1].pairs = rules_list(&r, "outside>kikan");
	r.conf.says = say;
	r.conf.nsays = 2;
	rules_conduit(&r, "zz", "lgwan", "internet", NULL, NULL, "tcp/1")->lines = SAY_ALL;
	rules_conduit(&r, "b", "lgwan", "internet", NULL, NULL, "tcp/2");
	rules_conduit(&r, "aa", "lgwan", "internet", NULL, NULL, "tcp/3")->lines = SAY_BRIEF;
	rules_conduit(&r, "m", "kikan", "lgwan", NULL, NULL, "tcp/4")->lines = SAY_SUMS;
	p = compiled(&r);
	assert_int_equal(policy_say(p, 2, 3, ""), SAY_SUMS);
	assert_int_equal(policy_say(p, 3, 2, ""), SAY_SUMS);
	assert_int_equal(policy_say(p, 2, 1, ""), SAY_ALL);
	assert_int_equal(policy_say(p, 5, 1, ""), SAY_BRIEF);
	assert_int_equal(policy_say(p, 1, 5, ""), SAY_ALL);
	assert_int_equal(policy_say(p, 0, 3, ""), SAY_ALL);
	assert_int_equal(policy_say(p, 2, 3, "b"), SAY_SUMS);
	assert_int_equal(policy_say(p, 2, 3, "unknown"), SAY_SUMS);
	assert_int_equal(policy_say(p, 2, 3, "zz"), SAY_ALL);
	assert_int_equal(policy_say(p, 2, 3, "aa"), SAY_BRIEF);
	assert_int_equal(policy_say(p, 1, 2, "m"), SAY_SUMS);
	assert_int_equal(policy_say_count(p, SAY_SUMS), 3);
	assert_int_equal(policy_say_count(p, SAY_BRIEF), 2);
	free(p);
	say[1].pairs = rules_list(&r, "lgwan>internt kikan>kikan lgwan>internet kikan>lgwan");
	REFUSES(&r,
	    "test.conf:25: say: pairs \"lgwan>internt\": zone \"internt\": no such zone; did "
	    "you mean \"internet\"?",
	    "test.conf:25: say: pairs \"kikan>kikan\": must be two different zones",
	    "test.conf:25: say: pairs \"lgwan>internet\": is already named at test.conf:21");
}

static void
unknown_timezone(void **unused)
{
	struct rules r = site();

	(void)unused;
	r.conf.timezone = "Asia/Tokio";
	REFUSES(&r, "test.conf: timezone \"Asia/Tokio\": must be a name of the time zone database, "
		    "as in \"Asia/Tokyo\"");
	r = site();
	r.conf.timezone = "../../../etc/passwd";
	REFUSES(&r, "test.conf: timezone \"../../../etc/passwd\": must be a name of the time zone "
		    "database, as in \"Asia/Tokyo\"");
}

static void
limits(void **unused)
{
	struct rules r = rules_new(300, 0, 0);
	char id[16], line[16];

	(void)unused;
	for (int i = 1; i <= 256; i++) {
		(void)snprintf(id, sizeof id, "z%d", i);       /* fits */
		(void)snprintf(line, sizeof line, "eth%d", i); /* fits */
		rules_zone(&r, id, CLASS_OTHER, i <= 65 ? line : NULL, "");
	}
	REFUSES(&r,
	    "test.conf:65: interface \"eth65\": at most 64 interfaces, those of earlier "
	    "configurations too until a restart",
	    "test.conf:256: zones: there are 256: at most 255");
}

static void
too_many_lines(void **unused)
{
	struct rules r = rules_new(1, 0, 0);
	struct conf_zone *z = rules_zone(&r, "z", CLASS_OTHER, NULL, "");

	(void)unused;
	z->nlines = 4098;
	z->lines = arena_alloc(r.arena, z->nlines, sizeof *z->lines);
	for (uint16_t i = 0; i < z->nlines; i++)
		z->lines[i] = (struct conf_line){
			.name = "eth1",
			.vlan = { (uint16_t)(1 + i % 4000), (uint16_t)(i / 4000) },
			.at = { "test.conf", i + 1u },
		};
	REFUSES(&r, "test.conf:4097: interface \"eth1\": at most 4096 pairs of interface and VLAN");
}

/* The notices of P, a line each: id, conduit, text. */
static const char *
notices(const struct policy *p, char *to, size_t size)
{
	const struct policy_notice *n = policy_at(p, p->notices);
	struct text t = text_of(to, size);

	for (uint32_t i = 0; i < p->nnotices; i++)
		text_add(&t, "%u %s %s>%s %s\n", n[i].id,
		    policy_text(p, policy_conduit(p, n[i].conduit)->id),
		    policy_text(p, policy_zone(p, n[i].from)->id),
		    policy_text(p, policy_zone(p, n[i].to)->id), policy_text(p, n[i].text));
	assert_false(t.cut);
	return to;
}

static void
findings_about_rules(void **unused)
{
	struct rules r = site();
	struct conf_conduit *c;
	struct policy *p;
	char said[4096];

	(void)unused;
	c = rules_conduit(&r, "good", "kikan", "juki-net", "10.1.5.0/24 2001:db8:1::/64",
	    "10.9.0.5", "tcp/443 ip/47");
	c->client_macs = rules_list(&r, "02:00:00:00:05:0a");
	c = rules_conduit(&r, "wide", "kikan", "juki-net",
	    "10.1.4.0/23 2001:db8:1::/63 10.1.8.0/24", NULL, "tcp/443 any");
	c->client_macs = rules_list(&r, "02:00:00:00:05:0a");
	rules_conduit(&r, "part", "lgwan", "kikan", "10.2.0.1", NULL, "tcp/443");
	rules_conduit(&r, "macs", "lgwan", "kikan", "10.2.0.1", "10.1.0.1", "tcp/443");
	rules_conduit(&r, "many", "lgwan", "kikan",
	    "10.2.0.0/23 10.2.2.0/23 10.2.4.0/23 10.2.6.0/23 10.2.8.0/23", "10.1.0.1", "tcp/443")
	    ->server_macs = rules_list(&r, "02:00:00:00:05:0a");
	rules_conduit(&r, "not-core", "lgwan", "internet", NULL, NULL, "any");
	rules_conduit(&r, "soon", "lgwan", "internet", NULL, NULL, "any")->expires = "2026-04-30";
	rules_conduit(&r, "later", "lgwan", "internet", NULL, NULL, "any")->expires = "2026-05-01";
	rules_conduit(&r, "today", "lgwan", "internet", NULL, NULL, "any")->expires = "2026-04-01";
	rules_conduit(&r, "past", "lgwan", "internet", NULL, NULL, "any")->expires = "2026-03-31";
	rules_conduit(&r, "lbo", "lgwan", "outside", NULL, NULL, "tcp/443");
	p = compiled(&r);
	assert_string_equal(notices(p, said, sizeof said),
	    "7001 wide kikan>juki-net servers are the whole zone juki-net; services hold any; "
	    "clients 10.1.4.0/23 is shorter than "
	    "/24; clients 2001:db8:1::/63 is shorter than /64\n"
	    "7002 part lgwan>kikan servers and server_macs not given: what touches kikan (class "
	    "core) must be limited on MAC address, "
	    "address and port\n"
	    "7002 macs lgwan>kikan server_macs not given: what touches kikan (class core) must be "
	    "limited on MAC address, address and "
	    "port\n"
	    "7001 many lgwan>kikan clients 10.2.0.0/23 is shorter than /24; clients 10.2.2.0/23 is "
	    "shorter than /24; clients "
	    "10.2.4.0/23 is shorter than /24 and 2 more\n"
	    "7003 soon lgwan>internet expires soon: its last valid day is 2026-04-30\n"
	    "7003 today lgwan>internet expires soon: its last valid day is 2026-04-01\n"
	    "7004 past lgwan>internet expired: its last valid day was 2026-03-31, its flows are "
	    "violations (2007)\n"
	    "7006 lbo lgwan>outside a local breakout from lgwan (class lgwan) to outside (class "
	    "outside) contradicts model alpha; "
	    "alpha-prime allows it\n");
	free(p);
	r.conf.model = MODEL_ALPHA_PRIME;
	p = compiled(&r);
	assert_null(strstr(notices(p, said, sizeof said), "7006"));
	free(p);
	r.conf.model = MODEL_ALPHA;
	r.conf.language = "ja";
	p = compiled(&r);
	assert_string_equal(notices(p, said, sizeof said),
	    "7001 wide kikan>juki-net servers が領域 juki-net 全体、services に any がある、"
	    "clients の 10.1.4.0/23 が /24 より短い、clients の 2001:db8:1::/63 が /64 より短い\n"
	    "7002 part lgwan>kikan servers と server_macs がない: kikan (種別 core) に接する通信は "
	    "MAC アドレス、アドレス、ポートの限定が必要\n"
	    "7002 macs lgwan>kikan server_macs がない: kikan (種別 core) に接する通信は "
	    "MAC アドレス、アドレス、ポートの限定が必要\n"
	    "7001 many lgwan>kikan clients の 10.2.0.0/23 が /24 より短い、"
	    "clients の 10.2.2.0/23 が /24 より短い、clients の 10.2.4.0/23 が /24 より短い、"
	    "ほか 2 件\n"
	    "7003 soon lgwan>internet 期限が近い: 有効期限は 2026-04-30\n"
	    "7003 today lgwan>internet 期限が近い: 有効期限は 2026-04-01\n"
	    "7004 past lgwan>internet 期限切れ: 有効期限は 2026-03-31、この通信は違反となる "
	    "(2007)\n"
	    "7006 lbo lgwan>outside lgwan (種別 lgwan) から outside (種別 outside) への"
	    "ローカルブレイクアウトは、model alpha と矛盾する (alpha-prime では可)\n");
	free(p);
	rules_free(&r);
}

static void
image_holds_what_was_configured(void **unused)
{
	struct conf_mac mac = { .interface = "eth1", .mac = { { 2, 0, 0, 0, 1, 1 } } };
	struct rules r = site();
	const struct policy_conduit *c;
	const struct policy_sink *s;
	struct policy *p;

	(void)unused;
	r.conf.language = "ja";
	r.conf.workers = 3;
	r.conf.zones[1].ipv6 = false;
	r.conf.zones[3].nlines = 0;
	r.conf.gateway_macs = &mac;
	r.conf.ngateway_macs = 1;
	r.conf.gateway_addresses = rules_addrs(&r, "10.1.0.1 2001:db8:1::1");
	rules_conduit(&r, "vdi", "lgwan", "internet", "10.2.0.0/24", "10.3.0.0/24",
	    "tcp/443 udp/53 tcp/8000-8010");
	r.conf.conduits[0].require = REQUIRE_SCREEN;
	r.conf.conduits[0].clause = "3(2)";
	rules_hours(&r, &r.conf.conduits[0], "mon-fri 08:00-19:00");
	/* the same addresses in another order, and twice: the same group */
	rules_conduit(
	    &r, "same", "lgwan", "internet", "10.2.0.128/25 10.2.0.0/24 10.2.0.0/24", NULL, "any");
	p = compiled(&r);
	assert_int_equal(p->generation, 1);
	assert_int_equal(p->workers, 3);
	assert_int_equal(p->japanese, 1);
	assert_int_equal(p->nzones, 5);
	assert_string_equal(policy_text(p, p->user), "nobody");
	assert_string_equal(policy_text(p, policy_zone(p, 4)->id), "juki-net");
	assert_string_equal(policy_text(p, policy_zone(p, 0)->id), "");
	assert_false(policy_zone(p, 4)->captured);
	assert_true(policy_zone(p, 3)->captured);
	assert_true(policy_zone(p, 2)->no_ipv6);
	assert_true(policy_iface(p, 0)->has_mac);
	assert_int_equal(policy_iface(p, 0)->mac.b[5], 1);
	assert_false(policy_iface(p, 1)->has_mac);
	assert_int_equal(p->ngateway, 2);
	assert_int_equal(((const struct addr *)policy_at(p, p->gateway))[0].b[15], 1);
	assert_int_equal(p->nconduits, 2);
	c = policy_conduit(p, 0);
	assert_string_equal(policy_text(p, c->id), "vdi");
	assert_string_equal(policy_text(p, c->services_text), "tcp/443,udp/53,tcp/8000-8010");
	assert_string_equal(policy_text(p, c->hours_text), "mon-fri 08:00-19:00");
	assert_string_equal(policy_text(p, c->clause), "3(2)");
	assert_string_equal(policy_text(p, c->approval), "");
	assert_int_equal(c->require, REQUIRE_SCREEN);
	assert_int_equal(c->nhours, 5);
	assert_int_equal(c->clients, 1);
	assert_int_equal(c->servers, 2);
	assert_int_equal(policy_conduit(p, 1)->clients, 1);
	assert_int_equal(policy_conduit(p, 1)->servers, 0);
	s = policy_at(p, p->sinks);
	assert_int_equal(p->nsinks, 1);
	assert_string_equal(policy_text(p, s->path), "/dev/log");
	assert_int_equal(s->facility, 3);
	assert_int_equal(s->min, 7);
	free(p);
	rules_free(&r);
}

static void
mirror_port(void **unused)
{
	struct rules r = rules_new(2, 0, 0);
	struct policy *p;

	(void)unused;
	rules_zone(&r, "one", CLASS_OTHER, "mon0.20", "10.1.0.0/16");
	rules_zone(&r, "two", CLASS_OTHER, NULL, "10.2.0.0/16");
	r.conf.mirror = rules_list(&r, "mon0");
	p = compiled(&r);
	assert_int_equal(p->nifaces, 1);
	assert_true(policy_iface(p, 0)->mirror);
	assert_int_equal(policy_line(p, policy_line_of(p, 0, 20, 0))->zone, 1);
	assert_int_not_equal(policy_line_of(p, 0, 0, 0), 0);
	assert_int_equal(policy_line(p, policy_line_of(p, 0, 0, 0))->zone, 0);
	assert_true(policy_zone(p, 2)->captured);
	assert_int_equal(policy_iface(p, 0)->nzones, 1);
	free(p);
	rules_free(&r);
}

/* Frames on their way carry interface numbers: a reload keeps them. */
static void
interface_numbers_stay(void **unused)
{
	struct compile_ifaces keep = { 0 };
	struct rules r = rules_new(3, 0, 0);
	struct policy *p;

	(void)unused;
	rules_zone(&r, "one", CLASS_OTHER, "eth1", "10.1.0.0/16");
	rules_zone(&r, "two", CLASS_OTHER, "eth2", "10.2.0.0/16");
	p = compile(&r.conf, NOW, &keep, &r.errors);
	assert_non_null(p);
	assert_int_equal(keep.n, 2);
	free(p);
	r.conf.nzones = 0;
	rules_zone(&r, "two", CLASS_OTHER, "eth0 eth2", "10.2.0.0/16");
	p = compile(&r.conf, NOW, &keep, &r.errors);
	assert_non_null(p);
	assert_true(policy_valid(p, p->size));
	assert_int_equal(keep.n, 3);
	assert_string_equal(keep.name[0], "eth1");
	assert_string_equal(keep.name[2], "eth0");
	assert_false(policy_iface(p, 0)->used);
	assert_int_equal(policy_iface_named(p, "eth1"), POLICY_NONE);
	assert_int_equal(policy_iface_named(p, "eth2"), 1);
	assert_int_equal(policy_iface_named(p, "eth0"), 2);
	assert_int_equal(policy_line_of(p, 0, 0, 0), 0);
	free(p);
	rules_free(&r);
}

/* What mails may be: each different one once, whoever asks for it, and streams. */
static void
mails(void **unused)
{
	struct rules r = site();
	struct conf_mail wide = { .max_size = 1 << 20, .depth = 3, .images_as_attachments = true };
	struct conf_mail same = { .max_size = 10 << 20, .depth = 20 };
	const struct policy_mail *m;
	struct policy *p;

	(void)unused;
	r.conf.mail.allow = same.allow = rules_list(&r, "text/plain");
	r.conf.mail.charsets = rules_list(&r, "us-ascii utf-8 iso-8859-1");
	same.charsets = rules_list(&r, "latin1 utf8 ascii utf-8"); /* the same sets */
	wide.allow = rules_list(&r, "text/plain multipart/mixed image/*");
	wide.charsets = rules_list(&r, "iso-2022-jp sjis");
	rules_conduit(&r, "plain", "lgwan", "internet", NULL, NULL, "tcp/1");
	rules_conduit(&r, "usual", "lgwan", "internet", NULL, NULL, "tcp/2");
	for (unsigned i = 0; i < 3; i++) {
		char id[] = { (char)('a' + i), '\0' }, service[] = { "tcp/30" };

		service[5] = (char)('0' + i);
		rules_conduit(&r, id, "internet", "lgwan", NULL, NULL, service);
		r.conf.conduits[2 + i].require = REQUIRE_TEXT_MAIL;
		r.conf.conduits[2 + i].inspect = (uint8_t)i;
	}
	r.conf.conduits[1].require = REQUIRE_TEXT_MAIL;
	r.conf.conduits[2].mail = &wide;
	r.conf.conduits[3].mail = &same;
	r.conf.conduits[4].mail = &wide;
	r.conf.stream_per_flow = 1 << 20;
	r.conf.stream_total = UINT64_C(5) << 30;
	p = compiled(&r);
	assert_int_equal(p->nmails, 2);
	assert_int_equal(p->stream_flow, 1 << 20);
	assert_int_equal(p->stream_total, UINT64_C(5) << 30);
	assert_ptr_equal(policy_mail(p, 0), policy_mail(p, 1));
	assert_ptr_equal(policy_mail(p, 0), policy_mail(p, 3));
	assert_ptr_equal(policy_mail(p, 2), policy_mail(p, 4));
	m = policy_mail(p, 1);
	assert_memory_equal(policy_text(p, m->allow), "text/plain\0", 12);
	assert_int_equal(m->charsets, 0x43); /* bits 0, 1, 6 */
	assert_int_equal(m->depth, 20);
	assert_int_equal(m->images, 0);
	assert_int_equal(m->max_size, 10 << 20);
	m = policy_mail(p, 2);
	assert_memory_equal(policy_text(p, m->allow), "text/plain\0multipart/mixed\0image/*\0", 36);
	assert_int_equal(m->charsets, 0x0c); /* bits 2, 3 */
	assert_int_equal(m->depth, 3);
	assert_int_equal(m->images, 1);
	assert_int_equal(m->max_size, 1 << 20);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(policy_conduit(p, 2 + i)->inspect, i);
	free(p);
	rules_free(&r);
}

/* The environment's TZ neither counts nor changes. */
static void
environment_stays(void **unused)
{
	struct rules r = site();
	time_t t = 0;
	struct tm tm;
	struct policy *p;

	(void)unused;
	assert_int_equal(setenv("TZ", "XYZ-5", 1), 0);
	tzset();
	p = compiled(&r);
	assert_int_equal(policy_offset_at(p, NOW), 9 * 3600);
	assert_string_equal(getenv("TZ"), "XYZ-5");
	assert_non_null(localtime_r(&t, &tm));
	assert_int_equal(tm.tm_hour, 5);
	free(p);
	assert_int_equal(unsetenv("TZ"), 0);
	p = compiled(&r);
	assert_null(getenv("TZ"));
	free(p);
	rules_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks),
		cmocka_unit_test(lines),
		cmocka_unit_test(mirrors_and_macs),
		cmocka_unit_test(names_of_things),
		cmocka_unit_test(forbidden_pairs),
		cmocka_unit_test(addresses_of_other_zones),
		cmocka_unit_test(pairs_of_log),
		cmocka_unit_test(says),
		cmocka_unit_test(unknown_timezone),
		cmocka_unit_test(limits),
		cmocka_unit_test(too_many_lines),
		cmocka_unit_test(findings_about_rules),
		cmocka_unit_test(image_holds_what_was_configured),
		cmocka_unit_test(mirror_port),
		cmocka_unit_test(interface_numbers_stay),
		cmocka_unit_test(mails),
		cmocka_unit_test(environment_stays),
	};

	return UNIT_RUN(tests);
}
