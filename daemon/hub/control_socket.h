/* control_socket.h - the socket file at which the daemon can be asked.
 *
 * Knows: its path, and whether the file there is still the one that it made. Owns the listening
 * descriptor and the file. Called by hub/control. Never takes a connection.
 *
 * Another daemon with the same directory puts its file in the place of ours; then we stay silent
 * and leave it alone.
 */
#ifndef SEGAUDIT_CONTROL_SOCKET_H
#define SEGAUDIT_CONTROL_SOCKET_H

#include <sys/types.h>

struct control_socket {
	char path[108]; /* as long as an address can be; "": none was asked for */
	int fd;		/* -1: does not listen */
	dev_t dev;	/* of the file */
	ino_t ino;
	int said; /* -errno that was said of it; 0: none */
};

/* Listens at DIR/control, in the place of what was left there; 0660. 0 or -errno, which was said;
 * -ENOENT for an empty DIR, which was not. */
int control_socket_open(struct control_socket *s, const char *dir);

/* Makes it anew where that failed, or where the file is gone. */
void control_socket_tick(struct control_socket *s);

/* Takes the file away, if it is still ours. */
void control_socket_close(struct control_socket *s);

#endif
