#include "report/evidence_html.h"

#include <string.h>

#include "report/evidence_part.h"
#include "report/html_style.h"
#include "report/words.h"

static const char more_style[] =
    "h3{font-size:13px;margin:14px 0 0;font-weight:650}.facts{display:grid;"
    "grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:0 18px}"
    ".small{font-size:12.5px}.small td{padding-right:10px}.why th{width:34%}"
    ".seq{width:1%}a{color:inherit}td code{font-size:11px}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:12px/1.45 "
    "ui-monospace,Menlo,'Liberation Mono',monospace;margin:8px 0 0}"
    ".call{break-inside:auto}td+td{padding-left:10px}"
    "thead th{white-space:nowrap}thead th+th{padding-left:10px}"
    "@media print{a{text-decoration:none}}";

static void head(struct buf *b, const struct evidence *v)
{
    char at[WORDS_MAX];
    buf_addf(b,
             "<!DOCTYPE html>\n<html lang=\"en\"><head>"
             "<meta charset=\"utf-8\"/>"
             "<meta name=\"viewport\" content=\"width=device-width, "
             "initial-scale=1\"/><title>Evidence: +%llu</title><style>",
             (unsigned long long)v->e164);
    for (size_t i = 0; html_style[i] != NULL; i++) {
        buf_add_str(b, html_style[i]);
    }
    buf_addf(b,
             "%s</style></head>\n<body><main><header><p class=\"eyebrow\">"
             "What is on file about</p><h1>+%llu</h1>",
             more_style, (unsigned long long)v->e164);
    if (v->from_us != 0 || v->until_us != 0) {
        buf_add_str(b, "<p>Calls");
        if (v->from_us != 0) {
            buf_addf(b, " from %s", words_instant(v->from_us, at));
        }
        if (v->until_us != 0) {
            buf_addf(b, " until %s", words_instant(v->until_us, at));
        }
        buf_add_str(b, ".</p>");
    }
    buf_addf(b,
             "<p class=\"soft\">Made %s by Telemark from its records. All "
             "times are UTC unless said otherwise.</p></header>\n",
             words_instant(v->now_us, at));
}

static void tile(struct buf *b, const char *name, uint64_t n, const char *say)
{
    char text[WORDS_MAX];
    buf_addf(b,
             "<div class=\"tile\"><span class=\"name\">%s</span><b>%s</b>"
             "<span>%s</span></div>",
             name, words_count(n, text), say);
}

/* "Northwind, Lakeside Clinic": on whose behalf, each once. */
static void sellers(struct buf *b, const struct evidence *v)
{
    size_t told = 0;
    for (size_t i = 0; i < v->attempts; i++) {
        const struct evidence_campaign *c = v->attempt[i].campaign;
        bool before = c == NULL;
        for (size_t k = 0; k < i && !before; k++) {
            const struct evidence_campaign *x = v->attempt[k].campaign;
            before = x != NULL && strcmp(x->seller, c->seller) == 0;
        }
        if (!before) {
            buf_add_str(b, told++ > 0 ? ", " : " on behalf of <strong>");
            evidence_part_words(b, c->seller);
        }
    }
    buf_add_str(b, told > 0 ? "</strong>" : "");
}

static void sentence(struct buf *b, const struct evidence *v)
{
    char first[WORDS_MAX], last[WORDS_MAX];
    const struct evidence_attempt *t = v->attempt;
    int64_t last_us = t[v->attempts - 1].a.recorded_us;
    buf_addf(b, "<p>The number was called %zu time%s", v->attempts,
             v->attempts == 1 ? "" : "s");
    sellers(b, v);
    buf_addf(b, ", %s %s", v->attempts == 1 ? "on" : "first on",
             words_instant(t[0].a.recorded_us, first));
    if (v->attempts > 1) {
        buf_addf(b, " and last on %s", words_instant(last_us, last));
    }
    buf_add_str(b, ". Each call is told below with the rules that allowed it, "
                   "and the words of these rules as they stood on that "
                   "day.</p>\n");
}

static void callers_sentence(struct buf *b, const struct evidence *v)
{
    char first[WORDS_MAX], last[WORDS_MAX];
    size_t n = v->callers;
    if (n == 0) {
        return;
    }
    buf_addf(b, "<p>The number called us %zu time%s, %s %s", n,
             n == 1 ? "" : "s", n == 1 ? "on" : "first on",
             words_instant(v->caller[0].c.recorded_us, first));
    if (n > 1) {
        buf_addf(b, " and last on %s",
                 words_instant(v->caller[n - 1].c.recorded_us, last));
    }
    buf_addf(b, ". %s told below.</p>\n", n == 1 ? "It is" : "Each is");
}

