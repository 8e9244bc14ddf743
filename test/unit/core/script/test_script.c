#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/script/script_field.h"
#include "core/script/script_run.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static int parse(const char *text, const struct script **out, struct err *e)
{
    struct kv_reader r;
    struct kv_line l;
    struct script_parser *p = script_parser_new(&arena, "s");
    kv_open(&r, "s", str_of(text));
    int rc;
    while ((rc = kv_next(&r, &l, e)) == 1) {
        assert_true(script_owns(l.section));
        rc = script_parse_line(p, &l, e);
        if (rc != TM_OK)
            return rc;
    }
    assert_int_equal(rc, 0);
    return script_parse_end(p, out, e);
}

static const char survey[] = "[keys]\n"
                             "9 = removed\n"
                             "1 = back\n"
                             "[step hello]\n"
                             "say = Hello {name|there}\n"
                             "next = q1\n"
                             "[step q1]\n"
                             "say = First?\n"
                             "say_wav = a.wav\n"
                             "question = one The first one\n"
                             "key.2 = yes -> q2\n"
                             "key.3 = no -> end\n"
                             "repeat = 1\n"
                             "timeout = 4s\n"
                             "next = bye\n"
                             "[step q2]\n"
                             "say = Second?\n"
                             "question = two\n"
                             "key.2 = good -> bye\n"
                             "[step bye]\n"
                             "do = end\n"
                             "say = Bye\n"
                             "[step back]\n"
                             "do = callback\n"
                             "say = We call\n"
                             "[step removed]\n"
                             "do = opt_out\n"
                             "say = Gone\n";

/* A run written down: one line an output. */
struct play {
    struct script_run run;
    struct lead lead;
    int64_t now_us;
    char trace[2000];
};

static void note(struct play *p, const char *what, struct slice s)
{
    size_t n = strlen(p->trace);
    snprintf(p->trace + n, sizeof(p->trace) - n, "%s%.*s ", what, (int)s.n,
             s.p);
}

static void take(struct play *p, const struct script_output *o)
{
    if (o->answered) {
        note(p, "answer=", o->question);
        note(p, ":", o->answer);
    }
    if (o->opt_out)
        note(p, "opt_out", str_of(""));
    if (o->callback)
        note(p, "callback", str_of(""));
    for (size_t i = 0; i < o->lines; i++)
        note(p, o->line[i].wav ? "wav:" : "say:", o->line[i].text);
    if (o->end)
        note(p, "end", str_of(""));
}

/* Each character of the plan is an event: S start, P played, T time-out,
 * others are keys. */
static void perform(struct play *p, const char *plan)
{
    char memory[4096];
    for (; *plan != '\0'; plan++) {
        struct script_text t = {.p = memory, .cap = sizeof(memory)};
        struct script_output o;
        p->now_us += 1000000;
        if (*plan == 'S')
            script_run_start(&p->run, p->now_us, &p->lead, &t, &o);
        else if (*plan == 'P')
            script_run_played(&p->run, p->run.tag, p->now_us, &p->lead, &t, &o);
        else if (*plan == 'T') {
            if (p->run.deadline_us != INT64_MAX)
                p->now_us = p->run.deadline_us;
            script_run_timeout(&p->run, p->now_us, &p->lead, &t, &o);
        } else
            script_run_digit(&p->run, *plan, p->now_us, &p->lead, &t, &o);
        take(p, &o);
    }
}

static void check(const char *plan, const char *trace, enum outcome by_us,
                  enum outcome by_callee)
{
    const struct script *s;
    struct err e;
    struct play p = {.now_us = 0};
    assert_int_equal(parse(survey, &s, &e), TM_OK);
    script_run_init(&p.run, s);
    p.lead.field[0] = (struct lead_field){str_of("name"), str_of(" Ann ")};
    p.lead.fields = 1;
    perform(&p, plan);
    assert_string_equal(p.trace, trace);
    assert_string_equal(outcome_text(script_run_outcome(&p.run, false)),
                        outcome_text(by_us));
    assert_string_equal(outcome_text(script_run_outcome(&p.run, true)),
                        outcome_text(by_callee));
}

static void test_run_complete(void **state)
{
    (void)state;
    check("SPP2P2P",
          "say:Hello Ann say:First? wav:a.wav answer=one :yes say:Second? "
          "answer=two :good say:Bye end ",
          OUTCOME_COMPLETED, OUTCOME_COMPLETED);
    /* A branch that ends: every question that was asked has its answer. */
    check("SP3", "say:Hello Ann say:First? wav:a.wav answer=one :no end ",
          OUTCOME_COMPLETED, OUTCOME_COMPLETED);
}

