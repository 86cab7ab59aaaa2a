/* verify.c - see verify.h. */
#include "client/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/text.h"
#include "client/judge.h"
#include "client/messages.h"

enum {
	BLOCK = 1 << 20, /* bytes read at once; no line of ours is near as long */
	KEY_FILE = 4096,
	PROBLEMS = 100, /* that are said one by one */
};

/* A policy's file that was looked at. */
struct looked {
	struct looked *next;
	char path[];
};

struct answer {
	bool json, running;
	struct judge *judge;
	struct looked *looked;
	uint64_t said[3], unsaid; /* by word; those beyond PROBLEMS */
};

static const char *const words[] = { "altered", "hole", "note" };

/* A text as a JSON string. */
static void
put_json(const char *text)
{
	char bytes[4 * 1024];
	struct text t = text_of(bytes, sizeof bytes);

	text_escape(&t, text, strlen(text));
	putchar('"');
	for (const char *p = bytes; *p; p++) {
		/* text_escape() writes what is not ASCII as \u{…}: its backslash is a character. */
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			putchar(*p++);
		else if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar(*p);
	}
	putchar('"');
}

static void
on_problem(void *ctx, enum judge_word word, const struct judge_place *at, const char *sid,
    uint64_t seq, const char *text)
{
	struct answer *a = ctx;
	uint64_t before = a->said[0] + a->said[1] + a->said[2];

	/* The first of what is altered is named however much else there is. */
	if (before >= PROBLEMS && (word != JUDGE_ALTERED || a->said[word] > 0)) {
		a->unsaid++;
		return;
	}
	a->said[word]++;
	if (!a->json) {
		printf("%s:%llu: ", at->file, (unsigned long long)at->line);
		if (*sid)
			printf("run=%s seq=%llu: ", sid, (unsigned long long)seq);
		printf("%s: %s\n", words[word], text);
		return;
	}
	printf("%s{\"file\":", before ? "," : "");
	put_json(at->file);
	printf(",\"line\":%llu,\"run\":\"%s\",\"seq\":%llu,\"word\":\"%s\",\"text\":",
	    (unsigned long long)at->line, sid, (unsigned long long)seq, words[word]);
	put_json(text);
	putchar('}');
}

