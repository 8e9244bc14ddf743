#include "report/decide_expect.h"

#include <jansson.h>
#include <string.h>

#include "base/civil.h"
#include "core/rules/rule_book.h"

static bool has_rule(const struct verdict *v, const char *id)
{
    for (size_t i = 0; i < v->reasons; i++) {
        if (strcmp(v->reason[i].rule->id, id) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_duty(const struct verdict *v, const char *duty)
{
    for (size_t i = 0; i < v->duties; i++) {
        if (strcmp(v->duty[i], duty) == 0) {
            return true;
        }
    }
    return false;
}

static int differ(struct buf *out, const char *what, const char *is,
                  const char *expected)
{
    buf_addf(out, "  %s: %s, expected %s\n", what, is, expected);
    return 1;
}

static int check_text(const json_t *x, const char *key, const char *is,
                      struct buf *out)
{
    const char *expected = json_string_value(json_object_get(x, key));
    return expected && strcmp(expected, is) != 0
               ? differ(out, key, is, expected)
               : 0;
}

static int check_instant(const json_t *x, const char *key, int64_t is,
                         struct buf *out)
{
    char text[CIVIL_INSTANT_LEN] = "none";
    if (is != 0 && is != INT64_MAX) {
        civil_format_instant(is, text);
    }
    return check_text(x, key, text, out);
}

/* Words of a list that must, or must not, be there. */
static int check_list(const json_t *list, const struct verdict *v,
                      bool (*has)(const struct verdict *v, const char *word),
                      bool must, struct buf *out)
{
    int n = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (word && has(v, word) != must) {
            n += differ(out, word, must ? "absent" : "present",
                        must ? "present" : "absent");
        }
    }
    return n;
}

int decide_expect_check(struct slice line, const struct verdict *v,
                        struct buf *out)
{
    json_t *root = json_loadb(line.p, line.n, 0, NULL);
    const json_t *x = json_object_get(root, "expected");
    int n = -1;
    if (x) {
        n = check_text(x, "verdict", verdict_kind_text(v->kind), out) +
            check_instant(x, "not_before", v->not_before_us, out) +
            check_instant(x, "valid_until", v->valid_until_us, out) +
            check_text(x, "remedy", v->remedy, out) +
            check_list(json_object_get(x, "rules"), v, has_rule, true, out) +
            check_list(json_object_get(x, "duties"), v, has_duty, true, out) +
            check_list(json_object_get(x, "no_duties"), v, has_duty, false,
                       out);
    }
    json_decref(root);
    return n;
}
