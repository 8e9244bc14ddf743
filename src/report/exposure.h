/*
 * What the complaints and violations on file could cost: findings, and for
 * each regime of the data file how many of them it is for and what that makes,
 * low and high. An estimate from statutory sums, no legal advice.
 *
 * Findings:
 *   complaint   a case that was closed as a violation
 *   replay      a call that the rules of then, asked again, would not allow
 *   opt_out     a call after the person asked to be left alone; there should
 *               be none, and the books are searched for it all the same
 *   abandoned   abandoned calls over the ceiling of the US (3 % of live
 *               answers in each 30 days of a campaign) or of Canada (5 % of
 *               calls placed in a calendar month): all of that period, those
 *               over it as sure. In the United Kingdom each one counts: no
 *               rate is safe there
 *   stale_list  a call by a national list of more than 31 days, when the rule
 *               on its age held for the call: neither lifted nor exempted
 * Only a case closed as a violation counts for the low sum, all else for the
 * high one. One call counts once for each regime.
 *
 * Cost: all complaints, a walk over the calls of all campaigns, a look-up for
 * each request to be left alone. Everything lives in the arena.
 *
 * Reference: 16 CFR 310.4(b)(1)(iv), (b)(4); 47 CFR 64.1200(a)(7); CRTC UTR
 * Part III; compliance facts, rows US-FTC-PEN, US-FCC-PEN, CA-PEN and others.
 */
#ifndef REPORT_EXPOSURE_H
#define REPORT_EXPOSURE_H

#include "report/complaint_case.h"

#define EXPOSURE_KINDS(X)                                                      \
    X(EXPOSURE_COMPLAINT, "complaint", "complaints closed as violations")      \
    X(EXPOSURE_REPLAY, "replay", "calls that a replay would not allow")        \
    X(EXPOSURE_OPT_OUT, "opt_out", "calls after a request to be left alone")   \
    X(EXPOSURE_ABANDONED, "abandoned", "abandoned calls over a ceiling")       \
    X(EXPOSURE_STALE, "stale_list", "calls by a list of more than 31 days")

enum exposure_kind {
#define X(name, word, text) name,
    EXPOSURE_KINDS(X)
#undef X
        EXPOSURE_KIND_COUNT
};
const char *exposure_kind_text(enum exposure_kind k);
const char *exposure_kind_word(enum exposure_kind k);

struct exposure_finding {
    enum exposure_kind kind;
    enum complaint_breach breach;
    struct place_code place;
    enum contact_channel channel;
    int64_t at_us;
    uint64_t e164;             /* 0 unknown */
    struct attempt_id attempt; /* 0: no call is known */
    int64_t complaint;         /* 0: none */
    bool sure;                 /* else it may be none */
    int calls; /* to this number within 12 months of it, as far as we know;
                  -1: no number */
};

/* One regime. */
struct exposure_row {
    const struct penalty *penalty;
    uint64_t low_n, high_n; /* violations that count */
    uint64_t late;          /* too long ago to be claimed */
    uint64_t single;        /* only one call, where more are needed */
    int64_t low, high;      /* whole units; 0 when unknown */
};

struct exposure_total {
    char currency[4];
    int64_t low, high;
};

enum { EXPOSURE_TOTALS_MAX = 16, EXPOSURE_GAPS_MAX = 64 };

/* A place with findings but no section, or none with a known amount. */
struct exposure_gap {
    struct place_code place;
    uint64_t findings;
};

struct exposure {
    struct exposure_finding *finding;
    size_t findings;
    uint64_t kinds[EXPOSURE_KIND_COUNT], sure[EXPOSURE_KIND_COUNT];
    struct exposure_row *row; /* that some finding falls under */
    size_t rows;
    struct exposure_total total[EXPOSURE_TOTALS_MAX];
    size_t totals;
    struct exposure_gap gap[EXPOSURE_GAPS_MAX];
    size_t gaps;
    uint64_t undecided; /* complaints in the period without an outcome */
    uint64_t replayed, not_replayable;
    int64_t from_us, until_us, now_us;
};

struct exposure_input {
    struct complaint_case_input base;
    int64_t from_us, until_us; /* [from, until) of the calls; until 0: now */
    bool replay_all;           /* else only the calls that complaints mean */
};

int exposure_read(const struct exposure_input *in, struct arena *a,
                  struct exposure *out, struct err *e) TM_MUST_CHECK;

#endif
