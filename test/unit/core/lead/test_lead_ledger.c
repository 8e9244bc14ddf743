/* Ledger entries in a lead, against a naive account of the same entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "core/lead/lead_ledger.h"

static const uint64_t NUMBER = 12125550100;
enum { OURS = 3, OTHER = 4, ENTRIES = 30 };

static struct ledger_entry entry(enum ledger_kind kind, const char *word,
                                 int64_t id)
{
    return (struct ledger_entry){.kind = kind,
                                 .id = id,
                                 .seller = {OURS},
                                 .e164 = NUMBER,
                                 .word = str_of(word),
                                 .value = str_of("")};
}

static struct lead lead_of_one(void)
{
    return (struct lead){.phone = {{.e164 = NUMBER}}, .phones = 1};
}

static void take(struct lead *l, const struct ledger_entry *e)
{
    lead_ledger_take(l, 0, e, (struct seller_id){OURS});
}

static int64_t day_us(struct civil_date d)
{
    return (int64_t)civil_days(d) * CIVIL_DAY_US;
}

/* --- consents and revocations ---------------------------------------------*/

/* The earliest withdrawal that hits the consent, said once more and plainly. */
static int64_t revoked_of(const struct ledger_entry *c,
                          const struct ledger_entry *all, size_t n)
{
    int64_t first = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ledger_entry *r = &all[i];
        bool seller = r->seller.v == 0 || r->seller.v == c->seller.v;
        bool channel = r->channels == 0 || c->channels == 0 ||
                       (r->channels & c->channels) != 0;
        if (r->kind == LEDGER_REVOCATION && seller && channel &&
            r->from_us >= day_us(c->from) - 14 * CIVIL_HOUR_US &&
            (first == 0 || r->from_us < first)) {
            first = r->from_us;
        }
    }
    return first;
}

static int by_kind(const void *a, const void *b)
{
    const struct ledger_entry *x = a, *y = b;
    int kind = strcmp(ledger_kind_text(x->kind), ledger_kind_text(y->kind));
    return kind != 0 ? kind : (x->id > y->id) - (x->id < y->id);
}

static struct ledger_entry some_entry(struct rng *r, int64_t id)
{
    static const int64_t seller[] = {OURS, OURS, OTHER, 0};
    static const uint32_t channels[] = {0, VOCAB_VOICE, VOCAB_BIT(CHANNEL_TEXT),
                                        VOCAB_BIT(CHANNEL_VOICE_LIVE)};
    bool consent = rng_below(r, 2) == 0;
    struct ledger_entry e = entry(consent ? LEDGER_CONSENT : LEDGER_REVOCATION,
                                  consent ? "express_written" : "web", id);
    struct civil_date day = {2026, 5, (uint8_t)(1 + rng_below(r, 20))};
    e.seller.v = seller[rng_below(r, consent ? 3 : 4)];
    e.channels = channels[rng_below(r, 4)];
    if (consent) {
        e.from = day;
    } else {
        e.from_us = day_us(day) + (int64_t)rng_below(r, 2) * CIVIL_HOUR_US -
                    (int64_t)rng_below(r, 2) * 14 * CIVIL_HOUR_US;
    }
    return e;
}

static void check_consents(const struct lead *l, const struct ledger_entry *all,
                           size_t n)
{
    size_t at = 0;
    for (size_t i = n; i-- > 0;) { /* the newest first */
        if (all[i].kind != LEDGER_CONSENT || at == LEAD_CONSENTS_MAX) {
            continue;
        }
        assert_true(l->consent[at].ledger == all[i].id);
        assert_true(l->consent[at].revoked_us == revoked_of(&all[i], all, n));
        at++;
    }
    assert_true(l->consents == at);
}

