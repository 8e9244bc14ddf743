#include "core/script/script_run.h"

#include <string.h>

#include "base/civil.h"
#include "core/script/script_field.h"

/* Should a played() never come (the media side failed), the call goes on
 * after this. */
#define SPEAK_MAX_US (120 * CIVIL_SECOND_US)

enum { KEYS_MAX = 250 }; /* a call with more keys is a toy or a fault */

_Static_assert(SCRIPT_STEPS_MAX <= 64, "a bit a step");

/* The call that an event came to; keeps the functions below short. */
struct turn {
    struct script_run *r;
    int64_t now_us;
    const struct lead *lead;
    struct script_text *text;
    struct script_output *out;
};

static void copy_in(struct script_text *t, struct slice s)
{
    size_t room = t->cap - t->n;
    if (room == 0)
        return;
    t->n += str_copy(t->p + t->n, room, s);
}

struct slice script_run_render(struct slice text, const struct lead *l,
                               struct script_text *t)
{
    tm_assert(t->n <= t->cap);
    size_t start = t->n, at = 0, done = 0;
    struct script_field f;
    while (script_field_next(text, &at, &f) == 1) {
        char spoken[SCRIPT_FIELD_VALUE_MAX];
        struct slice value = str_trim(lead_field_value(l, f.name));
        copy_in(t, str_range(text.p + done, f.start - done));
        done = f.end;
        if (value.n == 0) {
            copy_in(t, f.fallback);
            continue;
        }
        size_t n = script_field_speak(f.format, value, spoken, sizeof(spoken));
        copy_in(t, str_range(spoken, n));
    }
    copy_in(t, str_range(text.p + done, text.n - done));
    return str_range(t->p + start, t->n - start);
}

void script_run_init(struct script_run *r, const struct script *s)
{
    tm_assert(s->steps > 0);
    *r = (struct script_run){
        .script = s, .step = SCRIPT_END, .deadline_us = INT64_MAX};
}

static const struct script_step *step_of(const struct script_run *r)
{
    tm_assert(r->step >= 0 && (size_t)r->step < r->script->steps);
    return &r->script->step[r->step];
}

static void end(const struct turn *t)
{
    t->r->step = SCRIPT_END;
    t->r->speaking = false;
    t->r->deadline_us = INT64_MAX;
    t->out->end = true;
}

static void speak(const struct turn *t)
{
    const struct script_step *s = step_of(t->r);
    for (size_t i = 0; i < s->says; i++) {
        const struct script_say *say = &s->say[i];
        t->out->line[t->out->lines++] = (struct script_line){
            .wav = say->wav,
            .text = say->wav ? say->text
                             : script_run_render(say->text, t->lead, t->text)};
    }
    t->r->tag++;
    t->out->tag = t->r->tag;
    t->r->speaking = true;
    t->r->deadline_us = t->now_us + SPEAK_MAX_US;
}

/* Comes to a step, or to the end of the call. */
static void enter(const struct turn *t, int step)
{
    struct script_run *r = t->r;
    r->asked = 0;
    if (step == SCRIPT_END) {
        end(t);
        return;
    }
    r->step = step;
    const struct script_step *s = step_of(r);
    if (s->question.n > 0)
        r->questions |= UINT64_C(1) << step;
    if (s->action == SCRIPT_DO_OPT_OUT) {
        r->opted_out = true;
        t->out->opt_out = true;
    }
    if (s->action == SCRIPT_DO_CALLBACK && !r->callback) {
        r->callback = true;
        t->out->callback = true;
    }
    if (s->action == SCRIPT_DO_END)
        r->finished = true;
    if (s->says == 0)
        end(t);
    else
        speak(t);
}

/* No key, or another one: ask again while the script allows. */
static void ask_again(const struct turn *t)
{
    struct script_run *r = t->r;
    const struct script_step *s = step_of(r);
    if (r->asked < s->repeat) {
        r->asked++;
        speak(t);
        return;
    }
    enter(t, s->next);
}

