/* The ring inside one process: what it keeps, what it refuses, and what it does not believe. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/ring.h"

#define MIB ((size_t)1 << 20)

enum { SEAL_EXEC = 0x20 }; /* F_SEAL_EXEC, which older headers lack */

/* The layout of a record's header, a second time, to damage it: words at these bytes. */
enum { AT_SIZE = 0, AT_CAPLEN = 4, AT_WIRELEN = 8, AT_SEQ = 24, HEADER = 32 };

struct pair {
	int data, control;
	struct ring w, r;
};

static uint8_t bytes[600000];

static struct pair
pair_of(size_t size)
{
	struct pair p;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 31 + (i >> 8));
	assert_int_equal(ring_create(size, &p.data, &p.control), 0);
	assert_int_equal(ring_map(&p.w, p.data, p.control, true), 0);
	assert_int_equal(ring_map(&p.r, p.data, p.control, false), 0);
	return p;
}

static void
pair_end(struct pair *p)
{
	ring_unmap(&p->w);
	ring_unmap(&p->r);
	ring_unmap(&p->r); /* twice is fine */
	assert_int_equal(close(p->data), 0);
	assert_int_equal(close(p->control), 0);
}

static bool
put(struct pair *p, uint32_t caplen)
{
	struct frame f = { .bytes = bytes, .caplen = caplen, .wirelen = caplen + 7 };

	f.time = (nstime)p->w.seq * NS_SEC - 5;
	f.iface = (uint16_t)(p->w.seq + 3);
	f.link = 113;
	f.seq = 999; /* the ring's own numbers count */
	return ring_put(&p->w, &f);
}

static bool
take(struct pair *p, struct frame *f)
{
	int error;
	bool taken = ring_take(&p->r, f, &error);

	assert_int_equal(error, 0);
	return taken;
}

static void
takes(struct pair *p, uint64_t seq, uint32_t caplen)
{
	struct frame f;

	assert_true(take(p, &f));
	assert_int_equal(f.seq, seq);
	assert_int_equal(f.caplen, caplen);
	assert_int_equal(f.wirelen, caplen + 7);
	assert_int_equal(f.time, (nstime)(seq - 1) * NS_SEC - 5);
	assert_int_equal(f.iface, (uint16_t)(seq + 2));
	assert_int_equal(f.link, 113);
	assert_int_equal((uintptr_t)f.bytes % 16, 0);
	if (caplen)
		assert_memory_equal(f.bytes, bytes, caplen);
}

