/* test_recognise_file.c - file services: SMB, NFS, TFTP and iSCSI.
 *
 * The messages are written field by field from the documents that smb.c, rpc.c, tftp.c and iscsi.c
 * name; tshark reads each that is confirmed as what it is meant to be. */
#include "recognise_change.h"

#define ZERO_4	 "\0\0\0\0"
#define ZERO_8	 ZERO_4 ZERO_4
#define ZERO_16	 ZERO_8 ZERO_8
#define ZERO_64	 ZERO_16 ZERO_16 ZERO_16 ZERO_16
#define ZERO_404 ZERO_64 ZERO_64 ZERO_64 ZERO_64 ZERO_64 ZERO_64 ZERO_16 ZERO_4

/* SMB 1: status, flags; the signature and what else is zero; the multiplex id, which is repeated.
 */
#define SMB_1(status, flags, id)                                                                   \
	"\xffSMB\x72" status flags "\x01\x28\0\0" ZERO_8 "\0\0"                                    \
	"\0\0\x34\x12\0\0" id
#define ASK_1(id)                                                                                  \
	"\0\0\0\x2f" SMB_1(ZERO_4, "\x18", id) "\0"                                                \
					       "\x0c\0"                                            \
					       "\2NT LM 0.12\0"
#define TELL_1(id)                                                                                 \
	"\0\0\0\x45" SMB_1(ZERO_4, "\x98", id) "\x11"                                              \
					       "\0\0\3\x32\0\1\0" ZERO_8 ZERO_8 ZERO_8 "\0\0\0"    \
					       "\0\0"

/* SMB 2: status, command, flags; the message's id, which is repeated; the session, which is none.
 */
#define SMB_2(status, command, flags, id)                                                          \
	"\xfeSMB\x40\0\0\0" status command "\1\0" flags ZERO_4 id ZERO_8 ZERO_8 ZERO_16
#define ASK_2(id)                                                                                  \
	"\0\0\0\x68" SMB_2(ZERO_4, "\0\0", ZERO_4, id) "\x24\0\2\0\1\0\0\0" ZERO_4 ZERO_16 ZERO_8  \
						       "\x10\2\0\3"
#define TELL_2(dialect, id)                                                                        \
	"\0\0\0\x80" SMB_2(ZERO_4, "\0\0", "\1\0\0\0",                                             \
	    id) "\x41\0\1\0" dialect "\0\0" ZERO_16 ZERO_16 ZERO_16 "\x80\0\0\0" ZERO_4
#define ERROR_2                                                                                    \
	"\0\0\0\x49" SMB_2("\xbb\0\0\xc0", "\0\0", "\1\0\0\0", ZERO_8) "\x09\0\0\0" ZERO_4 "\0"

/* "FILES" and "CLIENT" as NetBIOS names (RFC 1001, 14.1). */
#define CALLED                                                                                     \
	"\x20"                                                                                     \
	"EGEJEMEFFDCACACACACACACACACACACA"                                                         \
	"\0"
#define CALLING                                                                                    \
	"\x20"                                                                                     \
	"EDEMEJEFEOFECACACACACACACACACAAA"                                                         \
	"\0"
#define SESSION_REQUEST "\x81\0\0\x44" CALLED CALLING
#define SESSION_ACCEPT	"\x82\0\0\0"
#define ENCRYPTED                                                                                  \
	"\0\0\0\x38"                                                                               \
	"\xfdSMB" ZERO_16 ZERO_16 "\4\0\0\0"                                                       \
	"\0\0\1\0"                                                                                 \
	"\x11\0\0\0\0\0\0\0"                                                                       \
	"\1\2\3\4"
#define COMPRESSED                                                                                 \
	"\0\0\0\x14"                                                                               \
	"\xfcSMB"                                                                                  \
	"\x80\0\0\0"                                                                               \
	"\2\0\0\0" ZERO_4 "\1\2\3\4"

/* ONC RPC: xid; version 2, a program, its version and procedure; no credentials. */
#define CALL(xid, program, version, procedure)                                                     \
	xid ZERO_4 "\0\0\0\2" program "\0\0\0" version "\0\0\0" procedure ZERO_16
#define REPLY(xid) xid "\0\0\0\1" ZERO_4 ZERO_8 ZERO_4
#define DENIED(xid)                                                                                \
	xid "\0\0\0\1"                                                                             \
	    "\0\0\0\1"                                                                             \
	    "\0\0\0\1"                                                                             \
	    "\0\0\0\5"
