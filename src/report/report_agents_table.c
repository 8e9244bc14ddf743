/* The report of agents for spreadsheets and browsers. */
#include <inttypes.h>
#include <stdio.h>

#include "report/html_chart.h"
#include "report/html_style.h"
#include "report/report_agents.h"
#include "report/words.h"

/* --- CSV ------------------------------------------------------------------*/

static void number(struct buf *b, const char *section, const char *key,
                   const char *subkey, int64_t n)
{
    words_csv(b, str_of(section));
    buf_add_char(b, ',');
    words_csv(b, str_of(key));
    buf_add_char(b, ',');
    words_csv(b, str_of(subkey));
    buf_addf(b, ",%" PRId64 "\r\n", n);
}

static void csv_row(const struct agent_figures *f,
                    const struct agent_figures_row *r, struct buf *b)
{
    number(b, "agents", r->name, "calls", (int64_t)r->calls);
    number(b, "agents", r->name, "callers", (int64_t)r->callers);
    number(b, "agents", r->name, "dispositions", (int64_t)r->dispositions);
    number(b, "agents", r->name, "successes", (int64_t)r->successes);
    for (size_t i = AGENT_OFF + 1; i < AGENT_STATE_COUNT; i++) {
        char key[AGENT_WORD_MAX];
        (void)snprintf(key, sizeof(key), "%s_ms",
                       agent_state_text((enum agent_state)i));
        number(b, "agents", r->name, key, r->ms[i]);
    }
    number(b, "agents", r->name, "handling_ms", r->handling_ms);
    number(b, "agents", r->name, "available_ms", r->available_ms);
    if (f->of_campaign)
        return;
    number(b, "agents", r->name, "signed_in_ms", r->signed_in_ms);
    for (size_t i = 0; i < r->pauses; i++)
        number(b, "pauses", r->name, r->pause[i].reason, r->pause[i].ms);
}

void report_agents_csv(const struct agent_figures *f, struct buf *out)
{
    if (f == NULL)
        return;
    number(out, "people", "talked", "", (int64_t)f->people);
    number(out, "people", "called_us", "", (int64_t)f->callers);
    number(out, "people", "no_disposition", "", (int64_t)f->silent);
    number(out, "people", "joins", "", (int64_t)f->waits);
    number(out, "people", "wait_ms_sum", "", f->wait_ms);
    number(out, "people", "wait_ms_max", "", f->wait_max_ms);
    number(out, "people", "joined_within_2s", "", (int64_t)f->within);
    for (size_t i = 0; i < f->words; i++)
        number(out, "dispositions", f->word[i].word,
               f->word[i].success ? "success" : "", (int64_t)f->word[i].n);
    for (size_t i = 0; i < f->rows; i++)
        csv_row(f, &f->row[i], out);
}

/* --- HTML -----------------------------------------------------------------*/

static void cell(struct buf *b, const char *text)
{
    buf_addf(b, "<td class=\"n\">%s</td>", text);
}

static void html_row(const struct agent_figures *f,
                     const struct agent_figures_row *r, struct buf *b)
{
    char t[REPORT_AGENTS_TIME_LEN], n[WORDS_MAX];
    int64_t talk = r->ms[AGENT_TALKING] + r->ms[AGENT_HOLDING];
    buf_add_str(b, "<tr><th scope=\"row\">");
    words_html(b, str_of(r->name));
    buf_add_str(b, "</th>");
    cell(b, words_count(r->calls, n));
    if (f->callers > 0)
        cell(b, words_count(r->callers, n));
    cell(b, report_agents_time(talk, t));
    cell(b, report_agents_time(r->ms[AGENT_WRAP], t));
    if (!f->of_campaign) {
        cell(b, report_agents_time(r->ms[AGENT_READY], t));
        cell(b, report_agents_time(r->ms[AGENT_PAUSED], t));
        cell(b, report_agents_time(r->signed_in_ms, t));
        unsigned rate = agent_figures_talk_permille(r) * 6;
        (void)snprintf(t, sizeof(t), "%u.%u", rate / 100, rate / 10 % 10);
        cell(b, t);
    }
    cell(b,
         words_share((uint64_t)r->handling_ms, (uint64_t)r->available_ms, n));
    cell(b, words_count(r->dispositions, n));
    cell(b, words_count(r->successes, n));
    if (!f->of_campaign)
        html_chart_bar(b, (uint64_t)talk, (uint64_t)r->signed_in_ms, "good");
    buf_add_str(b, "</tr>\n");
}

