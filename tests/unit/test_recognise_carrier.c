/* test_recognise_carrier.c - DNS, NTP, SNMP, syslog and RADIUS that carry something else, and what
 * looks like it and is not.
 *
 * Noise was made at random once, and encoded; names that look like it are of the kinds that other
 * people's services have. */
#include "recognise_feed.h"

#define NOISE_128                                                                                  \
	"AIR\xb2(\xacl\xdc/ph\x19w\xf6k7\x12\x9d\x13'\xbd:\xa9\xc6\x00k\x87Nf\x85"                 \
	"\x1a\x15-Tb\x82\x9b\xf0<\xd6\xb3\x19N\x8c\xb0\x07\xf0\xb2\x63\xcf\xc0+"                   \
	"\xa4\x22\xf7\xfejk\x08\xb9mb\x9c%\xd6\x31\xda\xdc\x1d\x0b\x84\x0a@\xb4"                   \
	"\x1f\xbc\x39\xae\x00\xfaQsrH\x91\xe9\x14\x96\xa3[*\xc4\xe4\xf3\xa1\x9a"                   \
	"\x8d\xf2\x95\x1e\xf1U\x06\xd9\x95\x3f\xc1\xe8\xe2`n\xc6[\xabp\xc7\x87\xf5"                \
	"o\xd9I\x3f\xc4\xd6\xc7\xf1*\xae"
#define BASE64_96                                                                                  \
	"KIWCmZjiwupjgqb+BPDfPcAKS9eH/wc7Vy+dMOsmwFyd1fT/au3dOIWuMXERdP8YV/vIjz"                   \
	"bLrsEYBEB+NmXq9l9WlvHR/AyW"
#define BASE64_160                                                                                 \
	"0X0Qu7l/Dzt4QXHRY4zzvlMGXt76DmRDoF0ijQVq7PUgtpx4VeCY7vsCzLQKo1C6fQG18y"                   \
	"llABONesdAodCpamEJ6thDRRKAR62YDzOPew2GVKhiQdFX454U7xaHR+L1lvxuXRUqOH3Q"                   \
	"vzMwgUXCztUGA6y0pY70"
#define B32_40_1      "j5ngfvltpl5tlh5pf6n2gluvng2ap3z3xcsrlxqp"
#define B32_40_2      "kh42yywmextru3nofs2po3zmwwwdrikvd77lc3kh"
#define B32_40_3      "hnvtckrgewzjcxrs6rknnlyo2zzcce6lplv24eeu"
#define B32_40_4      "u2xjie3qotvvq3guep4bcq2hs6rbvxjb2jychsac"
#define B32_40_5      "ammekqd23en4lnuao2zjzzjs3wv5ogwftjndtkkj"
#define B32_40_6      "gatnsoczicz6s72uj5rj6gksz3e4kcjf3baep43p"
#define B32_40_7      "z27z7ihoz2frin6jmzq45infkdziebol4hcdeigu"
#define B32_40_8      "wslundw7xfsdyd3iibtpsn35x6khss25wp2ik2yt"
#define B32_63_A      "hgqryq7zarqjenq5j2llx6u4qaefzx2ipktkpciqjz5rd5sqvk7mkoudxcf6foa"
#define B32_63_B      "ql6w3is23chbbb6seyderdtax5dzch2zmrrnsh6oa2szzmnuaxc6fzwmuoc33gm"
#define HEX_60_A      "98deca2dd67f653c1c6227b9044aa714f30dbd9fbab13f09791f990d0fc4"
#define HEX_60_B      "9ab47b18767906f114f3a21579016aed9064b9c9db890e52a9630250d857"
#define HEX_26	      "63a989a76565cdd73686e659cc"
#define B64_63_A      "YklAFX6sFOoqXsV4quOHxXDtpAwGZ2MQmt36ynyoUR0Kmn7SYIhzeHBjxmIDGLY"
#define B64_50_B      "XlpbjulWym7nmTbiafoXasvSFBdZH0C5jxpUt14oAT424-yAIK"
#define TEXT_HEX_60_A "4465617220636f6c6c65616775652c207468652066696c65206f662032"
#define TEXT_HEX_60_B "303235207769746820616c6c20746865206e616d6573206f6620746865"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { A = 1, CNAME = 5, NULL_TYPE = 10, MX = 15, TXT = 16, KEY = 25, AAAA = 28, SRV = 33 };
enum { PRIVATE = 65399, NO_NAME = 3, SILENT = 16 /* nobody answers */ };

