/*
 * Duties: what an allowed call must do or have, as the rule packs name it
 * (`duty = word` in rules/). One table says of each word how it is carried
 * out: by the engine on every call, by the words of the campaign's script
 * (checked when it is loaded), or by the operator, who says so in the
 * campaign: `carries = word word`. A second table has those that are carried
 * out in another way where agents speak: what they say, nobody can check, so
 * that the operator says that they do. A word that the table does not know is
 * never carried out, and a call that is allowed with a duty which is not
 * carried out is not made. docs/duties.md lists them all.
 *
 * Recording has duties of its own (compliance facts, K9 to K11). They never
 * stop a call: a call whose duties of recording are not carried out goes on
 * and is not recorded.
 *
 * Pure, any thread; cost: a look through the table for each duty.
 */
#ifndef CORE_CAMPAIGN_DUTY_H
#define CORE_CAMPAIGN_DUTY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/campaign/plan.h"
#include "core/rules/verdict.h"

/* X(name, word, how, what to do or write when it is not carried out) */
#define DUTY_TABLE(X)                                                          \
    X(DUTY_RING, "ring_15s", ENGINE, "")                                       \
    X(DUTY_START, "start_within_2s", ENGINE, "")                               \
    X(DUTY_SHOW, "show_number", ENGINE, "")                                    \
    X(DUTY_LIST, "internal_list", ENGINE, "")                                  \
    X(DUTY_END, "end_call_within_10s_on_request", ENGINE, "")                  \
    X(DUTY_LINE, "release_line_within_10s", ENGINE, "")                        \
    X(DUTY_NAME, "identify_at_start", NAME, DUTY_SAY_NAME)                     \
    X(DUTY_NAME_10, "identify_within_10s", NAME, DUTY_SAY_NAME)                \
    X(DUTY_NAME_30, "identify_within_30s", NAME, DUTY_SAY_NAME)                \
    X(DUTY_OPT_OUT, "interactive_opt_out", OPT_OUT, DUTY_OFFER)                \
    X(DUTY_OFFER_DNC, "offer_do_not_call", OPT_OUT, DUTY_OFFER)                \
    X(DUTY_NUMBER, "state_phone_number", NUMBER, DUTY_SAY_NUMBER)              \
    X(DUTY_ABANDON, "abandon_message_within_2s", NUMBER, DUTY_SAY_NUMBER)      \
    X(DUTY_FREEPHONE, "state_address_or_freephone", FREEPHONE,                 \
      "let the message say a toll-free opt_out_number, or an address")         \
    X(DUTY_ARTIFICIAL, "disclose_artificial_voice", ARTIFICIAL,                \
      "let the first step say that the call is automated or recorded")         \
    X(DUTY_AI, "disclose_ai", AI,                                              \
      "let the first step say that an artificial intelligence speaks")         \
    X(DUTY_DISCLOSE, "disclose_seller_purpose_goods", OPERATOR,                \
      "let the message tell promptly who calls, that it is a sales call or "   \
      "an appeal, and for what")                                               \
    X(DUTY_FULL_NAME, "identify_with_full_name", OPERATOR,                     \
      "let the message give the caller's first and last name and the seller")  \
    X(DUTY_CONTINUE, "ask_to_continue", OPERATOR,                              \
      "let the message ask whether to go on, and end on a no")                 \
    X(DUTY_PURPOSE, "state_purpose_at_once", OPERATOR,                         \
      "let the first words tell that it is a sales call")                      \
    X(DUTY_SOURCE, "say_data_source", OPERATOR,                                \
      "let the message tell where the number is from")                         \
    X(DUTY_OPERATOR_LIST, "registered_with_list_operator", OPERATOR,           \
      "register with the operator of the do-not-call list and pay its fees")   \
    X(DUTY_PROOF, "keep_proof_of_consent", OPERATOR,                           \
      "keep the proof of each consent for the legal time")                     \
    X(DUTY_PRESUMED, "document_presumed_consent", OPERATOR,                    \
      "write down for each lead why consent may be presumed")                  \
    X(DUTY_BASIS, "document_basis", OPERATOR,                                  \
      "write down the lawful basis of the processing")                         \
    X(DUTY_CONFIRM, "confirm_consent_every_2_years", OPERATOR,                 \
      "have each consent confirmed every two years")                           \
    X(DUTY_CONTRACT, "operator_contract", OPERATOR,                            \
      "have a contract with the telephone operator for such calls")            \
    X(DUTY_CATEGORY, "show_name_and_category", OPERATOR,                       \
      "have name and category of the call shown by the operator")              \
    X(DUTY_REACHABLE, "contact_valid_60_days", OPERATOR,                       \
      "keep the number and address given valid for 60 days")                   \
    X(DUTY_WRITTEN, "written_offer_after_call", OPERATOR,                      \
      "send the offer in writing; it binds only when it is accepted so")       \
    X(DUTY_OBJECTION, "offer_objection", RECORDING,                            \
      "let the notice tell that one may object to the recording")              \
    X(DUTY_NOTICE, "recording_notice", RECORDING, "write recording_notice")    \
    X(DUTY_NOTICE_KEPT, "notice_recorded", RECORDING,                          \
      "write recording_notice")                                                \
    X(DUTY_CONSENT, "recording_consent", RECORDING, "write record = no")       \
    X(DUTY_PAUSE, "recording_pause", RECORDING, "")                            \
    X(DUTY_ANNOUNCE, "live_announcement_first", PEOPLE,                        \
      "a person has to announce the message; call live")                       \
    X(DUTY_AD_MARK, "begin_with_advertisement_mark", MESSAGE, DUTY_NO_CALL)    \
    X(DUTY_FREE_OUT, "free_opt_out_at_end", MESSAGE, DUTY_NO_CALL)             \
    X(DUTY_MARK, "mark_advertising", MESSAGE, DUTY_NO_CALL)                    \
    X(DUTY_TEXT_OUT, "opt_out_in_text", MESSAGE, DUTY_NO_CALL)                 \
    X(DUTY_FAX_OUT, "opt_out_notice_first_page", MESSAGE, DUTY_NO_CALL)        \
    X(DUTY_POSTAL, "postal_address", MESSAGE, DUTY_NO_CALL)                    \
    X(DUTY_HEADER, "registered_header", MESSAGE, DUTY_NO_CALL)                 \
    X(DUTY_SENDER, "sender_header", MESSAGE, DUTY_NO_CALL)                     \
    X(DUTY_IDENTITY, "sender_identity", MESSAGE, DUTY_NO_CALL)                 \
    X(DUTY_SUFFIX, "suffix_of_header", MESSAGE, DUTY_NO_CALL)                  \
    X(DUTY_UNSUBSCRIBE, "unsubscribe", MESSAGE, DUTY_NO_CALL)