static void test_run_barge_in(void **state)
{
    (void)state;
    /* The question is cut off; the greeting is not. */
    check("S2", "say:Hello Ann ", OUTCOME_NO_INPUT, OUTCOME_HUNG_UP);
    check("SP2",
          "say:Hello Ann say:First? wav:a.wav answer=one :yes "
          "say:Second? ",
          OUTCOME_PARTIAL, OUTCOME_PARTIAL);
}

static void test_run_no_input(void **state)
{
    (void)state;
    check("SPPTPTP",
          "say:Hello Ann say:First? wav:a.wav say:First? wav:a.wav say:Bye "
          "end ",
          OUTCOME_NO_INPUT, OUTCOME_HUNG_UP);
    /* A key without a meaning asks again, and ends it when used up. */
    check("SP55P",
          "say:Hello Ann say:First? wav:a.wav say:First? wav:a.wav "
          "say:Bye end ",
          OUTCOME_NO_INPUT, OUTCOME_HUNG_UP);
    check("SP2PT",
          "say:Hello Ann say:First? wav:a.wav answer=one :yes "
          "say:Second? end ",
          OUTCOME_PARTIAL, OUTCOME_PARTIAL);
}

static void test_run_opt_out(void **state)
{
    (void)state;
    check("S9P", "say:Hello Ann opt_out say:Gone end ", OUTCOME_OPTED_OUT,
          OUTCOME_OPTED_OUT);
    /* Once only, and nothing else works any more. */
    check("SP2992P",
          "say:Hello Ann say:First? wav:a.wav answer=one :yes "
          "say:Second? opt_out say:Gone end ",
          OUTCOME_OPTED_OUT, OUTCOME_OPTED_OUT);
    check("SP2P2P9",
          "say:Hello Ann say:First? wav:a.wav answer=one :yes "
          "say:Second? answer=two :good say:Bye end ",
          OUTCOME_COMPLETED, OUTCOME_COMPLETED);
    check("SP2P29P",
          "say:Hello Ann say:First? wav:a.wav answer=one :yes "
          "say:Second? answer=two :good say:Bye opt_out say:Gone "
          "end ",
          OUTCOME_OPTED_OUT, OUTCOME_OPTED_OUT);
}

static void test_run_callback(void **state)
{
    (void)state;
    check("SP1P",
          "say:Hello Ann say:First? wav:a.wav callback say:We call "
          "end ",
          OUTCOME_CALLBACK, OUTCOME_CALLBACK);
    check("S11P", "say:Hello Ann callback say:We call say:We call end ",
          OUTCOME_CALLBACK, OUTCOME_CALLBACK);
    check("S19P", "say:Hello Ann callback say:We call opt_out say:Gone end ",
          OUTCOME_OPTED_OUT, OUTCOME_OPTED_OUT);
}

/* The media side failed: played() never comes, the call ends all the same. */
static void test_run_without_media(void **state)
{
    (void)state;
    check("STTTTTTT",
          "say:Hello Ann say:First? wav:a.wav say:First? wav:a.wav say:Bye "
          "end ",
          OUTCOME_NO_INPUT, OUTCOME_HUNG_UP);
}

static void test_old_tag(void **state)
{
    (void)state;
    const struct script *s;
    struct err e;
    struct play p = {.now_us = 0};
    char memory[512];
    struct script_text t = {.p = memory, .cap = sizeof(memory)};
    struct script_output o;
    assert_int_equal(parse(survey, &s, &e), TM_OK);
    script_run_init(&p.run, s);
    perform(&p, "SP");
    int step = p.run.step;
    script_run_played(&p.run, p.run.tag - 1, p.now_us, &p.lead, &t, &o);
    assert_int_equal(p.run.step, step);
    assert_int_equal(o.lines, 0);
    assert_true(p.run.speaking);
    script_run_timeout(&p.run, p.now_us, &p.lead, &t, &o);
    assert_int_equal(o.lines, 0);
}

/* Any keys, at any time: an end comes, an opt-out is told once, an answer is
 * one of the script's. */
static void test_run_property(void **state)
{
    (void)state;
    const struct script *s;
    struct err e;
    assert_int_equal(parse(survey, &s, &e), TM_OK);
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct rng r;
        struct script_run run;
        struct lead l = {0};
        char memory[4096];
        int opt_outs = 0, ends = 0, nines = 0;
        int64_t now_us = 1;
        rng_init(&r, seed, "script");
        script_run_init(&run, s);
        for (int n = 0; ends == 0; n++) {
            struct script_text t = {.p = memory, .cap = sizeof(memory)};
            struct script_output o;
            char key = "0123456789*#"[rng_below(&r, 12)];
            uint64_t what = rng_below(&r, 4);
            now_us += (int64_t)rng_below(&r, 9000000);
            if (n > 2000)
                fail_msg("seed %llu: no end", (unsigned long long)seed);
            if (n == 0)
                script_run_start(&run, now_us, &l, &t, &o);
            else if (what == 0) {
                nines += key == '9' && run.step != SCRIPT_END;
                script_run_digit(&run, key, now_us, &l, &t, &o);
            } else if (what == 1)
                script_run_played(&run, run.tag, now_us, &l, &t, &o);
            else
                script_run_timeout(&run, now_us, &l, &t, &o);
            opt_outs += o.opt_out;
            ends += o.end;
            assert_true(!o.end || o.lines == 0);
            if (o.answered)
                assert_true(str_eq(o.question, "one") ||
                            str_eq(o.question, "two"));
        }
        if (opt_outs != (nines > 0))
            fail_msg("seed %llu: %d opt-outs after %d nines",
                     (unsigned long long)seed, opt_outs, nines);
        if (nines > 0)
            assert_int_equal(script_run_outcome(&run, true), OUTCOME_OPTED_OUT);
    }
}

