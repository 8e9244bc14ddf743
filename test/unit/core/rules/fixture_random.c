#include "unit/core/rules/fixture_random.h"

#include <string.h>

#define PICK(r, a) ((a)[rng_below(r, tm_array_len(a))])

/* Instants around the borders of a New York day, then other days. */
static const char *const instants[] = {
    "2026-11-23T12:59:00Z", "2026-11-23T12:59:59Z", "2026-11-23T13:00:00Z",
    "2026-11-23T13:00:30Z", "2026-11-23T13:01:00Z", "2026-11-24T01:58:59Z",
    "2026-11-24T01:59:30Z", "2026-11-24T02:00:00Z", "2026-11-24T02:00:30Z",
    "2026-11-24T02:01:00Z", "2026-11-23T17:00:00Z", "2026-11-24T02:30:00Z",
    "2026-02-24T17:00:00Z", "2026-02-25T17:00:00Z", "2026-02-26T17:00:00Z",
    "2027-03-14T11:30:00Z", "2026-11-01T12:30:00Z", "2028-02-29T17:00:00Z",
};

static struct civil_date today(const struct lawful *l)
{
    return tz_local(l->place[0].zone, l->k.when.now_us).date;
}

static struct civil_date days_ago(const struct lawful *l, int n)
{
    return civil_add_days(today(l), -n);
}

/* A date n months back, give or take a day. */
static struct civil_date months_ago(struct rng *r, const struct lawful *l,
                                    int n)
{
    return civil_add_days(civil_add_months(today(l), -n),
                          (int)rng_below(r, 3) - 1);
}

static void change_time(struct world *w, struct rng *r, struct lawful *l)
{
    static const char *const zones[] = {"America/New_York", "America/Chicago",
                                        "America/Los_Angeles",
                                        "Pacific/Honolulu"};
    l->k.when.now_us = fixture_world_instant(PICK(r, instants));
    if (rng_below(r, 4) == 0) {
        l->place[1] = l->place[0];
        l->place[1].zone = fixture_world_zone(w, PICK(r, zones));
        l->k.location.places = 2;
    }
    l->registry[0].obtained = days_ago(l, 5);
}

static void change_who(struct rng *r, struct lawful *l)
{
    static const char *const regions[] = {"US-TX", "US-LA", "US-OH"};
    struct case_caller *c = &l->k.caller;
    switch (rng_below(r, 6)) {
    case 0: c->kind = (enum caller_kind)rng_below(r, CALLER_COUNT); break;
    case 1: c->ftc_jurisdiction = (enum tri)rng_below(r, 3); break;
    case 2:
        c->seller_type = (enum seller_type)rng_below(r, SELLER_TYPE_COUNT);
        break;
    case 3: c->hipaa = (enum tri)rng_below(r, 3); break;
    case 4: l->k.callee.party = (enum party)rng_below(r, PARTY_COUNT); break;
    default: l->place[0].region = fixture_world_place(PICK(r, regions));
    }
}

static void change_what(struct rng *r, struct lawful *l)
{
    struct case_purpose *p = &l->k.purpose;
    switch (rng_below(r, 5)) {
    case 0: p->kind = (enum purpose)rng_below(r, PURPOSE_COUNT); break;
    case 1: p->goods = (enum goods)rng_below(r, 3); break;
    case 2: p->leads_to_sale = (enum tri)rng_below(r, 3); break;
    case 3: p->emergency = (enum tri)rng_below(r, 3); break;
    default:
        p->kind = rng_below(r, 2) ? PURPOSE_INFORMATIONAL : PURPOSE_DONATION;
        p->leads_to_sale = TRI_NO;
    }
}