/* X(name, how, what to do or write): in calls with agents, where it differs. */
#define DUTY_LIVE_TABLE(X)                                                     \
    X(DUTY_END, OPERATOR,                                                      \
      "have agents end the call within 10 seconds of the wish")                \
    X(DUTY_NAME, OPERATOR, DUTY_AGENTS_NAME)                                   \
    X(DUTY_NAME_10, OPERATOR, DUTY_AGENTS_NAME)                                \
    X(DUTY_NAME_30, OPERATOR, DUTY_AGENTS_NAME)                                \
    X(DUTY_OPT_OUT, OPT_OUT, "a call with agents has no such key")             \
    X(DUTY_OFFER_DNC, OPERATOR,                                                \
      "have agents offer the company's own do-not-call list")                  \
    X(DUTY_NUMBER, OPERATOR, "have agents say the number to call")             \
    X(DUTY_ABANDON, NUMBER,                                                    \
      "write abandoned_say, with the seller's name and the number in digits")  \
    X(DUTY_FREEPHONE, OPERATOR,                                                \
      "have agents give an address or a toll-free number")                     \
    X(DUTY_ARTIFICIAL, OPERATOR, DUTY_AGENTS_ANNOUNCE)                         \
    X(DUTY_AI, OPERATOR, DUTY_AGENTS_ANNOUNCE)                                 \
    X(DUTY_ANNOUNCE, OPERATOR, DUTY_AGENTS_ANNOUNCE)                           \
    X(DUTY_DISCLOSE, OPERATOR,                                                 \
      "have agents tell promptly who calls, that it is a sales call or an "    \
      "appeal, and for what")                                                  \
    X(DUTY_FULL_NAME, OPERATOR,                                                \
      "have agents give their first and last name and the seller")             \
    X(DUTY_CONTINUE, OPERATOR,                                                 \
      "have agents ask whether to go on, and end on a no")                     \
    X(DUTY_PURPOSE, OPERATOR,                                                  \
      "have agents tell at once that it is a sales call")                      \
    X(DUTY_SOURCE, OPERATOR, "have agents tell where the number is from")      \
    X(DUTY_OBJECTION, RECORDING,                                               \
      "have agents tell that one may object to the recording")                 \
    X(DUTY_NOTICE, RECORDING, DUTY_AGENTS_NOTICE)                              \
    X(DUTY_NOTICE_KEPT, RECORDING, DUTY_AGENTS_NOTICE)                         \
    X(DUTY_PAUSE, RECORDING,                                                   \
      "have agents take no card numbers in recorded calls")