static void test_consents_random(void **state)
{
    uint64_t seed = 5;
    size_t revoked = 0, open = 0;
    struct rng r;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "consents");
    for (int turn = 0; turn < 4000; turn++) {
        struct ledger_entry all[ENTRIES];
        struct lead l = lead_of_one();
        size_t n = rng_below(&r, ENTRIES + 1);
        for (size_t i = 0; i < n; i++) {
            all[i] = some_entry(&r, (int64_t)i + 1);
        }
        qsort(all, n, sizeof(*all), by_kind);
        for (size_t i = 0; i < n; i++) {
            take(&l, &all[i]);
        }
        check_consents(&l, all, n);
        for (size_t i = 1; i < l.revocations; i++) {
            assert_true(l.revocation[i - 1].at_us >= l.revocation[i].at_us);
        }
        for (size_t i = 0; i < l.consents; i++) {
            revoked += l.consent[i].revoked_us != 0;
            open += l.consent[i].revoked_us == 0;
        }
    }
    assert_true(revoked > 1000 && open > 1000);
}

/* A withdrawal in the morning of the consent's own day, in Kiribati, and the
 * last second of the day before. */
static void test_same_day_anywhere(void **state)
{
    (void)state;
    for (int64_t early = 0; early <= 1; early++) {
        struct lead l = lead_of_one();
        struct ledger_entry e = entry(LEDGER_CONSENT, "express_written", 1);
        e.from = (struct civil_date){2026, 5, 6};
        take(&l, &e);
        e = entry(LEDGER_REVOCATION, "web", 2);
        e.from_us = day_us((struct civil_date){2026, 5, 5}) +
                    10 * CIVIL_HOUR_US - early;
        take(&l, &e);
        assert_true(l.consent[0].revoked_us == (early ? 0 : e.from_us));
    }
}

/* What the list says stays where it is, and is ended elsewhere. */
static void test_list_consent_stays_first(void **state)
{
    struct lead l = lead_of_one();
    (void)state;
    l.consent[0].type = CONSENT_EXPRESS;
    l.consents = 1;
    for (int64_t id = 1; id <= LEAD_CONSENTS_MAX + 5; id++) {
        struct ledger_entry e = entry(LEDGER_CONSENT, "express_oral", id);
        take(&l, &e);
    }
    struct ledger_entry r = entry(LEDGER_REVOCATION, "web", 99);
    r.from_us = 7;
    take(&l, &r);
    assert_int_equal(l.consents, LEAD_CONSENTS_MAX);
    assert_true(l.consent[0].ledger == 0 && l.consent[0].revoked_us == 0);
    assert_true(l.consent[1].ledger == LEAD_CONSENTS_MAX + 5);
    assert_true(l.consent[1].revoked_us == 7);
}

static void test_purpose_of_a_revocation(void **state)
{
    struct lead l = lead_of_one();
    struct ledger_entry r = entry(LEDGER_REVOCATION, "web", 1);
    (void)state;
    r.from_us = 5;
    r.value = str_of("survey");
    take(&l, &r);
    r.value = str_of("nonsense"); /* unknown: all */
    r.from_us = 6;
    take(&l, &r);
    assert_int_equal(l.revocation[1].in_reply_to, PURPOSE_SURVEY);
    assert_int_equal(l.revocation[0].in_reply_to, PURPOSE_UNKNOWN);
}

/* --- relationship ---------------------------------------------------------*/

static void relate(struct lead *l, const char *word, struct civil_date from,
                   struct civil_date to)
{
    struct ledger_entry e = entry(LEDGER_RELATIONSHIP, word, 1);
    e.from = from;
    e.to = to;
    take(l, &e);
}

