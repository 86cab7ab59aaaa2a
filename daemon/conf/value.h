/* value.h - single values of the configuration, from text.
 *
 * Knows: the spelling of every type of schema.h (value.c; grammar.c for those with parts). Owns
 * nothing. Called by conf/field.c, and by tests. Never knows where a value stood. Each parser
 * leaves *TO alone and says in WHY what would be right when it returns false.
 */
#ifndef SEGAUDIT_VALUE_H
#define SEGAUDIT_VALUE_H

#include "base/text.h"
#include "conf/schema.h"

enum {
	VALUE_WINDOWS = 16, /* windows that one text of hours gives at most */
};

/* UTF-8 (RFC 3629) without control characters, C1 too. */
bool value_text(const char *text, struct text *why);

/* Letters, digits, '.', '_' and '-' of ASCII, beginning with a letter or digit. */
bool value_id(const char *text, struct text *why);

/* An account's name as useradd(8) takes it. */
bool value_user(const char *text, struct text *why);

/* A name of the time zone database; whether it is there is the compiler's question. */
bool value_timezone(const char *text, struct text *why);

/* A path that begins with '/'. */
bool value_path(const char *text, struct text *why);

/* udp:ADDRESS:PORT or tcp:ADDRESS:PORT, an IPv6 address in brackets. */
bool value_remote(const char *text, struct text *why);

/* A day that exists, YYYY-MM-DD, from 1970 to 9998. */
bool value_date(const char *text, struct text *why);

/* A word of the set. */
bool value_word(const char *text, const struct schema_words *words, uint8_t *to, struct text *why);

/* A size or a length of time within MIN and MAX. */
bool value_size(const char *text, uint64_t min, uint64_t max, uint64_t *to, struct text *why);
bool value_time(const char *text, uint64_t min, uint64_t max, nstime *to, struct text *why);

/* The name of a network interface as Linux allows it, not "any". */
bool value_iface(const char *text, char to[16], struct text *why);

/* NAME, NAME vlan ID, NAME vlan OUTER.INNER. */
bool value_line(const char *text, struct conf_line *to, struct text *why);

bool value_mac(const char *text, struct mac *to, struct text *why);

/* A prefix; with HOST a single host. */
bool value_prefix(const char *text, bool host, struct prefix *to, struct text *why);

/* tcp/443, udp/8000-8010, sctp/2905, icmp/8, icmp6/128, ip/47, any; a word of schema_protocols that
 * can be spoken there may follow: its value is in `app`. */
bool value_service(const char *text, struct policy_service *to, struct text *why);

/* DAYS HH:MM-HH:MM, DAYS a list of days and ranges of days with commas: "mon-wed,fri 22:00-06:00".
 * The windows in the order of the week's minutes of their beginnings, cut at midnight; returns
 * their number, 0 when the text is wrong. */
unsigned value_hours(const char *text, struct policy_hours to[VALUE_WINDOWS], struct text *why);

/* FROM>TO, two names. */
bool value_pair(const char *text, struct text *why);

/* A DNS name; its first label may be "*". */
bool value_name(const char *text, struct text *why);

/* TYPE/SUBTYPE of RFC 2045, or TYPE/ and a star. */
bool value_media(const char *text, struct text *why);

/* A name of model/charset.def. */
bool value_charset(const char *text, struct text *why);

/* Puts a value into a message: UTF-8 as it is, controls, quotes and invalid bytes escaped, cut
 * after 80 bytes. */
void value_quote(struct text *t, const char *text);

/* A decimal number up to MOST (below 2^60) at *P, which moves behind it. False when there is no
 * digit, or it is larger. A leading zero is not accepted: 010 is eight to some readers. */
bool value_number(const char **p, unsigned long most, unsigned long *to);

/* Is it UTF-8 (RFC 3629: no surrogates, nothing over U+10FFFF, shortest forms)? The number of bytes
 * before the first that is not. */
size_t value_utf8(const char *text, size_t size);

#endif
