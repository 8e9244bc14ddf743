/*
 * The words of the rules: every closed list of values that a rule_case may
 * carry, with its text in case files and rule packs (compliance facts,
 * section 10). In each list 0 is "unknown", so that a zeroed case knows
 * nothing and is judged on the strict side.
 *
 * Each enum has vocab_NAME_text (stable text, never NULL, "?" for values out
 * of range) and vocab_NAME_parse (false on other words). Pure, any thread.
 */
#ifndef CORE_RULES_VOCAB_H
#define CORE_RULES_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define VOCAB_TRI(X)                                                           \
    X(TRI_UNKNOWN, "unknown")                                                  \
    X(TRI_NO, "no")                                                            \
    X(TRI_YES, "yes")

#define VOCAB_CHANNEL(X)                                                       \
    X(CHANNEL_UNKNOWN, "unknown")                                              \
    X(CHANNEL_VOICE_LIVE, "voice_live")                                        \
    X(CHANNEL_VOICE_PRERECORDED, "voice_prerecorded")                          \
    X(CHANNEL_VOICE_AI, "voice_ai")                                            \
    X(CHANNEL_TEXT, "text")                                                    \
    X(CHANNEL_FAX, "fax")                                                      \
    X(CHANNEL_EMAIL, "email")

#define VOCAB_DIAL(X)                                                          \
    X(DIAL_UNKNOWN, "unknown")                                                 \
    X(DIAL_MANUAL, "manual")                                                   \
    X(DIAL_PREVIEW, "preview")                                                 \
    X(DIAL_PROGRESSIVE, "progressive")                                         \
    X(DIAL_POWER, "power")                                                     \
    X(DIAL_PREDICTIVE, "predictive")                                           \
    X(DIAL_AGENTLESS, "agentless")

#define VOCAB_LINE(X)                                                          \
    X(LINE_UNKNOWN, "unknown")                                                 \
    X(LINE_RESIDENTIAL, "residential")                                         \
    X(LINE_WIRELESS, "wireless")                                               \
    X(LINE_BUSINESS, "business")                                               \
    X(LINE_TOLL_FREE, "toll_free")                                             \
    X(LINE_HEALTHCARE_ROOM, "healthcare_room")                                 \
    X(LINE_EMERGENCY, "emergency")

#define VOCAB_PARTY(X)                                                         \
    X(PARTY_UNKNOWN, "unknown")                                                \
    X(PARTY_CONSUMER, "consumer")                                              \
    X(PARTY_BUSINESS, "business")

#define VOCAB_BASIS(X)                                                         \
    X(BASIS_UNKNOWN, "unknown")                                                \
    X(BASIS_CONFIRMED_ADDRESS, "confirmed_address")                            \
    X(BASIS_CRM_ADDRESS, "crm_address")                                        \
    X(BASIS_AREA_CODE, "area_code")                                            \
    X(BASIS_EXCHANGE, "exchange")

#define VOCAB_CALLER(X)                                                        \
    X(CALLER_UNKNOWN, "unknown")                                               \
    X(CALLER_SELLER, "seller")                                                 \
    X(CALLER_TELEMARKETER, "telemarketer_for_seller")                          \
    X(CALLER_CHARITY_INHOUSE, "charity_inhouse")                               \
    X(CALLER_PAID_FUNDRAISER, "paid_fundraiser")                               \
    X(CALLER_POLITICAL, "political")                                           \
    X(CALLER_SURVEY, "survey")                                                 \
    X(CALLER_NEWSPAPER, "newspaper")                                           \
    X(CALLER_GOVERNMENT, "government")

#define VOCAB_SELLER_TYPE(X)                                                   \
    X(SELLER_TYPE_UNKNOWN, "unknown")                                          \
    X(SELLER_TYPE_OTHER, "other")                                              \
    X(SELLER_TYPE_BANK, "bank")                                                \
    X(SELLER_TYPE_INSURER, "insurer")                                          \
    X(SELLER_TYPE_COMMON_CARRIER, "common_carrier")                            \
    X(SELLER_TYPE_CREDIT_UNION, "credit_union")                                \
    X(SELLER_TYPE_AIRLINE, "airline")                                          \
    X(SELLER_TYPE_NONPROFIT, "nonprofit")                                      \
    X(SELLER_TYPE_BROKER, "broker")                                            \
    X(SELLER_TYPE_UTILITY, "utility")

#define VOCAB_PURPOSE(X)                                                       \
    X(PURPOSE_UNKNOWN, "unknown")                                              \
    X(PURPOSE_SALE, "sale")                                                    \
    X(PURPOSE_DONATION, "donation")                                            \
    X(PURPOSE_SURVEY, "survey")                                                \
    X(PURPOSE_POLITICAL, "political")                                          \
    X(PURPOSE_INFORMATIONAL, "informational")                                  \
    X(PURPOSE_HEALTHCARE, "healthcare")                                        \
    X(PURPOSE_COLLECTION, "collection")

