/* coverage_quiet.c - see coverage.h: interfaces that are watched and give no frame (9012). Perhaps
 * there is none; perhaps it is a dead tap. */
#include "hub/coverage_state.h"

/* Periods get the silence up to TO. */
static void
account(struct coverage *c, size_t i, nstime to)
{
	struct boundary *b = &c->boundary[i];

	if (to <= b->quiet_to)
		return;
	for (unsigned k = 0; k < PERIODS; k++)
		if (coverage_takes(c, (enum period_kind)k))
			c->period[k].iface[i].quiet +=
			    period_overlap(&c->period[k], b->quiet_to, to);
	b->quiet_to = to;
}

static void
say(struct coverage *c, const struct boundary *b, const struct moment *to, const char *msg)
{
	char buffer[256], s[32];
	struct text t = text_of(buffer, sizeof buffer);

	text_pair(&t, "in", b->name, strlen(b->name));
	text_add(&t, " what=quiet");
	coverage_add_time(c, &t, "from", b->quiet_from.wall);
	if (to) {
		coverage_add_time(c, &t, "to", to->wall);
		text_add(&t, " seconds=%s", seconds_text(s, to->mono - b->quiet_from.mono));
	}
	c->calls.say(c->calls.ctx, 9012, t.at, msg);
}

static void
begins(struct coverage *c, size_t i)
{
	struct boundary *b = &c->boundary[i];

	b->quiet = true;
	b->quiet_from = b->still;
	b->quiet_to = b->still.mono;
	say(c, b, NULL,
	    coverage_pick(c,
		"nothing came by this interface for some time: no traffic, or a dead tap",
		"このインターフェースは長時間無通信です。通信がないか、回線が切れています"));
}

static void
ends(struct coverage *c, size_t i, struct moment at, bool moved)
{
	struct boundary *b = &c->boundary[i];

	account(c, i, at.mono);
	b->quiet = false;
	if (moved)
		say(c, b, &at,
		    coverage_pick(c, "frames come by this interface again",
			"このインターフェースの通信が再開しました"));
	else
		say(c, b, &at,
		    coverage_pick(c,
			"silence of this interface is not looked for any more: it is not watched, "
			"or quiet_interface is off",
			"無通信の監視を終えました (監視の中断、または quiet_interface の無効化)"));
}

void
coverage_quiet(struct coverage *c, struct moment now)
{
	nstime limit = c->policy->quiet_interface;

	for (size_t i = 0; i < POLICY_IFACES && !c->stopping; i++) {
		struct boundary *b = &c->boundary[i];
		bool over = b->blind || !limit;

		if (!b->used)
			continue;
		if (b->quiet && (over || b->still.mono != b->quiet_from.mono))
			ends(c, i, b->blind ? b->since : over ? now : b->still, !over);
		if (!b->quiet && !over && now.mono - b->still.mono >= limit)
			begins(c, i);
		if (b->quiet)
			account(c, i, now.mono);
	}
}
