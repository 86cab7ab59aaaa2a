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
	struct piece *to; /* what is read goes there: the first piece, or the last */
	size_t size;	  /* of all pieces */
	bool group;	  /* the last sign was the end of a group */
	struct arena *arena;
	struct conf_errors *errors;
	const char *main;
	unsigned depth;
	struct syntax syntax;
	struct text why; /* of the one error of syntax that there can be */
};

/* One file on its way into the text. */
struct file {
	struct conf_place at; /* of p */
	const char *text, *end;
	const char *p;	  /* what is looked at */
	const char *kept; /* up to here it was copied */
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
	if (size >= SOURCE_MOST - c->size) {
		conf_error(c->errors, (struct conf_place){ c->main, 0 },
		    "with all that it includes it is larger than 256 MiB");
		c->s->broken = true;
	} else if (!piece_put(c->to, bytes, size)) {
		out_of_memory(c);
	} else {
		c->size += size;
	}
}

/* From the next line of the text on, FILE from LINE on. The text ends with a newline, or is empty.
 */
static void
put_part(struct scan *c, const char *file, unsigned line)
{
	if (!piece_part(c->to, file, line))
		out_of_memory(c);
}

/* What follows stands in FILE from LINE on: it gets a line of its own. */
static void
go_on(struct scan *c, const char *file, unsigned line)
{
	put(c, "\n", 1);
	c->to->line++;
	put_part(c, file, line);
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
	conf_error(c->errors, f->at,
	    "number %.*s: must be at most %d; a size or a time is a string with a unit, as "
	    "in \"5 GiB\"",
	    size > 32 ? 32 : (int)size, token, INT_MAX);
	if (piece_say(c->to))
		c->s->said++;
	else
		out_of_memory(c);
}

/* Names and numbers; the parser says no to a name with a dot. */
static bool
in_word(char c)
{
	static const bool set[UINT8_MAX + 1] = {
		['a' ... 'z'] = true,
		['A' ... 'Z'] = true,
		['0' ... '9'] = true,
		['_'] = true,
		['-'] = true,
		['*'] = true,
		['.'] = true,
	};

	return set[(uint8_t)c];
}

/* A newline is looked at. */
static void
next_line(struct scan *c, struct file *f)
{
	f->at.line++;
	c->to->line++;
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
	/* The end of the file is a NUL, the only one. */
	static const bool stops[UINT8_MAX + 1] = {
		['"'] = true, ['\n'] = true, ['\\'] = true, ['\0'] = true
	};
	const char *p = f->p + 1;

	for (; !stops[(uint8_t)*p] || *p == '\\'; p++) {
		if (*p != '\\')
			continue;
		if (strncmp(p, "\\x00", 4) == 0)
			conf_error(c->errors, f->at, "\\x00: a string must have no NUL");
		p += p[1] != '\0';
	}
	f->p = p;
	if (*p == '"')
		f->p++;
	else
		broken(c, f->at, "a string must end with '\"' on the line on which it began");
}

/* At slash and star: to behind the end of the comment. */
static void
skip_comment(struct scan *c, struct file *f)
{
	struct conf_place at = f->at;

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
	    syntax_take(&c->syntax, token, start, (size_t)(f->p - start), &f->at, &c->why))
		return;
	broken(c, f->at, c->why.at);
}

static void scan_file(struct scan *c, const char *name, char *text, size_t size);

/* At `@`: puts the file in its place. */
static void
include(struct scan *c, struct file *f)
{
	const char *start = f->p, *name, *quote = NULL, *path, *why = NULL;
	unsigned line = f->at.line;
	char *written, *text;
	size_t size;

	if (f->end - f->p > 8 && memcmp(f->p, "@include", 8) == 0)
		f->p += 8;
	f->p += strspn(f->p, " \t");
	name = f->p + 1;
	if (*f->p == '"')
		quote = name + strcspn(name, "\"\n");
	if (!quote || *quote != '"') {
		broken(c, f->at, "'@' must begin @include \"FILE\"");
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
		conf_error(c->errors, f->at, "the name of a file after @include %s", c->why.at);
		c->s->broken = true;
		return;
	}
	if (c->depth == SOURCE_DEPTH) {
		conf_error(c->errors, f->at,
		    "@include \"%s\": at most %d files may be inside one another", written,
		    SOURCE_DEPTH);
		c->s->broken = true;
		return;
	}
	text = source_load(path, false, &size, &why);
	if (!text) {
		conf_error(
		    c->errors, f->at, "@include \"%s\": cannot read %s: %s", written, path, why);
		c->s->broken = true;
		return;
	}
	put(c, f->kept, (size_t)(start - f->kept));
	go_on(c, path, 1);
	c->depth++;
	scan_file(c, path, text, size);
	c->depth--;
	free(text);
	go_on(c, f->at.file, line);
	f->kept = f->p;
}

