/* rdp_state.h - what an RDP connection in the middle is. Of rdp's files alone; here so that whoever
 * owns one knows its size. */
#ifndef SEGAUDIT_RDP_STATE_H
#define SEGAUDIT_RDP_STATE_H

enum {
	/* Bytes of a PDU that are read. A list of 31 channels and of 16 monitors is below 1,500. */
	RDP_PDU = 4096,
};

struct rdp_side {
	uint8_t phase;	      /* enum rdp_phase */
	uint8_t behind;	      /* enum rdp_behind: what it speaks behind the negotiation */
	uint8_t begun;	      /* PDUs that began, up to 3 */
	uint16_t have;	      /* bytes in `pdu` */
	uint16_t record;      /* of TLS: where the record in hand begins in `pdu` */
	uint32_t skip;	      /* bytes of the frame in hand that are still to come */
	uint8_t pdu[RDP_PDU]; /* as far as it came */
};

struct rdp {
	screen_say *say;
	void *ctx;
	uint64_t said[3];   /* words, of 3201, 3202, 3203 */
	uint32_t requested; /* security protocols, of the client */
	uint32_t selected;  /* of the server */
	bool request;	    /* the client's negotiation was read */
	bool confirm;	    /* the server's, */
	bool refused;	    /* which is a refusal */
	bool certificate;   /* `name` is in the certificate of the server */
	bool hashed;	    /* `hash` is that of the certificate */
	uint8_t hash[FINDING_CERTIFICATE];
	uint8_t nname;
	char name[FINDING_NAME]; /* under TLS: of the server, or the one that is asked for */
	struct rdp_side side[2]; /* of the client, of the server */
};

#endif
