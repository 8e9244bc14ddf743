/*
 * What the law may cost: amounts a violation, and days to answer or to obey,
 * as data (files under rules/penalties, format in docs/complaints.md). An
 * amount that is not known is there as unknown: a gap is said, not hidden.
 *
 * Load once; the book is immutable, lives in the arena, any thread may read
 * it. Nothing here is legal advice: the amounts are ceilings and statutory
 * sums, not what a court or an authority would take.
 */
#ifndef CORE_COMPLAINT_PENALTY_H
#define CORE_COMPLAINT_PENALTY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/complaint/complaint.h"

enum {
    PENALTY_MAX = 256,
    PENALTY_DEADLINES_MAX = 64,
    PENALTY_PLACES_MAX = 32,
};

/* Where a section holds; a country holds for its subdivisions too. n 0:
 * everywhere. */
struct penalty_places {
    struct place_code place[PENALTY_PLACES_MAX];
    size_t n;
};

enum penalty_per {
    PENALTY_PER_VIOLATION, /* each call counts */
    PENALTY_PER_CASE,      /* one sum for all together */
};

struct penalty {
    const char *id;   /* "US-FTC-PEN" */
    const char *rule; /* id of the compliance facts; as id when not given */
    struct penalty_places places;
    const char *regime, *text, *citation, *certainty, *note;
    char currency[4]; /* "USD"; "" when unknown */
    bool unknown;     /* the amounts are not known */
    bool proposed;    /* a bill: shown, never summed */
    int64_t low, high;
    int turnover_percent; /* or so much of the turnover; 0 none */
    enum penalty_per per;
    uint32_t breaches;      /* bit per enum complaint_breach */
    uint32_t channels;      /* bit per channel, 0 all */
    unsigned repeat;        /* so many calls to one number ... */
    unsigned repeat_months; /* ... in so many months; 0: one is enough */
    unsigned years;         /* after which a claim is too late; 0 not known */
    struct civil_date from, to; /* days in force; year 0 no bound */
    const char *file;
    int line;
};

#define PENALTY_DUTIES(X)                                                      \
    X(PENALTY_ANSWER, "answer") /* tell the person or authority */             \
    X(PENALTY_HONOUR, "honour") /* stop the calls */

enum penalty_duty {
#define X(name, text) name,
    PENALTY_DUTIES(X)
#undef X
        PENALTY_DUTY_COUNT
};
const char *penalty_duty_text(enum penalty_duty d);

struct penalty_deadline {
    const char *id;
    struct penalty_places places;
    enum penalty_duty duty;
    uint32_t channels; /* bit per channel, 0 all; unknown counts as a call */
    int days;
    bool business;
    const char *text, *citation, *certainty;
    struct civil_date from, to;
};

struct penalty_book {
    const struct penalty *penalty;
    size_t penalties;
    const struct penalty_deadline *deadline;
    size_t deadlines;
};

/* TM_EINVAL: "FILE:LINE: what": unknown section, key or word, a sum that is
 * no number, a low above its high, a missing field, an id given twice with
 * overlapping dates. *out is set only on success. */
int penalty_load(struct arena *a, const char *file, struct slice text,
                 const struct penalty_book **out, struct err *e) TM_MUST_CHECK;

bool penalty_in_place(const struct penalty_places *p, struct place_code place);
bool penalty_in_force(struct civil_date from, struct civil_date to,
                      struct civil_date day);
/* Whether the section is for this kind of violation, there, by that channel,
 * on that day. An unknown channel is taken for a call. */
bool penalty_fits(const struct penalty *p, enum complaint_breach b,
                  struct place_code place, enum contact_channel channel,
                  struct civil_date day);

#endif
