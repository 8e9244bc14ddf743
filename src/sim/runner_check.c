#include "sim/runner_check.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "core/campaign/lead_case.h"
#include "core/number/number_zone.h"
#include "sim/check_agents.h"
#include "sim/sim_agents.h"

struct runner_check {
    struct arena arena;
    const struct runner_options *o;
    struct check_campaign campaign[2];
    struct check_world world;
    struct check_rules *rules;
    struct check_floor floor, second;
    struct check_agents *agents;
    bool finished;
};

#define SECOND_US INT64_C(1000000)

/* Something happens within so long while agents are ready and leads are due;
 * with faults, each of which lasts a minute at most, and may follow another. */
enum {
    IDLE_S = 20,
    IDLE_FAULTS_S = 200,
    RING_S = 30,
    CALLBACK_S = 900,
    MESSAGE_S = 1
};

static enum line_type line_of(enum number_type t, bool business)
{
    if (t == NUMBER_FIXED)
        return business ? LINE_BUSINESS : LINE_RESIDENTIAL;
    if (t == NUMBER_MOBILE)
        return LINE_WIRELESS;
    if (t == NUMBER_UAN)
        return LINE_BUSINESS;
    return t == NUMBER_TOLL_FREE ? LINE_TOLL_FREE : LINE_UNKNOWN;
}

/* The line may lie in each zone of the number and in each of the state where
 * the person is said to live. */
static void fill_zones(struct runner_check *c, const struct lead *l,
                       struct check_phone *p)
{
    const char *name[NUMBER_ZONE_MAX + 4];
    char region[16];
    struct place_code place;
    size_t n = number_zone_candidates(p->e164, name, NUMBER_ZONE_MAX);
    (void)snprintf(region, sizeof(region), "%s-%s", l->country, l->region);
    if (l->region[0] != '\0' && vocab_place_parse(str_of(region), &place))
        n += lead_case_zones(place, name + n);
    const struct tz **zone = arena_array(&c->arena, n, sizeof(*zone));
    for (size_t i = 0; i < n; i++)
        zone[i] = tz_set_find(c->o->zones, name[i]);
    p->zone = zone;
    p->zones = n;
}

static void fill_phone(struct runner_check *c, const struct lead *l, size_t i,
                       struct check_phone *p)
{
    char country[3];
    const struct sim_list *list = c->o->list;
    uint64_t e164 = l->phone[i].e164;
    *p = (struct check_phone){
        .e164 = e164,
        .us = number_country(e164, country) && strcmp(country, "US") == 0,
        .line = line_of(l->phone[i].type, l->business),
        .national = sim_list_is_national(list, e164) ? TRI_YES : TRI_NO,
        .opted_out = sim_list_is_internal(list, e164),
    };
    /* whichever telephone he asked on */
    for (size_t k = 0; k < l->phones; k++)
        p->opted_out |= sim_list_opted_out(list, l->phone[k].e164);
    fill_zones(c, l, p);
}

static void fill_consents(struct runner_check *c, const struct lead *l,
                          struct check_lead *out)
{
    struct check_consent *k = arena_array(&c->arena, l->consents, sizeof(*k));
    for (size_t i = 0; i < l->consents; i++)
        k[i] = (struct check_consent){
            .type = l->consent[i].type,
            .seller = l->consent[i].seller,
            .channels = l->consent[i].channels,
            .not_condition = c->o->plan->consent_not_condition,
            .given = l->consent[i].given,
            .revoked_us = l->consent[i].revoked_us,
        };
    out->consent = k;
    out->consents = l->consents;
}

static void fill_earlier(struct runner_check *c, const struct lead *l,
                         struct check_lead *out)
{
    struct check_earlier *k = arena_array(&c->arena, l->tries, sizeof(*k));
    for (size_t i = 0; i < l->tries; i++)
        k[i] = (struct check_earlier){.at_us = l->history[i].at_us,
                                      .e164 = l->history[i].e164,
                                      .automated = true};
    out->earlier = k;
    out->earliers = l->tries;
}

static void fill_lead(struct runner_check *c, const struct lead *l,
                      struct check_lead *out)
{
    struct check_phone *phone =
        arena_array(&c->arena, l->phones, sizeof(*phone));
    for (size_t i = 0; i < l->phones; i++)
        fill_phone(c, l, i, &phone[i]);
    *out = (struct check_lead){
        .id = l->id,
        .phone = phone,
        .phones = l->phones,
        .party = l->business ? PARTY_BUSINESS : PARTY_CONSUMER,
        .last_transaction = l->last_transaction,
        .last_inquiry = l->last_inquiry,
        .last_gift = l->last_gift,
    };
    fill_consents(c, l, out);
    fill_earlier(c, l, out);
}

