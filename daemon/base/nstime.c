/* nstime.c - see nstime.h. */
#include "base/nstime.h"

#include <stdio.h>
#include <time.h>

/* The Gregorian calendar repeats after 400 years; counted from 1 March, a leap day is the last. */
#define ERA_DAYS   146097
#define EPOCH_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

struct civil {
	int64_t year;
	int month, day;
};

static nstime
clock_read(clockid_t clock)
{
	struct timespec t = { 0 };

	/* Both clocks exist on every Linux, and the address is ours: it cannot fail. */
	(void)clock_gettime(clock, &t);
	return (nstime)t.tv_sec * NS_SEC + t.tv_nsec;
}

nstime
nstime_now(void)
{
	return clock_read(CLOCK_REALTIME);
}

nstime
nstime_mono(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
nstime_days(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t in_era = y - era * 400;
	int64_t from_march = (month + 9) % 12;
	int64_t in_year = (153 * from_march + 2) / 5 + day - 1;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - EPOCH_DAYS;
}

static struct civil
civil_of(int64_t days)
{
	int64_t shifted = days + EPOCH_DAYS;
	int64_t era = floor_div(shifted, ERA_DAYS);
	int64_t in_era = shifted - era * ERA_DAYS;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / (ERA_DAYS - 1)) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t from_march = (5 * in_year + 2) / 153;
	int month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);

	return (struct civil){
		.year = era * 400 + year + (month <= 2),
		.month = month,
		.day = (int)(in_year - (153 * from_march + 2) / 5 + 1),
	};
}

/* Writes the last N decimal digits and AFTER behind them; returns where to go on. Every line has
 * times in it: printf would cost more than all the rest of them. */
static char *
put_digits(char *to, int number, int n, char after)
{
	for (int i = n; i-- > 0; number /= 10)
		to[i] = (char)('0' + number % 10);
	to[n] = after;
	return to + n + 1;
}

const char *
nstime_text(char to[NSTIME_TEXT], nstime t, int32_t offset)
{
	int minutes = offset / 60; /* RFC 3339 has no seconds in an offset */

	if (minutes > 1439)
		minutes = 1439;
	if (minutes < -1439)
		minutes = -1439;

	/* In seconds, so that the offset cannot overflow. An int64_t of nanoseconds reaches from
	 * 1677 to 2262: the year always has four digits. */
	int64_t second = floor_div(t, NS_SEC);
	int micro = (int)(floor_div(t, NS_USEC) - second * (NS_SEC / NS_USEC));

	second += (int64_t)minutes * 60;

	int64_t days = floor_div(second, 86400);
	int in_day = (int)(second - days * 86400);
	struct civil c = civil_of(days);
	char *p = to;

	p = put_digits(p, (int)c.year, 4, '-');
	p = put_digits(p, c.month, 2, '-');
	p = put_digits(p, c.day, 2, 'T');
	p = put_digits(p, in_day / 3600, 2, ':');
	p = put_digits(p, in_day / 60 % 60, 2, ':');
	p = put_digits(p, in_day % 60, 2, '.');
	p = put_digits(p, micro, 6, minutes < 0 ? '-' : minutes > 0 ? '+' : 'Z');
	if (minutes != 0) {
		int east = minutes < 0 ? -minutes : minutes;

		p = put_digits(p, east / 60, 2, ':');
		p = put_digits(p, east % 60, 2, '\0');
	}
	*p = '\0';
	return to;
}
