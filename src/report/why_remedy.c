#include "report/why_remedy.h"

#include <string.h>

#include "base/assert.h"

#define PLACE                                                                  \
    "say where the person is: telemark person correct NUMBER region=STATE"

enum {
    REMEDIES_MAX = VERDICT_REASONS_MAX + VERDICT_UNKNOWN_MAX,
    TEXT_MAX = 400,
    BY_MAX = 2000
};

/* Being made: those to be put on file, then the others. */
struct making {
    struct arena *a;
    const struct rule_case *k; /* NULL: not known */
    struct why_remedies out;
    size_t missing; /* so many of them stand first */
    bool list, feed, licence;
};

static bool has_word(const char *list, const char *word)
{
    struct slice rest = str_of(list);
    while (rest.n > 0)
        if (str_eq(str_trim(str_cut(rest, ',', &rest)), word))
            return true;
    return false;
}

static void add(struct making *m, const char *by, struct slice text,
                bool missing)
{
    struct why_remedies *o = &m->out;
    for (size_t i = 0; i < o->n; i++) {
        struct why_remedy *r = &o->item[i];
        if (!str_eq(text, r->text))
            continue;
        struct buf b;
        buf_init(&b, BY_MAX);
        if (!has_word(r->by, by)) {
            buf_addf(&b, "%s, %s", r->by, by);
            r->by = arena_strdup(m->a, buf_slice(&b));
        }
        buf_fini(&b);
        return;
    }
    if (o->n == REMEDIES_MAX)
        return;
    size_t at = missing ? m->missing++ : o->n;
    for (size_t i = o->n++; i > at; i--)
        o->item[i] = o->item[i - 1];
    o->item[at] = (struct why_remedy){.by = arena_strdup(m->a, str_of(by)),
                                      .text = arena_strdup(m->a, text),
                                      .missing = missing};
}

/* Whether a list that the rules call by this name is among the case's. */
static bool on_file(const struct rule_case *k, const char *list)
{
    char area[VOCAB_PLACE_MAX + 1];
    for (size_t i = 0; k != NULL && i < k->suppression.registries; i++) {
        const struct case_registry *r = &k->suppression.registry[i];
        struct slice part, head = str_cut(str_of(list), '.', &part);
        if (!str_eq(head, vocab_registry_text(r->registry)))
            continue;
        if (r->registry != REGISTRY_AREA)
            return true;
        vocab_place_text(r->area, area);
        if (strlen(area) > 3 && str_eq(part, area + 3))
            return true;
    }
    return false;
}

/* A rule whose list, feed or paper is missing: how to bring it. */
static bool add_missing(struct making *m, const struct rule *r,
                        enum verdict_effect effect)
{
    char name[VERDICT_NAME_LEN];
    bool unknown = effect == EFFECT_UNKNOWN;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    (void)verdict_looks_up(r, name);
    bool registry =
        strcmp(r->test, "registry") == 0 || strcmp(r->test, "list_age") == 0;
    if (registry && unknown && !on_file(m->k, name)) {
        buf_addf(&b,
                 "the list %s is not on file: telemark dnc import FILE "
                 "--list %s",
                 name, name);
        m->list = true;
    } else if (strcmp(r->test, "emergency") == 0 && unknown &&
               (m->k == NULL || !m->k->situation.known)) {
        buf_addf(&b,
                 "no feed of emergencies is on file: telemark ledger add "
                 "emergency area=%s status=none from=YYYY-MM-DD",
                 name[0] != '\0' ? name : "AREA");
        m->feed = true;
    } else if (strcmp(r->test, "licence") == 0) {
        buf_addf(&b,
                 "%s: telemark ledger add licence kind=%s account=NUMBER "
                 "from=YYYY-MM-DD --seller NAME",
                 r->remedy[0] != '\0' ? r->remedy : "put the licence on file",
                 name);
        m->licence = true;
    }
    bool any = b.n > 0;
    if (any)
        add(m, r->id, buf_slice(&b), true);
    buf_fini(&b);
    return any;
}