static void fill_leads(struct runner_check *c)
{
    size_t n = sim_list_size(c->o->list);
    struct check_lead *all = arena_array(&c->arena, n, sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        struct lead l;
        sim_list_lead(c->o->list, i, &l);
        fill_lead(c, &l, &all[i]);
    }
    c->world.lead = all;
    c->world.leads = n;
}

static void fill_campaign(struct runner_check *c, const struct plan *p,
                          enum dial_mode mode, struct campaign_id id,
                          struct check_campaign *out)
{
    const struct dnc_lists *lists = sim_list_lists(c->o->list);
    const struct dnc_set *national = dnc_lists_find(lists, "us_national");
    *out = (struct check_campaign){
        .id = id,
        .seller = {SIM_LIST_SELLER},
        .channel = p->channel,
        .dial_mode = mode,
        .caller = p->caller_kind,
        .seller_type = p->seller_type,
        .ftc = p->ftc_jurisdiction,
        .hipaa = p->hipaa,
        .purpose = p->purpose,
        .goods = p->goods,
        .leads_to_sale = p->leads_to_sale,
        .caller_id = p->caller_e164 != 0 ? TRI_YES : TRI_NO,
        .opt_out_key = p->script->opt_out_any_time ? TRI_YES : TRI_NO,
        .abandon_message = TRI_YES,
        .ring_us = p->ring_timeout_ms * 1000,
        .window = p->policy.window,
        .windows = p->policy.windows,
        .cap = p->policy.cap,
        .caps = p->policy.caps,
        .calls_max = p->calls_max,
        .tries_max = p->retry.tries_max,
    };
    if (national != NULL)
        out->scrubbed = civil_of_us(national->obtained_us).date;
}

/* How it dials; ahead of its agents, when it does so at some time. */
static enum dial_mode mode_of(const struct runner_options *o)
{
    enum dial_mode m = o->pacing != NULL ? o->pacing->mode : o->plan->dial_mode;
    for (size_t i = 0; i < o->changes; i++)
        if (o->change[i].pacing.mode == DIAL_POWER ||
            o->change[i].pacing.mode == DIAL_PREDICTIVE)
            m = o->change[i].pacing.mode;
    return m;
}

static void fill_campaigns(struct runner_check *c)
{
    const struct runner_options *o = c->o;
    fill_campaign(c, o->plan, mode_of(o),
                  (struct campaign_id){SIM_LIST_CAMPAIGN}, &c->campaign[0]);
    if (o->second != NULL)
        fill_campaign(c, o->second, o->second->dial_mode,
                      (struct campaign_id){SIM_LIST_SECOND}, &c->campaign[1]);
    c->world.campaign = c->campaign;
    c->world.campaigns = o->second != NULL ? 2 : 1;
}

/* --- agents ------------------------------------------------------------- */

/* What people who call us meet. */
static void fill_inbound(const struct plan *p, struct check_floor *out)
{
    const struct plan_inbound *in = &p->inbound;
    struct prompt said[2];
    size_t n = 0;
    if (in->numbers == 0)
        return;
    if (p->record && in->recording_notice != NULL)
        said[n++] = (struct prompt){.kind = PROMPT_TEXT,
                                    .text = str_of(in->recording_notice)};
    if (in->greeting != NULL)
        said[n++] =
            (struct prompt){.kind = PROMPT_TEXT, .text = str_of(in->greeting)};
    out->number = in->number;
    out->numbers = in->numbers;
    out->greeting_us = sim_carrier_say_ms(said, n) * 1000;
    out->wait_us = in->wait_max_ms * 1000;
    out->calls_back = in->call_back_missed;
    out->opt_out_key = in->opt_out_key;
    out->callback_key = in->callback_key;
    out->opt_out_say = in->opt_out_say;
    out->callback_say = in->callback_say;
    out->closed_say = in->closed_say;
}

static void fill_setups(struct runner_check *c)
{
    struct sim_agents_options ao = {.scenario = c->o->scenario,
                                    .plan = c->o->plan};
    struct sim_agents *g = sim_agents_new(&ao);
    size_t n = sim_agents_count(g);
    struct agent_setup *a = arena_array(&c->arena, n, sizeof(*a));
    for (size_t i = 0; i < n; i++)
        sim_agents_setup(g, i, &a[i]);
    sim_agents_free(g);
    c->floor.agent = a;
    c->floor.agents = n;
}

