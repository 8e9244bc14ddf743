/* The user's side of the control socket (protocol: cmd/control.h). */
#ifndef CMD_CONTROL_CLIENT_H
#define CMD_CONTROL_CLIENT_H

#include "cmd/command.h"

/* A connected descriptor, or -1 when no server listens in the folder. */
int control_client_connect(const char *dir);

/* Sends the command, prints what comes back, returns its exit code. Closes
 * fd. */
int control_client_run(int fd, const struct command *c, const char *cwd,
                       int argc, char **argv);

#endif
