#include "sim/sim_store_rows.h"

#include <string.h>

#include "sim/sim_store_flow.h"

/* Room for one more element of a vector. */
#define GROW(v)                                                                \
    do {                                                                       \
        if ((v).n == (v).cap) {                                                \
            (v).cap = (v).cap == 0 ? 64 : (v).cap * 2;                         \
            (v).at = mem_resize((v).at, (v).cap * sizeof(*(v).at));            \
        }                                                                      \
    } while (0)

void sim_store_rows_init(struct sim_rows *t)
{
    *t = (struct sim_rows){.words = 1};
    t->word[0] = str_of("");
    arena_init(&t->arena);
    map_init(&t->row_of);
    map_init(&t->number_of);
    map_init(&t->attempt_of);
    map_init(&t->incoming_of);
}

static void campaign_fini(struct sim_campaign *c)
{
    for (int i = 0; i < SIM_SOURCES; i++)
        mem_free(c->heap[i].entry);
    map_fini(&c->by_lead);
    mem_free(c->member);
}

void sim_store_rows_fini(struct sim_rows *t)
{
    for (size_t i = 0; i < t->campaign.n; i++)
        campaign_fini(&t->campaign.at[i]);
    for (size_t i = 0; i < t->attempt.n; i++)
        mem_free(t->attempt.at[i].dialog);
    mem_free(t->row.at);
    mem_free(t->number.at);
    mem_free(t->holder.at);
    mem_free(t->attempt.at);
    mem_free(t->said.at);
    mem_free(t->opt_out.at);
    mem_free(t->campaign.at);
    map_fini(&t->row_of);
    map_fini(&t->number_of);
    map_fini(&t->attempt_of);
    sim_store_incoming_fini(t);
    sim_store_flow_free(t->flow);
    arena_fini(&t->arena);
}

/* Words are few: reasons, questions, answers. */
static uint8_t word_of(struct sim_rows *t, struct slice s)
{
    for (size_t i = 0; i < t->words; i++)
        if (str_same(t->word[i], s))
            return (uint8_t)i;
    tm_assert(t->words < SIM_STORE_WORDS_MAX);
    t->word[t->words] = str_range(arena_strdup(&t->arena, s), s.n);
    return (uint8_t)t->words++;
}

struct slice sim_store_rows_word(const struct sim_rows *t, size_t word)
{
    tm_assert(word < t->words);
    return t->word[word];
}

static struct sim_number *number_of(struct sim_rows *t, uint64_t e164)
{
    uint64_t at;
    tm_assert(t->number.n < UINT32_MAX);
    if (map_get(&t->number_of, e164, &at))
        return &t->number.at[at - 1];
    GROW(t->number);
    t->number.at[t->number.n++] = (struct sim_number){0};
    map_set(&t->number_of, e164, t->number.n);
    return &t->number.at[t->number.n - 1];
}

/* Leads mostly come in the order of their ids, from 1 on. */
static struct sim_row *row_of(const struct sim_rows *t, struct lead_id id)
{
    uint64_t at = (uint64_t)id.v;
    if (at - 1 < t->row.n && t->row.at[at - 1].id.v == id.v)
        return &t->row.at[at - 1];
    if (id.v <= 0 || !map_get(&t->row_of, (uint64_t)id.v, &at))
        return NULL;
    return &t->row.at[at - 1];
}

static struct sim_store_attempt *attempt_of(const struct sim_rows *t,
                                            struct attempt_id id)
{
    uint64_t at;
    at = (uint64_t)id.v - t->attempt_shift;
    if (at - 1 < t->attempt.n && t->attempt.at[at - 1].id.v == id.v)
        return &t->attempt.at[at - 1];
    if (id.v <= 0 || id.v > t->last_attempt ||
        !map_get(&t->attempt_of, (uint64_t)id.v, &at))
        return NULL;
    return &t->attempt.at[at - 1];
}

