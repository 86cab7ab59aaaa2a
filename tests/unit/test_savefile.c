/* pcap made by hand; what holds for both formats: foreign, cut, damaged, large and piped files. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "capture_file.h"

static void
pcap_forms(void **state)
{
	static const struct {
		uint32_t magic;
		nstime fraction;
	} forms[] = {
		{ 0xa1b2c3d4, 123456000 },
		{ 0xa1b23c4d, 123456 },
		{ 0xa1b2cd34, 123456000 },
	};

	(void)state;
	for (int big = 0; big < 2; big++) {
		for (size_t i = 0; i < 3; i++) {
			struct made m = { .big = big };

			put_header(&m, forms[i].magic, 0x54000001); /* with an FCS of 4 bytes */
			for (int k = 0; k < 2; k++) {
				put(&m, k ? UINT32_MAX : 1767225600, 4);
				put(&m, k ? UINT32_MAX : 123456, 4);
				put(&m, 5, 4);
				put(&m, k ? 3 : 1500, 4);
				if (forms[i].magic == 0xa1b2cd34)
					put(&m, 0x1122334455667788, 8);
				put_bytes(&m, "hello", 5);
			}

			struct savefile *s = opened(&m);

			assert_int_equal(savefile_ifaces(s), 1);
			assert_string_equal(savefile_iface(s, 0)->name, "");
			assert_int_equal(savefile_iface(s, 0)->link, 1);
			assert_false(savefile_iface(s, 0)->has_mac);
			assert_null(savefile_iface(s, 1));
			frame_is(s, 0, 1767225600 * NS_SEC + forms[i].fraction, 1500, 1, "hello");
			/* At least what was captured was on the wire; the largest time fits. */
			nstime last = 4294967295 * NS_SEC + 4294967295 * (i == 1 ? 1 : 1000);
			frame_is(s, 0, last, 5, 1, "hello");
			ends(s);
		}
	}
}

static void
pcap_empty(void **state)
{
	struct made m = { .big = false };

	(void)state;
	put_header(&m, 0xa1b2c3d4, 276);
	ends(opened(&m));
	put_record(&m, 1, 2, 0, "");
	struct savefile *s = opened(&m);
	frame_is(s, 0, NS_SEC + 2 * NS_USEC, 0, 276, "");
	ends(s);
}

static void
pcap_bad(void **state)
{
	struct made m = { .big = false }, large;

	(void)state;
	put_header(&m, 0xa1b2c3d4, 1);
	put_record(&m, 1, 2, 3, "abc");
	large = m;
	put(&m, 0, 8);
	put(&m, 4000000000u, 4);
	put(&m, 60, 4);
	put(&m, 0, 4);

	struct savefile *s = opened(&m);

	frame_is(s, 0, NS_SEC + 2 * NS_USEC, 3, 1, "abc");
	is_bad(s, "at byte 43: captured length 4000000000 of a frame: at most 16777216", 20);

	/* 16 MiB would do, if they were there: no memory is asked for. */
	put(&large, 0, 8);
	put(&large, 16777216, 4);
	put(&large, 60, 4);
	put(&large, 0, 4);
	s = opened(&large);
	frame_is(s, 0, NS_SEC + 2 * NS_USEC, 3, 1, "abc");
	is_bad(s,
	    "at byte 43: the file ends inside a record of at least 16777232 bytes, of which"
	    " 20",
	    20);
}

static void
foreign_is(const void *bytes, size_t size, const char *words)
{
	struct savefile *s = NULL;
	const char *error = NULL;

	assert_int_equal(savefile_open_fd(file_of(bytes, size), &s, &error), -EBADMSG);
	assert_null(s);
	assert_non_null(error);
	if (!strstr(error, words))
		fail_msg("\"%s\" lacks \"%s\"", error, words);
}

static void
foreign(void **state)
{
	struct made m = { .big = false };
	struct savefile *s;
	const char *error;

	(void)state;
	foreign_is("", 0, "empty");
	foreign_is("\x1f\x8b\x08\x00", 4, "gzip");
	foreign_is("\x28\xb5\x2f\xfd", 4, "zstd");
	foreign_is("\xfd"
		   "7zXZ\0",
	    6, "xz");
	foreign_is("BZh91AY", 7, "bzip2");
	foreign_is("\x04\x22\x4d\x18", 4, "lz4");
	foreign_is("PK\x03\x04", 4, "ZIP");
	foreign_is("snoop\0\0\0", 8, "snoop");
	foreign_is("a", 1, "neither pcap nor pcapng");
	foreign_is("zones = ();", 11, "neither pcap nor pcapng");
	put_header(&m, 0xa1b2c3d4, 1);
	foreign_is(m.b, 23, "cut inside its file header");
	m.b[4] = 1;
	foreign_is(m.b, 24, "another version");
	m.n = 0;
	put_section(&m, true);
	foreign_is(m.b, 27, "section header");
	m.b[8] = 0;
	foreign_is(m.b, 28, "section header");

	assert_int_equal(savefile_open("/nonexistent/file", &s, &error), -ENOENT);
	assert_null(error);
	assert_int_equal(savefile_open("/", &s, &error), -EISDIR);
	assert_int_equal(savefile_open_fd(-1, &s, &error), -EBADF);
	savefile_close(NULL);
}

