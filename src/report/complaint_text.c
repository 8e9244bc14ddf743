#include "report/complaint_text.h"

#include "base/assert.h"
#include "core/number/number.h"
#include "report/words.h"

const char *complaint_text_judged(enum complaint_judged j)
{
    switch (j) {
    case COMPLAINT_NOT_JUDGED: return "not known";
    case COMPLAINT_JUDGED_LAWFUL: return "lawful";
    case COMPLAINT_JUDGED_OTHERWISE: return "not as it was judged";
    }
    tm_unreachable("an answer outside its table");
}

void complaint_text_state(const struct reader_complaint *r, struct buf *out)
{
    buf_add_str(out, complaint_state_text(r->state));
    if (r->state != COMPLAINT_CLOSED)
        return;
    buf_addf(out, ": %s", complaint_outcome_text(r->outcome));
    if (r->outcome == COMPLAINT_VIOLATION)
        buf_addf(out, " (%s)", complaint_breach_text(r->breach));
}

void complaint_text_due(const struct complaint_due *d, struct buf *out)
{
    char day[11], at[WORDS_MAX];
    civil_format_date(d->date, day);
    buf_addf(out, "%s %s: %s (%s)", day, penalty_duty_text(d->duty), d->text,
             d->citation);
    if (d->met_us != 0)
        buf_addf(out, ", met %s", words_instant(d->met_us, at));
}

static void number(struct buf *b, uint64_t e164)
{
    char n[NUMBER_TEXT_LEN];
    (void)number_format(e164, n);
    buf_add_str(b, n);
}

/* A part behind a comma. */
static void part(struct buf *b, struct slice s)
{
    if (s.n == 0)
        return;
    buf_add_str(b, ", ");
    words_plain(b, s);
}

static void who(const struct complaint *c, struct buf *b)
{
    char place[VOCAB_PLACE_MAX + 1];
    if (c->complainant != 0)
        number(b, c->complainant);
    else if (c->area_code != 0)
        buf_addf(b, "a number of area code %u", c->area_code);
    else
        buf_add_str(b, "number not told");
    vocab_place_text(c->area, place);
    part(b, c->name);
    part(b, c->city);
    part(b, str_of(place));
    if (c->listed == TRI_YES)
        buf_add_str(b, ", says the number is on the national list");
}

static void call(const struct complaint *c, struct buf *b)
{
    char at[WORDS_MAX];
    if (c->at_us == 0) {
        buf_add_str(b, "no time told");
    } else {
        buf_addf(b, "%s", words_instant(c->at_us, at));
        if (c->until_us - c->at_us > 60 * CIVIL_SECOND_US)
            buf_addf(b, " to %s", words_instant(c->until_us, at));
    }
    if (c->shown != 0) {
        buf_add_str(b, ", shown ");
        number(b, c->shown);
    } else if (c->shown_as.n > 0) {
        buf_add_str(b, ", shown '");
        words_plain(b, c->shown_as);
        buf_add_str(b, "'");
    }
    part(b, c->shown_name);
    if (c->channel != CHANNEL_UNKNOWN)
        buf_addf(b, ", %s", vocab_channel_text(c->channel));
}

/* --- text --- */

static void verdict(const struct complaint_verdict *v, struct buf *b)
{
    buf_addf(b, "     lawful then? %s", complaint_text_judged(v->judged));
    if (v->why[0] != '\0')
        buf_addf(b, ": %s", v->why);
    else if (v->sentence[0] != '\0')
        buf_addf(b, ": %s", v->sentence);
    buf_add_char(b, '\n');
    for (size_t i = 0; i < v->differences; i++)
        buf_addf(b, "       %s\n", v->difference[i]);
}

