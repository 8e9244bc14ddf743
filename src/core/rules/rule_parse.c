#include "core/rules/rule_parse.h"

#include <string.h>

#include "core/rules/rule_param.h"

/* X(key, repeats, must): everything of a rule but its test's parameters. */
#define KEYS(X)                                                                \
    X(KEY_TEXT, "text", false, true)                                           \
    X(KEY_CITATION, "citation", false, true)                                   \
    X(KEY_CERTAINTY, "certainty", false, true)                                 \
    X(KEY_SOURCE, "source", false, false)                                      \
    X(KEY_REMEDY, "remedy", false, false)                                      \
    X(KEY_STATUS, "status", false, false)                                      \
    X(KEY_FROM, "from", false, false)                                          \
    X(KEY_TO, "to", false, false)                                              \
    X(KEY_ROLE, "role", false, true)                                           \
    X(KEY_TEST, "test", false, false)                                          \
    X(KEY_WHEN, "when", true, false)                                           \
    X(KEY_UNLESS, "unless", true, false)                                       \
    X(KEY_IF, "if", true, false)                                               \
    X(KEY_REGIONS, "regions", true, false)                                     \
    X(KEY_LIFTS, "lifts", true, false)                                         \
    X(KEY_DUTY, "duty", true, false)                                           \
    X(KEY_JURISDICTION, "jurisdiction", false, false)                          \
    X(KEY_REACH, "reach", false, false)                                        \
    X(KEY_REPLACES, "replaces", true, false)

enum key {
#define X(name, word, repeats, must) name,
    KEYS(X)
#undef X
        KEY_COUNT
};

static const struct {
    const char *word;
    bool repeats, must;
} keys[KEY_COUNT] = {
#define X(name, word, repeats, must) [name] = {word, repeats, must},
    KEYS(X)
#undef X
};

static int fail(const struct rule_draft *d, struct err *e, const char *what,
                struct slice value)
{
    return err_set(e, TM_EINVAL, "%s:%d: rule %s: %s \"%.*s\"", d->pack->file,
                   d->line, d->rule.id, what, (int)value.n,
                   value.n > 0 ? value.p : "");
}

bool rule_parse_channels(struct slice s, uint32_t *out)
{
    struct slice bad;
    return rule_fact_mask(FACT_CHANNEL, s, out, &bad);
}

/* "purpose sale; channel not fax": appends one clause. */
static int parse_clause(struct rule_draft *d, struct rule_terms_draft *t,
                        struct slice s, struct err *e)
{
    size_t first = t->n;
    while (s.p) {
        struct slice part = str_trim(str_cut(s, ';', &s));
        struct slice values;
        struct slice word = str_cut(part, ' ', &values);
        enum rule_fact f;
        if (!rule_fact_find(word, &f)) {
            return fail(d, e, "no fact is called", word);
        }
        uint32_t mask = 0;
        struct slice bad;
        if (!rule_fact_mask(f, values, &mask, &bad)) {
            return fail(d, e, "not a value of that fact:", bad);
        }
        if (t->n == RULE_TERMS_MAX) {
            return fail(d, e, "too many conditions at", part);
        }
        t->term[t->n++] = (struct rule_term){.fact = (uint8_t)f, .mask = mask};
    }
    tm_assert(t->n > first);
    for (size_t i = first; i < t->n; i++) {
        t->term[i].rest = (uint8_t)(t->n - 1 - i);
    }
    return 0;
}

static int parse_words(struct rule_draft *d, struct rule_words_draft *w,
                       struct slice s, struct err *e)
{
    while (s.n > 0) {
        struct slice word = str_trim(str_cut(s, ' ', &s));
        if (word.n == 0) {
            continue;
        }
        if (w->n == RULE_WORDS_MAX) {
            return fail(d, e, "too many words at", word);
        }
        w->word[w->n++] = word;
    }
    return 0;
}