static void fill_people(struct runner_check *c)
{
    c->floor.endless = sim_list_is_endless(c->o->list);
    if (c->floor.endless) {
        /* Each day has a list of its own: old promises are forgotten. */
        if (c->o->scenario->days > 1)
            c->floor.callback_us = 0;
        return;
    }
    size_t n = sim_list_size(c->o->list);
    struct lead_id *all = arena_array(&c->arena, n, sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        struct lead l;
        sim_list_lead(c->o->list, i, &l);
        all[i] = l.id;
    }
    c->floor.lead = all;
    c->floor.leads = n;
}

/* Whether the campaign dials so at some time of the run. */
static bool dials(const struct runner_options *o,
                  bool(fits)(enum dial_mode, enum policy_kind))
{
    bool any = o->pacing != NULL
                   ? fits(o->pacing->mode, o->pacing->policy.kind)
                   : fits(o->plan->dial_mode, o->plan->pacing.kind);
    for (size_t i = 0; i < o->changes; i++)
        any = any ||
              fits(o->change[i].pacing.mode, o->change[i].pacing.policy.kind);
    return any;
}

static bool is_manual(enum dial_mode m, enum policy_kind k)
{
    (void)k;
    return m == DIAL_MANUAL;
}

static bool is_preview(enum dial_mode m, enum policy_kind k)
{
    (void)k;
    return m == DIAL_PREVIEW;
}

/* An agent may be left idle, and is. */
static bool is_wasteful(enum dial_mode m, enum policy_kind k)
{
    return m == DIAL_PREDICTIVE && k != POLICY_PREDICTIVE;
}

static bool is_ours(enum dial_mode m, enum policy_kind k)
{
    return m == DIAL_PREDICTIVE && k == POLICY_PREDICTIVE;
}

/* Who calls us waits for lines that ring, and agents for him. */
static int64_t idle_us(const struct runner_options *o)
{
    int64_t us =
        o->faults == NULL ? IDLE_S * SECOND_US : IDLE_FAULTS_S * SECOND_US;
    return us + (o->scenario->callers > 0.0 ? RING_S * SECOND_US : 0);
}

/* Agents go to who calls us, and to the other campaign's people, first. */
static int64_t callback_us(const struct runner_options *o)
{
    bool others = o->second != NULL || o->scenario->callers > 0.0;
    return (others ? 2 : 1) * CALLBACK_S * SECOND_US;
}

static bool dials_only(const struct runner_options *o, enum dial_mode m)
{
    enum dial_mode first =
        o->pacing != NULL ? o->pacing->mode : o->plan->dial_mode;
    return first == m && o->changes == 0;
}

static double limit_of(const struct runner_options *o)
{
    return (o->pacing != NULL ? o->pacing->abandon_limit_ppm
                              : o->plan->abandon_limit_ppm) /
           1e6;
}

/* What one of two campaigns may do with agents of both is not checked. */
static void fill_second(struct runner_check *c)
{
    const struct plan *p = c->o->second;
    bool shown = p->dial_mode == DIAL_MANUAL || p->dial_mode == DIAL_PREVIEW;
    c->second = c->floor;
    c->second.campaign.v = SIM_LIST_SECOND;
    c->second.numbers = 0;
    c->second.greeting_us = c->second.wait_us = 0;
    c->second.opt_out_key = c->second.callback_key = '\0';
    c->second.opt_out_say = c->second.callback_say = NULL;
    c->second.closed_say = NULL;
    fill_inbound(p, &c->second);
    c->second.hold_us = p->hold_ms * 1000;
    c->second.detect_us =
        p->detect ? (int64_t)(c->o->scenario->amd_hi * 1e6) + SECOND_US / 10
                  : 0;
    c->second.wrap_us = p->wrap_limit_ms * 1000;
    c->second.on_hold_us = p->hold_limit_ms * 1000;
    c->second.preview_us = p->dial_mode == DIAL_PREVIEW && !p->preview_dials
                               ? p->preview_limit_ms * 1000
                               : 0;
    c->floor.second = &c->second;
    c->second.wrong = p->detect ? p->detect_wrong_ppm / 1e6 : 0;
    c->second.budget = c->o->scenario->leg_per_call == 0 &&
                               c->o->faults == NULL &&
                               is_ours(p->dial_mode, p->pacing.kind)
                           ? p->abandon_limit_ppm / 1e6
                           : 0;
    c->floor.covered = false;
    c->floor.kept = c->floor.kept && p->dial_mode == DIAL_PROGRESSIVE;
    if (shown)
        c->floor.callback_us = 0;
    if (p->dial_mode == DIAL_MANUAL ||
        is_wasteful(p->dial_mode, p->pacing.kind))
        c->floor.idle_us = 0;
}

