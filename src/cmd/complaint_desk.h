/*
 * Where new complaints are taken in, by hand or from a file: each is matched
 * to calls, written with its request to be left alone, and that request told
 * to the running server, whose calls it stops at once. Runs in the process
 * that owns the data folder.
 */
#ifndef CMD_COMPLAINT_DESK_H
#define CMD_COMPLAINT_DESK_H

#include "base/arena.h"
#include "cmd/control.h"
#include "report/complaint_find.h"
#include "store/sqlite_reader.h"

enum { COMPLAINT_DESK_BATCH = 64 };

/* Of `telemark complaint`, all of it. */
struct complaint_options {
    const char *data, *country, *seller, *source, *encoding, *delimiter;
    const char *number, *about, *at, *shown, *name, *channel, *due, *id;
    const char *state, *outcome, *breach, *text, *html, *penalties;
    bool json, all, no_opt_out, open, force;
};

struct complaint_desk_case {
    struct complaint complaint; /* texts in the batch's arena */
    struct complaint_matches matches;
    struct seller_id seller;
    const char *seller_name;
    uint64_t row;
    bool again; /* it stood there already */
};

struct complaint_desk {
    struct control *c;
    struct arena arena, texts; /* as long as the desk; of a batch */
    struct tz_set zones;
    struct sqlite_reader *sqlite;
    struct reader reader;
    struct complaint_owns owns;
    size_t unread; /* campaigns whose plan cannot be read */
    struct seller_id seller;
    bool opt_out;
    int64_t file; /* 0: by hand */
    const char *file_name;
    struct complaint_desk_case *batch;
    size_t n;
    uint64_t cases, duplicates, opt_outs, matched;
    int64_t last_id;
    bool last_again;
};

/* On an error nothing needs to be closed. */
int complaint_desk_open(struct complaint_desk *d, struct control *c,
                        const struct complaint_options *o,
                        struct err *e) TM_MUST_CHECK;
void complaint_desk_close(struct complaint_desk *d);
/* Texts of c are copied. Writes when a batch is full. */
int complaint_desk_put(struct complaint_desk *d, const struct complaint *c,
                       uint64_t row, struct err *e) TM_MUST_CHECK;
int complaint_desk_flush(struct complaint_desk *d, struct err *e) TM_MUST_CHECK;

#endif
