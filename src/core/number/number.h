/*
 * Telephone numbers: what people write becomes an E.164 number that some
 * numbering plan has in service, or a reason why not.
 *
 * Operations: number_parse normalises and validates, number_describe looks up
 * a stored number, number_format and number_mask write one.
 * Cost: some tens of nanoseconds a number, no memory taken; all functions are
 * pure and may be called by any thread.
 * Misuse: "valid" means that the range is in service, not that anybody has
 * the number; the line type of ported numbers is that of their range, and
 * most of North America's ranges cannot be told apart (fixed or mobile).
 * Fictional numbers (NPA 555-01XX) are valid, as their ranges are.
 * Reference: ITU-T E.164 and E.123; the plans are libphonenumber's metadata,
 * compiled by tools/number into an automaton over the digits.
 */
#ifndef CORE_NUMBER_NUMBER_H
#define CORE_NUMBER_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/str.h"

enum {
    NUMBER_DIGITS_MAX = 15,   /* country code included (E.164, 6.2.1) */
    NUMBER_TEXT_LEN = 24,     /* "+", digits, terminator; with room */
    NUMBER_EXTENSION_MAX = 7, /* digits of an extension */
};

enum number_type {
    NUMBER_TYPE_UNKNOWN,
    NUMBER_FIXED,
    NUMBER_MOBILE,
    NUMBER_FIXED_OR_MOBILE, /* the plan does not tell */
    NUMBER_TOLL_FREE,
    NUMBER_PREMIUM,
    NUMBER_SHARED_COST,
    NUMBER_VOIP,
    NUMBER_PERSONAL, /* follows a person, any place and price */
    NUMBER_PAGER,
    NUMBER_UAN, /* company number reached at any of its places */
    NUMBER_VOICEMAIL,
};

struct number {
    uint64_t e164; /* digits after '+'; 0: none */
    enum number_type type;
    char region[3]; /* ISO 3166 country; "" for codes of no country */
    char extension[NUMBER_EXTENSION_MAX + 1]; /* as written; "": none */
};

/* X(name, key, text): why a text is not a number that can be called. The
 * text completes "the number ...". */
#define NUMBER_FAULTS(X)                                                       \
    X(NUMBER_OK, "ok", "is good")                                              \
    X(NUMBER_EMPTY, "empty", "is empty")                                       \
    X(NUMBER_NOT_A_NUMBER, "not_a_number",                                     \
      "has characters that are not part of a telephone number")                \
    X(NUMBER_LETTERS, "letters", "has letters in it")                          \
    X(NUMBER_SPREADSHEET, "spreadsheet",                                       \
      "lost digits in a spreadsheet (like 1.2E+10)")                           \
    X(NUMBER_SEVERAL, "several", "holds more than one number")                 \
    X(NUMBER_EXTENSION, "extension",                                           \
      "has an extension that is not one to seven digits")                      \
    X(NUMBER_TOO_SHORT, "too_short", "has too few digits")                     \
    X(NUMBER_TOO_LONG, "too_long", "has too many digits")                      \
    X(NUMBER_UNKNOWN_COUNTRY, "unknown_country",                               \
      "has a country code that does not exist, or none and no default")        \
    X(NUMBER_NOT_IN_SERVICE_RANGE, "not_in_service",                           \
      "is in no range that its country has in service")

enum number_fault {
#define NUMBER_FAULT_ENUM(name, key, text) name,
    NUMBER_FAULTS(NUMBER_FAULT_ENUM)
#undef NUMBER_FAULT_ENUM
        NUMBER_FAULT_COUNT
};

/* Normalises a number as people write it: national or international, with
 * punctuation, "tel:", full-width digits, an extension ("x12": kept apart in
 * out->extension) or vanity letters (North America only, four or more).
 * region is the ISO country whose dialling habits hold for texts without "+",
 * NULL or "" for none. *out is set only on NUMBER_OK. */
enum number_fault number_parse(struct slice text, const char *region,
                               struct number *out) TM_MUST_CHECK;
/* "has letters in it": for people; and a stable key "letters": for programs.
 * Both are constants. */
const char *number_fault_text(enum number_fault f);
const char *number_fault_key(enum number_fault f);
/* "mobile", "fixed_or_mobile"; a constant. */
const char *number_type_key(enum number_type t);

/* Type and region of a number in E.164; false: not valid, *out untouched. */
bool number_describe(uint64_t e164, struct number *out);
/* The country of a number; false: not valid or of no country. */
bool number_country(uint64_t e164, char region[3]);

/* "+12125550123"; returns the length. 0 gives "". */
size_t number_format(uint64_t e164, char out[NUMBER_TEXT_LEN]);
/* For logs: "+1212*****23". Shown are the country code, then the last two and
 * at most three leading digits of the rest, as far as five or more stay
 * hidden; of a shorter rest nothing is shown. Returns the length. */
size_t number_mask(uint64_t e164, char out[NUMBER_TEXT_LEN]);

/* "libphonenumber-js 1.13.16": to be kept with what was decided by it. */
const char *number_metadata_version(void);

#endif
