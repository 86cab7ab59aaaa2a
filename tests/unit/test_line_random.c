/* test_line_random.c - random findings under hostile and under longest names: each line is one line
 * of the grammar of ALERTS 1.1, of at most 1,024 bytes, with everything up to dst in the first 400.
 */
#include "unit.h"

#include "tell_line.h"

/* A small model of the grammar of ALERTS 1.1, to read lines back. */
struct pairs {
	unsigned n;
	char key[64][16], value[64][1100];
};

static bool
read_back(const char *line, struct pairs *out)
{
	const char *p = line;

	out->n = 0;
	if (strncmp(p, "SEG", 3) != 0 || strspn(p + 3, "0123456789") != 4 || p[7] != ' ')
		return false;
	p += 8 + strspn(p + 8, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	while (*p) {
		char *value = out->value[out->n];
		size_t size = 0, key;

		if (*p++ != ' ' || out->n == 64)
			return false;
		key = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789");
		if (key == 0 || key > 15 || p[key] != '=')
			return false;
		memcpy(out->key[out->n], p, key);
		out->key[out->n][key] = '\0';
		p += key + 1;
		if (*p != '"') {
			size = strcspn(p, " ");
			if (size == 0 || size != strcspn(p, " \"=\\"))
				return false;
			memcpy(value, p, size);
			p += size;
		} else {
			for (p++; *p && *p != '"'; p++) {
				if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
					p++;
				value[size++] = *p;
			}
			if (*p++ != '"')
				return false;
		}
		value[size] = '\0';
		out->n++;
	}
	return out->n > 0 && strcmp(out->key[out->n - 1], "msg") == 0;
}

static uint64_t seed;

static uint32_t
rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static const char *
hostile(char *to, size_t size)
{
	static const char *const bits[] = { "\"", "\\", "=", " ", "\n", "\x1b[2J", "\xff", "系",
		"\xe2\x80\xae", "a", "b-", ">", "?", "\r", "<0>", "\xf0\x9f\x98\x80",
		"\xed\xa0\x80", "\x7f", "]", "msg=\"" };
	size_t n = 0, most = rnd((uint32_t)size);

	while (n < most) {
		const char *bit = bits[rnd(sizeof bits / sizeof *bits)];

		if (n + strlen(bit) >= size)
			break;
		memcpy(to + n, bit, strlen(bit));
		n += strlen(bit);
	}
	if (n == 0)
		to[n++] = 'z';
	to[n] = '\0';
	return to;
}

static struct tell_policy *
random_site(bool mean)
{
	struct tell_policy *t = tell_policy_new(1 + rnd(1000), (int32_t)rnd(50000) - 25000);
	char id[33], label[200], hours[300];

	for (unsigned i = 0; i < 5; i++)
		(void)tell_zone(t,
		    mean ? hostile(id, sizeof id) : "a-zone-with-the-longest-id-of-32",
		    hostile(label, sizeof label), (enum policy_class)rnd(6));
	for (unsigned i = 0; i < 3; i++)
		(void)tell_iface(t, mean ? hostile(id, 16) : "eth-of-15-bytes");
	for (unsigned i = 0; i < 4; i++)
		(void)tell_conduit(t,
		    mean ? hostile(id, sizeof id) : "conduit-with-the-longest-id-of32", 1, 2,
		    hostile(label, sizeof label), hostile(hours, sizeof hours),
		    rnd(2) ? NSTIME_NEVER : (nstime)rnd(1u << 31) * NS_SEC);
	t->p.japanese = (uint8_t)rnd(2);
	return t;
}

static void
random_bytes(void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = (uint8_t)rnd(256);
}

static struct finding
random_finding(const struct policy *p)
{
	struct finding f;

	random_bytes(&f, sizeof f);
	do
		f.id = finding_kind_at(rnd((uint32_t)finding_kinds()))->id;
	while (f.id > 5999);
	f.outcome = (uint8_t)rnd(4);
	f.from = (uint8_t)rnd(p->nzones + 1);
	f.to = (uint8_t)rnd(p->nzones + 1);
	f.claims = (uint8_t)rnd(p->nzones + 1);
	f.failed = (uint8_t)rnd(COND_EXPIRY + 1);
	f.generation = p->generation;
	f.rule = rnd(2) ? rnd(p->nconduits) : (uint32_t)POLICY_NONE;
	f.near = rnd(2) ? rnd(p->nconduits) : (uint32_t)POLICY_NONE;
	f.flags = (uint16_t)(rnd(FINDING_HAS_IN << 1) &
			     ~(unsigned)(FINDING_LINK | FINDING_PORTS | FINDING_ICMP));
	f.flags |= (uint16_t)(const int[]){ 0, FINDING_LINK, FINDING_PORTS, FINDING_ICMP }[rnd(4)];
	if (f.flags & FINDING_ICMP) {
		f.sport &= 255;
		f.dport &= 255;
	}
	f.what &= WHAT_ALL;
	f.in = (struct place){ (uint16_t)rnd(p->nifaces),
		{ (uint16_t)rnd(4096), (uint16_t)rnd(4096) } };
	f.out = (struct place){ (uint16_t)rnd(p->nifaces),
		{ (uint16_t)rnd(4096), (uint16_t)rnd(4096) } };
	f.event &= 31;
	f.nstack = (uint8_t)rnd(FINDING_STACK + 1);
	for (unsigned i = 0; i < FINDING_STACK; i++)
		f.stack[i] = (uint8_t)(1 + rnd(LAYER_COUNT - 1));
	f.last = f.first > INT64_MAX - 1000 ? f.first : f.first + rnd(1000);
	f.n &= ((uint64_t)1 << 48) - 1;
	f.bytes &= ((uint64_t)1 << 56) - 1;
	return f;
}

static const char *
value_of(const struct pairs *p, const char *key)
{
	for (unsigned i = 0; i < p->n; i++)
		if (strcmp(p->key[i], key) == 0)
			return p->value[i];
	return NULL;
}

/* Only printable ASCII up to msg, then valid UTF-8 without controls; the right fields, once each;
 * all up to dst in 400 bytes. */
static void
check_line(const char *line, const struct finding *f, enum incident_state state)
{
	static struct pairs pairs;
	size_t size = strlen(line);
	const char *msg = strstr(line, " msg=\"");
	const char *dst = strstr(line, " dst=");

	assert_true(size <= 1024);
	assert_non_null(msg);
	for (const char *p = line; p < msg; p++)
		assert_in_range(*p, 0x20, 0x7e);
	for (const char *p = msg; *p; p++)
		assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	assert_true(read_back(line, &pairs));
	for (unsigned i = 0; i < pairs.n; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(pairs.key[i], pairs.key[j]);
	assert_string_equal(pairs.key[0], "ev");
	assert_string_equal(value_of(&pairs, "ev"), "7K3QD9ABCD");
	assert_non_null(value_of(&pairs, "sev"));
	assert_non_null(value_of(&pairs, "sid"));
	if (!(f->flags & FINDING_LINK)) {
		char text[ADDR_TEXT];

		assert_non_null(dst);
		dst += 1 + strcspn(dst + 1, " ");
		assert_true(dst - line <= 400);
		assert_non_null(value_of(&pairs, "rule"));
		assert_non_null(strstr(value_of(&pairs, "src"), addr_text(text, &f->src)));
		assert_non_null(strstr(value_of(&pairs, "dst"), addr_text(text, &f->dst)));
	}
	if (state == INCIDENT_OPEN) {
		assert_int_equal(strtoull(value_of(&pairs, "n"), NULL, 10), f->n);
		assert_non_null(value_of(&pairs, "gen"));
	}
}

/* Strings, numbers, commas and braces of one flat JSON object, ASCII outside msg. */
static void
check_json(const char *json)
{
	const char *p = json;

	assert_true(strlen(json) <= 1024);
	for (assert_int_equal(*p, '{'); *p == '{' || *p == ',';) {
		for (int side = 0; side < 2; side++) {
			if (*++p != '"') {
				size_t digits = strspn(p, "0123456789");

				assert_true(side == 1 && digits > 0);
				p += digits;
				continue;
			}
			for (p++; *p != '"'; p++) {
				assert_true((unsigned char)*p >= 0x20);
				if (*p == '\\')
					assert_non_null(strchr("\"\\u", *++p));
			}
			p++;
			if (side == 0)
				assert_int_equal(*p, ':');
		}
	}
	assert_string_equal(p, "}");
}

static void
test_property(void **state)
{
	static const struct hash_key key = { { 1, 3, 5, 7, 9, 11 } };
	static const struct line_run run = { "ffffffff", UINT64_MAX, "ffffffffffffffff" };
	const uint64_t start = 20260101;

	(void)state;
	seed = start;
	for (unsigned round = 0; round < 3000; round++) {
		struct tell_policy *t = random_site(round % 3 != 0);
		struct said s = { .policy = t, .run = &run };
		struct incidents *table = incidents_new(2, &key, NS_MIN, say, &s);
		struct finding f = random_finding(&t->p);

		if (round % 3 == 0) {
			/* the longest of everything that is not hostile */
			f.flags |= FINDING_HAS_IN | FINDING_HAS_OUT | FINDING_MACS | FINDING_OUTER;
			f.what = WHAT_ALL;
			f.nstack = FINDING_STACK;
		}
		assert_true(finding_valid(&f, &t->p));
		incident_add(table, &t->p, &f);
		assert_int_equal(s.calls, 1);
		check_line(s.line, &f, INCIDENT_OPEN);
		check_json(s.json);
		incident_add(table, &t->p, &f);
		incidents_tick(
		    table, f.last > INT64_MAX - 2 * NS_MIN ? INT64_MAX : f.last + NS_MIN);
		incidents_close_all(table);
		assert_true(s.calls == 2 || s.calls == 3);
		check_line(s.line, &f, INCIDENT_CLOSED);
		check_json(s.json);
		incidents_free(table);
		free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_property) };

	return UNIT_RUN(tests);
}
