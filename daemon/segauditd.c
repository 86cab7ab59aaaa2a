/* segauditd.c - the command line: which of the things that segauditd can be it is this time.
 *
 * Knows: options, their rules, exit statuses (DESIGN 4). Owns nothing after it handed over to
 * monitor, replay or a role. The only file that sees all layers.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "base/units.h"
#include "capture/capture.h"
#include "capture/live.h"
#include "hub/hub.h"
#include "hub/line.h"
#include "hub/netlink.h"
#include "model/ring.h"
#include "model/shm.h"
#include "monitor/load.h"
#include "monitor/monitor.h"
#include "replay.h"
#include "worker/loop.h"
#include "worker/worker.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

enum {
	SOURCES = 256, /* -r at most */
	OPTION_VERSION = 256,
	OPTION_HELP,
	OPTION_ROLE, /* hidden: the monitor starts its children with it */
};

struct options {
	const char *file; /* -c */
	bool check, verbose, foreground, debug, json, form, exit_on_violation, version;
	const char *role;
	const char *source[SOURCES]; /* IFACE=FILE */
	unsigned nsources;
};

static const char usage_text[] =
    "usage: segauditd [-c FILE] [-f] [-D]\n"
    "       segauditd -n [-v] [-c FILE]\n"
    "       segauditd -r IFACE=FILE [-r IFACE=FILE]... [-c FILE] [-o line|json] [-e]\n"
    "       segauditd -V\n";

static const char help_text[] =
    "  -c, --config FILE        configuration (default: " SYSCONFDIR "/segaudit/segauditd.conf)\n"
    "  -f, --foreground         say on standard error what the daemon does\n"
    "  -D, --debug              say more\n"
    "  -n, --check              check the configuration and exit: 0, or 78 with every error\n"
    "  -v, --verbose            with -n: print its canonical form and the memory it takes\n"
    "  -r, --read IFACE=FILE    judge a capture (pcap, pcapng) as if seen on IFACE; repeatable\n"
    "  -o, --output line|json   with -r: form of the events (default: line)\n"
    "  -e, --exit-violation     with -r: exit 1 if any violation was said\n"
    "  -V, --version            version, features and library versions\n"
    "      --help               this text\n"
    "See segauditd(8) and segauditd.conf(5).\n";

/* Says what is wrong with the command line. */
static int
misuse(const char *what, const char *value)
{
	fprintf(stderr, "segauditd: %s%s%s%s\n%s", what, value ? " \"" : "", value ? value : "",
	    value ? "\"" : "", usage_text);
	return EX_USAGE;
}

static int
print_version(void)
{
	char seccomp[32];

	printf("segauditd " PACKAGE_VERSION "\n");
	printf("features: replay%s\n", sandbox_sanitized() ? " sanitizers" : " sandbox");
	printf("libraries: %s; libnl %s; libconfig %s; libseccomp %s\n", live_version(),
	    netlink_library(), conf_library(), sandbox_version(seccomp));
	return EX_OK;
}

/* Is the file there to be read? Otherwise says why not. */
static bool
readable(const char *file)
{
	if (access(file, R_OK) == 0)
		return true;
	fprintf(stderr, "segauditd: %s: %s\n", file, strerror(errno));
	return false;
}

/* -n: the 7xxx notices, as the daemon would log them, each behind PREFIX. */
static void
print_notices(const struct policy *p, const char *prefix)
{
	const struct policy_notice *n = policy_at(p, p->notices);

	for (uint32_t i = 0; i < p->nnotices; i++) {
		char buffer[512], bytes[LINE_MAX_BYTES + 1];
		struct text fields = text_of(buffer, sizeof buffer),
			    line = text_of(bytes, sizeof bytes);
		uint8_t severity;

		if (n[i].from && n[i].to)
			text_add(&fields, "pair=%s>%s", policy_zone_id(p, n[i].from),
			    policy_zone_id(p, n[i].to));
		if (n[i].conduit < p->nconduits) {
			const char *rule = policy_conduit_id(p, n[i].conduit);

			text_pair(&fields, "rule", rule, strlen(rule));
		}
		line_note(&line, n[i].id, buffer, policy_text(p, n[i].text), NULL, &severity);
		printf("%s%s\n", prefix, bytes);
	}
}

static void
print_bytes(const char *what, uint64_t bytes, const char *of)
{
	printf("#   %-16s %9.1f MiB%s%s\n", what, (double)bytes / (1 << 20), *of ? "  " : "", of);
}

/* The same, of N pieces of EACH bytes. */
static void
print_times(const char *what, uint64_t bytes, unsigned n, const char *thing, uint64_t each)
{
	char size[UNIT_TEXT], of[64];

	snprintf(of, sizeof of, "%u %s x %s", n, thing, unit_bytes_text(size, each));
	print_bytes(what, bytes, of);
}

/* -n -v: what a daemon with this configuration takes, as comments, so that the output parses again.
 */