static void
creating(void **state)
{
	static const struct {
		size_t asked, made;
	} sizes[] = { { 0, MIB }, { 1, MIB }, { MIB, MIB }, { MIB + 1, 2 * MIB },
		{ 64 * MIB, 64 * MIB } };
	int data, control;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		assert_int_equal(ring_create(sizes[i].asked, &data, &control), 0);
		assert_int_equal(fstat(data, &st), 0);
		assert_int_equal(st.st_size, sizes[i].made);
		assert_int_equal(ftruncate(data, 0), -1);
		assert_int_equal(ftruncate(data, st.st_size * 2), -1);
		assert_int_equal(ftruncate(control, 0), -1);
		/* since Linux 6.3 sealed against being made executable, too */
		assert_int_equal(fcntl(data, F_GET_SEALS) & ~SEAL_EXEC,
		    F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
		assert_int_equal(fcntl(control, F_GET_SEALS) & ~SEAL_EXEC,
		    F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
		assert_int_equal(fcntl(data, F_GETFD), FD_CLOEXEC);
		assert_int_equal(close(data), 0);
		assert_int_equal(close(control), 0);
	}
	assert_int_equal(ring_create(SIZE_MAX, &data, &control), -EINVAL);
}

static void
mapping(void **state)
{
	struct pair p = pair_of(MIB);
	int odd = memfd_create("odd", MFD_CLOEXEC), zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct ring r = { .data = NULL };

	(void)state;
	assert_int_equal(ring_map(&r, p.control, p.data, false), -EINVAL);
	assert_int_equal(ring_map(&r, p.data, p.data, false), -EINVAL);
	assert_int_equal(ring_map(&r, odd, p.control, true), -EINVAL);
	assert_int_equal(ftruncate(odd, MIB + 4096), 0);
	assert_int_equal(ring_map(&r, odd, p.control, true), -EINVAL);
	assert_int_equal(ring_map(&r, -1, p.control, true), -EBADF);
	/* The kernel may write where the writer may, and not where the reader may not. */
	assert_int_equal(read(zero, p.w.data, 1), 1);
	assert_int_equal(read(zero, p.r.data, 1), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(close(zero), 0);
	assert_int_equal(close(odd), 0);
	pair_end(&p);
}

static void
one_by_one(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 15, 16, 17, 60, 1514, 65226, 262144 };
	struct pair p = pair_of(MIB);
	struct frame f;

	(void)state;
	assert_false(take(&p, &f));
	assert_false(ring_publish(&p.w));
	for (uint64_t seq = 1; seq < 200; seq++) {
		uint32_t size = sizes[seq % 9];

		assert_true(put(&p, size));
		assert_false(take(&p, &f)); /* not before it is published */
		assert_int_equal(ring_backlog(p.r.control), 0);
		assert_false(ring_publish(&p.w));
		assert_int_equal(ring_backlog(p.r.control), 1);
		takes(&p, seq, size);
		assert_false(take(&p, &f));
		assert_int_equal(ring_backlog(p.r.control), 1); /* taken is not released */
		ring_release(&p.r);
		assert_int_equal(ring_backlog(p.r.control), 0);
	}
	assert_true(atomic_load(&p.w.control->head) > 5 * MIB); /* it went round */
	pair_end(&p);
}

/* 1 MiB holds 16,384 records of 64 bytes, and not one more. */
static void
full(void **state)
{
	struct pair p = pair_of(MIB);

	(void)state;
	for (int i = 0; i < 16384; i++)
		assert_true(put(&p, 32));
	assert_false(put(&p, 32));
	assert_false(put(&p, 0));
	ring_publish(&p.w);
	assert_int_equal(ring_backlog(p.w.control), 16384);
	takes(&p, 1, 32);
	assert_false(put(&p, 32)); /* taken, but not released */
	ring_release(&p.r);
	assert_true(put(&p, 32));
	assert_false(put(&p, 32));
	ring_publish(&p.w);
	for (uint64_t seq = 2; seq <= 16385; seq++)
		takes(&p, seq, 32);
	ring_release(&p.r);
	assert_int_equal(ring_backlog(p.w.control), 0);
	/* More than half of it could find no room for ever, so it never does. */
	assert_false(put(&p, MIB / 2 + 1));
	assert_true(put(&p, MIB / 2 - HEADER));
	pair_end(&p);
}

/* Every distance to the end at which a record does not fit, half a header too. */
static void
wrapping(void **state)
{
	(void)state;
	for (uint32_t room = 16; room <= 160; room += 16) {
		struct pair p = pair_of(MIB);
		uint32_t rest = (uint32_t)MIB - 2 * 400000 - 3 * HEADER - room;

		assert_true(put(&p, 400000));
		assert_true(put(&p, 400000));
		assert_true(put(&p, rest));
		ring_publish(&p.w);
		takes(&p, 1, 400000);
		takes(&p, 2, 400000);
		takes(&p, 3, rest);
		ring_release(&p.r);
		assert_int_equal(atomic_load(&p.w.control->tail) % MIB, MIB - room);
		assert_true(put(&p, 100)); /* 144 bytes */
		ring_publish(&p.w);
		takes(&p, 4, 100);
		ring_release(&p.r);
		assert_int_equal(p.r.cursor, room < 144 ? MIB + 144 : MIB - room + 144);
		pair_end(&p);
	}
}

/* Padding counts as used: a frame behind it must not run into what was not released. */
static void
wrapping_full(void **state)
{
	struct pair p = pair_of(MIB);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(put(&p, 262144));
	assert_true(put(&p, 200000));
	ring_publish(&p.w);
	assert_false(put(&p, 100000)); /* 61 KB at the end, nothing at the start */
	takes(&p, 1, 262144);
	ring_release(&p.r);
	assert_false(put(&p, 262145 + 16));
	assert_true(put(&p, 262144));
	assert_false(put(&p, 1));
	ring_publish(&p.w);
	takes(&p, 2, 262144);
	takes(&p, 3, 262144);
	takes(&p, 4, 200000);
	takes(&p, 5, 262144);
	pair_end(&p);
}

/* A new reader sees what was not released, with the same numbers; wherever the old one stopped. */
static void
reader_again(void **state)
{
	struct pair p = pair_of(MIB);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(put(&p, 100));
	ring_publish(&p.w);
	takes(&p, 1, 100);
	takes(&p, 2, 100);
	ring_release(&p.r);
	takes(&p, 3, 100);
	ring_unmap(&p.r);
	assert_int_equal(ring_map(&p.r, p.data, p.control, false), 0);
	takes(&p, 3, 100);
	takes(&p, 4, 100);

	/* Killed between its two stores: `released` says 4, `tail` is behind; both were judged. */
	atomic_store(&p.r.control->released, 4);
	ring_unmap(&p.r);
	assert_int_equal(ring_map(&p.r, p.data, p.control, false), 0);
	takes(&p, 5, 100);
	ring_release(&p.r);
	assert_true(atomic_load(&p.r.control->tail) == atomic_load(&p.r.control->head));
	assert_int_equal(ring_backlog(p.r.control), 0);
	pair_end(&p);
}

/* A new writer goes on behind what was published; the rest of the old one's is gone. */
static void
writer_again(void **state)
{
	struct pair p = pair_of(MIB);

	(void)state;
	for (int round = 0; round < 3; round++) {
		assert_true(put(&p, 100));
		assert_true(put(&p, 300000));
		ring_publish(&p.w);
		assert_true(put(&p, 50)); /* never published */
		if (round == 1)		  /* killed between its two stores */
			atomic_fetch_add(&p.w.control->published, 1);
		if (round == 2) { /* with nothing in the ring */
			takes(&p, 5, 100);
			takes(&p, 6, 300000);
			ring_release(&p.r);
		}
		ring_unmap(&p.w);
		assert_int_equal(ring_map(&p.w, p.data, p.control, true), 0);
		assert_int_equal(atomic_load(&p.w.control->published), 2 * round + 2);
		if (round < 2) {
			takes(&p, (uint64_t)round * 2 + 1, 100);
			takes(&p, (uint64_t)round * 2 + 2, 300000);
			if (round == 1)
				ring_release(&p.r);
		}
	}
	assert_true(put(&p, 100));
	ring_publish(&p.w);
	takes(&p, 7, 100);
	pair_end(&p);
}

static void
sleeping(void **state)
{
	struct pair p = pair_of(MIB);

	(void)state;
	assert_true(ring_sleep(&p.r));
	assert_false(ring_publish(&p.w)); /* nothing new */
	assert_true(put(&p, 60));
	assert_true(ring_publish(&p.w));
	ring_awake(&p.r);
	assert_true(put(&p, 60));
	assert_false(ring_publish(&p.w));
	assert_false(ring_sleep(&p.r)); /* two frames wait */
	takes(&p, 1, 60);
	assert_false(ring_sleep(&p.r));
	takes(&p, 2, 60);
	assert_true(ring_sleep(&p.r)); /* taken is enough; they need not be released */
	/* A reader that was killed in its sleep is not woken for ever. */
	ring_unmap(&p.r);
	assert_int_equal(ring_map(&p.r, p.data, p.control, false), 0);
	assert_true(put(&p, 60));
	assert_false(ring_publish(&p.w));
	pair_end(&p);
}

/* Two records of 32 + 60 + 4 bytes; a word of the first is changed. */
static void
damaged(size_t at, uint64_t value, size_t size, bool accepted)
{
	struct pair p = pair_of(MIB);
	struct frame f;
	int error = 1;

	assert_true(put(&p, 60));
	assert_true(put(&p, 60));
	ring_publish(&p.w);
	memcpy(p.w.data + at, &value, size);
	assert_int_equal(ring_take(&p.r, &f, &error), accepted);
	assert_int_equal(error, accepted ? 0 : -EBADMSG);
	if (!accepted) {
		assert_false(ring_take(&p.r, &f, &error)); /* and stays so */
		assert_int_equal(error, -EBADMSG);
	}
	pair_end(&p);
}

static void
not_believed(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 15, 16, 31, 80, 97, 112, 192, 208, 1048576,
		0xfffffff0, UINT32_MAX };

	(void)state;
	damaged(AT_SIZE, 96, 4, true); /* what it was */
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		damaged(AT_SIZE, sizes[i], 4, false);
	damaged(AT_CAPLEN, 64, 4, true); /* fits the record, and wirelen 67 */
	damaged(AT_CAPLEN, 49, 4, true);
	damaged(AT_CAPLEN, 48, 4, false); /* a shorter record would have done */
	damaged(AT_CAPLEN, 65, 4, false);
	damaged(AT_CAPLEN, UINT32_MAX - 1, 4, false);
	damaged(AT_CAPLEN, UINT32_MAX, 4, false); /* padding that does not end the ring */
	damaged(AT_WIRELEN, 59, 4, false);
	damaged(AT_SEQ, 2, 8, false); /* a gap */
	damaged(AT_SEQ, 0, 8, false); /* passed over as judged; then the second makes a gap */
	damaged(AT_SEQ, UINT64_MAX, 8, false);
}

