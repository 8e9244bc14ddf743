#include "report/evidence_part.h"

#include <string.h>

#include "report/evidence_json.h"
#include "report/words.h"

void evidence_part_text(struct buf *b, struct slice s)
{
    words_html(b, s);
}

void evidence_part_words(struct buf *b, const char *s)
{
    words_html(b, str_of(s));
}

void evidence_part_word(struct buf *b, struct slice s)
{
    while (s.n > 0) {
        struct slice rest;
        words_html(b, str_cut(s, '_', &rest));
        if (rest.p) {
            buf_add_char(b, ' ');
        }
        s = rest;
    }
}

static void word_item(struct buf *b, const char *name, const char *word)
{
    buf_addf(b, "<dt>%s</dt><dd>", name);
    evidence_part_word(b, str_of(word));
    buf_add_str(b, "</dd>");
}

void evidence_part_item(struct buf *b, const char *name, struct slice value)
{
    if (value.n == 0) {
        return;
    }
    buf_addf(b, "<dt>%s</dt><dd>", name);
    words_html(b, value);
    buf_add_str(b, "</dd>");
}

void evidence_part_instant(struct buf *b, const char *name, int64_t us)
{
    char at[WORDS_MAX];
    if (us != 0) {
        evidence_part_item(b, name, str_of(words_instant(us, at)));
    }
}

void evidence_part_open(struct buf *b, const char *title, const char *hint)
{
    buf_addf(b, "<section class=\"card\"><h2>%s</h2>", title);
    if (hint[0]) {
        buf_addf(b, "<p class=\"soft\">%s</p>", hint);
    }
}

/* --- a call ---------------------------------------------------------------*/

static bool is(const struct why_rule *r, const char *effect)
{
    return strcmp(r->effect, effect) == 0;
}

static void rule_link(struct buf *b, const struct evidence *v,
                      const struct evidence_attempt *t, const char *id)
{
    size_t version = t->versions ? (size_t)(t->versions - v->versions) : 0;
    buf_addf(b, "<a href=\"#r%zu-", version);
    evidence_part_words(b, id);
    buf_add_str(b, "\"><code>");
    evidence_part_words(b, id);
    buf_add_str(b, "</code></a>");
}

/* Those of one effect in a row of their own. */
static void rules_of(struct buf *b, const struct evidence *v,
                     const struct evidence_attempt *t, const char *effect)
{
    bool any = false;
    for (size_t i = 0; i < t->rules.n; i++) {
        if (!is(&t->rules.rule[i], effect)) {
            continue;
        }
        buf_add_str(b, any ? ", " : "<tr><th scope=\"row\">");
        if (!any) {
            buf_add_str(b, evidence_json_effect(effect));
            buf_add_str(b, "</th><td>");
        }
        any = true;
        rule_link(b, v, t, t->rules.rule[i].id);
    }
    if (any) {
        buf_add_str(b, "</td></tr>\n");
    }
}

static void rules(struct buf *b, const struct evidence *v,
                  const struct evidence_attempt *t)
{
    static const char *const order[] = {"denied",  "unknown", "not_before",
                                        "exempts", "lifted",  "passed",
                                        "not_met", "duty"};
    if (t->rules.n == 0) {
        buf_add_str(b, "<p class=\"note bad\">No rule is on record for this "
                       "call.</p>");
        return;
    }
    buf_add_str(b, "<h3>Why it was allowed</h3><p class=\"soft\">The rules "
                   "that were weighed immediately before dialling, and what "
                   "each said. Their text stands below.</p>"
                   "<table class=\"why\"><tbody>\n");
    for (size_t i = 0; i < tm_array_len(order); i++) {
        rules_of(b, v, t, order[i]);
    }
    buf_add_str(b, "</tbody></table>");
}

static void sentences(struct buf *b, const char *const *text, size_t n)
{
    buf_add_str(b, n > 0 ? "<ul>" : "");
    for (size_t i = 0; i < n; i++) {
        buf_add_str(b, "<li>");
        evidence_part_words(b, text[i]);
        buf_add_str(b, "</li>");
    }
    buf_add_str(b, n > 0 ? "</ul>" : "");
}

