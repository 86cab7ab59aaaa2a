/* log.c - see log.h. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MOST = 2000 };

static struct {
	const char *role;
	enum log_level level;
} sink = { .level = LOG_LEVEL_INFO };

void
log_role(const char *role)
{
	sink.role = role;
}

void
log_level(enum log_level level)
{
	sink.level = level;
}

/* C0, DEL, and C1 as UTF-8 has it: a terminal or a line-based reader acts on them. */
static void
disarm(char *line, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)line[i];
		unsigned char next = i + 1 < size ? (unsigned char)line[i + 1] : 0;

		if (c < 0x20 || c == 0x7f) {
			line[i] = '?';
		} else if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
			line[i] = '?';
			line[i + 1] = '?';
		}
	}
}

static void __attribute__((format(printf, 2, 0)))
say(enum log_level level, const char *format, va_list args)
{
	static const char *const word[] = {
		[LOG_LEVEL_ERROR] = "error: ",
		[LOG_LEVEL_WARN] = "warning: ",
		[LOG_LEVEL_INFO] = "",
		[LOG_LEVEL_DEBUG] = "debug: ",
	};
	int saved = errno;
	char line[LINE_MOST];
	const char *role = sink.role ? sink.role : "";
	int n, m;

	if (level > sink.level)
		return;
	n = snprintf(line, sizeof line, "segauditd%s%.64s%s: %s", *role ? "[" : "", role,
	    *role ? "]" : "", word[level]);
	errno = saved; /* for %m */
	m = vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	if (m < 0)
		m = 0;

	size_t size = (size_t)n + (size_t)m;

	if (size >= sizeof line) {
		size = sizeof line - 1;
		memcpy(line + size - 3, "...", 3);
	}
	disarm(line, size);
	line[size++] = '\n';

	ssize_t written = write(STDERR_FILENO, line, size);

	(void)written; /* where this fails there is nobody left to tell */
	errno = saved;
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(LOG_LEVEL_WARN, format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void
log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(LOG_LEVEL_DEBUG, format, args);
	va_end(args);
}
