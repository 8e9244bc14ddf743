/*
 * Why a campaign is not dialling: its state, what a running server says, and
 * whether any lead may be called now. Pure over the reader and what the
 * caller has heard from the server.
 */
#ifndef REPORT_WHY_IDLE_H
#define REPORT_WHY_IDLE_H

#include "base/json_out.h"
#include "report/figures.h"

/* What a running server told; server false: none runs. */
struct why_live {
    bool server;
    const char *state; /* word, "" not told */
    int64_t calls, hopper;
    const char *idle_why; /* a sentence, "" none */
    int64_t callers;      /* who called us and wait for an agent */
};

struct why_idle {
    const struct figures *f; /* campaign, state, leads and reasons only */
    struct why_live live;
    uint64_t callable;   /* leads that nothing but their turn keeps back */
    int64_t next_due_us; /* the first of the others; 0: none waits */
    uint64_t next_leads; /* that become due within that minute */
    bool dialling;
    const char *headline;
};

struct why_idle_question {
    const struct reader *reader;
    struct campaign_id campaign;
    struct why_live live;
    struct figures_builder *b; /* new; holds the leads afterwards */
    struct arena *arena;
};

/* *out lives as long as the question's builder and arena. TM_ENOTFOUND: no
 * such campaign. */
int why_idle_ask(const struct why_idle_question *q, struct why_idle *out,
                 struct err *e) TM_MUST_CHECK;

void why_idle_text(const struct why_idle *w, struct buf *out);
void why_idle_json(const struct why_idle *w, struct json_out *j);

#endif
