/* telemark report: the figures of a campaign as text, JSON, CSV or HTML. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/reading.h"
#include "cmd/real_clock.h"
#include "report/figures_read.h"
#include "report/report_agents.h"
#include "report/report_csv.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_text.h"

enum { REPORT_BYTES_MAX = 16 << 20 };

static int run(int argc, char **argv);

const struct command cmd_report = {
    .name = "report",
    .summary = "the figures of a campaign: text, JSON, CSV or a web page",
    .help =
        "usage: telemark report CAMPAIGN [--json | --csv | --html FILE]\n"
        "                       [--zone ZONE] [--data DIR]\n"
        "       telemark report --agents [CAMPAIGN] [--from TIME] [--until "
        "TIME]\n"
        "                       [--json | --csv | --html FILE] [--data DIR]\n"
        "\n"
        "Tells what became of the list, of the calls and of the people who\n"
        "answered. Counts add up: rows are imported, duplicate or rejected;\n"
        "each lead is in exactly one line. Works beside a running server.\n\n"
        "--json       one object for programs (docs/report-json.md)\n"
        "--csv        lines of section,key,subkey,value for spreadsheets\n"
        "--html FILE  one page with charts that needs nothing else\n"
        "--agents     what agents did: time signed in, talking, wrapping up,\n"
        "             ready, paused by reason; calls and dispositions; with a\n"
        "             campaign only the time of its calls\n"
        "--zone ZONE  in which half hours of calls to us are told, such as\n"
        "             America/New_York; UTC. JSON and CSV have instants\n"
        "--from, --until  2026-11-23 or 2026-11-23T18:00:00Z, in UTC\n\n"
        "Hours of the day are those of the person called, by the first zone\n"
        "his number may be in.\n",
    .run = run,
};

struct options {
    const char *data, *html, *from, *until, *zone;
    bool json, csv, agents;
    int64_t from_us, until_us; /* 0: no limit */
};

/* Bars of blocks for people who look at a terminal that shows them. */
static bool wants_utf8(void)
{
    const char *const name[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    if (isatty(STDOUT_FILENO) == 0)
        return false;
    for (size_t i = 0; i < tm_array_len(name); i++) {
        const char *v = getenv(name[i]);
        if (v != NULL && v[0] != '\0')
            return strstr(v, "UTF-8") != NULL || strstr(v, "utf8") != NULL;
    }
    return false;
}

static int hand_out(const struct buf *b, const struct options *o, struct err *e)
{
    int rc = TM_OK;
    if (b->failed)
        rc = err_set(e, TM_ELIMIT, "the report is larger than %d bytes",
                     REPORT_BYTES_MAX);
    else if (o->html != NULL)
        rc = command_write_file(o->html, buf_slice(b), e);
    else if (fwrite(b->p, 1, b->n, stdout) != b->n || fflush(stdout) != 0)
        rc = err_errno(e, "standard output");
    if (rc == TM_OK && o->html != NULL)
        (void)printf("the report is in %s\n", o->html);
    return rc;
}

static int put(const struct figures *f, const struct options *o, struct err *e)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, REPORT_BYTES_MAX);
    json_out_init(&j, &b);
    if (o->json) {
        report_json(f, &j);
        buf_add_char(&b, '\n');
    } else if (o->csv) {
        report_csv(f, &b);
    } else if (o->html != NULL) {
        report_html(f, &b);
    } else {
        report_text(f, wants_utf8(), &b);
    }
    int rc = hand_out(&b, o, e);
    buf_fini(&b);
    return rc;
}

static int put_agents(const struct agent_figures *f, const struct options *o,
                      struct err *e)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, REPORT_BYTES_MAX);
    json_out_init(&j, &b);
    if (o->json) {
        report_agents_json(f, &j);
        buf_add_char(&b, '\n');
    } else if (o->csv) {
        buf_add_str(&b, "section,key,subkey,value\r\n");
        report_agents_csv(f, &b);
    } else if (o->html != NULL) {
        report_agents_page(f, &b);
    } else if (f == NULL) {
        buf_add_str(&b, "no agent was signed in\n");
    } else {
        report_agents_text(f, &b);
    }
    int rc = hand_out(&b, o, e);
    buf_fini(&b);
    return rc;
}

/* The instant at which states that last are cut: now, or where the journal of
 * a run with its own clock ends. */
static int agents_now(const struct reading *r, int64_t *now_us, struct err *e)
{
    struct figures_read_clock clock;
    struct real_clock real;
    int rc = figures_read_clock(&r->reader, &clock, e);
    real_clock_init(&real, 0);
    *now_us = clock.shifted ? clock.last_us : real.port.now_us(real.port.self);
    return rc;
}

