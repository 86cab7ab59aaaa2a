/* test_line.c - the line of ALERTS 1 and 1.1: exact texts by hand, limits, and a property over
 * random findings and hostile names. */
#include "unit.h"

#include <stdio.h>

#include "hub/line.h"
#include "tell_line.h"

enum { T0 = 1767225600 }; /* 2026-01-01T00:00:00Z, a Thursday */

enum { LGWAN = 1, INTERNET, KIKAN, OUTSIDE };

static struct tell_policy *
site(void)
{
	struct tell_policy *t = tell_policy_new(41, 9 * 3600);

	(void)tell_zone(t, "lgwan", "LGWAN", CLASS_LGWAN);
	(void)tell_zone(t, "internet", "Internet", CLASS_INTERNET);
	(void)tell_zone(t, "kikan", "", CLASS_CORE);
	(void)tell_zone(t, "outside", "", CLASS_OUTSIDE);
	(void)tell_iface(t, "eth1");
	(void)tell_iface(t, "eth2");
	(void)tell_iface(t, "eth3");
	(void)tell_conduit(
	    t, "vdi", LGWAN, INTERNET, "tcp/3389", "mon-fri 08:00-19:00", NSTIME_NEVER);
	/* its last day is 2025-12-31 in local time */
	(void)tell_conduit(
	    t, "file-box", LGWAN, INTERNET, "tcp/80,tcp/443 tls", "", (T0 - 9 * 3600) * NS_SEC);
	(void)tell_conduit(t, "many", LGWAN, INTERNET,
	    "tcp/8000-8010 http-connect,udp/51820 wireguard,tcp/5900-5999 vnc,tcp/445 smb,"
	    "tcp/3389 rdp,tcp/443 tls,tcp/22",
	    "", NSTIME_NEVER);
	return t;
}

/* The line of the opening of one finding, in *S. */
static void
opening(struct said *s, const struct tell_policy *t, const struct finding *f)
{
	static const struct hash_key key = { { 1, 3, 5, 7, 9, 11 } };
	struct incidents *table = incidents_new(4, &key, 5 * NS_MIN, say, s);

	s->policy = t;
	s->calls = 0;
	assert_true(finding_valid(f, &t->p));
	incident_add(table, &t->p, f);
	assert_int_equal(s->calls, 1);
	assert_int_equal(s->state, INCIDENT_OPEN);
	incidents_free(table);
}

static struct addr
address(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* The example of ALERTS 1. */
static struct finding
example(void)
{
	return (struct finding){ .id = 2003,
		.outcome = OUTCOME_ANSWERED,
		.from = LGWAN,
		.to = INTERNET,
		.failed = COND_SERVICE,
		.proto = 6,
		.generation = 41,
		.rule = (uint32_t)POLICY_NONE,
		.near = 0,
		.flags =
		    FINDING_PORTS | FINDING_IS4 | FINDING_HAS_IN | FINDING_HAS_OUT | FINDING_MACS,
		.in = { .iface = 1 },
		.out = { .iface = 2 },
		.sport = 51514,
		.dport = 3390,
		.smac = { { 2, 0, 0, 0, 2, 9 } },
		.dmac = { { 2, 0, 0, 0, 2, 1 } },
		.src = address("10.2.0.9"),
		.dst = address("10.3.9.7"),
		.first = T0 * NS_SEC + 123456789,
		.last = T0 * NS_SEC + 123456789,
		.n = 1,
		.bytes = 60 };
}

static void
test_example(void **state)
{
	struct tell_policy *t = site();
	struct finding f = example();
	struct line_run run = { "0a1b2c3d", 90817, "9f2c41d0a7731be5", NULL };
	struct said s = { .run = NULL };

	(void)state;
	opening(&s, t, &f);
	assert_string_equal(s.line,
	    "SEG2003 OPEN ev=7K3QD9ABCD sev=crit verdict=violation outcome=answered "
	    "pair=lgwan>internet "
	    "rule=default-deny near=vdi:service want=tcp/3389 got=tcp/3390 in=eth2 out=eth3 "
	    "proto=tcp src=10.2.0.9:51514 "
	    "dst=10.3.9.7:3390 smac=02:00:00:00:02:09 dmac=02:00:00:00:02:01 n=1 "
	    "first=2026-01-01T09:00:00.123456+09:00 gen=41 "
	    "msg=\"10.2.0.9 in LGWAN used tcp/3390 to 10.3.9.7 in Internet; conduit vdi permits "
	    "tcp/3389. The other side answered.\"");
	assert_string_equal(s.json,
	    "{\"id\":\"SEG2003\",\"state\":\"OPEN\",\"ev\":\"7K3QD9ABCD\",\"sev\":\"crit\","
	    "\"verdict\":\"violation\","
	    "\"outcome\":\"answered\",\"pair\":\"lgwan>internet\",\"rule\":\"default-deny\","
	    "\"near\":\"vdi:service\",\"want\":\"tcp/3389\","
	    "\"got\":\"tcp/"
	    "3390\",\"in\":\"eth2\",\"out\":\"eth3\",\"proto\":\"tcp\",\"src\":\"10.2.0.9\","
	    "\"sport\":51514,"
	    "\"dst\":\"10.3.9.7\",\"dport\":3390,\"smac\":\"02:00:00:00:02:09\",\"dmac\":\"02:00:"
	    "00:00:02:01\",\"n\":1,"
	    "\"first\":\"2026-01-01T09:00:00.123456+09:00\",\"gen\":41,\"msg\":\"10.2.0.9 in LGWAN "
	    "used tcp/3390 to 10.3.9.7 in "
	    "Internet; conduit vdi permits tcp/3389. The other side answered.\"}");
	assert_int_equal(s.severity, 2);
	/* A daemon that runs closes the line with sid, seq and h. */
	s.run = &run;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " gen=41 sid=0a1b2c3d seq=90817 h=9f2c41d0a7731be5 msg=\""));
	assert_non_null(strstr(s.json, ",\"gen\":41,\"sid\":\"0a1b2c3d\",\"seq\":90817,"
				       "\"h\":\"9f2c41d0a7731be5\",\"msg\":\""));
	free(t);
}

