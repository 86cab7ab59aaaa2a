/* test_tell.c - notes about the rules: which are said after a reload, and how many at most. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "hub/notes.h"
#include "hub_policy.h"

struct world {
	char file[64], text[65536];
	struct sinks *sinks;
	struct tell tell;
	struct hub_policy *policy;
};

static void
add_file(struct world *w, struct hub_policy *p)
{
	const struct policy_sink s = {
		.target = TARGET_FILE, .min = 7, .path = hub_policy_text(p, w->file)
	};

	p->p.nsinks = 1;
	p->p.sinks = hub_policy_put(p, &s, sizeof s);
}

/* N notices of one id with the texts FIRST, FIRST + 1 …, the last first. */
static void
add_notices(struct hub_policy *p, uint16_t id, unsigned first, unsigned n)
{
	struct policy_notice all[200];

	assert_true(n <= 200);
	for (unsigned i = 0; i < n; i++) {
		char text[32];

		snprintf(text, sizeof text, "text %04u", first + n - 1 - i);
		all[i] = (struct policy_notice){ .id = id,
			.from = 2,
			.to = 1,
			.conduit = UINT32_MAX,
			.text = hub_policy_text(p, text) };
	}
	p->p.notices = hub_policy_put(p, all, n * sizeof *all);
	p->p.nnotices = n;
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	snprintf(w->file, sizeof w->file, "/tmp/segaudit-tell-XXXXXX");
	int fd = mkstemp(w->file);
	assert_true(fd >= 0);
	close(fd);
	w->policy = hub_policy_new(1);
	add_file(w, w->policy);
	w->sinks = sinks_new("segauditd", 1);
	assert_non_null(w->sinks);
	tell_init(&w->tell, w->sinks, 0xabc);
	w->tell.policy = &w->policy->p;
	sinks_set(w->sinks, &w->policy->p, 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	sinks_free(w->sinks);
	unlink(w->file);
	free(w->policy);
	free(w);
	return 0;
}

/* What was said since the last look; returns the number of lines. */
static unsigned
said(struct world *w)
{
	int fd = open(w->file, O_RDWR | O_CLOEXEC);
	unsigned n = 0;

	assert_true(fd >= 0);
	ssize_t size = read(fd, w->text, sizeof w->text - 1);
	assert_true(size >= 0);
	w->text[size] = '\0';
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	for (const char *p = w->text; (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

static void
test_notices(void **state)
{
	struct world *w = *state;

	add_notices(w->policy, 7001, 10, 3);
	tell_notices(&w->tell, NULL);
	assert_int_equal(said(w), 3);
	/* In the order of the configuration. Hashes by sha256sum:
	 * { printf '%064d\n' 0; printf '%s' 'SEG7001 NOTE … sid=00000abc seq=1 msg="text 0012"'; },
	 * and so on with its 64 digits. */
	assert_non_null(
	    strstr(w->text, "SEG7001 NOTE sev=notice verdict=notice pair=lgwan>kikan "
			    "sid=00000abc seq=1 h=4be8a67a44e9f855 msg=\"text 0012\"\n"));
	assert_non_null(strstr(w->text, " seq=3 h=45b73524470391d5 msg=\"text 0010\"\n"));
}

static void
test_notices_after_a_reload(void **state)
{
	struct world *w = *state;
	struct hub_policy *before = hub_policy_new(1);

	/* 10 11 12 13 before, 12 13 14 15 now: two are new. */
	add_notices(before, 7001, 10, 4);
	add_notices(w->policy, 7001, 12, 4);
	tell_notices(&w->tell, &before->p);
	assert_int_equal(said(w), 2);
	assert_non_null(strstr(w->text, "text 0014"));
	assert_non_null(strstr(w->text, "text 0015"));
	/* The same text by another id is another finding. */
	add_notices(before, 7002, 12, 4);
	tell_notices(&w->tell, &before->p);
	assert_int_equal(said(w), 4);
	tell_notices(&w->tell, &w->policy->p);
	assert_int_equal(said(w), 0);
	free(before);
}

static void
test_many_notices(void **state)
{
	struct world *w = *state;

	add_notices(w->policy, 7001, 0, TELL_NOTICES + 17);
	tell_notices(&w->tell, NULL);
	assert_int_equal(said(w), TELL_NOTICES + 1);
	assert_non_null(strstr(w->text, "SEG7001 NOTE sev=notice verdict=notice n=17 sid="));
}

static void
test_clock(void **state)
{
	struct world *w = *state;
	struct note_clock *c = calloc(1, sizeof *c);

	assert_non_null(c);

	w->tell.mono = 100 * NS_SEC;
	w->tell.wall =
	    100 * NS_SEC + 900 * NS_MSEC; /* less than a second: the clock is being adjusted */
	note_clock(&w->tell, c);
	assert_int_equal(said(w), 0);
	w->tell.wall -= 3600 * NS_SEC;
	note_clock(&w->tell, c);
	assert_int_equal(said(w), 1);
	assert_non_null(strstr(w->text, "SEG9007 NOTE sev=warning verdict=gap seconds=-3600.000 "));
	note_clock(&w->tell, c);
	assert_int_equal(said(w), 0);
	free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(test_notices),
		CASE(test_notices_after_a_reload),
		CASE(test_many_notices),
		CASE(test_clock),
	};

	return UNIT_RUN(tests);
}
