#include "report/report_versions.h"

enum { GROUP_MAX = 65536 };

static bool is_own_part(struct slice part)
{
    return str_starts(part, "lists=") || str_starts(part, "recorded=");
}

/* The parts that make a set. */
static void add_set(struct slice text, struct buf *out)
{
    while (text.n > 0) {
        struct slice part = str_trim(str_cut(text, ';', &text));
        if (part.n > 0 && !is_own_part(part))
            buf_addf(out, "%s%.*s", out->n > 0 ? "; " : "", (int)part.n,
                     part.p);
    }
}

static bool has_item(struct slice list, struct slice item)
{
    while (list.n > 0)
        if (str_same(str_trim(str_cut(list, ',', &list)), item))
            return true;
    return false;
}

/* The items of one part ("lists") that are not among those before. */
static void add_items(struct slice text, const char *key, struct buf *items)
{
    while (text.n > 0) {
        struct slice value;
        struct slice part = str_trim(str_cut(text, ';', &text));
        if (!str_eq(str_cut(part, '=', &value), key))
            continue;
        while (value.n > 0) {
            struct slice item = str_trim(str_cut(value, ',', &value));
            if (item.n > 0 && !has_item(buf_slice(items), item))
                buf_addf(items, "%s%.*s", items->n > 0 ? ", " : "", (int)item.n,
                         item.p);
        }
    }
}

/* One part of all versions of a set. */
static void add_part(const struct figures *f, struct slice set, const char *key,
                     struct buf *out)
{
    struct buf items, other;
    buf_init(&items, GROUP_MAX);
    buf_init(&other, GROUP_MAX);
    for (size_t i = 0; i < f->versions; i++) {
        buf_clear(&other);
        add_set(str_of(f->version[i]), &other);
        if (str_same(buf_slice(&other), set))
            add_items(str_of(f->version[i]), key, &items);
    }
    if (items.n > 0)
        buf_addf(out, "; %s=%.*s", key, (int)items.n, items.p);
    buf_fini(&other);
    buf_fini(&items);
}

static bool is_first(const struct figures *f, size_t at, struct slice set)
{
    bool first = true;
    struct buf other;
    buf_init(&other, GROUP_MAX);
    for (size_t i = 0; i < at && first; i++) {
        buf_clear(&other);
        add_set(str_of(f->version[i]), &other);
        first = !str_same(buf_slice(&other), set);
    }
    buf_fini(&other);
    return first;
}

void report_versions(const struct figures *f, struct buf *out)
{
    struct buf set;
    buf_init(&set, GROUP_MAX);
    for (size_t i = 0; i < f->versions; i++) {
        buf_clear(&set);
        add_set(str_of(f->version[i]), &set);
        if (!is_first(f, i, buf_slice(&set)))
            continue;
        buf_add(out, set.p, set.n);
        add_part(f, buf_slice(&set), "lists", out);
        add_part(f, buf_slice(&set), "recorded", out);
        buf_add_char(out, '\n');
    }
    buf_fini(&set);
}
