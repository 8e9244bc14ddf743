/* An ordinary sales campaign with agents under all packs at once: allowed in
 * every state when what the operator says and has is in order, and refused by
 * the rule that asks for it when one thing is missing. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/duty.h"
#include "core/campaign/lead_case.h"
#include "core/rules/rules.h"

enum { PACKS_MAX = 32, PACK_MAX = 1 << 20 };

static struct arena arena;
static const struct rule_book *book;
static struct tz_set zones;
static struct dnc_lists lists;
static struct buf image[DNC_LISTS_MAX];
static struct suppression nobody;
static struct lead_case c;
static struct verdict v;
static int64_t now_us;

static const char head[] = "name = Sales\n"
                           "seller = Lakeside\n"
                           "caller_kind = seller\n"
                           "purpose = sale\n"
                           "goods = other\n"
                           "leads_to_sale = yes\n"
                           "list = customers\n"
                           "trunk = main\n"
                           "caller_id = +12125550100\n"
                           "caller_name = Lakeside\n"
                           "caller_id_authority = yes\n"
                           "ftc_jurisdiction = yes\n"
                           "registered_charity = no\n"
                           "seller_type = other\n"
                           "consent_not_condition = yes\n"
                           "channel = voice_live\n";
static const char say[] = "abandoned_say = Lakeside, telemarketing. Call 212 "
                          "555 0100, or press 9.\n";
/* All that a state of the United States asks agents to say. */
static const char *const carried[] = {"disclose_seller_purpose_goods",
                                      "identify_at_start",
                                      "identify_within_10s",
                                      "identify_within_30s",
                                      "identify_with_full_name",
                                      "ask_to_continue",
                                      "offer_do_not_call",
                                      "state_phone_number",
                                      "end_call_within_10s_on_request"};

static const char *const own_lists[] = {
    "state.CO", "state.FL", "state.IN", "state.LA", "state.MA", "state.MO",
    "state.OK", "state.PA", "state.TN", "state.TX", "state.WY"};

static size_t load_folder(const char *folder, struct rule_pack_text *pack,
                          size_t n)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *d; (d = readdir(dir)) != NULL;) {
        char path[1024];
        size_t len = strlen(d->d_name);
        if (len < 6 || strcmp(d->d_name + len - 6, ".rules") != 0)
            continue;
        assert_true(n < PACKS_MAX);
        (void)snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        char *p = arena_alloc(&arena, PACK_MAX);
        pack[n].file = arena_strdup(&arena, str_of(d->d_name));
        pack[n].text = str_range(p, fread(p, 1, PACK_MAX, f));
        n++;
        (void)fclose(f);
    }
    (void)closedir(dir);
    return n;
}

static void add_list(const char *name, enum dnc_kind kind)
{
    struct err e = {0};
    uint64_t listed[] = {12124569999};
    struct dnc_set meta = {.kind = kind,
                           .country = "US",
                           .obtained_us = now_us - 86400000000,
                           .generation = 1};
    struct buf *b = &image[lists.n];
    (void)str_copy(meta.name, sizeof meta.name, str_of(name));
    memset(meta.source_hash, 'a', 64);
    buf_init(b, 1 << 20);
    if (dnc_set_build(&meta, listed, 1, b, &e) != TM_OK ||
        dnc_set_open(b->p, b->n, &lists.set[lists.n], &e) != TM_OK)
        fail_msg("%s", e.text);
    lists.n++;
}

