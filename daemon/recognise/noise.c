/* noise.c - pairs of letters tell words from what was encoded. */
#include "recognise/noise.h"
#include "base/text.h"

enum {
	WORD_MIN = 8,	 /* characters; fewer tell nothing */
	NUMBER_MIN = 20, /* digits and letters of a number that is no time and no address */
	BYTES_MIN = 64,
	BYTES_MAX = 128, /* that are looked at */
};

/* By the first letter, those that follow it in words: a bit each from `a` on. Of English text
 * (manuals, 480,000 words) and of Japanese in Latin letters the 331 pairs that make 96 of 100. Of
 * letters in any order one pair in two is among them. */
static const uint32_t usual[26] = {
	0x37ebfee, /* a: bcdfghijklmnprstuvwyz */
	0x0164911, /* b: aeilorsu */
	0x01ecd95, /* c: acehikloprstu */
	0x016491b, /* d: abdeilorsu */
	0x3efffff, /* e: abcdefghijklmnopqrstvwxyz */
	0x11e4931, /* f: aefilorstuy */
	0x11679d1, /* g: aeghilmnorsuy */
	0x11a4111, /* h: aeiortuy */
	0x3eefeff, /* i: abcdefghjklmnoprstvwxyz */
	0x0104101, /* j: aiou */
	0x1144111, /* k: aeiosuy */
	0x11cc939, /* l: adefilopstuy */
	0x114d113, /* m: abeimopsuy */
	0x37effff, /* n: abcdefghijklmnoprstuvwyz */
	0x37effef, /* o: abcdfghijklmnoprstuvwyz */
	0x11ec995, /* p: acehiloprstuy */
	0x0100000, /* q: u */
	0x13efd7f, /* r: abcdefgiklmnoprstuvy */
	0x15cfd95, /* s: acehiklmnopstuwy */
	0x15ed9bd, /* t: acdefhilmoprstuwy */
	0x34ebfff, /* u: abcdefghijklmnprstwyz */
	0x0004111, /* v: aeio */
	0x0066191, /* w: aehinors */
	0x0088111, /* x: aeipt */
	0x01cf111, /* y: aeimnopstu */
	0x0104011, /* z: aeou */
};

enum { LETTERS = 26, DIGIT = LETTERS, OTHER };

/* Of a letter, in either case, its place in the alphabet. */
static unsigned
kind_of(uint8_t c)
{
	unsigned letter = (c | 0x20u) - 'a';

	return letter < LETTERS ? letter : c - (unsigned)'0' < 10 ? DIGIT : OTHER;
}

/* Do two such characters hardly stand beside each other in words, numbers and names of hosts? */
static bool
is_odd(unsigned a, unsigned b)
{
	if (a < LETTERS && b < LETTERS)
		return !(usual[a] >> b & 1);
	return (a < LETTERS && b == DIGIT) || (a == DIGIT && b < LETTERS);
}

unsigned
noise_pairs(const uint8_t *bytes, size_t size)
{
	unsigned odd = 0, last = OTHER;

	for (size_t i = 0; i < size; i++) {
		unsigned kind = kind_of(bytes[i]);

		odd += is_odd(last, kind);
		last = kind;
	}
	return odd;
}

unsigned
noise_raw(const uint8_t *bytes, size_t size)
{
	unsigned raw = 0;
	uint32_t point;

	for (size_t i = 0; i < size; i++) {
		size_t n;

		if (bytes[i] >= ' ' && bytes[i] < 0x7f)
			continue;
		n = text_utf8((const char *)bytes + i, size - i, &point);
		if (n > 1)
			i += n - 1;
		else
			raw++;
	}
	return raw;
}

bool
noise_word(const uint8_t *bytes, size_t size)
{
	unsigned digits = 0, others = 0;

	if (size < WORD_MIN)
		return false;
	if (8 * (noise_pairs(bytes, size) + noise_raw(bytes, size)) >= 3 * (size - 1))
		return true;
	for (size_t i = 0; i < size; i++) {
		digits += kind_of(bytes[i]) == DIGIT;
		others += kind_of(bytes[i]) == OTHER;
	}
	return size >= NUMBER_MIN && others == 0 && 2 * digits >= size;
}

/* Is most of a text encoded, in words that are too long for a digest? */
static bool
noise_text(const uint8_t *bytes, size_t size)
{
	size_t encoded = 0, begin = 0;

	for (size_t i = 0; i <= size; i++) {
		if (i < size && (kind_of(bytes[i]) != OTHER || bytes[i] == '+' || bytes[i] == '/' ||
				    bytes[i] == '-' || bytes[i] == '_'))
			continue;
		if (i - begin >= BYTES_MIN && noise_word(bytes + begin, i - begin))
			encoded += i - begin;
		begin = i + 1;
	}
	return 4 * encoded >= 3 * size;
}

bool
noise_bytes(const uint8_t *bytes, size_t size)
{
	uint64_t seen[4] = { 0 };
	unsigned different = 0;

	if (size < BYTES_MIN)
		return false;
	if (size > BYTES_MAX)
		size = BYTES_MAX;
	if (8 * noise_raw(bytes, size) < size)
		return noise_text(bytes, size);
	for (size_t i = 0; i < size; i++)
		seen[bytes[i] >> 6] |= UINT64_C(1) << (bytes[i] & 63);
	for (unsigned i = 0; i < 4; i++)
		different += (unsigned)__builtin_popcountll(seen[i]);
	return 16 * different >= 11 * size;
}
