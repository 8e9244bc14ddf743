/*
 * Whole days of the real engine with a changed law or a changed campaign: the
 * checker, which knows the true ones, must object. Rules that stand for each
 * other (the FTC's and the FCC's) are changed together, so that calls really
 * go wrong; test_mutations.c changes each one alone, at its border.
 */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sim/runner_check.h"
#include "unit/sim/fixture_day.h"

enum { SEED = 7, REPLACES_MAX = 4 };

/* A day from before the opening in the east, and the day after, with a register
 * that grows too old. */
static const char DAY[] = "start = 2026-11-23T12:30Z\nhours = 15\ndays = 2\n"
                          "list_size = 600\n";

/* An evening that is too short for the list, over the closing in the east. */
static const char EVENING[] =
    "start = 2026-11-24T00:30Z\nhours = 2\ndays = 1\nlist_size = 900\n";

static const char PEOPLE[] =
    "name = mutated\ntrunk_calls = 1\nregister_age = 31\n"
    "zones = eastern:3 central:1 mountain:1\n"
    "consent = 80 %\nwithdrawn = 8 %\non_national = 20 %\n"
    "on_internal = 5 %\nopted_out = 3 %\ntried = 20 %\ncustomer = 30 %\n"
    "p_human = 0.2\np_machine = 0.1\np_busy = 0.1\n";

static const char PLAN[] =
    "\n[campaign]\n"
    "name = test\nseller = Lakeside Clinic\ncaller_kind = survey\n"
    "purpose = survey\nleads_to_sale = yes\nlist = people\ntrunk = main\n"
    "caller_id = +12025550100\ncaller_name = Lakeside Clinic\n"
    "caller_id_authority = yes\nconsent_not_condition = yes\n"
    "carries = disclose_seller_purpose_goods\n"
    "country = US\nmax_calls = 4\ncalls_per_second = 5\n"
    "channel = voice_prerecorded\ndial_mode = agentless\n"
    "ring_timeout = 25s\nhopper = 40\n";

static const char OWN_HOURS[] = "[hours]\ndaily = 09:00-20:00\n";

static const char REST[] =
    "[caps]\nlead = 3\nnumber_24h = 2\nnumber_7d = 3\n"
    "[retry]\nbusy = 9 x 5m\nno_answer = 9 x 20m\nmachine = 9 x 30m\n"
    "congestion = 2 x 1m\n"
    "[keys]\n9 = removed\n"
    "[step hello]\nsay = \"Hello {first_name|there}, a survey of "
    "Lakeside Clinic. Press 9 to be removed.\"\nnext = one\n"
    "[step one]\nsay = \"Was it good? Press 1 or 2.\"\n"
    "question = good Was it good?\nkey.1 = yes -> bye\nkey.2 = no -> bye\n"
    "timeout = 4s\nnext = bye\n"
    "[step bye]\ndo = end\nsay = \"Goodbye, 202 555 0100.\"\n"
    "[step removed]\ndo = opt_out\nsay = \"You are removed.\"\n";

struct change {
    const char *name;
    enum check_rules_kind shows; /* COUNT: nothing may show */
    bool own_hours;              /* the campaign has hours of its own */
    bool evening;
    const char *off[REPLACES_MAX]; /* rules switched off */
    const char *from, *to;         /* or a text replaced: in all packs, */
    bool in_plan;                  /* or in the campaign */
};

