#include "core/rules/verdict.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "core/rules/rule_code.h"

const char *verdict_kind_text(enum verdict_kind k)
{
    static const char *const text[VERDICT_KIND_COUNT] = {
#define X(name, text) [name] = text,
        VERDICT_KINDS(X)
#undef X
    };
    return (unsigned)k < VERDICT_KIND_COUNT ? text[k] : "?";
}

const char *verdict_effect_text(enum verdict_effect e)
{
    static const char *const text[VERDICT_EFFECT_COUNT] = {
#define X(name, text) [name] = text,
        VERDICT_EFFECTS(X)
#undef X
    };
    return (unsigned)e < VERDICT_EFFECT_COUNT ? text[e] : "?";
}

const struct verdict_reason *verdict_cause(const struct verdict *v)
{
    const struct verdict_reason *cause = NULL;
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        if (r->effect == EFFECT_DENIED || r->effect == EFFECT_UNKNOWN) {
            return r;
        }
        if (r->effect == EFFECT_NOT_BEFORE &&
            (!cause || r->until_us > cause->until_us)) {
            cause = r;
        }
    }
    return cause;
}

/* "state.MO" of US-MO; other registers have one list. */
static const char *list_name(const struct rule_param *p,
                             char out[VERDICT_NAME_LEN])
{
    char area[VOCAB_PLACE_MAX + 1];
    struct slice part;
    if (p->registry != REGISTRY_AREA) {
        (void)snprintf(out, VERDICT_NAME_LEN, "%s",
                       vocab_registry_text(p->registry));
        return out;
    }
    vocab_place_text(p->area, area);
    (void)str_cut(str_of(area), '-', &part);
    (void)snprintf(out, VERDICT_NAME_LEN, "%s.%s",
                   vocab_registry_text(p->registry),
                   part.n > 0 ? part.p : area);
    return out;
}

const char *verdict_looks_up(const struct rule *r, char out[VERDICT_NAME_LEN])
{
    out[0] = '\0';
    if (r->code == NULL) {
        return out;
    }
    const struct rule_param *p = &r->code->param;
    switch ((int)r->code->test) {
    case TEST_REGISTRY:
    case TEST_LIST_AGE: return list_name(p, out);
    case TEST_LICENCE:
        (void)snprintf(out, VERDICT_NAME_LEN, "%s",
                       p->licence != NULL ? p->licence : "");
        return out;
    case TEST_EMERGENCY:
        if (p->area.v != 0) {
            char area[VOCAB_PLACE_MAX + 1];
            vocab_place_text(p->area, area);
            (void)snprintf(out, VERDICT_NAME_LEN, "%s", area);
        }
        return out;
    default: return out;
    }
}

/* An id of a rule that is in a book need not be measured again. */
static struct slice id_of(const struct rule *r)
{
    return r->code != NULL ? str_range(r->id, r->code->id_n) : str_of(r->id);
}

static struct slice effect_of(enum verdict_effect e)
{
    static const struct slice text[VERDICT_EFFECT_COUNT] = {
#define X(name, text) [name] = {text, sizeof(text) - 1},
        VERDICT_EFFECTS(X)
#undef X
    };
    tm_assert((unsigned)e < VERDICT_EFFECT_COUNT);
    return text[e];
}

/* Written for each reason of each verdict of each call: printf would be a fifth
 * of what a simulated call costs. A reason that does not fit is left out
 * whole. */
static void add_reason(const struct verdict_reason *r, bool first,
                       struct buf *out)
{
    struct slice id = id_of(r->rule);
    struct slice effect = effect_of(r->effect);
    size_t need = id.n + effect.n + (first ? 1 : 2);
    if (out->failed || need > out->max - out->n ||
        out->n + need + 1 > out->cap) {
        buf_addf(out, "%s%s:%s", first ? "" : " ", id.p, effect.p);
        return;
    }
    char *to = out->p + out->n;
    if (!first) {
        *to++ = ' ';
    }
    memcpy(to, id.p, id.n);
    to += id.n;
    *to++ = ':';
    memcpy(to, effect.p, effect.n + 1);
    out->n += need;
}

void verdict_rules_text(const struct verdict *v, struct buf *out)
{
    for (size_t i = 0; i < v->reasons; i++) {
        add_reason(&v->reason[i], i == 0, out);
    }
}

static bool refuses(const struct verdict *v, const struct verdict_reason *r)
{
    if (v->kind == VERDICT_NOT_BEFORE) {
        return r->effect == EFFECT_NOT_BEFORE;
    }
    return r->effect == EFFECT_DENIED || r->effect == EFFECT_UNKNOWN ||
           r->effect == EFFECT_NOT_BEFORE;
}

static void add_causes(const struct verdict *v, struct buf *out)
{
    const char *between = ": ";
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        if (refuses(v, r)) {
            buf_addf(out, "%s%s (%s)", between, r->rule->id, r->rule->citation);
            between = ", ";
        }
    }
    for (size_t i = 0; i < v->unknowns; i++) {
        buf_addf(out, "%s%s", i ? ", " : "; not known: ", v->unknown[i]);
    }
}

void verdict_sentence(const struct verdict *v, struct buf *out)
{
    char when[CIVIL_INSTANT_LEN];
    switch (v->kind) {
    case VERDICT_ALLOW: buf_add_str(out, "allowed"); break;
    case VERDICT_NOT_BEFORE:
        civil_format_instant(v->not_before_us, when);
        buf_addf(out, "not before %s", when);
        break;
    case VERDICT_DENY: buf_add_str(out, "not allowed"); break;
    case VERDICT_KIND_COUNT: tm_unreachable("kind of a verdict");
    }
    if (v->kind == VERDICT_ALLOW && v->valid_until_us != INT64_MAX) {
        civil_format_instant(v->valid_until_us, when);
        buf_addf(out, " until %s", when);
    }
    add_causes(v, out);
    if (v->remedy[0]) {
        buf_addf(out, "; what would help: %s", v->remedy);
    }
}
