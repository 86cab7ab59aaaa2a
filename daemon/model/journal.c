/* journal.c - see journal.h.
 *
 * A record is a head and its bytes, rounded up to JOURNAL_UNIT; one that would not fit before the
 * end of the memory goes to its beginning, behind a filler of kind 0. The writer moves the tail
 * before it writes over old records, and the head after the new one is whole; the reader copies,
 * and then looks whether the tail has passed what it copied.
 */
#include "model/journal.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct record {
	uint64_t number;
	uint32_t size; /* of its bytes */
	uint32_t kind; /* 0: filler */
};

_Static_assert(sizeof(struct record) == JOURNAL_UNIT, "a head is one unit");

static uint64_t
rounded(uint64_t size)
{
	return (size + JOURNAL_UNIT - 1) & ~(uint64_t)(JOURNAL_UNIT - 1);
}

static volatile struct record *
record_at(const struct journal *j, uint64_t at)
{
	return (volatile struct record *)(void *)(j->data + (at & (j->size - 1)));
}

static void *
bytes_at(const struct journal *j, uint64_t at)
{
	return j->data + (at & (j->size - 1)) + sizeof(struct record);
}

/* Reads a head once: whoever writes it may change it at any time. */
static struct record
head_at(const struct journal *j, uint64_t at)
{
	volatile const struct record *r = record_at(j, at);

	return (struct record){ .number = r->number, .size = r->size, .kind = r->kind };
}

/* Does a record end before the memory does? */
static bool
fits(const struct journal *j, uint64_t at, const struct record *r)
{
	return sizeof *r + rounded(r->size) <= j->size - (at & (j->size - 1));
}

struct journal
journal_writer(struct journal_head *head, uint8_t *data, uint64_t size)
{
	struct journal j = { .head = head, .data = data, .size = size };
	uint64_t end = atomic_load_explicit(&head->head, memory_order_relaxed);
	uint64_t at = atomic_load_explicit(&head->tail, memory_order_relaxed);

	while (at < end && at % JOURNAL_UNIT == 0) {
		struct record r = head_at(&j, at);

		if (!fits(&j, at, &r))
			break;
		if (r.kind)
			j.records = r.number + 1;
		at += sizeof r + rounded(r.size);
	}
	if (at == end)
		return j;
	/* Not what a writer leaves: somebody wrote over it. More records than units there were not.
	 */
	end = rounded(end);
	j.records = end / JOURNAL_UNIT;
	atomic_store_explicit(&head->tail, end, memory_order_relaxed);
	atomic_store_explicit(&head->head, end, memory_order_release);
	return j;
}

/* Gives up the oldest records until NEED bytes from HEAD on are free. */
static void
make_room(struct journal *j, uint64_t head, uint64_t need)
{
	uint64_t tail = atomic_load_explicit(&j->head->tail, memory_order_relaxed);

	while (head + need - tail > j->size)
		tail += sizeof(struct record) + rounded(record_at(j, tail)->size);
	atomic_store_explicit(&j->head->tail, tail, memory_order_relaxed);
	atomic_thread_fence(memory_order_release); /* the reader sees it before what is written */
}

static void
write_head(struct journal *j, uint64_t at, const struct record *r)
{
	volatile struct record *to = record_at(j, at);

	to->number = r->number;
	to->size = r->size;
	to->kind = r->kind;
}

void
journal_put(
    struct journal *j, uint32_t kind, const void *a, size_t asize, const void *b, size_t bsize)
{
	uint64_t head = atomic_load_explicit(&j->head->head, memory_order_relaxed);
	uint64_t need = sizeof(struct record) + rounded(asize + bsize);
	uint64_t to_end = j->size - (head & (j->size - 1));
	struct record r = { .number = j->records, .size = (uint32_t)(asize + bsize), .kind = kind };

	if (need > to_end) {
		struct record filler = { .size = (uint32_t)(to_end - sizeof filler) };

		make_room(j, head, to_end);
		write_head(j, head, &filler);
		head += to_end;
		atomic_store_explicit(&j->head->head, head, memory_order_release);
	}
	make_room(j, head, need);
	write_head(j, head, &r);
	memcpy(bytes_at(j, head), a, asize);
	if (bsize)
		memcpy((uint8_t *)bytes_at(j, head) + asize, b, bsize);
	atomic_store_explicit(&j->head->head, head + need, memory_order_release);
	j->records++;
}

/* Has the writer given up the record at AT by now? Then what was copied of it means nothing. */
static bool
gone(const struct journal *j, uint64_t at)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&j->head->tail, memory_order_relaxed) > at;
}

int
journal_take(const struct journal *j, struct journal_reader *r, uint32_t *kind, void *to,
    size_t room, uint64_t *lost)
{
	uint64_t head = atomic_load_explicit(&j->head->head, memory_order_acquire);
	uint64_t tail = atomic_load_explicit(&j->head->tail, memory_order_relaxed);
	uint64_t at = r->at < tail ? tail : r->at;

	/* The tail may be of later; and a reader that goes on behind a head that may not be waits
	 * there for the next writer. */
	if (at == head || (at > head && (at == tail || at == rounded(head))))
		return 0;
	if (head - at > j->size || at % JOURNAL_UNIT || head % JOURNAL_UNIT)
		return -EPROTO;

	struct record h = head_at(j, at);
	bool good = fits(j, at, &h) && (h.kind == 0 || h.size <= room);

	if (good && h.kind)
		memcpy(to, bytes_at(j, at), h.size);
	if (gone(j, at))
		return -EAGAIN;
	if (!good)
		return -EPROTO;
	r->at = at + sizeof h + rounded(h.size);
	if (h.kind == 0 || h.number < r->number)
		return -EAGAIN;
	*lost += h.number - r->number;
	r->number = h.number + 1;
	*kind = h.kind;
	return (int)h.size;
}
