#include "report/why.h"

#include <string.h>

#include "core/campaign/campaign_counters.h"
#include "core/campaign/duty.h"
#include "core/campaign/lead_case.h"
#include "core/campaign/plan.h"
#include "core/dnc/suppression.h"
#include "core/lead/lead_ledger.h"
#include "core/number/number_zone.h"
#include "report/why_say.h"

enum {
    LEADS_MAX = 64,
    CAMPAIGNS_MAX = 64,
    ATTEMPTS_MAX = 400,
    OPT_OUTS_MAX = 64,
    ASKED_MAX = 4000,
    LOCAL_MAX = 400
};

struct walk {
    const struct why_question *q;
    struct arena *a;
    struct why *w;
    struct why_lead *lead;
    struct why_campaign *campaign;
};

static struct slice keep(struct arena *a, struct slice s)
{
    return str_range(arena_strdup(a, s), s.n);
}

/* "Mon 13:05 in America/New_York", joined to those before by "or". */
static void add_local(struct buf *b, const struct tz *zone, const char *name,
                      int64_t us)
{
    static const char *const day[] = {"Mon", "Tue", "Wed", "Thu",
                                      "Fri", "Sat", "Sun"};
    struct civil_time t = tz_local(zone, us);
    buf_addf(b, "%s%s %02d:%02d in %s", b->n > 0 ? " or " : "",
             day[civil_weekday(t.date)], (int)(t.second_of_day / 3600),
             (int)(t.second_of_day / 60 % 60), name);
}

const char *why_local_time_of(struct arena *a, const struct tz_set *zones,
                              const struct lead *l, uint64_t e164, int64_t us)
{
    const char *name[4];
    size_t n = 0;
    struct buf b;
    struct why_places p = why_rule_places(l, e164);
    if (us == 0)
        return "";
    if (p.confirmed)
        n = lead_case_zones(p.place[0], name);
    if (n == 0 && e164 != 0)
        n = number_zone_candidates(e164, name, 1) > 0;
    buf_init(&b, LOCAL_MAX);
    for (size_t i = 0; i < n && i < tm_array_len(name); i++) {
        const struct tz *zone = tz_set_find(zones, name[i]);
        if (zone != NULL)
            add_local(&b, zone, name[i], us);
    }
    const char *out = arena_strdup(a, buf_slice(&b));
    buf_fini(&b);
    return out;
}

const char *why_local_time(struct arena *a, const struct tz_set *zones,
                           uint64_t e164, int64_t us)
{
    return why_local_time_of(a, zones, NULL, e164, us);
}

static struct reader_attempt keep_attempt(struct arena *a,
                                          const struct reader_attempt *from)
{
    struct reader_attempt to = *from;
    to.cause = keep(a, from->cause);
    to.rules = keep(a, from->rules);
    to.versions = keep(a, from->versions);
    to.call_id = keep(a, from->call_id);
    to.agent_name = keep(a, from->agent_name);
    to.disposition = keep(a, from->disposition);
    return to;
}

static struct why_rules rules_of(const struct walk *w, const struct lead *l,
                                 uint64_t e164, struct slice text)
{
    struct why_places p = why_rule_places(l, e164);
    return why_rules_parse_at(w->a, w->q->book, text, &p);
}

static int add_attempt(void *arg, const struct reader_attempt *from)
{
    struct walk *w = arg;
    struct why_campaign *c = w->campaign;
    if (from->campaign.v != c->m.campaign.v || c->attempts == ATTEMPTS_MAX)
        return 0;
    c->attempt[c->attempts++] = (struct why_attempt){
        .a = keep_attempt(w->a, from),
        .campaign = c->m.campaign_name.p,
        .lead = c->lead,
        .rules = rules_of(w, c->lead, from->e164, from->rules),
    };
    return 0;
}

/* The rules on record; of several states' rules that share an id those of
 * where the lead is. */
