/* mails.c - what a text mail may be, at the top level and in conduits: each different one once. */
#include <stdlib.h>

#include "conf/build.h"
#include "model/charset.h"

/* What one place asks. */
struct asked {
	const struct conf_mail *mail;
	uint32_t charsets;
	struct policy_conduit *conduit; /* NULL for the top level */
};

static uint32_t
charsets_of(const struct conf_list *names)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < names->n; i++)
		bits |= UINT32_C(1) << charset_of(names->item[i], strlen(names->item[i]));
	return bits; /* unknown names were refused when they were read */
}

static int
order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_content(const void *one, const void *other)
{
	const struct asked *x = one, *y = other;
	const struct conf_mail *a = x->mail, *b = y->mail;
	int r = order(x->charsets, y->charsets);

	if (!r)
		r = order(a->max_size, b->max_size);
	if (!r)
		r = order(a->depth, b->depth);
	if (!r)
		r = order(a->images_as_attachments, b->images_as_attachments);
	if (!r)
		r = order(a->allow.n, b->allow.n);
	for (uint32_t i = 0; !r && i < a->allow.n; i++)
		r = strcmp(a->allow.item[i], b->allow.item[i]);
	return r;
}

/* The media types, which were put into small letters when they were read, each with its NUL, and an
 * empty one. */
static uint32_t
allow_of(struct build *b, const struct conf_list *types)
{
	size_t size = 1, at = 0;
	uint32_t offset;
	char *texts;

	for (uint32_t i = 0; i < types->n; i++)
		size += strlen(types->item[i]) + 1;
	texts = calloc(size, 1);
	if (!texts) {
		b->failed = true;
		return 0;
	}
	for (uint32_t i = 0; i < types->n; i++) {
		size_t n = strlen(types->item[i]);

		memcpy(texts + at, types->item[i], n);
		at += n + 1;
	}
	offset = image_add(&b->image, texts, size);
	free(texts);
	return offset;
}

static void
add_mail(struct build *b, const struct asked *a, struct policy_mail *to)
{
	*to = (struct policy_mail){
		.allow = allow_of(b, &a->mail->allow),
		.charsets = a->charsets,
		.depth = a->mail->depth,
		.images = a->mail->images_as_attachments,
		.max_size = a->mail->max_size,
	};
}

/* Who asks for what, in the order of what is asked. */
static uint32_t
gather(struct build *b, struct asked *list)
{
	const struct conf *c = b->c;
	uint32_t n = 0;

	list[n++] = (struct asked){ &c->mail, charsets_of(&c->mail.charsets), NULL };
	for (uint32_t i = 0; i < b->p.nconduits; i++) {
		const struct conf_mail *own = c->conduits[i].mail;

		if (own)
			list[n++] =
			    (struct asked){ own, charsets_of(&own->charsets), &b->conduits[i] };
	}
	qsort(list, n, sizeof *list, by_content);
	return n;
}

void
build_mails(struct build *b)
{
	struct asked *list = calloc((size_t)b->p.nconduits + 1, sizeof *list);
	struct policy_mail *mails = calloc((size_t)b->p.nconduits + 1, sizeof *mails);
	uint32_t n = list && mails ? gather(b, list) : 0, usual = 0;

	b->failed = b->failed || !n;
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || by_content(&list[i - 1], &list[i]) != 0)
			add_mail(b, &list[i], &mails[b->p.nmails++]);
		if (list[i].conduit)
			list[i].conduit->mail = b->p.nmails - 1;
		else
			usual = b->p.nmails - 1;
	}
	for (uint32_t i = 0; n && i < b->p.nconduits; i++)
		if (!b->c->conduits[i].mail)
			b->conduits[i].mail = usual;
	b->p.mails = image_add(&b->image, mails, b->p.nmails * sizeof *mails);
	free(mails);
	free(list);
}
