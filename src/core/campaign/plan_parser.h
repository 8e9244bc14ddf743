/*
 * Private to core/campaign: what the readers of a campaign file share. One
 * reader per kind of section; plan.c runs them.
 */
#ifndef CORE_CAMPAIGN_PLAN_PARSER_H
#define CORE_CAMPAIGN_PLAN_PARSER_H

#include "base/kv.h"
#include "core/campaign/plan.h"

struct plan_parser {
    struct arena *arena;
    const char *file;
    struct plan *plan;
    uint64_t seen; /* general keys read, a bit each */
    uint64_t seen_caps;
    bool seen_retry[OUTCOME_COUNT];
    struct policy_window window[POLICY_WINDOWS_MAX];
    struct policy_cap cap[POLICY_CAPS_MAX];
};

/* Sets "FILE:LINE: ..." and returns TM_EINVAL. */
int plan_parser_bad(const struct plan_parser *p, int line, struct err *e,
                    const char *fmt, ...) TM_PRINTF(4, 5);

/* General keys (plan_keys.c). */
int plan_keys_line(struct plan_parser *p, const struct kv_line *l,
                   struct err *e) TM_MUST_CHECK;
int plan_keys_end(struct plan_parser *p, struct err *e) TM_MUST_CHECK;

/* The words of the message, and plan->says (plan_words.c). */
int plan_words_check(struct plan_parser *p, struct err *e) TM_MUST_CHECK;

/* [hours], [caps] and [retry] (plan_sections.c). */
bool plan_sections_owns(struct slice section);
int plan_sections_line(struct plan_parser *p, const struct kv_line *l,
                       struct err *e) TM_MUST_CHECK;
void plan_sections_end(struct plan_parser *p);

#define PLAN_SHOW(s) (int)((s).n < 60 ? (s).n : 60), (s).p

#endif
