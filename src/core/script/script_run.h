/*
 * One call's way through a script, as a pure step machine: events in, one
 * output out. It has no clock: deadline_us says when script_run_timeout() is
 * wanted. Memory: the caller's struct, and the text buffer handed in at each
 * event, which receives what is to be said and must live as long as *out.
 */
#ifndef CORE_SCRIPT_SCRIPT_RUN_H
#define CORE_SCRIPT_SCRIPT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/lead/lead.h"
#include "core/lead/outcome.h"
#include "core/script/script.h"

struct script_run {
    const struct script *script;
    int step;       /* index; SCRIPT_END before the start and after the end */
    uint32_t tag;   /* of what is being said now */
    bool speaking;  /* its end has not been heard yet */
    unsigned asked; /* how often this step was asked again */
    int64_t deadline_us;                /* INT64_MAX: none */
    uint64_t questions;                 /* asked so far: a bit a step */
    uint64_t answers;                   /* given so far: a bit a step */
    unsigned keys;                      /* pressed so far */
    bool opted_out, callback, finished; /* finished: an end step was reached */
};

struct script_line {
    bool wav;
    struct slice text; /* ready to be spoken, or the file's path */
};

struct script_text {
    char *p; /* buffer for rendered words */
    size_t cap;
    size_t n;
};

struct script_output {
    struct script_line line[SCRIPT_SAYS_MAX]; /* to be played, cutting off
                                                 what is playing */
    size_t lines;
    uint32_t tag;
    bool answered; /* question and answer are set */
    struct slice question, answer;
    bool opt_out; /* make it durable before the lines are spoken */
    bool callback;
    bool end; /* hang up */
};

void script_run_init(struct script_run *r, const struct script *s);
/* The call begins to speak. */
void script_run_start(struct script_run *r, int64_t now_us,
                      const struct lead *l, struct script_text *t,
                      struct script_output *out);
void script_run_digit(struct script_run *r, char digit, int64_t now_us,
                      const struct lead *l, struct script_text *t,
                      struct script_output *out);
/* What was played under tag has been heard; an older tag is ignored. */
void script_run_played(struct script_run *r, uint32_t tag, int64_t now_us,
                       const struct lead *l, struct script_text *t,
                       struct script_output *out);
/* deadline_us has come; earlier calls are ignored. */
void script_run_timeout(struct script_run *r, int64_t now_us,
                        const struct lead *l, struct script_text *t,
                        struct script_output *out);
/* What the call was, judged from what was said and pressed. by_callee: they
 * hung up, not we. One of the outcomes with OUTCOME_F_LIVE. */
enum outcome script_run_outcome(const struct script_run *r, bool by_callee);

/* Renders "text with {fields}" of a lead; cut at the buffer's end on a UTF-8
 * border. Unknown fields give their fallback. */
struct slice script_run_render(struct slice text, const struct lead *l,
                               struct script_text *t);

#endif
