#include "report/report_html.h"

#include <stdio.h>

#include "report/html_chart.h"
#include "report/html_style.h"
#include "report/report_agents.h"
#include "report/report_callers.h"
#include "report/report_versions.h"
#include "report/why_say.h"
#include "report/words.h"

enum { VERSIONS_MAX = 1 << 20 };

static void text(struct buf *b, const char *s)
{
    words_html(b, str_of(s));
}

static void open_card(struct buf *b, const char *title)
{
    buf_addf(b, "<section class=\"card\"><h2>%s</h2>", title);
}

static void close_table(struct buf *b)
{
    buf_add_str(b, "</tbody></table></section>\n");
}

/* The colour that a fate of a lead has in every chart. */
static const char *tone_of(enum figures_lead k)
{
    switch (k) {
    case FIGURES_DONE:
    case FIGURES_CALLBACK: return "good";
    case FIGURES_IN_CALL:
    case FIGURES_NEW:
    case FIGURES_ASKED_AGAIN:
    case FIGURES_CALLED_US:
    case FIGURES_RETRY: return "calm";
    case FIGURES_OUT_OF_HOURS:
    case FIGURES_CAPPED: return "wait";
    case FIGURES_EXHAUSTED: return "pale";
    case FIGURES_OPTED_OUT:
    case FIGURES_INTERNAL:
    case FIGURES_DO_NOT_CALL:
    case FIGURES_MISSING:
    case FIGURES_NO_CONSENT:
    case FIGURES_NO_LAW:
    case FIGURES_DENIED: return "stop";
    case FIGURES_LEAD_COUNT: break;
    }
    tm_unreachable("a fate outside its table");
}

static void head(struct buf *b, const struct figures *f)
{
    char at[WORDS_MAX];
    buf_add_str(b, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                   "<meta charset=\"utf-8\"/>"
                   "<meta name=\"viewport\" content=\"width=device-width, "
                   "initial-scale=1\"/><title>Report: ");
    text(b, f->campaign);
    buf_add_str(b, "</title><style>");
    for (size_t i = 0; html_style[i] != NULL; i++)
        buf_add_str(b, html_style[i]);
    buf_add_str(b, "</style></head>\n<body><main><header>"
                   "<p class=\"eyebrow\">Campaign report</p><h1>");
    text(b, f->campaign);
    buf_add_str(b, "</h1><p>");
    text(b, f->seller);
    buf_add_str(b, " <span class=\"soft\">&middot; list ");
    text(b, f->list);
    buf_addf(b, "</span> <span class=\"badge\">%s</span></p>", f->state);
    buf_addf(b, "<p class=\"soft\">As of %s (", words_instant(f->now_us, at));
    text(b, f->now_source);
    buf_add_str(b, ").");
    if (f->first_call_us != 0) {
        buf_addf(b, " First call %s,", words_instant(f->first_call_us, at));
        buf_addf(b, " last call %s.", words_instant(f->last_call_us, at));
    }
    if (f->callers.first_us != 0) {
        buf_addf(b, " First call to us %s,",
                 words_instant(f->callers.first_us, at));
        buf_addf(b, " last %s.", words_instant(f->callers.last_us, at));
    }
    buf_add_str(b, "</p>");
    if (f->journal.clock_note[0] != '\0') {
        buf_add_str(b, "<p class=\"note\">The clock was set: ");
        text(b, f->journal.clock_note);
        buf_add_str(b, "</p>");
    }
    buf_add_str(b, "</header>\n");
}

static void tile(struct buf *b, const char *name, const char *value,
                 const struct figures_rate *r)
{
    char n[WORDS_MAX], of[WORDS_MAX], share[WORDS_MAX];
    buf_addf(b, "<div class=\"tile\"><span class=\"name\">%s</span><b>%s</b>",
             name, value != NULL ? value : words_share(r->n, r->of, share));
    buf_addf(b, "<span>%s of %s %s</span></div>", words_count(r->n, n),
             words_count(r->of, of), r->text);
}

