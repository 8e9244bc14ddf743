/*
 * Which call a complaint means: a score for one attempt, with its grade and
 * the reasons in words. The best evidence is the number that was called; then
 * the number that was shown, the area code and the time.
 *
 * exact     that number was called within an hour of the time told
 * likely    that number was called within a day of it, or no time is told; or
 *           without a number: shown number, area code and minute agree
 * possible  some of it agrees; a person must look
 * none      it cannot be this call
 *
 * Pure, some nanoseconds; any thread. Misuse: a grade is no verdict.
 */
#ifndef CORE_COMPLAINT_COMPLAINT_MATCH_H
#define CORE_COMPLAINT_COMPLAINT_MATCH_H

#include <stddef.h>

#include "core/complaint/complaint.h"

#define COMPLAINT_GRADES(X)                                                    \
    X(COMPLAINT_NONE, "none")                                                  \
    X(COMPLAINT_POSSIBLE, "possible")                                          \
    X(COMPLAINT_LIKELY, "likely")                                              \
    X(COMPLAINT_EXACT, "exact")

enum complaint_grade {
#define X(name, text) name,
    COMPLAINT_GRADES(X)
#undef X
        COMPLAINT_GRADE_COUNT
};

const char *complaint_match_grade_text(enum complaint_grade g);
bool complaint_match_grade_parse(struct slice s, enum complaint_grade *out);

/* An attempt as far as matching goes. */
struct complaint_call {
    struct attempt_id attempt;
    struct seller_id seller;
    uint64_t e164;
    uint64_t shown;          /* caller ID of its campaign; 0 unknown */
    int64_t at_us, ended_us; /* placed or recorded; 0: not ended */
};

enum { COMPLAINT_MATCH_WHY_MAX = 160, COMPLAINT_MATCHES_MAX = 16 };

struct complaint_match {
    struct complaint_call call;
    enum complaint_grade grade;
    int score; /* 0 .. 100 */
    char why[COMPLAINT_MATCH_WHY_MAX];
};

/* How far from the time told a call may lie to be looked at all. */
#define COMPLAINT_MATCH_REACH_US (3 * CIVIL_DAY_US)

void complaint_match_score(const struct complaint *c,
                           const struct complaint_call *call,
                           struct complaint_match *out);

/* The best ones, best first; two that are equally good say so. */
struct complaint_matches {
    struct complaint_match best[COMPLAINT_MATCHES_MAX];
    size_t n;
    uint64_t seen; /* calls that were looked at and not ruled out */
};
void complaint_match_add(struct complaint_matches *m,
                         const struct complaint_match *one);
/* After the last one: without the person's number, several likely calls are
 * all only possible. */
void complaint_match_end(struct complaint_matches *m,
                         const struct complaint *c);

#endif
