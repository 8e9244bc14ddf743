/*
 * What agents did, as plain numbers: time in each state, calls, dispositions,
 * how long people waited for them. Of one campaign (a part of its figures) or
 * of all of them in a span of time (`report --agents`); from the store by
 * agent_figures_read(), or from records by figures_records.h.
 *
 * Times are kept in microseconds and cut to milliseconds at the end, so the
 * parts of a row add up to its time signed in within a millisecond a part.
 * One thread.
 */
#ifndef REPORT_AGENT_FIGURES_H
#define REPORT_AGENT_FIGURES_H

#include "core/agent/agent.h"
#include "core/campaign/disposition.h"
#include "port/reader.h"

enum {
    AGENT_FIGURES_PAUSES_MAX = 16, /* the last one: all others */
    AGENT_FIGURES_WORDS_MAX = DISPOSITIONS_MAX + 8,
};

struct agent_figures_pause {
    const char *reason; /* "" none was said */
    int64_t ms;
};

struct agent_figures_row {
    struct agent_id id;
    const char *name;
    uint64_t calls;   /* people he was joined with */
    uint64_t callers; /* of them: who called us */
    uint64_t dispositions, successes;
    int64_t ms[AGENT_STATE_COUNT]; /* AGENT_OFF: none */
    int64_t signed_in_ms;          /* the sum of ms[] */
    /* In all campaigns: talk, hold and wrap-up, of the time signed in and not
     * paused. */
    int64_t handling_ms, available_ms;
    struct agent_figures_pause pause[AGENT_FIGURES_PAUSES_MAX];
    size_t pauses;
};

struct agent_figures_word {
    const char *word;
    bool success;
    uint64_t n;
};

struct agent_figures {
    bool of_campaign; /* then only the time of its calls is in ms[] */
    int64_t from_us, until_us;
    struct agent_figures_row *row; /* by name; who did nothing is none */
    size_t rows;
    struct agent_figures_row all; /* their sum */
    struct agent_figures_word word[AGENT_FIGURES_WORDS_MAX];
    size_t words;
    uint64_t people;  /* who talked with an agent */
    uint64_t callers; /* of them: who called us */
    uint64_t silent;  /* of them: no disposition was set, the call is over */
    uint64_t waits;   /* joins of our calls: one a call, more when an agent was
                         lost; of callers: caller_figures.h */
    int64_t wait_ms, wait_max_ms;
    uint64_t within; /* joined within two seconds of the greeting's end */
};

/* Occupancy: talk, hold and wrap-up per 1,000 of the time signed in and not
 * paused. */
unsigned agent_figures_occupancy_permille(const struct agent_figures_row *r);
/* Talk (and hold) per 1,000 of time signed in. */
unsigned agent_figures_talk_permille(const struct agent_figures_row *r);

struct agent_figures_builder; /* opaque */

struct agent_figures_builder *
agent_figures_new(bool of_campaign, int64_t from_us, int64_t until_us);
void agent_figures_free(struct agent_figures_builder *b); /* or NULL */
/* All texts are copied. The dispositions of the plan, in its order. */
void agent_figures_word(struct agent_figures_builder *b, struct slice word,
                        bool success);
void agent_figures_name(struct agent_figures_builder *b, struct agent_id id,
                        struct slice name);
/* The part of it within [from, until) counts; until_us 0: it lasts still. */
void agent_figures_span(struct agent_figures_builder *b,
                        const struct reader_agent_span *s);
/* Of a campaign's figures: any state of any agent, of whatever campaign, for
 * the occupancy of those who worked for it. from_us of agent_figures_since()
 * on. */
void agent_figures_shift(struct agent_figures_builder *b,
                         const struct reader_agent_span *s);
void agent_figures_since(struct agent_figures_builder *b, int64_t from_us);
void agent_figures_bridge(struct agent_figures_builder *b,
                          const struct reader_bridge *j);
/* Takes back that this agent had a caller. */
void agent_figures_no_bridge(struct agent_figures_builder *b,
                             struct agent_id agent);
/* n is -1 to take one back, as when an agent thought better of it. */
void agent_figures_disposition(struct agent_figures_builder *b,
                               struct agent_id agent, struct slice word, int n);
/* A call that an agent took: was it over without a disposition, did the
 * person call us? */
void agent_figures_call(struct agent_figures_builder *b, bool silent,
                        bool incoming);
/* Complete, or NULL when no agent did anything. now_us ends what lasts. Lives
 * as long as the builder. */
const struct agent_figures *agent_figures_end(struct agent_figures_builder *b,
                                              int64_t now_us);

/* The dispositions of a campaign's present plan; c 0: of every campaign's. */
int agent_figures_plans(const struct reader *r, struct campaign_id c,
                        struct agent_figures_builder *b,
                        struct err *e) TM_MUST_CHECK;

/* From the store; c 0: all campaigns. Calls are those recorded in the time. */
int agent_figures_read(const struct reader *r, struct campaign_id c,
                       struct agent_figures_builder *b,
                       struct err *e) TM_MUST_CHECK;

#endif