static void test_render(void **state)
{
    (void)state;
    static const struct {
        const char *text, *out;
    } row[] = {
        {"at {when:time}.", "at 3:30 PM."},
        {"{when:date}", "Monday, November 23"},
        {"{code:digits}", "A 1 2"},
        {"{code}", "A1-2"},
        {"{none|you}", "you"},
        {"{none}", ""},
        {"{bad:time|x}", "soon"},
        {"{noon:time} {night:time}", "12 PM 12:05 AM"},
    };
    struct lead l = {.fields = 5};
    l.field[0] =
        (struct lead_field){str_of("when"), str_of("2026-11-23T15:30")};
    l.field[1] = (struct lead_field){str_of("code"), str_of("A1-2")};
    l.field[2] = (struct lead_field){str_of("bad"), str_of("soon")};
    l.field[3] = (struct lead_field){str_of("noon"), str_of("12:00")};
    l.field[4] = (struct lead_field){str_of("night"), str_of("00:05:09")};
    for (size_t i = 0; i < tm_array_len(row); i++) {
        char memory[64];
        struct script_text t = {.p = memory, .cap = sizeof(memory)};
        struct slice s = script_run_render(str_of(row[i].text), &l, &t);
        assert_true(str_eq(s, row[i].out));
    }
    /* Cut at the buffer's end, on a border of UTF-8. */
    char small[4];
    struct script_text t = {.p = small, .cap = sizeof(small)};
    assert_true(str_eq(script_run_render(str_of("ab\xc3\xa9z"), &l, &t), "ab"));
}

