/* test_sink.c - lines on their way to real receivers that are missing, slow, restarted or full. */
#include "unit.h"
#include "unit_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "hub/sink.h"
#include "hub_policy.h"

/* 2026-01-05 03:04:05 UTC: 20,458 days after the epoch (56 years with 14 leap days, and 4 days). */
#define WHEN ((nstime)(20458 * 86400 + 3 * 3600 + 4 * 60 + 5) * NS_SEC)

struct world {
	char dir[64], socket[96], file[96], other[96];
	struct sinks *sinks;
	struct hub_policy *policy;
	struct policy_sink sink[4];
	uint32_t nsinks;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	setenv("TZ", "UTC", 1);
	tzset();
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-sink-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->socket, sizeof w->socket, "%s/log", w->dir);
	snprintf(w->file, sizeof w->file, "%s/file", w->dir);
	snprintf(w->other, sizeof w->other, "%s/file.1", w->dir);
	w->sinks = sinks_new("segauditd", 4711);
	w->policy = hub_policy_new(1);
	assert_non_null(w->sinks);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	sinks_free(w->sinks);
	free(w->policy);
	unlink(w->socket);
	unlink(w->file);
	unlink(w->other);
	rmdir(w->dir);
	free(w);
	return 0;
}

static void
add_sink(struct world *w, uint8_t target, const char *path)
{
	w->sink[w->nsinks++] = (struct policy_sink){
		.target = target, .facility = 3, .min = 7, .path = hub_policy_text(w->policy, path)
	};
}

static void
apply(struct world *w, nstime mono)
{
	w->policy->p.sinks = hub_policy_put(w->policy, w->sink, sizeof w->sink);
	w->policy->p.nsinks = w->nsinks;
	assert_int_equal(sinks_set(w->sinks, &w->policy->p, mono), 0);
}

static int
receiver(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(a.sun_path, path, strlen(path));
	unlink(path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

/* The next datagram as a string; false when there is none. */
static bool
receive(int fd, char to[2048])
{
	ssize_t n = recv(fd, to, 2047, 0);

	if (n < 0)
		return false;
	to[n] = '\0';
	return true;
}

static void
put(struct world *w, uint8_t severity, const char *text, nstime mono)
{
	struct sink_line l = { .text = text, .json = "{}", .severity = severity, .time = WHEN };

	sinks_put(w->sinks, &l, mono);
}

static struct sink_count
count(const struct world *w, size_t i)
{
	struct sink_count c = sinks_count(w->sinks, i);

	assert_int_equal(c.offered, c.sent + c.lost + c.waiting);
	return c;
}

static void
expect(int fd, const char *text)
{
	char got[2048];

	assert_true(receive(fd, got));
	assert_string_equal(got, text);
}

static void
test_missing_at_start(void **state)
{
	struct world *w = *state;
	char got[2048];

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, 10 * NS_SEC);
	put(w, 4, "one", 10 * NS_SEC);
	put(w, 1, "two", 10 * NS_SEC + 1);
	put(w, 6, "three", 10 * NS_SEC + 2);
	assert_int_equal(count(w, 0).waiting, 3);
	assert_int_equal(sinks_due(w->sinks), 11 * NS_SEC);

	int fd = receiver(w->socket);
	sinks_run(w->sinks, 10 * NS_SEC + 999 * NS_MSEC); /* not opened twice in one second */
	assert_false(receive(fd, got));
	sinks_run(w->sinks, 11 * NS_SEC);
	/* daemon is facility 3: 24 + severity; a day below ten is padded with a space */
	expect(fd, "<28>Jan  5 03:04:05 segauditd[4711]: one");
	expect(fd, "<25>Jan  5 03:04:05 segauditd[4711]: two");
	expect(fd, "<30>Jan  5 03:04:05 segauditd[4711]: three");
	assert_false(receive(fd, got));
	assert_int_equal(count(w, 0).sent, 3);
	assert_int_equal(count(w, 0).lost, 0);
	assert_int_equal(sinks_due(w->sinks), 11 * NS_SEC + SINK_LOOK);
	sinks_run(w->sinks, 11 * NS_SEC + SINK_LOOK); /* they were read */
	assert_true(sinks_due(w->sinks) == NSTIME_NEVER);
	close(fd);
}

static void
test_reader_that_stands_still(void **state)
{
	struct world *w = *state;
	nstime mono = NS_SEC;
	char text[32], got[2048], want[64];
	unsigned seen = 0;

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, mono);
	int fd = receiver(w->socket);
	for (unsigned i = 0; i < 300; i++) {
		snprintf(text, sizeof text, "line %u", i);
		put(w, 6, text, mono);
	}
	/* The kernel takes max_dgram_qlen + 1 datagrams, and then says EAGAIN. */
	uint64_t taken = count(w, 0).sent;
	assert_in_range(taken, 1, 299);
	assert_int_equal(count(w, 0).waiting, 300 - taken);
	assert_int_equal(sinks_due(w->sinks), mono + SINK_LOOK);
	/* Are they read? It looks again when they have been there for twice as long, up to ten
	 * times a second. */
	sinks_run(w->sinks, mono + 40 * NS_MSEC);
	assert_int_equal(sinks_due(w->sinks), mono + 80 * NS_MSEC);
	sinks_run(w->sinks, mono + 200 * NS_MSEC);
	assert_int_equal(sinks_due(w->sinks), mono + 300 * NS_MSEC);
	assert_int_equal(count(w, 0).sent, taken);

	struct pollfd p[4];
	assert_int_equal(sinks_poll(w->sinks, p, 4), 1);
	assert_int_equal(poll(p, 1, 0), 0); /* not writable: ppoll() does not spin */
	while (seen < 300) {
		mono += SINK_RETRY;
		while (receive(fd, got)) {
			snprintf(want, sizeof want, "<30>Jan  5 03:04:05 segauditd[4711]: line %u",
			    seen++);
			assert_string_equal(got, want);
		}
		assert_true(mono < NS_MIN);
		sinks_run(w->sinks, mono);
	}
	assert_int_equal(count(w, 0).sent, 300);
	assert_int_equal(count(w, 0).lost, 0);

	/* Readiness told by ppoll() is as good as the timer. */
	for (unsigned i = 0; i < 50; i++)
		put(w, 6, "x", mono);
	uint64_t waiting = count(w, 0).waiting;
	assert_true(waiting > 0);
	assert_true(receive(fd, got));
	assert_int_equal(sinks_poll(w->sinks, p, 4), 1);
	assert_int_equal(poll(p, 1, 0), 1);
	sinks_ready(w->sinks, p[0].fd);
	sinks_run(w->sinks, mono);
	assert_true(count(w, 0).waiting < waiting);
	close(fd);
}

