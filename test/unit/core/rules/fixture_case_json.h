/* A case (report/decide_read.h) and its expected verdict from one line. */
#ifndef TEST_RULES_FIXTURE_CASE_JSON_H
#define TEST_RULES_FIXTURE_CASE_JSON_H

#include "unit/core/rules/fixture_world.h"

enum { CASE_WORDS_MAX = 16 };

struct case_expected {
    const char *id;
    enum verdict_kind kind;
    int64_t not_before_us;  /* 0 not said */
    int64_t valid_until_us; /* 0 not said */
    const char *rule[CASE_WORDS_MAX];
    size_t rules;
    const char *duty[CASE_WORDS_MAX];
    size_t duties;
    const char *no_duty[CASE_WORDS_MAX]; /* must not be there */
    size_t no_duties;
    const char *remedy; /* NULL not said */
};

/* All memory comes from the world's arena. TM_EINVAL: "PATH: what". */
int fixture_case_json(struct world *w, struct slice line, struct rule_case *k,
                      struct case_expected *x, struct err *e);

#endif
