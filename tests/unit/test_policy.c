/* test_policy.c - what a compiled policy answers: zones, lines, ports, local time, and the conduit
 * of a flow or its nearest miss. */
#include "unit.h"

#include <stdio.h>

#include "site.h"

static void
zones_by_longest_prefix(void **unused)
{
	static const struct {
		const char *address;
		uint8_t zone;
	} row[] = {
		{ "10.1.0.0", KIKAN },
		{ "10.1.255.255", KIKAN },
		{ "10.0.255.255", OUTSIDE },
		{ "10.2.0.1", LGWAN },
		{ "10.2.254.255", LGWAN },
		{ "10.2.255.0", INTERNET },
		{ "10.2.255.255", INTERNET },
		{ "10.3.0.0", INTERNET },
		{ "8.8.8.8", OUTSIDE },
		{ "255.255.255.255", OUTSIDE },
		{ "0.0.0.0", OUTSIDE },
		{ "2001:db8:1::", KIKAN },
		{ "2001:db8:1:ffff:ffff:ffff:ffff:ffff", KIKAN },
		{ "2001:db8:2::1", LGWAN },
		{ "2001:db8:4::1", OUTSIDE },
		{ "::1", OUTSIDE },
		{ "ffff::", OUTSIDE },
	};
	struct rules r = site();
	struct policy *p = compiled(&r);
	struct addr mapped = at("10.1.0.1");

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct addr a = at(row[i].address);

		assert_int_equal(policy_zone_of(p, &a, addr_is4(&a)), row[i].zone);
	}
	/* a v4-mapped address inside IPv6 is an IPv6 address */
	assert_int_equal(policy_zone_of(p, &mapped, false), OUTSIDE);
	free(p);
	rules_free(&r);
}

static void
no_zone(void **unused)
{
	struct rules r = rules_new(2, 0, 0);
	struct policy *p;
	struct addr a = at("10.1.0.128"), b = at("10.1.0.127"), c = at("2001:db8::1");

	(void)unused;
	rules_zone(&r, "one", CLASS_OTHER, "eth1", "10.1.0.128/25");
	rules_zone(&r, "two", CLASS_OTHER, "eth2", "");
	p = compiled(&r);
	assert_int_equal(policy_zone_of(p, &a, true), 1);
	assert_int_equal(policy_zone_of(p, &b, true), 0);
	assert_int_equal(policy_zone_of(p, &c, false), 0);
	free(p);
	rules_free(&r);
}

static void
lines_by_interface_and_vlan(void **unused)
{
	struct rules r = site();
	struct policy *p = compiled(&r);
	int eth2 = policy_iface_named(p, "eth2"), eth1 = policy_iface_named(p, "eth1");

	(void)unused;
	assert_int_equal(eth1, 0);
	assert_int_equal(eth2, 1);
	assert_int_equal(policy_iface_named(p, "eth9"), POLICY_NONE);
	assert_int_equal(policy_iface_named(p, ""), POLICY_NONE);
	assert_int_equal(policy_line(p, policy_line_of(p, 0, 0, 0))->zone, KIKAN);
	assert_int_equal(policy_line(p, policy_line_of(p, 1, 20, 0))->zone, LGWAN);
	assert_int_equal(policy_line(p, policy_line_of(p, 1, 30, 300))->zone, LGWAN);
	assert_int_equal(policy_line(p, policy_line_of(p, 1, 40, 0))->zone, INTERNET);
	assert_int_equal(policy_line_of(p, 1, 0, 20),
	    policy_line_of(p, 1, 20, 0)); /* a priority tag around it */
	assert_int_equal(policy_line_of(p, 1, 0, 0), 0);
	assert_int_equal(policy_line_of(p, 1, 21, 0), 0);
	assert_int_equal(policy_line_of(p, 1, 30, 0), 0);
	assert_int_equal(policy_line_of(p, 1, 20, 1), 0);
	assert_int_equal(policy_line_of(p, 0, 20, 0), 0);
	assert_int_equal(policy_line_of(p, 63, 0, 0), 0);
	assert_int_equal(policy_line_of(p, 1000, 20, 0), 0);
	assert_int_equal(policy_iface(p, 1)->nzones, 2);
	assert_int_equal(policy_iface(p, 0)->nzones, 1);
	free(p);
	rules_free(&r);
}

