#include "report/report_text.h"

#include <stdio.h>

#include "report/report_agents.h"
#include "report/report_callers.h"
#include "report/report_versions.h"
#include "report/words.h"

enum { LABEL = 36, BAR = 20, VERSIONS_MAX = 1 << 20 };

struct page {
    const struct figures *f;
    struct buf *b;
    bool utf8;
};

/* Eighths of a block, so that small counts still show. */
static void bar(const struct page *p, uint64_t n, uint64_t of)
{
    static const char *const part[8] = {"",
                                        "\xe2\x96\x8f",
                                        "\xe2\x96\x8e",
                                        "\xe2\x96\x8d",
                                        "\xe2\x96\x8c",
                                        "\xe2\x96\x8b",
                                        "\xe2\x96\x8a",
                                        "\xe2\x96\x89"};
    uint64_t eighths = of > 0 ? (n * BAR * 8 + of / 2) / of : 0;
    if (n > 0 && eighths == 0)
        eighths = 1;
    if (eighths > BAR * 8) /* parts read after the whole, while calls run */
        eighths = BAR * 8;
    for (uint64_t i = 0; i < eighths / 8; i++)
        buf_add_str(p->b, p->utf8 ? "\xe2\x96\x88" : "#");
    if (p->utf8)
        buf_add_str(p->b, part[eighths % 8]);
    else if (eighths % 8 >= 4 || eighths < 8)
        buf_add_str(p->b, eighths % 8 > 0 ? "#" : "");
}

static void trim_line(struct buf *b)
{
    while (b->n > 0 && b->p[b->n - 1] == ' ')
        b->n--;
    if (!b->failed)
        buf_add_char(b, '\n');
}

/* A text, cut or padded to exactly n columns. */
static void column(const struct page *p, struct slice text, size_t n)
{
    size_t at = 0, used = 0;
    size_t width = words_width(text);
    size_t keep = width > n ? n - 2 : width;
    while (used < keep) {
        size_t step = str_utf8(str_range(text.p + at, text.n - at));
        at += step > 0 ? step : 1;
        used++;
    }
    words_plain(p->b, str_range(text.p, at));
    if (width > n)
        buf_add_str(p->b, "..");
    for (size_t i = width > n ? n : width; i < n; i++)
        buf_add_char(p->b, ' ');
}

static void heading(const struct page *p, const char *text)
{
    buf_addf(p->b, "\n%s ", text);
    size_t n = words_width(str_of(text)) + 1;
    for (; n < REPORT_TEXT_WIDTH; n++)
        buf_add_str(p->b, p->utf8 ? "\xe2\x94\x80" : "-");
    buf_add_char(p->b, '\n');
}

/* "  label      1,234   35.2 %  ####" */
static void line(const struct page *p, struct slice label, uint64_t n,
                 uint64_t of)
{
    char count[WORDS_MAX], share[WORDS_MAX];
    buf_add_str(p->b, "  ");
    column(p, label, LABEL);
    buf_addf(p->b, "%10s %7s  ", words_count(n, count),
             words_share(n, of, share));
    bar(p, n, of);
    trim_line(p->b);
}

static void head(const struct page *p)
{
    const struct figures *f = p->f;
    char at[WORDS_MAX];
    words_plain(p->b, str_of(f->campaign));
    buf_addf(p->b, " (%s)\nfor ", f->state);
    words_plain(p->b, str_of(f->seller));
    buf_add_str(p->b, ", list ");
    words_plain(p->b, str_of(f->list));
    buf_addf(p->b, "\nas of %s (%s)\n", words_instant(f->now_us, at),
             f->now_source);
    if (f->journal.clock_note[0] != '\0') {
        buf_add_str(p->b, "the clock was set:\n");
        words_paragraph(p->b, str_of(f->journal.clock_note), 2,
                        REPORT_TEXT_WIDTH);
    }
    if (f->first_call_us != 0) {
        buf_addf(p->b, "first call %s", words_instant(f->first_call_us, at));
        buf_addf(p->b, ", last %s\n", words_instant(f->last_call_us, at));
    } else if (!f->callers.shown) {
        buf_add_str(p->b, "no call was placed yet\n");
    }
    if (f->callers.first_us != 0) {
        buf_addf(p->b, "first call to us %s",
                 words_instant(f->callers.first_us, at));
        buf_addf(p->b, ", last %s\n", words_instant(f->callers.last_us, at));
    } else if (f->callers.shown) {
        buf_add_str(p->b, "nobody called us yet\n");
    }
}