/* 16 CFR 310.2(q): a termination ends it; a later purchase begins another. */
static void test_termination(void **state)
{
    const struct civil_date may = {2026, 5, 1}, june = {2026, 6, 1}, none = {0};
    (void)state;
    /* in whichever order they came */
    for (int order = 0; order < 2; order++) {
        struct lead l = lead_of_one();
        relate(&l, order == 0 ? "transaction" : "termination",
               order == 0 ? may : june, none);
        relate(&l, order == 0 ? "termination" : "transaction",
               order == 0 ? june : may, none);
        assert_true(l.terminated_us == day_us(june));
        l = lead_of_one();
        relate(&l, order == 0 ? "transaction" : "termination",
               order == 0 ? june : may, none);
        relate(&l, order == 0 ? "termination" : "transaction",
               order == 0 ? may : june, none);
        assert_true(l.terminated_us == 0);
        assert_int_equal(l.ever_customer, TRI_YES);
    }
    struct lead l = lead_of_one();
    relate(&l, "termination", may, none);
    relate(&l, "inquiry", june, none); /* begins no contract */
    assert_true(l.terminated_us == day_us(may));
    relate(&l, "transaction", may, none); /* of the same day */
    assert_true(l.terminated_us == day_us(may));
}

static void test_contracts_and_membership(void **state)
{
    const struct civil_date a = {2025, 1, 1}, b = {2026, 1, 1}, none = {0};
    struct lead l = lead_of_one();
    (void)state;
    relate(&l, "contract", b, none);
    relate(&l, "contract", a, b);
    assert_true(civil_date_cmp(l.contract_start, b) == 0);
    assert_int_equal(l.contract_end.year, 0);
    relate(&l, "membership", a, b);
    assert_int_equal(l.member, TRI_UNKNOWN); /* may be over */
    relate(&l, "membership", a, none);
    assert_int_equal(l.member, TRI_YES);
    relate(&l, "gift", b, none);
    relate(&l, "gift", a, none);
    assert_true(civil_date_cmp(l.last_gift, b) == 0);
}

static void test_relationship_is_with_one_seller(void **state)
{
    struct lead l = lead_of_one();
    struct ledger_entry e = entry(LEDGER_RELATIONSHIP, "transaction", 1);
    (void)state;
    e.from = (struct civil_date){2026, 1, 1};
    e.seller.v = OTHER;
    take(&l, &e);
    assert_int_equal(l.last_transaction.year, 0);
    lead_ledger_relate(&l, &e, (struct seller_id){OTHER});
    assert_int_equal(l.last_transaction.year, 2026);
    l = lead_of_one();
    e.seller.v = 0;
    lead_ledger_take(&l, 0, &e, (struct seller_id){0});
    assert_int_equal(l.last_transaction.year, 2026);
}

/* --- lines ----------------------------------------------------------------*/

static void test_lines(void **state)
{
    struct lead l = lead_of_one();
    struct ledger_entry e = entry(LEDGER_NUMBER, "reassigned", 1);
    (void)state;
    e.value = str_of("no");
    e.from = (struct civil_date){2026, 10, 1};
    take(&l, &e);
    e.value = str_of("yes"); /* entered later, asked before */
    e.from = (struct civil_date){2026, 9, 1};
    take(&l, &e);
    assert_int_equal(l.phone[0].reassigned, REASSIGNED_NO);
    assert_int_equal(l.phone[0].reassigned_date.month, 10);
    e.word = str_of("ported");
    take(&l, &e);
    assert_int_equal(l.phone[0].ported.month, 9);
    e.word = str_of("line");
    e.value = str_of("wireless");
    take(&l, &e);
    assert_int_equal(l.phone[0].line, LINE_WIRELESS);
    e.value = str_of("business"); /* the newest entry */
    take(&l, &e);
    assert_int_equal(l.phone[0].line, LINE_BUSINESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consents_random),
        cmocka_unit_test(test_same_day_anywhere),
        cmocka_unit_test(test_list_consent_stays_first),
        cmocka_unit_test(test_purpose_of_a_revocation),
        cmocka_unit_test(test_termination),
        cmocka_unit_test(test_contracts_and_membership),
        cmocka_unit_test(test_relationship_is_with_one_seller),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
