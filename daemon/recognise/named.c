/* named.c - tables of names, and the few other marks that a handshake has. */
#include "recognise/named.h"

#include <string.h>

#include "model/app.h"

/* A text that begins with a dot is how a name ends, whatever stands before it but "www". Small
 * letters. Where they are from:
 * - resolvers: their operators' pages on encrypted DNS (Google, Cloudflare, Quad9, Cisco, NextDNS,
 *   AdGuard, CleanBrowsing, Alibaba, DNSPod, IIJ, Control D, Mullvad, dns0.eu, DNS.SB), and those
 *   that Firefox, Chrome (doh_provider_entry.cc) and Windows 11 come with;
 * - AnyDesk, Splashtop, TeamViewer: what their makers ask to permit in a firewall;
 * - RustDesk: the public rendezvous and relay servers in its source
 * (libs/hbb_common/src/config.rs);
 * - Chrome Remote Desktop: remoting/ in Chromium's source (service_urls.cc). */
#define TEXT(text) text, sizeof(text) - 1

static const struct {
	const char *text;
	uint8_t size;
	uint8_t app;
} names[] = {
	{ TEXT("dns.google"), APP_DOH },
	{ TEXT("dns.google.com"), APP_DOH },
	{ TEXT("dns64.dns.google"), APP_DOH },
	{ TEXT("8888.google"), APP_DOH },
	{ TEXT("cloudflare-dns.com"), APP_DOH },
	{ TEXT(".cloudflare-dns.com"), APP_DOH }, /* mozilla., chrome., security., family. */
	{ TEXT(".cloudflare-gateway.com"), APP_DOH },
	{ TEXT("one.one.one.one"), APP_DOH },
	{ TEXT("dns.quad9.net"), APP_DOH },
	{ TEXT("dns9.quad9.net"), APP_DOH },
	{ TEXT("dns10.quad9.net"), APP_DOH },
	{ TEXT("dns11.quad9.net"), APP_DOH },
	{ TEXT("dns12.quad9.net"), APP_DOH },
	{ TEXT("doh.opendns.com"), APP_DOH },
	{ TEXT("dns.opendns.com"), APP_DOH },
	{ TEXT("doh.familyshield.opendns.com"), APP_DOH },
	{ TEXT("doh.umbrella.com"), APP_DOH },
	{ TEXT("dns.umbrella.com"), APP_DOH },
	{ TEXT("dns.nextdns.io"), APP_DOH },
	{ TEXT(".dns.nextdns.io"), APP_DOH },
	{ TEXT("dns.adguard.com"), APP_DOH },
	{ TEXT("dns-family.adguard.com"), APP_DOH },
	{ TEXT("dns-unfiltered.adguard.com"), APP_DOH },
	{ TEXT("dns.adguard-dns.com"), APP_DOH },
	{ TEXT("family.adguard-dns.com"), APP_DOH },
	{ TEXT("unfiltered.adguard-dns.com"), APP_DOH },
	{ TEXT(".d.adguard-dns.com"), APP_DOH },
	{ TEXT("doh.cleanbrowsing.org"), APP_DOH },
	{ TEXT("security-filter-dns.cleanbrowsing.org"), APP_DOH },
	{ TEXT("family-filter-dns.cleanbrowsing.org"), APP_DOH },
	{ TEXT("adult-filter-dns.cleanbrowsing.org"), APP_DOH },
	{ TEXT("dns.alidns.com"), APP_DOH },
	{ TEXT("doh.pub"), APP_DOH },
	{ TEXT("dot.pub"), APP_DOH },
	{ TEXT("public.dns.iij.jp"), APP_DOH },
	{ TEXT("dns.iij.jp"), APP_DOH },
	{ TEXT("freedns.controld.com"), APP_DOH },
	{ TEXT(".freedns.controld.com"), APP_DOH },
	{ TEXT("dns.controld.com"), APP_DOH },
	{ TEXT(".dns.controld.com"), APP_DOH },
	{ TEXT("dns.mullvad.net"), APP_DOH },
	{ TEXT(".dns.mullvad.net"), APP_DOH },
	{ TEXT("dns0.eu"), APP_DOH },
	{ TEXT(".dns0.eu"), APP_DOH }, /* zero., kids., open. */
	{ TEXT("doh.dns.sb"), APP_DOH },
	{ TEXT("dot.sb"), APP_DOH },
	{ TEXT(".canadianshield.cira.ca"), APP_DOH }, /* private., protected., family. */
	{ TEXT("doh.xfinity.com"), APP_DOH },
	{ TEXT("dot.xfinity.com"), APP_DOH },
	{ TEXT("doh.cox.net"), APP_DOH },
	{ TEXT("dot.cox.net"), APP_DOH },
	{ TEXT("dns.shaw.ca"), APP_DOH },
	{ TEXT("odvr.nic.cz"), APP_DOH },
	{ TEXT("dns.levonet.sk"), APP_DOH },
	{ TEXT("doh.quickline.ch"), APP_DOH },
	{ TEXT("dot.quickline.ch"), APP_DOH },
	{ TEXT("doh-01.spectrum.com"), APP_DOH },
	{ TEXT("doh-02.spectrum.com"), APP_DOH },
	{ TEXT(".net.anydesk.com"), APP_ANYDESK },
	{ TEXT("anynet relay"), APP_ANYDESK }, /* names in its own certificates */
	{ TEXT("anydesk client"), APP_ANYDESK },
	{ TEXT(".api.splashtop.com"), APP_SPLASHTOP },
	{ TEXT(".relay.splashtop.com"), APP_SPLASHTOP },
	{ TEXT(".api.splashtop.eu"), APP_SPLASHTOP },
	{ TEXT(".relay.splashtop.eu"), APP_SPLASHTOP },
	{ TEXT(".teamviewer.com"), APP_TEAMVIEWER },
	{ TEXT(".rustdesk.com"), APP_RUSTDESK },
	{ TEXT("remotedesktop.google.com"), APP_CHROME_REMOTE },
	{ TEXT("remotedesktop-pa.googleapis.com"), APP_CHROME_REMOTE },
	{ TEXT("chromoting-client.talkgadget.google.com"), APP_CHROME_REMOTE },
	{ TEXT("chromoting-host.talkgadget.google.com"), APP_CHROME_REMOTE },
};

