/*
 * All figures of a campaign as plain numbers: what became of its list, of its
 * calls, what people answered. Every writer (report_text, report_json,
 * report_csv, report_html) takes this struct and nothing else, so the report
 * of a simulation is the report of a real day.
 *
 * A builder is fed facts in any order, except that options and campaign come
 * first: from the store by figures_read.h, from records (a simulation) by
 * figures_records.h. Cost: some hundred nanoseconds an attempt, 16 bytes a
 * lead that was called.
 *
 * The counts add up by construction: leads are the sum of lead[], recorded is
 * the sum of outcome[] and of tries; what the store says about rows is checked
 * by figures_rows_add_up(). Rates have their numerator and denominator.
 * One thread.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tz.h"
#include "core/lead/lead.h"
#include "core/lead/outcome.h"
#include "core/rules/rule_book.h"
#include "core/script/script.h"
#include "port/reader.h"
#include "report/agent_figures.h"
#include "report/caller_figures.h"

enum {
    FIGURES_HOURS = 24,
    FIGURES_HOUR_UNKNOWN = FIGURES_HOURS, /* no zone known for the number */
    FIGURES_TRIES_MAX = 8,                /* the last one: so many or more */
    FIGURES_PERIODS_MAX = 128,            /* of 30 days */
    FIGURES_QUESTIONS_MAX = SCRIPT_STEPS_MAX,
    FIGURES_LABELS_MAX = 16,
    FIGURES_REASONS_MAX = 256,
    FIGURES_VERSIONS_MAX = 16,
    FIGURES_HEAD_LEN = 2 * JOURNAL_HASH_SIZE + 1,
};

/* Where the time comes from when the last server had a clock of its own. */
#define FIGURES_NOW_JOURNAL "the journal's last entry; its clock was set"

/* X(name, key, text): what has become of a lead, each lead in exactly one. */
#define FIGURES_LEAD_TABLE(X)                                                  \
    X(FIGURES_DONE, "done", "reached its goal")                                \
    X(FIGURES_CALLBACK, "callback", "will be called back by a person")         \
    X(FIGURES_IN_CALL, "in_call", "in a call now")                             \
    X(FIGURES_RETRY, "retry", "waiting for the next try")                      \
    X(FIGURES_ASKED_AGAIN, "asked_again", "asked about again")                 \
    X(FIGURES_OUT_OF_HOURS, "out_of_hours", "waiting for calling hours")       \
    X(FIGURES_CAPPED, "capped", "waiting, a cap is reached")                   \
    X(FIGURES_CALLED_US, "called_us", "called us, in no list: not called")     \
    X(FIGURES_NEW, "new", "not considered yet")                                \
    X(FIGURES_EXHAUSTED, "exhausted", "tries or numbers used up")              \
    X(FIGURES_OPTED_OUT, "opted_out", "asked us to stop")                      \
    X(FIGURES_INTERNAL, "internal", "on the seller's own do-not-call list")    \
    X(FIGURES_DO_NOT_CALL, "do_not_call", "on a do-not-call registry")         \
    X(FIGURES_MISSING, "missing", "what the law asks is not on file")          \
    X(FIGURES_NO_CONSENT, "no_consent", "consent missing")                     \
    X(FIGURES_NO_LAW, "no_law", "in a country without a rule pack")            \
    X(FIGURES_DENIED, "denied", "refused by another rule")

enum figures_lead {
#define X(name, key, text) name,
    FIGURES_LEAD_TABLE(X)
#undef X
        FIGURES_LEAD_COUNT
};

const char *figures_lead_key(enum figures_lead k);
const char *figures_lead_text(enum figures_lead k);

struct figures_lead_count {
    uint64_t n;
    int64_t first_due_us; /* 0: at once, never or not known */
};

/* Leads in the same state for the same reason, the finest division. */
struct figures_reason {
    enum figures_lead kind;
    enum lead_state state;
    const char *reason; /* word of the retry rules, or id of a rule, or "" */
    const struct rule *rule; /* NULL: the reason is no rule */
    const char *citation;    /* of all states' rules of that id; "" no rule */
    const char *to_file;     /* MISSING: what to put on file, else "" */
    uint64_t leads;
    int64_t first_due_us;
};

struct figures_label {
    const char *label;
    uint64_t n;
};

struct figures_question {
    const char *id;
    const char *text; /* the id when the plan has none */
    struct figures_label label[FIGURES_LABELS_MAX]; /* in the script's order */
    size_t labels;
    uint64_t answers; /* sum of label[].n */
};

/* Calls placed in one hour of the callee's day. */
struct figures_hour {
    uint64_t placed, answered, live;
    uint64_t completed, talked; /* without agents, with them */
};

struct figures_period {
    uint64_t live, abandoned;
};

struct figures_journal {
    uint64_t entries;
    uint64_t restarts;
    bool checked;                /* the chain was followed */
    uint64_t broken_seq;         /* 0: intact */
    char head[FIGURES_HEAD_LEN]; /* hex; "" none */
    const char *clock_note;      /* the clock was ever set: how; "" never */
    bool shifted;                /* and was so in the last run */
    int64_t last_us;             /* latest time of an entry; 0 none */
};

struct figures {
    /* the campaign */
    const char *campaign, *seller, *list;
    const char *state; /* word */
    int64_t loaded_us, first_call_us, last_call_us;
    int64_t now_us; /* the report is of this instant: the options' or, when
                       the last run had a clock that was set, the journal's
                       last entry */
    const char *now_source; /* where it was taken from */
    const char *zones;      /* release of the zone data, "" unknown */