static void
test_restarted_reader(void **state)
{
	struct world *w = *state;
	char got[2048];

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, NS_SEC);
	int fd = receiver(w->socket);
	put(w, 6, "before", NS_SEC);
	expect(fd, "<30>Jan  5 03:04:05 segauditd[4711]: before");
	sinks_run(w->sinks, NS_SEC + SINK_LOOK);

	/* Gone: nobody there. The line that failed waits with those behind it. */
	close(fd);
	put(w, 6, "meanwhile 1", 5 * NS_SEC);
	put(w, 6, "meanwhile 2", 5 * NS_SEC + 500 * NS_MSEC);
	assert_int_equal(count(w, 0).waiting, 2);
	fd = receiver(w->socket);
	sinks_run(w->sinks, 6 * NS_SEC);
	put(w, 6, "after", 6 * NS_SEC);
	expect(fd, "<30>Jan  5 03:04:05 segauditd[4711]: meanwhile 1");
	expect(fd, "<30>Jan  5 03:04:05 segauditd[4711]: meanwhile 2");
	expect(fd, "<30>Jan  5 03:04:05 segauditd[4711]: after");
	assert_false(receive(fd, got));
	sinks_run(w->sinks, 6 * NS_SEC + SINK_LOOK);

	/* A hundred restarts between two lines each: nothing is lost, nothing comes twice. */
	for (unsigned i = 0; i < 100; i++) {
		char text[32], want[64];
		nstime mono = (10 + 2 * (nstime)i) * NS_SEC;

		close(fd);
		fd = receiver(w->socket);
		snprintf(text, sizeof text, "restart %u", i);
		snprintf(want, sizeof want, "<30>Jan  5 03:04:05 segauditd[4711]: restart %u", i);
		put(w, 6, text, mono);
		expect(fd, want);
		assert_false(receive(fd, got));
		sinks_run(w->sinks, mono + SINK_LOOK);
	}
	assert_int_equal(count(w, 0).sent, 104);
	assert_int_equal(count(w, 0).lost, 0);
	close(fd);
}

