#include "unit/report/fixture_house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/campaign.h"

#define HOUR CIVIL_HOUR_US

static int end(const struct house_fixture *h, struct err *e)
{
    return h->fail == 0 ? TM_OK : err_set(e, h->fail, "the store fails");
}

/* As in a store, texts of a row are gone after the visit: the visitor sees
 * copies on the heap, so that one who keeps a pointer is found by ASan. */
struct passing {
    char *text[8];
    size_t n;
};

static void pass(struct passing *p, struct slice *s)
{
    char *copy = mem_alloc(s->n + 1);
    if (s->n > 0)
        memcpy(copy, s->p, s->n);
    copy[s->n] = '\0';
    tm_assert(p->n < tm_array_len(p->text));
    p->text[p->n++] = copy;
    *s = str_range(copy, s->n);
}

static int passed(struct passing *p, int rc)
{
    for (size_t i = 0; i < p->n; i++)
        mem_free(p->text[i]);
    return rc;
}

static int pass_campaign(reader_campaign_fn *v, void *arg,
                         struct reader_campaign c)
{
    struct passing p = {0};
    pass(&p, &c.name);
    pass(&p, &c.seller_name);
    pass(&p, &c.list_name);
    pass(&p, &c.plan);
    return passed(&p, v(arg, &c));
}

static int pass_attempt(reader_attempt_fn *v, void *arg,
                        struct reader_attempt a)
{
    struct passing p = {0};
    pass(&p, &a.cause);
    pass(&p, &a.rules);
    pass(&p, &a.versions);
    pass(&p, &a.call_id);
    return passed(&p, v(arg, &a));
}

static int pass_member(reader_membership_fn *v, void *arg,
                       struct reader_membership m)
{
    struct passing p = {0};
    pass(&p, &m.campaign_name);
    pass(&p, &m.reason);
    pass(&p, &m.rules);
    pass(&p, &m.versions);
    pass(&p, &m.remedy);
    return passed(&p, v(arg, &m));
}

static int pass_opt_out(reader_opt_out_fn *v, void *arg,
                        struct reader_opt_out o)
{
    struct passing p = {0};
    pass(&p, &o.seller_name);
    pass(&p, &o.source);
    return passed(&p, v(arg, &o));
}

#define WALK(n, skip, call)                                                    \
    do {                                                                       \
        for (size_t i = 0; i < (n); i++) {                                     \
            int rc = (skip) ? 0 : (call);                                      \
            if (rc != 0)                                                       \
                return rc;                                                     \
        }                                                                      \
        return end(h, e);                                                      \
    } while (0)

static int campaigns(void *self, struct tenant_id t, reader_campaign_fn *v,
                     void *arg, struct err *e)
{
    struct house_fixture *h = self;
    (void)t;
    WALK(h->campaigns, false, pass_campaign(v, arg, h->campaign[i]));
}

static int states(void *self, struct campaign_id c, reader_state_fn *v,
                  void *arg, struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->states, c.v != 1, v(arg, &h->state[i]));
}

static int verdicts(void *self, struct campaign_id c, reader_verdict_fn *v,
                    void *arg, struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->verdicts, c.v != 1, v(arg, &h->verdict[i]));
}

static int attempts(void *self, const struct reader_attempts *q,
                    reader_attempt_fn *v, void *arg, struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->attempts,
         (q->campaign.v != 0 && q->campaign.v != h->attempt[i].campaign.v) ||
             (q->lead.v != 0 && q->lead.v != h->attempt[i].lead.v) ||
             (q->e164 != 0 && q->e164 != h->attempt[i].e164),
         pass_attempt(v, arg, h->attempt[i]));
}

static int answers(void *self, struct campaign_id c, reader_answer_fn *v,
                   void *arg, struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->answers, c.v != 1, v(arg, &h->answer[i]));
}

static int imports(void *self, struct list_id l, reader_import_fn *v, void *arg,
                   struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->imports, l.v != 0 && l.v != h->import[i].list.v,
         v(arg, &h->import[i]));
}

static bool has_number(const struct lead *l, uint64_t e164)
{
    for (size_t i = 0; i < l->phones; i++)
        if (l->phone[i].e164 == e164)
            return true;
    return false;
}

static int leads_of_number(void *self, uint64_t e164, reader_lead_fn *v,
                           void *arg, struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->leads, !has_number(h->lead[i].lead, e164), v(arg, &h->lead[i]));
}

