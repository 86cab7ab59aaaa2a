/* lines.c - see lines.h. */
#include "hub/lines.h"

#include <stdlib.h>
#include <string.h>

struct waiting *
waiting_new(const char *text, size_t size)
{
	struct waiting *w = size > UINT16_MAX ? NULL : malloc(sizeof *w + size);

	if (!w)
		return NULL;
	memset(w, 0, sizeof *w);
	w->size = (uint16_t)size;
	memcpy(w->text, text, size);
	return w;
}

void
queue_init(struct queue *q)
{
	*q = (struct queue){ .tail = &q->head };
}

void
queue_push(struct queue *q, struct waiting *w)
{
	w->next = NULL;
	*q->tail = w;
	q->tail = &w->next;
	q->n++;
}

struct waiting *
queue_pop(struct queue *q)
{
	struct waiting *w = q->head;

	if (!w)
		return NULL;
	q->head = w->next;
	if (!q->head)
		q->tail = &q->head;
	q->n--;
	return w;
}

void
lines_init(struct lines *l)
{
	queue_init(&l->kept);
	queue_init(&l->other);
	l->n = l->bytes = 0;
}

void
lines_free(struct lines *l)
{
	struct waiting *w;

	while ((w = lines_pop(l)))
		free(w);
}

static struct queue *
queue_of(struct lines *l, const struct waiting *w)
{
	return w->severity <= LINES_KEPT ? &l->kept : &l->other;
}

void
lines_push(struct lines *l, struct waiting *w)
{
	queue_push(queue_of(l, w), w);
	l->n++;
	l->bytes += w->size;
}

struct waiting *
lines_first(const struct lines *l)
{
	struct waiting *kept = l->kept.head, *other = l->other.head;

	if (!kept || !other)
		return kept ? kept : other;
	return kept->number < other->number ? kept : other;
}

static struct waiting *
take(struct lines *l, struct queue *q)
{
	struct waiting *w = queue_pop(q);

	if (w) {
		l->n--;
		l->bytes -= w->size;
	}
	return w;
}

struct waiting *
lines_pop(struct lines *l)
{
	struct waiting *w = lines_first(l);

	return w ? take(l, queue_of(l, w)) : NULL;
}

struct waiting *
lines_give_up(struct lines *l)
{
	return take(l, l->other.head ? &l->other : &l->kept);
}

/* Q behind FIRST, in FIRST's place. */
static void
join(struct queue *first, struct queue *q)
{
	struct waiting *w;

	while ((w = queue_pop(q)))
		queue_push(first, w);
	*q = *first;
	if (!q->head)
		q->tail = &q->head;
}

void
lines_put_back(struct lines *l, struct queue *from)
{
	struct lines first;
	struct waiting *w;

	lines_init(&first);
	while ((w = queue_pop(from)))
		lines_push(&first, w);
	l->n += first.n;
	l->bytes += first.bytes;
	join(&first.kept, &l->kept);
	join(&first.other, &l->other);
}
