/*
 * JSON writer: appends to a struct buf, adds commas, escapes, checks nesting
 * with assertions. Invalid UTF-8 is replaced by U+FFFD. One value per init; for
 * lines of JSON init again. Reading is jansson's.
 */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { JSON_OUT_DEPTH_MAX = 16 };

struct json_out {
    struct buf *b;
    int depth;
    bool comma[JSON_OUT_DEPTH_MAX];  /* this level has a value already */
    bool object[JSON_OUT_DEPTH_MAX]; /* else array, or the top */
    bool after_key;
};

void json_out_init(struct json_out *j, struct buf *b);
void json_out_object(struct json_out *j);
void json_out_end_object(struct json_out *j);
void json_out_array(struct json_out *j);
void json_out_end_array(struct json_out *j);
void json_out_key(struct json_out *j, const char *key);
void json_out_text(struct json_out *j, const char *text); /* NULL: null */
void json_out_slice(struct json_out *j, struct slice s);
void json_out_int(struct json_out *j, int64_t v);
/* Fixed decimals, e.g. 2: 3.14. NaN and infinity become null. */
void json_out_decimal(struct json_out *j, double v, int decimals);
void json_out_bool(struct json_out *j, bool v);
void json_out_null(struct json_out *j);
/* key and value in one */
void json_out_kv_text(struct json_out *j, const char *key, const char *text);
void json_out_kv_int(struct json_out *j, const char *key, int64_t v);
void json_out_kv_bool(struct json_out *j, const char *key, bool v);
void json_out_kv_decimal(struct json_out *j, const char *key, double v,
                         int decimals);

#endif