#define CALL_MARK   "\x80\0\0\x28"
#define REPLY_MARK  "\x80\0\0\x18"
#define XID	    "\x5a\x01\x02\x03"
#define OTHER_XID   "\x5a\x01\x02\x04"
#define PORT_MAPPER "\0\1\x86\xa0"
#define NFS	    "\0\1\x86\xa3"
#define MOUNT	    "\0\1\x86\xa5"
#define LOCKS	    "\0\1\x86\xb5"
#define ACLS	    "\0\1\x87\x83"
#define YP	    "\0\1\x86\xa4"

/* iSCSI: flags, and what is behind the session's identifier. */
#define ISID "\x80\x12\x34\x56\x78\x9a"
#define LOGIN(flags, task, reserved)                                                               \
	"\x43" flags "\0\0"                                                                        \
	"\0\0\0\x0c" ISID "\0\0" task "\0\1" reserved "\0\0\0\1" ZERO_4 ZERO_16 "AuthMethod=\0"
#define LOGGED_IN(flags, isid, task, why, reserved)                                                \
	"\x23" flags "\0\0"                                                                        \
	"\0\0\0\0" isid "\0\1" task ZERO_4 "\0\0\0\1"                                              \
	"\0\0\0\1"                                                                                 \
	"\0\0\0\x40" why "\0\0" reserved
#define OPTION_4 "a\0001\0a\0001\0a\0001\0a\0001\0"

