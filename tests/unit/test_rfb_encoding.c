/* test_rfb_encoding.c - updates of an RFB session: each encoding keeps the boundary of its
 * rectangle, whatever the format of pixels. Bytes by hand from RFC 6143, 7.7 and 7.8, and the
 * community's specification. */
#include "rfb_feed.h"

/* A rectangle of W x H pixels at 0, 0 (hex digits); numbers below zero are written out. */
#define UPDATE		   "s 00 00 0001 "
#define RECT(w, h, number) "0000 0000 " w " " h " " number " "

/* A rectangle; behind it stands another one of a pixel, and then a clipboard. */
struct row {
	const char *format, *bytes;
};

static void
keeps(const char *format, const char *bytes)
{
	char room[FEED_TEXT];
	struct text t = text_of(room, sizeof room);
	size_t pixel = (strtoul((char[3]){ format[0], format[1], '\0' }, NULL, 16)) / 8;

	text_add(&t, RFB_38 RFB_NONE "c 01\ns 0040 0030 %s 00000000\n", format);
	text_add(&t, "s 00 00 0002 %s " RECT("0001", "0001", "00000000") "aa*%zu\n", bytes, pixel);
	says(room, "");
	text_add(&t, CUT_S);
	assert_false(t.cut);
	says(room, CUT_S_SAID);
}

/* What a rectangle alone has as its verdict; the viewer is read on. */
static void
fails(const char *bytes, const char *want)
{
	char both[256];

	(void)snprintf(both, sizeof both, "%s" CUT_C_SAID, want);
	says_of(both, RFB_OPEN UPDATE "%s\n" CUT_S CUT_C, bytes);
}

static void
check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		keeps(rows[i].format, rows[i].bytes);
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

