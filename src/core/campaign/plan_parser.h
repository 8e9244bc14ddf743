/*
 * Private to core/campaign: what the readers of a campaign file share. One
 * reader per kind of section; plan.c runs them.
 */
#ifndef CORE_CAMPAIGN_PLAN_PARSER_H
#define CORE_CAMPAIGN_PLAN_PARSER_H

#include "base/kv.h"
#include "core/campaign/plan.h"

enum { PLAN_KEYS_MAX = 64, PLAN_INBOUND_KEYS_MAX = 24 };

struct plan_parser {
    struct arena *arena;
    const char *file;
    struct plan *plan;
    int line[PLAN_KEYS_MAX]; /* of each general key; 0: not read */
    int dispositions_line;   /* of the section; 0 none */
    int inbound_line;        /* likewise */
    int inbound_key[PLAN_INBOUND_KEYS_MAX]; /* line of each */
    uint64_t seen_caps;
    bool seen_retry[OUTCOME_COUNT];
    struct policy_window window[POLICY_WINDOWS_MAX];
    struct policy_cap cap[POLICY_CAPS_MAX];
};

/* Sets "FILE:LINE: ..." and returns TM_EINVAL. */
int plan_parser_bad(const struct plan_parser *p, int line, struct err *e,
                    const char *fmt, ...) TM_PRINTF(4, 5);

/* A general key: read() checks the value and sets the plan. */
struct plan_key {
    const char *name;
    int (*read)(struct plan_parser *p, const struct plan_key *k,
                const struct kv_line *l, struct err *e);
    size_t at; /* of the field in struct plan, where read() wants it */
    bool required;
    const char *example;
};
/* "NAME = VALUE: why; for example ..." */
int plan_keys_wrong(const struct plan_parser *p, const struct plan_key *k,
                    const struct kv_line *l, struct err *e, const char *why);
/* The field of the key, for readers that serve several. */
void *plan_keys_field(struct plan_parser *p, const struct plan_key *k);

/* General keys (plan_keys.c). */
int plan_keys_line(struct plan_parser *p, const struct kv_line *l,
                   struct err *e) TM_MUST_CHECK;
int plan_keys_end(struct plan_parser *p, struct err *e) TM_MUST_CHECK;
/* The line a general key was given in, 0: it was not. */
int plan_keys_given(const struct plan_parser *p, const char *name);

/* Readers of the keys of campaigns with agents, and the section
 * [dispositions] (plan_agents.c). */
#define PLAN_AGENT_READERS(X)                                                  \
    X(pacing)                                                                  \
    X(limit)                                                                   \
    X(wrong_share)                                                             \
    X(hold)                                                                    \
    X(span)                                                                    \
    X(preview_end)                                                             \
    X(abandoned_say)                                                           \
    X(abandoned_key)                                                           \
    X(skills)                                                                  \
    X(weight)                                                                  \
    X(ends)
#define X(what)                                                                \
    int plan_agents_##what(struct plan_parser *p, const struct plan_key *k,    \
                           const struct kv_line *l, struct err *e)             \
        TM_MUST_CHECK;
PLAN_AGENT_READERS(X)
#undef X
int plan_agents_disposition(struct plan_parser *p, const struct kv_line *l,
                            struct err *e) TM_MUST_CHECK;

/* The section [inbound] (plan_inbound.c). */
void plan_inbound_defaults(struct plan *plan);
int plan_inbound_line(struct plan_parser *p, const struct kv_line *l,
                      struct err *e) TM_MUST_CHECK;
int plan_inbound_end(struct plan_parser *p, struct err *e) TM_MUST_CHECK;

/* What the file left open, contradictions, and the law (plan_check.c). The
 * second sets the plan's script and says, for a campaign with agents. */
int plan_check_kind(struct plan_parser *p, struct err *e) TM_MUST_CHECK;
int plan_check_agents(struct plan_parser *p, struct err *e) TM_MUST_CHECK;

/* The words of the message, and plan->says (plan_words.c). */
int plan_words_check(struct plan_parser *p, struct err *e) TM_MUST_CHECK;

/* [hours], [caps] and [retry] (plan_sections.c). */
bool plan_sections_owns(struct slice section);
int plan_sections_line(struct plan_parser *p, const struct kv_line *l,
                       struct err *e) TM_MUST_CHECK;
void plan_sections_end(struct plan_parser *p);

#define PLAN_SHOW(s) (int)((s).n < 60 ? (s).n : 60), (s).p

#endif