/* --- DNS --- */

/* Messages of one conversation. */
struct room {
	uint8_t bytes[16384];
	size_t n;
};

static void
put(struct room *r, const void *bytes, size_t n)
{
	assert_true(n <= sizeof r->bytes - r->n);
	if (n > 0)
		memcpy(r->bytes + r->n, bytes, n);
	r->n += n;
}

static void
put_16(struct room *r, unsigned value)
{
	put(r, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

/* Labels with dots between them. */
static void
put_name(struct room *r, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		put(r, (uint8_t[]){ (uint8_t)n }, 1);
		put(r, name, n);
		name += n + (name[n] == '.');
	}
	put(r, "", 1);
}

/* A question, or its answer: of the same type with N bytes of DATA, unless it is NULL, and with
 * that code. In a stream its length is before it. */
static struct said
message(struct room *r, bool stream, const char *name, unsigned type, unsigned id, bool tells,
    unsigned code, unsigned told, const void *data, size_t n)
{
	size_t from = r->n;

	if (stream)
		put_16(r, 0);
	put_16(r, id);
	put_16(r, tells ? 0x8180 | code : 0x0100);
	put_16(r, 1);
	put_16(r, data != NULL);
	put(r, "\0\0\0\0", 4);
	put_name(r, name);
	put_16(r, type);
	put_16(r, 1);
	if (data) {
		put(r, "\xc0\x0c", 2);
		put_16(r, told);
		put(r, "\0\1\0\0\0\x3c", 6);
		put_16(r, (unsigned)n);
		put(r, data, n);
	}
	if (stream) {
		r->bytes[from] = (uint8_t)((r->n - from - 2) >> 8);
		r->bytes[from + 1] = (uint8_t)(r->n - from - 2);
	}
	return (struct said){ (const char *)r->bytes + from, r->n - from,
		tells ? TALK_SERVER : TALK_CLIENT };
}

/* What is asked for, and what is told of it. */
struct lookup {
	const char *name;
	unsigned type, code, told; /* told: 0, as asked for */
	const char *data;	   /* NULL: no records */
	size_t n;
};

enum { LOOKUPS = 12 };

struct lookups {
	const char *title;
	uint8_t app, sure;
	struct lookup lookup[LOOKUPS];
};

#define ADDRESS	     "\xcb\0\x71\x19", 4
#define LOCAL	     "\x7f\0\0\2", 4
#define STRING(text) text, sizeof(text) - 1

/* Over UDP and over TCP. In how many parts is it known? */
static unsigned
check_lookups(const struct lookups *l, bool stream)
{
	struct room *room = calloc(1, sizeof *room);
	struct conversation c = { l->title, l->app, l->sure, !stream, { { NULL, 0, 0 } } };
	unsigned parts = 0, known = 0;

	assert_non_null(room);
	for (unsigned i = 0; i < LOOKUPS && l->lookup[i].name; i++) {
		const struct lookup *k = &l->lookup[i];

		c.part[parts++] =
		    message(room, stream, k->name, k->type, 0x4cd2 + i, false, 0, 0, NULL, 0);
		if (k->code != SILENT)
			c.part[parts++] = message(room, stream, k->name, k->type, 0x4cd2 + i, true,
			    k->code, k->told ? k->told : k->type, k->data, k->n);
	}
	check_conversations(&c, 1);
	for (size_t size = 0, i = 0; i < parts && !known; i++) {
		struct recognition r = { .app = 0 };
		struct fed f;

		size += stream ? c.part[i].n : 1;
		f = feed(&c, size, false);
		if (recognise(&r, &f.talk))
			known = (unsigned)i + 1;
		fed_free(&f);
	}
	free(room);
	return known;
}

static void
check_all_lookups(const struct lookups *l, size_t n)
{
	for (; n-- > 0; l++) {
		(void)check_lookups(l, false);
		(void)check_lookups(l, true);
	}
}

static void
test_dns_tunnels(void **state)
{
#define LONG_32	  B32_63_A "." B32_63_B ".t.example.com"
#define LONG_HEX  HEX_60_A "." HEX_60_B "." HEX_26 ".example.com"
#define LONG_64	  B64_63_A "." B64_50_B ".d.example.com"
#define LONG_TEXT TEXT_HEX_60_A "." TEXT_HEX_60_B ".example.com"
#define LABEL_32  "\x3f" B32_63_A "\x3f" B32_63_B "\1t\xc0\x0c"
#define HIGH	  "\xbc\xd0\xe7\xfd\xc1\xf4\xd9\xea\xc8\xbe\xd7\xe3\xfa\xcd\xd1\xf0\xe2\xbd"
	static const struct lookups talks[] = {
		/* One of them tells: each may be a flow of its own. */
		{ "base32", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { LONG_32, TXT, 0, 0, STRING("\2ok") } } },
		{ "base32 that nobody answers", APP_DNS_TUNNEL, SURE_LIKELY,
		    { { LONG_32, TXT, SILENT, 0, NULL, 0 } } },
		{ "base32 for an address", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { LONG_32, A, 0, 0, ADDRESS } } },
		{ "no such name", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { LONG_32, AAAA, NO_NAME, 0, NULL, 0 } } },
		{ "hexadecimal", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { LONG_HEX, CNAME, 0, 0, STRING("\2ok\xc0\x0c") } } },
		{ "text as hexadecimal, hardly a letter in it", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { LONG_TEXT, A, 0, 0, ADDRESS } } },
		{ "base64", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { LONG_64, KEY, 0, 0, STRING("\0\0\0\0ok") } } },
		{ "bytes that are no text", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "a" HIGH ".t.example.com", TXT, 0, 0, STRING("\2ok") } } },
		{ "data of type NULL", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "vaaaakax1tu.t.example.com", NULL_TYPE, 0, 0, STRING("VACK") } } },
		{ "data of a private type", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "www.example.com", PRIVATE, 0, 0, STRING("VACK") } } },
		{ "an alias that carries", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "paaga3dq.t.example.com", A, 0, CNAME, STRING(LABEL_32) } } },
		{ "a server of mail that carries", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "paaga3dq.t.example.com", MX, 0, 0, STRING("\0\x0a" LABEL_32) } } },
		{ "a service that carries", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "paaga3dq.t.example.com", SRV, 0, 0,
			STRING("\0\x0a\0\x0a\0\x35" LABEL_32) } } },
		{ "a text that carries", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "paaga3dq.t.example.com", TXT, 0, 0, STRING("\xa0" BASE64_160) } } },
		{ "bytes as a text", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "paaga3dq.t.example.com", TXT, 0, 0, STRING("\x80" NOISE_128) } } },
		{ "a key that carries", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "AAAAAGArAA.=auth.d.example.com", KEY, 0, 0,
			STRING("\0\0\0\0DNS2TCP challenge") } } },
		/* Several of them. */
		{ "texts", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { B32_40_1 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_2 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_3 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_4 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_5 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_6 ".t.example.com", TXT, 0, 0, STRING("\2ok") } } },
		{ "addresses", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { B32_40_1 ".t.example.com", A, 0, 0, ADDRESS },
			{ B32_40_2 ".t.example.com", A, 0, 0, ADDRESS },
			{ B32_40_3 ".t.example.com", A, 0, 0, ADDRESS },
			{ B32_40_4 ".t.example.com", A, 0, 0, ADDRESS },
			{ B32_40_5 ".t.example.com", A, 0, 0, ADDRESS },
			{ B32_40_6 ".t.example.com", A, 0, 0, ADDRESS },
			{ B32_40_7 ".t.example.com", A, 0, 0, ADDRESS },
			{ B32_40_8 ".t.example.com", A, 0, 0, ADDRESS } } },
		{ "a question first", APP_DNS_TUNNEL, SURE_CONFIRMED,
		    { { "vaaaakatpey.t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ LONG_32, TXT, 0, 0, STRING("\2ok") } } },
	};

	(void)state;
	check_all_lookups(talks, COUNT(talks));
}

/* Names and answers that are none, and are known after one question and its answer. */
static void
test_dns_lookalikes(void **state)
{
#define SOPHOS                                                                                     \
	"3.1o19sr00s2s17s4qp3759pn9ro30n2n4n941on29s3s35qppp742380s6487np3."                       \
	"poqp0r741pn37393648s20n65203rn4o44387s5831o276q6s5rqsr16n809qp4."                         \
	"86752ss34q9sns005o.35n2s0s521p9rn7o75q0r479rpqq7o0oq6r6o20p.i.01.mac.SophosXL.net"
#define IP6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
#define DKIM                                                                                       \
	"v=DKIM1; k=rsa; "                                                                         \
	"p=" BASE64_160
	static const struct lookup plain[] = {
		{ "www.city.example.lg.jp", A, 0, 0, ADDRESS },
		{ "jimukyotei-sv01.lgwan.example.lg.jp", A, NO_NAME, 0, NULL, 0 },
		{ "20230601._domainkey.example.com", TXT, 0, 0, STRING("\xb2" DKIM) },
		{ "_dmarc.example.com", TXT, 0, 0, STRING("\x10v=DMARC1; p=none") },
		{ "example.com", TXT, 0, 0,
		    STRING("\x35v=spf1 include:_spf.example.net ip4:192.0.2.0/24 -all") },
		{ "2.dnscrypt-cert.example.com", TXT, 0, 0, STRING("\x80" NOISE_128) },
		{ IP6, 12, 0, 0, STRING("\4host\7example\3com\0") },
		{ "1.0.0.127.zen.example.org", A, 0, 0, LOCAL },
		{ "d3a2fq9x8k1z7w.cloudfront.example", A, 0, 0, ADDRESS },
		{ "ec2-203-0-113-25.ap-northeast-1.compute.example.com", A, 0, 0, ADDRESS },
		{ "i-0a1b2c3d4e5f67890.ec2.example.com", A, 0, 0, ADDRESS },
		{ "DESKTOP-4QK7R2M.corp.example.lg.jp", AAAA, NO_NAME, 0, NULL, 0 },
		{ "xn--eckwd4c7cu47r2wf.example.jp", A, 0, 0, ADDRESS },
		{ "_ldap._tcp.dc._msdcs.corp.example.lg.jp", SRV, 0, 0,
		    STRING("\0\0\0\x64\1\x85\4dc01\4corp\xc0\x0c") },
		{ "_kerberos._tcp.Default-First-Site-Name._sites.dc._msdcs.example.jp", SRV,
		    NO_NAME, 0, NULL, 0 },
		{ "\xe3\x83\x97\xe3\x83\xaa\xe3\x83\xb3\xe3\x82\xbf\xe3\x83\xbc "
		  "3F._ipp._tcp.example.jp",
		    TXT, 0, 0, STRING("\x09txtvers=1") },
		{ SOPHOS, TXT, NO_NAME, 0, NULL, 0 },
		{ "www.example.com", A, 0, CNAME,
		    STRING("\x0e"
			   "d3a2fq9x8k1z7w\3cdn\xc0\x10") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(plain); i++) {
		struct lookups one = { plain[i].name, APP_DNS, SURE_CONFIRMED, { plain[i] } };

		assert_int_equal(check_lookups(&one, false), 2);
		assert_int_equal(check_lookups(&one, true), 2);
	}
}

/* What one question leaves open, and further ones do not show. */
static void
test_dns_digests(void **state)
{
#define DIGEST(hex) hex ".hash.example.org"
	static const struct lookup one[] = {
		{ "5w3hvfqmxdvbpzn6w6r4x5uosdqbwrmv._domainkey.example.com", CNAME, 0, 0,
		    STRING("\2dk\xc0\x0c") },
		{ "_3639ac514e785e898d2646601fa951d5.example.com", CNAME, 0, 0,
		    STRING("\2ok\xc0\x0c") },
		{ "733a48a9cb49651d72fe824ca91e8d00.malware.hash.example.org", TXT, 0, 0,
		    STRING("\x0d"
			   "1277221946 79") },
		{ "4z9p5tjmcbnblehp4557z1d136.avqs.example.com", A, 0, 0, LOCAL },
		{ "p4-ga4ajrq3eqvpq-ywv2z3f6k2lfu7tp-if-v6exp3-v4.metric.example.com", A, 0, 0,
		    ADDRESS },
		{ "internal-a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6-1234567890.elb.example.com", A, 0, 0,
		    ADDRESS },
		{ "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example", 50, NO_NAME, 0, NULL, 0 },
		{ "f3d1c2b0-7a69-4e58-8c47-1d2e3f405162._msdcs.corp.example.lg.jp", CNAME, 0, 0,
		    STRING("\4dc01\xc0\x0c") },
		{ "ef5bd9ff5d7a0ab7e0f0b2d9a4e2c1b3f4d5968778695a4b3c2d1e0f._openpgpkey.example."
		  "com",
		    61, 0, 0, STRING(NOISE_128) },
		{ "rcqxbv2g5m4txo7kz3aywhfn6ld2ueiop4sjq7tmg5vbk3xzcdwa._file."
		  "abcdqfghxjklmznopkrstuvwqy.hbl.example.net",
		    A, 0, 0, LOCAL },
		{ "d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example.io", TXT, 0, 0,
		    STRING("\x2b"
			   "gfj9Xq-Rg85nM_7eYq3sKf1bWd0zTp4vLh2uJx6cQa8") },
	};
	static const struct lookups several[] = {
		{ "digests that nobody knows", APP_DNS, SURE_CONFIRMED,
		    { { DIGEST(B32_40_1), A, NO_NAME, 0, NULL, 0 },
			{ DIGEST(B32_40_2), A, NO_NAME, 0, NULL, 0 },
			{ DIGEST(B32_40_3), A, NO_NAME, 0, NULL, 0 },
			{ DIGEST(B32_40_4), A, NO_NAME, 0, NULL, 0 },
			{ DIGEST(B32_40_5), A, NO_NAME, 0, NULL, 0 },
			{ DIGEST(B32_40_6), A, NO_NAME, 0, NULL, 0 },
			{ DIGEST(B32_40_7), A, NO_NAME, 0, NULL, 0 },
			{ DIGEST(B32_40_8), A, NO_NAME, 0, NULL, 0 } } },
		{ "digests that are listed", APP_DNS, SURE_CONFIRMED,
		    { { DIGEST(B32_40_1), A, 0, 0, LOCAL }, { DIGEST(B32_40_2), A, 0, 0, LOCAL },
			{ DIGEST(B32_40_3), A, 0, 0, LOCAL }, { DIGEST(B32_40_4), A, 0, 0, LOCAL },
			{ DIGEST(B32_40_5), A, 0, 0, LOCAL }, { DIGEST(B32_40_6), A, 0, 0, LOCAL },
			{ DIGEST(B32_40_7), A, 0, 0, LOCAL },
			{ DIGEST(B32_40_8), A, 0, 0, LOCAL } } },
		{ "one that is asked for again", APP_DNS, SURE_CONFIRMED,
		    { { DIGEST(B32_40_1), TXT, 0, 0, STRING("\2ok") },
			{ DIGEST(B32_40_1), TXT, 0, 0, STRING("\2ok") },
			{ DIGEST(B32_40_1), TXT, 0, 0, STRING("\2ok") },
			{ DIGEST(B32_40_1), TXT, 0, 0, STRING("\2ok") },
			{ DIGEST(B32_40_1), TXT, 0, 0, STRING("\2ok") },
			{ DIGEST(B32_40_1), TXT, 0, 0, STRING("\2ok") },
			{ DIGEST(B32_40_1), TXT, 0, 0, STRING("\2ok") } } },
		{ "keys of several domains", APP_DNS, SURE_CONFIRMED,
		    { { B32_40_1 "._domainkey.a.example", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_2 "._domainkey.b.example", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_3 "._domainkey.c.example", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_4 "._domainkey.d.example", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_5 "._domainkey.e.example", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_6 "._domainkey.f.example", TXT, 0, 0, STRING("\2ok") } } },
		{ "five, which are not enough", APP_DNS, SURE_CONFIRMED,
		    { { B32_40_1 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_2 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_3 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_4 ".t.example.com", TXT, 0, 0, STRING("\2ok") },
			{ B32_40_5 ".t.example.com", TXT, 0, 0, STRING("\2ok") } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(one); i++) {
		struct lookups l = { one[i].name, APP_DNS, SURE_CONFIRMED, { one[i] } };

		(void)check_lookups(&l, false);
		(void)check_lookups(&l, true);
	}
	check_all_lookups(several, COUNT(several));
}

/* --- NTP --- */

#define ZERO_4	"\0\0\0\0"
#define ZERO_16 ZERO_4 ZERO_4 ZERO_4 ZERO_4
#define SENT	"\xe9\0\0\1\x12\x34\x56\x78"
#define ASKS                                                                                       \
	"\x23\0\6\xec" ZERO_4 "\0\0\1\0"                                                           \
	"\xc0\0\2\1" ZERO_16 "\xe9\0\0\1\0\0\0\1" SENT
#define TELLS                                                                                      \
	"\x24\2\6\xec" ZERO_4 "\0\0\1\0"                                                           \
	"\xc0\0\2\1" ZERO_4 ZERO_4 SENT "\xe9\0\0\1\0\0\0\1\xe9\0\0\1\x9a\xbc\xde\xf0"
#define NOISE_32 "AIR\xb2(\xacl\xdc/ph\x19w\xf6k7\x12\x9d\x13'\xbd:\xa9\xc6\0k\x87Nf\x85\x1a\x15"
#define ZERO_64	 ZERO_16 ZERO_16 ZERO_16 ZERO_16

static void
test_ntp(void **state)
{
#define UNIQUE "\1\4\0\x24" NOISE_32
#define COOKIE "\2\4\0\x84" NOISE_128
#define SEAL   "\4\4\0\x28\0\x10\0\x10" NOISE_32
	static const struct conversation talks[] = {
		{ "NTS", APP_NTP, SURE_CONFIRMED, true,
		    { C(ASKS UNIQUE COOKIE "\3\4\0\x84" ZERO_64 ZERO_64 SEAL),
			S(TELLS UNIQUE "\4\4\0\x84" NOISE_128) } },
		{ "Autokey", APP_NTP, SURE_CONFIRMED, true,
		    { C(ASKS "\1\2\0\x84" NOISE_128 "\0\0\0\1" ZERO_16), S(TELLS) } },
		{ "a digest", APP_NTP, SURE_CONFIRMED, true,
		    { C(ASKS "\0\0\0\1" NOISE_32 NOISE_32), S(TELLS) } },
		{ "a field of no registered type", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C(ASKS "\x12\x34\0\x84" NOISE_128), S(TELLS) } },
		{ "in the answer", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C(ASKS), S(TELLS "\x12\x34\0\x84" NOISE_128) } },
		{ "nobody answers", APP_NTP_CARRIER, SURE_LIKELY, true,
		    { C(ASKS "\x12\x34\0\x84" NOISE_128) } },
		{ "an experiment as large as that", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C(ASKS "\xf3\x23\0\x84" NOISE_128), S(TELLS) } },
		{ "no field at all", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C(ASKS NOISE_128), S(TELLS) } },
		{ "a room for a cookie that is not empty", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C(ASKS UNIQUE COOKIE "\3\4\0\x84" NOISE_128 SEAL), S(TELLS) } },
		{ "two cookies", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C(ASKS UNIQUE COOKIE COOKIE SEAL), S(TELLS) } },
		{ "a size that no message has", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C(ASKS "abc"), S(TELLS) } },
		{ "the same, and nobody answers", APP_UNKNOWN, SURE_NOT, true, { C(ASKS "abc") } },
		{ "control that is no text", APP_NTP_CARRIER, SURE_CONFIRMED, true,
		    { C("\x16\2\0\7" ZERO_4 ZERO_4),
			S("\x16\x82\0\7\6\x15\0\0\0\0\0\x80" NOISE_128) } },
		{ "the second one", APP_NTP, SURE_CONFIRMED, true,
		    { C(ASKS), C(ASKS NOISE_128), S(TELLS) } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

/* --- SNMP --- */

#define OID(last) "\6\x0a\x2b\6\1\4\1\x82\x37\1\1" last
/* Version 2c, one variable of N bytes with the name; all lengths in one byte or in two. */
#define VARIABLE(tag, value) "\x30\x81\x8f" OID("\1") tag "\x81\x80" value
#define SNMP(code, value)                                                                          \
	"\x30\x81\xaf\2\1\1"                                                                       \
	"\4\6public" code "\x81\xa1\2\4\1\2\3\4\2\1\0\2\1\0\x30\x81\x92" value
#define GET                                                                                        \
	"\x30\x2b\2\1\1\4\6public\xa0\x1e\2\4\1\2\3\4\2\1\0\2\1\0\x30\x10\x30\x0e" OID("\1") "\5"  \
											     "\0"
#define WORDS                                                                                      \
	"Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE, RELEASE "     \
	"SOFTWARE (fc2) Compiled Sat 07-Aug-10 23:04"
#define MACS                                                                                       \
	"\0\x1b\x21\xaa\1\2\0\x1b\x21\xaa\1\3\0\x1b\x21\xaa\1\4\0\x1b\x21\xaa\1\5\0\x1b\x21\xaa\1" \
	"\6\0\x1b"

static void
test_snmp(void **state)
{
	static const struct conversation talks[] = {
		{ "words", APP_SNMP, SURE_CONFIRMED, true,
		    { C(GET), S(SNMP("\xa2", VARIABLE("\4", WORDS " "))) } },
		{ "addresses", APP_SNMP, SURE_CONFIRMED, true,
		    { C(GET), S(SNMP("\xa2", VARIABLE("\4", MACS MACS MACS MACS))) } },
		{ "an answer of noise", APP_SNMP_CARRIER, SURE_CONFIRMED, true,
		    { C(GET), S(SNMP("\xa2", VARIABLE("\4", NOISE_128))) } },
		{ "a value that is set", APP_SNMP_CARRIER, SURE_CONFIRMED, true,
		    { C(SNMP("\xa3", VARIABLE("\4", NOISE_128))),
			S(SNMP("\xa2", VARIABLE("\4", WORDS " "))) } },
		{ "a question with a value", APP_SNMP_CARRIER, SURE_CONFIRMED, true,
		    { C(SNMP("\xa0", VARIABLE("\4", WORDS " "))),
			S(SNMP("\xa2", VARIABLE("\4", WORDS " "))) } },
		{ "nobody answers", APP_SNMP_CARRIER, SURE_LIKELY, true,
		    { C(SNMP("\xa3", VARIABLE("\x44", NOISE_128))) } },
		{ "a community", APP_SNMP_CARRIER, SURE_LIKELY, true,
		    { C("\x30\x81\xa6\2\1\1\4\x81\x80" NOISE_128
			"\xa0\x1e\2\4\1\2\3\4\2\1\0\2\1\0\x30\x10\x30\x0e" OID("\1") "\5\0") } },
		{ "numbers of Diffie and Hellman", APP_SNMP, SURE_CONFIRMED, true,
		    { C(GET), S("\x30\x81\xae\2\1\1\4\6public\xa2\x81\xa0\2\4\1\2\3\4\2\1\0\2\1\0"
				"\x30\x81\x91\x30\x81\x8e\6\x09\x2b\6\1\3\x65\1\1\1\2\4\x81"
				"\x80" NOISE_128) } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

/* --- syslog --- */

static void
test_syslog(void **state)
{
#define LOG "<34>1 2026-01-05T10:00:00Z h app - - - "
	static const struct conversation talks[] = {
		{ "words", APP_SYSLOG, SURE_LIKELY, true,
		    { C(LOG "Failed password for invalid user admin from 203.0.113.9 port 51514 "
			    "ssh2"),
			C("<13>Jan  5 10:00:01 h su: 'su root' failed for user on /dev/pts/8") } },
		{ "a digest", APP_SYSLOG, SURE_LIKELY, true,
		    { C(LOG "File /usr/bin/passwd is new, "
			    "sha256="
			    "98deca2dd67f653c1c6227b9044aa714f30dbd9fbab13f09791f990d0fc4a0b1") } },
		{ "a page that was asked for", APP_SYSLOG, SURE_LIKELY, true,
		    { C(LOG "GET https://login.example.jp/saml?SAMLRequest=" BASE64_96 " 200") } },
		{ "Japanese", APP_SYSLOG, SURE_LIKELY, true,
		    { C(LOG
			"\xe5\x88\xa9\xe7\x94\xa8\xe8\x80\x85\xe3\x81\xae\xe8\xaa\x8d\xe8\xa8\xbc"
			"\xe3\x81\xab\xe5\xa4\xb1\xe6\x95\x97\xe3\x81\x97\xe3\x81\xbe\xe3\x81"
			"\x97") } },
		{ "one of them among words", APP_SYSLOG, SURE_LIKELY, true,
		    { C(LOG BASE64_160), C(LOG "session opened") } },
		{ "base64", APP_SYSLOG_CARRIER, SURE_LIKELY, true,
		    { C(LOG BASE64_160), C(LOG BASE64_160), C(LOG "ok") } },
		{ "bytes", APP_SYSLOG_CARRIER, SURE_LIKELY, true, { C("<13>" NOISE_128) } },
		{ "bytes, the first a control", APP_SYSLOG_CARRIER, SURE_LIKELY, true,
		    { C("<13>\1" NOISE_128) } },
		{ "in TCP", APP_SYSLOG_CARRIER, SURE_LIKELY, false, { C(LOG BASE64_160 "\n") } },
		{ "words in TCP", APP_SYSLOG, SURE_LIKELY, false, { C(LOG WORDS "\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

/* --- RADIUS --- */

static void
test_radius(void **state)
{
#define SECRET	     "\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
#define USER	     "\1\6user"
#define ACCESS(size) "\1\x2a\0" size SECRET USER
#define ACCEPT	     "\2\x2a\0\x14" SECRET
	static const struct conversation talks[] = {
		{ "EAP and a state", APP_RADIUS, SURE_CONFIRMED, true,
		    { C("\1\x2a\1\x1e" SECRET USER "\x4f\x82" NOISE_128 "\x18\x82" NOISE_128),
			S(ACCEPT) } },
		{ "a hidden password", APP_RADIUS, SURE_CONFIRMED, true,
		    { C(ACCESS("\x9c") "\2\x82" NOISE_128), S(ACCEPT) } },
		{ "a key of Microsoft's", APP_RADIUS, SURE_CONFIRMED, true,
		    { C(ACCESS("\xa0") "\x1a\x86\0\0\1\x37" NOISE_128), S(ACCEPT) } },
		{ "words of a vendor's", APP_RADIUS, SURE_CONFIRMED, true,
		    { C(ACCESS("\xa0") "\x1a\x86\0\0\0\x09" WORDS " "), S(ACCEPT) } },
		{ "noise of a vendor's", APP_RADIUS_CARRIER, SURE_CONFIRMED, true,
		    { C(ACCESS("\xa0") "\x1a\x86\0\0\0\x09" NOISE_128), S(ACCEPT) } },
		{ "a message to the user", APP_RADIUS_CARRIER, SURE_CONFIRMED, true,
		    { C(ACCESS("\x1a")), S("\2\x2a\0\x96" SECRET "\x12\x82" NOISE_128) } },
		{ "base64 as a name", APP_RADIUS_CARRIER, SURE_LIKELY, true,
		    { C("\1\x2a\0\xb6" SECRET "\1\xa2" BASE64_160) } },
		{ "behind the end", APP_RADIUS_CARRIER, SURE_CONFIRMED, true,
		    { C(ACCESS("\x1a") NOISE_32), S(ACCEPT) } },
		{ "behind the end, and nobody answers", APP_UNKNOWN, SURE_NOT, true,
		    { C(ACCESS("\x1a") NOISE_32) } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns_tunnels),
		cmocka_unit_test(test_dns_lookalikes),
		cmocka_unit_test(test_dns_digests),
		cmocka_unit_test(test_ntp),
		cmocka_unit_test(test_snmp),
		cmocka_unit_test(test_syslog),
		cmocka_unit_test(test_radius),
	};

	return UNIT_RUN(tests);
}
