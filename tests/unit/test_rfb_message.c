/* test_rfb_message.c - messages of both sides of an RFB session, by their type. Bytes by hand from
 * RFC 6143 and the other sources that rfb.h names. */
#include "rfb_feed.h"

#define CUT_BOTH CUT_C CUT_S

/* Messages that are neither said nor lose what follows. */
static void
test_silent_messages(void **state)
{
	static const char *const client[] = {
		"02 00 0003 00000000 ffffff21 c0a1e5ce", /* that it could take the clipboard */
		"02 00 0000",
		"03 01 0000 0000 0040 0030",
		"04 01 0000 0000ff0d",
		"05 80 0001 0002", /* button 8 */
		"0c",
		"0d",
		"96 01 0000 0000 0040 0030",
		"f8 000000 80000001 03 'abc'",
		"f8 000000 00000001 40 aa*64",
		"fb 00 0040 0030 02 00 aa*32",
		"fc 000201",
		"fc 000300 00000007",
		"fd 81 0002 0001",		  /* gii, big-endian */
		"fd 01 0200 0100",		  /* and little-endian */
		"fd 82 0038 aa*56",		  /* a device */
		"fd 83 0004 00000001",		  /* which is removed */
		"fd 80 000c 0c0a 0000 00000001 00000001", /* a button of it */
		"ff 00 0001 00000061 0000001e",	  /* QEMU: a key */
		"ff 01 0000",			  /* and sound */
		"ff 01 0002 03 02 0000ac44",
	}, *const server[] = {
		"01 00 0000 0100 aa*1536",
		"02",
		"04 00 0040 0030",
		"05",
		"0d",
		"0f 00 0080 0060 0040 0030 0000",
		"96",
		"ad 000000 00000001 00000001",
		"f8 000000 00000001 03 'abc'",
		"fa 00 01 01",
		"fc 000300 00000007",
		"fc 020000", /* UltraVNC: two monitors */
		"fd 81 0004 0001 0001",
		"fd 02 0400 00000001",
		"ff 01 0001",
		"ff 01 0000",
		"ff 01 0002 00000005 aa*5",
		"00 00 0000", /* an update of nothing */
	};

	(void)state;
	for (size_t i = 0; i < sizeof client / sizeof *client; i++) {
		says_of("", RFB_OPEN "c %s\n", client[i]);
		says_of(CUT_C_SAID, RFB_OPEN "c %s\n" CUT_C, client[i]);
	}
	for (size_t i = 0; i < sizeof server / sizeof *server; i++) {
		says_of("", RFB_OPEN "s %s\n", server[i]);
		says_of(CUT_S_SAID, RFB_OPEN "s %s\n" CUT_S, server[i]);
	}
}

