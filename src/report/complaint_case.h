/*
 * One complaint as a case file: what came, the calls it may mean with what
 * the rules say of them, what happened, until when what is due. Read through
 * port/reader.h; shown as text, JSON or a page.
 *
 * Everything lives in the arena. Pure but for the ports.
 */
#ifndef REPORT_COMPLAINT_CASE_H
#define REPORT_COMPLAINT_CASE_H

#include "base/arena.h"
#include "base/json_out.h"
#include "core/complaint/complaint_due.h"
#include "port/reader.h"
#include "report/complaint_find.h"

/* Was the call lawful then? The answer of report/replay.h in short. */
enum complaint_judged {
    COMPLAINT_NOT_JUDGED, /* why says what is missing */
    COMPLAINT_JUDGED_LAWFUL,
    COMPLAINT_JUDGED_OTHERWISE,
};

struct complaint_verdict {
    enum complaint_judged judged;
    const char *sentence; /* of the rules, "" none */
    const char *why;      /* what is missing, or "" */
    const char *const *difference;
    size_t differences;
};

/* Asks for one attempt; the one place where replays are joined to cases. */
struct complaint_judge {
    void *self;
    int (*ask)(void *self, struct arena *a, const struct reader_attempt *call,
               struct complaint_verdict *out, struct err *e);
};

struct complaint_case_match {
    struct reader_complaint_match m;
    bool found; /* the attempt is still on file */
    struct reader_attempt a;
    const char *campaign;
    struct complaint_verdict verdict;
};

enum { COMPLAINT_CASE_MATCHES_MAX = COMPLAINT_MATCHES_MAX + 1 };

struct complaint_case {
    struct reader_complaint r;
    struct complaint_case_match match[COMPLAINT_CASE_MATCHES_MAX];
    size_t matches;
    struct reader_complaint_event *event;
    size_t events;
    struct complaint_due due[COMPLAINT_DUES_MAX];
    size_t dues;
    int64_t now_us;
};

struct complaint_case_input {
    const struct reader *reader;
    const struct complaint_owns *owns;
    const struct penalty_book *book;
    const struct complaint_days *days;
    const struct complaint_judge *judge; /* NULL: nobody to ask */
    int64_t now_us;
};

/* TM_ENOTFOUND: no such complaint. Only calls that are exact, likely or
 * settled, and at most three others, are judged. */
int complaint_case_read(const struct complaint_case_input *in, struct arena *a,
                        int64_t id, struct complaint_case *out,
                        struct err *e) TM_MUST_CHECK;

/* Fills progress and due of one row, as case_read does. */
size_t complaint_case_dues(const struct complaint_case_input *in,
                           const struct reader_complaint *r,
                           struct complaint_due out[COMPLAINT_DUES_MAX]);
/* A copy whose texts live in the arena. */
struct reader_complaint complaint_case_copy(const struct reader_complaint *r,
                                            struct arena *a);

#endif