/* An attachment: its names are from the wire. */
static struct finding
attachment(const char *type, const char *name, size_t size)
{
	struct finding f = example();

	f.id = 3101;
	f.rule = 0;
	f.near = (uint32_t)POLICY_NONE;
	f.failed = COND_NONE;
	f.what = WHAT_ATTACHMENT;
	f.flags &= (uint16_t)~FINDING_MACS;
	f.flags |= FINDING_MAIL;
	f.message = 3;
	f.part = 2;
	f.size = 18231;
	f.ntype = (uint8_t)strlen(type);
	memcpy(f.type, type, f.ntype);
	f.nname = (uint8_t)size;
	memcpy(f.name, name, size);
	return f;
}

static void
test_mail(void **state)
{
	static const char forged[] = "a\n\0\"x\" sev=info \x1b]0;\xe8\xa6\x8b.pdf\xff";
	struct tell_policy *t = site();
	struct finding f = attachment("application/pdf", "list.pdf", 8);
	struct said s = { .run = NULL };

	(void)state;
	opening(&s, t, &f);
	assert_string_equal(s.line,
	    "SEG3101 OPEN ev=7K3QD9ABCD sev=err verdict=violation outcome=answered "
	    "pair=lgwan>internet rule=vdi in=eth2 out=eth3 proto=tcp src=10.2.0.9:51514 "
	    "dst=10.3.9.7:3390 what=attachment message=3 part=2 media=application/pdf size=18231 "
	    "file=list.pdf n=1 first=2026-01-01T09:00:00.123456+09:00 gen=41 "
	    "msg=\"A mail from 10.2.0.9 in LGWAN to 10.3.9.7 in Internet was more than text "
	    "(attachment); conduit vdi is for text alone. The other side answered.\"");
	assert_non_null(strstr(s.json,
	    ",\"what\":\"attachment\",\"message\":3,\"part\":2,\"media\":\"application/pdf\","
	    "\"size\":18231,\"file\":\"list.pdf\",\"n\":1,"));
	/* What breaks lines, quotes and terminals stays inside. */
	f = attachment("x", forged, sizeof forged - 1);
	opening(&s, t, &f);
	assert_non_null(strstr(s.line,
	    " media=x size=18231 "
	    "file=\"a\\x0a\\x00\\\"x\\\" sev=info \\x1b]0;\\u{898b}.pdf\\xff\" n=1 "));
	assert_non_null(strstr(s.json,
	    "\"file\":\"a\\u000a\\u0000\\\"x\\\" sev=info \\u001b]0;\\u898b.pdf\\\\xff\","));
	/* Only what there is: no part, no name; nothing of a message about the connection. */
	f = attachment("", "", 0);
	f.part = 0;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " what=attachment message=3 size=18231 n=1 "));
	f.ntype = 1;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " message=3 part=0 media="));
	f = attachment("", "", 0);
	f.message = f.part = 0;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " what=attachment n=1 "));
	free(t);
}

