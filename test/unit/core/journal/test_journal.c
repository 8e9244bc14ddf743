#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/journal/journal.h"

static const uint8_t salt[JOURNAL_SALT_SIZE] = {1, 2, 3};

/* A chain in memory. */
struct chain {
    struct journal j;
    struct buf bytes;
    struct {
        size_t at, n;
        uint64_t seq;
        uint8_t hash[JOURNAL_HASH_SIZE];
    } row[64];
    size_t rows, next;
};

static struct record sample(struct rng *r)
{
    static const char *const words[] = {"", "q1", "yes", "US-FTC-HRS:allow",
                                        "\xc3\xa4 b"};
    struct record rec = {
        .kind = (enum record_kind)rng_below(r, RECORD_COUNT),
        .at_us = (int64_t)rng_u64(r),
        .tenant = {1},
        .seller = {(int64_t)rng_below(r, 3)},
        .campaign = {(int64_t)rng_below(r, 300)},
        .lead = {(int64_t)rng_below(r, 1000000)},
        .attempt = {(int64_t)rng_below(r, 70000)},
        .e164 = rng_chance_ppm(r, 500000) ? 12125550100 + rng_below(r, 99) : 0,
        .due_us = -(int64_t)rng_below(r, 5),
        .state = (int)rng_below(r, 10),
        .code = (int)rng_below(r, 700) - 1,
        .ring_ms = (int64_t)rng_below(r, 3),
        .talk_ms = INT64_MIN + (int64_t)rng_below(r, 3),
        .live = rng_chance_ppm(r, 500000),
        .abandoned = rng_chance_ppm(r, 500000),
    };
    struct slice *text[] = {&rec.key, &rec.value, &rec.rules, &rec.versions,
                            &rec.note};
    for (size_t i = 0; i < tm_array_len(text); i++) {
        *text[i] = str_of(words[rng_below(r, tm_array_len(words))]);
    }
    return rec;
}

static void chain_make(struct chain *c, uint64_t seed, size_t n)
{
    struct rng r;
    rng_init(&r, seed, "journal");
    *c = (struct chain){0};
    journal_init(&c->j, salt);
    buf_init(&c->bytes, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        struct record rec = sample(&r);
        c->row[i].at = c->bytes.n;
        assert_int_equal(journal_append(&c->j, &rec, &c->bytes, c->row[i].hash),
                         TM_OK);
        c->row[i].n = c->bytes.n - c->row[i].at;
        c->row[i].seq = c->j.seq;
    }
    c->rows = n;
}

static int chain_next(void *arg, struct journal_row *out, struct err *e)
{
    struct chain *c = arg;
    (void)e;
    if (c->next == c->rows) {
        return 0;
    }
    size_t i = c->next++;
    *out = (struct journal_row){
        .seq = c->row[i].seq,
        .payload = str_range(c->bytes.p + c->row[i].at, c->row[i].n),
        .hash = c->row[i].hash,
    };
    return 1;
}

static struct journal_check check_of(struct chain *c)
{
    struct journal_check k;
    struct err e;
    c->next = 0;
    assert_int_equal(journal_verify(chain_next, c, &k, &e), TM_OK);
    return k;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct rng r;
    uint64_t seed = 20261121;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "journal");
    struct journal j;
    journal_init(&j, salt);
    struct buf b;
    buf_init(&b, 1 << 16);
    for (int i = 0; i < 2000; i++) {
        struct record rec = sample(&r);
        uint8_t hash[JOURNAL_HASH_SIZE], number[JOURNAL_NUMBER_SIZE];
        buf_clear(&b);
        assert_int_equal(journal_append(&j, &rec, &b, hash), TM_OK);
        struct journal_entry got;
        struct err e;
        assert_int_equal(journal_decode(buf_slice(&b), &got, &e), TM_OK);
        assert_int_equal(got.record.kind, rec.kind);
        assert_true(got.record.at_us == rec.at_us);
        assert_true(got.record.lead.v == rec.lead.v);
        assert_true(got.record.attempt.v == rec.attempt.v);
        assert_true(got.record.due_us == rec.due_us);
        assert_true(got.record.talk_ms == rec.talk_ms);
        assert_int_equal(got.record.code, rec.code);
        assert_int_equal(got.record.live, rec.live);
        assert_int_equal(got.record.abandoned, rec.abandoned);
        assert_true(str_same(got.record.rules, rec.rules));
        assert_true(str_same(got.record.note, rec.note));
        assert_int_equal(got.has_number, rec.e164 != 0);
        journal_number(salt, rec.e164, number);
        if (got.has_number) {
            assert_memory_equal(got.number, number, sizeof(number));
        }
        assert_true(got.record.e164 == 0);
    }
    buf_fini(&b);
}