static const struct change CHANGES[] = {
    {.name = "nothing", .shows = CHECK_RULES_KIND_COUNT},
    {.name = "nothing, own hours",
     .shows = CHECK_RULES_KIND_COUNT,
     .own_hours = true},
    {.name = "nothing, an evening",
     .shows = CHECK_RULES_KIND_COUNT,
     .evening = true},
    {.name = "hours off",
     .shows = CHECK_UNLAWFUL,
     .off = {"US-FTC-HRS", "US-FCC-HRS"}},
    {.name = "registry off",
     .shows = CHECK_REASON,
     .off = {"US-FTC-DNC", "US-FCC-DNC"}},
    {.name = "written consent off",
     .shows = CHECK_UNLAWFUL,
     .off = {"US-FTC-PRE", "US-FCC-PEWC", "US-FCC-WIRELESS", "US-FCC-EMERG"}},
    {.name = "internal list off",
     .shows = CHECK_UNLAWFUL,
     .off = {"OP-DNC", "US-FTC-DNC-ENT", "US-FCC-DNC-ENT"}},
    {.name = "withdrawal off", .shows = CHECK_REASON, .off = {"US-FCC-REVOKE"}},
    {.name = "signed permission off",
     .shows = CHECK_REFUSED,
     .off = {"US-FTC-DNC-C", "US-FCC-DNC-C"}},
    {.name = "opt-out key off",
     .shows = CHECK_REASON,
     .off = {"US-FTC-PRE-OPT", "US-FCC-ID-OPT"}},
    {.name = "07:59",
     .shows = CHECK_UNLAWFUL,
     .from = "hours = 08:00-21:00",
     .to = "hours = 07:59-21:00"},
    {.name = "08:01",
     .shows = CHECK_REFUSED,
     .from = "hours = 08:00-21:00",
     .to = "hours = 08:01-21:00"},
    {.name = "20:59",
     .evening = true,
     .shows = CHECK_REFUSED,
     .from = "hours = 08:00-21:00",
     .to = "hours = 08:00-20:59"},
    {.name = "21:01",
     .evening = true,
     .shows = CHECK_UNLAWFUL,
     .from = "hours = 08:00-21:00",
     .to = "hours = 08:00-21:01"},
    {.name = "own hours from 08:59",
     .shows = CHECK_UNLAWFUL,
     .own_hours = true,
     .from = "09:00-20:00",
     .to = "08:59-20:00",
     .in_plan = true},
    {.name = "own hours from 09:01",
     .shows = CHECK_REFUSED,
     .own_hours = true,
     .from = "09:00-20:00",
     .to = "09:01-20:00",
     .in_plan = true},
    {.name = "own hours to 19:59",
     .evening = true,
     .shows = CHECK_REFUSED,
     .own_hours = true,
     .from = "09:00-20:00",
     .to = "09:00-19:59",
     .in_plan = true},
    {.name = "own hours to 20:01",
     .evening = true,
     .shows = CHECK_UNLAWFUL,
     .own_hours = true,
     .from = "09:00-20:00",
     .to = "09:00-20:01",
     .in_plan = true},
    {.name = "lead 4",
     .shows = CHECK_UNLAWFUL,
     .from = "lead = 3",
     .to = "lead = 4",
     .in_plan = true},
    /* lead 2: to give up early is no fault, and no verdict is asked. */
    {.name = "number_24h 3",
     .shows = CHECK_UNLAWFUL,
     .from = "number_24h = 2",
     .to = "number_24h = 3",
     .in_plan = true},
    {.name = "number_24h 1",
     .shows = CHECK_REFUSED,
     .from = "number_24h = 2",
     .to = "number_24h = 1",
     .in_plan = true},
    {.name = "number_7d 4",
     .shows = CHECK_UNLAWFUL,
     .from = "number_7d = 3",
     .to = "number_7d = 4",
     .in_plan = true},
    {.name = "number_7d 2",
     .shows = CHECK_REFUSED,
     .from = "number_7d = 3",
     .to = "number_7d = 2",
     .in_plan = true},
};

/* Adds text to b with every `from` turned into `to`; returns how many. */
static size_t add_replaced(struct buf *b, const char *text, const char *from,
                           const char *to)
{
    size_t n = 0;
    for (const char *at; (at = strstr(text, from)) != NULL; n++) {
        buf_add(b, text, (size_t)(at - text));
        buf_add_str(b, to);
        text = at + strlen(from);
    }
    buf_add_str(b, text);
    return n;
}