static int lead(void *self, struct lead_id id, reader_lead_fn *v, void *arg,
                struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->leads, h->lead[i].lead->id.v != id.v, v(arg, &h->lead[i]));
}

static int memberships(void *self, struct lead_id id, reader_membership_fn *v,
                       void *arg, struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->members, h->member[i].lead.v != id.v,
         pass_member(v, arg, h->member[i]));
}

static int dues(void *self, struct campaign_id c, int64_t bucket_us,
                reader_due_fn *v, void *arg, struct err *e)
{
    struct house_fixture *h = self;
    tm_assert(bucket_us > 0);
    WALK(h->dues, c.v != 1, v(arg, &h->due[i]));
}

static int opt_outs(void *self, uint64_t e164, reader_opt_out_fn *v, void *arg,
                    struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->opt_outs, e164 != 0 && h->opt_out[i].e164 != e164,
         pass_opt_out(v, arg, h->opt_out[i]));
}

static int callbacks(void *self, struct campaign_id c, reader_callback_fn *v,
                     void *arg, struct err *e)
{
    struct house_fixture *h = self;
    WALK(h->callbacks, c.v != 1, v(arg, &h->callback[i]));
}

static int journal(void *self, uint64_t from_seq, reader_journal_fn *v,
                   void *arg, struct err *e)
{
    struct house_fixture *h = self;
    struct journal_row row[64];
    for (size_t i = 0; i < h->entries; i++)
        row[i] =
            (struct journal_row){.seq = i + 1,
                                 .payload = buf_slice(&h->entry[i].payload),
                                 .hash = h->entry[i].hash};
    WALK(h->entries, i + 1 < from_seq, v(arg, &row[i]));
}

/* The ledgers of these houses are empty. */
static int ledger(void *self, const struct reader_ledger *q,
                  reader_ledger_fn *v, void *arg, struct err *e)
{
    (void)self;
    (void)q;
    (void)v;
    (void)arg;
    (void)e;
    return TM_OK;
}

/* A pack with one rule of each kind that the report tells apart. */
static const char pack[] =
    "[pack]\nname = test\nversion = 1\njurisdiction = US\nchannels = voice\n"
    "[rule T-HRS]\ntext = Not before 8 a.m. and not after 9 p.m.\n"
    "citation = 47 CFR 64.1200(c)(1)\ncertainty = S1\nrole = require\n"
    "test = hours\nhours = 08:00-21:00\n"
    "[rule T-DNC]\ntext = No call to a number on the registry.\n"
    "citation = 47 CFR 64.1200(c)(2)\ncertainty = S1\nrole = forbid\n"
    "test = registry\nregistry = us_national\n"
    "remedy = leave the number alone\n"
    "[rule T-INT]\ntext = No call to who asked us to stop.\n"
    "citation = 47 CFR 64.1200(d)\ncertainty = S1\nrole = forbid\n"
    "test = internal\n"
    "[rule T-CONSENT]\ntext = A recorded call needs consent.\n"
    "citation = 47 CFR 64.1200(a)(1)\ncertainty = S1\nrole = require\n"
    "test = consent\nconsent = express\ncovers = channel\n"
    "remedy = get consent\n";

static void load_book(struct house_fixture *h)
{
    struct err e = {0};
    struct rule_pack_text text = {"test.rules", {pack, sizeof(pack) - 1}};
    if (rule_book_load(&h->arena, &text, 1, &h->book, &e) != TM_OK)
        fail_msg("%s", e.text);
}

void house_init(struct house_fixture *h)
{
    static const uint8_t salt[JOURNAL_SALT_SIZE] = {1};
    memset(h, 0, sizeof(*h));
    arena_init(&h->arena);
    h->attempt = arena_array(&h->arena, HOUSE_MAX, sizeof(*h->attempt));
    h->answer = arena_array(&h->arena, HOUSE_MAX, sizeof(*h->answer));
    h->reader = (struct reader){
        .self = h,
        .campaigns = campaigns,
        .states = states,
        .verdicts = verdicts,
        .attempts = attempts,
        .answers = answers,
        .imports = imports,
        .leads_of_number = leads_of_number,
        .lead = lead,
        .memberships = memberships,
        .dues = dues,
        .opt_outs = opt_outs,
        .callbacks = callbacks,
        .ledger = ledger,
        .journal = journal,
    };
    journal_init(&h->journal, salt);
    load_book(h);
    tz_set_init(&h->zones, &h->arena, "2025b");
    tz_set_add(&h->zones, tz_fixed(&h->arena, "America/New_York", -5 * 3600));
    tz_set_add(&h->zones, tz_fixed(&h->arena, "America/Chicago", -6 * 3600));
}

