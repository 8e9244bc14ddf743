/*
 * Why: what is known about one number or one lead, and what follows from it
 * for each campaign: why it was called, why it may not be, or why it is not
 * called yet and from when on. Read through port/reader.h; rules are named
 * with their citations from the rule book.
 *
 * When the do-not-call lists are handed in, the rules are asked anew for the
 * present instant by the very case that the campaign would build.
 *
 * Everything lives in the arena; rules point into the book. Cost: some rows
 * by index, and for the counters of a campaign with calls one pass over its
 * attempts. Pure.
 */
#ifndef REPORT_WHY_H
#define REPORT_WHY_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/campaign/caller_facts.h"
#include "core/dnc/dnc_lists.h"
#include "core/rules/rules.h"
#include "port/reader.h"
#include "report/why_remedy.h"
#include "report/why_rule.h"

/* A campaign that was told to dial otherwise than its file says, as long as it
 * goes by the file with this hash. */
struct why_dial {
    struct campaign_id campaign;
    const char *plan_hash;
    enum dial_mode mode; /* DIAL_UNKNOWN: as the file says */
};

struct why_question {
    const struct reader *reader;
    const struct rule_book *book;
    const struct tz_set *zones;
    const struct dnc_lists *lists;    /* NULL: the rules are not asked anew */
    const struct caller_facts *facts; /* NULL: nothing is known */
    int64_t now_us;
    const char *now_source;
    const struct why_dial *dial; /* those who were */
    size_t dials;
};

struct why_attempt {
    struct reader_attempt a;
    const char *campaign;
    const struct lead *lead; /* NULL: it is none of those found */
    struct why_rules rules;
};

struct why_phone {
    uint64_t e164;
    bool bad, wrong;           /* as in a lead */
    const char *asked;         /* the rules' sentence of now, NULL not asked */
    enum verdict_kind verdict; /* of now */
    const struct rule *cause;  /* of a refusal of now, or NULL */
    struct why_remedies help;  /* against it */
};

struct why_campaign {
    struct reader_membership m;
    const char *seller;
    const struct lead *lead;
    struct why_rules rules;   /* of the last verdict that was no allow */
    struct why_remedies help; /* against it */
    const struct rule *rule;  /* that the lead's state comes from, or NULL */
    const char *citation;     /* of the rule */
    bool opted_out;           /* each of its numbers, of this seller */
    const char *headline;     /* one sentence for people */
    struct why_phone phone[LEAD_PHONES_MAX];
    size_t phones;
    struct why_attempt *attempt;
    size_t attempts;
};

struct why_lead {
    struct lead lead; /* texts copied */
    const char *list;
    int64_t imported_us;
    struct why_campaign *campaign;
    size_t campaigns;
};

struct why {
    uint64_t e164; /* 0: asked for a lead */
    int64_t now_us;
    const char *now_source;
    struct why_lead *lead;
    size_t leads;
    struct reader_opt_out *opt_out;
    size_t opt_outs;
    struct reader_caller *caller; /* calls to us from the number, or from one
                                     of the lead's; texts copied */
    size_t callers;
    struct why_attempt *other; /* calls to the number of leads that are not
                                  its leads any more */
    size_t others;
};

/* About a number, or when e164 is 0 about a lead. Nothing known is no error:
 * leads and opt_outs are then 0. */
int why_ask(const struct why_question *q, struct arena *a, uint64_t e164,
            struct lead_id lead, struct why *out, struct err *e) TM_MUST_CHECK;

/* "Mon 13:05 in America/New_York"; "" when no zone is known. */
const char *why_local_time(struct arena *a, const struct tz_set *zones,
                           uint64_t e164, int64_t us);
/* The same where the lead (or NULL) is: by its confirmed address in each of
 * the place's zones, else by its number. */
const char *why_local_time_of(struct arena *a, const struct tz_set *zones,
                              const struct lead *l, uint64_t e164, int64_t us);

#endif