/* The file's hash. 0 or -errno. */
static int
hash_of(const char *path, char hash[CHAIN_HEX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	uint8_t digest[CHAIN_HASH], *bytes = NULL;
	struct stat st;
	size_t size = 0;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : !S_ISREG(st.st_mode) ? -EINVAL : 0;

	if (r == 0 && !(bytes = malloc((size_t)st.st_size + 1)))
		r = -ENOMEM;
	while (r == 0 && size < (size_t)st.st_size) {
		ssize_t n = read(fd, bytes + size, (size_t)st.st_size - size);

		if (n < 0 && errno != EINTR)
			r = -errno;
		if (n == 0)
			break;
		size += n > 0 ? (size_t)n : 0;
	}
	if (r == 0) {
		chain_sha256(digest, bytes, size, NULL, 0);
		chain_hex(hash, digest);
	}
	free(bytes);
	if (fd >= 0)
		close(fd);
	return r;
}

/* Looks at the file beside that of the record, once. */
static enum judge_kept
on_policy(void *ctx, const struct judge_place *at, const char *hash)
{
	struct answer *a = ctx;
	const char *slash = strrchr(at->file, '/');
	size_t dir = slash ? (size_t)(slash - at->file) + 1 : 0;
	size_t room = dir + sizeof "policy-.conf" + strlen(hash);
	struct looked *l = strcmp(at->file, "-") ? malloc(sizeof *l + room) : NULL;
	char found[CHAIN_HEX];

	if (!l)
		return JUDGE_KEPT;
	snprintf(l->path, room, "%.*spolicy-%s.conf", (int)dir, at->file, hash);
	for (const struct looked *o = a->looked; o; o = o->next)
		if (strcmp(o->path, l->path) == 0) {
			free(l);
			return JUDGE_KEPT;
		}
	l->next = a->looked;
	a->looked = l;
	if (hash_of(l->path, found) < 0)
		return JUDGE_GONE;
	return strcmp(found, hash) == 0 ? JUDGE_KEPT : JUDGE_CHANGED;
}

/* All whole lines of the bytes. Returns the bytes used, or -ENOMEM. */
static ssize_t
take_lines(struct answer *a, struct judge_place *at, const char *bytes, size_t size)
{
	const char *p = bytes, *stop;

	while ((stop = memchr(p, '\n', size - (size_t)(p - bytes)))) {
		const char *msg;
		size_t msg_size;
		int r = 0;

		at->line++;
		switch (messages_find(p, (size_t)(stop - p), &msg, &msg_size)) {
		case MESSAGES_OURS:
			r = judge_line(a->judge, at, msg, msg_size, false);
			break;
		case MESSAGES_DAMAGED:
			r = judge_line(a->judge, at, msg, msg_size, true);
			break;
		case MESSAGES_OTHER:
			judge_other(a->judge, at);
			break;
		}
		if (r < 0)
			return -ENOMEM;
		p = stop + 1;
	}
	return p - bytes;
}

/* Reads it to its end. 0 or -errno. */
static int
read_all(struct answer *a, int fd, const char *name, char *block)
{
	struct judge_place at = { .file = name };
	size_t used = 0;
	ssize_t n, taken;

	while ((n = read(fd, block + used, BLOCK - used)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used += (size_t)n;
		taken = take_lines(a, &at, block, used);
		if (taken < 0)
			return (int)taken;
		used -= (size_t)taken;
		memmove(block, block + taken, used);
		/* A line that fills the block is none of ours: its beginning goes. */
		if (used == BLOCK)
			used = 0;
	}
	bool cut = used > 0;
	if (cut) {
		block[used] = '\n'; /* the block has one byte more */
		taken = take_lines(a, &at, block, used + 1);
		if (taken < 0)
			return (int)taken;
	}
	judge_file_end(a->judge, cut);
	return 0;
}

static int
read_file(struct answer *a, const char *name, char *block)
{
	bool is_input = strcmp(name, "-") == 0;
	int fd = is_input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? -errno : read_all(a, fd, name, block);

	if (fd >= 0 && !is_input)
		close(fd);
	if (r < 0)
		fprintf(stderr, "segauditctl: %s: %s\n", name, strerror(-r));
	return r;
}

/* The public key in a PEM file. 0, or -errno after saying why. */
static int
read_key(struct answer *a, const char *name)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----",
			  end[] = "-----END PUBLIC KEY-----";
	char text[KEY_FILE];
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (n < 0) {
		fprintf(stderr, "segauditctl: %s: %s\n", name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EIO;
	}
	close(fd);
	text[n] = '\0';
	const char *from = strstr(text, begin), *to = from ? strstr(from, end) : NULL;
	if (to && judge_trust(
		      a->judge, from + sizeof begin - 1, (size_t)(to - from) - (sizeof begin - 1)))
		return 0;
	fprintf(stderr,
	    "segauditctl: %s: no Ed25519 public key: a PEM file is wanted, as openssl "
	    "writes it\n",
	    name);
	return -EINVAL;
}

static const char *
verdict_of(const struct judge_sum *s)
{
	return s->altered ? "altered" : s->holes || s->lines + s->records == 0 ? "holes" : "whole";
}

static const char *
time_word(char to[NSTIME_TEXT], nstime t)
{
	return t == NSTIME_NEVER || t == NSTIME_ALWAYS ? "unknown" : nstime_text(to, t, 0);
}

static void
sum_json(const struct answer *a, const struct judge_sum *s)
{
	char from[NSTIME_TEXT], to[NSTIME_TEXT];

	printf(
	    "],\"unsaid\":%llu,\"verdict\":\"%s\",\"lines\":%llu,\"checked\":%llu,"
	    "\"unchecked\":%llu,\"missing\":%llu,\"repeated\":%llu,\"altered\":%llu,\"holes\":%llu,"
	    "\"records\":%llu,\"unnumbered\":%llu,\"runs\":%u,\"from\":\"%s\",\"to\":\"%s\",",
	    (unsigned long long)a->unsaid, verdict_of(s), (unsigned long long)s->lines,
	    (unsigned long long)s->checked, (unsigned long long)s->unchecked,
	    (unsigned long long)s->missing, (unsigned long long)s->repeated,
	    (unsigned long long)s->altered, (unsigned long long)s->holes,
	    (unsigned long long)s->records, (unsigned long long)s->unnumbered, s->runs,
	    time_word(from, s->from), time_word(to, s->to));
	printf("\"signed\":%llu,\"signed_run\":\"%s\",\"signed_seq\":%llu,\"key\":\"%s\","
	       "\"key_from\":\"%s\"}\n",
	    (unsigned long long)s->signed_by, s->last, (unsigned long long)s->last_seq, s->key,
	    s->trusted ? "reader" : "record");
}

static void
sum_text(const struct answer *a, const struct judge_sum *s)
{
	char from[NSTIME_TEXT], to[NSTIME_TEXT];

	if (a->unsaid)
		printf("%llu more are not shown\n", (unsigned long long)a->unsaid);
	printf("verdict=%s lines=%llu checked=%llu unchecked=%llu missing=%llu repeated=%llu "
	       "altered=%llu holes=%llu records=%llu unnumbered=%llu runs=%u from=%s to=%s "
	       "signed=%llu\n",
	    verdict_of(s), (unsigned long long)s->lines, (unsigned long long)s->checked,
	    (unsigned long long)s->unchecked, (unsigned long long)s->missing,
	    (unsigned long long)s->repeated, (unsigned long long)s->altered,
	    (unsigned long long)s->holes, (unsigned long long)s->records,
	    (unsigned long long)s->unnumbered, s->runs, time_word(from, s->from),
	    time_word(to, s->to), (unsigned long long)s->signed_by);
	if (s->lines + s->records == 0)
		puts("There is no line of segauditd here.");
	if (s->last[0])
		printf("Signatures cover what was found up to run %s, line %llu; what is behind it "
		       "could be made by anybody.\n"
		       "The key %s %s\n",
		    s->last, (unsigned long long)s->last_seq, s->key,
		    s->trusted ? "follows from the one given." :
				 "is the record's own word: give one that you have from elsewhere "
				 "(-k).");
	else if (s->lines)
		puts("No signature covers any of it: whoever could write here could have made it "
		     "all.");
}

/* Keys and files. The exit status. */
static int
answer(struct answer *a, char *const *keys, int nkeys, char *const *files, int nfiles, char *block)
{
	for (int i = 0; i < nkeys; i++)
		if (read_key(a, keys[i]) < 0)
			return EX_NOINPUT;
	if (a->json)
		printf("{\"problems\":[");
	for (int i = 0; i < nfiles; i++)
		if (read_file(a, files[i], block) < 0)
			return EX_NOINPUT;
	judge_end(a->judge, a->running, nstime_now());
	const struct judge_sum *s = judge_sum(a->judge);
	if (a->json)
		sum_json(a, s);
	else
		sum_text(a, s);
	return s->altered ? 1 : s->holes || s->lines + s->records == 0 ? 2 : 0;
}

int
verify_command(int argc, char **argv, bool json)
{
	struct answer a = { .json = json };
	char **keys = calloc((size_t)argc, sizeof *keys), *block = malloc(BLOCK + 1);
	int nkeys = 0, status = EX_USAGE, c = -1;

	optind = 1;
	a.judge = judge_new(on_problem, on_policy, &a);
	while (keys && ((c = getopt(argc, argv, "+k:r")) == 'k' || c == 'r')) {
		if (c == 'k')
			keys[nkeys++] = optarg;
		else
			a.running = true;
	}
	if (!keys || !block || !a.judge) {
		fprintf(stderr, "segauditctl: %s\n", strerror(ENOMEM));
		status = EX_UNAVAILABLE;
	} else if (c == -1 && optind < argc) {
		status = answer(&a, keys, nkeys, argv + optind, argc - optind, block);
	} else {
		fprintf(stderr, "usage: segauditctl verify [-r] [-k PUBKEY] FILE...\n");
	}
	judge_free(a.judge);
	for (struct looked *l; (l = a.looked); free(l))
		a.looked = l->next;
	free(block);
	free(keys);
	return status;
}