static void name_rules(struct walk *w, struct why_campaign *c)
{
    const struct rule_book *book = w->q->book;
    uint64_t e164 = c->lead->phones > 0 ? c->lead->phone[0].e164 : 0;
    struct why_places p = why_rule_places(c->lead, e164);
    c->rules = why_rules_parse_at(w->a, book, c->m.rules, &p);
    c->help = why_remedy_record(w->a, &c->rules);
    c->rule = why_rule_find(book, c->m.reason.p, &p, 0);
    c->citation = c->rule != NULL ? why_rule_citation(book, c->rule, &p) : "";
}

static int add_membership(void *arg, const struct reader_membership *m)
{
    struct walk *w = arg;
    struct why_lead *l = w->lead;
    if (l->campaigns == CAMPAIGNS_MAX)
        return 0;
    struct why_campaign *c = &l->campaign[l->campaigns++];
    c->m = *m;
    c->m.campaign_name = keep(w->a, m->campaign_name);
    c->m.reason = keep(w->a, m->reason);
    c->m.rules = keep(w->a, m->rules);
    c->m.versions = keep(w->a, m->versions);
    c->m.remedy = keep(w->a, m->remedy);
    c->lead = &l->lead;
    name_rules(w, c);
    for (; c->phones < l->lead.phones; c->phones++) {
        c->phone[c->phones].e164 = l->lead.phone[c->phones].e164;
        c->phone[c->phones].bad = l->lead.phone[c->phones].bad;
        c->phone[c->phones].wrong = l->lead.phone[c->phones].wrong;
    }
    return 0;
}

static int add_lead(void *arg, const struct reader_lead *from)
{
    struct walk *w = arg;
    if (w->w->leads == LEADS_MAX)
        return 0;
    struct why_lead *l = &w->w->lead[w->w->leads++];
    l->lead = *from->lead;
    for (size_t i = 0; i < l->lead.fields; i++) {
        l->lead.field[i].name = keep(w->a, from->lead->field[i].name);
        l->lead.field[i].value = keep(w->a, from->lead->field[i].value);
    }
    l->list = arena_strdup(w->a, from->list_name);
    l->imported_us = from->imported_us;
    l->campaign = arena_array(w->a, CAMPAIGNS_MAX, sizeof(*l->campaign));
    return 0;
}

static int add_opt_out(void *arg, const struct reader_opt_out *from)
{
    struct walk *w = arg;
    if (w->w->opt_outs == OPT_OUTS_MAX)
        return 0;
    struct reader_opt_out *o = &w->w->opt_out[w->w->opt_outs++];
    *o = *from;
    o->seller_name = keep(w->a, from->seller_name);
    o->source = keep(w->a, from->source);
    return 0;
}

static int add_caller(void *arg, const struct reader_caller *from)
{
    struct walk *w = arg;
    if (w->w->callers == ATTEMPTS_MAX)
        return 0;
    struct reader_caller *c = &w->w->caller[w->w->callers++];
    *c = *from;
    c->cause = keep(w->a, from->cause);
    c->agent_name = keep(w->a, from->agent_name);
    c->disposition = keep(w->a, from->disposition);
    return 0;
}

/* Calls to the number whose lead is none of those found: the number was
 * taken from a lead, or the lead erased. The attempt stays. */
static int add_other(void *arg, const struct reader_attempt *from)
{
    struct walk *w = arg;
    struct why *out = w->w;
    for (size_t i = 0; i < out->leads; i++)
        if (out->lead[i].lead.id.v == from->lead.v)
            return 0;
    if (out->others < ATTEMPTS_MAX)
        out->other[out->others++] = (struct why_attempt){
            .a = keep_attempt(w->a, from),
            .campaign = "",
            .rules = rules_of(w, NULL, from->e164, from->rules),
        };
    return 0;
}

/* What the rules are asked with, for one campaign. */
struct ask {
    struct walk *w;
    const struct plan *plan;
    struct suppression suppression;
    struct campaign_counters counters;
    int64_t since_us; /* calls before it are in no period of now */
    bool found;
};

static int count_call(void *arg, const struct reader_attempt *a)
{
    struct ask *k = arg;
    if (a->placed_us != 0 && a->placed_us >= k->since_us)
        campaign_counters_placed(&k->counters, a->placed_us);
    if (a->ended_us != 0 && a->ended_us >= k->since_us)
        campaign_counters_ended(&k->counters, a->ended_us, a->live,
                                a->abandoned);
    return 0;
}

