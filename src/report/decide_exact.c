#include "report/decide_exact.h"

#include <stdio.h>
#include <string.h>

#include "report/decide_field.h"

/* Keys at the top that are not part of the case. */
static const char more_keys[] = "id title absent expected";

enum { ELEMENTS_MAX = 100000 };

/* A value's place in the struct, and its key for messages. */
struct spot {
    const struct decide_field *f;
    const json_t *v;
    const char *path; /* of the object that holds it */
    char *base;
};

static void bad(struct decide_reader *r, const struct spot *s, const char *what)
{
    decide_reader_bad(r, s->path, s->f->key, what);
}

static void store(const struct spot *s, const void *value, size_t n)
{
    memcpy(s->base + s->f->at, value, n);
}

static const char *text_of(struct decide_reader *r, const struct spot *s)
{
    const char *text = json_string_value(s->v);
    if (!text) {
        bad(r, s, "not a text");
    }
    return text;
}

static const char *join(struct decide_reader *r, const char *path,
                        const char *key)
{
    size_t cap = strlen(path) + strlen(key) + 2;
    char *whole = arena_alloc(r->in->arena, cap);
    (void)snprintf(whole, cap, "%s%s%s", path, path[0] ? "." : "", key);
    return whole;
}

/* --- values --- */

static void read_tri(struct decide_reader *r, const struct spot *s)
{
    if (!json_is_boolean(s->v)) {
        bad(r, s, "not true or false");
        return;
    }
    unsigned value = json_is_true(s->v) ? TRI_YES : TRI_NO;
    if (s->f->kind == DECIDE_TRI) {
        store(s, &value, sizeof value);
    } else {
        bool flag = value == TRI_YES;
        store(s, &flag, sizeof flag);
    }
}

static void read_word(struct decide_reader *r, const struct spot *s)
{
    const char *text = text_of(r, s);
    struct vocab_words w = vocab_words_of(s->f->list);
    for (unsigned i = 0; text && i < w.n; i++) {
        if (strcmp(text, w.word[i]) == 0) {
            store(s, &i, sizeof i);
            return;
        }
    }
    bad(r, s, "not a known word");
}

static void read_date(struct decide_reader *r, const struct spot *s)
{
    struct civil_date d = {0};
    const char *text = text_of(r, s);
    if (text && !civil_parse_date(str_of(text), &d)) {
        bad(r, s, "not a date");
    }
    store(s, &d, sizeof d);
}

static void read_instant(struct decide_reader *r, const struct spot *s)
{
    int64_t us = json_integer_value(s->v);
    const char *text = json_string_value(s->v);
    if (!json_is_integer(s->v) &&
        (!text || !civil_parse_instant(str_of(text), &us))) {
        bad(r, s, "not an instant");
    }
    store(s, &us, sizeof us);
}

/* An id may be given by its name, as in the short form. */
static int64_t integer(struct decide_reader *r, const struct spot *s,
                       int64_t min, int64_t max)
{
    int64_t v = json_integer_value(s->v);
    if (s->f->kind == DECIDE_INT64 && json_is_string(s->v)) {
        return decide_reader_id(json_string_value(s->v));
    }
    if (!json_is_integer(s->v) || v < min || v > max) {
        bad(r, s, "not a number of this kind");
        return 0;
    }
    return v;
}

static void read_integer(struct decide_reader *r, const struct spot *s)
{
    if (s->f->kind == DECIDE_INT64) {
        int64_t v = integer(r, s, INT64_MIN, INT64_MAX);
        store(s, &v, sizeof v);
    } else if (s->f->kind == DECIDE_INT32) {
        int32_t v = (int32_t)integer(r, s, INT32_MIN, INT32_MAX);
        store(s, &v, sizeof v);
    } else {
        uint16_t v = (uint16_t)integer(r, s, 0, UINT16_MAX);
        store(s, &v, sizeof v);
    }
}

static void read_number(struct decide_reader *r, const struct spot *s)
{
    uint64_t v = 0;
    const char *text = text_of(r, s);
    if (text && (text[0] != '+' || !str_u64(str_of(text + 1), &v))) {
        bad(r, s, "not a number +...");
    }
    store(s, &v, sizeof v);
}

static void read_place(struct decide_reader *r, const struct spot *s)
{
    struct place_code p = {0};
    const char *text = text_of(r, s);
    if (text && !vocab_place_parse(str_of(text), &p)) {
        bad(r, s, "not a place, e.g. US-OH");
    }
    store(s, &p, sizeof p);
}

static void read_zone(struct decide_reader *r, const struct spot *s)
{
    const char *text = text_of(r, s);
    const struct tz *z = text ? r->in->zone(r->in->self, text) : NULL;
    if (!z) {
        bad(r, s, "no such time zone");
    }
    store(s, &z, sizeof z);
}

static void read_text(struct decide_reader *r, const struct spot *s)
{
    const char *text = text_of(r, s);
    text = arena_strdup(r->in->arena, str_of(text ? text : ""));
    if (s->f->kind == DECIDE_CSTRING) {
        store(s, &text, sizeof text);
    } else {
        struct slice slice = str_of(text);
        store(s, &slice, sizeof slice);
    }
}

