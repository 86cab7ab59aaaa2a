/* fuzz_recognise.c - any conversation: what a row says of it as it grows holds together.
 *
 * The first byte is the number (model/app.def) of the row that is judged; where no row has it, the
 * driver and all rows are. With the name of a family (below) in the environment variable FAMILY it
 * is always one of that family's rows. Of the second, bit 0 says that it is datagrams and not a
 * stream, bits 1 and 2 which sides come to their end, bits 3 and 4 in which order the sides come
 * (as recorded, client first, server first, as recorded), and three bits in how large pieces a
 * stream is fed. Then come records: a byte, whose highest bit is the side and whose others say how
 * many bytes follow (below 120; else they are 120 and the higher byte of that number, and its lower
 * byte is next), and these. tests/unit/recognise_feed.h writes inputs.
 *
 * Checked: what a row confirmed or ruled out stays so, in whatever order the sides came; no two
 * rows confirm the same; the driver says of the whole what it says of it as it grew, and when it is
 * done nothing that follows changes its answer. Memory behind what came of a side is poisoned, so
 * that a sanitizer sees a read there.
 */
#include <sanitizer/asan_interface.h>
#include <string.h>

#include "../unit/quic_build.h"
#include "base/wire.h"
#include "fuzz.h"
#include "recognise/recognise.h"

enum { ROWS = 128, RECORDS = 512, PIECES = 32, AS_IS = 120, FAMILY = 16 };

/* Rows that are fuzzed together. Each row is in one. */
static const struct family {
	const char *name;
	uint8_t app[FAMILY];
} families[] = {
	{ "database", { APP_MSSQL, APP_MYSQL, APP_ORACLE, APP_POSTGRESQL } },
	{ "directory",
	    { APP_DNS, APP_DHCP, APP_NTP, APP_SNMP, APP_LDAP, APP_KERBEROS, APP_RADIUS } },
	{ "file", { APP_SMB, APP_NFS, APP_TFTP, APP_ISCSI } },
	{ "http", { APP_HTTP, APP_HTTP2 } },
	{ "iso", { APP_RDP, APP_S7, APP_H323, APP_MODBUS } },
	{ "quic", { APP_QUIC } },
	{ "remote", { APP_TEAMVIEWER, APP_RUSTDESK, APP_NOMACHINE, APP_RADMIN, APP_X11 } },
	{ "screen", { APP_VNC, APP_ICA, APP_CGP, APP_SPICE, APP_RDPEUDP, APP_PCOIP } },
	{ "socks", { APP_SOCKS } },
	{ "text", { APP_SSH, APP_SMTP, APP_FTP, APP_POP3, APP_IMAP, APP_TELNET, APP_RSYNC, APP_SIP,
		      APP_SYSLOG, APP_LPD } },
	{ "tls", { APP_TLS, APP_DTLS } },
	{ "vpn", { APP_WIREGUARD, APP_OPENVPN, APP_IKE, APP_ESP, APP_STUN } },
};

struct record {
	const uint8_t *bytes;
	size_t size;
	enum talk_side side;
};

struct input {
	struct record record[RECORDS];
	size_t n, total[2];
	size_t row[ROWS], nrows; /* that are judged */
	bool datagrams, ends[2];
	bool sealed; /* the client's are frames of Initial packets */
	unsigned order;
	size_t piece;
};

/* As far as it is fed. */
struct growing {
	struct talk talk;
	uint8_t sure[ROWS]; /* what each row said of it at last */
	struct recognition r;
};

static uint8_t room[2][RECOGNISE_BYTES];

static bool
row_runs(const struct recogniser *row, const struct talk *t)
{
	return t->stream ? row->stream : row->datagrams;
}

static size_t
row_of(uint8_t app)
{
	for (size_t i = 0; i < recognise_rows(); i++)
		if (recognise_row(i)->app == app)
			return i;
	return ROWS;
}

