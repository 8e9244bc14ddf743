#include "core/number/number.h"

#include <string.h>

#include "core/number/number_digits.h"
#include "core/number/number_plan.h"
#include "core/number/number_table.h"
#include "core/number/number_text.h"

enum {
    /* Fewer letters than this are a slip of the hand or part of a name
     * ("7183945 Ann"), and dialling what they spell calls a stranger. */
    VANITY_LETTERS_MIN = 4,
    MASK_AREA = 3,       /* digits shown after the country code */
    MASK_TAIL = 2,       /* and at the end */
    MASK_HIDDEN_MIN = 5, /* between them */
};

/* Vanity letters are a habit of North America only. */
static bool is_vanity(const struct number_text *t, const struct number *found)
{
    struct number_digits full = number_digits_of(found->e164);

    return t->letters >= VANITY_LETTERS_MIN && full.d[0] == 1;
}

enum number_fault number_parse(struct slice text, const char *region,
                               struct number *out)
{
    struct number_text t;
    struct number found = {0};
    enum number_fault fault = number_text_read(text, &t);

    if (fault == NUMBER_OK)
        fault = number_plan_find(t.dialled, t.plus, region, &found);
    if (t.letters > 0 && (fault != NUMBER_OK || !is_vanity(&t, &found)))
        fault = NUMBER_LETTERS;
    if (fault != NUMBER_OK)
        return number_text_diagnose(text, fault);
    memcpy(found.extension, t.extension, sizeof found.extension);
    tm_assert(found.e164 != 0);
    *out = found;
    return NUMBER_OK;
}

const char *number_fault_text(enum number_fault f)
{
    static const char *const text[] = {
#define NUMBER_FAULT_TEXT(name, key, text) text,
        NUMBER_FAULTS(NUMBER_FAULT_TEXT)
#undef NUMBER_FAULT_TEXT
    };

    tm_assert((size_t)f < tm_array_len(text));
    return text[f];
}

const char *number_fault_key(enum number_fault f)
{
    static const char *const key[] = {
#define NUMBER_FAULT_KEY(name, key, text) key,
        NUMBER_FAULTS(NUMBER_FAULT_KEY)
#undef NUMBER_FAULT_KEY
    };

    tm_assert((size_t)f < tm_array_len(key));
    return key[f];
}

const char *number_type_key(enum number_type t)
{
    static const char *const key[] = {
        [NUMBER_TYPE_UNKNOWN] = "unknown",
        [NUMBER_FIXED] = "fixed",
        [NUMBER_MOBILE] = "mobile",
        [NUMBER_FIXED_OR_MOBILE] = "fixed_or_mobile",
        [NUMBER_TOLL_FREE] = "toll_free",
        [NUMBER_PREMIUM] = "premium",
        [NUMBER_SHARED_COST] = "shared_cost",
        [NUMBER_VOIP] = "voip",
        [NUMBER_PERSONAL] = "personal",
        [NUMBER_PAGER] = "pager",
        [NUMBER_UAN] = "uan",
        [NUMBER_VOICEMAIL] = "voicemail",
    };

    tm_assert((size_t)t < tm_array_len(key));
    return key[t];
}

bool number_describe(uint64_t e164, struct number *out)
{
    struct number_digits full = number_digits_of(e164);
    struct number found = {0};

    if (!number_plan_look(&full, &found))
        return false;
    tm_assert(found.e164 == e164);
    *out = found;
    return true;
}

bool number_country(uint64_t e164, char region[3])
{
    struct number found;

    if (!number_describe(e164, &found) || found.region[0] == '\0')
        return false;
    memcpy(region, found.region, sizeof found.region);
    return true;
}

size_t number_format(uint64_t e164, char out[NUMBER_TEXT_LEN])
{
    struct number_digits full = number_digits_of(e164);
    size_t n = 0;

    tm_assert(full.n + 2 <= NUMBER_TEXT_LEN);
    if (full.n > 0)
        out[n++] = '+';
    for (size_t i = 0; i < full.n; i++)
        out[n++] = (char)('0' + full.d[i]);
    out[n] = '\0';
    return n;
}

size_t number_mask(uint64_t e164, char out[NUMBER_TEXT_LEN])
{
    struct number_digits full = number_digits_of(e164);
    size_t n = number_format(e164, out);
    size_t code = number_plan_code_length(&full);
    size_t after, area = 0, tail = 0;

    /* An unknown code may be a national number in disguise: one digit. */
    if (code == 0)
        code = full.n > 0 ? 1 : 0;
    after = full.n - code;
    if (after >= MASK_HIDDEN_MIN + MASK_TAIL)
        tail = MASK_TAIL;
    if (after > MASK_HIDDEN_MIN + tail)
        area = after - MASK_HIDDEN_MIN - tail;
    if (area > MASK_AREA)
        area = MASK_AREA;
    for (size_t i = code + area; i < full.n - tail; i++)
        out[1 + i] = '*';
    return n;
}

const char *number_metadata_version(void)
{
    return number_table_version;
}