/* The longest name that there is, all of it escaped, is cut to its share, which is said. */
static void
test_mail_long(void **state)
{
	struct tell_policy *t = site();
	struct finding f = attachment("a/b", "", 0);
	struct said s = { .run = NULL };
	const char *file;

	(void)state;
	f.nname = FINDING_NAME;
	memset(f.name, 0x80, FINDING_NAME);
	opening(&s, t, &f);
	file = strstr(s.line, " file=\"");
	assert_non_null(file);
	assert_int_equal(strchr(file + 7, '"') - (file + 7), 160); /* forty of them */
	assert_non_null(strstr(s.line, " trunc=1 "));
	assert_non_null(strstr(s.json, "\"trunc\":1,"));
	/* Characters stay whole: 42 of three bytes, of which twenty fit as \u{3042}. */
	for (size_t i = 0; i < 42; i++)
		memcpy(f.name + 3 * i, "\xe3\x81\x82", 3);
	f.nname = 126;
	opening(&s, t, &f);
	file = strstr(s.line, " file=\"");
	assert_non_null(file);
	assert_int_equal(strchr(file + 7, '"') - (file + 7), 160);
	free(t);
}

static void
test_mail_japanese(void **state)
{
	static const struct {
		uint16_t id;
		uint64_t what;
		const char *msg;
	} rows[] = {
		{ 3101, WHAT_ATTACHMENT,
		    "LGWAN の 10.2.0.9 から Internet の 10.3.9.7 へ、テキスト化されていないメール "
		    "(attachment)。無害化通信の通信路 vdi に違反。成立: 相手側が応答した。" },
		{ 3102, WHAT_AMBIGUOUS | WHAT_BOUNDARY,
		    "LGWAN の 10.2.0.9 から Internet の 10.3.9.7 へのメール (通信路 vdi) は、"
		    "受信側により解釈が変わるため検査不能 (ambiguous,boundary)。成立: "
		    "相手側が応答した。" },
		{ 3103, WHAT_STARTTLS | WHAT_ENCRYPTED,
		    "LGWAN の 10.2.0.9 から Internet の 10.3.9.7 へのメール (通信路 vdi) "
		    "は検査不能 "
		    "(encrypted,starttls)。" },
		{ 3104, WHAT_POP3,
		    "LGWAN の 10.2.0.9 から Internet の 10.3.9.7 へ、メール用の通信路 vdi で SMTP "
		    "以外の通信 (pop3)。無害化通信に違反。成立: 相手側が応答した。" },
	};
	struct tell_policy *t = site();
	struct said s = { .run = NULL };

	(void)state;
	t->p.japanese = 1;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct finding f = attachment("application/pdf", "list.pdf", 8);
		char msg[600];

		f.id = rows[i].id;
		f.what = rows[i].what;
		opening(&s, t, &f);
		snprintf(msg, sizeof msg, " msg=\"%s\"", rows[i].msg);
		if (!strstr(s.line, msg))
			fail_msg("%s\nis not in\n%s", msg, s.line);
	}
	free(t);
}

static void
test_japanese(void **state)
{
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .run = NULL };

	(void)state;
	t->p.japanese = 1;
	f.outcome = OUTCOME_ATTEMPTED;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " msg=\"LGWAN の 10.2.0.9 から Internet の 10.3.9.7 へ "
				       "tcp/3390: 通信路 vdi で許可されるのは tcp/3389。"
				       "試行: 通過の形跡なし、遮断された可能性。\""));
	/* 分離 of the core, 分割 of LGWAN and the internet, never mixed; of other zones neither. */
	f.id = 2002;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, "分割違反"));
	assert_null(strstr(s.line, "分離"));
	f.to = KIKAN;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, "分離違反"));
	assert_null(strstr(s.line, "分割"));
	f.to = OUTSIDE;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, "(違反)"));
	free(t);
}

