/* Calls to us, for browsers. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/number/number.h"
#include "report/html_chart.h"
#include "report/report_callers.h"
#include "report/words.h"

/* --- the head of the page -------------------------------------------------*/

static void tile(struct buf *b, const char *name, const char *value,
                 const char *note)
{
    buf_addf(b,
             "<div class=\"tile\"><span class=\"name\">%s</span><b>%s</b>"
             "<span>%s</span></div>",
             name, value, note);
}

static void tile_service(const struct caller_figures *f, struct buf *b)
{
    const struct caller_figures_count *n = &f->all;
    char note[2 * WORDS_MAX + 24], share[WORDS_MAX], target[24];
    int used = snprintf(note, sizeof(note), "answered within %s",
                        report_callers_target(f, target));
    if (f->target_pct > 0 && used > 0 && (size_t)used < sizeof(note))
        (void)snprintf(note + used, sizeof(note) - (size_t)used,
                       "; the target is %u %%", f->target_pct);
    tile(b, "Service level",
         words_share(n->within, caller_figures_judged(n), share), note);
}

void report_callers_tiles(const struct caller_figures *f, struct buf *out)
{
    const struct caller_figures_count *n = &f->all;
    char t[WORDS_MAX], note[2 * WORDS_MAX];
    if (!f->shown)
        return;
    buf_add_str(out, "<section class=\"tiles\" aria-label=\"Calls to us\">");
    (void)snprintf(note, sizeof(note), "of them %s were answered",
                   words_count(n->talked, t));
    tile(out, "Calls to us", words_count(n->callers, t), note);
    if (f->target_ms > 0)
        tile_service(f, out);
    tile(out, "Abandoned by callers",
         words_share(n->gave_up - n->short_gave_up,
                     n->callers - n->short_gave_up, t),
         f->short_ms > 0 ? "of calls to us, short ones left out"
                         : "of calls to us");
    tile(out, "Speed of answer", words_mean_ms(n->wait_ms, n->talked, t),
         "on average (ASA)");
    tile(out, "Longest wait", words_mean_ms(n->longest_ms, n->callers > 0, t),
         "of anybody, answered or not");
    tile(out, "Handle time",
         words_mean_ms(caller_figures_handle_ms(n), n->talks, t),
         "talk and wrap-up on average (AHT)");
    buf_add_str(out, "</section>\n");
}

/* --- the card -------------------------------------------------------------*/

static const char *tone(const char *key)
{
    if (strcmp(key, "gave_up") == 0 || strcmp(key, "turned_away") == 0 ||
        strcmp(key, "others") == 0)
        return "wait";
    if (strcmp(key, "opt_outs") == 0)
        return "stop";
    return strcmp(key, "talked") == 0 ? "good" : "calm";
}

