#include "report/report_callers.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "core/number/number.h"
#include "report/html_chart.h"
#include "report/words.h"

static const struct {
    const char *key, *text;
    size_t at;
} row[] = {
#define X(key, text, field)                                                    \
    {key, text, offsetof(struct caller_figures_count, field)},
    REPORT_CALLERS_TABLE(X)
#undef X
};

static uint64_t value(const struct caller_figures_count *n, size_t i)
{
    uint64_t v;
    tm_assert(i < tm_array_len(row));
    memcpy(&v, (const char *)n + row[i].at, sizeof(v));
    return v;
}

const char *report_callers_target(const struct caller_figures *f, char out[24])
{
    out[0] = '\0';
    if (f->target_ms > 0 && f->target_ms % 1000 == 0)
        (void)snprintf(out, 24, "%" PRId64 " s", f->target_ms / 1000);
    else if (f->target_ms > 0)
        (void)snprintf(out, 24, "%" PRId64 " ms", f->target_ms);
    return out;
}

/* --- JSON and CSV ---------------------------------------------------------*/

static void json_count(const struct caller_figures_count *n, struct json_out *j)
{
    for (size_t i = 0; i < tm_array_len(row); i++)
        json_out_kv_int(j, row[i].key, (int64_t)value(n, i));
    json_out_kv_int(j, "within_target", (int64_t)n->within);
    json_out_kv_int(j, "with_a_lead", (int64_t)n->known);
    json_out_kv_int(j, "number_withheld", (int64_t)n->withheld);
    json_out_kv_int(j, "wait_ms_sum", n->wait_ms);
    json_out_kv_int(j, "wait_ms_max", n->wait_max_ms);
    json_out_kv_int(j, "gave_up_ms_sum", n->lost_ms);
    json_out_kv_int(j, "talk_ms_sum", n->talk_ms);
    json_out_kv_int(j, "talk_ms_calls", (int64_t)n->talks);
}

void report_callers_json(const struct caller_figures *f, struct json_out *j)
{
    char number[NUMBER_TEXT_LEN];
    if (!f->shown)
        return;
    json_out_key(j, "calls_to_us");
    json_out_object(j);
    json_out_kv_int(j, "target_ms", f->target_ms);
    json_count(&f->all, j);
    json_out_key(j, "numbers");
    json_out_array(j);
    for (size_t i = 0; i < f->numbers; i++) {
        (void)number_format(f->number[i].e164, number);
        json_out_object(j);
        json_out_kv_text(j, "number", number);
        json_count(&f->number[i].n, j);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    json_out_end_object(j);
}

static void csv_line(struct buf *b, const char *key, const char *number,
                     int64_t n)
{
    /* "+1..." is a number, not a formula: written as it is. */
    buf_addf(b, "calls_to_us,%s,%s,%" PRId64 "\r\n", key, number, n);
}

static void csv_count(const struct caller_figures_count *n, const char *number,
                      struct buf *b)
{
    for (size_t i = 0; i < tm_array_len(row); i++)
        csv_line(b, row[i].key, number, (int64_t)value(n, i));
    csv_line(b, "within_target", number, (int64_t)n->within);
    csv_line(b, "with_a_lead", number, (int64_t)n->known);
    csv_line(b, "number_withheld", number, (int64_t)n->withheld);
    csv_line(b, "wait_ms_sum", number, n->wait_ms);
    csv_line(b, "wait_ms_max", number, n->wait_max_ms);
    csv_line(b, "gave_up_ms_sum", number, n->lost_ms);
    csv_line(b, "talk_ms_sum", number, n->talk_ms);
    csv_line(b, "talk_ms_calls", number, (int64_t)n->talks);
}

void report_callers_csv(const struct caller_figures *f, struct buf *out)
{
    char number[NUMBER_TEXT_LEN];
    if (!f->shown)
        return;
    csv_line(out, "target_ms", "", f->target_ms);
    csv_count(&f->all, "", out);
    for (size_t i = 0; i < f->numbers; i++) {
        (void)number_format(f->number[i].e164, number);
        csv_count(&f->number[i].n, number, out);
    }
}

/* --- HTML -----------------------------------------------------------------*/

static const char *tone(const char *key)
{
    if (strcmp(key, "gave_up") == 0 || strcmp(key, "turned_away") == 0 ||
        strcmp(key, "others") == 0)
        return "wait";
    if (strcmp(key, "opt_outs") == 0)
        return "stop";
    return strcmp(key, "talked") == 0 ? "good" : "calm";
}

static void html_line(struct buf *b, const char *text, uint64_t n, uint64_t of,
                      const char *colour)
{
    char count[WORDS_MAX], share[WORDS_MAX];
    buf_addf(b,
             "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td>"
             "<td class=\"n share\">%s</td>",
             text, words_count(n, count), words_share(n, of, share));
    html_chart_bar(b, n, of, colour);
    buf_add_str(b, "</tr>\n");
}

static void html_number(struct buf *b, const struct caller_figures_number *n)
{
    char number[NUMBER_TEXT_LEN], c[4][WORDS_MAX], wait[WORDS_MAX];
    (void)number_format(n->e164, number);
    buf_addf(b,
             "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td>"
             "<td class=\"n\">%s</td><td class=\"n\">%s</td>"
             "<td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
             number, words_count(n->n.callers, c[0]),
             words_count(n->n.talked, c[1]),
             words_share(n->n.within, caller_figures_judged(&n->n), c[2]),
             words_count(n->n.gave_up, c[3]),
             words_mean_ms(n->n.wait_ms, n->n.talked, wait));
}

static void html_numbers(struct buf *b, const struct caller_figures *f)
{
    buf_add_str(b, "<table><thead><tr><th scope=\"col\">number</th>"
                   "<th scope=\"col\" class=\"n\">called us</th>"
                   "<th scope=\"col\" class=\"n\">talked</th>"
                   "<th scope=\"col\" class=\"n\">in time</th>"
                   "<th scope=\"col\" class=\"n\">gave up</th>"
                   "<th scope=\"col\" class=\"n\">mean wait</th>"
                   "</tr></thead><tbody>\n");
    for (size_t i = 0; i < f->numbers; i++)
        html_number(b, &f->number[i]);
    buf_add_str(b, "</tbody></table>");
}

void report_callers_html(const struct caller_figures *f, struct buf *out)
{
    const struct caller_figures_count *n = &f->all;
    char t[4][WORDS_MAX], target[24];
    if (!f->shown)
        return;
    buf_add_str(out, "<section class=\"card\"><h2>Calls to us</h2>"
                     "<table><tbody>\n");
    for (size_t i = 0; i < tm_array_len(row); i++)
        if (i < 2 || value(n, i) > 0)
            html_line(out, row[i].text, value(n, i), n->callers,
                      tone(row[i].key));
    buf_add_str(out, "</tbody></table><p class=\"hint\">");
    if (f->target_ms > 0)
        buf_addf(out, "%s had an agent within %s. ",
                 words_share(n->within, caller_figures_judged(n), t[0]),
                 report_callers_target(f, target));
    buf_addf(out,
             "Waited %s on average for an agent, %s at most; who gave up, %s. "
             "Talked %s on average.</p>",
             words_mean_ms(n->wait_ms, n->talked, t[0]),
             words_mean_ms(n->wait_max_ms, n->talked > 0, t[1]),
             words_mean_ms(n->lost_ms, n->gave_up, t[2]),
             words_mean_ms(n->talk_ms, n->talks, t[3]));
    html_numbers(out, f);
    buf_add_str(out, "</section>\n");
}
