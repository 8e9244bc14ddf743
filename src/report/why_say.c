#include "report/why_say.h"

#include <string.h>

#include "core/campaign/campaign.h"
#include "report/words.h"

enum { SENTENCE_MAX = 8000 };

const char *why_say_reason(const char *word)
{
    static const struct {
        const char *word, *text;
    } table[] = {
        {"completed", "the call reached its goal"},
        {"opted_out", "the person asked to be left alone"},
        {"callback", "the person asked to be called back"},
        {"no_disposition", "the agent did not say what the call was, so it is "
                           "tried again a day later"},
        {"missed_call", "they called us and reached nobody"},
        {"called_us", "they called us, and what was planned before stays"},
        {"success", "the agent has said that the call was a success"},
        {"done", "the agent has said that nothing more is to be done"},
        {"wrong_number", "the agent has said that it was a wrong number"},
        {"not_placed", "a call was withdrawn before it left"},
        {"next_number", "its other number is next"},
        {"asked_again", "it was refused, and is asked about again as what is "
                        "on file has changed"},
        {"retry", "it is tried again after the last call"},
        {"no_retry", "this outcome is not tried again"},
        {"retries_used_up", "the retries after this outcome are used up"},
        {"tries_used_up", "the calls allowed for one lead are used up"},
        {"no_good_number", "no telephone number of it is in service "
                           "and the person's"},
        {"XX-NO-PACK", "no rule pack says what is lawful for the country of "
                       "this number and this channel, and unknown means no"},
        {"OP-NO-RULE", "the campaign has hours or caps that no loaded pack "
                       "applies; load the operator pack"},
        {"unclear_case", "the case could not be judged, which means no"},
    };
    for (size_t i = 0; i < tm_array_len(table); i++)
        if (strcmp(table[i].word, word) == 0)
            return table[i].text;
    return word;
}

static uint64_t number_of(const struct why_campaign *c)
{
    return c->phones > 0 ? c->phone[0].e164 : 0;
}

static void add_instant(const struct why_question *q, struct arena *a,
                        const struct why_campaign *c, struct buf *b)
{
    char at[WORDS_MAX];
    buf_add_str(b, words_instant(c->m.due_us, at));
    const char *local =
        why_local_time_of(a, q->zones, c->lead, number_of(c), c->m.due_us);
    if (local[0] != '\0')
        buf_addf(b, " (%s)", local);
}

/* The rule, and what it says; or, when it only could not be judged, what is
 * missing: that somebody is on a list is not known without the list. */
static void add_rule(const struct rule *r, const char *citation,
                     const struct why_remedies *help, struct buf *b)
{
    const struct why_remedy *missing =
        help != NULL ? why_remedy_missing(help, r->id) : NULL;
    buf_addf(b, ": %s, %s: %s", r->id, citation,
             missing != NULL ? missing->text : r->text);
}

/* The newest that was made; NULL: none. */
static const struct reader_attempt *last_call(const struct why_campaign *c)
{
    const struct reader_attempt *last = NULL;
    for (size_t i = 0; i < c->attempts; i++) {
        const struct reader_attempt *a = &c->attempt[i].a;
        if (a->placed_us != 0 && (last == NULL || a->id.v > last->id.v))
            last = a;
    }
    return last;
}

/* Which of the campaign's rules sets the time of a retry. */
static void add_retry(const struct why_campaign *c, struct buf *b)
{
    const struct reader_attempt *a = last_call(c);
    if (c->m.state == LEAD_WAITING && a != NULL && a->ended_us != 0 &&
        strcmp(c->m.reason.p, "retry") == 0)
        buf_addf(b, " ([retry] %s of the campaign)", outcome_text(a->outcome));
}

static void add_cause(const struct why_campaign *c, struct buf *b)
{
    if (c->rule != NULL) {
        add_rule(c->rule, c->citation,
                 c->m.state == LEAD_DENIED ? &c->help : NULL, b);
        return;
    }
    buf_add_str(b, ": ");
    words_plain(b, str_of(why_say_reason(c->m.reason.p)));
    add_retry(c, b);
}

static const char *not_called(const struct why_campaign *c)
{
    for (size_t i = 0; i < c->attempts; i++)
        if (c->attempt[i].a.placed_us != 0)
            return "Not called again yet";
    return "Not called yet";
}

/* The number that is refused now, when none of the lead's is allowed: it does
 * not wait for its turn, whatever its state says. */
static const struct why_phone *refused_now(const struct why_campaign *c)
{
    const struct why_phone *first = NULL;
    for (size_t i = 0; i < c->phones; i++) {
        const struct why_phone *p = &c->phone[i];
        if (p->asked == NULL)
            continue;
        if (p->verdict != VERDICT_DENY)
            return NULL;
        first = first == NULL ? p : first;
    }
    return first;
}

/* True when the lead is to be called by its state, but not by the rules. */
static bool add_refused_now(const struct why_campaign *c, struct buf *b)
{
    const struct why_phone *p = refused_now(c);
    if (!c->opted_out && p == NULL)
        return false;
    buf_addf(b, "May not be called%s now",
             strcmp(not_called(c), "Not called yet") == 0 ? "" : " again");
    if (c->opted_out)
        buf_add_str(b, ": the person asked to be left alone");
    else if (p->cause != NULL)
        add_rule(p->cause, why_rule_citation(NULL, p->cause, NULL), &p->help,
                 b);
    return true;
}