static void refused(const char *text, const char *message)
{
    const struct script *s = NULL;
    struct err e = {0};
    assert_int_equal(parse(text, &s, &e), TM_EINVAL);
    assert_null(s);
    if (strstr(e.text, message) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", message, e.text);
}

static void test_refused(void **state)
{
    (void)state;
    refused("", "add a section [step welcome]");
    refused("[step]\nsay = a\n", "s:1: a step needs a name");
    refused("[step end]\nsay = a\n", "s:1: a step needs a name");
    refused("[step a]\nsay = x\nnext = b\n", "s:3: there is no step \"b\"");
    refused("[step a]\nsay = x\n", "s:1: step \"a\" does not say what follows");
    refused("[step a]\nnext = end\n", "s:1: step \"a\" says nothing");
    refused("[step a]\nsay = x\ndo = stop\n", "s:3: do = \"stop\"");
    refused("[step a]\nsay = x\ndo = end\nnext = a\n", "s:4: the call ends");
    refused("[step a]\nsay = x\ndo = end\nkey.1 = y -> a\n",
            "s:1: step \"a\" asks for keys and has a do");
    refused("[step a]\nsay = x {Name}\ndo = end\n", "s:2: a field is written");
    refused("[step a]\nsay = x {a:money}\ndo = end\n", "s:2: a field");
    refused("[step a]\nsay = x {a\ndo = end\n", "s:2: a field");
    refused("[step a]\nsay = x }\ndo = end\n", "s:2: a field");
    refused("[step a]\nsay = x\nkey.1 = y\n", "s:3: a key is written");
    refused("[step a]\nsay = x\nkey.1 = -> a\n", "s:3: key.1 needs an answer");
    refused("[step a]\nsay = x\nkey.A = y -> a\n", "s:3: \"key.A\" is no key");
    refused("[step a]\nsay = x\nkey.1 = y -> a\nkey.1 = z -> a\n",
            "s:4: key 1 has a meaning");
    refused("[step a]\nsay = x\ncolour = red\n", "s:3: a step has no key");
    refused("[step a]\nsay = x\ntimeout = 5ms\n", "s:3: timeout");
    refused("[step a]\nsay = x\nrepeat = 9\n", "s:3: repeat");
    refused("[step a]\nsay =\n", "s:2: say is empty");
    refused("[step a]\nsay = x\ndo = end\n[step a]\nsay = y\ndo = end\n",
            "s:4: a step \"a\" is there already");
    refused("[step a]\nsay = x\ndo = end\n[step b]\nsay = y\ndo = end\n",
            "s:4: step \"b\" is never reached");
    refused("[step a]\nsay = x\nnext = b\n[step b]\nsay = y\nnext = a\n",
            "goes round for ever");
    refused("[step a]\nsay = x\nquestion = q\nnext = end\n",
            "has a question and no keys");
    refused("[keys]\n9 = a\n[step a]\nsay = x\nkey.9 = y -> end\nnext = end\n",
            "gives key 9 another meaning");
    refused("[keys]\nnine = a\n", "s:2: \"nine\" is no key");
    refused("[keys]\n9 = a\n9 = b\n", "s:3: key 9 is in [keys] already");
    refused("[keys]\n9 = b\n[step a]\nsay = x\ndo = end\n",
            "s:2: there is no step \"b\"");
}

/* One more than each table holds. */
static void test_limits(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 16);
    for (int i = 0; i <= SCRIPT_STEPS_MAX; i++)
        buf_addf(&b, "[step s%d]\nsay = x\nnext = s%d\n", i, i + 1);
    refused(b.p, "more than 64 steps");
    buf_clear(&b);
    buf_add_str(&b, "[step a]\n");
    for (int i = 0; i <= SCRIPT_SAYS_MAX; i++)
        buf_add_str(&b, "say = x\n");
    refused(b.p, "s:10: more than 8 say lines");
    buf_clear(&b);
    buf_add_str(&b, "[step a]\nsay = ");
    for (int i = 0; i <= SCRIPT_FIELDS_MAX; i++)
        buf_addf(&b, "{f%d}", i);
    buf_add_str(&b, "\ndo = end\n");
    refused(b.p, "s:2: more than 16 different {fields}");
    buf_clear(&b);
    buf_add_str(&b, "[step a]\nsay = ");
    for (int i = 0; i <= SCRIPT_SAY_MAX; i++)
        buf_add_char(&b, 'x');
    buf_add_str(&b, "\n");
    refused(b.p, "s:2: say is longer than 600 bytes");
    buf_fini(&b);
    refused("[step a]\nsay = x\nquestion = Big one\n", "a question starts");
    refused("[step a]\nsay = x\nquestion = q\nquestion = r\n",
            "asks one question");
    refused("[step a]\nsay = x\nquestion = q\nkey.1 = y -> b\n[step b]\n"
            "say = x\nquestion = q\n",
            "s:7: question \"q\" is asked in another step");
}

/* A child plays with the keys: the call has an end. */
static void test_too_many_keys(void **state)
{
    (void)state;
    const struct script *s;
    struct err e;
    struct script_run run;
    struct lead l = {0};
    char memory[512];
    struct script_text t = {.p = memory, .cap = sizeof(memory)};
    struct script_output o = {0};
    assert_int_equal(parse(survey, &s, &e), TM_OK);
    script_run_init(&run, s);
    script_run_start(&run, 1, &l, &t, &o);
    int n = 0;
    for (; !o.end && n < 1000; n++)
        script_run_digit(&run, '1', 2, &l, &t, &o);
    assert_true(o.end);
    assert_in_range(n, 100, 300);
    /* A request to be left alone is one after any number of keys. */
    script_run_init(&run, s);
    script_run_start(&run, 1, &l, &t, &o);
    for (int i = 1; i < n; i++)
        script_run_digit(&run, '1', 2, &l, &t, &o);
    assert_false(o.end);
    script_run_digit(&run, '9', 3, &l, &t, &o);
    assert_true(o.opt_out && run.opted_out);
    /* What did not fit into the text buffer is left out. */
    assert_true(t.n <= t.cap);
}

static void test_parsed(void **state)
{
    (void)state;
    const struct script *s;
    struct err e;
    assert_int_equal(parse(survey, &s, &e), TM_OK);
    assert_int_equal(s->steps, 6);
    assert_int_equal(s->questions, 2);
    assert_int_equal(s->fields, 1);
    assert_true(str_eq(s->field[0], "name"));
    assert_true(s->opt_out_any_time);
    assert_true(str_eq(s->step[1].question_text, "The first one"));
    assert_int_equal(s->step[1].timeout_ms, 4000);
    assert_int_equal(script_find(s, str_of("q2")), 2);
    assert_int_equal(s->step[1].key[1].next, SCRIPT_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parsed),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_too_many_keys),
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_run_complete),
        cmocka_unit_test(test_run_barge_in),
        cmocka_unit_test(test_run_no_input),
        cmocka_unit_test(test_run_opt_out),
        cmocka_unit_test(test_run_callback),
        cmocka_unit_test(test_run_without_media),
        cmocka_unit_test(test_old_tag),
        cmocka_unit_test(test_run_property),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