/* The family that the environment names, or NULL. Each row has one. */
static const struct family *
family_named(const char *name)
{
	const struct family *found = NULL;
	size_t rows = 0;

	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		const struct family *f = &families[i];

		for (size_t k = 0; k < FAMILY && f->app[k]; k++, rows++)
			CHECK(row_of(f->app[k]) < ROWS);
		if (name && strcmp(f->name, name) == 0)
			found = f;
	}
	CHECK(rows == recognise_rows() && rows <= ROWS);
	CHECK(!name || found);
	return found;
}

static void
choose_rows(struct input *in, uint8_t app)
{
	static const struct family *family;
	static bool chosen;
	size_t n = 0;

	if (!chosen)
		family = family_named(getenv("FAMILY"));
	chosen = true;
	if (family && (!app || !memchr(family->app, app, FAMILY))) {
		while (n < FAMILY && family->app[n])
			n++;
		app = family->app[app % n];
	}
	in->nrows = 1;
	in->row[0] = row_of(app);
	if (in->row[0] < ROWS && app)
		return;
	in->nrows = recognise_rows();
	for (size_t i = 0; i < in->nrows; i++)
		in->row[i] = i;
}

/* Takes the records, as many as an opening holds. */
static void
parse(struct input *in, struct wire *w)
{
	unsigned datagrams[2] = { 0, 0 };
	uint8_t form;

	in->n = in->total[0] = in->total[1] = 0;
	choose_rows(in, wire_u8(w));
	form = wire_u8(w);
	in->datagrams = form & 1;
	in->ends[0] = form & 2;
	in->ends[1] = form & 4;
	in->order = form >> 3 & 3;
	in->piece = (size_t)1 << (form >> 5);
	in->sealed = in->datagrams && form & 32 && in->nrows == 1 &&
		     recognise_row(in->row[0])->app == APP_QUIC;
	while (in->n < RECORDS && wire_left(w) > 0) {
		struct record *to = &in->record[in->n];
		uint8_t head = wire_u8(w), n = head & 127;

		to->side = head & 128 ? TALK_SERVER : TALK_CLIENT;
		to->size = n < AS_IS ? n : (size_t)(n - AS_IS) << 8 | wire_u8(w);
		if (to->size > wire_left(w))
			to->size = wire_left(w);
		to->bytes = wire_take(w, to->size);
		if (in->total[to->side] + to->size > RECOGNISE_BYTES ||
		    (in->datagrams && datagrams[to->side]++ == RECOGNISE_PACKETS))
			break;
		in->total[to->side] += to->size;
		in->n++;
	}
	while (in->piece * PIECES < in->total[0] + in->total[1])
		in->piece *= 2;
}

/* What is behind the bytes is forbidden. */
static void
grow(struct growing *g, enum talk_side side, const uint8_t *more, size_t n)
{
	struct opening *o = &g->talk.side[side];

	CHECK(o->size + n <= sizeof room[side]);
	ASAN_UNPOISON_MEMORY_REGION(room[side], o->size + n);
	if (n)
		memcpy(room[side] + o->size, more, n);
	o->size += (uint16_t)n;
}

static void
judge_row(struct growing *g, size_t i)
{
	enum sure sure = recognise_row(i)->look(&g->talk);

	CHECK(sure <= SURE_CONFIRMED);
	CHECK(g->sure[i] != SURE_NOT || sure == SURE_NOT);
	CHECK(g->sure[i] != SURE_CONFIRMED || sure == SURE_CONFIRMED);
	g->sure[i] = (uint8_t)sure;
}

/* Each judged row, and with all of them the driver, of what is fed so far. */
static void
judge(struct growing *g, const struct input *in)
{
	struct recognition before = g->r;
	bool done;

	for (size_t i = 0; i < in->nrows; i++)
		if (row_runs(recognise_row(in->row[i]), &g->talk))
			judge_row(g, in->row[i]);
	if (in->nrows == 1)
		return;
	done = recognise(&g->r, &g->talk);
	CHECK(done == g->r.done && g->r.sure != SURE_OPEN && (g->r.sure == SURE_NOT) == !g->r.app);
	CHECK(!before.done || (done && before.app == g->r.app && before.sure == g->r.sure));
}

