/* rows.h - the functions of table.c's rows, each in the file of its family. They look at both sides
 * of a talk, which they borrow (recognise.h).
 */
#ifndef SEGAUDIT_ROWS_H
#define SEGAUDIT_ROWS_H

#include "recognise/recognise.h"

enum sure look_ssh(const struct talk *t);

enum sure look_mssql(const struct talk *t);
enum sure look_mysql(const struct talk *t);
enum sure look_oracle(const struct talk *t);
enum sure look_postgresql(const struct talk *t);

enum sure look_esp(const struct talk *t);
enum sure look_ike(const struct talk *t);
enum sure look_modbus(const struct talk *t);
enum sure look_openvpn(const struct talk *t);
enum sure look_stun(const struct talk *t);
enum sure look_wireguard(const struct talk *t);
enum sure look_http(const struct talk *t);
uint8_t name_http(const struct talk *t);
enum sure look_http2(const struct talk *t);
/* TLS and QUIC, and what the names in them tell. */
enum sure look_tls(const struct talk *t);
uint8_t name_tls(const struct talk *t);
enum sure look_dtls(const struct talk *t);
enum sure look_quic(const struct talk *t);
/* Screens and remote tools. */
enum sure look_rdp(const struct talk *t);
enum sure look_s7(const struct talk *t);
enum sure look_h323(const struct talk *t);
enum sure look_rfb(const struct talk *t);
enum sure look_ica(const struct talk *t);
enum sure look_cgp(const struct talk *t);
enum sure look_spice(const struct talk *t);
enum sure look_x11(const struct talk *t);
enum sure look_rdpeudp(const struct talk *t);
enum sure look_pcoip(const struct talk *t);
enum sure look_teamviewer(const struct talk *t);
enum sure look_rustdesk(const struct talk *t);
enum sure look_nomachine(const struct talk *t);
enum sure look_radmin(const struct talk *t);
uint8_t name_quic(const struct talk *t);
/* Files and directories. */
enum sure look_smb(const struct talk *t);
enum sure look_rpc(const struct talk *t);
uint8_t name_rpc(const struct talk *t);
enum sure look_tftp(const struct talk *t);
enum sure look_iscsi(const struct talk *t);
enum sure look_dns(const struct talk *t);
uint8_t name_dns(const struct talk *t);
enum sure look_dhcp(const struct talk *t);
enum sure look_ntp(const struct talk *t);
uint8_t name_ntp(const struct talk *t);
enum sure look_snmp(const struct talk *t);
uint8_t name_snmp(const struct talk *t);
enum sure look_ldap(const struct talk *t);
enum sure look_kerberos(const struct talk *t);
enum sure look_radius(const struct talk *t);
uint8_t name_radius(const struct talk *t);
enum sure look_socks(const struct talk *t);
enum sure look_smtp(const struct talk *t);
enum sure look_ftp(const struct talk *t);
enum sure look_pop3(const struct talk *t);
enum sure look_imap(const struct talk *t);
enum sure look_telnet(const struct talk *t);
enum sure look_rsync(const struct talk *t);
enum sure look_sip(const struct talk *t);
enum sure look_syslog(const struct talk *t);
uint8_t name_syslog(const struct talk *t);
enum sure look_lpd(const struct talk *t);

#endif
