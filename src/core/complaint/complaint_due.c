#include "core/complaint/complaint_due.h"

#include "base/assert.h"
#include "core/rules/rule_calendar.h"

struct complaint_days {
    struct rule_calendar calendar[RULE_CALENDARS_MAX];
    size_t n;
};

/* --- holidays --- */

struct reading {
    struct arena *arena;
    struct complaint_days *days;
    struct rule_calendar_draft draft;
    bool open;
};

static void end_calendar(struct reading *r)
{
    if (r->open && r->days->n < RULE_CALENDARS_MAX)
        rule_calendar_end(&r->draft, r->arena,
                          &r->days->calendar[r->days->n++]);
    r->open = false;
}

static int read_line(struct reading *r, const struct rule_pack_text *pack,
                     const struct kv_line *l, struct err *e)
{
    if (l->key.n == 0) {
        end_calendar(r);
        r->open = str_starts(l->section, "calendar ") &&
                  rule_calendar_begin(
                      &r->draft, str_range(l->section.p + 9, l->section.n - 9));
        return TM_OK;
    }
    if (!r->open)
        return TM_OK;
    const char *expect =
        rule_calendar_line(&r->draft, l, r->days->calendar, r->days->n);
    return expect == NULL ? TM_OK
                          : err_set(e, TM_EINVAL, "%s:%d: %s", pack->file,
                                    l->line, expect);
}

int complaint_due_days(struct arena *a, const struct rule_pack_text *pack,
                       size_t packs, const struct complaint_days **out,
                       struct err *e)
{
    struct reading r = {.arena = a};
    r.days = arena_alloc(a, sizeof(*r.days));
    for (size_t i = 0; i < packs; i++) {
        struct kv_reader kv;
        struct kv_line l;
        int rc;
        kv_open(&kv, pack[i].file, pack[i].text);
        while ((rc = kv_next(&kv, &l, e)) == 1) {
            rc = read_line(&r, &pack[i], &l, e);
            if (rc != TM_OK)
                return rc;
        }
        if (rc != TM_OK)
            return rc;
        end_calendar(&r);
    }
    *out = r.days;
    return TM_OK;
}

bool complaint_due_works(const struct complaint_days *d,
                         struct place_code country, struct civil_date day)
{
    if (civil_weekday(day) >= CIVIL_SATURDAY)
        return false;
    for (size_t i = 0; d != NULL && i < d->n; i++)
        if (d->calendar[i].place.v == country.v)
            return !rule_calendar_has(&d->calendar[i], civil_days(day));
    return true;
}

struct civil_date complaint_due_add(const struct complaint_days *d,
                                    struct place_code country,
                                    struct civil_date day, int n)
{
    tm_assert(n > 0);
    while (n > 0) {
        day = civil_add_days(day, 1);
        if (complaint_due_works(d, country, day))
            n--;
    }
    return day;
}

/* --- deadlines --- */

static bool earlier(const struct complaint_due *a,
                    const struct complaint_due *b)
{
    if ((a->met_us != 0) != (b->met_us != 0))
        return a->met_us == 0;
    return civil_date_cmp(a->date, b->date) < 0;
}

static size_t insert(struct complaint_due *list, size_t n,
                     const struct complaint_due *one)
{
    if (n == COMPLAINT_DUES_MAX)
        return n;
    size_t at = n;
    while (at > 0 && earlier(one, &list[at - 1])) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = *one;
    return n + 1;
}

static int64_t met(enum penalty_duty duty, const struct complaint_progress *p)
{
    if (duty == PENALTY_ANSWER)
        return p->answered_us;
    return p->opt_out_us != 0 ? p->opt_out_us : p->kept_us;
}

/* Whether a request to be left alone can be carried out at all: without the
 * person's number there is nothing to write down. */
static bool reaches(const struct penalty_deadline *d, const struct complaint *c,
                    struct civil_date day)
{
    uint32_t bit = c->channel == CHANNEL_UNKNOWN ? VOCAB_BIT(CHANNEL_VOICE_LIVE)
                                                 : VOCAB_BIT(c->channel);
    return (d->duty != PENALTY_HONOUR || c->complainant != 0) &&
           (d->channels == 0 || (d->channels & bit) != 0) &&
           penalty_in_place(&d->places, c->area) &&
           penalty_in_force(d->from, d->to, day);
}

size_t complaint_due_list(const struct penalty_book *b,
                          const struct complaint_days *d,
                          const struct complaint *c,
                          const struct complaint_progress *p,
                          struct complaint_due out[COMPLAINT_DUES_MAX])
{
    struct civil_date day = civil_of_us(c->received_us).date;
    struct place_code country = vocab_place_country(c->area);
    struct civil_date given = p->due.year != 0 ? p->due : c->due;
    size_t n = 0;
    if (given.year != 0) {
        const struct complaint_due one = {
            .id = "REGULATOR",
            .duty = PENALTY_ANSWER,
            .text = "the date that the regulator gave",
            .citation = "its letter",
            .certainty = "",
            .date = given,
            .met_us = met(PENALTY_ANSWER, p)};
        n = insert(out, n, &one);
    }
    for (size_t i = 0; i < b->deadlines; i++) {
        const struct penalty_deadline *l = &b->deadline[i];
        if (!reaches(l, c, day))
            continue;
        const struct complaint_due one = {
            .id = l->id,
            .duty = l->duty,
            .text = l->text,
            .citation = l->citation,
            .certainty = l->certainty,
            .date = l->business ? complaint_due_add(d, country, day, l->days)
                                : civil_add_days(day, l->days),
            .met_us = met(l->duty, p)};
        n = insert(out, n, &one);
    }
    return n;
}
