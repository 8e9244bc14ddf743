/* telemark report: the figures of a campaign as text, JSON, CSV or HTML. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/reading.h"
#include "cmd/real_clock.h"
#include "report/figures_read.h"
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
        "                       [--data DIR]\n\n"
        "Tells what became of the list, of the calls and of the people who\n"
        "answered. Counts add up: rows are imported, duplicate or rejected;\n"
        "each lead is in exactly one line. Works beside a running server.\n\n"
        "--json       one object for programs (docs/report-json.md)\n"
        "--csv        lines of section,key,subkey,value for spreadsheets\n"
        "--html FILE  one page with charts that needs nothing else\n\n"
        "Hours of the day are those of the person called, by the first zone\n"
        "his number may be in.\n",
    .run = run,
};

struct options {
    const char *data, *html;
    bool json, csv;
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

static int put(const struct figures *f, const struct options *o, struct err *e)
{
    struct buf b;
    struct json_out j;
    int rc = TM_OK;
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
    if (b.failed)
        rc = err_set(e, TM_ELIMIT, "the report is larger than %d bytes",
                     REPORT_BYTES_MAX);
    else if (o->html != NULL)
        rc = command_write_file(o->html, buf_slice(&b), e);
    else if (fwrite(b.p, 1, b.n, stdout) != b.n || fflush(stdout) != 0)
        rc = err_errno(e, "standard output");
    if (rc == TM_OK && o->html != NULL)
        (void)printf("the report is in %s\n", o->html);
    buf_fini(&b);
    return rc;
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
    };
    int words =
        command_options(&cmd_report, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != 1)
        return command_usage(&cmd_report, "of which campaign?");
    if (o.json + o.csv + (o.html != NULL) > 1)
        return command_usage(&cmd_report,
                             "only one of --json, --csv and --html");
    struct reading r;
    if (!reading_open(&r, &cmd_report, o.data))
        return EXIT_REFUSED;
    struct err e = {0};
    int rc = make(&r, argv[1], &o, &e);
    reading_close(&r);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_report, &e);
}