static const struct script_key *find_key(const struct script_key *k, size_t n,
                                         char digit)
{
    for (size_t i = 0; i < n; i++)
        if (k[i].digit == digit)
            return &k[i];
    return NULL;
}

/* k may be NULL. */
static bool is_opt_out(const struct script *s, const struct script_key *k)
{
    return k != NULL && k->next != SCRIPT_END &&
           s->step[k->next].action == SCRIPT_DO_OPT_OUT;
}

static void answer(const struct turn *t, const struct script_key *k)
{
    const struct script_step *s = step_of(t->r);
    if (s->question.n > 0) {
        t->r->answers |= UINT64_C(1) << t->r->step;
        t->out->answered = true;
        t->out->question = s->question;
        t->out->answer = k->label;
    }
    if (k->next == SCRIPT_END)
        t->r->finished = true;
    enter(t, k->next);
}

void script_run_start(struct script_run *r, int64_t now_us,
                      const struct lead *l, struct script_text *t,
                      struct script_output *out)
{
    tm_assert(r->step == SCRIPT_END && r->tag == 0);
    *out = (struct script_output){0};
    struct turn turn = {r, now_us, l, t, out};
    enter(&turn, 0);
}

void script_run_digit(struct script_run *r, char digit, int64_t now_us,
                      const struct lead *l, struct script_text *t,
                      struct script_output *out)
{
    *out = (struct script_output){0};
    /* After an opt-out nothing is asked any more. */
    if (r->step == SCRIPT_END || r->opted_out)
        return;
    struct turn turn = {r, now_us, l, t, out};
    const struct script *s = r->script;
    const struct script_key *k = find_key(s->key, s->keys, digit);
    if (++r->keys > KEYS_MAX && !is_opt_out(s, k)) {
        end(&turn);
        return;
    }
    if (k != NULL) {
        enter(&turn, k->next);
        return;
    }
    const struct script_step *step = step_of(r);
    if (step->keys == 0)
        return;
    k = find_key(step->key, step->keys, digit);
    if (k != NULL)
        answer(&turn, k);
    else
        ask_again(&turn);
}

/* The words of a step have been said. */
static void said(const struct turn *t)
{
    struct script_run *r = t->r;
    const struct script_step *s = step_of(r);
    r->speaking = false;
    if (s->action == SCRIPT_DO_OPT_OUT || s->action == SCRIPT_DO_END)
        end(t);
    else if (s->keys > 0)
        r->deadline_us = t->now_us + s->timeout_ms * 1000;
    else
        enter(t, s->next);
}

void script_run_played(struct script_run *r, uint32_t tag, int64_t now_us,
                       const struct lead *l, struct script_text *t,
                       struct script_output *out)
{
    *out = (struct script_output){0};
    if (r->step == SCRIPT_END || !r->speaking || tag != r->tag)
        return;
    struct turn turn = {r, now_us, l, t, out};
    said(&turn);
}

void script_run_timeout(struct script_run *r, int64_t now_us,
                        const struct lead *l, struct script_text *t,
                        struct script_output *out)
{
    *out = (struct script_output){0};
    if (r->step == SCRIPT_END || now_us < r->deadline_us)
        return;
    struct turn turn = {r, now_us, l, t, out};
    if (r->speaking)
        said(&turn);
    else
        ask_again(&turn);
}

enum outcome script_run_outcome(const struct script_run *r, bool by_callee)
{
    if (r->opted_out)
        return OUTCOME_OPTED_OUT;
    if (r->callback)
        return OUTCOME_CALLBACK;
    if (r->questions == 0)
        return r->finished ? OUTCOME_COMPLETED
               : by_callee ? OUTCOME_HUNG_UP
                           : OUTCOME_NO_INPUT;
    if (r->finished && r->answers == r->questions)
        return OUTCOME_COMPLETED;
    if (r->answers != 0)
        return OUTCOME_PARTIAL;
    return by_callee ? OUTCOME_HUNG_UP : OUTCOME_NO_INPUT;
}
