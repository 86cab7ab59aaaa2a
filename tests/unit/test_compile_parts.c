/* test_compile_parts.c - parts of the compiler by themselves: blocks of ports, lists of groups. */
#include "unit.h"

#include <stdlib.h>

#include "conf/groups.h"
#include "conf/index.h"

static void
blocks_of_ports(void **unused)
{
	static const struct {
		uint16_t low, high;
		uint32_t n;
		struct index_block first, last;
	} row[] = {
		{ 80, 80, 1, { 80, 16 }, { 80, 16 } },
		{ 0, 65535, 1, { 0, 0 }, { 0, 0 } },
		{ 8000, 8010, 3, { 8000, 13 }, { 8010, 16 } }, /* 8000-8007, 8008-8009, 8010 */
		{ 1, 65534, 30, { 1, 16 }, { 65534, 16 } },
		{ 32768, 65535, 1, { 32768, 1 }, { 32768, 1 } },
		{ 65535, 65535, 1, { 65535, 16 }, { 65535, 16 } },
	};
	struct index_block b[INDEX_BLOCKS];

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		uint32_t n = index_blocks(row[i].low, row[i].high, b);

		assert_int_equal(n, row[i].n);
		assert_int_equal(b[0].port, row[i].first.port);
		assert_int_equal(b[0].width, row[i].first.width);
		assert_int_equal(b[n - 1].port, row[i].last.port);
		assert_int_equal(b[n - 1].width, row[i].last.width);
	}
}

/* The groups of an address: of all prefixes around it, ascending, and equal lists are one. */
static void
lists_of_groups(void **unused)
{
	static const char *const lists[][2] = {
		{ "10.0.0.7", NULL },
		{ "10.0.0.0/8", NULL },
		{ "10.0.0.0/24", "10.0.1.0/24" },
		{ "10.0.0.7", "10.0.0.8" },
	};
	struct groups_lists l = { 0 };
	struct groups g;
	struct trie t;
	uint32_t *value = NULL, cells[3];
	static const char *const asked[] = { "10.0.0.7", "10.0.0.8", "10.0.1.1" };

	(void)unused;
	assert_true(groups_init(&g, 4));
	assert_true(trie_init(&t));
	for (uint32_t i = 0; i < 4; i++) {
		struct prefix p[2];
		uint32_t n = lists[i][1] ? 2 : 1;

		for (uint32_t k = 0; k < n; k++)
			assert_int_equal(prefix_parse(lists[i][k], &p[k]), PREFIX_OK);
		assert_int_equal(groups_of(&g, p, n), i + 1);
	}
	assert_int_equal(groups_lists(&g, &t, &l, &value), GROUPS_OK);
	for (uint32_t i = 0; i < 3; i++) {
		struct prefix p;

		assert_int_equal(prefix_parse(asked[i], &p), PREFIX_OK);
		cells[i] = trie_place(&t, &p).cell;
	}
	assert_memory_equal(&l.at[value[cells[0]]], ((const uint32_t[]){ 4, 1, 2, 3, 4 }), 20);
	assert_memory_equal(&l.at[value[cells[1]]], ((const uint32_t[]){ 3, 2, 3, 4 }), 16);
	assert_memory_equal(&l.at[value[cells[2]]], ((const uint32_t[]){ 2, 2, 3 }), 12);
	free(value);
	free(l.at);
	trie_fini(&t);
	groups_fini(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_of_ports),
		cmocka_unit_test(lists_of_groups),
	};

	return UNIT_RUN(tests);
}
