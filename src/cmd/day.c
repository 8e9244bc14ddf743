#include "cmd/day.h"

int day_parse(const char *option, const char *text, struct civil_date *out,
              struct err *e)
{
    struct civil_date d;
    if (text == NULL)
        return err_set(e, TM_EINVAL, "%s wants a day like 2026-11-21", option);
    if (!civil_parse_date(str_of(text), &d))
        return err_set(e, TM_EINVAL,
                       "%s %s is no date: write it like 2026-11-21", option,
                       text);
    if (d.year < DAY_YEAR_FIRST || d.year > DAY_YEAR_LAST)
        return err_set(e, TM_EINVAL,
                       "%s: the year of %s is not between %d and %d", option,
                       text, DAY_YEAR_FIRST, DAY_YEAR_LAST);
    *out = d;
    return TM_OK;
}

int day_parse_us(const char *option, const char *text, int after, int64_t *out,
                 struct err *e)
{
    struct civil_date d;
    int rc = day_parse(option, text, &d, e);
    if (rc == TM_OK)
        *out = ((int64_t)civil_days(d) + after) * CIVIL_DAY_US;
    return rc;
}
