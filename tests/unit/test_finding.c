/* test_finding.c - ids, severities and words against ALERTS 2 to 4, and what finding_valid()
 * refuses. */
#include "unit.h"

#include <string.h>

#include "model/finding.h"
#include "model/shm.h"
#include "tell_policy.h"

enum { A = 1, C, E, W, N, I }; /* alert crit err warning notice info */

/* ALERTS 3 and 4, written out: columns unknown, attempted, crossed, answered, without and with the
 * raised column. */
static const struct {
	uint16_t id;
	const char *name, *verdict;
	uint8_t normal[4], core[4];
} rows[] = {
	{ 1001, "unzoned-address", "violation", { E, W, E, C }, { E, W, E, C } },
	{ 1002, "spoofed-source", "violation", { E, W, E, C }, { E, W, E, C } },
	{ 1003, "unexpected-vlan", "violation", { E, W, E, C }, { E, W, E, C } },
	{ 1004, "unexpected-ethertype", "violation", { E, W, E, C }, { E, W, E, C } },
	{ 1005, "malformed-frame", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 1101, "mac-in-two-zones", "suspected", { W, W, W, W }, { E, E, E, E } },
	{ 1102, "arp-conflict", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 1103, "rogue-dhcp", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 1104, "rogue-ra", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 1105, "foreign-link-control", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 1106, "name-in-two-zones", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 2001, "forbidden-pair", "violation", { E, W, A, A }, { E, W, A, A } },
	{ 2002, "no-conduit", "violation", { E, W, C, C }, { E, W, A, A } },
	{ 2003, "wrong-service", "violation", { E, W, C, C }, { E, W, A, A } },
	{ 2004, "reversed-initiator", "violation", { E, W, C, C }, { E, W, A, A } },
	{ 2005, "wrong-mac", "violation", { C, E, C, C }, { C, E, C, C } },
	{ 2006, "outside-hours", "violation", { E, W, C, C }, { E, W, A, A } },
	{ 2007, "expired-conduit", "violation", { E, W, C, C }, { E, W, A, A } },
	{ 2008, "expected-flow-missing", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 2009, "over-volume", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 2010, "relayed-through-box", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 2011, "unverifiable-flow", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 2012, "evasion", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 3101, "mail-not-text", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 3102, "mail-ambiguous", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 3103, "mail-unverifiable", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 3104, "mail-wrong-protocol", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 3201, "screen-wrong-protocol", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 3202, "screen-redirection", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 3203, "screen-unverifiable", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 3204, "screen-implausible", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 3301, "file-active-content", "violation", { E, E, E, E }, { A, A, A, A } },
	{ 3302, "file-type-not-listed", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 3303, "file-unverifiable", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 3304, "file-mislabelled", "violation", { E, E, E, E }, { E, E, E, E } },
	{ 4001, "inner-violation", "violation", { E, W, C, C }, { E, W, A, A } },
	{ 4002, "unapproved-encapsulation", "violation", { E, W, C, C }, { E, W, A, A } },
	{ 4003, "opaque-tunnel", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 4004, "ipv6-in-ipv4-zone", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 4005, "dns-tunnel", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 4006, "icmp-tunnel", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 4007, "protocol-mismatch", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 5001, "past-security-cloud", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5002, "proxy-bypassed", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5003, "direct-mail", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5004, "foreign-resolver", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5005, "quic", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5006, "destination-not-listed", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5007, "name-contradicts-address", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5008, "destination-name-unknown", "unverifiable", { W, W, W, W }, { W, W, W, W } },
	{ 5009, "tenant-restriction-bypassed", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5101, "host-scan", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 5102, "port-scan", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 5103, "flood", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 5104, "listed-destination", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5105, "remote-support-tool", "violation", { E, W, E, E }, { E, W, E, E } },
	{ 5106, "new-pair", "suspected", { W, W, W, W }, { W, W, W, W } },
	{ 6001, "route-joins-zones", "drift", { C, C, C, C }, { A, A, A, A } },
	{ 6002, "forwarding-changed", "drift", { W, W, W, W }, { W, W, W, W } },
	{ 6003, "bridge-joins-zones", "drift", { C, C, C, C }, { A, A, A, A } },
	{ 6004, "link-changed", "drift", { W, W, W, W }, { E, E, E, E } },
	{ 6005, "address-changed", "drift", { W, W, W, W }, { W, W, W, W } },
	{ 6006, "unzoned-interface", "drift", { W, W, W, W }, { W, W, W, W } },
	{ 6007, "rule-changed", "drift", { W, W, W, W }, { W, W, W, W } },
	{ 6008, "neighbour-changed", "drift", { W, W, W, W }, { W, W, W, W } },
	{ 6009, "blind-spot", "drift", { W, W, W, W }, { W, W, W, W } },
	{ 6010, "firewall-changed", "drift", { W, W, W, W }, { W, W, W, W } },
	{ 7001, "conduit-too-wide", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 7002, "conduit-incomplete", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 7003, "conduit-expiring", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 7004, "conduit-expired", "notice", { W, W, W, W }, { W, W, W, W } },
	{ 7005, "conduit-unused", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 7006, "model-contradiction", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 7007, "conduit-shadowed", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 8001, "reloaded", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 8002, "reload-refused", "notice", { W, W, W, W }, { W, W, W, W } },
	{ 9001, "heartbeat", "notice", { I, I, I, I }, { I, I, I, I } },
	{ 9002, "started", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 9003, "stopped", "notice", { N, N, N, N }, { N, N, N, N } },
	{ 9004, "gap", "gap", { W, W, W, W }, { E, E, E, E } },
	{ 9005, "loss", "gap", { W, W, W, W }, { W, W, W, W } },
	{ 9006, "worker-crashed", "gap", { E, E, E, E }, { E, E, E, E } },
	{ 9007, "clock-stepped", "gap", { W, W, W, W }, { W, W, W, W } },
	{ 9008, "log-lost", "gap", { E, E, E, E }, { E, E, E, E } },
	{ 9009, "storm", "gap", { W, W, W, W }, { W, W, W, W } },
	{ 9010, "checkpoint", "notice", { I, I, I, I }, { I, I, I, I } },
	{ 9011, "accounting-mismatch", "gap", { E, E, E, E }, { E, E, E, E } },
	{ 9012, "quiet-interface", "gap", { W, W, W, W }, { W, W, W, W } },
	{ 9013, "evidence-space", "gap", { W, W, W, W }, { W, W, W, W } },
};

