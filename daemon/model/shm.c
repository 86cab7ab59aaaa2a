/* shm.c - the words of shm.h: every counter's name and meaning, from counters.def. */
#include "model/shm.h"

static const struct {
	const char *name, *meaning;
} counters[COUNTERS] = {
#define COUNTER(name_, meaning_) [COUNTER_##name_] = { #name_, meaning_ },
#include "model/counters.def"
#undef COUNTER
};

const char *
counter_name(enum counter c)
{
	return (unsigned)c < COUNTERS ? counters[c].name : NULL;
}

const char *
counter_meaning(enum counter c)
{
	return (unsigned)c < COUNTERS ? counters[c].meaning : NULL;
}
