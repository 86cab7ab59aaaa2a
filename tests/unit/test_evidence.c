/* test_evidence.c - frames and incidents in, files out: which frames are in which file, over
 * restarts, with little room and without any. Files are read back by capture/savefile; hashes are
 * those of sha256sum(1). */
#include "unit.h"
#include "unit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/savefile.h"
#include "hub/evidence.h"
#include "hub_policy.h"

#define WALL (1767225600 * NS_SEC) /* 2026-01-01T00:00:00Z */

enum { INCIDENTS = 600 };

struct world {
	char dir[64], path[200];
	struct hub_policy *policy;
	struct policy *p;
	struct incidents *incidents;
	struct hash_key key;
	struct evidence *evidence;
	nstime now; /* since WALL */
	uint64_t seq;
	char ev[INCIDENT_EV];		 /* of the incident that was said last */
	char sum[65];			 /* what the last CLOSED said, "" without one */
	struct incident kept[INCIDENTS]; /* over a restart */
	unsigned nkept;
};

static void
on_incident(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	struct world *w = ctx;
	const char *sum;

	(void)added;
	memcpy(w->ev, i->ev, sizeof w->ev);
	if (state != INCIDENT_CLOSED) {
		evidence_said(w->evidence, w->p, i);
		return;
	}
	sum = evidence_sum(w->evidence, i);
	snprintf(w->sum, sizeof w->sum, "%s", sum ? sum : "");
	evidence_end(w->evidence, i, WALL + w->now);
}

static void
start(struct world *w)
{
	w->evidence = evidence_new(w->dir, "1.2-test", INCIDENTS);
	assert_non_null(w->evidence);
	w->incidents = incidents_new(INCIDENTS, &w->key, 5 * NS_MIN, on_incident, w);
	assert_non_null(w->incidents);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-evidence-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->policy = hub_policy_new(1);
	w->p = &w->policy->p;
	w->p->attempt_after = 200 * NS_MSEC;
	w->p->evidence_frames = 4;
	w->p->evidence_snap = 256;
	w->p->evidence_space = 64 << 20;
	w->p->evidence_keep = 90 * NS_DAY;
	hash_key_init(&w->key, 7);
	start(w);
	evidence_begin(w->evidence);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	incidents_free(w->incidents);
	evidence_free(w->evidence);
	free(w->policy);
	unit_remove(w->dir);
	free(w);
	return 0;
}

/* What is told of a packet to PORT. */
static struct finding
finding(const struct world *w, uint16_t port)
{
	struct finding f = { .id = 2002,
		.outcome = OUTCOME_ATTEMPTED,
		.from = 2,
		.to = 3,
		.proto = 17,
		.generation = w->p->generation,
		.rule = (uint32_t)POLICY_NONE,
		.near = (uint32_t)POLICY_NONE,
		.flags = FINDING_IS4 | FINDING_PORTS,
		.sport = 50000,
		.dport = port,
		.first = WALL + w->now,
		.last = WALL + w->now,
		.n = 1,
		.bytes = 60 };

	assert_true(addr_parse("10.2.0.9", &f.src) && addr_parse("10.3.9.7", &f.dst));
	return f;
}

static void
say(struct world *w, uint16_t port)
{
	struct finding f = finding(w, port);

	incident_add(w->incidents, w->p, &f);
}

/* A frame to PORT of SIZE bytes, the port in all of them, seen on IFACE. */
static void
show_at(
    struct world *w, uint16_t port, uint32_t size, uint16_t iface, uint16_t vlan, uint32_t flags)
{
	static uint8_t bytes[EXHIBIT_SNAP];
	struct exhibit x = { .f = finding(w, port),
		.time = WALL + w->now,
		.seq = ++w->seq,
		.at = { .iface = iface, .vlan = { vlan } },
		.link = FRAME_ETHERNET,
		.wirelen = size + 100,
		.packet = 1,
		.flags = flags };

	memset(bytes, port & 255, size);
	assert_true(exhibit_valid(&x, size, w->p));
	evidence_exhibit(w->evidence, w->p, w->p, 0, &x, bytes, size, w->now);
	w->now++; /* no two frames at one time */
}

