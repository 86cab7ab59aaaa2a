/* mime_mails.h - well-formed mails, made from a seed.
 *
 * Knows: RFC 5322, 2045 to 2047 and 2231 as honest senders use them, Japanese ones above all. Owns
 * nothing. Included by the tests of mime that need many mails. Never uses the code that it tests:
 * characters are converted by iconv, encodings are written out here.
 */
#ifndef SEGAUDIT_MIME_MAILS_H
#define SEGAUDIT_MIME_MAILS_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAIL_MOST = 1 << 18, MAIL_TEXT = 8192, MAIL_DEEP = 4 };

struct mail {
	uint64_t seed;
	bool files; /* parts can be files with names */
	unsigned boundaries;
	size_t size;
	char bytes[MAIL_MOST];
};

static const char *const mail_charsets[] = { "us-ascii", "utf-8", "iso-2022-jp", "Shift_JIS",
	"euc-jp", "ISO-8859-1" };

enum { MAIL_ASCII, MAIL_UTF8, MAIL_JIS, MAIL_SJIS, MAIL_EUC, MAIL_LATIN };

static inline unsigned
mail_random(struct mail *m, unsigned most)
{
	m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(m->seed >> 33) % most;
}

static inline void
mail_bytes(struct mail *m, const char *bytes, size_t size)
{
	if (size > sizeof m->bytes - m->size)
		size = sizeof m->bytes - m->size;
	memcpy(m->bytes + m->size, bytes, size);
	m->size += size;
}

static inline void
mail_string(struct mail *m, const char *s)
{
	mail_bytes(m, s, strlen(s));
}

/* One line of text in UTF-8 that the character set has. */
static inline size_t
mail_line(struct mail *m, unsigned charset, char *to)
{
	static const char *const japanese[] = { "あ", "い", "う", "ん", "ー", "。", "、", "漢",
		"字", "表", "能", "予", "ソ", "ア", "ン", "庁", "舎", "線", "約", "束", "１", "Ａ",
		"〒" };
	static const char *const latin[] = { "é", "ü", "ñ", "à", "ß", "ç" };
	unsigned words = mail_random(m, 12);
	size_t n = 0;

	for (unsigned i = 0; i < words; i++) {
		unsigned letters = 1 + mail_random(m, 9);

		for (unsigned k = 0; k < letters; k++) {
			unsigned which = mail_random(m, 3);
			const char *c = (const char[]){ (char)('a' + mail_random(m, 26)), '\0' };

			if (which && charset == MAIL_LATIN)
				c = latin[mail_random(m, 6)];
			else if (which && charset != MAIL_ASCII)
				c = japanese[mail_random(m, 23)];
			memcpy(to + n, c, strlen(c));
			n += strlen(c);
		}
		if (i + 1 < words)
			to[n++] = mail_random(m, 9) ? ' ' : '.';
	}
	return n;
}

/* Converts UTF-8; returns how many bytes it is. Converters are opened once, as that costs most. */
static inline size_t
mail_convert(unsigned charset, const char *from, size_t size, char *to, size_t room)
{
	static iconv_t converters[6];
	char *in = (char *)(uintptr_t)from, *out = to;
	iconv_t *c = &converters[charset];
	size_t left = room;

	if (!*c)
		*c = iconv_open(mail_charsets[charset], "UTF-8");
	if (iconv(*c, &in, &size, &out, &left) == (size_t)-1 ||
	    iconv(*c, NULL, NULL, &out, &left) == (size_t)-1)
		abort();
	return (size_t)(out - to);
}

static inline void
mail_base64(struct mail *m, const char *from, size_t size, size_t column)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	for (size_t i = 0; i < size; i += 3) {
		uint32_t bits = (uint32_t)(uint8_t)from[i] << 16;
		char four[4];

		if (i + 1 < size)
			bits |= (uint32_t)(uint8_t)from[i + 1] << 8;
		if (i + 2 < size)
			bits |= (uint8_t)from[i + 2];
		for (unsigned k = 0; k < 4; k++)
			four[k] = digits[bits >> (18 - 6 * k) & 63];
		if (i + 1 >= size)
			four[2] = '=';
		if (i + 2 >= size)
			four[3] = '=';
		mail_bytes(m, four, 4);
		n += 4;
		if (n == column) {
			mail_string(m, "\r\n");
			n = 0;
		}
	}
	if (n && column)
		mail_string(m, "\r\n");
}

