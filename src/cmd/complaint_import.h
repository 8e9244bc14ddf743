/* `telemark complaint import`: a file of complaints, CSV or JSON, becomes
 * cases. Streams CSV; JSON is read whole (64 MiB at most). */
#ifndef CMD_COMPLAINT_IMPORT_H
#define CMD_COMPLAINT_IMPORT_H

#include "cmd/complaint_desk.h"

/* Exit code of the command. */
int complaint_import(struct control *c, const char *file,
                     const struct complaint_options *o);

#endif
