/* finding.c - see finding.h. */
#include "model/finding.h"

enum severity {
	ALERT = 1,
	CRIT,
	ERR,
	WARNING,
	NOTICE,
	INFO
}; /* syslog numbers, RFC 5424 table 2 */

/* More packets or bytes than one record can honestly carry; keeps sums of them far from 2^64. */
#define N_MOST	   ((uint64_t)1 << 48)
#define BYTES_MOST ((uint64_t)1 << 56)

/* The parentheses of a row's severities go away before they are counted, hence two steps. */
#define SEV(...)                                                                                   \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static const struct finding_kind kinds[] = {
#define FINDING(id_, symbol, name_, verdict_, sev_, raised_, meaning_)                             \
	{ .id = id_,                                                                               \
		.name = name_,                                                                     \
		.verdict = VERDICT_##verdict_,                                                     \
		.sev = sev_,                                                                       \
		.core = raised_,                                                                   \
		.meaning = meaning_ },
#include "model/finding.def"
#undef FINDING
};

#define KINDS (sizeof kinds / sizeof *kinds)

const struct finding_kind *
finding_kind(uint16_t id)
{
	size_t low = 0, high = KINDS;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kinds[middle].id == id)
			return &kinds[middle];
		if (kinds[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

size_t
finding_kinds(void)
{
	return KINDS;
}

const struct finding_kind *
finding_kind_at(size_t i)
{
	return i < KINDS ? &kinds[i] : NULL;
}

uint8_t
finding_severity(uint16_t id, uint8_t outcome, bool core)
{
	const struct finding_kind *k = finding_kind(id);
	const uint8_t *sev;

	if (!k)
		return WARNING;
	sev = core ? k->core : k->sev;
	if (outcome >= OUTCOME_ATTEMPTED && outcome <= OUTCOME_ANSWERED)
		return sev[outcome - OUTCOME_ATTEMPTED];
	/* Where the outcome makes no difference, not knowing it makes none either. */
	if (sev[0] == sev[2] || sev[0] == ALERT)
		return sev[0];
	return (uint8_t)(sev[0] - 1);
}

bool
finding_raised(const struct finding *f, const struct policy *p)
{
	const uint8_t zone[2] = { f->from, f->to };

	for (int i = 0; i < 2; i++) {
		if (zone[i] == 0 || zone[i] > p->nzones)
			continue;

		uint8_t class = policy_zone(p, zone[i])->class;

		if (class == CLASS_CORE || (f->id == 3301 && class == CLASS_LGWAN))
			return true;
	}
	return false;
}

bool
finding_of_app(uint16_t id)
{
	return id == 2011 || id == 3201 || id == 4003 || id == 4005 || id == 4007 || id == 5105;
}

bool
place_valid(const struct place *at, const struct policy *p)
{
	return at->iface < p->nifaces && at->vlan[0] < 4096 && at->vlan[1] < 4096;
}

static bool
flags_valid(const struct finding *f)
{
	const unsigned shape = FINDING_LINK | FINDING_PORTS | FINDING_ICMP;
	unsigned some = f->flags & shape;

	if (f->flags & ~FINDING_ALL_FLAGS || f->what & ~what_all ||
	    __builtin_popcountll(f->what) > FINDING_WORDS)
		return false;
	if (some & (some - 1))
		return false; /* two of them at once */
	return some != FINDING_ICMP || (f->sport <= 255 && f->dport <= 255);
}

static bool
stack_valid(const struct finding *f)
{
	if (f->nstack > FINDING_STACK)
		return false;
	for (unsigned i = 0; i < f->nstack; i++)
		if (f->stack[i] == LAYER_NONE || f->stack[i] >= LAYER_COUNT)
			return false;
	return true;
}

/* Texts from the wire are any bytes. */
static bool
content_valid(const struct finding *f)
{
	if (f->flags & FINDING_CERTIFIED && f->id != 3203)
		return false;
	if (f->flags & FINDING_NAMED)
		return !(f->flags & FINDING_MAIL) && f->id >= 3201 && f->id <= 3204 &&
		       f->nname <= FINDING_NAME;
	if (!(f->flags & FINDING_MAIL))
		return true;
	return f->id >= 3101 && f->id <= 3104 && f->ntype <= FINDING_TYPE &&
	       f->nname <= FINDING_NAME && f->size <= BYTES_MOST;
}

static bool
conduit_valid(uint32_t conduit, const struct policy *p)
{
	return conduit < p->nconduits || conduit == (uint32_t)POLICY_NONE;
}

bool
finding_valid(const struct finding *f, const struct policy *p)
{
	const struct finding_kind *k = finding_kind(f->id);

	/* Drift, gaps and notices are never a worker's to say. */
	if (!k || (k->verdict != VERDICT_VIOLATION && k->verdict != VERDICT_SUSPECTED &&
		      k->verdict != VERDICT_UNVERIFIABLE))
		return false;
	if (f->generation != p->generation)
		return false;
	if (f->outcome > OUTCOME_ANSWERED || f->failed > COND_EXPIRY || f->event >= FINDING_EVENTS)
		return false;
	if (f->app >= APP_END || f->expected >= APP_END)
		return false;
	if ((f->app || f->expected) && !finding_of_app(f->id))
		return false;
	if (f->from > p->nzones || f->to > p->nzones || f->claims > p->nzones)
		return false;
	if (!conduit_valid(f->rule, p) || !conduit_valid(f->near, p))
		return false;
	if ((f->flags & FINDING_HAS_IN && !place_valid(&f->in, p)) ||
	    (f->flags & FINDING_HAS_OUT && !place_valid(&f->out, p)))
		return false;
	if (!flags_valid(f) || !stack_valid(f) || !content_valid(f))
		return false;
	return f->first <= f->last && f->n <= N_MOST && f->bytes <= BYTES_MOST;
}

/* The I-th word of a list, or NULL. */
#define WORD(list, i) ((size_t)(i) < sizeof list / sizeof *list ? list[i] : NULL)

const char *
verdict_word(uint8_t verdict)
{
	static const char *const words[] = {
		[VERDICT_CONFORMING] = "conforming",
		[VERDICT_VIOLATION] = "violation",
		[VERDICT_SUSPECTED] = "suspected",
		[VERDICT_UNVERIFIABLE] = "unverifiable",
		[VERDICT_DRIFT] = "drift",
		[VERDICT_GAP] = "gap",
		[VERDICT_NOTICE] = "notice",
	};

	return WORD(words, verdict);
}

const char *
outcome_word(uint8_t outcome)
{
	static const char *const words[] = {
		[OUTCOME_UNKNOWN] = "unknown",
		[OUTCOME_ATTEMPTED] = "attempted",
		[OUTCOME_CROSSED] = "crossed",
		[OUTCOME_ANSWERED] = "answered",
	};

	return WORD(words, outcome);
}

const char *
severity_word(uint8_t severity)
{
	static const char *const words[] = {
		[ALERT] = "alert",
		[CRIT] = "crit",
		[ERR] = "err",
		[WARNING] = "warning",
		[NOTICE] = "notice",
		[INFO] = "info",
	};

	return WORD(words, severity);
}

const char *
what_word(uint64_t bit)
{
	static const struct {
		uint64_t bit;
		const char *word;
	} words[] = {
#define WHAT(bit, name, word, id) { WHAT_##name, word },
#include "model/what.def"
#undef WHAT
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].bit == bit)
			return words[i].word;
	return NULL;
}

uint64_t
what_of(uint16_t id)
{
	uint64_t words = 0;

#define WHAT(bit, name, word, of)                                                                  \
	if (id == (of))                                                                            \
		words |= WHAT_##name;
#include "model/what.def"
#undef WHAT
	return words;
}

const char *
layer_word(uint8_t layer)
{
	static const char *const words[LAYER_COUNT] = {
		[LAYER_ETH] = "eth",
		[LAYER_VLAN] = "vlan",
		[LAYER_MPLS] = "mpls",
		[LAYER_PPPOE] = "pppoe",
		[LAYER_SNAP] = "snap",
		[LAYER_LLC] = "llc",
		[LAYER_IP4] = "ip4",
		[LAYER_IP6] = "ip6",
		[LAYER_GRE] = "gre",
		[LAYER_ERSPAN] = "erspan",
		[LAYER_VXLAN] = "vxlan",
		[LAYER_GENEVE] = "geneve",
		[LAYER_TEREDO] = "teredo",
		[LAYER_GTPU] = "gtpu",
		[LAYER_L2TP] = "l2tp",
		[LAYER_PPP] = "ppp",
		[LAYER_TCP] = "tcp",
		[LAYER_UDP] = "udp",
		[LAYER_ICMP] = "icmp",
		[LAYER_ICMP6] = "icmp6",
		[LAYER_SCTP] = "sctp",
		[LAYER_OTHER] = "other",
	};

	return WORD(words, layer);
}
