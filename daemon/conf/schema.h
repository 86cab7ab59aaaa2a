/* schema.h - the table of every key of segauditd.conf(5).
 *
 * Knows: each key's group, type, range, default and meaning (the rows are in schema.def), and the
 * closed sets of words. Owns only read-only tables. Called by whatever reads, prints or describes a
 * configuration. Never looks at a value: conf/value.c does.
 */
#ifndef SEGAUDIT_SCHEMA_H
#define SEGAUDIT_SCHEMA_H

#include "conf/conf.h"

/* Groups of keys: what stands between braces, and the top level. */
enum schema_group {
	GROUP_TOP,
	GROUP_ZONE,
	GROUP_SET,
	GROUP_CONDUIT,
	GROUP_LOG,
	GROUP_SAY,
	GROUP_STREAMS,
	GROUP_LEDGER,
	GROUP_EVIDENCE,
	GROUP_GATEWAY,
	GROUP_GATEWAY_MAC,
	GROUP_MAIL,
	SCHEMA_GROUPS,
};

/* Types of values: how they are written, and what the field holds. */
enum schema_type {
	TYPE_TEXT,     /* UTF-8 without control characters: const char * */
	TYPE_ID,       /* a name that findings carry: const char * */
	TYPE_USER,     /* a name of an account: const char * */
	TYPE_TIMEZONE, /* a name of the time zone database: const char * */
	TYPE_PATH,     /* an absolute path: const char * */
	TYPE_FILE,     /* a path, relative to the main file's directory: const char * */
	TYPE_REMOTE,   /* udp:ADDRESS:PORT or tcp:…: const char * */
	TYPE_DATE,     /* YYYY-MM-DD: const char * */
	TYPE_WORD,     /* one of a closed set: its value, uint8_t */
	TYPE_CHOICE,   /* one of a closed set: the word, const char * */
	TYPE_INT,      /* a whole number: uint32_t */
	TYPE_BOOL,     /* true or false: bool */
	TYPE_SIZE,     /* "20 MiB": uint64_t, bytes */
	TYPE_TIME,     /* "30 min": nstime */
	TYPE_IFACE,    /* the name of an interface: char[16] */
	TYPE_MAC,      /* struct mac */
	/* lists of strings */
	TYPE_NETWORKS, /* prefixes: struct conf_addrs */
	TYPE_ADDRS,    /* prefixes and names of sets: struct conf_addrs */
	TYPE_HOSTS,    /* addresses of single hosts: struct conf_addrs */
	TYPE_LINES,    /* interfaces with VLANs: struct conf_zone's lines */
	TYPE_SERVICES, /* struct conf_conduit's services */
	TYPE_HOURS,    /* struct conf_conduit's hours */
	TYPE_IFACES,   /* names of interfaces: struct conf_list, as the rest */
	TYPE_MACS,
	TYPE_PAIRS, /* zone>zone */
	TYPE_NAMES, /* DNS names, a leading label may be * */
	TYPE_MEDIA, /* media types: text/plain */
	TYPE_CHARSETS,
	TYPE_WORDS, /* of a closed set */
	/* groups */
	TYPE_GROUP,  /* { … }; most have their fields in the struct around them */
	TYPE_GROUPS, /* ( { … }, … ): a pointer to an array, and `count` is its uint32_t */
};

struct schema_word {
	const char *word;
	uint8_t value;
};

struct schema_words {
	const struct schema_word *word;
	size_t n;
};

struct schema_key {
	enum schema_group group;
	enum schema_type type;
	const char *name;
	const char *item; /* what one value of a list is called in messages; NULL: the name */
	const char *unit; /* of a number: what is counted; else NULL */
	/* The default as it would be written, a list's items joined by ", "; NULL: absent. */
	const char *preset;
	const char *absent;  /* what it means to leave out a key without a default */
	const char *meaning; /* half a sentence */
	const char *example; /* a value as it would be written */
	const struct schema_words *words; /* of WORD, CHOICE and WORDS */
	/* Of a number, in bytes or nanoseconds for SIZE and TIME; of a text its bytes (only max);
	 * of a list its items. */
	uint64_t min, max;
	/* Bits of those values of the group's `by` key with which this key makes sense; 0: all. */
	uint64_t when;
	bool required;
	enum schema_group inner; /* of GROUP and GROUPS */
	size_t field;		 /* offset in the group's struct */
	size_t count;		 /* GROUPS: offset of the number */
	size_t place;		 /* offset of a struct conf_place for this key; 0: none */
};

/* What all keys of a group share. */
struct schema_of {
	const char *noun; /* "zone": in messages, before its name or number */
	const char *name; /* the key that names one of it, or NULL */
	const char *by;	  /* the key that `when` speaks of, a WORD, or NULL */
	size_t size;	  /* of its struct; 0: the fields are in the struct around it */
	size_t at;	  /* offset of its struct conf_place */
};

extern const struct schema_key schema[];
extern const size_t schema_keys;

/* Facts of a group. */
const struct schema_of *schema_of(enum schema_group g);

/* Where the keys of one group are, for quick look-up. */
struct schema_index {
	uint8_t slot[SCHEMA_GROUPS][64]; /* number of the row + 1, by a hash of the name */
};

/* Fills the index. */
void schema_index_init(struct schema_index *x);

/* The row of a key, or NULL. */
const struct schema_key *schema_find(const struct schema_index *x, enum schema_group g,
				     const char *name);

/* The first row of the name in any other group than G, or NULL. */
const struct schema_key *schema_elsewhere(enum schema_group g, const char *name);

/* The row of the key that holds the groups G, NULL for the top level. */
const struct schema_key *schema_parent(enum schema_group g);

/* Is the word of the set? Then *VALUE is its value. */
bool schema_word_value(const struct schema_words *w, const char *word, uint8_t *value);

/* The word of a value, or NULL. */
const char *schema_word(const struct schema_words *w, uint8_t value);

extern const struct schema_words schema_models, schema_classes, schema_requires, schema_targets,
    schema_facilities, schema_severities, schema_says, schema_conduit_says;
extern const struct schema_words schema_languages, schema_inspects, schema_screens, schema_files,
    schema_reasons, schema_protocols;

#endif
