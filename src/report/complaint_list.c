#include "report/complaint_list.h"

#include <stdlib.h>
#include <string.h>

#include "core/number/number.h"
#include "report/complaint_text.h"
#include "report/words.h"

struct reading {
    const struct complaint_case_input *in;
    const struct complaint_list_options *o;
    struct arena *arena;
    struct complaint_lines *out;
    size_t cap;
};

static bool wanted(const struct complaint_list_options *o,
                   const struct complaint_line *l)
{
    if (o->open_only && l->r.state != COMPLAINT_OPEN)
        return false;
    if (o->outcome != NULL &&
        (l->r.state != COMPLAINT_CLOSED ||
         strcmp(complaint_outcome_text(l->r.outcome), o->outcome) != 0))
        return false;
    return o->due.year == 0 ||
           (l->due.id != NULL && civil_date_cmp(l->due.date, o->due) <= 0);
}

static int take(void *arg, const struct reader_complaint *r)
{
    struct reading *w = arg;
    struct complaint_due due[COMPLAINT_DUES_MAX];
    struct complaint_line line = {.r = *r};
    struct complaint_lines *l = w->out;
    size_t dues = complaint_case_dues(w->in, r, due);
    if (dues > 0 && due[0].met_us == 0 && r->state != COMPLAINT_CLOSED)
        line.due = due[0];
    l->total++;
    l->open += r->state == COMPLAINT_OPEN;
    l->overdue +=
        line.due.id != NULL &&
        civil_date_cmp(line.due.date, civil_of_us(w->in->now_us).date) < 0;
    if (!wanted(w->o, &line))
        return 0;
    if (l->n == w->cap) {
        w->cap = w->cap == 0 ? 64 : w->cap * 2;
        struct complaint_line *more =
            arena_array(w->arena, w->cap, sizeof(*more));
        for (size_t i = 0; i < l->n; i++)
            more[i] = l->line[i];
        l->line = more;
    }
    line.r = complaint_case_copy(r, w->arena);
    l->line[l->n++] = line;
    return 0;
}

static int by_due(const void *a, const void *b)
{
    const struct complaint_line *x = a, *y = b;
    if ((x->due.id == NULL) != (y->due.id == NULL))
        return x->due.id == NULL ? 1 : -1;
    if (x->due.id != NULL) {
        int order = civil_date_cmp(x->due.date, y->due.date);
        if (order != 0)
            return order;
    }
    return x->r.c.id < y->r.c.id ? -1 : x->r.c.id > y->r.c.id;
}

int complaint_list_read(const struct complaint_case_input *in,
                        const struct complaint_list_options *o, struct arena *a,
                        struct complaint_lines *out, struct err *e)
{
    const struct reader_complaints q = {0};
    struct reading w = {.in = in, .o = o, .arena = a, .out = out};
    *out = (struct complaint_lines){0};
    int rc = in->reader->complaints(in->reader->self, &q, take, &w, e);
    if (rc == TM_OK && out->n > 1)
        qsort(out->line, out->n, sizeof(out->line[0]), by_due);
    return rc;
}

static void add_number(struct buf *b, uint64_t e164)
{
    char n[NUMBER_TEXT_LEN];
    (void)number_format(e164, n);
    buf_add_str(b, n);
}

static void line_text(const struct complaint_line *l, struct civil_date today,
                      struct buf *b)
{
    const struct complaint *c = &l->r.c;
    char day[11] = "-";
    if (l->due.id != NULL)
        civil_format_date(l->due.date, day);
    buf_addf(b, "%-10s%s  %lld  ", day,
             l->due.id != NULL && civil_date_cmp(l->due.date, today) < 0
                 ? " OVERDUE"
                 : "",
             (long long)c->id);
    complaint_text_state(&l->r, b);
    buf_add_str(b, "  ");
    if (c->complainant != 0)
        add_number(b, c->complainant);
    else if (c->area_code != 0)
        buf_addf(b, "area code %u", c->area_code);
    else
        buf_add_str(b, "number not told");
    if (l->r.attempt.v != 0)
        buf_addf(b, "  attempt %lld", (long long)l->r.attempt.v);
    buf_add_str(b, "  ");
    /* One line each; the case file has the whole text. */
    struct slice about = c->text;
    char shortened[61];
    about.n = str_copy(shortened, sizeof(shortened), about);
    about.p = shortened;
    words_plain(b, about);
    buf_add_str(b, about.n < c->text.n ? "...\n" : "\n");
}

void complaint_list_text(const struct complaint_lines *l, int64_t now_us,
                         struct buf *b)
{
    char total[WORDS_MAX], open[WORDS_MAX], late[WORDS_MAX];
    for (size_t i = 0; i < l->n; i++)
        line_text(&l->line[i], civil_of_us(now_us).date, b);
    buf_addf(b, "%s complaints, %s open, %s overdue\n",
             words_count(l->total, total), words_count(l->open, open),
             words_count(l->overdue, late));
}

static void line_json(const struct complaint_line *l, struct json_out *j)
{
    const struct complaint *c = &l->r.c;
    char day[11], n[NUMBER_TEXT_LEN], at[WORDS_MAX];
    json_out_object(j);
    json_out_kv_int(j, "complaint", c->id);
    json_out_kv_text(j, "state", complaint_state_text(l->r.state));
    json_out_kv_text(j, "outcome", complaint_outcome_text(l->r.outcome));
    if (l->due.id != NULL)
        civil_format_date(l->due.date, day);
    json_out_kv_text(j, "due", l->due.id != NULL ? day : NULL);
    json_out_kv_text(j, "due_id", l->due.id);
    (void)number_format(c->complainant, n);
    json_out_kv_text(j, "complainant", c->complainant != 0 ? n : NULL);
    json_out_kv_text(j, "received", words_iso(c->received_us, at));
    json_out_kv_int(j, "attempt", l->r.attempt.v);
    json_out_key(j, "about");
    json_out_slice(j, c->text);
    json_out_end_object(j);
}

void complaint_list_json(const struct complaint_lines *l, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_int(j, "total", (int64_t)l->total);
    json_out_kv_int(j, "open", (int64_t)l->open);
    json_out_kv_int(j, "overdue", (int64_t)l->overdue);
    json_out_key(j, "complaints");
    json_out_array(j);
    for (size_t i = 0; i < l->n; i++)
        line_json(&l->line[i], j);
    json_out_end_array(j);
    json_out_end_object(j);
}
