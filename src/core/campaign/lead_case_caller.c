/* What is on file about the caller and the world. */
#include <string.h>

#include "core/campaign/lead_case_inside.h"

/* Dates are included and mean the callee's; which date he has may be open,
 * and then the entry must hold on both. */
static bool holds(const struct lead_case *c, struct civil_date from,
                  struct civil_date to)
{
    return (from.year == 0 || civil_date_cmp(from, c->date_min) <= 0) &&
           (to.year == 0 || civil_date_cmp(to, c->date_max) >= 0);
}

/* The strict side of it: on one of the dates is enough. */
static bool may_hold(const struct lead_case *c, struct civil_date from,
                     struct civil_date to)
{
    return (from.year == 0 || civil_date_cmp(from, c->date_max) <= 0) &&
           (to.year == 0 || civil_date_cmp(to, c->date_min) >= 0);
}

static bool is_for(struct seller_id entry, const struct lead_case_input *in)
{
    return entry.v == 0 || entry.v == in->seller.v;
}

/* --- who calls -------------------------------------------------------------*/

static void add_exemption(struct case_caller *k, enum caller_exemption_kind x)
{
    /* What the plan says of itself stands. */
    switch (x) {
    case CALLER_REGISTERED_CHARITY:
        if (k->registered_charity == TRI_UNKNOWN)
            k->registered_charity = TRI_YES;
        break;
    case CALLER_NONPROFIT:
        if (k->seller_type == SELLER_TYPE_UNKNOWN)
            k->seller_type = SELLER_TYPE_NONPROFIT;
        break;
    case CALLER_HIPAA:
        if (k->hipaa == TRI_UNKNOWN)
            k->hipaa = TRI_YES;
        break;
    case CALLER_OUTSIDE_FTC:
        if (k->ftc_jurisdiction == TRI_UNKNOWN)
            k->ftc_jurisdiction = TRI_NO;
        break;
    case CALLER_EXEMPTION_COUNT: break;
    }
}

static void add_file(struct lead_case *c, const struct lead_case_input *in)
{
    const struct caller_facts *f = in->facts;
    struct case_caller *k = &c->k.caller;
    for (size_t i = 0; i < f->exemptions; i++) {
        const struct caller_exemption *x = &f->exemption[i];
        if (is_for(x->seller, in) && holds(c, x->from, x->to))
            add_exemption(k, x->kind);
    }
    k->licences_known = true;
    for (size_t i = 0; i < f->licences; i++) {
        const struct caller_licence *x = &f->licence[i];
        if (is_for(x->seller, in) && k->licences < LEAD_CASE_LICENCES_MAX)
            c->licence[k->licences++] = x->licence;
    }
    k->licence = c->licence;
}

static void fill_caller(struct lead_case *c, const struct lead_case_input *in)
{
    const struct plan *p = in->plan;
    c->k.caller = (struct case_caller){
        .kind = p->caller_kind,
        .seller = in->seller,
        .seller_type = p->seller_type,
        .ftc_jurisdiction = p->ftc_jurisdiction,
        .registered_charity = p->registered_charity,
        .hipaa = p->hipaa,
    };
    if (in->facts != NULL)
        add_file(c, in);
    c->k.purpose.kind = p->purpose;
    c->k.purpose.goods = p->goods;
    c->k.purpose.leads_to_sale = p->leads_to_sale;
    c->k.policy = p->policy;
}

/* --- what is shown ---------------------------------------------------------*/

static void add_number(struct lead_case *c, const struct lead_case_input *in)
{
    struct case_presentation *p = &c->k.presentation;
    for (size_t i = 0; i < in->facts->numbers; i++) {
        const struct caller_number *n = &in->facts->number[i];
        if (n->e164 != p->caller_id || !is_for(n->seller, in) ||
            !holds(c, n->from, n->to))
            continue;
        if (p->authority == TRI_UNKNOWN)
            p->authority = TRI_YES;
        p->series = n->series;
        p->attest = n->attest;
    }
}