static void
test_plain(void **state)
{
	static const struct row rows[] = {
		{ RFB_24_BITS, RECT("0003", "0002", "00000000") "aa*24" },
		{ RFB_16_BITS, RECT("0003", "0002", "00000000") "aa*12" },
		{ RFB_8_BITS, RECT("0003", "0002", "00000000") "aa*6" },
		{ RFB_24_BITS, RECT("0000", "0030", "00000000") },
		{ RFB_24_BITS, RECT("0003", "0002", "00000001") "0004 0005" },
		/* RRE: a background, two subrectangles of a pixel and 8 bytes */
		{ RFB_24_BITS, RECT("0009", "0009", "00000002") "00000002 aa*4 bb*24" },
		{ RFB_16_BITS, RECT("0009", "0009", "00000002") "00000002 aa*2 bb*20" },
		{ RFB_8_BITS, RECT("0009", "0009", "00000002") "00000000 aa" },
		/* CoRRE: of a pixel and 4 */
		{ RFB_24_BITS, RECT("0009", "0009", "00000004") "00000003 aa*4 bb*24" },
		{ RFB_8_BITS, RECT("0009", "0009", "00000004") "00000003 aa bb*15" },
		/* a length, and so many bytes: zlib, Ultra, Ultra2, ZRLE, ZYWRLE, Zstandard */
		{ RFB_24_BITS, RECT("0040", "0030", "00000006") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000009") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "0000000a") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000010") "00000000" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000010") "00010001 aa*65537" },
		{ RFB_8_BITS, RECT("0040", "0030", "00000011") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000019") "00000005 aa*5" },
		/* UltraVNC: xz, and ZRLE and ZYWRLE with Zstandard */
		{ RFB_24_BITS, RECT("0040", "0030", "00000012") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000013") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "0000001c") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "0000001d") "00000005 aa*5" },
		/* H.264: flags between */
		{ RFB_24_BITS, RECT("0040", "0030", "00000032") "00000003 00000001 aa*3" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000032") "00000000 00000002" },
	};

	(void)state;
	CHECK(rows);
}

/* 20 x 17 pixels are tiles of 16 x 16, 4 x 16, 16 x 1 and 4 x 1. */
static void
test_hextile(void **state)
{
	static const struct row rows[] = {
		{ RFB_8_BITS,
		    RECT("0014", "0011", "00000005") "01 aa*256 01 aa*64 01 aa*16 01 aa*4" },
		{ RFB_24_BITS, RECT("0014", "0011", "00000005") "02 aa*4 01 aa*256 00 01 aa*16" },
		{ RFB_24_BITS, RECT("0014", "0011",
				   "00000005") "06 aa*8 0e aa*8 02 bb*4 08 03 bb*6 18 02 bb*12" },
		{ RFB_16_BITS, RECT("0014", "0011",
				   "00000005") "06 aa*4 0e aa*4 02 bb*4 08 ff bb*510 18 02 bb*8" },
		{ RFB_16_BITS, RECT("0010", "0010", "00000005") "1a aa*2 00" },
		{ RFB_16_BITS, RECT("0000", "0010", "00000005") },
		{ RFB_16_BITS, RECT("0010", "0000", "00000005") },
		/* zlibhex: two tiles; raw, or what follows the bits, compressed */
		{ RFB_24_BITS, RECT("0020", "0010", "00000008") "20 0003 aa*3 5a 0002 aa*2" },
		{ RFB_24_BITS, RECT("0020", "0010", "00000008") "02 aa*4 01 aa*1024" },
		{ RFB_24_BITS, RECT("0020", "0010", "0000001b") "20 0003 aa*3 00" },
	};

	(void)state;
	CHECK(rows);
	/* one after the other */
	says(RFB_OPEN "s 00 00 0002 " RECT("0014", "0011", "00000005") "02 aa*4 00 00 00 " RECT(
		 "0014", "0011", "00000005") "02 aa*4 00 00 00\n" CUT_S,
	    CUT_S_SAID);
	fails(RECT("0010", "0010", "00000005") "20 0001 aa", "3203 malformed Hextile;");
	fails(RECT("0010", "0010", "00000005") "80", "3203 malformed Hextile;");
	fails(RECT("0010", "0010", "00000008") "80", "3203 malformed zlibhex;");
}

static void
test_tight(void **state)
{
	static const struct row rows[] = {
		/* fill: a pixel of 3 bytes where colours are of 8 bits and depth is 24 */
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "80 aa*3" },
		{ RFB_32_BITS, RECT("0040", "0030", "00000007") "8f aa*4" },
		{ RFB_16_BITS, RECT("0040", "0030", "00000007") "80 aa*2" },
		{ RFB_8_BITS, RECT("0040", "0030", "00000007") "80 aa" },
		{ "10180001 00ff00ff00ff 100800 000000",
		    RECT("0002", "0002", "00000007") "80 aa*2" },
		/* colours of seven bits, or a colour map: all four */
		{ "20180001 007f00ff00ff 100800 000000",
		    RECT("0002", "0002", "00000007") "80 aa*4" },
		{ "20180000 00ff00ff00ff 100800 000000",
		    RECT("0002", "0002", "00000007") "80 aa*4" },
		/* JPEG, with lengths of one byte, two (10000) and three (16384, 65921) */
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "90 05 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "90 00" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "90 7f aa*127" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "90 8001 aa*128" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "90 904e aa*10000" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "90 808001 aa*16384" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000007") "90 818304 aa*65921" },
		/* pixels: less than 12 bytes as they are */
		{ RFB_24_BITS, RECT("0003", "0001", "00000007") "00 aa*9" },
		{ RFB_24_BITS, RECT("0004", "0001", "00000007") "30 03 aa*3" },
		{ RFB_16_BITS, RECT("0005", "0001", "00000007") "0f aa*10" },
		{ RFB_16_BITS, RECT("0006", "0001", "00000007") "10 03 aa*3" },
		{ RFB_8_BITS, RECT("000b", "0001", "00000007") "00 aa*11" },
		{ RFB_8_BITS, RECT("0040", "0030", "00000007") "00 9418 aa*3092" },
		{ RFB_24_BITS, RECT("0000", "0001", "00000007") "00" },
		/* filters: none, gradient */
		{ RFB_24_BITS, RECT("0003", "0001", "00000007") "40 00 aa*9" },
		{ RFB_24_BITS, RECT("0004", "0004", "00000007") "70 02 03 aa*3" },
		/* palette of two: a pixel is a bit; 9 pixels are 2 bytes */
		{ RFB_24_BITS, RECT("0009", "0005", "00000007") "40 01 01 aa*6 bb*10" },
		{ RFB_24_BITS, RECT("0009", "0006", "00000007") "40 01 01 aa*6 03 bb*3" },
		{ RFB_16_BITS, RECT("0008", "000b", "00000007") "40 01 01 aa*4 bb*11" },
		/* of three: a byte; of 256 */
		{ RFB_24_BITS, RECT("0004", "0002", "00000007") "40 01 02 aa*9 bb*8" },
		{ RFB_24_BITS, RECT("0004", "0003", "00000007") "40 01 02 aa*9 04 bb*4" },
		{ RFB_16_BITS, RECT("0004", "0004", "00000007") "60 01 ff aa*512 02 bb*2" },
		/* without zlib: the same with its length */
		{ RFB_24_BITS, RECT("0004", "0001", "00000007") "a0 0c aa*12" },
		{ RFB_24_BITS, RECT("0004", "0003", "00000007") "e0 01 02 aa*9 0c bb*12" },
		{ RFB_24_BITS, RECT("0003", "0001", "00000007") "a0 aa*9" },
		/* with Zstandard */
		{ RFB_24_BITS, RECT("0004", "0001", "0000001a") "00 03 aa*3" },
		/* TightPNG */
		{ RFB_24_BITS, RECT("0040", "0030", "fffffefc") "80 aa*3" },
		{ RFB_24_BITS, RECT("0040", "0030", "fffffefc") "90 05 aa*5" },
		{ RFB_24_BITS, RECT("0040", "0030", "fffffefc") "a0 8801 aa*136" },
	};

	(void)state;
	CHECK(rows);
	/* a length of 2097152 */
	says(RFB_OPEN UPDATE RECT("0040", "0030", "00000007") "90 808080\n-s 2097152\n" CUT_S,
	    CUT_S_SAID);
	fails(RECT("0004", "0001", "00000007") "b0", "3203 malformed Tight;");
	fails(RECT("0004", "0001", "00000007") "f0", "3203 malformed Tight;");
	fails(RECT("0004", "0001", "00000007") "40 03", "3203 malformed Tight;");
	fails(RECT("0004", "0001", "00000007") "40 01 00", "3203 malformed Tight;");
	fails(RECT("0004", "0001", "fffffefc") "00", "3203 malformed TightPNG;");
	fails(RECT("0004", "0001", "fffffefc") "e0", "3203 malformed TightPNG;");
}

