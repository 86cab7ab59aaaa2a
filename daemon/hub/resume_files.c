/* resume_files.c - see resume_files.h. */
#include "hub/resume_files.h"

#include <errno.h>

#include "hub/whole_file.h"

enum { VERSION = 1 };

#define MAGIC UINT64_C(0x65736572646e6573) /* "snd" and "rese" in a file */

struct resume_head
resume_head_now(void)
{
	return (struct resume_head){ .magic = MAGIC,
		.version = VERSION,
		.head_size = sizeof(struct resume_head),
		.incident_size = sizeof(struct incident),
		.rollup_size = sizeof(struct rollup) };
}

uint64_t
resume_check(const struct resume_record *head, const void *payload, size_t size)
{
	struct resume_record h = *head;

	h.check = 0;
	return whole_file_sum(whole_file_sum(size, &h, sizeof h), payload, size);
}

/* Takes the next record of SIZE bytes with its sum. */
static bool
take(void *to, size_t size, const uint8_t **from, size_t *left, uint64_t number)
{
	uint64_t check;

	if (*left < size + sizeof check)
		return false;
	memcpy(to, *from, size);
	memcpy(&check, *from + size, sizeof check);
	*from += size + sizeof check;
	*left -= size + sizeof check;
	return check == whole_file_sum(number, to, size);
}

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
is_bool(const bool *b)
{
	uint8_t byte;

	memcpy(&byte, b, 1); /* a bool from outside is a byte until it was looked at */
	return byte <= 1;
}

/* Can lines be made of it, and sums? */
static bool
incident_valid(const struct incident *i)
{
	const struct incident_zone *zone[] = { &i->from, &i->to, &i->claims };

	for (size_t n = 0; n < sizeof zone / sizeof *zone; n++)
		if (!ends(zone[n]->id, sizeof zone[n]->id) ||
		    !ends(zone[n]->label, sizeof zone[n]->label))
			return false;
	if (!ends(i->ev, sizeof i->ev) || !ends(i->rule, sizeof i->rule) ||
	    !ends(i->near, sizeof i->near) || !ends(i->want, sizeof i->want) ||
	    !ends(i->in, sizeof i->in) || !ends(i->out, sizeof i->out))
		return false;
	if (!is_bool(&i->core) || !is_bool(&i->forbidden) || !is_bool(&i->want_cut) ||
	    !is_bool(&i->own))
		return false;
	return finding_kind(i->f.id) && i->f.outcome <= OUTCOME_ANSWERED &&
	       i->f.failed <= COND_EXPIRY && i->f.nstack <= FINDING_STACK &&
	       i->f.event < FINDING_EVENTS && i->f.ntype <= FINDING_TYPE &&
	       i->f.nname <= FINDING_NAME && i->said <= i->total && i->first <= i->last;
}

static bool
rollup_valid(const struct rollup *r)
{
	return ends(r->from, sizeof r->from) && ends(r->to, sizeof r->to) &&
	       ends(r->pair, sizeof r->pair) && ends(r->rule, sizeof r->rule) &&
	       finding_kind(r->id) && r->outcome <= OUTCOME_ANSWERED && r->first <= r->last;
}

static bool
head_valid(const struct resume_head *h, size_t left)
{
	const struct resume_head now = resume_head_now();
	const uint64_t one = sizeof(struct incident) + 8, other = sizeof(struct rollup) + 8;

	return h->magic == now.magic && h->version == now.version &&
	       h->head_size == now.head_size && h->incident_size == now.incident_size &&
	       h->rollup_size == now.rollup_size && h->clean <= 1 &&
	       h->incidents * one + h->rollups * other == left;
}

/* MORE: records of resume.said at most, each of which may open another incident. */
static int
read_snapshot(struct resume_files *f, const uint8_t *bytes, size_t size, size_t more)
{
	uint64_t epoch, number = 1;

	/* The sum of the head needs the epoch that stands in it. */
	if (size < sizeof f->head)
		return -EBADMSG;
	memcpy(&f->head, bytes, sizeof f->head);
	epoch = f->head.epoch;
	if (!take(&f->head, sizeof f->head, &bytes, &size, epoch) || !head_valid(&f->head, size))
		return -EBADMSG;
	f->incident = calloc(f->head.incidents + more + 1, sizeof *f->incident);
	f->closed = calloc(f->head.incidents + more + 1, sizeof *f->closed);
	f->rollup = calloc(f->head.rollups + 1, sizeof *f->rollup);
	if (!f->incident || !f->closed || !f->rollup)
		return -ENOMEM;
	for (; f->incidents < f->head.incidents; f->incidents++)
		if (!take(&f->incident[f->incidents], sizeof *f->incident, &bytes, &size,
			epoch + number++) ||
		    !incident_valid(&f->incident[f->incidents]))
			return -EBADMSG;
	for (; f->rollups < f->head.rollups; f->rollups++)
		if (!take(&f->rollup[f->rollups], sizeof *f->rollup, &bytes, &size,
			epoch + number++) ||
		    !rollup_valid(&f->rollup[f->rollups]))
			return -EBADMSG;
	return 0;
}