static void read_channels(struct decide_reader *r, const struct spot *s)
{
    size_t n;
    const struct decide_channel *word = decide_field_channels(&n);
    uint32_t mask = 0;
    if (json_is_integer(s->v)) {
        mask = (uint32_t)integer(r, s, 0, UINT32_MAX);
    } else if (!json_is_array(s->v)) {
        bad(r, s, "not a list");
    }
    for (size_t i = 0; i < json_array_size(s->v); i++) {
        const char *text = json_string_value(json_array_get(s->v, i));
        uint32_t bit = 0;
        for (size_t w = 0; text && w < n; w++) {
            bit |= strcmp(text, word[w].word) == 0 ? VOCAB_BIT(word[w].bit) : 0;
        }
        if (bit == 0) {
            bad(r, s, "not a known word");
        }
        mask |= bit;
    }
    store(s, &mask, sizeof mask);
}

/* --- walk --- */

static void read_fields(struct decide_reader *r, const struct spot *s);

static size_t open_list(struct decide_reader *r, const struct spot *s)
{
    size_t n = json_array_size(s->v);
    if (!json_is_array(s->v) || n > ELEMENTS_MAX) {
        bad(r, s, json_is_array(s->v) ? "too many" : "not a list");
        n = 0;
    }
    memcpy(s->base + s->f->count_at, &n, sizeof n);
    return n;
}

static void read_texts(struct decide_reader *r, const struct spot *s)
{
    size_t n = open_list(r, s);
    struct slice *o = decide_reader_list(r, n, sizeof *o);
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(s->v, i));
        if (!text) {
            bad(r, s, "not a list of texts");
        }
        o[i] = str_of(arena_strdup(r->in->arena, str_of(text ? text : "")));
    }
    store(s, &o, sizeof o);
}

static void read_list(struct decide_reader *r, const struct spot *s)
{
    size_t n = open_list(r, s);
    char *o = decide_reader_list(r, n, s->f->size);
    const char *path = join(r, s->path, s->f->key);
    for (size_t i = 0; i < n && !r->failed; i++) {
        struct decide_node one = decide_reader_element(r, s->v, i, path, NULL);
        struct spot down = {s->f, one.json, one.path, o + i * s->f->size};
        read_fields(r, &down);
    }
    store(s, &o, sizeof o);
}

static void read_value(struct decide_reader *r, const struct spot *s)
{
    switch (s->f->kind) {
    case DECIDE_FLAG:
    case DECIDE_TRI: read_tri(r, s); break;
    case DECIDE_VALUE: read_word(r, s); break;
    case DECIDE_DATE: read_date(r, s); break;
    case DECIDE_INSTANT: read_instant(r, s); break;
    case DECIDE_INT64:
    case DECIDE_INT32:
    case DECIDE_UINT16: read_integer(r, s); break;
    case DECIDE_NUMBER: read_number(r, s); break;
    case DECIDE_PLACE: read_place(r, s); break;
    case DECIDE_ZONE: read_zone(r, s); break;
    case DECIDE_TEXT:
    case DECIDE_CSTRING: read_text(r, s); break;
    case DECIDE_TEXTS: read_texts(r, s); break;
    case DECIDE_CHANNELS: read_channels(r, s); break;
    case DECIDE_OBJECT: {
        struct spot down = {s->f, s->v, join(r, s->path, s->f->key), s->base};
        if (json_is_object(s->v)) {
            read_fields(r, &down);
        } else {
            bad(r, s, "not an object");
        }
        break;
    }
    case DECIDE_LIST: read_list(r, s); break;
    }
}

static const struct decide_field *find(const struct decide_field *up,
                                       const char *key)
{
    for (size_t i = 0; i < up->children; i++) {
        if (strcmp(up->child[i].key, key) == 0) {
            return &up->child[i];
        }
    }
    return NULL;
}

static bool is_more(const char *key)
{
    struct slice rest = str_of(more_keys);
    while (rest.n > 0) {
        if (str_eq(str_cut(rest, ' ', &rest), key)) {
            return true;
        }
    }
    return false;
}

/* The children of s->f out of the object s->v. null is as absent. */
static void read_fields(struct decide_reader *r, const struct spot *s)
{
    const char *key;
    json_t *value;
    json_t *object = json_incref((json_t *)(uintptr_t)s->v);
    json_object_foreach(object, key, value)
    {
        const struct decide_field *f = find(s->f, key);
        struct spot one = {f, value, s->path, s->base};
        if (f && !json_is_null(value)) {
            read_value(r, &one);
        } else if (!f && (s->path[0] || !is_more(key))) {
            decide_reader_bad(r, s->path, key, "no such key");
        }
    }
    json_decref(object);
}

void decide_exact(struct decide_reader *r, const json_t *root)
{
    struct decide_field top = {.kind = DECIDE_OBJECT};
    top.child = decide_field_root(&top.children);
    struct spot s = {&top, root, "", (char *)r->k};
    read_fields(r, &s);
    if (r->k->when.now_us <= 0) {
        decide_reader_bad(r, "", "now", "not an instant");
    }
    if (r->k->location.places > CASE_PLACES_MAX) {
        decide_reader_bad(r, "contact", "places", "too many");
    }
}