static void match(const struct complaint_case *k, size_t i, struct buf *b)
{
    const struct complaint_case_match *m = &k->match[i];
    char at[WORDS_MAX];
    buf_addf(
        b, "  %zu. attempt %lld, %s (%d)%s: ", i + 1, (long long)m->m.attempt.v,
        complaint_match_grade_text(m->m.grade), m->m.score,
        m->m.attempt.v == k->r.attempt.v && k->r.settled ? ", settled" : "");
    words_plain(b, m->m.why);
    buf_add_char(b, '\n');
    if (m->found) {
        buf_add_str(b, "     ");
        number(b, m->a.e164);
        buf_addf(b, " at %s, campaign ", words_instant(m->a.recorded_us, at));
        words_plain(b, str_of(m->campaign));
        buf_addf(b, ", %s\n", outcome_text(m->a.outcome));
    }
    verdict(&m->verdict, b);
}

static void event(const struct reader_complaint_event *v, struct buf *b)
{
    char at[WORDS_MAX];
    buf_addf(b, "  %s  %s", words_instant(v->at_us, at),
             complaint_event_text(v->kind));
    if (v->kind == COMPLAINT_SETTLED)
        buf_addf(b, v->attempt.v != 0 ? " on attempt %lld" : " on none",
                 (long long)v->attempt.v);
    if (v->value.n > 0) {
        buf_add_char(b, ' ');
        words_plain(b, v->value);
    }
    if (v->text.n > 0) {
        buf_add_str(b, ": ");
        words_plain(b, v->text);
    }
    buf_add_char(b, '\n');
}

void complaint_text(const struct complaint_case *k, struct buf *b)
{
    const struct complaint *c = &k->r.c;
    char at[WORDS_MAX];
    buf_addf(b, "Complaint %lld: ", (long long)c->id);
    complaint_text_state(&k->r, b);
    buf_addf(b, "\n  came   %s by %s, layout ",
             words_instant(c->received_us, at),
             complaint_source_text(c->source));
    words_plain(b, c->layout);
    if (c->external.n > 0) {
        buf_add_str(b, ", its id ");
        words_plain(b, c->external);
    }
    buf_add_str(b, "\n  from   ");
    who(c, b);
    buf_add_str(b, "\n  call   ");
    call(c, b);
    buf_add_str(b, "\n  about  ");
    words_plain(b, c->text.n > 0 ? c->text : str_of("(nothing told)"));
    buf_addf(b, "\n\nCalls it may mean%s\n",
             k->matches == 0 ? ": none found" : "");
    for (size_t i = 0; i < k->matches; i++)
        match(k, i, b);
    if (k->r.settled && k->r.attempt.v == 0)
        buf_add_str(b, "  settled: none of our calls\n");
    buf_add_str(b, "\nDue\n");
    for (size_t i = 0; i < k->dues; i++) {
        buf_add_str(b, "  ");
        complaint_text_due(&k->due[i], b);
        buf_add_char(b, '\n');
    }
    buf_add_str(b, "\nEvents\n");
    for (size_t i = 0; i < k->events; i++)
        event(&k->event[i], b);
}

/* --- JSON --- */

static void put_slice(struct json_out *j, const char *key, struct slice s)
{
    json_out_key(j, key);
    json_out_slice(j, s);
}

static void put_number(struct json_out *j, const char *key, uint64_t e164)
{
    char n[NUMBER_TEXT_LEN];
    (void)number_format(e164, n);
    json_out_kv_text(j, key, e164 != 0 ? n : NULL);
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[WORDS_MAX];
    json_out_kv_text(j, key, us != 0 ? words_iso(us, at) : NULL);
}

static void json_match(const struct complaint_case_match *m, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_int(j, "attempt", m->m.attempt.v);
    json_out_kv_text(j, "grade", complaint_match_grade_text(m->m.grade));
    json_out_kv_int(j, "score", m->m.score);
    put_slice(j, "why", m->m.why);
    if (m->found) {
        put_number(j, "number", m->a.e164);
        put_instant(j, "recorded", m->a.recorded_us);
        json_out_kv_text(j, "campaign", m->campaign);
        json_out_kv_text(j, "outcome", outcome_text(m->a.outcome));
    }
    json_out_kv_text(j, "lawful_then",
                     m->verdict.judged == COMPLAINT_JUDGED_LAWFUL ? "yes"
                     : m->verdict.judged == COMPLAINT_JUDGED_OTHERWISE
                         ? "no"
                         : "unknown");
    json_out_kv_text(j, "verdict", m->verdict.sentence);
    json_out_kv_text(j, "not_judged_because", m->verdict.why);
    json_out_key(j, "differences");
    json_out_array(j);
    for (size_t i = 0; i < m->verdict.differences; i++)
        json_out_text(j, m->verdict.difference[i]);
    json_out_end_array(j);
    json_out_end_object(j);
}