static inline void
mail_quoted(struct mail *m, const char *from, size_t size)
{
	size_t column = 0;

	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)from[i];
		bool last = i + 1 < size && from[i + 1] == '\r';
		char escape[4];

		if (c == '\r') {
			mail_string(m, "\r\n");
			i++;
			column = 0;
			continue;
		}
		if (column > 70) {
			mail_string(m, "=\r\n");
			column = 0;
		}
		if (c < 0x20 || c > 0x7e || c == '=' || (c == ' ' && (last || i + 1 == size))) {
			snprintf(escape, sizeof escape, "=%02X", c);
			mail_bytes(m, escape, 3);
			column += 3;
		} else {
			mail_bytes(m, &from[i], 1);
			column++;
		}
	}
}

/* An encoded word (RFC 2047) of a line in UTF-8, at most so long that it is legal. */
static inline void
mail_word(struct mail *m, unsigned charset)
{
	char text[MAIL_TEXT], bytes[MAIL_TEXT];
	size_t n;

	do
		n = mail_line(m, charset, text);
	while (n == 0 || n > 36);
	n = mail_convert(charset, text, n, bytes, sizeof bytes);
	mail_string(m, "=?");
	mail_string(m, mail_charsets[charset]);
	mail_string(m, "?B?");
	mail_base64(m, bytes, n, 0);
	mail_string(m, "?=");
}

static inline void
mail_head(struct mail *m)
{
	mail_string(m,
	    "Received: from a (a [192.0.2.1])\r\n\tby b with ESMTP;\r\n\tSat, 21 Nov 2026 "
	    "10:00:00 +0900\r\nFrom: ");
	if (mail_random(m, 2)) {
		mail_word(m, MAIL_JIS);
		mail_string(m, "\r\n ");
	}
	mail_string(m, "<a@example.jp>\r\nTo: b@example.jp,\r\n\tc@example.jp\r\nSubject: ");
	if (mail_random(m, 2)) {
		mail_word(m, 1 + mail_random(m, 5));
		mail_string(m, "\r\n ");
		mail_word(m, MAIL_UTF8);
	} else {
		mail_string(m, "Re: a plain subject");
	}
	mail_string(
	    m, "\r\nDate: Sat, 21 Nov 2026 10:00:00 +0900\r\nMessage-ID: <1@example.jp>\r\n");
}

static inline void
mail_encoding(struct mail *m, const char *name)
{
	mail_string(m, "Content-Transfer-Encoding: ");
	mail_string(m, name);
	mail_string(m, "\r\n");
}

/* A text part: its fields, its empty line, its body. */
static inline void
mail_text(struct mail *m, bool bare)
{
	char line[MAIL_TEXT], text[MAIL_TEXT];
	unsigned charset = bare ? MAIL_ASCII : mail_random(m, 6), lines = mail_random(m, 8);
	unsigned how = bare ? 0 : mail_random(m, 3);
	size_t n = 0;

	for (unsigned i = 0; i < lines; i++) {
		n += mail_convert(
		    charset, line, mail_line(m, charset, line), text + n, sizeof text - n - 2);
		memcpy(text + n, "\r\n", 2);
		n += 2;
	}
	if (!bare) {
		mail_string(m, "Content-Type: text/plain;");
		mail_string(m, mail_random(m, 2) ? "\r\n charset=\"" : " charset=\"");
		mail_string(m, mail_charsets[charset]);
		mail_string(m, mail_random(m, 4) ? "\"\r\n" : "\"; format=flowed; delsp=yes\r\n");
	}
	if (how == 1)
		mail_encoding(m, "base64");
	else if (how == 2)
		mail_encoding(m, "quoted-printable");
	else if (charset != MAIL_ASCII && charset != MAIL_JIS)
		mail_encoding(m, "8bit");
	else if (!bare && mail_random(m, 2))
		mail_encoding(m, "7bit");
	mail_string(m, "\r\n");
	if (how == 1)
		mail_base64(m, text, n, 76);
	else if (how == 2)
		mail_quoted(m, text, n);
	else
		mail_bytes(m, text, n);
	if (n == 0 || how == 1)
		return;
	if (mail_random(m, 2)) /* a last line without its end, where a delimiter follows */
		mail_string(m, "end");
}