static void
test_rows(void **state)
{
	(void)state;
	assert_int_equal(finding_kinds(), sizeof rows / sizeof *rows);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct finding_kind *k = finding_kind(rows[i].id);

		assert_non_null(k);
		assert_ptr_equal(k, finding_kind_at(i));
		assert_int_equal(k->id, rows[i].id);
		assert_string_equal(k->name, rows[i].name);
		assert_string_equal(verdict_word(k->verdict), rows[i].verdict);
		assert_true(strlen(k->meaning) > 15);
		for (uint8_t o = 0; o < 4; o++) {
			if (finding_severity(k->id, o, false) != rows[i].normal[o] ||
			    finding_severity(k->id, o, true) != rows[i].core[o])
				fail_msg("SEG%u outcome %u: %u and %u", k->id, o,
				    finding_severity(k->id, o, false),
				    finding_severity(k->id, o, true));
		}
	}
}

static void
test_unknown_ids(void **state)
{
	static const uint16_t none[] = { 0, 1, 1000, 1006, 1999, 2013, 9000, 9014, 65535 };

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_null(finding_kind(none[i]));
		assert_int_equal(finding_severity(none[i], OUTCOME_ANSWERED, true), W);
	}
	assert_null(finding_kind_at(finding_kinds()));
	/* An outcome that is none is not known. */
	assert_int_equal(finding_severity(2002, 4, false), E);
	assert_int_equal(finding_severity(2002, 255, true), E);
}

static void
test_words(void **state)
{
	static const char *const layers[] = { NULL, "eth", "vlan", "mpls", "pppoe", "snap", "llc",
		"ip4", "ip6", "gre", "erspan", "vxlan", "geneve", "teredo", "gtpu", "l2tp", "ppp",
		"tcp", "udp", "icmp", "icmp6", "sctp", "other" };
	static const char *const whats[] = { "opaque-tunnel", "truncated", "lost",
		"incomplete-fragments", "ambiguous", "midstream", "depth", "limit", "malformed",
		"unsupported-format", "not-inspected", "unknown-protocol", "encrypted", "pop3",
		"imap", "tls" };

	(void)state;
	assert_int_equal(LAYER_COUNT, sizeof layers / sizeof *layers);
	assert_null(layer_word(LAYER_NONE));
	for (uint8_t i = 1; i < LAYER_COUNT; i++)
		assert_string_equal(layer_word(i), layers[i]);
	assert_null(layer_word(LAYER_COUNT));
	for (unsigned i = 0; i < sizeof whats / sizeof *whats; i++)
		assert_string_equal(what_word(1u << i), whats[i]);
	assert_null(what_word(0));
	assert_null(what_word(3));
	assert_null(what_word(UINT64_C(1) << 62));
	assert_null(what_word(UINT64_C(1) << 63));
	assert_string_equal(outcome_word(OUTCOME_UNKNOWN), "unknown");
	assert_string_equal(outcome_word(OUTCOME_ATTEMPTED), "attempted");
	assert_string_equal(outcome_word(OUTCOME_CROSSED), "crossed");
	assert_string_equal(outcome_word(OUTCOME_ANSWERED), "answered");
	assert_null(outcome_word(4));
	assert_string_equal(severity_word(1), "alert");
	assert_string_equal(severity_word(6), "info");
	assert_null(severity_word(0));
	assert_null(severity_word(7));
	assert_string_equal(verdict_word(VERDICT_CONFORMING), "conforming");
	assert_null(verdict_word(VERDICT_NOTICE + 1));
}

