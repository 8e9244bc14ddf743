/* Any text as a telephone number. */
#include <string.h>

#include "core/number/number.h"
#include "core/number/number_zone.h"
#include "fuzz.h"

/* The first byte chooses the country whose habits hold. */
static const char *const region[] = {"US", "GB", "AR", "BR", "JP", "AG", ""};

/* What is accepted is valid and reads back as itself. */
static void check_accepted(const struct number *n)
{
    const char *zone[NUMBER_ZONE_MAX];
    char text[NUMBER_TEXT_LEN], mask[NUMBER_TEXT_LEN];
    struct number again;
    size_t length = number_format(n->e164, text);

    tm_assert(length > 1 && length <= NUMBER_DIGITS_MAX + 1);
    tm_assert(number_mask(n->e164, mask) == length);
    tm_assert(number_parse(str_range(text, length), NULL, &again) == NUMBER_OK);
    tm_assert(again.e164 == n->e164 && again.type == n->type);
    tm_assert(strcmp(again.region, n->region) == 0);
    tm_assert(strlen(n->extension) <= NUMBER_EXTENSION_MAX);
    tm_assert(number_zone_candidates(n->e164, zone, NUMBER_ZONE_MAX) <=
              NUMBER_ZONE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct number found = {0};

    if (n == 0)
        return 0;
    if (number_parse(str_range((const char *)data + 1, n - 1),
                     region[data[0] % tm_array_len(region)],
                     &found) == NUMBER_OK)
        check_accepted(&found);
    else
        tm_assert(found.e164 == 0);
    return 0;
}
