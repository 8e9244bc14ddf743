/* The section [inbound]: what it says, and each way in which it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_world.h"

static struct arena arena;
static char text[16384];

/* The plan of `kind` with these lines behind it; general: lines before its
 * first section. */
static int parse(const char *kind, const char *general, const char *lines,
                 const struct plan **out, struct err *e)
{
    const char *first = strchr(kind, '[');
    snprintf(text, sizeof(text), "%.*s%s%s%s", (int)(first - kind), kind,
             general, first, lines);
    return plan_parse(&arena, "plan", str_of(text), out, e);
}

static const struct plan *parsed(const char *general, const char *lines)
{
    const struct plan *p = NULL;
    struct err e = {0};
    if (parse(world_live_plan, general, lines, &p, &e) != TM_OK)
        fail_msg("%s", e.text);
    return p;
}

static void test_all_keys(void **state)
{
    (void)state;
    arena_init(&arena);
    const struct plan *p = parsed("record = yes\n", world_inbound_plan);
    const struct plan_inbound *in = &p->inbound;
    assert_int_equal(in->numbers, 2);
    assert_true(in->number[0] == 12125550100 && in->number[1] == 18005550123);
    assert_int_equal(in->calls_max, 4);
    assert_int_equal(in->target_ms, 20000);
    assert_int_equal(in->wait_max_ms, 60000);
    assert_int_equal(in->wait_every_ms, 25000);
    assert_string_equal(in->greeting, "Welcome");
    assert_string_equal(in->wait_say, "Please wait");
    assert_string_equal(in->music, "m.wav");
    assert_string_equal(in->closed_say, "Closed");
    assert_string_equal(in->callback_say, "We call you");
    assert_string_equal(in->opt_out_say, "Gone");
    assert_string_equal(in->unknown_say, "Tell us");
    assert_int_equal(in->callback_key, '1');
    assert_int_equal(in->opt_out_key, '9');
    assert_true(in->make_leads && in->call_back_missed);
    assert_null(in->recording_notice);
    arena_fini(&arena);
}

/* The service level that is aimed at: a share, a time, and who is no miss. */
static void test_target(void **state)
{
    (void)state;
    arena_init(&arena);
    const struct plan_inbound *in =
        &parsed("", "[inbound]\nnumbers = +12125550100\n"
                    "target = 80 % in 30s\nshort_abandon = 0s\n")
             ->inbound;
    assert_int_equal(in->target_ms, 30000);
    assert_int_equal(in->target_pct, 80);
    assert_int_equal(in->short_ms, 0);
    in = &parsed("", "[inbound]\nnumbers = +12125550100\ntarget = 25s\n")
              ->inbound;
    assert_int_equal(in->target_ms, 25000);
    assert_int_equal(in->target_pct, 0);
    assert_int_equal(in->short_ms, 5000);
    in = &parsed("", "[inbound]\nnumbers = +12125550100\n"
                     "target = 90% in 5s\nmax_wait = 1m\n")
              ->inbound;
    assert_int_equal(in->target_pct, 90);
    assert_int_equal(in->target_ms, 5000);
    arena_fini(&arena);
}

/* 16 CFR 310.2(q)(2): who calls and asks about the seller's goods. */
static void test_inquiry(void **state)
{
    (void)state;
    arena_init(&arena);
    const struct plan *p = parsed("", "[dispositions]\n"
                                      "asked = callback inquiry success\n"
                                      "info = retry inquiry\n"
                                      "[inbound]\nnumbers = +12125550100\n");
    const struct disposition *sale =
        disposition_find(p->disposition, p->dispositions, str_of("sale"));
    const struct disposition *asked =
        disposition_find(p->disposition, p->dispositions, str_of("asked"));
    const struct disposition *info =
        disposition_find(p->disposition, p->dispositions, str_of("info"));
    assert_true(sale->success && !sale->inquiry);
    assert_true(asked->success && asked->inquiry);
    assert_true(!info->success && info->inquiry);
    arena_fini(&arena);
}

static void test_what_is_left_out(void **state)
{
    (void)state;
    arena_init(&arena);
    const struct plan_inbound *in =
        &parsed("", "[inbound]\nnumbers = +12125550100\n")->inbound;
    assert_int_equal(in->calls_max, 30);
    assert_int_equal(in->target_ms, 20000);
    assert_int_equal(in->wait_max_ms, 300000);
    assert_int_equal(in->wait_every_ms, 30000);
    assert_true(in->make_leads && in->call_back_missed);
    assert_null(in->greeting);
    assert_null(in->music);
    assert_int_equal(in->opt_out_key, '\0');
    arena_fini(&arena);
}

static void test_what_is_otherwise(void **state)
{
    (void)state;
    arena_init(&arena);
    const struct plan_inbound *in =
        &parsed("record = yes\n", "[inbound]\n"
                                  "numbers = +12125550100,  +442079460123\n"
                                  "max_wait = 5s\n"
                                  "make_leads = no\n"
                                  "missed = keep\n"
                                  "recording_notice = It is recorded\n")
             ->inbound;
    assert_int_equal(in->numbers, 2);
    assert_int_equal(in->target_ms, 5000); /* nobody waits longer */
    assert_false(in->make_leads || in->call_back_missed);
    assert_string_equal(in->recording_notice, "It is recorded");
    assert_int_equal(parsed("", "")->inbound.numbers, 0);
    arena_fini(&arena);
}

