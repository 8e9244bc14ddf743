#include "core/campaign/lead_case.h"

#include <string.h>

#include "core/campaign/lead_case_inside.h"

static enum line_type line_of(enum number_type t, bool business)
{
    switch (t) {
    case NUMBER_FIXED: return business ? LINE_BUSINESS : LINE_RESIDENTIAL;
    case NUMBER_MOBILE: return LINE_WIRELESS;
    case NUMBER_TOLL_FREE: return LINE_TOLL_FREE;
    case NUMBER_UAN: return LINE_BUSINESS;
    case NUMBER_TYPE_UNKNOWN:
    case NUMBER_FIXED_OR_MOBILE:
    case NUMBER_PREMIUM:
    case NUMBER_SHARED_COST:
    case NUMBER_VOIP:
    case NUMBER_PERSONAL:
    case NUMBER_PAGER:
    case NUMBER_VOICEMAIL: break;
    }
    return LINE_UNKNOWN;
}

/* Federal law of the United States binds calls to its territories, whose
 * numbers the numbering plan gives to countries of their own (47 USC
 * 153(58); 16 CFR 310.2 by 15 USC 44). */
static void fold_territory(char country[3])
{
    static const char *const territory[] = {"PR", "VI", "GU", "AS", "MP"};
    for (size_t i = 0; i < tm_array_len(territory); i++)
        if (strcmp(country, territory[i]) == 0)
            (void)str_copy(country, 3, str_of("US"));
}

/* What the ledger of numbers says goes before what the number looks like. */
static void fill_line(struct case_contact *to, const struct lead_phone *p,
                      bool business)
{
    to->line = p->line != LINE_UNKNOWN ? p->line : line_of(p->type, business);
    /* That it is one was told; that it is none, a port may have changed. */
    to->known_wireless = p->line == LINE_WIRELESS ? TRI_YES : TRI_UNKNOWN;
    to->ported = p->ported;
    to->reassigned = p->reassigned;
    to->reassigned_date = p->reassigned_date;
}

/* Canadian law knows no mobiles; it bars emergency lines and health-care
 * facilities (UTR parts III and IV). An ordinary number is none of those
 * unless the ledger of numbers says so, and a subscriber's line on the strict
 * side of all the rest. */
static void settle_canada(struct case_contact *to, enum number_type type)
{
    if (to->line == LINE_UNKNOWN && type == NUMBER_FIXED_OR_MOBILE)
        to->line = LINE_RESIDENTIAL;
}

static void build_contact(struct lead_case *c, const struct lead_case_input *in,
                          const struct lead *l, size_t phone, char country[3])
{
    struct rule_case *k = &c->k;
    const struct lead_phone *p = &l->phone[phone];
    k->when.now_us = in->now_us;
    k->when.tzdata = in->zones->version;
    k->contact.channel = in->plan->channel;
    k->contact.dial_mode =
        in->mode != DIAL_UNKNOWN ? in->mode : in->plan->dial_mode;
    k->contact.e164 = p->e164;
    fill_line(&k->contact, p, l->business);
    if (number_country(p->e164, country)) {
        fold_territory(country);
        if (!vocab_place_parse(str_of(country), &k->contact.country))
            k->contact.country.v = 0;
        if (strcmp(country, "CA") == 0)
            settle_canada(&k->contact, p->type);
    }
    k->callee.party = l->business ? PARTY_BUSINESS : PARTY_CONSUMER;
    k->callee.person = (uint64_t)l->id.v;
}

static void build_consents(struct lead_case *c,
                           const struct lead_case_input *in,
                           const struct lead *l)
{
    for (size_t i = 0; i < l->consents; i++) {
        const struct lead_consent *from = &l->consent[i];
        c->consent[i] = (struct case_consent){
            .type = from->type,
            .seller = from->seller,
            .e164 = from->e164,
            .covers = from->channels == 0 ? VOCAB_VOICE : from->channels,
            .not_condition = from->not_condition != TRI_UNKNOWN
                                 ? from->not_condition
                                 : in->plan->consent_not_condition,
            .given = from->given,
            .from_us = from->from_us,
            .to_us = from->to_us,
            .revoked_us = from->revoked_us,
        };
    }
    c->k.consent = c->consent;
    c->k.consents = l->consents;
    c->k.relationship = (struct case_relationship){
        .last_transaction = l->last_transaction,
        .last_inquiry = l->last_inquiry,
        .last_gift = l->last_gift,
        .contract_start = l->contract_start,
        .contract_end = l->contract_end,
        .member = l->member,
        .ever_customer = l->ever_customer,
        .terminated_us = l->terminated_us,
    };
}

static enum answer answer_of(enum outcome o)
{
    unsigned f = outcome_flags(o);
    if ((f & OUTCOME_F_NOT_PLACED) != 0)
        return ANSWER_NOT_PLACED;
    if ((f & OUTCOME_F_LIVE) != 0)
        return ANSWER_PERSON;
    if (o == OUTCOME_MACHINE || o == OUTCOME_FAX)
        return ANSWER_MACHINE;
    return o == OUTCOME_NONE || o == OUTCOME_UNKNOWN ? ANSWER_UNKNOWN
                                                     : ANSWER_NONE;
}

/* Channel and subject of earlier calls are not kept with a lead's history, so
 * they count for every channel and subject. */
static void build_attempts(struct lead_case *c,
                           const struct lead_case_input *in,
                           const struct lead *l)
{
    for (size_t i = 0; i < l->tries; i++) {
        const struct lead_try *t = &l->history[i];
        c->attempt[i] = (struct case_attempt){
            .at_us = t->at_us,
            .answer = answer_of(t->outcome),
            .seller = in->seller,
            .e164 = t->e164,
        };
    }
    c->k.attempts = (struct case_attempts){
        .known = true, .attempt = c->attempt, .n = l->tries};
    c->k.pacing = (struct case_pacing){
        .known = true,
        .first_call_us = in->first_call_us,
        .bucket = in->bucket,
        .buckets = in->buckets,
    };
}

void lead_case_build(struct lead_case *c, const struct lead_case_input *in,
                     const struct lead *l, size_t phone)
{
    tm_assert(phone < l->phones && l->tries <= LEAD_HISTORY_MAX);
    tm_assert(l->consents <= LEAD_CONSENTS_MAX);
    tm_assert(l->revocations <= LEAD_REVOCATIONS_MAX);
    char country[3] = "";
    c->k = (struct rule_case){0};
    build_contact(c, in, l, phone, country);
    lead_case_places(c, in, l, country);
    lead_case_caller(c, in);
    build_consents(c, in, l);
    build_attempts(c, in, l);
    lead_case_lists(c, in, l, country);
}