static void fill_floor(struct runner_check *c)
{
    const struct runner_options *o = c->o;
    const struct plan *p = o->plan;
    bool live = p->dial_mode != DIAL_AGENTLESS && p->dial_mode != DIAL_UNKNOWN;
    bool asked = dials(o, is_manual);
    c->floor = (struct check_floor){
        .campaign = {SIM_LIST_CAMPAIGN},
        .live = live,
        .hold_us = p->hold_ms * 1000,
        .detect_us = p->detect
                         ? (int64_t)(o->scenario->amd_hi * 1e6) + SECOND_US / 10
                         : 0,
        .message_us = p->abandoned_say != NULL ? MESSAGE_S * SECOND_US : 0,
        .wrap_us = p->wrap_limit_ms * 1000,
        .on_hold_us = p->hold_limit_ms * 1000,
        /* Who is to dial then may wait for a line. */
        .preview_us = dials(o, is_preview) && !asked && !p->preview_dials
                          ? p->preview_limit_ms * 1000
                          : 0,
        .idle_us = asked || dials(o, is_wasteful) ? 0 : idle_us(o),
        /* Whom agents look at is not written down. */
        .callback_us =
            asked || !live || dials(o, is_preview) ? 0 : callback_us(o),
        .covered = dials_only(o, DIAL_PROGRESSIVE),
        .kept = dials_only(o, DIAL_PROGRESSIVE),
        /* A telephone that rings first may take longer than the hold. */
        .budget = o->scenario->leg_per_call == 0 &&
                          dials_only(o, DIAL_PREDICTIVE) &&
                          !dials(o, is_wasteful) && o->faults == NULL
                      ? limit_of(o)
                      : 0,
        .wrong = p->detect ? p->detect_wrong_ppm / 1e6 : 0,
        .clock_steps = o->faults != NULL && o->faults->clock_ppm > 0,
        .disposition = p->disposition,
        .dispositions = p->dispositions,
    };
    if (!live)
        return;
    fill_inbound(p, &c->floor);
    if (o->second != NULL)
        fill_second(c);
    fill_setups(c);
    fill_people(c);
}

/* --- life of the checker ------------------------------------------------ */

struct runner_check *runner_check_new(const struct runner_options *o)
{
    struct runner_check *c = mem_alloc(sizeof(*c));
    c->o = o;
    arena_init(&c->arena);
    fill_floor(c);
    if (!c->floor.endless)
        fill_leads(c);
    fill_campaigns(c);
    c->world.no_law = c->floor.live && o->scenario->allow_all;
    c->world.agents_known = c->floor.live;
    c->rules = check_rules_new(&c->world);
    c->agents = check_agents_new(&c->floor);
    return c;
}

void runner_check_free(struct runner_check *c)
{
    if (c == NULL)
        return;
    check_rules_free(c->rules);
    check_agents_free(c->agents);
    arena_fini(&c->arena);
    mem_free(c);
}

/* Somebody who was no lead called us, and is one from here on. */
static void learn_caller(struct runner_check *c, const struct record *r)
{
    struct lead l = {.id = r->lead, .phones = 1};
    struct number n = {.type = NUMBER_TYPE_UNKNOWN};
    if (r->kind != RECORD_INCOMING || r->e164 == 0 ||
        (size_t)r->lead.v <= sim_list_size(c->o->list))
        return;
    (void)number_describe(r->e164, &n);
    l.phone[0] = (struct lead_phone){.e164 = r->e164, .type = n.type};
    (void)str_copy(l.country, sizeof(l.country), str_of(n.region));
    struct check_lead *out = arena_alloc(&c->arena, sizeof(*out));
    fill_lead(c, &l, out);
    check_rules_add_lead(c->rules, out);
}

void runner_check_journal(void *arg, const struct record *r,
                          const struct journal_row *row)
{
    struct runner_check *c = arg;
    (void)row;
    if (!c->floor.endless)
        learn_caller(c, r);
    /* Of an endless list nobody knows the people. */
    if (!c->floor.endless)
        check_rules_record(c->rules, r);
    check_agents_record(c->agents, r);
    if (r->kind == RECORD_ATTEMPT && check_rules_one_each(c->rules, r->attempt))
        check_agents_one_each(c->agents, r->attempt);
}

