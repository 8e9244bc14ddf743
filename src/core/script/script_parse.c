#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/script/script.h"
#include "core/script/script_field.h"

enum {
    TIMEOUT_DEFAULT_MS = 6000,
    TIMEOUT_MIN_MS = 1000,
    TIMEOUT_MAX_MS = 60000
};

/* A target is a name until the last step has been read. */
struct target {
    struct slice name; /* empty: none */
    int line;
};

struct step_targets {
    struct target key[SCRIPT_KEYS_MAX];
    struct target next;
    int section_line; /* two sections of one name are told apart by it */
};

struct script_parser {
    struct arena *arena;
    const char *file;
    struct script *script;
    struct step_targets *targets; /* beside script->step */
    struct target global[SCRIPT_KEYS_MAX];
    int keys_line;
};

static int bad(const struct script_parser *p, int line, struct err *e,
               const char *fmt, ...) TM_PRINTF(4, 5);

static int bad(const struct script_parser *p, int line, struct err *e,
               const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set(e, TM_EINVAL, "%s:%d: %s", p->file, line, text);
}

#define SHOW(s) (int)((s).n < 60 ? (s).n : 60), (s).p

struct script_parser *script_parser_new(struct arena *a, const char *file)
{
    struct script_parser *p = arena_alloc(a, sizeof(*p));
    p->arena = a;
    p->file = file;
    p->script = arena_alloc(a, sizeof(*p->script));
    p->script->step =
        arena_array(a, SCRIPT_STEPS_MAX, sizeof(*p->script->step));
    p->targets = arena_array(a, SCRIPT_STEPS_MAX, sizeof(*p->targets));
    return p;
}

bool script_owns(struct slice section)
{
    return str_eq(section, "keys") || str_eq(section, "step") ||
           str_starts(section, "step ");
}

int script_find(const struct script *s, struct slice name)
{
    for (size_t i = 0; i < s->steps; i++)
        if (str_same(s->step[i].name, name))
            return (int)i;
    return SCRIPT_END;
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
        if (!ok)
            return false;
    }
    return s.n > 0 && s.n <= 40;
}

static bool key_digit(struct slice s, char *out)
{
    if (s.n != 1 || strchr("0123456789*#", s.p[0]) == NULL)
        return false;
    *out = s.p[0];
    return true;
}

static int open_step(struct script_parser *p, const struct kv_line *l,
                     struct err *e)
{
    struct slice name = str_trim(str_range(l->section.p + 4, l->section.n - 4));
    if (!is_name(name) || str_eq(name, "end"))
        return bad(p, l->section_line, e,
                   "a step needs a name of small letters, digits, '-' and "
                   "'_', not \"end\": write [step welcome]");
    if (script_find(p->script, name) != SCRIPT_END)
        return bad(p, l->section_line, e,
                   "a step \"%.*s\" is there already; rename one of the two",
                   SHOW(name));
    if (p->script->steps == SCRIPT_STEPS_MAX)
        return bad(p, l->section_line, e,
                   "more than %d steps; split the campaign", SCRIPT_STEPS_MAX);
    size_t i = p->script->steps++;
    p->script->step[i] = (struct script_step){.name = name,
                                              .line = l->section_line,
                                              .next = SCRIPT_END,
                                              .timeout_ms = TIMEOUT_DEFAULT_MS};
    p->targets[i].section_line = l->section_line;
    return TM_OK;
}

/* Fields that the words name, for the campaign to keep. */
static int note_fields(struct script_parser *p, struct slice text, int line,
                       struct err *e)
{
    struct script *s = p->script;
    struct script_field f;
    size_t at = 0;
    int rc;
    while ((rc = script_field_next(text, &at, &f)) == 1) {
        bool known = false;
        for (size_t i = 0; i < s->fields; i++)
            known = known || str_same(s->field[i], f.name);
        if (known)
            continue;
        if (s->fields == SCRIPT_FIELDS_MAX)
            return bad(p, line, e, "more than %d different {fields}",
                       SCRIPT_FIELDS_MAX);
        s->field[s->fields++] = f.name;
    }
    if (rc < 0)
        return bad(p, line, e,
                   "a field is written {name}, {name|said when empty} or "
                   "{name:time}, {name:date}, {name:digits}; names have small "
                   "letters, digits and '_'");
    return TM_OK;
}

