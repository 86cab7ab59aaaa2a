/* notes.c - see notes.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "hub/coverage.h"
#include "hub/evidence_skipped.h"
#include "hub/notes.h"

/* A text from outside that may be long: it fits in a line whatever it is, in JSON too, where an
 * escape takes a quarter more. */
enum { ERROR_MOST = 480 };

static void
on_repeat(void *ctx, uint16_t id, const char *fields, const char *msg)
{
	tell_note(ctx, id, fields, msg);
}

static void
put(struct tell *t, struct repeat *r, uint16_t id, const char *fields, const char *msg)
{
	repeat_put(r, id, fields, msg, t->mono, on_repeat, t);
}

void
note_waiting(struct tell *t, struct repeat *r, bool last)
{
	if (last)
		repeat_flush(r, on_repeat, t);
	else
		(void)repeat_tick(r, t->mono, on_repeat, t);
}

void
note_sizes(struct tell *t, struct repeat *r, uint16_t id, const char *version, const char *msg)
{
	static const char *const models[] = { "none", "alpha", "alpha-prime", "beta",
		"beta-prime" };
	const struct policy *p = t->policy;
	char buffer[REPEAT_FIELDS];
	struct text f = text_of(buffer, sizeof buffer);
	uint32_t used = 0;

	for (uint16_t i = 0; i < p->nifaces; i++)
		used += policy_iface(p, i)->used;
	text_add(&f, "version=%s gen=%u model=%s zones=%u conduits=%u interfaces=%u workers=%u",
	    version, p->generation,
	    p->model < sizeof models / sizeof *models ? models[p->model] : "?", p->nzones,
	    p->nconduits, used, p->workers);
	text_add(
	    &f, " brief=%u sums=%u", policy_say_count(p, SAY_BRIEF), policy_say_count(p, SAY_SUMS));
	if (t->ledger && *ledger_policy_hash(t->ledger))
		text_add(&f, " policy=%.16s", ledger_policy_hash(t->ledger));
	if (r) {
		put(t, r, id, buffer, msg);
		return;
	}
	tell_before(t, &f);
	tell_note(t, id, buffer, msg);
}

void
note_refused(struct tell *t, struct repeat *r, const char *error, size_t size)
{
	char buffer[REPEAT_FIELDS];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "gen=%u", t->policy->generation);
	text_pair_within(&f, "error", error, size, ERROR_MOST);
	put(t, r, 8002, buffer,
	    tell_pick(t, "the new configuration has errors: the old one stays in force",
		"新しい設定に誤りがあるため、従来の設定のまま動作しています"));
}

void
note_abandoned(struct tell *t)
{
	unsigned long long n = sinks_abandoned(t->sinks);
	char buffer[96];
	struct text f = text_of(buffer, sizeof buffer);

	if (!n)
		return;
	text_add(&f, "what=target-removed n=%llu lost=%llu", n, n);
	tell_note(t, 9008, buffer,
	    tell_pick(t, "lines for a log target that left the configuration were never taken",
		"設定から除かれた出力先に渡せなかった行があります"));
}

void
note_nameless(struct tell *t, uint64_t n, uint64_t packets)
{
	char buffer[128];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "what=generation n=%llu pkts=%llu", (unsigned long long)n,
	    (unsigned long long)packets);
	tell_note(t, 9008, buffer,
	    tell_pick(t,
		"findings of flows that a policy from before this process judged cannot be named",
		"通知プロセスの起動前の設定で判定された検出結果は通知できません"));
}

void
note_missed(struct tell *t, struct allowance *a, struct digest *d, bool last)
{
	struct digest_missed m;
	char buffer[160];
	struct text f = text_of(buffer, sizeof buffer);

	if ((!last && allowance_at(a) > t->mono) || !digest_missed(d, &m))
		return;
	(void)allowance_take(a, t->mono); /* there is one, or it is the last */
	text_add(&f, "what=traffic n=%llu pkts=%llu", (unsigned long long)(m.records + m.refused),
	    (unsigned long long)(m.packets + m.nameless));
	tell_note(t, 9008, buffer,
	    tell_pick(t,
		"what these packets' flows counted is not in the sums of the ledger: their "
		"judgement "
		"is not concerned",
		"一部のフローの計数が台帳の集計に入っていません。判定には影響しません"));
}

