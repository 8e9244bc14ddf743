#include "core/campaign/lead_case.h"

#include <stdio.h>
#include <string.h>

static enum tri tri_of(bool b)
{
    return b ? TRI_YES : TRI_NO;
}

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

/* "US-OH", from "OH" and the country, or as it stands. */
static struct place_code region_of(const struct lead *l, const char *country)
{
    struct place_code p = {0};
    char text[16];
    struct slice region = str_of(l->region);
    if (region.n == 0)
        return p;
    bool whole = region.n > 3 && region.p[2] == '-';
    const char *in = l->country[0] != '\0' ? l->country : country;
    snprintf(text, sizeof(text), "%s%s%s", whole ? "" : in, whole ? "" : "-",
             l->region);
    if (!vocab_place_parse(str_of(text), &p))
        p.v = 0;
    return p;
}

static void add_place(struct lead_case *c, enum region_basis basis,
                      struct place_code region, const struct tz *zone)
{
    size_t n = c->k.location.places;
    tm_assert(n < LEAD_CASE_PLACES_MAX);
    c->place[n] =
        (struct case_place){.basis = basis, .region = region, .zone = zone};
    c->k.location.places = n + 1;
}

static void build_places(struct lead_case *c, const struct lead_case_input *in,
                         const struct lead *l, const char *country)
{
    const char *name[NUMBER_ZONE_MAX];
    const char *home[4];
    struct place_code region = region_of(l, country);
    struct place_code unknown = {0};
    size_t n =
        number_zone_candidates(c->k.contact.e164, name, tm_array_len(name));
    size_t homes = lead_case_zones(region, home);
    /* A confirmed address tells the law, but its zones do not replace those
     * of the number: people move and keep both. */
    enum region_basis basis =
        l->region_confirmed ? BASIS_CONFIRMED_ADDRESS : BASIS_CRM_ADDRESS;
    enum region_basis other =
        l->region_confirmed ? BASIS_CONFIRMED_ADDRESS : BASIS_AREA_CODE;
    for (size_t i = 0; i < n && i < tm_array_len(name); i++)
        add_place(c, other, l->region_confirmed ? region : unknown,
                  tz_set_find(in->zones, name[i]));
    for (size_t i = 0; i < homes; i++)
        add_place(c, basis, region, tz_set_find(in->zones, home[i]));
    if (region.v != 0 && homes == 0 && !l->region_confirmed && n > 0)
        add_place(c, basis, region, c->place[0].zone);
    if (c->k.location.places == 0)
        add_place(c, BASIS_UNKNOWN, region, NULL);
    c->k.location.place = c->place;
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

static void build_contact(struct lead_case *c, const struct lead_case_input *in,
                          const struct lead *l, size_t phone, char country[3])
{
    struct rule_case *k = &c->k;
    const struct lead_phone *p = &l->phone[phone];
    k->when.now_us = in->now_us;
    k->when.tzdata = in->zones->version;
    k->contact.channel = in->plan->channel;
    k->contact.dial_mode = in->plan->dial_mode;
    k->contact.line = line_of(p->type, l->business);
    k->contact.e164 = p->e164;
    if (number_country(p->e164, country)) {
        fold_territory(country);
        if (!vocab_place_parse(str_of(country), &k->contact.country))
            k->contact.country.v = 0;
    }
    k->callee.party = l->business ? PARTY_BUSINESS : PARTY_CONSUMER;
    k->callee.person = (uint64_t)l->id.v;
}

static void build_caller(struct lead_case *c, const struct lead_case_input *in)
{
    const struct plan *p = in->plan;
    struct rule_case *k = &c->k;
    k->caller.kind = p->caller_kind;
    k->caller.seller = in->seller;
    k->caller.seller_type = p->seller_type;
    k->caller.ftc_jurisdiction = p->ftc_jurisdiction;
    k->caller.registered_charity = p->registered_charity;
    k->caller.hipaa = p->hipaa;
    k->purpose.kind = p->purpose;
    k->purpose.goods = p->goods;
    k->purpose.leads_to_sale = p->leads_to_sale;
    k->presentation = (struct case_presentation){
        .caller_id = p->caller_e164,
        .caller_id_present = TRI_YES,
        .name_present = tri_of(p->caller_name[0] != '\0'),
        .authority = p->caller_id_authority,
        .interactive_opt_out = tri_of(p->script->opt_out_any_time),
        .abandon_message = TRI_YES, /* the recorded message itself */
        .ring_us = p->ring_timeout_ms * 1000,
    };
    k->policy = p->policy;
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
            .covers = from->channels == 0 ? VOCAB_VOICE : from->channels,
            .not_condition = in->plan->consent_not_condition,
            .given = from->given,
            .revoked_us = from->revoked_us,
        };
    }
    c->k.consent = c->consent;
    c->k.consents = l->consents;
    c->k.relationship.last_transaction = l->last_transaction;
    c->k.relationship.last_inquiry = l->last_inquiry;
    c->k.relationship.last_gift = l->last_gift;
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
    c->bucket = in->bucket;
    c->k.pacing = (struct case_pacing){
        .known = true,
        .first_call_us = in->first_call_us,
        .bucket = &c->bucket,
        .buckets = in->first_call_us != 0 ? 1 : 0,
    };
}