static void no_call(struct buf *b, const struct evidence *v)
{
    bool came = v->callers > 0;
    buf_addf(b,
             "<section class=\"card\"><h2>%s</h2><p>Our records hold no call "
             "to this number%s%s. Calls are written down before they are "
             "dialled, and none goes out that could not be written.%s</p>"
             "</section>\n",
             came ? "No call to the number is on file" : "No call is on file",
             came ? "" : ", and none from it",
             v->from_us || v->until_us ? " in this time" : "",
             came ? ""
                  : " A call to us with a withheld number is on file under no "
                    "number.");
}

static void tiles_callers(struct buf *b, const struct evidence *v)
{
    uint64_t joined = 0;
    for (size_t i = 0; i < v->callers; i++) {
        joined += v->caller[i].c.bridged_us != 0;
    }
    tile(b, "Calls to us", v->callers,
         v->callers_cut ? "the first ones only" : "on file");
    if (v->callers > 0) {
        tile(b, "Taken by an agent", joined, "of the calls to us");
    }
}

static void summary(struct buf *b, const struct evidence *v)
{
    uint64_t live = 0, answered = 0, after = 0, recordings = 0;
    if (v->attempts == 0) {
        no_call(b, v);
    }
    if (v->attempts + v->callers == 0) {
        return;
    }
    for (size_t i = 0; i < v->attempts; i++) {
        const struct evidence_attempt *t = &v->attempt[i];
        live += t->a.live;
        answered += t->a.answered_us != 0;
        after += t->after_opt_out;
        recordings += t->recording[0] != '\0';
    }
    for (size_t i = 0; i < v->callers; i++) {
        recordings += v->caller[i].recording[0] != '\0';
    }
    if (v->attempts > 0) {
        sentence(b, v);
    }
    callers_sentence(b, v);
    buf_add_str(b, "<section class=\"tiles\" aria-label=\"In short\">");
    tile(b, "Calls", v->attempts, v->cut ? "the first ones only" : "on file");
    tile(b, "Answered", answered, "");
    tile(b, "By a person", live, "");
    tiles_callers(b, v);
    tile(b, "Recordings", recordings, "with their hashes");
    tile(b, "Requests to stop", v->opt_outs, "");
    tile(b, "Calls after one", after, "of a seller that it binds");
    buf_add_str(b, "</section>\n");
}

/* --- requests to be left alone --------------------------------------------*/

static void after_request(struct buf *b, const struct evidence *v,
                          const struct reader_opt_out *o)
{
    size_t n = 0;
    for (size_t i = 0; i < v->attempts; i++) {
        const struct reader_attempt *a = &v->attempt[i].a;
        bool binds = o->seller.v == 0 || o->seller.v == a->seller.v;
        if (!binds || a->recorded_us <= o->at_us || a->id.v == o->attempt.v) {
            continue;
        }
        buf_addf(b, "%s<a href=\"#c%lld\">call %lld</a>",
                 n++ > 0 ? ", " : "<strong>called again:</strong> ",
                 (long long)a->id.v, (long long)a->id.v);
    }
    if (n == 0) {
        buf_add_str(b, "no call after it");
    }
}

/* The call is on this page, or was at another time. */
static void heard_in(struct buf *b, const struct evidence *v,
                     struct attempt_id id)
{
    bool here = false;
    for (size_t i = 0; i < v->attempts; i++) {
        here = here || v->attempt[i].a.id.v == id.v;
    }
    for (size_t i = 0; i < v->callers; i++) {
        here = here || v->caller[i].c.id.v == id.v;
    }
    if (here) {
        buf_addf(b, " in <a href=\"#c%lld\">call %lld</a>", (long long)id.v,
                 (long long)id.v);
    } else if (id.v != 0) {
        buf_addf(b, " in call %lld", (long long)id.v);
    }
}

/* "" where the call tells it. */
static struct slice means(struct slice source)
{
    if (str_eq(source, "call")) {
        return (struct slice){0};
    }
    return str_eq(source, "agent") ? str_of("told an agent") : source;
}

static void opt_outs(struct buf *b, const struct evidence *v)
{
    char at[WORDS_MAX];
    evidence_part_open(b, "Requests to be left alone, and what was done", "");
    if (v->opt_outs == 0) {
        buf_add_str(b, "<p>None is on file.</p>");
    } else {
        buf_add_str(b, "<table><thead><tr><th scope=\"col\">when</th>"
                       "<th scope=\"col\">to whom</th><th scope=\"col\">how"
                       "</th><th scope=\"col\">after it</th></tr></thead>"
                       "<tbody>\n");
    }
    for (size_t i = 0; i < v->opt_outs; i++) {
        const struct reader_opt_out *o = &v->opt_out[i];
        buf_addf(b, "<tr><th scope=\"row\">%s</th><td>",
                 words_instant(o->at_us, at));
        evidence_part_text(b, o->seller.v ? o->seller_name
                                          : str_of("every seller"));
        buf_add_str(b, "</td><td>");
        evidence_part_text(b, means(o->source));
        heard_in(b, v, o->attempt);
        buf_add_str(b, "</td><td>");
        after_request(b, v, o);
        buf_add_str(b, "</td></tr>\n");
    }
    buf_add_str(b, v->opt_outs > 0 ? "</tbody></table></section>\n"
                                   : "</section>\n");
}

