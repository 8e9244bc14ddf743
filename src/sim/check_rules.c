#include "sim/check_rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/campaign/campaign.h"
#include "core/campaign/disposition.h"
#include "sim/check_inside.h"

const char *check_rules_kind_text(enum check_rules_kind k)
{
    static const char *const TEXT[] = {
#define X(name, text) text,
        CHECK_RULES_KINDS(X)
#undef X
    };
    tm_assert(k < CHECK_RULES_KIND_COUNT);
    return TEXT[k];
}

void check_rules_find(struct check_rules *c, enum check_rules_kind k,
                      const char *fmt, ...)
{
    if (c->counts.findings < CHECK_RULES_KEPT) {
        struct check_rules_finding *f = &c->finding[c->counts.findings];
        f->kind = k;
        f->record = c->now;
        va_list ap;
        va_start(ap, fmt);
        (void)vsnprintf(f->text, sizeof f->text, fmt, ap);
        va_end(ap);
    }
    c->counts.findings++;
    c->counts.of_kind[k]++;
}

void check_rules_add(struct check_rules *c, enum check_rules_kind k,
                     uint64_t record, const char *text)
{
    uint64_t now = c->now;
    c->now = record;
    check_rules_find(c, k, "%s", text);
    c->now = now;
}

uint64_t check_rules_key(uint64_t kind, int64_t a, uint64_t b)
{
    return rng_mix(rng_mix(kind * 31 + (uint64_t)a) ^ b) | 1;
}

/* --- looking up -------------------------------------------------------------
 */

const struct check_campaign *check_rules_campaign(struct check_rules *c,
                                                  struct campaign_id id)
{
    uint64_t at = 0;
    if (id.v == 0 || !map_get(&c->campaigns, (uint64_t)id.v, &at))
        return NULL;
    return &c->world->campaign[at - 1];
}

const struct check_lead *check_rules_lead(struct check_rules *c,
                                          struct lead_id id)
{
    uint64_t at = 0;
    if (id.v == 0 || !map_get(&c->leads, (uint64_t)id.v, &at))
        return NULL;
    return at <= c->world->leads ? &c->world->lead[at - 1]
                                 : c->made[at - 1 - c->world->leads];
}

void check_rules_add_lead(struct check_rules *c, const struct check_lead *l)
{
    if (check_rules_lead(c, l->id) != NULL)
        return;
    if (c->mades == c->made_cap) {
        c->made_cap = 2 * c->made_cap + 16;
        c->made = mem_resize(c->made, c->made_cap * sizeof *c->made);
    }
    c->made[c->mades++] = l;
    map_set(&c->leads, (uint64_t)l->id.v, c->world->leads + c->mades);
}

struct check_period *check_rules_period(struct check_rules *c,
                                        const struct check_campaign *k)
{
    return &c->period[k - c->world->campaign];
}

struct check_member *check_rules_member(struct check_rules *c,
                                        const struct record *r)
{
    uint64_t key = check_rules_key(1, r->campaign.v, (uint64_t)r->lead.v);
    uint64_t at = 0;
    if (map_get(&c->members, key, &at))
        return &c->member[at - 1];
    if (c->membered == c->member_cap) {
        c->member_cap = c->member_cap == 0 ? 64 : 2 * c->member_cap;
        c->member = mem_resize(c->member, c->member_cap * sizeof *c->member);
    }
    struct check_member *m = &c->member[c->membered++];
    memset(m, 0, sizeof *m);
    map_set(&c->members, key, c->membered);
    return m;
}

struct check_try *check_rules_try(struct check_rules *c, const struct record *r)
{
    uint64_t at = 0;
    if (r->attempt.v == 0 || !map_get(&c->tries, (uint64_t)r->attempt.v, &at))
        return NULL;
    return &c->try[at - 1];
}

/* --- life of the checker
 * ------------------------------------------------------- */

static uint64_t hash_key(const uint8_t hash[JOURNAL_NUMBER_SIZE])
{
    uint64_t key = 0;
    memcpy(&key, hash, sizeof key);
    return key | 1;
}

static void learn_lead(struct check_rules *c, size_t i)
{
    const struct check_lead *l = &c->world->lead[i];
    tm_assert(l->id.v > 0);
    map_set(&c->leads, (uint64_t)l->id.v, i + 1);
    for (size_t k = 0; k < l->phones && c->world->salt != NULL; k++) {
        uint8_t hash[JOURNAL_NUMBER_SIZE];
        journal_number(c->world->salt, l->phone[k].e164, hash);
        map_set(&c->hashes, hash_key(hash), l->phone[k].e164);
    }
}