static int make_agents(const struct reading *r, const char *campaign,
                       const struct options *o, struct err *e)
{
    struct arena a;
    struct reader_campaign c = {0};
    int64_t now_us = 0;
    arena_init(&a);
    int rc = campaign == NULL ? TM_OK
                              : figures_read_campaign(&r->reader, &a,
                                                      str_of(campaign), &c, e);
    arena_fini(&a);
    if (rc == TM_OK)
        rc = agents_now(r, &now_us, e);
    if (rc != TM_OK)
        return rc;
    struct agent_figures_builder *b =
        agent_figures_new(campaign != NULL, o->from_us, o->until_us);
    rc = agent_figures_plans(&r->reader, c.id, b, e);
    if (rc == TM_OK)
        rc = agent_figures_read(&r->reader, c.id, b, e);
    if (rc == TM_OK)
        rc = put_agents(agent_figures_end(b, now_us), o, e);
    agent_figures_free(b);
    return rc;
}

static bool read_time(const char *text, int64_t *us)
{
    struct civil_date d;
    if (text == NULL)
        return true;
    if (civil_parse_date(str_of(text), &d)) {
        *us = civil_days(d) * CIVIL_DAY_US;
        return true;
    }
    return civil_parse_instant(str_of(text), us);
}

static int read_zone(const struct tz_set *zones, const struct options *o,
                     const struct tz **out, struct err *e)
{
    bool utc = o->zone == NULL || strcmp(o->zone, "UTC") == 0;
    *out = utc ? NULL : tz_set_find(zones, o->zone);
    if (!utc && *out == NULL)
        return err_set(e, TM_EINVAL,
                       "--zone: '%s' is no time zone of the people who are "
                       "called, such as America/New_York; nor UTC",
                       o->zone);
    return TM_OK;
}

static int make(const struct reading *r, const char *name,
                const struct options *o, struct err *e)
{
    struct arena a;
    struct tz_set zones;
    struct reader_campaign c;
    struct figures_options fo = {.zones = &zones};
    struct figures_builder *b = NULL;
    struct real_clock real;
    arena_init(&a);
    int rc = figures_read_campaign(&r->reader, &a, str_of(name), &c, e);
    if (rc == TM_OK)
        rc = house_rules(&a, NULL, &fo.book, e);
    if (rc == TM_OK)
        rc = house_zones(&a, &zones, e);
    if (rc != TM_OK)
        goto out;
    rc = read_zone(&zones, o, &fo.callers_zone, e);
    if (rc != TM_OK)
        goto out;
    real_clock_init(&real, 0);
    fo.now_us = real.port.now_us(real.port.self);
    fo.now_source = "this machine's clock";
    b = figures_new(&fo);
    rc = figures_read(&r->reader, c.id, b, e);
    if (rc == TM_OK)
        rc = put(figures_end(b), o, e);
out:
    figures_free(b);
    arena_fini(&a);
    return rc;
}

static int run(int argc, char **argv)
{
    struct options o = {0};
    const struct command_option opt[] = {
        {.name = "data", .value = &o.data},
        {.name = "html", .value = &o.html},
        {.name = "json", .flag = &o.json},
        {.name = "csv", .flag = &o.csv},
        {.name = "agents", .flag = &o.agents},
        {.name = "from", .value = &o.from},
        {.name = "until", .value = &o.until},
        {.name = "zone", .value = &o.zone},
    };
    int words =
        command_options(&cmd_report, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words > 1 || (words == 0 && !o.agents))
        return command_usage(&cmd_report, "of which campaign?");
    if (!o.agents && (o.from != NULL || o.until != NULL))
        return command_usage(&cmd_report, "--from and --until go with "
                                          "--agents");
    if (o.agents && o.zone != NULL)
        return command_usage(&cmd_report, "--zone goes with a campaign's "
                                          "calls to us, not with --agents");
    if (!read_time(o.from, &o.from_us) || !read_time(o.until, &o.until_us))
        return command_usage(&cmd_report,
                             "a time is 2026-11-23 or 2026-11-23T18:00:00Z");
    if (o.until_us > 0 && o.until_us <= o.from_us)
        return command_usage(&cmd_report, "--until is not after --from");
    if (o.json + o.csv + (o.html != NULL) > 1)
        return command_usage(&cmd_report,
                             "only one of --json, --csv and --html");
    struct reading r;
    if (!reading_open(&r, &cmd_report, o.data))
        return EXIT_REFUSED;
    struct err e = {0};
    int rc = o.agents ? make_agents(&r, words > 0 ? argv[1] : NULL, &o, &e)
                      : make(&r, argv[1], &o, &e);
    reading_close(&r);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_report, &e);
}
