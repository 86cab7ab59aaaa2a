/* Records that one process leaves for another: what is read is what was written, and what was not
 * read is counted, also when the writer is killed or is somebody else. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "model/journal.h"

enum { SIZE = 4096, MOST = SIZE / 4 - JOURNAL_UNIT, KILLS = 60, WRITES = 20000 };

struct memory {
	struct journal_head head;
	_Alignas(16) uint8_t data[SIZE];
};

static struct memory *
memory_new(void)
{
	struct memory *m =
	    mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(m != MAP_FAILED);
	return m;
}

/* A record's kind, size and bytes follow from a number in its first eight bytes. */
static size_t
size_of(uint64_t n)
{
	return 8 + (n * 0x9e3779b97f4a7c15u >> 40) % (MOST - 8 + 1);
}

static void
put(struct journal *j, uint64_t n)
{
	uint8_t bytes[MOST];
	size_t size = size_of(n), first = n % 9;

	memset(bytes, (int)(n & 0xff), size);
	memcpy(bytes, &n, sizeof n);
	if (first > size)
		first = size;
	journal_put(j, (uint32_t)(n % 5 + 1), bytes, first, bytes + first, size - first);
}

/* Is what was read a record that put() wrote? Its number. */
static uint64_t
check(const uint8_t *bytes, int size, uint32_t kind)
{
	uint64_t n;

	assert_true(size >= (int)sizeof n);
	memcpy(&n, bytes, sizeof n);
	assert_int_equal(size, size_of(n));
	assert_int_equal(kind, n % 5 + 1);
	for (int i = 8; i < size; i++)
		assert_int_equal(bytes[i], n & 0xff);
	return n;
}

/* The next record that counts; as journal_take(). */
static int
take(const struct journal *j, struct journal_reader *r, uint32_t *kind, uint8_t *to, size_t room,
    uint64_t *lost)
{
	int size = -EAGAIN;

	for (int turn = 0; turn < SIZE && size == -EAGAIN; turn++)
		size = journal_take(j, r, kind, to, room, lost);
	return size;
}

/* One after the other, over many turns of the memory: all of it comes, in order. */
static void
test_in_step(void **state)
{
	struct memory *m = memory_new();
	struct journal w = journal_writer(&m->head, m->data, SIZE);
	struct journal_reader r = { 0 };
	uint8_t bytes[MOST];
	uint64_t lost = 0, next = 0;
	uint32_t kind;
	int size;

	(void)state;
	assert_int_equal(take(&w, &r, &kind, bytes, sizeof bytes, &lost), 0);
	for (uint64_t n = 0; n < 1000;) {
		for (uint64_t i = 0; i <= n % 3; i++)
			put(&w, n++);
		while ((size = take(&w, &r, &kind, bytes, sizeof bytes, &lost)) > 0)
			assert_int_equal(check(bytes, size, kind), next++);
		assert_int_equal(size, 0);
	}
	assert_true(next >= 1000);
	assert_int_equal(lost, 0);
	munmap(m, sizeof *m);
}

/* Records of 48 bytes lie in 64: of 100 in 4,096 bytes the last 64 are there. */
static void
test_overwritten(void **state)
{
	struct memory *m = memory_new();
	struct journal w = journal_writer(&m->head, m->data, SIZE);
	struct journal_reader r = { 0 };
	uint8_t bytes[48] = { 0 };
	uint64_t lost = 0;
	uint32_t kind;

	(void)state;
	for (uint8_t n = 0; n < 100; n++) {
		bytes[0] = n;
		journal_put(&w, 7, bytes, sizeof bytes, NULL, 0);
	}
	for (uint8_t n = 36; n < 100; n++) {
		assert_int_equal(take(&w, &r, &kind, bytes, sizeof bytes, &lost), sizeof bytes);
		assert_int_equal(bytes[0], n);
		assert_int_equal(lost, 36);
	}
	assert_int_equal(take(&w, &r, &kind, bytes, sizeof bytes, &lost), 0);
	munmap(m, sizeof *m);
}

