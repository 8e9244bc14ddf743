/*
 * The reader port: what report/ may ask the store. Every function hands rows
 * to a visitor, one at a time; texts in a row live until the visitor returns.
 * A visitor returns 0 to go on; any other value ends the walk and is returned.
 * Otherwise the result is TM_OK or a negative error. A visitor may not call
 * the reader again. An id of 0 in a filter means "any".
 *
 * One thread per reader. Rows come in a stated order, so reports are the same
 * every time.
 */
#ifndef PORT_READER_H
#define PORT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"
#include "core/agent/agent.h"
#include "core/complaint/complaint_match.h"
#include "core/journal/journal.h"
#include "core/lead/lead.h"
#include "core/lead/outcome.h"
#include "core/ledger/ledger.h"

struct reader_campaign {
    struct tenant_id tenant;
    struct campaign_id id;
    struct seller_id seller;
    struct list_id list;
    struct slice name, seller_name, list_name;
    struct slice plan; /* text of the campaign file */
    int state;         /* enum campaign_state */
    int64_t loaded_us;
    int64_t first_loaded_us; /* its first file; 0: the same */
    int64_t changed_us;      /* of the state */
    int64_t first_call_us;   /* 0: none yet */
};
typedef int(reader_campaign_fn)(void *arg, const struct reader_campaign *c);

/* Leads of a campaign that are in the same state for the same reason. */
struct reader_state_count {
    enum lead_state state;
    struct slice reason; /* word of the last RECORD_LEAD, or "" */
    uint64_t leads;
    int64_t first_due_us; /* 0: at once or never */
};
typedef int(reader_state_fn)(void *arg, const struct reader_state_count *s);

/* Leads whose last verdict was not an allow, by the rules that said so. */
struct reader_verdict_count {
    int verdict;           /* enum verdict_kind */
    struct slice rules;    /* "ID:effect ID:effect ..." */
    enum lead_state state; /* that the leads are in now */
    uint64_t leads;
    int64_t first_due_us;
};
typedef int(reader_verdict_fn)(void *arg, const struct reader_verdict_count *v);

struct reader_attempt {
    struct attempt_id id;
    struct campaign_id campaign;
    struct seller_id seller;
    struct lead_id lead;
    uint64_t e164;
    int64_t recorded_us, permit_until_us;
    int64_t placed_us, ringing_us, answered_us, ended_us; /* 0: never */
    enum outcome outcome;
    int code;           /* SIP status, 0 none */
    struct slice cause; /* word of call_cause */
    int64_t ring_ms, talk_ms;
    bool live, abandoned;
    struct slice rules, versions, call_id;
    struct agent_id agent; /* who took it last; 0 nobody */
    struct slice agent_name;
    int64_t bridged_us;          /* the first was joined; 0 never */
    int64_t wait_ms;             /* end of the greeting to him */
    struct slice disposition;    /* what the agent said it was, or "" */
    struct agent_id disposed_by; /* who said so; 0 nobody */
};
typedef int(reader_attempt_fn)(void *arg, const struct reader_attempt *a);

struct reader_attempts {
    struct campaign_id campaign;
    struct lead_id lead;
    uint64_t e164;
    int64_t from_us, until_us; /* recorded_us in [from, until); until 0: all */
};

/* Somebody called us: never one of the attempts. The same filter. */
struct reader_caller {
    struct attempt_id id;
    struct campaign_id campaign;
    struct seller_id seller;
    struct lead_id lead; /* 0: none, or he was in a call already */
    uint64_t e164;       /* his; 0: withheld */
    uint64_t called;     /* ours */
    int64_t recorded_us, answered_us, bridged_us, ended_us; /* 0: never */
    int64_t wait_ms; /* until the first agent */
    int64_t talk_ms; /* answer to end */
    enum outcome outcome;
    int code;              /* SIP status, 0 none */
    struct slice cause;    /* word of call_cause */
    struct agent_id agent; /* who took it last; 0 nobody */
    struct slice agent_name;
    struct slice disposition;    /* what the agent said it was, or "" */
    struct agent_id disposed_by; /* who said so; 0 nobody */
};
typedef int(reader_caller_fn)(void *arg, const struct reader_caller *c);

struct reader_answer {
    struct attempt_id attempt;
    struct lead_id lead;
    struct slice question, answer;
    int64_t at_us;
};
typedef int(reader_answer_fn)(void *arg, const struct reader_answer *a);

struct reader_import {
    struct list_id list;
    struct slice list_name, file_name, file_hash;
    uint64_t rows, imported, duplicates, rejected;
    int64_t started_us, finished_us; /* finished 0: cut off */
};
typedef int(reader_import_fn)(void *arg, const struct reader_import *i);

