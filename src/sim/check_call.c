/* The books of calls: one permit, one INVITE, one end, and what follows. */
#include <string.h>

#include "base/arena.h"
#include "sim/check_inside.h"

#define PERIOD_US (INT64_C(30) * 24 * 3600 * 1000000)

static void books(struct check_rules *c, const struct record *r,
                  const char *what)
{
    check_rules_find(c, CHECK_BOOKS, "%s (attempt %lld, lead %lld)", what,
                     (long long)r->attempt.v, (long long)r->lead.v);
}

/* --- permits
 * ------------------------------------------------------------------- */

static struct check_try *new_try(struct check_rules *c, const struct record *r)
{
    if (c->tried == c->try_cap) {
        c->try_cap = c->try_cap == 0 ? 256 : 2 * c->try_cap;
        c->try = mem_resize(c->try, c->try_cap * sizeof *c->try);
    }
    struct check_try *t = &c->try[c->tried++];
    memset(t, 0, sizeof *t);
    t->id = r->attempt;
    t->e164 = r->e164;
    t->at_us = r->at_us;
    t->expires_us = r->due_us;
    map_set(&c->tries, (uint64_t)r->attempt.v, c->tried);
    return t;
}

static void chain(struct map *newest, uint64_t key, size_t index,
                  size_t *before)
{
    uint64_t at = 0;
    *before = map_get(newest, key, &at) ? (size_t)at : 0;
    map_set(newest, key, index);
}

/* The attempt's lead and campaign are free for it. */
static void check_free(struct check_rules *c, const struct record *r,
                       const struct check_try *t)
{
    uint64_t up = 0;
    if (map_get(&c->up, (uint64_t)r->lead.v, &up) && up > 0)
        books(c, r, "the lead is in another call");
    const struct check_period *p = check_rules_period(c, t->campaign);
    if (p->stated && !p->running)
        books(c, r, "the campaign is not running");
    if (t->campaign->calls_max > 0 && p->up >= t->campaign->calls_max)
        books(c, r, "more calls at a time than the campaign may have");
    struct check_member *m = check_rules_member(c, r);
    if (m->owed)
        books(c, r, "called again without a next step");
    if (m->told && (m->state == LEAD_DONE || m->state == LEAD_EXHAUSTED ||
                    m->state == LEAD_DENIED))
        books(c, r, "called although the campaign is done with the lead");
    /* Who was promised a call gets it. */
    m->promised = m->promised || (m->told && m->state == LEAD_CALLBACK);
    if (t->campaign->tries_max > 0 && m->tries >= t->campaign->tries_max &&
        !m->promised)
        check_rules_find(c, CHECK_UNLAWFUL,
                         "attempt %lld of lead %lld: its calls are used up",
                         (long long)r->attempt.v, (long long)r->lead.v);
    m->tries++;
    if (m->told && m->due_us > r->at_us)
        books(c, r, "called before the lead's own time");
}

void check_call_attempt(struct check_rules *c, const struct record *r)
{
    c->counts.attempts++;
    const struct check_campaign *k = check_rules_campaign(c, r->campaign);
    const struct check_lead *l = check_rules_lead(c, r->lead);
    if (r->attempt.v == 0 || k == NULL || l == NULL) {
        books(c, r, "an attempt of nobody: no id, campaign or lead");
        return;
    }
    if (check_rules_try(c, r) != NULL) {
        books(c, r, "the attempt's number was used before");
        return;
    }
    if (r->seller.v != k->seller.v)
        books(c, r, "the seller is not the campaign's");
    (void)map_remove(&c->called_us, (uint64_t)r->lead.v);
    struct check_try *t = new_try(c, r);
    t->campaign = k;
    t->lead = l;
    for (size_t i = 0; i < l->phones; i++) {
        if (l->phone[i].e164 == r->e164)
            t->phone = &l->phone[i];
    }
    check_free(c, r, t);
    if (t->phone == NULL)
        check_rules_find(c, CHECK_UNLAWFUL,
                         "attempt %lld: a number that lead %lld does not have",
                         (long long)r->attempt.v, (long long)r->lead.v);
    else
        check_judge_attempt(c, t, r);
    chain(&c->of_lead, (uint64_t)r->lead.v, c->tried, &t->before_of_lead);
    chain(&c->of_number, check_rules_key(4, k->seller.v, r->e164), c->tried,
          &t->before_of_number);
    check_rules_period(c, k)->up++;
    check_rules_member(c, r)->open = c->tried;
    uint64_t up = 0;
    (void)map_get(&c->up, (uint64_t)r->lead.v, &up);
    map_set(&c->up, (uint64_t)r->lead.v, up + 1);
}

/* --- while it is up
 * ----------------------------------------------------------------- */

