#include "cmd/complaint_view.h"

#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/complaint_law.h"
#include "cmd/complaint_replay.h"
#include "cmd/day.h"
#include "cmd/reading.h"
#include "cmd/real_clock.h"
#include "cmd/tenant.h"
#include "report/complaint_list.h"
#include "report/complaint_text.h"
#include "report/complaint_watch.h"
#include "report/figures_read.h"

enum { OUT_MAX = 64 << 20 };

struct view {
    const struct complaint_options *o;
    struct reading reading;
    struct arena arena;
    struct complaint_owns owns;
    struct complaint_case_input in;
    struct complaint_replay replay;
    struct buf out;
};

static int open_view(struct view *v, struct err *e)
{
    struct figures_read_clock clock = {0};
    struct real_clock real;
    const struct reader *r = &v->reading.reader;
    int rc =
        complaint_law(&v->arena, v->o->penalties, &v->in.book, &v->in.days, e);
    if (rc == TM_OK)
        rc = complaint_find_owns(r, tenant_default(), &v->arena, &v->owns, NULL,
                                 e);
    if (rc != TM_OK)
        return rc;
    /* A broken journal is no reason to let a deadline pass. */
    if (figures_read_clock(r, &clock, e) != TM_OK) {
        (void)command_fail(&cmd_complaint, e);
        clock.shifted = false;
    }
    real_clock_init(&real, 0);
    v->in.reader = r;
    v->in.owns = &v->owns;
    v->in.now_us =
        clock.shifted ? clock.last_us : real.port.now_us(real.port.self);
    return TM_OK;
}

static int show(struct view *v, int64_t id, struct err *e)
{
    struct complaint_case *k = arena_alloc(&v->arena, sizeof(*k));
    struct json_out j;
    int rc = complaint_replay_open(&v->replay, &v->reading.dir,
                                   &v->reading.reader, e);
    if (rc != TM_OK)
        return rc;
    v->in.judge = &v->replay.judge;
    rc = complaint_case_read(&v->in, &v->arena, id, k, e);
    complaint_replay_close(&v->replay);
    if (rc != TM_OK)
        return rc;
    json_out_init(&j, &v->out);
    if (v->o->html != NULL) {
        complaint_text_html(k, &v->out);
    } else if (v->o->json) {
        complaint_text_json(k, &j);
        buf_add_char(&v->out, '\n');
    } else {
        complaint_text(k, &v->out);
    }
    return TM_OK;
}

static int list(struct view *v, struct err *e)
{
    struct complaint_list_options o = {.open_only = v->o->open,
                                       .outcome = v->o->outcome};
    struct complaint_lines lines;
    struct json_out j;
    int rc = TM_OK;
    if (v->o->due != NULL)
        rc = day_parse("--due", v->o->due, &o.due, e);
    if (rc == TM_OK)
        rc = complaint_list_read(&v->in, &o, &v->arena, &lines, e);
    if (rc != TM_OK)
        return rc;
    json_out_init(&j, &v->out);
    if (v->o->json) {
        complaint_list_json(&lines, &j);
        buf_add_char(&v->out, '\n');
    } else {
        complaint_list_text(&lines, v->in.now_us, &v->out);
    }
    return TM_OK;
}

static int watch(struct view *v, struct err *e)
{
    struct complaint_watch w;
    struct json_out j;
    int rc = complaint_watch_read(&v->in, &v->arena, &w, e);
    if (rc != TM_OK)
        return rc;
    json_out_init(&j, &v->out);
    if (v->o->json) {
        complaint_watch_json(&w, &j);
        buf_add_char(&v->out, '\n');
    } else {
        complaint_watch_text(&w, &v->out);
    }
    return TM_OK;
}

static int put(struct view *v, struct err *e)
{
    if (v->out.failed)
        return err_set(e, TM_ELIMIT, "the answer is larger than %d bytes",
                       OUT_MAX);
    if (v->o->html != NULL) {
        int rc = command_write_file(v->o->html, buf_slice(&v->out), e);
        if (rc == TM_OK)
            (void)printf("the case file is in %s\n", v->o->html);
        return rc;
    }
    if (fwrite(v->out.p, 1, v->out.n, stdout) != v->out.n ||
        fflush(stdout) != 0)
        return err_errno(e, "standard output");
    return TM_OK;
}

int complaint_view(const char *word, int64_t id,
                   const struct complaint_options *o)
{
    struct err e = {0};
    struct view v = {.o = o};
    if (!reading_open(&v.reading, &cmd_complaint, o->data))
        return EXIT_REFUSED;
    arena_init(&v.arena);
    buf_init(&v.out, OUT_MAX);
    int rc = open_view(&v, &e);
    if (rc == TM_OK)
        rc = strcmp(word, "show") == 0   ? show(&v, id, &e)
             : strcmp(word, "list") == 0 ? list(&v, &e)
                                         : watch(&v, &e);
    if (rc == TM_OK)
        rc = put(&v, &e);
    buf_fini(&v.out);
    arena_fini(&v.arena);
    reading_close(&v.reading);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_complaint, &e);
}