static int setup(void **state)
{
    (void)state;
    struct rule_pack_text pack[PACKS_MAX];
    struct err e = {0};
    arena_init(&arena);
    suppression_init(&nobody);
    size_t n = load_folder(SOURCE_DIR "/rules", pack, 0);
    n = load_folder(SOURCE_DIR "/rules/law", pack, n);
    assert_int_equal(n, 20);
    if (rule_book_load(&arena, pack, n, &book, &e) != TM_OK)
        fail_msg("%s", e.text);
    /* A Tuesday afternoon everywhere from New York to Hawaii. */
    assert_true(civil_parse_instant(str_of("2026-12-01T20:00:00Z"), &now_us));
    tz_set_init(&zones, &arena, "2025b");
    add_list("us_national", DNC_NATIONAL);
    for (size_t i = 0; i < tm_array_len(own_lists); i++)
        add_list(own_lists[i], DNC_NATIONAL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    suppression_fini(&nobody);
    for (size_t i = 0; i < lists.n; i++)
        buf_fini(&image[i]);
    arena_fini(&arena);
    return 0;
}

static const struct plan *plan_of(const char *more, const char *without)
{
    char text[4096];
    const struct plan *p = NULL;
    struct err e = {0};
    int n =
        snprintf(text, sizeof text, "%scountry = US\n%scarries =", head, more);
    for (size_t i = 0; i < tm_array_len(carried); i++)
        if (without == NULL || strcmp(carried[i], without) != 0)
            n += snprintf(text + n, sizeof text - (size_t)n, " %s", carried[i]);
    (void)snprintf(text + n, sizeof text - (size_t)n, "\n");
    if (plan_parse(&arena, "f", str_of(text), &p, &e) != TM_OK)
        fail_msg("%s", e.text);
    return p;
}

static const struct {
    const char *code;
    unsigned area;
} states[] = {
    {"AL", 205}, {"AK", 907}, {"AZ", 602}, {"AR", 501}, {"CA", 213},
    {"CO", 303}, {"CT", 203}, {"DE", 302}, {"DC", 202}, {"FL", 305},
    {"GA", 404}, {"HI", 808}, {"ID", 208}, {"IL", 312}, {"IN", 317},
    {"IA", 515}, {"KS", 316}, {"KY", 502}, {"LA", 504}, {"ME", 207},
    {"MD", 301}, {"MA", 617}, {"MI", 313}, {"MN", 612}, {"MS", 601},
    {"MO", 314}, {"MT", 406}, {"NE", 402}, {"NV", 702}, {"NH", 603},
    {"NJ", 201}, {"NM", 505}, {"NY", 212}, {"NC", 704}, {"ND", 701},
    {"OH", 216}, {"OK", 405}, {"OR", 503}, {"PA", 215}, {"RI", 401},
    {"SC", 803}, {"SD", 605}, {"TN", 615}, {"TX", 214}, {"UT", 801},
    {"VT", 802}, {"VA", 703}, {"WA", 206}, {"WV", 304}, {"WI", 414},
    {"WY", 307},
};

static void add_zone(const char *name)
{
    if (tz_set_find(&zones, name) == NULL)
        tz_set_add(&zones, tz_fixed(&arena, name, -6 * 3600));
}

/* Where the address is, and where the number may be. */
static void zones_of(const char *state, uint64_t e164)
{
    char text[8];
    struct place_code place;
    const char *name[NUMBER_ZONE_MAX];
    (void)snprintf(text, sizeof text, "US-%s", state);
    assert_true(vocab_place_parse(str_of(text), &place));
    size_t n = lead_case_zones(place, name);
    assert_in_range(n, 1, 4);
    for (size_t i = 0; i < n; i++)
        add_zone(name[i]);
    n = number_zone_candidates(e164, name, NUMBER_ZONE_MAX);
    for (size_t i = 0; i < n; i++)
        add_zone(name[i]);
}

static struct lead person_of(size_t i)
{
    struct lead l = {.id = {7}, .country = "US", .phones = 1, .consents = 1};
    (void)str_copy(l.region, sizeof l.region, str_of(states[i].code));
    l.region_confirmed = true;
    l.phone[0] = (struct lead_phone){
        .e164 = UINT64_C(10005550142) + states[i].area * UINT64_C(10000000),
        .type = NUMBER_FIXED,
    };
    l.consent[0] = (struct lead_consent){.type = CONSENT_EXPRESS_WRITTEN,
                                         .seller = {1},
                                         .given = {2026, 10, 5},
                                         .not_condition = TRI_YES};
    return l;
}

static struct caller_facts facts = {.feed_known = true};
static struct caller_licence subscription = {
    .licence = {.kind = {.p = "san", .n = 3}, .from = {2026, 1, 1}}};
static struct case_bucket bucket; /* of today */
static bool agreed = true;        /* the person, in writing */

static enum verdict_kind judge(const struct plan *p, size_t i)
{
    struct lead l = person_of(i);
    l.consents = agreed ? 1 : 0;
    struct lead_case_input in = {
        .plan = p,
        .seller = {1},
        .book = book,
        .zones = &zones,
        .lists = &lists,
        .suppression = &nobody,
        .facts = &facts,
        .now_us = now_us,
        .first_call_us = now_us - INT64_C(3600000000),
        .bucket = &bucket,
        .buckets = bucket.placed > 0 ? 1 : 0,
    };
    zones_of(states[i].code, l.phone[0].e164);
    lead_case_build(&c, &in, &l, 0);
    int rc = rules_check(book, &c.k, (struct attempt_id){1}, &v, NULL);
    assert_int_equal(rc, TM_OK);
    return v.kind;
}

static size_t state_of(const char *code)
{
    for (size_t i = 0; i < tm_array_len(states); i++)
        if (strcmp(states[i].code, code) == 0)
            return i;
    fail_msg("no state %s", code);
    return 0;
}

/* "" when it may be called and every duty is carried out. */
static const char *answer(const struct plan *p, size_t i)
{
    static char text[1024];
    struct duty_gap gap;
    struct buf b;
    buf_init(&b, sizeof text - 1);
    if (judge(p, i) != VERDICT_ALLOW)
        verdict_sentence(&v, &b);
    else if (duty_gap_find(p, &v, &gap))
        duty_gap_text(&gap, &b);
    (void)str_copy(text, sizeof text, buf_slice(&b));
    buf_fini(&b);
    return text;
}

static void test_allowed_in_every_state(void **state)
{
    (void)state;
    static const char *const mode[] = {"manual", "preview", "progressive",
                                       "power", "predictive"};
    for (size_t m = 0; m < tm_array_len(mode); m++) {
        char more[256];
        (void)snprintf(more, sizeof more, "dial_mode = %s\n%s", mode[m], say);
        const struct plan *p = plan_of(more, NULL);
        for (size_t i = 0; i < tm_array_len(states); i++) {
            const char *why = answer(p, i);
            if (why[0] != '\0')
                fail_msg("%s %s: %s", states[i].code, mode[m], why);
        }
    }
}

static void test_each_missing_duty_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *duty, *state, *rule;
    } rows[] = {
        {"disclose_seller_purpose_goods", "OH", "US-FTC-DISC"},
        {"identify_at_start", "TX", "US-TX-ID"},
        {"identify_at_start", "NY", "US-NY-HRS"},
        {"identify_within_10s", "CT", "US-CT-ID"},
        {"identify_within_30s", "WA", "US-WA-ID"},
        {"identify_within_30s", "NJ", "US-NJ"},
        {"identify_with_full_name", "VA", "US-VA"},
        {"ask_to_continue", "CT", "US-CT-ID"},
        {"offer_do_not_call", "NY", "US-NY-HRS"},
        {"state_phone_number", "NJ", "US-NJ"},
        {"end_call_within_10s_on_request", "WA", "US-WA-ID"},
        {"end_call_within_10s_on_request", "CT", "US-CT-ID"},
    };
    bool used[tm_array_len(carried)] = {false};
    for (size_t i = 0; i < tm_array_len(rows); i++) {
        char more[256], wanted[160];
        (void)snprintf(more, sizeof more, "dial_mode = predictive\n%s", say);
        (void)snprintf(wanted, sizeof wanted, "duty %s of %s (", rows[i].duty,
                       rows[i].rule);
        const char *why =
            answer(plan_of(more, rows[i].duty), state_of(rows[i].state));
        if (strncmp(why, wanted, strlen(wanted)) != 0 ||
            strstr(why, "then write carries = ") == NULL ||
            strstr(why, "agents") == NULL)
            fail_msg("wanted \"%s\", got \"%s\"", wanted, why);
        for (size_t k = 0; k < tm_array_len(carried); k++)
            used[k] |= strcmp(carried[k], rows[i].duty) == 0;
    }
    for (size_t k = 0; k < tm_array_len(carried); k++)
        if (!used[k])
            fail_msg("nothing asks for %s", carried[k]);
}