static void
forbidden_pairs(void **unused)
{
	struct rules r = site();
	struct policy *p = compiled(&r);

	(void)unused;
	assert_false(policy_forbidden(p, KIKAN, INTERNET)); /* model none */
	free(p);
	r.conf.model = MODEL_BETA;
	p = compiled(&r);
	assert_true(policy_forbidden(p, KIKAN, INTERNET));
	assert_true(policy_forbidden(p, INTERNET, KIKAN));
	assert_true(policy_forbidden(p, OUTSIDE, KIKAN));
	assert_false(policy_forbidden(p, KIKAN, LGWAN));
	assert_false(policy_forbidden(p, INTERNET, OUTSIDE));
	assert_false(policy_forbidden(p, KIKAN, KIKAN));
	assert_false(policy_forbidden(p, 0, INTERNET));
	free(p);
	rules_free(&r);
}

static void
named_ports(void **unused)
{
	struct rules r = site();
	struct policy *p;

	(void)unused;
	rules_conduit(&r, "a", "lgwan", "internet", NULL, NULL,
	    "tcp/40000 udp/40001 sctp/40002 tcp/41000-42023 tcp/43000-44024");
	p = compiled(&r);
	assert_true(policy_port_named(p, 6, 40000));
	assert_false(policy_port_named(p, 17, 40000));
	assert_true(policy_port_named(p, 17, 40001));
	assert_true(policy_port_named(p, 132, 40002));
	assert_true(policy_port_named(p, 6, 41000));
	assert_true(policy_port_named(p, 6, 42023)); /* a range of 1,024 ports */
	assert_false(policy_port_named(p, 6, 42024));
	assert_false(policy_port_named(p, 6, 43000)); /* one of 1,025 */
	assert_true(policy_port_named(p, 6, 1023));
	assert_false(policy_port_named(p, 6, 1024));
	assert_true(policy_port_named(p, 6, 3389));
	assert_false(policy_port_named(p, 1, 8));
	free(p);
	rules_free(&r);
}

