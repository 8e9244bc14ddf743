/* What becomes of people: next steps, wishes, promised calls; and whether
 * anything happens at all while somebody could be called. */
#include <string.h>

#include "core/lead/outcome.h"
#include "sim/check_agents_inside.h"

#define SECOND INT64_C(1000000)
#define DAY_US (24 * 3600 * SECOND)

static void lead_finding(struct check_agents *c, struct lead_id lead,
                         const char *what)
{
    check_agents_find(c, CHECK_LEADS, "lead %lld: %s", (long long)lead.v, what);
}

/* --- dispositions and wishes -------------------------------------------- */

static const struct disposition *word_of(const struct check_agents *c,
                                         struct slice word)
{
    for (size_t i = 0; i < c->w.dispositions; i++) {
        if (str_same(c->w.disposition[i].word, word))
            return &c->w.disposition[i];
    }
    return NULL;
}

void check_agents_disposed(struct check_agents *c, const struct record *r)
{
    c->sums.dispositions++;
    struct check_agents_call *k = check_agents_call(c, r->attempt);
    const struct disposition *d = word_of(c, r->key);
    if (k == NULL || !k->bridged || k->agent.v != r->agent.v) {
        check_agents_find(c, CHECK_BOOKED,
                          "agent %lld disposes of attempt %lld, not his",
                          (long long)r->agent.v, (long long)r->attempt.v);
        return;
    }
    if (d == NULL || k->disposed) {
        lead_finding(c, k->lead, "an unknown disposition, or a second one");
        return;
    }
    k->disposed = true;
    bool machine = d->action == DISPOSITION_MACHINE;
    if (r->state != (int)d->action || (k->no_person && !machine) ||
        (k->incoming && machine))
        lead_finding(c, k->lead, "a person who was not counted as one");
    if (machine && k->live) {
        c->sums.live--;
        check_agents_pace(c, k->campaign)->sum.live--;
    }
    if (machine && k->talked)
        c->sums.talked--;
    k->live = k->live && !machine;
    k->no_person = false;
    k->wants_out = d->action == DISPOSITION_OPT_OUT && k->e164 != 0;
    if (k->lead.v <= 0) /* a caller who is no lead */
        return;
    struct check_agents_member *m = check_agents_member(c, k->lead);
    m->disposed = true;
    m->action = d->action;
    if (d->action == DISPOSITION_WRONG && m->wrong_n < LEAD_PHONES_MAX)
        m->wrong[m->wrong_n++] = k->e164;
}

void check_agents_opt_out(struct check_agents *c, const struct record *r)
{
    c->sums.opt_outs++;
    struct check_agents_call *k = check_agents_call(c, r->attempt);
    if (k != NULL)
        k->opted_out = true;
    if (k != NULL && k->incoming && (k->e164 == 0 || r->e164 != k->e164))
        check_agents_find(c, CHECK_CALLERS,
                          "caller %lld: an opt-out of another number",
                          (long long)k->id.v);
}

/* --- next steps --------------------------------------------------------- */

static bool fits(enum disposition_do action, enum lead_state s)
{
    switch (action) {
    case DISPOSITION_DONE: return s == LEAD_DONE;
    case DISPOSITION_MACHINE:
    case DISPOSITION_RETRY: return s == LEAD_WAITING || s == LEAD_EXHAUSTED;
    case DISPOSITION_CALLBACK: return s == LEAD_CALLBACK;
    case DISPOSITION_OPT_OUT: return s == LEAD_DENIED || s == LEAD_DONE;
    case DISPOSITION_WRONG:
        return s == LEAD_WAITING || s == LEAD_EXHAUSTED || s == LEAD_DONE ||
               s == LEAD_DENIED;
    case DISPOSITION_DO_COUNT: break;
    }
    return false;
}

void check_agents_next_step(struct check_agents *c, const struct record *r)
{
    if (r->lead.v <= 0 || r->state < 0 || r->state >= LEAD_STATE_COUNT) {
        check_agents_find(c, CHECK_LEADS, "a next step of nobody, or none");
        return;
    }
    struct check_agents_member *m = check_agents_member(c, r->lead);
    enum lead_state s = (enum lead_state)r->state;
    if (m->disposed && !fits(m->action, s))
        check_agents_find(c, CHECK_LEADS,
                          "lead %lld: the agent said %s, and it is %s",
                          (long long)r->lead.v, disposition_do_text(m->action),
                          lead_state_text(s));
    if (s == LEAD_CALLBACK && r->due_us == 0)
        lead_finding(c, r->lead, "a callback without its time");
    if (m->talked && !m->disposed && s == LEAD_WAITING &&
        r->due_us < r->at_us + DAY_US - 2 * SECOND && !c->w.clock_steps)
        lead_finding(c, r->lead, "talked, and called again within a day");
    if (m->missed && !m->disposed && s != LEAD_CALLBACK)
        check_agents_find(c, CHECK_CALLERS,
                          "lead %lld called us in vain, and is %s",
                          (long long)r->lead.v, lead_state_text(s));
    m->disposed = m->talked = false;
    m->missed = m->called_us = false;
    m->campaign = r->campaign;
    m->state = s;
    m->due_us = r->due_us;
}