static void
print_memory(const struct policy *p)
{
	const struct hub_bytes hub = hub_bytes();
	const uint64_t content = worker_content_bytes(p);
	const struct load_own own = { .flows = worker_memory(p->flows),
		.worker = worker_bytes() + (size_t)content,
		.capture = capture_bytes(),
		.hub = hub.total };
	const struct load_memory m = load_memory(p, &own);
	char of[64];

	printf("\n# memory, fixed at start:\n");
	snprintf(of, sizeof of, "%u workers x %u flows", p->workers, p->flows);
	print_bytes("flow tables", m.flows, of);
	print_times("rings", m.rings, p->workers, "workers", ring_bytes(p->ring));
	print_times("journals", m.records, p->workers, "workers",
	    m.records / (p->workers ? p->workers : 1));
	print_times("content", content * p->workers, p->workers, "workers", content);
	print_times("workers' own", (uint64_t)worker_bytes() * p->workers, p->workers, "workers",
	    worker_bytes());
	print_times("capture buffers", m.capture, m.interfaces, "interfaces", p->capture_buffer);
	print_bytes("capture's own", own.capture + sizeof(struct capture_shm), "frames in hand");
	print_bytes("sums", m.sums, "of minutes and hours, for the ledger");
	print_bytes("ledger", hub.ledger, "what waits for the disk, index of the sums");
	print_bytes("incidents", hub.incidents, "open ones");
	print_bytes("evidence", hub.evidence, "of open ones, frames that wait, files");
	print_bytes("coverage", hub.coverage, "shares of pairs and interfaces");
	print_bytes("hub's others", hub.others, "lines, clients");
	snprintf(of, sizeof of, "%u conduits, %u zones", p->nconduits, p->nzones);
	print_bytes("policy", m.policy, of);
	print_bytes("total", m.total, "");
}

/* Reads the configuration for a run without a daemon. NULL, and *STATUS, when that failed. */
static struct policy *
load_or_say(const struct options *o, struct conf **conf, int *status)
{
	struct conf_errors errors = { 0 };
	struct policy *p;

	*status = EX_NOINPUT;
	if (!readable(o->file))
		return NULL;
	p = load(o->file, nstime_now(), NULL, conf, &errors);
	if (!p)
		load_say_errors(&errors);
	*status = p ? EX_OK : EX_CONFIG;
	conf_errors_free(&errors);
	return p;
}

static int
check(const struct options *o)
{
	struct conf *conf = NULL;
	int status;
	struct policy *p = load_or_say(o, &conf, &status);

	if (!p)
		return status;
	print_notices(p, o->verbose ? "# " : ""); /* -v: the output parses again */
	if (o->verbose) {
		conf_print(stdout, conf);
		print_memory(p);
	}
	conf_free(conf);
	free(p);
	return fflush(stdout) == 0 ? EX_OK : EX_UNAVAILABLE;
}

/* Splits IFACE=FILE. EX_OK, or the status with which to exit. */
static int
source_of(const struct policy *p, const char *file, const char *text, struct replay_source *s)
{
	const char *equals = strchr(text, '=');
	char name[16] = "";
	int iface = POLICY_NONE;
	size_t size;

	if (!equals || equals == text || !equals[1])
		return misuse("-r wants IFACE=FILE, not", text);
	size = (size_t)(equals - text);
	if (size < sizeof name) {
		memcpy(name, text, size);
		iface = policy_iface_named(p, name);
	}
	if (iface == POLICY_NONE) {
		fprintf(stderr,
		    "segauditd: %s: no interface \"%.*s\"; the configuration knows:", file,
		    (int)size, text);
		for (uint16_t i = 0; i < p->nifaces; i++)
			if (policy_iface(p, i)->used)
				fprintf(stderr, " %s", policy_iface(p, i)->name);
		fputc('\n', stderr);
		return EX_CONFIG;
	}
	*s = (struct replay_source){ .iface = (uint16_t)iface, .file = equals + 1 };
	return EX_OK;
}

static int
replay(const struct options *o)
{
	struct replay_source source[SOURCES];
	struct replay_options r = {
		.source = source,
		.nsources = o->nsources,
		.json = o->json,
		.exit_on_violation = o->exit_on_violation,
	};
	int status = EX_OK;
	struct policy *p;

	for (unsigned i = 0; i < o->nsources; i++)
		if (!strchr(o->source[i], '='))
			return misuse("-r wants IFACE=FILE, not", o->source[i]);
	p = load_or_say(o, NULL, &status);
	if (!p)
		return status;
	for (unsigned i = 0; i < o->nsources && status == EX_OK; i++)
		status = source_of(p, o->file, o->source[i], &source[i]);
	r.policy = p;
	if (status == EX_OK)
		status = replay_run(&r);
	free(p);
	return status;
}

/* NAME,NUMBER,RESTARTS. False when it is anything else. */
static bool
parse_role(const char *text, char name[16], struct role_args *args)
{
	int end = 0;

	return sscanf(text, "%15[a-z],%4u,%9u%n", name, &args->number, &args->restarts, &end) ==
		   3 &&
	       text[end] == '\0';
}