/* Incidents by ev, while resume.said is read. */
struct by_ev {
	struct resume_files *f;
	uint32_t *index; /* [mask + 1]: number + 1 */
	uint32_t mask;
};

static uint32_t *
place_of(const struct by_ev *b, const char *ev)
{
	uint32_t at = (uint32_t)whole_file_sum(0, ev, sizeof b->f->incident->ev) & b->mask;

	while (b->index[at] &&
	       memcmp(b->f->incident[b->index[at] - 1].ev, ev, sizeof b->f->incident->ev) != 0)
		at = (at + 1) & b->mask;
	return &b->index[at];
}

static void
apply_line(const struct by_ev *b, const struct incident *i)
{
	uint32_t *at = place_of(b, i->ev);

	if (!*at)
		*at = ++b->f->incidents;
	b->f->incident[*at - 1] = *i;
	b->f->closed[*at - 1] = false;
}

static void
apply_rollup(struct resume_files *f, const struct rollup *r)
{
	for (uint32_t n = 0; n < f->rollups; n++) {
		struct rollup *k = &f->rollup[n];

		if (k->id != r->id || strcmp(k->from, r->from) != 0 || strcmp(k->to, r->to) != 0 ||
		    strcmp(k->pair, r->pair) != 0 || strcmp(k->rule, r->rule) != 0)
			continue;
		k->lines = 0;
		return;
	}
}

/* What a record says. False when its payload is not what it must be. */
static bool
apply(const struct by_ev *b, const struct resume_record *h, const uint8_t *payload)
{
	struct incident i;
	struct rollup r;
	char ev[sizeof i.ev];
	uint32_t number;

	switch ((enum resume_kind)h->kind) {
	case RESUME_LINE:
		if (h->size != sizeof i)
			return false;
		memcpy(&i, payload, sizeof i);
		if (!incident_valid(&i))
			return false;
		apply_line(b, &i);
		return true;
	case RESUME_CLOSED:
	case RESUME_MOVED:
		if (h->size != sizeof ev)
			return false;
		memcpy(ev, payload, sizeof ev);
		number = *place_of(b, ev);
		if (number && h->kind == RESUME_CLOSED)
			b->f->closed[number - 1] = true;
		else if (number)
			b->f->incident[number - 1].said = b->f->incident[number - 1].total;
		return true;
	case RESUME_ROLLUP:
		if (h->size != sizeof r)
			return false;
		memcpy(&r, payload, sizeof r);
		if (!rollup_valid(&r))
			return false;
		apply_rollup(b->f, &r);
		return true;
	case RESUME_GAP:
		return h->size == 0;
	}
	return false;
}

static void
apply_all(const struct by_ev *b, const uint8_t *bytes, size_t size)
{
	struct resume_head *head = &b->f->head;
	struct resume_record h;

	while (size >= sizeof h) {
		memcpy(&h, bytes, sizeof h);
		bytes += sizeof h;
		size -= sizeof h;
		if (h.size > size || h.check != resume_check(&h, bytes, h.size))
			return;
		if (h.epoch == head->epoch) {
			if (!apply(b, &h, bytes))
				return;
			head->said = h.said;
			head->gone = h.gone;
			head->at = h.at > head->at ? h.at : head->at;
			head->clean = 0;
		}
		bytes += h.size;
		size -= h.size;
	}
}

int
resume_files_read(struct resume_files *f, const char *path, const char *said_path)
{
	struct by_ev b = { .f = f, .mask = 15 };
	size_t size, said_size;
	int e, said_e;
	uint8_t *bytes = whole_file_read(path, &size, &e);
	uint8_t *said = e ? NULL : whole_file_read(said_path, &said_size, &said_e);
	size_t more;

	*f = (struct resume_files){ 0 };
	if (e)
		return e;
	if (!said)
		said_size = 0; /* nothing was said since, or it cannot be known */
	more = said_size / (sizeof(struct resume_record) + sizeof(struct incident));
	e = read_snapshot(f, bytes, size, more);
	while (!e && b.mask / 2 < f->incidents + more)
		b.mask = b.mask * 2 + 1;
	b.index = e ? NULL : calloc((size_t)b.mask + 1, sizeof *b.index);
	if (!e && !b.index)
		e = -ENOMEM;
	for (uint32_t n = 0; !e && n < f->incidents; n++)
		*place_of(&b, f->incident[n].ev) = n + 1;
	if (!e && said)
		apply_all(&b, said, said_size);
	free(b.index);
	free(said);
	free(bytes);
	if (e)
		resume_files_free(f);
	return e;
}

void
resume_files_free(struct resume_files *f)
{
	free(f->incident);
	free(f->closed);
	free(f->rollup);
	*f = (struct resume_files){ 0 };
}