static void change_line(struct rng *r, struct lawful *l)
{
    struct case_contact *c = &l->k.contact;
    switch (rng_below(r, 5)) {
    case 0: c->line = (enum line_type)rng_below(r, LINE_COUNT); break;
    case 1: c->dial_mode = (enum dial_mode)rng_below(r, DIAL_COUNT); break;
    case 2: c->channel = (enum contact_channel)rng_below(r, 4); break;
    case 3:
        c->known_wireless = TRI_NO;
        c->ported = days_ago(l, 13 + (int)rng_below(r, 5));
        l->k.consents = 0;
        break;
    default: c->reassigned = (enum reassigned)rng_below(r, REASSIGNED_COUNT);
    }
}

static void change_lists(struct rng *r, struct lawful *l)
{
    struct case_registry *reg = &l->registry[0];
    switch (rng_below(r, 5)) {
    case 0: reg->obtained = days_ago(l, 29 + (int)rng_below(r, 6)); break;
    case 1: reg->on_list = (enum tri)rng_below(r, 3); break;
    case 2: l->k.suppression.internals = 1; break;
    case 3:
        l->internal[0].seller.v = (int64_t)rng_below(r, 3);
        l->k.suppression.internals = 1;
        break;
    default: reg->on_list = TRI_YES;
    }
}

static void change_relationship(struct rng *r, struct lawful *l)
{
    struct case_relationship *o = &l->k.relationship;
    l->registry[0].on_list = rng_below(r, 2) ? TRI_YES : TRI_NO;
    switch (rng_below(r, 4)) {
    case 0:
        o->last_transaction = months_ago(r, l, 17 + (int)rng_below(r, 3));
        break;
    case 1: o->last_inquiry = months_ago(r, l, 2 + (int)rng_below(r, 3)); break;
    case 2:
        o->last_gift = months_ago(r, l, 23 + (int)rng_below(r, 3));
        l->k.caller.kind = CALLER_PAID_FUNDRAISER;
        l->k.purpose.kind = PURPOSE_DONATION;
        l->k.purpose.leads_to_sale = TRI_NO;
        break;
    default: o->member = (enum tri)rng_below(r, 3);
    }
}

static void change_consent(struct rng *r, struct lawful *l)
{
    struct case_consent *c = &l->consent[0];
    if (l->k.consents == 0) {
        *c = (struct case_consent){
            .type = CONSENT_EXPRESS_WRITTEN,
            .seller = {1},
            .covers = VOCAB_VOICE,
            .not_condition = TRI_YES,
            .given = days_ago(l, 100),
        };
        l->k.consents = 1;
    }
    switch (rng_below(r, 9)) {
    case 0: c->type = (enum consent_type)rng_below(r, CONSENT_COUNT); break;
    case 1: c->seller.v = (int64_t)rng_below(r, 3); break;
    case 2: c->covers = (uint32_t)rng_below(r, 16); break;
    case 3: c->not_condition = (enum tri)rng_below(r, 3); break;
    case 4: c->given = days_ago(l, (int)rng_below(r, 4) - 1); break;
    case 5: c->revoked_us = l->k.when.now_us - CIVIL_DAY_US; break;
    case 6: l->k.consents = 0; break;
    case 7:
        c->covers = VOCAB_BIT(COVERS_CALLBACK_AT_TIME);
        c->from_us =
            l->k.when.now_us + ((int64_t)rng_below(r, 5) - 2) * CIVIL_HOUR_US;
        c->to_us = c->from_us + CIVIL_HOUR_US;
        break;
    default: c->type = CONSENT_EXPRESS_ORAL;
    }
}