/* Reads all of the first SIZE bytes; how it ended. */
static enum savefile_result
read_all(const uint8_t *bytes, size_t size, unsigned *frames)
{
	struct savefile *s;
	const char *error;
	struct frame f;
	uint32_t iface;
	enum savefile_result r;
	unsigned sum = 0;

	*frames = 0;
	if (savefile_open_fd(file_of(bytes, size), &s, &error) != 0)
		return SAVEFILE_BAD;
	while ((r = next(s, &f, &iface)) == SAVEFILE_FRAME) {
		++*frames;
		assert_true(iface < savefile_ifaces(s) && f.wirelen >= f.caplen);
		for (uint32_t i = 0; i < f.caplen; i++)
			sum += f.bytes[i];
	}
	assert_true(sum < UINT32_MAX);
	if (r == SAVEFILE_BAD)
		assert_true(*savefile_error(s) && savefile_lost(s) > 0 && savefile_lost(s) <= size);
	savefile_close(s);
	return r;
}

/* Cut at every byte: the frames before are good, and it is a clean end only between two records. */
static void
cut_everywhere(void **state)
{
	size_t clean[8];

	(void)state;
	for (int form = 0; form < 3; form++) {
		struct made m = { .big = form == 1 };
		unsigned frames, n = 0;

		if (form < 2) {
			put_header(&m, 0xa1b2c3d4, 1);
			clean[n++] = m.n;
			for (; n < 4; clean[n++] = m.n)
				put_record(&m, 1, 2, 60, &"twelve bytes"[n]);
		} else {
			put_section(&m, true);
			put_iface(&m, 1, 0, "eth1", 9, 5);
			clean[n++] = m.n;
			for (; n < 4; clean[n++] = m.n)
				put_epb(&m, 0, 7, 60, &"twelve bytes"[n]);
		}
		for (size_t size = 0; size <= m.n; size++) {
			enum savefile_result r = read_all(m.b, size, &frames);
			unsigned whole = 0;

			for (unsigned i = 1; i < n; i++)
				whole += clean[i] <= size;
			assert_int_equal(frames, whole);
			/* pcapng is clean behind its section header (28 bytes) too. */
			bool at_end = (form == 2 && size == 28) || clean[whole] == size;
			assert_int_equal(r, at_end ? SAVEFILE_END : SAVEFILE_BAD);
		}
	}
}

/* One changed byte anywhere never crashes, and never reads outside what is there. */
static void
damaged_everywhere(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct made m = { .big = false };
	unsigned frames;

	(void)state;
	put_section(&m, false);
	put_iface(&m, 1, 0, "eth1", 9, 5);
	put_epb(&m, 0, 7, 60, "a frame");
	put_spb(&m, 5, "a one");
	put_section(&m, true);
	put_iface(&m, 1, 0, "eth2", 0x8a, 5);
	put_epb(&m, 0, 7, 60, "a frame");
	for (size_t at = 0; at < m.n; at++) {
		uint8_t was = m.b[at];

		for (size_t i = 0; i < sizeof values; i++) {
			m.b[at] = values[i];
			(void)read_all(m.b, m.n, &frames); /* any result will do */
		}
		m.b[at] = was;
	}
	assert_int_equal(read_all(m.b, m.n, &frames), SAVEFILE_END);
	assert_int_equal(frames, 3);
}

/* Frames of all sizes, larger than what is read at once too, through a file and through a pipe. */
static void
large_frames(void **state)
{
	static const uint32_t sizes[] = { 60, 1048576, 1, 1048560, 0, 1048545, 3000000, 60,
		16777216, 9 };
	enum { N = sizeof sizes / sizeof sizes[0] };
	int fd = memfd_create("large", MFD_CLOEXEC);
	uint8_t *bytes = malloc(16777216);
	struct made m = { .big = false };
	struct savefile *s;
	const char *error;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 16777216; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 8));
	put_header(&m, 0xa1b23c4d, 1);
	assert_int_equal(write(fd, m.b, m.n), m.n);
	for (size_t i = 0; i < N; i++) {
		m.n = 0;
		put(&m, i, 4);
		put(&m, 5, 4);
		put(&m, sizes[i], 4);
		put(&m, sizes[i], 4);
		assert_int_equal(write(fd, m.b, m.n), m.n);
		assert_int_equal(write(fd, bytes + i, sizes[i] - (i && sizes[i] > 9000000 ? i : 0)),
		    sizes[i] - (i && sizes[i] > 9000000 ? i : 0));
		if (sizes[i] > 9000000)
			assert_int_equal(write(fd, bytes, i), i);
	}
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(savefile_open_fd(fd, &s, &error), 0);
	for (size_t i = 0; i < N; i++) {
		struct frame f;
		uint32_t iface;

		assert_int_equal(next(s, &f, &iface), SAVEFILE_FRAME);
		assert_int_equal(f.caplen, sizes[i]);
		assert_int_equal(f.time, (nstime)i * NS_SEC + 5);
		uint32_t same = sizes[i] > 9000000 ? sizes[i] - (uint32_t)i : sizes[i];
		if (same)
			assert_memory_equal(f.bytes, bytes + i, same);
	}
	ends(s);
	free(bytes);
}

static void
from_a_pipe(void **state)
{
	struct made m = { .big = true };
	struct savefile *s;
	const char *error;
	int p[2];

	(void)state;
	put_header(&m, 0xa1b2c3d4, 1);
	put_record(&m, 1, 0, 60, "one");
	put_record(&m, 2, 0, 60, "two");
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], m.b, m.n - 1), m.n - 1);
	assert_int_equal(close(p[1]), 0);
	assert_int_equal(savefile_open_fd(p[0], &s, &error), 0);
	frame_is(s, 0, NS_SEC, 60, 1, "one");
	is_bad(
	    s, "at byte 43: the file ends inside a record of at least 19 bytes, of which 18", 18);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_forms),
		cmocka_unit_test(pcap_empty),
		cmocka_unit_test(pcap_bad),
		cmocka_unit_test(foreign),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(damaged_everywhere),
		cmocka_unit_test(large_frames),
		cmocka_unit_test(from_a_pipe),
	};

	return UNIT_RUN(tests);
}