struct sim_campaign *sim_store_rows_campaign(const struct sim_rows *t,
                                             struct campaign_id id)
{
    for (size_t i = 0; i < t->campaign.n; i++)
        if (t->campaign.at[i].c.id.v == id.v)
            return &t->campaign.at[i];
    return NULL;
}

struct sim_member *sim_store_rows_member(const struct sim_rows *t,
                                         const struct sim_campaign *c,
                                         struct lead_id id)
{
    uint64_t at = (uint64_t)id.v;
    if (c == NULL)
        return NULL;
    if (at - 1 < c->members && t->row.at[c->member[at - 1].row].id.v == id.v)
        return &c->member[at - 1];
    if (id.v <= 0 || !map_get(&c->by_lead, (uint64_t)id.v, &at))
        return NULL;
    return &c->member[at - 1];
}

/* --- contents -------------------------------------------------------------*/

static void copy_fields(struct sim_rows *t, struct sim_row *r,
                        const struct lead *l)
{
    r->fields = (uint8_t)l->fields;
    r->field = arena_array(&t->arena, l->fields, sizeof(*r->field));
    for (size_t i = 0; i < l->fields; i++) {
        const struct lead_field *f = &l->field[i];
        r->field[i].name = sim_store_rows_word(t, word_of(t, f->name));
        r->field[i].value =
            str_range(arena_strdup(&t->arena, f->value), f->value.n);
    }
}

/* Of an endless list: a place of its own until it has ended. */
static void add_open(struct sim_rows *t, struct sim_store_attempt a)
{
    size_t at = t->free_attempts;
    if (at == 0) {
        GROW(t->attempt);
        at = ++t->attempt.n;
    } else {
        t->free_attempts = t->attempt.at[at - 1].before_lead;
    }
    t->attempt.at[at - 1] = a;
    map_set(&t->attempt_of, (uint64_t)a.id.v, at);
    if (a.id.v > t->last_attempt)
        t->last_attempt = a.id.v;
}

static void forget_attempt(struct sim_rows *t, struct sim_store_attempt *a)
{
    if (t->ended != NULL)
        t->ended(t->ended_arg, a);
    (void)map_remove(&t->attempt_of, (uint64_t)a->id.v);
    *a = (struct sim_store_attempt){.before_lead = t->free_attempts,
                                    .ended_us = a->ended_us};
    t->free_attempts = (size_t)(a - t->attempt.at) + 1;
}

/* Of a call to a lead, mostly on a telephone of his. */
static struct sim_number *
number_called(struct sim_rows *t, const struct sim_row *row, uint64_t e164)
{
    for (size_t i = 0; row != NULL && i < row->phones; i++)
        if (row->phone[i].e164 == e164)
            return &t->number.at[row->number[i]];
    return number_of(t, e164);
}

static void add_attempt(struct sim_rows *t, struct sim_store_attempt a)
{
    struct sim_row *row = row_of(t, a.lead);
    struct sim_number *number = number_called(t, row, a.e164);
    a.before_lead = row != NULL ? row->last_attempt : 0;
    a.before_number = number->last_attempt;
    GROW(t->attempt);
    t->attempt.at[t->attempt.n++] = a;
    if (row != NULL)
        row->last_attempt = t->attempt.n;
    number->last_attempt = t->attempt.n;
    if (a.id.v > 0) {
        map_set(&t->attempt_of, (uint64_t)a.id.v, t->attempt.n);
        t->attempt_shift = (uint64_t)a.id.v - t->attempt.n;
    }
    if (a.id.v > t->last_attempt)
        t->last_attempt = a.id.v;
}

/* Earlier tries have no id of their own in this run. */
static void add_history(struct sim_rows *t, const struct lead *l)
{
    for (size_t i = 0; i < l->tries; i++) {
        const struct lead_try *h = &l->history[i];
        add_attempt(t, (struct sim_store_attempt){
                           .lead = l->id,
                           .e164 = h->e164,
                           .recorded_us = h->at_us,
                           .placed_us = h->at_us,
                           .ended_us = h->at_us,
                           .outcome = h->outcome,
                       });
    }
}