/* A child of the monitor: what every role does first, then its loop. */
static int
role(const char *text)
{
	char name[16];
	struct role_args args;
	struct rlimit none = { 0, 0 };
	struct stat st;

	if (!parse_role(text, name, &args) || fstat(ROLE_FD_CONTROL, &st) < 0 ||
	    !S_ISSOCK(st.st_mode))
		return misuse("--role is for the daemon's own children", NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* the channel's end says it too */
	(void)setrlimit(RLIMIT_CORE,
	    &none); /* a core would hold what it watched; the monitor has set it already */
	if (!sandbox_sanitized())
		(void)prctl(PR_SET_DUMPABLE, 0);
	if (strcmp(name, "capture") == 0) {
		(void)prctl(PR_SET_NAME, "segaudit-cap");
		log_role("capture");
		return capture_run(&args);
	}
	if (strcmp(name, "worker") == 0) {
		(void)prctl(PR_SET_NAME, "segaudit-worker");
		log_role("worker");
		return worker_run(&args);
	}
	if (strcmp(name, "hub") != 0)
		return misuse("no such role", name);
	(void)prctl(PR_SET_NAME, "segaudit-hub");
	log_role("hub");
	if (sandbox_enter(SANDBOX_HUB, NULL) < 0) {
		log_error("no system call filter");
		return EX_UNAVAILABLE;
	}
	return hub_run(ROLE_FD_CONTROL, HUB_FD_KEEP, &args, PACKAGE_VERSION);
}

/* One option. EX_OK, or the status with which to exit. */
static int
take_option(struct options *o, int option, const char *value)
{
	switch (option) {
	case 'c':
		o->file = value;
		return EX_OK;
	case 'f':
		o->foreground = true;
		return EX_OK;
	case 'D':
		o->debug = true;
		return EX_OK;
	case 'n':
		o->check = true;
		return EX_OK;
	case 'v':
		o->verbose = true;
		return EX_OK;
	case 'e':
		o->exit_on_violation = true;
		return EX_OK;
	case 'V':
	case OPTION_VERSION:
		o->version = true;
		return EX_OK;
	case OPTION_ROLE:
		o->role = value;
		return EX_OK;
	case 'o':
		o->form = true;
		o->json = strcmp(value, "json") == 0;
		return o->json || strcmp(value, "line") == 0 ?
			   EX_OK :
			   misuse("-o wants line or json, not", value);
	case 'r':
		if (o->nsources == SOURCES)
			return misuse("too many -r", NULL);
		o->source[o->nsources++] = value;
		return EX_OK;
	default:
		return misuse("unknown option, or an option without its value", NULL);
	}
}

/* Do the options go together? EX_OK, or the status with which to exit. */
static int
together(const struct options *o)
{
	if (o->verbose && !o->check)
		return misuse("-v goes with -n", NULL);
	if ((o->form || o->exit_on_violation) && !o->nsources)
		return misuse("-o and -e go with -r", NULL);
	if (o->check + (o->nsources > 0) + o->version +
		(o->foreground || (o->debug && !o->check && !o->nsources)) >
	    1)
		return misuse("choose one of -n, -r, -V and running", NULL);
	return EX_OK;
}

static int
parse(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "debug", no_argument, NULL, 'D' },
		{ "check", no_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "read", required_argument, NULL, 'r' },
		{ "output", required_argument, NULL, 'o' },
		{ "exit-violation", no_argument, NULL, 'e' },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ "role", required_argument, NULL, OPTION_ROLE },
		{ NULL, 0, NULL, 0 },
	};
	int option, status = EX_OK;

	opterr = 0;
	while (status == EX_OK &&
	       (option = getopt_long(argc, argv, "c:fDnvr:o:eV", names, NULL)) != -1) {
		if (option == OPTION_HELP) {
			printf("%s%s", usage_text, help_text);
			exit(EX_OK);
		}
		status = take_option(o, option, optarg);
	}
	if (status == EX_OK && optind < argc)
		return misuse("unexpected argument", argv[optind]);
	return status == EX_OK ? together(o) : status;
}

/* Descriptors 0 to 2 exist: what is opened later must never become one of them. */
static bool
standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
	return fd > 2;
}

int
main(int argc, char **argv)
{
	struct options o = { .file = SYSCONFDIR "/segaudit/segauditd.conf" };
	struct monitor_options m;
	int status = parse(&o, argc, argv);

	if (status != EX_OK)
		return status;
	if (o.debug)
		log_level(LOG_LEVEL_DEBUG);
	if (o.role) {
		if (!o.debug && !o.foreground)
			log_level(LOG_LEVEL_WARN);
		return role(o.role);
	}
	if (!standard_descriptors())
		return EX_UNAVAILABLE;
	if (o.version)
		return print_version();
	if (o.check)
		return check(&o);
	if (o.nsources)
		return replay(&o);
	m = (struct monitor_options){
		.file = o.file,
		.foreground = o.foreground,
		.debug = o.debug,
		.flow_memory = worker_memory,
	};
	return monitor_run(&m);
}
