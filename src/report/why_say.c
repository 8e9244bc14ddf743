#include "report/why_say.h"

#include <string.h>

#include "core/campaign/campaign.h"
#include "report/words.h"

enum { SENTENCE_MAX = 2000 };

const char *why_say_reason(const char *word)
{
    static const struct {
        const char *word, *text;
    } table[] = {
        {"completed", "the call reached its goal"},
        {"opted_out", "the person asked to be left alone"},
        {"callback", "the person asked to be called back"},
        {"not_placed", "a call was withdrawn before it left"},
        {"next_number", "its other number is next"},
        {"retry", "it is tried again after the last call"},
        {"no_retry", "this outcome is not tried again"},
        {"retries_used_up", "the retries after this outcome are used up"},
        {"tries_used_up", "the calls allowed for one lead are used up"},
        {"no_good_number", "no telephone number of it is in service"},
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
    const char *local = why_local_time(a, q->zones, number_of(c), c->m.due_us);
    if (local[0] != '\0')
        buf_addf(b, " (%s)", local);
}

static void add_cause(const struct why_campaign *c, struct buf *b)
{
    if (c->rule != NULL) {
        buf_addf(b, ": %s, %s: %s", c->rule->id, c->rule->citation,
                 c->rule->text);
        return;
    }
    buf_add_str(b, ": ");
    words_plain(b, str_of(why_say_reason(c->m.reason.p)));
}

static void add_waiting(const struct why_question *q, struct arena *a,
                        const struct why_campaign *c, struct buf *b)
{
    if (c->m.due_us > q->now_us) {
        buf_add_str(b, "Not called yet; not before ");
        add_instant(q, a, c, b);
        add_cause(c, b);
        return;
    }
    buf_add_str(b, "Not called yet; it may be tried since ");
    add_instant(q, a, c, b);
    buf_add_str(b, " and waits for its turn");
    add_cause(c, b);
}

static void add_callback(const struct why_question *q, struct arena *a,
                         const struct why_campaign *c, struct buf *b)
{
    buf_add_str(b, "A person calls back, due ");
    add_instant(q, a, c, b);
    buf_add_str(b, ": ");
    words_plain(b, str_of(why_say_reason(c->m.reason.p)));
}

static void add_state(const struct why_question *q, struct arena *a,
                      const struct why_campaign *c, struct buf *b)
{
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
    bool refused = c->m.state == LEAD_DENIED;
    if (refused && c->m.remedy.n > 0)
        buf_addf(&b, " What would help: %.*s.", (int)c->m.remedy.n,
                 c->m.remedy.p);
    else if (refused && c->rule != NULL && c->rule->remedy[0] != '\0')
        buf_addf(&b, " What would help: %s.", c->rule->remedy);
    const char *out = arena_strdup(a, buf_slice(&b));
    buf_fini(&b);
    return out;
}
