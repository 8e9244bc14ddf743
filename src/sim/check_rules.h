/*
 * The independent checker: reads every record of a run in order, knows the
 * world it was made in (check_world.h), judges each attempt and each refusal
 * anew by its own plain reading of the law (check_law.h), and keeps the books
 * of calls by itself. What does not fit becomes a finding: a sentence and the
 * number of the record, counted from 1.
 *
 *     check_rules_new(&world); check_rules_record(...) for every record;
 *     check_rules_finish(); check_rules_counts(), check_rules_finding()
 *
 * Cost: some microseconds a record; memory for each attempt and each lead that
 * is named. One thread. Misuse: a record left out looks like a fault of the
 * program, and so does a world that is not the one of the run.
 */
#ifndef SIM_CHECK_RULES_H
#define SIM_CHECK_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "core/journal/journal.h"
#include "core/journal/record.h"
#include "sim/check_world.h"

enum {
    CHECK_RULES_KEPT = 1000, /* findings with a sentence; more are counted */
    CHECK_RULES_TEXT = 200,
};

/* X(name, text): what kind of fault a finding is. */
#define CHECK_RULES_KINDS(X)                                                   \
    X(CHECK_UNLAWFUL, "unlawful") /* a call that the law forbids */            \
    X(CHECK_REFUSED, "refused")   /* a lawful call was refused or put off */   \
    X(CHECK_REASON, "reason")     /* the reasons written down are wrong */     \
    X(CHECK_BOOKS, "books")       /* the records contradict each other */      \
    X(CHECK_FLOOR, "floor")       /* check_agents.h, by its words */

enum check_rules_kind {
#define X(name, text) name,
    CHECK_RULES_KINDS(X)
#undef X
        CHECK_RULES_KIND_COUNT
};

struct check_rules_finding {
    enum check_rules_kind kind;
    uint64_t record; /* 0: at the end of the run */
    char text[CHECK_RULES_TEXT];
};

struct check_rules_counts {
    uint64_t records, attempts, placed, answered, ended, live, abandoned;
    uint64_t verdicts, opt_outs, judged; /* judged: questions to the law */
    uint64_t findings, of_kind[CHECK_RULES_KIND_COUNT];
};

struct check_rules;

struct check_rules *check_rules_new(const struct check_world *w);
void check_rules_free(struct check_rules *c);
/* A lead that was made while it ran; it must outlive c. Known: ignored. */
void check_rules_add_lead(struct check_rules *c, const struct check_lead *l);
void check_rules_record(struct check_rules *c, const struct record *r);
/* An entry of a journal; the world's salt tells the numbers. */
void check_rules_entry(struct check_rules *c, const struct journal_entry *e);
/* A finding of another checker of the same run. */
void check_rules_add(struct check_rules *c, enum check_rules_kind k,
                     uint64_t record, const char *text);
/* The run is over: nothing may be left open. */
void check_rules_finish(struct check_rules *c);

/* The campaign dials ahead of its agents, and this call was judged as one that
 * an agent waits for: when too many people were abandoned, or when it was
 * promised. Whoever knows the agents has to look. */
bool check_rules_one_each(const struct check_rules *c, struct attempt_id a);

struct check_rules_counts check_rules_counts(const struct check_rules *c);
/* The i-th finding, i < min(findings, CHECK_RULES_KEPT); lives as long as c. */
const struct check_rules_finding *
check_rules_finding(const struct check_rules *c, size_t i);
const char *check_rules_kind_text(enum check_rules_kind k);

#endif