void sim_store_rows_add_lead(struct sim_rows *t, const struct lead *l)
{
    tm_assert(l->id.v > 0 && row_of(t, l->id) == NULL);
    struct sim_row r = {
        .id = l->id,
        .phones = (uint8_t)l->phones,
        .consents = (uint8_t)l->consents,
        .region_confirmed = l->region_confirmed,
        .business = l->business,
        .last_transaction = l->last_transaction,
        .last_inquiry = l->last_inquiry,
        .last_gift = l->last_gift,
    };
    if (l->id.v > t->last_lead)
        t->last_lead = l->id.v;
    memcpy(r.country, l->country, sizeof(r.country));
    memcpy(r.region, l->region, sizeof(r.region));
    r.phone = arena_array(&t->arena, l->phones, sizeof(*r.phone));
    memcpy(r.phone, l->phone, l->phones * sizeof(*r.phone));
    r.number = arena_array(&t->arena, l->phones, sizeof(*r.number));
    r.consent = arena_array(&t->arena, l->consents, sizeof(*r.consent));
    memcpy(r.consent, l->consent, l->consents * sizeof(*r.consent));
    copy_fields(t, &r, l);
    for (size_t i = 0; i < l->phones; i++) {
        struct sim_number *n = number_of(t, l->phone[i].e164);
        GROW(t->holder);
        t->holder.at[t->holder.n++] =
            (struct sim_holder){.row = t->row.n, .next = n->first_holder};
        n->first_holder = t->holder.n;
        r.number[i] = (uint32_t)(n - t->number.at);
    }
    GROW(t->row);
    t->row.at[t->row.n++] = r;
    if ((size_t)l->id.v != t->row.n)
        map_set(&t->row_of, (uint64_t)l->id.v, t->row.n);
    add_history(t, l);
}

void sim_store_rows_enroll(struct sim_rows *t, struct sim_campaign *c,
                           struct lead_id l)
{
    const struct sim_row *row = row_of(t, l);
    tm_assert(row != NULL && sim_store_rows_member(t, c, l) == NULL);
    if (c->members == c->cap) {
        c->cap = c->cap == 0 ? 64 : c->cap * 2;
        c->member = mem_resize(c->member, c->cap * sizeof(*c->member));
    }
    struct sim_member *m = &c->member[c->members++];
    *m = (struct sim_member){.row = (size_t)(row - t->row.at),
                             .state = LEAD_NEW,
                             .verdict = -1,
                             .claimed = true};
    if ((size_t)l.v != c->members)
        map_set(&c->by_lead, (uint64_t)l.v, c->members);
    sim_store_pick_set(c, m, LEAD_NEW, 0, false);
}

/* --- records --------------------------------------------------------------*/

static void apply_attempt(struct sim_rows *t, const struct record *r)
{
    tm_assert(r->attempt.v > 0 && r->e164 > 0);
    tm_assert(attempt_of(t, r->attempt) == NULL);
    struct sim_store_attempt a = {.id = r->attempt,
                                  .tenant = r->tenant,
                                  .seller = r->seller,
                                  .campaign = r->campaign,
                                  .lead = r->lead,
                                  .e164 = r->e164,
                                  .recorded_us = r->at_us};
    if (t->flow != NULL) {
        add_open(t, a);
        sim_store_flow_attempt(t->flow, r);
        return;
    }
    add_attempt(t, a);
    struct sim_campaign *c = sim_store_rows_campaign(t, r->campaign);
    struct sim_member *m = sim_store_rows_member(t, c, r->lead);
    if (m == NULL)
        return;
    m->promised = m->state == LEAD_CALLBACK;
    sim_store_pick_set(c, m, LEAD_IN_CALL, 0, m->claimed);
}

static void set_dialog(struct sim_store_attempt *a, struct slice dialog)
{
    mem_free(a->dialog);
    a->dialog = NULL;
    if (dialog.n == 0)
        return;
    a->dialog = mem_alloc(dialog.n + 1);
    memcpy(a->dialog, dialog.p, dialog.n);
}