static struct tell_policy *
three_zones(void)
{
	struct tell_policy *t = tell_policy_new(7, 0);
	uint8_t lgwan = tell_zone(t, "lgwan", "", CLASS_LGWAN),
		internet = tell_zone(t, "internet", "", CLASS_INTERNET);

	(void)tell_zone(t, "kikan", "", CLASS_CORE);
	(void)tell_iface(t, "eth2");
	(void)tell_iface(t, "eth3");
	(void)tell_conduit(t, "vdi", lgwan, internet, "tcp/3389", "", NSTIME_NEVER);
	return t;
}

static void
test_raised(void **state)
{
	struct tell_policy *t = three_zones();
	struct finding f = { .id = 2002, .from = 1, .to = 2 };

	(void)state;
	assert_false(finding_raised(&f, &t->p));
	f.to = 3;
	assert_true(finding_raised(&f, &t->p));
	f = (struct finding){ .id = 2002, .from = 3, .to = 0 };
	assert_true(finding_raised(&f, &t->p));
	f = (struct finding){ .id = 3301, .from = 2, .to = 1 };
	assert_true(finding_raised(&f, &t->p));
	f = (struct finding){ .id = 3302, .from = 2, .to = 1 };
	assert_false(finding_raised(&f, &t->p));
	free(t);
}

static struct finding
good(void)
{
	return (struct finding){ .id = 2003,
		.outcome = OUTCOME_ANSWERED,
		.from = 1,
		.to = 2,
		.failed = COND_SERVICE,
		.proto = 6,
		.generation = 7,
		.rule = (uint32_t)POLICY_NONE,
		.near = 0,
		.flags = FINDING_PORTS | FINDING_IS4 | FINDING_HAS_IN | FINDING_HAS_OUT,
		.in = { .iface = 0, .vlan = { 20, 0 } },
		.out = { .iface = 1 },
		.sport = 51514,
		.dport = 3390,
		.nstack = 2,
		.stack = { LAYER_ETH, LAYER_IP4 },
		.first = 5,
		.last = 5,
		.n = 1,
		.bytes = 60 };
}

