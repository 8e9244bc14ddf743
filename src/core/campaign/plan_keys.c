#include <stddef.h>
#include <string.h>

#include "base/civil.h"
#include "core/campaign/duty.h"
#include "core/campaign/plan_parser.h"
#include "core/number/number.h"

/* The first word must come within two seconds of the greeting's end: 16 CFR
 * 310.4(b)(1)(v)(B); before it is measured, of the answer. */
enum { START_AFTER_MAX_MS = 2000 };
/* 16 CFR 310.4(b)(4)(ii), 47 CFR 64.1200(a)(6). */
enum { RING_MIN_MS = 15000, RING_MAX_MS = 120000 };
enum { TEXT_MAX = 200, CALLS_PER_SECOND_MAX = 1000 };

void *plan_keys_field(struct plan_parser *p, const struct plan_key *k)
{
    return (char *)p->plan + k->at;
}

int plan_keys_wrong(const struct plan_parser *p, const struct plan_key *k,
                    const struct kv_line *l, struct err *e, const char *why)
{
    return plan_parser_bad(p, l->line, e,
                           "%s = \"%.*s\": %s; for example %s = %s", k->name,
                           PLAN_SHOW(l->value), why, k->name, k->example);
}

static int read_text(struct plan_parser *p, const struct plan_key *k,
                     const struct kv_line *l, struct err *e)
{
    if (l->value.n == 0 || l->value.n > TEXT_MAX)
        return plan_keys_wrong(p, k, l, e, "must have 1 to 200 characters");
    const char *text = arena_strdup(p->arena, l->value);
    memcpy(plan_keys_field(p, k), &text, sizeof(text));
    return TM_OK;
}

static int read_caller_name(struct plan_parser *p, const struct plan_key *k,
                            const struct kv_line *l, struct err *e)
{
    if (l->value.n >= sizeof(p->plan->caller_name) ||
        memchr(l->value.p, '"', l->value.n) != NULL)
        return plan_keys_wrong(p, k, l, e, "is too long or has a quote in it");
    str_copy(p->plan->caller_name, sizeof(p->plan->caller_name), l->value);
    return TM_OK;
}

static int read_caller_id(struct plan_parser *p, const struct plan_key *k,
                          const struct kv_line *l, struct err *e)
{
    struct number n;
    if (!str_starts(l->value, "+"))
        return plan_keys_wrong(p, k, l, e,
                               "must be a number with + and country code");
    enum number_fault f = number_parse(l->value, "", &n);
    if (f != NUMBER_OK || n.extension[0] != '\0')
        return plan_parser_bad(p, l->line, e,
                               "caller_id: the number \"%.*s\" %s; it is shown "
                               "to the people called and must be one of yours",
                               PLAN_SHOW(l->value),
                               f == NUMBER_OK ? "has an extension"
                                              : number_fault_text(f));
    char text[NUMBER_TEXT_LEN];
    number_format(n.e164, text);
    str_copy(p->plan->caller_id, sizeof(p->plan->caller_id), str_of(text));
    p->plan->caller_e164 = n.e164;
    return TM_OK;
}

static int read_country(struct plan_parser *p, const struct plan_key *k,
                        const struct kv_line *l, struct err *e)
{
    bool ok = l->value.n == 2;
    for (size_t i = 0; i < l->value.n && ok; i++)
        ok = l->value.p[i] >= 'A' && l->value.p[i] <= 'Z';
    if (!ok)
        return plan_keys_wrong(p, k, l, e,
                               "must be a country's two capital letters");
    str_copy(p->plan->country, sizeof(p->plan->country), l->value);
    return TM_OK;
}

/* A word of a closed list: its value, or -1; texts for the message. */
#define PLAN_WORDS(X)                                                          \
    X(caller_kind, caller, CALLER_COUNT)                                       \
    X(seller_type, seller_type, SELLER_TYPE_COUNT)                             \
    X(purpose, purpose, PURPOSE_COUNT)                                         \
    X(goods, goods, GOODS_COUNT)                                               \
    X(recording_purpose, recording, RECORDING_COUNT)                           \
    X(dial_mode, dial, DIAL_COUNT)                                             \
    X(tri, tri, TRI_COUNT)