/* A file: base64, and a name in one of the ways in which names are written. */
static inline void
mail_file(struct mail *m)
{
	static const char *const types[] = { "application/pdf", "application/octet-stream",
		"image/png", "text/html", "application/vnd.ms-excel" };
	char bytes[600];
	size_t n = mail_random(m, sizeof bytes);

	mail_string(m, "Content-Type: ");
	mail_string(m, types[mail_random(m, 5)]);
	switch (mail_random(m, 6)) {
	case 0:
		mail_string(m, "; name=plain.bin");
		break;
	case 1:
		mail_string(m, ";\r\n name=\"two words.bin\"");
		break;
	case 2:
		mail_string(m, ";\r\n name=\"");
		mail_word(m, mail_random(m, 2) ? MAIL_UTF8 : MAIL_JIS);
		mail_string(m, "\"");
		break;
	default:
		break;
	}
	mail_string(m, "\r\n");
	mail_encoding(m, "base64");
	switch (mail_random(m, 5)) {
	case 0:
		mail_string(m, "Content-Disposition: attachment; filename=a.bin\r\n");
		break;
	case 1:
		mail_string(m,
		    "Content-Disposition: attachment;\r\n filename*=utf-8''%E3%81%82%20b.bin\r\n");
		break;
	case 2:
		mail_string(m,
		    "Content-Disposition: attachment;\r\n filename*0*=utf-8'ja'%E3%81%82;\r\n"
		    " filename*1=\" and \";\r\n filename*2*=%E6%BC%A2.bin\r\n");
		break;
	case 3:
		mail_string(m, "Content-Disposition: attachment\r\n");
		break;
	default:
		break;
	}
	mail_string(m, "\r\n");
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)mail_random(m, 256);
	mail_base64(m, bytes, n, 76);
}

static inline void mail_part(struct mail *m, unsigned depth);

static inline void
mail_multipart(struct mail *m, unsigned depth)
{
	static const char *const kinds[] = { "mixed", "alternative", "related" };
	static const char *const forms[] = { "----=_Part_", "b'()+,-./:=? ", "=_" };
	unsigned parts = 1 + mail_random(m, 4);
	char boundary[80];

	snprintf(boundary, sizeof boundary, "%s%06u", forms[mail_random(m, 3)], m->boundaries++);
	mail_string(m, "Content-Type: multipart/");
	mail_string(m, kinds[mail_random(m, 3)]);
	mail_string(m, ";\r\n\tboundary=\"");
	mail_string(m, boundary);
	mail_string(m, "\"\r\n\r\n");
	if (mail_random(m, 2))
		mail_string(m, "This is a multi-part message in MIME format.\r\n");
	for (unsigned i = 0; i < parts; i++) {
		mail_string(m, i ? "\r\n--" : "--");
		mail_string(m, boundary);
		mail_string(m, "\r\n");
		mail_part(m, depth + 1);
	}
	mail_string(m, "\r\n--");
	mail_string(m, boundary);
	mail_string(m, "--\r\n");
	if (mail_random(m, 4) == 0)
		mail_string(m, "\r\nNobody reads this.\r\n");
}

static inline void
mail_part(struct mail *m, unsigned depth)
{
	unsigned kind = mail_random(m, 6);

	if (kind == 0 && depth < MAIL_DEEP)
		mail_multipart(m, depth);
	else if (kind < 3 && m->files)
		mail_file(m);
	else
		mail_text(m, kind == 3);
}

/* Makes the mail of a seed. */
static inline void
mail_make(struct mail *m, uint64_t seed, bool files)
{
	unsigned kind;

	m->seed = seed * UINT64_C(0x9e3779b97f4a7c15);
	m->files = files;
	m->boundaries = 0;
	m->size = 0;
	kind = mail_random(m, 4);
	mail_head(m);
	if (kind > 0)
		mail_string(m, "MIME-Version: 1.0\r\n");
	if (kind == 3)
		mail_multipart(m, 0);
	else
		mail_text(m, kind == 0);
	if (m->size < 2 || memcmp(m->bytes + m->size - 2, "\r\n", 2) != 0)
		mail_string(m, "\r\n");
}

#endif
