#include "core/campaign/duty.h"

#include "core/rules/rule_duty.h"

struct row {
    const char *word;
    enum duty_how how;
    const char *hint;
};

static const struct row rows[DUTY_COUNT] = {
#define X(name, word, how, hint) [name] = {word, DUTY_BY_##how, hint},
    DUTY_TABLE(X)
#undef X
};

static const struct row live_rows[DUTY_COUNT] = {
#define X(name, how, hint) [name] = {"", DUTY_BY_##how, hint},
    DUTY_LIVE_TABLE(X)
#undef X
};

static const struct row *row_of(enum duty d, enum contact_channel channel)
{
    tm_assert(d < DUTY_COUNT);
    bool other = channel == CHANNEL_VOICE_LIVE && live_rows[d].word != NULL;
    return other ? &live_rows[d] : &rows[d];
}

bool duty_parse(struct slice word, enum duty *out)
{
    for (size_t i = 0; i < DUTY_COUNT; i++) {
        if (str_eq(word, rows[i].word)) {
            *out = (enum duty)i;
            return true;
        }
    }
    return false;
}

const char *duty_word(enum duty d)
{
    tm_assert(d < DUTY_COUNT);
    return rows[d].word;
}

enum duty_how duty_how(enum duty d, enum contact_channel channel)
{
    return row_of(d, channel)->how;
}

/* K10, K11: the notice to a person is an agent's to give. A consent would have
 * to be asked before anything is recorded. */
static bool recording_declared(enum duty d, enum contact_channel channel)
{
    if (d == DUTY_OBJECTION)
        return true;
    return channel == CHANNEL_VOICE_LIVE && d != DUTY_CONSENT;
}

bool duty_may_be_declared(enum duty d, enum contact_channel channel)
{
    switch (duty_how(d, channel)) {
    case DUTY_BY_FREEPHONE:
    case DUTY_BY_ARTIFICIAL:
    case DUTY_BY_AI:
    case DUTY_BY_OPERATOR: return true;
    case DUTY_BY_RECORDING: return recording_declared(d, channel);
    case DUTY_BY_ENGINE:
    case DUTY_BY_NAME:
    case DUTY_BY_OPT_OUT:
    case DUTY_BY_NUMBER:
    case DUTY_BY_PEOPLE:
    case DUTY_BY_MESSAGE: return false;
    }
    tm_unreachable("a duty outside its table");
}

static bool says(const struct plan *p, unsigned w)
{
    return (p->says & w) != 0;
}

/* K10: the notice is said first and stands on the recording. A consent would
 * have to be asked before anything is recorded: no campaign of ours asks for
 * it, so that its calls go on unrecorded (K11). Where no person of ours talks,
 * nobody asks for the number of a card. */
static bool recording_carried(const struct plan *p, enum duty d)
{
    if (d == DUTY_NOTICE || d == DUTY_NOTICE_KEPT)
        return p->recording_notice != NULL;
    return d == DUTY_PAUSE && p->dial_mode == DIAL_AGENTLESS;
}

bool duty_carried(const struct plan *p, enum duty d)
{
    tm_assert(d < DUTY_COUNT);
    if ((p->carries >> d & 1) != 0)
        return true;
    switch (duty_how(d, p->channel)) {
    case DUTY_BY_ENGINE: return p->caller_e164 != 0;
    case DUTY_BY_NAME: return says(p, PLAN_SAYS_NAME);
    case DUTY_BY_OPT_OUT: return says(p, PLAN_SAYS_OPT_OUT);
    case DUTY_BY_NUMBER:
        return says(p, PLAN_SAYS_NAME) && says(p, PLAN_SAYS_NUMBER);
    case DUTY_BY_FREEPHONE: return says(p, PLAN_SAYS_FREEPHONE);
    case DUTY_BY_ARTIFICIAL: return says(p, PLAN_SAYS_AUTOMATED);
    case DUTY_BY_AI: return says(p, PLAN_SAYS_AI);
    case DUTY_BY_RECORDING: return recording_carried(p, d);
    case DUTY_BY_OPERATOR:
    case DUTY_BY_PEOPLE:
    case DUTY_BY_MESSAGE: return false;
    }
    tm_unreachable("a duty outside its table");
}

bool duty_gap_find(const struct plan *p, const struct verdict *v,
                   struct duty_gap *out)
{
    for (size_t i = 0; i < v->duties; i++) {
        enum duty d;
        bool known = duty_parse(str_of(v->duty[i]), &d);
        if (known && (rows[d].how == DUTY_BY_RECORDING || duty_carried(p, d)))
            continue;
        *out = (struct duty_gap){
            .word = v->duty[i],
            .rule = rule_duty_source(v, v->duty[i]),
            .hint = known ? row_of(d, p->channel)->hint
                          : "this program does not know it; a newer one may",
            .declare = known && duty_may_be_declared(d, p->channel),
        };
        return true;
    }
    return false;
}

void duty_gap_text(const struct duty_gap *g, struct buf *out)
{
    buf_addf(out, "duty %s", g->word);
    if (g->rule != NULL)
        buf_addf(out, " of %s (%s)", g->rule->id, g->rule->citation);
    buf_addf(out, " is not carried out: %s", g->hint);
    if (g->declare)
        buf_addf(out, "; then write carries = %s", g->word);
}

struct duty_recording duty_recording(const struct plan *p,
                                     const struct verdict *v)
{
    struct duty_recording r = {.on = p->record, .word = ""};
    for (size_t i = 0; i < v->duties && r.on; i++) {
        enum duty d;
        if (!duty_parse(str_of(v->duty[i]), &d) ||
            rows[d].how != DUTY_BY_RECORDING)
            continue;
        r.on = duty_carried(p, d);
        if (d != DUTY_PAUSE || !r.on) /* that one stands everywhere */
            r.word = v->duty[i];
    }
    return r;
}
