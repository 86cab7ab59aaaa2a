/* messages.c - see messages.h. */
#include "client/messages.h"

#include <stdbool.h>
#include <string.h>

#define PROGRAM "segauditd"

enum { TIME_MOST = 40 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of a time by RFC 3339 and the space behind it, 0 when none is there. */
static size_t
time_size(const char *line, size_t size)
{
	size_t most = size < TIME_MOST ? size : TIME_MOST;
	const char *space = memchr(line, ' ', most);

	if (!space || space - line < 20 || line[4] != '-' || line[7] != '-' || line[10] != 'T')
		return 0;
	for (size_t i = 0; i < 4; i++)
		if (!is_digit(line[i]))
			return 0;
	return (size_t)(space - line) + 1;
}

/* Does the text before a line of ours name the program? */
static bool
names_program(const char *text, size_t size)
{
	const char *at = text, *end = text + size;

	while ((at = memmem(at, (size_t)(end - at), PROGRAM, sizeof PROGRAM - 1))) {
		const char *behind = at + sizeof PROGRAM - 1;

		if ((at == text || at[-1] == ' ') && behind < end && strchr("[: ", *behind))
			return true;
		at = behind;
	}
	return false;
}

static bool
may_precede(const char *text, size_t size)
{
	return size == 0 || time_size(text, size) == size || names_program(text, size);
}

/* Does a line of ours begin here? */
static bool
begins(const char *at, size_t size)
{
	size_t p = 8;

	if (size > 7 && memcmp(at, "LEDGER ", 7) == 0)
		return true;
	if (size < 9 || memcmp(at, "SEG", 3) != 0 || at[7] != ' ')
		return false;
	for (size_t i = 3; i < 7; i++)
		if (!is_digit(at[i]))
			return false;
	while (p < size && at[p] >= 'A' && at[p] <= 'Z')
		p++;
	return p > 8 && (p == size || at[p] == ' ');
}

/* Has the text the fields that only a line of ours has? */
static bool
closes(const char *text, size_t size)
{
	const char *sid = memmem(text, size, " sid=", 5), *end = text + size;
	const char *seq = sid ? memmem(sid, (size_t)(end - sid), "seq=", 4) : NULL;

	return seq && memmem(seq, (size_t)(end - seq), "h=", 2);
}

enum messages_is
messages_find(const char *line, size_t size, const char **msg, size_t *msg_size)
{
	const char *end = line + size, *at = line;
	size_t time = time_size(line, size);

	while (end > line && (end[-1] == '\r' || end[-1] == '\n'))
		end--;
	size = (size_t)(end - line);
	if (time > size)
		time = 0;
	*msg = line + time;
	*msg_size = size - time;
	if (begins(*msg, *msg_size))
		return MESSAGES_OURS;
	while ((at = memmem(at, (size_t)(end - at), "SEG", 3))) {
		bool first = at == line || at[-1] == ' ' ||
			     (at - line >= 3 && memcmp(at - 3, "\xef\xbb\xbf", 3) == 0);

		if (first && begins(at, (size_t)(end - at))) {
			*msg = at;
			*msg_size = (size_t)(end - at);
			return may_precede(line, (size_t)(at - line)) ? MESSAGES_OURS :
									MESSAGES_OTHER;
		}
		at += 3;
	}
	const char *sid = memmem(line, size, " sid=", 5);
	if (!sid || !closes(line, size))
		return MESSAGES_OTHER;
	return time || names_program(line, (size_t)(sid - line)) ? MESSAGES_DAMAGED :
								   MESSAGES_OTHER;
}
