/* evidence_make.c - see evidence_make.h. */
#include "hub/evidence_make.h"

#include <stdio.h>

#include "hub/words.h"
#include "model/exhibit.h"

enum { TEXT = 400 }; /* bytes of a comment */

void
evidence_maker_init(struct evidence_maker *m, const char *version)
{
	hash_key_init(&m->key, 0);
	(void)snprintf(m->application, sizeof m->application, "segauditd %s",
	    version); /* this and the next are cut at worst */
	if (uname(&m->host) == 0) {
		(void)snprintf(m->os, sizeof m->os, "%s %s", m->host.sysname, m->host.release);
		m->section.hardware = m->host.machine;
		m->section.os = m->os;
	}
	m->section.application = m->application;
}

static void
add_place(struct text *t, const struct evidence_frame *f)
{
	if (f->zone[0])
		text_add(t, "zone %s", f->zone);
	else
		text_string(t, "no zone");
	if (f->vlan[0])
		text_add(t, f->vlan[1] ? ", VLAN %u.%u" : ", VLAN %u", f->vlan[0], f->vlan[1]);
}

/* Why it is there, and which copy it is. */
static void
add_comment(
    struct text *t, const struct incident *i, const struct evidence_frame *f, uint32_t number)
{
	const struct finding_kind *k = finding_kind(i->f.id);
	const char *what = f->flags & EXHIBIT_ERROR ? "an ICMP error" :
			   f->flags & EXHIBIT_REPLY ? "a reply" :
						      "a packet";

	text_add(t, "SEG%u %s, pair ", i->f.id, k ? k->name : "?");
	words_pair(t, i);
	text_add(t, ", rule %s", words_rule(i));
	if (i->near[0]) {
		text_string(t, ", near ");
		words_near(t, i);
	}
	text_add(t, ": frame %u: %s copy of %s", number,
	    f->flags & EXHIBIT_FURTHER ? "further" : "first", what);
	if (f->packet && !(f->flags & EXHIBIT_FURTHER))
		text_add(t, ", packet %u of its flow", f->packet);
	text_add(t, ", %s %s, ",
	    f->flags & EXHIBIT_MIRROR  ? "seen on mirror port" :
	    f->flags & EXHIBIT_LEAVING ? "leaves by" :
					 "comes in by",
	    f->iface);
	add_place(t, f);
}

/* The interface's block, and its number in the file; -1 when there are too many. */
static int
iface_number(const struct evidence_maker *m, const struct evidence_file *f, const uint8_t *block,
    size_t size)
{
	uint64_t hash = hash_bytes(&m->key, block, size);

	for (uint32_t i = 0; i < f->nifaces; i++)
		if (f->iface[i] == hash)
			return (int)i;
	return f->nifaces < EVIDENCE_IFACES ? (int)f->nifaces : -1;
}

size_t
evidence_make(struct evidence_maker *m, const struct evidence_file *file, const struct incident *i,
    const struct evidence_frame *f, const uint8_t *bytes, uint64_t *iface)
{
	char description[TEXT], comment[TEXT];
	struct text d = text_of(description, sizeof description), c;
	size_t size = 0, block;
	int number;

	if (file->size == 0) {
		struct text s = text_of(comment, sizeof comment);
		struct pcapng_section section = m->section;

		text_add(&s, "evidence of incident %s", file->ev);
		section.comment = comment;
		size = pcapng_section(m->block, sizeof m->block, &section);
	}
	add_place(&d, f);
	block = pcapng_interface(
	    m->block + size, sizeof m->block - size, f->link, f->iface, description);
	number = iface_number(m, file, m->block + size, block);
	if (!block || number < 0)
		return 0;
	*iface = 0;
	if ((uint32_t)number == file->nifaces) {
		*iface = hash_bytes(&m->key, m->block + size, block);
		size += block;
	}
	c = text_of(comment, sizeof comment);
	add_comment(&c, i, f, file->frames + 1);
	struct pcapng_packet p = { .iface = (uint32_t)number,
		.time = f->time,
		.caplen = f->caplen,
		.wirelen = f->wirelen,
		.bytes = bytes,
		.direction = f->flags & EXHIBIT_MIRROR	? PCAPNG_UNKNOWN :
			     f->flags & EXHIBIT_LEAVING ? PCAPNG_OUTBOUND :
							  PCAPNG_INBOUND,
		.comment = comment };
	block = pcapng_packet(m->block + size, sizeof m->block - size, &p);
	return block ? size + block : 0;
}