/* A word or a number. */
static void
scan_word(struct scan *c, struct file *f)
{
	const char *start = f->p, *digits = *start == '-' ? start + 1 : start, *p = start;
	bool number = (*digits >= '0' && *digits <= '9') || *digits == '.';

	while (in_word(*p) || (number && *p == '+'))
		p++;
	f->p = p;
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
		do
			f->p++;
		while (*f->p == ' ');
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

/* What follows, the items of a list of groups at the top level, goes to a piece of its own. */
static void
next_piece(struct scan *c, const struct file *f)
{
	const char *list = c->syntax.level[0].name;
	struct piece *p = calloc(1, sizeof *p);

	list = arena_copy(c->arena, list, strlen(list));
	if (!p || !list) {
		out_of_memory(c);
		free(p);
		return;
	}
	p->line = 1;
	p->list = list;
	c->s->last->next = p;
	c->s->last = c->to = p;
	put(c, "more = (", 8);
	go_on(c, f->at.file, f->at.line);
}

/* At a sign outside of all groups, with the file behind it: between two groups a long piece ends,
 * and after the list the first one goes on. A bracket that is not the file's has a line to itself,
 * so that no message shows it. */
static void
split(struct scan *c, struct file *f, const char *sign)
{
	bool first = c->to == &c->s->first;

	if (c->syntax.depth == 0 && *sign == ')' && !first) {
		c->to->items++;
		put(c, f->kept, (size_t)(f->p - f->kept));
		f->kept = sign;
		c->to = &c->s->first;
		go_on(c, f->at.file, f->at.line);
	} else if (c->syntax.depth == 1 && *sign == ',') {
		bool groups = c->group && c->syntax.level[1].open == '(';

		c->to->items++;
		if (!groups || c->to->size + (size_t)(sign - f->kept) < SOURCE_PIECE)
			return;
		put(c, f->kept, (size_t)(sign - f->kept));
		if (!first)
			put(c, "\n)", 2);
		f->kept = f->p;
		next_piece(c, f);
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
	} else if (in_word(*start) || *start == '+') {
		scan_word(c, f);
	} else {
		f->p++;
		took(c, f, TOKEN_SIGN, start);
		if (c->syntax.depth < 2 && !c->s->broken)
			split(c, f, start);
		c->group = *start == '}';
	}
}

/* Looks at a file and puts it into the text. TEXT has a NUL behind its SIZE bytes, and none in them
 * afterwards. */
static void
scan_file(struct scan *c, const char *name, char *text, size_t size)
{
	struct file f = { { name, 1 }, text, text + size, text, text };

	check_bytes(c, name, text, size);
	while (f.p < f.end && !c->s->broken)
		if (!skip_space(c, &f))
			scan_token(c, &f);
	put(c, f.kept, (size_t)(f.end - f.kept));
}

bool
source_read(struct source *s, struct arena *a, const char *file, struct conf_errors *e)
{
	struct scan c = { .s = s, .to = &s->first, .arena = a, .errors = e, .main = file };
	char buffer[256], *text;
	const char *why = NULL;
	struct conf_place at;
	size_t size;

	syntax_init(&c.syntax);
	c.why = text_of(buffer, sizeof buffer);
	*s = (struct source){ .first.line = 1, .last = &s->first };
	text = source_load(file, true, &size, &why);
	if (!text) {
		conf_error(e, (struct conf_place){ file, 0 }, "cannot be read: %s", why);
		return false;
	}
	put_part(&c, file, 1);
	scan_file(&c, file, text, size);
	put(&c, "\n", 1); /* the parser wants a comment on the last line to end */
	free(text);
	if (s->broken)
		return false;
	at = piece_place(&s->first, s->first.line > 1 ? s->first.line - 1 : 1);
	if (syntax_end(&c.syntax, &at, &c.why))
		return true;
	conf_error(e, at, "%s", buffer);
	return false;
}

void
source_free(struct source *s)
{
	for (struct piece *p = s->first.next, *next; p; p = next) {
		next = p->next;
		piece_fini(p);
		free(p);
	}
	piece_fini(&s->first);
	*s = (struct source){ 0 };
}