/* What is offered, as far as some rule asks. */
#define VOCAB_GOODS(X)                                                         \
    X(GOODS_UNKNOWN, "unknown")                                                \
    X(GOODS_OTHER, "other")                                                    \
    X(GOODS_OFFICE_SUPPLIES, "nondurable_office_supplies")                     \
    X(GOODS_ENERGY, "energy_contract")                                         \
    X(GOODS_MOBILE, "mobile_subscription")                                     \
    X(GOODS_PENSION, "pension")                                                \
    X(GOODS_CLAIMS, "claims_management")                                       \
    X(GOODS_INVESTMENT, "investment")                                          \
    X(GOODS_INSURANCE, "insurance")                                            \
    X(GOODS_TRAINING, "training_account")                                      \
    X(GOODS_RENOVATION, "energy_renovation")

/* The lead's consent; NONE stands for unknown too. */
#define VOCAB_CONSENT(X)                                                       \
    X(CONSENT_NONE, "none")                                                    \
    X(CONSENT_EXPRESS, "express")                                              \
    X(CONSENT_EXPRESS_ORAL, "express_oral")                                    \
    X(CONSENT_EXPRESS_WRITTEN, "express_written")

/* How an earlier attempt was met, as caps and counters need it. */
#define VOCAB_ANSWER(X)                                                        \
    X(ANSWER_UNKNOWN, "unknown") /* counts as placed */                        \
    X(ANSWER_NOT_PLACED, "not_placed")                                         \
    X(ANSWER_NONE, "not_answered")                                             \
    X(ANSWER_PERSON, "person")                                                 \
    X(ANSWER_MACHINE, "machine")

/* Registers of people who do not want calls. REGISTRY_AREA is the own list of
 * the subdivision named beside it ("state.FL"). */
#define VOCAB_REGISTRY(X)                                                      \
    X(REGISTRY_UNKNOWN, "unknown")                                             \
    X(REGISTRY_US_NATIONAL, "us_national")                                     \
    X(REGISTRY_AREA, "state")                                                  \
    X(REGISTRY_CA_DNCL, "ca_dncl")                                             \
    X(REGISTRY_FR_BLOCTEL, "fr_bloctel")                                       \
    X(REGISTRY_NO_RESERVASJON, "no_reservasjon")                               \
    X(REGISTRY_IT_RPO, "it_rpo")                                               \
    X(REGISTRY_UK_TPS, "uk_tps")                                               \
    X(REGISTRY_MX_REPEP, "mx_repep")                                           \
    X(REGISTRY_KR_DNC, "kr_dnc")                                               \
    X(REGISTRY_IN_PREF, "in_pref")                                             \
    X(REGISTRY_RU_MASS, "ru_mass")                                             \
    X(REGISTRY_OTHER, "other")

/* Answer of the reassigned-numbers database (47 CFR 64.1200(m)). */
#define VOCAB_REASSIGNED(X)                                                    \
    X(REASSIGNED_NOT_ASKED, "not_asked")                                       \
    X(REASSIGNED_YES, "yes")                                                   \
    X(REASSIGNED_NO, "no")                                                     \
    X(REASSIGNED_NO_DATA, "no_data")

#define VOCAB_FAX_SOURCE(X)                                                    \
    X(FAX_SOURCE_UNKNOWN, "unknown")                                           \
    X(FAX_SOURCE_RECIPIENT, "given_by_recipient")                              \
    X(FAX_SOURCE_WEBSITE, "recipient_website")                                 \
    X(FAX_SOURCE_DIRECTORY, "directory")

/* Number series that the law reserves for marketing in some countries. */
#define VOCAB_CLI_SERIES(X)                                                    \
    X(CLI_SERIES_UNKNOWN, "unknown")                                           \
    X(CLI_SERIES_ORDINARY, "ordinary")                                         \
    X(CLI_SERIES_ORDINARY_MOBILE, "ordinary_mobile")                           \
    X(CLI_SERIES_MARKETING, "marketing")                                       \
    X(CLI_SERIES_SERVICE, "service")

#define VOCAB_ATTEST(X)                                                        \
    X(ATTEST_UNKNOWN, "unknown")                                               \
    X(ATTEST_NONE, "none")                                                     \
    X(ATTEST_A, "A")                                                           \
    X(ATTEST_B, "B")                                                           \
    X(ATTEST_C, "C")

/* What a recording is for; of several purposes the most delicate. */
#define VOCAB_RECORDING(X)                                                     \
    X(RECORDING_UNKNOWN, "unknown")                                            \
    X(RECORDING_QUALITY, "quality")                                            \
    X(RECORDING_PROOF, "proof")                                                \
    X(RECORDING_LEGAL_DUTY, "legal_duty")

