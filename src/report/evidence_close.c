#include "report/evidence.h"

int64_t evidence_waited_ms(const struct reader_caller *c)
{
    if (c->bridged_us != 0) {
        return c->wait_ms;
    }
    /* The whole call, when nobody came. */
    return c->ended_us != 0 ? c->talk_ms : 0;
}

int64_t evidence_talk_ms(const struct reader_caller *c)
{
    bool talked = c->bridged_us != 0 && c->ended_us > c->bridged_us;
    return talked ? (c->ended_us - c->bridged_us) / 1000 : 0;
}

/* The record of a call to us names no campaign file: whether there should be
 * a recording cannot be told. */
static void close_callers(struct evidence *v, struct arena *a)
{
    size_t silent = 0;
    for (size_t i = 0; i < v->callers; i++) {
        const struct evidence_caller *t = &v->caller[i];
        silent += t->c.bridged_us != 0 && t->recording[0] == '\0';
        if (t->c.ended_us == 0) {
            evidence_unknown(v, a, "Call %lld to us has no recorded end.",
                             (long long)t->c.id.v);
        }
    }
    if (silent > 0) {
        evidence_unknown(v, a,
                         "There is no recording of %zu of the calls to us that "
                         "an agent took, and whether there should be is not "
                         "on file.",
                         silent);
    }
}

void evidence_close(struct evidence *v, struct arena *a)
{
    for (size_t i = 0; i < v->attempts; i++) {
        const struct evidence_attempt *t = &v->attempt[i];
        bool asked = t->plan && t->plan->plan && t->plan->plan->record;
        if (asked && t->a.answered_us != 0 && t->recording[0] == '\0') {
            evidence_unknown(v, a,
                             "Call %lld was to be recorded, and there is no "
                             "recording of it.",
                             (long long)t->a.id.v);
        }
        if (t->a.ended_us == 0) {
            evidence_unknown(v, a, "Call %lld has no recorded end.",
                             (long long)t->a.id.v);
        }
    }
    close_callers(v, a);
    if (v->attempts > 0 && v->leads == 0) {
        evidence_unknown(v, a,
                         "Who stood behind the number in our lists is "
                         "not on file any more.");
    }
    if (v->attempts + v->callers > 0 && !v->chain_checked) {
        evidence_unknown(v, a,
                         "The journal was checked at the entries named here "
                         "only; `telemark journal verify` checks all of it.");
    }
}