static int find_plan(void *arg, const struct reader_campaign *c)
{
    struct ask *k = arg;
    struct why_campaign *to = k->w->campaign;
    if (c->id.v != to->m.campaign.v)
        return 0;
    to->seller = arena_strdup(k->w->a, c->seller_name);
    k->counters.first_call_us = c->first_call_us;
    k->found = plan_parse(k->w->a, "plan", c->plan, &k->plan, NULL) == TM_OK;
    return 1;
}

/* The history that the rules see is that of the seller. */
static void seller_history(const struct why_lead *l, const struct walk *w,
                           struct lead *lead)
{
    lead->tries = 0;
    for (size_t i = 0; i < l->campaigns; i++) {
        const struct why_campaign *c = &l->campaign[i];
        if (c->m.seller.v != w->campaign->m.seller.v)
            continue;
        for (size_t k = 0; k < c->attempts; k++) {
            const struct reader_attempt *a = &c->attempt[k].a;
            /* as store/lead_rows.c: they reached nobody */
            if ((outcome_flags(a->outcome) & OUTCOME_F_NOT_PLACED) != 0)
                continue;
            struct lead_try t = {.attempt = a->id,
                                 .e164 = a->e164,
                                 .at_us = a->recorded_us,
                                 .outcome = a->outcome};
            size_t at = lead->tries;
            if (at == LEAD_HISTORY_MAX) { /* the oldest one goes */
                memmove(&lead->history[0], &lead->history[1],
                        (LEAD_HISTORY_MAX - 1) * sizeof(t));
                at--;
            } else {
                lead->tries++;
            }
            for (; at > 0 && lead->history[at - 1].at_us > t.at_us; at--)
                lead->history[at] = lead->history[at - 1];
            lead->history[at] = t;
        }
    }
}

/* The campaign's present way of dialling. */
static enum dial_mode mode_of(const struct ask *k)
{
    const struct why_question *q = k->w->q;
    for (size_t i = 0; i < q->dials; i++)
        if (q->dial[i].campaign.v == k->w->campaign->m.campaign.v &&
            strcmp(q->dial[i].plan_hash, k->plan->hash) == 0)
            return q->dial[i].mode;
    return DIAL_UNKNOWN;
}

/* A ceiling of abandoned calls says no. */
static bool too_many_lost(const struct verdict *v)
{
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        bool forbids = r->effect == EFFECT_DENIED ||
                       r->effect == EFFECT_UNKNOWN ||
                       r->effect == EFFECT_NOT_BEFORE;
        if (forbids && strcmp(r->rule->test, "ratio") == 0)
            return true;
    }
    return false;
}

/* As the campaign asks: over the ceiling it dials a line for each agent. */
static void ask_as_dialled(struct lead_case_input *in, const struct lead *lead,
                           size_t phone, struct lead_case *c, struct verdict *v)
{
    const struct rule_book *book = in->book;
    struct attempt_id none = {0};
    for (int n = 0; n < 2; n++) {
        lead_case_build(c, in, lead, phone);
        int rc = rules_check(book, &c->k, none, v, NULL);
        tm_assert(rc == TM_OK || v->kind == VERDICT_DENY);
        enum dial_mode m =
            in->mode != DIAL_UNKNOWN ? in->mode : in->plan->dial_mode;
        if ((m != DIAL_PREDICTIVE && m != DIAL_POWER) || !too_many_lost(v))
            return;
        in->mode = DIAL_PROGRESSIVE;
    }
}