static void replay(struct buf *b, const struct replay_answer *r)
{
    if (!r) {
        return;
    }
    buf_add_str(b, "<h3>Judged again</h3><p>");
    if (r->result == REPLAY_NOT_REPLAYABLE) {
        buf_add_str(b, "Not replayable: ");
        evidence_part_words(b, r->why);
        buf_add_str(b, ".</p>");
        sentences(b, r->caveat, r->caveats);
        return;
    }
    buf_add_str(b, r->result == REPLAY_EQUAL
                       ? "By the rules of then and what was known then, the "
                         "call is allowed again. "
                       : "<strong>By the rules of then and what was known "
                         "then, the call is not allowed.</strong> ");
    evidence_part_words(b, r->result == REPLAY_EQUAL ? "" : r->sentence);
    buf_add_str(b, "</p>");
    sentences(b, r->difference, r->differences);
    sentences(b, r->caveat, r->caveats);
    buf_addf(b, "<p class=\"soft\">Input <code>%s</code></p>", r->input);
}

static void entries(struct buf *b, const struct evidence_entry *list, size_t n)
{
    char at[WORDS_MAX];
    if (n == 0) {
        return;
    }
    buf_add_str(b, "<h3>Journal</h3><table class=\"small\"><thead><tr>"
                   "<th scope=\"col\">entry</th><th scope=\"col\">at</th>"
                   "<th scope=\"col\">what</th><th scope=\"col\">hash</th>"
                   "</tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        const struct evidence_entry *x = &list[i];
        buf_addf(b, "<tr><td class=\"seq\">%llu</td><td>%s</td><td>",
                 (unsigned long long)x->seq, words_instant(x->at_us, at));
        evidence_part_words(b, x->kind);
        buf_add_str(b, x->key[0] ? " " : "");
        evidence_part_words(b, x->key);
        buf_add_str(b, x->value[0] ? " = " : "");
        evidence_part_words(b, x->value);
        buf_addf(b, "</td><td><code>%s</code>%s</td></tr>\n", x->hash,
                 x->fits ? "" : " <strong>does not fit</strong>");
    }
    buf_add_str(b, "</tbody></table>");
}

static void caller(struct buf *b, const struct evidence_attempt *t)
{
    const struct plan *p = t->plan ? t->plan->plan : NULL;
    if (t->campaign) {
        evidence_part_item(b, "On behalf of", str_of(t->campaign->seller));
        evidence_part_item(b, "Campaign", str_of(t->campaign->name));
    }
    if (p) {
        evidence_part_item(b, "Number shown", str_of(p->caller_id));
        evidence_part_item(b, "Name shown", str_of(p->caller_name));
        word_item(b, "Purpose", vocab_purpose_text(p->purpose));
        word_item(b, "Kind of call", vocab_channel_text(p->channel));
        word_item(b, "Dialled", vocab_dial_text(evidence_mode(t)));
        word_item(b, "Caller is", vocab_caller_text(p->caller_kind));
    }
}

static void times(struct buf *b, const struct evidence_attempt *t)
{
    char span[WORDS_MAX];
    const struct reader_attempt *a = &t->a;
    evidence_part_instant(b, "Decided", a->recorded_us);
    evidence_part_instant(b, "Placed", a->placed_us);
    evidence_part_instant(b, "Answered", a->answered_us);
    evidence_part_instant(b, "Ended", a->ended_us);
    evidence_part_item(b, "Rang", str_of(words_mean_ms(a->ring_ms, 1, span)));
    if (a->answered_us != 0) {
        evidence_part_item(b, "Talked",
                           str_of(words_mean_ms(a->talk_ms, 1, span)));
    }
    word_item(b, "Outcome", outcome_text(a->outcome));
    word_item(b, "Ended by", a->cause.n > 0 ? a->cause.p : "-");
    evidence_part_item(b, "Answered by a person",
                       str_of(a->live ? "yes" : "no"));
    if (a->abandoned) {
        evidence_part_item(b, "Abandoned", str_of("yes"));
    }
    if (a->agent_name.n > 0) {
        evidence_part_item(b, "Talked with agent", a->agent_name);
        evidence_part_instant(b, "Agent joined", a->bridged_us);
        evidence_part_item(b, "Waited for the agent",
                           str_of(words_mean_ms(a->wait_ms, 1, span)));
        evidence_part_item(b, "The agent says", a->disposition);
    }
    evidence_part_item(b, "SIP Call-ID", a->call_id);
}

static void recording(struct buf *b, const char *file, uint64_t bytes,
                      const char *sha256)
{
    if (file[0] == '\0') {
        return;
    }
    buf_add_str(b, "<dt>Recording</dt><dd><code>");
    evidence_part_words(b, file);
    buf_addf(b, "</code>, %llu bytes, SHA-256 <code>%s</code></dd>",
             (unsigned long long)bytes, sha256);
}

static void title(struct buf *b, struct attempt_id id, const char *way,
                  int64_t at_us)
{
    char at[WORDS_MAX];
    buf_addf(b, "<section class=\"card call\" id=\"c%lld\"><h2>Call %lld%s: %s",
             (long long)id.v, (long long)id.v, way, words_instant(at_us, at));
}

