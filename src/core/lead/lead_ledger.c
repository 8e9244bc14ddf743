#include "core/lead/lead_ledger.h"

#include <string.h>

#include "base/assert.h"

/* Where the day begins first it is fourteen hours before UTC. */
#define FIRST_ZONE_US (14 * CIVIL_HOUR_US)

static int64_t day_us(struct civil_date d)
{
    return (int64_t)civil_days(d) * CIVIL_DAY_US;
}

/* --- consents and their withdrawal ----------------------------------------*/

/* Behind the list's own; the newest comes first, the oldest falls out. */
static void take_consent(struct lead *l, const struct ledger_entry *e)
{
    struct lead_consent c = {
        .seller = e->seller,
        .e164 = e->e164,
        .channels = e->channels,
        .not_condition = e->not_condition,
        .given = e->from,
        .from_us = e->from_us,
        .to_us = e->to_us,
        .ledger = e->id,
    };
    /* An unknown word stays "none": unknown means no. */
    if (!vocab_consent_parse(e->word, &c.type)) {
        c.type = CONSENT_NONE;
    }
    size_t at = 0;
    while (at < l->consents && l->consent[at].ledger == 0) {
        at++;
    }
    if (at == LEAD_CONSENTS_MAX) {
        return;
    }
    l->consents += l->consents < LEAD_CONSENTS_MAX;
    memmove(l->consent + at + 1, l->consent + at,
            (l->consents - at - 1) * sizeof(*l->consent));
    l->consent[at] = c;
}

/* Whether a consent was given by the time of the withdrawal. A day without
 * an hour: a withdrawal on the same day counts as the later one, and that day
 * begins when it begins anywhere. */
static bool is_later(const struct ledger_entry *revocation,
                     const struct lead_consent *c)
{
    if (c->given.year == 0) {
        return true;
    }
    return revocation->from_us >= day_us(c->given) - FIRST_ZONE_US;
}

static bool hits(const struct ledger_entry *r, const struct lead_consent *c)
{
    if (r->seller.v != 0 && c->seller.v != 0 && r->seller.v != c->seller.v) {
        return false;
    }
    /* One that names some channels of several ends the whole consent. */
    return r->channels == 0 || c->channels == 0 ||
           (r->channels & c->channels) != 0;
}

static void keep_revocation(struct lead *l, struct lead_revocation r)
{
    size_t at = 0;
    while (at < l->revocations && l->revocation[at].at_us >= r.at_us) {
        at++;
    }
    if (at == LEAD_REVOCATIONS_MAX) {
        return;
    }
    l->revocations += l->revocations < LEAD_REVOCATIONS_MAX;
    memmove(l->revocation + at + 1, l->revocation + at,
            (l->revocations - at - 1) * sizeof(*l->revocation));
    l->revocation[at] = r;
}

static void take_revocation(struct lead *l, const struct ledger_entry *e)
{
    struct lead_revocation r = {
        .seller = e->seller,
        .e164 = e->e164,
        .channels = e->channels,
        .at_us = e->from_us,
    };
    if (!vocab_purpose_parse(e->value, &r.in_reply_to)) {
        r.in_reply_to = PURPOSE_UNKNOWN;
    }
    keep_revocation(l, r);
    for (size_t i = 0; i < l->consents; i++) {
        struct lead_consent *c = &l->consent[i];
        if (c->ledger != 0 && c->e164 == e->e164 && hits(e, c) &&
            is_later(e, c) &&
            (c->revoked_us == 0 || e->from_us < c->revoked_us)) {
            c->revoked_us = e->from_us;
        }
    }
}

/* --- relationship ---------------------------------------------------------*/

static void keep_later(struct civil_date *kept, struct civil_date d)
{
    if (civil_date_cmp(d, *kept) > 0) {
        *kept = d;
    }
}