#define DUTY_AGENTS_NAME "have agents say first who calls and for whom"
#define DUTY_AGENTS_ANNOUNCE                                                   \
    "have agents announce it before they let a machine speak"
#define DUTY_AGENTS_NOTICE "have agents say first that the call is recorded"
#define DUTY_SAY_NAME      "let the first words name the seller (spoken_name)"
#define DUTY_OFFER                                                             \
    "let the sentence after the seller's name offer the key that opts out"
#define DUTY_SAY_NUMBER                                                        \
    "let the message say the number of caller_id or opt_out_number, in digits"
#define DUTY_NO_CALL "this is for messages; a call cannot carry it out"

enum duty {
#define X(name, word, how, hint) name,
    DUTY_TABLE(X)
#undef X
        DUTY_COUNT
};
_Static_assert(DUTY_COUNT <= 64, "plan.carries has a bit each");

/* How a duty is carried out. */
enum duty_how {
    DUTY_BY_ENGINE,     /* every call of ours does it */
    DUTY_BY_NAME,       /* the first words name the seller */
    DUTY_BY_OPT_OUT,    /* then the key that opts out is offered */
    DUTY_BY_NUMBER,     /* the message says the number */
    DUTY_BY_FREEPHONE,  /* it says a toll-free one, or is declared */
    DUTY_BY_ARTIFICIAL, /* it says that it is a machine, or is declared */
    DUTY_BY_AI,         /* likewise, an artificial intelligence */
    DUTY_BY_OPERATOR,   /* declared: `carries` */
    DUTY_BY_RECORDING,  /* asks nothing of a call that is not recorded */
    DUTY_BY_PEOPLE,     /* a machine cannot */
    DUTY_BY_MESSAGE,    /* of text, fax and mail: a call cannot */
};

/* False: no such word; *out is not set. */
bool duty_parse(struct slice word, enum duty *out);
const char *duty_word(enum duty d);
enum duty_how duty_how(enum duty d, enum contact_channel channel);
/* Whether a campaign of that channel may say by itself that it carries the
 * duty out. */
bool duty_may_be_declared(enum duty d, enum contact_channel channel);
/* One of recording: whether a recorded call of the plan does it. */
bool duty_carried(const struct plan *p, enum duty d);

/* A duty of an allow that is not carried out. */
struct duty_gap {
    const char *word;
    const struct rule *rule; /* that asks for it; NULL: one of those that say
                                nothing when all is in order */
    const char *hint;        /* what to do or write */
    bool declare;            /* ... and then to declare it */
};

/* The first duty of the verdict that stops the call. False: none, *out is not
 * set. Pointers lead into the verdict. */
bool duty_gap_find(const struct plan *p, const struct verdict *v,
                   struct duty_gap *out);
/* Appends the sentence for records: duty, rule, citation, what to write. */
void duty_gap_text(const struct duty_gap *g, struct buf *out);

/* Whether a call of the verdict is recorded, and why: the duty that was
 * carried out, or the one that was not; "" none asks. */
struct duty_recording {
    bool on;
    const char *word;
};
struct duty_recording duty_recording(const struct plan *p,
                                     const struct verdict *v);

#endif
