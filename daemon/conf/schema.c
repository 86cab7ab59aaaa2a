#include "conf/schema.h"

#include <string.h>

#define KIB    UINT64_C(1024)
#define MIB    (1024 * KIB)
#define GIB    (1024 * MIB)
#define MS     ((uint64_t)NS_MSEC)
#define SECOND ((uint64_t)NS_SEC)
#define MINUTE ((uint64_t)NS_MIN)
#define DAY    ((uint64_t)NS_DAY)

#define BIT(value)	    (UINT64_C(1) << (value))
#define FIELD(type, member) .field = offsetof(struct type, member)
#define COUNT(type, member) .count = offsetof(struct type, member)
#define PLACE(type, member) .place = offsetof(struct type, member)
/* Types that fill several members of their struct know them by name. */
#define LINES	 .field = offsetof(struct conf_zone, lines)
#define SERVICES .field = offsetof(struct conf_conduit, services_list)
#define HOURS	 .field = offsetof(struct conf_conduit, hours_list)
#define KEY(group_, name_, type_, ...)                                                             \
	{.group = GROUP_##group_, .name = #name_, .type = TYPE_##type_, __VA_ARGS__},

const struct schema_key schema[] = {
#include "conf/schema.def"
};
const size_t schema_keys = sizeof schema / sizeof schema[0];
_Static_assert(sizeof schema / sizeof schema[0] < UINT8_MAX,
	       "the index holds row numbers in one byte");

#define WORDS(name, ...)                                                                           \
	static const struct schema_word name##_list[] = {__VA_ARGS__};                             \
	const struct schema_words name = {name##_list, sizeof name##_list / sizeof name##_list[0]}

WORDS(schema_models, {"alpha", MODEL_ALPHA}, {"alpha-prime", MODEL_ALPHA_PRIME},
      {"beta", MODEL_BETA}, {"beta-prime", MODEL_BETA_PRIME}, {"none", MODEL_NONE});
WORDS(schema_classes, {"core", CLASS_CORE}, {"lgwan", CLASS_LGWAN}, {"internet", CLASS_INTERNET},
      {"outside", CLASS_OUTSIDE}, {"wan", CLASS_WAN}, {"other", CLASS_OTHER});
WORDS(schema_requires, {"nothing", REQUIRE_NOTHING}, {"text-mail", REQUIRE_TEXT_MAIL},
      {"screen-transfer", REQUIRE_SCREEN}, {"sanitised-files", REQUIRE_FILES},
      {"named-destinations", REQUIRE_NAMES});
WORDS(schema_targets, {"syslog", TARGET_SYSLOG}, {"journald", TARGET_JOURNALD},
      {"stderr", TARGET_STDERR}, {"file", TARGET_FILE}, {"json", TARGET_JSON},
      {"remote", TARGET_REMOTE});
/* RFC 5424, table 1. */
WORDS(schema_facilities, {"kern", 0}, {"user", 1}, {"mail", 2}, {"daemon", 3}, {"auth", 4},
      {"syslog", 5}, {"lpr", 6}, {"news", 7}, {"uucp", 8}, {"cron", 9}, {"authpriv", 10},
      {"ftp", 11}, {"local0", 16}, {"local1", 17}, {"local2", 18}, {"local3", 19}, {"local4", 20},
      {"local5", 21}, {"local6", 22}, {"local7", 23});
/* RFC 5424, table 2: those that findings have. */
WORDS(schema_severities, {"alert", 1}, {"crit", 2}, {"err", 3}, {"warning", 4}, {"notice", 5},
      {"info", 6});
WORDS(schema_says, {"all", SAY_ALL}, {"brief", SAY_BRIEF}, {"sums", SAY_SUMS});
WORDS(schema_conduit_says, {"pair", SAY_UNSET}, {"all", SAY_ALL}, {"brief", SAY_BRIEF},
      {"sums", SAY_SUMS});
WORDS(schema_languages, {"en", 0}, {"ja", 1});
WORDS(schema_inspects, {"both", INSPECT_BOTH}, {"from-servers", INSPECT_FROM_SERVERS},
      {"from-clients", INSPECT_FROM_CLIENTS});
WORDS(schema_screens, {"rdp", SCREEN_RDP}, {"vnc", SCREEN_VNC}, {"ica", SCREEN_ICA},
      {"pcoip", SCREEN_PCOIP}, {"blast", SCREEN_BLAST}, {"spice", SCREEN_SPICE});
WORDS(schema_files, {"pdf", 0}, {"docx", 1}, {"xlsx", 2}, {"pptx", 3}, {"odt", 4}, {"ods", 5},
      {"odp", 6}, {"jtd", 7}, {"txt", 8}, {"csv", 9}, {"png", 10}, {"jpeg", 11}, {"gif", 12},
      {"tiff", 13}, {"zip", 14});
/* The reasons of `what=` in an unverifiable finding. */
WORDS(schema_reasons, {"encrypted", 0}, {"opaque-tunnel", 1}, {"unknown-protocol", 2},
      {"truncated", 3}, {"lost", 4}, {"incomplete-fragments", 5}, {"ambiguous", 6},
      {"midstream", 7}, {"one-sided", 8}, {"depth", 9}, {"limit", 10}, {"malformed", 11},
      {"unsupported-format", 12}, {"not-inspected", 13}, {"dynamic-channels", 14});
/* Protocols that may follow a service. 0 is none. */
static const struct schema_word schema_protocols_list[] = {
#define APP(number, name, word, kind, over, evidence) {word, number},
#include "model/app.def"
#undef APP
};
const struct schema_words schema_protocols = {
    schema_protocols_list, sizeof schema_protocols_list / sizeof schema_protocols_list[0]};

static const struct schema_of groups[SCHEMA_GROUPS] = {
    [GROUP_TOP] = {"", NULL, NULL, sizeof(struct conf), offsetof(struct conf, at)},
    [GROUP_ZONE] = {"zone", "id", NULL, sizeof(struct conf_zone), offsetof(struct conf_zone, at)},
    [GROUP_SET] = {"set", "name", NULL, sizeof(struct conf_set), offsetof(struct conf_set, at)},
    [GROUP_CONDUIT] = {"conduit", "id", "require", sizeof(struct conf_conduit),
		       offsetof(struct conf_conduit, at)},
    [GROUP_LOG] = {"log", NULL, "target", sizeof(struct conf_sink), offsetof(struct conf_sink, at)},
    [GROUP_SAY] = {"say", NULL, NULL, sizeof(struct conf_say), offsetof(struct conf_say, at)},
    [GROUP_STREAMS] = {"streams", NULL, NULL, 0, 0},
    [GROUP_LEDGER] = {"ledger", NULL, NULL, 0, 0},
    [GROUP_EVIDENCE] = {"evidence", NULL, NULL, 0, 0},
    [GROUP_GATEWAY] = {"gateway", NULL, NULL, 0, 0},
    [GROUP_GATEWAY_MAC] = {"mac", NULL, NULL, sizeof(struct conf_mac),
			   offsetof(struct conf_mac, at)},
    [GROUP_MAIL] = {"mail", NULL, NULL, sizeof(struct conf_mail), offsetof(struct conf_mail, at)},
};

const struct schema_of *
schema_of(enum schema_group g)
{
	return &groups[g];
}

/* FNV-1a: the names are ours. */
static unsigned
name_hash(const char *name)
{
	uint32_t h = 2166136261u;

	while (*name)
		h = (h ^ (uint8_t)*name++) * 16777619u;
	return (h ^ h >> 16) & 63;
}

void
schema_index_init(struct schema_index *x)
{
	memset(x, 0, sizeof *x);
	for (size_t i = 0; i < schema_keys; i++) {
		uint8_t *slots = x->slot[schema[i].group];
		unsigned h = name_hash(schema[i].name);

		while (slots[h]) /* no group has 63 keys: a test counts them */
			h = (h + 1) & 63;
		slots[h] = (uint8_t)(i + 1);
	}
}

const struct schema_key *
schema_find(const struct schema_index *x, enum schema_group g, const char *name)
{
	const uint8_t *slots = x->slot[g];

	for (unsigned h = name_hash(name); slots[h]; h = (h + 1) & 63)
		if (strcmp(schema[slots[h] - 1].name, name) == 0)
			return &schema[slots[h] - 1];
	return NULL;
}

const struct schema_key *
schema_elsewhere(enum schema_group g, const char *name)
{
	for (size_t i = 0; i < schema_keys; i++)
		if (schema[i].group != g && strcmp(schema[i].name, name) == 0)
			return &schema[i];
	return NULL;
}

const struct schema_key *
schema_parent(enum schema_group g)
{
	for (size_t i = 0; i < schema_keys; i++)
		if (schema[i].type >= TYPE_GROUP && schema[i].inner == g)
			return &schema[i];
	return NULL;
}

bool
schema_word_value(const struct schema_words *w, const char *word, uint8_t *value)
{
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->word[i].word, word) == 0) {
			*value = w->word[i].value;
			return true;
		}
	}
	return false;
}

const char *
schema_word(const struct schema_words *w, uint8_t value)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->word[i].value == value)
			return w->word[i].word;
	return NULL;
}
