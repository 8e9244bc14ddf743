/* telemark why: why a number was called, may not be, or is not called yet;
 * why a campaign is not dialling. */
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/reading.h"
#include "cmd/real_clock.h"
#include "cmd/tenant.h"
#include "cmd/why_live.h"
#include "core/number/number.h"
#include "report/figures_read.h"
#include "report/why_json.h"
#include "report/why_text.h"
#include "store/dnc_files.h"
#include "store/pacing_rows.h"

enum { ANSWER_BYTES_MAX = 16 << 20 };

static int run(int argc, char **argv);

const struct command cmd_why = {
    .name = "why",
    .summary = "why a number is or is not called; why a campaign is idle",
    .help =
        "usage: telemark why NUMBER|lead:ID [--country US] [--all] [--json]\n"
        "                    [--data DIR]\n"
        "       telemark why --campaign NAME [--json] [--data DIR]\n\n"
        "NUMBER       in any spelling; one without + is read as people dial\n"
        "             it in --country (US)\n"
        "lead:ID      one lead by its id\n"
        "--all        every rule that was looked at, not only those that\n"
        "             decided\n"
        "--campaign   why this campaign is not dialling now\n\n"
        "Tells for each campaign when the number was called and what allowed\n"
        "it, which rule forbids it with its citation and what would help, or\n"
        "from when on it may be called.\n",
    .run = run,
};

struct options {
    const char *data, *country, *campaign;
    bool json, all;
};

/* All that an answer is made with. */
struct work {
    const struct options *o;
    const struct reading *reading;
    struct arena arena;
    struct tz_set zones;
    const struct rule_book *book;
    int64_t now_us;
    const char *now_source;
    struct buf out;
};

static int open_work(struct work *w, struct err *e)
{
    struct figures_read_clock clock;
    struct real_clock real;
    int rc = house_rules(&w->arena, NULL, &w->book, e);
    if (rc == TM_OK)
        rc = house_zones(&w->arena, &w->zones, e);
    if (rc == TM_OK)
        rc = figures_read_clock(&w->reading->reader, &clock, e);
    if (rc != TM_OK)
        return rc;
    real_clock_init(&real, 0);
    w->now_us =
        clock.shifted ? clock.last_us : real.port.now_us(real.port.self);
    w->now_source =
        clock.shifted ? FIGURES_NOW_JOURNAL : "this machine's clock";
    return TM_OK;
}

static int print(struct work *w, struct err *e)
{
    if (w->out.failed)
        return err_set(e, TM_ELIMIT, "the answer is larger than %d bytes",
                       ANSWER_BYTES_MAX);
    if (fwrite(w->out.p, 1, w->out.n, stdout) != w->out.n ||
        fflush(stdout) != 0)
        return err_errno(e, "standard output");
    return TM_OK;
}

/* "lead:17" or a telephone number. TM_EINVAL says what is wrong with it. */
static int parse(const char *text, const char *country, uint64_t *e164,
                 struct lead_id *lead, struct err *e)
{
    struct number n;
    struct slice s = str_trim(str_of(text));
    *e164 = 0;
    lead->v = 0;
    if (str_starts(s, "lead:")) {
        if (str_i64(str_range(s.p + 5, s.n - 5), &lead->v) && lead->v > 0)
            return TM_OK;
        return err_set(e, TM_EINVAL, "'%s': a lead is written lead:17", text);
    }
    enum number_fault fault = number_parse(s, country, &n);
    if (fault != NUMBER_OK)
        return err_set(e, TM_EINVAL,
                       "the number '%s' %s; write it with + and its country "
                       "code, or a lead as lead:17",
                       text, number_fault_text(fault));
    *e164 = n.e164;
    return TM_OK;
}

/* What the server was told of the way of dialling counts, not the files. */
static int read_dials(struct work *w, struct why_question *q, struct err *e)
{
    struct pacing_rows rows;
    int rc = sqlite_reader_pacing(w->reading->sqlite, &w->arena, &rows, e);
    if (rc != TM_OK)
        return rc;
    struct why_dial *dial = arena_array(&w->arena, rows.n + 1, sizeof(*dial));
    for (size_t i = 0; i < rows.n; i++)
        dial[i] = (struct why_dial){.campaign = rows.row[i].campaign,
                                    .plan_hash = rows.row[i].plan,
                                    .mode = rows.row[i].pacing.mode};
    q->dial = dial;
    q->dials = rows.n;
    return TM_OK;
}