struct check_rules *check_rules_new(const struct check_world *w)
{
    struct check_rules *c = mem_alloc(sizeof *c);
    c->world = w;
    struct map *maps[] = {&c->campaigns, &c->leads,     &c->hashes,   &c->tries,
                          &c->of_lead,   &c->of_number, &c->members,  &c->gone,
                          &c->up,        &c->incoming,  &c->called_us};
    for (size_t i = 0; i < tm_array_len(maps); i++)
        map_init(maps[i]);
    c->period = mem_alloc((w->campaigns + 1) * sizeof *c->period);
    for (size_t i = 0; i < w->campaigns; i++) {
        tm_assert(w->campaign[i].id.v > 0);
        map_set(&c->campaigns, (uint64_t)w->campaign[i].id.v, i + 1);
        c->period[i].first_us = w->campaign[i].first_call_us;
        c->period[i].number = -1;
    }
    for (size_t i = 0; i < w->leads; i++)
        learn_lead(c, i);
    return c;
}

void check_rules_free(struct check_rules *c)
{
    if (c == NULL)
        return;
    struct map *maps[] = {&c->campaigns, &c->leads,     &c->hashes,   &c->tries,
                          &c->of_lead,   &c->of_number, &c->members,  &c->gone,
                          &c->up,        &c->incoming,  &c->called_us};
    for (size_t i = 0; i < tm_array_len(maps); i++)
        map_fini(maps[i]);
    mem_free(c->period);
    mem_free(c->made);
    mem_free(c->member);
    mem_free(c->try);
    mem_free(c);
}

/* --- records
 * -------------------------------------------------------------------- */

static void check_time(struct check_rules *c, const struct record *r)
{
    if (r->kind == RECORD_RESTART || r->kind == RECORD_CLOCK)
        c->restarted = true;
    if (r->at_us < c->last_us && !(c->restarted && c->world->clock_starts_over))
        check_rules_find(c, CHECK_BOOKS, "time goes back by %lld us",
                         (long long)(c->last_us - r->at_us));
    if (r->kind != RECORD_RESTART && r->kind != RECORD_CLOCK)
        c->restarted = false;
    c->last_us = r->at_us;
}

static void check_campaign_state(struct check_rules *c, const struct record *r)
{
    const struct check_campaign *k = check_rules_campaign(c, r->campaign);
    if (k == NULL) {
        check_rules_find(c, CHECK_BOOKS, "campaign %lld is not of this world",
                         (long long)r->campaign.v);
        return;
    }
    struct check_period *p = check_rules_period(c, k);
    p->stated = true;
    p->running = r->state == CAMPAIGN_RUNNING;
    if (r->state == CAMPAIGN_FINISHED && p->up > 0)
        check_rules_find(c, CHECK_BOOKS,
                         "campaign %lld is finished with %zu calls up",
                         (long long)k->id.v, p->up);
}

/* A request to be left alone counts from here on, for the number and for the
 * person, whichever of the seller's campaigns heard it. */
static void check_opt_out(struct check_rules *c, const struct record *r)
{
    c->counts.opt_outs++;
    struct check_try *t = check_rules_try(c, r);
    if (t != NULL) {
        t->opted_out = true;
        t->served = true;
        if (r->e164 != 0 && r->e164 != t->e164)
            check_rules_find(c, CHECK_BOOKS,
                             "opt-out of another number than attempt %lld's",
                             (long long)r->attempt.v);
    }
    uint64_t e164 = r->e164 != 0 ? r->e164 : t != NULL ? t->e164 : 0;
    if (e164 == 0) {
        check_rules_find(c, CHECK_BOOKS, "opt-out of no number");
        return;
    }
    map_set(&c->gone, check_rules_key(2, r->seller.v, e164), 1);
    if (r->lead.v != 0)
        map_set(&c->gone, check_rules_key(3, r->seller.v, (uint64_t)r->lead.v),
                1);
}