/* The number itself must not be found in the payload in any usual form. */
static void test_number_is_hidden(void **state)
{
    (void)state;
    struct journal j;
    journal_init(&j, salt);
    struct record rec = {.kind = RECORD_ATTEMPT,
                         .e164 = 12125550123,
                         .dialog = str_of("sip:12125550123@example.com")};
    struct buf b;
    buf_init(&b, 4096);
    uint8_t hash[JOURNAL_HASH_SIZE];
    assert_int_equal(journal_append(&j, &rec, &b, hash), TM_OK);
    uint64_t le = rec.e164;
    assert_null(memmem(b.p, b.n, "2125550123", 10));
    assert_null(memmem(b.p, b.n, &le, 5));
    assert_null(memmem(b.p, b.n, "sip:", 4));
    /* Another salt, another hash. */
    uint8_t other[JOURNAL_SALT_SIZE] = {9}, a[JOURNAL_NUMBER_SIZE],
            c[JOURNAL_NUMBER_SIZE];
    journal_number(salt, rec.e164, a);
    journal_number(other, rec.e164, c);
    assert_memory_not_equal(a, c, sizeof(a));
    buf_fini(&b);
}

/* Numbers that are remembered, that push each other out and that come again:
 * every entry is as without a memo. */
static void test_memo_changes_nothing(void **state)
{
    (void)state;
    struct journal plain, quick;
    struct journal_memo *memo = mem_alloc(sizeof(*memo));
    struct rng r;
    struct buf b;
    rng_init(&r, 5, "memo");
    buf_init(&b, 4096);
    journal_init(&plain, salt);
    journal_init(&quick, salt);
    journal_remember(&quick, memo);
    for (int i = 0; i < 20000; i++) {
        struct record rec = sample(&r);
        uint8_t one[JOURNAL_HASH_SIZE], two[JOURNAL_HASH_SIZE];
        rec.e164 = rng_below(&r, 3 * JOURNAL_MEMO_SIZE);
        buf_clear(&b);
        assert_int_equal(journal_append(&plain, &rec, &b, one), TM_OK);
        buf_clear(&b);
        assert_int_equal(journal_append(&quick, &rec, &b, two), TM_OK);
        assert_memory_equal(one, two, sizeof(one));
    }
    buf_fini(&b);
    mem_free(memo);
}

/* Known answer: changing the format by accident must show. */
static void test_known_bytes(void **state)
{
    (void)state;
    struct journal j;
    journal_init(&j, salt);
    struct record rec = {.kind = RECORD_ENDED,
                         .at_us = 1,
                         .tenant = {1},
                         .code = 486,
                         .value = str_of("busy")};
    struct buf b;
    buf_init(&b, 4096);
    uint8_t hash[JOURNAL_HASH_SIZE];
    assert_int_equal(journal_append(&j, &rec, &b, hash), TM_OK);
    static const uint8_t want[] = {1, RECORD_ENDED, 1, 2,   2,   2,   10, 0xcc,
                                   7, 16,           4, 'b', 'u', 's', 'y'};
    assert_int_equal(b.n, sizeof(want));
    assert_memory_equal(b.p, want, sizeof(want));
    assert_int_equal(RECORD_ENDED, 11);
    buf_fini(&b);
}

