#include "report/sim_series.h"

#include <string.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/map.h"

/* Of a call: in the air, or answered at an instant, or with an agent. */
enum { IN_THE_AIR = 1, SERVED = 2 };

struct sim_series_recorder {
    struct sim_series_window w;
    struct sim_series sum; /* agent-seconds and so on, until the end */
    struct map call;       /* attempt -> IN_THE_AIR, SERVED, or answered_us */
    struct map caller;     /* attempt of who called us -> answered_us, or
                              IN_THE_AIR before it, or SERVED */
    struct map agent;      /* agent -> his state + 1 */
    int64_t now_us;        /* counted up to here */
    double counted[AGENT_STATE_COUNT]; /* agents in each state */
    double air;
    bool told; /* answers are told, not taken from records */
};

struct sim_series_recorder *sim_series_new(const struct sim_series_window *w)
{
    tm_assert(w->day_us > 0 && w->days > 0);
    struct sim_series_recorder *s = mem_alloc(sizeof(*s));
    s->w = *w;
    s->now_us = w->start_us;
    map_init(&s->call);
    map_init(&s->caller);
    map_init(&s->agent);
    return s;
}

void sim_series_free(struct sim_series_recorder *s)
{
    if (s == NULL)
        return;
    map_fini(&s->call);
    map_fini(&s->caller);
    map_fini(&s->agent);
    mem_free(s);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Adds n times the seconds from..to to the parts of the first day. */
static void spread(const struct sim_series_recorder *s, int64_t from_us,
                   int64_t to_us, double n, double part[SIM_SERIES_POINTS])
{
    int64_t part_us = s->w.day_us / SIM_SERIES_POINTS;
    from_us = later(from_us - s->w.start_us, 0);
    to_us = sooner(to_us - s->w.start_us, part_us * SIM_SERIES_POINTS);
    while (from_us < to_us) {
        int64_t i = from_us / part_us;
        int64_t end_us = sooner((i + 1) * part_us, to_us);
        part[i] += n * (double)(end_us - from_us) / 1e6;
        from_us = end_us;
    }
}

static void move(struct sim_series_recorder *s, int64_t now_us)
{
    if (now_us <= s->now_us)
        return;
    if (s->now_us < s->w.start_us + s->w.day_us) {
        for (int i = 0; i < AGENT_STATE_COUNT; i++)
            if (s->counted[i] > 0)
                spread(s, s->now_us, now_us, s->counted[i], s->sum.agents[i]);
        if (s->air > 0)
            spread(s, s->now_us, now_us, s->air, s->sum.air);
    }
    s->now_us = now_us;
}

/* The part of the whole run, nights left out. */
static size_t part_of_run(const struct sim_series_recorder *s, int64_t at_us)
{
    int64_t since = later(at_us - s->w.start_us, 0);
    int64_t day = since / CIVIL_DAY_US;
    int64_t into = sooner(since % CIVIL_DAY_US, s->w.day_us - 1);
    double share =
        ((double)day + (double)into / (double)s->w.day_us) / s->w.days;
    size_t i = (size_t)(share * SIM_SERIES_POINTS);
    return i < SIM_SERIES_POINTS ? i : SIM_SERIES_POINTS - 1;
}

static void answer(struct sim_series_recorder *s, const struct record *r,
                   double lost)
{
    size_t i = part_of_run(s, r->at_us);
    if (s->told)
        return;
    s->sum.live[i] += 1;
    s->sum.lost[i] += lost;
}

void sim_series_answers(struct sim_series_recorder *s, int64_t at_us,
                        uint64_t live, uint64_t lost)
{
    size_t i = part_of_run(s, at_us);
    if (!s->told) {
        memset(s->sum.live, 0, sizeof(s->sum.live));
        memset(s->sum.lost, 0, sizeof(s->sum.lost));
        s->told = true;
    }
    s->sum.live[i] += (double)live;
    s->sum.lost[i] += (double)lost;
}

static void call(struct sim_series_recorder *s, const struct record *r)
{
    uint64_t key = (uint64_t)r->attempt.v, was = 0;
    bool known = map_get(&s->call, key, &was);
    if (r->kind == RECORD_PLACED && !known) {
        map_set(&s->call, key, IN_THE_AIR);
        s->air += 1;
        return;
    }
    if (!known)
        return;
    if (was == IN_THE_AIR && r->kind != RECORD_RINGING)
        s->air -= 1;
    if (r->kind == RECORD_ANSWERED && was == IN_THE_AIR) {
        map_set(&s->call, key, (uint64_t)r->at_us);
    } else if (r->kind == RECORD_BRIDGED && was != SERVED) {
        spread(s, r->at_us - r->ring_ms * 1000, r->at_us, 1, s->sum.waiting);
        answer(s, r, 0);
        map_set(&s->call, key, SERVED);
    } else if (r->kind == RECORD_ENDED) {
        if (r->abandoned && was != SERVED)
            answer(s, r, 1);
        if (r->abandoned && was > SERVED)
            spread(s, (int64_t)was, r->at_us, 1, s->sum.waiting);
        (void)map_remove(&s->call, key);
    }
}

/* Somebody called us: waits from the answer (his greeting over) until an agent
 * or his end. Is he none: false. */
static bool caller(struct sim_series_recorder *s, const struct record *r)
{
    uint64_t key = (uint64_t)r->attempt.v, was = 0;
    if (r->kind == RECORD_INCOMING) {
        map_set(&s->caller, key, IN_THE_AIR);
        s->sum.any_callers = true;
        return true;
    }
    if (!map_get(&s->caller, key, &was))
        return false;
    if (r->kind == RECORD_ANSWERED && was == IN_THE_AIR) {
        map_set(&s->caller, key, (uint64_t)r->at_us);
    } else if (r->kind == RECORD_BRIDGED && was != SERVED) {
        spread(s, r->at_us - r->ring_ms * 1000, r->at_us, 1, s->sum.callers);
        map_set(&s->caller, key, SERVED);
    } else if (r->kind == RECORD_ENDED) {
        if (was > SERVED)
            spread(s, (int64_t)was, r->at_us, 1, s->sum.callers);
        (void)map_remove(&s->caller, key);
    }
    return true;
}

static void agent(struct sim_series_recorder *s, const struct record *r)
{
    uint64_t was = 0, key = (uint64_t)r->agent.v;
    tm_assert(r->state >= 0 && r->state < AGENT_STATE_COUNT);
    if (map_get(&s->agent, key, &was))
        s->counted[was - 1] -= 1;
    s->counted[r->state] += 1;
    map_set(&s->agent, key, (uint64_t)r->state + 1);
}

void sim_series_add(struct sim_series_recorder *s, const struct record *r)
{
    switch ((int)r->kind) {
    case RECORD_INCOMING:
    case RECORD_PLACED:
    case RECORD_RINGING:
    case RECORD_ANSWERED:
    case RECORD_BRIDGED:
    case RECORD_ENDED:
        move(s, r->at_us);
        if (r->attempt.v > 0 && !caller(s, r))
            call(s, r);
        return;
    case RECORD_AGENT:
        move(s, r->at_us);
        if (r->agent.v > 0)
            agent(s, r);
        return;
    default: return;
    }
}

void sim_series_end(struct sim_series_recorder *s, struct sim_series *out)
{
    double part_s = (double)(s->w.day_us / SIM_SERIES_POINTS) / 1e6;
    move(s, s->w.start_us + s->w.day_us);
    *out = s->sum;
    out->day_h = (double)s->w.day_us / 3600e6;
    out->days = s->w.days;
    for (size_t i = 0; i < SIM_SERIES_POINTS; i++) {
        for (int k = 0; k < AGENT_STATE_COUNT; k++)
            out->agents[k][i] /= part_s;
        out->air[i] /= part_s;
        out->waiting[i] /= part_s;
        out->callers[i] /= part_s;
        if (i > 0) {
            out->live[i] += out->live[i - 1];
            out->lost[i] += out->lost[i - 1];
        }
    }
}
