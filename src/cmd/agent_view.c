#include <jansson.h>
#include <string.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "cmd/agent_desk.h"
#include "cmd/tenant.h"
#include "core/number/number.h"
#include "report/report_agents.h"
#include "report/words.h"

enum { VIEW_BYTES_MAX = 4 << 20, WATCH_STEP_MS = 200 };

/* Line ends of a field stay to be seen. */
static void one_line(struct buf *out, const char *text)
{
    struct slice rest = str_of(text);
    while (rest.n > 0) {
        struct slice line = str_cut(rest, '\n', &rest);
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        words_plain(out, line);
        if (rest.n > 0)
            buf_add_str(out, " / ");
    }
}

static void numbers_text(const json_t *j, struct buf *out)
{
    const char *calling = json_string_value(json_object_get(j, "calling"));
    const json_t *value;
    bool others = false;
    size_t i;
    buf_addf(out, ": %s%s", calling != NULL ? "calls " : "",
             calling != NULL ? calling : "");
    json_array_foreach(json_object_get(j, "phones"), i, value)
    {
        const char *number = json_string_value(value);
        if (number == NULL || (calling && strcmp(number, calling) == 0))
            continue;
        if (calling != NULL && !others)
            buf_add_str(out, " (also: ");
        else
            buf_add_str(out, i == 0 || (calling && !others) ? "" : ", ");
        buf_add_str(out, number);
        others = true;
    }
    if (calling != NULL && others)
        buf_add_char(out, ')');
}

/* "name: Ann Lee, city: Dayton": the fields of a lead on one line. */
static void lead_text(const struct control_agent *a, struct buf *out)
{
    json_t *j = json_loads(a->lead_json, 0, NULL);
    const char *key, *local = json_string_value(json_object_get(j, "local"));
    json_t *value;
    buf_addf(out, "  lead %lld", (long long)a->lead.v);
    numbers_text(j, out);
    if (local != NULL)
        buf_addf(out, ", there it is %s", local);
    json_object_foreach(json_object_get(j, "fields"), key, value)
    {
        const char *text = json_string_value(value);
        buf_add_str(out, ", ");
        words_plain(out, str_of(key));
        buf_add_str(out, ": ");
        one_line(out, text != NULL ? text : "");
    }
    buf_add_char(out, '\n');
    json_decref(j);
}

/* He answers otherwise when somebody calls us. */
static void add_caller(const struct control_agent *a, struct buf *out)
{
    char number[NUMBER_TEXT_LEN];
    buf_add_str(out, ", a call to us");
    if (a->caller == 0) {
        buf_add_str(out, ", number withheld");
        return;
    }
    (void)number_format(a->caller, number);
    buf_addf(out, " from %s%s", number,
             a->lead.v == 0 ? ", without a lead" : "");
}

static void left_alone_text(const struct control_agent *a, struct buf *out)
{
    char number[NUMBER_TEXT_LEN];
    if (a->left_alone == 0)
        return;
    (void)number_format(a->left_alone, number);
    buf_addf(out, "  asked not to be called: %s\n", number);
}

/* What he has said while he talks: it counts when the call is over. */
static void said_text(const struct control_agent *a, struct buf *out)
{
    char at[CIVIL_INSTANT_LEN];
    if (a->said[0] == '\0')
        return;
    buf_add_str(out, "  said: ");
    words_plain(out, str_of(a->said));
    if (a->said_due_us != 0) {
        civil_format_instant(a->said_due_us, at);
        buf_addf(out, ", call back at %s", at);
        if (a->said_local[0] != '\0')
            buf_addf(out, " (for the person %s)", a->said_local);
    }
    buf_add_char(out, '\n');
}

/* What he may say of the call, in the order of the telephone's keys. */
static void words_text(const struct control_agent *a, struct buf *out)
{
    for (size_t i = 0; i < a->words; i++) {
        buf_add_str(out, i == 0 ? "  dispose: " : ", ");
        words_plain(out, str_of(a->word[i].word));
        if (a->word[i].action == DISPOSITION_CALLBACK)
            buf_add_str(out, " --at TIME");
    }
    if (a->words > 0)
        buf_add_char(out, '\n');
}

