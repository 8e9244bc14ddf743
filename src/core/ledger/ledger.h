/*
 * The ledgers: what is on file about people and about the caller, each entry
 * dated and kept as it came. Consent and its withdrawal, relationships, the
 * right to show a number, licences, exemptions, facts about numbers, declared
 * emergencies and proclaimed holidays. Entries are added, never changed; one
 * that was wrong is ended by an entry of its own, and both stay readable.
 *
 * One struct serves all kinds; the table below says what its common fields
 * mean in each. Entries come from CSV files (core/ledger/ledger_row.h), from
 * calls, and by hand.
 *
 * Reference: compliance facts, section 7, groups 2, 5, 7, 8, 9, 12, 13;
 * 16 CFR 310.5(a)(8)-(9) on what is kept of consents and relationships.
 */
#ifndef CORE_LEDGER_LEDGER_H
#define CORE_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/ids.h"
#include "base/str.h"
#include "core/rules/vocab.h"

/*
 * X(name, text). The fields of each kind, besides seller, note and proof:
 *
 * consent       e164, address; word = express express_oral express_written;
 *               channels = what it covers (VOCAB_BIT, COVERS_*); from = day
 *               given; from_us, to_us = holds only in between; not_condition;
 *               name = who gave it; wording = what he was shown or told
 * revocation    e164, address; word = means: key voice agent letter email
 *               text web list other; channels = 0 all; value = the purpose it
 *               answered, "" all; from_us = when it reached us
 * relationship  e164; word = transaction inquiry gift contract membership
 *               termination; from, to = its days; value = goods or amount
 * caller_id     e164 = number we may show; word = its series, value = level of
 *               attestation; name; from, to
 * licence       word = san registration subscription contract ...; area;
 *               value = account; from, to
 * exemption     word = registered_charity nonprofit hipaa outside_ftc ...;
 *               area; from, to
 * number        e164; word = line, ported or reassigned; value = line type, or
 *               the answer of the database; from = day of the port, day that
 *               the database was asked for
 * emergency     area; value = county, "" all of it; word = declared, reporting
 *               (Louisiana: the commission is called in) or none (the feed
 *               says that all is quiet there); from, to
 * holiday       area; from = the day; name
 */
#define LEDGER_KINDS(X)                                                        \
    X(LEDGER_CONSENT, "consent")                                               \
    X(LEDGER_REVOCATION, "revocation")                                         \
    X(LEDGER_RELATIONSHIP, "relationship")                                     \
    X(LEDGER_CALLER_ID, "caller_id")                                           \
    X(LEDGER_LICENCE, "licence")                                               \
    X(LEDGER_EXEMPTION, "exemption")                                           \
    X(LEDGER_NUMBER, "number")                                                 \
    X(LEDGER_EMERGENCY, "emergency")                                           \
    X(LEDGER_HOLIDAY, "holiday")

enum ledger_kind {
#define X(name, text) name,
    LEDGER_KINDS(X)
#undef X
        LEDGER_KIND_COUNT
};

const char *ledger_kind_text(enum ledger_kind k);
bool ledger_kind_parse(struct slice s, enum ledger_kind *out);

/* Texts live as long as whoever filled the entry in says. */
struct ledger_entry {
    enum ledger_kind kind;
    int64_t id; /* unique over all ledgers; 0: not stored yet */
    struct tenant_id tenant;
    struct seller_id seller; /* 0: all sellers of the tenant */
    struct slice seller_name;
    uint64_t e164;          /* 0: none */
    struct slice address;   /* of e-mail, lower case; "" none */
    struct slice word;      /* see the table above */
    struct slice value;     /* likewise */
    struct place_code area; /* 0: everywhere */
    uint32_t channels;
    struct civil_date from, to; /* year 0: not known, or no end; both
                                   days belong to it */
    int64_t from_us, to_us;     /* UTC; 0: no bound */
    enum tri not_condition;
    struct slice name;    /* of the person, or of what is shown */
    struct slice proof;   /* where the evidence lies: path, URL, file number */
    struct slice wording; /* the text, or its hash */
    struct slice note;
    int64_t file; /* import that brought it; 0: by hand or from a call */
    uint32_t row; /* row of that file */
    struct attempt_id attempt; /* call that it comes from; 0: otherwise */
    int64_t recorded_us;       /* when we came to know it */
    int64_t ended_us;          /* declared wrong or superseded; 0: stands */
    struct slice ended_reason;
};

#endif
