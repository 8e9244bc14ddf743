#include "report/decide_write.h"

#include <stdio.h>
#include <string.h>

#include "report/decide_field.h"

enum { CASE_TEXT_MAX = 1 << 20, INSTANT_MAX = 32 };

/* Values out of a struct by their offset. */
#define LOAD(type, base, offset)                                               \
    __extension__({                                                            \
        type value_;                                                           \
        memcpy(&value_, (const char *)(base) + (offset), sizeof value_);       \
        value_;                                                                \
    })

static bool is_zero(const struct decide_field *f, const void *base);

static bool all_zero(const struct decide_field *f, size_t n, const void *base)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_zero(&f[i], base)) {
            return false;
        }
    }
    return true;
}

/* Bytes of a plain value; 0 for the others. */
static size_t plain_size(enum decide_kind kind)
{
    switch (kind) {
    case DECIDE_FLAG: return sizeof(bool);
    case DECIDE_TRI:
    case DECIDE_VALUE:
    case DECIDE_CHANNELS:
    case DECIDE_INT32: return 4;
    case DECIDE_UINT16: return 2;
    case DECIDE_INSTANT:
    case DECIDE_INT64:
    case DECIDE_NUMBER:
    case DECIDE_PLACE: return 8;
    case DECIDE_ZONE:
    case DECIDE_CSTRING: return sizeof(void *);
    case DECIDE_DATE:
    case DECIDE_TEXT:
    case DECIDE_TEXTS:
    case DECIDE_OBJECT:
    case DECIDE_LIST: break;
    }
    return 0;
}

static bool is_zero(const struct decide_field *f, const void *base)
{
    static const char none[8];
    switch (f->kind) {
    case DECIDE_DATE: return LOAD(struct civil_date, base, f->at).year == 0;
    case DECIDE_TEXT: return LOAD(struct slice, base, f->at).n == 0;
    case DECIDE_OBJECT: return all_zero(f->child, f->children, base);
    case DECIDE_TEXTS:
    case DECIDE_LIST: return LOAD(size_t, base, f->count_at) == 0;
    case DECIDE_FLAG:
    case DECIDE_TRI:
    case DECIDE_VALUE:
    case DECIDE_INSTANT:
    case DECIDE_INT64:
    case DECIDE_INT32:
    case DECIDE_UINT16:
    case DECIDE_NUMBER:
    case DECIDE_PLACE:
    case DECIDE_ZONE:
    case DECIDE_CSTRING:
    case DECIDE_CHANNELS: break;
    }
    size_t n = plain_size(f->kind);
    tm_assert(n > 0 && n <= sizeof none);
    return memcmp((const char *)base + f->at, none, n) == 0;
}

/* --- values --- */

static void put_date(struct json_out *j, struct civil_date d)
{
    char text[24];
    if (civil_date_valid(d)) {
        civil_format_date(d, text);
    } else { /* refused by who reads it */
        (void)snprintf(text, sizeof text, "%d-%d-%d", d.year, d.month, d.day);
    }
    json_out_text(j, text);
}

static void put_instant(struct json_out *j, int64_t us)
{
    char text[INSTANT_MAX];
    if (us < CIVIL_DAYS_MIN * CIVIL_DAY_US ||
        us >= (CIVIL_DAYS_MAX + 1) * CIVIL_DAY_US) {
        json_out_int(j, us);
        return;
    }
    civil_format_instant(us, text);
    int32_t fraction = civil_of_us(us).us;
    if (fraction != 0) {
        size_t z = CIVIL_INSTANT_LEN - 2;
        (void)snprintf(text + z, sizeof text - z, ".%06dZ", (int)fraction);
    }
    json_out_text(j, text);
}

static void put_channels(struct json_out *j, uint32_t mask)
{
    size_t n;
    const struct decide_channel *word = decide_field_channels(&n);
    uint32_t named = 0;
    for (size_t i = 0; i < n; i++) {
        named |= VOCAB_BIT(word[i].bit);
    }
    if ((mask & ~named) != 0) {
        json_out_int(j, mask);
        return;
    }
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        if (mask & VOCAB_BIT(word[i].bit)) {
            json_out_text(j, word[i].word);
        }
    }
    json_out_end_array(j);
}

static void put_texts(struct json_out *j, const struct slice *text, size_t n)
{
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        json_out_slice(j, text[i]);
    }
    json_out_end_array(j);
}

