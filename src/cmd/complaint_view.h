/* `telemark complaint show|list|watch`: what only reads. */
#ifndef CMD_COMPLAINT_VIEW_H
#define CMD_COMPLAINT_VIEW_H

#include "cmd/complaint_desk.h"

/* word: show, list or watch; id: of show. The exit code. */
int complaint_view(const char *word, int64_t id,
                   const struct complaint_options *o);

#endif
