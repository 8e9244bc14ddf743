/* Calls to us: whose number it is, and what became of each. They are rows of
 * their own, so that nothing that counts attempts sees them. */
#include <string.h>

#include "core/number/number.h"
#include "sim/sim_store_rows.h"

static struct sim_store_incoming *incoming_of(const struct sim_rows *t,
                                              struct attempt_id id)
{
    uint64_t at;
    if (id.v <= 0 || !map_get(&t->incoming_of, (uint64_t)id.v, &at))
        return NULL;
    return &t->incoming.at[at - 1];
}

/* --- whose number it is -----------------------------------------------------
 */

/* The one called last, else the newest. */
static struct sim_member *whose(const struct sim_rows *t,
                                const struct sim_campaign *c, uint64_t e164)
{
    const struct sim_row *best = NULL;
    uint64_t at;
    size_t h = 0;
    if (map_get(&t->number_of, e164, &at))
        h = t->number.at[at - 1].first_holder;
    for (; h != 0; h = t->holder.at[h - 1].next) {
        const struct sim_row *row = &t->row.at[t->holder.at[h - 1].row];
        if (sim_store_rows_member(t, c, row->id) == NULL)
            continue;
        if (best == NULL || row->last_attempt > best->last_attempt ||
            (row->last_attempt == best->last_attempt && row->id.v > best->id.v))
            best = row;
    }
    return best != NULL ? sim_store_rows_member(t, c, best->id) : NULL;
}

static struct sim_member *make(struct sim_rows *t, struct sim_campaign *c,
                               uint64_t e164)
{
    struct lead l = {.id = {t->last_lead + 1}, .phones = 1};
    struct number n;
    l.phone[0].e164 = e164;
    if (number_describe(e164, &n)) {
        l.phone[0].type = n.type;
        memcpy(l.country, n.region, sizeof(l.country));
    }
    sim_store_rows_add_lead(t, &l);
    sim_store_rows_enroll(t, c, l.id);
    struct sim_member *m = sim_store_rows_member(t, c, l.id);
    sim_store_pick_set(c, m, LEAD_WAITING, INT64_MAX, false);
    t->counts.made++;
    return m;
}

void sim_store_incoming_caller(struct sim_rows *t, const struct store_caller *q,
                               struct sim_caller *out)
{
    struct sim_campaign *c = sim_store_rows_campaign(t, q->campaign);
    *out = (struct sim_caller){.member = SIZE_MAX};
    if (c == NULL || t->flow != NULL) /* of an endless list nobody is known */
        return;
    struct sim_member *m = whose(t, c, q->e164);
    if (m == NULL && q->make)
        m = make(t, c, q->e164);
    if (m == NULL)
        return;
    out->member = (size_t)(m - c->member);
    out->held = m->claimed || m->state == LEAD_IN_CALL;
    if (!out->held)
        sim_store_pick_set(c, m, (enum lead_state)m->state, m->due_us, true);
}

/* --- what became of it ------------------------------------------------------
 */

/* He calls from it: it is in service, and he can be called there. */
static void number_works(struct sim_rows *t, const struct record *r)
{
    uint64_t at;
    size_t h = 0;
    if (r->lead.v != 0 && map_get(&t->number_of, r->e164, &at))
        h = t->number.at[at - 1].first_holder;
    for (; h != 0; h = t->holder.at[h - 1].next) {
        struct sim_row *row = &t->row.at[t->holder.at[h - 1].row];
        for (size_t i = 0; row->id.v == r->lead.v && i < row->phones; i++)
            if (row->phone[i].e164 == r->e164)
                row->phone[i].bad = row->phone[i].wrong = false;
    }
}

void sim_store_incoming_begin(struct sim_rows *t, const struct record *r)
{
    tm_assert(r->attempt.v > 0 && incoming_of(t, r->attempt) == NULL);
    if (t->incoming.n == t->incoming.cap) {
        t->incoming.cap = t->incoming.cap == 0 ? 64 : t->incoming.cap * 2;
        t->incoming.at = mem_resize(t->incoming.at,
                                    t->incoming.cap * sizeof(*t->incoming.at));
    }
    t->incoming.at[t->incoming.n++] =
        (struct sim_store_incoming){.id = r->attempt,
                                    .tenant = r->tenant,
                                    .seller = r->seller,
                                    .campaign = r->campaign,
                                    .lead = r->lead,
                                    .e164 = r->e164,
                                    .at_us = r->at_us};
    map_set(&t->incoming_of, (uint64_t)r->attempt.v, t->incoming.n);
    if (r->attempt.v > t->last_attempt)
        t->last_attempt = r->attempt.v;
    struct sim_member *m = sim_store_rows_member(
        t, sim_store_rows_campaign(t, r->campaign), r->lead);
    if (m != NULL)
        m->calls_us = true;
    number_works(t, r);
}

static void set_dialog(struct sim_store_incoming *i, struct slice dialog)
{
    mem_free(i->dialog);
    i->dialog = NULL;
    if (dialog.n == 0)
        return;
    i->dialog = mem_alloc(dialog.n + 1);
    memcpy(i->dialog, dialog.p, dialog.n);
}

/* He found nobody: where he called from he is called back. */
static void in_vain(const struct sim_rows *t,
                    const struct sim_store_incoming *i)
{
    struct sim_member *m = sim_store_rows_member(
        t, sim_store_rows_campaign(t, i->campaign), i->lead);
    bool alone = i->outcome == OUTCOME_GAVE_UP ||
                 i->outcome == OUTCOME_TURNED_AWAY ||
                 (i->outcome == OUTCOME_UNKNOWN && i->bridged_us == 0);
    if (m != NULL && alone)
        m->agreed = i->e164;
}

static void ended(struct sim_store_incoming *i, const struct record *r)
{
    tm_assert(i->ended_us == 0);
    i->ended_us = r->at_us;
    i->outcome = (enum outcome)r->state;
    i->talk_ms = r->talk_ms;
    set_dialog(i, str_of(""));
}

bool sim_store_incoming_event(struct sim_rows *t, const struct record *r)
{
    struct sim_store_incoming *i = incoming_of(t, r->attempt);
    if (i == NULL)
        return false;
    switch ((int)r->kind) {
    case RECORD_ANSWERED:
        i->answered_us = r->at_us;
        set_dialog(i, r->dialog);
        break;
    case RECORD_DIALOG: set_dialog(i, r->dialog); break;
    case RECORD_BRIDGED:
        if (i->bridged_us == 0) {
            i->bridged_us = r->at_us;
            i->wait_ms = r->ring_ms;
        }
        break;
    case RECORD_OPT_OUT: i->opted_out = true; break;
    case RECORD_CALLBACK: i->callback = true; break;
    case RECORD_ENDED:
        ended(i, r);
        in_vain(t, i);
        break;
    default: break;
    }
    return true;
}

const struct sim_store_incoming *
sim_store_incoming_find(const struct sim_rows *t, struct attempt_id id)
{
    return incoming_of(t, id);
}

void sim_store_incoming_fini(struct sim_rows *t)
{
    for (size_t i = 0; i < t->incoming.n; i++)
        mem_free(t->incoming.at[i].dialog);
    mem_free(t->incoming.at);
    map_fini(&t->incoming_of);
}
