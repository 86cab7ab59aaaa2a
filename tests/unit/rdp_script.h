/* rdp_script.h - what the tests of the RDP inspector have in common: the PDUs of the examples in
 * [MS-RDPBCGR] section 4, and sessions made of them. */
#ifndef RDP_SCRIPT_H
#define RDP_SCRIPT_H

#include "rdp_feed.h"

/* 4.1.1, 4.1.2: nothing is asked for and nothing chosen. */
#define REQUEST_0                                                                                  \
	"0300002c27e00000000000436f6f6b69653a206d737473686173683d656c746f6e730d0a0100080000000000"
#define CONFIRM_0 "030000130ed000001234000200080000000000"

/* The same with other protocols, and without any. */
#define REQUEST(protocols) "030000130ee0000000000001000800" protocols "000000"
#define CONFIRM(protocols) "030000130ed0000012340002000800" protocols "000000"
#define FAILURE(code)	   "030000130ed0000012340003000800" code "000000"
#define REQUEST_NONE	   "0300000b06e00000000000"
#define CONFIRM_NONE	   "0300000b06d00000123400"

/* 4.1.3: what stands before the blocks of settings, and the blocks. The first two numbers, and
 * those of two bytes before X.224, MCS and twice GCC, are lengths. */
#define SELECTORS "040101040101"
#define UPWARD	  "0101ff"
#define DOMAINS                                                                                    \
	"30190201220201020201000201010201000201010202ffff020102"                                   \
	"301902010102010102010102010102010002010102020420020102"                                   \
	"301c0202ffff0202fc170202ffff0201010201000201010202ffff020102"
#define GCC_KEY	    "000500147c0001"
#define GCC_REQUEST "000800100001c00044756361"
#define CORE                                                                                       \
	"01c0d800040008000005000401ca03aa09040000ce0e000045004c0054004f004e0053002d004400"         \
	"4500560032000000000000000000000004000000000000000c000000000000000000000000000000"         \
	"00000000000000000000000000000000000000000000000000000000000000000000000000000000"         \
	"00000000000000000000000001ca010000000000180007000100360039003700310032002d003700"         \
	"380033002d0030003300350037003900370034002d00340032003700310034000000000000000000"         \
	"00000000000000000000000000000000"
#define CLUSTER	 "04c00c000d00000000000000"
#define SECURITY "02c00c001b00000000000000"
#define NETWORK                                                                                    \
	"03c02c0003000000"                                                                         \
	"726470647200000000008080"                                                                 \
	"636c6970726472000000a0c0"                                                                 \
	"726470736e640000000000c0"
#define CHANNEL_RDPSND	"726470736e640000000000c0"
#define CHANNEL_CLIPRDR "636c6970726472000000a0c0"

#define EXAMPLE_INITIAL                                                                            \
	"030001a002f0807f65820194" SELECTORS UPWARD DOMAINS "04820133" GCC_KEY "812a" GCC_REQUEST  \
	"811c" CORE CLUSTER SECURITY NETWORK

/* 4.1.4, with other random numbers and another certificate. */
#define ZEROS_20 "0000000000000000000000000000000000000000"
#define RESPONSE_HEAD                                                                              \
	"0300015102f0807f668201450a0100020100301a02012202010302010002010102010002010102"           \
	"0300fff80201020482011f000500147c00012a14760a01010001c0004d63446e8108"                     \
	"010c0c000400080000000000030c1000eb030300ec03ed03ee030000"
#define RESPONSE(method, level)                                                                    \
	RESPONSE_HEAD                                                                              \
	"020cec00" method "000000" level "00000020000000b8000000"                                  \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" ZEROS_20 ZEROS_20       \
	    ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20 ZEROS_20 "00000000"

/* 4.1.5 to 4.1.8: MCS; then frames with anything in them. */
#define ERECT	    "0300000c02f0800401000100"
#define ATTACH	    "0300000802f08028"
#define ATTACHED    "0300000b02f0802e000006"
#define JOIN	    "0300000c02f08038000603eb"
#define JOINED	    "0300000f02f0803e00000603eb03eb"
#define ULTIMATUM   "0300000902f0802180"
#define DISCONNECT  "0300000b06800000000000"
#define SEND	    "0300001402f08064000603eb7005aabbccddee00"
#define SENT	    "0300001402f08068000603eb7005aabbccddee00"
#define FAST_INPUT  "040600010203" /* 4 bytes of input behind 2 */
#define FAST_OUTPUT "0080080102030405"

#define AFTER                                                                                      \
	" c " ERECT " " ATTACH " s " ATTACHED " c " JOIN " s " JOINED " c " SEND " s " SENT        \
	" c " FAST_INPUT FAST_INPUT " s " FAST_OUTPUT FAST_OUTPUT " c " ULTIMATUM

#define STANDARD "c " REQUEST_NONE " s " CONFIRM_NONE " c "
#define HIGH	 " s " RESPONSE("02", "03") AFTER

/* What is said of the example's list. */
#define AS_EVER "3202 drive clipboard (rdpdr,cliprdr)"

/* --- building --- */

static inline void __attribute__((format(printf, 3, 4)))
join(char *to, size_t size, const char *format, ...)
{
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(to, size, format, list);
	va_end(list);
	assert_true(n >= 0 && (size_t)n < size);
}

/* A PDU with a Connect-Initial, whose lengths count what is there. HEAD: what stands before the
 * conference. */
static inline const char *
initial_with(const char *head, const char *blocks)
{
	static char text[FEED_TEXT];
	unsigned n = (unsigned)strlen(blocks) / 2, h = (unsigned)strlen(head) / 2;

	join(text, sizeof text, "0300%04x02f0807f6582%04x%s0482%04x%s%04x%s%04x%s", n + h + 39,
	    n + h + 27, head, n + 23, GCC_KEY, 0x8000 | (n + 14), GCC_REQUEST, 0x8000 | n, blocks);
	return text;
}

static inline const char *
initial(const char *blocks)
{
	return initial_with(SELECTORS UPWARD DOMAINS, blocks);
}

/* All blocks, with a list of channels of N bytes that is said to have COUNT. */
static inline const char *
listing(const char *channels, unsigned count)
{
	static char text[FEED_TEXT];

	join(text, sizeof text, "%s%s%s03c0%02x%02x%02x000000%s", CORE, CLUSTER, SECURITY,
	    (unsigned)(8 + strlen(channels) / 2) & 255, (unsigned)(8 + strlen(channels) / 2) >> 8,
	    count, channels);
	return initial(text);
}

/* One channel: a name of up to 8 bytes, and options. */
static inline const char *
channel(const char *name)
{
	static char text[25];

	for (unsigned i = 0, end = 0; i < 8; i++) {
		end |= name[i] == 0;
		join(text + 2 * i, 3, "%02x", end ? 0 : (uint8_t)name[i]);
		if (end)
			name = "\0\0\0\0\0\0\0";
	}
	join(text + 16, 9, "00008080");
	return text;
}

/* A session with standard security: a Connect-Initial, and all that follows. */
static inline const char *
session(const char *connect)
{
	static char text[FEED_TEXT];

	join(text, sizeof text, STANDARD "%s%s", connect, HIGH);
	return text;
}

static inline void
check_session(const char *name, const char *connect, const char *want)
{
	check_rdp(name, session(connect), want);
}

#endif
