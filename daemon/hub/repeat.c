/* repeat.c - see repeat.h. */
#include "hub/repeat.h"

#include "base/text.h"

void
repeat_put(struct repeat *r, uint16_t id, const char *fields, const char *msg, nstime mono,
    repeat_say *say, void *ctx)
{
	struct text t = text_of(r->fields, sizeof r->fields);

	r->n++;
	r->id = id;
	r->msg = msg;
	text_string(&t, fields);
	(void)repeat_tick(r, mono, say, ctx);
}

bool
repeat_tick(struct repeat *r, nstime mono, repeat_say *say, void *ctx)
{
	if (!r->n || !allowance_take(&r->lines, mono))
		return false;
	repeat_flush(r, say, ctx);
	return true;
}

void
repeat_flush(struct repeat *r, repeat_say *say, void *ctx)
{
	char buffer[REPEAT_FIELDS + 32];
	struct text t = text_of(buffer, sizeof buffer);

	if (!r->n)
		return;
	text_string(&t, r->fields);
	if (r->n > 1)
		text_add(&t, " n=%llu", (unsigned long long)r->n);
	r->n = 0;
	say(ctx, r->id, buffer, r->msg);
}
