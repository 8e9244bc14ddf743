/* Candidate subdivisions of numbers, against a table written from the North
 * American numbering plan and not from the map that the product compiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "core/number/number_region.h"

enum { AREAS_MAX = 48 };

static const struct {
    const char *region;
    uint16_t area[AREAS_MAX];
} plan[] = {
    {"US-AL", {205, 251, 256, 334, 483, 659, 938, 0}},
    {"US-AK", {907, 0}},
    {"US-AZ", {480, 520, 602, 623, 928, 0}},
    {"US-AR", {327, 479, 501, 870, 0}},
    {"US-CA",
     {209, 213, 279, 310, 323, 341, 350, 357, 369, 408, 415, 424, 442, 510,
      530, 559, 562, 619, 626, 628, 650, 657, 661, 669, 707, 714, 738, 747,
      760, 805, 818, 820, 831, 837, 840, 858, 909, 916, 925, 949, 951, 0}},
    {"US-CO", {303, 719, 720, 748, 970, 983, 0}},
    {"US-CT", {203, 475, 860, 959, 0}},
    {"US-DE", {302, 0}},
    {"US-DC", {202, 771, 0}},
    {"US-FL", {239, 305, 321, 324, 352, 386, 407, 448, 561, 645, 656, 689,
               727, 728, 754, 772, 786, 813, 850, 863, 904, 941, 954, 0}},
    {"US-GA", {229, 404, 470, 478, 678, 706, 762, 770, 912, 943, 0}},
    {"US-HI", {808, 0}},
    {"US-ID", {208, 986, 0}},
    {"US-IL",
     {217, 224, 309, 312, 331, 447, 464, 618, 630, 708, 730, 773, 779, 815, 847,
      861, 872, 0}},
    {"US-IN", {219, 260, 317, 463, 574, 765, 812, 930, 0}},
    {"US-IA", {319, 515, 563, 641, 712, 0}},
    {"US-KS", {316, 620, 785, 913, 0}},
    {"US-KY", {270, 364, 502, 606, 859, 0}},
    {"US-LA", {225, 318, 337, 457, 504, 985, 0}},
    {"US-ME", {207, 0}},
    {"US-MD", {227, 240, 301, 410, 443, 667, 0}},
    {"US-MA", {339, 351, 413, 508, 617, 774, 781, 857, 978, 0}},
    {"US-MI",
     {231, 248, 269, 313, 517, 586, 616, 679, 734, 810, 906, 947, 989, 0}},
    {"US-MN", {218, 320, 507, 612, 651, 763, 924, 952, 0}},
    {"US-MS", {228, 471, 601, 662, 769, 0}},
    {"US-MO", {235, 314, 417, 557, 573, 636, 660, 816, 975, 0}},
    {"US-MT", {406, 0}},
    {"US-NE", {308, 402, 531, 0}},
    {"US-NV", {702, 725, 775, 0}},
    {"US-NH", {603, 0}},
    {"US-NJ", {201, 551, 609, 640, 732, 848, 856, 862, 908, 973, 0}},
    {"US-NM", {505, 575, 0}},
    {"US-NY", {212, 315, 329, 332, 347, 363, 465, 516, 518, 585, 607, 624,
               631, 646, 680, 716, 718, 838, 845, 914, 917, 929, 934, 0}},
    {"US-NC", {252, 336, 472, 704, 743, 828, 910, 919, 980, 984, 0}},
    {"US-ND", {701, 0}},
    {"US-OH",
     {216, 220, 234, 283, 326, 330, 380, 419, 436, 440, 513, 567, 614, 740, 937,
      0}},
    {"US-OK", {405, 539, 572, 580, 918, 0}},
    {"US-OR", {458, 503, 541, 971, 0}},
    {"US-PA",
     {215, 223, 267, 272, 412, 445, 484, 570, 582, 610, 717, 724, 814, 835, 878,
      0}},
    {"US-RI", {401, 0}},
    {"US-SC", {803, 821, 839, 843, 854, 864, 0}},
    {"US-SD", {605, 0}},
    {"US-TN", {423, 615, 629, 729, 731, 865, 901, 931, 0}},
    {"US-TX",
     {210, 214, 254, 281, 325, 346, 361, 409, 430, 432, 469, 512, 621, 682, 713,
      726, 737, 806, 817, 830, 832, 903, 915, 936, 940, 945, 956, 972, 979, 0}},
    {"US-UT", {385, 435, 801, 0}},
    {"US-VT", {802, 0}},
    {"US-VA", {276, 434, 540, 571, 686, 703, 757, 804, 826, 948, 0}},
    {"US-WA", {206, 253, 360, 425, 509, 564, 0}},
    {"US-WV", {304, 681, 0}},
    {"US-WI", {262, 274, 353, 414, 534, 608, 715, 920, 0}},
    {"US-WY", {307, 0}},
    {"US-AS", {684, 0}},
    {"US-GU", {671, 0}},
    {"US-MP", {670, 0}},
    {"US-PR", {787, 939, 0}},
    {"US-VI", {340, 0}},
    {"CA-AB", {368, 403, 587, 780, 825, 0}},
    {"CA-BC", {236, 250, 257, 604, 672, 778, 0}},
    {"CA-MB", {204, 431, 584, 0}},
    {"CA-NB", {428, 506, 0}},
    {"CA-NL", {709, 879, 0}},
    {"CA-NS", {782, 902, 0}},
    {"CA-PE", {782, 902, 0}},
    {"CA-ON", {226, 249, 289, 343, 365, 382, 416, 437, 519, 548,
               613, 647, 683, 705, 742, 753, 807, 905, 942, 0}},
    {"CA-QC",
     {263, 273, 354, 367, 418, 438, 450, 468, 514, 579, 581, 819, 873, 0}},
    {"CA-SK", {306, 474, 639, 0}},
    {"CA-NT", {867, 0}},
    {"CA-NU", {867, 0}},
    {"CA-YT", {867, 0}},
};

/* The same by area code: regions are numbered by their row. */
static uint8_t area_row[1000][NUMBER_REGION_MAX];
static size_t area_rows[1000];

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(plan); i++) {
        for (size_t k = 0; plan[i].area[k] != 0; k++) {
            uint16_t area = plan[i].area[k];
            assert_true(area_rows[area] < NUMBER_REGION_MAX);
            area_row[area][area_rows[area]++] = (uint8_t)i;
        }
    }
    return 0;
}

