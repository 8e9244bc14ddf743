/* Addresses and headers of a call to us that say who calls whom, and networks
 * of a trunk file: a number comes out only if some plan has it, and is read
 * back as itself. */
#include <stdio.h>
#include <string.h>

#include "core/number/number.h"
#include "fuzz.h"
#include "tel/caller.h"
#include "tel/trunk.h"

static void check(uint64_t e164)
{
    char number[NUMBER_TEXT_LEN], address[64];
    struct number n;
    if (e164 == 0) {
        return;
    }
    tm_assert(number_describe(e164, &n) && n.e164 == e164);
    (void)number_format(e164, number);
    (void)snprintf(address, sizeof address, "sip:%s@h", number);
    tm_assert(caller_number(str_of(address), NULL) == e164);
    (void)snprintf(address, sizeof address, "\"<\" <tel:%s;x=y>", number);
    tm_assert(caller_number(str_of(address), "DE") == e164);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct err e = {0};
    struct slice rest, s = str_range((const char *)data, n);
    struct caller_says says;
    says.from = str_cut(s, '\n', &rest);
    says.asserted = str_cut(rest, '\n', &rest);
    says.privacy = str_cut(rest, '\n', &rest);
    struct slice user = caller_user(says.from);
    tm_assert(user.n <= says.from.n);
    check(caller_number(says.from, NULL));
    check(caller_number(says.from, "US"));
    check(caller_of(&says, "DE"));
    if (trunk_nets_check(rest, &e) != TM_OK) {
        tm_assert(e.text[0] != '\0');
    }
    return 0;
}
