#include "core/complaint/complaint_match.h"

#include "base/assert.h"
#include "base/civil.h"

#define X(name, text) text,
static const char *const grade_text[] = {COMPLAINT_GRADES(X)};
#undef X

/* How near in time, in the order of strength. */
enum near {
    NEAR_FAR,     /* days off */
    NEAR_UNKNOWN, /* the complaint tells no time */
    NEAR_DAYS,
    NEAR_DAY,
    NEAR_HOUR,
    NEAR_MINUTES,
};

static const int near_score[] = {0, 5, 2, 10, 20, 30};

const char *complaint_match_grade_text(enum complaint_grade g)
{
    tm_assert(g < COMPLAINT_GRADE_COUNT);
    return grade_text[g];
}

bool complaint_match_grade_parse(struct slice s, enum complaint_grade *out)
{
    for (unsigned i = 0; i < COMPLAINT_GRADE_COUNT; i++) {
        if (str_eq(s, grade_text[i])) {
            *out = (enum complaint_grade)i;
            return true;
        }
    }
    return false;
}

/* Microseconds between the call and the span that the complaint tells. */
static int64_t distance(const struct complaint *c,
                        const struct complaint_call *call)
{
    int64_t end_us =
        call->ended_us > call->at_us ? call->ended_us : call->at_us;
    if (end_us < c->at_us)
        return c->at_us - end_us;
    return call->at_us >= c->until_us ? call->at_us - c->until_us + 1 : 0;
}

static enum near nearness(const struct complaint *c,
                          const struct complaint_call *call)
{
    if (c->at_us == 0)
        return NEAR_UNKNOWN;
    int64_t d = distance(c, call);
    if (d > COMPLAINT_MATCH_REACH_US)
        return NEAR_FAR;
    if (d > CIVIL_DAY_US)
        return NEAR_DAYS;
    /* A date alone, or an unknown zone, does not tell an hour. */
    bool vague = c->until_us - c->at_us >= 12 * CIVIL_HOUR_US;
    if (d > CIVIL_HOUR_US || vague)
        return NEAR_DAY;
    return d > 5 * CIVIL_MINUTE_US || c->until_us - c->at_us > CIVIL_HOUR_US
               ? NEAR_HOUR
               : NEAR_MINUTES;
}

static void say(struct buf *b, const char *text)
{
    if (b->n > 0)
        buf_add_str(b, "; ");
    buf_add_str(b, text);
}

static unsigned area_code_of(uint64_t e164)
{
    return e164 / UINT64_C(10000000000) == 1
               ? (unsigned)(e164 / UINT64_C(10000000) % 1000)
               : 0;
}

static enum complaint_grade grade(bool same_number, int shown, int area,
                                  enum near near)
{
    if (same_number && shown >= 0 && near >= NEAR_HOUR)
        return COMPLAINT_EXACT;
    if (same_number && (near >= NEAR_DAY || near == NEAR_UNKNOWN))
        return COMPLAINT_LIKELY;
    if (same_number)
        return COMPLAINT_POSSIBLE;
    if (shown > 0 && area > 0 && near == NEAR_MINUTES)
        return COMPLAINT_LIKELY;
    /* The shown number alone fits thousands of calls: the time must tell. */
    if (shown > 0 && near >= NEAR_DAY)
        return area >= 0 ? COMPLAINT_POSSIBLE : COMPLAINT_NONE;
    return COMPLAINT_NONE;
}

/* 1 equal, -1 different, 0 one of them is not known. */
static int agree(uint64_t a, uint64_t b)
{
    return a == 0 || b == 0 ? 0 : a == b ? 1 : -1;
}

static void reasons(struct buf *b, bool same_number, int shown, int area,
                    enum near near)
{
    static const char *const text[] = {
        "days from the time told", "no time is told",
        "within three days of it", "within a day of the time told",
        "within an hour of it",    "at the minute told"};
    if (same_number)
        say(b, "this number was called");
    else
        say(b, area > 0   ? "same area code"
               : area < 0 ? "another area code"
                          : "the person's number is not told");
    if (shown != 0)
        say(b, shown > 0 ? "our number was shown" : "another number was shown");
    say(b, text[near]);
}

void complaint_match_score(const struct complaint *c,
                           const struct complaint_call *call,
                           struct complaint_match *out)
{
    int number = agree(c->complainant, call->e164);
    int shown = agree(c->shown, call->shown);
    int area = agree(c->area_code, area_code_of(call->e164));
    enum near near = nearness(c, call);
    *out = (struct complaint_match){.call = *call};
    struct buf b = {
        .p = out->why, .cap = sizeof(out->why), .max = sizeof(out->why) - 1};
    if (number < 0) {
        say(&b, "another number was called");
        return;
    }
    out->grade = near == NEAR_FAR ? COMPLAINT_NONE
                                  : grade(number > 0, shown, area, near);
    reasons(&b, number > 0, shown, area, near);
    tm_assert(!b.failed);
    if (out->grade == COMPLAINT_NONE)
        return;
    int score = (number > 0 ? 50 : 0) + near_score[near] +
                (shown > 0   ? 20
                 : shown < 0 ? -20
                             : 0) +
                (number == 0 && area > 0 ? 15 : 0);
    out->score = score < 1 ? 1 : score;
    tm_assert(out->score <= 100);
}

/* Better grade, then score, then the earlier attempt. */
static bool better(const struct complaint_match *a,
                   const struct complaint_match *b)
{
    if (a->grade != b->grade)
        return a->grade > b->grade;
    if (a->score != b->score)
        return a->score > b->score;
    return a->call.attempt.v < b->call.attempt.v;
}

void complaint_match_add(struct complaint_matches *m,
                         const struct complaint_match *one)
{
    if (one->grade == COMPLAINT_NONE)
        return;
    m->seen++;
    size_t at = m->n;
    while (at > 0 && better(one, &m->best[at - 1]))
        at--;
    if (at == COMPLAINT_MATCHES_MAX)
        return;
    if (m->n < COMPLAINT_MATCHES_MAX)
        m->n++;
    for (size_t i = m->n - 1; i > at; i--)
        m->best[i] = m->best[i - 1];
    m->best[at] = *one;
}

void complaint_match_end(struct complaint_matches *m, const struct complaint *c)
{
    if (c->complainant != 0 || m->n < 2 || m->best[1].grade < COMPLAINT_LIKELY)
        return;
    for (size_t i = 0; i < m->n; i++) {
        struct complaint_match *one = &m->best[i];
        struct buf b = {.p = one->why,
                        .cap = sizeof(one->why),
                        .max = sizeof(one->why) - 1};
        if (one->grade < COMPLAINT_LIKELY)
            break;
        one->grade = COMPLAINT_POSSIBLE;
        b.n = str_of(one->why).n;
        say(&b, "others fit as well");
    }
}