void house_fini(struct house_fixture *h)
{
    for (size_t i = 0; i < tm_array_len(h->entry); i++)
        buf_fini(&h->entry[i].payload);
    arena_fini(&h->arena);
}

void house_record(struct house_fixture *h, const struct record *r)
{
    struct house_entry *en = &h->entry[h->entries++];
    buf_init(&en->payload, JOURNAL_PAYLOAD_MAX);
    assert_int_equal(journal_append(&h->journal, r, &en->payload, en->hash),
                     TM_OK);
}

static const char plan[] =
    "name = Autumn survey\nseller = Lakeside Clinic\ncaller_kind = survey\n"
    "purpose = survey\nleads_to_sale = no\nlist = visitors\ncountry = US\n"
    "trunk = main\ncaller_id = +12125550100\n"
    "channel = voice_prerecorded\ndial_mode = agentless\nvoice = en-us\n"
    "max_calls = 4\ncalls_per_second = 2\nring_timeout = 25s\n"
    "start_after = 300ms\nhopper = 50\n"
    "[keys]\n9 = removed\n"
    "[step visit]\nsay = \"Lakeside Clinic, 212 555 0100. Press 9 to be "
    "removed. "
    "How was your visit?\"\n"
    "question = visit How was your visit?\n"
    "key.2 = good -> removed\nkey.3 = poor -> removed\ntimeout = 5s\n"
    "[step removed]\ndo = opt_out\nsay = \"You are removed.\"\n";

/* 2026-11-23 18:00 UTC, a Monday */
#define START INT64_C(1795456800000000)

static void add_attempt(struct house_fixture *h, int64_t lead_id,
                        enum outcome o, int64_t at_us)
{
    bool live = (outcome_flags(o) & OUTCOME_F_LIVE) != 0;
    bool answered = live || o == OUTCOME_MACHINE;
    struct reader_attempt *a = &h->attempt[h->attempts++];
    *a = (struct reader_attempt){
        .id = {(int64_t)h->attempts},
        .campaign = {1},
        .seller = {1},
        .lead = {lead_id},
        .e164 = lead_id % 2 == 0 ? 12125550123 : 13125550123,
        .recorded_us = at_us,
        .outcome = o,
        .cause = str_of(live ? "we_hung_up" : "no_answer"),
        .code = answered ? 200 : 480,
        .live = live,
        .abandoned = o == OUTCOME_ABANDONED,
        .rules = str_of("T-HRS:passed T-DNC:passed T-CONSENT:passed"),
        .versions = str_of("rules=test 1; zones=2025b"),
    };
    if (o == OUTCOME_CANCELLED)
        return;
    a->placed_us = at_us + 1000;
    a->ringing_us = at_us + 500000;
    a->answered_us = answered ? at_us + 6200000 : 0;
    a->ended_us = o == OUTCOME_NONE ? 0 : at_us + 30000000;
    a->ring_ms = o == OUTCOME_NONE ? 0 : answered ? 6199 : 25000;
    a->talk_ms = answered ? 23800 : 0;
}

static void add_state(struct house_fixture *h, enum lead_state s,
                      const char *reason, uint64_t n, int64_t due_us)
{
    h->state[h->states++] =
        (struct reader_state_count){.state = s,
                                    .reason = str_of(reason),
                                    .leads = n,
                                    .first_due_us = due_us};
}

static void add_states(struct house_fixture *h)
{
    add_state(h, LEAD_NEW, "", 5, 0);
    add_state(h, LEAD_WAITING, "T-HRS", 20, START + 3 * HOUR);
    add_state(h, LEAD_WAITING, "retry", 10, START + HOUR);
    add_state(h, LEAD_CALLBACK, "callback", 2, START);
    add_state(h, LEAD_DONE, "completed", 40, 0);
    add_state(h, LEAD_EXHAUSTED, "retries_used_up", 3, 0);
    add_state(h, LEAD_DENIED, "T-CONSENT", 6, 0);
    add_state(h, LEAD_DENIED, "T-DNC", 8, 0);
    add_state(h, LEAD_DENIED, "T-INT", 4, 0);
    add_state(h, LEAD_DENIED, "opted_out", 2, 0);
}