/* The date our copy was obtained, in the callee's time: the earliest of the
 * candidates, so that the list is never taken for younger than it is. */
static struct civil_date obtained_on(const struct lead_case *c, int64_t us)
{
    struct civil_date d = civil_of_us(us).date;
    for (size_t i = 0; i < c->k.location.places; i++) {
        const struct tz *z = c->place[i].zone;
        if (z == NULL)
            continue;
        struct civil_date local = tz_local(z, us).date;
        if (civil_date_cmp(local, d) < 0)
            d = local;
    }
    return d;
}

static void add_internal(struct lead_case *c, struct seller_id seller,
                         int64_t requested_us)
{
    struct case_suppression *s = &c->k.suppression;
    tm_assert(s->internals < tm_array_len(c->internal));
    c->internal[s->internals++] =
        (struct case_internal){.seller = seller, .requested_us = requested_us};
}

static void add_list(struct lead_case *c, const struct lead_case_input *in,
                     const struct dnc_set *set, const char *country)
{
    struct case_suppression *s = &c->k.suppression;
    bool on_list = dnc_set_has(set, c->k.contact.e164);
    enum registry registry;
    bool known = vocab_registry_parse(str_of(set->name), &registry) &&
                 registry != REGISTRY_AREA;
    if (set->kind == DNC_NATIONAL && known) {
        if (str_eq(str_of(set->country), country))
            c->registry[s->registries++] = (struct case_registry){
                .registry = registry,
                .on_list = tri_of(on_list),
                .obtained = obtained_on(c, set->obtained_us),
            };
        return;
    }
    /* The seller's own lists, and registers that no rule knows by name: their
     * people are not called either. */
    if (on_list && (set->seller == 0 || set->seller == in->seller.v))
        add_internal(c, in->seller, 0);
}

/* Who asked on one of his telephones to be left alone is not called on
 * another: the request is the person's, not the line's. */
static void add_opt_out(struct lead_case *c, const struct lead_case_input *in,
                        const struct lead *l)
{
    int64_t first_us = INT64_MAX;
    for (size_t i = 0; i < l->phones; i++) {
        int64_t at_us;
        if (suppression_has(in->suppression, in->seller, l->phone[i].e164,
                            &at_us) &&
            at_us < first_us)
            first_us = at_us;
    }
    if (first_us != INT64_MAX)
        add_internal(c, in->seller, first_us);
}

static void build_suppression(struct lead_case *c,
                              const struct lead_case_input *in,
                              const struct lead *l, const char *country)
{
    struct case_suppression *s = &c->k.suppression;
    s->internal_known = in->suppression != NULL && in->lists != NULL;
    if (in->suppression != NULL)
        add_opt_out(c, in, l);
    for (size_t i = 0; in->lists != NULL && i < in->lists->n; i++)
        add_list(c, in, &in->lists->set[i], country);
    s->internal = c->internal;
    s->registry = c->registry;
}

void lead_case_build(struct lead_case *c, const struct lead_case_input *in,
                     const struct lead *l, size_t phone)
{
    tm_assert(phone < l->phones && l->tries <= LEAD_HISTORY_MAX);
    tm_assert(l->consents <= LEAD_CONSENTS_MAX);
    char country[3] = "";
    c->k = (struct rule_case){0};
    build_contact(c, in, l, phone, country);
    build_places(c, in, l, country);
    build_caller(c, in);
    build_consents(c, in, l);
    build_attempts(c, in, l);
    build_suppression(c, in, l, country);
}
