/*
 * The server's side of the control socket: a thread that accepts, and one
 * thread a connection, so that a long import does not hold up `campaign
 * pause`. Commands that write share the store's one writing connection, which
 * puts them in order.
 */
#ifndef CMD_CONTROL_SERVER_H
#define CMD_CONTROL_SERVER_H

#include "cmd/control.h"

struct control_listener;

/* Listens in the house's folder; what remained there of a dead server is
 * removed (the folder's lock is ours). house, clock and server outlive it. */
int control_server_start(struct house *house, const struct clock_port *clock,
                         const struct control_server *server,
                         struct control_listener **out,
                         struct err *e) TM_MUST_CHECK;
/* Stops accepting, waits for commands under way. NULL is fine. */
void control_server_stop(struct control_listener *l);

#endif
