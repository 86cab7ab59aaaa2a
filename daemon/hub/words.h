/* words.h - the parts of an incident as people read them: services, hosts, layers, what a conduit
 * wanted and what came.
 *
 * Knows: their spelling (ALERTS 1.1). Owns nothing. Called by hub/line for fields and by
 * hub/sentence for msg. Never escapes: what is from outside passes through fields.h afterwards. All
 * of these append to T.
 */
#ifndef SEGAUDIT_WORDS_H
#define SEGAUDIT_WORDS_H

#include "base/text.h"
#include "hub/incident.h"

/* "tcp", "icmp6", or the number. */
void words_proto(struct text *t, uint8_t proto);

/* "tcp/3390", "icmp/8", "ip/47"; "ethertype 0x88cc" for a frame without IP. */
void words_service(struct text *t, const struct finding *f);

/* Has the finding addresses? Frames without IP have none, and bytes that could not be read may have
 * none. */
bool words_has_hosts(const struct finding *f);

/* "10.2.0.9:51514", "[2001:db8::9]:51514"; without ports the bare address. */
void words_host(struct text *t, const struct finding *f, bool initiator);

/* "lgwan>?"; only the zone of the interface where a finding about a line has no other end; nothing
 * where that is in no zone. */
void words_pair(struct text *t, const struct incident *i);

/* "vdi", "forbidden-pair" or "default-deny". */
const char *words_rule(const struct incident *i);

/* "vdi:service"; nothing when there is no near conduit. */
void words_near(struct text *t, const struct incident *i);

/* What `near` wants and what came instead: services, hours, last day; only what came for MACs;
 * nothing for the other conditions. P tells the local time. */
void words_want(struct text *t, const struct policy *p, const struct incident *i);
void words_got(struct text *t, const struct policy *p, const struct incident *i);

/* "opaque-tunnel,limit"; "midstream,likely"; "eth/ip4/gre/ip4/tcp"; "20" or "20.300". Nothing when
 * there is none. */
void words_what(struct text *t, const struct finding *f);
void words_flags(struct text *t, const struct finding *f);
void words_stack(struct text *t, const struct finding *f);
void words_vlan(struct text *t, const struct place *at);

#endif
