/* log.h - what a role says about itself on standard error: starting, failing, running out.
 *
 * Knows: the role's name and how much to say; both are set once at start and are the only global
 * state of the daemon. Owns nothing but them: descriptor 2 is the process's. Called from
 * everywhere outside the way of a packet. Never says a finding (that is the hub's work), never
 * allocates, never blocks on anything but descriptor 2, never changes errno.
 */
#ifndef SEGAUDIT_LOG_H
#define SEGAUDIT_LOG_H

enum log_level {
	LOG_LEVEL_ERROR, /* the daemon cannot do what it was asked to */
	LOG_LEVEL_WARN,	 /* it goes on, with less */
	LOG_LEVEL_INFO,	 /* what an administrator wants to know; the default */
	LOG_LEVEL_DEBUG, /* -D */
};

/* Sets the ROLE in segauditd[ROLE], with which lines begin; before that they begin with segauditd.
 * Borrowed: a literal. */
void log_role(const char *role);

/* Says nothing that matters less than LEVEL from now on. */
void log_level(enum log_level level);

/* Each writes one line by one write(2), at most 2,000 bytes, cut with `...`; the newline is
 * added here. Control characters in what was formatted become `?`, so that one call is always
 * one line. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