void
note_crash(
    struct tell *t, struct repeat *r, const struct msg_peer *m, const struct ring_control *ring)
{
	char buffer[256], at[NSTIME_TEXT];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "worker=%u", m->index);
	if (WIFSIGNALED(m->status))
		text_add(&f, " signal=%d", WTERMSIG(m->status));
	else
		text_add(&f, " exit=%d", WEXITSTATUS(m->status));
	text_add(&f, " waiting=%llu skipped=%llu restarts=%u from=%s",
	    (unsigned long long)ring_backlog(ring),
	    (unsigned long long)atomic_load_explicit(&ring->skipped, memory_order_relaxed),
	    m->restarts, nstime_text(at, m->died, policy_offset_at(t->policy, m->died)));
	put(t, r, 9006, buffer,
	    tell_pick(t,
		"a worker ended unexpectedly and was started again: its frames waited in the ring",
		"判定プロセスが異常終了し、再起動しました。フレームはリングに保持されています"));
}

void
note_skipped(
    struct tell *t, struct repeat *r, const struct msg_skipped *m, int why, const char *name)
{
	char buffer[400], at[NSTIME_TEXT];
	struct text f = text_of(buffer, sizeof buffer);
	const char *error = evidence_error(why);
	const char *kept = tell_pick(t,
	    "a frame that ended a worker twice was skipped: a copy is in evidence/ of state_dir",
	    "判定プロセスを2度異常終了させたフレームを除外し、state_dir の evidence/ "
	    "に保存しました");
	const char *lost = tell_pick(t,
	    "a frame that ended a worker twice was skipped, and no copy of it could be kept",
	    "判定プロセスを2度異常終了させたフレームを除外しました。保存はできませんでした");

	text_add(&f, "worker=%u what=skipped", m->worker);
	if (m->seq) {
		text_add(&f, " frame=%llu", (unsigned long long)m->seq);
		if (m->iface < t->policy->nifaces) {
			const char *iface = policy_iface(t->policy, m->iface)->name;

			text_pair(&f, "in", iface, strlen(iface));
		}
		text_add(&f, " caplen=%u wirelen=%u from=%s", m->caplen, m->wirelen,
		    nstime_text(at, m->time, policy_offset_at(t->policy, m->time)));
	}
	text_add(&f, " kept=%s", why ? "no" : name);
	if (why)
		text_pair(&f, "error", error, strlen(error));
	put(t, r, 9006, buffer, why ? lost : kept);
}

void
note_wrong_peer(struct tell *t, struct repeat *r, const char *role, unsigned index)
{
	char buffer[96];
	struct text f = text_of(buffer, sizeof buffer);

	log_error("%s %u sent a message that it may not send: its channel is closed", role, index);
	text_add(&f, "what=protocol role=%s number=%u", role, index);
	put(t, r, 9006, buffer,
	    tell_pick(t,
		"a process of the auditor sent what it may not send: it is treated as compromised",
		"監査の内部プロセスが不正な記録を送ったため、侵害されたものとして切り離しました"));
}

static void
add_time(struct text *f, const struct tell *t, const char *key, nstime at)
{
	char bytes[NSTIME_TEXT];

	text_add(f, " %s=%s", key, nstime_text(bytes, at, policy_offset_at(t->policy, at)));
}

void
note_restart(struct tell *t, unsigned restarts, const struct resume_loaded *found)
{
	bool known = found->until || found->incidents || found->rollups;
	char buffer[600];
	struct text f = text_of(buffer, sizeof buffer);

	if (!restarts && (!known || found->clean))
		return;
	text_add(&f, "what=restart");
	if (restarts)
		text_add(&f, " restarts=%u", restarts);
	if (known)
		add_time(&f, t, "from", found->until);
	add_time(&f, t, "to", t->wall);
	text_add(&f, " incidents=%u", found->incidents);
	if (restarts)
		tell_before(t, &f); /* else 9002 says it */
	tell_note(t, 9004, buffer,
	    restarts ?
		tell_pick(t, "the process that tells was started again: open incidents go on",
		    "通知プロセスを再起動しました。継続中の事案は引き継ぎます") :
		tell_pick(t,
		    "the auditor ended without a stop: what happened in between is not known; "
		    "open incidents go on",
		    "監査が停止処理なしに終了しました。この間の通信は不明です。"
		    "継続中の事案は引き継ぎます"));
}