static void test_whole_chain_is_good(void **state)
{
    (void)state;
    struct chain c;
    chain_make(&c, 1, 64);
    struct journal_check k = check_of(&c);
    assert_int_equal(k.broken_seq, 0);
    assert_int_equal(k.entries, 64);
    assert_memory_equal(k.head, c.j.head, sizeof(k.head));
    buf_fini(&c.bytes);
}

/* Any changed bit of a payload is found, at its own entry. */
static void test_tampered_payload(void **state)
{
    (void)state;
    struct chain c;
    chain_make(&c, 2, 40);
    struct rng r;
    rng_init(&r, 77, "tamper");
    for (int i = 0; i < 500; i++) {
        size_t row = rng_below(&r, c.rows);
        size_t at = c.row[row].at + rng_below(&r, c.row[row].n);
        char old = c.bytes.p[at];
        c.bytes.p[at] = (char)(old ^ (char)(1U << rng_below(&r, 8)));
        struct journal_check k = check_of(&c);
        assert_int_equal(k.broken_seq, row + 1);
        assert_int_equal(k.entries, row);
        assert_true(k.why[0] != '\0');
        c.bytes.p[at] = old;
    }
    assert_int_equal(check_of(&c).broken_seq, 0);
    buf_fini(&c.bytes);
}

static void test_removed_swapped_entries(void **state)
{
    (void)state;
    struct chain c;
    chain_make(&c, 3, 20);
    uint64_t seq = c.row[7].seq;
    c.row[7].seq = 9; /* entry 8 is gone */
    assert_int_equal(check_of(&c).broken_seq, 8);
    c.row[7].seq = 7;
    assert_int_equal(check_of(&c).broken_seq, 8);
    c.row[7].seq = seq;
    size_t at = c.row[3].at, n = c.row[3].n;
    c.row[3].at = c.row[4].at;
    c.row[3].n = c.row[4].n;
    c.row[4].at = at;
    c.row[4].n = n;
    assert_int_equal(check_of(&c).broken_seq, 4);
    buf_fini(&c.bytes);
}

/* Nonsense never crashes the decoder, and what it accepts is canonical: the
 * same record is encoded to the same bytes (numbers and texts aside). */
static void test_decode_nonsense(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 5, "nonsense");
    unsigned accepted = 0, named = 0;
    for (int i = 0; i < 200000; i++) {
        char bytes[24];
        size_t n = rng_below(&r, sizeof(bytes) + 1);
        for (size_t k = 0; k < n; k++) {
            bytes[k] = (char)rng_below(&r, 24);
        }
        struct journal_entry got;
        struct err e = {0};
        int rc = journal_decode(str_range(bytes, n), &got, &e);
        assert_true(rc == TM_OK || rc == TM_ECORRUPT || rc == TM_EVERSION);
        if (rc != TM_OK || got.has_number) {
            continue;
        }
        if (got.rules_seq != 0 || got.versions_seq != 0) {
            named++; /* the text is not here to be encoded again */
            continue;
        }
        accepted++;
        struct journal j;
        journal_init(&j, salt);
        struct buf b;
        buf_init(&b, 4096);
        uint8_t hash[JOURNAL_HASH_SIZE];
        assert_int_equal(journal_append(&j, &got.record, &b, hash), TM_OK);
        assert_int_equal(b.n, n);
        assert_memory_equal(b.p, bytes, n);
        buf_fini(&b);
    }
    assert_true(accepted > 100 && named > 10);
}

/* --- texts that stand in another entry ------------------------------------*/

enum { LONG = JOURNAL_TEXT_MAX + 50 };

/* One of a few texts, some too short to be shared, some too long to be kept
 * whole. */