static void tiles(struct buf *b, const struct figures *f)
{
    struct figures_rate r[FIGURES_RATES];
    char count[WORDS_MAX];
    uint64_t called = 0;
    figures_rates(f, r);
    for (size_t i = 1; i <= FIGURES_TRIES_MAX; i++)
        called += f->tries[i];
    const struct figures_rate leads = {"called", "leads were called", called,
                                       f->leads};
    buf_add_str(b, "<section class=\"tiles\" aria-label=\"Main figures\">");
    tile(b, "Calls placed", words_count(f->placed, count), &leads);
    tile(b, "Answered", NULL, &r[0]);
    tile(b, "People reached", NULL, &r[1]);
    tile(b, f->agents != NULL ? "Successes" : "Completed", NULL, &r[2]);
    tile(b, "Opted out", NULL, &r[3]);
    tile(b, f->callers.shown ? "Abandoned by us" : "Abandoned", NULL, &r[4]);
    buf_add_str(b, "</section>\n");
}

static void rows(struct buf *b, const struct figures *f)
{
    char n[WORDS_MAX];
    const struct html_part part[] = {
        {"imported", "good", f->imported},
        {"duplicates", "pale", f->duplicates},
        {"rejected", "stop", f->rejected},
    };
    open_card(b, "The list");
    buf_addf(b, "<p class=\"soft\">%s rows were read.%s</p>",
             words_count(f->rows, n),
             figures_rows_add_up(f) ? "" : " The counts do not add up.");
    html_chart_stack(b, part, tm_array_len(part));
    if (f->files_unfinished > 0)
        buf_addf(b,
                 "<p class=\"note\">%s files are not imported to their end; "
                 "import them again.</p>",
                 words_count(f->files_unfinished, n));
    if (figures_gone(f) > 0)
        buf_addf(b,
                 "<p class=\"note\">%s of the imported are not on file any "
                 "more (erased).</p>",
                 words_count(figures_gone(f), n));
    buf_add_str(b, "</section>\n");
}

/* The cells of a count, behind its label. */
static void cells(struct buf *b, uint64_t n, uint64_t of)
{
    char count[WORDS_MAX], share[WORDS_MAX];
    buf_addf(b, "<td class=\"n\">%s</td><td class=\"n share\">%s</td>",
             words_count(n, count), words_share(n, of, share));
}

static void line(struct buf *b, const char *label, uint64_t n, uint64_t of,
                 const char *tone)
{
    buf_add_str(b, "<tr><th scope=\"row\">");
    text(b, label);
    buf_add_str(b, "</th>");
    cells(b, n, of);
    html_chart_bar(b, n, of, tone);
    buf_add_str(b, "</tr>\n");
}

static void leads(struct buf *b, const struct figures *f)
{
    char at[WORDS_MAX];
    open_card(b, "What became of the leads");
    buf_add_str(b, "<table><caption>Each lead is counted once</caption>"
                   "<tbody>\n");
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++) {
        enum figures_lead k = (enum figures_lead)i;
        const struct figures_lead_count *c = &f->lead[i];
        if (c->n == 0)
            continue;
        buf_addf(b, "<tr><th scope=\"row\">%s", figures_fate_text(f, k));
        if (c->first_due_us != 0)
            buf_addf(b, "<br/><small class=\"soft\">from %s on</small>",
                     words_instant(c->first_due_us, at));
        buf_add_str(b, "</th>");
        cells(b, c->n, f->leads);
        html_chart_bar(b, c->n, f->leads, tone_of(k));
        buf_add_str(b, "</tr>\n");
    }
    buf_add_str(b, "<tr class=\"sum\"><th scope=\"row\">all leads</th>");
    cells(b, f->leads, f->leads);
    buf_add_str(b, "<td></td></tr>");
    close_table(b);
}

static void calls(struct buf *b, const struct figures *f)
{
    bool talks = f->agents != NULL;
    const struct {
        const char *name;
        uint64_t n;
    } stage[] = {
        {"placed", f->placed},
        {"rang", f->ringing},
        {"answered", f->answered},
        {"reached a person", f->live},
        {talks ? "talked with an agent" : "completed",
         talks ? f->agents->people - f->agents->callers : f->completed},
    };
    char ring[WORDS_MAX], talk[WORDS_MAX];
    open_card(b, f->callers.shown ? "The calls that we placed" : "The calls");
    buf_add_str(b, "<table class=\"funnel\"><caption>Shares are of the calls "
                   "placed</caption><tbody>\n");
    for (size_t i = 0; i < tm_array_len(stage); i++) {
        size_t next = i + 1 < tm_array_len(stage) ? i + 1 : i;
        buf_addf(b, "<tr><th scope=\"row\">%s</th>", stage[i].name);
        cells(b, stage[i].n, f->placed);
        html_chart_funnel(b, stage[i].n, stage[next].n, f->placed);
        buf_add_str(b, "</tr>\n");
    }
    buf_addf(b,
             "</tbody></table><p class=\"hint\">On average %s of ringing and "
             "%s of talk. ",
             words_mean_ms(f->ring_ms, f->rung, ring),
             words_mean_ms(f->talk_ms, f->talked, talk));
    struct figures_rate w = figures_worst_period(f);
    buf_addf(b,
             "Abandoned in the worst 30 days: %s of the people we reached; the "
             "law's ceiling is 3 %% (16 CFR 310.4(b)(4)(i)).</p></section>\n",
             words_share(w.n, w.of, ring));
}

