/* table.c - a row for each protocol. Where two are only likely, the first row is the answer.
 * Behind a row that confirms no other is asked: the frequent ones are first. */
#include "recognise/rows.h"

static const struct recogniser rows[] = {
	/* What is frequent. */
	{ look_dns, APP_DNS, .stream = true, .datagrams = true, .name = name_dns },
	{ look_tls, APP_TLS, .stream = true, .name = name_tls },
	{ look_http, APP_HTTP, .stream = true, .name = name_http },
	{ look_quic, APP_QUIC, .datagrams = true, .name = name_quic },
	{ look_ssh, APP_SSH, .stream = true },
	{ look_smtp, APP_SMTP, .stream = true },
	{ look_smb, APP_SMB, .stream = true },
	{ look_rdp, APP_RDP, .stream = true },
	{ look_dhcp, APP_DHCP, .datagrams = true },
	{ look_ntp, APP_NTP, .datagrams = true, .name = name_ntp },
	{ look_snmp, APP_SNMP, .datagrams = true, .name = name_snmp },
	{ look_ldap, APP_LDAP, .stream = true, .datagrams = true },
	{ look_kerberos, APP_KERBEROS, .stream = true, .datagrams = true },

	/* Services. */
	{ look_http2, APP_HTTP2, .stream = true },
	{ look_mssql, APP_MSSQL, .stream = true },
	{ look_mysql, APP_MYSQL, .stream = true },
	{ look_oracle, APP_ORACLE, .stream = true },
	{ look_postgresql, APP_POSTGRESQL, .stream = true },
	{ look_rpc, APP_NFS, .stream = true, .datagrams = true, .name = name_rpc },
	{ look_tftp, APP_TFTP, .datagrams = true },
	{ look_iscsi, APP_ISCSI, .stream = true },
	{ look_radius, APP_RADIUS, .datagrams = true, .name = name_radius },
	{ look_ftp, APP_FTP, .stream = true },
	{ look_pop3, APP_POP3, .stream = true },
	{ look_imap, APP_IMAP, .stream = true },
	{ look_telnet, APP_TELNET, .stream = true },
	{ look_rsync, APP_RSYNC, .stream = true },
	{ look_sip, APP_SIP, .stream = true, .datagrams = true },
	{ look_syslog, APP_SYSLOG, .stream = true, .datagrams = true, .name = name_syslog },
	{ look_lpd, APP_LPD, .stream = true },
	{ look_s7, APP_S7, .stream = true },
	{ look_modbus, APP_MODBUS, .stream = true },
	{ look_h323, APP_H323, .stream = true },

	/* Screens and remote tools. */
	{ look_rfb, APP_VNC, .stream = true },
	{ look_ica, APP_ICA, .stream = true },
	{ look_cgp, APP_CGP, .stream = true },
	{ look_spice, APP_SPICE, .stream = true },
	{ look_x11, APP_X11, .stream = true },
	{ look_rdpeudp, APP_RDPEUDP, .datagrams = true },
	{ look_pcoip, APP_PCOIP, .datagrams = true },
	{ look_teamviewer, APP_TEAMVIEWER, .stream = true, .datagrams = true },
	{ look_rustdesk, APP_RUSTDESK, .stream = true, .datagrams = true },
	{ look_nomachine, APP_NOMACHINE, .stream = true },
	{ look_radmin, APP_RADMIN, .stream = true },

	/* Tunnels, and what is known by less. */
	{ look_socks, APP_SOCKS, .stream = true },
	{ look_dtls, APP_DTLS, .datagrams = true },
	{ look_stun, APP_STUN, .stream = true, .datagrams = true },
	{ look_ike, APP_IKE, .datagrams = true },
	{ look_openvpn, APP_OPENVPN, .stream = true, .datagrams = true },
	{ look_wireguard, APP_WIREGUARD, .datagrams = true },
	{ look_esp, APP_ESP, .datagrams = true },
};

_Static_assert(sizeof rows / sizeof *rows <= 128, "recognition.out has a bit for each");

size_t
recognise_rows(void)
{
	return sizeof rows / sizeof *rows;
}

const struct recogniser *
recognise_row(size_t i)
{
	return &rows[i];
}