static struct slice some_text(struct rng *r, const char *word, char out[LONG])
{
    static const size_t size[] = {
        0,    JOURNAL_SHARE_MIN - 1, JOURNAL_SHARE_MIN,
        1050, JOURNAL_TEXT_MAX,      JOURNAL_TEXT_MAX + 1,
        LONG};
    size_t n = size[rng_below(r, tm_array_len(size))];
    memset(out, 'a' + (int)rng_below(r, 3), LONG);
    memcpy(out, word, strlen(word));
    return str_range(out, n);
}

/* The texts of entry i, found as a reader of the chain would. */
static struct slice text_of(struct chain *c, size_t i, bool rules)
{
    struct journal_entry en;
    struct err e;
    struct slice payload = {c->bytes.p + c->row[i].at, c->row[i].n};
    assert_int_equal(journal_decode(payload, &en, &e), TM_OK);
    struct slice here = rules ? en.record.rules : en.record.versions;
    uint64_t seq = rules ? en.rules_seq : en.versions_seq;
    if (seq == 0) {
        return here;
    }
    assert_int_equal(here.n, 0);
    assert_true(seq < c->row[i].seq);
    payload = str_range(c->bytes.p + c->row[seq - 1].at, c->row[seq - 1].n);
    assert_int_equal(journal_decode(payload, &en, &e), TM_OK);
    here = rules ? en.record.rules : en.record.versions;
    assert_true(here.n >= JOURNAL_SHARE_MIN);
    return here;
}

static struct slice cut(struct slice s)
{
    return str_range(s.p, s.n < JOURNAL_TEXT_MAX ? s.n : JOURNAL_TEXT_MAX);
}

static void add_entry(struct chain *c, const struct record *rec)
{
    size_t i = c->rows++;
    assert_true(i < tm_array_len(c->row));
    c->row[i].at = c->bytes.n;
    assert_int_equal(journal_append(&c->j, rec, &c->bytes, c->row[i].hash),
                     TM_OK);
    c->row[i].n = c->bytes.n - c->row[i].at;
    c->row[i].seq = c->j.seq;
}

/* Chains with restarts and with what was given up: each text is found as it
 * was written, the chain holds, and it is shorter than without sharing. */
static void test_texts_stand_once(void **state)
{
    (void)state;
    static struct journal_texts texts;
    static char rules[64][LONG], versions[64][LONG];
    size_t bytes = 0, whole = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct rng r;
        struct chain c = {0};
        struct record rec[64] = {0};
        rng_init(&r, seed, "texts");
        print_message("%sseed %llu", seed > 1 ? ", " : "",
                      (unsigned long long)seed);
        journal_init(&c.j, salt);
        journal_share(&c.j, &texts); /* of the chain before: to be forgotten */
        buf_init(&c.bytes, 1 << 22);
        while (c.rows < 64) {
            struct journal before = c.j;
            size_t rows = c.rows, n = c.bytes.n;
            size_t more = 1 + rng_below(&r, 64 - rows);
            for (size_t i = rows; i < rows + more; i++) {
                rec[i] = (struct record){
                    .kind = RECORD_ATTEMPT,
                    .at_us = (int64_t)i + 1,
                    .rules = some_text(&r, "r", rules[i]),
                    .versions = some_text(&r, rng_below(&r, 5) == 0 ? "r" : "v",
                                          versions[i])};
                add_entry(&c, &rec[i]);
            }
            if (rng_below(&r, 4) == 0) { /* a transaction that is given up */
                c.j = before;
                c.rows = rows;
                c.bytes.n = n;
            } else if (rng_below(&r, 4) == 0) { /* the program starts again */
                memset(&texts, 0, sizeof(texts));
            }
        }
        for (size_t i = 0; i < c.rows; i++) {
            assert_true(str_same(text_of(&c, i, true), cut(rec[i].rules)));
            assert_true(str_same(text_of(&c, i, false), cut(rec[i].versions)));
            whole += cut(rec[i].rules).n + cut(rec[i].versions).n;
        }
        struct journal_check k = check_of(&c);
        assert_int_equal(k.broken_seq, 0);
        assert_int_equal(k.entries, 64);
        bytes += c.bytes.n;
        buf_fini(&c.bytes);
    }
    print_message("\n%zu bytes of texts in %zu\n", whole, bytes);
    assert_true(bytes < whole * 2 / 3);
}