void runner_check_call(void *arg, const struct permit *p,
                       const struct call_spec *s, int64_t now_us)
{
    struct runner_check *c = arg;
    check_agents_invite(c->agents, p, s, now_us);
}

static void on_says(void *arg, struct attempt_id a, const struct prompt *list,
                    size_t n)
{
    struct runner_check *c = arg;
    for (size_t i = 0; i < n; i++)
        check_agents_said(c->agents, a, list[i].text);
}

static void on_truth(void *arg, enum sim_live_news news,
                     const struct sim_live_call *k)
{
    struct runner_check *c = arg;
    if (news == SIM_LIVE_PRESSED)
        check_agents_pressed(c->agents, k->attempt, k->key, k->at_us);
}

static void on_order(void *arg, struct agent_id a, const struct agent_order *o,
                     int rc, int64_t now_us)
{
    struct runner_check *c = arg;
    bool leaves = o->kind == AGENT_DO_PAUSE || o->kind == AGENT_DO_SIGN_OUT;
    if (rc == TM_OK && (leaves || o->kind == AGENT_DO_READY))
        check_agents_wish(c->agents, a, !leaves, now_us);
}

void runner_check_watch(struct runner_check *c, struct runner_options *o)
{
    o->calls = runner_check_call;
    o->says = on_says;
    o->truth = on_truth;
    o->orders = on_order;
    o->calls_arg = o->says_arg = o->truth_arg = o->orders_arg = c;
}

/* "... 3 of 120 lost; ..." */
void runner_check_trace(void *arg, struct campaign_id campaign, int64_t now_us,
                        const char *text)
{
    struct runner_check *c = arg;
    unsigned long long lost, live;
    const char *at = strstr(text, " lost;");
    (void)campaign;
    if (at == NULL)
        return;
    while (at > text && at[-1] != ';')
        at--;
    if (sscanf(at, " %llu of %llu lost;", &lost, &live) == 2)
        check_agents_decided(c->agents, campaign, now_us, live, lost);
}

static void same(struct runner_check *c, const char *what, uint64_t run,
                 uint64_t records)
{
    if (run != records)
        check_agents_find(c->agents, CHECK_SUMS,
                          "%s: the run counts %llu, the records %llu", what,
                          (unsigned long long)run, (unsigned long long)records);
}

void runner_check_result(struct runner_check *c, const struct runner_result *r)
{
    const struct check_agents_sums *s = check_agents_sums(c->agents);
    uint64_t leads = 0;
    for (int i = 0; i < LEAD_STATE_COUNT; i++)
        leads += r->lead[i];
    same(c, "leads by their state", leads, r->leads);
    if (!c->floor.live)
        return;
    same(c, "attempts", r->attempts, s->attempts);
    same(c, "talked", r->talked, s->talked);
    same(c, "calls to us", r->callers.recorded, s->callers);
    same(c, "callers who gave up", r->callers.gave_up, s->gave_up);
    if (s->restarts > 0) /* what was called and not written down */
        return;
    same(c, "placed", r->placed, s->placed);
    same(c, "answered", r->answered, s->answered);
    same(c, "live", r->live, s->live);
    same(c, "abandoned", r->abandoned, s->abandoned);
    same(c, "people and machines with an agent",
         r->floor.talks + r->floor.machines, s->bridged);
    same(c, "callers with an agent", r->callers.joined, s->callers_joined);
}

const struct check_rules *runner_check_finish(struct runner_check *c)
{
    tm_assert(!c->finished);
    c->finished = true;
    check_rules_finish(c->rules);
    check_agents_finish(c->agents, 0);
    uint64_t n = check_agents_findings(c->agents);
    for (size_t i = 0; i < n && i < CHECK_AGENTS_KEPT; i++) {
        const struct check_agents_finding *f =
            check_agents_finding(c->agents, i);
        char text[CHECK_RULES_TEXT];
        (void)snprintf(text, sizeof(text), "%s: %s",
                       check_agents_kind_text(f->kind), f->text);
        check_rules_add(c->rules, CHECK_FLOOR, f->record, text);
    }
    return c->rules;
}

void runner_check_tell(const struct runner_check *c, size_t max,
                       struct buf *out)
{
    uint64_t n = check_rules_counts(c->rules).findings;
    if (n > CHECK_RULES_KEPT)
        n = CHECK_RULES_KEPT;
    for (size_t i = 0; i < n && i < max; i++) {
        const struct check_rules_finding *f = check_rules_finding(c->rules, i);
        buf_addf(out, "%s, record %llu: %s\n", check_rules_kind_text(f->kind),
                 (unsigned long long)f->record, f->text);
    }
}
