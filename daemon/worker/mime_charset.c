/* mime_charset.c - see mime_charset.h. */
#include "worker/mime_charset.h"

#include <strings.h>

#include "model/finding.h"
#include "worker/lines.h"

enum {
	ESC = 0x1b,
	UNSEEN_MOST = 8, /* no script writes so many characters without a width in succession */
};

enum mime_charset
mime_charset_of(const char *name, size_t size)
{
	static const struct {
		const char *name;
		enum mime_charset of;
	} names[] = {
		{ "us-ascii", CHARSET_US_ASCII },
		{ "ascii", CHARSET_US_ASCII },
		{ "ansi_x3.4-1968", CHARSET_US_ASCII },
		{ "iso646-us", CHARSET_US_ASCII },
		{ "utf-8", CHARSET_UTF_8 },
		{ "utf8", CHARSET_UTF_8 },
		{ "iso-2022-jp", CHARSET_ISO_2022_JP },
		{ "csiso2022jp", CHARSET_ISO_2022_JP },
		{ "shift_jis", CHARSET_SHIFT_JIS },
		{ "shift-jis", CHARSET_SHIFT_JIS },
		{ "sjis", CHARSET_SHIFT_JIS },
		{ "x-sjis", CHARSET_SHIFT_JIS },
		{ "ms_kanji", CHARSET_SHIFT_JIS },
		{ "csshiftjis", CHARSET_SHIFT_JIS },
		{ "windows-31j", CHARSET_WINDOWS_31J },
		{ "windows-932", CHARSET_WINDOWS_31J },
		{ "cp932", CHARSET_WINDOWS_31J },
		{ "cswindows31j", CHARSET_WINDOWS_31J },
		{ "euc-jp", CHARSET_EUC_JP },
		{ "x-euc-jp", CHARSET_EUC_JP },
		{ "eucjp", CHARSET_EUC_JP },
		{ "cseucpkdfmtjapanese", CHARSET_EUC_JP },
		{ "iso-8859-1", CHARSET_ISO_8859_1 },
		{ "iso_8859-1", CHARSET_ISO_8859_1 },
		{ "iso8859-1", CHARSET_ISO_8859_1 },
		{ "latin1", CHARSET_ISO_8859_1 },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncasecmp(names[i].name, name, size) == 0 && names[i].name[size] == '\0')
			return names[i].of;
	return CHARSET_UNKNOWN;
}

void
mime_chars_begin(struct mime_chars *c, enum mime_charset of)
{
	*c = (struct mime_chars){ .of = of, .set = 'B' };
}

/* The character needs MORE bytes, the next one between LOW and HIGH. */
static void
expect(struct mime_chars *c, unsigned more, uint8_t low, uint8_t high)
{
	c->more = (uint8_t)more;
	c->low = low;
	c->high = high;
}

/* Characters that nobody sees: zero width, variation selectors, tags. Some in succession carry
 * data, not text. */
static bool
is_unseen(uint32_t point)
{
	return (point >= 0x200b && point <= 0x200f) || (point >= 0x2060 && point <= 0x2064) ||
	       (point >= 0xfe00 && point <= 0xfe0f) || point == 0xfeff || point == 0x00ad ||
	       (point >= 0xe0000 && point <= 0xe0fff);
}

static uint64_t
utf8_point(struct mime_chars *c)
{
	if (!is_unseen(c->point)) {
		c->unseen = 0;
		return c->point < 0xa0 ? WHAT_CONTROL : 0;
	}
	if (c->unseen < UNSEEN_MOST)
		c->unseen++;
	return c->unseen == UNSEEN_MOST ? WHAT_ENCODED_TEXT : 0;
}

/* RFC 3629, 4: the shortest form, no surrogates, nothing above U+10FFFF. */
static uint64_t
utf8_lead(struct mime_chars *c, uint8_t byte)
{
	if (byte < 0x80) {
		c->unseen = 0;
		return 0;
	}
	if (byte < 0xc2 || byte > 0xf4)
		return WHAT_CHARSET;
	if (byte < 0xe0) {
		expect(c, 1, 0x80, 0xbf);
		c->point = byte & 0x1f;
	} else if (byte < 0xf0) {
		expect(c, 2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf);
		c->point = byte & 0x0f;
	} else {
		expect(c, 3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf);
		c->point = byte & 0x07;
	}
	return 0;
}

static uint64_t
utf8(struct mime_chars *c, uint8_t byte)
{
	if (c->more == 0)
		return utf8_lead(c, byte);
	if (byte < c->low || byte > c->high) {
		c->more = 0;
		return WHAT_CHARSET;
	}
	c->point = c->point << 6 | (byte & 0x3f);
	expect(c, c->more - 1u, 0x80, 0xbf);
	return c->more == 0 ? utf8_point(c) : 0;
}