static int parse_regions(struct rule_draft *d, struct slice s, struct err *e)
{
    while (s.n > 0) {
        struct slice word = str_trim(str_cut(s, ' ', &s));
        if (word.n == 0) {
            continue;
        }
        if (d->code.regions == RULE_WORDS_MAX ||
            !vocab_place_parse(word, &d->region[d->code.regions])) {
            return fail(d, e, "not a place:", word);
        }
        d->code.regions++;
    }
    return 0;
}

static int parse_date(struct rule_draft *d, struct slice s,
                      struct civil_date *out, struct err *e)
{
    if (!civil_parse_date(s, out)) {
        return fail(d, e, "not a date YYYY-MM-DD:", s);
    }
    return 0;
}

/* Index of s in words, or -1. */
static int find_word(const char *const *words, size_t n, struct slice s)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(s, words[i])) {
            return (int)i;
        }
    }
    return -1;
}

static int parse_role(struct rule_draft *d, struct slice s, struct err *e)
{
    static const char *const words[] = {
#define X(name, word) word,
        RULE_ROLES(X)
#undef X
    };
    int i = find_word(words, tm_array_len(words), s);
    if (i < 0) {
        return fail(d, e, "role is require, forbid, exempt or duty, not", s);
    }
    d->rule.role = d->code.role = (enum rule_role)i;
    return 0;
}

static int parse_status(struct rule_draft *d, struct slice s, struct err *e)
{
    static const char *const words[] = {
#define X(name, word) word,
        RULE_STATUSES(X)
#undef X
    };
    int i = find_word(words, tm_array_len(words), s);
    if (i < 0) {
        return fail(d, e, "unknown status", s);
    }
    d->rule.status = (enum rule_status)i;
    return 0;
}

static const char *const test_words[] = {
#define X(name, word, time) word,
    RULE_TESTS(X)
#undef X
};

static int parse_test(struct rule_draft *d, struct slice s, struct err *e)
{
    static const bool is_time[] = {
#define X(name, word, time) time,
        RULE_TESTS(X)
#undef X
    };
    int i = find_word(test_words, tm_array_len(test_words), s);
    if (i < 0) {
        return fail(d, e, "no kind of test is called", s);
    }
    d->code.test = (enum rule_test)i;
    d->code.is_time = is_time[i];
    d->rule.test = test_words[i];
    return 0;
}

static int parse_reach(struct rule_draft *d, struct slice s, struct err *e)
{
    static const char *const words[] = {"callee", "recording", "recorder"};
    int i = find_word(words, tm_array_len(words), s);
    if (i < 0) {
        return fail(d, e, "reach is callee, recording or recorder, not", s);
    }
    d->code.reach = (enum rule_reach)i;
    return 0;
}

static int parse_text(struct rule_draft *d, struct slice s, const char **out,
                      struct err *e)
{
    if (s.n == 0) {
        return fail(d, e, "empty text", s);
    }
    *out = arena_strdup(d->arena, s);
    return 0;
}

static int parse_key(struct rule_draft *d, enum key key, struct slice s,
                     struct err *e)
{
    struct place_code place;
    switch (key) {
    case KEY_TEXT: return parse_text(d, s, &d->rule.text, e);
    case KEY_CITATION: return parse_text(d, s, &d->rule.citation, e);
    case KEY_CERTAINTY: return parse_text(d, s, &d->rule.certainty, e);
    case KEY_SOURCE: return parse_text(d, s, &d->rule.source, e);
    case KEY_REMEDY: return parse_text(d, s, &d->rule.remedy, e);
    case KEY_STATUS: return parse_status(d, s, e);
    case KEY_FROM: return parse_date(d, s, &d->rule.from, e);
    case KEY_TO: return parse_date(d, s, &d->rule.to, e);
    case KEY_ROLE: return parse_role(d, s, e);
    case KEY_TEST: return parse_test(d, s, e);
    case KEY_WHEN: return parse_clause(d, &d->when, s, e);
    case KEY_UNLESS: return parse_clause(d, &d->unless, s, e);
    case KEY_IF: return parse_clause(d, &d->hold, s, e);
    case KEY_REGIONS: return parse_regions(d, s, e);
    case KEY_LIFTS:
        d->lifts_line = d->line;
        return parse_words(d, &d->lifts, s, e);
    case KEY_DUTY: return parse_words(d, &d->duties, s, e);
    case KEY_REACH: return parse_reach(d, s, e);
    case KEY_REPLACES: return parse_words(d, &d->replaces, s, e);
    case KEY_JURISDICTION:
        if (!vocab_place_parse(s, &place)) {
            return fail(d, e, "not a place:", s);
        }
        d->rule.jurisdiction = arena_strdup(d->arena, s);
        return 0;
    case KEY_COUNT: break;
    }
    tm_unreachable("key of a rule");
}