static void ask_phone(struct ask *k, const struct lead *lead, size_t phone)
{
    const struct why_question *q = k->w->q;
    struct lead_case_input in = {
        .plan = k->plan,
        .seller = k->w->campaign->m.seller,
        .book = q->book,
        .zones = q->zones,
        .lists = q->lists,
        .facts = q->facts,
        .suppression = &k->suppression,
        .now_us = q->now_us,
        .mode = mode_of(k),
        .bucket = k->counters.cell,
        .buckets = k->counters.cells,
        .first_call_us = k->counters.first_call_us,
    };
    struct lead_case *c = mem_alloc(sizeof(*c));
    struct verdict *v = mem_alloc(sizeof(*v));
    struct buf b;
    ask_as_dialled(&in, lead, phone, c, v);
    buf_init(&b, ASKED_MAX);
    struct why_phone *to = &k->w->campaign->phone[phone];
    to->help = why_remedy_verdict(k->w->a, v, &c->k);
    if (to->help.n > 0) /* they say more than the one of the verdict */
        v->remedy = "";
    verdict_sentence(v, &b);
    struct duty_gap gap = {0};
    if (v->kind == VERDICT_ALLOW && duty_gap_find(k->plan, v, &gap)) {
        v->kind = VERDICT_DENY;
        buf_add_str(&b, " But the ");
        duty_gap_text(&gap, &b);
        buf_add_char(&b, '.');
    }
    const struct verdict_reason *cause = verdict_cause(v);
    to->cause = cause != NULL ? cause->rule : gap.rule;
    to->verdict = v->kind;
    to->asked = arena_strdup(k->w->a, buf_slice(&b));
    buf_fini(&b);
    mem_free(v);
    mem_free(c);
}

/* The lead was read for all sellers; a relationship is with one. */
struct relate {
    struct lead *lead;
    struct seller_id seller;
};

static int relate(void *arg, const struct ledger_entry *x)
{
    const struct relate *to = arg;
    if (x->ended_us == 0)
        lead_ledger_relate(to->lead, x, to->seller);
    return 0;
}

static int seller_relationship(const struct walk *w, struct lead *lead,
                               struct err *e)
{
    const struct reader *r = w->q->reader;
    struct relate to = {.lead = lead, .seller = w->campaign->m.seller};
    int rc = TM_OK;
    for (size_t i = 0; i < lead->phones && rc >= 0; i++) {
        struct reader_ledger q = {.kind = LEDGER_RELATIONSHIP,
                                  .e164 = lead->phone[i].e164,
                                  .address = str_of("")};
        rc = r->ledger(r->self, &q, relate, &to, e);
    }
    return rc;
}

static bool worth_asking(enum lead_state s)
{
    return s == LEAD_NEW || s == LEAD_WAITING || s == LEAD_CALLBACK ||
           s == LEAD_DENIED;
}

static int ask_rules(struct walk *w, struct ask *k, struct err *e)
{
    const struct reader *r = w->q->reader;
    struct lead lead = w->lead->lead;
    int rc = TM_OK;
    if (k->counters.first_call_us != 0) {
        struct reader_attempts all = {.campaign = w->campaign->m.campaign};
        k->since_us =
            campaign_counters_since(k->counters.first_call_us, w->q->now_us);
        rc = r->attempts(r->self, &all, count_call, k, e);
    }
    seller_history(w->lead, w, &lead);
    if (rc >= 0)
        rc = seller_relationship(w, &lead, e);
    for (size_t i = 0; i < w->w->opt_outs; i++)
        suppression_add(&k->suppression, w->w->opt_out[i].seller,
                        w->w->opt_out[i].e164, w->w->opt_out[i].at_us);
    for (size_t i = 0; i < lead.phones && rc >= 0; i++)
        if (!lead.phone[i].bad)
            ask_phone(k, &lead, i);
    return rc;
}

/* Whether all its numbers are of people who asked this seller, or every one,
 * to be left alone. */
static bool is_opted_out(const struct walk *w, const struct why_campaign *c)
{
    size_t asked = 0;
    for (size_t i = 0; i < c->phones; i++) {
        for (size_t k = 0; k < w->w->opt_outs; k++) {
            const struct reader_opt_out *o = &w->w->opt_out[k];
            if (o->e164 == c->phone[i].e164 && o->at_us <= w->q->now_us &&
                (o->seller.v == 0 || o->seller.v == c->m.seller.v)) {
                asked++;
                break;
            }
        }
    }
    return asked > 0 && asked == c->phones;
}

