#include <string.h>

#include "base/tz_int.h"

/* Layout: RFC 8536, section 3. All integers are big-endian. */
enum { HEADER_LEN = 44, TYPE_LEN = 6 };

/* One data block: where its parts stand. Parts not needed are only counted. */
struct block {
    int version;     /* of the header before it */
    size_t time_len; /* bytes of a time: 4 or 8 */
    size_t n_utc, n_std, n_leap, n_time, n_type, n_char;
    const unsigned char *times, *indexes, *types;
    size_t len; /* header and data */
};

static uint32_t read_u32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

static int64_t read_time(const unsigned char *p, size_t len)
{
    if (len == 4) {
        return (int32_t)read_u32(p);
    }
    return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

/* Finds the parts of the block at p. False: not TZif, or cut short. */
static bool find_block(const unsigned char *p, size_t n, size_t time_len,
                       struct block *b)
{
    if (n < HEADER_LEN || memcmp(p, "TZif", 4) != 0) {
        return false;
    }
    *b = (struct block){
        .version = p[4] == 0 ? 1 : p[4] - '0',
        .time_len = time_len,
        .n_utc = read_u32(p + 20),
        .n_std = read_u32(p + 24),
        .n_leap = read_u32(p + 28),
        .n_time = read_u32(p + 32),
        .n_type = read_u32(p + 36),
        .n_char = read_u32(p + 40),
    };
    /* Sums of 32-bit counts cannot overflow 64 bits. */
    uint64_t len = HEADER_LEN + (uint64_t)b->n_time * (time_len + 1) +
                   (uint64_t)b->n_type * TYPE_LEN + b->n_char +
                   (uint64_t)b->n_leap * (time_len + 4) + b->n_std + b->n_utc;
    if (b->version < 1 || len > n) {
        return false;
    }
    b->times = p + HEADER_LEN;
    b->indexes = b->times + b->n_time * time_len;
    b->types = b->indexes + b->n_time;
    b->len = (size_t)len;
    return true;
}

static int32_t type_offset_s(const struct block *b, size_t i)
{
    tm_assert(i < b->n_type);
    return (int32_t)read_u32(b->types + i * TYPE_LEN);
}

/* What is wrong with the block's contents, or NULL. */
static const char *check_block(const struct block *b)
{
    if (b->n_type == 0 || b->n_type > 256) {
        return "bad number of types";
    }
    for (size_t i = 0; i < b->n_type; i++) {
        int32_t offset_s = type_offset_s(b, i);
        if (offset_s <= -TZ_OFFSET_LIMIT_S || offset_s >= TZ_OFFSET_LIMIT_S) {
            return "offset out of range";
        }
    }
    for (size_t i = 0; i < b->n_time; i++) {
        if (b->indexes[i] >= b->n_type) {
            return "type index out of range";
        }
        const unsigned char *p = b->times + i * b->time_len;
        if (i > 0 && read_time(p, b->time_len) <=
                         read_time(p - b->time_len, b->time_len)) {
            return "times not ascending";
        }
    }
    return NULL;
}

/* Keeps the changes of offset; others change only a name or a flag. */
static void take_changes(struct arena *a, const struct block *b, struct tz *z)
{
    int64_t *at = arena_array(a, b->n_time, sizeof *at);
    int32_t *offset_s = arena_array(a, b->n_time, sizeof *offset_s);
    int32_t last_s = type_offset_s(b, 0);
    z->first_s = last_s;
    z->rule_from = INT64_MIN;
    for (size_t i = 0; i < b->n_time; i++) {
        int64_t time = read_time(b->times + i * b->time_len, b->time_len);
        int32_t next_s = type_offset_s(b, b->indexes[i]);
        if (next_s != last_s) {
            at[z->n] = time;
            offset_s[z->n] = next_s;
            z->n++;
            last_s = next_s;
        }
        z->rule_from = time;
    }
    z->at = at;
    z->offset_s = offset_s;
}

/* The TZ string between two line ends; empty: no rule. False: malformed. */
static bool take_footer(struct slice s, struct tz *z)
{
    struct slice rest;
    if (s.n < 2 || s.p[0] != '\n') {
        return false;
    }
    struct slice text = str_cut(str_range(s.p + 1, s.n - 1), '\n', &rest);
    if (!rest.p) {
        return false;
    }
    z->has_rule = text.n > 0;
    return text.n == 0 || tz_rule_parse(text, &z->rule);
}

/* Finds the block to use: the only one of version 1, else the second, whose
 * footer is then *footer. NULL or what is wrong. */
static const char *choose_block(const unsigned char *p, size_t n,
                                struct block *b, struct slice *footer)
{
    if (!find_block(p, n, 4, b)) {
        return "not TZif, or cut short";
    }
    *footer = str_of("");
    if (b->version >= 2) {
        size_t skip = b->len;
        if (!find_block(p + skip, n - skip, 8, b)) {
            return "second block missing or cut short";
        }
        *footer = str_range((const char *)p + skip + b->len, n - skip - b->len);
    }
    return check_block(b);
}

int tz_parse(struct arena *a, const char *name, const void *bytes, size_t n,
             const struct tz **out, struct err *e)
{
    tm_assert(a && name && (bytes || n == 0));
    struct block b;
    struct slice footer;
    const char *wrong = choose_block(bytes, n, &b, &footer);
    if (wrong) {
        return err_set(e, TM_ECORRUPT,
                       "zone %s: %s; install the system's tzdata again", name,
                       wrong);
    }
    if (b.n_leap > 0) {
        return err_set(e, TM_EUNSUPPORTED,
                       "zone %s counts leap seconds; use the zone of the "
                       "same name outside \"right/\"",
                       name);
    }
    struct tz *z = arena_alloc(a, sizeof *z);
    z->name = arena_strdup(a, str_of(name));
    take_changes(a, &b, z);
    if (b.version >= 2 && !take_footer(footer, z)) {
        return err_set(e, TM_ECORRUPT,
                       "zone %s: bad rule at the end; install the system's "
                       "tzdata again",
                       name);
    }
    *out = z;
    return 0;
}
