#include "report/why_rule.h"

#include <stdio.h>
#include <string.h>

#include "core/number/number.h"

/* "US-OH" of the address, from "OH" and the country or as it stands. */
static struct place_code home_of(const struct lead *l, uint64_t e164)
{
    struct place_code p = {0};
    char country[3] = "", text[16];
    struct slice region = str_of(l->region);
    if (region.n == 0)
        return p;
    /* As core/campaign/lead_case_places.c: the number's country. */
    if (l->country[0] != '\0')
        (void)str_copy(country, sizeof(country), str_of(l->country));
    else
        (void)number_country(e164, country);
    bool whole = region.n > 3 && region.p[2] == '-';
    (void)snprintf(text, sizeof(text), "%s%s%s", whole ? "" : country,
                   whole ? "" : "-", l->region);
    if (!vocab_place_parse(str_of(text), &p))
        p.v = 0;
    return p;
}

struct why_places why_rule_places(const struct lead *l, uint64_t e164)
{
    struct why_places p = {0};
    const char *name[NUMBER_REGION_MAX];
    struct place_code home = {0};
    if (l != NULL)
        home = home_of(l, e164);
    p.confirmed = home.v != 0 && l->region_confirmed;
    if (home.v != 0)
        p.place[p.n++] = home;
    if (p.confirmed || e164 == 0)
        return p;
    size_t n = number_region_candidates(e164, name, tm_array_len(name));
    for (size_t i = 0; i < n && i < tm_array_len(name); i++)
        if (vocab_place_parse(str_of(name[i]), &p.place[p.n]))
            p.n++;
    return p;
}

static bool is_there(const struct rule *r, const struct why_places *p)
{
    char text[VOCAB_PLACE_MAX + 1];
    for (size_t i = 0; p != NULL && i < p->n; i++) {
        vocab_place_text(p->place[i], text);
        if (strcmp(r->jurisdiction, text) == 0)
            return true;
    }
    return false;
}

const struct rule *why_rule_find(const struct rule_book *b, const char *id,
                                 const struct why_places *p, size_t nth)
{
    const struct rule *first = NULL, *there = NULL;
    size_t n = b != NULL ? rule_book_size(b) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct rule *r = rule_book_at(b, i);
        if (strcmp(r->id, id) != 0)
            continue;
        if (first == NULL)
            first = r;
        if (!is_there(r, p))
            continue;
        there = r;
        if (nth-- == 0)
            break;
    }
    return there != NULL ? there : first;
}

const char *why_rule_citation(const struct rule_book *b, const struct rule *r,
                              const struct why_places *p)
{
    size_t n = b != NULL ? rule_book_size(b) : 0;
    if (strcmp(r->test, "internal") == 0 && r->jurisdiction[0] == '*')
        return "your own do-not-call list"; /* the pack names our papers */
    if (is_there(r, p))
        return r->citation;
    for (size_t i = 0; i < n; i++) {
        const struct rule *x = rule_book_at(b, i);
        if (strcmp(x->id, r->id) == 0 &&
            strcmp(x->jurisdiction, r->jurisdiction) != 0 &&
            strcmp(x->citation, r->citation) != 0)
            return "the law of the state called";
    }
    return r->citation;
}

struct why_rules why_rules_parse_at(struct arena *a, const struct rule_book *b,
                                    struct slice text,
                                    const struct why_places *p)
{
    struct why_rules r = {0};
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == ' ';
    r.rule = arena_array(a, n, sizeof(*r.rule));
    while (text.n > 0) {
        struct slice effect, word = str_cut(text, ' ', &text);
        struct slice id = str_cut(word, ':', &effect);
        size_t nth = 0;
        if (id.n == 0 || effect.p == NULL)
            continue;
        for (size_t i = 0; i < r.n; i++)
            nth += str_eq(id, r.rule[i].id);
        struct why_rule *rule = &r.rule[r.n++];
        rule->id = arena_strdup(a, id);
        rule->effect = arena_strdup(a, effect);
        rule->rule = why_rule_find(b, rule->id, p, nth);
        rule->citation =
            rule->rule != NULL ? why_rule_citation(b, rule->rule, p) : "";
    }
    return r;
}

struct why_rules why_rules_parse(struct arena *a, const struct rule_book *b,
                                 struct slice text)
{
    return why_rules_parse_at(a, b, text, NULL);
}
