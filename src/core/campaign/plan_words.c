/*
 * What the law fixes of a recorded message, checked in its words: who calls,
 * at the beginning; within two seconds of that, the key that opts out, which
 * works at any time; the number to call. 47 CFR 64.1200(b), 16 CFR
 * 310.4(b)(1)(v)(B); Canada: CRTC Unsolicited Telecommunications Rules, part
 * IV, section 4.
 */
#include <string.h>

#include "core/campaign/plan_parser.h"
#include "core/script/script_words.h"

/* Bytes before the name: some seconds of speech. */
enum { NAME_AT_MAX = 120, WORDS_MAX = 65536 };

static struct slice spoken_name(const struct plan *p)
{
    return str_of(p->spoken_name != NULL ? p->spoken_name : p->seller);
}

static bool any_of(struct slice words, const char *const *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (script_words_find(words, str_of(word[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static bool offers_opt_out(const struct script *s, struct slice words)
{
    for (size_t i = 0; i < s->keys; i++) {
        int to = s->key[i].next;
        if (to != SCRIPT_END && s->step[to].action == SCRIPT_DO_OPT_OUT &&
            script_words_key(words, s->key[i].digit))
            return true;
    }
    return false;
}

/* The rest of the sentence with the name, and the one behind it: two seconds
 * are not enough for a third. */
static struct slice beside(struct slice words, size_t name_end)
{
    size_t end = script_words_sentence_end(words, name_end);
    end = script_words_sentence_end(words, end);
    return str_range(words.p + name_end, end - name_end);
}

static unsigned opening(const struct plan *p, struct slice words)
{
    static const char *const machine[] = {
        "automated", "automatic", "artificial", "recorded",     "prerecorded",
        "recording", "computer",  "synthetic",  "automatizada", "automatisé"};
    static const char *const ai[] = {"artificial intelligence", "AI"};
    struct slice name = spoken_name(p);
    size_t at = script_words_find(words, name, 0);
    unsigned says = 0;
    if (at <= NAME_AT_MAX) {
        says |= PLAN_SAYS_NAME;
        if (offers_opt_out(p->script, beside(words, at + name.n)))
            says |= PLAN_SAYS_OPT_OUT;
    }
    if (any_of(words, machine, tm_array_len(machine)))
        says |= PLAN_SAYS_AUTOMATED;
    if (any_of(words, ai, tm_array_len(ai)))
        says |= PLAN_SAYS_AI;
    return says;
}

static unsigned numbers(const struct plan *p, struct slice words)
{
    unsigned says = 0;
    if (script_words_number(words, p->caller_e164))
        says |= PLAN_SAYS_NUMBER;
    if (p->opt_out_e164 != 0 && script_words_number(words, p->opt_out_e164))
        says |= PLAN_SAYS_NUMBER | PLAN_SAYS_FREEPHONE;
    return says;
}

static int refuse_opening(const struct plan_parser *p, unsigned says,
                          int unknown, struct err *e)
{
    const struct plan *plan = p->plan;
    const struct script_say *first = &plan->script->step[0].say[0];
    if ((says & PLAN_SAYS_NAME) != 0)
        return plan_parser_bad(
            p, first->line, e,
            "the key that opts out must be offered within two seconds of the "
            "name of who calls (47 CFR 64.1200(b)(3), 16 CFR "
            "310.4(b)(1)(v)(B)(ii)); let the sentence after it say which key, "
            "in a digit: Press 9 at any time to be taken off our list.");
    if (unknown != 0)
        return plan_parser_bad(
            p, unknown, e,
            "what this sound file says is not known, and the law fixes how a "
            "recorded call begins (47 CFR 64.1200(b)); write it below: words = "
            "This is an automated call from %s. Press 9 at any time ...",
            plan->seller);
    return plan_parser_bad(
        p, first->line, e,
        "a recorded call says first who calls (47 CFR 64.1200(b)(1), 16 CFR "
        "310.4(b)(1)(v)(B)(ii)), and these words do not name \"%s\"; name it "
        "in the first %d characters, or write how it is said: spoken_name = "
        "...",
        spoken_name(plan).p, NAME_AT_MAX);
}

static bool in_north_america(const struct plan *p)
{
    return strcmp(p->country, "US") == 0 || strcmp(p->country, "CA") == 0;
}

int plan_words_check(struct plan_parser *p, struct err *e)
{
    struct plan *plan = p->plan;
    struct buf b;
    int unknown = 0, rc = TM_OK;
    tm_assert(plan->channel == CHANNEL_VOICE_PRERECORDED);
    buf_init(&b, WORDS_MAX);
    script_words_heard(plan->script, true, &b, &unknown);
    unsigned says = opening(plan, buf_slice(&b));
    unsigned wanted = PLAN_SAYS_NAME | PLAN_SAYS_OPT_OUT;
    if ((says & wanted) != wanted)
        rc = refuse_opening(p, says, unknown, e);
    buf_clear(&b);
    script_words_heard(plan->script, false, &b, NULL);
    says |= numbers(plan, buf_slice(&b));
    buf_fini(&b);
    if (rc == TM_OK && (says & PLAN_SAYS_NUMBER) == 0 && in_north_america(plan))
        rc = plan_parser_bad(
            p, plan->script->step[0].line, e,
            "a recorded call says a number that one can call (47 CFR "
            "64.1200(b)(2); Canada: Unsolicited Telecommunications Rules, part "
            "IV, 4); let a step that follows without a key say %s, or your "
            "opt_out_number, in digits",
            plan->caller_id);
    plan->says = says;
    return rc;
}
