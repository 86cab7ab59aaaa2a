/* fuzz_verify.c - any bytes as a file of the record: nothing is read beyond a line, every answer is
 * a clause of printable text, and the sums agree. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "client/judge.h"
#include "client/messages.h"

static void
on_problem(void *ctx, enum judge_word word, const struct judge_place *at, const char *sid,
    uint64_t seq, const char *text)
{
	uint64_t *said = ctx;

	(void)seq;
	CHECK(at->file && at->line > 0 && strlen(sid) <= CHAIN_SID && *text);
	for (const char *p = text; *p; p++)
		CHECK(*p >= 0x20 && *p < 0x7f);
	said[word]++;
}

/* One line in a memory of its size, so that a byte beyond it is seen. */
static void
take(struct judge *j, const struct judge_place *at, const char *line, size_t size)
{
	char *copy = malloc(size + 1);
	const char *msg;
	size_t msg_size;

	CHECK(copy);
	memcpy(copy, line, size);
	copy = realloc(copy, size ? size : 1);
	switch (messages_find(copy, size, &msg, &msg_size)) {
	case MESSAGES_OURS:
		CHECK(msg >= copy && msg + msg_size <= copy + size);
		CHECK(judge_line(j, at, msg, msg_size, false) == 0);
		break;
	case MESSAGES_DAMAGED:
		CHECK(judge_line(j, at, msg, msg_size, true) == 0);
		break;
	case MESSAGES_OTHER:
		judge_other(j, at);
		break;
	}
	free(copy);
}

/* Files of policies, of all kinds. */
static enum judge_kept
on_policy(void *ctx, const struct judge_place *at, const char *hash)
{
	(void)ctx;
	(void)at;
	CHECK(strlen(hash) == CHAIN_HEX - 1);
	return hash[0] % 3 == 0 ? JUDGE_KEPT : hash[0] % 3 == 1 ? JUDGE_GONE : JUDGE_CHANGED;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judge_place at = { .file = "x" };
	uint64_t said[3] = { 0 };
	struct judge *j = judge_new(on_problem, on_policy, said);
	const char *p = (const char *)data, *end = p + size, *stop;

	CHECK(j);
	for (; p < end; p = stop + 1) {
		stop = memchr(p, '\n', (size_t)(end - p));
		if (!stop)
			stop = end;
		at.line++;
		take(j, &at, p, (size_t)(stop - p));
	}
	judge_file_end(j, false);
	judge_end(j, true, 0);
	const struct judge_sum *s = judge_sum(j);
	CHECK(s->checked + s->unchecked <= s->lines && s->signed_by <= s->checked);
	CHECK(s->altered >= said[JUDGE_ALTERED] && s->holes == said[JUDGE_HOLE]);
	judge_free(j);
	return 0;
}
