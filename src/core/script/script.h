/*
 * A script: what an automated call says, asks and does. Steps are named; each
 * says something and then asks for a key, goes on, or acts (opt out, call
 * back, end). It is read from the sections of a campaign file:
 *
 *     [keys]                     # usable at any time, in every step
 *     9 = removed                # key = step
 *
 *     [step visit]               # the first step is where the call starts
 *     say = "Hello {first_name|there}, you were here {visit:date|lately}."
 *     say_wav = prompts/how.wav  # several lines are played in order
 *     words = "How was it?"      # what that file says, for the law's checks
 *     question = visit How was your visit?       # id and text for reports
 *     key.1 = good -> staff      # key = answer's label -> next step
 *     key.2 = poor -> staff
 *     repeat = 2                 # asked again on no or another key
 *     timeout = 6s               # wait for a key after the last word
 *     next = staff               # when no key came: go on here, else end
 *
 *     [step removed]
 *     do = opt_out               # also: callback, end
 *     say = "You will not be called again. Goodbye."
 *
 * Fields of the lead are spoken by {name}, {name|fallback} and with a format:
 * {name:time} {name:date} {name:digits}. A key cuts off what is being said in
 * a step that asks; a step that only says ignores all keys but those of
 * [keys], because who calls and why must be said (47 CFR 64.1200(b)).
 *
 * A parsed script is immutable, lives in the arena and refers to the text it
 * was read from. Running it is script_run.h.
 */
#ifndef CORE_SCRIPT_SCRIPT_H
#define CORE_SCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/kv.h"
#include "base/str.h"

enum {
    SCRIPT_STEPS_MAX = 64,
    SCRIPT_SAYS_MAX = 8,
    SCRIPT_SAY_MAX = 600,   /* bytes of one say line */
    SCRIPT_KEYS_MAX = 12,   /* 0 to 9, star, hash */
    SCRIPT_FIELDS_MAX = 16, /* different fields of the lead */
    SCRIPT_REPEAT_MAX = 5,
    SCRIPT_END = -1, /* as a next step: the call ends */
};

struct script_say {
    bool wav;           /* text is the path of a sound file */
    struct slice text;  /* with {fields} still in it */
    struct slice words; /* what a sound file says; empty: not told */
    int line;
};

struct script_key {
    char digit;
    struct slice label; /* the answer; empty for a key of [keys] */
    int next;           /* index of a step, or SCRIPT_END */
};

/* X(name, word): what a step does when the call comes to it. */
#define SCRIPT_DO_TABLE(X)                                                     \
    X(SCRIPT_DO_GO_ON, "go_on")                                                \
    X(SCRIPT_DO_OPT_OUT, "opt_out")                                            \
    X(SCRIPT_DO_CALLBACK, "callback")                                          \
    X(SCRIPT_DO_END, "end")

enum script_do {
#define X(name, word) name,
    SCRIPT_DO_TABLE(X)
#undef X
        SCRIPT_DO_COUNT
};

struct script_step {
    struct slice name;
    int line;
    enum script_do action; /* OPT_OUT and END: the call ends after the words */
    struct script_say say[SCRIPT_SAYS_MAX];
    size_t says;
    struct slice question; /* id, empty: not a question of the reports */
    struct slice question_text;
    struct script_key key[SCRIPT_KEYS_MAX];
    size_t keys; /* 0: the step only says */
    unsigned repeat;
    int64_t timeout_ms;
    int next;
};

struct script {
    struct script_step *step; /* the first one is the start */
    size_t steps;
    struct script_key key[SCRIPT_KEYS_MAX]; /* of [keys] */
    size_t keys;
    struct slice field[SCRIPT_FIELDS_MAX]; /* names of fields spoken */
    size_t fields;
    size_t questions;
    bool opt_out_any_time; /* a key of [keys] leads to a step that opts out */
};

/* Reads the sections "keys" and "step NAME", one line at a time: the owner of
 * the file hands each kv_line whose section script_owns(). */
struct script_parser;
struct script_parser *script_parser_new(struct arena *a, const char *file);
bool script_owns(struct slice section);
int script_parse_line(struct script_parser *p, const struct kv_line *l,
                      struct err *e) TM_MUST_CHECK;
/* Checks the whole: targets exist, every step can be reached, fields are well
 * written, at least one step. TM_EINVAL with FILE:LINE and what to do. */
int script_parse_end(struct script_parser *p, const struct script **out,
                     struct err *e) TM_MUST_CHECK;

/* The step's index by name, or SCRIPT_END when there is none. */
int script_find(const struct script *s, struct slice name);

#endif