static void
show(struct world *w, uint16_t port)
{
	show_at(w, port, 42, 1, 0, 0);
}

static void
pass(struct world *w, nstime time)
{
	w->now += time;
	evidence_tick(w->evidence, w->p, WALL + w->now, w->now);
	incidents_tick(w->incidents, WALL + w->now);
}

static const char *
path_of(struct world *w, const char *ev)
{
	snprintf(w->path, sizeof w->path, "%s/evidence/%s.pcapng", w->dir, ev);
	return w->path;
}

/* Is there a file of the incident that was said last? */
static bool
there(struct world *w)
{
	return access(path_of(w, w->ev), F_OK) == 0;
}

static off_t
size_of(struct world *w)
{
	struct stat st;

	assert_int_equal(stat(path_of(w, w->ev), &st), 0);
	return st.st_size;
}

/* Frames in the file of the incident that was said last, each full of BYTE. */
static unsigned
frames(struct world *w, uint8_t byte)
{
	enum savefile_result r;
	struct savefile *s;
	const char *error;
	struct frame f;
	uint32_t iface;
	unsigned n = 0;

	assert_int_equal(savefile_open(path_of(w, w->ev), &s, &error), 0);
	for (;;) {
		r = savefile_next(s, &f, &iface);
		if (r == SAVEFILE_MORE && savefile_fill(s) == 0)
			continue;
		if (r != SAVEFILE_FRAME)
			break;
		for (uint32_t i = 0; i < f.caplen; i++)
			assert_int_equal(f.bytes[i], byte);
		assert_int_equal(f.wirelen, f.caplen + 100);
		n++;
	}
	assert_int_equal(r, SAVEFILE_END);
	savefile_close(s);
	return n;
}

/* Does sha256sum(1) say what CLOSED said? */
static void
assert_sum(struct world *w)
{
	char command[300], said[65] = "";
	FILE *f;

	snprintf(command, sizeof command, "sha256sum %s", path_of(w, w->ev));
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fread(said, 1, 64, f), 64);
	pclose(f);
	assert_string_equal(w->sum, said);
}

/* How often WORDS are in the file of the incident that was said last. */
static unsigned
words(struct world *w, const char *what)
{
	static char bytes[1 << 20];
	ssize_t size = unit_read(path_of(w, w->ev), bytes, sizeof bytes);
	unsigned n = 0;
	const char *at = bytes;

	assert_true(size > 0);
	while ((at = memmem(at, (size_t)(bytes + size - at), what, strlen(what)))) {
		at++;
		n++;
	}
	return n;
}