static int parse_say(struct script_parser *p, struct script_step *s,
                     const struct kv_line *l, struct err *e)
{
    bool wav = str_eq(l->key, "say_wav");
    if (l->value.n == 0)
        return bad(p, l->line, e, "%s is empty; write what to play",
                   wav ? "say_wav" : "say");
    if (l->value.n > SCRIPT_SAY_MAX)
        return bad(p, l->line, e,
                   "%s is longer than %d bytes; write several say lines",
                   wav ? "say_wav" : "say", SCRIPT_SAY_MAX);
    if (s->says == SCRIPT_SAYS_MAX)
        return bad(p, l->line, e,
                   "more than %d say lines in a step; go on in a next step",
                   SCRIPT_SAYS_MAX);
    s->say[s->says++] =
        (struct script_say){.wav = wav, .text = l->value, .line = l->line};
    return wav ? TM_OK : note_fields(p, l->value, l->line, e);
}

static int parse_words(const struct script_parser *p, struct script_step *s,
                       const struct kv_line *l, struct err *e)
{
    struct script_say *say = s->says > 0 ? &s->say[s->says - 1] : NULL;
    if (say == NULL || !say->wav || say->words.n > 0)
        return bad(p, l->line, e,
                   "words tell what a sound file says; write them once, right "
                   "below its say_wav");
    if (l->value.n == 0 || l->value.n > SCRIPT_SAY_MAX)
        return bad(p, l->line, e, "words must have 1 to %d bytes",
                   SCRIPT_SAY_MAX);
    say->words = l->value;
    return TM_OK;
}

static int parse_question(struct script_parser *p, struct script_step *s,
                          const struct kv_line *l, struct err *e)
{
    struct slice text;
    struct slice id = str_cut(l->value, ' ', &text);
    if (!is_name(id))
        return bad(p, l->line, e,
                   "a question starts with its short name in the reports: "
                   "question = visit How was your visit?");
    if (s->question.n > 0)
        return bad(p, l->line, e, "a step asks one question");
    for (size_t i = 0; i < p->script->steps; i++)
        if (str_same(p->script->step[i].question, id))
            return bad(p, l->line, e,
                       "question \"%.*s\" is asked in another step already",
                       SHOW(id));
    s->question = id;
    s->question_text = text.p == NULL ? id : str_trim(text);
    p->script->questions++;
    return TM_OK;
}

static int parse_key(struct script_parser *p, struct script_step *s,
                     const struct kv_line *l, struct err *e)
{
    char digit;
    if (!key_digit(str_range(l->key.p + 4, l->key.n - 4), &digit))
        return bad(p, l->line, e,
                   "\"%.*s\" is no key; keys are key.0 to key.9, key.* and "
                   "key.#",
                   SHOW(l->key));
    for (size_t i = 0; i < s->keys; i++)
        if (s->key[i].digit == digit)
            return bad(p, l->line, e,
                       "key %c has a meaning in this step "
                       "already",
                       digit);
    size_t arrow = l->value.n;
    for (size_t i = 0; i + 1 < l->value.n; i++)
        if (l->value.p[i] == '-' && l->value.p[i + 1] == '>')
            arrow = i;
    if (arrow == l->value.n)
        return bad(p, l->line, e,
                   "a key is written key.%c = answer -> next step (or end)",
                   digit);
    struct slice label = str_trim(str_range(l->value.p, arrow));
    struct slice to =
        str_trim(str_range(l->value.p + arrow + 2, l->value.n - arrow - 2));
    if (label.n == 0)
        return bad(p, l->line, e,
                   "key.%c needs an answer before the arrow: key.%c = yes -> "
                   "next step",
                   digit, digit);
    size_t i = s->keys++;
    s->key[i] = (struct script_key){.digit = digit, .label = label};
    p->targets[p->script->steps - 1].key[i] =
        (struct target){.name = to, .line = l->line};
    return TM_OK;
}

static int parse_do(struct script_parser *p, struct script_step *s,
                    const struct kv_line *l, struct err *e)
{
    static const char *const word[] = {
#define X(name, text) text,
        SCRIPT_DO_TABLE(X)
#undef X
    };
    for (size_t i = SCRIPT_DO_GO_ON + 1; i < tm_array_len(word); i++) {
        if (str_eq(l->value, word[i])) {
            s->action = (enum script_do)i;
            return TM_OK;
        }
    }
    return bad(p, l->line, e,
               "do = \"%.*s\" is not known; use opt_out, callback or end",
               SHOW(l->value));
}