/* The packs with the change, into memory that the arena keeps. */
static const struct rule_book *changed_book(struct fixture_day *d,
                                            const struct change *k)
{
    struct arena *a = &d->arena;
    struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
    size_t packs = fixture_day_packs(d, pack);
    size_t changed = 0, wanted = 0;
    for (size_t i = 0; i < REPLACES_MAX; i++)
        wanted += k->off[i] != NULL ? 1 : 0;
    for (size_t p = 0; p < packs; p++) {
        struct buf b, c;
        buf_init(&b, 1 << 20);
        bool text = k->from != NULL && !k->in_plan;
        changed += add_replaced(&b, pack[p].text.p, text ? k->from : "\1",
                                text ? k->to : "");
        for (size_t i = 0; i < REPLACES_MAX && k->off[i] != NULL; i++) {
            char head[64], off[96];
            (void)snprintf(head, sizeof head, "[rule %s]\n", k->off[i]);
            (void)snprintf(off, sizeof off, "%sstatus = waived\n", head);
            buf_init(&c, 1 << 20);
            changed += add_replaced(&c, b.p, head, off);
            buf_fini(&b);
            b = c;
        }
        pack[p].text = str_of(arena_strdup(a, buf_slice(&b)));
        buf_fini(&b);
    }
    assert_true(changed >= wanted);
    assert_true(k->from == NULL || k->in_plan || changed > 0);
    const struct rule_book *book = NULL;
    struct err e = {0};
    if (rule_book_load(a, pack, packs, &book, &e) != 0)
        fail_msg("%s: %s", k->name, e.text);
    return book;
}

static struct fixture_day *day(const struct change *k, bool changed)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_add_str(&b, k->evening ? EVENING : DAY);
    buf_add_str(&b, PEOPLE);
    buf_add_str(&b, PLAN);
    if (k->own_hours)
        buf_add_str(&b, OWN_HOURS);
    buf_add_str(&b, REST);
    struct buf c;
    buf_init(&c, 1 << 16);
    bool replace = changed && k->in_plan;
    size_t n =
        add_replaced(&c, b.p, replace ? k->from : "\1", replace ? k->to : "");
    assert_true(!replace || n > 0);
    struct fixture_day *d = fixture_day_new(c.p);
    buf_fini(&c);
    buf_fini(&b);
    return d;
}

/* Runs the changed day under a checker that knows the true one. */
static struct check_rules_counts run(const struct change *k)
{
    struct fixture_day *true_day = day(k, false), *d = day(k, true);
    struct sim_list *list = sim_list_new(&d->scenario, SEED);
    struct runner_options o = {.scenario = &d->scenario,
                               .plan = true_day->plan,
                               .book = changed_book(d, k),
                               .zones = &d->zones,
                               .list = list,
                               .seed = SEED};
    struct runner_check *c = runner_check_new(&o);
    struct runner_options changed = o;
    changed.plan = d->plan;
    changed.journal = runner_check_journal;
    changed.journal_arg = c;
    struct runner_result r;
    struct err e = {0};
    if (runner_run(&changed, &r, &e) != TM_OK)
        fail_msg("%s: %s", k->name, e.text);
    struct check_rules_counts n = check_rules_counts(runner_check_finish(c));
    if (k->shows == CHECK_RULES_KIND_COUNT && n.findings > 0) {
        struct buf b;
        buf_init(&b, 65536);
        runner_check_tell(c, 10, &b);
        print_message("%s", b.p);
        buf_fini(&b);
    }
    runner_check_free(c);
    sim_list_free(list);
    fixture_day_free(d);
    fixture_day_free(true_day);
    return n;
}

static void test_changed_days(void **state)
{
    (void)state;
    size_t survivors = 0;
    print_message("seed %d\n", SEED);
    for (size_t i = 0; i < tm_array_len(CHANGES); i++) {
        const struct change *k = &CHANGES[i];
        struct check_rules_counts n = run(k);
        bool good = k->shows == CHECK_RULES_KIND_COUNT
                        ? n.findings == 0 && n.placed > 150
                        : n.of_kind[k->shows] > 0;
        print_message("%-24s %5llu calls, unlawful %4llu refused %4llu reason "
                      "%5llu books %llu%s\n",
                      k->name, (unsigned long long)n.placed,
                      (unsigned long long)n.of_kind[CHECK_UNLAWFUL],
                      (unsigned long long)n.of_kind[CHECK_REFUSED],
                      (unsigned long long)n.of_kind[CHECK_REASON],
                      (unsigned long long)n.of_kind[CHECK_BOOKS],
                      good ? "" : "  SURVIVES");
        survivors += good ? 0 : 1;
    }
    assert_int_equal(survivors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changed_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