static void add_rule(struct making *m, const struct rule *r,
                     enum verdict_effect effect)
{
    if (effect != EFFECT_DENIED && effect != EFFECT_UNKNOWN)
        return;
    if (!add_missing(m, r, effect) && r->remedy[0] != '\0')
        add(m, r->id, str_of(r->remedy), false);
}

/* What is to be done about an input that is not known. */
static void add_input(struct making *m, const char *input)
{
    static const struct {
        const char *input, *text;
    } table[] = {
        {"suppression.registry",
         "a do-not-call list is not on file: telemark dnc import FILE --list "
         "NAME ('telemark dnc list' shows those that are)"},
        {"suppression.registry.obtained",
         "say when the list was downloaded: telemark dnc import FILE --list "
         "NAME --obtained YYYY-MM-DD"},
        {"suppression.internal", "the seller's own list is not known"},
        {"situation.emergency",
         "no feed of emergencies is on file: telemark ledger add emergency "
         "area=AREA status=none from=YYYY-MM-DD"},
        {"caller.licence",
         "no licence is on file: telemark ledger add licence kind=KIND "
         "account=NUMBER from=YYYY-MM-DD --seller NAME"},
        {"location.zones", PLACE},
        {"location.region", PLACE},
        {"location.basis", PLACE},
        {"location.county", "say in which county the person is: telemark "
                            "person correct NUMBER county=NAME"},
        {"contact.country", "give the number with its country code"},
        {"contact.line",
         "say what line it is: telemark ledger add number number=NUMBER "
         "fact=line value=residential (or wireless, business)"},
        {"contact.known_wireless",
         "say what line it is: telemark ledger add number number=NUMBER "
         "fact=line value=residential (or wireless, business)"},
        {"contact.ported", "ask for ported numbers and put the answer on "
                           "file: telemark ledger add number number=NUMBER "
                           "fact=ported date=YYYY-MM-DD"},
        {"presentation.caller_id",
         "put the number that is shown on file: telemark ledger add caller_id "
         "number=NUMBER --seller NAME"},
        {"presentation.authority",
         "put the number that is shown on file: telemark ledger add caller_id "
         "number=NUMBER --seller NAME"},
    };
    if ((m->list && strncmp(input, "suppression.registry", 20) == 0) ||
        (m->feed && strcmp(input, "situation.emergency") == 0) ||
        (m->licence && strcmp(input, "caller.licence") == 0))
        return;
    for (size_t i = 0; i < tm_array_len(table); i++)
        if (strcmp(table[i].input, input) == 0)
            add(m, input, str_of(table[i].text), true);
}

struct why_remedies why_remedy_verdict(struct arena *a, const struct verdict *v,
                                       const struct rule_case *k)
{
    struct making m = {.a = a, .k = k};
    if (v->kind != VERDICT_DENY)
        return m.out;
    m.out.item = arena_array(a, REMEDIES_MAX, sizeof(*m.out.item));
    for (size_t i = 0; i < v->reasons; i++)
        add_rule(&m, v->reason[i].rule, v->reason[i].effect);
    for (size_t i = 0; i < v->unknowns; i++)
        add_input(&m, v->unknown[i]);
    tm_assert(m.missing <= m.out.n);
    return m.out;
}

struct why_remedies why_remedy_record(struct arena *a,
                                      const struct why_rules *r)
{
    struct making m = {.a = a};
    m.out.item = arena_array(a, REMEDIES_MAX, sizeof(*m.out.item));
    for (size_t i = 0; i < r->n; i++) {
        const struct why_rule *w = &r->rule[i];
        bool unknown = strcmp(w->effect, "unknown") == 0;
        if (w->rule != NULL && (unknown || strcmp(w->effect, "denied") == 0))
            add_rule(&m, w->rule, unknown ? EFFECT_UNKNOWN : EFFECT_DENIED);
    }
    return m.out;
}

const struct why_remedy *why_remedy_missing(const struct why_remedies *r,
                                            const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->item[i].missing && has_word(r->item[i].by, id))
            return &r->item[i];
    return NULL;
}

void why_remedy_say(const struct why_remedies *r, struct buf *b)
{
    for (size_t i = 0; i < r->n; i++)
        buf_addf(b, "%s%s (%s)", i > 0 ? "; " : "", r->item[i].text,
                 r->item[i].by);
}
