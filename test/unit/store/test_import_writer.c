#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "port/reader.h"
#include "store/import_writer.h"
#include "store/sqlite_reader.h"
#include "unit/store/fixture_house.h"

static const uint64_t FIRST = 12125550100;

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

static struct import_writer *begin(struct fixture_house *h, const char *hash,
                                   struct import_writer_start *start)
{
    struct import_writer *w;
    struct err e = {0};
    struct import_writer_open o = {h->tenant, "people", "s", "f.csv", hash, 5};
    if (import_writer_begin(h->store, &o, &w, start, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    return w;
}

/* A batch of leads with one phone each. */
static struct import_writer_counts put(struct import_writer *w,
                                       const uint64_t *number, size_t n,
                                       uint64_t rejected, uint64_t next_row)
{
    struct import_writer_counts counts;
    struct err e = {0};
    struct lead *lead = mem_alloc((n + 1) * sizeof(*lead));
    struct import_writer_row *row = mem_alloc((n + 1) * sizeof(*row));
    for (size_t i = 0; i < n; i++) {
        lead[i].phone[0].e164 = number[i];
        lead[i].phones = 1;
        row[i] = (struct import_writer_row){next_row - n + i + 1, &lead[i]};
    }
    struct import_writer_batch b = {row, n, rejected, next_row, next_row * 9};
    if (import_writer_batch(w, &b, &counts, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(lead[i].id.v >= 0);
    }
    mem_free(row);
    mem_free(lead);
    assert_true(counts.rows ==
                counts.imported + counts.duplicates + counts.rejected);
    return counts;
}

struct sum {
    uint64_t files, rows, imported;
    int64_t finished_us;
};

static int add_file(void *arg, const struct reader_import *i)
{
    struct sum *s = arg;
    s->files++;
    s->rows += i->rows;
    s->imported += i->imported;
    s->finished_us = i->finished_us;
    assert_true(str_eq(i->list_name, "people"));
    return 0;
}

static struct sum files_of(struct fixture_house *h)
{
    struct sqlite_reader *r;
    struct reader port;
    struct sum s = {0};
    struct err e = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(
        port.imports(port.self, (struct list_id){0}, add_file, &s, &e), TM_OK);
    sqlite_reader_close(r);
    return s;
}

static void test_again_changes_nothing(void **state)
{
    struct fixture_house *h = *state;
    struct import_writer_start start;
    struct import_writer_counts c;
    struct err e = {0};
    uint64_t n[] = {FIRST, FIRST + 1, FIRST, FIRST + 2};
    struct import_writer *w = begin(h, "aa", &start);
    assert_false(start.again);
    assert_true(start.resume_row == 0 && start.list.v > 0);
    c = put(w, n, 4, 3, 7);
    assert_true(c.rows == 7 && c.imported == 3 && c.duplicates == 1 &&
                c.rejected == 3);
    assert_int_equal(import_writer_finish(w, 77, &e), TM_OK);
    import_writer_free(w);
    w = begin(h, "aa", &start);
    assert_true(start.again && start.resume_row == 0);
    c = put(w, n, 4, 3, 7);
    assert_true(c.rows == 7 && c.imported == 0 && c.duplicates == 4);
    assert_int_equal(import_writer_finish(w, 99, &e), TM_OK);
    import_writer_free(w);
    struct sum s = files_of(h);
    assert_true(s.files == 1 && s.rows == 7 && s.imported == 3);
    assert_true(s.finished_us == 77);
}

/* Cut off after any batch, begun again: the same leads, counted once. */
static void test_resumes_where_it_stood(void **state)
{
    struct fixture_house *h = *state;
    struct import_writer_start start;
    struct import_writer_counts c = {0};
    struct err e = {0};
    struct rng r;
    uint64_t seed = 8, number[60];
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "resume");
    size_t different = 0;
    for (size_t i = 0; i < 60; i++) {
        number[i] = FIRST + rng_below(&r, 40);
        bool seen = false;
        for (size_t k = 0; k < i; k++) {
            seen |= number[k] == number[i];
        }
        different += !seen;
    }
    for (size_t at = 0; at < 60;) {
        struct import_writer *w = begin(h, "bb", &start);
        assert_true(start.resume_row == at);
        assert_true(start.resume_offset == at * 9);
        assert_memory_equal(&start.counts, &c, sizeof(c));
        size_t n = 1 + rng_below(&r, 60 - at);
        c = put(w, number + at, n, 0, at + n);
        import_writer_free(w); /* without finish */
        at += n;
        if (rng_chance_ppm(&r, 300000)) {
            fixture_house_shut(h);
            fixture_house_open(h);
        }
    }
    assert_true(c.rows == 60 && c.imported == different);
    struct import_writer *w = begin(h, "bb", &start);
    assert_int_equal(import_writer_finish(w, 5, &e), TM_OK);
    import_writer_free(w);
}

static int take_lead(void *arg, const struct reader_lead *l)
{
    struct lead *to = arg;
    *to = *l->lead;
    for (size_t i = 0; i < l->lead->fields; i++) {
        assert_true(i < 4);
    }
    if (l->lead->fields > 1) {
        assert_true(str_eq(lead_field_value(l->lead, str_of("note")),
                           "line 1\nline \"2\" \\ \t \xc3\xa9"));
        assert_true(str_eq(lead_field_value(l->lead, str_of("name")), ""));
    }
    return 0;
}

/* Everything of a lead comes back as it went in. */
static void test_whole_lead_comes_back(void **state)
{
    struct fixture_house *h = *state;
    struct import_writer_start start;
    struct import_writer_counts counts;
    struct err e = {0};
    uint64_t taken[] = {FIRST + 5};
    struct import_writer *w = begin(h, "cc", &start);
    (void)put(w, taken, 1, 0, 1);
    struct lead in = {
        .phone = {{FIRST, NUMBER_MOBILE, false},
                  {FIRST + 5, NUMBER_FIXED, false},
                  {FIRST + 6, NUMBER_FIXED_OR_MOBILE, false}},
        .phones = 3,
        .country = "US",
        .region = "US-NY",
        .county = "Erie",
        .region_confirmed = true,
        .business = true,
        .consent = {{.type = CONSENT_EXPRESS_ORAL,
                     .channels = 6,
                     .given = {2025, 3, 4}},
                    {.type = CONSENT_NONE}},
        .consents = 2,
        .last_transaction = {2024, 12, 31},
        .last_gift = {2023, 2, 1},
        .field = {{str_of("name"), str_of("")},
                  {str_of("note"),
                   str_of("line 1\nline \"2\" \\ \t \xc3\xa9")}},
        .fields = 2,
    };
    struct import_writer_row row = {2, &in};
    struct import_writer_batch b = {&row, 1, 0, 2, 20};
    assert_int_equal(import_writer_batch(w, &b, &counts, &e), TM_OK);
    assert_true(in.id.v > 0 && counts.imported == 2);
    import_writer_free(w);
    struct sqlite_reader *r;
    struct reader port;
    struct lead out = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(port.lead(port.self, in.id, take_lead, &out, &e), TM_OK);
    assert_true(out.id.v == in.id.v);
    /* the number that the list had already is left out */
    assert_int_equal(out.phones, 2);
    assert_true(out.phone[0].e164 == FIRST && out.phone[1].e164 == FIRST + 6);
    assert_int_equal(out.phone[1].type, NUMBER_FIXED_OR_MOBILE);
    assert_string_equal(out.country, "US");
    assert_string_equal(out.region, "US-NY");
    assert_string_equal(out.county, "Erie");
    assert_true(out.region_confirmed && out.business);
    assert_int_equal(out.consents, 1);
    assert_int_equal(out.consent[0].type, CONSENT_EXPRESS_ORAL);
    assert_true(out.consent[0].seller.v == start.seller.v);
    assert_int_equal(out.consent[0].channels, 6);
    assert_int_equal(civil_date_cmp(out.consent[0].given, in.consent[0].given),
                     0);
    assert_int_equal(civil_date_cmp(out.last_transaction, in.last_transaction),
                     0);
    assert_int_equal(out.last_inquiry.year, 0);
    assert_int_equal(out.fields, 2);
    memset(&out, 0, sizeof(out));
    assert_int_equal(
        port.leads_of_number(port.self, FIRST + 6, take_lead, &out, &e), TM_OK);
    assert_true(out.id.v == in.id.v);
    sqlite_reader_close(r);
}

/* Imports one lead with a consent; its id, 0 when it is a duplicate. */
static struct lead_id put_consent(struct import_writer *w, uint64_t row,
                                  uint64_t e164, struct lead_consent consent)
{
    struct import_writer_counts counts;
    struct err e = {0};
    struct lead l = {.phone = {{.e164 = e164}},
                     .phones = 1,
                     .consent = {consent},
                     .consents = 1};
    struct import_writer_row r = {row, &l};
    struct import_writer_batch b = {&r, 1, 0, row, row * 10};
    assert_int_equal(import_writer_batch(w, &b, &counts, &e), TM_OK);
    return l.id;
}

static struct lead lead_of(struct fixture_house *h, struct lead_id id)
{
    struct sqlite_reader *r;
    struct reader port;
    struct lead out = {0};
    struct err e = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(port.lead(port.self, id, take_lead, &out, &e), TM_OK);
    sqlite_reader_close(r);
    return out;
}

/* A withdrawal in the file ends the consent beside it, and in a later row or
 * file what the seller has on record for the number. */
static void test_withdrawn_consent(void **state)
{
    struct fixture_house *h = *state;
    struct import_writer_start start;
    const struct lead_consent given = {.type = CONSENT_EXPRESS_WRITTEN};
    struct lead_consent ended = given;
    ended.revoked_us = 77;
    struct import_writer *w = begin(h, "dd", &start);
    struct lead_id first = put_consent(w, 1, FIRST, ended);
    struct lead_id second = put_consent(w, 2, FIRST + 1, given);
    struct lead_id third = put_consent(w, 3, FIRST + 2, given);
    assert_true(lead_of(h, first).consent[0].revoked_us == 77);
    assert_true(lead_of(h, second).consent[0].revoked_us == 0);
    assert_true(put_consent(w, 4, FIRST + 1, ended).v == 0);
    assert_true(lead_of(h, second).consent[0].revoked_us == 77);
    /* withdrawn, and nothing said of what was given */
    import_writer_free(w);
    w = begin(h, "ee", &start);
    ended.type = CONSENT_NONE;
    assert_true(put_consent(w, 1, FIRST + 2, ended).v == 0);
    struct lead out = lead_of(h, third);
    assert_int_equal(out.consents, 1);
    assert_int_equal(out.consent[0].type, CONSENT_EXPRESS_WRITTEN);
    assert_true(out.consent[0].revoked_us == 77);
    import_writer_free(w);
}

static int count_opt_out(void *arg, const struct reader_opt_out *o)
{
    struct reader_opt_out *to = arg;
    to->at_us = o->at_us;
    to->seller = o->seller;
    to->campaign.v++; /* how many */
    assert_true(str_eq(o->source, "list"));
    return 0;
}

/* campaign.v: how many there are of the number. */
static struct reader_opt_out opt_outs_of(struct fixture_house *h, uint64_t e164)
{
    struct sqlite_reader *r;
    struct reader port;
    struct reader_opt_out o = {0};
    struct err e = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(port.opt_outs(port.self, e164, count_opt_out, &o, &e),
                     TM_OK);
    sqlite_reader_close(r);
    return o;
}

/* "opt out = yes" is a request to be left alone, not only the end of what was
 * agreed to: the seller may not call the number, in the list or not. */
static void test_opt_out_in_a_list_is_one(void **state)
{
    struct fixture_house *h = *state;
    struct import_writer_start start;
    struct lead_consent out = {.revoked_us = 77};
    struct import_writer *w = begin(h, "ff", &start);
    assert_true(put_consent(w, 1, FIRST, out).v > 0);
    assert_true(put_consent(w, 2, FIRST, out).v == 0); /* a duplicate */
    out.revoked_us = 1;                                /* "yes", no day */
    (void)put_consent(w, 3, FIRST + 1, out);
    (void)put_consent(w, 4, FIRST + 2, (struct lead_consent){0});
    import_writer_free(w);
    struct reader_opt_out o = opt_outs_of(h, FIRST);
    assert_true(o.campaign.v == 1 && o.at_us == 77);
    assert_true(o.seller.v == start.seller.v && start.seller.v > 0);
    o = opt_outs_of(h, FIRST + 1);
    assert_true(o.campaign.v == 1 && o.at_us == 5); /* of the import */
    assert_true(opt_outs_of(h, FIRST + 2).campaign.v == 0);
}

/* Leads imported while the campaign runs come with the next fetch. */
static void test_later_leads_join(void **state)
{
    struct fixture_house *h = *state;
    fixture_house_leads(h, FIRST, 10);
    fixture_house_fetch(h, 100, 100);
    assert_int_equal(h->leads, 10);
    fixture_house_leads(h, FIRST + 100, 7);
    fixture_house_fetch(h, 100, 100);
    assert_int_equal(h->leads, 7);
    assert_true(h->lead[0].phone[0].e164 == FIRST + 100);
}

/* No answer says "no more" while leads of the list are left, whatever the
 * size of the fetches. */
static void test_large_lists_are_handed_out_whole(void **state)
{
    struct fixture_house *h = *state;
    enum { LEADS = 15000 };
    static const size_t max[] = {700, 5000, 4000, 1, 3000};
    bool *seen = mem_alloc(LEADS);
    size_t total = 0;
    fixture_house_leads(h, FIRST, LEADS);
    for (size_t i = 0; total < LEADS; i++) {
        fixture_house_fetch(h, 100, max[i % tm_array_len(max)]);
        assert_true(h->leads > 0);
        for (size_t k = 0; k < h->leads; k++) {
            size_t at = (size_t)(h->lead[k].phone[0].e164 - FIRST);
            assert_true(at < LEADS && !seen[at]);
            seen[at] = true;
        }
        total += h->leads;
        assert_true((h->unclaimed > 0) == (total < LEADS));
        assert_true(h->next_due_us == (total < LEADS ? 0 : INT64_MAX));
    }
    mem_free(seen);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_again_changes_nothing),
        CASE(test_resumes_where_it_stood),
        CASE(test_whole_lead_comes_back),
        CASE(test_withdrawn_consent),
        CASE(test_opt_out_in_a_list_is_one),
        CASE(test_later_leads_join),
        CASE(test_large_lists_are_handed_out_whole),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