static void put_word(struct json_out *j, enum vocab_list list, unsigned value)
{
    struct vocab_words w = vocab_words_of(list);
    json_out_text(j, value < w.n ? w.word[value] : "?");
}

static void put_tri(struct json_out *j, unsigned value)
{
    if (value == TRI_YES || value == TRI_NO) {
        json_out_bool(j, value == TRI_YES);
    } else {
        json_out_text(j, "?");
    }
}

/* A number, a place or a zone. */
static void put_code(struct json_out *j, const struct decide_field *f,
                     const void *base)
{
    char text[32] = "";
    if (f->kind == DECIDE_NUMBER) {
        (void)snprintf(text, sizeof text, "+%llu",
                       (unsigned long long)LOAD(uint64_t, base, f->at));
    } else if (f->kind == DECIDE_PLACE) {
        vocab_place_text(LOAD(struct place_code, base, f->at), text);
    } else {
        json_out_text(j, tz_name(LOAD(const struct tz *, base, f->at)));
        return;
    }
    json_out_text(j, text);
}

/* --- walk --- */

static void put_fields(struct json_out *j, const struct decide_field *f,
                       size_t n, const void *base);

static void put_list(struct json_out *j, const struct decide_field *f,
                     const void *base)
{
    const char *element = LOAD(const void *, base, f->at);
    size_t n = LOAD(size_t, base, f->count_at);
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        json_out_object(j);
        put_fields(j, f->child, f->children, element + i * f->size);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_value(struct json_out *j, const struct decide_field *f,
                      const void *base)
{
    switch (f->kind) {
    case DECIDE_FLAG: json_out_bool(j, true); break;
    case DECIDE_TRI: put_tri(j, LOAD(unsigned, base, f->at)); break;
    case DECIDE_VALUE: put_word(j, f->list, LOAD(unsigned, base, f->at)); break;
    case DECIDE_DATE: put_date(j, LOAD(struct civil_date, base, f->at)); break;
    case DECIDE_INSTANT: put_instant(j, LOAD(int64_t, base, f->at)); break;
    case DECIDE_INT64: json_out_int(j, LOAD(int64_t, base, f->at)); break;
    case DECIDE_INT32: json_out_int(j, LOAD(int32_t, base, f->at)); break;
    case DECIDE_UINT16: json_out_int(j, LOAD(uint16_t, base, f->at)); break;
    case DECIDE_NUMBER:
    case DECIDE_PLACE:
    case DECIDE_ZONE: put_code(j, f, base); break;
    case DECIDE_TEXT: json_out_slice(j, LOAD(struct slice, base, f->at)); break;
    case DECIDE_CSTRING:
        json_out_text(j, LOAD(const char *, base, f->at));
        break;
    case DECIDE_TEXTS:
        put_texts(j, LOAD(const struct slice *, base, f->at),
                  LOAD(size_t, base, f->count_at));
        break;
    case DECIDE_CHANNELS: put_channels(j, LOAD(uint32_t, base, f->at)); break;
    case DECIDE_OBJECT:
        json_out_object(j);
        put_fields(j, f->child, f->children, base);
        json_out_end_object(j);
        break;
    case DECIDE_LIST: put_list(j, f, base); break;
    }
}

static void put_fields(struct json_out *j, const struct decide_field *f,
                       size_t n, const void *base)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_zero(&f[i], base)) {
            json_out_key(j, f[i].key);
            put_value(j, &f[i], base);
        }
    }
}

static void put_case(const struct rule_case *k, const char *id,
                     struct json_out *j)
{
    size_t n;
    const struct decide_field *f = decide_field_root(&n);
    json_out_object(j);
    if (id) {
        json_out_kv_text(j, "id", id);
    }
    json_out_kv_text(j, "absent", "unknown");
    put_fields(j, f, n, k);
    json_out_end_object(j);
}

void decide_write_to(const struct rule_case *k, struct json_out *j)
{
    put_case(k, NULL, j);
}

void decide_write(const struct rule_case *k, const char *id, struct buf *out)
{
    struct json_out j;
    json_out_init(&j, out);
    put_case(k, id, &j);
}

void decide_write_hash(const struct rule_case *k, char out[FINGERPRINT_HEX_LEN])
{
    struct buf line;
    buf_init(&line, CASE_TEXT_MAX);
    decide_write(k, NULL, &line);
    out[0] = '\0';
    if (!line.failed) {
        fingerprint_hex(buf_slice(&line), out);
    }
    buf_fini(&line);
}
