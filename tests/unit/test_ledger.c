/* test_ledger.c - the ledger's files, key and news; keys by openssl and sha256sum. */
#include "unit.h"
#include "unit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/daily.h"
#include "hub/ledger.h"

/* RFC 8032 section 7.1, TEST 1; its public key behind 302a300506032b6570032100 in base64, and the
 * first digits of the SHA-256 of that. */
#define SECRET "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define PUBLIC "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define ID     "06e3fd8fda29bb60"
/* SHA-256 of the secret's bytes and "next", by sha256sum; its public key by openssl. */
#define NEXT_SECRET "01811db103c05d02e5be635c53e1023a3f4412550b27693521c195e2e642ed74"
#define NEXT_PUBLIC "MCowBQYDK2VwAyEAmvS4tnuSY291s0bIrDFyN00NjdZ4yA2qokTNqn6A/5E="

#define NOON (20000 * NS_DAY + 12 * NS_HOUR) /* 2024-10-04 */

struct world {
	char dir[64], path[256];
	char text[65536];
	struct ledger *ledger;
	struct chain chain;
};

static const char *
path_of(struct world *w, const char *name)
{
	snprintf(w->path, sizeof w->path, "%s/ledger/%s", w->dir, name);
	return w->path;
}

static const char *
read_file(struct world *w, const char *name)
{
	(void)unit_read(path_of(w, name), w->text, sizeof w->text); /* or none yet */
	return w->text;
}

