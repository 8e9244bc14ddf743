#include <string.h>

#include "core/campaign/lead_case.h"

#define EASTERN  "America/New_York"
#define CENTRAL  "America/Chicago"
#define MOUNTAIN "America/Denver"
#define PACIFIC  "America/Los_Angeles"

/* Of Canada: two that never change their clocks, and the others. */
#define ALBERTA       "America/Edmonton"
#define ATLANTIC      "America/Halifax"
#define EASTERN_FIXED "America/Panama"
#define MANITOBA      "America/Winnipeg"
#define ONTARIO       "America/Toronto"
#define YUKON         "America/Fort_Nelson"

/* Every zone that has people in it: 49 CFR part 71, and for Canada what the
 * places keep. Only zones that numbers have too, as those are what is loaded;
 * today's clock is what counts, so Detroit and Indianapolis stand under New
 * York, Creston and the Yukon under Fort Nelson. */
static const struct {
    char region[6];
    const char *zone[4];
} table[] = {
    {"CA-AB", {ALBERTA}},
    /* East Kootenay; the Peace River and Creston keep one time all year. */
    {"CA-BC", {"America/Vancouver", ALBERTA, YUKON}},
    {"CA-MB", {MANITOBA}},
    {"CA-NB", {ATLANTIC}},
    {"CA-NL", {"America/St_Johns", ATLANTIC}}, /* Labrador */
    {"CA-NS", {ATLANTIC}},
    {"CA-NT", {ALBERTA}},
    {"CA-NU", {ONTARIO, MANITOBA, ALBERTA, EASTERN_FIXED}},
    {"CA-ON", {ONTARIO, MANITOBA, EASTERN_FIXED}}, /* Kenora; Atikokan */
    {"CA-PE", {ATLANTIC}},
    /* Magdalen Islands; the Lower North Shore has no summer time. */
    {"CA-QC", {ONTARIO, ATLANTIC, "America/Puerto_Rico"}},
    /* Lloydminster keeps Alberta's time, Creighton Manitoba's. */
    {"CA-SK", {"America/Regina", ALBERTA, MANITOBA}},
    {"CA-YT", {YUKON}},
    {"US-AK", {"America/Anchorage", "America/Adak"}},
    {"US-AL", {CENTRAL, EASTERN}}, /* Phenix City keeps Georgia's time */
    {"US-AR", {CENTRAL}},
    {"US-AS", {"Pacific/Pago_Pago"}},
    {"US-AZ", {"America/Phoenix", MOUNTAIN}}, /* Navajo Nation */
    {"US-CA", {PACIFIC}},
    {"US-CO", {MOUNTAIN}},
    {"US-CT", {EASTERN}},
    {"US-DC", {EASTERN}},
    {"US-DE", {EASTERN}},
    {"US-FL", {EASTERN, CENTRAL}},
    {"US-GA", {EASTERN}},
    {"US-GU", {"Pacific/Guam"}},
    {"US-HI", {"Pacific/Honolulu"}},
    {"US-IA", {CENTRAL}},
    {"US-ID", {"America/Boise", PACIFIC}},
    {"US-IL", {CENTRAL}},
    {"US-IN", {EASTERN, CENTRAL}},
    {"US-KS", {CENTRAL, MOUNTAIN}},
    {"US-KY", {EASTERN, CENTRAL}},
    {"US-LA", {CENTRAL}},
    {"US-MA", {EASTERN}},
    {"US-MD", {EASTERN}},
    {"US-ME", {EASTERN}},
    {"US-MI", {EASTERN, CENTRAL}},
    {"US-MN", {CENTRAL}},
    {"US-MO", {CENTRAL}},
    {"US-MP", {"Pacific/Guam"}},
    {"US-MS", {CENTRAL}},
    {"US-MT", {MOUNTAIN}},
    {"US-NC", {EASTERN}},
    {"US-ND", {CENTRAL, MOUNTAIN}},
    {"US-NE", {CENTRAL, MOUNTAIN}},
    {"US-NH", {EASTERN}},
    {"US-NJ", {EASTERN}},
    {"US-NM", {MOUNTAIN}},
    {"US-NV", {PACIFIC, MOUNTAIN}},
    {"US-NY", {EASTERN}},
    {"US-OH", {EASTERN}},
    {"US-OK", {CENTRAL, MOUNTAIN}}, /* Kenton */
    {"US-OR", {PACIFIC, "America/Boise"}},
    {"US-PA", {EASTERN}},
    {"US-PR", {"America/Puerto_Rico"}},
    {"US-RI", {EASTERN}},
    {"US-SC", {EASTERN}},
    {"US-SD", {CENTRAL, MOUNTAIN}},
    {"US-TN", {EASTERN, CENTRAL}},
    {"US-TX", {CENTRAL, MOUNTAIN}},
    {"US-UT", {MOUNTAIN}},
    {"US-VA", {EASTERN}},
    {"US-VI", {"America/Puerto_Rico"}},
    {"US-VT", {EASTERN}},
    {"US-WA", {PACIFIC}},
    {"US-WI", {CENTRAL}},
    {"US-WV", {EASTERN}},
    {"US-WY", {MOUNTAIN}},
};

size_t lead_case_zones(struct place_code region, const char *out[4])
{
    char name[VOCAB_PLACE_MAX + 1] = "";
    size_t n = 0;
    if (region.v == 0)
        return 0;
    vocab_place_text(region, name);
    for (size_t i = 0; i < tm_array_len(table); i++) {
        /* With the end of the text; asked for each call. */
        if (memcmp(table[i].region, name, sizeof(table[i].region)) != 0)
            continue;
        while (n < 4 && table[i].zone[n] != NULL) {
            out[n] = table[i].zone[n];
            n++;
        }
    }
    return n;
}
