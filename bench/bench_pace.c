/*
 * Ways of pacing (core/pace/policy.h) on a bare floor: agents, lines and
 * people drawn from a scenario's distributions, without law, lists or carrier.
 * Prints a line for each policy: talk minutes an agent-hour, abandoned calls
 * of live answers, runs over the limit, dials, and the time of a decision.
 *
 *     bench_pace [--seeds N] [--policy NAME[:key=value,...]]...
 *                [--set key=value]... [FILE]
 *
 * FILE is a scenario of the format of telemark simulate, as far as the keys
 * below go; --set comes after it. Without arguments: a small floor for a day.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/kv.h"
#include "base/rng.h"
#include "core/pace/policy.h"
#include "sim/distribution.h"

enum {
    LINES_MAX = 60000,
    HEAP_MAX = 200000,
    AGENTS_MAX = 2000,
    CHANGES_MAX = 64,
    POLICIES_MAX = 16,
};

static const int64_t S = 1000000;

/* --- scenario --------------------------------------------------------------*/

enum what { SET_P, SET_TALK, LOGOUT, LOGIN };

struct change {
    int64_t at_s; /* of the day, from its beginning */
    enum what what;
    double x;         /* answer rate, factor, agents */
    int64_t spread_s; /* within which agents leave or come */
    int64_t notice_s; /* that the platform gets */
};

struct scenario {
    double agents, days, hours, p_human, p_machine, p_busy, timeout, hold;
    double short_frac, short_mean;
    struct distribution ring, mach, busy, talk, wrap;
    struct change change[CHANGES_MAX];
    int changes;
    char name[64];
};

static void scenario_init(struct scenario *c)
{
    *c = (struct scenario){
        .agents = 25,
        .days = 5,
        .hours = 8,
        .p_human = 0.20,
        .p_machine = 0.40,
        .p_busy = 0.10,
        .timeout = 26,
        .hold = 2,
        .short_mean = 8,
        .ring = distribution_of("tri 6 9.5 18"),
        .mach = distribution_of("uniform 16 24"),
        .busy = distribution_of("uniform 2 5"),
        .talk = distribution_of("lognormal 45 0.9 4 1200"),
        .wrap = distribution_of("gamma 15 0.6 4 300"),
        .name = "own",
    };
}

static void die(const char *what, struct slice text)
{
    (void)fprintf(stderr, "bench_pace: %s: %.*s\n", what, (int)text.n, text.p);
    exit(2);
}

static double number(struct slice text)
{
    double x = 0.0;
    if (!str_double(text, &x))
        die("not a number", text);
    return x;
}

static int64_t clock_s(struct slice text)
{
    struct slice minutes, hours = str_cut(text, ':', &minutes);
    return (int64_t)(number(hours) - 9.0) * 3600 +
           (int64_t)number(minutes) * 60;
}

static struct slice word(struct slice *rest)
{
    struct slice more, one = str_cut(str_trim(*rest), ' ', &more);
    *rest = str_trim(more);
    return one;
}

static struct change *add_change(struct scenario *c, enum what what,
                                 int64_t at_s, double x)
{
    if (c->changes == CHANGES_MAX)
        die("too many changes", str_of(c->name));
    struct change *n = &c->change[c->changes++];
    *n = (struct change){.at_s = at_s, .what = what, .x = x};
    return n;
}

/* "09:40 logout 8 5 0 09:50", "11:00 p 0.35" and so on. */
static void at_line(struct scenario *c, struct slice text)
{
    int64_t at_s = clock_s(word(&text));
    struct slice what = word(&text);
    double x = number(word(&text));
    if (str_eq(what, "p")) {
        (void)add_change(c, SET_P, at_s, x);
    } else if (str_eq(what, "talk")) {
        (void)add_change(c, SET_TALK, at_s, x);
    } else if (str_eq(what, "login")) {
        add_change(c, LOGIN, at_s, x)->spread_s = (int64_t)number(word(&text));
    } else if (str_eq(what, "logout")) {
        struct change *n = add_change(c, LOGOUT, at_s, x);
        n->spread_s = (int64_t)number(word(&text));
        n->notice_s = (int64_t)number(word(&text));
        if (!str_eq(text, "never"))
            (void)add_change(c, LOGIN, clock_s(text), x);
    } else {
        die("this change is not simulated here", what);
    }
}

