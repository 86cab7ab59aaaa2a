/* test_pcapng.c - the blocks of a capture file, byte by byte as draft-ietf-opsawg-pcapng has them;
 * what our own reader makes of them; and which bytes are taken for a block. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/savefile.h"
#include "hub/pcapng.h"

static uint8_t block[PCAPNG_BLOCK];

static void
test_section(void **state)
{
	static const uint8_t expected[] = {
		0x0a, 0x0d, 0x0d, 0x0a, 72, 0, 0, 0,		/* type, size */
		0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,		/* little-endian, 1.0 */
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* of unknown length */
		2, 0, 3, 0, 'm', 'i', 'x', 0,			/* hardware */
		3, 0, 5, 0, 'L', 'i', 'n', 'u', 'x', 0, 0, 0,	/* operating system */
		4, 0, 4, 0, 's', 'e', 'g', '1',			/* application */
		1, 0, 6, 0, 'a', 'b', 'c', 'd', 'e', 'f', 0, 0, /* comment */
		0, 0, 0, 0, 72, 0, 0, 0,			/* end of options, size */
	};
	const struct pcapng_section all = {
		.hardware = "mix", .os = "Linux", .application = "seg1", .comment = "abcdef"
	};
	const struct pcapng_section none = { .comment = "" };

	(void)state;
	assert_int_equal(pcapng_section(block, sizeof block, &all), sizeof expected);
	assert_memory_equal(block, expected, sizeof expected);
	/* Without options: 24 bytes, the end of options, the size. */
	assert_int_equal(pcapng_section(block, sizeof block, &none), 32);
	assert_int_equal(block[4], 32);
	assert_int_equal(block[28], 32);
}

static void
test_interface(void **state)
{
	static const uint8_t expected[] = {
		1, 0, 0, 0, 48, 0, 0, 0,	/* type, size */
		1, 0, 0, 0, 0, 0, 4, 0,		/* Ethernet; 262,144 bytes at most */
		2, 0, 4, 0, 'e', 't', 'h', '2', /* name */
		3, 0, 3, 0, 'l', 'g', 'w', 0,	/* description */
		9, 0, 1, 0, 9, 0, 0, 0,		/* times in nanoseconds */
		0, 0, 0, 0, 48, 0, 0, 0,	/* end of options, size */
	};

	(void)state;
	assert_int_equal(pcapng_interface(block, sizeof block, 1, "eth2", "lgw"), sizeof expected);
	assert_memory_equal(block, expected, sizeof expected);
}

static void
test_packet(void **state)
{
	static const uint8_t expected[] = {
		6, 0, 0, 0, 60, 0, 0, 0,				  /* type, size */
		3, 0, 0, 0,						  /* the fourth interface */
		4, 3, 2, 1, 8, 7, 6, 5,					  /* high half, low half */
		5, 0, 0, 0, 0xdc, 5, 0, 0,				  /* 5 bytes of 1,500 */
		'h', 'e', 'l', 'l', 'o', 0, 0, 0, 2, 0, 4, 0, 2, 0, 0, 0, /* flags: outbound */
		1, 0, 2, 0, 'h', 'i', 0, 0,				  /* comment */
		0, 0, 0, 0, 60, 0, 0, 0,				  /* end of options, size */
	};
	struct pcapng_packet p = { .iface = 3,
		.time = 0x0102030405060708,
		.caplen = 5,
		.wirelen = 1500,
		.bytes = (const uint8_t *)"hello",
		.direction = PCAPNG_OUTBOUND,
		.comment = "hi" };

	(void)state;
	assert_int_equal(pcapng_packet(block, sizeof block, &p), sizeof expected);
	assert_memory_equal(block, expected, sizeof expected);
	p.time = -1;
	p.caplen = 0;
	p.comment = NULL;
	p.direction = PCAPNG_UNKNOWN;
	assert_int_equal(pcapng_packet(block, sizeof block, &p), 44);
	assert_memory_equal(block + 12, "\0\0\0\0\0\0\0\0", 8);
	assert_memory_equal(block + 28, "\2\0\4\0\0\0\0\0\0\0\0\0\x2c\0\0\0", 16);
}