/* --- consents and relationships -------------------------------------------*/

static void day(struct buf *b, const char *before, struct civil_date d)
{
    char at[11];
    if (d.year != 0) {
        civil_format_date(d, at);
        buf_addf(b, "%s%s", before, at);
    }
}

static void quoted(struct buf *b, const char *name, struct slice s)
{
    if (s.n > 0) {
        buf_addf(b, "<br/><span class=\"soft\">%s</span> ", name);
        evidence_part_text(b, s);
    }
}

static void ledger_row(struct buf *b, const struct ledger_entry *l)
{
    char at[WORDS_MAX];
    buf_add_str(b, "<tr><th scope=\"row\">");
    evidence_part_word(b, str_of(ledger_kind_text(l->kind)));
    if (l->e164 != 0 && l->kind == LEDGER_CALLER_ID) {
        buf_addf(b, " +%llu", (unsigned long long)l->e164);
    }
    buf_add_str(b, "<br/><small class=\"soft\">");
    evidence_part_text(b,
                       l->seller.v ? l->seller_name : str_of("every seller"));
    buf_add_str(b, "</small></th><td>");
    evidence_part_word(b, l->word);
    buf_add_str(b, l->value.n > 0 ? ": " : "");
    evidence_part_text(b, l->value);
    day(b, ", from ", l->from);
    day(b, " to ", l->to);
    if (l->from_us != 0) {
        buf_addf(b, ", %s", words_instant(l->from_us, at));
    }
    quoted(b, "by", l->name);
    quoted(b, "words:", l->wording);
    quoted(b, "proof:", l->proof);
    quoted(b, "note:", l->note);
    buf_addf(b, "</td><td class=\"soft\"><small>on file since %s",
             words_instant(l->recorded_us, at));
    if (l->ended_us != 0) {
        buf_addf(b, "<br/>declared wrong %s", words_instant(l->ended_us, at));
    }
    buf_add_str(b, "</small></td></tr>\n");
}

static void list_consent(struct buf *b, const struct evidence_lead *l,
                         const struct lead_consent *c)
{
    char at[WORDS_MAX];
    buf_add_str(b, "<tr><th scope=\"row\">consent<br/><small class=\"soft\">"
                   "came with list ");
    evidence_part_words(b, l->list);
    buf_add_str(b, "</small></th><td>");
    evidence_part_word(b, str_of(vocab_consent_text(c->type)));
    day(b, ", given ", c->given);
    if (c->revoked_us != 0) {
        buf_addf(b, ", <strong>withdrawn %s</strong>",
                 words_instant(c->revoked_us, at));
    }
    quoted(b, "file:", str_of(l->file));
    buf_addf(b,
             "</td><td class=\"soft\"><small>on file since %s</small></td>"
             "</tr>\n",
             words_instant(l->imported_us, at));
}

static size_t list_rows(struct buf *b, const struct evidence *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->leads; i++) {
        const struct lead *l = &v->lead[i].lead;
        for (size_t k = 0; k < l->consents; k++) {
            if (l->consent[k].ledger == 0) {
                list_consent(b, &v->lead[i], &l->consent[k]);
                n++;
            }
        }
    }
    return n;
}

static void consents(struct buf *b, const struct evidence *v)
{
    evidence_part_open(b, "Consents, withdrawals, relationships",
                       "Everything on file about the number, with its proof.");
    buf_add_str(b, "<table><tbody>\n");
    size_t n = list_rows(b, v);
    for (size_t i = 0; i < v->ledgers; i++) {
        ledger_row(b, &v->ledger[i]);
    }
    buf_add_str(b, "</tbody></table>");
    if (n + v->ledgers == 0) {
        buf_add_str(b, "<p>None is on file.</p>");
    }
    buf_add_str(b, "</section>\n");
}

