/* test_evidence_skipped.c - the file of a skipped frame, byte by byte; how many there may be; and
 * what is said when it cannot be written. */
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

#include "hub/evidence_skipped.h"

static char state_dir[64];
static uint8_t bytes[MSG_FRAME_MOST];

static int
set_up(void **state)
{
	(void)state;
	snprintf(state_dir, sizeof state_dir, "/tmp/segaudit-evidence-XXXXXX");
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 13 + (i >> 8));
	return mkdtemp(state_dir) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	unit_remove(state_dir);
	return 0;
}

static const char *
path_of(const char *name)
{
	static char path[200];

	snprintf(path, sizeof path, "%s/evidence/%s", state_dir, name);
	return path;
}

static void
test_bytes(void **state)
{
	/* 2026-01-05T03:04:05.123456789Z: 20458 days and 11045 seconds after 1970, 1767582245 =
	 * 0x695b2a25; 123456789 = 0x075bcd15. */
	static const uint8_t expected[] = {
		0x4d,
		0x3c,
		0xb2,
		0xa1,
		0x02,
		0x00,
		0x04,
		0x00, /* nanoseconds, 2.4 */
		0x00,
		0x00,
		0x00,
		0x00,
		0x00,
		0x00,
		0x00,
		0x00, /* zone, accuracy */
		0x00,
		0x00,
		0x04,
		0x00,
		0x01,
		0x00,
		0x00,
		0x00, /* 262144, Ethernet */
		0x25,
		0x2a,
		0x5b,
		0x69,
		0x15,
		0xcd,
		0x5b,
		0x07, /* the time */
		0x03,
		0x00,
		0x00,
		0x00,
		0xdc,
		0x05,
		0x00,
		0x00, /* 3 bytes of 1500 */
		0x00,
		0x0d,
		0x1a,
	};
	const struct msg_skipped m = { .worker = 2,
		.caplen = 3,
		.wirelen = 1500,
		.seq = 18446744073709551615U,
		.time = 1767582245123456789,
		.link = 1 };
	char name[EVIDENCE_NAME];
	uint8_t got[100];
	struct stat st;

	(void)state;
	(void)umask(0);
	assert_int_equal(evidence_skipped(state_dir, "1a2b3c4d", &m, bytes, name), 0);
	assert_string_equal(name, "skipped-1a2b3c4d-2-18446744073709551615.pcap");
	assert_int_equal(unit_read(path_of(name), got, sizeof got), sizeof expected);
	assert_memory_equal(got, expected, sizeof expected);
	assert_int_equal(stat(path_of(name), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(stat(path_of(""), &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	/* The same frame once more, from a capture that was started again: it is there. */
	assert_int_equal(evidence_skipped(state_dir, "1a2b3c4d", &m, bytes + 1, name), 0);
	assert_int_equal(unit_read(path_of(name), got, sizeof got), sizeof expected);
	assert_memory_equal(got, expected, sizeof expected);
}

static void
test_largest(void **state)
{
	static uint8_t got[MSG_FRAME_MOST + 100];
	const struct msg_skipped m = { .caplen = MSG_FRAME_MOST,
		.wirelen = MSG_FRAME_MOST,
		.seq = 1,
		.time = -1,
		.link = 276 };
	char name[EVIDENCE_NAME];

	(void)state;
	assert_int_equal(evidence_skipped(state_dir, "0", &m, bytes, name), 0);
	assert_int_equal(unit_read(path_of(name), got, sizeof got), 40 + MSG_FRAME_MOST);
	assert_memory_equal(got + 20,
	    "\x14\x01\0\0"
	    "\0\0\0\0"
	    "\0\0\0\0"
	    "\0\0\4\0\0\0\4\0",
	    20);
	assert_memory_equal(got + 40, bytes, MSG_FRAME_MOST);
}

/* Sixteen of any run; other files do not count. */
static void
test_bound(void **state)
{
	struct msg_skipped m = { .caplen = 60, .wirelen = 60, .link = 1 };
	char name[EVIDENCE_NAME], first[EVIDENCE_NAME];
	int r, fd;

	(void)state;
	assert_int_equal(mkdir(path_of(""), 0700), 0);
	for (unsigned i = 0; i < 40; i++) {
		char other[32];

		snprintf(other, sizeof other, "7K3QD%u.pcapng", i);
		fd = open(path_of(other), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		close(fd);
	}
	for (m.seq = 1; m.seq <= 16; m.seq++) {
		m.worker = m.seq % 2;
		r = evidence_skipped(
		    state_dir, m.seq < 9 ? "aaaaaaaa" : "bbbbbbbb", &m, bytes, name);
		assert_int_equal(r, 0);
		if (m.seq == 1)
			memcpy(first, name, sizeof first);
	}
	assert_int_equal(evidence_skipped(state_dir, "cccccccc", &m, bytes, name), -E2BIG);
	assert_int_equal(access(path_of(name), F_OK), -1);
	assert_string_equal(
	    evidence_error(-E2BIG), "as many as are kept at most are there already");
	/* Somebody took one away: there is room again. */
	assert_int_equal(unlink(path_of(first)), 0);
	assert_int_equal(evidence_skipped(state_dir, "cccccccc", &m, bytes, name), 0);
	assert_int_equal(access(path_of(name), F_OK), 0);
}

static void
test_cannot(void **state)
{
	const struct msg_skipped m = { .caplen = 1000, .wirelen = 1000, .seq = 1, .link = 1 };
	char name[EVIDENCE_NAME], missing[96], file[96];
	struct rlimit was, small;
	int fd;

	(void)state;
	snprintf(missing, sizeof missing, "%s/missing", state_dir);
	assert_int_equal(evidence_skipped(missing, "0", &m, bytes, name), -ENOENT);
	assert_string_equal(evidence_error(-ENOENT), "No such file or directory");
	snprintf(file, sizeof file, "%s/evidence", state_dir);
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(evidence_skipped(state_dir, "0", &m, bytes, name), -ENOTDIR);
	assert_int_equal(unlink(file), 0);
	/* Room for a part of it, then for nothing: no half file stays. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_IGN);
	small = (struct rlimit){ .rlim_cur = 500, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(evidence_skipped(state_dir, "0", &m, bytes, name), -ENOSPC);
	assert_int_equal(access(path_of(name), F_OK), -1);
	small.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(evidence_skipped(state_dir, "0", &m, bytes, name), -EFBIG);
	assert_int_equal(access(path_of(name), F_OK), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(evidence_skipped(state_dir, "0", &m, bytes, name), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_bytes),
		CASE(test_largest),
		CASE(test_bound),
		CASE(test_cannot),
	};

	return UNIT_RUN(tests);
}