static void set_key(struct scenario *c, struct slice key, struct slice value)
{
    const struct {
        const char *key;
        double *to;
    } numbers[] = {
        {"agents", &c->agents},         {"days", &c->days},
        {"hours", &c->hours},           {"p_human", &c->p_human},
        {"p_machine", &c->p_machine},   {"p_busy", &c->p_busy},
        {"ring_timeout", &c->timeout},  {"hold", &c->hold},
        {"short_frac", &c->short_frac}, {"short_mean", &c->short_mean},
    };
    const struct {
        const char *key;
        struct distribution *to;
    } draws[] = {{"ring", &c->ring},
                 {"mach_t", &c->mach},
                 {"busy_t", &c->busy},
                 {"talk", &c->talk},
                 {"wrap", &c->wrap}};
    struct err e = {0};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (str_eq(key, numbers[i].key)) {
            *numbers[i].to = number(value);
            return;
        }
    for (size_t i = 0; i < sizeof draws / sizeof draws[0]; i++)
        if (str_eq(key, draws[i].key)) {
            if (distribution_parse(value, draws[i].to, &e) != 0)
                die("no distribution", value);
            return;
        }
    if (str_eq(key, "name"))
        (void)str_copy(c->name, sizeof c->name, value);
    else if (str_eq(key, "at"))
        at_line(c, value);
    else if (!str_eq(key, "amd") || number(value) < 1.0)
        die("this key is not simulated here", key);
}

static void scenario_read(struct scenario *c, const char *path)
{
    static char text[65536];
    FILE *in = fopen(path, "r");
    if (in == NULL)
        die("cannot read", str_of(path));
    size_t n = fread(text, 1, sizeof text, in);
    (void)fclose(in);
    struct kv_reader r;
    struct kv_line line;
    struct err e = {0};
    kv_open(&r, path, str_range(text, n));
    int rc;
    while ((rc = kv_next(&r, &line, &e)) > 0)
        set_key(c, line.key, line.value);
    if (rc < 0 || n == sizeof text)
        die("cannot read", str_of(path));
}

/* --- the floor -------------------------------------------------------------*/

enum kind { LINE_END, TALK_END, WRAP_END, WAIT_END, CHANGE, COME, GO, TICK };

struct event {
    int64_t at;
    uint64_t order;
    enum kind kind;
    int who;
    uint32_t life;
};

struct line {
    int64_t born, mark;
    uint32_t life;
    bool used, human;
};

enum state { OFF, IDLE, TALK, WRAP };

struct agent {
    enum state state;
    bool goes; /* when what he does is over */
    int64_t mark;
};

struct floor {
    const struct scenario *c;
    struct event heap[HEAP_MAX];
    int events;
    uint64_t order;
    struct line line[LINES_MAX];
    int spare[LINES_MAX], spares;
    int queue[HEAP_MAX]; /* lines in order of birth */
    uint32_t queue_life[HEAP_MAX];
    int head, tail, lines;
    struct agent agent[AGENTS_MAX];
    int idle[AGENTS_MAX], idles; /* longest first */
    int talking, signed_in, leaving;
    int waiting[LINES_MAX], waits, waited;
    int64_t now;
    double p, machine, busy, talk_factor;
    struct rng calls, talks, moves;
    struct policy policy;
    uint64_t live, lost, dials, day_live, day_lost;
    double talk_s, decide_s, agent_s;
    uint64_t decisions;
};