/* One field made wrong at a time. */
static void
test_valid(void **state)
{
	struct tell_policy *t = three_zones();
	struct finding f = good();
	unsigned n = 0;

	(void)state;
	assert_true(finding_valid(&f, &t->p));
	memset(f.certificate, 0xff, sizeof f.certificate);
	assert_true(finding_valid(&f, &t->p));
	f.id = 3203;
	f.flags |= FINDING_NAMED | FINDING_CERTIFIED;
	assert_true(finding_valid(&f, &t->p));
	f = good();
	f.rule = 0;
	f.near = (uint32_t)POLICY_NONE;
	f.n = 0;
	f.from = 3;
	f.to = 0;
	f.what = UINT64_C(0xffff) << 20; /* sixteen words */
	f.nstack = FINDING_STACK;
	memset(f.stack, LAYER_OTHER, sizeof f.stack);
	assert_true(finding_valid(&f, &t->p));
#define WRONG(change)                                                                              \
	do {                                                                                       \
		f = good();                                                                        \
		change;                                                                            \
		assert_false(finding_valid(&f, &t->p));                                            \
	} while (0)
	WRONG(f.id = 2013);
	WRONG(f.id = 6001);
	WRONG(f.id = 7001);
	WRONG(f.id = 9004);
	WRONG(f.outcome = 4);
	WRONG(f.from = 4);
	WRONG(f.to = 255);
	WRONG(f.claims = 4);
	WRONG(f.failed = COND_EXPIRY + 1);
	WRONG(f.generation = 8);
	WRONG(f.rule = 1);
	WRONG(f.near = 1);
	WRONG(f.near = (uint32_t)POLICY_NONE - 1);
	WRONG(f.flags |= FINDING_CERTIFIED << 1);
	WRONG(f.flags |= FINDING_CERTIFIED);
	WRONG((f.id = 3201, f.flags |= FINDING_NAMED | FINDING_CERTIFIED));
	WRONG(f.flags |= FINDING_NAMED);
	WRONG((f.id = 3202, f.flags |= FINDING_NAMED, f.nname = FINDING_NAME + 1));
	WRONG((f.id = 3202, f.flags |= FINDING_NAMED | FINDING_MAIL));
	WRONG((f.id = 4007, f.app = APP_END));
	WRONG((f.id = 4007, f.expected = APP_END));
	WRONG(f.app = APP_SSH);
	WRONG(f.expected = APP_SSH);
	WRONG(f.flags |= FINDING_LINK);
	WRONG(f.flags |= FINDING_ICMP);
	WRONG((f.flags = FINDING_ICMP, f.sport = 256));
	WRONG(f.what = UINT64_C(1) << 62);
	WRONG(f.what = UINT64_C(0x1ffff) << 20);
	WRONG(f.in.iface = 2);
	WRONG(f.in.vlan[0] = 4096);
	WRONG(f.in.vlan[1] = 4096);
	WRONG(f.out.iface = 2);
	WRONG(f.out.vlan[1] = 65535);
	WRONG(f.event = 32);
	WRONG(f.nstack = FINDING_STACK + 1);
	WRONG(f.stack[1] = LAYER_NONE);
	WRONG(f.stack[0] = LAYER_COUNT);
	WRONG(f.first = 6);
	WRONG(f.n = ((uint64_t)1 << 48) + 1);
	WRONG(f.bytes = UINT64_MAX);
	/* What is spoken: of each of these and of no other. */
	for (size_t i = 0; i < finding_kinds(); i++) {
		static const uint16_t spoken[] = { 2011, 3201, 4003, 4005, 4007, 5105 };
		bool is = false;

		f = good();
		f.id = finding_kind_at(i)->id;
		if (!finding_valid(&f, &t->p))
			continue;
		for (size_t k = 0; k < sizeof spoken / sizeof *spoken; k++)
			is = is || f.id == spoken[k];
		f.app = APP_SSH;
		assert_int_equal(finding_valid(&f, &t->p), is);
		f.app = APP_UNKNOWN;
		f.expected = APP_TLS;
		assert_int_equal(finding_valid(&f, &t->p), is);
		n += is;
	}
	assert_int_equal(n, 6);
	/* Without its flag a place is nothing. */
	f = good();
	f.flags &= (uint16_t) ~(FINDING_HAS_OUT | FINDING_HAS_IN);
	f.out.iface = f.in.iface = 99;
	assert_true(finding_valid(&f, &t->p));
	free(t);
}

/* Of a mail: with the ids of mails alone, and any bytes as texts. */
static void
test_valid_mail(void **state)
{
	struct tell_policy *t = three_zones();
	struct finding f;

	(void)state;
#define MAIL(change)                                                                               \
	do {                                                                                       \
		f = good();                                                                        \
		f.id = 3101;                                                                       \
		f.flags |= FINDING_MAIL;                                                           \
		memset(f.type, 0xff, sizeof f.type);                                               \
		memset(f.name, '\n', sizeof f.name);                                               \
		f.ntype = FINDING_TYPE;                                                            \
		f.nname = FINDING_NAME;                                                            \
		f.message = UINT32_MAX;                                                            \
		f.part = UINT16_MAX;                                                               \
		f.size = (uint64_t)1 << 56;                                                        \
		change;                                                                            \
	} while (0)
	for (uint16_t id = 3101; id <= 3104; id++) {
		MAIL(f.id = id);
		assert_true(finding_valid(&f, &t->p));
	}
	MAIL(f.ntype++);
	assert_false(finding_valid(&f, &t->p));
	MAIL(f.nname++);
	assert_false(finding_valid(&f, &t->p));
	MAIL(f.size++);
	assert_false(finding_valid(&f, &t->p));
	MAIL(f.id = 2003);
	assert_false(finding_valid(&f, &t->p));
	MAIL(f.id = 3201);
	assert_false(finding_valid(&f, &t->p));
	/* A mail's finding need not have them, and without the flag they are nothing. */
	MAIL((f.flags &= (uint16_t)~FINDING_MAIL, f.ntype = f.nname = 255));
	assert_true(finding_valid(&f, &t->p));
#undef MAIL
	free(t);
}

static void
test_counters(void **state)
{
	(void)state;
	assert_string_equal(counter_name(COUNTER_frames), "frames");
	assert_string_equal(counter_name(COUNTER_not_judged), "not_judged");
	assert_string_equal(counter_meaning(COUNTER_packets), "first copies");
	for (unsigned i = 0; i < COUNTERS; i++) {
		assert_non_null(counter_name((enum counter)i));
		assert_true(strlen(counter_meaning((enum counter)i)) > 5);
	}
	assert_null(counter_name(COUNTERS));
	assert_null(counter_meaning(COUNTERS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unknown_ids),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_raised),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_valid_mail),
		cmocka_unit_test(test_counters),
	};

	return UNIT_RUN(tests);
}
