/* The address of a data folder's control socket. */
#ifndef CMD_CONTROL_ADDRESS_H
#define CMD_CONTROL_ADDRESS_H

#include <sys/un.h>

/* Fills *addr for "DIR/control.sock". A folder whose path is too long for a
 * socket address is reached through *dir_fd, which the caller closes when it
 * is not -1 after bind or connect. Returns 0, or -1 with errno. */
int control_address(const char *dir, struct sockaddr_un *addr, int *dir_fd);

#endif