static void apply_placed(struct sim_rows *t, struct sim_store_attempt *a,
                         const struct record *r)
{
    struct sim_campaign *c = sim_store_rows_campaign(t, r->campaign);
    a->placed_us = r->at_us;
    if (t->flow != NULL)
        sim_store_flow_placed(t->flow, r);
    if (c != NULL && c->first_call_us == 0)
        c->first_call_us = r->at_us;
}

static void mark_bad(struct sim_rows *t, uint64_t e164)
{
    const struct sim_number *n = number_of(t, e164);
    for (size_t h = n->first_holder; h != 0; h = t->holder.at[h - 1].next) {
        struct sim_row *row = &t->row.at[t->holder.at[h - 1].row];
        for (size_t i = 0; i < row->phones; i++)
            if (row->phone[i].e164 == e164)
                row->phone[i].bad = true;
    }
}

static void apply_ended(struct sim_rows *t, struct sim_store_attempt *a,
                        const struct record *r)
{
    tm_assert(a->ended_us == 0);
    a->ended_us = r->at_us;
    a->outcome = (enum outcome)r->state;
    a->code = r->code;
    a->ring_ms = r->ring_ms;
    a->talk_ms = r->talk_ms;
    a->live = r->live;
    a->abandoned = r->abandoned;
    set_dialog(a, str_of(""));
    if (t->flow != NULL) {
        sim_store_flow_ended(t->flow, r, a->e164);
        forget_attempt(t, a);
        return;
    }
    if ((outcome_flags(a->outcome) & OUTCOME_F_BAD_NUMBER) != 0)
        mark_bad(t, a->e164);
}

/* Every consent given to the seller, of all leads with the number. */
static void end_consents(struct sim_rows *t, const struct record *r)
{
    const struct sim_number *n = number_of(t, r->e164);
    for (size_t h = n->first_holder; h != 0; h = t->holder.at[h - 1].next) {
        struct sim_row *row = &t->row.at[t->holder.at[h - 1].row];
        for (size_t i = 0; i < row->consents; i++) {
            struct lead_consent *k = &row->consent[i];
            if ((r->seller.v == 0 || k->seller.v == r->seller.v) &&
                k->revoked_us == 0)
                k->revoked_us = r->at_us;
        }
    }
}

static void apply_opt_out(struct sim_rows *t, const struct record *r)
{
    tm_assert(r->e164 > 0);
    if (t->flow == NULL)
        end_consents(t, r);
    GROW(t->opt_out);
    t->opt_out.at[t->opt_out.n++] = (struct sim_opt_out){
        .seller = r->seller, .e164 = r->e164, .at_us = r->at_us};
    t->counts.opt_outs++;
}

static void apply_answer(struct sim_rows *t, const struct record *r)
{
    GROW(t->said);
    t->said.at[t->said.n++] = (struct sim_said){.attempt = r->attempt,
                                                .question = word_of(t, r->key),
                                                .answer = word_of(t, r->value)};
}

static void apply_to_attempt(struct sim_rows *t, const struct record *r)
{
    struct sim_store_attempt *a = attempt_of(t, r->attempt);
    if (sim_store_incoming_event(t, r) || a == NULL)
        return;
    switch ((int)r->kind) {
    case RECORD_PLACED: apply_placed(t, a, r); break;
    case RECORD_RINGING: a->ringing_us = r->at_us; break;
    case RECORD_ANSWERED:
        a->answered_us = r->at_us;
        set_dialog(a, r->dialog);
        break;
    case RECORD_DIALOG: set_dialog(a, r->dialog); break;
    case RECORD_ENDED: apply_ended(t, a, r); break;
    case RECORD_OPT_OUT: a->opted_out = a->served = true; break;
    case RECORD_ANSWER: a->served = true; break;
    case RECORD_BRIDGED: a->bridged = a->served = true; break;
    case RECORD_CALLBACK: a->callback = a->served = true; break;
    case RECORD_DISPOSITION:
        if (r->state != (int)DISPOSITION_MACHINE)
            break;
        a->live = false;
        if (a->outcome == OUTCOME_TALKED)
            a->outcome = OUTCOME_MACHINE;
        break;
    default: break;
    }
}

