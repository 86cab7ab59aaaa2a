/* ring.c - see ring.h.
 *
 * Two words commit, each by one store: `head` what was written, `released` what was judged. The
 * others follow or lead them, and whoever maps the ring after a kill puts them right:
 *   published is stored before head: a new writer counts from the last record, not from it;
 *   tail is stored after released: a new reader skips the records in between, which were judged.
 */
#include "model/ring.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum { ALIGN = 16 };

#define SIZE_LEAST ((size_t)1 << 20)
#define SIZE_MOST  ((size_t)1 << 40)
#define PADDING	   UINT32_MAX /* the caplen of a record that only fills the end of the memory */

/* Before the frame's bytes. A padding may have no room but for the first half. */
struct record {
	uint32_t size; /* of the whole record, a multiple of 16 */
	uint32_t caplen;
	uint32_t wirelen;
	uint16_t iface;
	uint16_t link;
	int64_t time;
	uint64_t seq;
};

static_assert(sizeof(struct record) == 2 * ALIGN, "the layout is an interface");
static_assert(sizeof(struct ring_control) <= RING_CONTROL, "the control memory is one page");

size_t
ring_bytes(size_t size)
{
	size_t rounded = SIZE_LEAST;

	while (rounded < size && rounded < SIZE_MOST)
		rounded *= 2;
	return rounded;
}

int
ring_create(size_t size, int *data_fd, int *control_fd)
{
	int data, control;

	if (size > SIZE_MOST)
		return -EINVAL;
	data = memory_fixed("segaudit-ring-data", ring_bytes(size));
	if (data < 0)
		return data;
	control = memory_fixed("segaudit-ring-control", RING_CONTROL);
	if (control < 0) {
		(void)close(data); /* nothing was written */
		return control;
	}
	*data_fd = data;
	*control_fd = control;
	return 0;
}

/* Reads the record at AT, of AVAILABLE published bytes; only the size of a padding. False when no
 * writer of ours wrote it. */
static bool
record_read(const struct ring *r, uint64_t at, uint64_t available, struct record *h)
{
	size_t position = (size_t)(at & (r->size - 1)), room = r->size - position;

	if (available > r->size || available % ALIGN != 0 || at % ALIGN != 0)
		return false;
	*h = (struct record){ .size = 0 };
	memcpy(h, r->data + position, ALIGN);
	if (h->size % ALIGN != 0 || h->size == 0 || h->size > available || h->size > room)
		return false;
	if (h->caplen == PADDING)
		return h->size == room;
	if (h->size < sizeof *h)
		return false;
	memcpy((uint8_t *)h + ALIGN, r->data + position + ALIGN, sizeof *h - ALIGN);
	return h->caplen <= h->size - sizeof *h && h->size - sizeof *h - h->caplen < ALIGN &&
	       h->wirelen >= h->caplen;
}

/* Goes on behind the last record that was published; its number is there, or the reader has it. */
static int
writer_begin(struct ring *r)
{
	struct ring_control *c = r->control;
	uint64_t head = atomic_load_explicit(&c->head, memory_order_acquire);
	uint64_t at = atomic_load_explicit(&c->tail, memory_order_acquire);

	r->seq = atomic_load_explicit(&c->released, memory_order_relaxed);
	r->cursor = head;
	while (at != head) {
		struct record h;

		if (!record_read(r, at, head - at, &h))
			return -EBADMSG;
		if (h.caplen != PADDING)
			r->seq = h.seq;
		at += h.size;
	}
	atomic_store_explicit(&c->published, r->seq, memory_order_relaxed);
	return 0;
}

static int
reader_begin(struct ring *r)
{
	struct ring_control *c = r->control;
	uint64_t head = atomic_load_explicit(&c->head, memory_order_acquire);

	r->cursor = atomic_load_explicit(&c->tail, memory_order_relaxed);
	r->seq = atomic_load_explicit(&c->released, memory_order_relaxed);
	if (head - r->cursor > r->size || r->cursor % ALIGN != 0 ||
	    r->seq > atomic_load_explicit(&c->published, memory_order_relaxed))
		return -EBADMSG;
	ring_awake(r);
	return 0;
}

static int
size_of(int fd, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*size = (size_t)st.st_size;
	return 0;
}