static void persons(struct buf *b, const struct evidence *v)
{
    char at[WORDS_MAX];
    evidence_part_open(b, "Where the number came from", "");
    if (v->leads == 0) {
        buf_add_str(b, "<p>It is in none of our lists.</p>");
    }
    for (size_t i = 0; i < v->leads; i++) {
        const struct evidence_lead *l = &v->lead[i];
        buf_add_str(b, "<dl><dt>List</dt><dd>");
        evidence_part_words(b, l->list);
        buf_addf(b, ", entry %lld, taken in %s</dd>", (long long)l->lead.id.v,
                 words_instant(l->imported_us, at));
        if (l->file[0] == '\0') {
            buf_add_str(b, "<dt>File</dt><dd>of none: the number called us, or "
                           "the file is not on record</dd>");
        }
        evidence_part_item(b, "File", str_of(l->file));
        evidence_part_item(b, "Hash of the file", str_of(l->file_hash));
        buf_add_str(b, "</dl>");
    }
    buf_add_str(b, "</section>\n");
}

static void own(struct buf *b, const struct evidence *v)
{
    if (v->attempts == 0) {
        return;
    }
    evidence_part_open(b, "The caller's own papers",
                       "Numbers it may show, licences, exemptions.");
    buf_add_str(b, "<table><tbody>\n");
    for (size_t i = 0; i < v->owns; i++) {
        ledger_row(b, &v->own[i]);
    }
    buf_add_str(b, v->owns > 0 ? "</tbody></table></section>\n"
                               : "</tbody></table><p>None is on file.</p>"
                                 "</section>\n");
}

/* --- annexes --------------------------------------------------------------*/

static void plans(struct buf *b, const struct evidence *v)
{
    for (size_t i = 0; i < v->plans; i++) {
        const struct evidence_plan *p = &v->plan[i];
        if (!p->found) {
            continue;
        }
        buf_add_str(b, "<section class=\"card call\"><h2>Campaign file <code>");
        evidence_part_words(b, p->hash);
        buf_add_str(b, "</code></h2><p class=\"soft\">As it was in force: who "
                       "calls, when, what is said.</p><pre>");
        evidence_part_text(b, p->text.text);
        buf_add_str(b, "</pre></section>\n");
    }
}

static void chain(struct buf *b, const struct evidence *v)
{
    const struct journal_check *c = &v->chain;
    if (!v->chain_checked) {
        buf_add_str(b, "<p>The rest of the chain was not read for this page; "
                       "<code>telemark journal verify</code> checks all of "
                       "it.</p>");
    } else if (c->broken_seq == 0) {
        buf_addf(b,
                 "<p>The whole chain of %llu entries was read: all are as "
                 "they were written.</p>",
                 (unsigned long long)c->entries);
    } else {
        buf_addf(b,
                 "<p class=\"note bad\"><strong>The chain is broken at entry "
                 "%llu:</strong> %s.</p>",
                 (unsigned long long)c->broken_seq, c->why);
    }
}

static void journal(struct buf *b, const struct evidence *v)
{
    evidence_part_open(b, "The journal",
                       "Every event is an entry of a chain: its hash covers "
                       "its bytes and the hash of the entry before, so nothing "
                       "can be changed, left out or put in later without "
                       "showing.");
    buf_addf(b, "<p>%zu entries are shown above; ", v->entries);
    if (v->misfits == 0) {
        buf_add_str(b, "each fits its hash and the entry before it.</p>");
    } else {
        buf_addf(b, "<strong>%zu do not fit</strong>.</p>", v->misfits);
    }
    chain(b, v);
    buf_addf(b,
             "<dl><dt>Last entry when this was made</dt><dd>%llu, hash "
             "<code>%s</code></dd></dl></section>\n",
             (unsigned long long)v->head_seq, v->head);
}

static void unknown(struct buf *b, const struct evidence *v)
{
    evidence_part_open(b, "What is not known", "");
    buf_add_str(b, v->unknowns > 0
                       ? "<ul>"
                       : "<p>Nothing that we know of is missing.</p>");
    for (size_t i = 0; i < v->unknowns; i++) {
        buf_add_str(b, "<li>");
        evidence_part_words(b, v->unknown[i]);
        buf_add_str(b, "</li>");
    }
    buf_add_str(b, v->unknowns > 0 ? "</ul></section>\n" : "</section>\n");
}

void evidence_html(const struct evidence *v, struct buf *out)
{
    head(out, v);
    summary(out, v);
    opt_outs(out, v);
    consents(out, v);
    persons(out, v);
    unknown(out, v);
    for (size_t i = 0; i < v->attempts; i++) {
        evidence_part_call(out, v, i);
    }
    for (size_t i = 0; i < v->callers; i++) {
        evidence_part_caller(out, &v->caller[i]);
    }
    for (size_t i = 0; i < v->versions_n; i++) {
        evidence_part_versions(out, v, i);
    }
    own(out, v);
    plans(out, v);
    journal(out, v);
    buf_add_str(out, "<footer>Made by Telemark. The same as data: "
                     "evidence.json; hashes of all files: manifest.sha256."
                     "</footer></main></body></html>\n");
}