static void local(struct buf *b, const char *time)
{
    if (time[0]) {
        buf_addf(b, " <span class=\"soft\">(%s)</span>", time);
    }
    buf_add_str(b, "</h2>");
}

void evidence_part_call(struct buf *b, const struct evidence *v, size_t i)
{
    const struct evidence_attempt *t = &v->attempt[i];
    title(b, t->a.id, "", t->a.recorded_us);
    local(b, t->local);
    if (t->after_opt_out) {
        buf_add_str(b, "<p class=\"note bad\">This call began after a request "
                       "to be left alone.</p>");
    }
    buf_add_str(b, "<dl class=\"facts\">");
    caller(b, t);
    times(b, t);
    recording(b, t->recording, t->recording_bytes, t->recording_sha256);
    buf_add_str(b, "</dl>");
    rules(b, v, t);
    replay(b, t->replay);
    entries(b, t->entry, t->entries);
    if (t->versions) {
        buf_addf(b,
                 "<p class=\"soft\">Decided with <a href=\"#v%zu\">rules and "
                 "lists %zu</a>.</p>",
                 (size_t)(t->versions - v->versions) + 1,
                 (size_t)(t->versions - v->versions) + 1);
    }
    buf_add_str(b, "</section>\n");
}

/* --- a call to us ---------------------------------------------------------*/

static void span_item(struct buf *b, const char *name, int64_t ms)
{
    char span[WORDS_MAX];
    evidence_part_item(b, name, str_of(words_mean_ms(ms, 1, span)));
}

/* Who took it, how long it all was. */
static void taken(struct buf *b, const struct reader_caller *c)
{
    bool joined = c->bridged_us != 0;
    if (c->agent_name.n > 0) {
        evidence_part_item(b, "Taken by agent", c->agent_name);
    } else {
        evidence_part_item(b, "Taken by agent", str_of("nobody"));
    }
    evidence_part_instant(b, "Agent joined", c->bridged_us);
    if (c->answered_us != 0 && (joined || c->ended_us != 0)) {
        span_item(b, joined ? "Waited for the agent" : "Waited",
                  evidence_waited_ms(c));
    }
    if (joined && c->ended_us != 0) {
        span_item(b, "Talked", evidence_talk_ms(c));
    }
    evidence_part_item(b, "The agent says", c->disposition);
}

void evidence_part_caller(struct buf *b, const struct evidence_caller *t)
{
    const struct reader_caller *c = &t->c;
    title(b, c->id, ", to us", c->recorded_us);
    local(b, t->local);
    buf_addf(b, "<dl class=\"facts\"><dt>Number called</dt><dd>+%llu</dd>",
             (unsigned long long)c->called);
    if (t->campaign) {
        evidence_part_item(b, "On behalf of", str_of(t->campaign->seller));
        evidence_part_item(b, "Campaign", str_of(t->campaign->name));
    }
    evidence_part_instant(b, "Came", c->recorded_us);
    evidence_part_instant(b, "Answered", c->answered_us);
    evidence_part_instant(b, "Ended", c->ended_us);
    word_item(b, "Outcome", outcome_text(c->outcome));
    /* The word of the record is that of our own calls, where he is called. */
    bool his = str_eq(c->cause, "callee_hung_up");
    word_item(b, "Ended by",
              his              ? "the caller hung up"
              : c->cause.n > 0 ? c->cause.p
                               : "-");
    taken(b, c);
    if (t->pressed_callback) {
        evidence_part_item(b, "Pressed", str_of("the key to be called back"));
    }
    if (t->pressed_opt_out) {
        evidence_part_item(b, "Pressed", str_of("the key to be left alone"));
    }
    recording(b, t->recording, t->recording_bytes, t->recording_sha256);
    buf_add_str(b, "</dl>");
    entries(b, t->entry, t->entries);
    buf_add_str(b, "</section>\n");
}

/* --- what calls were decided with -----------------------------------------*/

static bool spoke(const struct evidence *v, const struct evidence_versions *s,
                  const struct rule *r)
{
    for (size_t i = 0; i < v->attempts; i++) {
        const struct evidence_attempt *t = &v->attempt[i];
        for (size_t n = 0; t->versions == s && n < t->rules.n; n++) {
            if (t->rules.rule[n].rule == r) {
                return true;
            }
        }
    }
    return false;
}

static void date(struct buf *b, const char *before, struct civil_date d)
{
    char at[11];
    if (d.year != 0) {
        civil_format_date(d, at);
        buf_addf(b, "%s%s", before, at);
    }
}