static void apply_lead(struct sim_rows *t, const struct record *r)
{
    if (t->flow != NULL) {
        sim_store_flow_lead(t->flow, r, word_of(t, r->key));
        return;
    }
    struct sim_campaign *c = sim_store_rows_campaign(t, r->campaign);
    struct sim_member *m = sim_store_rows_member(t, c, r->lead);
    if (m == NULL)
        return;
    m->reason = word_of(t, r->key);
    m->calls_us = false;
    sim_store_pick_set(c, m, (enum lead_state)r->state, r->due_us, false);
}

static void apply_callback(struct sim_rows *t, const struct record *r)
{
    struct sim_member *m = sim_store_rows_member(
        t, sim_store_rows_campaign(t, r->campaign), r->lead);
    if (t->flow != NULL)
        sim_store_flow_agreed(t->flow, r);
    else if (m != NULL)
        m->agreed = r->e164;
}

static void apply_verdict(struct sim_rows *t, const struct record *r)
{
    if (t->flow != NULL)
        sim_store_flow_verdict(t->flow, r);
    struct sim_member *m = sim_store_rows_member(
        t, sim_store_rows_campaign(t, r->campaign), r->lead);
    if (m != NULL)
        m->verdict = (int8_t)r->state;
}

/* Somebody else's telephone: of this lead it is bad, another may be right. */
static void mark_wrong(struct sim_rows *t, const struct record *r)
{
    if (t->flow != NULL) {
        sim_store_flow_wrong(t->flow, r);
        return;
    }
    const struct sim_store_attempt *a = attempt_of(t, r->attempt);
    const struct sim_store_incoming *k = sim_store_incoming_find(t, r->attempt);
    struct lead_id lead = a != NULL   ? a->lead
                          : k != NULL ? k->lead
                                      : (struct lead_id){0};
    struct sim_row *row = row_of(t, lead);
    if (row == NULL)
        return;
    uint64_t e164 = a != NULL ? a->e164 : k->e164;
    for (size_t i = 0; i < row->phones; i++)
        if (row->phone[i].e164 == e164)
            row->phone[i].bad = row->phone[i].wrong = true;
}

/* Of an endless list the attempt is forgotten, but not what it counted. */
static void apply_disposition(struct sim_rows *t, const struct record *r)
{
    if (r->state == (int)DISPOSITION_WRONG)
        mark_wrong(t, r);
    if (t->flow != NULL && r->state == (int)DISPOSITION_MACHINE &&
        sim_store_incoming_find(t, r->attempt) == NULL) {
        campaign_counters_machine(&t->flow->counters, r->at_us);
        t->counts.machines++;
    }
}

static void apply_campaign(struct sim_rows *t, const struct record *r)
{
    struct sim_campaign *c = sim_store_rows_campaign(t, r->campaign);
    if (c != NULL)
        c->c.state = (enum campaign_state)r->state;
}

void sim_store_rows_apply(struct sim_rows *t, const struct record *r)
{
    t->counts.records[r->kind]++;
    switch (r->kind) {
    case RECORD_CAMPAIGN: apply_campaign(t, r); break;
    case RECORD_VERDICT: apply_verdict(t, r); break;
    case RECORD_ATTEMPT: apply_attempt(t, r); break;
    case RECORD_LEAD: apply_lead(t, r); break;
    case RECORD_ANSWER: apply_answer(t, r); break;
    case RECORD_OPT_OUT: apply_opt_out(t, r); break;
    case RECORD_CALLBACK: apply_callback(t, r); break;
    case RECORD_INCOMING: sim_store_incoming_begin(t, r); break;
    case RECORD_STAFF:
        if (r->attempt.v > t->last_attempt)
            t->last_attempt = r->attempt.v;
        break;
    case RECORD_PLACED:
    case RECORD_RINGING:
    case RECORD_ANSWERED:
    case RECORD_DIALOG:
    case RECORD_ENDED:
    case RECORD_CLOCK:
    case RECORD_IMPORT:
    case RECORD_RESTART:
    case RECORD_LEDGER:
    case RECORD_HOLD:
    case RECORD_ERASED:
    case RECORD_CORRECTED:
    case RECORD_EXPORTED:
    case RECORD_AGENT:
    case RECORD_BRIDGED: break;
    case RECORD_DISPOSITION: apply_disposition(t, r); break;
    case RECORD_COUNT: tm_unreachable("a record of no kind");
    }
    apply_to_attempt(t, r);
}