/* A new purchase or contract begins a new relationship. */
static void renew(struct lead *l, struct civil_date d)
{
    l->ever_customer = TRI_YES;
    if (l->terminated_us != 0 && d.year != 0 && day_us(d) > l->terminated_us) {
        l->terminated_us = 0;
    }
}

static void take_contract(struct lead *l, const struct ledger_entry *e)
{
    /* The one that began last; of two that began together the longer one. */
    int order = civil_date_cmp(e->from, l->contract_start);
    bool longer =
        e->to.year == 0 || (l->contract_end.year != 0 &&
                            civil_date_cmp(e->to, l->contract_end) > 0);
    if (l->contract_start.year == 0 || order > 0 || (order == 0 && longer)) {
        l->contract_start = e->from;
        l->contract_end = e->to;
    }
    renew(l, e->from);
}

static void take_termination(struct lead *l, const struct ledger_entry *e)
{
    if (e->from.year == 0) {
        return;
    }
    int64_t at_us = day_us(e->from);
    bool renewed =
        (l->last_transaction.year != 0 &&
         day_us(l->last_transaction) > at_us) ||
        (l->contract_start.year != 0 && day_us(l->contract_start) > at_us);
    if (!renewed && at_us > l->terminated_us) {
        l->terminated_us = at_us;
    }
}

void lead_ledger_relate(struct lead *l, const struct ledger_entry *e,
                        struct seller_id seller)
{
    tm_assert(e->ended_us == 0);
    if (e->kind != LEDGER_RELATIONSHIP ||
        (e->seller.v != 0 && e->seller.v != seller.v)) {
        return;
    }
    if (str_eq(e->word, "transaction")) {
        keep_later(&l->last_transaction, e->from);
        renew(l, e->from);
    } else if (str_eq(e->word, "inquiry")) {
        keep_later(&l->last_inquiry, e->from);
    } else if (str_eq(e->word, "gift")) {
        keep_later(&l->last_gift, e->from);
    } else if (str_eq(e->word, "contract")) {
        take_contract(l, e);
    } else if (str_eq(e->word, "membership")) {
        /* One with a last day may be over: it proves no membership now. */
        l->member = e->to.year == 0 ? TRI_YES : l->member;
    } else if (str_eq(e->word, "termination")) {
        take_termination(l, e);
    }
}

/* --- lines ----------------------------------------------------------------*/

static void take_number(struct lead_phone *p, const struct ledger_entry *e)
{
    if (str_eq(e->word, "line")) {
        if (!vocab_line_parse(e->value, &p->line)) {
            p->line = LINE_UNKNOWN;
        }
    } else if (str_eq(e->word, "ported")) {
        keep_later(&p->ported, e->from);
    } else if (str_eq(e->word, "reassigned") &&
               civil_date_cmp(e->from, p->reassigned_date) >= 0) {
        if (!vocab_reassigned_parse(e->value, &p->reassigned)) {
            p->reassigned = REASSIGNED_NOT_ASKED;
        }
        p->reassigned_date = e->from;
    }
}

void lead_ledger_take(struct lead *l, size_t phone,
                      const struct ledger_entry *e, struct seller_id seller)
{
    tm_assert(phone < l->phones && e->e164 == l->phone[phone].e164);
    tm_assert(e->ended_us == 0);
    switch (e->kind) {
    case LEDGER_CONSENT: take_consent(l, e); break;
    case LEDGER_REVOCATION: take_revocation(l, e); break;
    case LEDGER_RELATIONSHIP: lead_ledger_relate(l, e, seller); break;
    case LEDGER_NUMBER: take_number(&l->phone[phone], e); break;
    /* Of the caller and the world: core/campaign/caller_facts.h. */
    case LEDGER_CALLER_ID:
    case LEDGER_LICENCE:
    case LEDGER_EXEMPTION:
    case LEDGER_EMERGENCY:
    case LEDGER_HOLIDAY:
    case LEDGER_KIND_COUNT: break;
    }
}