static void
test_jpeg(void **state)
{
	static const struct row rows[] = {
		{ RFB_24_BITS,
		    RECT("0040", "0030", "00000015") "ffd8 ffe0 0004 aaaa ffda 0003 01 aabb ff00 "
						     "cc ffd0 dd ffd7 ffff d9" },
		/* several scans */
		{ RFB_24_BITS,
		    RECT("0040", "0030",
			"00000015") "ffd8 ffda 0002 aa ffc4 0005 bb*3 ffda 0002 cc ffd9" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000015") "ffd8 ffd9" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000015") "ffd8 ff01 fffe 0002 ffd9" },
		{ RFB_24_BITS, RECT("0040", "0030", "00000015") "ffd8 ffd0 ffd7 ffd9" },
	};

	(void)state;
	CHECK(rows);
	/* one after the other */
	says(RFB_OPEN
	    "s 00 00 0002 " RECT("0004", "0001", "00000015") "ffd8 ffda 0002 aa ffd9 " RECT(
		"0004", "0001", "00000015") "ffd8 ffda 0002 aa ffd9\n" CUT_S,
	    CUT_S_SAID);
	fails(RECT("0004", "0001", "00000015") "ffd9", "3203 malformed JPEG;");
	fails(RECT("0004", "0001", "00000015") "ffd8 ffd8", "3203 malformed JPEG;");
	fails(RECT("0004", "0001", "00000015") "ffd8 00d9", "3203 malformed JPEG;");
	fails(RECT("0004", "0001", "00000015") "ffd8 ffff d9", "3203 malformed JPEG;");
	fails(RECT("0004", "0001", "00000015") "ffd8 ff00", "3203 malformed JPEG;");
	fails(RECT("0004", "0001", "00000015") "ffd8 ffe0 0001", "3203 malformed JPEG;");
	/* nothing has a length there */
	says(RFB_OPEN UPDATE RECT("0004", "0001", "00000015") "ffd8 ffda 0002 aa\n-s 1\ns aa\n",
	    "3203 lost;");
	says(RFB_OPEN UPDATE RECT(
		 "0004", "0001", "00000015") "ffd8 ffe0 0005 aa\n-s 2\ns ffd9\n" CUT_S,
	    CUT_S_SAID);
}