/* Attempts around the edges of a day, of 29 to 31 days, and the same minute. */
static void change_attempts(struct rng *r, struct lawful *l)
{
    static const int64_t hours[] = {31 * 24, 30 * 24, 29 * 24, 7 * 24,
                                    24,      23,      1,       0};
    size_t n = 0;
    int64_t jitter = (int64_t)rng_below(r, 3) - 1;
    for (size_t i = 0; i < tm_array_len(hours); i++) {
        if (rng_below(r, 2)) {
            l->attempt[n++] = (struct case_attempt){
                .at_us = l->k.when.now_us - hours[i] * CIVIL_HOUR_US + jitter,
                .answer = (enum answer)rng_below(r, ANSWER_COUNT),
                .channel = (enum contact_channel)rng_below(r, 3),
            };
        }
    }
    l->k.attempts.n = n;
    if (rng_below(r, 2)) {
        l->cap[0] = (struct policy_cap){.max = (uint32_t)rng_below(r, 4),
                                        .span_us = CIVIL_DAY_US};
        l->cap[1] = (struct policy_cap){.max = 1 + (uint32_t)rng_below(r, 4),
                                        .span_us = 7 * CIVIL_DAY_US};
        l->k.policy.caps = 1 + rng_below(r, 2);
        return;
    }
    l->k.contact.line = LINE_RESIDENTIAL;
    l->k.purpose.kind = PURPOSE_INFORMATIONAL;
    l->k.purpose.leads_to_sale = TRI_NO;
    l->k.consents = 0;
}

static void change_all_caps(struct rng *r, struct lawful *l)
{
    for (size_t i = 0; i < POLICY_CAPS_MAX; i++) {
        l->cap[i] = (struct policy_cap){.max = 9, .span_us = CIVIL_DAY_US};
    }
    l->k.policy.caps = POLICY_CAPS_MAX;
    uint64_t shut = rng_below(r, 2 * POLICY_CAPS_MAX);
    if (shut < POLICY_CAPS_MAX) {
        l->cap[shut].max = 0;
    }
}

static void change_hours(struct rng *r, struct lawful *l)
{
    size_t n = 1 + rng_below(r, 3);
    for (size_t i = 0; i < n; i++) {
        int32_t open = (int32_t)rng_below(r, 22) * 3600;
        l->window[i] = (struct policy_window){
            .weekdays = (uint8_t)(1 + rng_below(r, 127)),
            .open_s = open,
            .close_s = open + 7200,
        };
    }
    l->k.policy.windows = n;
}

/* Abandoned calls around 3 % in buckets at the edges of a 30-day period. */
static void change_pacing(struct rng *r, struct lawful *l)
{
    int64_t now = l->k.when.now_us;
    l->k.contact.dial_mode = DIAL_PREDICTIVE;
    if (rng_below(r, 3) == 0) {
        l->k.presentation.abandon_message = (enum tri)rng_below(r, 3);
        return;
    }
    l->bucket[0] = (struct case_bucket){
        .start_us = now - CIVIL_DAY_US,
        .live = 100,
        .abandoned = 2 + rng_below(r, 3),
    };
    l->k.pacing.buckets = 1;
    if (rng_below(r, 2)) {
        l->k.pacing.first_call_us =
            now - (29 + (int64_t)rng_below(r, 3)) * CIVIL_DAY_US -
            CIVIL_HOUR_US;
        l->bucket[0].start_us = l->k.pacing.first_call_us;
    }
}

static void change_presentation(struct rng *r, struct lawful *l)
{
    struct case_presentation *p = &l->k.presentation;
    switch (rng_below(r, 3)) {
    case 0: p->caller_id_present = (enum tri)rng_below(r, 3); break;
    case 1: p->interactive_opt_out = (enum tri)rng_below(r, 3); break;
    default:
        p->ring_us = (13 + (int64_t)rng_below(r, 4)) * CIVIL_SECOND_US +
                     (int64_t)rng_below(r, 3) - 1;
        l->k.contact.dial_mode = DIAL_PREDICTIVE;
    }
}

/* A registered business line, on offer what the exemption asks for. */
static void change_business(struct rng *r, struct lawful *l)
{
    l->k.callee.party = PARTY_BUSINESS;
    l->k.contact.line = LINE_BUSINESS;
    l->k.purpose.goods = (enum goods)rng_below(r, 3);
    l->registry[0].on_list = TRI_YES;
}

static void change_health(struct rng *r, struct lawful *l)
{
    l->k.purpose.kind = PURPOSE_HEALTHCARE;
    l->k.purpose.leads_to_sale = TRI_YES;
    l->k.caller.hipaa = TRI_YES;
    l->k.contact.line = LINE_BUSINESS;
    l->k.consents = rng_below(r, 2);
}