/* What a row that names several protocols calls this one. */
static uint8_t
named(const struct recogniser *row, const struct talk *t)
{
	uint8_t app = row->name ? row->name(t) : row->app;

	CHECK(app_word(app));
	return app;
}

/* At the end: one row at most confirms it, and a driver that sees it at once says the same. */
static void
judge_whole(const struct growing *g, const struct input *in)
{
	struct recognition r = { .app = APP_UNKNOWN };
	size_t confirmed = 0;

	for (size_t k = 0; k < in->nrows; k++) {
		const struct recogniser *row = recognise_row(in->row[k]);
		enum sure sure = g->sure[in->row[k]];
		uint8_t app = sure >= SURE_LIKELY ? named(row, &g->talk) : APP_UNKNOWN;

		confirmed += sure == SURE_CONFIRMED;
		CHECK(sure < SURE_CONFIRMED || in->nrows == 1 || app == g->r.app);
	}
	CHECK(confirmed <= 1);
	if (in->nrows > 1) {
		CHECK(recognise(&r, &g->talk) == g->r.done);
		CHECK(r.app == g->r.app && r.sure == g->r.sure);
	}
}

/* Nothing else than what is sealed comes to where a client's frames are read. */
static void
grow_sealed(struct growing *g, const uint8_t *frames, size_t n)
{
	static const struct initial initial = { V1, "fuzzfuzz", "", "", NULL, 0, 1200, 0, 0 };
	struct build b = { .size = 0 };

	build_initial(&b, &initial, frames, n < 1024 ? n : 1024);
	if (g->talk.side[TALK_CLIENT].size + b.size <= RECOGNISE_BYTES)
		grow(g, TALK_CLIENT, b.bytes, b.size);
}

static void
feed_record(struct growing *g, const struct input *in, const struct record *r)
{
	struct opening *o = &g->talk.side[r->side];

	if (in->datagrams) {
		size_t before = o->size;

		if (in->sealed && r->side == TALK_CLIENT && r->size > 0)
			grow_sealed(g, r->bytes, r->size);
		else if (r->size <= (size_t)RECOGNISE_BYTES - before)
			grow(g, r->side, r->bytes, r->size);
		o->length[o->datagrams++] = (uint16_t)(o->size - before);
		judge(g, in);
		return;
	}
	for (size_t at = 0, n; at < r->size; at += n) {
		n = r->size - at < in->piece ? r->size - at : in->piece;
		grow(g, r->side, r->bytes + at, n);
		judge(g, in);
	}
}

/* Feeds what is recorded of the sides whose bits are set; then they have come to their end. */
static void
feed(struct growing *g, const struct input *in, unsigned sides)
{
	judge(g, in);
	for (size_t i = 0; i < in->n; i++)
		if (sides & 1U << in->record[i].side)
			feed_record(g, in, &in->record[i]);
	for (unsigned side = 0; side < 2; side++)
		if (sides & 1U << side) {
			g->talk.side[side].whole = in->ends[side];
			judge(g, in);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input in;
	struct growing g = { .r = { .app = APP_UNKNOWN } };
	struct wire w = wire_of(data, size);

	parse(&in, &w);
	memset(g.sure, SURE_OPEN, sizeof g.sure);
	g.talk.stream = !in.datagrams;
	for (unsigned side = 0; side < 2; side++) {
		g.talk.side[side].bytes = room[side];
		ASAN_POISON_MEMORY_REGION(room[side], sizeof room[side]);
	}
	if (in.order == 1 || in.order == 2) {
		feed(&g, &in, in.order);
		feed(&g, &in, 3 - in.order);
	} else {
		feed(&g, &in, 3);
	}
	judge_whole(&g, &in);
	return 0;
}