/* Rectangles that are no picture. */
static void
test_pseudo(void **state)
{
	static const struct row rows[] = {
		/* a cursor of 10 x 2: pixels, and 2 x 2 bytes of bits */
		{ RFB_24_BITS, RECT("000a", "0002", "ffffff11") "aa*80 bb*4" },
		{ RFB_8_BITS, RECT("000a", "0002", "ffffff11") "aa*20 bb*4" },
		{ RFB_8_BITS, RECT("0008", "0002", "ffffff11") "aa*16 bb*2" },
		{ RFB_8_BITS, RECT("0001", "0002", "ffffff11") "aa*2 bb*2" },
		{ RFB_24_BITS, RECT("0000", "0000", "ffffff11") },
		{ RFB_24_BITS, RECT("000a", "0002", "ffffff10") "aa*6 bb*8" },
		{ RFB_24_BITS, RECT("000a", "0000", "ffffff10") },
		/* with transparency: raw, Tight; four bytes a pixel in any format */
		{ RFB_8_BITS, RECT("000a", "0002", "fffffec6") "00000000 aa*80" },
		{ RFB_24_BITS, RECT("000a", "0002", "fffffec6") "00000007 80 aa*4" },
		{ RFB_24_BITS, RECT("000a", "0002", "fffffec6") "00000010 00000002 aa*2" },
		/* a cursor may be larger than the screen */
		{ RFB_8_BITS, RECT("0064", "0064", "ffffff11") "aa*10000 bb*1300" },
		{ RFB_24_BITS, RECT("0040", "0030", "ffffff21") },
		{ RFB_24_BITS, RECT("0040", "0030", "fffffecc") "02 000000 aa*32" },
		{ RFB_24_BITS, RECT("0000", "0000", "fffffecd") "00000004 'desk'" },
		{ RFB_24_BITS, RECT("0001", "0001", "ffffff18") },
		{ RFB_24_BITS, RECT("0000", "0000", "fffffeff") },
		{ RFB_24_BITS, RECT("0000", "0000", "fffffefe") },
		{ RFB_24_BITS, RECT("0000", "0000", "fffffefd") },
		{ RFB_24_BITS, RECT("0000", "0000", "fffffefb") "02" },
		{ RFB_24_BITS, RECT("0000", "0000", "fffffec4") },
		{ RFB_24_BITS, RECT("0000", "0000", "fffffecd") "00001000 aa*4096" },
		/* UltraVNC: many rectangles at once; their number and size stand for a place */
		{ RFB_24_BITS, RECT("ffff", "0001", "ffff0007") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("ffff", "0001", "ffff0008") "00000005 aa*5" },
		{ RFB_24_BITS, RECT("ffff", "0001", "ffff0009") "00001001 aa*4097" },
		/* VMware: masks of the format, or with transparency; and the rest */
		{ RFB_16_BITS, RECT("000a", "0002", "574d5664") "00 00 aa*80" },
		{ RFB_16_BITS, RECT("000a", "0002", "574d5664") "01 00 aa*80" },
		{ RFB_8_BITS, RECT("000a", "0002", "574d5664") "00 00 aa*40" },
		{ RFB_24_BITS, RECT("0000", "0000", "574d5665") "0001" },
		{ RFB_24_BITS, RECT("0000", "0000", "574d5666") },
		{ RFB_24_BITS, RECT("0000", "0000", "574d5667") "0001 00000001 00000002" },
		{ RFB_24_BITS, RECT("0000", "0000", "574d5668") "00000001" },
		{ RFB_24_BITS, RECT("0040", "0030", "574d5669") RFB_24_BITS },
		{ RFB_24_BITS, RECT("0000", "0000", "574d566a") "0001" },
		/* libvncserver: lamps, messages, encodings, identity */
		{ RFB_24_BITS, RECT("0000", "0000", "fffe0000") },
		{ RFB_24_BITS, RECT("0040", "0000", "fffe0001") "aa*64" },
		{ RFB_24_BITS, RECT("0008", "0002", "fffe0002") "aa*8" },
		{ RFB_24_BITS, RECT("0005", "0000", "fffe0003") "'x11vn'" },
	};

	(void)state;
	CHECK(rows);
	fails(RECT("0001", "0001", "fffffec6") "fffffec6", "3203 unknown-protocol encoding -314;");
	fails(RECT("0000", "0000", "fffffecd") "00001001 aa*9", "3203 malformed DesktopName;");
	fails(RECT("0001", "0001", "574d5664") "02 00", "3203 malformed VMware cursor;");
	/* VMware: a new format holds for the next rectangle */
	says(RFB_OPEN "s 00 00 0002 " RECT("0002", "0002", "574d5669")
		 RFB_8_BITS RECT("0002", "0002", "00000000") "aa*4\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN UPDATE RECT("0002", "0002", "574d5669") RFB_8_BITS
	    "\n" UPDATE RECT("0002", "0002", "00000000") "aa*4\n" CUT_S,
	    CUT_S_SAID);
	/* the last one, however many there should be */
	says(RFB_OPEN "s 00 00 ffff " RECT("0001", "0001", "00000000") "aa*4 " RECT(
		 "0000", "0000", "ffffff20") "\n" CUT_S,
	    CUT_S_SAID);
}

