/* check.h - what a configuration says twice, or half, once every key was read.
 *
 * Knows: which names must differ, and which keys need or exclude each other. Owns nothing. Called
 * by conf_read() only. Never looks across lists: whether a zone that is named exists, is
 * compile.c's question.
 */
#ifndef SEGAUDIT_CHECK_H
#define SEGAUDIT_CHECK_H

#include "conf/arena.h"
#include "conf/conf.h"

/* Fills what is derived (labels, the default log, the addresses of sets from their files) and adds
 * what is wrong to E. */
void check_conf(struct conf *c, struct conf_errors *e);

#endif