#define NUMBERS "[inbound]\nnumbers = +12125550100\n"

static void test_refusals(void **state)
{
    static const struct {
        const char *lines, *says;
    } bad[] = {
        {"[inbound]\ncalls = 3\n", "does not say which numbers people call"},
        {"[inbound]\nnumbers =\n", "names no number"},
        {"[inbound]\nnumbers = 2125550100\n", "with + and country code"},
        {"[inbound]\nnumbers = +1\n", "with + and country code"},
        {"[inbound]\nnumbers = +1 212 555 0100\n", "nothing between"},
        {"[inbound]\nnumbers = +12125550100 +12125550100\n", "twice"},
        {NUMBERS "numbers = +12125550101\n", "numbers is given twice"},
        {NUMBERS "calls = 0\n", "from 1 to 5000"},
        {NUMBERS "calls = 5001\n", "from 1 to 5000"},
        {NUMBERS "target = 0s\n", "from 1s to 2h"},
        {NUMBERS "target = soon\n", "from 1s to 2h"},
        {NUMBERS "target = 80 % in soon\n", "from 1s to 2h"},
        {NUMBERS "target = 80 %\n", "target = 80 % in 20s"},
        {NUMBERS "target = 0 % in 20s\n", "whole share from 1 to 100 %"},
        {NUMBERS "target = 101 % in 20s\n", "whole share from 1 to 100 %"},
        {NUMBERS "target = 80.5 % in 20s\n", "whole share from 1 to 100 %"},
        {NUMBERS "target = many in 20s\n", "whole share from 1 to 100 %"},
        {NUMBERS "short_abandon = 61s\n", "up to 1m"},
        {NUMBERS "short_abandon = -1s\n", "up to 1m"},
        {NUMBERS "max_wait = 3h\n", "from 1s to 2h"},
        {NUMBERS "wait_say = Wait\nwait_every = 1s\n", "from 5s to 10m"},
        {NUMBERS "wait_every = 20s\n", "wait_say is said"},
        {NUMBERS "target = 2m\nmax_wait = 1m\n", "longer than max_wait"},
        {NUMBERS "greeting = \"\"\n", "1 to 600 characters"},
        {NUMBERS "greeting = Hello {name}\n", "no {fields}"},
        {NUMBERS "music = \"\"\n", "path of a sound file"},
        {NUMBERS "callback_key = a\n", "one of 0 to 9"},
        {NUMBERS "opt_out_key = 12\n", "one of 0 to 9"},
        {NUMBERS "callback_say = We call\n", "answers a key"},
        {NUMBERS "opt_out_say = Gone\n", "answers a key"},
        {NUMBERS "unknown_say = Who\n", "answers a key"},
        {NUMBERS "callback_key = 1\nopt_out_key = 1\n", "different keys"},
        {NUMBERS "make_leads = perhaps\n", "yes or no"},
        {NUMBERS "missed = never\n", "callback (who gave up"},
        {NUMBERS "recording_notice = Rec\n", "these are not"},
        {NUMBERS "colour = red\n", "unknown key \"colour\" in [inbound]"},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        const struct plan *p = NULL;
        struct err e = {0};
        arena_init(&arena);
        assert_int_equal(parse(world_live_plan, "", bad[i].lines, &p, &e),
                         TM_EINVAL);
        assert_null(p);
        if (strstr(e.text, bad[i].says) == NULL ||
            strncmp(e.text, "plan:", 5) != 0)
            fail_msg("%s\nsays: %s", bad[i].lines, e.text);
        arena_fini(&arena);
    }
}

static void test_too_many_numbers(void **state)
{
    static char lines[4096];
    const struct plan *p = NULL;
    struct err e = {0};
    (void)state;
    arena_init(&arena);
    size_t n = (size_t)snprintf(lines, sizeof(lines), "[inbound]\nnumbers =");
    for (int i = 0; i < 65; i++)
        n += (size_t)snprintf(lines + n, sizeof(lines) - n, " +1212555%04d",
                              100 + i);
    snprintf(lines + n, sizeof(lines) - n, "\n");
    assert_int_equal(parse(world_live_plan, "", lines, &p, &e), TM_EINVAL);
    assert_non_null(strstr(e.text, "more than 64 numbers"));
    arena_fini(&arena);
}

/* The words that are longest still fit into one prompt. */
static void test_long_words(void **state)
{
    static char lines[2048];
    (void)state;
    for (int n = 600; n <= 601; n++) {
        const struct plan *p = NULL;
        struct err e = {0};
        char words[602];
        memset(words, 'a', (size_t)n);
        words[n] = '\0';
        arena_init(&arena);
        snprintf(lines, sizeof(lines), NUMBERS "greeting = %s\n", words);
        assert_int_equal(parse(world_live_plan, "", lines, &p, &e),
                         n == 600 ? TM_OK : TM_EINVAL);
        arena_fini(&arena);
    }
}

static void test_agents_only(void **state)
{
    const struct plan *p = NULL;
    struct err e = {0};
    (void)state;
    arena_init(&arena);
    assert_int_equal(parse(world_plan, "", NUMBERS, &p, &e), TM_EINVAL);
    assert_non_null(strstr(e.text, "this campaign has none"));
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_keys),
        cmocka_unit_test(test_what_is_left_out),
        cmocka_unit_test(test_inquiry),
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_what_is_otherwise),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_many_numbers),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_agents_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
