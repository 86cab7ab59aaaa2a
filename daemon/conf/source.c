#include "conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/syntax.h"
#include "conf/value.h"

/* Reading one file after the other. */
struct scan {
	struct source *s;
	struct arena *arena;
	struct conf_errors *errors;
	const char *main;
	unsigned depth;
	struct syntax syntax;
	struct text why; /* of the one error of syntax that there can be */
};

/* One file on its way into the text. */
struct file {
	const char *name;
	const char *text, *end;
	const char *p;	  /* what is looked at */
	const char *kept; /* up to here it was copied */
	unsigned line;	  /* of p */
};

char *
source_load(const char *path, bool pipe, size_t *size, const char **why)
{
	size_t room = 1 << 16, n = 0;
	char *bytes = NULL, *more;
	struct stat st;
	ssize_t r;
	/* A pipe that nobody writes to must not hold up who opens it only to refuse it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (pipe ? 0 : O_NONBLOCK));

	if (fd < 0 || fstat(fd, &st) < 0)
		goto failed;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto failed;
	}
	if (!pipe && !S_ISREG(st.st_mode)) {
		errno = ENOTSUP;
		goto failed;
	}
	if (S_ISREG(st.st_mode) && st.st_size > SOURCE_MOST) {
		errno = EFBIG;
		goto failed;
	}
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		room = (size_t)st.st_size + 2; /* one more than the file, so that the end is seen */
	bytes = malloc(room);
	while (bytes && (r = read(fd, bytes + n, room - 1 - n)) != 0) {
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			goto failed;
		n += (size_t)r;
		if (n > SOURCE_MOST) {
			errno = EFBIG;
			goto failed;
		}
		if (n == room - 1) {
			room *= 2;
			more = realloc(bytes, room);
			if (!more)
				goto failed;
			bytes = more;
		}
	}
	if (!bytes)
		goto failed;
	bytes[n] = '\0';
	*size = n;
	(void)close(fd); /* it was only read */
	return bytes;
failed:
	*why = errno == EFBIG	? "is larger than 256 MiB" :
	       errno == ENOTSUP ? "Not a regular file" :
				  strerror(errno);
	free(bytes);
	if (fd >= 0)
		(void)close(fd); /* it was only read */
	return NULL;
}

const char *
source_path(struct arena *a, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	size_t dir = slash && name[0] != '/' ? (size_t)(slash - file) + 1 : 0, size = strlen(name);
	char *path = arena_alloc(a, dir + size + 1, 1);

	if (!path)
		return NULL;
	memcpy(path, file, dir);
	memcpy(path + dir, name, size);
	return path;
}

/* Grows an array so that one more fits. */
static bool
grow(void *array, uint32_t n, uint32_t *room, size_t size)
{
	void *old, *new;
	uint32_t more = *room ? *room * 2 : 16;

	if (n < *room)
		return true;
	memcpy(&old, array, sizeof old);
	new = reallocarray(old, more, size);
	if (!new)
		return false;
	memcpy(array, &new, sizeof new);
	*room = more;
	return true;
}

static void
out_of_memory(struct scan *c)
{
	c->arena->failed = true;
	c->s->broken = true;
}

/* Appends bytes to the text. */
static void
put(struct scan *c, const char *bytes, size_t size)
{
	struct source *s = c->s;

	if (size >= SOURCE_MOST - s->size) {
		conf_error(c->errors, (struct conf_place){ c->main, 0 },
		    "with all that it includes it is larger than 256 MiB");
		s->broken = true;
		return;
	}
	if (s->size + size + 1 > s->room) {
		size_t room = s->size + size + 1 + (s->room ? s->size / 2 : 64);
		char *text = realloc(s->text, room);

		if (!text) {
			out_of_memory(c);
			return;
		}
		s->text = text;
		s->room = room;
	}
	memcpy(s->text + s->size, bytes, size);
	s->size += size;
	s->text[s->size] = '\0';
}

/* From the next line of the text on, FILE from LINE on. The text ends with a newline, or is empty.
 */
static void
put_part(struct scan *c, const char *file, unsigned line)
{
	struct source *s = c->s;

	if (!grow(&s->part, s->nparts, &s->parts_room, sizeof *s->part)) {
		out_of_memory(c);
		return;
	}
	s->part[s->nparts++] = (struct source_part){ s->line, line, file };
}

static struct conf_place
here(const struct file *f)
{
	return (struct conf_place){ f->name, f->line };
}

/* Errors of bytes: a BOM, NULs, what is not UTF-8; once a line. The bytes are made harmless, so
 * that the rest can be read. */