static void
test_v6(void **state)
{
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .run = NULL };

	(void)state;
	f.id = 2001;
	f.outcome = OUTCOME_CROSSED;
	f.from = KIKAN;
	f.to = OUTSIDE;
	f.near = (uint32_t)POLICY_NONE;
	f.failed = COND_NONE;
	f.flags = FINDING_PORTS | FINDING_MIDSTREAM | FINDING_GUESSED | FINDING_HAS_IN;
	f.in.iface = 0;
	f.src = address("2001:db8::9");
	f.dst = address("2001:db8:0:1::1");
	f.proto = 17;
	f.sport = 5353;
	f.dport = 443;
	opening(&s, t, &f);
	assert_string_equal(s.line, "SEG2001 OPEN ev=7K3QD9ABCD sev=alert verdict=violation "
				    "outcome=crossed pair=kikan>outside "
				    "rule=forbidden-pair in=eth1 proto=udp src=[2001:db8::9]:5353 "
				    "dst=[2001:db8:0:1::1]:443 flags=midstream,guessed n=1 "
				    "first=2026-01-01T09:00:00.123456+09:00 gen=41 msg=\"kikan and "
				    "outside must stay separated: 2001:db8::9 to "
				    "2001:db8:0:1::1, udp/443. It crossed to the other side.\"");
	free(t);
}

static void
test_icmp(void **state)
{
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .run = NULL };

	(void)state;
	f.id = 2002;
	f.outcome = OUTCOME_UNKNOWN;
	f.near = 1;
	f.failed = COND_SERVER;
	f.flags = FINDING_ICMP | FINDING_IS4 | FINDING_HAS_IN;
	f.proto = 1;
	f.sport = 0;
	f.dport = 8;
	opening(&s, t, &f);
	assert_string_equal(s.line, "SEG2002 OPEN ev=7K3QD9ABCD sev=err verdict=violation "
				    "outcome=unknown pair=lgwan>internet "
				    "rule=default-deny near=file-box:server in=eth2 proto=icmp "
				    "type=8 code=0 src=10.2.0.9 dst=10.3.9.7 n=1 "
				    "first=2026-01-01T09:00:00.123456+09:00 gen=41 msg=\"No "
				    "conduit from LGWAN to Internet permits 10.2.0.9 to 10.3.9.7, "
				    "icmp/8. Whether it got through is not known.\"");
	assert_non_null(strstr(s.json, ",\"proto\":\"icmp\",\"type\":8,\"code\":0,\"src\":\"10.2.0."
				       "9\",\"dst\":\"10.3.9.7\",\"n\":1,"));
	/* Neither ports nor type: the bare addresses and the number. */
	f.flags = FINDING_IS4 | FINDING_HAS_IN;
	f.proto = 47;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " in=eth2 proto=47 src=10.2.0.9 dst=10.3.9.7 n=1 "));
	assert_non_null(strstr(s.line, ", ip/47. "));
	f.proto = 58;
	f.flags = FINDING_ICMP | FINDING_HAS_IN;
	f.dport = 128;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " proto=icmp6 type=128 code=0 src="));
	f.proto = 132;
	f.flags = FINDING_PORTS | FINDING_HAS_IN;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " proto=sctp src=10.2.0.9:0 dst=10.3.9.7:128 "));
	free(t);
}

static void
test_vlan(void **state)
{
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .run = NULL };

	(void)state;
	f.in.vlan[0] = 20;
	f.out.vlan[0] = 30;
	opening(&s, t, &f);
	assert_non_null(
	    strstr(s.line, " got=tcp/3390 in=eth2 vlan=20 out=eth3 outvlan=30 proto=tcp "));
	assert_non_null(
	    strstr(s.json, ",\"in\":\"eth2\",\"vlan\":20,\"out\":\"eth3\",\"outvlan\":30,"));
	f.in.vlan[1] = 300;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " in=eth2 vlan=20.300 out=eth3 outvlan=30 "));
	assert_non_null(strstr(s.json, ",\"vlan\":\"20.300\","));
	free(t);
}