/* Behind what nobody here knows there is no reading; what the viewer sends is read on. */
static void
test_unknown(void **state)
{
	(void)state;
	fails(RECT("0004", "0001", "ffffd8f1") "aa*4", "3203 unknown-protocol encoding -9999;");
	fails(RECT("0004", "0001", "0000000f") "aa*4", "3203 unknown-protocol encoding 15;");
	fails(
	    RECT("0004", "0001", "48323634") "aa*4", "3203 unknown-protocol encoding 1211250228;");
	fails(RECT("0000", "0000", "c0a1e5ce"), "3203 unknown-protocol encoding -1063131698;");
}

/* A picture lies on the screen, whose size changes. */
static void
test_outside(void **state)
{
	static const char outside[] = "3203 malformed rectangle outside of the screen;";

	(void)state;
	fails(RECT("0041", "0001", "00000000") "aa*260", outside);
	fails(RECT("0001", "0031", "00000010") "00000001 aa", outside);
	fails("003f 0000 0002 0001 00000000 aa*8", outside);
	fails("0000 ffff 0001 ffff 00000001 00000000", outside);
	says(RFB_OPEN UPDATE "003e 002f 0002 0001 00000000 aa*8\n" CUT_S, CUT_S_SAID);
	/* DesktopSize, ExtendedDesktopSize, UltraVNC's, PalmVNC's */
	says(RFB_OPEN UPDATE RECT("0050", "0030", "ffffff21") "\n" UPDATE RECT(
		 "0050", "0001", "00000000") "aa*320\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN UPDATE RECT("0050", "0030", "fffffecc") "01 000000 aa*16\n" UPDATE RECT(
		 "0050", "0001", "00000000") "aa*320\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN
	    "s 04 00 0050 0030\n" UPDATE RECT("0050", "0001", "00000000") "aa*320\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN "s 0f 00 0010 0010 0050 0030 0000\n" UPDATE RECT(
		 "0050", "0001", "00000000") "aa*320\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN UPDATE "0001 0000 0050 0030 fffffecc 01 000000 aa*16\n" UPDATE RECT(
		 "0050", "0001", "00000000") "aa*320\n" CUT_S,
	    CUT_S_SAID);
	/* 3 is an error of a request (1), and of nothing else; one that was refused changes nothing
	 */
	says(RFB_OPEN UPDATE "0000 0003 0050 0030 fffffecc 01 000000 aa*16\n" UPDATE RECT(
		 "0050", "0001", "00000000") "aa*320\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN UPDATE "0001 0003 0050 0030 fffffecc 01 000000 aa*16\n" UPDATE RECT(
		 "0050", "0001", "00000000") "aa*320\n",
	    outside);
}