static int parse_wait(struct script_parser *p, struct script_step *s,
                      const struct kv_line *l, struct err *e)
{
    if (str_eq(l->key, "timeout")) {
        if (str_duration_ms(l->value, &s->timeout_ms) &&
            s->timeout_ms >= TIMEOUT_MIN_MS && s->timeout_ms <= TIMEOUT_MAX_MS)
            return TM_OK;
        return bad(p, l->line, e,
                   "timeout is a time from 1s to 60s, such as 6s");
    }
    uint64_t n;
    if (!str_u64(l->value, &n) || n > SCRIPT_REPEAT_MAX)
        return bad(p, l->line, e, "repeat is how often to ask again, 0 to %d",
                   SCRIPT_REPEAT_MAX);
    s->repeat = (unsigned)n;
    return TM_OK;
}

static int parse_step_line(struct script_parser *p, const struct kv_line *l,
                           struct err *e)
{
    struct script_step *s = &p->script->step[p->script->steps - 1];
    if (str_eq(l->key, "say") || str_eq(l->key, "say_wav"))
        return parse_say(p, s, l, e);
    if (str_eq(l->key, "words"))
        return parse_words(p, s, l, e);
    if (str_starts(l->key, "key."))
        return parse_key(p, s, l, e);
    if (str_eq(l->key, "question"))
        return parse_question(p, s, l, e);
    if (str_eq(l->key, "do"))
        return parse_do(p, s, l, e);
    if (str_eq(l->key, "timeout") || str_eq(l->key, "repeat"))
        return parse_wait(p, s, l, e);
    if (str_eq(l->key, "next")) {
        p->targets[p->script->steps - 1].next =
            (struct target){.name = l->value, .line = l->line};
        return TM_OK;
    }
    return bad(p, l->line, e,
               "a step has no key \"%.*s\"; known are say, say_wav, words, "
               "question, key.N, repeat, timeout, next and do",
               SHOW(l->key));
}

static int parse_global(struct script_parser *p, const struct kv_line *l,
                        struct err *e)
{
    struct script *s = p->script;
    char digit;
    if (!key_digit(l->key, &digit))
        return bad(p, l->line, e,
                   "\"%.*s\" is no key; in [keys] write 9 = step",
                   SHOW(l->key));
    for (size_t i = 0; i < s->keys; i++)
        if (s->key[i].digit == digit)
            return bad(p, l->line, e, "key %c is in [keys] already", digit);
    p->global[s->keys] = (struct target){.name = l->value, .line = l->line};
    s->key[s->keys++] = (struct script_key){.digit = digit};
    return TM_OK;
}

int script_parse_line(struct script_parser *p, const struct kv_line *l,
                      struct err *e)
{
    tm_assert(script_owns(l->section));
    if (str_eq(l->section, "keys"))
        return l->key.n == 0 ? TM_OK : parse_global(p, l, e);
    size_t n = p->script->steps;
    if (n == 0 || p->targets[n - 1].section_line != l->section_line) {
        int rc = open_step(p, l, e);
        if (rc != TM_OK)
            return rc;
    }
    return l->key.n == 0 ? TM_OK : parse_step_line(p, l, e);
}

static int resolve(const struct script_parser *p, const struct target *t,
                   int *out, struct err *e)
{
    *out = SCRIPT_END;
    if (t->name.n == 0 || str_eq(t->name, "end"))
        return TM_OK;
    *out = script_find(p->script, t->name);
    if (*out == SCRIPT_END)
        return bad(p, t->line, e,
                   "there is no step \"%.*s\"; write a [step %.*s] or name "
                   "another one",
                   SHOW(t->name), SHOW(t->name));
    return TM_OK;
}

static int resolve_all(struct script_parser *p, struct err *e)
{
    struct script *s = p->script;
    int rc = TM_OK;
    for (size_t k = 0; k < s->keys && rc == TM_OK; k++) {
        rc = resolve(p, &p->global[k], &s->key[k].next, e);
        if (rc == TM_OK && s->key[k].next != SCRIPT_END &&
            s->step[s->key[k].next].action == SCRIPT_DO_OPT_OUT)
            s->opt_out_any_time = true;
    }
    for (size_t i = 0; i < s->steps && rc == TM_OK; i++) {
        struct step_targets *t = &p->targets[i];
        rc = resolve(p, &t->next, &s->step[i].next, e);
        for (size_t k = 0; k < s->step[i].keys && rc == TM_OK; k++)
            rc = resolve(p, &t->key[k], &s->step[i].key[k].next, e);
    }
    return rc;
}