static void
test_encapsulated(void **state)
{
	static const uint8_t stack[] = { LAYER_ETH, LAYER_IP4, LAYER_GRE, LAYER_IP4, LAYER_TCP };
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .run = NULL };

	(void)state;
	f.id = 4001;
	f.from = KIKAN;
	f.near = (uint32_t)POLICY_NONE;
	f.failed = COND_NONE;
	f.flags |= FINDING_OUTER;
	f.outer_src = address("192.0.2.1");
	f.outer_dst = address("2001:db8::2");
	f.nstack = sizeof stack;
	memcpy(f.stack, stack, sizeof stack);
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, "SEG4001 OPEN ev=7K3QD9ABCD sev=alert verdict=violation "
				       "outcome=answered pair=kikan>internet "
				       "rule=forbidden-pair in="));
	assert_non_null(strstr(s.line, " dmac=02:00:00:00:02:01 stack=eth/ip4/gre/ip4/tcp "
				       "outer=192.0.2.1>2001:db8::2 n=1 first="));
	f.from = LGWAN;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " sev=crit verdict=violation outcome=answered "
				       "pair=lgwan>internet rule=default-deny in="));
	free(t);
}

static void
test_near(void **state)
{
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .run = NULL };

	(void)state;
	f.id = 2004;
	f.failed = COND_INITIATOR;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " near=vdi:initiator in=eth2 "));
	f.id = 2005;
	f.failed = COND_CLIENT_MAC;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " near=vdi:client-mac got=02:00:00:00:02:09 in=eth2 "));
	f.failed = COND_SERVER_MAC;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " near=vdi:server-mac got=02:00:00:00:02:01 in=eth2 "));
	f.id = 2006;
	f.failed = COND_HOURS;
	f.first = f.last = (T0 + 11 * 3600 + 15 * 60) * NS_SEC; /* Thursday 20:15 there */
	opening(&s, t, &f);
	assert_non_null(strstr(
	    s.line, " near=vdi:hours want=\"mon-fri 08:00-19:00\" got=\"thu 20:15\" in=eth2 "));
	f.first = f.last =
	    (T0 - 24 * 3600 - 9 * 3600) * NS_SEC - 1; /* just before Wednesday 00:00 there */
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " got=\"tue 23:59\" "));
	f.first = f.last = -1; /* before 1970: 1970-01-01 08:59 there */
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " got=\"thu 08:59\" "));
	f = example();
	f.id = 2007;
	f.near = 1;
	f.failed = COND_EXPIRY;
	opening(&s, t, &f);
	assert_non_null(
	    strstr(s.line, " near=file-box:expiry want=2025-12-31 got=2026-01-01 in=eth2 "));
	f.id = 2003;
	f.failed = COND_SERVICE;
	opening(&s, t, &f);
	assert_non_null(strstr(
	    s.line, " near=file-box:service want=\"tcp/80,tcp/443 tls\" got=tcp/3390 in=eth2 "));
	assert_null(strstr(s.line, " trunc=1"));
	f.near = 2; /* of 95 bytes 92 are for whole services */
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " near=many:service want=\"tcp/8000-8010 "
				       "http-connect,udp/51820 wireguard,tcp/5900-5999 "
				       "vnc,tcp/445 smb,tcp/3389 rdp,...\" got=tcp/3390 in=eth2 "));
	assert_non_null(strstr(s.line, " trunc=1 "));
	free(t);
}

/* Spoofed, unzoned, inside a conduit, and frames without IP. */
static void
test_others(void **state)
{
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .run = NULL };

	(void)state;
	f.id = 1002;
	f.outcome = OUTCOME_ATTEMPTED;
	f.claims = KIKAN;
	f.near = (uint32_t)POLICY_NONE;
	f.failed = COND_NONE;
	f.flags &= (uint16_t)~FINDING_HAS_OUT;
	opening(&s, t, &f);
	assert_string_equal(s.line,
	    "SEG1002 OPEN ev=7K3QD9ABCD sev=warning verdict=violation outcome=attempted "
	    "pair=lgwan>internet "
	    "rule=default-deny in=eth2 proto=tcp src=10.2.0.9:51514 dst=10.3.9.7:3390 claims=kikan "
	    "smac=02:00:00:00:02:09 "
	    "dmac=02:00:00:00:02:01 n=1 first=2026-01-01T09:00:00.123456+09:00 gen=41 "
	    "msg=\"10.2.0.9 came in by eth2 of LGWAN, where it "
	    "does not belong (kikan): to 10.3.9.7, tcp/3390. No sign that it got through.\"");
	f.id = 1001;
	f.claims = 0;
	f.to = 0;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " pair=lgwan>? rule=default-deny "));
	assert_non_null(
	    strstr(s.line, " msg=\"10.3.9.7 belongs to no zone but was seen on eth2: "));
	f = example();
	f.id = 3203;
	f.rule = 0;
	f.near = (uint32_t)POLICY_NONE;
	f.failed = COND_NONE;
	f.what = WHAT_NOT_INSPECTED | WHAT_LOST;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, "SEG3203 OPEN ev=7K3QD9ABCD sev=warning "
				       "verdict=unverifiable outcome=answered pair=lgwan>internet "
				       "rule=vdi in=eth2 "));
	assert_non_null(strstr(s.line, " dst=10.3.9.7:3390 what=lost,not-inspected smac="));
	free(t);
}

