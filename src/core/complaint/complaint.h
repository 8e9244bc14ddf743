/*
 * A complaint: somebody says that he was called and should not have been. It
 * comes by letter, telephone, mail, web, or from a regulator's file, and is a
 * case of its own: matched to attempts, judged, answered by a date, closed
 * with an outcome. What came is never changed; what happens to it afterwards
 * is a list of dated events, and its state is what the last of them says.
 *
 * Misuse: what a complaint says is the word of one person, unverified; a
 * match says which call may be meant, not that the call was wrong.
 *
 * Reference: compliance facts, section 2 "Complaint data (FTC)" and the
 * paragraph behind CA-NEW; 47 CFR 64.1200(d)(3) and 16 CFR 310.4(b)(1)(iii)(A)
 * on requests to be left alone.
 */
#ifndef CORE_COMPLAINT_COMPLAINT_H
#define CORE_COMPLAINT_COMPLAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/ids.h"
#include "base/str.h"
#include "core/rules/vocab.h"

#define COMPLAINT_SOURCES(X)                                                   \
    X(COMPLAINT_LETTER, "letter")                                              \
    X(COMPLAINT_PHONE, "phone")                                                \
    X(COMPLAINT_EMAIL, "email")                                                \
    X(COMPLAINT_REGULATOR, "regulator")                                        \
    X(COMPLAINT_WEB, "web")

#define COMPLAINT_STATES(X)                                                    \
    X(COMPLAINT_OPEN, "open")                                                  \
    X(COMPLAINT_ANSWERED, "answered")                                          \
    X(COMPLAINT_CLOSED, "closed")

#define COMPLAINT_OUTCOMES(X)                                                  \
    X(COMPLAINT_UNDECIDED, "undecided")                                        \
    X(COMPLAINT_LAWFUL, "lawful")       /* the call was in order */            \
    X(COMPLAINT_ERROR, "error")         /* a slip that breaks no law */        \
    X(COMPLAINT_VIOLATION, "violation") /* a law was broken */                 \
    X(COMPLAINT_NOT_OURS, "not_ours")   /* none of our calls */                \
    X(COMPLAINT_DUPLICATE, "duplicate") /* of a case that is there */

/* What a violation consists in; also the kinds of findings that the amounts
 * of core/complaint/penalty.h are for. */
#define COMPLAINT_BREACHES(X)                                                  \
    X(COMPLAINT_BREACH_CALL, "call")         /* hours, consent, any other */   \
    X(COMPLAINT_BREACH_REGISTRY, "registry") /* national or state list */      \
    X(COMPLAINT_BREACH_OPT_OUT, "opt_out")   /* after a request to stop */     \
    X(COMPLAINT_BREACH_ROBOCALL, "robocall") /* recorded, without consent */   \
    X(COMPLAINT_BREACH_ABANDONED, "abandoned")                                 \
    X(COMPLAINT_BREACH_STALE, "stale_list")                                    \
    X(COMPLAINT_BREACH_RECORDING, "recording") /* recorded without notice */   \
    X(COMPLAINT_BREACH_IDENTITY, "identity")   /* not said who, or that AI */

/* What happens to a case. value, text and attempt of an event: */
#define COMPLAINT_EVENTS(X)                                                    \
    X(COMPLAINT_RECEIVED, "received") /* value = source, text = file */        \
    X(COMPLAINT_SETTLED, "settled")   /* attempt (0: none of ours), by hand */ \
    X(COMPLAINT_OPT_OUT, "opt_out")   /* value = number, text = for whom */    \
    X(COMPLAINT_KEPT, "no_opt_out")   /* the person wants to be called */      \
    X(COMPLAINT_REPLIED, "answered")  /* text = what was said */               \
    X(COMPLAINT_SHUT, "closed")       /* value = outcome, text = breach */     \
    X(COMPLAINT_REOPENED, "reopened")                                          \
    X(COMPLAINT_NOTE, "note") /* text */                                       \
    X(COMPLAINT_DUE, "due")   /* value = the date a regulator gave */

#define X(name, text) name,
enum complaint_source { COMPLAINT_SOURCES(X) COMPLAINT_SOURCE_COUNT };
enum complaint_state { COMPLAINT_STATES(X) COMPLAINT_STATE_COUNT };
enum complaint_outcome { COMPLAINT_OUTCOMES(X) COMPLAINT_OUTCOME_COUNT };
enum complaint_breach { COMPLAINT_BREACHES(X) COMPLAINT_BREACH_COUNT };
enum complaint_event { COMPLAINT_EVENTS(X) COMPLAINT_EVENT_COUNT };
#undef X

const char *complaint_source_text(enum complaint_source s);
bool complaint_source_parse(struct slice s, enum complaint_source *out);
const char *complaint_state_text(enum complaint_state s);
const char *complaint_outcome_text(enum complaint_outcome o);
bool complaint_outcome_parse(struct slice s, enum complaint_outcome *out);
const char *complaint_breach_text(enum complaint_breach b);
bool complaint_breach_parse(struct slice s, enum complaint_breach *out);
const char *complaint_event_text(enum complaint_event e);
bool complaint_event_parse(struct slice s, enum complaint_event *out);

/* Texts live as long as whoever filled it in says. */
struct complaint {
    int64_t id; /* 0: not stored yet */
    struct tenant_id tenant;
    struct seller_id seller; /* 0: not known */
    enum complaint_source source;
    struct slice layout;   /* "ftc", "canada", "own", "hand" */
    struct slice external; /* id of whoever sent it, "" none */
    struct slice content;  /* all cells, for finding it again */
    uint64_t complainant;  /* the number that was called; 0: not told */
    uint64_t shown;        /* that the telephone showed; 0: not told */
    struct slice shown_as; /* the same as it was written */
    struct slice shown_name;
    struct slice name; /* of the person */
    struct slice text; /* what it is about */
    struct slice city;
    enum contact_channel channel;
    enum tri recorded; /* a recording or a robot spoke */
    enum tri listed;   /* the person says he is on the national list */
    char country[3];
    struct place_code area;  /* "US-OH"; v 0 unknown */
    unsigned area_code;      /* of the person's number, 0 unknown */
    int64_t at_us, until_us; /* when the call came: in [at, until); 0 unknown */
    int64_t filed_us;        /* with the regulator; 0 unknown */
    int64_t received_us;     /* when it reached us */
    struct civil_date due;   /* the regulator's date; year 0 none */
};

#endif