static void json_due(const struct complaint_due *d, struct json_out *j)
{
    char day[11];
    civil_format_date(d->date, day);
    json_out_object(j);
    json_out_kv_text(j, "id", d->id);
    json_out_kv_text(j, "date", day);
    json_out_kv_text(j, "duty", penalty_duty_text(d->duty));
    json_out_kv_text(j, "text", d->text);
    json_out_kv_text(j, "citation", d->citation);
    json_out_kv_text(j, "certainty", d->certainty);
    put_instant(j, "met", d->met_us);
    json_out_end_object(j);
}

static void json_event(const struct reader_complaint_event *v,
                       struct json_out *j)
{
    json_out_object(j);
    put_instant(j, "at", v->at_us);
    json_out_kv_text(j, "kind", complaint_event_text(v->kind));
    put_slice(j, "value", v->value);
    put_slice(j, "text", v->text);
    if (v->kind == COMPLAINT_SETTLED)
        json_out_kv_int(j, "attempt", v->attempt.v);
    json_out_end_object(j);
}

static void json_complaint(const struct reader_complaint *r, struct json_out *j)
{
    const struct complaint *c = &r->c;
    char place[VOCAB_PLACE_MAX + 1];
    vocab_place_text(c->area, place);
    json_out_kv_int(j, "complaint", c->id);
    json_out_kv_text(j, "state", complaint_state_text(r->state));
    json_out_kv_text(j, "outcome", complaint_outcome_text(r->outcome));
    json_out_kv_text(j, "breach",
                     r->outcome == COMPLAINT_VIOLATION
                         ? complaint_breach_text(r->breach)
                         : NULL);
    json_out_kv_text(j, "source", complaint_source_text(c->source));
    put_slice(j, "layout", c->layout);
    put_slice(j, "id", c->external);
    put_number(j, "complainant", c->complainant);
    put_slice(j, "name", c->name);
    put_slice(j, "city", c->city);
    json_out_kv_text(j, "place", place);
    json_out_kv_int(j, "area_code", (int64_t)c->area_code);
    put_number(j, "shown", c->shown);
    put_slice(j, "shown_as", c->shown_as);
    put_slice(j, "shown_name", c->shown_name);
    put_slice(j, "about", c->text);
    json_out_kv_text(j, "channel", vocab_channel_text(c->channel));
    json_out_kv_text(j, "recorded", vocab_tri_text(c->recorded));
    json_out_kv_text(j, "listed", vocab_tri_text(c->listed));
    put_instant(j, "call_from", c->at_us);
    put_instant(j, "call_until", c->until_us);
    put_instant(j, "filed", c->filed_us);
    put_instant(j, "received", c->received_us);
    put_slice(j, "seller", r->seller_name);
    put_instant(j, "opt_out", r->opt_out_us);
    json_out_kv_bool(j, "settled", r->settled);
    json_out_kv_int(j, "attempt", r->attempt.v);
}

void complaint_text_json(const struct complaint_case *k, struct json_out *j)
{
    json_out_object(j);
    json_complaint(&k->r, j);
    json_out_key(j, "matches");
    json_out_array(j);
    for (size_t i = 0; i < k->matches; i++)
        json_match(&k->match[i], j);
    json_out_end_array(j);
    json_out_key(j, "due");
    json_out_array(j);
    for (size_t i = 0; i < k->dues; i++)
        json_due(&k->due[i], j);
    json_out_end_array(j);
    json_out_key(j, "events");
    json_out_array(j);
    for (size_t i = 0; i < k->events; i++)
        json_event(&k->event[i], j);
    json_out_end_array(j);
    json_out_end_object(j);
}
