/* test_recognise_control.c - Modbus. */
#include "recognise_change.h"

/* Three words at 0x006b of unit 17 (Modbus Application Protocol, 6.3). */
#define MB_ASK	  "\0\7\0\0\0\x06\x11\3\0\x6b\0\3"
#define MB_ANSWER "\0\7\0\0\0\x09\x11\3\6\2\x2b\0\0\0\x64"

static void
test_modbus(void **state)
{
	static const struct conversation talks[] = {
		{ "words", APP_MODBUS, SURE_CONFIRMED, false, { C(MB_ASK), S(MB_ANSWER) } },
		{ "an exception", APP_MODBUS, SURE_CONFIRMED, false,
		    { C(MB_ASK), S("\0\7\0\0\0\3\x11\x83\2") } },
		{ "bits", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\6\1\1\0\x13\0\x13"), S("\0\1\0\0\0\6\1\1\3\xcd\x6b\5") } },
		{ "a bit is written", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\6\1\5\0\xac\xff\0"), S("\0\1\0\0\0\6\1\5\0\xac\xff\0") } },
		{ "words are written", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\x0b\1\x10\0\1\0\2\4\0\x0a\1\2"),
			S("\0\1\0\0\0\6\1\x10\0\1\0\2") } },
		{ "words are written and read", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\x0d\1\x17\0\3\0\2\0\x0e\0\1\2\0\xff"),
			S("\0\1\0\0\0\7\1\x17\4\0\xfe\x0a\xcd") } },
		{ "words are written, and others than asked for read", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\x0d\1\x17\0\3\0\2\0\x0e\0\1\2\0\xff"),
			S("\0\1\0\0\0\5\1\x17\2\0\xfe") } },
		{ "fewer words are written than it says", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\x0d\1\x17\0\3\0\2\0\x0e\0\2\2\0\xff"),
			S("\0\1\0\0\0\7\1\x17\4\0\xfe\x0a\xcd") } },
		{ "words are written of another size", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\x0d\1\x17\0\3\0\2\0\x0e\0\1\3\0\xff"),
			S("\0\1\0\0\0\7\1\x17\4\0\xfe\x0a\xcd") } },
		{ "words are written, none read", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\x0d\1\x17\0\3\0\0\0\x0e\0\1\2\0\xff"),
			S("\0\1\0\0\0\3\1\x17\0") } },
		{ "words are written, too many read", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\x0d\1\x17\0\3\0\x7e\0\x0e\0\1\2\0\xff"),
			S("\0\1\0\0\0\7\1\x17\4\0\xfe\x0a\xcd") } },
		{ "no words are written", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\x0b\1\x17\0\3\0\2\0\x0e\0\0\0"),
			S("\0\1\0\0\0\7\1\x17\4\0\xfe\x0a\xcd") } },
		{ "which device it is", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\5\1\x2b\x0e\1\0"),
			S("\0\1\0\0\0\x0c\1\x2b\x0e\1\1\0\0\1\0\2Co") } },
		{ "which device it is, in 4 ways", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\5\1\x2b\x0e\4\0"),
			S("\0\1\0\0\0\x08\1\x2b\x0e\4\x81\0\0\0") } },
		{ "which device it is, in a fifth way", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\5\1\x2b\x0e\5\0"),
			S("\0\1\0\0\0\x0c\1\x2b\x0e\5\1\0\0\1\0\2Co") } },
		{ "which device it is, in no way", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\5\1\x2b\x0e\0\0"),
			S("\0\1\0\0\0\x0c\1\x2b\x0e\0\1\0\0\1\0\2Co") } },
		{ "which device it is, and more", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\6\1\x2b\x0e\1\0\0"),
			S("\0\1\0\0\0\x0c\1\x2b\x0e\1\1\0\0\1\0\2Co") } },
		{ "which device it is, and another answer", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\5\1\x2b\x0e\1\0"),
			S("\0\1\0\0\0\x0c\1\x2b\x0e\2\1\0\0\1\0\2Co") } },
		{ "which device it is, and a short answer", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\5\1\x2b\x0e\1\0"), S("\0\1\0\0\0\7\1\x2b\x0e\1\1\0\0") } },
		{ "CANopen is encapsulated", APP_MODBUS, SURE_LIKELY, false,
		    { C("\0\1\0\0\0\5\1\x2b\x0d\1\0"), S("\0\1\0\0\0\5\1\x2b\x0d\1\0") } },
		{ "something else is encapsulated", APP_MODBUS, SURE_LIKELY, false,
		    { C("\0\1\0\0\0\7\1\x2bSSH-2"), S("\0\1\0\0\0\7\1\x2bSSH-2") } },
		{ "what no function says is refused", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\0\0\0\0\x06\1\0\0\0\0\0"), S("\0\0\0\0\0\3\1\x80\1") } },
		{ "what no function says alone", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\0\0\x06\1\0\0\0\0\0") } },
		{ "no exception", APP_UNKNOWN, SURE_NOT, false,
		    { C(MB_ASK), S("\0\7\0\0\0\3\x11\x83\x0c") } },
		{ "the second is answered", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\6\0\0\0\6\x10\3\0\x6b\0\3"), C(MB_ASK), S(MB_ANSWER) } },
		{ "a function of its own", APP_MODBUS, SURE_LIKELY, false,
		    { C("\0\1\0\0\0\4\1\x5a\0\1"), S("\0\1\0\0\0\4\1\x5a\0\xfe") } },
		{ "the client alone", APP_MODBUS, SURE_LIKELY, false, { C(MB_ASK) } },
		{ "the server alone", APP_UNKNOWN, SURE_NOT, false, { S(MB_ANSWER) } },
		{ "another transaction", APP_UNKNOWN, SURE_NOT, false,
		    { C(MB_ASK), S("\0\x08\0\0\0\x09\x11\3\6\2\x2b\0\0\0\x64") } },
		{ "fewer words than asked for", APP_UNKNOWN, SURE_NOT, false,
		    { C(MB_ASK), S("\0\7\0\0\0\7\x11\3\4\2\x2b\0\0") } },
		{ "another protocol", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\7\0\1\0\x06\x11\3\0\x6b\0\3"), S(MB_ANSWER) } },
		{ "too many words", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\7\0\0\0\x06\x11\3\0\x6b\0\x7e"), S(MB_ANSWER) } },
		{ "too many words alone", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\7\0\0\0\x06\x11\3\0\x6b\0\x7e") } },
		{ "what is no bit, written", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\6\1\5\0\xac\xff\1"), S("\0\1\0\0\0\6\1\5\0\xac\xff\1") } },
		{ "function 0", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\0\0\x06\0\0\0\0\0\0"), S("\0\0\0\0\0\x06\0\0\0\0\0\0") } },
		{ "DNP3", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x05\x64\x05\xc9\x01\x00\x00\x04\x38\x6c"),
			S("\x05\x64\x05\x0b\x00\x04\x01\x00\x53\x18") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\0\7\0\0\0\6\x11\3"), S("\0\7\0\0") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_modbus(void **state)
{
	static const struct conversation words = { "words", APP_MODBUS, SURE_CONFIRMED, false,
		{ C(MB_ASK), S(MB_ANSWER) } };
	static const struct change changes[] = {
		{ "another protocol in the answer", 1, 3, 1 },
		{ "another unit answers", 1, 6, 0x12 },
		{ "another function answers", 1, 7, 4 },
		{ "another size of words", 1, 8, 4 },
	};
	static const struct conversation talks[] = {
		{ "2000 bits", APP_MODBUS, SURE_LIKELY, false,
		    { C("\0\1\0\0\0\6\1\2\0\x13\7\xd0") } },
		{ "2001 bits", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\6\1\2\0\x13\7\xd1") } },
		{ "bits, and a byte more", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\6\1\1\0\x13\0\x13"), S("\0\1\0\0\0\7\1\1\3\xcd\x6b\5\0") } },
		{ "an exception, and more", APP_UNKNOWN, SURE_NOT, false,
		    { C(MB_ASK), S("\0\7\0\0\0\4\x11\x83\2\0") } },
		{ "a bit is written, another stands there", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\6\1\5\0\xac\xff\0"), S("\0\1\0\0\0\6\1\5\0\xac\0\0") } },
		{ "bits are written", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\x09\1\x0f\0\x13\0\x0a\2\xcd\1"),
			S("\0\1\0\0\0\6\1\x0f\0\x13\0\x0a") } },
		{ "a word is written", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\6\1\6\0\1\0\3"), S("\0\1\0\0\0\6\1\6\0\1\0\3") } },
		{ "a word is written, and more", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\7\1\6\0\1\0\3\0"), S("\0\1\0\0\0\6\1\6\0\1\0\3") } },
		{ "a word is written, at the second attempt", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\7\1\6\0\1\0\3\0"), C("\0\1\0\0\0\6\1\6\0\1\0\3"),
			S("\0\1\0\0\0\6\1\6\0\1\0\3") } },
		{ "a word is masked", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\1\0\0\0\x08\1\x16\0\4\0\xf2\0\x25"),
			S("\0\1\0\0\0\x08\1\x16\0\4\0\xf2\0\x25") } },
		{ "a word is masked, and more", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\1\0\0\0\x09\1\x16\0\4\0\xf2\0\x25\0"),
			S("\0\1\0\0\0\x08\1\x16\0\4\0\xf2\0\x25") } },
		{ "the third is answered", APP_MODBUS, SURE_CONFIRMED, false,
		    { C("\0\5\0\0\0\6\x11\3\0\x6b\0\3"), C("\0\6\0\0\0\6\x11\3\0\x6b\0\3"),
			C(MB_ASK), S(MB_ANSWER) } },
		{ "a function of its own alone", APP_MODBUS, SURE_LIKELY, false,
		    { C("\0\1\0\0\0\4\1\x5a\0\1") } },
	};
	static const struct conversation out[] = {
		{ "a size of 1", APP_MODBUS, SURE_NOT, false, { C("\0\7\0\0\0\1\x11\3") } },
		{ "a size of 255", APP_MODBUS, SURE_NOT, false, { C("\0\7\0\0\0\xff\x11\3") } },
		{ "an exception that asks", APP_MODBUS, SURE_NOT, false,
		    { C("\0\1\0\0\0\4\1\x83\0\1") } },
		{ "function 128", APP_MODBUS, SURE_NOT, false, { C("\0\1\0\0\0\4\1\x80\0\1") } },
	};

	(void)state;
	check_changes(&words, changes, sizeof changes / sizeof *changes);
	check_conversations(talks, sizeof talks / sizeof *talks);
	check_ruled_out(out, sizeof out / sizeof *out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modbus),
		cmocka_unit_test(test_near_modbus),
	};

	return UNIT_RUN(tests);
}