/* Policy options: 0 is always the strict one. */
#define VOCAB_SCOPE(X)                                                         \
    X(SCOPE_ALL, "all")                                                        \
    X(SCOPE_CATEGORY, "category")

#define VOCAB_RETENTION(X)                                                     \
    X(RETENTION_FOREVER, "forever")                                            \
    X(RETENTION_LEGAL_MINIMUM, "legal_minimum")

#define VOCAB_GRACE(X)                                                         \
    X(GRACE_STRICT, "strict")                                                  \
    X(GRACE_LEGAL_MINIMUM, "legal_minimum")

/* L(enum tag, constant prefix of the count, function word, list) */
#define VOCAB_LISTS(L)                                                         \
    L(tri, TRI, tri, VOCAB_TRI)                                                \
    L(contact_channel, CHANNEL, channel, VOCAB_CHANNEL)                        \
    L(dial_mode, DIAL, dial, VOCAB_DIAL)                                       \
    L(line_type, LINE, line, VOCAB_LINE)                                       \
    L(party, PARTY, party, VOCAB_PARTY)                                        \
    L(region_basis, BASIS, basis, VOCAB_BASIS)                                 \
    L(caller_kind, CALLER, caller, VOCAB_CALLER)                               \
    L(seller_type, SELLER_TYPE, seller_type, VOCAB_SELLER_TYPE)                \
    L(purpose, PURPOSE, purpose, VOCAB_PURPOSE)                                \
    L(goods, GOODS, goods, VOCAB_GOODS)                                        \
    L(consent_type, CONSENT, consent, VOCAB_CONSENT)                           \
    L(answer, ANSWER, answer, VOCAB_ANSWER)                                    \
    L(registry, REGISTRY, registry, VOCAB_REGISTRY)                            \
    L(reassigned, REASSIGNED, reassigned, VOCAB_REASSIGNED)                    \
    L(fax_source, FAX_SOURCE, fax_source, VOCAB_FAX_SOURCE)                    \
    L(cli_series, CLI_SERIES, cli_series, VOCAB_CLI_SERIES)                    \
    L(attest, ATTEST, attest, VOCAB_ATTEST)                                    \
    L(recording_purpose, RECORDING, recording, VOCAB_RECORDING)                \
    L(revocation_scope, SCOPE, scope, VOCAB_SCOPE)                             \
    L(retention, RETENTION, retention, VOCAB_RETENTION)                        \
    L(grace, GRACE, grace, VOCAB_GRACE)

#define VOCAB_NAME(name, text) name,
#define VOCAB_DECLARE(tag, prefix, word, list)                                 \
    enum tag { list(VOCAB_NAME) prefix##_COUNT };                              \
    const char *vocab_##word##_text(enum tag value);                           \
    bool vocab_##word##_parse(struct slice s, enum tag *out);
VOCAB_LISTS(VOCAB_DECLARE)
#undef VOCAB_DECLARE
#undef VOCAB_NAME

/* The lists themselves, for readers of packs and for manuals. */
enum vocab_list {
#define VOCAB_ENTRY(tag, prefix, word, list) VOCAB_LIST_##prefix,
    VOCAB_LISTS(VOCAB_ENTRY)
#undef VOCAB_ENTRY
        VOCAB_LIST_COUNT
};

struct vocab_words {
    const char *const *word; /* index = value of the enum */
    size_t n;
};

struct vocab_words vocab_words_of(enum vocab_list l);

/* Sets of channels as bits. */
#define VOCAB_BIT(value) (UINT32_C(1) << (value))
#define VOCAB_VOICE                                                            \
    (VOCAB_BIT(CHANNEL_VOICE_LIVE) | VOCAB_BIT(CHANNEL_VOICE_PRERECORDED) |    \
     VOCAB_BIT(CHANNEL_VOICE_AI))
#define VOCAB_ALL_CHANNELS                                                     \
    (VOCAB_VOICE | VOCAB_BIT(CHANNEL_TEXT) | VOCAB_BIT(CHANNEL_FAX) |          \
     VOCAB_BIT(CHANNEL_EMAIL))

/* A country or a subdivision ("US", "US-OH"; ISO 3166, at most 8 characters)
 * packed into an integer, so that places compare without texts. 0 unknown. */
struct place_code {
    uint64_t v;
};

enum { VOCAB_PLACE_MAX = 8 };

/* False when empty, too long, or with other characters than A-Z 0-9 '-'. */
bool vocab_place_parse(struct slice s, struct place_code *out);
/* Writes at most VOCAB_PLACE_MAX characters and the terminator. */
void vocab_place_text(struct place_code p, char out[VOCAB_PLACE_MAX + 1]);
/* "US" of "US-OH"; a country gives itself. */
struct place_code vocab_place_country(struct place_code p);

#endif