static void rows(const struct page *p)
{
    const struct figures *f = p->f;
    char n[4][WORDS_MAX];
    heading(p, "The list");
    buf_addf(p->b, "  %s rows = %s imported + %s duplicates + %s rejected%s\n",
             words_count(f->rows, n[0]), words_count(f->imported, n[1]),
             words_count(f->duplicates, n[2]), words_count(f->rejected, n[3]),
             figures_rows_add_up(f) ? "" : "  (DOES NOT ADD UP)");
    if (f->files_unfinished > 0)
        buf_addf(p->b,
                 "  %s of %s files are not imported to their end; import them "
                 "again\n",
                 words_count(f->files_unfinished, n[0]),
                 words_count(f->files, n[1]));
    if (figures_gone(f) > 0)
        buf_addf(p->b,
                 "  %s of the imported are not on file any more (erased)\n",
                 words_count(figures_gone(f), n[0]));
}

static void leads(const struct page *p)
{
    const struct figures *f = p->f;
    char at[WORDS_MAX];
    heading(p, "What became of the leads");
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++) {
        const struct figures_lead_count *c = &f->lead[i];
        if (c->n == 0)
            continue;
        line(p, str_of(figures_fate_text(f, (enum figures_lead)i)), c->n,
             f->leads);
        if (c->first_due_us != 0)
            buf_addf(p->b, "    the first one from %s on\n",
                     words_instant(c->first_due_us, at));
    }
    line(p, str_of("leads, all together"), f->leads, f->leads);
}

static void reasons(const struct page *p)
{
    const struct figures *f = p->f;
    char n[WORDS_MAX];
    bool any = false;
    for (size_t i = 0; i < f->reasons; i++) {
        const struct figures_reason *r = &f->reason[i];
        if (r->rule == NULL)
            continue;
        if (!any)
            heading(p, "By rules");
        any = true;
        buf_add_str(p->b, "  ");
        column(p, str_of(r->reason), 18);
        column(p, str_of(r->citation), 32);
        buf_addf(p->b, "%9s  %s\n", words_count(r->leads, n),
                 r->state == LEAD_WAITING     ? "wait"
                 : r->kind == FIGURES_MISSING ? "not on file"
                                              : "not called");
        if (r->to_file[0] != '\0')
            words_paragraph(p->b, str_of(r->to_file), 4, REPORT_TEXT_WIDTH);
    }
}

static void calls(const struct page *p)
{
    const struct figures *f = p->f;
    char ring[WORDS_MAX], talk[WORDS_MAX];
    heading(p, f->callers.shown ? "Calls that we placed" : "Calls");
    line(p, str_of("placed"), f->placed, f->placed);
    line(p, str_of("rang"), f->ringing, f->placed);
    line(p, str_of("answered"), f->answered, f->placed);
    line(p, str_of("answered by a person"), f->live, f->placed);
    if (f->agents != NULL)
        line(p, str_of("talked with an agent"),
             f->agents->people - f->agents->callers, f->placed);
    else
        line(p, str_of("completed"), f->completed, f->placed);
    buf_addf(p->b, "  on average %s of ringing and %s of talk\n",
             words_mean_ms(f->ring_ms, f->rung, ring),
             words_mean_ms(f->talk_ms, f->talked, talk));
}

static void rates(const struct page *p)
{
    struct figures_rate r[FIGURES_RATES];
    char share[WORDS_MAX], n[WORDS_MAX], of[WORDS_MAX];
    heading(p, p->f->callers.shown ? "Rates of the calls that we placed"
                                   : "Rates");
    figures_rates(p->f, r);
    for (size_t i = 0; i < FIGURES_RATES; i++)
        buf_addf(p->b, "  %-11s%8s  %s of %s %s\n",
                 str_eq(str_of(r[i].key), "opt_out") ? "opt-out" : r[i].key,
                 words_share(r[i].n, r[i].of, share), words_count(r[i].n, n),
                 words_count(r[i].of, of), r[i].text);
    struct figures_rate w = figures_worst_period(p->f);
    buf_addf(p->b,
             "  %-11s%8s  %s of %s in the worst 30 days; the law's ceiling "
             "is 3 %%\n",
             "", words_share(w.n, w.of, share), words_count(w.n, n),
             words_count(w.of, of));
    buf_addf(p->b, "  %s of the people we called asked to be called back\n",
             words_count(p->f->callbacks, n));
}

static void outcomes(const struct page *p)
{
    heading(p, "Outcomes of the attempts");
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        const char *text =
            i == OUTCOME_NONE ? "not over" : outcome_text((enum outcome)i);
        if (p->f->outcome[i] > 0)
            line(p, str_of(text), p->f->outcome[i], p->f->recorded);
    }
}

static void questions(const struct page *p)
{
    char n[WORDS_MAX];
    for (size_t i = 0; i < p->f->questions; i++) {
        const struct figures_question *q = &p->f->question[i];
        if (i == 0)
            heading(p, "Answers");
        buf_add_str(p->b, "  ");
        words_plain(p->b, str_of(q->text));
        buf_addf(p->b, " (%s answers)\n", words_count(q->answers, n));
        for (size_t k = 0; k < q->labels; k++)
            line(p, str_of(q->label[k].label), q->label[k].n, q->answers);
    }
}

