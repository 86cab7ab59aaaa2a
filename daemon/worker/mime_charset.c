/* mime_charset.c - see mime_charset.h. */
#include "worker/mime_charset.h"

#include "model/finding.h"
#include "worker/lines.h"

enum {
	ESC = 0x1b,
	UNSEEN_MOST = 8, /* no script writes so many characters without a width in succession */
};

void
mime_chars_begin(struct mime_chars *c, enum charset of)
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

/* What was read of an escape sequence: nothing, ESC, ESC and the byte that says how many bytes the
 * characters of its set have. */
enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_ONE, ESCAPE_TWO };

/* RFC 1468: ESC ( B, ESC ( J, ESC $ @, ESC $ B. One that names the set that is in force is legal;
 * shapes are looked for without those (mime_text). Between two there is a character, or they only
 * part what a reader sees together; but who writes one text behind the other goes to a set of two
 * bytes again at once. */
static uint64_t
iso_2022_jp_escape(struct mime_chars *c, uint8_t byte)
{
	if (c->escape == ESCAPE_BEGUN && (byte == '(' || byte == '$')) {
		c->escape = byte == '$' ? ESCAPE_TWO : ESCAPE_ONE;
		return 0;
	}
	if (c->escape > ESCAPE_BEGUN &&
	    (byte == 'B' || byte == (c->escape == ESCAPE_TWO ? '@' : 'J'))) {
		bool was = c->twice, idle = c->empty;

		c->twice = c->escape == ESCAPE_TWO;
		idle = idle && (was || !c->twice);
		c->set = byte;
		c->empty = true;
		c->escape = ESCAPE_NONE;
		return idle ? WHAT_CHARSET : 0;
	}
	c->escape = ESCAPE_NONE;
	c->twice = c->empty = false;
	return WHAT_CHARSET;
}

static uint64_t
iso_2022_jp(struct mime_chars *c, uint8_t byte)
{
	bool half = c->more != 0;

	if (c->escape)
		return iso_2022_jp_escape(c, byte);
	if (byte == ESC) {
		c->escape = ESCAPE_BEGUN;
		c->more = 0;
		return half ? WHAT_CHARSET : 0;
	}
	if (byte >= 0x80)
		return WHAT_CHARSET;
	c->empty = false;
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
iso_8859_1(struct mime_chars *c, uint8_t byte)
{
	(void)c;
	return byte >= 0x80 && byte < 0xa0 ? WHAT_CONTROL : 0;
}

static uint64_t
us_ascii(struct mime_chars *c, uint8_t byte)
{
	(void)c;
	return byte >= 0x80 ? WHAT_CHARSET : 0;
}

/* Takes bytes by a machine, which the compiler puts into the loop. */
static inline __attribute__((always_inline)) uint64_t
run(uint64_t (*step)(struct mime_chars *, uint8_t), struct mime_chars *c, const uint8_t *bytes,
    size_t size)
{
	uint64_t words = 0;

	for (size_t i = 0; i < size; i++)
		words |= step(c, bytes[i]);
	return words;
}

static bool
goes_on(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Most of a text that is not ASCII are characters of three bytes whose first one, 0xe3 to 0xec, is
 * enough to know that they are legal and seen: kana, kanji, hangul. */
static uint64_t
run_utf8(struct mime_chars *c, const uint8_t *bytes, size_t size)
{
	uint64_t words = 0;

	for (size_t i = 0; i < size;) {
		if (c->more == 0 && size - i >= 3 && bytes[i] >= 0xe3 && bytes[i] <= 0xec &&
		    goes_on(bytes[i + 1]) && goes_on(bytes[i + 2])) {
			c->unseen = 0;
			i += 3;
		} else {
			words |= utf8(c, bytes[i++]);
		}
	}
	return words;
}

/* Most of a text in ISO-2022-JP are characters of two bytes. */
static uint64_t
run_iso_2022_jp(struct mime_chars *c, const uint8_t *bytes, size_t size)
{
	uint64_t words = 0;

	for (size_t i = 0; i < size;) {
		if (c->twice && !c->escape && c->more == 0 && size - i >= 2 && bytes[i] > 0x20 &&
		    bytes[i] < 0x7f && bytes[i + 1] > 0x20 && bytes[i + 1] < 0x7f) {
			c->empty = false;
			i += 2;
		} else {
			words |= iso_2022_jp(c, bytes[i++]);
		}
	}
	return words;
}

static uint64_t
run_any(struct mime_chars *c, const uint8_t *bytes, size_t size)
{
	switch (c->of) {
	case CHARSET_UTF_8:
		return run_utf8(c, bytes, size);
	case CHARSET_ISO_2022_JP:
		return run_iso_2022_jp(c, bytes, size);
	case CHARSET_SHIFT_JIS:
	case CHARSET_WINDOWS_31J:
		return run(shift_jis, c, bytes, size);
	case CHARSET_EUC_JP:
		return run(euc_jp, c, bytes, size);
	case CHARSET_ISO_8859_1:
		return run(iso_8859_1, c, bytes, size);
	case CHARSET_US_ASCII:
		return run(us_ascii, c, bytes, size);
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
		c->empty = size ? false : c->empty;
		return words;
	}
	return words | run_any(c, bytes, size);
}

uint64_t
mime_chars_line_end(struct mime_chars *c)
{
	bool open = c->more || c->escape || c->twice;

	c->more = c->escape = c->unseen = 0;
	c->twice = c->empty = false;
	return open ? WHAT_CHARSET : 0;
}

uint64_t
mime_chars_end(struct mime_chars *c)
{
	uint64_t words = mime_chars_line_end(c);

	/* RFC 1468: the text must end in ASCII */
	return c->of == CHARSET_ISO_2022_JP && c->set == 'J' ? words | WHAT_CHARSET : words;
}