/* Messages with a verdict, behind which the session is read on. */
static void
test_redirections(void **state)
{
	static const struct {
		const char *bytes, *want;
	} rows[] = {
		{ "c 07 0e 0000 00000000 00000000", "file-transfer UltraVNC FileTransfer" },
		{ "s 07 02 0100 00000000 00000003 'abc'", "file-transfer UltraVNC FileTransfer" },
		{ "c 07 05 0000 00000001 00000009 aa*9", "file-transfer UltraVNC FileTransfer" },
		{ "s 07 04 0000 00000400 00000003 'abc' 4d*4",
		    "file-transfer UltraVNC FileTransfer" },
		{ "c 07 08 0000 00000400 00000003 'abc' 00000000",
		    "file-transfer UltraVNC FileTransfer" },
		{ "s 07 11 0003 00000000 00000001 'x'", "file-transfer UltraVNC FileTransfer" },
		{ "c 0b 000000 00000005 'hello'", "chat UltraVNC TextChat" },
		{ "s 0b 000000 ffffffff", "chat UltraVNC TextChat" },
		{ "c 0b 000000 fffffffd", "chat UltraVNC TextChat" },
		{ "c 08 02 0000", "channel UltraVNC SetScale" },
		{ "c 09 01 0000", "channel UltraVNC SetServerInput" },
		{ "c 0a 01 0001 0001", "channel UltraVNC SetSW" },
		{ "c 0f 02 0000", "channel PalmVNC SetScaleFactor" },
		{ "c 14", "channel UltraVNC RequestSession" },
		{ "c 15 02", "channel UltraVNC SetSession" },
		{ "c fd 04 0300 aa*3", "channel gii" },
		{ "c fd 41 0200 aa*2", "channel gii" },
		{ "c fd ff 0003 aa*3", "channel gii" },
		{ "s fd 80 0003 aa*3", "channel gii" },
		{ "s fd 03 0400 aa*4", "channel gii" },
		{ "c fa 00 01 02", "channel xvp" },
		{ "c 82 00 0003 'abc'", "file-transfer TightVNC FileListRequest" },
		{ "c 83 00 0003 00000000 'abc'", "file-transfer TightVNC FileDownloadRequest" },
		{ "c 84 00 0003 00000000 'abc'", "file-transfer TightVNC FileUploadRequest" },
		{ "c 85 00 0005 0003 'abc'", "file-transfer TightVNC FileUploadData" },
		{ "c 85 00 0000 0003 'abc'", "file-transfer TightVNC FileUploadData" },
		{ "c 85 00 0003 0000", "file-transfer TightVNC FileUploadData" },
		{ "c 85 00 0000 0000 00000001", "file-transfer TightVNC FileUploadData" },
		{ "c 86 00 0003 'abc'", "file-transfer TightVNC FileDownloadCancel" },
		{ "c 87 00 0003 'abc'", "file-transfer TightVNC FileUploadFailed" },
		{ "c 88 00 0003 'abc'", "file-transfer TightVNC FileCreateDirRequest" },
		{ "s 82 00 0002 0005 0003 aa*16 'abc'", "file-transfer TightVNC FileListData" },
		{ "s 83 00 0005 0003 'abc'", "file-transfer TightVNC FileDownloadData" },
		{ "s 83 00 0000 0000 00000001", "file-transfer TightVNC FileDownloadData" },
		{ "s 84 00 0003 'abc'", "file-transfer TightVNC FileUploadCancel" },
		{ "s 85 00 0003 'abc'", "file-transfer TightVNC FileDownloadFailed" },
	};
	char want[256];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool client = rows[i].bytes[0] == 'c';

		(void)snprintf(want, sizeof want, "3202 %s;", rows[i].want);
		says_of(want, RFB_OPEN "%s\n", rows[i].bytes);
		(void)snprintf(want, sizeof want, "3202 %s;%s", rows[i].want,
		    client ? CUT_C_SAID : CUT_S_SAID);
		says_of(want, RFB_OPEN "%s\n%s", rows[i].bytes, client ? CUT_C : CUT_S);
	}
	/* to say which version of it one speaks moves nothing */
	says(RFB_OPEN "s 07 11 0003 00000000 00000000\n" CUT_S, CUT_S_SAID);
	/* a word is said once */
	says(RFB_OPEN "c 0a 01 0001 0001\nc 09 01 0000\nc 0b 000000 ffffffff\n",
	    "3202 channel UltraVNC SetSW;3202 chat UltraVNC TextChat;");
}

/* Messages behind which there is no reading on that side. */
static void
test_boundary_lost(void **state)
{
	(void)state;
	says(RFB_OPEN "c fc 000102 00 00000001 '/'\n" CUT_BOTH,
	    "3202 file-transfer TightVNC file transfer;3203 unknown-protocol viewer message "
	    "252;" CUT_S_SAID);
	says(RFB_OPEN "s fc 000103 aa*9\n" CUT_BOTH,
	    "3202 file-transfer TightVNC file transfer;3203 unknown-protocol server message "
	    "252;" CUT_C_SAID);
	says(RFB_OPEN "s fc 000201\n", /* a viewer's */
	    "3202 channel type 252;3203 unknown-protocol server message 252;");
	says(RFB_OPEN "s fc 020001\n",
	    "3202 channel type 252;3203 unknown-protocol server message 252;");
	says(RFB_OPEN "c fc 020000\n",
	    "3202 channel type 252;3203 unknown-protocol viewer message 252;");
	says(RFB_OPEN "c f9 00 00\n" CUT_C,
	    "3202 channel OLIVE Call Control;3203 unknown-protocol viewer message 249;");
	says(RFB_OPEN "s 7f 00\n", "3202 channel VMware;3203 unknown-protocol server message 127;");
	says(RFB_OPEN "c 50 00 0000\n", "3202 channel UltraVNC NotifyPluginStreaming;"
					"3203 unknown-protocol viewer message 80;");
	says(RFB_OPEN "c ff 02 0001 00000003 'usb'\n" CUT_BOTH,
	    "3202 channel QEMU;3203 unknown-protocol viewer message 255;" CUT_S_SAID);
	says(RFB_OPEN "c ff 01 0003\n",
	    "3202 channel QEMU;3203 unknown-protocol viewer message 255;");
	says(RFB_OPEN "s ff 00\n", "3202 channel QEMU;3203 unknown-protocol server message 255;");
	/* types that nobody has */
	says(RFB_OPEN "c 01 00\n" CUT_C, "3203 unknown-protocol viewer message 1;");
	says(RFB_OPEN "c 4d\n" CUT_BOTH, "3203 unknown-protocol viewer message 77;" CUT_S_SAID);
	says(RFB_OPEN "s 4d\n" CUT_BOTH, "3203 unknown-protocol server message 77;" CUT_C_SAID);
	says(RFB_OPEN "c f8 000000 80000000 41 aa*65\n", "3203 malformed Fence;");
	says(RFB_OPEN "c 00 000000 0f0f0001 00ff00ff00ff 100800 000000\n" CUT_BOTH,
	    "3203 malformed SetPixelFormat;");
}