static void callers(const struct page *p)
{
    const struct caller_figures *f = &p->f->callers;
    const struct caller_figures_count *n = &f->all;
    if (!f->shown)
        return;
    heading(p, "Calls to us");
#define X(key, text, field)                                                    \
    if (n->field > 0 || str_eq(str_of(key), "callers"))                        \
        line(p, str_of(text), n->field, n->callers);
    REPORT_CALLERS_TABLE(X)
#undef X
    report_callers_text(f, p->b);
}

static void agents(const struct page *p)
{
    if (p->f->agents == NULL)
        return;
    heading(p, "Agents");
    report_agents_text(p->f->agents, p->b);
}

static void hours(const struct page *p)
{
    const struct figures *f = p->f;
    uint64_t most = 0;
    for (size_t i = 0; i <= FIGURES_HOURS; i++)
        most = f->hour[i].placed > most ? f->hour[i].placed : most;
    if (most == 0)
        return;
    heading(p, "By hour, where the called person is");
    buf_addf(p->b, "  %-7s%9s%10s%8s%11s\n", "hour", "placed", "answered",
             "person", f->agents != NULL ? "talked" : "completed");
    for (size_t i = 0; i <= FIGURES_HOURS; i++) {
        const struct figures_hour *h = &f->hour[i];
        char n[4][WORDS_MAX], name[24] = "?";
        if (h->placed == 0)
            continue;
        if (i < FIGURES_HOURS)
            (void)snprintf(name, sizeof(name), "%02zu:00", i);
        buf_addf(
            p->b, "  %-7s%9s%10s%8s%11s  ", name, words_count(h->placed, n[0]),
            words_count(h->answered, n[1]), words_count(h->live, n[2]),
            words_count(f->agents != NULL ? h->talked : h->completed, n[3]));
        bar(p, h->placed, most);
        trim_line(p->b);
    }
    buf_add_str(p->b, "  (local time of the first zone the number may be "
                      "in)\n");
}

static void tries(const struct page *p)
{
    const struct figures *f = p->f;
    heading(p, "Calls per lead");
    for (size_t i = 0; i <= FIGURES_TRIES_MAX; i++) {
        char name[40] = "never called";
        if (f->tries[i] == 0)
            continue;
        if (i > 0)
            (void)snprintf(name, sizeof(name), "%zu%s", i,
                           i == FIGURES_TRIES_MAX ? " or more" : "");
        line(p, str_of(name), f->tries[i], f->leads);
    }
}

/* "rules=...; zones=...; lists=...": one part a line. */
static void wrapped(const struct page *p, struct slice versions)
{
    const char *lead = "decided by";
    while (versions.n > 0) {
        struct slice part = str_trim(str_cut(versions, ';', &versions));
        if (part.n == 0)
            continue;
        buf_addf(p->b, "  %-10s ", lead);
        /* Names of lists and packs may be long: go on in the next line. */
        while (part.n > 66) {
            size_t n = 66;
            while (n > 30 && part.p[n] != ' ')
                n--;
            words_plain(p->b, str_range(part.p, n));
            buf_addf(p->b, "\n  %-10s ", "");
            part = str_trim(str_range(part.p + n, part.n - n));
        }
        words_plain(p->b, part);
        trim_line(p->b);
        lead = "";
    }
}

static void decided_by(const struct page *p)
{
    struct buf b;
    buf_init(&b, VERSIONS_MAX);
    report_versions(p->f, &b);
    struct slice rest = buf_slice(&b);
    while (rest.n > 0)
        wrapped(p, str_cut(rest, '\n', &rest));
    buf_fini(&b);
}

static void proof(const struct page *p)
{
    const struct figures_journal *j = &p->f->journal;
    char n[WORDS_MAX];
    heading(p, "Proof");
    buf_addf(p->b, "  journal: %s entries", words_count(j->entries, n));
    if (j->broken_seq > 0)
        buf_addf(p->b, ", BROKEN at entry %s: see 'telemark journal verify'",
                 words_count(j->broken_seq, n));
    else if (j->checked)
        buf_add_str(p->b, ", all as they were written");
    buf_addf(p->b, "; %s start%s of the server\n", words_count(j->restarts, n),
             j->restarts == 1 ? "" : "s");
    if (j->head[0] != '\0')
        buf_addf(p->b, "  head %s\n", j->head);
    decided_by(p);
}

static void list(const struct page *p)
{
    rows(p);
    leads(p);
    reasons(p);
}

/* A line that only takes calls has none. */
static void our_calls(const struct page *p)
{
    if (p->f->callers.shown && p->f->recorded == 0)
        return;
    calls(p);
    rates(p);
    outcomes(p);
}

void report_text(const struct figures *f, bool utf8, struct buf *out)
{
    struct page p = {f, out, utf8};
    head(&p);
    if (f->callers.shown) {
        callers(&p);
        our_calls(&p);
        agents(&p);
        list(&p);
    } else {
        list(&p);
        our_calls(&p);
        agents(&p);
    }
    questions(&p);
    hours(&p);
    tries(&p);
    proof(&p);
}