/* Five lines are handed over, of which the reader reads READ. It is seen to live, or not; then it
 * is gone, with what it did not read, and is found to be, by a look or by the next line. */
static void
lose_reader(struct world *w, int *fd, unsigned read, bool seen, bool looks, nstime mono)
{
	char got[2048], want[64];

	for (unsigned i = 0; i < 5; i++) {
		snprintf(want, sizeof want, "line %u", i);
		put(w, 6, want, mono);
	}
	assert_int_equal(count(w, 0).waiting, 0);
	for (unsigned i = 0; i < read; i++)
		assert_true(receive(*fd, got));
	if (seen)
		sinks_run(w->sinks, mono + SINK_LOOK);
	close(*fd);
	*fd = receiver(w->socket);
	if (looks)
		sinks_run(w->sinks, mono + 2 * NS_SEC);
	else
		put(w, 6, "line 5", mono + 2 * NS_SEC);
	/* Five were read, which was seen: they do not come again. */
	for (unsigned i = read == 5 && seen ? 5 : 0; i < (looks ? 5 : 6); i++) {
		snprintf(want, sizeof want, "<30>Jan  5 03:04:05 segauditd[4711]: line %u", i);
		expect(*fd, want);
	}
	assert_false(receive(*fd, got));
	assert_int_equal(count(w, 0).waiting, 0);
	assert_int_equal(count(w, 0).lost, 0);
	sinks_run(w->sinks, mono + 2 * NS_SEC + SINK_LOOK);
	assert_true(sinks_due(w->sinks) == NSTIME_NEVER);
}

/* What the kernel held for a reader that dies is lost with it. */
static void
test_reader_that_dies(void **state)
{
	struct world *w = *state;
	int fd = receiver(w->socket);
	nstime mono = NS_SEC;

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, mono);
	for (unsigned read = 0; read <= 5; read++)
		for (unsigned i = 0; i < 4; i++)
			lose_reader(w, &fd, read, i & 1, i & 2, mono += 10 * NS_SEC);
	close(fd);
}

/* Dead, but its socket is there still: the lines wait for the next one. */
static void
test_reader_that_is_killed(void **state)
{
	struct world *w = *state;
	int fd = receiver(w->socket);

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, NS_SEC);
	put(w, 6, "one", NS_SEC);
	assert_int_equal(count(w, 0).sent, 1);
	close(fd);
	sinks_run(w->sinks, NS_SEC + SINK_LOOK);
	assert_int_equal(count(w, 0).sent, 0);
	assert_int_equal(count(w, 0).waiting, 1);
	fd = receiver(w->socket);
	sinks_run(w->sinks, 3 * NS_SEC);
	expect(fd, "<30>Jan  5 03:04:05 segauditd[4711]: one");
	close(fd);
}

/* One that always has a line to read yet: when it dies, only the last few come again. */
static void
test_reader_that_is_behind(void **state)
{
	struct world *w = *state;
	int fd = receiver(w->socket);
	nstime mono = NS_SEC;
	char got[2048], text[512];
	unsigned again = 0;

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, mono);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "line %3u %0490u", i, i);
		put(w, 6, text, mono);
		assert_true(i == 0 || receive(fd, got));
		sinks_run(w->sinks, mono += 2 * NS_MSEC);
	}
	close(fd);
	fd = receiver(w->socket);
	sinks_run(w->sinks, mono + 2 * NS_SEC);
	while (receive(fd, got))
		again++;
	/* The kernel's overhead for a line is that of one to a few others. */
	assert_in_range(again, 1, 10);
	assert_non_null(strstr(got, "line 999 "));
	assert_int_equal(count(w, 0).sent, 1000);
	close(fd);
}