static int answer(struct work *w, const struct dnc_lists *lists,
                  const char *about, struct err *e)
{
    struct json_out j;
    struct why why;
    uint64_t e164;
    struct lead_id lead;
    const char *country = w->o->country != NULL ? w->o->country : "US";
    struct why_question q = {
        .reader = &w->reading->reader,
        .book = w->book,
        .zones = &w->zones,
        .lists = lists,
        .now_us = w->now_us,
        .now_source = w->now_source,
    };
    int rc = parse(about, country, &e164, &lead, e);
    if (rc == TM_OK)
        rc = sqlite_reader_facts(w->reading->sqlite, &w->arena,
                                 tenant_default(), &q.facts, e);
    if (rc == TM_OK)
        rc = read_dials(w, &q, e);
    if (rc == TM_OK)
        rc = why_ask(&q, &w->arena, e164, lead, &why, e);
    if (rc != TM_OK)
        return rc;
    json_out_init(&j, &w->out);
    if (w->o->json) {
        why_json(&why, &j);
        buf_add_char(&w->out, '\n');
    } else {
        why_text(&why, &w->arena, &w->zones, w->o->all, &w->out);
    }
    return print(w, e);
}

static int about_number(struct work *w, const char *about, struct err *e)
{
    struct dnc_files *files;
    struct err no_lists;
    /* Without the lists the records still tell; the rules are not asked. */
    bool open = sqlite_reader_dnc(w->reading->sqlite, &w->reading->dir, &files,
                                  &no_lists) == TM_OK;
    if (!open)
        (void)fprintf(stderr,
                      "telemark why: the do-not-call lists cannot be read, so "
                      "the rules are not asked anew: %s\n",
                      no_lists.text);
    int rc = answer(w, open ? dnc_files_lists(files) : NULL, about, e);
    if (open)
        dnc_files_close(files);
    return rc;
}

static int about_campaign(struct work *w, struct err *e)
{
    struct reader_campaign c;
    struct why_idle idle;
    struct json_out j;
    const struct figures_options fo = {.book = w->book,
                                       .zones = &w->zones,
                                       .now_us = w->now_us,
                                       .now_source = w->now_source};
    struct why_idle_question q = {.reader = &w->reading->reader,
                                  .arena = &w->arena};
    int rc = figures_read_campaign(q.reader, &w->arena, str_of(w->o->campaign),
                                   &c, e);
    if (rc != TM_OK)
        return rc;
    q.campaign = c.id;
    q.b = figures_new(&fo);
    why_live_ask(w->reading->dir.path, w->o->campaign, &w->arena, &q.live);
    rc = why_idle_ask(&q, &idle, e);
    json_out_init(&j, &w->out);
    if (rc == TM_OK && w->o->json) {
        why_idle_json(&idle, &j);
        buf_add_char(&w->out, '\n');
    } else if (rc == TM_OK) {
        why_idle_text(&idle, &w->out);
    }
    figures_free(q.b);
    return rc == TM_OK ? print(w, e) : rc;
}

static int run(int argc, char **argv)
{
    struct options o = {0};
    const struct command_option opt[] = {
        {.name = "data", .value = &o.data},
        {.name = "country", .value = &o.country},
        {.name = "campaign", .value = &o.campaign},
        {.name = "json", .flag = &o.json},
        {.name = "all", .flag = &o.all},
    };
    int words =
        command_options(&cmd_why, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != (o.campaign == NULL ? 1 : 0))
        return command_usage(&cmd_why, "one number, lead:ID or --campaign");
    struct reading r;
    if (!reading_open(&r, &cmd_why, o.data))
        return EXIT_REFUSED;
    struct err e = {0};
    struct work w = {.o = &o, .reading = &r};
    arena_init(&w.arena);
    buf_init(&w.out, ANSWER_BYTES_MAX);
    int rc = open_work(&w, &e);
    if (rc == TM_OK)
        rc = o.campaign != NULL ? about_campaign(&w, &e)
                                : about_number(&w, argv[1], &e);
    buf_fini(&w.out);
    arena_fini(&w.arena);
    reading_close(&r);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_why, &e);
}