static void add_answer(struct house_fixture *h, int64_t attempt,
                       const char *label)
{
    h->answer[h->answers++] =
        (struct reader_answer){.attempt = {attempt},
                               .lead = {attempt},
                               .question = str_of("visit"),
                               .answer = str_of(label),
                               .at_us = START};
}

void house_story(struct house_fixture *h)
{
    static const enum outcome outcome[] = {
        OUTCOME_COMPLETED,    OUTCOME_COMPLETED, OUTCOME_COMPLETED,
        OUTCOME_NO_ANSWER,    OUTCOME_BUSY,      OUTCOME_OPTED_OUT,
        OUTCOME_MACHINE,      OUTCOME_HUNG_UP,   OUTCOME_ABANDONED,
        OUTCOME_DISCONNECTED, OUTCOME_CANCELLED, OUTCOME_NONE,
    };
    h->campaign[h->campaigns++] =
        (struct reader_campaign){.id = {1},
                                 .seller = {1},
                                 .list = {1},
                                 .tenant = {1},
                                 .name = str_of("Autumn survey"),
                                 .seller_name = str_of("Lakeside Clinic"),
                                 .list_name = str_of("visitors"),
                                 .plan = str_of(plan),
                                 .state = CAMPAIGN_RUNNING,
                                 .loaded_us = START - HOUR,
                                 .first_call_us = START + 1000};
    h->import[h->imports++] =
        (struct reader_import){.list = {1},
                               .rows = 120,
                               .imported = 100,
                               .duplicates = 13,
                               .rejected = 7,
                               .started_us = START - 2 * HOUR,
                               .finished_us = START - 2 * HOUR + 1};
    add_states(h);
    for (size_t i = 0; i < tm_array_len(outcome); i++)
        add_attempt(h, (int64_t)i + 1, outcome[i],
                    START + (int64_t)i * 20 * CIVIL_MINUTE_US);
    add_attempt(h, 4, OUTCOME_NO_ANSWER, START + 6 * HOUR);
    add_answer(h, 1, "good");
    add_answer(h, 2, "good");
    add_answer(h, 3, "poor");
    h->opt_out[h->opt_outs++] =
        (struct reader_opt_out){.seller = {1},
                                .seller_name = str_of("Lakeside Clinic"),
                                .e164 = 12125550123,
                                .at_us = START + 100 * CIVIL_MINUTE_US,
                                .attempt = {6},
                                .campaign = {1},
                                .source = str_of("call")};
    h->callback[h->callbacks++] = (struct reader_callback){.attempt = {7},
                                                           .campaign = {1},
                                                           .lead = {7},
                                                           .e164 = 12125550123,
                                                           .asked_us = START,
                                                           .due_us = START};
    struct record r = {.kind = RECORD_RESTART, .at_us = START};
    house_record(h, &r);
    r.kind = RECORD_CLOCK;
    r.note = str_of("the clock started at 2026-11-23T18:00:00Z");
    house_record(h, &r);
    r = (struct record){.kind = RECORD_LEAD, .at_us = START + 7 * HOUR};
    house_record(h, &r);
}

struct lead *house_lead(struct house_fixture *h)
{
    struct lead *l = arena_alloc(&h->arena, sizeof(*l));
    *l = (struct lead){
        .id = {7},
        .phone = {{.e164 = 12125550123, .type = NUMBER_FIXED_OR_MOBILE}},
        .phones = 1,
        .country = "US",
        .consent = {{.type = CONSENT_EXPRESS,
                     .seller = {1},
                     .given = {2026, 9, 1}}},
        .consents = 1,
    };
    h->lead[h->leads++] = (struct reader_lead){.tenant = {1},
                                               .list = {1},
                                               .list_name = str_of("visitors"),
                                               .lead = l,
                                               .imported_us = START - HOUR};
    h->member[h->members++] = (struct reader_membership){
        .campaign = {1},
        .seller = {1},
        .lead = {7},
        .campaign_name = str_of("Autumn survey"),
        .campaign_state = CAMPAIGN_RUNNING,
        .verdict = -1,
        .reason = str_of(""),
    };
    return l;
}
