/* Scenario files, and the campaign's part of them. */
#include "fuzz.h"
#include "sim/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct scenario s;
    struct arena arena;
    struct err e = {0};
    const struct plan *plan = NULL;
    struct slice text = str_range((const char *)data, n);

    arena_init(&arena);
    scenario_init(&s);
    int rc = scenario_load(&s, &arena, "fuzz", text, &e);
    tm_assert(rc == TM_OK || e.text[0] != '\0');
    if (rc == TM_OK) {
        tm_assert(scenario_end_us(&s) > scenario_start_us(&s));
        tm_assert(s.campaign.n == 0 || s.campaign_file.n == 0);
        if (s.campaign.n > 0 &&
            plan_parse(&arena, "fuzz", s.campaign, &plan, &e) != TM_OK)
            tm_assert(plan == NULL && e.text[0] != '\0');
    }
    arena_fini(&arena);
    return 0;
}
