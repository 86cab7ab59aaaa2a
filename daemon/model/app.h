/* app.h - the protocols that a flow can be found to speak.
 *
 * Knows: their numbers, their words and on which ports they are expected (app.def). Owns nothing.
 * Called by the configuration for `tcp/443 tls`, by recognise and worker, and by whoever writes a
 * line. Never tells what a flow speaks: recognise does, and never from a port.
 */
#ifndef SEGAUDIT_APP_H
#define SEGAUDIT_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum app {
	APP_UNKNOWN = 0,
#define APP(number, name, word, kind, over, evidence) APP_##name = (number),
#include "model/app.def"
#undef APP
	APP_END
};

/* What a protocol means where nobody expects it. */
enum app_kind {
	APP_SERVICE, /* it has ports of its own: elsewhere it is a mismatch */
	APP_WEB,     /* so general that a port that names nothing may carry it */
	APP_SCREEN,  /* a screen protocol: as a service */
	APP_REMOTE,  /* a tool for remote control */
	APP_TUNNEL,  /* it carries what nobody sees */
};

/* Words: "ssh"; NULL for APP_UNKNOWN and for what is no protocol. */
const char *app_word(uint8_t app);
const char *app_evidence(uint8_t app);
enum app_kind app_kind(uint8_t app);

/* Can a flow of this IP protocol be found to speak it? */
bool app_is_over(uint8_t app, uint8_t proto);

/* The protocol of that word of SIZE bytes, or APP_UNKNOWN. */
uint8_t app_named(const char *word, size_t size);

/* The protocol that is registered for a port (host byte order) of an IP protocol (IANA's service
 * names, and the ports that vendors state), or APP_UNKNOWN. */
uint8_t app_of_port(uint8_t proto, uint16_t port);

#endif