void
note_lost(struct tell *t, uint64_t n, nstime from)
{
	char buffer[200];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "what=restart n=%llu", (unsigned long long)n);
	add_time(&f, t, "from", from);
	add_time(&f, t, "to", t->wall);
	tell_note(t, 9004, buffer,
	    tell_pick(t, "packets were judged whose findings were lost with the process that tells",
		"判定済みのパケットの検出結果が、通知プロセスとともに失われました"));
}

void
note_resume(struct tell *t, struct repeat *r, bool write, int error)
{
	const char *why = error == -EBADMSG ? "broken, or of another version" : strerror(-error);
	char buffer[200];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "what=resume");
	text_pair(&f, "error", why, strlen(why));
	put(t, r, 9004, buffer,
	    write ?
		tell_pick(t, "what is to be resumed after a restart cannot be written to state_dir",
		    "再起動後に引き継ぐ情報を state_dir に書き込めません") :
		tell_pick(t, "what was to be resumed cannot be read: open incidents are told anew",
		    "引き継ぐべき情報を読み込めません。継続中の事案は改めて通知します"));
}

void
note_clock(struct tell *t, struct note_clock *c)
{
	nstime now = t->wall - t->mono, step = now - c->offset;
	char buffer[64], s[32];
	struct text f = text_of(buffer, sizeof buffer);

	c->offset = now;
	if (step < COVERAGE_CLOCK_JUMP && step > -COVERAGE_CLOCK_JUMP)
		return;
	step += c->repeat.n ? c->step : 0;
	c->step = step;
	text_add(&f, "seconds=%s%s", step < 0 ? "-" : "", seconds_text(s, step < 0 ? -step : step));
	put(t, &c->repeat, 9007, buffer,
	    tell_pick(t, "the system's clock was stepped: times before and after do not compare",
		"システム時刻が変更されました。前後の時刻は比較できません"));
}

void
note_storm(struct tell *t, const struct storm_sums *s)
{
	char buffer[160], lasted[32];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "what=%s limit=%u", s->over ? "end" : "begin", s->rate);
	if (s->over)
		text_add(&f, " lines=%llu n=%llu seconds=%s", (unsigned long long)s->lines,
		    (unsigned long long)s->packets, seconds_text(lasted, s->lasted));
	tell_note(t, 9009, buffer,
	    s->over ?
		tell_pick(
		    t, "every incident has its own lines again", "事案ごとの通知に戻りました") :
		tell_pick(t,
		    "more to say than lines_per_second allows: lines are rolled up, with exact "
		    "counts",
		    "行数の上限 lines_per_second を超えたため、まとめて通知します。"
		    "件数は正確です"));
}

/* The ledger cannot do WHAT: LOG says it to whoever looks at the daemon itself. */
static void
note_ledger_fails(struct tell *t, const char *what, int error, const char *log, const char *msg)
{
	const char *why = strerror(error);
	char buffer[200];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "what=%s", what);
	text_pair(&f, "error", why, strlen(why));
	log_error("%s: %s", log, why);
	tell_note(t, 9008, buffer, msg);
}

/* What it says of itself when it takes lines again. */
static void
note_ledger_again(struct tell *t, const struct ledger_news *n)
{
	char buffer[300], from[NSTIME_TEXT], to[NSTIME_TEXT];
	struct text f = text_of(buffer, sizeof buffer);
	int32_t offset = policy_offset_at(t->policy, n->to);

	text_add(&f, "what=ledger n=%llu lost=%llu", (unsigned long long)n->lost,
	    (unsigned long long)n->lost);
	if (n->lost)
		text_add(&f, " from=%s to=%s", nstime_text(from, n->from, offset),
		    nstime_text(to, n->to, offset));
	tell_note(t, 9008, buffer,
	    tell_pick(t, "the ledger takes lines again: those that found no room are lost",
		"台帳への書込みを再開しました。保持できなかった行数は lost のとおりです"));
}