/* Virginia asks for the message of every sales call. */
static void test_message(void **state)
{
    (void)state;
    const struct plan *p = plan_of("dial_mode = preview\n", NULL);
    assert_string_equal(
        answer(p, state_of("VA")),
        "duty abandon_message_within_2s of US-VA (Va. Code 59.1-510 ff.) is "
        "not carried out: write abandoned_say, with the seller's name and the "
        "number in digits");
    assert_string_equal(answer(p, state_of("OH")), "");
    /* Federal law asks where somebody may find nobody; a plan that got there
     * without a message is refused call by call. */
    struct plan other = *p;
    other.dial_mode = DIAL_PREDICTIVE;
    assert_non_null(strstr(answer(&other, state_of("OH")), "US-FTC-MSG"));
}

/* Over 3 % of the live answers: only a line for each idle agent. */
static void test_over_the_budget(void **state)
{
    (void)state;
    char more[256];
    bucket = (struct case_bucket){
        .start_us = now_us - INT64_C(3600000000),
        .placed = 5000,
        .live = 1000,
        .abandoned = 30,
    };
    (void)snprintf(more, sizeof more, "dial_mode = predictive\n%s", say);
    struct plan p = *plan_of(more, NULL);
    assert_string_equal(answer(&p, state_of("OH")), "");
    bucket.abandoned = 31;
    assert_int_equal(judge(&p, state_of("OH")), VERDICT_DENY);
    assert_non_null(strstr(answer(&p, state_of("OH")), "US-FTC-ABN"));
    assert_non_null(strstr(answer(&p, state_of("OH")), "US-FCC-ABN"));
    p.dial_mode = DIAL_PROGRESSIVE;
    assert_string_equal(answer(&p, state_of("OH")), "");
    bucket = (struct case_bucket){0};
}

/* What is not on file forbids, also with agents. */
static void test_missing_list(void **state)
{
    (void)state;
    char more[256];
    (void)snprintf(more, sizeof more, "dial_mode = preview\n%s", say);
    const struct plan *p = plan_of(more, NULL);
    size_t n = lists.n;
    lists.n = 1;
    assert_non_null(strstr(answer(p, state_of("FL")), "US-XX-LIST"));
    agreed = false;
    assert_non_null(strstr(answer(p, state_of("OH")), "US-FTC-FEE"));
    facts.licence = &subscription;
    facts.licences = 1;
    assert_string_equal(answer(p, state_of("OH")), "");
    lists.n = 0;
    assert_int_equal(judge(p, state_of("OH")), VERDICT_DENY);
    lists.n = n;
    facts.licences = 0;
    agreed = true;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allowed_in_every_state),
        cmocka_unit_test(test_each_missing_duty_is_refused),
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_over_the_budget),
        cmocka_unit_test(test_missing_list),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