static int read_campaign(struct walk *w, struct err *e)
{
    const struct reader *r = w->q->reader;
    struct tenant_id any = {0};
    struct ask k = {.w = w};
    w->campaign->seller = "";
    int rc = r->campaigns(r->self, any, find_plan, &k, e);
    if (rc >= 0 && k.found && w->q->lists != NULL &&
        worth_asking(w->campaign->m.state)) {
        suppression_init(&k.suppression);
        rc = ask_rules(w, &k, e);
        suppression_fini(&k.suppression);
    }
    w->campaign->opted_out = is_opted_out(w, w->campaign);
    if (rc >= 0)
        w->campaign->headline = why_say(w->q, w->a, w->campaign);
    return rc;
}

static int read_lead(struct walk *w, struct err *e)
{
    const struct reader *r = w->q->reader;
    struct why_lead *l = w->lead;
    struct reader_attempts q = {.lead = l->lead.id};
    int rc = r->memberships(r->self, l->lead.id, add_membership, w, e);
    for (size_t i = 0; i < l->campaigns && rc >= 0; i++) {
        w->campaign = &l->campaign[i];
        w->campaign->attempt =
            arena_array(w->a, ATTEMPTS_MAX, sizeof(struct why_attempt));
        rc = r->attempts(r->self, &q, add_attempt, w, e);
    }
    for (size_t i = 0; i < l->campaigns && rc >= 0; i++) {
        w->campaign = &l->campaign[i];
        rc = read_campaign(w, e);
    }
    return rc;
}

/* Opt-outs of the number, or of all numbers of the leads. */
static int read_opt_outs(struct walk *w, struct err *e)
{
    const struct reader *r = w->q->reader;
    if (w->w->e164 != 0)
        return r->opt_outs(r->self, w->w->e164, add_opt_out, w, e);
    int rc = TM_OK;
    for (size_t i = 0; i < w->w->leads; i++) {
        const struct lead *l = &w->w->lead[i].lead;
        for (size_t k = 0; k < l->phones && rc >= 0; k++)
            rc = r->opt_outs(r->self, l->phone[k].e164, add_opt_out, w, e);
    }
    return rc;
}

static int read_callers(struct walk *w, struct err *e)
{
    const struct reader *r = w->q->reader;
    struct reader_attempts q = {.e164 = w->w->e164};
    int rc = TM_OK;
    if (r->callers == NULL)
        return TM_OK;
    if (q.e164 != 0)
        return r->callers(r->self, &q, add_caller, w, e);
    for (size_t i = 0; i < w->w->leads; i++) {
        const struct lead *l = &w->w->lead[i].lead;
        for (size_t k = 0; k < l->phones && rc >= 0; k++) {
            q.e164 = l->phone[k].e164;
            rc = r->callers(r->self, &q, add_caller, w, e);
        }
    }
    return rc;
}

int why_ask(const struct why_question *q, struct arena *a, uint64_t e164,
            struct lead_id lead, struct why *out, struct err *e)
{
    tm_assert((e164 != 0) != (lead.v != 0));
    const struct reader *r = q->reader;
    struct why why = {
        .e164 = e164, .now_us = q->now_us, .now_source = q->now_source};
    struct walk w = {.q = q, .a = a, .w = &why};
    why.lead = arena_array(a, LEADS_MAX, sizeof(*why.lead));
    why.opt_out = arena_array(a, OPT_OUTS_MAX, sizeof(*why.opt_out));
    why.other = arena_array(a, ATTEMPTS_MAX, sizeof(*why.other));
    why.caller = arena_array(a, ATTEMPTS_MAX, sizeof(*why.caller));
    int rc = e164 != 0 ? r->leads_of_number(r->self, e164, add_lead, &w, e)
                       : r->lead(r->self, lead, add_lead, &w, e);
    if (rc >= 0)
        rc = read_opt_outs(&w, e);
    if (rc >= 0)
        rc = read_callers(&w, e);
    for (size_t i = 0; i < why.leads && rc >= 0; i++) {
        w.lead = &why.lead[i];
        rc = read_lead(&w, e);
    }
    if (rc >= 0 && e164 != 0) {
        struct reader_attempts all = {.e164 = e164};
        rc = r->attempts(r->self, &all, add_other, &w, e);
    }
    if (rc < 0)
        return rc;
    *out = why;
    return TM_OK;
}