void agent_view_text(const struct control_agent *a, const char *name,
                     int64_t now_us, struct buf *out)
{
    char t[REPORT_AGENTS_TIME_LEN];
    buf_addf(out, "%s: %s", name, agent_state_text(a->state));
    if (a->reason[0] != '\0' &&
        (a->state == AGENT_PAUSED || a->state == AGENT_OFF)) {
        buf_add_str(out, " (");
        words_plain(out, str_of(a->reason));
        buf_add_char(out, ')');
    }
    if (a->since_us != 0 && now_us > a->since_us)
        buf_addf(out, " for %s",
                 report_agents_time((now_us - a->since_us) / 1000, t));
    if (a->campaign[0] != '\0' && a->state != AGENT_OFF) {
        buf_add_str(out, ", ");
        words_plain(out, str_of(a->campaign));
    }
    if (a->attempt.v != 0 && a->state != AGENT_READY && a->state != AGENT_OFF)
        buf_addf(out, ", call %lld", (long long)a->attempt.v);
    if (a->incoming)
        add_caller(a, out);
    if (a->limit_us != INT64_MAX && a->limit_us > now_us)
        buf_addf(out, ", %s left",
                 report_agents_time((a->limit_us - now_us) / 1000, t));
    if (agent_has_call(a->state) || a->state == AGENT_WRAP) {
        if (a->then == AGENT_PAUSED)
            buf_add_str(out, ", then paused");
        else if (a->then == AGENT_OFF)
            buf_add_str(out, ", then signed out");
    }
    if (a->state == AGENT_READY && a->then != AGENT_READY)
        buf_addf(out,
                 ", %s after the line that rings and counts on him (--now "
                 "goes at once)",
                 a->then == AGENT_OFF ? "signs out" : "pauses");
    if (a->where[0] != '\0')
        buf_addf(out, "; telephone at %s", a->where);
    buf_add_char(out, '\n');
    if (a->note[0] != '\0') {
        buf_add_str(out, "  ");
        words_plain(out, str_of(a->note));
        buf_add_char(out, '\n');
    }
    if (a->lead.v != 0)
        lead_text(a, out);
    left_alone_text(a, out);
    said_text(a, out);
    words_text(a, out);
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[CIVIL_INSTANT_LEN];
    json_out_key(j, key);
    if (us == 0 || us == INT64_MAX) {
        json_out_null(j);
        return;
    }
    civil_format_instant(us, at);
    json_out_text(j, at);
}

static void put_number(struct json_out *j, const char *key, uint64_t e164)
{
    char number[NUMBER_TEXT_LEN];
    (void)number_format(e164, number);
    json_out_kv_text(j, key, e164 != 0 ? number : NULL);
}

static void put_lead(const struct control_agent *a, struct json_out *j)
{
    json_t *lead = json_loads(a->lead_json, 0, NULL);
    const char *key;
    json_t *value;
    size_t i;
    json_out_key(j, "lead");
    json_out_object(j);
    json_out_kv_int(j, "id", a->lead.v);
    json_out_kv_text(j, "calling",
                     json_string_value(json_object_get(lead, "calling")));
    json_out_kv_text(j, "local",
                     json_string_value(json_object_get(lead, "local")));
    json_out_key(j, "phones");
    json_out_array(j);
    json_array_foreach(json_object_get(lead, "phones"), i, value)
        json_out_text(j, json_string_value(value));
    json_out_end_array(j);
    json_out_key(j, "fields");
    json_out_object(j);
    json_object_foreach(json_object_get(lead, "fields"), key, value)
        json_out_kv_text(j, key, json_string_value(value));
    json_out_end_object(j);
    json_out_end_object(j);
    json_decref(lead);
}

static void view_json(const struct control_agent *a, const char *name,
                      struct json_out *j)
{
    bool call = a->attempt.v != 0 && a->state != AGENT_READY;
    json_out_object(j);
    json_out_kv_text(j, "agent", name);
    json_out_kv_text(j, "state", agent_state_text(a->state));
    put_instant(j, "since", a->since_us);
    json_out_kv_text(j, "reason", a->reason[0] != '\0' ? a->reason : NULL);
    json_out_kv_text(j, "then", agent_state_text(a->then));
    put_instant(j, "limit", a->limit_us);
    json_out_kv_text(j, "campaign",
                     a->campaign[0] != '\0' ? a->campaign : NULL);
    json_out_key(j, "attempt");
    if (call)
        json_out_int(j, a->attempt.v);
    else
        json_out_null(j);
    json_out_kv_bool(j, "incoming", a->incoming);
    if (a->incoming)
        put_number(j, "caller", a->caller);
    json_out_kv_text(j, "telephone", a->where[0] != '\0' ? a->where : NULL);
    json_out_kv_text(j, "note", a->note[0] != '\0' ? a->note : NULL);
    put_number(j, "left_alone", a->left_alone);
    if (a->lead.v != 0)
        put_lead(a, j);
    json_out_kv_text(j, "said", a->said[0] != '\0' ? a->said : NULL);
    put_instant(j, "call_back", a->said_due_us);
    json_out_key(j, "dispositions");
    json_out_array(j);
    for (size_t i = 0; i < a->words; i++)
        json_out_text(j, a->word[i].word);
    json_out_end_array(j);
    json_out_end_object(j);
}