static const char *outcome_tone(enum outcome o)
{
    unsigned flags = outcome_flags(o);
    if (o == OUTCOME_OPTED_OUT || o == OUTCOME_ABANDONED)
        return "stop";
    if ((flags & OUTCOME_F_LIVE) != 0)
        return "good";
    return (flags & OUTCOME_F_NETWORK) != 0 ? "wait" : "calm";
}

static void outcomes(struct buf *b, const struct figures *f)
{
    open_card(b, "How the attempts ended");
    buf_add_str(b, "<table><tbody>\n");
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        char name[40];
        if (f->outcome[i] == 0)
            continue;
        (void)snprintf(name, sizeof(name), "%s",
                       i == OUTCOME_NONE ? "not over"
                                         : outcome_text((enum outcome)i));
        for (char *c = name; *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        line(b, name, f->outcome[i], f->recorded,
             outcome_tone((enum outcome)i));
    }
    close_table(b);
}

static void questions(struct buf *b, const struct figures *f)
{
    char n[WORDS_MAX];
    for (size_t i = 0; i < f->questions; i++) {
        const struct figures_question *q = &f->question[i];
        buf_add_str(b, "<section class=\"card\"><h2>");
        text(b, q->text);
        buf_addf(b, "</h2><table><caption>%s answers</caption><tbody>\n",
                 words_count(q->answers, n));
        for (size_t k = 0; k < q->labels; k++)
            line(b, q->label[k].label, q->label[k].n, q->answers, "good");
        close_table(b);
    }
}

static void hour_table(struct buf *b, const struct figures *f)
{
    buf_add_str(b, "<details><summary>The figures</summary><div "
                   "class=\"scroll\"><table><thead><tr><th scope=\"col\">hour"
                   "</th><th scope=\"col\" class=\"n\">placed</th>"
                   "<th scope=\"col\" class=\"n\">answered</th>"
                   "<th scope=\"col\" class=\"n\">person</th>"
                   "<th scope=\"col\" class=\"n\">");
    buf_add_str(b, f->agents != NULL ? "talked" : "completed");
    buf_add_str(b, "</th></tr></thead><tbody>\n");
    for (size_t i = 0; i <= FIGURES_HOURS; i++) {
        const struct figures_hour *h = &f->hour[i];
        char n[4][WORDS_MAX], name[24] = "zone not known";
        if (h->placed == 0)
            continue;
        if (i < FIGURES_HOURS)
            (void)snprintf(name, sizeof(name), "%02zu:00", i);
        buf_addf(
            b,
            "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td>"
            "<td class=\"n\">%s</td><td class=\"n\">%s</td>"
            "<td class=\"n\">%s</td></tr>\n",
            name, words_count(h->placed, n[0]), words_count(h->answered, n[1]),
            words_count(h->live, n[2]),
            words_count(f->agents != NULL ? h->talked : h->completed, n[3]));
    }
    buf_add_str(b, "</tbody></table></div></details>");
}

static void hours(struct buf *b, const struct figures *f)
{
    if (f->placed == 0)
        return;
    open_card(b, "By hour, where the called person is");
    html_chart_hours(b, f);
    buf_add_str(b, "<ul class=\"key\"><li><svg viewBox=\"0 0 10 10\" "
                   "aria-hidden=\"true\"><rect width=\"10\" height=\"10\" "
                   "rx=\"2\" class=\"pale\"/></svg>calls placed</li><li><svg "
                   "viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect "
                   "width=\"10\" height=\"10\" rx=\"2\" class=\"good\"/></svg>"
                   "reached a person</li><li>local time of the first zone "
                   "the number may be in</li></ul>");
    hour_table(b, f);
    buf_add_str(b, "</section>\n");
}