int
ring_map(struct ring *r, int data_fd, int control_fd, bool writer)
{
	size_t size, control_size;
	void *data, *control;
	int e = size_of(data_fd, &size);

	if (e == 0)
		e = size_of(control_fd, &control_size);
	if (e < 0)
		return e;
	if (size < SIZE_LEAST || size > SIZE_MOST || (size & (size - 1)) != 0 ||
	    control_size != RING_CONTROL)
		return -EINVAL;
	/* Populated: no page fault later on the way of a packet. */
	data = mmap(NULL, size, writer ? PROT_READ | PROT_WRITE : PROT_READ,
	    MAP_SHARED | MAP_POPULATE, data_fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	control = mmap(
	    NULL, RING_CONTROL, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, control_fd, 0);
	if (control == MAP_FAILED) {
		e = -errno;
		(void)munmap(data, size); /* mapped just now */
		return e;
	}
	*r = (struct ring){ .data = data, .size = size, .control = control };
	e = writer ? writer_begin(r) : reader_begin(r);
	if (e < 0)
		ring_unmap(r);
	return e;
}

void
ring_unmap(struct ring *r)
{
	if (!r->data)
		return;
	(void)munmap(r->data, r->size); /* both were mapped by ring_map() */
	(void)munmap(r->control, RING_CONTROL);
	*r = (struct ring){ .data = NULL };
}

/* How many skipped frames the writer has not copied yet. */
static uint64_t
to_copy(const struct ring_control *c)
{
	return atomic_load_explicit(&c->skipped, memory_order_acquire) -
	       atomic_load_explicit(&c->copied, memory_order_relaxed);
}

bool
ring_put(struct ring *r, const struct frame *f)
{
	uint64_t tail = atomic_load_explicit(&r->control->tail, memory_order_acquire);
	size_t position = (size_t)(r->cursor & (r->size - 1));
	size_t room = r->size - position;
	uint64_t used = r->cursor - tail;
	size_t size, padding;

	/* A tail that is nowhere in the ring comes from no reader of ours: it gets nothing. */
	if (used > r->size || f->caplen > r->size / 2)
		return false;
	/* Seen with the tail that gives back its memory: a skipped frame is not written over. */
	if (to_copy(r->control))
		return false;
	size = (sizeof(struct record) + f->caplen + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	padding = size > room ? room : 0;
	if (size + padding > r->size - used)
		return false;
	if (padding) {
		struct record p = { .size = (uint32_t)padding, .caplen = PADDING };

		memcpy(r->data + position, &p, ALIGN);
		position = 0;
	}

	struct record h = {
		.size = (uint32_t)size,
		.caplen = f->caplen,
		.wirelen = f->wirelen,
		.iface = f->iface,
		.link = f->link,
		.time = f->time,
		.seq = r->seq + 1,
	};

	memcpy(r->data + position, &h, sizeof h);
	if (f->caplen)
		memcpy(r->data + position + sizeof h, f->bytes, f->caplen);
	r->cursor += padding + size;
	r->seq++;
	return true;
}

bool
ring_publish(struct ring *r)
{
	struct ring_control *c = r->control;

	if (r->cursor == atomic_load_explicit(&c->head, memory_order_relaxed))
		return false;
	atomic_store_explicit(&c->published, r->seq, memory_order_relaxed);
	atomic_store_explicit(&c->head, r->cursor, memory_order_release);
	/* With the one in ring_sleep(): either we see that it sleeps, or it sees our head. */
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&c->sleeping, memory_order_relaxed) != 0;
}

/* The frame of the record at AT. */
static struct frame
frame_of(const struct ring *r, uint64_t at, const struct record *h)
{
	return (struct frame){
		.bytes = r->data + (at & (r->size - 1)) + sizeof *h,
		.caplen = h->caplen,
		.wirelen = h->wirelen,
		.time = h->time,
		.seq = h->seq,
		.iface = h->iface,
		.link = h->link,
	};
}

bool
ring_take(struct ring *r, struct frame *f, int *error)
{
	uint64_t head = atomic_load_explicit(&r->control->head, memory_order_acquire);
	struct record h;

	*error = 0;
	/* Every turn but the last goes at least 16 bytes on; head is at most a ring's size away. */
	while (r->cursor != head) {
		if (!record_read(r, r->cursor, head - r->cursor, &h)) {
			*error = -EBADMSG;
			return false;
		}

		uint64_t at = r->cursor;

		if (h.caplen == PADDING || h.seq <= r->seq) {
			r->cursor += h.size;
			continue;
		}
		if (h.seq != r->seq + 1) {
			*error = -EBADMSG;
			return false;
		}
		r->cursor += h.size;
		r->seq = h.seq;
		*f = frame_of(r, at, &h);
		return true;
	}
	return false;
}

void
ring_release(struct ring *r)
{
	atomic_store_explicit(&r->control->released, r->seq, memory_order_relaxed);
	/* Behind it: the writer may now use the memory. */
	atomic_store_explicit(&r->control->tail, r->cursor, memory_order_release);
}

/* Keeps the compiler from moving stores across it: what a kill must find in this order. */
static void
in_order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

bool
ring_hold(struct ring_control *c, uint64_t seq, bool suspected)
{
	uint32_t ends;

	if (atomic_load_explicit(&c->in_hand, memory_order_relaxed) != seq) {
		atomic_store_explicit(&c->attempts, suspected, memory_order_relaxed);
		in_order();
		atomic_store_explicit(&c->in_hand, seq, memory_order_relaxed);
	}
	ends = atomic_load_explicit(&c->attempts, memory_order_relaxed);
	if (ends >= 2)
		return false;
	atomic_store_explicit(&c->attempts, ends + 1, memory_order_relaxed);
	in_order();
	return true;
}

void
ring_let_go(struct ring_control *c)
{
	in_order();
	atomic_store_explicit(&c->in_hand, 0, memory_order_relaxed);
}

void
ring_skip(struct ring *r, const struct frame *f)
{
	struct ring_control *c = r->control;
	uint64_t n = atomic_load_explicit(&c->skipped, memory_order_relaxed);
	struct ring_skip *last = &c->skip[(n - 1) % RING_SKIPS], *s = &c->skip[n % RING_SKIPS];

	/* The reader before was killed between this and the release. */
	if (n > 0 && atomic_load_explicit(&last->seq, memory_order_relaxed) == f->seq)
		return;
	atomic_store_explicit(&s->seq, f->seq, memory_order_relaxed);
	atomic_store_explicit(
	    &s->at, (uint64_t)(f->bytes - r->data) - sizeof(struct record), memory_order_relaxed);
	atomic_store_explicit(&c->skipped, n + 1, memory_order_release);
}

int
ring_skipped(const struct ring *r, struct frame *f)
{
	const struct ring_control *c = r->control;
	uint64_t n = to_copy(c), copied = atomic_load_explicit(&c->copied, memory_order_relaxed);
	const struct ring_skip *s = &c->skip[copied % RING_SKIPS];
	uint64_t at = atomic_load_explicit(&s->at, memory_order_relaxed);
	struct record h;

	if (n == 0)
		return 0;
	/* Any place in the memory, released or not; what stands there must be that frame. */
	if (n > RING_SKIPS || at >= r->size || !record_read(r, at, r->size, &h) ||
	    h.caplen == PADDING || h.seq != atomic_load_explicit(&s->seq, memory_order_relaxed))
		return -EBADMSG;
	*f = frame_of(r, at, &h);
	return 1;
}

void
ring_copied(struct ring *r)
{
	struct ring_control *c = r->control;
	uint64_t n = to_copy(c), copied = atomic_load_explicit(&c->copied, memory_order_relaxed);

	/* Of more than there is room for nobody knows the places. */
	atomic_store_explicit(&c->copied, copied + (n > RING_SKIPS ? n : 1), memory_order_relaxed);
}

bool
ring_sleep(struct ring *r)
{
	struct ring_control *c = r->control;

	atomic_store_explicit(&c->sleeping, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&c->head, memory_order_acquire) == r->cursor)
		return true;
	ring_awake(r);
	return false;
}

void
ring_awake(struct ring *r)
{
	atomic_store_explicit(&r->control->sleeping, 0, memory_order_relaxed);
}

uint64_t
ring_backlog(const struct ring_control *c)
{
	/* In this order: a release in between cannot make it negative. */
	uint64_t released = atomic_load_explicit(&c->released, memory_order_acquire);
	uint64_t published = atomic_load_explicit(&c->published, memory_order_acquire);

	return published > released ? published - released : 0;
}