static void
test_link(void **state)
{
	struct tell_policy *t = site();
	struct finding f = { .id = 1005,
		.from = LGWAN,
		.generation = 41,
		.rule = (uint32_t)POLICY_NONE,
		.near = (uint32_t)POLICY_NONE,
		.flags = FINDING_LINK | FINDING_HAS_IN,
		.what = WHAT_MALFORMED,
		.in = { 1, { 20, 0 } },
		.event = 3,
		.first = T0 * NS_SEC,
		.last = T0 * NS_SEC,
		.n = 12 };
	struct said s = { .run = NULL };

	(void)state;
	opening(&s, t, &f);
	assert_string_equal(s.line,
	    "SEG1005 OPEN ev=7K3QD9ABCD sev=warning verdict=unverifiable outcome=unknown "
	    "pair=lgwan "
	    "rule=default-deny in=eth2 vlan=20 what=malformed n=12 "
	    "first=2026-01-01T09:00:00.000000+09:00 gen=41 "
	    "msg=\"Frames on eth2 vlan 20 could not be read (malformed) and were not judged.\"");
	f.from = 0;
	opening(&s, t, &f);
	assert_non_null(strstr(s.line, " outcome=unknown rule=default-deny in=eth2 "));
	f.id = 1004;
	f.ethertype = 0x8847;
	f.what = 0;
	opening(&s, t, &f);
	assert_non_null(
	    strstr(s.line, " rule=default-deny in=eth2 vlan=20 ethertype=0x8847 n=12 "));
	assert_non_null(strstr(s.line, " carries protocol 0x8847, "));
	free(t);
}

/* WORSE, UPDATE and CLOSED of one incident. */
static void
test_states(void **state)
{
	static const struct hash_key key = { { 1, 3, 5, 7, 9, 11 } };
	struct tell_policy *t = site();
	struct said s = { .policy = t };
	struct incidents *table = incidents_new(4, &key, 5 * NS_MIN, say, &s);
	struct finding f = example();

	(void)state;
	f.outcome = OUTCOME_ATTEMPTED;
	f.flags &= (uint16_t)~FINDING_HAS_OUT;
	f.first = f.last = T0 * NS_SEC;
	incident_add(table, &t->p, &f);
	assert_int_equal(s.severity, 4);
	f.n = 3;
	f.first = f.last = (T0 + 1) * NS_SEC;
	f.outcome = OUTCOME_CROSSED;
	f.flags |= FINDING_HAS_OUT;
	incident_add(table, &t->p, &f);
	assert_int_equal(s.severity, 2);
	assert_string_equal(s.line,
	    "SEG2003 WORSE ev=7K3QD9ABCD sev=crit verdict=violation outcome=crossed "
	    "pair=lgwan>internet "
	    "rule=default-deny near=vdi:service want=tcp/3389 got=tcp/3390 in=eth2 out=eth3 "
	    "proto=tcp src=10.2.0.9:51514 "
	    "dst=10.3.9.7:3390 smac=02:00:00:00:02:09 dmac=02:00:00:00:02:01 n=+3 total=4 "
	    "first=2026-01-01T09:00:00.000000+09:00 gen=41 "
	    "msg=\"10.2.0.9 in LGWAN used tcp/3390 to 10.3.9.7 in Internet; conduit vdi permits "
	    "tcp/3389. It crossed to the other "
	    "side.\"");
	f.n = 4096;
	f.first = f.last = (T0 + 30) * NS_SEC;
	incident_add(table, &t->p, &f);
	assert_int_equal(s.calls, 2);
	incidents_tick(table, (T0 + 60) * NS_SEC);
	assert_int_equal(s.severity, 6);
	assert_string_equal(s.line,
	    "SEG2003 UPDATE ev=7K3QD9ABCD n=+4096 total=4100 sev=info "
	    "verdict=violation outcome=crossed "
	    "pair=lgwan>internet rule=default-deny near=vdi:service "
	    "proto=tcp src=10.2.0.9:51514 dst=10.3.9.7:3390 "
	    "last=2026-01-01T09:00:30.000000+09:00 msg=\"Still going on from LGWAN to Internet. "
	    "Packets so far: 4100.\"");
	assert_non_null(strstr(s.json, ",\"n\":4096,\"total\":4100,"));
	f.n = 7;
	f.first = f.last = (T0 + 90) * NS_SEC;
	incident_add(table, &t->p, &f);
	incidents_close_all(table);
	assert_int_equal(s.severity, 5);
	assert_string_equal(s.line,
	    "SEG2003 CLOSED ev=7K3QD9ABCD total=4107 first=2026-01-01T09:00:00.000000+09:00 "
	    "last=2026-01-01T09:01:30.000000+09:00 worst=crossed n=+7 sev=notice verdict=violation "
	    "pair=lgwan>internet "
	    "rule=default-deny proto=tcp src=10.2.0.9:51514 dst=10.3.9.7:3390 "
	    "msg=\"Quiet again from LGWAN to Internet. "
	    "Packets in all: 4107.\"");
	incidents_free(table);
	free(t);
}