static void
test_room(void **state)
{
	static const uint8_t bytes[PCAPNG_SNAP];
	struct pcapng_packet p = {
		.caplen = PCAPNG_SNAP, .wirelen = PCAPNG_SNAP, .bytes = bytes, .comment = "a"
	};
	size_t size = pcapng_packet(block, sizeof block, &p);

	(void)state;
	assert_int_equal(size, 28 + PCAPNG_SNAP + 8 + 8 + 8);
	for (size_t room = 0; room < 100; room++) {
		assert_int_equal(pcapng_interface(block, room, 1, "eth2", "lgw") != 0, room >= 48);
		assert_int_equal(
		    pcapng_section(block, room, &(struct pcapng_section){ .os = "x" }) != 0,
		    room >= 40);
	}
	assert_int_equal(pcapng_packet(block, size - 1, &p), 0);
}

static bool
whole(size_t size)
{
	uint32_t type;
	nstime time = 0;

	return pcapng_whole(block, size, &type, &time);
}

static void
test_whole(void **state)
{
	struct pcapng_packet p = { .time = 0x0102030405060708,
		.caplen = 5,
		.wirelen = 5,
		.bytes = (const uint8_t *)"hello" };
	size_t size = pcapng_packet(block, sizeof block, &p);
	uint32_t type;
	nstime time = 0;

	(void)state;
	assert_int_equal(pcapng_size(block), size);
	assert_true(pcapng_whole(block, size, &type, &time));
	assert_int_equal(type, PCAPNG_PACKET);
	assert_int_equal(time, p.time);
	for (size_t less = 0; less < size; less++)
		assert_false(whole(less));
	block[size - 4]++;
	assert_false(whole(size));
	block[size - 4]--;
	block[4] += 4; /* both sizes, but not that many bytes */
	block[size - 4] += 4;
	assert_false(whole(size));
	block[4] -= 4;
	block[size - 4] -= 4;
	block[0] = 3; /* a block that we do not write */
	assert_false(whole(size));
	size = pcapng_section(block, sizeof block, &(struct pcapng_section){ .os = "x" });
	assert_true(whole(size));
	block[8] ^= 1; /* the byte order of another machine */
	assert_false(whole(size));
	memcpy(block, "\6\0\0\0\0\0\0\0", 8);
	assert_int_equal(pcapng_size(block), 0);
	memcpy(block, "\6\0\0\0\15\0\0\0", 8);
	assert_int_equal(pcapng_size(block), 0);
	memcpy(block, "\6\0\0\0\0\0\0\1", 8);
	assert_int_equal(pcapng_size(block), 0);
}

/* What is written can be judged again. */
static void
test_reads_back(void **state)
{
	static const char bytes[] = "twenty bytes, or so.";
	const struct pcapng_section section = { .os = "Linux", .comment = "基幹系" };
	struct pcapng_packet p = { .wirelen = 60, .comment = "first" };
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct savefile *s;
	const char *error;
	struct frame f;
	uint32_t iface;
	size_t size = pcapng_section(block, sizeof block, &section);

	(void)state;
	size += pcapng_interface(block + size, sizeof block - size, 1, "eth2", "zone a");
	size += pcapng_interface(block + size, sizeof block - size, 1, "eth3", "zone b");
	for (uint32_t i = 0; i < 20; i++) {
		p.iface = i % 2;
		p.time = 1767582245123456789 + i;
		p.caplen = i;
		p.bytes = (const uint8_t *)bytes;
		size += pcapng_packet(block + size, sizeof block - size, &p);
	}
	assert_int_equal(write(fd, block, size), size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(savefile_open_fd(fd, &s, &error), 0);
	for (uint32_t i = 0; i < 20; i++) {
		enum savefile_result r = savefile_next(s, &f, &iface);

		if (r == SAVEFILE_MORE) {
			assert_int_equal(savefile_fill(s), 0);
			r = savefile_next(s, &f, &iface);
		}
		assert_int_equal(r, SAVEFILE_FRAME);
		assert_int_equal(f.time, 1767582245123456789 + i);
		assert_int_equal(f.caplen, i);
		assert_int_equal(f.wirelen, 60);
		assert_int_equal(f.link, FRAME_ETHERNET);
		assert_memory_equal(f.bytes, bytes, i);
		assert_int_equal(iface, i % 2);
		assert_string_equal(savefile_iface(s, iface)->name, i % 2 ? "eth3" : "eth2");
	}
	assert_int_equal(savefile_ifaces(s), 2);
	while (savefile_next(s, &f, &iface) == SAVEFILE_MORE)
		assert_int_equal(savefile_fill(s), 0);
	assert_int_equal(savefile_next(s, &f, &iface), SAVEFILE_END);
	savefile_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_reads_back),
	};

	return UNIT_RUN(tests);
}