/* An entry that names one that is not before it, or has a text twice. */
static void test_wrong_names_are_refused(void **state)
{
    (void)state;
    static const struct {
        char bytes[8];
        size_t n;
        bool decodes;
    } bad[] = {
        {{JOURNAL_FORMAT, RECORD_ATTEMPT, 21, 2}, 4, true},  /* itself */
        {{JOURNAL_FORMAT, RECORD_ATTEMPT, 22, 4}, 4, true},  /* the next one */
        {{JOURNAL_FORMAT, RECORD_ATTEMPT, 22, 1}, 4, false}, /* -1 */
        {{JOURNAL_FORMAT, RECORD_ATTEMPT, 22, 0}, 4, false},
        {{JOURNAL_FORMAT, RECORD_ATTEMPT, 17, 1, 'A', 21, 2}, 7, false},
    };
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        static const uint8_t zero[JOURNAL_HASH_SIZE];
        struct journal_entry en;
        struct err e = {0};
        uint8_t hash[JOURNAL_HASH_SIZE];
        struct slice payload = str_range(bad[i].bytes, bad[i].n);
        assert_int_equal(journal_decode(payload, &en, &e),
                         bad[i].decodes ? TM_OK : TM_ECORRUPT);
        journal_hash(zero, 1, payload, hash);
        struct journal_row row = {1, payload, hash};
        struct journal_check c = {0};
        assert_false(journal_check_row(&c, &row));
        assert_int_equal(c.broken_seq, 1);
    }
}

static void test_full_buffer_changes_nothing(void **state)
{
    (void)state;
    struct journal j;
    journal_init(&j, salt);
    struct buf b;
    buf_init(&b, 4);
    struct record rec = {.kind = RECORD_CLOCK, .note = str_of("long")};
    uint8_t hash[JOURNAL_HASH_SIZE];
    assert_int_equal(journal_append(&j, &rec, &b, hash), TM_EFULL);
    assert_int_equal(j.seq, 0);
    assert_int_equal(b.n, 0);
    buf_fini(&b);
}

/* Going on after a restart gives the same chain. */
static void test_resume(void **state)
{
    (void)state;
    struct journal a, b;
    journal_init(&a, salt);
    journal_init(&b, salt);
    struct buf out;
    buf_init(&out, 1 << 16);
    struct record rec = {.kind = RECORD_RESTART, .at_us = 5};
    uint8_t ha[JOURNAL_HASH_SIZE], hb[JOURNAL_HASH_SIZE];
    assert_int_equal(journal_append(&a, &rec, &out, ha), TM_OK);
    journal_resume(&b, a.seq, ha);
    rec.at_us = 6;
    assert_int_equal(journal_append(&a, &rec, &out, ha), TM_OK);
    assert_int_equal(journal_append(&b, &rec, &out, hb), TM_OK);
    assert_memory_equal(ha, hb, sizeof(ha));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_number_is_hidden),
        cmocka_unit_test(test_memo_changes_nothing),
        cmocka_unit_test(test_known_bytes),
        cmocka_unit_test(test_whole_chain_is_good),
        cmocka_unit_test(test_tampered_payload),
        cmocka_unit_test(test_removed_swapped_entries),
        cmocka_unit_test(test_decode_nonsense),
        cmocka_unit_test(test_texts_stand_once),
        cmocka_unit_test(test_wrong_names_are_refused),
        cmocka_unit_test(test_full_buffer_changes_nothing),
        cmocka_unit_test(test_resume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