struct reader_lead {
    struct tenant_id tenant;
    struct list_id list;
    struct slice list_name;
    const struct lead *lead; /* phones, consents, fields, dates; history of
                                all sellers; no campaign state */
    int64_t imported_us;
};
typedef int(reader_lead_fn)(void *arg, const struct reader_lead *l);

/* A lead within a campaign. */
struct reader_membership {
    struct campaign_id campaign;
    struct seller_id seller;
    struct lead_id lead;
    struct slice campaign_name;
    int campaign_state;
    enum lead_state state;
    struct slice reason;
    int64_t due_us;
    int64_t changed_us;
    int verdict; /* last one that was not an allow; -1: none */
    int64_t verdict_us, verdict_due_us;
    struct slice rules, versions; /* of that verdict */
    struct slice remedy;          /* what to do about it, or "" */
};
typedef int(reader_membership_fn)(void *arg, const struct reader_membership *m);

struct reader_due {
    int64_t from_us; /* start of the bucket */
    uint64_t leads;
};
typedef int(reader_due_fn)(void *arg, const struct reader_due *d);

struct reader_opt_out {
    struct seller_id seller; /* 0: all sellers */
    struct slice seller_name;
    uint64_t e164;
    int64_t at_us;
    struct attempt_id attempt; /* 0: came otherwise */
    struct campaign_id campaign;
    struct slice source;
};
typedef int(reader_opt_out_fn)(void *arg, const struct reader_opt_out *o);

struct reader_callback {
    struct attempt_id attempt;
    struct campaign_id campaign;
    struct lead_id lead;
    uint64_t e164;
    int64_t asked_us, due_us;
};
typedef int(reader_callback_fn)(void *arg, const struct reader_callback *c);

struct reader_dnc_list {
    struct slice name, kind, country, file_name, source_hash;
    struct seller_id seller;
    uint64_t generation, rows;
    int64_t obtained_us, published_us;
};
typedef int(reader_dnc_fn)(void *arg, const struct reader_dnc_list *l);

/* Entries of the ledgers; which: LEDGER_KIND_COUNT all. e164 0 and an empty
 * address: all; else entries of that number or of that address. */
struct reader_ledger {
    struct tenant_id tenant;
    enum ledger_kind kind;
    uint64_t e164;
    struct slice address;
};
typedef int(reader_ledger_fn)(void *arg, const struct ledger_entry *l);

typedef int(reader_journal_fn)(void *arg, const struct journal_row *row);

/* A complaint with what became of it. */
struct reader_complaint {
    struct complaint c;
    struct slice seller_name; /* "": not known */
    int64_t file;             /* 0: by hand */
    uint64_t row;
    enum complaint_state state;
    enum complaint_outcome outcome; /* of a closed one */
    enum complaint_breach breach;   /* of a violation */
    bool settled;                   /* a person said which attempt */
    struct attempt_id attempt;      /* that one, else the best exact or likely
                                       match; 0: none */
    int64_t opt_out_us, kept_us, answered_us; /* 0: not */
    struct civil_date due; /* last date a regulator gave; year 0: c.due */
};
typedef int(reader_complaint_fn)(void *arg, const struct reader_complaint *c);

/* The first that is not 0 of id and e164 (the complainant's); else those that
 * came in [from, until), until 0: all. */
struct reader_complaints {
    int64_t id;
    uint64_t e164;
    int64_t from_us, until_us;
};

struct reader_complaint_match {
    struct attempt_id attempt;
    uint64_t e164; /* that was called; 0: the attempt is erased */
    enum complaint_grade grade;
    int score;
    struct slice why;
};
typedef int(reader_complaint_match_fn)(void *arg,
                                       const struct reader_complaint_match *m);

struct reader_complaint_event {
    int64_t at_us;
    enum complaint_event kind;
    struct slice value, text;
    struct attempt_id attempt;
};
typedef int(reader_complaint_event_fn)(void *arg,
                                       const struct reader_complaint_event *v);

struct reader_agent {
    struct tenant_id tenant;
    struct agent_id id;
    struct slice name, leg, trunk, skills;
    bool disabled;
    int64_t added_us, removed_us; /* removed 0: not */
};
typedef int(reader_agent_fn)(void *arg, const struct reader_agent *a);