/* --- leads ----------------------------------------------------------------*/

/* Puts a try where it belongs; the oldest falls out when there is no room. */
static void add_try(struct lead *l, const struct sim_store_attempt *a)
{
    size_t at = l->tries;
    /* What reached nobody must not push out the calls that caps count. */
    if ((outcome_flags(a->outcome) & OUTCOME_F_NOT_PLACED) != 0)
        return;
    for (size_t i = 0; a->id.v != 0 && i < l->tries; i++)
        if (l->history[i].attempt.v == a->id.v)
            return;
    while (at > 0 && (l->history[at - 1].at_us > a->recorded_us ||
                      (l->history[at - 1].at_us == a->recorded_us &&
                       l->history[at - 1].attempt.v > a->id.v)))
        at--;
    if (l->tries == LEAD_HISTORY_MAX) {
        if (at == 0)
            return;
        memmove(l->history, l->history + 1,
                (LEAD_HISTORY_MAX - 1) * sizeof(*l->history));
        l->tries--;
        at--;
    }
    memmove(l->history + at + 1, l->history + at,
            (l->tries - at) * sizeof(*l->history));
    l->history[at] = (struct lead_try){.attempt = a->id,
                                       .e164 = a->e164,
                                       .at_us = a->recorded_us,
                                       .outcome = a->outcome};
    l->tries++;
}

static bool of_seller(const struct sim_campaign *c,
                      const struct sim_store_attempt *a)
{
    return a->seller.v == 0 || a->seller.v == c->c.seller.v;
}

static void fill_history(const struct sim_rows *t, const struct sim_campaign *c,
                         const struct sim_row *row, struct lead *out)
{
    const struct sim_store_attempt *all = t->attempt.at;
    for (size_t i = row->last_attempt; i != 0; i = all[i - 1].before_lead) {
        const struct sim_store_attempt *a = &all[i - 1];
        if (a->campaign.v == c->c.id.v) {
            out->attempts++;
            out->outcomes[a->outcome]++;
        }
        if (of_seller(c, a))
            add_try(out, a);
    }
    for (size_t p = 0; p < row->phones; p++) {
        size_t i = t->number.at[row->number[p]].last_attempt;
        for (; i != 0; i = all[i - 1].before_number)
            if (all[i - 1].lead.v != row->id.v && of_seller(c, &all[i - 1]))
                add_try(out, &all[i - 1]);
    }
}

void sim_store_rows_lead(const struct sim_rows *t, const struct sim_campaign *c,
                         const struct sim_member *m, struct lead *out)
{
    const struct sim_row *row = &t->row.at[m->row];
    lead_clear(out);
    out->id = row->id;
    out->state = (enum lead_state)m->state;
    out->due_us = m->due_us;
    out->agreed_e164 = m->state == LEAD_CALLBACK ? m->agreed : 0;
    out->phones = row->phones;
    memcpy(out->phone, row->phone, row->phones * sizeof(*row->phone));
    out->consents = row->consents;
    memcpy(out->consent, row->consent, row->consents * sizeof(*row->consent));
    out->fields = row->fields;
    memcpy(out->field, row->field, row->fields * sizeof(*row->field));
    memcpy(out->country, row->country, sizeof(out->country));
    memcpy(out->region, row->region, sizeof(out->region));
    out->region_confirmed = row->region_confirmed;
    out->business = row->business;
    out->last_transaction = row->last_transaction;
    out->last_inquiry = row->last_inquiry;
    out->last_gift = row->last_gift;
    fill_history(t, c, row, out);
}