static void
check_bytes(struct scan *c, const char *name, char *text, size_t size)
{
	struct conf_place at = { name, 1 };
	size_t i = 0;

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		conf_error(c->errors, at,
		    "begins with a byte order mark (BOM): save it as UTF-8 without one");
		memset(text, ' ', 3);
	}
	if (value_utf8(text, size) == size && !memchr(text, '\0', size))
		return;
	while (i < size) {
		const char *newline = memchr(text + i, '\n', size - i);
		size_t n = newline ? (size_t)(newline - text) - i : size - i,
		       good = value_utf8(text + i, n);
		bool nul = false;

		if (good < n)
			conf_error(c->errors, at, "byte 0x%02x at column %zu: must be UTF-8",
			    (unsigned)(uint8_t)text[i + good], good + 1);
		for (size_t k = i; k < i + n; k++) {
			if (text[k] == '\0') {
				text[k] = ' ';
				nul = true;
			}
		}
		if (nul)
			conf_error(c->errors, at, "has a NUL byte: the file must be text");
		while (good < n) {
			text[i + good] = '?';
			good += value_utf8(text + i + good, n - good);
		}
		i += n + 1;
		at.line++;
	}
}

/* A number that the parser would cut without a word: more than 31 bits without L, more than 63 with
 * it. */
static void
check_number(struct scan *c, const struct file *f, const char *token, size_t size)
{
	bool hex = size > 2 && token[0] == '0' && (token[1] == 'x' || token[1] == 'X'),
	     large = false;
	struct source *s = c->s;
	char digits[40], *end;
	unsigned long long n;

	if (memchr(token, '.', size) ||
	    (!hex && (memchr(token, 'e', size) || memchr(token, 'E', size))))
		return; /* a fraction: no key takes one */
	while (size > 1 && token[size - 1] == 'L') {
		large = true;
		size--;
	}
	if (size < 8)
		return;
	errno = 0;
	if (size >= sizeof digits) {
		n = ULLONG_MAX;
	} else {
		memcpy(digits, token, size);
		digits[size] = '\0';
		n = strtoull(digits, &end, hex ? 16 : 10);
	}
	if (n <= (large ? (unsigned long long)LLONG_MAX : INT_MAX))
		return;
	conf_error(c->errors, here(f),
	    "number %.*s: must be at most %d; a size or a time is a string with a unit, as "
	    "in \"5 GiB\"",
	    size > 32 ? 32 : (int)size, token, INT_MAX);
	if (grow(&s->said, s->nsaid, &s->said_room, sizeof *s->said))
		s->said[s->nsaid++] = s->line;
	else
		out_of_memory(c);
}

static bool
in_name(char c)
{
	static const bool set[UINT8_MAX + 1] = {
		['a' ... 'z'] = true,
		['A' ... 'Z'] = true,
		['0' ... '9'] = true,
		['_'] = true,
		['-'] = true,
		['*'] = true,
	};

	return set[(uint8_t)c];
}

/* A newline is looked at. */
static void
next_line(struct scan *c, struct file *f)
{
	f->line++;
	c->s->line++;
}

static void
broken(struct scan *c, struct conf_place at, const char *why)
{
	conf_error(c->errors, at, "%s", why);
	c->s->broken = true;
}

/* At a quote: to behind the quote that closes. */
static void
skip_string(struct scan *c, struct file *f)
{
	for (f->p++; f->p < f->end && *f->p != '"' && *f->p != '\n'; f->p++) {
		if (*f->p != '\\')
			continue;
		if (f->end - f->p > 3 && memcmp(f->p, "\\x00", 4) == 0)
			conf_error(c->errors, here(f), "\\x00: a string must have no NUL");
		if (f->end - f->p > 1)
			f->p++;
	}
	if (f->p >= f->end || *f->p != '"')
		broken(c, here(f), "a string must end with '\"' on the line on which it began");
	else
		f->p++;
}

/* At slash and star: to behind the end of the comment. */
static void
skip_comment(struct scan *c, struct file *f)
{
	struct conf_place at = here(f);

	for (f->p += 2; f->end - f->p >= 2 && memcmp(f->p, "*/", 2) != 0; f->p++)
		if (*f->p == '\n')
			next_line(c, f);
	if (f->end - f->p < 2)
		broken(c, at, "a comment begins here that has no end: \"*/\" is missing");
	else
		f->p += 2;
}

/* One token, from START to where the file is now. */
static void
took(struct scan *c, struct file *f, enum syntax_token token, const char *start)
{
	if (c->s->broken ||
	    syntax_take(&c->syntax, token, start, (size_t)(f->p - start), here(f), &c->why))
		return;
	broken(c, here(f), c->why.at);
}

static void scan_file(struct scan *c, const char *name, char *text, size_t size);

/* At `@`: puts the file in its place. */
static void
include(struct scan *c, struct file *f)
{
	const char *start = f->p, *name, *quote = NULL, *path, *why = NULL;
	unsigned line = f->line;
	char *written, *text;
	size_t size;

	if (f->end - f->p > 8 && memcmp(f->p, "@include", 8) == 0)
		f->p += 8;
	f->p += strspn(f->p, " \t");
	name = f->p + 1;
	if (*f->p == '"')
		quote = name + strcspn(name, "\"\n");
	if (!quote || *quote != '"') {
		broken(c, here(f), "'@' must begin @include \"FILE\"");
		return;
	}
	f->p = quote + 1;
	written = arena_copy(c->arena, name, (size_t)(quote - name));
	path = written ? source_path(c->arena, c->main, written) : NULL;
	if (!path) {
		out_of_memory(c);
		return;
	}
	if (!value_text(written, &c->why)) {
		conf_error(c->errors, here(f), "the name of a file after @include %s", c->why.at);
		c->s->broken = true;
		return;
	}
	if (c->depth == SOURCE_DEPTH) {
		conf_error(c->errors, here(f),
		    "@include \"%s\": at most %d files may be inside one another", written,
		    SOURCE_DEPTH);
		c->s->broken = true;
		return;
	}
	text = source_load(path, false, &size, &why);
	if (!text) {
		conf_error(
		    c->errors, here(f), "@include \"%s\": cannot read %s: %s", written, path, why);
		c->s->broken = true;
		return;
	}
	put(c, f->kept, (size_t)(start - f->kept));
	put(c, "\n", 1);
	c->s->line++;
	c->depth++;
	scan_file(c, path, text, size);
	c->depth--;
	free(text);
	put(c, "\n", 1);
	c->s->line++;
	put_part(c, f->name, line);
	f->kept = f->p;
}