static int check_keys(const struct script_parser *p,
                      const struct script_step *s, struct err *e)
{
    const struct script *all = p->script;
    for (size_t i = 0; i < s->keys; i++)
        for (size_t k = 0; k < all->keys; k++)
            if (s->key[i].digit == all->key[k].digit)
                return bad(p, s->line, e,
                           "step \"%.*s\" gives key %c another meaning than "
                           "[keys]; a key of [keys] works in every step",
                           SHOW(s->name), s->key[i].digit);
    return TM_OK;
}

static int check_step(const struct script_parser *p, size_t i, struct err *e)
{
    const struct script_step *s = &p->script->step[i];
    const struct target *next = &p->targets[i].next;
    bool last = s->action == SCRIPT_DO_OPT_OUT || s->action == SCRIPT_DO_END;
    if (s->says == 0 && s->action != SCRIPT_DO_END)
        return bad(p, s->line, e, "step \"%.*s\" says nothing; add a say line",
                   SHOW(s->name));
    if (s->action != SCRIPT_DO_GO_ON && s->keys > 0)
        return bad(p, s->line, e,
                   "step \"%.*s\" asks for keys and has a do; put the do in a "
                   "step of its own",
                   SHOW(s->name));
    if (last && next->name.n > 0)
        return bad(p, next->line, e,
                   "the call ends after do = opt_out and do = end; remove "
                   "next");
    if (s->action == SCRIPT_DO_GO_ON && s->keys == 0 && next->name.n == 0)
        return bad(p, s->line, e,
                   "step \"%.*s\" does not say what follows; add next = STEP, "
                   "keys, or do = end",
                   SHOW(s->name));
    if (s->question.n > 0 && s->keys == 0)
        return bad(p, s->line, e,
                   "step \"%.*s\" has a question and no keys to answer it; "
                   "add key.1 = answer -> next step",
                   SHOW(s->name));
    return check_keys(p, s, e);
}

static void reach(const struct script *s, int i, bool *seen)
{
    int pending[SCRIPT_STEPS_MAX];
    size_t n = 0;
    if (i == SCRIPT_END || seen[i])
        return;
    seen[i] = true;
    pending[n++] = i;
    while (n > 0) {
        const struct script_step *t = &s->step[pending[--n]];
        for (size_t k = 0; k <= t->keys; k++) {
            int to = k < t->keys ? t->key[k].next : t->next;
            if (to == SCRIPT_END || seen[to])
                continue;
            seen[to] = true;
            pending[n++] = to;
        }
    }
}

static int check_reach(const struct script_parser *p, struct err *e)
{
    const struct script *s = p->script;
    bool seen[SCRIPT_STEPS_MAX] = {false};
    reach(s, 0, seen);
    for (size_t k = 0; k < s->keys; k++)
        reach(s, s->key[k].next, seen);
    for (size_t i = 0; i < s->steps; i++)
        if (!seen[i])
            return bad(p, s->step[i].line, e,
                       "step \"%.*s\" is never reached; lead to it or remove "
                       "it",
                       SHOW(s->step[i].name));
    return TM_OK;
}

/* A call where nobody presses a key must come to its end. */
static int check_ends(const struct script_parser *p, struct err *e)
{
    const struct script *s = p->script;
    for (size_t i = 0; i < s->steps; i++) {
        int at = (int)i;
        size_t moves = 0;
        while (at != SCRIPT_END && moves <= s->steps) {
            at = s->step[at].next;
            moves++;
        }
        if (at != SCRIPT_END)
            return bad(p, s->step[i].line, e,
                       "from step \"%.*s\" the call goes round for ever when "
                       "no key is pressed; let a next lead to an end",
                       SHOW(s->step[i].name));
    }
    return TM_OK;
}

int script_parse_end(struct script_parser *p, const struct script **out,
                     struct err *e)
{
    if (p->script->steps == 0)
        return err_set(e, TM_EINVAL,
                       "%s: no script; add a section [step welcome] with a "
                       "say line",
                       p->file);
    int rc = resolve_all(p, e);
    for (size_t i = 0; i < p->script->steps && rc == TM_OK; i++)
        rc = check_step(p, i, e);
    if (rc == TM_OK)
        rc = check_reach(p, e);
    if (rc == TM_OK)
        rc = check_ends(p, e);
    if (rc == TM_OK)
        *out = p->script;
    return rc;
}