static void html_words(const struct agent_figures *f, struct buf *b)
{
    char n[WORDS_MAX], share[WORDS_MAX];
    buf_add_str(b, "<table><tbody>\n");
    for (size_t i = 0; i < f->words; i++) {
        const struct agent_figures_word *w = &f->word[i];
        if (w->n == 0)
            continue;
        buf_add_str(b, "<tr><th scope=\"row\">");
        words_html(b, str_of(w->word));
        buf_add_str(b, "</th>");
        html_chart_bar(b, w->n, f->all.dispositions,
                       w->success ? "good" : "calm");
        cell(b, words_count(w->n, n));
        cell(b, words_share(w->n, f->all.dispositions, share));
        buf_add_str(b, "</tr>\n");
    }
    buf_add_str(b, "</tbody></table>\n");
}

static void html_head(const struct agent_figures *f, struct buf *b)
{
    static const char *const of_call[] = {"calls", "talk", "wrap-up"};
    static const char *const of_time[] = {"ready", "paused", "signed in",
                                          "talk min/h"};
    buf_add_str(b, "<div class=\"scroll\"><table class=\"agents\"><thead>"
                   "<tr><th scope=\"col\">agent</th>");
    for (size_t i = 0; i < tm_array_len(of_call); i++) {
        buf_addf(b, "<th scope=\"col\" class=\"n\">%s</th>", of_call[i]);
        if (i == 0 && f->callers > 0)
            buf_add_str(b, "<th scope=\"col\" class=\"n\">to us</th>");
    }
    for (size_t i = 0; !f->of_campaign && i < tm_array_len(of_time); i++)
        buf_addf(b, "<th scope=\"col\" class=\"n\">%s</th>", of_time[i]);
    buf_add_str(b, "<th scope=\"col\" class=\"n\">occupancy</th>"
                   "<th scope=\"col\" class=\"n\">dispositions</th>"
                   "<th scope=\"col\" class=\"n\">successes</th>");
    if (!f->of_campaign)
        buf_add_str(b, "<th scope=\"col\">talk of the time signed in</th>");
    buf_add_str(b, "</tr></thead><tbody>\n");
}

void report_agents_html(const struct agent_figures *f, struct buf *out)
{
    char n[2][WORDS_MAX], t[3][WORDS_MAX];
    if (f == NULL)
        return;
    buf_add_str(out, "<section class=\"card\"><h2>Agents</h2>");
    buf_addf(out,
             "<p class=\"soft\">%s people talked with an agent, %s without a "
             "disposition.",
             words_count(f->people, n[0]), words_count(f->silent, n[1]));
    if (f->waits > 0)
        buf_addf(out,
                 " %s waited %s on average and %s at most; %s within 2 s of "
                 "their greeting.",
                 f->callers > 0 ? "Those whom we called" : "They",
                 words_mean_ms(f->wait_ms, f->waits, t[0]),
                 words_mean_ms(f->wait_max_ms, f->waits > 0, t[1]),
                 words_share(f->within, f->waits, t[2]));
    buf_add_str(out, "</p>");
    html_words(f, out);
    html_head(f, out);
    for (size_t i = 0; i < f->rows; i++)
        html_row(f, &f->row[i], out);
    html_row(f, &f->all, out);
    buf_add_str(out,
                "</tbody></table></div><p class=\"hint\">Occupancy: talk, hold "
                "and wrap-up of the time signed in and not paused, in all "
                "campaigns.</p></section>\n");
}

void report_agents_page(const struct agent_figures *f, struct buf *out)
{
    char at[2][WORDS_MAX];
    buf_add_str(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                     "<meta charset=\"utf-8\"/>"
                     "<meta name=\"viewport\" content=\"width=device-width, "
                     "initial-scale=1\"/><title>Agents</title><style>");
    for (size_t i = 0; html_style[i] != NULL; i++)
        buf_add_str(out, html_style[i]);
    buf_add_str(out, "</style></head>\n<body><main><header>"
                     "<p class=\"eyebrow\">Report</p><h1>Agents</h1>");
    if (f != NULL && f->from_us > 0)
        buf_addf(out, "<p class=\"soft\">from %s until %s</p>",
                 words_instant(f->from_us, at[0]),
                 words_instant(f->until_us, at[1]));
    if (f == NULL)
        buf_add_str(out, "<p>No agent was signed in.</p>");
    buf_add_str(out, "</header>\n");
    report_agents_html(f, out);
    buf_add_str(out, "<footer>Made by Telemark. Times are UTC.</footer></main>"
                     "</body></html>\n");
}
