/* bench_policy.c - what a look-up in a policy costs with 10, 1,000 and 100,000 conduits and
 * prefixes, and how long it takes to compile. */
#include <stdio.h>
#include <time.h>

#include "../unit/rules.h"

enum { QUERIES = 1 << 16, ROUNDS = 40 };

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint32_t
draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static struct addr
host(uint32_t number)
{
	uint8_t b[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
		(uint8_t)number };

	return addr_from4(b);
}

/* N networks of 32 addresses from FIRST on. */
static void
give_networks(struct rules *r, struct conf_zone *z, uint32_t first, uint32_t n)
{
	z->networks.n = n;
	z->networks.item = arena_alloc(r->arena, n, sizeof *z->networks.item);
	for (uint32_t i = 0; i < n; i++)
		z->networks.item[i] = (struct conf_addr){
			.prefix = { .addr = host(first + i * 32), .len = 96 + 27, .is4 = true },
			.at = rules_here(r),
		};
}

enum { CLIENTS = 0x0a400000, SERVERS = 0x0a800000 };

/* N conduits, each with a client and a server of its own, and as many networks. */
static struct rules
make(uint32_t n)
{
	struct rules r = rules_new(2, 1, n);
	uint32_t networks = n / 2 < 10 ? 10 : n / 2;
	char id[16], client[ADDR_TEXT], server[ADDR_TEXT];

	give_networks(&r, rules_zone(&r, "lgwan", CLASS_LGWAN, "eth1", ""), CLIENTS, networks);
	give_networks(
	    &r, rules_zone(&r, "internet", CLASS_INTERNET, "eth2", ""), SERVERS, networks);
	for (uint32_t i = 0; i < n; i++) {
		struct addr c = host(CLIENTS + i * 16 + 1), s = host(SERVERS + i * 16 + 1);

		(void)snprintf(id, sizeof id, "c%u", i); /* fits */
		rules_conduit(&r, id, "lgwan", "internet", addr_text(client, &c),
		    addr_text(server, &s), "tcp/443");
	}
	return r;
}

static double
time_zones(const struct policy *p, const struct policy_query *q)
{
	double start = seconds();
	uint32_t sum = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (uint32_t i = 0; i < QUERIES; i++)
			sum += policy_zone_of(p, &q[i].client, true);
	start = seconds() - start;
	if (sum == 0)
		puts("nothing was found");
	return start / ROUNDS / QUERIES * 1e9;
}

static double
time_match(const struct policy *p, const struct policy_query *q)
{
	double start = seconds();
	uint32_t sum = 0;

	for (int round = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < QUERIES; i++) {
			struct policy_answer a;

			policy_match(p, &q[i], &a);
			sum += a.failed;
		}
	}
	start = seconds() - start;
	return (start + sum * 1e-18) / ROUNDS / QUERIES * 1e9;
}

/* Queries that fit, or that miss by their port; over WIDE conduits. */
static void
fill(struct policy_query *q, uint32_t wide, uint16_t port)
{
	uint64_t state = 1;

	for (uint32_t i = 0; i < QUERIES; i++) {
		uint32_t k = draw(&state) % wide;

		q[i] = (struct policy_query){
			.client = host(CLIENTS + k * 16 + 1),
			.server = host(SERVERS + k * 16 + 1),
			.is4 = true,
			.from = 1,
			.to = 2,
			.proto = 6,
			.client_port = 50000,
			.server_port = port,
		};
	}
}

int
main(void)
{
	static const uint32_t sizes[] = { 10, 1000, 100000 };
	static struct policy_query q[QUERIES];

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint32_t n = sizes[i], few = n < 1000 ? n : 1000;
		struct rules r = make(n);
		double start = seconds();
		struct policy *p = rules_compile(&r, 0);

		start = seconds() - start;
		if (!p) {
			printf("%s\n", r.errors.text[0]);
			return 1;
		}
		printf("conduits=%u compile_ms=%.1f image_mib=%.1f", n, start * 1e3,
		    p->size / 1048576.0);
		fill(q, few, 443);
		printf(" zone_ns=%.1f match_ns=%.1f", time_zones(p, q), time_match(p, q));
		fill(q, few, 444);
		printf(" miss_ns=%.1f", time_match(p, q));
		fill(q, n, 443);
		printf(" all_zone_ns=%.1f all_match_ns=%.1f\n", time_zones(p, q), time_match(p, q));
		free(p);
		rules_free(&r);
	}
	return 0;
}