static void
test_smb(void **state)
{
	static const struct conversation talks[] = {
		{ "SMB 1", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_1("\1\0")), S(TELL_1("\1\0")) } },
		{ "SMB 1 answered in SMB 2", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_1("\1\0")), S(TELL_2("\xff\2", ZERO_8)) } },
		{ "SMB 2", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_2(ZERO_8)), S(TELL_2("\2\2", ZERO_8)) } },
		{ "SMB 3.1.1", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_2(ZERO_8)), S(TELL_2("\x11\3", ZERO_8)) } },
		{ "SMB 2 refused", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_2(ZERO_8)), S(ERROR_2) } },
		{ "over NetBIOS", APP_SMB, SURE_CONFIRMED, false,
		    { C(SESSION_REQUEST), S(SESSION_ACCEPT), C(ASK_1("\1\0")),
			S(TELL_1("\1\0")) } },
		{ "a NetBIOS session refused", APP_SMB, SURE_LIKELY, false,
		    { C(SESSION_REQUEST), S("\x83\0\0\1\x82") } },
		{ "a NetBIOS session elsewhere", APP_SMB, SURE_LIKELY, false,
		    { C(SESSION_REQUEST), S("\x84\0\0\6\x0a\0\0\1\0\x8b") } },
		{ "the client alone", APP_SMB, SURE_LIKELY, false, { C(ASK_2(ZERO_8)) } },
		{ "the server alone", APP_SMB, SURE_LIKELY, false, { S(TELL_2("\2\2", ZERO_8)) } },
		{ "another message's answer", APP_SMB, SURE_LIKELY, false,
		    { C(ASK_1("\1\0")), S(TELL_1("\2\0")) } },
		{ "encrypted", APP_SMB, SURE_LIKELY, false, { C(ENCRYPTED), S(ENCRYPTED) } },
		{ "compressed", APP_SMB, SURE_LIKELY, false, { C(COMPRESSED) } },
		{ "SMB 1 of before NT", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_1("\1\0")), S("\0\0\0\x3d" SMB_1(ZERO_4, "\x98",
					    "\1\0") "\x0d" ZERO_16 ZERO_8 ZERO_4) } },
		{ "no dialect in common", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_1("\1\0")),
			S("\0\0\0\x25" SMB_1(ZERO_4, "\x98", "\1\0") "\1\xff\xff\0\0") } },
		{ "SMB 1 refused", APP_SMB, SURE_CONFIRMED, false,
		    { C(ASK_1("\1\0")),
			S("\0\0\0\x23" SMB_1("\xbb\0\0\xc0", "\x98", "\1\0") "\0\0\0") } },
		{ "another message's answer in SMB 2", APP_SMB, SURE_LIKELY, false,
		    { C(ASK_2(ZERO_8)), S(TELL_2("\2\2", "\1\0\0\0\0\0\0\0")) } },
		{ "an answer in SMB 2 to more than one", APP_SMB, SURE_LIKELY, false,
		    { C(ASK_1("\1\0")), S(TELL_2("\2\2", "\1\0\0\0\0\0\0\0")) } },
		{ "an answer in SMB 2 to another one", APP_SMB, SURE_LIKELY, false,
		    { C(ASK_2("\1\0\0\0\0\0\0\0")), S(TELL_2("\2\2", ZERO_8)) } },
		{ "an answer in SMB 1 to another one", APP_SMB, SURE_LIKELY, false,
		    { C(ASK_1("\1\0")), S(TELL_1("\0\0")) } },
		{ "an answer in SMB 1 to SMB 2", APP_SMB, SURE_LIKELY, false,
		    { C(ASK_2(ZERO_8)), S(TELL_1("\0\0")) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_not_smb(void **state)
{
	static const struct conversation talks[] = {
		{ "the answer in SMB 1", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_2(ZERO_8)), S("\0\0\0\x23" SMB_1(ZERO_4, "\x18", "\1\0") "\0\0\0") } },
		{ "asked on both sides", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_2(ZERO_8)), S(ASK_2(ZERO_8)) } },
		{ "no negotiation first", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\x40" SMB_2(ZERO_4, "\1\0", ZERO_4, ZERO_8)) } },
		{ "a dialect that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_2(ZERO_8)), S(TELL_2("\3\2", ZERO_8)) } },
		{ "no mark", APP_UNKNOWN, SURE_NOT, false, { C("\0\0\0\x68\xfeSMC\x40\0") } },
		{ "too short for a header", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\x08\xfeSMB\x40\0\0\0"), S("x") } },
		{ "bytes that do not fit", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\x2f" SMB_1(ZERO_4, "\x18", "\1\0") "\0\x0d\0\2NT LM 0.12\0") } },
		{ "a name of other letters", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x81\0\0\x44\x20QGEJEMEFFDCACACACACACACACACACACA\0" CALLING) } },
		{ "refused for no reason", APP_UNKNOWN, SURE_NOT, false,
		    { C(SESSION_REQUEST), S("\x83\0\0\1\2") } },
		{ "encrypted for no session", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\x34\xfdSMB" ZERO_16 ZERO_16 ZERO_4 "\0\0\1\0" ZERO_8) } },
		{ "an answer of something else", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_2(ZERO_8)), S("HTTP/1.1 400 Bad Request\r\n") } },
		{ "an error that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_2(ZERO_8)), S("\0\0\0\x49" SMB_2(ZERO_4, "\0\0", "\1\0\0\0",
					    ZERO_8) "\x09\0\0\0" ZERO_4 "\0") } },
		{ "an error with words of no dialect", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_1("\1\0")), S("\0\0\0\x27" SMB_1(
					    "\xbb\0\0\xc0", "\x98", "\1\0") "\2" ZERO_4 "\0\0") } },
		{ "names and a byte more", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x81\0\0\x45" CALLED CALLING "\0") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\0\0\0\x68\xfeSMB") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_smb(void **state)
{
	static const struct conversation one = { "SMB 1", APP_SMB, SURE_CONFIRMED, false,
		{ C(ASK_1("\1\0")), S(TELL_1("\1\0")) } };
	static const struct conversation two = { "SMB 2", APP_SMB, SURE_CONFIRMED, false,
		{ C(ASK_2(ZERO_8)), S(TELL_2("\2\2", ZERO_8)) } };
	static const struct conversation later = { "encrypted and compressed", APP_SMB, SURE_LIKELY,
		false, { C(ENCRYPTED), S(COMPRESSED) } };
	static const struct conversation set_up = { "a session", APP_SMB, SURE_LIKELY, false,
		{ C(SESSION_REQUEST), S(SESSION_ACCEPT) } };
	static const struct change ones[] = {
		{ "no mark in SMB 1", 0, 7, 'C' },
		{ "another command", 0, 8, 0x73 },
		{ "a state of a request", 0, 9, 1 },
		{ "a request that answers", 0, 13, 0x98 },
		{ "reserved bits", 0, 26, 1 },
		{ "a request's words", 0, 36, 1 },
		{ "dialects of another kind", 0, 39, 4 },
		{ "an answer that asks", 1, 13, 0x18 },
		{ "words of no dialect", 1, 36, 2 },
		{ "no words and no error", 1, 36, 0 },
	};
	static const struct change twos[] = {
		{ "no mark in SMB 2", 0, 6, 'm' },
		{ "a mark of none", 0, 4, 0xfb },
		{ "another header", 0, 8, 0x41 },
		{ "another command", 0, 16, 1 },
		{ "a request that answers", 0, 20, 1 },
		{ "a second command", 0, 24, 1 },
		{ "a session already", 0, 44, 1 },
		{ "another request", 0, 68, 0x23 },
		{ "no dialect", 0, 70, 0 },
		{ "257 dialects", 0, 71, 1 },
		{ "no such mode", 0, 72, 4 },
		{ "reserved bits", 0, 74, 1 },
		{ "an answer that asks", 1, 20, 0 },
		{ "another answer", 1, 68, 0x40 },
		{ "a mode of an answer", 1, 70, 4 },
	};
	static const struct change laters[] = {
		{ "no mark when encrypted", 0, 5, 's' },
		{ "a mark of none when encrypted", 0, 4, 0xfb },
		{ "reserved bits when encrypted", 0, 44, 1 },
		{ "encrypted otherwise", 0, 46, 2 },
		{ "compressed otherwise", 1, 12, 6 },
		{ "flags when compressed", 1, 14, 2 },
	};
	static const struct change set_ups[] = {
		{ "flags of a session", 0, 1, 2 },
		{ "a name of another size", 0, 4, 0x1f },
		{ "not a letter", 0, 5, '@' },
		{ "not a letter of these", 0, 5, 'Q' },
		{ "a scope", 0, 37, 1 },
		{ "more in the acceptance", 1, 3, 1 },
		{ "no such answer", 1, 0, 0x85 },
	};

	(void)state;
	check_changes(&one, ones, sizeof ones / sizeof *ones);
	check_changes(&two, twos, sizeof twos / sizeof *twos);
	check_changes(&later, laters, sizeof laters / sizeof *laters);
	check_changes(&set_up, set_ups, sizeof set_ups / sizeof *set_ups);
}