/* A record that reaches over what was published, and is right otherwise. */
static void
unpublished_not_believed(void **state)
{
	struct pair p = pair_of(MIB);
	uint32_t words[3] = { 96 + 96, 160, 160 };
	struct frame f;
	int error;

	(void)state;
	assert_true(put(&p, 60));
	ring_publish(&p.w);
	assert_true(put(&p, 60));
	memcpy(p.w.data, words, sizeof words);
	assert_false(ring_take(&p.r, &f, &error));
	assert_int_equal(error, -EBADMSG);
	ring_publish(&p.w);
	assert_true(ring_take(&p.r, &f, &error)); /* now it does not */
	pair_end(&p);
}

/* A head or tail from nowhere. */
static void
counters_not_believed(void **state)
{
	static const uint64_t heads[] = { 8, MIB + 16, UINT64_MAX - 15, (uint64_t)1 << 63 };
	struct pair p = pair_of(MIB);
	struct ring r = { .data = NULL };
	struct frame f;
	int error;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		atomic_store(&p.r.control->head, heads[i]);
		assert_false(ring_take(&p.r, &f, &error));
		assert_int_equal(error, -EBADMSG);
	}
	atomic_store(&p.r.control->head, 0);
	atomic_store(&p.r.control->tail, 16);
	assert_false(put(&p, 60));
	atomic_store(&p.r.control->tail, 1);
	assert_int_equal(ring_map(&r, p.data, p.control, false), -EBADMSG);
	atomic_store(&p.r.control->tail, 0);
	atomic_store(&p.r.control->released, 1); /* of 0 published */
	assert_int_equal(ring_map(&r, p.data, p.control, false), -EBADMSG);
	assert_int_equal(ring_backlog(p.w.control), 0);
	pair_end(&p);
}