static bool id_ok(struct slice id)
{
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
            return false;
        }
    }
    return id.n > 0 && id.n <= 40;
}

int rule_parse_begin(struct rule_draft *d, struct arena *a,
                     const struct rule_pack *pack, const struct kv_line *l,
                     struct err *e)
{
    memset(d, 0, sizeof *d);
    d->arena = a;
    d->pack = pack;
    d->line = l->section_line;
    struct slice id = str_trim(str_range(l->section.p + 5, l->section.n - 5));
    d->rule.id = arena_strdup(a, id);
    if (!id_ok(id)) {
        return fail(d, e, "an id has capitals, digits and '-' only:", id);
    }
    d->rule.file = pack->file;
    d->rule.line = l->section_line;
    d->rule.jurisdiction = pack->jurisdiction;
    d->rule.test = test_words[TEST_NONE];
    d->rule.source = d->rule.remedy = "";
    d->code.id_n = (uint32_t)id.n;
    d->code.from_day = INT32_MIN;
    d->code.to_day = INT32_MAX;
    return 0;
}

int rule_parse_line(struct rule_draft *d, const struct kv_line *l,
                    struct err *e)
{
    d->line = l->line;
    int key = 0;
    while (key < KEY_COUNT && !str_eq(l->key, keys[key].word)) {
        key++;
    }
    int param = key == KEY_COUNT ? rule_param_find(l->key) : -1;
    if (key == KEY_COUNT && param < 0) {
        return fail(d, e, "unknown key", l->key);
    }
    bool repeats = param < 0 ? keys[key].repeats : rule_param_repeats(param);
    uint64_t bit = UINT64_C(1) << (param < 0 ? key : KEY_COUNT + param);
    if ((d->given & bit) && !repeats) {
        return fail(d, e, "given twice:", l->key);
    }
    d->given |= bit;
    if (param < 0) {
        return parse_key(d, (enum key)key, l->value, e);
    }
    const char *expect;
    if (!rule_param_read(d, param, l->value, &expect)) {
        return err_set(e, TM_EINVAL, "%s:%d: rule %s: %.*s is %s, not \"%.*s\"",
                       d->pack->file, d->line, d->rule.id, (int)l->key.n,
                       l->key.p, expect, (int)l->value.n, l->value.p);
    }
    return 0;
}

/* Keys that are missing or that this test does not have. */
static int check_keys(struct rule_draft *d, struct err *e)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        if (keys[i].must && !(d->given & (UINT64_C(1) << i))) {
            return fail(d, e, "missing", str_of(keys[i].word));
        }
    }
    uint64_t params = d->given >> KEY_COUNT;
    uint64_t missing = rule_param_needed(d->code.test) & ~params;
    uint64_t extra = params & ~rule_param_allowed(d->code.test);
    for (int i = 0; i < 64 - KEY_COUNT; i++) {
        if (missing & (UINT64_C(1) << i)) {
            return fail(d, e, "its test needs", str_of(rule_param_name(i)));
        }
        if (extra & (UINT64_C(1) << i)) {
            return fail(d, e, "its test has no", str_of(rule_param_name(i)));
        }
    }
    return 0;
}