static void
test_nfs(void **state)
{
	static const struct conversation talks[] = {
		{ "NFS 3 in TCP", APP_NFS, SURE_CONFIRMED, false,
		    { C(CALL_MARK CALL(XID, NFS, "\3", "\0")), S(REPLY_MARK REPLY(XID)) } },
		{ "NFS 4 denied", APP_NFS, SURE_CONFIRMED, false,
		    { C(CALL_MARK CALL(XID, NFS, "\4", "\1")), S("\x80\0\0\x14" DENIED(XID)) } },
		{ "in fragments", APP_NFS, SURE_CONFIRMED, false,
		    { C("\0\0\0\x28" CALL(XID, NFS, "\3", "\1") "\x80\0\0\x08\0\0\0\4\1\2\3\4"),
			S(REPLY_MARK REPLY(XID)) } },
		{ "the second call's reply", APP_NFS, SURE_CONFIRMED, false,
		    { C(CALL_MARK CALL(OTHER_XID, NFS, "\3", "\1")),
			C(CALL_MARK CALL(XID, ACLS, "\3", "\1")), S(REPLY_MARK REPLY(XID)) } },
		{ "the port mapper", APP_PORTMAP, SURE_CONFIRMED, true,
		    { C(CALL(XID, PORT_MAPPER, "\2", "\3") NFS "\0\0\0\3" ZERO_8),
			S(REPLY(XID) "\0\0\x08\1") } },
		{ "mount", APP_NFS, SURE_CONFIRMED, true,
		    { C(CALL(XID, MOUNT, "\3", "\0")), S(REPLY(XID)) } },
		{ "locks", APP_NFS, SURE_CONFIRMED, true,
		    { C(CALL(XID, LOCKS, "\4", "\0")), S(REPLY(XID)) } },
		{ "credentials of one byte", APP_NFS, SURE_CONFIRMED, true,
		    { C(XID ZERO_4 "\0\0\0\2" NFS "\0\0\0\3" ZERO_4 "\0\0\0\1\0\0\0\1"
				   "a\xff\xff\xff" ZERO_8),
			S(REPLY(XID)) } },
		{ "credentials of 401 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(XID ZERO_4 "\0\0\0\2" NFS "\0\0\0\3" ZERO_4
				   "\0\0\0\1\0\0\1\x91" ZERO_404 ZERO_8),
			S(REPLY(XID)) } },
		{ "behind a call something else", APP_NFS, SURE_CONFIRMED, true,
		    { C(CALL(XID, NFS, "\3", "\0")), C("\1\2\3"), S(REPLY(XID)) } },
		{ "the server calls in TCP", APP_NFS, SURE_LIKELY, false,
		    { S(CALL_MARK CALL(XID, NFS, "\3", "\0")), C(REPLY_MARK REPLY(XID)) } },
		{ "the client alone", APP_NFS, SURE_LIKELY, true,
		    { C(CALL(XID, NFS, "\3", "\0")) } },
		{ "another call's reply", APP_NFS, SURE_LIKELY, false,
		    { C(CALL_MARK CALL(XID, NFS, "\3", "\0")), S(REPLY_MARK REPLY(OTHER_XID)) } },
		{ "a reply alone", APP_UNKNOWN, SURE_NOT, true, { S(REPLY(XID)) } },
		{ "replies on both sides", APP_UNKNOWN, SURE_NOT, true,
		    { C(REPLY(XID)), S(REPLY(XID)) } },
		{ "NFS 1", APP_UNKNOWN, SURE_NOT, true, { C(CALL(XID, NFS, "\1", "\0")) } },
		{ "a denial that does not say why", APP_UNKNOWN, SURE_NOT, true,
		    { C(CALL(XID, NFS, "\3", "\0")), S(XID "\0\0\0\1\0\0\0\1" ZERO_4) } },
		{ "another program", APP_UNKNOWN, SURE_NOT, true,
		    { C(CALL(XID, YP, "\2", "\0")), S(REPLY(XID)) } },
		{ "a version that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C(CALL_MARK CALL(XID, NFS, "\5", "\0")), S(REPLY_MARK REPLY(XID)) } },
		{ "a procedure that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C(CALL_MARK CALL(XID, NFS, "\3", "\x16")) } },
		{ "credentials that are too long", APP_UNKNOWN, SURE_NOT, true,
		    { C(XID ZERO_4 "\0\0\0\2" NFS "\0\0\0\3" ZERO_4 "\0\0\0\1\0\0\1\x91") } },
		{ "a call for an answer", APP_NFS, SURE_LIKELY, false,
		    { C(CALL_MARK CALL(XID, NFS, "\3", "\0")),
			S(CALL_MARK CALL(XID, NFS, "\3", "\0")) } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C(CALL_MARK XID ZERO_4 "\0\0\0\2" NFS) } },
		{ "a datagram that ends early", APP_UNKNOWN, SURE_NOT, true,
		    { C(XID ZERO_4 "\0\0\0\2" NFS "\0\0\0\3" ZERO_8), S(REPLY(XID)) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_nfs(void **state)
{
	static const struct conversation good = { "NFS", APP_NFS, SURE_CONFIRMED, false,
		{ C(CALL_MARK CALL(XID, NFS, "\3", "\0")), S(REPLY_MARK REPLY(XID)) } };
	static const struct conversation denied = { "denied", APP_NFS, SURE_CONFIRMED, false,
		{ C(CALL_MARK CALL(XID, NFS, "\3", "\0")), S("\x80\0\0\x14" DENIED(XID)) } };
	static const struct change goods[] = {
		{ "a fragment of 16 MB", 0, 0, 0x81 },
		{ "a record of 4 MB", 0, 1, 0x41 },
		{ "a record of 19 bytes", 0, 3, 19 },
		{ "neither a call nor a reply", 0, 11, 2 },
		{ "version 3 of RPC", 0, 15, 3 },
		{ "credentials of no kind", 0, 31, 8 },
		{ "long credentials", 0, 34, 2 },
		{ "a verifier of no kind", 0, 39, 8 },
		{ "a long verifier", 0, 42, 2 },
		{ "neither a call nor a reply", 1, 11, 2 },
		{ "neither accepted nor denied", 1, 15, 2 },
		{ "a reply's verifier of no kind", 1, 19, 8 },
		{ "accepted for no reason", 1, 27, 6 },
	};
	static const struct change denials[] = { { "denied for no reason", 1, 19, 2 } };

	(void)state;
	check_changes(&good, goods, sizeof goods / sizeof *goods);
	check_changes(&denied, denials, sizeof denials / sizeof *denials);
}

static void
test_tftp(void **state)
{
	static const struct conversation talks[] = {
		{ "a request", APP_TFTP, SURE_LIKELY, true, { C("\0\1boot.cfg\0octet\0") } },
		{ "with options", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\2a\0NETASCII\0blksize\0001432\0tsize\0000\0") } },
		{ "answered in the flow", APP_TFTP, SURE_CONFIRMED, true,
		    { C("\0\1boot.cfg\0octet\0"), S("\0\3\0\1data") } },
		{ "a write that is answered", APP_TFTP, SURE_CONFIRMED, true,
		    { C("\0\2a\0octet\0"), S("\0\4\0\0") } },
		{ "refused", APP_TFTP, SURE_CONFIRMED, true,
		    { C("\0\1a\0octet\0"), S("\0\5\0\1File not found\0") } },
		{ "options taken", APP_TFTP, SURE_CONFIRMED, true,
		    { C("\0\1a\0octet\0tsize\0000\0"), S("\0\6tsize\000042\0") } },
		{ "blocks alone", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\3\0\1data"), S("\0\4\0\1") } },
		{ "blocks written", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\4\0\0"), S("\0\3\0\1data") } },
		{ "options, then blocks", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\6blksize\0001432\0"), S("\0\4\0\0") } },
		{ "options alone", APP_TFTP, SURE_LIKELY, true, { C("\0\6tsize\000042\0") } },
		{ "mail", APP_TFTP, SURE_LIKELY, true, { C("\0\2root\0mail\0") } },
		{ "blocks refused", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\3\0\1data"), S("\0\5\0\3full\0") } },
		{ "a write refused", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\4\0\0"), S("\0\5\0\0\0") } },
		{ "options refused", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\6blksize\0001432\0"), S("\0\5\0\x08\0") } },
		{ "options, then written", APP_TFTP, SURE_LIKELY, true,
		    { C("\0\6blksize\0001432\0"), S("\0\3\0\1data") } },
		{ "another block", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\3\0\1data"), S("\0\4\0\2") } },
		{ "a block alone", APP_UNKNOWN, SURE_NOT, true, { C("\0\3\0\1data") } },
		{ "a block that was not asked for", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0"), S("\0\3\0\2data") } },
		{ "a mode that is none", APP_UNKNOWN, SURE_NOT, true, { C("\0\1a\0binary\0") } },
		{ "no file", APP_UNKNOWN, SURE_NOT, true, { C("\0\1\0octet\0") } },
		{ "no end", APP_UNKNOWN, SURE_NOT, true, { C("\0\1a\0octet") } },
		{ "an option without a value", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0tsize\0") } },
		{ "an option without a name", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0\0001\0") } },
		{ "17 options", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0" OPTION_4 OPTION_4 OPTION_4 OPTION_4 "a\0001\0") } },
		{ "a file with a line's end", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\n\0octet\0") } },
		{ "a file with a deletion", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\x7f\0octet\0") } },
		{ "half a number", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0"), S("\0\3\0") } },
		{ "half a number of a write", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\2a\0octet\0"), S("\0\4\0") } },
		{ "a write that is answered by more", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\2a\0octet\0"), S("\0\4\0\0\0") } },
		{ "a write answered by a block", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\2a\0octet\0"), S("\0\3\0\0data") } },
		{ "a read answered as a write", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0"), S("\0\4\0\1") } },
		{ "another write's answer", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\2a\0octet\0"), S("\0\4\0\1") } },
		{ "an error and more", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0"), S("\0\5\0\1x\0y") } },
		{ "an error that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0"), S("\0\5\0\x09x\0") } },
		{ "blocks from their middle", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\3\0\2data"), S("\0\4\0\1") } },
		{ "blocks on both sides", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\3\0\1data"), S("\0\3\0\1data") } },
		{ "numbers on both sides", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\4\0\0"), S("\0\4\0\1") } },
		{ "written from the middle", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\4\0\1"), S("\0\3\0\1data") } },
		{ "written into the middle", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\4\0\0"), S("\0\3\0\2data") } },
		{ "options, then the middle", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\6blksize\0001432\0"), S("\0\4\0\1") } },
		{ "options, then the middle written", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\6blksize\0001432\0"), S("\0\3\0\0data") } },
		{ "a request on both sides", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0"), S("\0\1a\0octet\0") } },
		{ "options that nobody knows", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\6abc\0001\0") } },
		{ "an answer of something else", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1a\0octet\0"), S("\0\5\0\1File") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_iscsi(void **state)
{
	static const struct conversation talks[] = {
		{ "a log-in", APP_ISCSI, SURE_CONFIRMED, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\0")),
			S(LOGGED_IN("\x81", ISID, "\0\0\0\7", "\0\0", ZERO_8)) } },
		{ "straight to the full feature", APP_ISCSI, SURE_CONFIRMED, false,
		    { C(LOGIN("\x87", "\0\0\0\7", "\0\0")),
			S(LOGGED_IN("\x87", ISID, "\0\0\0\7", "\0\0", ZERO_8)) } },
		{ "refused", APP_ISCSI, SURE_CONFIRMED, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\0")),
			S(LOGGED_IN("\0", ISID, "\0\0\0\7", "\2\1", ZERO_8)) } },
		{ "the client alone", APP_ISCSI, SURE_LIKELY, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\0")) } },
		{ "another task's answer", APP_UNKNOWN, SURE_NOT, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\0")),
			S(LOGGED_IN("\x81", ISID, "\0\0\0\x08", "\0\0", ZERO_8)) } },
		{ "another session's answer", APP_UNKNOWN, SURE_NOT, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\0")),
			S(LOGGED_IN(
			    "\x81", "\x80\x12\x34\x56\x78\x9b", "\0\0\0\7", "\0\0", ZERO_8)) } },
		{ "reserved bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\1")) } },
		{ "reserved bytes of the answer", APP_UNKNOWN, SURE_NOT, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\0")),
			S(LOGGED_IN("\x81", ISID, "\0\0\0\7", "\0\0", "\0\0\0\0\0\0\0\1")) } },
		{ "a stage that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C(LOGIN("\x86", "\0\0\0\7", "\0\0")) } },
		{ "a log-in for an answer", APP_UNKNOWN, SURE_NOT, false,
		    { C(LOGIN("\x81", "\0\0\0\7", "\0\0")),
			S(LOGIN("\x81", "\0\0\0\7", "\0\0")) } },
		{ "a text of 65,537 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x43\x81\0\0\0\1\0\1" ISID
			"\0\0\0\0\0\7\0\1\0\0\0\0\0\1" ZERO_4 ZERO_16) } },
		{ "text", APP_HTTP_CONNECT, SURE_LIKELY, false, { C("CONNECT a:1 HTTP/1.1\r\n") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_iscsi(void **state)
{
	static const struct conversation good = { "a log-in", APP_ISCSI, SURE_CONFIRMED, false,
		{ C(LOGIN("\x81", "\0\0\0\7", "\0\0")),
		    S(LOGGED_IN("\x81", ISID, "\0\0\0\7", "\0\0", ZERO_8)) } };
	static const struct change goods[] = {
		{ "not at once", 0, 0, 3 },
		{ "reserved flags", 0, 1, 0x91 },
		{ "a stage after these", 0, 1, 0x8b },
		{ "more and next", 0, 1, 0xc1 },
		{ "a stage again", 0, 1, 0x85 },
		{ "next without going there", 0, 1, 1 },
		{ "a version to come", 0, 2, 2 },
		{ "a lowest version to come", 0, 3, 2 },
		{ "more headers", 0, 4, 1 },
		{ "too much text", 0, 5, 2 },
		{ "reserved behind the connection", 0, 22, 1 },
		{ "reserved at the end", 0, 47, 1 },
		{ "reserved in the answer", 1, 20, 1 },
		{ "a class that is none", 1, 36, 4 },
		{ "a detail that is none", 1, 37, 32 },
	};

	(void)state;
	check_changes(&good, goods, sizeof goods / sizeof *goods);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smb),
		cmocka_unit_test(test_not_smb),
		cmocka_unit_test(test_near_smb),
		cmocka_unit_test(test_nfs),
		cmocka_unit_test(test_near_nfs),
		cmocka_unit_test(test_tftp),
		cmocka_unit_test(test_iscsi),
		cmocka_unit_test(test_near_iscsi),
	};

	return UNIT_RUN(tests);
}
