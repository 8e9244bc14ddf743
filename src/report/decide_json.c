#include "report/decide_json.h"

#include "base/civil.h"
#include "base/json_out.h"
#include "core/rules/rule_book.h"

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[CIVIL_INSTANT_LEN];
    civil_format_instant(us, at);
    json_out_kv_text(j, key, at);
}

static void put_words(struct json_out *j, const char *key,
                      const char *const *word, size_t n)
{
    json_out_key(j, key);
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        json_out_text(j, word[i]);
    }
    json_out_end_array(j);
}

static void put_rules(struct json_out *j, const struct verdict *v)
{
    json_out_key(j, "rules");
    json_out_array(j);
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        json_out_object(j);
        json_out_kv_text(j, "id", r->rule->id);
        json_out_kv_text(j, "effect", verdict_effect_text(r->effect));
        json_out_kv_text(j, "citation", r->rule->citation);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

void decide_json_verdict(const struct verdict *v, const char *id,
                         const char *input, struct buf *out)
{
    struct json_out j;
    json_out_init(&j, out);
    json_out_object(&j);
    json_out_kv_text(&j, "id", id[0] ? id : NULL);
    json_out_kv_text(&j, "verdict", verdict_kind_text(v->kind));
    if (v->kind == VERDICT_NOT_BEFORE) {
        put_instant(&j, "not_before", v->not_before_us);
    }
    if (v->kind == VERDICT_ALLOW && v->valid_until_us != INT64_MAX) {
        put_instant(&j, "valid_until", v->valid_until_us);
    }
    put_rules(&j, v);
    put_words(&j, "duties", v->duty, v->duties);
    json_out_kv_text(&j, "remedy", v->remedy[0] ? v->remedy : NULL);
    put_words(&j, "unknown", v->unknown, v->unknowns);
    json_out_kv_text(&j, "packs", v->packs);
    json_out_kv_text(&j, "tzdata", v->tzdata);
    if (input) {
        json_out_kv_text(&j, "input", input);
    }
    json_out_end_object(&j);
}

void decide_json_error(const char *id, const char *error, struct buf *out)
{
    struct json_out j;
    json_out_init(&j, out);
    json_out_object(&j);
    json_out_kv_text(&j, "id", id[0] ? id : NULL);
    json_out_kv_text(&j, "error", error);
    json_out_end_object(&j);
}