/* A frame that the reader skips stays where it is until the writer copied it, whoever is killed in
 * between. */
static void
skipping(void **state)
{
	struct pair p = pair_of(MIB);
	struct frame f, copy;

	(void)state;
	assert_int_equal(ring_skipped(&p.w, &copy), 0);
	assert_true(put(&p, 100) && put(&p, 200) && put(&p, 300));
	ring_publish(&p.w);
	takes(&p, 1, 100);
	ring_release(&p.r);
	assert_true(take(&p, &f));
	ring_skip(&p.r, &f);
	/* killed before it released it: the next reader skips it too, and it counts once */
	ring_unmap(&p.r);
	assert_int_equal(ring_map(&p.r, p.data, p.control, false), 0);
	assert_true(take(&p, &f));
	assert_int_equal(f.seq, 2);
	ring_skip(&p.r, &f);
	assert_int_equal(atomic_load(&p.w.control->skipped), 1);
	ring_release(&p.r);
	takes(&p, 3, 300);
	ring_release(&p.r);
	/* everything is released, and nothing may be written */
	assert_int_equal(ring_backlog(p.w.control), 0);
	assert_false(put(&p, 60));
	ring_unmap(&p.w);
	assert_int_equal(ring_map(&p.w, p.data, p.control, true), 0);
	assert_false(put(&p, 60));
	assert_int_equal(ring_skipped(&p.w, &copy), 1);
	assert_int_equal(copy.seq, 2);
	assert_int_equal(copy.caplen, 200);
	assert_int_equal(copy.wirelen, 207);
	assert_int_equal(copy.time, NS_SEC - 5);
	assert_int_equal(copy.iface, 4);
	assert_int_equal(copy.link, 113);
	assert_memory_equal(copy.bytes, bytes, 200);
	ring_copied(&p.w);
	assert_int_equal(ring_skipped(&p.w, &copy), 0);
	assert_true(put(&p, 60));
	ring_publish(&p.w);
	takes(&p, 4, 60);
	pair_end(&p);
}