/* More lines than are kept until they are known to be read. */
static void
test_reader_that_is_not_looked_at(void **state)
{
	struct world *w = *state;
	int fd = receiver(w->socket);
	nstime mono = NS_SEC;
	char got[2048], want[64], text[32];
	unsigned seen = 0;

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, mono);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, "line %u", i);
		put(w, 6, text, mono);
		seen += receive(fd, got);
	}
	assert_int_equal(seen, 4096);
	assert_int_equal(count(w, 0).waiting, 5000 - 4096);
	while (seen < 5000) {
		assert_true(mono < NS_MIN);
		sinks_run(w->sinks, mono += SINK_RETRY);
		while (receive(fd, got)) {
			snprintf(want, sizeof want, "<30>Jan  5 03:04:05 segauditd[4711]: line %u",
			    seen++);
			assert_string_equal(got, want);
		}
	}
	assert_int_equal(count(w, 0).lost, 0);
	close(fd);
}

/* Every 500th line is an alert. */
static bool
is_alert(unsigned i)
{
	return i % 500 == 3;
}

/* Reads all datagrams; numbers of lines to GOT, -1 for a 9008, whose text goes to GAP. */
static size_t
drain(struct world *w, int fd, nstime *mono, int *got, size_t size, char gap[2048])
{
	static const char head[] = "segauditd[4711]: ";
	char text[2048];
	size_t n = 0;

	for (unsigned idle = 0; idle < 3; idle++) {
		while (receive(fd, text)) {
			const char *line = strstr(text, head);

			assert_non_null(line);
			line += sizeof head - 1;
			assert_true(n < size);
			if (strncmp(line, "SEG9008 ", 8) == 0) {
				memcpy(gap, text, sizeof text);
				got[n++] = -1;
			} else {
				got[n++] = (int)strtol(line, NULL, 10);
			}
			idle = 0;
		}
		*mono += SINK_RETRY;
		sinks_run(w->sinks, *mono);
	}
	return n;
}

static void
test_full_queue(void **state)
{
	enum { ALL = SINK_LINES + 2000 };
	struct world *w = *state;
	nstime mono = NS_SEC;
	static int want[ALL + 1], got[ALL + 1];
	char text[32], gap[2048] = "";
	size_t nwant = 0;

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, mono);
	int fd = receiver(w->socket);
	for (unsigned i = 0; i < ALL; i++) {
		struct sink_line l = {
			.text = text, .severity = is_alert(i) ? 1 : 6, .time = WHEN + i * NS_SEC
		};

		snprintf(text, sizeof text, "%u", i);
		sinks_put(w->sinks, &l, mono);
	}
	struct sink_count c = count(w, 0);
	unsigned taken = (unsigned)c.sent;
	assert_int_equal(c.waiting, SINK_LINES);
	assert_int_equal(c.lost, ALL - SINK_LINES - taken);

	/* What a reader must see: all alerts; of the others, behind those that the kernel had
	 * taken, the oldest are missing. */
	unsigned missing = (unsigned)c.lost, first = ALL, last = 0;
	for (unsigned i = 0; i < ALL; i++) {
		if (i >= taken && !is_alert(i) && missing) {
			if (first == ALL) {
				first = i;
				want[nwant++] = -1;
			}
			last = i;
			missing--;
		} else {
			want[nwant++] = (int)i;
		}
	}
	assert_int_equal(drain(w, fd, &mono, got, ALL + 1, gap), nwant);
	assert_memory_equal(got, want, nwant * sizeof *want);

	char number[32], from[NSTIME_TEXT + 8], to[NSTIME_TEXT + 8], at[NSTIME_TEXT];
	snprintf(number, sizeof number, " lost=%llu ", (unsigned long long)c.lost);
	snprintf(from, sizeof from, " from=%s ", nstime_text(at, WHEN + first * NS_SEC, 0));
	snprintf(to, sizeof to, " to=%s ", nstime_text(at, WHEN + last * NS_SEC, 0));
	assert_non_null(strstr(gap, "SEG9008 NOTE sev=err verdict=gap "));
	assert_non_null(strstr(gap, number));
	assert_non_null(strstr(gap, from));
	assert_non_null(strstr(gap, to));
	assert_non_null(strstr(gap, " target=syslog "));
	assert_memory_equal(gap, "<27>", 4); /* daemon.err */
	assert_int_equal(count(w, 0).waiting, 0);
	assert_int_equal(sinks_waiting(w->sinks), 0);
	close(fd);
}

