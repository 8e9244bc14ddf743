/*
 * People who are promised a call: by the key of [inbound], or because nobody
 * served them (missed = callback). Whether the rules would let them be called
 * is asked when the campaign is loaded and when it is started; how many were
 * refused stands in its status.
 *
 * Who will call is not known before he does. Therefore one number of each
 * state, province or territory of the campaign's country is asked about, of
 * nobody (555-0100), now or when hours allow; of another country a number like
 * caller_id. What is on file of a person (consent, an inquiry) may allow more.
 *
 * Cost: the rule packs are read, and some hundred verdicts; some tenths of a
 * second.
 */
#ifndef CMD_CAMPAIGN_PROMISE_H
#define CMD_CAMPAIGN_PROMISE_H

#include "cmd/control.h"
#include "port/reader.h"

/* Lines on the user's standard error when such calls would be refused, and
 * what to do. Never fails: what keeps it from asking is told there too. */
void campaign_promise_warn(struct control *c, struct campaign_id id);

/* Of `campaign status`: those whose promised call was refused for good. */
struct campaign_promise_refused {
    uint64_t people;
    struct lead_id lead; /* of the first */
    const char *rules;   /* that refused him, "US-FTC-DNC, ..."; of the arena */
};
/* denied: how many leads of the campaign are in that state; 0 is fast. */
int campaign_promise_refused(const struct reader *r, struct arena *a,
                             struct campaign_id id, uint64_t denied,
                             struct campaign_promise_refused *out,
                             struct err *e) TM_MUST_CHECK;

#endif
