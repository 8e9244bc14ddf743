/* Keys of campaigns with agents. Bounds that depend on other keys are checked
 * when all are read (plan_check.c). */
#include <string.h>

#include "core/campaign/plan_parser.h"

/* 16 CFR 310.4(b)(1)(iv): abandoned is who finds no representative within two
 * seconds of his completed greeting. */
enum { HOLD_MAX_MS = 2000 };
enum { SPAN_MAX_MS = 3600 * 1000, WEIGHT_MAX = 1000, SAY_MAX = 600 };
enum { DETECT_WRONG_MAX_PPM = 200000, PPM = 1000000 };

/* "3 %", "0.5%" */
static bool read_percent(struct slice s, uint32_t *ppm)
{
    double d;
    /* A plain number could be meant as a share of one. */
    if (s.n == 0 || s.p[s.n - 1] != '%' || !str_percent(s, &d))
        return false;
    *ppm = (uint32_t)(d * (PPM / 100) + 0.5);
    return true;
}

int plan_agents_pacing(struct plan_parser *p, const struct plan_key *k,
                       const struct kv_line *l, struct err *e)
{
    struct err why;
    int rc = policy_parse(l->value, &p->plan->pacing, &why);
    return rc == TM_OK ? TM_OK : plan_keys_wrong(p, k, l, e, why.text);
}

int plan_agents_limit(struct plan_parser *p, const struct plan_key *k,
                      const struct kv_line *l, struct err *e)
{
    if (!read_percent(l->value, &p->plan->abandon_limit_ppm))
        return plan_keys_wrong(p, k, l, e,
                               "must be a share of the live answers in per "
                               "cent");
    return TM_OK;
}

int plan_agents_wrong_share(struct plan_parser *p, const struct plan_key *k,
                            const struct kv_line *l, struct err *e)
{
    uint32_t *ppm = &p->plan->detect_wrong_ppm;
    if (!read_percent(l->value, ppm) || *ppm > DETECT_WRONG_MAX_PPM)
        return plan_keys_wrong(p, k, l, e,
                               "must be the share of people that detection "
                               "takes for machines, from 0 % to 20 %");
    return TM_OK;
}

int plan_agents_hold(struct plan_parser *p, const struct plan_key *k,
                     const struct kv_line *l, struct err *e)
{
    int64_t *ms = &p->plan->hold_ms;
    if (!str_duration_ms(l->value, ms) || *ms < 0)
        return plan_keys_wrong(p, k, l, e, "must be a time from 0ms to 2s");
    if (*ms > HOLD_MAX_MS)
        return plan_keys_wrong(p, k, l, e,
                               "nobody may wait for an agent longer than 2s "
                               "after his greeting (16 CFR 310.4(b)(1)(iv), "
                               "47 CFR 64.1200(a)(7))");
    return TM_OK;
}

int plan_agents_span(struct plan_parser *p, const struct plan_key *k,
                     const struct kv_line *l, struct err *e)
{
    int64_t ms;
    if (!str_duration_ms(l->value, &ms) || ms < 0 || ms > SPAN_MAX_MS)
        return plan_keys_wrong(p, k, l, e,
                               "must be a time up to 1h; 0s: no limit");
    memcpy(plan_keys_field(p, k), &ms, sizeof(ms));
    return TM_OK;
}

int plan_agents_preview_end(struct plan_parser *p, const struct plan_key *k,
                            const struct kv_line *l, struct err *e)
{
    p->plan->preview_dials = str_eq(l->value, "dial");
    if (!p->plan->preview_dials && !str_eq(l->value, "skip"))
        return plan_keys_wrong(p, k, l, e, "must be dial or skip");
    return TM_OK;
}

int plan_agents_abandoned_say(struct plan_parser *p, const struct plan_key *k,
                              const struct kv_line *l, struct err *e)
{
    if (l->value.n == 0 || l->value.n > SAY_MAX)
        return plan_keys_wrong(p, k, l, e, "must have 1 to 600 characters");
    if (memchr(l->value.p, '{', l->value.n) != NULL)
        return plan_keys_wrong(p, k, l, e,
                               "has no {fields}: it must be ready when nobody "
                               "is there");
    p->plan->abandoned_say = arena_strdup(p->arena, l->value);
    return TM_OK;
}

