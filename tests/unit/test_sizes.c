/* test_sizes.c - what the parts of the hub say of their size, which -n -v prints, is what they
 * take: as the allocator, or the sanitizers in its place, counts it. */
#include "unit.h"

#include <malloc.h>

#include "hub/control.h"
#include "hub/coverage.h"
#include "hub/digest.h"
#include "hub/evidence.h"
#include "hub/hub.h"
#include "hub/resume.h"
#include "hub/storm.h"

enum {
	SIZE = 16384,	/* of the tables */
	SLACK = 1 << 16 /* what the allocator takes for itself, pages not full */
};

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t
taken(void)
{
	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();

	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
ignore_incident(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	(void)ctx;
	(void)state;
	(void)i;
	(void)added;
}

static void
test_sizes(void **state)
{
	const struct hash_key key = { 0 };
	const struct storm_calls storm_calls = { 0 };
	const struct coverage_calls coverage_calls = { 0 };
	const struct control_view view = { 0 };
	const struct moment now = { 0 };
	size_t before;

	(void)state;
#define TAKES(bytes, type, make, leave)                                                            \
	do {                                                                                       \
		before = taken();                                                                  \
		type *it = make;                                                                   \
		assert_non_null(it);                                                               \
		print_message(#make ": %zu bytes\n", taken() - before);                            \
		assert_in_range(taken() - before, bytes, bytes + SLACK);                           \
		leave(it);                                                                         \
	} while (0)
	TAKES(incidents_bytes(SIZE), struct incidents,
	    incidents_new(SIZE, &key, NS_MIN, ignore_incident, NULL), incidents_free);
	TAKES(evidence_bytes(SIZE), struct evidence, evidence_new("/nowhere", "1", SIZE),
	    evidence_free);
	TAKES(storm_bytes(), struct storm, storm_new(30, &storm_calls), storm_free);
	TAKES(coverage_bytes(), struct coverage, coverage_new(now, &coverage_calls), coverage_free);
	TAKES(digest_bytes(), struct digest, digest_new(-1), digest_free);
	TAKES(resume_bytes(), struct resume, resume_new("/nowhere", 1), resume_free);
	TAKES(control_bytes(), struct control, control_new(&view, NULL, NULL), control_free);
	TAKES(
	    ledger_bytes(), struct ledger, ledger_open("/nowhere", "00000abc", 0, 0), ledger_close);
#undef TAKES
}

/* The hub's rows are all that it has: its total is their sum, and more than the parts above. */
static void
test_hub_bytes(void **state)
{
	const struct hub_bytes b = hub_bytes();

	(void)state;
	assert_int_equal(b.total, b.incidents + b.evidence + b.coverage + b.ledger + b.others);
	assert_int_equal(b.incidents, incidents_bytes(SIZE));
	assert_int_equal(b.evidence, evidence_bytes(SIZE));
	assert_int_equal(b.coverage, coverage_bytes());
	assert_int_equal(b.ledger, ledger_bytes() + digest_bytes());
	assert_true(b.others > storm_bytes() + resume_bytes() + control_bytes());
	assert_true(b.evidence > 4 << 20); /* the frames that wait */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_hub_bytes),
	};

	return UNIT_RUN(tests);
}
