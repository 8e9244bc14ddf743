#include "report/versions.h"

#include <string.h>

/* "NAME VERSION@HASH" */
static void add_pack(struct versions *o, struct slice word)
{
    struct slice rest, version, hash;
    struct slice name = str_cut(str_trim(word), ' ', &rest);
    version = str_cut(rest, '@', &hash);
    if (name.n == 0 || o->packs == RULE_BOOK_PACKS_MAX) {
        return;
    }
    o->pack[o->packs++] =
        (struct versions_pack){.name = name, .version = version, .hash = hash};
}

/* "NAME DATE #GENERATION" */
static void add_list(struct versions *o, struct slice word)
{
    struct slice rest, generation;
    struct slice name = str_cut(str_trim(word), ' ', &rest);
    struct slice date = str_cut(rest, ' ', &generation);
    uint64_t number = 0;
    if (generation.n > 1) {
        (void)str_u64(str_range(generation.p + 1, generation.n - 1), &number);
    }
    if (name.n == 0 || o->lists == DNC_LISTS_MAX) {
        return;
    }
    o->list[o->lists++] = (struct versions_list){
        .name = name, .date = date, .generation = number};
}

static void each(struct versions *o, struct slice value,
                 void (*add)(struct versions *o, struct slice word))
{
    while (value.n > 0) {
        add(o, str_cut(value, ',', &value));
    }
}

/* Where the part about the call begins; text.n: there is none. */
static size_t mode_at(struct slice text)
{
    static const char key[] = "; mode=";
    size_t n = sizeof key - 1;
    for (size_t i = text.n; i-- > 0 && text.p[i] != ',';) {
        if (text.n - i > n && memcmp(text.p + i, key, n) == 0) {
            return i;
        }
    }
    return text.n;
}

enum dial_mode versions_mode(struct slice text)
{
    enum dial_mode mode;
    size_t at = mode_at(text) + sizeof "; mode=" - 1;
    if (at < text.n &&
        vocab_dial_parse(str_range(text.p + at, text.n - at), &mode)) {
        return mode;
    }
    return DIAL_UNKNOWN;
}

struct slice versions_shared(struct slice text)
{
    return str_range(text.p, mode_at(text));
}

void versions_parse(struct slice text, struct versions *out)
{
    memset(out, 0, sizeof *out);
    while (text.n > 0) {
        struct slice value;
        struct slice part = str_trim(str_cut(text, ';', &text));
        struct slice key = str_cut(part, '=', &value);
        if (str_eq(key, "rules")) {
            each(out, value, add_pack);
        } else if (str_eq(key, "lists")) {
            each(out, value, add_list);
        } else if (str_eq(key, "zones")) {
            out->zones = value;
        } else if (str_eq(key, "numbers")) {
            out->numbers = value;
        } else if (str_eq(key, "plan")) {
            out->plan = value;
        }
    }
}
