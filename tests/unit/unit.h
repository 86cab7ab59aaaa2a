/* unit.h - what every unit test includes, in the order that cmocka wants. */
#ifndef SEGAUDIT_UNIT_H
#define SEGAUDIT_UNIT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

/* cmocka returns the number of failures, and a status is modulo 256: 256 failures must not look
 * like none. */
#define UNIT_RUN(tests) (cmocka_run_group_tests(tests, NULL, NULL) != 0)

#include <poll.h>
#include <time.h>

/* What is summed up by the minute is one sum only within one: waits until at least ten seconds of
 * it are left. */
static inline void
unit_within_a_minute(void)
{
	while (time(NULL) % 60 >= 50)
		(void)poll(NULL, 0, 100);
}

#endif