#define X(tag, word, count)                                                    \
    static int read_##tag(struct plan_parser *p, const struct plan_key *k,     \
                          const struct kv_line *l, struct err *e)              \
    {                                                                          \
        enum tag v;                                                            \
        if (!vocab_##word##_parse(l->value, &v) || v == 0) {                   \
            struct buf b;                                                      \
            buf_init(&b, 400);                                                 \
            buf_add_str(&b, "is not known; known are");                        \
            for (int i = 1; i < (int)count; i++)                               \
                buf_addf(&b, "%s %s", i > 1 ? "," : "",                        \
                         vocab_##word##_text((enum tag)i));                    \
            int rc = plan_keys_wrong(p, k, l, e, b.p);                         \
            buf_fini(&b);                                                      \
            return rc;                                                         \
        }                                                                      \
        memcpy(plan_keys_field(p, k), &v, sizeof(v));                          \
        return TM_OK;                                                          \
    }
PLAN_WORDS(X)
#undef X

static int read_channel(struct plan_parser *p, const struct plan_key *k,
                        const struct kv_line *l, struct err *e)
{
    if (!str_eq(l->value, "voice_prerecorded") &&
        !str_eq(l->value, "voice_live"))
        return plan_keys_wrong(p, k, l, e,
                               "is not supported; channels are "
                               "voice_prerecorded and voice_live");
    bool known = vocab_channel_parse(l->value, &p->plan->channel);
    tm_assert(known);
    return TM_OK;
}

static int read_calls(struct plan_parser *p, const struct plan_key *k,
                      const struct kv_line *l, struct err *e)
{
    uint64_t n;
    if (!str_u64(l->value, &n) || n == 0 || n > PLAN_CALLS_MAX)
        return plan_keys_wrong(p, k, l, e,
                               "must be a whole number from 1 to 20000");
    p->plan->calls_max = (unsigned)n;
    return TM_OK;
}

static int read_hopper(struct plan_parser *p, const struct plan_key *k,
                       const struct kv_line *l, struct err *e)
{
    uint64_t n;
    if (!str_u64(l->value, &n) || n == 0 || n > PLAN_HOPPER_MAX)
        return plan_keys_wrong(p, k, l, e,
                               "must be a whole number from 1 to 20000");
    p->plan->hopper = (size_t)n;
    return TM_OK;
}

static int read_rate(struct plan_parser *p, const struct plan_key *k,
                     const struct kv_line *l, struct err *e)
{
    double d;
    if (!str_double(l->value, &d) || d < 0.001 || d > CALLS_PER_SECOND_MAX)
        return plan_keys_wrong(p, k, l, e,
                               "must be a number from 0.001 to 1000");
    p->plan->calls_per_1000s = (uint64_t)(d * 1000 + 0.5);
    return TM_OK;
}

static int read_ring(struct plan_parser *p, const struct plan_key *k,
                     const struct kv_line *l, struct err *e)
{
    int64_t *ms = &p->plan->ring_timeout_ms;
    if (!str_duration_ms(l->value, ms) || *ms > RING_MAX_MS)
        return plan_keys_wrong(p, k, l, e, "must be a time from 15s to 120s");
    if (*ms < RING_MIN_MS)
        return plan_keys_wrong(
            p, k, l, e,
            "a telephone must ring at least 15s before we give up "
            "(16 CFR 310.4(b)(4)(ii), 47 CFR 64.1200(a)(6))");
    return TM_OK;
}

static int read_start(struct plan_parser *p, const struct plan_key *k,
                      const struct kv_line *l, struct err *e)
{
    int64_t *ms = &p->plan->start_after_ms;
    if (!str_duration_ms(l->value, ms) || *ms < 0)
        return plan_keys_wrong(p, k, l, e, "must be a time from 0ms to 2s");
    if (*ms > START_AFTER_MAX_MS)
        return plan_keys_wrong(p, k, l, e,
                               "the message must begin within 2s of the answer "
                               "(16 CFR 310.4(b)(1)(v))");
    return TM_OK;
}

static int read_yes_no(struct plan_parser *p, const struct plan_key *k,
                       const struct kv_line *l, struct err *e)
{
    bool yes = str_eq(l->value, "yes");
    if (!yes && !str_eq(l->value, "no"))
        return plan_keys_wrong(p, k, l, e, "must be yes or no");
    memcpy(plan_keys_field(p, k), &yes, sizeof(yes));
    return TM_OK;
}

static int read_place(struct plan_parser *p, const struct plan_key *k,
                      const struct kv_line *l, struct err *e)
{
    struct place_code place;
    bool whole = l->value.n == 2 || (l->value.n > 3 && l->value.p[2] == '-');
    if (!whole || !vocab_place_parse(l->value, &place))
        return plan_keys_wrong(
            p, k, l, e,
            "must be a country or a subdivision by its ISO 3166 code");
    memcpy(plan_keys_field(p, k), &place, sizeof(place));
    return TM_OK;
}

/* A number that costs the caller nothing: what is left on a machine has to
 * give one (47 CFR 64.1200(b)(3), 16 CFR 310.4(b)(1)(v)(B)(ii)). */
static int read_opt_out_number(struct plan_parser *p, const struct plan_key *k,
                               const struct kv_line *l, struct err *e)
{
    struct number n;
    if (!str_starts(l->value, "+") ||
        number_parse(l->value, "", &n) != NUMBER_OK || n.extension[0] != '\0')
        return plan_keys_wrong(p, k, l, e,
                               "must be a number with + and country code");
    if (n.type != NUMBER_TOLL_FREE)
        return plan_keys_wrong(
            p, k, l, e,
            "must be toll-free, so that opting out costs nothing (47 "
            "CFR 64.1200(b)(3), 16 CFR 310.4(b)(1)(v)(B)(ii))");
    p->plan->opt_out_e164 = n.e164;
    return TM_OK;
}

static int read_duty(struct plan_parser *p, const struct plan_key *k,
                     const struct kv_line *l, struct slice word, struct err *e)
{
    enum duty d;
    if (!duty_parse(word, &d))
        return plan_parser_bad(p, l->line, e,
                               "carries: \"%.*s\" is no duty; "
                               "docs/duties.md lists them",
                               PLAN_SHOW(word));
    bool ever = duty_may_be_declared(d, CHANNEL_VOICE_PRERECORDED) ||
                duty_may_be_declared(d, CHANNEL_VOICE_LIVE);
    if (!ever)
        return plan_parser_bad(
            p, l->line, e,
            "carries: %.*s is not for a campaign to declare: %s; for example "
            "%s = %s",
            PLAN_SHOW(word),
            duty_how(d, p->plan->channel) == DUTY_BY_ENGINE
                ? "every call does it, remove it"
                : "the call itself must do it",
            k->name, k->example);
    p->plan->carries |= UINT64_C(1) << d;
    return TM_OK;
}

static int read_carries(struct plan_parser *p, const struct plan_key *k,
                        const struct kv_line *l, struct err *e)
{
    struct slice rest = str_trim(l->value);
    if (rest.n == 0)
        return plan_keys_wrong(p, k, l, e, "names no duty");
    while (rest.n > 0) {
        struct slice word = str_cut(rest, ' ', &rest);
        rest = str_trim(rest);
        int rc = read_duty(p, k, l, word, e);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

#define AT(member) offsetof(struct plan, member)

static const struct plan_key keys[] = {
    {"name", read_text, AT(name), true, "Autumn visit survey"},
    {"seller", read_text, AT(seller), true, "Lakeside Clinic"},
    {"caller_kind", read_caller_kind, AT(caller_kind), true, "survey"},
    {"purpose", read_purpose, AT(purpose), true, "survey"},
    {"list", read_text, AT(list), true, "visitors"},
    {"trunk", read_text, AT(trunk), true, "main"},
    {"caller_id", read_caller_id, 0, true, "+12125550100"},
    {"country", read_country, 0, true, "US"},
    {"caller_name", read_caller_name, 0, false, "Lakeside Clinic"},
    {"voice", read_text, AT(voice), false, "en-us"},
    {"channel", read_channel, 0, false, "voice_prerecorded"},
    {"dial_mode", read_dial_mode, AT(dial_mode), false, "agentless"},
    {"max_calls", read_calls, 0, false, "20"},
    {"calls_per_second", read_rate, 0, false, "2"},
    {"ring_timeout", read_ring, 0, false, "25s"},
    {"start_after", read_start, 0, false, "500ms"},
    {"record", read_yes_no, AT(record), false, "no"},
    {"record_purpose", read_recording_purpose, AT(record_purpose), false,
     "quality"},
    {"recorder_place", read_place, AT(recorder_place), false, "US-OH"},
    {"agent_place", read_place, AT(agent_place), false, "US-OH"},
    {"recording_notice", read_text, AT(recording_notice), false,
     "This call is recorded."},
    {"spoken_name", read_text, AT(spoken_name), false, "Lakeside Clinic"},
    {"opt_out_number", read_opt_out_number, 0, false, "+18005550100"},
    {"carries", read_carries, 0, false, "keep_proof_of_consent"},
    {"hopper", read_hopper, 0, false, "500"},
    {"goods", read_goods, AT(goods), false, "other"},
    {"leads_to_sale", read_tri, AT(leads_to_sale), false, "no"},
    {"seller_type", read_seller_type, AT(seller_type), false, "other"},
    {"ftc_jurisdiction", read_tri, AT(ftc_jurisdiction), false, "yes"},
    {"registered_charity", read_tri, AT(registered_charity), false, "no"},
    {"hipaa", read_tri, AT(hipaa), false, "no"},
    {"caller_id_authority", read_tri, AT(caller_id_authority), false, "yes"},
    {"consent_not_condition", read_tri, AT(consent_not_condition), false,
     "yes"},
    {"pacing", plan_agents_pacing, 0, false, "predictive"},
    {"abandon_limit", plan_agents_limit, AT(abandon_limit_ppm), false, "3 %"},
    {"detect", read_yes_no, AT(detect), false, "no"},
    {"detect_wrong", plan_agents_wrong_share, AT(detect_wrong_ppm), false,
     "1 %"},
    {"hold", plan_agents_hold, AT(hold_ms), false, "2s"},
    {"hold_limit", plan_agents_span, AT(hold_limit_ms), false, "5m"},
    {"hold_music", read_text, AT(hold_music), false, "music.wav"},
    {"wrap_limit", plan_agents_span, AT(wrap_limit_ms), false, "60s"},
    {"preview_limit", plan_agents_span, AT(preview_limit_ms), false, "30s"},
    {"preview_end", plan_agents_preview_end, 0, false, "skip"},
    {"abandoned_say", plan_agents_abandoned_say, AT(abandoned_say), false,
     "\"This is Lakeside Clinic, a telemarketing call. Call 212 555 0100, or "
     "press 9 to be taken off our list.\""},
    {"abandoned_key", plan_agents_abandoned_key, 0, false, "9"},
    {"skills", plan_agents_skills, 0, false, "finnish sales"},
    {"weight", plan_agents_weight, 0, false, "100"},
    {"ends", plan_agents_ends, 0, false, "2027-03-31"},
};
_Static_assert(tm_array_len(keys) <= PLAN_KEYS_MAX, "a line each");

static void add_known(struct buf *b)
{
    for (size_t i = 0; i < tm_array_len(keys); i++)
        buf_addf(b, "%s%s", i > 0 ? ", " : "", keys[i].name);
}

static int unknown(const struct plan_parser *p, const struct kv_line *l,
                   struct err *e)
{
    struct buf b;
    buf_init(&b, 760);
    add_known(&b);
    int rc =
        plan_parser_bad(p, l->line, e, "unknown key \"%.*s\"; known are %s",
                        PLAN_SHOW(l->key), b.p);
    buf_fini(&b);
    return rc;
}

int plan_keys_line(struct plan_parser *p, const struct kv_line *l,
                   struct err *e)
{
    for (size_t i = 0; i < tm_array_len(keys); i++) {
        if (!str_eq(l->key, keys[i].name))
            continue;
        if (p->line[i] != 0)
            return plan_parser_bad(
                p, l->line, e, "%s is given twice; remove one", keys[i].name);
        p->line[i] = l->line;
        return keys[i].read(p, &keys[i], l, e);
    }
    return unknown(p, l, e);
}

int plan_keys_given(const struct plan_parser *p, const char *name)
{
    for (size_t i = 0; i < tm_array_len(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return p->line[i];
    tm_unreachable("a key outside its table");
}

int plan_keys_end(struct plan_parser *p, struct err *e)
{
    for (size_t i = 0; i < tm_array_len(keys); i++)
        if (keys[i].required && p->line[i] == 0)
            return err_set(e, TM_EINVAL,
                           "%s: %s is missing; add a line such as %s = %s "
                           "above the first section",
                           p->file, keys[i].name, keys[i].name,
                           keys[i].example);
    return TM_OK;
}
