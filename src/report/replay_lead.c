#include "report/replay_lead.h"

#include <string.h>

#include "core/lead/lead_ledger.h"

/* --- the list's part ------------------------------------------------------*/

static void drop_later(struct replay_lead *o, struct civil_date *d)
{
    struct civil_date today = civil_of_us(o->at_us).date;
    if (d->year != 0 && civil_date_cmp(*d, today) > 0) {
        *d = (struct civil_date){0};
        o->later_dates = true;
    }
}

/* Takes out what came from the ledgers, which are read anew, and what became
 * known after the instant. */
static void strip(struct replay_lead *o)
{
    struct lead *l = &o->lead;
    size_t n = 0;
    for (size_t i = 0; i < l->consents; i++) {
        struct lead_consent *c = &l->consent[i];
        if (c->ledger != 0) {
            continue;
        }
        if (c->revoked_us > o->at_us) {
            c->revoked_us = 0;
        }
        l->consent[n++] = *c;
    }
    l->consents = n;
    l->revocations = 0;
    for (size_t i = 0; i < l->phones; i++) {
        struct lead_phone *p = &l->phone[i];
        *p = (struct lead_phone){.e164 = p->e164, .type = p->type};
    }
    drop_later(o, &l->last_transaction);
    drop_later(o, &l->last_inquiry);
    drop_later(o, &l->last_gift);
    l->contract_start = l->contract_end = (struct civil_date){0};
    l->member = l->ever_customer = TRI_UNKNOWN;
    l->terminated_us = 0;
    l->tries = 0;
    l->fields = 0; /* their texts end with the visit */
}

static int take_lead(void *arg, const struct reader_lead *from)
{
    struct replay_lead *o = arg;
    o->lead = *from->lead;
    o->imported_us = from->imported_us;
    o->found = true;
    strip(o);
    return 0;
}

/* --- ledgers and requests -------------------------------------------------*/

static bool is_late(const struct replay_lead *o, struct seller_id seller,
                    int64_t from_us)
{
    for (size_t i = 0; i < o->lates; i++) {
        if (o->late[i].from_us == from_us && o->late[i].seller.v == seller.v) {
            return true;
        }
    }
    return false;
}

static void note_late(struct replay_lead *o, const struct ledger_entry *x)
{
    if (x->kind == LEDGER_REVOCATION && o->lates < REPLAY_LATE_MAX) {
        o->late[o->lates++] = (struct replay_late){x->seller, x->from_us};
    }
}

/* The opt-outs keep one instant a seller, the earliest that was ever told:
 * what was known then stands here. */
static void stop_calls(struct replay_lead *o, const struct ledger_entry *x)
{
    bool all = x->value.n == 0 && x->channels == 0;
    o->revoked = true;
    if (all && x->from_us <= o->at_us) {
        suppression_add(o->suppression, x->seller, x->e164, x->from_us);
    }
}

static int take_entry(void *arg, const struct ledger_entry *x)
{
    struct replay_lead *o = arg;
    bool stood = x->ended_us == 0 || x->ended_us > o->at_us;
    if (x->recorded_us > o->at_us) {
        note_late(o, x);
    } else if (stood) {
        struct ledger_entry then = *x; /* its end came later */
        then.ended_us = 0;
        lead_ledger_take(&o->lead, o->phone, &then, o->seller);
        if (x->kind == LEDGER_REVOCATION) {
            stop_calls(o, &then);
        }
    }
    return 0;
}

static int take_opt_out(void *arg, const struct reader_opt_out *x)
{
    struct replay_lead *o = arg;
    if (x->at_us <= o->at_us && !is_late(o, x->seller, x->at_us)) {
        suppression_add(o->suppression, x->seller, x->e164, x->at_us);
    }
    return 0;
}

/* A list's own consent that was withdrawn by what came to be known later; a
 * bare "withdrawn: yes" has the instant 1. */
static void give_back(struct replay_lead *o)
{
    for (size_t i = 0; i < o->lead.consents; i++) {
        struct lead_consent *c = &o->lead.consent[i];
        bool bare = c->revoked_us == 1 && o->lates > 0 && !o->revoked;
        if (c->ledger == 0 && c->revoked_us != 0 &&
            (bare || is_late(o, c->seller, c->revoked_us) ||
             is_late(o, (struct seller_id){0}, c->revoked_us))) {
            c->revoked_us = 0;
        }
    }
}

/* --- history --------------------------------------------------------------*/

static void add_try(struct lead *l, const struct lead_try *t)
{
    size_t at = l->tries;
    for (size_t i = 0; i < l->tries; i++) {
        if (l->history[i].attempt.v == t->attempt.v) {
            return;
        }
    }
    while (at > 0 && (l->history[at - 1].at_us > t->at_us ||
                      (l->history[at - 1].at_us == t->at_us &&
                       l->history[at - 1].attempt.v > t->attempt.v))) {
        at--;
    }
    if (l->tries == LEAD_HISTORY_MAX) {
        if (at == 0) {
            return;
        }
        memmove(l->history, l->history + 1,
                (LEAD_HISTORY_MAX - 1) * sizeof *l->history);
        l->tries--;
        at--;
    }
    memmove(l->history + at + 1, l->history + at,
            (l->tries - at) * sizeof *l->history);
    l->history[at] = *t;
    l->tries++;
}

/* As store/lead_rows.c, but as of the instant: a call that was still up had
 * no outcome, and one that reached nobody counts from its end on no more. */
static int take_try(void *arg, const struct reader_attempt *a)
{
    struct replay_lead *o = arg;
    bool before = a->recorded_us < o->at_us ||
                  (a->recorded_us == o->at_us && a->id.v < o->attempt.v);
    if (!before || a->seller.v != o->seller.v) {
        return 0;
    }
    bool over = a->ended_us != 0 && a->ended_us <= o->at_us;
    if (over && (outcome_flags(a->outcome) & OUTCOME_F_NOT_PLACED) != 0) {
        return 0;
    }
    struct lead_try t = {.attempt = a->id,
                         .e164 = a->e164,
                         .at_us = a->recorded_us,
                         .outcome = over ? a->outcome : OUTCOME_NONE};
    add_try(&o->lead, &t);
    return 0;
}

static int read_phone(struct replay_lead *o, struct err *e)
{
    const struct reader *r = o->reader;
    uint64_t e164 = o->lead.phone[o->phone].e164;
    struct reader_ledger ledger = {.kind = LEDGER_KIND_COUNT, .e164 = e164};
    struct reader_attempts calls = {.e164 = e164};
    int rc = TM_OK;
    if (r->ledger) {
        rc = r->ledger(r->self, &ledger, take_entry, o, e);
    }
    if (rc >= 0) {
        rc = r->opt_outs(r->self, e164, take_opt_out, o, e);
    }
    if (rc >= 0) {
        rc = r->attempts(r->self, &calls, take_try, o, e);
    }
    return rc;
}

int replay_lead_read(struct replay_lead *o, struct err *e)
{
    const struct reader *r = o->reader;
    struct reader_attempts calls = {.lead = o->id};
    int rc = r->lead(r->self, o->id, take_lead, o, e);
    if (rc == TM_ENOTFOUND) {
        return TM_OK;
    }
    if (rc >= 0 && o->found) {
        rc = r->attempts(r->self, &calls, take_try, o, e);
    }
    for (o->phone = 0; rc >= 0 && o->phone < o->lead.phones; o->phone++) {
        rc = read_phone(o, e);
    }
    give_back(o);
    return rc < 0 ? rc : TM_OK;
}