#define FORMAT_8   "c 00 000000 " RFB_8_BITS "\n"
#define FORMAT_16  "c 00 000000 " RFB_16_BITS "\n"
#define RAW_16	   UPDATE RECT("0002", "0001", "00000000") "aa*4\n"
#define REQUEST	   "c 03 01 0000 0000 0040 0030\n"
#define RAW_32	   UPDATE RECT("0002", "0001", "00000000") "aa*8\n"
#define RAW_8	   UPDATE RECT("0002", "0001", "00000000") "aa*2\n"
#define ZRLE	   UPDATE RECT("0002", "0001", "00000010") "00000002 aa*2\n"
#define UNSURE	   "3203 unknown-protocol SetPixelFormat;"
#define SYNC_ASK   "c f8 000000 80000004 01 07\n"
#define CONTINUOUS "c 96 01 0000 0000 0040 0030\n"
#define PAUSED	   "c 96 00 0000 0000 0000 0000\n"
#define SYNC_HERE  "s f8 000000 00000004 01 07\n"

/* The viewer asks for pixels of a byte: from where on? */
static void
test_new_format(void **state)
{
	(void)state;
	/* nothing is asked for: from the next update on */
	says(RFB_OPEN FORMAT_8 REQUEST RAW_8 CUT_S, CUT_S_SAID);
	says(RFB_OPEN REQUEST RAW_32 FORMAT_8 REQUEST RAW_8 CUT_S, CUT_S_SAID);
	/* one that began before keeps its format */
	says(RFB_OPEN REQUEST UPDATE RECT("0002", "0001", "00000000") "aa*3\n" FORMAT_8 REQUEST
								      "s aa*5\n" RAW_8 CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN REQUEST
	    "s 00 00 0002 " RECT("0002", "0001", "00000000") "aa*8\n" FORMAT_8 "s " RECT(
		"0002", "0001", "00000000") "aa*8\n" RAW_8 CUT_S,
	    CUT_S_SAID);
	/* one that was asked for could have either */
	says(RFB_OPEN REQUEST FORMAT_8 RAW_32 CUT_S CUT_C, UNSURE CUT_C_SAID);
	says(RFB_OPEN REQUEST FORMAT_8 RAW_8 CUT_S, UNSURE);
	says(RFB_OPEN REQUEST FORMAT_8 UPDATE RECT("0000", "0000", "ffffff11") "\n", UNSURE);
	/* where that matters; behind it there is no doubt */
	says(RFB_OPEN REQUEST FORMAT_8 REQUEST ZRLE RAW_8 CUT_S, CUT_S_SAID);
	says(RFB_OPEN REQUEST REQUEST FORMAT_8 ZRLE RAW_8 CUT_S, UNSURE);
	says(RFB_OPEN REQUEST REQUEST FORMAT_8 ZRLE ZRLE RAW_8 CUT_S, CUT_S_SAID);
	/* a format of as many bytes is no change */
	says(RFB_OPEN REQUEST "c 00 000000 20180101 00ff00ff00ff 081018 000000\n" RAW_32 CUT_S,
	    CUT_S_SAID);
	/* Tight knows the depth */
	says(RFB_OPEN "c 00 000000 " RFB_32_BITS
		      "\n" UPDATE RECT("0002", "0001", "00000007") "80 aa*4\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN REQUEST "c 00 000000 " RFB_32_BITS
			      "\n" UPDATE RECT("0002", "0001", "00000007") "80 aa*4\n" CUT_S,
	    UNSURE);
}