static void add_waiting(const struct why_question *q, struct arena *a,
                        const struct why_campaign *c, struct buf *b)
{
    if (c->m.due_us > q->now_us) {
        buf_addf(b, "%s; not before ", not_called(c));
        add_instant(q, a, c, b);
        add_cause(c, b);
        return;
    }
    buf_addf(b, "%s; it may be tried since ", not_called(c));
    add_instant(q, a, c, b);
    buf_add_str(b, " and waits for its turn");
    add_cause(c, b);
}

/* "is called back from ..., as agent ann agreed"; a person of the seller does
 * it when none was there. */
static void add_callback(const struct why_question *q, struct arena *a,
                         const struct why_campaign *c, struct buf *b)
{
    const struct reader_attempt *last = last_call(c);
    if (last == NULL || last->agent.v == 0) {
        buf_add_str(b, "A person calls back, due ");
        add_instant(q, a, c, b);
        buf_add_str(b, ": ");
        words_plain(b, str_of(why_say_reason(c->m.reason.p)));
        return;
    }
    buf_add_str(b, "Is called back from ");
    add_instant(q, a, c, b);
    buf_add_str(b, " on, as agent ");
    words_plain(b, last->agent_name);
    buf_add_str(b, " agreed");
    if (last->disposition.n > 0) {
        buf_add_str(b, " (");
        words_plain(b, last->disposition);
        buf_add_char(b, ')');
    }
}

/* What would hold it up if the rules did not. */
static void add_also_waits(const struct why_question *q, struct arena *a,
                           const struct why_campaign *c, struct buf *b)
{
    if (c->opted_out || c->m.state == LEAD_NEW || c->m.due_us <= q->now_us)
        return;
    while (b->n > 0 && b->p[b->n - 1] == '.')
        b->n--;
    buf_add_str(b, ". Apart from that: ");
    if (c->m.state == LEAD_CALLBACK)
        add_callback(q, a, c, b);
    else
        add_waiting(q, a, c, b);
}

static void add_state(const struct why_question *q, struct arena *a,
                      const struct why_campaign *c, struct buf *b)
{
    bool open = c->m.state == LEAD_NEW || c->m.state == LEAD_WAITING ||
                c->m.state == LEAD_CALLBACK;
    if (open && add_refused_now(c, b)) {
        add_also_waits(q, a, c, b);
        return;
    }
    switch (c->m.state) {
    case LEAD_NEW:
        buf_add_str(b, "Not called yet: it was not considered so far; leads "
                       "are taken in the order of the list");
        return;
    case LEAD_WAITING: add_waiting(q, a, c, b); return;
    case LEAD_IN_CALL: buf_add_str(b, "A call is up now"); return;
    case LEAD_CALLBACK: add_callback(q, a, c, b); return;
    case LEAD_DONE: buf_add_str(b, "Not called again"); break;
    case LEAD_EXHAUSTED: buf_add_str(b, "Not called again"); break;
    case LEAD_DENIED: buf_add_str(b, "May not be called"); break;
    case LEAD_STATE_COUNT: tm_unreachable("a state outside its table");
    }
    add_cause(c, b);
}

/* What the campaign itself stands in the way with. */
static void add_campaign(const struct why_campaign *c, struct buf *b)
{
    bool open = c->m.state == LEAD_NEW || c->m.state == LEAD_WAITING ||
                c->m.state == LEAD_CALLBACK;
    enum campaign_state s = (enum campaign_state)c->m.campaign_state;
    if (!open || s == CAMPAIGN_RUNNING)
        return;
    if (s == CAMPAIGN_LOADED)
        buf_add_str(b, ". The campaign was never started: 'telemark campaign "
                       "start' does");
    else if (s == CAMPAIGN_FINISHED)
        buf_add_str(b, ". The campaign has finished");
    else
        buf_addf(b, ". The campaign is %s: 'telemark campaign start' goes on",
                 campaign_state_text(s));
}

/* What was written down with the refusal; else, when the rules were not asked
 * anew (each number then has its own), what the record tells. */
static void add_help(const struct why_campaign *c, struct buf *b)
{
    if (c->m.state != LEAD_DENIED)
        return;
    if (c->m.remedy.n > 0) {
        buf_addf(b, " What would help: %.*s.", (int)c->m.remedy.n,
                 c->m.remedy.p);
    } else if (refused_now(c) == NULL && c->help.n > 0) {
        buf_add_str(b, " What would help: ");
        why_remedy_say(&c->help, b);
        buf_add_char(b, '.');
    }
}

const char *why_say(const struct why_question *q, struct arena *a,
                    const struct why_campaign *c)
{
    struct buf b;
    buf_init(&b, SENTENCE_MAX);
    add_state(q, a, c, &b);
    /* Texts of rules end in a full stop of their own. */
    while (b.n > 0 && b.p[b.n - 1] == '.')
        b.n--;
    add_campaign(c, &b);
    buf_add_str(&b, ".");
    add_help(c, &b);
    const char *out = arena_strdup(a, buf_slice(&b));
    buf_fini(&b);
    return out;
}
