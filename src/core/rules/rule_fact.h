/*
 * The facts that conditions of rules may ask for: one closed value each, taken
 * from a case as a bit (bit 0: unknown), so that a condition is a mask. For
 * core/rules alone.
 */
#ifndef CORE_RULES_RULE_FACT_H
#define CORE_RULES_RULE_FACT_H

#include "core/rules/rule_case.h"

/* X(name, word in packs, list of its values, input it is named by, field) */
#define RULE_FACTS(X)                                                          \
    X(FACT_CHANNEL, "channel", CHANNEL, CASE_CHANNEL, contact.channel)         \
    X(FACT_DIAL, "dial_mode", DIAL, CASE_DIAL_MODE, contact.dial_mode)         \
    X(FACT_LINE, "line", LINE, CASE_LINE, contact.line)                        \
    X(FACT_KNOWN_WIRELESS, "known_wireless", TRI, CASE_KNOWN_WIRELESS,         \
      contact.known_wireless)                                                  \
    X(FACT_PARTY, "party", PARTY, CASE_PARTY, callee.party)                    \
    X(FACT_MINOR, "minor", TRI, CASE_MINOR, callee.minor)                      \
    X(FACT_VULNERABLE, "vulnerable", TRI, CASE_VULNERABLE, callee.vulnerable)  \
    X(FACT_CALLER, "caller", CALLER, CASE_CALLER, caller.kind)                 \
    X(FACT_SELLER_TYPE, "seller_type", SELLER_TYPE, CASE_SELLER_TYPE,          \
      caller.seller_type)                                                      \
    X(FACT_FTC, "ftc", TRI, CASE_FTC, caller.ftc_jurisdiction)                 \
    X(FACT_CHARITY, "charity", TRI, CASE_CHARITY, caller.registered_charity)   \
    X(FACT_HIPAA, "hipaa", TRI, CASE_HIPAA, caller.hipaa)                      \
    X(FACT_PURPOSE, "purpose", PURPOSE, CASE_PURPOSE, purpose.kind)            \
    X(FACT_GOODS, "goods", GOODS, CASE_GOODS, purpose.goods)                   \
    X(FACT_LEADS_TO_SALE, "leads_to_sale", TRI, CASE_LEADS_TO_SALE,            \
      purpose.leads_to_sale)                                                   \
    X(FACT_EMERGENCY, "emergency_call", TRI, CASE_EMERGENCY_CALL,              \
      purpose.emergency)                                                       \
    X(FACT_MEMBER, "member", TRI, CASE_MEMBER, relationship.member)            \
    X(FACT_CUSTOMER, "customer", TRI, CASE_CUSTOMER,                           \
      relationship.ever_customer)                                              \
    X(FACT_CALLER_ID, "caller_id", TRI, CASE_CALLER_ID,                        \
      presentation.caller_id_present)                                          \
    X(FACT_CALLER_NAME, "caller_name", TRI, CASE_CALLER_NAME,                  \
      presentation.name_present)                                               \
    X(FACT_AUTHORITY, "authority", TRI, CASE_AUTHORITY,                        \
      presentation.authority)                                                  \
    X(FACT_SERIES, "series", CLI_SERIES, CASE_SERIES, presentation.series)     \
    X(FACT_OPT_OUT, "interactive_opt_out", TRI, CASE_OPT_OUT,                  \
      presentation.interactive_opt_out)                                        \
    X(FACT_NOTICE, "opt_out_notice", TRI, CASE_NOTICE,                         \
      presentation.opt_out_notice)                                             \
    X(FACT_MESSAGE, "abandon_message", TRI, CASE_MESSAGE,                      \
      presentation.abandon_message)                                            \
    X(FACT_FAX_SOURCE, "fax_source", FAX_SOURCE, CASE_FAX_SOURCE,              \
      presentation.fax_source)                                                 \
    X(FACT_RECORDING, "recording", TRI, CASE_RECORDING, recording.planned)     \
    X(FACT_RECORDING_FOR, "recording_purpose", RECORDING, CASE_RECORDING_FOR,  \
      recording.purpose)                                                       \
    X(FACT_RECORDING_AT, "recording_elsewhere", TRI, CASE_RECORDING_AT,        \
      recording.elsewhere)                                                     \
    X(FACT_RECORDING_PLACED, "recording_placed", TRI, CASE_RECORDING_AT,       \
      recording.placed)                                                        \
    X(FACT_CARD, "card_entry", TRI, CASE_CARD, recording.card_entry)           \
    X(FACT_CONFIRMATION, "confirmation", TRI, CASE_CONFIRMATION,               \
      text.confirmation)                                                       \
    X(FACT_TEMPLATE, "template_registered", TRI, CASE_TEMPLATE,                \
      text.template_registered)                                                \
    X(FACT_RETENTION, "retention", RETENTION, CASE_RETENTION, policy.retention)

enum rule_fact {
#define X(name, word, list, input, field) name,
    RULE_FACTS(X)
#undef X
        RULE_FACT_COUNT
};

struct rule_fact_info {
    const char *word;
    enum vocab_list list;
    enum case_input input;
};

const struct rule_fact_info *rule_fact_info(enum rule_fact f);
bool rule_fact_find(struct slice word, enum rule_fact *out);
/* A list of values as a mask: "sale donation", "not automated"; false: the
 * list is empty or *bad is not one of its words. */
bool rule_fact_mask(enum rule_fact f, struct slice values, uint32_t *mask,
                    struct slice *bad);
/* One bit a fact; a line known to have become a mobile has that bit besides.
 * False: the value of *bad is out of its range. */
bool rule_fact_load(const struct rule_case *k, uint32_t bits[RULE_FACT_COUNT],
                    enum rule_fact *bad);

#endif
