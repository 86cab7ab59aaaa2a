/* allowance.c - see allowance.h. */
#include "base/allowance.h"

nstime
allowance_at(const struct allowance *a)
{
	return a->whole - (ALLOWANCE_LINES - 1) * ALLOWANCE_EVERY;
}

bool
allowance_take(struct allowance *a, nstime mono)
{
	if (allowance_at(a) > mono)
		return false;
	a->whole = (a->whole > mono ? a->whole : mono) + ALLOWANCE_EVERY;
	return true;
}