/* Which encodings depend on it. */
static void
test_by_format(void **state)
{
	static const char *const depend[] = { "00000000", "00000002", "00000004", "00000005",
		"00000007", "00000008", "0000001a", "0000001b", "fffffefc", "ffffff11",
		"574d5664" };
	static const char *const others[] = { "00000001 aa*4", "00000006 00000000",
		"00000010 00000000", "00000015 ffd8 ffd9", "ffffff10 aa*8", "ffffff21",
		"fffffec6 00000000 aa*4", "574d5665 aa*2" };

	(void)state;
	for (size_t i = 0; i < sizeof depend / sizeof *depend; i++)
		says_of(
		    UNSURE, RFB_OPEN REQUEST FORMAT_8 UPDATE "0000 0000 0001 0001 %s\n", depend[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		says_of(CUT_S_SAID,
		    RFB_OPEN REQUEST FORMAT_8 UPDATE "0000 0000 0001 0001 %s\n" CUT_S, others[i]);
}

/* A fence with SyncNext says where it begins. */
static void
test_fence(void **state)
{
	(void)state;
	says(RFB_OPEN REQUEST SYNC_ASK FORMAT_8 RAW_32 RAW_32 SYNC_HERE RAW_8 CUT_S, CUT_S_SAID);
	/* another answer, a request of the server: not yet */
	says(RFB_OPEN REQUEST SYNC_ASK FORMAT_8
	    "s f8 000000 00000001 01 07\n"
	    "s f8 000000 80000004 01 07\n" RAW_32 SYNC_HERE RAW_8 CUT_S,
	    CUT_S_SAID);
	/* only of the message right behind it */
	says(RFB_OPEN REQUEST SYNC_ASK "c 04 01 0000 00000061\n" FORMAT_8 RAW_32, UNSURE);
	says(RFB_OPEN REQUEST "c f8 000000 00000004 01 07\n" FORMAT_8 RAW_32, UNSURE);
	says(RFB_OPEN REQUEST "c f8 000000 80000001 01 07\n" FORMAT_8 RAW_32, UNSURE);
	says(RFB_OPEN REQUEST SYNC_ASK FORMAT_8 SYNC_HERE FORMAT_16 RAW_8, UNSURE);
	/* behind it there is no doubt, and another change is another one */
	says(RFB_OPEN REQUEST FORMAT_8 SYNC_ASK FORMAT_16 SYNC_HERE RAW_16 CUT_S, CUT_S_SAID);
	says(RFB_OPEN REQUEST SYNC_ASK FORMAT_8 RAW_32 SYNC_HERE RAW_8 FORMAT_16 RAW_16 CUT_S,
	    CUT_S_SAID);
	/* two at a time */
	says(RFB_OPEN SYNC_ASK FORMAT_8 SYNC_ASK FORMAT_16 RAW_32, UNSURE);
	/* updates that nobody asked for */
	says(RFB_OPEN CONTINUOUS SYNC_ASK FORMAT_8 RAW_32 SYNC_HERE RAW_8 CUT_S, CUT_S_SAID);
	says(RFB_OPEN CONTINUOUS FORMAT_8 ZRLE ZRLE RAW_8, UNSURE);
	says(RFB_OPEN CONTINUOUS "s 96\n" FORMAT_8 RAW_8 CUT_S, CUT_S_SAID);
	/* a doubt goes on over the next change */
	says(RFB_OPEN CONTINUOUS FORMAT_8 "s 96\n" FORMAT_16 RAW_16, UNSURE);
	says(RFB_OPEN REQUEST REQUEST FORMAT_8 ZRLE FORMAT_16 RAW_16, UNSURE);
}

/* A viewer that is not read any more may ask for any format: what depends on it is not read either,
 * and nothing is made of it. */
static void
test_viewer_lost(void **state)
{
	(void)state;
	says(RFB_OPEN "-c 20\n" REQUEST RAW_8 RAW_8 CUT_S, "3203 lost;");
	says(RFB_OPEN "-c 20\n" RAW_32 CUT_S, "3203 lost;");
	says(RFB_OPEN "-c 20\n" UPDATE RECT("0002", "0001", "00000007") "80 aa*3\n" CUT_S,
	    "3203 lost;");
	says(RFB_OPEN "c 4d\n" RAW_32 CUT_S, "3203 unknown-protocol viewer message 77;");
	says(RFB_OPEN SYNC_ASK FORMAT_8 "-c 20\n" SYNC_HERE RAW_8 CUT_S, "3203 lost;");
	/* the one that began before; and what has a length of its own */
	says(RFB_OPEN UPDATE RECT("0002", "0001", "00000000") "aa*3\n-c 20\ns aa*5\n" CUT_S,
	    "3203 lost;" CUT_S_SAID);
	says(RFB_OPEN
	    "-c 20\n" ZRLE UPDATE RECT("0000", "0000", "fffffecd") "00000004 'desk'\n" CUT_S,
	    "3203 lost;" CUT_S_SAID);
}

/* Continuous updates are ended for a new format, and begun again, as TigerVNC's viewer does it: the
 * server's message that they ended says where it begins. */
static void
test_continuous_end(void **state)
{
	(void)state;
	says(RFB_OPEN CONTINUOUS RAW_32 PAUSED FORMAT_8 CONTINUOUS RAW_32 RAW_32
	    "s 96\n" RAW_8 RAW_8 CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN CONTINUOUS PAUSED FORMAT_8 RAW_32 "s 96\n" REQUEST RAW_8 CUT_S, CUT_S_SAID);
	/* twice; they go on behind the first */
	says(RFB_OPEN CONTINUOUS PAUSED FORMAT_8 CONTINUOUS
	    "s 96\n" RAW_8 PAUSED FORMAT_16 CONTINUOUS RAW_8 "s 96\n" RAW_16 CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN CONTINUOUS PAUSED FORMAT_8 CONTINUOUS "s 96\n" RAW_8 FORMAT_16 RAW_8, UNSURE);
	/* a fence is not what it waits for, nor is the end what waits for a fence */
	says(RFB_OPEN CONTINUOUS PAUSED FORMAT_8 SYNC_HERE RAW_32 "s 96\n" RAW_8 CUT_S, CUT_S_SAID);
	says(RFB_OPEN CONTINUOUS PAUSED SYNC_ASK FORMAT_8 "s 96\n" RAW_32 SYNC_HERE RAW_8 CUT_S,
	    CUT_S_SAID);
	/* one that is asked for besides could come on either side of it, and so could two */
	says(RFB_OPEN CONTINUOUS REQUEST PAUSED FORMAT_8 "s 96\n" RAW_8, UNSURE);
	says(RFB_OPEN CONTINUOUS PAUSED PAUSED FORMAT_8 "s 96\n" RAW_8, UNSURE);
	says(RFB_OPEN CONTINUOUS PAUSED FORMAT_8 FORMAT_16 "s 96\n" RAW_8, UNSURE);
	/* formats of as many bytes are one, wherever it begins */
	says(RFB_OPEN CONTINUOUS PAUSED PAUSED "c 00 000000 20180101 00ff00ff00ff 081018 000000\n"
					       "s 96\n" RAW_32 CUT_S,
	    CUT_S_SAID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_hextile),
		cmocka_unit_test(test_tight),
		cmocka_unit_test(test_jpeg),
		cmocka_unit_test(test_pseudo),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_new_format),
		cmocka_unit_test(test_by_format),
		cmocka_unit_test(test_fence),
		cmocka_unit_test(test_viewer_lost),
		cmocka_unit_test(test_continuous_end),
	};

	return UNIT_RUN(tests);
}