/* A state of an agent that lasted; signed out is none. */
struct reader_agent_span {
    struct agent_id agent;
    enum agent_state state;
    struct slice reason;         /* of a pause, or "" */
    int64_t from_us, until_us;   /* until 0: still */
    struct campaign_id campaign; /* of his call, preview or wrap-up; or 0 */
    struct attempt_id attempt;   /* likewise */
};
typedef int(reader_agent_span_fn)(void *arg, const struct reader_agent_span *s);

/* A person was joined with an agent. */
struct reader_bridge {
    struct attempt_id attempt;
    struct agent_id agent;
    struct campaign_id campaign;
    int64_t at_us, wait_ms;
    bool incoming; /* he called us */
};
typedef int(reader_bridge_fn)(void *arg, const struct reader_bridge *b);

/* In [from, until); until 0: all. A state counts when it reaches into it. */
struct reader_agent_time {
    struct campaign_id campaign;
    int64_t from_us, until_us;
};

struct reader {
    void *self;
    /* by id */
    int (*campaigns)(void *self, struct tenant_id t, reader_campaign_fn *v,
                     void *arg, struct err *e);
    /* by state, then reason */
    int (*states)(void *self, struct campaign_id c, reader_state_fn *v,
                  void *arg, struct err *e);
    /* by number of leads, greatest first */
    int (*verdicts)(void *self, struct campaign_id c, reader_verdict_fn *v,
                    void *arg, struct err *e);
    /* by id */
    int (*attempts)(void *self, const struct reader_attempts *q,
                    reader_attempt_fn *v, void *arg, struct err *e);
    /* by id; NULL: nobody calls us */
    int (*callers)(void *self, const struct reader_attempts *q,
                   reader_caller_fn *v, void *arg, struct err *e);
    /* by attempt, then instant; a question answered twice: the last answer */
    int (*answers)(void *self, struct campaign_id c, reader_answer_fn *v,
                   void *arg, struct err *e);
    /* by instant */
    int (*imports)(void *self, struct list_id l, reader_import_fn *v, void *arg,
                   struct err *e);
    /* by id; all leads that have the number */
    int (*leads_of_number)(void *self, uint64_t e164, reader_lead_fn *v,
                           void *arg, struct err *e);
    int (*lead)(void *self, struct lead_id id, reader_lead_fn *v, void *arg,
                struct err *e);
    /* campaigns that a lead belongs to, by campaign id */
    int (*memberships)(void *self, struct lead_id id, reader_membership_fn *v,
                       void *arg, struct err *e);
    /* leads of one campaign in a state (LEAD_STATE_COUNT: any), by lead id */
    int (*members)(void *self, struct campaign_id c, enum lead_state s,
                   reader_membership_fn *v, void *arg, struct err *e);
    /* waiting and callback leads by due_us, in buckets of bucket_us */
    int (*dues)(void *self, struct campaign_id c, int64_t bucket_us,
                reader_due_fn *v, void *arg, struct err *e);
    /* by instant; e164 0: all */
    int (*opt_outs)(void *self, uint64_t e164, reader_opt_out_fn *v, void *arg,
                    struct err *e);
    int (*callbacks)(void *self, struct campaign_id c, reader_callback_fn *v,
                     void *arg, struct err *e);
    /* by name */
    int (*dnc_lists)(void *self, reader_dnc_fn *v, void *arg, struct err *e);
    /* by kind, then id; ended ones too */
    int (*ledger)(void *self, const struct reader_ledger *q,
                  reader_ledger_fn *v, void *arg, struct err *e);
    /* from entry from_seq on, in order */
    int (*journal)(void *self, uint64_t from_seq, reader_journal_fn *v,
                   void *arg, struct err *e);
    /* by id */
    int (*complaints)(void *self, const struct reader_complaints *q,
                      reader_complaint_fn *v, void *arg, struct err *e);
    /* best first; with the one a person settled on, if it is no match */
    int (*complaint_matches)(void *self, int64_t complaint,
                             reader_complaint_match_fn *v, void *arg,
                             struct err *e);
    /* in order */
    int (*complaint_events)(void *self, int64_t complaint,
                            reader_complaint_event_fn *v, void *arg,
                            struct err *e);
    /* The next three may be NULL: there are no agents. By id, removed ones
     * too; by agent, then instant; by attempt, then instant. */
    int (*agents)(void *self, struct tenant_id t, reader_agent_fn *v, void *arg,
                  struct err *e);
    int (*agent_spans)(void *self, const struct reader_agent_time *q,
                       reader_agent_span_fn *v, void *arg, struct err *e);
    int (*bridges)(void *self, const struct reader_agent_time *q,
                   reader_bridge_fn *v, void *arg, struct err *e);
};

#endif