void check_call_placed(struct check_rules *c, const struct record *r)
{
    c->counts.placed++;
    struct check_try *t = check_rules_try(c, r);
    if (t == NULL) {
        check_rules_find(c, CHECK_UNLAWFUL,
                         "INVITE without a permit (attempt %lld)",
                         (long long)r->attempt.v);
        return;
    }
    if (t->placed_us != 0)
        check_rules_find(c, CHECK_UNLAWFUL,
                         "a second INVITE on one permit (attempt %lld)",
                         (long long)r->attempt.v);
    if (t->ended)
        books(c, r, "INVITE after the end");
    if (r->e164 != 0 && r->e164 != t->e164)
        check_rules_find(c, CHECK_UNLAWFUL,
                         "attempt %lld: INVITE to another number",
                         (long long)r->attempt.v);
    t->placed_us = r->at_us;
    if (t->phone != NULL)
        check_judge_placed(c, t, r);
    struct check_period *p = check_rules_period(c, t->campaign);
    if (p->first_us == 0)
        p->first_us = r->at_us;
}

void check_call_event(struct check_rules *c, const struct record *r)
{
    struct check_try *t = check_rules_try(c, r);
    if (t == NULL) {
        /* Opt-outs and callbacks may also come without a call. */
        if (r->attempt.v != 0 ||
            (r->kind != RECORD_OPT_OUT && r->kind != RECORD_CALLBACK))
            books(c, r, "an event of no attempt");
        return;
    }
    /* What a person told an agent is written down when he wraps up. */
    bool later =
        r->kind == RECORD_CALLBACK || (t->bridged && r->kind == RECORD_OPT_OUT);
    if (t->ended && !later)
        books(c, r, "an event after the end");
    if (t->placed_us == 0)
        books(c, r, "an event before the INVITE");
    if (r->kind == RECORD_ANSWERED) {
        c->counts.answered++;
        if (t->answered_us != 0)
            books(c, r, "answered twice");
        t->answered_us = r->at_us;
    }
    if (r->kind != RECORD_ANSWER && r->kind != RECORD_OPT_OUT &&
        r->kind != RECORD_CALLBACK && r->kind != RECORD_BRIDGED)
        return;
    t->bridged = t->bridged || r->kind == RECORD_BRIDGED;
    if (t->answered_us == 0)
        books(c, r, "somebody spoke before the call was answered");
    t->served = true;
}

/* --- the end
 * ----------------------------------------------------------------------------
 */

/* Live and abandoned, told from what was recorded of the call before. */
static void check_served(struct check_rules *c, const struct record *r,
                         const struct check_try *t)
{
    enum outcome o = (enum outcome)r->state;
    bool outcome_live = (outcome_flags(o) & OUTCOME_F_LIVE) != 0;
    if (r->live && t->answered_us == 0)
        books(c, r, "live without an answer");
    if (r->abandoned && !r->live)
        books(c, r, "abandoned and not live");
    /* Who hears the message of those who find no agent, and opts out by its
     * key, was abandoned all the same. */
    bool found_nobody = t->campaign->channel == CHANNEL_VOICE_LIVE &&
                        !t->bridged && t->opted_out;
    if (r->abandoned && t->served && !found_nobody)
        books(c, r, "abandoned although the person was served");
    if (o == OUTCOME_UNKNOWN) {
        if (t->answered_us != 0 && !t->served && !r->abandoned)
            books(c, r, "answered and unserved, and not counted abandoned");
        return;
    }
    if (outcome_live != r->live)
        books(c, r, "the outcome and the live mark differ");
    if ((o == OUTCOME_ABANDONED) != r->abandoned &&
        !(found_nobody && o == OUTCOME_OPTED_OUT))
        books(c, r, "the outcome and the abandoned mark differ");
    if (t->opted_out && o != OUTCOME_OPTED_OUT && o != OUTCOME_TALKED)
        books(c, r, "opted out, and the outcome is another");
    if (!t->opted_out && o == OUTCOME_OPTED_OUT)
        books(c, r, "opted out, and no request is recorded");
    if (t->answered_us != 0 &&
        (o == OUTCOME_NO_ANSWER || o == OUTCOME_BUSY || o == OUTCOME_CANCELLED))
        books(c, r, "answered, and the outcome says otherwise");
    if (t->answered_us == 0 && (o == OUTCOME_MACHINE || o == OUTCOME_FAX))
        books(c, r, "a machine that never answered");
}

static void check_ring(struct check_rules *c, const struct record *r,
                       const struct check_try *t)
{
    enum outcome o = (enum outcome)r->state;
    /* 47 CFR 64.1200(a)(6): 15 s before we give up. */
    if (o == OUTCOME_NO_ANSWER && str_eq(r->value, "we_hung_up") &&
        r->ring_ms < 15000)
        check_rules_find(c, CHECK_UNLAWFUL,
                         "attempt %lld: it rang only %lld ms",
                         (long long)r->attempt.v, (long long)r->ring_ms);
    bool not_placed = (outcome_flags(o) & OUTCOME_F_NOT_PLACED) != 0;
    if (not_placed && t->placed_us != 0)
        books(c, r, "cancelled after the INVITE");
    if (!not_placed && o != OUTCOME_UNKNOWN && t->placed_us == 0)
        books(c, r, "an outcome of a call that was never placed");
}

