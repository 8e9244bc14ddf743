#include "core/complaint/complaint.h"

#include "base/assert.h"

#define X(name, text) text,
static const char *const source_text[] = {COMPLAINT_SOURCES(X)};
static const char *const state_text[] = {COMPLAINT_STATES(X)};
static const char *const outcome_text[] = {COMPLAINT_OUTCOMES(X)};
static const char *const breach_text[] = {COMPLAINT_BREACHES(X)};
static const char *const event_text[] = {COMPLAINT_EVENTS(X)};
#undef X

/* The place of a word in a table, or n. */
static unsigned find(const char *const *table, unsigned n, struct slice s)
{
    unsigned i = 0;
    while (i < n && !str_eq(s, table[i]))
        i++;
    return i;
}

const char *complaint_source_text(enum complaint_source s)
{
    tm_assert(s < COMPLAINT_SOURCE_COUNT);
    return source_text[s];
}

bool complaint_source_parse(struct slice s, enum complaint_source *out)
{
    unsigned i = find(source_text, COMPLAINT_SOURCE_COUNT, s);
    if (i < COMPLAINT_SOURCE_COUNT)
        *out = (enum complaint_source)i;
    return i < COMPLAINT_SOURCE_COUNT;
}

const char *complaint_state_text(enum complaint_state s)
{
    tm_assert(s < COMPLAINT_STATE_COUNT);
    return state_text[s];
}

const char *complaint_outcome_text(enum complaint_outcome o)
{
    tm_assert(o < COMPLAINT_OUTCOME_COUNT);
    return outcome_text[o];
}

bool complaint_outcome_parse(struct slice s, enum complaint_outcome *out)
{
    unsigned i = find(outcome_text, COMPLAINT_OUTCOME_COUNT, s);
    if (i < COMPLAINT_OUTCOME_COUNT)
        *out = (enum complaint_outcome)i;
    return i < COMPLAINT_OUTCOME_COUNT;
}

const char *complaint_breach_text(enum complaint_breach b)
{
    tm_assert(b < COMPLAINT_BREACH_COUNT);
    return breach_text[b];
}

bool complaint_breach_parse(struct slice s, enum complaint_breach *out)
{
    unsigned i = find(breach_text, COMPLAINT_BREACH_COUNT, s);
    if (i < COMPLAINT_BREACH_COUNT)
        *out = (enum complaint_breach)i;
    return i < COMPLAINT_BREACH_COUNT;
}

const char *complaint_event_text(enum complaint_event e)
{
    tm_assert(e < COMPLAINT_EVENT_COUNT);
    return event_text[e];
}

bool complaint_event_parse(struct slice s, enum complaint_event *out)
{
    unsigned i = find(event_text, COMPLAINT_EVENT_COUNT, s);
    if (i < COMPLAINT_EVENT_COUNT)
        *out = (enum complaint_event)i;
    return i < COMPLAINT_EVENT_COUNT;
}