/* A reader that begins anew says which record it wants. */
static void
test_goes_on(void **state)
{
	struct memory *m = memory_new();
	struct journal w = journal_writer(&m->head, m->data, SIZE);
	struct journal_reader r = { .number = 3 };
	uint8_t n = 0, got;
	uint64_t lost = 0;
	uint32_t kind;

	(void)state;
	for (; n < 6; n++)
		journal_put(&w, 1, &n, 1, NULL, 0);
	w = journal_writer(&m->head, m->data, SIZE); /* and another writer goes on, too */
	journal_put(&w, 1, &n, 1, NULL, 0);
	for (uint8_t want = 3; want < 7; want++) {
		assert_int_equal(take(&w, &r, &kind, &got, 1, &lost), 1);
		assert_int_equal(got, want);
	}
	assert_int_equal(lost, 0);
	assert_int_equal(r.number, 7);
	munmap(m, sizeof *m);
}

/* A record larger than the reader has room for is not what its writer leaves. */
static void
test_too_large(void **state)
{
	struct memory *m = memory_new();
	struct journal w = journal_writer(&m->head, m->data, SIZE);
	struct journal_reader r = { 0 };
	uint8_t bytes[64] = { 0 };
	uint64_t lost = 0;
	uint32_t kind;

	(void)state;
	journal_put(&w, 1, bytes, sizeof bytes, NULL, 0);
	assert_int_equal(take(&w, &r, &kind, bytes, sizeof bytes - 1, &lost), -EPROTO);
	munmap(m, sizeof *m);
}

/* A writer that finds what no writer leaves begins behind it, with numbers that nobody has had: its
 * records are not taken for those of before. */
static void
test_damaged(void **state)
{
	struct memory *m = memory_new();
	struct journal w = journal_writer(&m->head, m->data, SIZE);
	struct journal_reader r = { .number = 20 };
	uint8_t n = 0;
	uint64_t lost = 0;
	uint32_t kind;

	(void)state;
	for (; n < 20; n++)
		journal_put(&w, 1, &n, 1, NULL, 0);
	r.at = m->head.head;
	memset(m->data + 8, 0xff, 4); /* the first one's size */
	w = journal_writer(&m->head, m->data, SIZE);
	journal_put(&w, 1, &n, 1, NULL, 0);
	assert_int_equal(take(&w, &r, &kind, &n, 1, &lost), 1);
	assert_int_equal(n, 20);
	munmap(m, sizeof *m);
}

/* A head where no record ends is no writer's. A reader that goes on behind it has nothing to read
 * until another writer begins, and is not led astray by it. */
static void
test_odd_head(void **state)
{
	struct memory *m = memory_new();
	struct journal w = journal_writer(&m->head, m->data, SIZE);
	struct journal_reader r = { 0 };
	uint8_t n = 1;
	uint64_t lost = 0;
	uint32_t kind;

	(void)state;
	journal_put(&w, 1, &n, 1, NULL, 0);
	assert_int_equal(take(&w, &r, &kind, &n, 1, &lost), 1);
	m->head.head += 8;
	assert_int_equal(take(&w, &r, &kind, &n, 1, &lost), -EPROTO);
	r = (struct journal_reader){ .at = m->head.head + 8 };
	assert_int_equal(take(&w, &r, &kind, &n, 1, &lost), 0);
	w = journal_writer(&m->head, m->data, SIZE);
	assert_int_equal(take(&w, &r, &kind, &n, 1, &lost), 0);
	n = 7;
	journal_put(&w, 1, &n, 1, NULL, 0);
	assert_int_equal(take(&w, &r, &kind, &n, 1, &lost), 1);
	assert_int_equal(n, 7);
	munmap(m, sizeof *m);
}

/* A hostile writer that moves the end on and on, over records of no bytes that were had long ago,
 * and fillers: each costs a call, which the caller counts. */
static void
test_turns(void **state)
{
	struct memory *m = memory_new();
	struct journal j = { .head = &m->head, .data = m->data, .size = SIZE };
	struct journal_reader r = { .number = 5 };
	uint8_t byte;
	uint64_t lost = 0;
	uint32_t kind;

	(void)state;
	m->data[3 * JOURNAL_UNIT + 12] = 1; /* the kind of the record there, whose number is 0 */
	m->head.head = SIZE;
	for (uint64_t n = 1; n <= SIZE / JOURNAL_UNIT; n++) {
		assert_int_equal(journal_take(&j, &r, &kind, &byte, 1, &lost), -EAGAIN);
		assert_int_equal(r.at, n * JOURNAL_UNIT);
	}
	assert_int_equal(journal_take(&j, &r, &kind, &byte, 1, &lost), 0);
	munmap(m, sizeof *m);
}