static bool is_planned(uint64_t area, const char *region)
{
    for (size_t i = 0; i < area_rows[area]; i++) {
        if (strcmp(plan[area_row[area][i]].region, region) == 0)
            return true;
    }
    return false;
}

/* Prints and counts a number that has other regions than its area code. */
static size_t wrong(uint64_t e164)
{
    const char *out[NUMBER_REGION_MAX];
    size_t n = number_region_candidates(e164, out, NUMBER_REGION_MAX);
    uint64_t area = e164 / 10000000 % 1000;
    bool same = n == area_rows[area];

    for (size_t i = 0; same && i < n; i++)
        same = is_planned(area, out[i]);
    if (!same) {
        print_message("%llu:", (unsigned long long)e164);
        for (size_t i = 0; i < n; i++)
            print_message(" %s", out[i]);
        print_message(" (plan: %zu)\n", area_rows[area]);
    }
    return !same;
}

/* Exchanges begin with 2 to 9; 555 is listed nowhere. */
static void every_area_code_has_its_states_and_no_other(void **state)
{
    size_t bad = 0;

    (void)state;
    for (uint64_t area = 0; area < 1000; area++)
        bad += wrong(10005550123 + area * 10000000);
    assert_int_equal(bad, 0);
}

/* The map places one exchange of New Jersey in New York: it may be in either,
 * and no other exchange of the continent leaves its area's states. */
static void an_exchange_adds_and_takes_nothing_away(void **state)
{
    const char *out[NUMBER_REGION_MAX];

    (void)state;
    for (uint64_t prefix = 200200; prefix < 1000000; prefix++) {
        if (prefix != 201631 && prefix % 1000 >= 200)
            assert_int_equal(wrong(10000000123 + prefix * 10000), 0);
    }
    assert_int_equal(
        number_region_candidates(12016310123, out, NUMBER_REGION_MAX), 2);
    assert_string_equal(out[0], "US-NJ");
    assert_string_equal(out[1], "US-NY");
}

static void several_states_are_sorted(void **state)
{
    const char *out[NUMBER_REGION_MAX];

    (void)state;
    assert_int_equal(
        number_region_candidates(18675550123, out, NUMBER_REGION_MAX), 3);
    assert_string_equal(out[0], "CA-NT");
    assert_string_equal(out[1], "CA-NU");
    assert_string_equal(out[2], "CA-YT");
    assert_int_equal(
        number_region_candidates(19025660123, out, NUMBER_REGION_MAX), 2);
    assert_string_equal(out[0], "CA-NS");
    assert_string_equal(out[1], "CA-PE");
}

static void numbers_of_no_place_have_none(void **state)
{
    static const uint64_t number[] = {
        0,           1,           18002345678, 18882345678,
        19002345678, 15002345678, 16002345678, 12425550123,
        18095550123, 18765550123, 80012345678, 442079460018,
        18118675309, UINT64_MAX,
    };
    const char *out[1] = {"untouched"};

    (void)state;
    for (size_t i = 0; i < tm_array_len(number); i++)
        assert_int_equal(number_region_candidates(number[i], out, 1), 0);
    assert_string_equal(out[0], "untouched");
}

static void no_more_than_asked_is_written(void **state)
{
    const char *out[2] = {"untouched", "untouched"};

    (void)state;
    assert_int_equal(number_region_candidates(18675550123, out, 1), 3);
    assert_string_equal(out[0], "CA-NT");
    assert_string_equal(out[1], "untouched");
    assert_int_equal(number_region_candidates(18675550123, NULL, 0), 3);
}

static void the_map_tells_its_version(void **state)
{
    (void)state;
    assert_true(strncmp(number_region_version(), "libphonenumber-geo-", 19) ==
                0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_area_code_has_its_states_and_no_other),
        cmocka_unit_test(an_exchange_adds_and_takes_nothing_away),
        cmocka_unit_test(several_states_are_sorted),
        cmocka_unit_test(numbers_of_no_place_have_none),
        cmocka_unit_test(no_more_than_asked_is_written),
        cmocka_unit_test(the_map_tells_its_version),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