/* Extended clipboard: a length below zero. Capabilities alone move nothing: flags of formats 0 to
 * 15, and four bytes for each. */
static void
test_extended_clipboard(void **state)
{
	(void)state;
	says(RFB_OPEN "s 03 000000 fffffff4 1f000003 00000000 00000000\n", "");
	says(RFB_OPEN "s 03 000000 fffffffc 1f000000\n", "");
	says(RFB_OPEN "s 03 000000 fffffffc 1f000000\n" CUT_S, CUT_S_SAID);
	says(RFB_OPEN "c 06 000000 ffffffe8 1f00001f aa*20\nc 04 01 0000 00000061\n", "");
	says(RFB_OPEN "c 06 000000 fffffff8 1f000100 aa*4\n" CUT_C, CUT_C_SAID);
	says(RFB_OPEN "c 06 000000 fffffff8 1f000100 aa*4\n", "");
	/* more than they take, or less */
	says(RFB_OPEN "c 06 000000 fffffff0 1f000003 aa*12\n", CUT_C_SAID);
	says(RFB_OPEN "c 06 000000 fffffff8 1f000003 aa*4\n", CUT_C_SAID);
	/* notify, request, peek, provide; files and HTML */
	says(RFB_OPEN "s 03 000000 fffffffc 08000001\n", CUT_S_SAID);
	says(RFB_OPEN "c 06 000000 fffffffc 02000001\n", CUT_C_SAID);
	says(RFB_OPEN "c 06 000000 fffffffc 04000000\n", CUT_C_SAID);
	says(RFB_OPEN "c 06 000000 fffffff6 10000014 'files.'\nc 0b 000000 00000002 'hi'\n",
	    CUT_C_SAID "3202 chat UltraVNC TextChat;");
	/* shorter than its flags */
	says(RFB_OPEN "s 03 000000 ffffffff 00\n"
		      "s 0b 000000 00000002 'hi'\n",
	    CUT_S_SAID "3202 chat UltraVNC TextChat;");
	/* TightVNC's */
	says(RFB_OPEN "c fc 000200 00000003 'abc'\nc 0b 000000 ffffffff\n",
	    "3202 clipboard TightVNC CutText;3202 chat UltraVNC TextChat;");
	says(RFB_OPEN "s fc 000200 00000003 'abc' 0b 000000 ffffffff\n",
	    "3202 clipboard TightVNC CutText;3202 chat UltraVNC TextChat;");
	says(RFB_OPEN "s fc 000200 00000000\n", "");
}

/* A pointer event with more buttons, once the server said that it knows them. */
static void
test_buttons(void **state)
{
	static const char known[] = RFB_OPEN "s 00 00 0001 0000 0000 0000 0000 fffffec4\n";

	(void)state;
	says_of(CUT_C_SAID, "%sc 05 80 0001 0002 01\nc 05 01 0001 0002\n" CUT_C, known);
	says_of("3203 lost;" CUT_C_SAID, "%s-s 1\nc 05 80 0001 0002 01\nc 05 01 0001 0002\n" CUT_C,
	    known);
	/* the server could have said it where it was not read */
	says(RFB_OPEN "c 05 80 0001 0002\n-s 1\nc 05 01 0001 0002\nc 05 80 0001 0002\n" CUT_C,
	    "3203 lost;3203 unknown-protocol PointerEvent;");
	says_of("3203 unknown-protocol viewer message 1;", "%s", RFB_OPEN "c 05 80 0001 0002 01\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_messages),
		cmocka_unit_test(test_redirections),
		cmocka_unit_test(test_boundary_lost),
		cmocka_unit_test(test_extended_clipboard),
		cmocka_unit_test(test_buttons),
	};

	return UNIT_RUN(tests);
}
