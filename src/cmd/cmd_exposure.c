/* telemark exposure: what complaints and violations on file could cost. */
#include <stdio.h>

#include "cmd/commands.h"
#include "cmd/complaint_law.h"
#include "cmd/complaint_replay.h"
#include "cmd/day.h"
#include "cmd/reading.h"
#include "cmd/real_clock.h"
#include "cmd/tenant.h"
#include "report/exposure_text.h"
#include "report/figures_read.h"

enum { OUT_MAX = 64 << 20 };

static int run(int argc, char **argv);

const struct command cmd_exposure = {
    .name = "exposure",
    .summary = "what complaints and violations on file could cost",
    .help =
        "usage: telemark exposure [--from DATE] [--to DATE] [--replay] "
        "[--json]\n"
        "           [--penalties FILE] [--data DIR]\n\n"
        "Counts complaints that were closed as violations, calls after a\n"
        "request to be left alone, abandoned calls over a ceiling, calls by\n"
        "a list that was too old, and calls that the rules of then would not\n"
        "allow; and tells for each law what that could cost, low and high,\n"
        "with its citation, since when it is in force and how sure we are.\n"
        "What is not known is shown as unknown.\n\n"
        "--from, --to  first and last day of the calls (UTC); default: all\n"
        "--replay      judge every call of the time again, not only those\n"
        "              that complaints mean; takes a while\n"
        "--penalties   amounts of your own (docs/complaints.md)\n\n"
        "An estimate, not legal advice.\n",
    .run = run,
};

struct options {
    const char *data, *from, *to, *penalties;
    bool json, replay;
};

struct work {
    const struct options *o;
    struct reading reading;
    struct arena arena;
    struct complaint_owns owns;
    struct exposure_input in;
    struct buf out;
};

static int prepare(struct work *w, struct err *e)
{
    const struct reader *r = &w->reading.reader;
    struct complaint_case_input *base = &w->in.base;
    struct figures_read_clock clock = {0};
    struct real_clock real;
    int rc = TM_OK;
    if (w->o->from != NULL)
        rc = day_parse_us("--from", w->o->from, 0, &w->in.from_us, e);
    if (rc == TM_OK && w->o->to != NULL)
        rc = day_parse_us("--to", w->o->to, 1, &w->in.until_us, e);
    if (rc == TM_OK && w->in.until_us != 0 && w->in.until_us <= w->in.from_us)
        rc = err_set(e, TM_EINVAL, "--to lies before --from");
    if (rc == TM_OK)
        rc = complaint_law(&w->arena, w->o->penalties, &base->book, &base->days,
                           e);
    if (rc == TM_OK)
        rc = complaint_find_owns(r, tenant_default(), &w->arena, &w->owns, NULL,
                                 e);
    if (rc != TM_OK)
        return rc;
    /* A broken journal is no reason to let a deadline pass. */
    if (figures_read_clock(r, &clock, e) != TM_OK) {
        (void)command_fail(&cmd_exposure, e);
        clock.shifted = false;
    }
    real_clock_init(&real, 0);
    base->reader = r;
    base->owns = &w->owns;
    base->now_us =
        clock.shifted ? clock.last_us : real.port.now_us(real.port.self);
    w->in.replay_all = w->o->replay;
    return TM_OK;
}

static int estimate(struct work *w, struct err *e)
{
    struct exposure x;
    struct json_out j;
    struct complaint_replay replay;
    int rc =
        complaint_replay_open(&replay, &w->reading.dir, &w->reading.reader, e);
    if (rc != TM_OK)
        return rc;
    w->in.base.judge = &replay.judge;
    rc = exposure_read(&w->in, &w->arena, &x, e);
    complaint_replay_close(&replay);
    if (rc != TM_OK)
        return rc;
    json_out_init(&j, &w->out);
    if (w->o->json) {
        exposure_text_json(&x, &j);
        buf_add_char(&w->out, '\n');
    } else {
        exposure_text(&x, &w->out);
    }
    if (w->out.failed)
        return err_set(e, TM_ELIMIT,
                       "the answer is larger than %d bytes: give --from and "
                       "--to",
                       OUT_MAX);
    if (fwrite(w->out.p, 1, w->out.n, stdout) != w->out.n ||
        fflush(stdout) != 0)
        return err_errno(e, "standard output");
    return TM_OK;
}

static int run(int argc, char **argv)
{
    struct options o = {0};
    struct err e = {0};
    struct work w = {.o = &o};
    const struct command_option opt[] = {
        {.name = "data", .value = &o.data},
        {.name = "from", .value = &o.from},
        {.name = "to", .value = &o.to},
        {.name = "penalties", .value = &o.penalties},
        {.name = "json", .flag = &o.json},
        {.name = "replay", .flag = &o.replay},
    };
    int words =
        command_options(&cmd_exposure, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != 0)
        return command_usage(&cmd_exposure, "it takes options only");
    if (!reading_open(&w.reading, &cmd_exposure, o.data))
        return EXIT_REFUSED;
    arena_init(&w.arena);
    buf_init(&w.out, OUT_MAX);
    int rc = prepare(&w, &e);
    if (rc == TM_OK)
        rc = estimate(&w, &e);
    buf_fini(&w.out);
    arena_fini(&w.arena);
    reading_close(&w.reading);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_exposure, &e);
}