static void
write_file(struct world *w, const char *name, const char *text)
{
	int fd = open(path_of(w, name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-ledger-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	ledger_close(w->ledger);
	unit_remove(w->dir);
	free(w);
	return 0;
}

/* One line of about SIZE bytes. */
static void
say_as(struct world *w, const char *id, size_t size, uint8_t severity, nstime wall)
{
	char line[1100];
	int n = snprintf(line, sizeof line,
	    "%s NOTE pad=%0*d sid=0a1b2c3d seq=%llu h=0000000000000000 msg=\"\"", id, (int)size, 0,
	    (unsigned long long)w->chain.n + 1);

	assert_true(chain_seal(&w->chain, CHAIN_EVENT, line, (size_t)n));
	ledger_line(w->ledger, &w->chain, line, severity, wall, 0);
}

static void
say(struct world *w, size_t size, uint8_t severity, nstime wall)
{
	say_as(w, "SEG9005", size, severity, wall);
}

static void
test_key(void **state)
{
	struct world *w = *state;
	char bytes[1024];
	struct text f = text_of(bytes, sizeof bytes);
	struct stat st;

	snprintf(w->path, sizeof w->path, "%s/ledger", w->dir);
	assert_int_equal(mkdir(w->path, 0750), 0);
	write_file(
	    w, "key", "segaudit-key 1\nroot=0123456789abcdef\nnumber=7\nsecret=" SECRET "\n");
	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	assert_non_null(w->ledger);
	ledger_before(w->ledger, &f);
	assert_string_equal(
	    bytes, " previous=none root=0123456789abcdef key=" ID " pub=\"" PUBLIC "\"");
	say(w, 1, 5, NOON);
	f = text_of(bytes, sizeof bytes);
	ledger_claim(w->ledger, &f, LEDGER_KEY, &w->chain, NOON, 9 * 3600);
	assert_non_null(strstr(bytes, "what=key run=0a1b2c3d root=0123456789abcdef lines=1 head="));
	assert_non_null(strstr(bytes, " records=1 rhead="));
	assert_non_null(strstr(bytes,
	    " at=2024-10-04T21:00:00.000000+09:00 key=" ID " next=\"" NEXT_PUBLIC "\" sig=\""));
	assert_non_null(strstr(read_file(w, "keys.log"), " SEG9010 NOTE what=key run=0a1b2c3d "));
	/* The secret goes when what announced the next one is on the disk. */
	assert_non_null(strstr(read_file(w, "key"), SECRET));
	ledger_tick(w->ledger, 400, NOON, 0);
	assert_string_equal(read_file(w, "key"),
	    "segaudit-key 1\nroot=0123456789abcdef\nnumber=8\nsecret=" NEXT_SECRET "\n");
	assert_int_equal(stat(path_of(w, "key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path_of(w, "2024-10-04.log"), &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
}

/* What is no key is kept aside; between overwriting and renaming the new file is the key. */
static void
test_key_files(void **state)
{
	struct world *w = *state;
	struct ledger_news n;

	snprintf(w->path, sizeof w->path, "%s/ledger", w->dir);
	assert_int_equal(mkdir(w->path, 0750), 0);
	write_file(w, "key", "no key");
	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	assert_false(ledger_news(w->ledger, &n));
	assert_string_equal(read_file(w, "key.bad"), "no key");
	assert_non_null(strstr(read_file(w, "key"), "number=0\n"));
	ledger_close(w->ledger);
	assert_int_equal(truncate(path_of(w, "key"), 0), 0);
	write_file(
	    w, "key.new", "segaudit-key 1\nroot=0123456789abcdef\nnumber=7\nsecret=" SECRET "\n");
	w->ledger = ledger_open(w->dir, "0a1b2c3e", NOON, 0);
	assert_non_null(strstr(read_file(w, "key"), SECRET));
}

/* A disk that is full: lines wait, then are lost and counted; the grave ones last. */
static void
test_full(void **state)
{
	struct world *w = *state;
	struct rlimit was, now;
	struct ledger_news n;
	unsigned taken = 0, checkpoints = 0;

	signal(SIGXFSZ, SIG_IGN);
	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	now = was;
	now.rlim_cur = 16384;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	for (unsigned i = 0; i < 6000; i++)
		say(w, 900, 5, NOON + i * NS_SEC);
	ledger_tick(w->ledger, 400, NOON, 0);
	assert_true(ledger_news(w->ledger, &n));
	assert_int_equal(n.error, EFBIG);
	assert_false(n.again);
	/* A checkpoint is kept, too. */
	say_as(w, "SEG9010", 900, 6, NOON + 7 * NS_HOUR);
	for (unsigned i = 0; i < 6000; i++)
		say(w, 900, 1, NOON + 7 * NS_HOUR);
	assert_false(ledger_news(w->ledger, &n));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	ledger_tick(w->ledger, 400, NOON, 0);
	assert_true(ledger_news(w->ledger, &n));
	assert_true(n.again);
	assert_true(n.from > NOON + 2000 * NS_SEC && n.from < NOON + 6000 * NS_SEC);
	assert_int_equal(n.to, NOON + 7 * NS_HOUR);
	FILE *file = fopen(path_of(w, "2024-10-04.log"), "re");
	assert_non_null(file);
	while (fgets(w->text, sizeof w->text, file))
		if (strstr(w->text, " NOTE ")) {
			struct chain_line l;
			size_t size = strlen(w->text) - 1;
			const char *msg = strchr(w->text, ' ') + 1;

			assert_int_equal(w->text[size], '\n');
			assert_int_equal(
			    chain_read(&l, msg, (size_t)(w->text + size - msg)), CHAIN_WHOLE);
			taken++;
			checkpoints += strstr(w->text, " SEG9010 ") != NULL;
		}
	fclose(file);
	assert_int_equal(checkpoints, 1);
	assert_int_equal(taken + n.lost, 12001);
	/* 4 MiB of 994 bytes each make 4,219, and the file took 16 KiB before. */
	assert_in_range(taken, 4220, 4240);
	assert_false(ledger_news(w->ledger, &n));
}

static bool
is_there(struct world *w, const char *name)
{
	return access(path_of(w, name), F_OK) == 0;
}

static void
test_expiry(void **state)
{
	struct world *w = *state;
	struct ledger_news n;
	char name[40];

	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	for (unsigned day = 1; day <= 12; day++) {
		snprintf(name, sizeof name, "2024-09-%02u.log", day);
		write_file(w, name, "x\n");
	}
	write_file(w, "2024-02-30.log", "no day\n");
	/* 2024-10-04 less 20 days: the oldest that is kept is 2024-09-14. */
	ledger_tick(w->ledger, 20, NOON, 0);
	assert_true(ledger_news(w->ledger, &n));
	assert_int_equal(n.removed, 10);
	assert_true(is_there(w, "2024-09-11.log"));
	assert_false(is_there(w, "2024-09-10.log"));
	ledger_tick(w->ledger, 20, NOON + NS_HOUR, 0);
	assert_false(ledger_news(w->ledger, &n));
	ledger_tick(w->ledger, 23, NOON + NS_DAY, 0);
	assert_true(ledger_news(w->ledger, &n));
	assert_int_equal(n.removed, 1);
	assert_true(is_there(w, "2024-09-12.log"));
	assert_true(is_there(w, "2024-02-30.log"));
}

/* The hash of TEXT by sha256sum. */
static const char *
hash_of(struct world *w, const char *text, size_t size)
{
	static char hash[80];
	char command[160];
	FILE *f;

	snprintf(command, sizeof command, "%s/text", w->dir);
	f = fopen(command, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, size, f), size);
	fclose(f);
	snprintf(command, sizeof command, "sha256sum < %s/text && rm %s/text", w->dir, w->dir);
	f = popen(command, "re");
	assert_non_null(f);
	assert_non_null(fgets(hash, sizeof hash, f));
	pclose(f);
	hash[64] = '\0';
	return hash;
}

static bool
use_policy(struct world *w, uint32_t generation, const char *text, size_t size, nstime wall)
{
	int fd = memory_sealed("test", text, size);
	bool taken;

	assert_true(fd >= 0);
	taken = ledger_policy(w->ledger, generation, fd, size, wall, 0);
	close(fd);
	return taken;
}

/* The policy in force is kept by its hash, once, and named where it begins and in each file. */
static void
test_policy(void **state)
{
	struct world *w = *state;
	char name[100], other[100], want[200];
	struct ledger_news n;
	struct stat st;
	int fd;

	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	assert_string_equal(ledger_policy_hash(w->ledger), "");
	assert_true(use_policy(w, 7, "one\n", 4, NOON));
	snprintf(name, sizeof name, "policy-%s.conf", hash_of(w, "one\n", 4));
	assert_memory_equal(name + 7, ledger_policy_hash(w->ledger), 64);
	assert_string_equal(read_file(w, name), "one\n");
	assert_int_equal(stat(path_of(w, name), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	snprintf(want, sizeof want, " LEDGER policy gen=7 policy=%.64s sid=", name + 7);
	assert_non_null(strstr(read_file(w, "2024-10-04.log"), want));

	assert_true(use_policy(w, 8, "two\n", 4, NOON));
	snprintf(other, sizeof other, "policy-%s.conf", hash_of(w, "two\n", 4));
	assert_string_equal(read_file(w, other), "two\n");
	assert_true(ledger_day(w->ledger, NOON + NS_DAY, 0));
	snprintf(want, sizeof want, " policy=%.64s sid=", other + 7);
	assert_non_null(strstr(read_file(w, "2024-10-05.log"), want));

	/* What was altered stays so, to be found. */
	write_file(w, name, "three\n");
	assert_true(use_policy(w, 9, "one\n", 4, NOON));
	assert_string_equal(read_file(w, name), "one\nthree\n");

	/* Not sealed, or not of that size. */
	assert_false(ledger_policy(w->ledger, 10, -1, 4, NOON, 0));
	fd = memory_sealed("test", "one\n", 4);
	assert_false(ledger_policy(w->ledger, 10, fd, 3, NOON, 0));
	close(fd);
	assert_false(ledger_news(w->ledger, &n));
}

/* A large text is written in pieces; a stop writes the rest. */
static void
test_large_policy(void **state)
{
	enum { SIZE = 9 << 20 };
	struct world *w = *state;
	char *text = malloc(SIZE), name[100];
	struct stat st;

	assert_non_null(text);
	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)('a' + i * 7919 % 26);
	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	for (unsigned stop = 0; stop < 2; stop++) {
		text[0] = stop ? 'A' : 'B';
		snprintf(name, sizeof name, "policy-%s.conf", hash_of(w, text, SIZE));
		assert_true(use_policy(w, 1, text, SIZE, NOON));
		for (unsigned i = 0; i < 2 && !stop; i++) {
			assert_false(is_there(w, name));
			ledger_tick(w->ledger, 400, NOON, 0);
		}
		if (stop) {
			ledger_close(w->ledger);
			w->ledger = NULL;
		}
		assert_int_equal(stat(path_of(w, name), &st), 0);
		assert_int_equal(st.st_size, SIZE);
		assert_false(is_there(w, "policy.new"));
	}
	free(text);
}

/* Where it cannot be written it is said once, and tried again. */
static void
test_policy_full(void **state)
{
	struct world *w = *state;
	struct rlimit was, now;
	struct ledger_news n;
	char name[100];
	int fd;

	signal(SIGXFSZ, SIG_IGN);
	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	now = was;
	now.rlim_cur = 8000;
	memset(w->text, 'x', 10000);
	fd = memory_sealed("test", w->text, 10000);
	assert_true(fd >= 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	assert_true(ledger_policy(w->ledger, 1, fd, 10000, NOON, 0));
	close(fd);
	assert_true(ledger_news(w->ledger, &n));
	assert_int_equal(n.policy, EFBIG);
	for (unsigned i = 0; i < 20; i++)
		ledger_tick(w->ledger, 400, NOON, 0);
	assert_false(ledger_news(w->ledger, &n));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	for (unsigned i = 0; i < 12; i++)
		ledger_tick(w->ledger, 400, NOON, 0);
	snprintf(name, sizeof name, "policy-%s.conf", ledger_policy_hash(w->ledger));
	assert_true(is_there(w, name));
	assert_false(is_there(w, "policy.new"));
}

/* A policy stays as long as the last file that names it, and one in force for ever. */
static void
test_policy_expiry(void **state)
{
	static const char stranger[] = "policy-of-mine.conf";
	struct world *w = *state;
	char name[3][100];

	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	for (unsigned i = 0; i < 3; i++) {
		char text[] = { (char)('a' + i), '\n' };

		assert_true(use_policy(w, i, text, 2, NOON));
		snprintf(name[i], sizeof name[i], "policy-%s.conf", ledger_policy_hash(w->ledger));
	}
	write_file(w, stranger, "x");
	/* The second comes into force again after 15 days, for five; then it is the third again. */
	assert_true(use_policy(w, 3, "b\n", 2, NOON + 15 * NS_DAY));
	for (unsigned day = 16; day <= 20; day++)
		assert_true(ledger_day(w->ledger, NOON + day * NS_DAY, 0));
	assert_true(use_policy(w, 4, "c\n", 2, NOON + 20 * NS_DAY));
	for (unsigned day = 21; day < 60; day++) {
		nstime wall = NOON + day * NS_DAY;

		assert_true(ledger_day(w->ledger, wall, 0));
		ledger_tick(w->ledger, 30, wall, 0);
		/* Files of 30 days are kept, today's not counted, and a day more for those between.
		 */
		assert_int_equal(is_there(w, name[0]), day <= 31);
		assert_int_equal(is_there(w, name[1]), day <= 20 + 31);
		assert_true(is_there(w, name[2]));
		assert_int_equal(is_there(w, "2024-10-04.log"), day <= 30);
	}
	assert_true(is_there(w, stranger));
}

/* A new day, by local time, is a new file; a clock that goes back finds the newer one. */
static void
test_days(void **state)
{
	struct world *w = *state;

	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 9 * 3600);
	say(w, 1, 5, NOON);
	assert_false(ledger_day(w->ledger, NOON + 3 * NS_HOUR - 1, 9 * 3600));
	assert_true(ledger_day(w->ledger, NOON + 3 * NS_HOUR, 9 * 3600));
	assert_false(ledger_day(w->ledger, NOON, 9 * 3600));
	say(w, 1, 5, NOON);
	assert_non_null(strstr(read_file(w, "2024-10-04.log"), " seq=1 "));
	assert_non_null(strstr(w->text, " LEDGER end file=2024-10-04 lines=1 head="));
	assert_non_null(strstr(read_file(w, "2024-10-05.log"), " seq=2 "));
	assert_non_null(strstr(w->text, " LEDGER begin file=2024-10-05 lines=1 head="));
}

/* A run that was killed: its last line is known, one that was cut is not. */
static void
test_before(void **state)
{
	struct world *w = *state;
	char bytes[1024], want[256], digits[CHAIN_HEX];
	struct text f = text_of(bytes, sizeof bytes);
	struct ledger_news n;

	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	for (unsigned i = 0; i < 5; i++)
		say(w, 1, 5, NOON);
	ledger_close(w->ledger);
	write_file(
	    w, "2024-10-04.log", "2024-10-04T12:00:00Z SEG9005 NOTE sid=0a1b2c3d seq=6 h=00");
	w->ledger = ledger_open(w->dir, "0a1b2c3e", NOON, 0);
	ledger_before(w->ledger, &f);
	snprintf(want, sizeof want, " previous=0a1b2c3d previous_seq=5 previous_head=%s root=",
	    chain_hex(digits, w->chain.head));
	assert_memory_equal(bytes, want, strlen(want));
	assert_true(ledger_news(w->ledger, &n));
	assert_int_equal(n.torn, 57);
	assert_non_null(
	    strstr(read_file(w, "2024-10-04.log"), "\n2024-10-04T12:00:00.000000Z LEDGER torn "));
}

/* A line was cut, and the disk is still full at the next start: when there is room, the line is
 * ended and told of before anything else, and the file begins where the chain is. */
static void
test_torn_full(void **state)
{
	static const char cut[] = "2024-10-04T12:00:00Z SEG9005 NOTE what=cut";
	struct world *w = *state;
	struct rlimit was, now;
	struct ledger_news n;
	struct stat st;

	signal(SIGXFSZ, SIG_IGN);
	w->ledger = ledger_open(w->dir, "0a1b2c3c", NOON, 0);
	ledger_close(w->ledger);
	write_file(w, "2024-10-04.log", cut);
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	now = was;
	now.rlim_cur = (rlim_t)st.st_size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	say(w, 1, 5, NOON);
	say(w, 1, 5, NOON);
	ledger_tick(w->ledger, 400, NOON, 0);
	assert_true(ledger_news(w->ledger, &n));
	assert_int_equal(n.error, EFBIG);
	assert_int_equal(n.torn, strlen(cut));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	ledger_tick(w->ledger, 400, NOON, 0);
	assert_true(ledger_news(w->ledger, &n));
	assert_true(n.again);
	assert_int_equal(n.lost, 0);
	read_file(w, "2024-10-04.log");

	static const char *const order[] = { " what=cut\n2024", " LEDGER torn bytes=42 ",
		" LEDGER begin file=2024-10-04 lines=0 ", " seq=1 ", " seq=2 " };
	const char *at = w->text;

	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		at = strstr(at, order[i]);
		assert_non_null(at);
	}
}

/* No directory, no ledger; when there is one it begins. */
static void
test_absent(void **state)
{
	struct world *w = *state;
	struct ledger_news n;

	rmdir(w->dir);
	w->ledger = ledger_open(w->dir, "0a1b2c3d", NOON, 0);
	assert_non_null(w->ledger);
	say(w, 1, 5, NOON);
	assert_true(ledger_news(w->ledger, &n));
	assert_int_equal(n.error, ENOENT);
	assert_int_equal(mkdir(w->dir, 0700), 0);
	ledger_tick(w->ledger, 400, NOON, 0);
	assert_true(ledger_news(w->ledger, &n));
	assert_true(n.again);
	assert_int_equal(n.lost, 0);
	assert_non_null(strstr(read_file(w, "2024-10-04.log"), " seq=1 "));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_key),
		TEST(test_key_files),
		TEST(test_full),
		TEST(test_expiry),
		TEST(test_policy),
		TEST(test_large_policy),
		TEST(test_policy_full),
		TEST(test_policy_expiry),
		TEST(test_days),
		TEST(test_before),
		TEST(test_torn_full),
		TEST(test_absent),
	};

	return UNIT_RUN(tests);
}
