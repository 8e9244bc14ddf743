#include "sim/check_agents.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "core/campaign/campaign.h"
#include "sim/check_agents_inside.h"

const char *check_agents_kind_text(enum check_agents_kind k)
{
    static const char *const text[] = {
#define X(name, text) text,
        CHECK_AGENTS_KINDS(X)
#undef X
    };
    tm_assert(k < CHECK_AGENTS_KIND_COUNT);
    return text[k];
}

void check_agents_find(struct check_agents *c, enum check_agents_kind k,
                       const char *fmt, ...)
{
    if (c->findings < CHECK_AGENTS_KEPT) {
        struct check_agents_finding *f = &c->finding[c->findings];
        f->kind = k;
        f->record = c->now;
        va_list ap;
        va_start(ap, fmt);
        (void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
        va_end(ap);
    }
    c->findings++;
}

/* --- the books ---------------------------------------------------------- */

static void *grow(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return p;
    *cap = 2 * *cap + 64;
    return mem_resize(p, *cap * size);
}

struct check_agents_call *check_agents_call(const struct check_agents *c,
                                            struct attempt_id id)
{
    uint64_t at = 0;
    if (id.v <= 0 || !map_get(&c->calls, (uint64_t)id.v, &at))
        return NULL;
    return &c->call[at - 1];
}

struct check_agents_call *check_agents_new_call(struct check_agents *c,
                                                struct attempt_id id)
{
    tm_assert(id.v > 0 && check_agents_call(c, id) == NULL);
    c->call = grow(c->call, c->calls_n, &c->call_cap, sizeof(*c->call));
    struct check_agents_call *k = &c->call[c->calls_n++];
    memset(k, 0, sizeof(*k));
    k->id = id;
    map_set(&c->calls, (uint64_t)id.v, c->calls_n);
    return k;
}

struct check_agents_member *check_agents_member(struct check_agents *c,
                                                struct lead_id id)
{
    uint64_t at = 0;
    tm_assert(id.v > 0);
    if (map_get(&c->members, (uint64_t)id.v, &at))
        return &c->member[at - 1];
    c->member =
        grow(c->member, c->members_n, &c->member_cap, sizeof(*c->member));
    struct check_agents_member *m = &c->member[c->members_n++];
    memset(m, 0, sizeof(*m));
    m->id = id;
    map_set(&c->members, (uint64_t)id.v, c->members_n);
    return m;
}

bool check_agents_knows(const struct check_agents *c, struct lead_id id)
{
    return map_get(&c->members, (uint64_t)id.v, NULL);
}

struct check_agents_man *check_agents_man(struct check_agents *c,
                                          struct agent_id id)
{
    uint64_t at = 0;
    tm_assert(id.v > 0);
    if (map_get(&c->men, (uint64_t)id.v, &at))
        return &c->man[at - 1];
    c->man = grow(c->man, c->men_n, &c->man_cap, sizeof(*c->man));
    struct check_agents_man *m = &c->man[c->men_n++];
    memset(m, 0, sizeof(*m));
    m->id = id;
    m->state = AGENT_OFF;
    map_set(&c->men, (uint64_t)id.v, c->men_n);
    return m;
}

/* --- life of the checker ------------------------------------------------ */

struct check_agents *check_agents_new(const struct check_floor *w)
{
    struct check_agents *c = mem_alloc(sizeof(*c));
    c->w = *w;
    map_init(&c->calls);
    map_init(&c->members);
    map_init(&c->men);
    for (size_t i = 0; i < w->leads; i++)
        (void)check_agents_member(c, w->lead[i]);
    return c;
}

void check_agents_free(struct check_agents *c)
{
    if (c == NULL)
        return;
    map_fini(&c->calls);
    map_fini(&c->members);
    map_fini(&c->men);
    mem_free(c->call);
    mem_free(c->member);
    mem_free(c->man);
    mem_free(c->caller);
    mem_free(c);
}

static void stepped(struct check_agents *c)
{
    for (size_t i = 0; i < c->calls_n; i++)
        c->call[i].stepped = c->call[i].stepped || !c->call[i].ended;
    c->quiet_us = c->now_us;
}

static bool is_of_people(const struct check_agents *c, const struct record *r)
{
    return r->campaign.v == 0 || r->campaign.v == c->w.campaign.v ||
           (c->w.second != NULL && r->campaign.v == c->w.second->campaign.v);
}

const struct check_floor *check_agents_of(const struct check_agents *c,
                                          struct campaign_id id)
{
    bool second = c->w.second != NULL && id.v == c->w.second->campaign.v;
    return second ? c->w.second : &c->w;
}

void check_agents_record(struct check_agents *c, const struct record *r)
{
    c->now++;
    if (r->at_us < c->now_us) { /* the clock was set back */
        c->now_us = r->at_us;
        stepped(c);
    }
    check_agents_quiet(c, r->at_us);
    if (r->kind != RECORD_RESTART) /* a crash takes what was told last along */
        check_agents_caller_idle(c, r->at_us);
    check_agents_cover(c, r->at_us);
    check_agents_kept(c, r->at_us);
    c->now_us = r->at_us;
    if (r->kind == RECORD_CLOCK)
        stepped(c);
    else if (r->kind == RECORD_RESTART)
        check_agents_restart(c, r);
    else if (r->kind == RECORD_AGENT)
        check_agents_moved(c, r);
    else if (r->kind == RECORD_STAFF)
        check_agents_leg(c, r);
    if (!is_of_people(c, r))
        return;
    if (r->kind == RECORD_CAMPAIGN) {
        bool runs = r->state == CAMPAIGN_RUNNING;
        if (check_agents_of(c, r->campaign) == &c->w)
            c->running = runs;
        else
            c->second_running = runs;
        c->quiet_us = r->at_us;
        c->running_us = r->at_us;
    } else if (r->kind == RECORD_ATTEMPT) {
        check_agents_attempt(c, r);
    } else if (r->kind == RECORD_INCOMING) {
        check_agents_caller_begin(c, r);
    } else if (r->kind == RECORD_PLACED || r->kind == RECORD_RINGING ||
               r->kind == RECORD_ANSWERED) {
        check_agents_event(c, r);
    } else if (r->kind == RECORD_BRIDGED) {
        check_agents_bridged(c, r);
    } else if (r->kind == RECORD_ENDED) {
        check_agents_ended(c, r);
    } else if (r->kind == RECORD_DISPOSITION) {
        check_agents_disposed(c, r);
    } else if (r->kind == RECORD_OPT_OUT) {
        check_agents_opt_out(c, r);
    } else if (r->kind == RECORD_LEAD) {
        check_agents_next_step(c, r);
    } else if (r->kind == RECORD_VERDICT) {
        c->quiet_us = r->at_us;
    } else if (r->kind == RECORD_CALLBACK) {
        struct check_agents_call *k = check_agents_call(c, r->attempt);
        c->sums.callbacks++;
        if (k != NULL)
            k->callback = true;
    }
}

void check_agents_finish(struct check_agents *c, int64_t now_us)
{
    c->now = 0;
    c->now_us = now_us;
    check_agents_at_end(c);
    check_agents_callers_at_end(c);
    check_agents_people(c);
    check_agents_budget(c);
    const struct check_agents_sums *s = &c->sums;
    if (s->attempts != s->ended || c->open != 0)
        check_agents_find(c, CHECK_SUMS, "%llu attempts and %llu ends",
                          (unsigned long long)s->attempts,
                          (unsigned long long)s->ended);
    /* An INVITE that left just before a crash has no record. */
    if (s->restarts == 0 && s->invites > 0 && s->invites != s->placed)
        check_agents_find(
            c, CHECK_SUMS, "%llu INVITEs and %llu records of them",
            (unsigned long long)s->invites, (unsigned long long)s->placed);
    if (s->placed > s->attempts || s->answered > s->placed ||
        s->live > s->answered || s->abandoned > s->live)
        check_agents_find(
            c, CHECK_SUMS,
            "%llu attempts, %llu placed, %llu answered, %llu "
            "live, %llu abandoned",
            (unsigned long long)s->attempts, (unsigned long long)s->placed,
            (unsigned long long)s->answered, (unsigned long long)s->live,
            (unsigned long long)s->abandoned);
}

struct check_agents_pace *check_agents_pace(struct check_agents *c,
                                            struct campaign_id id)
{
    return &c->pace[check_agents_of(c, id) == &c->w ? 0 : 1];
}

void check_agents_window(const struct check_agents *c, struct campaign_id of,
                         int64_t from_us, int64_t to_us,
                         struct check_agents_lost *out)
{
    *out = (struct check_agents_lost){0};
    for (size_t i = 0; i < c->calls_n; i++) {
        const struct check_agents_call *k = &c->call[i];
        if (!k->ended || k->ended_us < from_us || k->ended_us >= to_us ||
            k->campaign.v != of.v)
            continue;
        out->live += k->live ? 1 : 0;
        out->abandoned += k->abandoned ? 1 : 0;
    }
}

const struct check_agents_sums *check_agents_sums(const struct check_agents *c)
{
    return &c->sums;
}

uint64_t check_agents_findings(const struct check_agents *c)
{
    return c->findings;
}

const struct check_agents_finding *
check_agents_finding(const struct check_agents *c, size_t i)
{
    tm_assert(i < c->findings && i < CHECK_AGENTS_KEPT);
    return &c->finding[i];
}