/* Each service against what it names and what lies beside it. */
static void
services_in_both_families(void **unused)
{
	static const struct {
		const char *service;
		uint8_t proto;
		uint16_t port;
		bool fits;
	} row[] = {
		{ "tcp/443", 6, 443, true },
		{ "tcp/443", 6, 444, false },
		{ "tcp/443", 17, 443, false },
		{ "tcp/8000-8010", 6, 8000, true },
		{ "tcp/8000-8010", 6, 8010, true },
		{ "tcp/8000-8010", 6, 7999, false },
		{ "tcp/8000-8010", 6, 8011, false },
		{ "tcp/1-65535", 6, 65535, true },
		{ "tcp/1-65535", 6, 1, true },
		{ "tcp/1-65535", 6, 0, false },
		{ "udp/53", 17, 53, true },
		{ "sctp/2905", 132, 2905, true },
		{ "icmp/8", 1, 8, true },
		{ "icmp/8", 1, 0, false },
		{ "icmp6/128", 58, 128, true },
		{ "icmp6/128", 1, 128, false },
		{ "ip/47", 47, 0, true },
		{ "ip/47", 50, 0, false },
		{ "any", 6, 1, true },
		{ "any", 253, 0, true },
		{ "udp/53 tcp/53", 6, 53, true },
		{ "udp/53 tcp/53", 17, 53, true },
		{ "udp/53 tcp/53", 6, 54, false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		const char *expected = row[i].fits ? "a" : "a:service";
		struct rules r = site();
		struct policy_query four = flow("10.2.0.9", "10.3.0.9", row[i].proto, row[i].port);
		struct policy_query six =
		    flow("2001:db8:2::9", "2001:db8:3::9", row[i].proto, row[i].port);
		struct policy *p;

		four.client_port = six.client_port = row[i].port;
		rules_conduit(&r, "a", "lgwan", "internet", "10.2.0.9 2001:db8:2::/64",
		    "10.3.0.0/24 2001:db8:3::9", row[i].service);
		p = compiled(&r);
		ANSWERS(p, &four, expected);
		ANSWERS(p, &six, expected);
		free(p);
		rules_free(&r);
	}
}

static void
first_of_the_configuration_wins(void **unused)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	struct rules r = site();
	struct policy *p;

	(void)unused;
	rules_conduit(&r, "other", "internet", "lgwan", NULL, NULL, "any");
	rules_conduit(&r, "host", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/443");
	rules_conduit(&r, "wide", "lgwan", "internet", NULL, NULL, "any");
	rules_conduit(&r, "net", "lgwan", "internet", "10.2.0.0/24", "10.3.0.0/24", "tcp/400-500");
	p = compiled(&r);
	ANSWERS(p, &q, "host");
	q.server_port = 444;
	ANSWERS(p, &q, "wide");
	free(p);
	rules_free(&r);
	q.server_port = 443;

	r = site();
	rules_conduit(&r, "net", "lgwan", "internet", "10.2.0.0/24", "10.3.0.0/24", "tcp/400-500");
	rules_conduit(&r, "wide", "lgwan", "internet", NULL, NULL, "any");
	rules_conduit(&r, "host", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/443");
	p = compiled(&r);
	ANSWERS(p, &q, "net");
	free(p);
	rules_free(&r);
}

/* The first does not fit at this hour, the second does: nothing was missed. */
static void
fitting_wins_over_earlier_that_fails(void **unused)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	struct rules r = site();
	struct policy *p;

	(void)unused;
	rules_hours(&r,
	    rules_conduit(&r, "night", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/443"),
	    "mon-sun 22:00-06:00");
	rules_conduit(&r, "day", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/443");
	p = compiled(&r);
	ANSWERS(p, &q, "day");
	free(p);
	rules_free(&r);
}

static void
nested_prefixes_and_sets(void **unused)
{
	struct rules r = site();
	struct policy *p;
	struct policy_query q;

	(void)unused;
	rules_set(&r, "vdi", "10.3.9.0/24 10.3.9.128/25 2001:db8:3:9::/64");
	rules_conduit(&r, "vdi", "lgwan", "internet", "10.2.0.0/16", "@vdi 10.3.8.7", "tcp/3389");
	rules_conduit(
	    &r, "one", "lgwan", "internet", "10.2.5.0/24 10.2.5.10", "10.3.9.200", "tcp/22");
	rules_conduit(&r, "all", "lgwan", "internet", "10.2.0.0/15", "10.3.0.0/16", "tcp/80");
	p = compiled(&r);
	q = flow("10.2.77.1", "10.3.9.200", 6, 3389);
	ANSWERS(p, &q, "vdi");
	q = flow("10.2.5.10", "10.3.8.7", 6, 3389);
	ANSWERS(p, &q, "vdi");
	q = flow("2001:db8:2::1", "2001:db8:3:9::1", 6, 3389);
	ANSWERS(p, &q, "vdi:client"); /* its clients are IPv4 only */
	q = flow("10.2.5.11", "10.3.9.200", 6, 22);
	ANSWERS(p, &q, "one");
	q = flow("10.2.4.255", "10.3.9.200", 6, 22);
	ANSWERS(p, &q, "vdi:service"); /* two conduits hold these ends: the first */
	q = flow("10.2.5.11", "10.3.9.200", 6, 80);
	ANSWERS(p, &q, "all");
	free(p);
	rules_free(&r);
}

static void
macs_are_asked_where_seen(void **unused)
{
	struct mac good = { { 2, 0, 0, 0, 5, 10 } }, bad = { { 2, 0, 0, 0, 5, 11 } },
		   far = { { 2, 0, 0, 0, 9, 1 } };
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	struct rules r = site();
	struct conf_conduit *c;
	struct policy *p;

	(void)unused;
	c = rules_conduit(&r, "juki", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/443");
	c->client_macs = rules_list(&r, "02:00:00:00:05:0b 02:00:00:00:05:0a");
	c->server_macs = rules_list(&r, "02:00:00:00:09:01");
	p = compiled(&r);
	bad.b[5] = 12;
	ANSWERS(p, &q, "juki");
	q.client_mac = &good;
	q.server_mac = &far;
	ANSWERS(p, &q, "juki");
	q.client_mac = &bad;
	ANSWERS(p, &q, "juki:client_mac");
	q.server_mac = &bad;
	ANSWERS(p, &q, "juki:client_mac+");
	q.client_mac = NULL;
	ANSWERS(p, &q, "juki:server_mac");
	assert_true(policy_mac_fits(p, policy_conduit(p, 0), false, &good));
	assert_false(policy_mac_fits(p, policy_conduit(p, 0), true, &good));
	free(p);
	rules_free(&r);
}

/* Everything about one conduit with each condition failing alone and together. */
static void
nearest_miss_of_one(void **unused)
{
	struct mac wrong = { { 2, 0, 0, 0, 0, 9 } };
	struct rules r = site();
	struct conf_conduit *c;
	struct policy_query q;
	struct policy *p;

	(void)unused;
	c = rules_conduit(&r, "a", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/443");
	c->client_macs = rules_list(&r, "02:00:00:00:05:0a");
	c->expires = "2026-04-30";
	rules_hours(&r, c, "mon-fri 08:00-19:00");
	p = compiled(&r);
	q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	ANSWERS(p, &q, "a");
	q.server_port = 444;
	ANSWERS(p, &q, "a:service");
	q.client_mac = &wrong;
	ANSWERS(p, &q, "a:service+");
	q.server_port = 443;
	ANSWERS(p, &q, "a:client_mac");
	q.time = rules_utc(2026, 4, 1, 10, 0, 0); /* 19:00 */
	ANSWERS(p, &q, "a:client_mac+");
	q.client_mac = NULL;
	ANSWERS(p, &q, "a:hours");
	q.time = rules_utc(2026, 5, 1, 3, 0, 0); /* a Friday, the day after the last */
	ANSWERS(p, &q, "a:expiry");
	q.time = rules_utc(2026, 5, 2, 3, 0, 0);
	ANSWERS(p, &q, "a:hours+");
	q = flow("10.2.0.8", "10.3.0.9", 6, 443);
	ANSWERS(p, &q, "a:client");
	q.client_mac = &wrong;
	ANSWERS(p, &q, "a:client+");
	q = flow("10.2.0.9", "10.3.0.8", 6, 443);
	ANSWERS(p, &q, "a:server");
	q.time = rules_utc(2026, 5, 1, 3, 0, 0);
	ANSWERS(p, &q, "a:server+");
	q = flow("10.2.0.9", "10.3.0.8", 6, 444);
	ANSWERS(p, &q, "a:server+");
	q = flow("10.2.0.8", "10.3.0.9", 6, 444);
	ANSWERS(p, &q, "a:client+");
	q = flow("10.2.0.8", "10.3.0.8", 6, 443);
	ANSWERS(p, &q, "a:client+");
	q = flow("10.2.0.8", "10.3.0.8", 6, 444);
	ANSWERS(p, &q, "none");
	q = flow("10.2.0.9", "8.8.8.8", 6, 443);
	q.to = OUTSIDE;
	ANSWERS(p, &q, "none");
	free(p);
	rules_free(&r);
}

static void
ends_swapped(void **unused)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 50000);
	struct rules r = site();
	struct conf_conduit *c;
	struct policy *p;

	(void)unused;
	rules_conduit(&r, "far", "internet", "lgwan", "10.3.0.9", "10.2.0.8", "tcp/25");
	c = rules_conduit(&r, "in", "internet", "lgwan", "10.3.0.0/24", "10.2.0.9", "tcp/25");
	c->expires = "2000-01-01";
	rules_conduit(&r, "out", "lgwan", "internet", "10.2.0.9", "10.3.0.8", "tcp/50000");
	p = compiled(&r);
	q.client_port = 25;
	ANSWERS(p, &q, "in:initiator"); /* the server's port is this client's */
	q.client_port = 50000;
	q.server_port = 25;
	ANSWERS(p, &q, "in:initiator"); /* or this server's */
	q.server_port = 26;
	ANSWERS(p, &q, "out:server+");
	q.proto = 17;
	q.server_port = 25;
	ANSWERS(p, &q, "out:server+");
	free(p);
	rules_free(&r);
}

/* Ends before service before the rest. */
static void
nearest_of_several(void **unused)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	struct rules r = site();
	struct policy *p;

	(void)unused;
	rules_conduit(&r, "service", "lgwan", "internet", "10.2.0.1", "10.3.0.1", "tcp/443");
	rules_conduit(&r, "client", "lgwan", "internet", "10.2.0.9", "10.3.0.1", "tcp/80");
	p = compiled(&r);
	ANSWERS(p, &q, "client:server+");
	free(p);
	rules_conduit(&r, "server+service", "lgwan", "internet", "10.2.0.1", "10.3.0.9", "tcp/443");
	rules_conduit(&r, "client+service", "lgwan", "internet", "10.2.0.9", "10.3.0.1", "tcp/443");
	p = compiled(&r);
	ANSWERS(p, &q, "server+service:client");
	free(p);
	rules_conduit(&r, "reversed", "internet", "lgwan", "10.3.0.9", "10.2.0.9", "tcp/443");
	p = compiled(&r);
	ANSWERS(p, &q, "reversed:initiator");
	free(p);
	rules_conduit(&r, "expired", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/8443")
	    ->expires = "2000-01-01";
	p = compiled(&r);
	ANSWERS(p, &q, "expired:service+");
	free(p);
	rules_conduit(&r, "ends", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/80");
	p = compiled(&r);
	ANSWERS(p, &q, "ends:service");
	free(p);
	rules_conduit(&r, "late", "lgwan", "internet", "10.2.0.9", "10.3.0.9", "tcp/443")->expires =
	    "2000-01-01";
	p = compiled(&r);
	ANSWERS(p, &q, "late:expiry");
	free(p);
	rules_free(&r);
}

/* Empty lists let nobody through, and nobody is not the whole zone. */
static void
empty_lists(void **unused)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	struct rules r = site();
	struct conf_conduit *c;
	struct policy *p;

	(void)unused;
	rules_conduit(&r, "nobody", "lgwan", "internet", "", NULL, "tcp/443");
	p = compiled(&r);
	ANSWERS(p, &q, "nobody:client");
	free(p);
	r.conf.nconduits = 0;
	rules_conduit(&r, "nowhere", "lgwan", "internet", NULL, "", "tcp/443");
	p = compiled(&r);
	ANSWERS(p, &q, "nowhere:server");
	free(p);
	r.conf.nconduits = 0;
	rules_conduit(&r, "nothing", "lgwan", "internet", NULL, NULL, "");
	p = compiled(&r);
	ANSWERS(p, &q, "nothing:service");
	free(p);
	r.conf.nconduits = 0;
	rules_hours(&r, rules_conduit(&r, "never", "lgwan", "internet", NULL, NULL, "any"), NULL);
	p = compiled(&r);
	ANSWERS(p, &q, "never:hours");
	free(p);
	r.conf.nconduits = 0;
	c = rules_conduit(&r, "no-mac", "lgwan", "internet", NULL, NULL, "any");
	c->client_macs = rules_list(&r, "");
	p = compiled(&r);
	ANSWERS(p, &q, "no-mac:client");
	free(p);
	r.conf.nconduits = 0;
	rules_set(&r, "empty", "");
	rules_conduit(&r, "empty-set", "lgwan", "internet", "@empty", NULL, "any");
	p = compiled(&r);
	ANSWERS(p, &q, "empty-set:client");
	free(p);
	rules_free(&r);
}

/* Of many conduits with the same end an open entry keeps the first, and the first that asks for
 * nothing else. */
static void
misses_among_many(void **unused)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 99);
	struct rules r = site();
	char id[16], service[16];
	struct policy *p;

	(void)unused;
	for (int i = 0; i < 40; i++) {
		struct conf_conduit *c;

		(void)snprintf(id, sizeof id, "c%d", i);		     /* fits */
		(void)snprintf(service, sizeof service, "tcp/%d", 1000 + i); /* fits */
		c = rules_conduit(&r, id, "lgwan", "internet", "10.2.0.9", "10.3.0.9", service);
		if (i < 30)
			c->expires = "2000-01-01";
	}
	p = compiled(&r);
	ANSWERS(p, &q, "c30:service");
	q.server_port = 1035;
	ANSWERS(p, &q, "c35");
	q.server_port = 1029;
	ANSWERS(p, &q, "c29:expiry");
	free(p);
	rules_free(&r);
}

static void
names(void **unused)
{
	(void)unused;
	assert_string_equal(policy_class_name(CLASS_CORE), "core");
	assert_string_equal(policy_class_name(CLASS_OTHER), "other");
	assert_string_equal(policy_class_name(200), "?");
	assert_string_equal(policy_condition_name(COND_EXPIRY), "expiry");
	assert_string_equal(policy_condition_name(COND_CLIENT_MAC), "client_mac");
	assert_string_equal(policy_condition_name(200), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_by_longest_prefix),
		cmocka_unit_test(no_zone),
		cmocka_unit_test(lines_by_interface_and_vlan),
		cmocka_unit_test(forbidden_pairs),
		cmocka_unit_test(named_ports),
		cmocka_unit_test(services_in_both_families),
		cmocka_unit_test(first_of_the_configuration_wins),
		cmocka_unit_test(fitting_wins_over_earlier_that_fails),
		cmocka_unit_test(nested_prefixes_and_sets),
		cmocka_unit_test(macs_are_asked_where_seen),
		cmocka_unit_test(nearest_miss_of_one),
		cmocka_unit_test(ends_swapped),
		cmocka_unit_test(nearest_of_several),
		cmocka_unit_test(empty_lists),

		cmocka_unit_test(misses_among_many),
		cmocka_unit_test(names),
	};

	return UNIT_RUN(tests);
}