    /* the list: rows = imported + duplicates + rejected */
    uint64_t files, files_unfinished;
    uint64_t rows, imported, duplicates, rejected;
    uint64_t leads; /* of the campaign: sum of lead[].n */
    struct figures_lead_count lead[FIGURES_LEAD_COUNT];
    struct figures_reason reason[FIGURES_REASONS_MAX]; /* by kind, the most
                                                          frequent first */
    size_t reasons;

    /* the calls */
    uint64_t recorded;               /* permits given: sum of outcome[] */
    uint64_t outcome[OUTCOME_COUNT]; /* OUTCOME_NONE: not over */
    uint64_t placed, ringing, answered, live, completed;
    uint64_t abandoned, opt_outs, callbacks;
    uint64_t rung, talked;    /* calls with a time of ringing, of talk */
    int64_t ring_ms, talk_ms; /* sums over them */
    struct figures_period period[FIGURES_PERIODS_MAX]; /* from first call */
    size_t periods;
    struct figures_hour hour[FIGURES_HOURS + 1];
    /* leads that were called 1, 2, ... times; [0]: never */
    uint64_t tries[FIGURES_TRIES_MAX + 1];

    struct figures_question question[FIGURES_QUESTIONS_MAX];
    size_t questions;

    const struct agent_figures *agents; /* NULL: no agent had a call */
    struct caller_figures callers;      /* in no other figure of calls */

    const char *version[FIGURES_VERSIONS_MAX]; /* of packs, lists, zones: all
                                                  that attempts were made by */
    size_t versions;
    struct figures_journal journal;
};

/* n of so many; of = 0: there is no rate. */
struct figures_rate {
    const char *key, *text; /* "answer"; N of OF "calls placed were answered" */
    uint64_t n, of;
};
enum { FIGURES_RATES = 5 };
/* The third one is "completion", and where agents talk "success": of the
 * people who talked with one. */
void figures_rates(const struct figures *f,
                   struct figures_rate out[FIGURES_RATES]);
/* The period of 30 days with the greatest share of abandoned calls. */
struct figures_rate figures_worst_period(const struct figures *f);
/* As figures_lead_text, in the words of this campaign: what an agent settled
 * need be no goal, a refusal settles it as well. */
const char *figures_fate_text(const struct figures *f, enum figures_lead k);
bool figures_rows_add_up(const struct figures *f);
/* Leads that were imported and are not on file any more: erased. Those that
 * the campaign has not taken up yet are among the new ones. */
uint64_t figures_gone(const struct figures *f);

struct figures_options {
    const struct rule_book *book;  /* NULL: reasons stay words. Must outlive */
    const struct tz_set *zones;    /* NULL: no figures by hour. the figures */
    const struct tz *callers_zone; /* of the half hours of calls to us; NULL:
                                      UTC */
    int64_t now_us;
    const char *now_source; /* "this machine's clock", ... */
};

struct figures_builder; /* opaque */

struct figures_builder *figures_new(const struct figures_options *o);
void figures_free(struct figures_builder *b); /* and its figures; or NULL */
/* All texts are copied. script may be NULL: questions as they are answered. */
void figures_campaign(struct figures_builder *b,
                      const struct reader_campaign *c,
                      const struct script *script);
void figures_dispositions(struct figures_builder *b,
                          const struct disposition *list, size_t n);
/* What the plan says of calls to us; before them. */
void figures_inbound(struct figures_builder *b, const struct plan_inbound *in);
void figures_caller(struct figures_builder *b, const struct reader_caller *c);
/* A wrap-up that is over, after the caller it was of; others count nothing. */
void figures_caller_wrap(struct figures_builder *b,
                         const struct reader_agent_span *s);
void figures_import(struct figures_builder *b, const struct reader_import *i);
/* Before figures_state: so many more leads were refused by a verdict with
 * these rules ("ID:effect ..."). It tells those of whom something is not known
 * from those of whom it is known to be against the law. */
void figures_refused(struct figures_builder *b, struct slice rules,
                     uint64_t leads);
void figures_state(struct figures_builder *b,
                   const struct reader_state_count *s);
/* Each attempt once, when nothing more becomes known of it. */
void figures_attempt(struct figures_builder *b, const struct reader_attempt *a);
/* "rules=...; zones=...; lists=..." of an attempt; figures_attempt does it for
 * those it is given. */
void figures_versions(struct figures_builder *b, struct slice versions);
/* One that was told as talked was a machine, as its agent says. */
void figures_machine(struct figures_builder *b, uint64_t e164,
                     int64_t placed_us, bool live);
/* Each answer that counts once: the last one of an attempt to a question. */
void figures_answer(struct figures_builder *b, struct slice question,
                    struct slice answer);
/* Of our own calls. */
void figures_opt_out(struct figures_builder *b);
void figures_callback(struct figures_builder *b);
/* What its agents did is told to this builder, which is a part of b: names,
 * the time of its calls, joins, dispositions. figures_dispositions() tells it
 * the plan's. */
struct agent_figures_builder *figures_agents(struct figures_builder *b);
/* The parts of the journal: one row of the chain, in order, which is checked
 * and counted; TM_ECORRUPT when a payload cannot be read. */
int figures_journal_row(struct figures_builder *b,
                        const struct journal_row *row,
                        struct err *e) TM_MUST_CHECK;
/* Or what a simulation knows of its own journal. */
void figures_journal(struct figures_builder *b, const struct journal *j);
/* The figures so far, complete; they live as long as the builder. */
const struct figures *figures_end(struct figures_builder *b);

#endif