/* Spoken consent in Texas about the day of a judgment. */
static void change_circuit(struct rng *r, struct lawful *l)
{
    l->k.when.now_us = fixture_world_instant("2026-02-23T17:00:00Z") +
                       (int64_t)rng_below(r, 4) * CIVIL_DAY_US;
    l->registry[0].obtained = days_ago(l, 5);
    l->place[0].region = fixture_world_place("US-TX");
    l->consent[0].type = CONSENT_EXPRESS_ORAL;
    l->consent[0].given = days_ago(l, 100);
}

/* Leaves one of the two federal layers to decide. */
static void isolate(struct rng *r, struct lawful *l)
{
    switch (rng_below(r, 4)) {
    case 0: l->k.caller.ftc_jurisdiction = TRI_NO; break;
    case 1: l->k.contact.line = LINE_BUSINESS; break;
    default: break;
    }
}

static void change(struct world *w, struct rng *r, struct lawful *l)
{
    switch (rng_below(r, 15)) {
    case 0: change_time(w, r, l); break;
    case 1: change_who(r, l); break;
    case 2: change_what(r, l); break;
    case 3: change_line(r, l); break;
    case 4: change_lists(r, l); break;
    case 5: change_relationship(r, l); break;
    case 6: change_consent(r, l); break;
    case 7: change_attempts(r, l); break;
    case 8: change_all_caps(r, l); break;
    case 9: change_hours(r, l); break;
    case 10: change_pacing(r, l); break;
    case 11: change_business(r, l); break;
    case 12: change_health(r, l); break;
    case 13: change_circuit(r, l); break;
    default: change_presentation(r, l);
    }
}

void fixture_random_case(struct world *w, struct rng *r, struct lawful *l)
{
    if (rng_below(r, 2)) {
        fixture_world_lawful(w, l);
    } else {
        fixture_world_recorded(w, l);
    }
    uint64_t changes = 1 + rng_below(r, 4);
    for (uint64_t i = 0; i < changes; i++) {
        change(w, r, l);
    }
    isolate(r, l);
}

const char *fixture_random_forget(struct lawful *l, unsigned which)
{
    struct rule_case *k = &l->k;
    struct case_presentation *p = &k->presentation;
    switch (which) {
    case 0: k->contact.channel = CHANNEL_UNKNOWN; return "channel";
    case 1: k->contact.dial_mode = DIAL_UNKNOWN; return "dial mode";
    case 2: k->contact.line = LINE_UNKNOWN; return "line";
    case 3: k->contact.known_wireless = TRI_UNKNOWN; return "known wireless";
    case 4: k->callee.party = PARTY_UNKNOWN; return "party";
    case 5: k->caller.kind = CALLER_UNKNOWN; return "caller";
    case 6: k->caller.seller_type = SELLER_TYPE_UNKNOWN; return "seller type";
    case 7: k->caller.ftc_jurisdiction = TRI_UNKNOWN; return "ftc";
    case 8: k->purpose.kind = PURPOSE_UNKNOWN; return "purpose";
    case 9: k->purpose.goods = GOODS_UNKNOWN; return "goods";
    case 10: k->purpose.leads_to_sale = TRI_UNKNOWN; return "leads to sale";
    case 11: k->location.places = 0; return "places";
    case 12: k->suppression.registries = 0; return "registers";
    case 13: l->registry[0].obtained.year = 0; return "list age";
    case 14: p->caller_id_present = TRI_UNKNOWN; return "caller id";
    case 15: p->ring_us = 0; return "ring";
    case 16: p->interactive_opt_out = TRI_UNKNOWN; return "opt-out";
    case 17: k->consents = 0; return "consents";
    case 18: l->consent[0].given.year = 0; return "consent date";
    default:
        memset(&k->relationship, 0, sizeof k->relationship);
        return "relationship";
    }
}