/* --- status ---------------------------------------------------------------*/

struct all {
    struct arena arena;
    struct agent_rows rows;
};

static int do_read(struct db *db, void *arg, struct err *e)
{
    struct all *a = arg;
    return agent_rows_read(db, &a->arena, tenant_default(), &a->rows, e);
}

static int look(struct control *c, const struct agent_row *r,
                struct control_agent *out, struct err *e)
{
    if (c->server != NULL)
        return c->server->agent_look(c->server->self, r->setup.id, out, e);
    *out = (struct control_agent){.state = AGENT_OFF, .limit_us = INT64_MAX};
    return TM_OK;
}

static int show(const struct agent_desk *d, const struct agent_row *row,
                size_t n, struct err *e)
{
    struct buf b;
    struct json_out j;
    int rc = TM_OK;
    struct control_agent *a = mem_alloc(sizeof(*a));
    buf_init(&b, VIEW_BYTES_MAX);
    json_out_init(&j, &b);
    if (d->json)
        json_out_array(&j);
    for (size_t i = 0; rc == TM_OK && i < n; i++) {
        rc = look(d->c, &row[i], a, e);
        if (rc == TM_OK && d->json)
            view_json(a, row[i].setup.name, &j);
        else if (rc == TM_OK)
            agent_view_text(a, row[i].setup.name, control_now_us(d->c), &b);
    }
    if (d->json) {
        json_out_end_array(&j);
        buf_add_char(&b, '\n');
    }
    if (rc == TM_OK)
        d->c->io.out(d->c->io.self, buf_slice(&b));
    buf_fini(&b);
    mem_free(a);
    return rc;
}

int agent_view_status(const struct agent_desk *d, const char *name)
{
    struct err e = {0};
    struct all all = {0};
    struct agent_row one;
    int rc;
    arena_init(&all.arena);
    if (name != NULL) {
        rc = agent_desk_find(d->c, name, &one, &e);
        if (rc == TM_OK)
            rc = show(d, &one, 1, &e);
    } else {
        rc = sqlite_store_run(d->c->house->store, do_read, &all, &e);
        if (rc == TM_OK)
            rc = show(d, all.rows.row, all.rows.n, &e);
        if (rc == TM_OK && !d->json && d->c->server == NULL)
            control_warn(d->c, "no server runs: start 'telemark serve'\n");
    }
    arena_fini(&all.arena);
    return rc == TM_OK ? EXIT_DONE : control_fail(d->c, &e);
}

/* --- watch ----------------------------------------------------------------*/

static void tell(const struct agent_desk *d, const struct agent_row *r,
                 const struct control_agent *a)
{
    struct buf b;
    struct json_out j;
    char at[CIVIL_INSTANT_LEN];
    buf_init(&b, VIEW_BYTES_MAX);
    if (d->json) {
        json_out_init(&j, &b);
        view_json(a, r->setup.name, &j);
        buf_add_char(&b, '\n');
    } else {
        civil_format_instant(
            a->since_us != 0 ? a->since_us : control_now_us(d->c), at);
        buf_addf(&b, "%s ", at);
        /* As it was when this state began: the time that the line bears. */
        agent_view_text(a, r->setup.name, a->since_us, &b);
    }
    d->c->io.out(d->c->io.self, buf_slice(&b));
    buf_fini(&b);
}

static bool over(const struct control *c)
{
    return control_stopping(c) ||
           (c->io.gone != NULL && c->io.gone(c->io.self));
}

static void follow(const struct agent_desk *d, const struct agent_row *r,
                   struct control_watch *w)
{
    const struct control_server *server = d->c->server;
    struct control_agent *a = mem_alloc(sizeof(*a));
    unsigned missed = 0;
    while (!over(d->c)) {
        if (server->agent_next(server->self, w, WATCH_STEP_MS, a, &missed) !=
            TM_OK)
            continue;
        if (missed > 0)
            control_warn(d->c, "%u changes were not read in time\n", missed);
        tell(d, r, a);
    }
    mem_free(a);
}

int agent_view_watch(const struct agent_desk *d, const char *name)
{
    struct err e = {0};
    struct agent_row r;
    struct control_watch *w = NULL;
    const struct control_server *server = d->c->server;
    if (server == NULL)
        return agent_desk_no_server(d->c);
    int rc = agent_desk_find(d->c, name, &r, &e);
    if (rc == TM_OK)
        rc = server->agent_watch(server->self, r.setup.id, &w, &e);
    if (rc != TM_OK)
        return control_fail(d->c, &e);
    follow(d, &r, w);
    server->agent_unwatch(server->self, w);
    /* A server that goes down is the natural end. */
    if (control_stopping(d->c))
        control_warn(d->c, "the server goes down: nothing more is seen\n");
    return EXIT_DONE;
}
