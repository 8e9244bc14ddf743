/* Asks a running server, through its control socket, about a campaign. */
#ifndef CMD_WHY_LIVE_H
#define CMD_WHY_LIVE_H

#include "base/arena.h"
#include "report/why_idle.h"

/* *out says server = false when none runs or its answer is not understood.
 * Texts live in the arena. */
void why_live_ask(const char *dir, const char *campaign, struct arena *a,
                  struct why_live *out);

#endif
