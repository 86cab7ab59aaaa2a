/* tunnel.h - where in a talk a tunnel begins: what is behind is a talk of its own.
 *
 * Knows: what a proxy and its client say before they only pass bytes on. Owns nothing. Called by
 * whoever goes on with what is inside. Never says what is inside.
 */
#ifndef SEGAUDIT_TUNNEL_H
#define SEGAUDIT_TUNNEL_H

#include "recognise/recognise.h"

/* Of a talk that is confirmed as APP_HTTP_CONNECT or as APP_SOCKS: BEGIN[side] is the offset of
 * the tunnel's first byte in what that side said; it may be where its bytes end so far. False when
 * it cannot be known, yet or at all; BEGIN is then undefined. */
bool http_tunnel(const struct talk *t, uint16_t begin[2]);
bool socks_tunnel(const struct talk *t, uint16_t begin[2]);

#endif
