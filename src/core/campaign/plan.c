#include "core/campaign/plan.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/rng.h"
#include "core/campaign/plan_parser.h"

int plan_parser_bad(const struct plan_parser *p, int line, struct err *e,
                    const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set(e, TM_EINVAL, "%s:%d: %s", p->file, line, text);
}

static void defaults(struct plan *plan)
{
    plan->voice = "en";
    plan->channel = CHANNEL_VOICE_PRERECORDED;
    plan->dial_mode = DIAL_AGENTLESS;
    plan->calls_max = 10;
    plan->calls_per_1000s = 1000;
    plan->ring_timeout_ms = 25000;
    plan->start_after_ms = 500;
    plan->hopper = 500;
    plan->retry.tries_max = 5;
    /* With agents. */
    plan->abandon_limit_ppm = 30000;
    plan->detect_wrong_ppm = 10000;
    plan->hold_ms = 2000;
    plan->wrap_limit_ms = 60000;
    plan->hold_limit_ms = 300000;
    plan->preview_limit_ms = 30000;
    plan->abandoned_key = '9';
    plan->weight = 100;
    plan_inbound_defaults(plan);
}

/* FNV-1a, mixed: tells two texts apart, proves nothing. */
static void hash_text(struct slice text, char out[PLAN_HASH_LEN])
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)text.p[i]) * UINT64_C(0x100000001b3);
    snprintf(out, PLAN_HASH_LEN, "%016llx", (unsigned long long)rng_mix(h));
}

static int parse_line(struct plan_parser *p, struct script_parser *script,
                      const struct kv_line *l, struct err *e)
{
    if (l->section.n == 0)
        return plan_keys_line(p, l, e);
    if (plan_sections_owns(l->section))
        return plan_sections_line(p, l, e);
    if (str_eq(l->section, "dispositions"))
        return plan_agents_disposition(p, l, e);
    if (str_eq(l->section, "inbound"))
        return plan_inbound_line(p, l, e);
    if (script_owns(l->section) && p->plan->channel == CHANNEL_VOICE_LIVE)
        return plan_parser_bad(p, l->line, e,
                               "[%.*s]: a script is for recorded calls, and "
                               "here agents speak (channel = voice_live); "
                               "remove it, what is said to who finds no agent "
                               "is abandoned_say",
                               PLAN_SHOW(l->section));
    if (script_owns(l->section))
        return script_parse_line(script, l, e);
    return plan_parser_bad(p, l->line, e,
                           "unknown section [%.*s]; known are [hours], [caps], "
                           "[retry], [keys], [step NAME], [dispositions] and "
                           "[inbound]",
                           PLAN_SHOW(l->section));
}

/* What the law asks of a recorded call as a whole. */
static int check_recorded(struct plan_parser *p, struct err *e)
{
    if (!p->plan->script->opt_out_any_time)
        return err_set(
            e, TM_EINVAL,
            "%s: a recorded call needs a key that opts out at any time (16 CFR "
            "310.4(b)(1)(v)(B), 47 CFR 64.1200(b)(3)); add [keys] with 9 = "
            "removed and a [step removed] with do = opt_out",
            p->file);
    return plan_words_check(p, e);
}

static int end(struct plan_parser *p, struct script_parser *script,
               struct err *e)
{
    int rc = plan_keys_end(p, e);
    if (rc == TM_OK)
        rc = plan_check_kind(p, e);
    if (rc == TM_OK)
        rc = plan_inbound_end(p, e);
    if (rc != TM_OK)
        return rc;
    if (p->plan->channel == CHANNEL_VOICE_LIVE)
        return plan_check_agents(p, e);
    rc = script_parse_end(script, &p->plan->script, e);
    return rc == TM_OK ? check_recorded(p, e) : rc;
}

int plan_parse(struct arena *a, const char *file, struct slice text,
               const struct plan **out, struct err *e)
{
    struct plan *plan = arena_alloc(a, sizeof(*plan));
    struct plan_parser p = {.arena = a, .file = file, .plan = plan};
    struct script_parser *script = script_parser_new(a, file);
    struct kv_reader reader;
    struct kv_line line;
    defaults(plan);
    hash_text(text, plan->hash);
    text = str_range(arena_strdup(a, text), text.n);
    kv_open(&reader, file, text);
    int rc;
    while ((rc = kv_next(&reader, &line, e)) == 1) {
        rc = parse_line(&p, script, &line, e);
        if (rc != TM_OK)
            return rc;
    }
    if (rc == 0)
        rc = end(&p, script, e);
    if (rc != TM_OK)
        return rc;
    plan_sections_end(&p);
    *out = plan;
    return TM_OK;
}
