#include "unit/core/rules/fixture_case_json.h"

#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "report/decide_read.h"

static const struct tz *find_zone(void *self, const char *name)
{
    return fixture_world_zone(self, name);
}

static int64_t instant(const json_t *o, const char *key)
{
    int64_t us = 0;
    const char *s = json_string_value(json_object_get(o, key));
    return s && civil_parse_instant(str_of(s), &us) ? us : 0;
}

static size_t read_words(struct world *w, const json_t *list, const char **out)
{
    size_t n = 0;
    for (; n < json_array_size(list) && n < CASE_WORDS_MAX; n++) {
        const char *s = json_string_value(json_array_get(list, n));
        out[n] = arena_strdup(&w->arena, str_of(s ? s : ""));
    }
    return n;
}

static bool read_expected(struct world *w, const json_t *root,
                          struct case_expected *x)
{
    const json_t *c = json_object_get(root, "expected");
    const char *kind = json_string_value(json_object_get(c, "verdict"));
    x->kind = VERDICT_KIND_COUNT;
    for (int i = 0; kind && i < VERDICT_KIND_COUNT; i++) {
        if (strcmp(kind, verdict_kind_text((enum verdict_kind)i)) == 0) {
            x->kind = (enum verdict_kind)i;
        }
    }
    x->not_before_us = instant(c, "not_before");
    x->valid_until_us = instant(c, "valid_until");
    x->rules = read_words(w, json_object_get(c, "rules"), x->rule);
    x->duties = read_words(w, json_object_get(c, "duties"), x->duty);
    x->no_duties = read_words(w, json_object_get(c, "no_duties"), x->no_duty);
    const char *remedy = json_string_value(json_object_get(c, "remedy"));
    x->remedy = remedy ? arena_strdup(&w->arena, str_of(remedy)) : NULL;
    return x->kind != VERDICT_KIND_COUNT;
}

int fixture_case_json(struct world *w, struct slice line, struct rule_case *k,
                      struct case_expected *x, struct err *e)
{
    struct decide_case c;
    struct decide_input in = {
        .arena = &w->arena, .zone = find_zone, .self = w, .tzdata = "test"};
    memset(x, 0, sizeof *x);
    int rc = decide_read(&in, line, &c, e);
    if (rc != TM_OK) {
        return rc;
    }
    *k = c.k;
    x->id = c.id;
    json_t *root = json_loadb(line.p, line.n, 0, NULL);
    bool known = read_expected(w, root, x);
    json_decref(root);
    return known ? TM_OK : err_set(e, TM_EINVAL, "expected.verdict: no word");
}