static int64_t period_of(const struct check_period *p, int64_t now_us)
{
    if (p->first_us == 0 || now_us < p->first_us)
        return 0;
    return (now_us - p->first_us) / PERIOD_US;
}

/* What was counted before the run in a period. */
static void counted_before(const struct check_period *p,
                           const struct check_campaign *k, int64_t period,
                           struct check_law_case *out)
{
    out->live = out->abandoned = 0;
    for (size_t i = 0; i < k->counteds; i++) {
        if (period_of(p, k->counted[i].start_us) != period)
            continue;
        out->live += k->counted[i].live;
        out->abandoned += k->counted[i].abandoned;
    }
}

void check_call_counters(struct check_rules *c, const struct check_campaign *k,
                         int64_t now_us, struct check_law_case *out)
{
    const struct check_period *p = check_rules_period(c, k);
    int64_t period = period_of(p, now_us);
    counted_before(p, k, period, out);
    if (period == p->number) {
        out->live += p->live;
        out->abandoned += p->abandoned;
    }
}

/* An end counts in the period it falls into. */
static void count(struct check_period *p, const struct record *r)
{
    int64_t period = period_of(p, r->at_us);
    if (period != p->number) {
        p->number = period;
        p->live = p->abandoned = 0;
    }
    p->live += r->live ? 1 : 0;
    p->abandoned += r->abandoned ? 1 : 0;
    tm_assert(p->up > 0);
    p->up--;
}

void check_call_ended(struct check_rules *c, const struct record *r)
{
    c->counts.ended++;
    struct check_try *t = check_rules_try(c, r);
    if (t == NULL) {
        books(c, r, "an end of no attempt");
        return;
    }
    if (t->ended) {
        books(c, r, "the attempt ended twice");
        return;
    }
    if (r->state <= OUTCOME_NONE || r->state >= OUTCOME_COUNT) {
        books(c, r, "an end without an outcome");
        return;
    }
    t->ended = true;
    t->live = r->live;
    t->cancelled =
        (outcome_flags((enum outcome)r->state) & OUTCOME_F_NOT_PLACED) != 0;
    check_served(c, r, t);
    check_ring(c, r, t);
    c->counts.live += r->live ? 1 : 0;
    c->counts.abandoned += r->abandoned ? 1 : 0;
    count(check_rules_period(c, t->campaign), r);
    uint64_t up = 0;
    (void)map_get(&c->up, (uint64_t)t->lead->id.v, &up);
    tm_assert(up > 0);
    map_set(&c->up, (uint64_t)t->lead->id.v, up - 1);
    struct record of = *r;
    of.campaign = t->campaign->id;
    of.lead = t->lead->id;
    struct check_member *m = check_rules_member(c, &of);
    m->open = 0;
    if ((outcome_flags((enum outcome)r->state) &
         (OUTCOME_F_NETWORK | OUTCOME_F_NOT_PLACED)) == 0)
        m->promised = false;
    m->owed = true;
    if ((outcome_flags((enum outcome)r->state) &
         (OUTCOME_F_NETWORK | OUTCOME_F_NOT_PLACED)) != 0)
        m->tries--;
}

/* What was counted as a person's answer is taken back. */
void check_call_machine(struct check_rules *c, const struct record *r)
{
    struct check_try *t = check_rules_try(c, r);
    if (t == NULL || !t->live)
        return;
    struct check_period *p = check_rules_period(c, t->campaign);
    t->live = false;
    c->counts.live--;
    if (p->live > p->abandoned)
        p->live--;
}

/* --- the lead's next step
 * ------------------------------------------------------------------ */

void check_call_lead(struct check_rules *c, const struct record *r)
{
    if (check_rules_campaign(c, r->campaign) == NULL ||
        check_rules_lead(c, r->lead) == NULL) {
        books(c, r, "a next step of nobody");
        return;
    }
    if (r->state < 0 || r->state >= LEAD_STATE_COUNT) {
        books(c, r, "a next step that does not exist");
        return;
    }
    struct check_member *m = check_rules_member(c, r);
    enum lead_state s = (enum lead_state)r->state;
    if (m->open != 0 && s != LEAD_IN_CALL)
        books(c, r, "a next step while the call is up");
    if (m->open == 0 && s == LEAD_IN_CALL)
        books(c, r, "in a call that is not there");
    bool over = s == LEAD_DONE || s == LEAD_EXHAUSTED || s == LEAD_DENIED;
    if (over && r->due_us != 0)
        books(c, r, "done with, and still to be called");
    if (s == LEAD_CALLBACK && r->due_us == 0)
        books(c, r, "a callback without its time");
    /* Who opted out and calls us may ask for a call: the law is asked then. */
    if (!over && !map_get(&c->called_us, (uint64_t)r->lead.v, NULL) &&
        map_get(&c->gone, check_rules_key(3, r->seller.v, (uint64_t)r->lead.v),
                NULL))
        books(c, r, "opted out, and still to be called");
    m->told = true;
    m->owed = false;
    m->state = s;
    m->due_us = r->due_us;
}