enum { TOR_MIN = 8, TOR_MAX = 20 }; /* letters of Tor's random names */

/* A name in small letters and without the dot at its end. */
struct small {
	size_t size;
	char text[TLS_NAME];
};

static struct small
small_of(const struct tls_name *name)
{
	struct small s = { .size = name->size };

	for (size_t i = 0; i < name->size; i++) {
		uint8_t c = name->bytes[i];

		s.text[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	if (s.size > 0 && s.text[s.size - 1] == '.')
		s.size--;
	return s;
}

static bool
ends_with(const struct small *s, const char *text, size_t n)
{
	return s->size >= n && s->text[s->size - 1] == text[n - 1] &&
	       memcmp(s->text + s->size - n, text, n) == 0;
}

/* SITE: the name is that of a site about it. */
static uint8_t
app_of(const struct tls_name *name, bool *site)
{
	struct small s = small_of(name);

	*site = false;
	if (s.size == 0)
		return APP_UNKNOWN;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = names[i].size;
		bool any = names[i].text[0] == '.';

		if (any && s.size == n - 1 && memcmp(s.text, names[i].text + 1, n - 1) == 0)
			*site = true;
		if (!ends_with(&s, names[i].text, n) || (s.size > n) != any)
			continue;
		if (!any || s.size - n != 3 || memcmp(s.text, "www", 3) != 0)
			return names[i].app;
		*site = true;
	}
	return APP_UNKNOWN;
}

/* What a resolver's name means: over HTTP where HTTP is offered. Without any protocol it is rather
 * DNS over TLS, whose clients seldom offer one. */
static struct named
resolver(const struct tls_client *c)
{
	if (c->alpn.size == 0)
		return (struct named){ APP_DOT, .weak = true };
	return (struct named){ APP_DOH, .weak = false };
}

/* www.RANDOM and this end, of base32 (crypto_random_hostname() in Tor's source). */
static bool
tor_name(const struct tls_name *name, const char *end, struct small *random)
{
	struct small s = small_of(name);

	if (s.size < 8 + TOR_MIN || s.size > 8 + TOR_MAX || memcmp(s.text, "www.", 4) != 0 ||
	    !ends_with(&s, end, 4))
		return false;
	random->size = s.size - 8;
	memcpy(random->text, s.text + 4, random->size);
	for (size_t i = 0; i < random->size; i++) {
		char c = random->text[i];

		if ((c < 'a' || c > 'z') && (c < '2' || c > '7'))
			return false;
	}
	return true;
}

/* Letters that nobody would choose: digits at two places at least with letters around each, and
 * four consonants or digits in a row. */
static bool
looks_random(const struct small *s)
{
	unsigned places = 0, run = 0, longest = 0;

	for (size_t i = 0; i < s->size; i++) {
		bool digit = s->text[i] <= '9';

		if (digit && i > 0 && i + 1 < s->size && s->text[i - 1] > '9')
			places++;
		run = memchr("aeiou", s->text[i], 5) ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	return places >= 2 && longest >= 4;
}

struct named
named_by_client(const struct tls_client *c)
{
	struct named named = { APP_UNKNOWN, .weak = false };
	struct small random;
	bool site;

	if (tls_offers_only(c, "dot")) {
		named.app = APP_DOT;
		return named;
	}
	named.app = app_of(&c->name, &site);
	if (named.app == APP_DOH)
		return resolver(c);
	if (named.app != APP_UNKNOWN)
		return named;
	if (c->alpn.size == 0 && tor_name(&c->name, ".com", &random) && looks_random(&random))
		return (struct named){ APP_TOR, .weak = true };
	return named;
}

struct named
named_by_certificate(const struct tls_client *c, const struct tls_server *s)
{
	bool site;
	struct named named = { app_of(&s->host, &site), .weak = false };
	struct small subject, issuer, asked;

	if (named.app == APP_UNKNOWN)
		named.app = app_of(&s->subject, &site);
	if (named.app != APP_UNKNOWN) {
		(void)app_of(&c->name, &site); /* it is nothing else, or it were known */
		if (site)		       /* one certificate for all of its hosts */
			named.app = APP_UNKNOWN;
	}
	if (named.app == APP_DOH)
		return resolver(c);
	if (named.app != APP_UNKNOWN || s->host.size > 0)
		return named;
	/* Three names made up at random, a certificate that names nothing else (Tor before
	 * TLS 1.3). */
	if (c->alpn.size == 0 && tor_name(&c->name, ".com", &asked) &&
	    tor_name(&s->subject, ".net", &subject) && tor_name(&s->issuer, ".com", &issuer))
		return (struct named){ APP_TOR, .weak = true };
	return named;
}