static void
test_full_of_alerts(void **state)
{
	struct world *w = *state;
	char gap[2048] = "";
	static int got[SINK_LINES + 100];
	nstime mono = NS_SEC;

	/* Nothing but alerts: then the oldest of them go. And a line that is no alert goes at once.
	 */
	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, mono);
	for (unsigned i = 0; i < SINK_LINES + 5; i++) {
		char text[32];

		snprintf(text, sizeof text, "%u", i);
		put(w, 1, text, mono);
	}
	put(w, 6, "99999", mono);
	assert_int_equal(count(w, 0).lost, 6);
	int fd = receiver(w->socket);
	mono += NS_SEC;
	size_t n = drain(w, fd, &mono, got, SINK_LINES + 100, gap);
	assert_int_equal(n, SINK_LINES + 1);
	assert_int_equal(got[0], -1);
	for (unsigned i = 0; i < SINK_LINES; i++)
		assert_int_equal(got[i + 1], i + 5);
	assert_non_null(strstr(gap, " lost=6 "));
	close(fd);
}

static void
test_file(void **state)
{
	struct world *w = *state;
	char got[1024];

	add_sink(w, TARGET_FILE, w->file);
	apply(w, NS_SEC);
	put(w, 6, "one", NS_SEC);
	put(w, 6, "two", NS_SEC);
	assert_true(unit_read(w->file, got, sizeof got) >= 0);
	assert_string_equal(
	    got, "2026-01-05T03:04:05.000000Z one\n2026-01-05T03:04:05.000000Z two\n");

	/* Rotation by rename is seen within a second, by reload at once; both append to what is
	 * there. */
	assert_int_equal(rename(w->file, w->other), 0);
	put(w, 6, "three", 3 * NS_SEC);
	assert_true(unit_read(w->file, got, sizeof got) >= 0);
	assert_string_equal(got, "2026-01-05T03:04:05.000000Z three\n");
	assert_int_equal(rename(w->file, w->other), 0);
	sinks_reopen(w->sinks);
	put(w, 6, "four", 3 * NS_SEC + 1);
	assert_true(unit_read(w->file, got, sizeof got) >= 0);
	assert_string_equal(got, "2026-01-05T03:04:05.000000Z four\n");
	apply(w, 3 * NS_SEC + 2);
	put(w, 6, "five", 3 * NS_SEC + 3);
	assert_true(unit_read(w->file, got, sizeof got) >= 0);
	assert_string_equal(
	    got, "2026-01-05T03:04:05.000000Z four\n2026-01-05T03:04:05.000000Z five\n");
	struct stat st;
	assert_int_equal(stat(w->file, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0); /* at most rw-r----- */
}

static void
test_full_disk(void **state)
{
	struct world *w = *state;

	/* /dev/full: every write is ENOSPC. Lines wait. */
	add_sink(w, TARGET_FILE, "/dev/full");
	apply(w, NS_SEC);
	put(w, 6, "one", NS_SEC);
	put(w, 6, "two", NS_SEC);
	assert_int_equal(count(w, 0).waiting, 2);
	assert_int_equal(sinks_due(w->sinks), NS_SEC + SINK_RETRY);
	struct pollfd p[2];
	assert_int_equal(sinks_poll(w->sinks, p, 2), 0); /* it says "writable" all the time */
}

static void
test_json(void **state)
{
	struct world *w = *state;
	char got[256];

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, NS_SEC);
	assert_false(sinks_want_json(w->sinks));
	add_sink(w, TARGET_JSON, w->file);
	apply(w, NS_SEC);
	assert_true(sinks_want_json(w->sinks));
	struct sink_line l = {
		.text = "text", .json = "{\"id\":\"SEG9001\"}", .severity = 6, .time = WHEN
	};
	sinks_put(w->sinks, &l, NS_SEC);
	assert_true(unit_read(w->file, got, sizeof got) >= 0);
	assert_string_equal(
	    got, "{\"@timestamp\":\"2026-01-05T03:04:05.000000Z\",\"id\":\"SEG9001\"}\n");
}