/* As many as there is room for, in their order, and in a ring that has wrapped: 32 + 250000 bytes
 * make records of 250032, four of them less than the memory. */
static void
skipping_several(void **state)
{
	struct pair p = pair_of(MIB);
	struct frame f, copy;
	uint64_t seq = 0;

	(void)state;
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < 4; i++)
			assert_true(put(&p, round < 4 ? 250000 - i * 16 : 60));
		ring_publish(&p.w);
		for (unsigned i = 0; i < 4; i++) {
			assert_true(take(&p, &f));
			ring_skip(&p.r, &f);
			ring_release(&p.r);
		}
		for (unsigned i = 0; i < 4; i++) {
			assert_false(put(&p, 60));
			assert_int_equal(ring_skipped(&p.w, &copy), 1);
			assert_int_equal(copy.seq, ++seq);
			assert_memory_equal(copy.bytes, bytes, copy.caplen);
			ring_copied(&p.w);
		}
	}
	/* More than places are kept of: none of them can be trusted, and the ring goes on. */
	for (unsigned i = 0; i <= RING_SKIPS; i++)
		assert_true(put(&p, 60));
	ring_publish(&p.w);
	for (unsigned i = 0; i <= RING_SKIPS; i++) {
		assert_true(take(&p, &f));
		ring_skip(&p.r, &f);
	}
	ring_release(&p.r);
	assert_int_equal(ring_skipped(&p.w, &copy), -EBADMSG);
	ring_copied(&p.w);
	assert_int_equal(ring_skipped(&p.w, &copy), 0);
	assert_true(put(&p, 60));
	pair_end(&p);
}

/* A place or a number that the reader made up. Two records of 32 + 60 + 4 bytes stand at 0 and 96.
 */
static void
skipped_not_believed(void **state)
{
	static const struct {
		uint64_t at, seq;
		int found;
	} lies[] = { { 0, 1, 1 }, { 96, 2, 1 }, { 96, 1, -EBADMSG }, { 0, 2, -EBADMSG },
		{ 16, 1, -EBADMSG }, { 1, 1, -EBADMSG }, { 192, 0, -EBADMSG }, { MIB, 1, -EBADMSG },
		{ MIB - 16, 0, -EBADMSG }, { UINT64_MAX, 1, -EBADMSG },
		{ UINT64_MAX - 15, 1, -EBADMSG } };
	struct pair p = pair_of(MIB);
	struct ring_control *c = p.w.control;
	uint32_t padding[2] = { 16, UINT32_MAX };
	struct frame f;

	(void)state;
	assert_true(put(&p, 60) && put(&p, 60));
	ring_publish(&p.w);
	memcpy(p.w.data + MIB - 16, padding, sizeof padding);
	atomic_store(&c->skipped, 1);
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		atomic_store(&c->skip[0].at, lies[i].at);
		atomic_store(&c->skip[0].seq, lies[i].seq);
		assert_int_equal(ring_skipped(&p.w, &f), lies[i].found);
	}
	/* fewer than were copied */
	atomic_store(&c->copied, 2);
	assert_int_equal(ring_skipped(&p.w, &f), -EBADMSG);
	assert_false(put(&p, 60));
	ring_copied(&p.w);
	assert_int_equal(ring_skipped(&p.w, &f), 0);
	assert_true(put(&p, 60));
	pair_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creating),
		cmocka_unit_test(mapping),
		cmocka_unit_test(one_by_one),
		cmocka_unit_test(full),
		cmocka_unit_test(wrapping),
		cmocka_unit_test(wrapping_full),
		cmocka_unit_test(reader_again),
		cmocka_unit_test(writer_again),
		cmocka_unit_test(sleeping),
		cmocka_unit_test(not_believed),
		cmocka_unit_test(unpublished_not_believed),
		cmocka_unit_test(counters_not_believed),
		cmocka_unit_test(skipping),
		cmocka_unit_test(skipping_several),
		cmocka_unit_test(skipped_not_believed),
	};

	return UNIT_RUN(tests);
}
