/*
 * What tests of a campaign with agents share: a world, its leads and agents,
 * what is said and seen. Include it in one file of a program.
 */
#ifndef FIXTURE_LIVE_H
#define FIXTURE_LIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/campaign_crew.h"
#include "fixture_world.h"

static struct world w;

static char file_text[4096];

static inline void edit(const char *from, const char *to)
{
    char rest[4096];
    char *at = strstr(file_text, from);
    assert_non_null(at);
    (void)str_copy(rest, sizeof(rest), str_of(at + strlen(from)));
    snprintf(at, sizeof(file_text) - (size_t)(at - file_text), "%s%s", to,
             rest);
}

/* The plan with another dial mode and what comes with it. */
static inline void open_mode(const char *lines)
{
    bool by_agents =
        strstr(lines, "preview") != NULL || strstr(lines, "manual") != NULL;
    (void)str_copy(file_text, sizeof(file_text), str_of(world_live_plan));
    edit("dial_mode = predictive\n", lines);
    if (by_agents)
        edit("detect = no\n", "");
    world_open(&w, file_text);
}

/* Leads with numbers 12124560001 and on, in that order. */
static inline void give_leads(int64_t n)
{
    struct lead l[64];
    for (int64_t i = 0; i < n; i++)
        l[i] = world_lead(i + 1, 12124560001 + (uint64_t)i);
    world_leads(&w, l, (size_t)n, INT64_MAX);
}

/* Running with agents that are ready, the first lines dialled. */
static inline void begin(int64_t agents, int64_t leads)
{
    world_say(&w, CAMPAIGN_EV_START);
    world_agents(&w, agents);
    give_leads(leads);
    world_forget(&w);
    world_run(&w, 300);
}

static inline void rings(int64_t attempt)
{
    world_call(&w, attempt, CARRIER_PLACED);
    world_call(&w, attempt, CARRIER_RINGING);
}

static inline void answers(int64_t attempt)
{
    rings(attempt);
    world_call(&w, attempt, CARRIER_ANSWERED);
}

static inline bool seen(const char *text)
{
    return w.trace.p != NULL && strstr(w.trace.p, text) != NULL;
}

#define expect(text)                                                           \
    do {                                                                       \
        if (!seen(text))                                                       \
            fail_msg("not there: %s\nin:\n%s", text, w.trace.p);               \
    } while (0)

static inline unsigned count(const char *text)
{
    unsigned n = 0;
    for (const char *p = w.trace.p; p != NULL; n++) {
        p = strstr(p, text);
        if (p == NULL)
            break;
        p += strlen(text);
    }
    return n;
}

static inline struct campaign_status status(void)
{
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    return s;
}

static inline int order(int64_t agent, enum agent_order_kind k)
{
    return world_order(&w, agent, k, "", 0);
}

static inline int dispose(int64_t agent, const char *word, int64_t due_us)
{
    return world_order(&w, agent, AGENT_DO_DISPOSE, word, due_us);
}

static inline int pace(enum dial_mode mode, uint32_t ppm)
{
    struct campaign_pacing p = {.mode = mode, .abandon_limit_ppm = ppm};
    plan_pace_default(mode, &p.policy);
    struct campaign_event ev = {.kind = CAMPAIGN_EV_PACE, .pacing = &p};
    world_step(&w, &ev);
    return w.out.error;
}

#endif