static void rule_texts(struct buf *b, const struct evidence *v, size_t i)
{
    const struct evidence_versions *s = &v->versions[i];
    if (!s->book) {
        buf_add_str(b, "<p class=\"note\">The texts of these rules are not all "
                       "on file; only their names can be told.</p>");
        return;
    }
    buf_add_str(b, "<table><caption>Rules that spoke, as they read on that "
                   "day</caption><thead><tr><th scope=\"col\">rule</th>"
                   "<th scope=\"col\">what it says</th><th scope=\"col\">"
                   "citation</th><th scope=\"col\">in force</th></tr></thead>"
                   "<tbody>\n");
    for (size_t k = 0; k < rule_book_size(s->book); k++) {
        const struct rule *r = rule_book_at(s->book, k);
        if (!spoke(v, s, r)) {
            continue;
        }
        buf_addf(b, "<tr id=\"r%zu-", i);
        evidence_part_words(b, r->id);
        buf_add_str(b, "\"><th scope=\"row\"><code>");
        evidence_part_words(b, r->id);
        buf_add_str(b, "</code></th><td>");
        evidence_part_words(b, r->text);
        buf_add_str(b, "</td><td>");
        evidence_part_words(b, r->citation);
        buf_add_str(b, "</td><td class=\"soft\">");
        date(b, "from ", r->from);
        date(b, " to ", r->to);
        buf_add_str(b, r->from.year || r->to.year ? "" : "no dates");
        buf_add_str(b, "</td></tr>\n");
    }
    buf_add_str(b, "</tbody></table>");
}

static void packs(struct buf *b, const struct evidence_versions *s)
{
    buf_add_str(b, "<h3>Rule packs</h3><table class=\"small\"><tbody>\n");
    for (size_t i = 0; i < s->v.packs; i++) {
        const struct evidence_pack *p = &s->pack[i];
        buf_add_str(b, "<tr><th scope=\"row\">");
        evidence_part_text(b, s->v.pack[i].name);
        buf_add_char(b, ' ');
        evidence_part_text(b, s->v.pack[i].version);
        buf_add_str(b, "</th><td>");
        if (p->found) {
            buf_addf(b, "BLAKE2b <code>%s</code>", p->p.hash);
        } else {
            buf_add_str(b, "<strong>text not on file</strong>");
        }
        buf_add_str(b, "</td></tr>\n");
    }
    buf_add_str(b, "</tbody></table>");
}

static void list_row(struct buf *b, const struct evidence_versions *s, size_t i)
{
    const struct evidence_list *l = &s->list[i];
    char at[WORDS_MAX], n[WORDS_MAX];
    buf_add_str(b, "<tr><th scope=\"row\">");
    evidence_part_text(b, s->v.list[i].name);
    buf_addf(b, " #%llu</th><td>", (unsigned long long)s->v.list[i].generation);
    if (l->found) {
        buf_addf(b, "obtained %s, ", words_instant(l->l.obtained_us, at));
        buf_addf(b, "%s numbers, from ", words_count(l->l.rows, n));
        evidence_part_words(b, l->l.file_name);
        buf_addf(b, "<br/><code>%s</code>", l->l.source_hash);
    } else {
        buf_add_str(b, "obtained ");
        evidence_part_text(b, s->v.list[i].date);
    }
    buf_addf(b, "</td><td>%s</td></tr>\n",
             l->on_list == TRI_YES  ? "<strong>the number is on it</strong>"
             : l->on_list == TRI_NO ? "the number is not on it"
                                    : "not known: its numbers are gone");
}

static void lists(struct buf *b, const struct evidence_versions *s)
{
    buf_add_str(b, "<h3>Do-not-call lists</h3>");
    if (s->v.lists == 0) {
        buf_add_str(b, "<p>None was loaded.</p>");
        return;
    }
    buf_add_str(b, "<table class=\"small\"><tbody>\n");
    for (size_t i = 0; i < s->v.lists; i++) {
        list_row(b, s, i);
    }
    buf_add_str(b, "</tbody></table>");
}

void evidence_part_versions(struct buf *b, const struct evidence *v, size_t i)
{
    const struct evidence_versions *s = &v->versions[i];
    buf_addf(b,
             "<section class=\"card\" id=\"v%zu\"><h2>Rules and lists %zu</h2>",
             i + 1, i + 1);
    rule_texts(b, v, i);
    lists(b, s);
    packs(b, s);
    buf_add_str(b, "<dl>");
    evidence_part_item(b, "Time zone data", s->v.zones);
    evidence_part_item(b, "Number data", s->v.numbers);
    buf_add_str(b, "</dl></section>\n");
}