/* Calls to us are nothing that the law counts; what they asked for holds. */
static bool is_incoming(struct check_rules *c, const struct record *r)
{
    bool known =
        r->attempt.v > 0 && map_get(&c->incoming, (uint64_t)r->attempt.v, NULL);
    if (r->kind == RECORD_INCOMING && r->attempt.v > 0) {
        if (known || check_rules_try(c, r) != NULL)
            check_rules_find(c, CHECK_BOOKS, "call %lld to us comes twice",
                             (long long)r->attempt.v);
        map_set(&c->incoming, (uint64_t)r->attempt.v, 1);
        if (r->lead.v > 0)
            map_set(&c->called_us, (uint64_t)r->lead.v, 1);
        return true;
    }
    if (!known || r->kind == RECORD_LEAD)
        return false;
    if (r->kind == RECORD_OPT_OUT)
        check_opt_out(c, r);
    if (r->kind == RECORD_ATTEMPT || r->kind == RECORD_PLACED)
        check_rules_find(c, CHECK_UNLAWFUL, "call %lld to us is dialled",
                         (long long)r->attempt.v);
    if (r->kind == RECORD_ENDED && (r->live || r->abandoned))
        check_rules_find(c, CHECK_BOOKS,
                         "call %lld to us is counted as one of ours",
                         (long long)r->attempt.v);
    return true;
}

void check_rules_record(struct check_rules *c, const struct record *r)
{
    tm_assert(c != NULL && r != NULL && r->kind < RECORD_COUNT);
    c->now++;
    c->counts.records++;
    check_time(c, r);
    if (is_incoming(c, r))
        return;
    switch (r->kind) {
    case RECORD_CAMPAIGN: check_campaign_state(c, r); break;
    case RECORD_VERDICT: check_judge_verdict(c, r); break;
    case RECORD_ATTEMPT: check_call_attempt(c, r); break;
    case RECORD_PLACED: check_call_placed(c, r); break;
    case RECORD_OPT_OUT:
        check_call_event(c, r);
        check_opt_out(c, r);
        break;
    case RECORD_RINGING:
    case RECORD_ANSWERED:
    case RECORD_DIALOG:
    case RECORD_ANSWER:
    case RECORD_BRIDGED:
    case RECORD_CALLBACK: check_call_event(c, r); break;
    case RECORD_ENDED: check_call_ended(c, r); break;
    case RECORD_LEAD: check_call_lead(c, r); break;
    case RECORD_DISPOSITION:
        if (r->state == (int)DISPOSITION_MACHINE)
            check_call_machine(c, r);
        break;
    case RECORD_CLOCK:
    case RECORD_IMPORT:
    case RECORD_RESTART:
    case RECORD_LEDGER:
    case RECORD_HOLD:
    case RECORD_ERASED:
    case RECORD_CORRECTED:
    case RECORD_EXPORTED:
    case RECORD_AGENT:
    case RECORD_STAFF:
    case RECORD_INCOMING:
    case RECORD_COUNT: break;
    }
}

void check_rules_entry(struct check_rules *c, const struct journal_entry *e)
{
    struct record r = e->record;
    uint64_t e164 = 0;
    if (e->has_number && !map_get(&c->hashes, hash_key(e->number), &e164)) {
        e164 = 1; /* nobody's */
        check_rules_find(c, CHECK_BOOKS, "a number nobody has in this world");
    }
    r.e164 = e164;
    check_rules_record(c, &r);
}

void check_rules_finish(struct check_rules *c)
{
    c->now = 0;
    for (size_t i = 0; i < c->tried; i++) {
        if (!c->try[i].ended)
            check_rules_find(c, CHECK_BOOKS, "attempt %lld never ended",
                             (long long)c->try[i].id.v);
    }
    size_t owed = 0;
    for (size_t i = 0; i < c->membered; i++)
        owed += c->member[i].owed ? 1 : 0;
    if (owed > 0)
        check_rules_find(c, CHECK_BOOKS,
                         "%zu leads were called and have no next step", owed);
}

bool check_rules_one_each(const struct check_rules *c, struct attempt_id a)
{
    uint64_t at = 0;
    if (a.v <= 0 || !map_get(&c->tries, (uint64_t)a.v, &at))
        return false;
    return c->try[at - 1].one_each;
}

struct check_rules_counts check_rules_counts(const struct check_rules *c)
{
    return c->counts;
}

const struct check_rules_finding *
check_rules_finding(const struct check_rules *c, size_t i)
{
    tm_assert(i < c->counts.findings && i < CHECK_RULES_KEPT);
    return &c->finding[i];
}
