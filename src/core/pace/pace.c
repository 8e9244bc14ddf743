#include "core/pace/pace.h"

static const char *const limit_text[] = {
#define X(name, text) text,
    PACE_LIMIT_TABLE(X)
#undef X
};

const char *pace_limit_text(enum pace_limit l)
{
    tm_assert((size_t)l < tm_array_len(limit_text));
    return limit_text[l];
}

void pace_init(struct pace *p, enum pace_mode mode, unsigned calls_max,
               uint64_t calls_per_1000s)
{
    tm_assert(calls_max > 0 && calls_per_1000s > 0);
    int64_t interval_us = (int64_t)(UINT64_C(1000000000) / calls_per_1000s);
    *p = (struct pace){.mode = mode,
                       .calls_max = calls_max,
                       .interval_us = interval_us < 1 ? 1 : interval_us,
                       .due_us = INT64_MIN / 2};
}

/* Calls whose regular instant is not further ahead than the tolerance. */
static unsigned by_rate(const struct pace *p, int64_t now_us)
{
    int64_t due_us = p->due_us < now_us ? now_us : p->due_us;
    int64_t ahead_us = now_us + PACE_TOLERANCE_US - due_us;
    if (ahead_us < 0)
        return 0;
    return (unsigned)(ahead_us / p->interval_us) + 1;
}

unsigned pace_now(const struct pace *p, const struct pace_input *in,
                  enum pace_limit *why)
{
    tm_assert(p->interval_us > 0);
    *why = PACE_FREE;
    if (p->mode == PACE_ORDERED && in->order == 0) {
        *why = PACE_ORDER;
        return 0;
    }
    if (in->calls >= p->calls_max) {
        *why = PACE_CALLS_MAX;
        return 0;
    }
    unsigned n = p->calls_max - in->calls;
    if (in->room == 0) {
        *why = PACE_ROOM;
        return 0;
    }
    n = n < in->room ? n : in->room;
    unsigned rate = by_rate(p, in->now_us);
    if (rate == 0) {
        *why = PACE_RATE;
        return 0;
    }
    n = n < rate ? n : rate;
    return p->mode == PACE_ORDERED && in->order < n ? in->order : n;
}

void pace_started(struct pace *p, int64_t now_us)
{
    int64_t due_us = p->due_us < now_us ? now_us : p->due_us;
    p->due_us = due_us + p->interval_us;
}

int64_t pace_next_us(const struct pace *p)
{
    return p->due_us - PACE_TOLERANCE_US;
}