void
note_ledger(struct tell *t)
{
	struct ledger_news n;
	char buffer[200];
	struct text f = text_of(buffer, sizeof buffer);

	if (!t->ledger || !ledger_news(t->ledger, &n))
		return;
	if (n.again)
		note_ledger_again(t, &n);
	else if (n.error)
		note_ledger_fails(t, "ledger", n.error, "the ledger takes no lines",
		    tell_pick(t, "the ledger takes no lines: they wait as long as there is room",
			"台帳に書き込めません。行は容量の範囲で保持し、再試行します"));
	if (n.torn) {
		text_add(&f, "what=ledger-torn n=1 bytes=%zu", n.torn);
		tell_note(t, 9008, buffer,
		    tell_pick(t, "the last line in the ledger was cut by a crash",
			"台帳の最終行が異常終了により途切れていました"));
	}
	if (n.key)
		note_ledger_fails(t, "ledger-key", n.key, "checkpoints are not signed",
		    tell_pick(t, "there is no key: checkpoints are not signed",
			"署名鍵がないため、検証点に署名できません"));
	if (n.policy)
		note_ledger_fails(t, "ledger-policy", n.policy,
		    "the policy's text is not in the ledger",
		    tell_pick(t,
			"the text of the policy in force cannot be kept beside the ledger: it is "
			"tried again",
			"現在の設定の本文を台帳に保存できません。再試行します"));
	if (n.removed) {
		f = text_of(buffer, sizeof buffer);
		text_add(&f, "what=ledger-removed n=%u days=%d", n.removed, n.removed_days);
		tell_note(t, 9013, buffer,
		    tell_pick(t, "files of the ledger that were older than its days were removed",
			"保存日数を過ぎた台帳のファイルを削除しました"));
	}
}

/* The room that the configuration gives, or the disk, is used up to a threshold. */
static void
note_evidence_full(struct tell *t, const struct evidence_news *n)
{
	char buffer[200];
	struct text f = text_of(buffer, sizeof buffer);

	if (n->space.space) {
		text_add(&f, "what=space percent=%u used=%llu limit=%llu lost=%llu", n->space.space,
		    (unsigned long long)n->space.used, (unsigned long long)n->space.limit,
		    (unsigned long long)n->lost);
		tell_note(t, 9013, buffer,
		    tell_pick(t,
			"evidence takes more than this share of evidence.space: when that is full, "
			"the oldest goes first",
			"証跡の使用量が evidence.space のこの割合を超えました。"
			"満杯になると古い証跡から削除します"));
	}
	if (!n->space.disk)
		return;
	f = text_of(buffer, sizeof buffer);
	text_add(&f, "what=disk percent=%u free=%llu lost=%llu", n->space.disk,
	    (unsigned long long)n->space.free, (unsigned long long)n->lost);
	tell_note(t, 9013, buffer,
	    tell_pick(t,
		"the file system of state_dir is full to this share: from 98 % on evidence gives "
		"way, the oldest first",
		"state_dir のファイルシステムの使用率がこの割合を超えました。"
		"98 % を超えると古い証跡から削除します"));
}

void
note_evidence(struct tell *t, struct evidence *e)
{
	struct evidence_news n;
	char buffer[500];
	struct text f = text_of(buffer, sizeof buffer);

	if (!evidence_news(e, &n))
		return;
	note_evidence_full(t, &n);
	if (n.space.expired) {
		text_add(&f, "what=evidence-removed n=%u days=%lld", n.space.expired,
		    (long long)(t->policy->evidence_keep / NS_DAY));
		tell_note(t, 9013, buffer,
		    tell_pick(t, "files of evidence that were older than its days were removed",
			"保存日数を過ぎた証跡のファイルを削除しました"));
	}
	if (n.error) {
		const char *error = strerror(n.error), *dir = evidence_dir(e);

		f = text_of(buffer, sizeof buffer);
		text_add(&f, "what=evidence-blocked lost=%llu", (unsigned long long)n.lost);
		text_pair(&f, "path", dir, strlen(dir));
		text_pair(&f, "error", error, strlen(error));
		log_error("%s: no evidence can be written: %s", dir, error);
		tell_note(t, 9013, buffer,
		    tell_pick(t, "evidence cannot be written: frames are lost until it can again",
			"証跡を書き込めません。書き込めるまでフレームは保存されません"));
	}
	if (n.again) {
		f = text_of(buffer, sizeof buffer);
		text_add(&f, "what=evidence-again lost=%llu", (unsigned long long)n.lost);
		tell_note(t, 9013, buffer,
		    tell_pick(t, "evidence is written again", "証跡の書込みを再開しました"));
	}
}