/* CLOSED names the evidence; no other line does, whatever it is told. */
static void
test_evidence(void **state)
{
	static const char sum[] =
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	static const struct hash_key key = { { 1, 3, 5, 7, 9, 11 } };
	const struct line_run run = { "0a1b2c3d", 17, "9f2c41d0a7731be5", sum };
	struct tell_policy *t = site();
	struct finding f = example();
	struct said s = { .policy = t, .run = &run };
	struct incidents *table = incidents_new(2, &key, NS_MIN, say, &s);

	(void)state;
	incident_add(table, &t->p, &f);
	assert_null(strstr(s.line, "evidence="));
	assert_null(strstr(s.line, sum));
	incidents_close_all(table);
	assert_non_null(strstr(s.line,
	    " dst=10.3.9.7:3390 evidence=7K3QD9ABCD.pcapng "
	    "sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef "
	    "sid=0a1b2c3d seq=17 h=9f2c41d0a7731be5 msg=\""));
	assert_non_null(strstr(s.json,
	    "\"dport\":3390,\"evidence\":\"7K3QD9ABCD.pcapng\","
	    "\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
	    "\"sid\":"));
	incidents_free(table);
	free(t);
}

static void
test_note(void **state)
{
	char bytes[2000];
	struct text t = text_of(bytes, sizeof bytes);
	struct line_run run = { "0a1b2c3d", 5, "9f2c41d0a7731be5", NULL };
	uint8_t severity;

	(void)state;
	line_note(&t, 9001, "watched=300 packets=17", "All is well.", NULL, &severity);
	assert_string_equal(bytes,
	    "SEG9001 NOTE sev=info verdict=notice watched=300 packets=17 msg=\"All is well.\"");
	assert_int_equal(severity, 6);
	t = text_of(bytes, sizeof bytes);
	line_note(&t, 8001, "", "", &run, &severity);
	assert_string_equal(bytes, "SEG8001 NOTE sev=notice verdict=notice sid=0a1b2c3d seq=5 "
				   "h=9f2c41d0a7731be5 msg=\"\"");
	/* 9004 of an interface is err, another warning. */
	t = text_of(bytes, sizeof bytes);
	line_note(&t, 9004, "what=link-down in=eth2", "x", NULL, &severity);
	assert_string_equal(
	    bytes, "SEG9004 NOTE sev=err verdict=gap what=link-down in=eth2 msg=\"x\"");
	assert_int_equal(severity, 3);
	t = text_of(bytes, sizeof bytes);
	line_note(&t, 9004, "what=netlink-overrun", "x", NULL, &severity);
	assert_int_equal(severity, 4);
	t = text_of(bytes, sizeof bytes);
	line_note_json(&t, 9004,
	    "what=12 in=eth2 n=12 lost=0 limit=007 total=12345678901234567890 seconds=-3.250 "
	    "blind=1. watched=.5 gen=1.5 file=\"a \\\"b\\\" \\\\ \\x1b\\xff\\u{3042}=\"",
	    "he said \"x\"\n\\ \x01", &run);
	assert_string_equal(bytes,
	    "{\"id\":\"SEG9004\",\"state\":\"NOTE\",\"sev\":\"err\",\"verdict\":\"gap\",\"what\":"
	    "\"12\",\"in\":\"eth2\",\"n\":12,\"lost\":0,\"limit\":\"007\","
	    "\"total\":12345678901234567890,\"seconds\":-3.250,\"blind\":\"1.\",\"watched\":\".5\","
	    "\"gen\":\"1.5\",\"file\":\"a \\\"b\\\" \\\\ \\u001b\\\\xff\\u3042=\","
	    "\"sid\":\"0a1b2c3d\",\"seq\":5,\"h\":\"9f2c41d0a7731be5\","
	    "\"msg\":\"he said \\\"x\\\"\\u000a\\\\ \\u0001\"}");
}