static void fill_presentation(struct lead_case *c,
                              const struct lead_case_input *in)
{
    const struct plan *p = in->plan;
    c->k.presentation = (struct case_presentation){
        .caller_id = p->caller_e164,
        .caller_id_present = p->caller_e164 != 0 ? TRI_YES : TRI_NO,
        .name_present = p->caller_name[0] != '\0' ? TRI_YES : TRI_NO,
        .authority = p->caller_id_authority,
        .interactive_opt_out = p->script->opt_out_any_time ? TRI_YES : TRI_NO,
        .abandon_message = TRI_YES, /* the recorded message itself */
        .ring_us = p->ring_timeout_ms * 1000,
    };
    if (in->facts != NULL)
        add_number(c, in);
}

/* --- emergencies, holidays -------------------------------------------------*/

static void add_emergency(struct lead_case *c, const struct case_emergency *e)
{
    struct case_situation *s = &c->k.situation;
    if (s->emergencies < LEAD_CASE_EMERGENCIES_MAX) {
        c->emergency[s->emergencies++] = *e;
        return;
    }
    /* More orders than fit: the last one stands for all of them. */
    c->emergency[s->emergencies - 1] = (struct case_emergency){
        .area = e->area, .active = TRI_YES, .reporting = TRI_YES};
}

static void fill_situation(struct lead_case *c,
                           const struct lead_case_input *in)
{
    const struct caller_facts *f = in->facts;
    struct case_situation *s = &c->k.situation;
    if (f == NULL)
        return;
    s->known = f->feed_known;
    for (size_t i = 0; i < f->emergencies; i++)
        if (lead_case_may_be_in(c, f->emergency[i].area) &&
            may_hold(c, f->emergency_from[i], f->emergency_to[i]))
            add_emergency(c, &f->emergency[i]);
    s->emergency = c->emergency;
    s->holiday = f->holiday;
    s->holidays = f->holidays;
}

/* --- recording
 * ---------------------------------------------------------------*/

/* Whether an end surely lies outside the callee's place. */
static enum tri elsewhere(const struct lead_case *c, struct place_code end)
{
    if (end.v == 0)
        return TRI_UNKNOWN;
    if (!lead_case_may_be_in(c, end))
        return TRI_YES;
    for (size_t i = 0; i < c->k.location.places; i++)
        if (c->place[i].region.v != end.v)
            return TRI_UNKNOWN;
    return TRI_NO;
}

static enum tri either(enum tri a, enum tri b)
{
    if (a == TRI_YES || b == TRI_YES)
        return TRI_YES;
    return a == TRI_NO && b == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}

/* Law of recording differs within the United States alone, so that elsewhere
 * the country is place enough. */
static bool is_placed(const struct lead_case *c)
{
    struct place_code us = {0};
    (void)vocab_place_parse(str_of("US"), &us);
    if (c->k.contact.country.v != us.v)
        return c->k.contact.country.v != 0;
    for (size_t i = 0; i < c->k.location.places; i++)
        if (c->place[i].region.v == 0)
            return false;
    return true;
}

static void fill_recording(struct lead_case *c,
                           const struct lead_case_input *in)
{
    const struct plan *p = in->plan;
    struct case_recording *r = &c->k.recording;
    r->planned = p->record ? TRI_YES : TRI_NO;
    if (!p->record)
        return;
    r->purpose = p->record_purpose;
    r->recorder = p->recorder_place;
    /* Where nobody sits, the machine is the caller's end. */
    r->agent = p->agent_place.v == 0 && p->dial_mode == DIAL_AGENTLESS
                   ? p->recorder_place
                   : p->agent_place;
    r->elsewhere = either(elsewhere(c, r->agent), elsewhere(c, r->recorder));
    r->placed = is_placed(c) && r->agent.v != 0 && r->recorder.v != 0 ? TRI_YES
                                                                      : TRI_NO;
}

void lead_case_caller(struct lead_case *c, const struct lead_case_input *in)
{
    fill_caller(c, in);
    fill_presentation(c, in);
    fill_situation(c, in);
    fill_recording(c, in);
}