/* Whatever the memory holds, the reader ends, and stays inside it (a sanitizer looks on); a writer
 * that finds it goes on. */
static void
test_hostile(void **state)
{
	struct memory *m = aligned_alloc(64, sizeof *m);
	struct hash_key random;
	uint64_t seed = 0, wrong = 0;

	(void)state;
	assert_non_null(m);
	memset(&random, 0x5a, sizeof random);
	for (int turn = 0; turn < 20000; turn++) {
		struct journal j = { .head = &m->head, .data = m->data, .size = SIZE };
		struct journal_reader r = { .at = turn % 3 ? 0 : seed % SIZE };
		uint8_t bytes[256];
		uint64_t lost = 0, *words = (uint64_t *)(void *)m;
		uint32_t kind;
		int size = 1;

		memset(m, 0, sizeof *m);
		j = journal_writer(&m->head, m->data, SIZE);
		for (uint64_t n = 0; n < 20; n++)
			journal_put(&j, 1, bytes, n, NULL, 0);
		for (int change = 0; change < 1 + turn % 4; change++) {
			seed = hash_bytes(&random, &seed, sizeof seed);
			size_t at = seed % 200;

			words[at < 16 ? at : at + 48] = turn % 2 ? seed >> (seed % 64) : seed;
		}
		for (int i = 0; i < 1000 && size > 0; i++)
			size = take(&j, &r, &kind, bytes, sizeof bytes, &lost);
		wrong += size == -EPROTO;
		j = journal_writer(&m->head, m->data, SIZE);
		journal_put(&j, 1, "x", 1, NULL, 0);
		r = (struct journal_reader){ 0 };
		while ((size = take(&j, &r, &kind, bytes, sizeof bytes, &lost)) > 0)
			;
		assert_int_equal(size, 0);
	}
	assert_true(wrong > 1000);
	free(m);
}

static void
write_for_ever(struct memory *m, uint64_t *number)
{
	struct journal w = journal_writer(&m->head, m->data, SIZE);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < WRITES; i++) {
		put(&w, *number);
		__atomic_store_n(number, *number + 1, __ATOMIC_SEQ_CST);
	}
	_exit(0);
}

/* A writer at full speed that is killed at any moment and started again: what is read is whole and
 * in order, and read + lost is what was written. A killed one may have written a last record that
 * its count does not show. */
static void
test_killed(void **state)
{
	struct memory *m = memory_new();
	uint64_t *number =
	    mmap(NULL, sizeof *number, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct journal j = { .head = &m->head, .data = m->data, .size = SIZE };
	struct journal_reader r = { 0 };
	uint8_t bytes[MOST];
	uint64_t lost = 0, got = 0, last = 0;
	uint32_t kind;

	(void)state;
	assert_true(number != MAP_FAILED);
	for (int kill_at = 0; kill_at < KILLS; kill_at++) {
		uint64_t until =
		    __atomic_load_n(number, __ATOMIC_SEQ_CST) + 1 + (uint64_t)kill_at * 37 % 400;
		pid_t pid = fork();
		int size = 0, status = 0;
		bool over = false;

		assert_true(pid >= 0);
		if (pid == 0)
			write_for_ever(m, number);
		while (!over || size > 0) {
			if (!over && __atomic_load_n(number, __ATOMIC_SEQ_CST) >= until) {
				kill(pid, SIGKILL);
				assert_int_equal(waitpid(pid, &status, 0), pid);
				over = true;
			}
			size = take(&j, &r, &kind, bytes, sizeof bytes, &lost);
			assert_true(size >= 0);
			if (size == 0)
				continue;
			uint64_t n = check(bytes, size, kind);

			assert_true(got == 0 || n >= last);
			last = n;
			got++;
		}
	}
	assert_int_equal(got + lost, r.number);
	assert_in_range(r.number, *number, *number + KILLS);
	assert_true(got > KILLS);
	munmap(number, sizeof *number);
	munmap(m, sizeof *m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_step),
		cmocka_unit_test(test_overwritten),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_odd_head),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