static void line(struct buf *b, const char *text, uint64_t n, uint64_t of,
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

static void row(struct buf *b, const char *name,
                const struct caller_figures_count *n)
{
    char c[3][WORDS_MAX], t[2][WORDS_MAX], share[WORDS_MAX];
    buf_addf(b,
             "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td>"
             "<td class=\"n\">%s</td><td class=\"n\">%s</td>"
             "<td class=\"n\">%s</td><td class=\"n\">%s</td>"
             "<td class=\"n\">%s</td></tr>\n",
             name, words_count(n->callers, c[0]), words_count(n->talked, c[1]),
             words_count(n->gave_up, c[2]),
             words_share(n->within, caller_figures_judged(n), share),
             words_mean_ms(n->wait_ms, n->talked, t[0]),
             words_mean_ms(caller_figures_handle_ms(n), n->talks, t[1]));
}

static void head(struct buf *b, const char *name)
{
    static const char *const col[] = {"offered",       "answered", "abandoned",
                                      "service level", "ASA",      "AHT"};
    buf_addf(b,
             "<div class=\"scroll\"><table class=\"agents\"><thead><tr>"
             "<th scope=\"col\">%s</th>",
             name);
    for (size_t i = 0; i < tm_array_len(col); i++)
        buf_addf(b, "<th scope=\"col\" class=\"n\">%s</th>", col[i]);
    buf_add_str(b, "</tr></thead><tbody>\n");
}

static void numbers(struct buf *b, const struct caller_figures *f)
{
    char number[NUMBER_TEXT_LEN];
    head(b, "number");
    for (size_t i = 0; i < f->numbers; i++) {
        (void)number_format(f->number[i].e164, number);
        row(b, number, &f->number[i].n);
    }
    buf_add_str(b, "</tbody></table></div>");
}

static void half_table(struct buf *b, const struct caller_figures_count *day)
{
    char name[16];
    buf_add_str(b, "<details><summary>The figures</summary>");
    head(b, "half hour");
    for (size_t i = 0; i < CALLER_FIGURES_HALVES; i++) {
        (void)snprintf(name, sizeof(name), "%02zu:%s", i / 2,
                       i % 2 == 0 ? "00" : "30");
        if (day[i].callers > 0)
            row(b, name, &day[i]);
    }
    buf_add_str(b, "</tbody></table></div></details>");
}

static void days_table(struct buf *b, const struct caller_figures *f)
{
    size_t all = caller_figures_days(f);
    size_t skip = all > CALLER_FIGURES_DAYS ? all - CALLER_FIGURES_DAYS : 0;
    struct caller_figures_count n;
    struct civil_date date;
    char name[16];
    if (all < 2)
        return;
    buf_addf(b, "<details><summary>By day%s</summary>",
             skip > 0 ? ", the last 31" : "");
    head(b, "day");
    for (size_t i = 0, day = 0; i < f->halves; day++) {
        i = caller_figures_date(f, i, &date, &n);
        civil_format_date(date, name);
        if (day >= skip)
            row(b, name, &n);
    }
    buf_add_str(b, "</tbody></table></div></details>");
}

static void key(struct buf *b, const char *colour, const char *text)
{
    buf_addf(b,
             "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect "
             "width=\"10\" height=\"10\" rx=\"2\" class=\"%s\"/></svg>%s</li>",
             colour, text);
}

static void halves(struct buf *b, const struct caller_figures *f)
{
    struct caller_figures_count day[CALLER_FIGURES_HALVES];
    size_t days = caller_figures_days(f);
    char n[WORDS_MAX];
    if (days == 0)
        return;
    caller_figures_day(f, day);
    buf_add_str(b, "<div style=\"max-width:640px\">");
    html_chart_halves(b, day);
    buf_add_str(b, "</div><ul class=\"key\">");
    key(b, "pale", "offered");
    key(b, "good", "answered by an agent");
    buf_addf(b, "<li>by half hour in which they called, %s",
             report_callers_zone(f));
    if (days > 1)
        buf_addf(b, ", %s days together", words_count(days, n));
    buf_add_str(b, "</li></ul>");
    half_table(b, day);
    days_table(b, f);
}

void report_callers_html(const struct caller_figures *f, struct buf *out)
{
    const struct caller_figures_count *n = &f->all;
    char t[3][WORDS_MAX];
    if (!f->shown)
        return;
    buf_add_str(out, "<section class=\"card\"><h2>Calls to us</h2>"
                     "<table><tbody>\n");
#define X(key, text, field)                                                    \
    if (n->field > 0 || strcmp(key, "callers") == 0 ||                         \
        strcmp(key, "talked") == 0)                                            \
        line(out, text, n->field, n->callers, tone(key));
    REPORT_CALLERS_TABLE(X)
#undef X
    buf_add_str(out, "</tbody></table>");
    halves(out, f);
    numbers(out, f);
    buf_addf(out,
             "<p class=\"hint\">Talked %s and wrapped up %s on average; who "
             "gave up did so after %s. ",
             words_mean_ms(n->talk_ms, n->talks, t[0]),
             words_mean_ms(n->wrap_ms, n->talks, t[1]),
             words_mean_ms(n->lost_ms, n->gave_up, t[2]));
    report_callers_formula(f, out);
    buf_add_str(out, "</p></section>\n");
}
