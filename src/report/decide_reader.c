#include "report/decide_reader.h"

#include <stdio.h>
#include <string.h>

#include "core/rules/rules.h"

void decide_reader_bad(struct decide_reader *r, const char *path,
                       const char *key, const char *what)
{
    if (!r->failed) {
        const char *dot = path[0] && key[0] ? "." : "";
        (void)err_set(r->e, TM_EINVAL, "%s%s%s: %s", path, dot, key, what);
    }
    r->failed = true;
}

static bool listed(const char *keys, const char *key)
{
    struct slice rest = str_of(keys);
    while (rest.n > 0) {
        if (str_eq(str_cut(rest, ' ', &rest), key)) {
            return true;
        }
    }
    return false;
}

void decide_reader_keys(struct decide_reader *r, const struct decide_node *n,
                        const char *keys)
{
    const char *key;
    json_t *value;
    json_t *object = json_incref((json_t *)(uintptr_t)n->json);
    json_object_foreach(object, key, value)
    {
        if (!listed(keys, key)) {
            decide_reader_bad(r, n->path, key, "no such key");
        }
    }
    json_decref(object);
}

static const json_t *get(const struct decide_node *n, const char *key)
{
    const json_t *v = json_object_get(n->json, key);
    return v && !json_is_null(v) ? v : NULL;
}

struct decide_node decide_reader_object(struct decide_reader *r,
                                        const json_t *parent, const char *path,
                                        const char *key, const char *keys)
{
    struct decide_node up = {parent, path};
    struct decide_node n = {get(&up, key), key};
    if (path[0]) {
        size_t cap = strlen(path) + strlen(key) + 2;
        char *whole = arena_alloc(r->in->arena, cap);
        (void)snprintf(whole, cap, "%s.%s", path, key);
        n.path = whole;
    }
    if (n.json && !json_is_object(n.json)) {
        decide_reader_bad(r, n.path, "", "not an object");
        n.json = NULL;
    }
    if (n.json && keys) {
        decide_reader_keys(r, &n, keys);
    }
    return n;
}

const json_t *decide_reader_array(struct decide_reader *r,
                                  const struct decide_node *n, const char *key)
{
    const json_t *v = get(n, key);
    if (v && !json_is_array(v)) {
        decide_reader_bad(r, n->path, key, "not a list");
        return NULL;
    }
    return v;
}

struct decide_node decide_reader_element(struct decide_reader *r,
                                         const json_t *list, size_t i,
                                         const char *path, const char *keys)
{
    size_t cap = strlen(path) + 24;
    char *whole = arena_alloc(r->in->arena, cap);
    (void)snprintf(whole, cap, "%s[%zu]", path, i);
    struct decide_node n = {json_array_get(list, i), whole};
    if (!json_is_object(n.json)) {
        decide_reader_bad(r, whole, "", "not an object");
    } else if (keys) {
        decide_reader_keys(r, &n, keys);
    }
    return n;
}

const char *decide_reader_text(struct decide_reader *r,
                               const struct decide_node *n, const char *key)
{
    const json_t *v = get(n, key);
    if (v && !json_is_string(v)) {
        decide_reader_bad(r, n->path, key, "not a text");
        return NULL;
    }
    return json_string_value(v);
}

enum tri decide_reader_flag(struct decide_reader *r,
                            const struct decide_node *n, const char *key,
                            enum tri absent)
{
    const json_t *v = get(n, key);
    if (!v) {
        return absent;
    }
    if (!json_is_boolean(v)) {
        decide_reader_bad(r, n->path, key, "not true or false");
    }
    return json_is_true(v) ? TRI_YES : TRI_NO;
}

int64_t decide_reader_number(struct decide_reader *r,
                             const struct decide_node *n, const char *key,
                             int64_t absent)
{
    const json_t *v = get(n, key);
    if (!v) {
        return absent;
    }
    int64_t number = json_integer_value(v);
    if (!json_is_integer(v) || number < 0 || number > INT64_C(1000000000)) {
        decide_reader_bad(r, n->path, key, "not a count");
        return 0;
    }
    return number;
}

struct civil_date decide_reader_date(struct decide_reader *r,
                                     const struct decide_node *n,
                                     const char *key)
{
    struct civil_date d = {0};
    const char *s = decide_reader_text(r, n, key);
    if (s && (!civil_parse_date(str_of(s), &d) || d.year > 9000)) {
        decide_reader_bad(r, n->path, key, "not a date");
        d = (struct civil_date){0};
    }
    return d;
}

int64_t decide_reader_instant(struct decide_reader *r,
                              const struct decide_node *n, const char *key)
{
    int64_t us = 0;
    const char *s = decide_reader_text(r, n, key);
    if (s && !civil_parse_instant(str_of(s), &us)) {
        decide_reader_bad(r, n->path, key, "not an instant");
    }
    return us;
}

int64_t decide_reader_moment(struct decide_reader *r,
                             const struct decide_node *n, const char *key)
{
    const char *s = decide_reader_text(r, n, key);
    if (!s || strchr(s, 'T')) {
        return decide_reader_instant(r, n, key);
    }
    struct civil_date d = decide_reader_date(r, n, key);
    if (d.year == 0) {
        return 0;
    }
    return decide_reader_midnight(r, d);
}

int64_t decide_reader_midnight(const struct decide_reader *r,
                               struct civil_date d)
{
    struct civil_time t = {.date = d};
    return r->place && r->place->zone
               ? rules_midnight(r->in->book, r->place->zone, d)
               : civil_to_us(t);
}

struct civil_date decide_reader_today(const struct decide_reader *r)
{
    int64_t now = r->k->when.now_us;
    return r->place && r->place->zone
               ? rules_date(r->in->book, r->place->zone, now)
               : civil_of_us(now).date;
}

int64_t decide_reader_id(const char *name)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (const char *p = name; p && *p; p++) {
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    }
    return name ? (int64_t)(h >> 1 | 1) : 0;
}

void *decide_reader_list(struct decide_reader *r, size_t n, size_t size)
{
    return arena_array(r->in->arena, n + 1, size);
}