static void
test_frames_before_and_after_the_line(void **state)
{
	struct world *w = *state;
	struct stat st;

	show(w, 7);
	show_at(w, 7, 42, 2, 0, EXHIBIT_FURTHER | EXHIBIT_LEAVING);
	show(w, 8); /* of another incident */
	say(w, 7);
	assert_int_equal(frames(w, 7), 2);
	show_at(w, 7, 100, 2, 0, EXHIBIT_REPLY);
	assert_int_equal(frames(w, 7), 3);
	show(w, 7);
	show(w, 7); /* one too many */
	assert_int_equal(frames(w, 7), 4);
	assert_int_equal(stat(path_of(w, w->ev), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(w->path, sizeof w->path, "%s/evidence", w->dir);
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(words(w, "segauditd 1.2-test"), 1);
	assert_int_equal(words(w, "eth2\3"), 1); /* the name's option is followed by the next */
	assert_int_equal(
	    words(w, "SEG2002 no-conduit, pair lgwan>internet, rule default-deny: "), 4);
	assert_int_equal(words(w, ": frame 1: first copy of a packet, packet 1 of its flow, "
				  "comes in by eth2, zone lgwan"),
	    1);
	assert_int_equal(
	    words(w, ": frame 2: further copy of a packet, leaves by eth3, zone internet"), 1);
	assert_int_equal(words(w, ": frame 3: first copy of a reply, packet 1 of its flow, "
				  "comes in by eth3, zone internet"),
	    1);
	pass(w, 6 * NS_MIN);
	assert_sum(w);
	say(w, 8); /* its frame was given up long ago */
	assert_false(there(w));
	pass(w, 6 * NS_MIN);
	assert_string_equal(w->sum, "");
}

static void
test_interfaces(void **state)
{
	struct world *w = *state;

	w->p->evidence_frames = 100;
	say(w, 7);
	for (unsigned i = 0; i < 10; i++) {
		show_at(w, 7, 42, 1, 0, 0);
		show_at(w, 7, 42, 2, 0, 0);
		show_at(w, 7, 42, 1, 20, EXHIBIT_MIRROR);
	}
	assert_int_equal(frames(w, 7), 30);
	/* Three blocks, each with its name; the comments have it, too. */
	assert_int_equal(words(w, "eth2") - words(w, " eth2,"), 2);
	assert_int_equal(words(w, "eth3") - words(w, " eth3,"), 1);
	assert_int_equal(words(w, "seen on mirror port eth2, no zone, VLAN 20"), 10);
	/* No more than there is room for. */
	for (uint16_t vlan = 100; vlan < 130; vlan++)
		show_at(w, 7, 42, 1, vlan, 0);
	assert_int_equal(frames(w, 7), 30 + EVIDENCE_IFACES - 3);
	pass(w, 6 * NS_MIN);
	assert_sum(w);
}

static void
test_waiting_has_its_time(void **state)
{
	struct world *w = *state;

	show(w, 7);
	pass(w, 2 * NS_SEC + 199 * NS_MSEC);
	say(w, 7);
	assert_int_equal(frames(w, 7), 1);
	show(w, 8);
	pass(w, 2 * NS_SEC + 201 * NS_MSEC);
	say(w, 8);
	assert_false(there(w));
	/* A frame from before the incident is another one's. */
	nstime now = w->now;
	w->now -= 10 * NS_SEC;
	show(w, 9);
	w->now = now;
	say(w, 9);
	assert_false(there(w));
}

static void
test_twice_is_once(void **state)
{
	struct world *w = *state;

	say(w, 7);
	show(w, 7);
	w->seq--; /* the worker was killed, and judges it again */
	show(w, 7);
	assert_int_equal(frames(w, 7), 1);
	show(w, 7);
	assert_int_equal(frames(w, 7), 2);
	w->seq -= 1000; /* another ring */
	show(w, 7);
	assert_int_equal(frames(w, 7), 3);
}

static void
keep_incident(void *ctx, const struct incident *i)
{
	struct world *w = ctx;

	assert_true(w->nkept < INCIDENTS);
	w->kept[w->nkept++] = *i;
}

static void
resume_incident(void *ctx, const struct incident *i)
{
	struct world *w = ctx;

	evidence_resume(w->evidence, i);
}

/* The process is killed, and another one goes on. */
static void
restart(struct world *w)
{
	w->nkept = 0;
	incidents_each(w->incidents, keep_incident, w);
	evidence_free(w->evidence);
	incidents_free(w->incidents);
	start(w);
	for (unsigned i = 0; i < w->nkept; i++)
		assert_true(incident_restore(w->incidents, &w->kept[i], WALL + w->now));
	incidents_each(w->incidents, resume_incident, w);
	evidence_begin(w->evidence);
}

static void
append(struct world *w, const void *bytes, size_t size)
{
	int fd = open(path_of(w, w->ev), O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void
test_goes_on_after_a_kill(void **state)
{
	struct world *w = *state;
	nstime first;
	off_t size;

	say(w, 7);
	first = w->now;
	show(w, 7);
	show_at(w, 7, 42, 2, 0, EXHIBIT_LEAVING);
	size = size_of(w);
	restart(w);
	/* What the process before had read is read again. */
	nstime now = w->now;
	w->now = first;
	show(w, 7);
	show(w, 7);
	w->now = now;
	assert_int_equal(size_of(w), size);
	show(w, 7);
	assert_int_equal(frames(w, 7), 3);
	/* The interface is in the file already: only a packet came. */
	assert_true(size_of(w) - size < 200 + 42);
	show(w, 7);
	show(w, 7);
	assert_int_equal(frames(w, 7), 4);
	pass(w, 6 * NS_MIN);
	assert_sum(w);
}

static void
test_torn_end(void **state)
{
	static const uint8_t torn[] = { 6, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3 };
	struct world *w = *state;

	/* In each place of a block, and what is no block at all. */
	for (uint16_t port = 1; port <= sizeof torn; port++) {
		say(w, port);
		show(w, port);
		append(w, torn, port);
		restart(w);
		w->ev[0] = '\0';
		say(w, port);
		memcpy(w->ev, w->kept[0].ev, sizeof w->ev);
		show(w, port);
		assert_int_equal(frames(w, (uint8_t)port), 2);
		pass(w, 6 * NS_MIN);
		assert_sum(w);
	}
	/* Nothing whole in it: the file begins anew. */
	say(w, 99);
	show(w, 99);
	assert_int_equal(truncate(path_of(w, w->ev), 50), 0);
	restart(w);
	show(w, 99);
	assert_int_equal(frames(w, 99), 1);
	pass(w, 6 * NS_MIN);
	assert_sum(w);
}

static uint32_t
below(uint32_t most)
{
	static uint64_t seed = 20261121;

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((seed >> 32) * most >> 32);
}

/* Whatever a file became while nobody looked: what is whole at its beginning goes on, or it is left
 * alone. */
static void
test_damaged_at_random(void **state)
{
	struct world *w = *state;
	unsigned goes_on = 0, begins_anew = 0;

	for (uint16_t port = 1; port <= 300; port++) {
		uint8_t bytes[4];
		off_t size;
		int fd;

		say(w, port);
		show(w, port);
		show(w, port);
		size = size_of(w);
		fd = open(path_of(w, w->ev), O_RDWR | O_CLOEXEC);
		assert_true(fd >= 0);
		for (uint32_t k = below(3); k > 0; k--) {
			for (unsigned i = 0; i < sizeof bytes; i++)
				bytes[i] = (uint8_t)below(256);
			assert_true(pwrite(fd, bytes, 1 + below(4), below((uint32_t)size)) > 0);
		}
		if (below(2))
			assert_int_equal(ftruncate(fd, below(2 * (uint32_t)size)), 0);
		close(fd);
		restart(w);
		show(w, port);
		memcpy(w->ev, w->kept[0].ev, sizeof w->ev);
		pass(w, 6 * NS_MIN);
		if (!*w->sum)
			continue;
		assert_sum(w);
		goes_on += words(w, ": frame 3:") > 0;
		begins_anew += words(w, ": frame 3:") == 0;
	}
	assert_true(goes_on > 50 && begins_anew > 20);
}

static void
test_closed_while_away(void **state)
{
	struct world *w = *state;

	say(w, 7);
	show(w, 7);
	restart(w);
	pass(w, 10 * NS_MIN);
	assert_int_equal(frames(w, 7), 1);
	assert_sum(w);
	/* One without a frame, and one whose file somebody took away. */
	say(w, 8);
	restart(w);
	pass(w, 10 * NS_MIN);
	assert_string_equal(w->sum, "");
	say(w, 9);
	show(w, 9);
	assert_int_equal(unlink(path_of(w, w->ev)), 0);
	restart(w);
	pass(w, 10 * NS_MIN);
	assert_string_equal(w->sum, "");
}

static void
test_changed_by_others(void **state)
{
	struct world *w = *state;

	say(w, 7);
	show(w, 7);
	append(w, "x", 1);
	show(w, 7);
	assert_int_equal(words(w, ": frame 2:"), 0);
	pass(w, 6 * NS_MIN);
	assert_string_equal(w->sum, "");
	say(w, 8);
	show(w, 8);
	assert_int_equal(unlink(path_of(w, w->ev)), 0);
	show(w, 8);
	assert_false(there(w));
	pass(w, 6 * NS_MIN);
	assert_string_equal(w->sum, "");
	/* A link in the place of a file. */
	say(w, 9);
	snprintf(w->path, sizeof w->path, "%s/target", w->dir);
	char target[200];
	memcpy(target, w->path, sizeof target);
	assert_int_equal(symlink(target, path_of(w, w->ev)), 0);
	show(w, 9);
	assert_int_equal(access(target, F_OK), -1);
	pass(w, 6 * NS_MIN);
	assert_string_equal(w->sum, "");
}

static unsigned
files(struct world *w)
{
	char command[128];
	unsigned n = 0;
	FILE *f;

	snprintf(command, sizeof command, "ls %s/evidence | wc -l", w->dir);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u", &n), 1);
	pclose(f);
	return n;
}

static void
make_file(struct world *w, const char *name, off_t size)
{
	snprintf(w->path, sizeof w->path, "%s/evidence/%s", w->dir, name);
	int fd = open(w->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
}

/* A file takes 4 KiB: 1 MiB is 256 of them. Closed incidents give way before open ones, the oldest
 * first, then open ones, then skipped frames; other files never. */
static void
test_space(void **state)
{
	struct world *w = *state;
	char first[INCIDENT_EV], second[INCIDENT_EV], open[INCIDENT_EV];

	w->p->evidence_space = 1 << 20;
	say(w, 1);
	show(w, 1);
	memcpy(first, w->ev, sizeof first);
	w->now += NS_SEC;
	say(w, 2);
	show(w, 2);
	memcpy(second, w->ev, sizeof second);
	pass(w, 6 * NS_MIN); /* both are closed */
	make_file(w, "skipped-12345678-0-1.pcap", 100);
	evidence_skip(w->evidence, "skipped-12345678-0-1.pcap");
	make_file(w, "notes.txt", 100);
	for (uint16_t port = 1000; port < 1253; port++) {
		say(w, port);
		show(w, port);
		if (port == 1000)
			memcpy(open, w->ev, sizeof open);
	}
	assert_int_equal(files(w), 256 + 1); /* 255 of incidents, one of a skipped frame; notes */
	assert_int_equal(access(path_of(w, first), F_OK), 0);
	say(w, 1253);
	show(w, 1253);
	assert_int_equal(access(path_of(w, first), F_OK), -1);
	assert_int_equal(access(path_of(w, second), F_OK), 0);
	say(w, 1254);
	show(w, 1254);
	assert_int_equal(access(path_of(w, second), F_OK), -1);
	assert_int_equal(access(path_of(w, open), F_OK), 0);
	say(w, 1255);
	show(w, 1255);
	assert_int_equal(access(path_of(w, open), F_OK), -1);
	assert_true(there(w));
	assert_int_equal(files(w), 256 + 1);
	/* What was removed stays away, and has no hash. */
	show(w, 1000);
	assert_int_equal(access(path_of(w, open), F_OK), -1);
	/* One large file: all others go, at last that of the skipped frame. */
	w->p->evidence_snap = EXHIBIT_SNAP;
	say(w, 1300);
	for (unsigned i = 0; i < 3; i++)
		show_at(w, 1300, 256 << 10, 1, 0, 0);
	assert_int_equal(frames(w, 1300 & 255), 3);
	snprintf(w->path, sizeof w->path, "%s/evidence/skipped-12345678-0-1.pcap", w->dir);
	assert_int_equal(access(w->path, F_OK), 0);
	show_at(w, 1300, 254 << 10, 1, 0, 0); /* with headers and comments, nearly 1 MiB */
	assert_int_equal(files(w), 1 + 1);
	assert_int_equal(frames(w, 1300 & 255), 4);
	snprintf(w->path, sizeof w->path, "%s/evidence/notes.txt", w->dir);
	assert_int_equal(access(w->path, F_OK), 0);
}

/* Less room after a reload, for which more closed incidents give way than one turn removes: the
 * frame that was skipped stays as long as there are any. */
static void
test_less_space(void **state)
{
	struct world *w = *state;
	char skipped[200];

	for (uint16_t port = 1000; port < 1000 + 600; port++) {
		say(w, port);
		show(w, port);
	}
	pass(w, 6 * NS_MIN);
	make_file(w, "skipped-12345678-0-1.pcap", 100);
	memcpy(skipped, w->path, sizeof skipped);
	evidence_skip(w->evidence, "skipped-12345678-0-1.pcap");
	assert_int_equal(files(w), 601);
	w->p->evidence_space = 10 * 4096;
	pass(w, NS_SEC);
	assert_int_equal(access(skipped, F_OK), 0);
	pass(w, NS_SEC);
	pass(w, NS_SEC);
	assert_int_equal(access(skipped, F_OK), 0);
	assert_int_equal(files(w), 10);
}

/* The same with open incidents: a frame for which there is no room yet is lost. */
static void
test_less_space_for_open(void **state)
{
	struct world *w = *state;

	for (uint16_t port = 1000; port < 1000 + 600; port++) {
		say(w, port);
		show(w, port);
	}
	w->p->evidence_space = 10 * 4096;
	show_at(w, 1599, 4096, 1, 0, 0);
	assert_int_equal(files(w), 600 - 256);
	assert_int_equal(frames(w, 1599 & 255), 1);
	for (unsigned i = 0; i < 2; i++)
		show_at(w, 1599, 4096, 1, 0, 0);
	assert_int_equal(files(w), 10 - 1);
	assert_int_equal(frames(w, 1599 & 255), 2);
}

/* What an earlier process wrote of an open incident gave way: it has no first frames any more, and
 * later ones are not taken for them. */
static void
test_gone_unread(void **state)
{
	struct world *w = *state;
	char first[INCIDENT_EV];

	w->p->evidence_space = 1 << 20;
	for (uint16_t port = 1000; port < 1000 + 256; port++) {
		say(w, port);
		show(w, port);
		if (port == 1000)
			memcpy(first, w->ev, sizeof first);
	}
	restart(w);
	say(w, 2000);
	show(w, 2000);
	assert_true(there(w));
	assert_int_equal(access(path_of(w, first), F_OK), -1);
	show(w, 1000);
	assert_int_equal(access(path_of(w, first), F_OK), -1);
	assert_int_equal(files(w), 256);
}

/* 80, 90 and 98 % of 1 MiB are 204.8, 230.4 and 250.88 files; said again after a fall of five
 * points. */
static void
test_thresholds(void **state)
{
	static const struct {
		unsigned files, percent;
	} steps[] = { { 204, 0 }, { 205, 80 }, { 206, 0 }, { 230, 0 }, { 231, 90 }, { 250, 0 },
		{ 251, 98 }, { 256, 0 } };
	struct world *w = *state;
	struct evidence_news n;
	uint16_t port = 1000;

	w->p->evidence_space = 1 << 20;
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		for (; port < 1000 + steps[i].files; port++) {
			say(w, port);
			show(w, port);
		}
		pass(w, 0);
		assert_int_equal(evidence_news(w->evidence, &n), steps[i].percent != 0);
		assert_int_equal(n.space.space, steps[i].percent);
		if (steps[i].percent) {
			assert_int_equal(n.space.used, steps[i].files * 4096);
			assert_int_equal(n.space.limit, 1 << 20);
		}
		assert_int_equal(n.space.disk, 0);
	}
	/* A fall of less than five points, and up again: nothing new. */
	w->p->evidence_space += 8 * 4096; /* 256 of 264: 96.97 % */
	pass(w, 0);
	w->p->evidence_space -= 8 * 4096;
	pass(w, 0);
	assert_false(evidence_news(w->evidence, &n));
	/* All closed; somebody takes 30 files away: 226 are left, 88.3 %, 10 points below 98. */
	pass(w, 6 * NS_MIN);
	char command[200];
	snprintf(command, sizeof command, "cd %s/evidence && rm $(ls | head -n 30)", w->dir);
	assert_int_equal(system(command), 0);
	for (unsigned i = 0; i < 6; i++)
		pass(w, NS_SEC);
	assert_false(evidence_news(w->evidence, &n));
	for (port = 2000; port < 2004; port++) { /* 230: 90 was not left by 5 points */
		say(w, port);
		show(w, port);
	}
	pass(w, 0);
	assert_false(evidence_news(w->evidence, &n));
	for (; port < 2025; port++) {
		say(w, port);
		show(w, port);
	}
	pass(w, 0);
	assert_true(evidence_news(w->evidence, &n));
	assert_int_equal(n.space.space, 98);
	/* Less room after a reload. */
	assert_int_equal(files(w), 251);
	w->p->evidence_space = 100 * 4096;
	pass(w, 0);
	assert_int_equal(files(w), 100);
}

static void
test_too_old(void **state)
{
	struct world *w = *state;
	struct evidence_news n;
	char old[INCIDENT_EV];

	w->p->evidence_keep = 2 * NS_DAY;
	say(w, 7);
	show(w, 7);
	memcpy(old, w->ev, sizeof old);
	pass(w, 6 * NS_MIN);
	make_file(w, "skipped-12345678-0-1.pcap", 100);
	say(w, 8);
	show(w, 8);
	pass(w, 2 * NS_DAY - NS_MIN);
	/* Known from the directory alone, too. */
	const struct timespec times[2] = { { .tv_sec = WALL / NS_SEC },
		{ .tv_sec = WALL / NS_SEC } };
	assert_int_equal(utimensat(AT_FDCWD, path_of(w, old), times, 0), 0);
	restart(w);
	assert_int_equal(access(path_of(w, old), F_OK), 0);
	assert_false(evidence_news(w->evidence, &n));
	pass(w, NS_DAY);
	assert_int_equal(access(path_of(w, old), F_OK), -1);
	assert_true(there(w));
	assert_true(evidence_news(w->evidence, &n));
	assert_int_equal(n.space.expired, 1);
	snprintf(w->path, sizeof w->path, "%s/evidence/skipped-12345678-0-1.pcap", w->dir);
	assert_int_equal(access(w->path, F_OK), 0);
}

static void
test_cannot_be_written(void **state)
{
	struct world *w = *state;
	struct evidence_news n;
	char away[80];

	snprintf(away, sizeof away, "%s.away", w->dir);
	assert_int_equal(rename(w->dir, away), 0);
	say(w, 7);
	show(w, 7);
	show(w, 7);
	assert_true(evidence_news(w->evidence, &n));
	assert_int_equal(n.error, ENOENT);
	assert_int_equal(n.lost, 2);
	pass(w, NS_SEC);
	show(w, 7);
	assert_false(evidence_news(w->evidence, &n)); /* it was said */
	assert_int_equal(rename(away, w->dir), 0);
	show(w, 7); /* not tried before the next second */
	assert_false(there(w));
	pass(w, NS_SEC);
	show(w, 7);
	show(w, 7); /* before anybody asked */
	assert_int_equal(frames(w, 7), 2);
	assert_true(evidence_news(w->evidence, &n));
	assert_true(n.again);
	assert_int_equal(n.error, 0);
	assert_int_equal(n.lost, 2);
	pass(w, 6 * NS_MIN);
	assert_sum(w);
}

static void
test_many_incidents(void **state)
{
	struct world *w = *state;

	/* All that there is room for, in and out, by the same table. */
	for (unsigned round = 0; round < 3; round++) {
		for (uint16_t port = 1; port <= INCIDENTS + 50; port++) {
			show(w, port);
			say(w, port);
			assert_int_equal(frames(w, (uint8_t)port), 1);
		}
		pass(w, 6 * NS_MIN);
		assert_sum(w);
	}
	assert_int_equal(files(w), 3 * (INCIDENTS + 50));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_frames_before_and_after_the_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interfaces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_waiting_has_its_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_twice_is_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_goes_on_after_a_kill, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_torn_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged_at_random, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_closed_while_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed_by_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_space, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_less_space, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_less_space_for_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone_unread, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_thresholds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cannot_be_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_incidents, set_up, tear_down),
	};

	return UNIT_RUN(tests);
}
