/* Numbers out of SIP addresses, and callers who want to be nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tel/caller.h"

static void test_numbers(void **state)
{
    static const struct {
        const char *address, *country;
        uint64_t number;
    } as[] = {
        {"sip:+12025550123@carrier.example", "", 12025550123},
        {"sip:12025550123@carrier.example:5060;transport=tcp", "", 12025550123},
        {"sip:0012025550123@h", NULL, 12025550123},
        {"sips:%2B12025550123@h", "", 12025550123},
        {"sip:+1-202-555-0123;npdi;rn=+12025550000@h;user=phone", "",
         12025550123},
        {"sip:+12025550123:secret@h", "", 12025550123},
        {"tel:+12025550123", "", 12025550123},
        {"TEL:+1-202-555-0123;phone-context=example.com", "", 12025550123},
        {"\"A <sip:+13105550111@x>\" <sip:+12025550123@h>;x=y", "",
         12025550123},
        {"\"a \\\" <sip:1@h>\" <sip:+12025550123@h>", "", 12025550123},
        {" <sip:+12025550123@h> ", "", 12025550123},
        /* As dialled in a country; that reading comes first. */
        {"sip:2025550123@h", "US", 12025550123},
        {"sip:12025550123@h", "US", 12025550123},
        {"sip:0301234567@h", "DE", 49301234567},
        {"sip:00493012345678@h", "DE", 493012345678},
        {"sip:+442071234567@h", "US", 442071234567},
        {"sip:442071234567@h", "US", 442071234567},
        {"sip:2025550123@h", "", 0},
        {"sip:0301234567@h", "", 0},
        /* No numbers. */
        {"sip:carrier.example", "US", 0},
        {"sip:@carrier.example", "US", 0},
        {"sip:anonymous@anonymous.invalid", "US", 0},
        {"sip:restricted@h", "US", 0}, /* letters are no keys: +1737... */
        {"sip:1800FLOWERS@h", "US", 0},
        {"sip:100@h", "US", 0},
        {"sip:+1@h", "", 0},
        {"sip:+@h", "", 0},
        {"sip:%00@h", "", 0},
        {"sip:+1202555%zz23@h", "", 0},
        {"sip:+1202555%2", "", 0},
        {"mailto:+12025550123@h", "", 0},
        {"+12025550123", "", 0},
        {"<", "", 0},
        {"\"", "", 0},
        {"\"\\", "", 0},
        {"", "US", 0},
        {"sip:", "", 0},
        {"sip:+111111111111111111111111111111111111111111111111111111111111111"
         "1111111111111111@h",
         "", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof as / sizeof *as; ++i) {
        uint64_t n = caller_number(str_of(as[i].address), as[i].country);
        if (n != as[i].number) {
            fail_msg("%s (%s): %llu", as[i].address,
                     as[i].country ? as[i].country : "", (unsigned long long)n);
        }
    }
}

static void test_who_calls(void **state)
{
    static const char from[] = "sip:+12025550123@h";
    static const struct {
        const char *from, *asserted, *privacy;
        uint64_t number;
    } as[] = {
        {from, "", "", 12025550123},
        {from, "<sip:+13105550111@h>", "", 13105550111},
        {from, "\"Ann\" <tel:+13105550111>", "none", 13105550111},
        {from, "<sip:reception@h>", "", 12025550123},
        {from, "<sip:+13105550111@h>", "id", 0},
        {from, "<sip:+13105550111@h>", "ID;critical", 0},
        {from, "<sip:+13105550111@h>", "critical; id", 0},
        {from, "<sip:+13105550111@h>", "session,user", 0},
        {from, "<sip:+13105550111@h>", "header", 0},
        {from, "", "full", 0},
        {from, "", "history;critical", 12025550123},
        {from, "", "idle", 12025550123},
        /* Anonymous at From: what the carrier says besides is not for us. */
        {"sip:anonymous@anonymous.invalid", "<sip:+13105550111@h>", "", 0},
        {"sip:Anonymous@carrier.example", "<sip:+13105550111@h>", "", 0},
        {"sip:+12025550123@anonymous.invalid:5060;x", "", "", 0},
        {"sip:unavailable@h", "<sip:+13105550111@h>", "", 13105550111},
        {"sip:unavailable@h", "", "", 0},
        {"", "", "", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof as / sizeof *as; ++i) {
        struct caller_says s = {str_of(as[i].from), str_of(as[i].asserted),
                                str_of(as[i].privacy)};
        if (caller_of(&s, "") != as[i].number) {
            fail_msg("%s, %s, %s", as[i].from, as[i].asserted, as[i].privacy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_who_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
