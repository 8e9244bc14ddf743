/* The ledgers in the store: added once, ended, in leads, in the facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/rules/rule_case.h"
#include "port/reader.h"
#include "store/catalog.h"
#include "store/ledger_rows.h"
#include "store/ledger_writer.h"
#include "store/sqlite_reader.h"
#include "store/startup_facts.h"
#include "unit/store/fixture_house.h"

static const int64_t NOON = 1795262400000000; /* 2026-11-21T12:00:00Z */
static const uint64_t FIRST = 12125550100;

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(h);
    fixture_house_leads(h, FIRST, 4);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

struct adding {
    struct ledger_entry entry;
    int64_t id;
    bool again;
};

static int do_add(struct db *db, void *arg, struct err *e)
{
    struct adding *a = arg;
    return ledger_rows_add(db, &a->entry, &a->id, &a->again, e);
}

/* An entry about FIRST with the campaign's seller. */
static struct ledger_entry entry_of(struct fixture_house *h,
                                    enum ledger_kind kind, const char *word)
{
    return (struct ledger_entry){
        .kind = kind,
        .tenant = h->tenant,
        .seller = h->seller,
        .e164 = FIRST,
        .word = str_of(word),
        .recorded_us = NOON,
    };
}

static int64_t add(struct fixture_house *h, struct ledger_entry x)
{
    struct adding a = {.entry = x};
    struct err e = {0};
    if (sqlite_store_run(h->store, do_add, &a, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    assert_true(a.id > 0);
    return a.id;
}

struct ending {
    struct ledger_rows_end end;
    enum ledger_kind kind;
};

static int do_end(struct db *db, void *arg, struct err *e)
{
    struct ending *n = arg;
    return ledger_rows_end(db, &n->end, &n->kind, e);
}

static int end(struct fixture_house *h, int64_t id, struct err *e)
{
    struct ending n = {.end = {.tenant = h->tenant,
                               .id = id,
                               .now_us = NOON,
                               .reason = str_of("typed wrongly")}};
    return sqlite_store_run(h->store, do_end, &n, e);
}

/* --- reading --------------------------------------------------------------*/

struct list {
    struct ledger_entry entry[32];
    char text[32][64]; /* of its word and name */
    size_t n;
};

static int keep_entry(void *arg, const struct ledger_entry *x)
{
    struct list *l = arg;
    assert_true(l->n < 32);
    (void)snprintf(l->text[l->n], 64, "%.*s|%.*s|%.*s", (int)x->word.n,
                   x->word.p, (int)x->name.n, x->name.p, (int)x->ended_reason.n,
                   x->ended_reason.p);
    l->entry[l->n++] = *x;
    return 0;
}

static struct list list_of(struct fixture_house *h, struct reader_ledger q)
{
    struct sqlite_reader *r;
    struct reader port;
    struct list l = {0};
    struct err e = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    if (port.ledger(port.self, &q, keep_entry, &l, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    sqlite_reader_close(r);
    return l;
}

static struct list all_of(struct fixture_house *h)
{
    return list_of(h, (struct reader_ledger){.kind = LEDGER_KIND_COUNT,
                                             .address = str_of("")});
}

/* The lead with FIRST, as the engine gets it. Once a test. */
static const struct lead *fetched(struct fixture_house *h)
{
    fixture_house_fetch(h, NOON, 10);
    for (size_t i = 0; i < h->leads; i++) {
        if (h->lead[i].phone[0].e164 == FIRST) {
            return &h->lead[i];
        }
    }
    fail_msg("the lead is not there");
    return NULL;
}

struct counting {
    unsigned opt_outs, ledgers;
    char last[400];
};

static int count_record(void *arg, const struct journal_row *row)
{
    struct counting *c = arg;
    struct journal_entry en;
    struct err e = {0};
    assert_int_equal(journal_decode(row->payload, &en, &e), TM_OK);
    c->opt_outs += en.record.kind == RECORD_OPT_OUT;
    if (en.record.kind == RECORD_LEDGER) {
        c->ledgers++;
        (void)snprintf(c->last, sizeof(c->last), "%.*s %.*s %.*s",
                       (int)en.record.key.n, en.record.key.p,
                       (int)en.record.value.n, en.record.value.p,
                       (int)en.record.note.n, en.record.note.p);
    }
    return 0;
}

static struct counting journal_of(struct fixture_house *h)
{
    struct sqlite_reader *r;
    struct reader port;
    struct counting c = {0};
    struct err e = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(port.journal(port.self, 1, count_record, &c, &e), TM_OK);
    sqlite_reader_close(r);
    return c;
}

/* --- entries --------------------------------------------------------------*/

static void test_all_fields_come_back(void **state)
{
    struct fixture_house *h = *state;
    struct ledger_entry x = entry_of(h, LEDGER_CONSENT, "express_written");
    x.address = str_of("ann@example.com");
    x.value = str_of("value");
    assert_true(vocab_place_parse(str_of("US-NY"), &x.area));
    x.channels = VOCAB_VOICE | VOCAB_BIT(COVERS_NIGHT);
    x.from = (struct civil_date){2026, 1, 2};
    x.to = (struct civil_date){2027, 1, 2};
    x.from_us = 5;
    x.to_us = NOON + 5;
    x.not_condition = TRI_YES;
    x.name = str_of("Ann");
    x.proof = str_of("forms/1.pdf");
    x.wording = str_of("I agree");
    x.note = str_of("fair of 2026");
    x.row = 7;
    x.attempt.v = 9;
    int64_t id = add(h, x);
    struct list l = all_of(h);
    assert_int_equal(l.n, 1);
    const struct ledger_entry *y = &l.entry[0];
    assert_true(y->id == id && y->kind == x.kind && y->e164 == FIRST);
    assert_true(y->seller.v == h->seller.v && y->tenant.v == h->tenant.v);
    assert_true(y->area.v == x.area.v && y->channels == x.channels);
    assert_int_equal(civil_date_cmp(y->from, x.from), 0);
    assert_int_equal(civil_date_cmp(y->to, x.to), 0);
    assert_true(y->from_us == 5 && y->to_us == NOON + 5);
    assert_true(y->not_condition == TRI_YES && y->row == 7);
    assert_true(y->attempt.v == 9 && y->recorded_us == NOON);
    assert_true(y->ended_us == 0);
    assert_string_equal(l.text[0], "express_written|Ann|");
    /* said again it is the same entry; said otherwise another */
    assert_true(add(h, x) == id);
    x.note = str_of("fair of 2025");
    assert_true(add(h, x) != id);
    assert_int_equal(all_of(h).n, 2);
    assert_int_equal(journal_of(h).ledgers, 2);
}

static void test_end_is_a_row(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct ledger_entry x = entry_of(h, LEDGER_LICENCE, "san");
    x.e164 = 0;
    int64_t id = add(h, x);
    assert_int_equal(end(h, id + 1, &e), TM_ENOTFOUND);
    assert_int_equal(end(h, id, &e), TM_OK);
    assert_int_equal(end(h, id, &e), TM_EEXIST);
    assert_non_null(strstr(e.text, "typed wrongly"));
    struct list l = all_of(h);
    assert_int_equal(l.n, 1);
    assert_true(l.entry[0].ended_us == NOON);
    assert_string_equal(l.text[0], "san||typed wrongly");
    /* the same said anew stands */
    assert_true(add(h, x) != id);
    struct counting c = journal_of(h);
    assert_int_equal(c.ledgers, 3);
    assert_string_equal(c.last, "licence added id=2");
}

static int do_change(struct db *db, void *arg, struct err *e)
{
    struct query q;
    (void)arg;
    query_open(&q, db, "UPDATE ledger SET word = 'other'");
    return query_done(&q, e);
}

static void test_entries_cannot_be_changed(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    (void)add(h, entry_of(h, LEDGER_CONSENT, "express"));
    assert_int_not_equal(sqlite_store_run(h->store, do_change, NULL, &e),
                         TM_OK);
    assert_non_null(strstr(e.text, "never changed"));
    assert_string_equal(all_of(h).text[0], "express||");
}

static void test_reader_filters(void **state)
{
    struct fixture_house *h = *state;
    struct ledger_entry x = entry_of(h, LEDGER_CONSENT, "express");
    (void)add(h, x);
    x.e164 = FIRST + 1;
    (void)add(h, x);
    x = entry_of(h, LEDGER_REVOCATION, "web");
    x.e164 = 0;
    x.address = str_of("joe@example.com");
    x.from_us = NOON;
    (void)add(h, x);
    struct reader_ledger q = {.kind = LEDGER_CONSENT, .address = str_of("")};
    assert_int_equal(list_of(h, q).n, 2);
    q.e164 = FIRST + 1;
    assert_int_equal(list_of(h, q).n, 1);
    q.kind = LEDGER_REVOCATION;
    assert_int_equal(list_of(h, q).n, 0);
    q = (struct reader_ledger){.kind = LEDGER_KIND_COUNT,
                               .address = str_of("joe@example.com")};
    assert_int_equal(list_of(h, q).n, 1);
    q.tenant.v = h->tenant.v + 1;
    assert_int_equal(list_of(h, q).n, 0);
}

/* --- revocations ----------------------------------------------------------*/

static int count_opt_out(void *arg, const struct reader_opt_out *o)
{
    struct reader_opt_out *to = arg;
    to->seller = o->seller;
    to->at_us = o->at_us;
    to->campaign.v++; /* how many */
    return 0;
}

static struct reader_opt_out opt_outs_of(struct fixture_house *h)
{
    struct sqlite_reader *r;
    struct reader port;
    struct reader_opt_out o = {0};
    struct err e = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(port.opt_outs(port.self, FIRST, count_opt_out, &o, &e),
                     TM_OK);
    sqlite_reader_close(r);
    return o;
}

/* A letter: no more calls, and one entry, not two. */
static void test_revocation_is_an_opt_out(void **state)
{
    struct fixture_house *h = *state;
    struct ledger_entry x = entry_of(h, LEDGER_REVOCATION, "letter");
    x.from_us = NOON - 5;
    (void)add(h, x);
    struct reader_opt_out o = opt_outs_of(h);
    assert_true(o.campaign.v == 1 && o.seller.v == h->seller.v);
    assert_true(o.at_us == NOON - 5);
    assert_int_equal(all_of(h).n, 1);
    struct counting c = journal_of(h);
    assert_true(c.opt_outs == 1 && c.ledgers == 1);
    const struct lead *l = fetched(h);
    assert_int_equal(l->revocations, 1);
    assert_true(l->revocation[0].at_us == NOON - 5);
}

/* Who wants no more mail may still be called, and the other way round. */
static void test_revocation_of_other_channels(void **state)
{
    struct fixture_house *h = *state;
    struct ledger_entry x = entry_of(h, LEDGER_REVOCATION, "text");
    x.from_us = NOON;
    x.channels = VOCAB_BIT(CHANNEL_EMAIL);
    (void)add(h, x);
    assert_true(opt_outs_of(h).campaign.v == 0);
    x.channels |= VOCAB_BIT(CHANNEL_VOICE_LIVE);
    (void)add(h, x);
    assert_true(opt_outs_of(h).campaign.v == 1);
}

/* A key in a call, a letter by `dnc add`: the ledger has them too. */
static void test_opt_out_is_a_revocation(void **state)
{
    struct fixture_house *h = *state;
    uint64_t seq = 0;
    struct record r = {
        .kind = RECORD_OPT_OUT,
        .at_us = NOON,
        .tenant = h->tenant,
        .seller = h->seller,
        .campaign = h->campaign,
        .attempt = {44},
        .e164 = FIRST,
    };
    assert_int_equal(h->port.write(h->port.self, &r, 1, &seq), TM_OK);
    assert_int_equal(h->port.write(h->port.self, &r, 1, &seq), TM_OK);
    fixture_house_wait(h, seq);
    struct list l = all_of(h);
    assert_int_equal(l.n, 1); /* the same request, told twice */
    assert_string_equal(l.text[0], "key||");
    assert_true(l.entry[0].attempt.v == 44 && l.entry[0].from_us == NOON);
    assert_true(l.entry[0].kind == LEDGER_REVOCATION);
}

/* In a call, but to the agent and by no key. */
static void test_opt_out_told_an_agent(void **state)
{
    struct fixture_house *h = *state;
    uint64_t seq = 0;
    struct record r = {
        .kind = RECORD_OPT_OUT,
        .at_us = NOON,
        .tenant = h->tenant,
        .seller = h->seller,
        .campaign = h->campaign,
        .attempt = {44},
        .e164 = FIRST,
        .key = str_of("agent"),
    };
    assert_int_equal(h->port.write(h->port.self, &r, 1, &seq), TM_OK);
    fixture_house_wait(h, seq);
    struct list l = all_of(h);
    assert_int_equal(l.n, 1);
    assert_string_equal(l.text[0], "agent||");
    assert_true(l.entry[0].attempt.v == 44);
}

/* --- in leads -------------------------------------------------------------*/

static void test_consents_of_a_lead(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct ledger_entry x = entry_of(h, LEDGER_CONSENT, "express_written");
    x.from = (struct civil_date){2026, 1, 2};
    int64_t old = add(h, x);
    x.word = str_of("express_oral");
    x.from = (struct civil_date){2026, 6, 1};
    x.channels = VOCAB_BIT(CHANNEL_VOICE_LIVE);
    int64_t newer = add(h, x);
    x.word = str_of("express");
    assert_int_equal(end(h, add(h, x), &e), TM_OK);
    x.e164 = FIRST + 1; /* somebody else's */
    (void)add(h, x);
    x = entry_of(h, LEDGER_REVOCATION, "agent");
    x.from_us = 1772323200000000; /* 2026-03-01: after the first alone */
    (void)add(h, x);
    const struct lead *l = fetched(h);
    /* behind that of the list, the newest first */
    assert_int_equal(l->consents, 3);
    assert_true(l->consent[0].ledger == 0);
    assert_true(l->consent[1].ledger == newer);
    assert_int_equal(l->consent[1].type, CONSENT_EXPRESS_ORAL);
    assert_true(l->consent[1].channels == VOCAB_BIT(CHANNEL_VOICE_LIVE));
    assert_true(l->consent[1].revoked_us == 0);
    assert_true(l->consent[2].ledger == old && l->consent[2].e164 == FIRST);
    assert_true(l->consent[2].revoked_us == x.from_us);
}

static void test_relationship_and_line_of_a_lead(void **state)
{
    struct fixture_house *h = *state;
    struct ledger_entry x = entry_of(h, LEDGER_RELATIONSHIP, "transaction");
    x.from = (struct civil_date){2026, 5, 6};
    (void)add(h, x);
    x.from = (struct civil_date){2026, 4, 6}; /* told later, and older */
    (void)add(h, x);
    x.word = str_of("gift");
    x.seller.v += 1; /* another seller's */
    (void)add(h, x);
    x = entry_of(h, LEDGER_NUMBER, "line");
    x.value = str_of("wireless");
    (void)add(h, x);
    x = entry_of(h, LEDGER_NUMBER, "reassigned");
    x.value = str_of("no");
    x.from = (struct civil_date){2026, 11, 1};
    (void)add(h, x);
    const struct lead *l = fetched(h);
    const struct civil_date may = {2026, 5, 6};
    assert_int_equal(civil_date_cmp(l->last_transaction, may), 0);
    assert_int_equal(l->last_gift.year, 0);
    assert_int_equal(l->ever_customer, TRI_YES);
    assert_int_equal(l->phone[0].line, LINE_WIRELESS);
    assert_int_equal(l->phone[0].reassigned, REASSIGNED_NO);
    assert_int_equal(l->phone[0].reassigned_date.month, 11);
}

/* --- files ----------------------------------------------------------------*/

static struct ledger_writer *begin(struct fixture_house *h, const char *hash,
                                   struct ledger_writer_counts *done)
{
    struct ledger_writer *w;
    struct err e = {0};
    const struct ledger_writer_open o = {
        .tenant = h->tenant,
        .kind = LEDGER_RELATIONSHIP,
        .seller = "s",
        .file_name = "f.csv",
        .file_hash = hash,
        .now_us = NOON,
    };
    if (ledger_writer_begin(h->store, &o, &w, done, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    return w;
}

/* Cut off after any batch and begun again: each row is there once. */
static void test_files_go_on(void **state)
{
    struct fixture_house *h = *state;
    enum { ROWS = 60 };
    struct ledger_writer_counts c = {0}, done;
    struct ledger_writer_row row[ROWS];
    struct err e = {0};
    struct rng r;
    uint64_t seed = 11, number[ROWS], different = 0;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "files");
    for (size_t i = 0; i < ROWS; i++) {
        bool seen = false;
        number[i] = FIRST + rng_below(&r, 25);
        for (size_t k = 0; k < i; k++) {
            seen |= number[k] == number[i];
        }
        different += !seen;
    }
    for (size_t at = 0; at < ROWS;) {
        struct ledger_writer *w = begin(h, "aa", &done);
        assert_memory_equal(&done, &c, sizeof(c));
        size_t n = 1 + rng_below(&r, ROWS - at);
        for (size_t i = 0; i < n; i++) {
            row[i] = (struct ledger_writer_row){
                .entry = entry_of(h, LEDGER_RELATIONSHIP, "gift")};
            row[i].entry.e164 = number[at + i];
            row[i].entry.row = (uint32_t)(at + i + 1);
        }
        struct ledger_writer_batch b = {.row = row, .n = n};
        assert_int_equal(ledger_writer_batch(w, &b, &c, &e), TM_OK);
        ledger_writer_free(w);
        at += n;
        assert_true(c.rows == at);
    }
    assert_true(c.taken == different && c.duplicates == ROWS - different);
    struct ledger_writer *w = begin(h, "aa", &done);
    assert_true(done.rows == ROWS);
    ledger_writer_free(w);
    struct list l = all_of(h);
    assert_true(l.n == different && l.n > 10);
    for (size_t i = 0; i < l.n; i++) {
        assert_true(l.entry[i].file > 0 && l.entry[i].row > 0);
        assert_true(l.entry[i].seller.v == h->seller.v);
    }
    assert_non_null(strstr(journal_of(h).last, "relationship file id="));
}

/* --- facts ----------------------------------------------------------------*/

struct facts {
    struct arena arena;
    const struct caller_facts *facts;
    struct tenant_id tenant;
};

static int do_facts(struct db *db, void *arg, struct err *e)
{
    struct facts *f = arg;
    return startup_facts_read(db, &f->arena, f->tenant, &f->facts, e);
}

static const struct caller_facts *facts_of(struct fixture_house *h,
                                           struct facts *f)
{
    struct err e = {0};
    *f = (struct facts){.tenant = h->tenant};
    arena_init(&f->arena);
    if (sqlite_store_run(h->store, do_facts, f, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    return f->facts;
}

static void add_world(struct fixture_house *h, enum ledger_kind kind,
                      const char *word, const char *value, const char *area)
{
    struct ledger_entry x = entry_of(h, kind, word);
    x.value = str_of(value);
    x.e164 = kind == LEDGER_CALLER_ID ? FIRST : 0;
    x.from = (struct civil_date){2026, 11, 1};
    if (area[0] != '\0') {
        assert_true(vocab_place_parse(str_of(area), &x.area));
    }
    (void)add(h, x);
}

static void test_facts(void **state)
{
    struct fixture_house *h = *state;
    struct facts f;
    struct err e = {0};
    assert_false(facts_of(h, &f)->feed_known);
    assert_int_equal(f.facts->numbers, 0);
    arena_fini(&f.arena);
    add_world(h, LEDGER_CALLER_ID, "marketing", "A", "");
    add_world(h, LEDGER_LICENCE, "san", "123", "US-OH");
    add_world(h, LEDGER_EXEMPTION, "hipaa", "", "US-FL");
    add_world(h, LEDGER_EXEMPTION, "other", "", "");
    add_world(h, LEDGER_EMERGENCY, "none", "", "US-NY");
    add_world(h, LEDGER_EMERGENCY, "reporting", "Orleans; Jefferson", "US-LA");
    add_world(h, LEDGER_EMERGENCY, "declared", "", "US-FL");
    add_world(h, LEDGER_HOLIDAY, "", "", "US-UT");
    add_world(h, LEDGER_HOLIDAY, "", "", "US-RI");
    struct list l = list_of(h, (struct reader_ledger){.kind = LEDGER_HOLIDAY,
                                                      .address = str_of("")});
    assert_int_equal(end(h, l.entry[1].id, &e), TM_OK);
    const struct caller_facts *c = facts_of(h, &f);
    assert_true(c->numbers == 1 && c->number[0].e164 == FIRST);
    assert_int_equal(c->number[0].series, CLI_SERIES_MARKETING);
    assert_int_equal(c->number[0].attest, ATTEST_A);
    assert_true(c->licences == 1);
    assert_true(str_eq(c->licence[0].licence.kind, "san"));
    assert_true(c->licence[0].seller.v == h->seller.v);
    assert_true(c->exemptions == 1);
    assert_int_equal(c->exemption[0].kind, CALLER_HIPAA);
    assert_true(c->exemption[0].area.v != 0);
    /* an entry speaks for its area alone */
    assert_true(!c->feed_known && c->emergencies == 3);
    /* by area: FL, LA, NY */
    assert_int_equal(c->emergency[0].active, TRI_YES);
    assert_int_equal(c->emergency[0].reporting, TRI_UNKNOWN);
    assert_true(c->emergency[0].counties == 0);
    assert_int_equal(c->emergency[1].reporting, TRI_YES);
    assert_true(c->emergency[1].counties == 2);
    assert_true(str_eq(c->emergency[1].county[1], "Jefferson"));
    assert_int_equal(c->emergency[2].active, TRI_NO);
    assert_true(c->emergency_from[2].month == 11);
    assert_true(c->emergency_to[2].year == 0);
    assert_true(c->holidays == 1);
    arena_fini(&f.arena);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_all_fields_come_back),
        CASE(test_end_is_a_row),
        CASE(test_entries_cannot_be_changed),
        CASE(test_reader_filters),
        CASE(test_revocation_is_an_opt_out),
        CASE(test_revocation_of_other_channels),
        CASE(test_opt_out_is_a_revocation),
        CASE(test_opt_out_told_an_agent),
        CASE(test_consents_of_a_lead),
        CASE(test_relationship_and_line_of_a_lead),
        CASE(test_files_go_on),
        CASE(test_facts),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