/* A word or a number. */
static void
scan_word(struct scan *c, struct file *f)
{
	const char *start = f->p;
	const char *digits = *start == '-' ? start + 1 : start;
	bool number = (*digits >= '0' && *digits <= '9') || *digits == '.';

	while (in_name(*f->p) || *f->p == '.' || (number && *f->p == '+'))
		f->p++;
	if (number)
		check_number(c, f, digits, (size_t)(f->p - digits));
	took(c, f, number ? TOKEN_NUMBER : TOKEN_WORD, start);
}

/* What stands between tokens. False when it is a token. */
static bool
skip_space(struct scan *c, struct file *f)
{
	switch (*f->p) {
	case '\n':
		next_line(c, f);
		f->p++;
		return true;
	case ' ':
	case '\t':
	case '\r':
	case '\f':
		f->p++;
		return true;
	case '#':
		f->p += strcspn(f->p, "\n");
		return true;
	case '/':
		if (f->p[1] == '/')
			f->p += strcspn(f->p, "\n");
		else if (f->p[1] == '*')
			skip_comment(c, f);
		else
			return false;
		return true;
	default:
		return false;
	}
}

static void
scan_token(struct scan *c, struct file *f)
{
	const char *start = f->p;

	if (*start == '"') {
		skip_string(c, f);
		took(c, f, TOKEN_STRING, start);
	} else if (*start == '@') {
		include(c, f);
	} else if (in_name(*start) || *start == '.' || *start == '+') {
		scan_word(c, f);
	} else {
		f->p++;
		took(c, f, TOKEN_SIGN, start);
	}
}

/* Looks at a file and puts it into the text. TEXT has a NUL behind its SIZE bytes, and none in them
 * afterwards. */
static void
scan_file(struct scan *c, const char *name, char *text, size_t size)
{
	struct file f = { name, text, text + size, text, text, 1 };

	check_bytes(c, name, text, size);
	put_part(c, name, 1);
	while (f.p < f.end && !c->s->broken)
		if (!skip_space(c, &f))
			scan_token(c, &f);
	put(c, f.kept, (size_t)(f.end - f.kept));
}

bool
source_read(struct source *s, struct arena *a, const char *file, struct conf_errors *e)
{
	struct scan c = { .s = s, .arena = a, .errors = e, .main = file };
	char buffer[256], *text;
	const char *why = NULL;
	struct conf_place at;
	size_t size;

	syntax_init(&c.syntax);
	c.why = text_of(buffer, sizeof buffer);
	*s = (struct source){ .line = 1 };
	text = source_load(file, true, &size, &why);
	if (!text) {
		conf_error(e, (struct conf_place){ file, 0 }, "cannot be read: %s", why);
		return false;
	}
	scan_file(&c, file, text, size);
	put(&c, "\n", 1); /* the parser wants a comment on the last line to end */
	free(text);
	at = source_place(s, s->line > 1 ? s->line - 1 : 1);
	if (!s->broken && !syntax_end(&c.syntax, &at, &c.why)) {
		conf_error(e, at, "%s", buffer);
		s->broken = true;
	}
	return !s->broken;
}

void
source_free(struct source *s)
{
	free(s->text);
	free(s->part);
	free(s->said);
	*s = (struct source){ 0 };
}

struct conf_place
source_place(const struct source *s, unsigned line)
{
	uint32_t low = 0, high = s->nparts;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (s->part[middle].first <= line)
			low = middle;
		else
			high = middle;
	}
	return (
	    struct conf_place){ s->part[low].file, s->part[low].line + line - s->part[low].first };
}

bool
source_said(const struct source *s, unsigned line)
{
	for (uint32_t i = 0; i < s->nsaid; i++)
		if (s->said[i] == line)
			return true;
	return false;
}

const char *
source_excerpt(const struct source *s, unsigned line, char *to, size_t size)
{
	const char *p = s->text;
	size_t n;

	for (unsigned i = 1; i < line && *p; i++) {
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	p += strspn(p, " \t");
	n = strcspn(p, "\r\n");
	n = n < size - 1 ? n : size - 1;
	n = value_utf8(p, n); /* not half a code point */
	memcpy(to, p, n);
	to[n] = '\0';
	return to;
}
