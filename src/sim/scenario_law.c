#include "sim/scenario_law.h"

static bool is_state(struct slice s)
{
    return s.n == 2 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' &&
           s.p[1] <= 'Z';
}

int scenario_law_lists(struct scenario *s, struct slice v, struct err *e)
{
    struct slice rest = str_trim(v);
    size_t n = 0;
    while (rest.n > 0) {
        struct slice word = str_cut(rest, ' ', &rest);
        rest = str_trim(rest);
        if (!is_state(word) || n == SCENARIO_STATES_MAX)
            return err_set(e, TM_EINVAL,
                           "state_lists is up to %d states, such as CO FL TX",
                           (int)SCENARIO_STATES_MAX);
        (void)str_copy(s->state_list[n++], sizeof(s->state_list[0]), word);
    }
    s->state_lists = n;
    return TM_OK;
}

/* "2026-11-20..2026-11-30"; each end may be left out. */
static bool parse_days(struct slice v, struct scenario_emergency *x)
{
    struct slice to, from = str_cut(v, '.', &to);
    if (to.n == 0 || to.p[0] != '.')
        return false;
    to = str_range(to.p + 1, to.n - 1);
    return (from.n == 0 || civil_parse_date(from, &x->from)) &&
           (to.n == 0 || civil_parse_date(to, &x->to));
}

int scenario_law_emergency(struct scenario *s, struct slice v, struct err *e)
{
    struct scenario_emergency x = {0};
    struct slice word, rest = str_trim(v);
    struct slice area = str_cut(rest, ' ', &rest);
    struct slice days = str_cut(str_trim(rest), ' ', &word);
    word = str_trim(word);
    x.reporting = str_eq(word, "reporting");
    bool good = area.n > 3 && vocab_place_parse(area, &x.area) &&
                parse_days(days, &x) && (word.n == 0 || x.reporting);
    if (!good)
        return err_set(e, TM_EINVAL,
                       "emergency is an area and its days, such as US-LA "
                       "2026-11-20..2026-11-30, and perhaps reporting");
    if (s->emergencies == SCENARIO_EMERGENCIES_MAX)
        return err_set(e, TM_EINVAL, "more than %d lines with emergency",
                       (int)SCENARIO_EMERGENCIES_MAX);
    s->emergency[s->emergencies++] = x;
    return TM_OK;
}