static void
test_filters(void **state)
{
	struct world *w = *state;
	const uint16_t pairs[2] = { 2 << 8 | 3, 1 << 8 | 2 };
	char got[2048];

	add_sink(w, TARGET_SYSLOG, w->socket);
	w->sink[0].min = 4;	  /* warning */
	w->sink[0].facility = 16; /* local0 */
	w->sink[0].pairs = hub_policy_put(w->policy, pairs, sizeof pairs);
	w->sink[0].npairs = 2;
	apply(w, NS_SEC);
	int fd = receiver(w->socket);
	struct sink_line l = {
		.text = "pair", .severity = 4, .time = WHEN, .has_pair = true, .from = 2, .to = 3
	};
	sinks_put(w->sinks, &l, NS_SEC);
	expect(fd, "<132>Jan  5 03:04:05 segauditd[4711]: pair"); /* 16 * 8 + 4 */
	l.severity = 5;						  /* not severe enough */
	sinks_put(w->sinks, &l, NS_SEC);
	l.severity = 4; /* the other direction is another pair */
	l.from = 3;
	l.to = 2;
	sinks_put(w->sinks, &l, NS_SEC);
	assert_false(receive(fd, got));
	l.from = 1;
	l.to = 2;
	sinks_put(w->sinks, &l, NS_SEC);
	expect(fd, "<132>Jan  5 03:04:05 segauditd[4711]: pair");
	put(w, 3, "gap", NS_SEC); /* no pair: about all of them */
	expect(fd, "<131>Jan  5 03:04:05 segauditd[4711]: gap");
	assert_int_equal(count(w, 0).offered, 3);
	close(fd);
}

static void
test_reload(void **state)
{
	struct world *w = *state;

	add_sink(w, TARGET_SYSLOG, w->socket);
	apply(w, NS_SEC);
	put(w, 6, "waits", NS_SEC);
	apply(w, 2 * NS_SEC); /* the same target keeps its lines */
	assert_int_equal(sinks_size(w->sinks), 1);
	assert_int_equal(count(w, 0).waiting, 1);

	/* A target that leaves takes no new lines, is tried for a while, and what it never took is
	 * counted. */
	w->sink[0].path = hub_policy_text(w->policy, "/nowhere/at/all");
	apply(w, 3 * NS_SEC);
	assert_int_equal(sinks_size(w->sinks), 2);
	put(w, 6, "new", 3 * NS_SEC);
	assert_int_equal(count(w, 0).waiting, 1);
	assert_int_equal(count(w, 1).waiting, 1);
	sinks_run(w->sinks, 3 * NS_SEC + SINK_DRAIN - 1);
	assert_int_equal(sinks_size(w->sinks), 2);
	assert_int_equal(sinks_abandoned(w->sinks), 0);
	sinks_run(w->sinks, 3 * NS_SEC + SINK_DRAIN);
	assert_int_equal(sinks_size(w->sinks), 1);
	assert_int_equal(sinks_abandoned(w->sinks), 1);
	assert_int_equal(sinks_lost(w->sinks), 1);
	assert_int_equal(sinks_abandoned(w->sinks), 0);
}

static void
test_standard_error(void **state)
{
	struct world *w = *state;
	int pipe_fd[2], saved = dup(STDERR_FILENO), flags;
	uint64_t waiting = 0;
	char line[601], got[1024];

	/* A pipe that nobody reads: a blocking write would hang here for ever. Its flags are not
	 * ours to change. */
	assert_true(saved >= 0);
	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	memset(line, 'x', 600);
	line[600] = '\0';
	add_sink(w, TARGET_STDERR, "");
	dup2(pipe_fd[1], STDERR_FILENO);
	apply(w, NS_SEC);
	for (unsigned i = 0; i < 500; i++)
		put(w, 6, line, NS_SEC);
	waiting = count(w, 0).waiting;
	flags = fcntl(STDERR_FILENO, F_GETFL);
	ssize_t n = read(pipe_fd[0], got, 629);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	assert_in_range(waiting, 1, 499);
	assert_int_equal(flags & O_NONBLOCK, 0);
	assert_int_equal(n, 629); /* 27 of the time, a space, 600, a newline */
	assert_memory_equal(got, "2026-01-05T03:04:05.000000Z xxx", 31);
	assert_int_equal(got[628], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(test_missing_at_start),
		CASE(test_reader_that_stands_still),
		CASE(test_restarted_reader),
		CASE(test_reader_that_dies),
		CASE(test_reader_that_is_killed),
		CASE(test_reader_that_is_behind),
		CASE(test_reader_that_is_not_looked_at),
		CASE(test_full_queue),
		CASE(test_full_of_alerts),
		CASE(test_file),
		CASE(test_full_disk),
		CASE(test_json),
		CASE(test_filters),
		CASE(test_reload),
		CASE(test_standard_error),
	};

	return UNIT_RUN(tests);
}