static void reasons(struct buf *b, const struct figures *f)
{
    char n[WORDS_MAX], at[WORDS_MAX];
    open_card(b, "Why leads wait or are not called");
    buf_add_str(b, "<div class=\"scroll\"><table><thead><tr>"
                   "<th scope=\"col\">rule or reason</th><th scope=\"col\">"
                   "what it says</th><th scope=\"col\">next</th>"
                   "<th scope=\"col\" class=\"n\">leads</th></tr></thead>"
                   "<tbody>\n");
    for (size_t i = 0; i < f->reasons; i++) {
        const struct figures_reason *r = &f->reason[i];
        if (r->state == LEAD_DONE || r->state == LEAD_NEW ||
            r->state == LEAD_IN_CALL)
            continue;
        buf_add_str(b, "<tr><th scope=\"row\"><code>");
        text(b, r->reason[0] != '\0' ? r->reason : lead_state_text(r->state));
        buf_add_str(b, "</code></th><td>");
        text(b, r->rule != NULL ? r->rule->text : why_say_reason(r->reason));
        if (r->rule != NULL) {
            buf_add_str(b, " <span class=\"soft\">");
            text(b, r->citation);
            buf_add_str(b, "</span>");
        }
        if (r->to_file[0] != '\0') {
            buf_add_str(b, "<br/><small>");
            text(b, r->to_file);
            buf_add_str(b, "</small>");
        }
        buf_addf(b,
                 "</td><td class=\"soft\"><small>%s</small></td><td "
                 "class=\"n\">%s</td>",
                 r->first_due_us ? words_instant(r->first_due_us, at) : "",
                 words_count(r->leads, n));
        buf_add_str(b, "</tr>\n");
    }
    buf_add_str(b, "</tbody></table></div></section>\n");
}

static void tries(struct buf *b, const struct figures *f)
{
    open_card(b, "Calls per lead");
    buf_add_str(b, "<table><tbody>\n");
    for (size_t i = 0; i <= FIGURES_TRIES_MAX; i++) {
        char name[40] = "never called";
        if (f->tries[i] == 0)
            continue;
        if (i > 0)
            (void)snprintf(name, sizeof(name), "%zu%s", i,
                           i == FIGURES_TRIES_MAX ? " or more" : "");
        line(b, name, f->tries[i], f->leads, i > 0 ? "calm" : "pale");
    }
    close_table(b);
}

static void decided_by(struct buf *b, const struct figures *f)
{
    struct buf all;
    buf_init(&all, VERSIONS_MAX);
    report_versions(f, &all);
    struct slice rest = buf_slice(&all);
    while (rest.n > 0) {
        buf_add_str(b, "<dt>Calls were decided by</dt><dd><code>");
        words_html(b, str_cut(rest, '\n', &rest));
        buf_add_str(b, "</code></dd>");
    }
    buf_fini(&all);
}

static void proof(struct buf *b, const struct figures *f)
{
    const struct figures_journal *j = &f->journal;
    char n[WORDS_MAX];
    open_card(b, "Proof");
    buf_addf(b, "<dl><dt>Journal</dt><dd>%s entries",
             words_count(j->entries, n));
    if (j->broken_seq > 0)
        buf_addf(b, ", <strong>broken at entry %s</strong>",
                 words_count(j->broken_seq, n));
    else if (j->checked)
        buf_add_str(b, ", all as they were written");
    buf_addf(b, "; %s start%s of the server</dd>", words_count(j->restarts, n),
             j->restarts == 1 ? "" : "s");
    if (j->head[0] != '\0')
        buf_addf(b, "<dt>Head of its chain</dt><dd><code>%s</code></dd>",
                 j->head);
    decided_by(b, f);
    buf_add_str(b, "</dl></section>\n");
}

void report_html(const struct figures *f, struct buf *out)
{
    /* A line that only takes calls has placed none. */
    bool placed = !f->callers.shown || f->recorded > 0;
    head(out, f);
    report_callers_tiles(&f->callers, out);
    if (placed)
        tiles(out, f);
    report_callers_html(&f->callers, out);
    if (f->callers.shown)
        report_agents_html(f->agents, out);
    rows(out, f);
    buf_add_str(out, "<div class=\"grid\">\n");
    leads(out, f);
    hours(out, f);
    if (placed) {
        tries(out, f);
        calls(out, f);
    }
    questions(out, f);
    if (placed)
        outcomes(out, f);
    buf_add_str(out, "</div>\n");
    if (!f->callers.shown)
        report_agents_html(f->agents, out);
    reasons(out, f);
    proof(out, f);
    buf_add_str(out, "<footer>Made by Telemark. Times are UTC unless "
                     "said otherwise.</footer></main></body></html>\n");
}