int plan_agents_abandoned_key(struct plan_parser *p, const struct plan_key *k,
                              const struct kv_line *l, struct err *e)
{
    if (l->value.n != 1 || l->value.p[0] == '\0' ||
        strchr("0123456789*#", l->value.p[0]) == NULL)
        return plan_keys_wrong(p, k, l, e, "must be one of 0 to 9, * and #");
    p->plan->abandoned_key = l->value.p[0];
    return TM_OK;
}

static bool good_skill(const struct plan *plan, struct slice word)
{
    for (size_t i = 0; i < plan->skills; i++)
        if (str_eq(word, plan->skill[i]))
            return false;
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] == ',' || word.p[i] == ';' || word.p[i] == '"')
            return false;
    return word.n < AGENT_WORD_MAX && plan->skills < AGENT_SKILLS_MAX;
}

int plan_agents_skills(struct plan_parser *p, const struct plan_key *k,
                       const struct kv_line *l, struct err *e)
{
    struct plan *plan = p->plan;
    struct slice rest = str_trim(l->value);
    if (rest.n == 0)
        return plan_keys_wrong(p, k, l, e, "names no skill");
    while (rest.n > 0) {
        struct slice word = str_cut(rest, ' ', &rest);
        rest = str_trim(rest);
        if (!good_skill(plan, word))
            return plan_keys_wrong(p, k, l, e,
                                   "must be up to 8 different words with up "
                                   "to 31 characters, with blanks between "
                                   "them");
        plan->skill[plan->skills++] = arena_strdup(p->arena, word);
    }
    return TM_OK;
}

int plan_agents_weight(struct plan_parser *p, const struct plan_key *k,
                       const struct kv_line *l, struct err *e)
{
    uint64_t n;
    if (!str_u64(l->value, &n) || n == 0 || n > WEIGHT_MAX)
        return plan_keys_wrong(p, k, l, e,
                               "must be a whole number from 1 to 1000");
    p->plan->weight = (unsigned)n;
    return TM_OK;
}

int plan_agents_ends(struct plan_parser *p, const struct plan_key *k,
                     const struct kv_line *l, struct err *e)
{
    if (!civil_parse_date(l->value, &p->plan->ends))
        return plan_keys_wrong(p, k, l, e,
                               "must be a date, the last day of the campaign");
    return TM_OK;
}

int plan_agents_disposition(struct plan_parser *p, const struct kv_line *l,
                            struct err *e)
{
    struct plan *plan = p->plan;
    struct disposition *d = &plan->disposition[plan->dispositions];
    if (p->dispositions_line == 0) {
        p->dispositions_line = l->section_line;
        if (plan->dial_mode == DIAL_AGENTLESS)
            return plan_parser_bad(p, l->line, e,
                                   "dispositions are said by agents, and this "
                                   "campaign has none (dial_mode = "
                                   "agentless); remove [dispositions]");
    }
    if (l->key.n == 0)
        return TM_OK;
    if (plan->dispositions == DISPOSITIONS_MAX)
        return plan_parser_bad(p, l->line, e, "more than %d dispositions",
                               DISPOSITIONS_MAX);
    if (disposition_find(plan->disposition, plan->dispositions, l->key) != NULL)
        return plan_parser_bad(p, l->line, e, "%.*s is given twice; remove one",
                               PLAN_SHOW(l->key));
    const char *why = disposition_read(l->key, l->value, d);
    if (why != NULL)
        return plan_parser_bad(p, l->line, e,
                               "%.*s = \"%.*s\": %s; for example sale = done "
                               "success",
                               PLAN_SHOW(l->key), PLAN_SHOW(l->value), why);
    plan->dispositions++;
    return TM_OK;
}