static bool before(const struct event *a, const struct event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(struct floor *f, int64_t at, enum kind kind, int who,
                 uint32_t life)
{
    tm_assert(f->events < HEAP_MAX);
    struct event e = {at, f->order++, kind, who, life};
    int i = f->events++;
    while (i > 0 && before(&e, &f->heap[(i - 1) / 2])) {
        f->heap[i] = f->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    f->heap[i] = e;
}

static struct event pop(struct floor *f)
{
    struct event top = f->heap[0], e = f->heap[--f->events];
    int i = 0;
    for (;;) {
        int c = 2 * i + 1;
        if (c >= f->events)
            break;
        if (c + 1 < f->events && before(&f->heap[c + 1], &f->heap[c]))
            c++;
        if (!before(&f->heap[c], &e))
            break;
        f->heap[i] = f->heap[c];
        i = c;
    }
    f->heap[i] = e;
    return top;
}

static int64_t draw(const struct distribution *d, struct rng *r)
{
    return (int64_t)(distribution_draw(d, r) * 1e6);
}

static void dial(struct floor *f)
{
    tm_assert(f->spares > 0);
    const struct scenario *c = f->c;
    int id = f->spare[--f->spares];
    struct line *l = &f->line[id];
    *l = (struct line){.born = f->now, .life = l->life + 1, .used = true};
    double u = rng_unit(&f->calls);
    int64_t timeout = (int64_t)(c->timeout * 1e6), after = timeout;
    if (u < f->p) {
        after = draw(&c->ring, &f->calls);
        l->human = after < timeout;
    } else if (u < f->p + f->machine) {
        after = draw(&c->mach, &f->calls);
    } else if (u < f->p + f->machine + f->busy) {
        after = draw(&c->busy, &f->calls);
    }
    after = after < timeout ? after : timeout;
    push(f, f->now + after, LINE_END, id, l->life);
    f->queue[f->tail] = id;
    f->queue_life[f->tail] = l->life;
    f->tail = (f->tail + 1) % HEAP_MAX;
    f->lines++;
    f->dials++;
    l->mark = predictive_dialled(&f->policy.facts, f->now);
}

/* Whether the head of the queue still is the line that was put there. */
static bool is_oldest(const struct floor *f, int id)
{
    return f->line[id].used && f->line[id].life == f->queue_life[f->head];
}

static void drop_line(struct floor *f, int id, enum lasting_end how)
{
    struct line *l = &f->line[id];
    predictive_line_ended(&f->policy.facts, f->now, l->mark, how);
    l->used = false;
    f->lines--;
    f->spare[f->spares++] = id;
    while (f->head != f->tail && !is_oldest(f, f->queue[f->head]))
        f->head = (f->head + 1) % HEAP_MAX;
}

static void settle(struct floor *f, bool lost)
{
    f->live++;
    f->day_live++;
    f->lost += lost;
    f->day_lost += lost;
    predictive_settled(&f->policy.facts, lost);
}

static void take(struct floor *f)
{
    const struct scenario *c = f->c;
    int a = f->idle[0];
    memmove(f->idle, f->idle + 1, (size_t)(--f->idles) * sizeof f->idle[0]);
    int64_t t;
    if (rng_unit(&f->talks) < c->short_frac) {
        struct distribution brief = {.kind = DISTRIBUTION_EXP,
                                     .mean = c->short_mean};
        t = 4 * S + draw(&brief, &f->talks);
    } else {
        t = (int64_t)((double)draw(&c->talk, &f->talks) * f->talk_factor);
    }
    f->talk_s += (double)t / 1e6;
    push(f, f->now + t, TALK_END, a, 0);
    f->agent[a].state = TALK;
    f->agent[a].mark = predictive_talk(&f->policy.facts, f->now);
    f->talking++;
    settle(f, false);
}

static void answered(struct floor *f, int id)
{
    drop_line(f, id, LASTING_GOAL);
    if (f->idles > 0) {
        take(f);
        return;
    }
    f->waiting[f->waits++] = f->waited;
    push(f, f->now + (int64_t)(f->c->hold * 1e6), WAIT_END, f->waited++, 0);
}

static void leave(struct floor *f, int a)
{
    if (f->agent[a].goes)
        f->leaving--;
    f->agent[a] = (struct agent){.state = OFF};
    f->signed_in--;
}

static void freed(struct floor *f, int a)
{
    if (f->agent[a].goes) {
        leave(f, a);
        return;
    }
    f->agent[a].state = IDLE;
    f->idle[f->idles++] = a;
    if (f->waits > 0) {
        memmove(f->waiting, f->waiting + 1,
                (size_t)(--f->waits) * sizeof f->waiting[0]);
        take(f);
    }
}

static void come(struct floor *f, int a)
{
    if (f->agent[a].state != OFF) {
        f->leaving -= f->agent[a].goes;
        f->agent[a].goes = false;
        return;
    }
    f->signed_in++;
    freed(f, a);
}

static void go(struct floor *f, int a)
{
    struct agent *g = &f->agent[a];
    if (g->state == OFF || g->goes)
        return;
    if (g->state != IDLE) {
        g->goes = true;
        f->leaving++;
        return;
    }
    int i = 0;
    while (f->idle[i] != a)
        i++;
    f->idles--;
    memmove(f->idle + i, f->idle + i + 1,
            (size_t)(f->idles - i) * sizeof f->idle[0]);
    leave(f, a);
}

/* The agents of the highest numbers go and come. */
static void apply(struct floor *f, const struct change *n)
{
    if (n->what == SET_P) {
        double others = (1.0 - n->x) / (1.0 - f->c->p_human);
        f->p = n->x;
        f->machine = f->c->p_machine * others;
        f->busy = f->c->p_busy * others;
    } else if (n->what == SET_TALK) {
        f->talk_factor = n->x;
    } else {
        int last = (int)f->c->agents - 1;
        for (int i = 0; i < (int)n->x && i <= last; i++) {
            double in_s = rng_unit(&f->moves) * (double)n->spread_s;
            push(f, f->now + (int64_t)(in_s * 1e6),
                 n->what == LOGIN ? COME : GO, last - i, 0);
        }
    }
}

/* --- deciding --------------------------------------------------------------*/

/* What is left of the window of all days, and of this one. */
struct hours {
    int64_t begin, stop; /* of dialling today */
    int64_t later_us;    /* dialling time of the days to come */
};

static void obey(struct floor *f, const struct predictive_order *order)
{
    for (unsigned i = 0; i < order->withdraw && f->head != f->tail; i++) {
        int id = f->queue[f->head];
        if (f->now - f->line[id].born < 15 * S)
            break;
        drop_line(f, id, LASTING_BROKEN_OFF);
    }
    for (unsigned i = 0; i < order->dial; i++)
        dial(f);
}

static void decide(struct floor *f, const struct hours *h)
{
    int64_t today = h->stop - f->now;
    struct policy_view v = {
        .now = {.now_us = f->now,
                .idle = (unsigned)f->idles,
                .waiting = (unsigned)f->waits,
                .agents = (unsigned)f->signed_in,
                .leaving = (unsigned)f->leaving,
                .window = {f->live, f->lost, h->later_us + today}},
        .ringing = (unsigned)f->lines,
        .talking = (unsigned)f->talking,
        .day_live = f->day_live,
        .day_lost = f->day_lost,
        .day_left = (double)today / (double)(h->stop - h->begin),
    };
    struct predictive_order order;
    struct timespec a, b;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    policy_decide(&f->policy, &v, &order);
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    f->decide_s +=
        (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    f->decisions++;
    obey(f, &order);
}

static void wait_end(struct floor *f, int who)
{
    for (int i = 0; i < f->waits; i++) {
        if (f->waiting[i] == who) {
            f->waits--;
            memmove(f->waiting + i, f->waiting + i + 1,
                    (size_t)(f->waits - i) * sizeof f->waiting[0]);
            settle(f, true);
            return;
        }
    }
}

static void talk_end(struct floor *f, int a)
{
    struct predictive *facts = &f->policy.facts;
    predictive_talk_ended(facts, f->now, f->agent[a].mark, LASTING_GOAL);
    f->agent[a].state = WRAP;
    f->agent[a].mark = predictive_wrap(facts, f->now);
    f->talking--;
    push(f, f->now + draw(&f->c->wrap, &f->talks), WRAP_END, a, 0);
}

static void step(struct floor *f, const struct event *e, const struct hours *h)
{
    struct line *l = &f->line[e->kind == LINE_END ? e->who : 0];
    switch (e->kind) {
    case LINE_END:
        if (!l->used || l->life != e->life)
            return;
        if (l->human)
            answered(f, e->who);
        else
            drop_line(f, e->who, LASTING_OTHER);
        return;
    case WAIT_END: wait_end(f, e->who); return;
    case TALK_END: talk_end(f, e->who); return;
    case WRAP_END:
        predictive_wrap_ended(&f->policy.facts, f->now, f->agent[e->who].mark,
                              LASTING_GOAL);
        freed(f, e->who);
        return;
    case CHANGE: apply(f, &f->c->change[e->who]); return;
    case COME: come(f, e->who); return;
    case GO: go(f, e->who); return;
    case TICK:
        f->agent_s += f->signed_in * 0.25;
        if (f->now < h->stop) {
            decide(f, h);
            push(f, f->now + PREDICTIVE_TICK_US, TICK, 0, 0);
        }
        return;
    }
}

static void run_day(struct floor *f, const struct hours *h)
{
    f->now = h->begin;
    f->idles = f->waits = f->signed_in = f->leaving = 0;
    f->day_live = f->day_lost = 0;
    f->p = f->c->p_human;
    f->machine = f->c->p_machine;
    f->busy = f->c->p_busy;
    f->talk_factor = 1.0;
    for (int a = 0; a < (int)f->c->agents; a++) {
        f->agent[a] = (struct agent){.state = OFF};
        come(f, a);
    }
    for (int i = 0; i < f->c->changes; i++)
        push(f, h->begin + f->c->change[i].at_s * S, CHANGE, i, 0);
    push(f, h->begin, TICK, 0, 0);
    while (f->events > 0) {
        struct event e = pop(f);
        f->now = e.at;
        step(f, &e, h);
    }
    tm_assert(f->lines == 0);
}

static void run(struct floor *f, const struct scenario *c,
                const struct policy_params *params, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    f->c = c;
    rng_init(&f->calls, seed, "calls");
    rng_init(&f->talks, seed, "talks");
    rng_init(&f->moves, seed, "moves");
    for (int i = 0; i < LINES_MAX; i++)
        f->spare[f->spares++] = i;
    struct predictive_setup setup = {.limit = 0.03,
                                     .hold_us = (int64_t)(c->hold * 1e6),
                                     .withdraw_us = 15 * S};
    int64_t first = INT64_C(1795453200) * S;
    int64_t day = (int64_t)(c->hours * 3600e6), dialling = day - 45 * S;
    policy_init(&f->policy, params, &setup, first, seed);
    for (int d = 0; d < (int)c->days; d++) {
        int64_t begin = first + d * 86400 * S;
        struct hours h = {begin, begin + dialling,
                          ((int64_t)c->days - 1 - d) * dialling};
        run_day(f, &h);
    }
}

static void compare(const struct scenario *c, const char *name, uint64_t seeds)
{
    static struct floor f;
    struct policy_params params;
    struct err e = {0};
    if (policy_parse(str_of(name), &params, &e) != 0)
        die(e.text, str_of(name));
    double talk = 0, lost = 0, dials = 0, s = 0;
    uint64_t decisions = 0;
    unsigned over = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        run(&f, c, &params, seed);
        double hours = c->agents * c->hours * c->days;
        hours = c->changes > 0 ? f.agent_s / 3600.0 : hours;
        double share = f.live > 0 ? 100.0 * (double)f.lost / (double)f.live : 0;
        talk += f.talk_s / 60.0 / hours;
        dials += (double)f.dials / hours;
        lost += share;
        over += share > 3.0;
        s += f.decide_s;
        decisions += f.decisions;
    }
    double n = (double)seeds;
    (void)printf("%-10s %4.0f agents, p %.2f, %2.0f days  %-34s %6.2f min/h "
                 "%6.3f %% lost, %u of %u over, %5.0f dials/h, %5.2f us\n",
                 c->name, c->agents, c->p_human, c->days, name, talk / n,
                 lost / n, over, (unsigned)seeds, dials / n,
                 s / (double)decisions * 1e6);
}

struct asked {
    const char *policies[POLICIES_MAX];
    int n;
    uint64_t seeds;
};

/* Files and settings; those of --set stand above any file. */
static void read_arguments(int argc, char **argv, struct asked *a,
                           struct scenario *c)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--policy") == 0) {
            if (a->n == POLICIES_MAX)
                die("too many policies", str_of(value));
            a->policies[a->n++] = value;
            i++;
        } else if (strcmp(argv[i], "--seeds") == 0) {
            if (!str_u64(str_of(value), &a->seeds) || a->seeds == 0)
                die("not a number of seeds", str_of(value));
            i++;
        } else if (strcmp(argv[i], "--set") == 0) {
            i++;
        } else {
            scenario_read(c, argv[i]);
        }
    }
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--set") == 0) {
            struct slice to, key = str_cut(str_of(argv[i + 1]), '=', &to);
            set_key(c, str_trim(key), str_trim(to));
        }
    }
}

int main(int argc, char **argv)
{
    struct asked a = {.policies = {"progressive", "power:r=2",
                                   "vicidial:mode=tapered", "erlang_b",
                                   "credit", "predictive"},
                      .seeds = 1};
    struct scenario c;
    scenario_init(&c);
    if (argc == 1) {
        c.days = 1;
        c.agents = 10;
    }
    read_arguments(argc, argv, &a, &c);
    if (c.agents < 1 || c.agents > AGENTS_MAX || c.days < 1 || c.hours <= 0.1)
        die("agents, days or hours out of bounds", str_of(c.name));
    for (int i = 0; i < (a.n > 0 ? a.n : 6); i++)
        compare(&c, a.policies[i], a.seeds);
    return 0;
}
