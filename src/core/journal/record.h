/*
 * Records: what has happened, as the campaign writes it down. One record is
 * both a change of state for the store and an event of the journal; the store
 * applies and appends it in one transaction. Records are written ahead: an
 * action that touches the world is released when its records are durable.
 *
 * A record is plain data; slices in it live until the sink returns.
 */
#ifndef CORE_JOURNAL_RECORD_H
#define CORE_JOURNAL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/str.h"

/* X(name, text): text is the stable word in the journal. */
#define RECORD_TABLE(X)                                                        \
    X(RECORD_CLOCK, "clock")       /* the clock port was set: note says how */ \
    X(RECORD_CAMPAIGN, "campaign") /* state of a campaign changed */           \
    X(RECORD_VERDICT, "verdict")   /* a lead was refused or put off */         \
    X(RECORD_ATTEMPT, "attempt")   /* a permit was given; before the INVITE */ \
    X(RECORD_PLACED, "placed")     /* the INVITE left */                       \
    X(RECORD_RINGING, "ringing")                                               \
    X(RECORD_ANSWERED, "answered") /* 200 OK; dialog holds what BYE needs */   \
    X(RECORD_DIALOG, "dialog")     /* dialog changed (new target, CSeq) */     \
    X(RECORD_ANSWER, "answer")     /* an answer to a question */               \
    X(RECORD_OPT_OUT, "opt_out")   /* a request to be left alone */            \
    X(RECORD_CALLBACK, "callback") /* a call back was asked for */             \
    X(RECORD_ENDED, "ended")       /* the attempt is over, with its outcome */ \
    X(RECORD_LEAD, "lead")         /* next step of the lead */                 \
    X(RECORD_IMPORT, "import")     /* a list or do-not-call file came in */    \
    X(RECORD_RESTART, "restart")   /* the program started on this folder */    \
    X(RECORD_LEDGER, "ledger")     /* a ledger: entry added, ended, a file */  \
    X(RECORD_HOLD, "hold")         /* a legal hold began or was released */    \
    X(RECORD_ERASED, "erased")     /* personal rows went; note counts them */  \
    X(RECORD_CORRECTED, "corrected") /* key names the field of the lead */     \
    X(RECORD_EXPORTED, "exported")   /* records, or data of a person */        \
    X(RECORD_AGENT, "agent")         /* an agent's state changed */            \
    X(RECORD_STAFF, "staff")         /* a leg to an agent's own telephone */   \
    X(RECORD_BRIDGED, "bridged")     /* a person was joined with an agent */   \
    X(RECORD_DISPOSITION, "disposition") /* what the agent says it was */      \
    X(RECORD_INCOMING, "incoming") /* somebody calls us; before the answer */

enum record_kind {
#define X(name, text) name,
    RECORD_TABLE(X)
#undef X
        RECORD_COUNT
};

const char *record_kind_text(enum record_kind k);
bool record_kind_parse(struct slice s, enum record_kind *out);

struct record {
    enum record_kind kind;
    int64_t at_us; /* clock port's time */
    struct tenant_id tenant;
    struct seller_id seller;
    struct campaign_id campaign;
    struct lead_id lead;
    struct attempt_id attempt;
    struct agent_id agent; /* AGENT, STAFF, BRIDGED, DISPOSITION; else 0 */
    uint64_t e164;         /* salted and hashed in the journal */
    int64_t due_us;        /* LEAD, CALLBACK, VERDICT: next instant, 0 none;
                              ATTEMPT: the permit's expiry */
    int state;             /* CAMPAIGN: enum campaign_state; LEAD: lead_state;
                              VERDICT: verdict_kind; ENDED: enum outcome;
                              AGENT: enum agent_state;
                              DISPOSITION: enum disposition_do */
    int code;              /* ENDED: SIP status or 0; RINGING: SIP status */
    int64_t ring_ms;       /* ENDED: INVITE to answer or end;
                              BRIDGED: end of the greeting to the agent */
    int64_t talk_ms;       /* ENDED: answer to end, 0 if not answered */
    bool live;             /* ENDED: a person answered (design, section 4);
                              DISPOSITION: of a call to us, an inquiry */
    bool abandoned;        /* ENDED */
    struct slice key;      /* ANSWER: question; LEAD: reason word;
                              LEDGER: its kind; AGENT: reason of a pause;
                              STAFF: recorded, answered or ended;
                              DISPOSITION: its word;
                              INCOMING: the number called, "+1..." */
    struct slice value;    /* ANSWER: answer label; ENDED: cause word;
                              LEDGER: added, ended or file */
    struct slice rules;    /* ATTEMPT, VERDICT: "ID:effect ID:effect ..." */
    struct slice versions; /* ATTEMPT: packs, do-not-call files, zone data */
    struct slice note;     /* free text without personal data */
    struct slice dialog;   /* ANSWERED, DIALOG: see port/carrier.h; in the
                              store, never in the journal */
};

#endif
