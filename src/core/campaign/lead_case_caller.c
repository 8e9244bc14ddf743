/* What is on file about the caller and the world. */
#include <stdio.h>
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

/* Whether an area is that of the number's area code: "CA-416". */
static bool is_area_code(uint64_t e164, struct place_code area)
{
    char text[VOCAB_PLACE_MAX + 1], own[24];
    vocab_place_text(area, text);
    (void)snprintf(own, sizeof(own), "%llu", (unsigned long long)e164);
    return strlen(text) == 6 && own[0] == '1' &&
           strncmp(text + 3, own + 1, 3) == 0;
}

/* Those that may speak of this callee and are not over; they that hold today
 * go first, as there is room for some only. */
static void add_licences(struct lead_case *c, const struct lead_case_input *in)
{
    const struct caller_facts *f = in->facts;
    struct case_caller *k = &c->k.caller;
    const struct civil_date open = {0};
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < f->licences; i++) {
            const struct case_licence *l = &f->licence[i].licence;
            bool now = may_hold(c, l->from, l->to);
            if (k->licences == LEAD_CASE_LICENCES_MAX || now != (pass == 0) ||
                !is_for(f->licence[i].seller, in) || !may_hold(c, open, l->to))
                continue;
            if (l->area.v == 0 || lead_case_may_be_in(c, l->area) ||
                is_area_code(c->k.contact.e164, l->area))
                c->licence[k->licences++] = *l;
        }
    k->licences_known = true;
    k->licence = c->licence;
}

static void add_file(struct lead_case *c, const struct lead_case_input *in)
{
    const struct caller_facts *f = in->facts;
    struct case_caller *k = &c->k.caller;
    for (size_t i = 0; i < f->exemptions; i++) {
        const struct caller_exemption *x = &f->exemption[i];
        bool here = x->area.v == 0 || lead_case_is_in(c, x->area);
        if (here && is_for(x->seller, in) && holds(c, x->from, x->to))
            add_exemption(k, x->kind);
    }
    add_licences(c, in);
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

/* A recorded call is its own message. */
static enum tri abandon_message(const struct plan *p)
{
    unsigned wanted = PLAN_SAYS_NAME | PLAN_SAYS_NUMBER;
    bool live = p->channel == CHANNEL_VOICE_LIVE;
    return !live || (p->says & wanted) == wanted ? TRI_YES : TRI_NO;
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
        .abandon_message = abandon_message(p),
        .ring_us = p->ring_timeout_ms * 1000,
    };
    if (in->facts != NULL)
        add_number(c, in);
}

/* --- emergencies, holidays -------------------------------------------------*/

/* Some order somewhere in the area: nobody can tell, and that forbids. */
static struct case_emergency some_order(struct place_code area)
{
    return (struct case_emergency){
        .area = area, .active = TRI_UNKNOWN, .reporting = TRI_UNKNOWN};
}

/* Where two entries are of one area, one that stands for both. */
static bool fold_two(struct lead_case *c)
{
    struct case_situation *s = &c->k.situation;
    for (size_t i = 0; i < s->emergencies; i++)
        for (size_t k = i + 1; k < s->emergencies; k++)
            if (c->emergency[i].area.v == c->emergency[k].area.v) {
                c->emergency[i] = some_order(c->emergency[i].area);
                c->emergency[k] = c->emergency[--s->emergencies];
                return true;
            }
    return false;
}

/* That an area is quiet is said once. When there are more orders than fit, an
 * area keeps one that nobody can tell; of one that finds no room at all there
 * is no entry, which forbids too, as the feed is then not known. */
static void add_emergency(struct lead_case *c, const struct case_emergency *e)
{
    struct case_situation *s = &c->k.situation;
    bool full = s->emergencies == LEAD_CASE_EMERGENCIES_MAX;
    for (size_t i = 0; i < s->emergencies; i++) {
        struct case_emergency *old = &c->emergency[i];
        if (old->area.v != e->area.v)
            continue;
        if (e->active == TRI_NO && (full || old->active == TRI_NO))
            return;
        if (full) {
            *old = some_order(e->area);
            return;
        }
    }
    if (full && !fold_two(c))
        s->known = false;
    else
        c->emergency[s->emergencies++] = *e;
}

static void fill_emergencies(struct lead_case *c, const struct caller_facts *f)
{
    for (size_t i = 0; i < f->emergencies; i++) {
        struct case_emergency e = f->emergency[i];
        struct civil_date from = f->emergency_from[i];
        struct civil_date to = f->emergency_to[i];
        bool sure = holds(c, from, to);
        if (!lead_case_may_be_in(c, e.area) ||
            !(sure || (e.active != TRI_NO && may_hold(c, from, to))))
            continue;
        /* Of the other day, an order for some counties tells nothing. */
        if (!sure && e.counties > 0)
            e = some_order(e.area);
        add_emergency(c, &e);
    }
}

static void fill_situation(struct lead_case *c,
                           const struct lead_case_input *in)
{
    const struct caller_facts *f = in->facts;
    struct case_situation *s = &c->k.situation;
    if (f == NULL)
        return;
    s->known = f->feed_known;
    fill_emergencies(c, f);
    s->emergency = c->emergency;
    s->holiday = f->holiday;
    s->holidays = f->holidays;
}

/* --- recording ------------------------------------------------------------*/

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