/* --- order -------------------------------------------------------------- */

/* A lead is called: in its time, and not while a promised call is late. What
 * other campaigns may dial then is said by their weights. */
void check_agents_first(struct check_agents *c, const struct record *r)
{
    if (r->lead.v <= 0)
        return;
    struct check_agents_member *m = check_agents_member(c, r->lead);
    bool promised = m->state == LEAD_CALLBACK;
    if (promised && r->at_us < m->due_us && !c->w.clock_steps)
        lead_finding(c, r->lead, "called before the promised time");
    if (m->open)
        lead_finding(c, r->lead, "called while in a call");
    m->open = true;
    for (size_t i = 0; i < m->wrong_n; i++)
        if (m->wrong[i] == r->e164)
            lead_finding(c, r->lead, "called at a number that is wrong");
    for (size_t i = 0; !promised && c->w.callback_us > 0 && i < c->members_n;
         i++) {
        struct check_agents_member *o = &c->member[i];
        int64_t from_us = o->due_us > c->running_us ? o->due_us : c->running_us;
        if (c->staffed_us > from_us)
            from_us = c->staffed_us;
        if (o->state != LEAD_CALLBACK || o->campaign.v != r->campaign.v ||
            o->open || o->late_told || r->at_us - from_us < c->w.callback_us)
            continue;
        check_agents_find(c, CHECK_LEADS,
                          "lead %lld is called, and %lld was promised a call "
                          "%lld s ago",
                          (long long)r->lead.v, (long long)o->id.v,
                          (long long)((r->at_us - from_us) / SECOND));
        o->late_told = true;
        return;
    }
}

/* --- standing still ----------------------------------------------------- */

static bool is_due(const struct check_agents_member *m, int64_t at_us)
{
    return !m->open &&
           (m->state == LEAD_NEW || m->state == LEAD_WAITING ||
            m->state == LEAD_CALLBACK) &&
           m->due_us <= at_us;
}

/* Called before each record: what stood between the last two of them. */
void check_agents_quiet(struct check_agents *c, int64_t now_us)
{
    int64_t since_us = c->quiet_us;
    bool runs = c->running && (c->w.second == NULL || c->second_running);
    /* Callers have their share of the trunk. */
    if (c->w.idle_us <= 0 || !c->w.live || !runs || c->ready == 0 ||
        c->open > 0 || c->callers_n > 0) {
        c->quiet_us = c->now_us;
        c->stuck_told = false;
        return;
    }
    if (since_us == 0 || now_us - since_us <= c->w.idle_us || c->stuck_told)
        return;
    /* Which leads agents look at is not written down. */
    size_t due = c->w.endless ? SIZE_MAX : 0;
    for (size_t i = 0; i < c->members_n && due <= c->looking; i++)
        due += is_due(&c->member[i], now_us - c->w.idle_us) ? 1 : 0;
    if (due <= c->looking)
        return;
    check_agents_find(c, CHECK_STUCK,
                      "%zu agents ready, leads due, and no call for %lld s",
                      c->ready, (long long)((now_us - since_us) / SECOND));
    c->stuck_told = true;
}

/* --- the end ------------------------------------------------------------ */

void check_agents_people(struct check_agents *c)
{
    for (size_t i = 0; i < c->members_n; i++) {
        const struct check_agents_member *m = &c->member[i];
        if (m->open || m->state == LEAD_IN_CALL)
            lead_finding(c, m->id, "is still in a call");
        if (m->talked)
            lead_finding(c, m->id, "talked, and has no next step");
        if (m->disposed)
            lead_finding(c, m->id, "has a disposition and no next step");
    }
    for (size_t i = 0; i < c->calls_n; i++) {
        const struct check_agents_call *k = &c->call[i];
        if (k->wants_out && !k->opted_out)
            lead_finding(c, k->lead,
                         "asked the agent to be left alone, and it is not "
                         "written down");
    }
}
