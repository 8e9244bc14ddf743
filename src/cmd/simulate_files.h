/*
 * Files that a simulation writes besides its figures: a line for each call,
 * a case of telemark rules test for each question to the rules. The people are
 * made up: their numbers may be written out.
 */
#ifndef CMD_SIMULATE_FILES_H
#define CMD_SIMULATE_FILES_H

#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "core/campaign/campaign.h"

struct simulate_files {
    const char *calls_path, *cases_path; /* NULL: not asked for */
    FILE *calls, *cases;
    struct buf line; /* of one case */
    uint64_t asked;  /* cases written */
};

/* Opens what has a path. fini also after an error; it closes what close()
 * has not. */
int simulate_files_open(struct simulate_files *f, struct err *e) TM_MUST_CHECK;
int simulate_files_close(struct simulate_files *f, struct err *e) TM_MUST_CHECK;
void simulate_files_fini(struct simulate_files *f);

void simulate_files_record(struct simulate_files *f, const struct record *r);
/* A campaign_judged_fn; arg is the struct simulate_files. */
void simulate_files_judged(void *arg, const struct rule_case *k,
                           const struct verdict *v);

#endif
