/* "Was it lawful then?": joins the cases of complaints, and the estimate of
 * what they cost, to report/replay.h. The one place where they meet. */
#ifndef CMD_COMPLAINT_REPLAY_H
#define CMD_COMPLAINT_REPLAY_H

#include "report/complaint_case.h"
#include "report/replay.h"
#include "store/pack_archive.h"

struct complaint_replay {
    struct arena arena; /* zones */
    struct tz_set zones;
    struct pack_archive *sqlite_archive;
    struct archive archive;
    struct replay *replay;
    struct complaint_judge judge;
};

/* reader outlives it. On an error nothing needs to be closed. */
int complaint_replay_open(struct complaint_replay *r,
                          const struct data_dir *dir,
                          const struct reader *reader,
                          struct err *e) TM_MUST_CHECK;
void complaint_replay_close(struct complaint_replay *r);

#endif