/* msg: readable UTF-8 stays, what misleads does not; it is the first to be shortened, at a code
 * point. */
static void
test_msg(void **state)
{
	char bytes[2000], fields[1200], msg[1300];
	struct text t = text_of(bytes, sizeof bytes);
	uint8_t severity;

	(void)state;
	line_note(&t, 9002, "",
	    "基幹系 \"a\\b\" \x1b[2J\n\xc2\x9b \xe2\x80\xae \xef\xbb\xbf \xff\xc0\x80 \xed\xa0\x80 "
	    "\xf0\x9f\x98\x80 \x7f \xc2\xad \xef\xbf\xbf",
	    NULL, &severity);
	assert_string_equal(bytes,
	    "SEG9002 NOTE sev=notice verdict=notice msg=\"基幹系 \\\"a\\\\b\\\" "
	    "\\x1b[2J\\x0a\\u{009b} \\u{202e} \\u{feff} "
	    "\\xff\\xc0\\x80 \\xed\\xa0\\x80 \xf0\x9f\x98\x80 \\x7f \\u{00ad} \\u{ffff}\"");
	memset(msg, 0, sizeof msg);
	for (size_t i = 0; i + 3 < sizeof msg; i += 3)
		memcpy(msg + i, "系", 3);
	t = text_of(bytes, sizeof bytes);
	line_note(&t, 9002, "a=1", msg, NULL, &severity);
	assert_true(t.len <= 1024 && t.len > 1024 - 4);
	assert_memory_equal(
	    bytes, "SEG9002 NOTE sev=notice verdict=notice a=1 trunc=1 msg=\"系", 58);
	assert_string_equal(bytes + t.len - 4, "系\"");
	/* Fields that do not fit are left out whole. */
	struct text f = text_of(fields, sizeof fields);
	for (unsigned i = 0; i < 160; i++)
		text_add(&f, "%sk%03u=%u", i ? " " : "", i, i % 10);
	t = text_of(bytes, sizeof bytes);
	line_note(&t, 9001, fields, msg, NULL, &severity);
	assert_true(t.len <= 1024);
	const char *end = strstr(bytes, " trunc=1 msg=\"");
	assert_non_null(end);
	assert_int_equal(end[-2], '=');
	/* A text that is no fields is not let in. */
	t = text_of(bytes, sizeof bytes);
	line_note(&t, 9001, "a=1\nSEG2001 OPEN x=y", "m", NULL, &severity);
	assert_string_equal(bytes, "SEG9001 NOTE sev=info verdict=notice trunc=1 msg=\"m\"");
	t = text_of(bytes, sizeof bytes);
	line_note(&t, 9001, "a=1 b=\"open", "m", NULL, &severity);
	assert_string_equal(bytes, "SEG9001 NOTE sev=info verdict=notice a=1 trunc=1 msg=\"m\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_mail_long),
		cmocka_unit_test(test_mail_japanese),
		cmocka_unit_test(test_japanese),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_encapsulated),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_msg),
	};

	return UNIT_RUN(tests);
}