/* RFC 1468: ESC ( B, ESC ( J, ESC $ @, ESC $ B. */
static uint64_t
iso_2022_jp_escape(struct mime_chars *c, uint8_t byte)
{
	if (c->escape == 1 && (byte == '(' || byte == '$')) {
		c->twice = byte == '$';
		c->escape = 2;
		return 0;
	}
	if (c->escape == 2 && (byte == 'B' || byte == (c->twice ? '@' : 'J'))) {
		c->set = byte;
		c->escape = 0;
		return 0;
	}
	c->escape = 0;
	c->twice = false;
	return WHAT_CHARSET;
}

static uint64_t
iso_2022_jp(struct mime_chars *c, uint8_t byte)
{
	bool half = c->more != 0;

	if (c->escape)
		return iso_2022_jp_escape(c, byte);
	if (byte == ESC) {
		c->escape = 1;
		c->more = 0;
		return half ? WHAT_CHARSET : 0;
	}
	if (byte >= 0x80)
		return WHAT_CHARSET;
	if (!c->twice)
		return 0;
	c->more = !half;
	if (byte > 0x20 && byte < 0x7f)
		return 0;
	c->more = 0;
	return WHAT_CHARSET;
}

/* The rows 0xf0 to 0xfc are not JIS X 0208, but who writes them names either set. */
static uint64_t
shift_jis(struct mime_chars *c, uint8_t byte)
{
	if (c->more) {
		c->more = 0;
		return byte < 0x40 || byte == 0x7f || byte > 0xfc ? WHAT_CHARSET : 0;
	}
	if (byte < 0x80 || (byte >= 0xa1 && byte <= 0xdf))
		return 0;
	if (byte == 0x80 || byte == 0xa0 || byte > 0xfc)
		return WHAT_CHARSET;
	c->more = 1;
	return 0;
}

static uint64_t
euc_jp(struct mime_chars *c, uint8_t byte)
{
	if (c->more) {
		bool fits = byte >= c->low && byte <= c->high;

		c->more = fits ? (uint8_t)(c->more - 1) : 0;
		return fits ? 0 : WHAT_CHARSET;
	}
	if (byte < 0x80)
		return 0;
	if (byte == 0x8e)
		expect(c, 1, 0xa1, 0xdf);
	else if (byte == 0x8f)
		expect(c, 2, 0xa1, 0xfe);
	else if (byte >= 0xa1 && byte <= 0xfe)
		expect(c, 1, 0xa1, 0xfe);
	else
		return WHAT_CHARSET;
	return 0;
}

static uint64_t
take_byte(struct mime_chars *c, uint8_t byte)
{
	switch (c->of) {
	case CHARSET_UTF_8:
		return utf8(c, byte);
	case CHARSET_ISO_2022_JP:
		return iso_2022_jp(c, byte);
	case CHARSET_SHIFT_JIS:
	case CHARSET_WINDOWS_31J:
		return shift_jis(c, byte);
	case CHARSET_EUC_JP:
		return euc_jp(c, byte);
	case CHARSET_ISO_8859_1:
		return byte >= 0x80 && byte < 0xa0 ? WHAT_CONTROL : 0;
	case CHARSET_US_ASCII:
		return byte >= 0x80 ? WHAT_CHARSET : 0;
	case CHARSET_UNKNOWN:
		break;
	}
	return 0;
}

uint64_t
mime_chars_take(struct mime_chars *c, const uint8_t *bytes, size_t size, unsigned flags)
{
	uint64_t words = flags & LINE_CONTROL ? WHAT_CONTROL : 0;
	bool resting = c->more == 0 && c->escape == 0 && !c->twice;

	if ((flags & LINE_ESC) && c->of != CHARSET_ISO_2022_JP)
		words |= WHAT_CONTROL;
	if (resting && !(flags & (LINE_8BIT | LINE_ESC))) {
		c->unseen = size ? 0 : c->unseen;
		return words;
	}
	if (c->of == CHARSET_UNKNOWN)
		return words;
	for (size_t i = 0; i < size; i++)
		words |= take_byte(c, bytes[i]);
	return words;
}

uint64_t
mime_chars_line_end(struct mime_chars *c)
{
	bool open = c->more || c->escape || c->twice;

	c->more = c->escape = c->unseen = 0;
	c->twice = false;
	return open ? WHAT_CHARSET : 0;
}

uint64_t
mime_chars_end(struct mime_chars *c)
{
	uint64_t words = mime_chars_line_end(c);

	/* RFC 1468: the text must end in ASCII */
	return c->of == CHARSET_ISO_2022_JP && c->set == 'J' ? words | WHAT_CHARSET : words;
}