/* Combinations that would say nothing, or something else than they seem to. */
static int check_sense(struct rule_draft *d, struct err *e)
{
    const struct rule_code *c = &d->code;
    const struct rule_param *p = &c->param;
    struct slice test = str_of(d->rule.test);
    if ((c->role == RULE_EXEMPT) != (d->lifts.n > 0)) {
        return fail(d, e, "lifts belongs to an exemption, and it needs it:",
                    str_of("lifts"));
    }
    if (c->role == RULE_DUTY && (c->test != TEST_NONE || d->hold.n > 0)) {
        return fail(d, e, "a duty has no test", test);
    }
    if (c->role == RULE_REQUIRE && c->test == TEST_NONE && d->hold.n == 0) {
        return fail(d, e, "requires nothing: give it a test or", str_of("if"));
    }
    if (c->is_time && c->role != RULE_REQUIRE) {
        return fail(d, e, "hours and caps are required, not else:", test);
    }
    if (c->is_time && d->hold.n > 0) {
        return fail(d, e, "hours and caps take `when`, not", str_of("if"));
    }
    if (c->test == TEST_ZONE &&
        (c->role != RULE_REQUIRE || !d->rule.from.year)) {
        return fail(d, e, "a clock is required, from a date on:", test);
    }
    if (c->reach != REACH_CALLEE && c->role != RULE_DUTY) {
        return fail(d, e, "only duties reach a place of recording:", test);
    }
    if (c->test == TEST_RELATIONSHIP && !p->transaction && !p->inquiry &&
        !p->gift && !p->member && !p->customer && !p->contract) {
        return fail(d, e, "which relationship?", test);
    }
    if (d->rule.from.year && d->rule.to.year &&
        civil_date_cmp(d->rule.to, d->rule.from) < 0) {
        return fail(d, e, "ends before it begins:", str_of("to"));
    }
    if (!d->rule.jurisdiction) {
        return fail(d, e, "missing", str_of("jurisdiction"));
    }
    return 0;
}

static const void *copy(struct rule_draft *d, const void *from, size_t n,
                        size_t size)
{
    void *p = arena_array(d->arena, n, size);
    memcpy(p, from, n * size);
    return p;
}

static struct rule_terms copy_terms(struct rule_draft *d,
                                    const struct rule_terms_draft *t)
{
    return (struct rule_terms){copy(d, t->term, t->n, sizeof t->term[0]), t->n};
}

/* Channels for which some clause can hold or stay open. */
static uint32_t channels_of(const struct rule_terms *when)
{
    uint32_t any = when->n == 0 ? UINT32_MAX : 1;
    uint32_t clause = UINT32_MAX;
    for (size_t i = 0; i < when->n; i++) {
        if (when->term[i].fact == FACT_CHANNEL) {
            clause &= when->term[i].mask;
        }
        if (when->term[i].rest == 0) {
            any |= clause;
            clause = UINT32_MAX;
        }
    }
    return any;
}

int rule_parse_end(struct rule_draft *d, struct err *e)
{
    d->line = d->rule.line;
    int rc = check_keys(d, e);
    if (rc == 0) {
        rc = check_sense(d, e);
    }
    if (rc < 0) {
        return rc;
    }
    struct rule_code *c = &d->code;
    c->binds =
        d->rule.status == RULE_IN_FORCE || d->rule.status == RULE_DISPUTED;
    c->when = copy_terms(d, &d->when);
    c->channels = channels_of(&c->when);
    c->unless = copy_terms(d, &d->unless);
    c->hold = copy_terms(d, &d->hold);
    c->region = copy(d, d->region, c->regions, sizeof d->region[0]);
    c->param.window = copy(d, d->window, c->param.windows, sizeof d->window[0]);
    if (d->rule.from.year) {
        c->from_day = civil_days(d->rule.from);
    }
    if (d->rule.to.year) {
        c->to_day = civil_days(d->rule.to);
    }
    return 0;
}
