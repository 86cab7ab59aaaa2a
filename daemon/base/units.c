/* units.c - see units.h. */
#include "base/units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t size;
};

/* Largest first: the texts take the first one that divides. */
static const struct unit byte_units[] = {
	{ "TiB", (uint64_t)1 << 40 },
	{ "TB", 1000000000000 },
	{ "GiB", 1 << 30 },
	{ "GB", 1000000000 },
	{ "MiB", 1 << 20 },
	{ "MB", 1000000 },
	{ "KiB", 1 << 10 },
	{ "kB", 1000 },
	{ "B", 1 },
	{ NULL, 0 },
};

static const struct unit duration_units[] = {
	{ "days", NS_DAY },
	{ "day", NS_DAY },
	{ "h", NS_HOUR },
	{ "min", NS_MIN },
	{ "s", NS_SEC },
	{ "ms", NS_MSEC },
	{ "us", NS_USEC },
	{ "ns", 1 },
	{ NULL, 0 },
};

static enum unit_error
parse(const struct unit *units, const char *text, uint64_t *value)
{
	uint64_t number = 0;
	bool large = false;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		large |= __builtin_mul_overflow(number, 10u, &number);
		large |= __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number);
	}
	if (p == text)
		return UNIT_BAD_NUMBER;
	if (*p == '\0')
		return UNIT_NO_UNIT;
	if (*p == ' ')
		p++;
	while (units->name && strcmp(units->name, p) != 0)
		units++;
	if (!units->name)
		return *p == '\0' ? UNIT_NO_UNIT : UNIT_BAD_UNIT;
	large |= __builtin_mul_overflow(number, units->size, &number);
	if (large || number > INT64_MAX)
		return UNIT_TOO_LARGE;
	*value = number;
	return UNIT_OK;
}

/* The largest unit that divides VALUE; the smallest for nothing, which all of them divide. */
static const struct unit *
dividing(const struct unit *units, uint64_t value)
{
	while (units[1].name && (value == 0 || value % units->size != 0))
		units++;
	return units;
}

enum unit_error
unit_bytes(const char *text, uint64_t *bytes)
{
	return parse(byte_units, text, bytes);
}

enum unit_error
unit_duration(const char *text, nstime *duration)
{
	uint64_t value;
	enum unit_error e = parse(duration_units, text, &value);

	if (e == UNIT_OK)
		*duration = (nstime)value;
	return e;
}

const char *
unit_bytes_text(char to[UNIT_TEXT], uint64_t bytes)
{
	const struct unit *u = dividing(byte_units, bytes);

	/* 20 digits, a space and a unit fit. */
	(void)snprintf(to, UNIT_TEXT, "%" PRIu64 " %s", bytes / u->size, u->name);
	return to;
}

const char *
unit_duration_text(char to[UNIT_TEXT], nstime duration)
{
	uint64_t length = duration < 0 ? 0 - (uint64_t)duration : (uint64_t)duration;
	const struct unit *u = dividing(duration_units, length);
	const char *name = length == NS_DAY ? "day" : length == 0 ? "s" : u->name;

	/* A minus, 20 digits, a space and a unit fit. */
	(void)snprintf(
	    to, UNIT_TEXT, "%s%" PRIu64 " %s", duration < 0 ? "-" : "", length / u->size, name);
	return to;
}
