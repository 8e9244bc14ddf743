#include "sim/check_law.h"

#include <string.h>

#include "base/assert.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)

/* British Columbia stays at UTC-7 and Alberta at UTC-6 since the spring of
 * 2026, whatever older zone data say. */
static struct civil_time local_time(const struct tz *z, int64_t us)
{
    static const int64_t SINCE_US = INT64_C(1773014400) * 1000000;
    if (us >= SINCE_US && strcmp(tz_name(z), "America/Vancouver") == 0)
        return civil_of_us(us - 7 * DAY_US / 24);
    if (us >= SINCE_US && strcmp(tz_name(z), "America/Edmonton") == 0)
        return civil_of_us(us - 6 * DAY_US / 24);
    return tz_local(z, us);
}

/* --- small questions ------------------------------------------------------ */

static bool is_automated(const struct check_law_case *c)
{
    return c->campaign->channel != CHANNEL_VOICE_LIVE;
}

static bool is_live(const struct check_law_case *c)
{
    return c->campaign->channel == CHANNEL_VOICE_LIVE ||
           c->campaign->channel == CHANNEL_UNKNOWN;
}

/* Dialled by a machine ahead of its agents. */
static bool is_predictive(const struct check_law_case *c)
{
    enum dial_mode m = c->campaign->dial_mode;
    return is_live(c) && !c->one_each &&
           (m == DIAL_POWER || m == DIAL_PREDICTIVE || m == DIAL_UNKNOWN);
}

static bool is_selling(const struct check_law_case *c)
{
    return c->campaign->purpose == PURPOSE_SALE ||
           c->campaign->purpose == PURPOSE_UNKNOWN ||
           c->campaign->leads_to_sale != TRI_NO;
}

static bool may_be_line(const struct check_law_case *c, enum line_type t)
{
    if (c->phone->line == t || c->phone->line == LINE_UNKNOWN)
        return true;
    if (t == LINE_WIRELESS)
        return c->phone->ported.year != 0 ||
               c->phone->known_wireless == TRI_YES;
    return false;
}

static bool is_home(const struct check_law_case *c)
{
    return may_be_line(c, LINE_RESIDENTIAL) || may_be_line(c, LINE_WIRELESS);
}

static bool is_charity_itself(const struct check_law_case *c)
{
    return c->campaign->caller == CALLER_CHARITY_INHOUSE;
}

/* Today where the person is: the earliest and the latest date it may be. A
 * place that nobody knows is anywhere from 12 hours behind to 14 ahead. */
static int32_t today(const struct check_law_case *c, bool latest)
{
    static const int64_t HOUR_US = DAY_US / 24;
    int64_t anywhere_us = c->now_us + (latest ? 14 : -12) * HOUR_US;
    int32_t best = civil_days(civil_of_us(anywhere_us).date);
    for (size_t i = 0; i < c->phone->zones; i++) {
        if (c->phone->zone[i] == NULL)
            return civil_days(civil_of_us(anywhere_us).date);
        struct civil_time t = local_time(c->phone->zone[i], c->now_us);
        int32_t d = civil_days(t.date);
        if (i == 0 || (latest && d > best) || (!latest && d < best))
            best = d;
    }
    return best;
}

/* Within n calendar months after the date, its anniversary included (K2). */
static bool within_months(const struct check_law_case *c, struct civil_date d,
                          int n)
{
    if (d.year == 0 || civil_days(d) > today(c, false))
        return false;
    return today(c, true) <= civil_days(civil_add_months(d, n));
}

/* A place that nobody knows is closed at any hour. */
static bool is_somewhere(const struct check_law_case *c)
{
    for (size_t i = 0; i < c->phone->zones; i++) {
        if (c->phone->zone[i] == NULL)
            return false;
    }
    return c->phone->zones > 0;
}

/* Between the hours in every place where the person may be (K1, K6). */
static bool is_open(const struct check_law_case *c, int from_hour, int to_hour)
{
    tm_assert(is_somewhere(c));
    for (size_t i = 0; i < c->phone->zones; i++) {
        struct civil_time t = local_time(c->phone->zone[i], c->now_us);
        if (t.second_of_day < from_hour * 3600 ||
            t.second_of_day >= to_hour * 3600)
            return false;
    }
    return true;
}

/* --- consent and relationship ----------------------------------------------
 */

/* The last time the person took back a consent to recorded calls that this
 * seller had: for one number or one artificial voice is for all. */
static int64_t withdrawn_us(const struct check_law_case *c)
{
    int64_t last = 0;
    if (c->lead->revoked_us != 0 && c->lead->revoked_us <= c->now_us)
        last = c->lead->revoked_us;
    for (size_t i = 0; i < c->lead->consents; i++) {
        const struct check_consent *s = &c->lead->consent[i];
        bool robocalls =
            s->channels == 0 ||
            (s->channels & VOCAB_BIT(CHANNEL_VOICE_AI)) != 0 ||
            (s->channels & VOCAB_BIT(CHANNEL_VOICE_PRERECORDED)) != 0;
        bool ours = s->type != CONSENT_NONE && robocalls &&
                    s->seller.v == c->campaign->seller.v;
        if (ours && s->revoked_us > last && s->revoked_us <= c->now_us)
            last = s->revoked_us;
    }
    return last;
}

/* Was the consent given on a later local day than that instant, wherever? */
static bool given_after(const struct check_law_case *c,
                        const struct check_consent *s, int64_t us)
{
    struct check_law_case then = *c;
    then.now_us = us;
    return civil_days(s->given) > today(&then, true);
}

static bool consent_holds(const struct check_law_case *c,
                          const struct check_consent *s)
{
    if (s->type == CONSENT_NONE || s->seller.v == 0 ||
        s->seller.v != c->campaign->seller.v)
        return false;
    if (s->e164 != 0 && s->e164 != c->phone->e164)
        return false;
    if (s->given.year == 0 || civil_days(s->given) > today(c, false))
        return false;
    if (s->from_us != 0 && c->now_us < s->from_us)
        return false;
    if (s->to_us != 0 && c->now_us >= s->to_us)
        return false;
    if (s->revoked_us != 0 && s->revoked_us <= c->now_us)
        return false;
    if (c->lead->revoked_us != 0 && c->lead->revoked_us <= c->now_us)
        return given_after(c, s, c->lead->revoked_us);
    return true;
}

static bool consent_covers(const struct check_law_case *c,
                           const struct check_consent *s)
{
    if (s->channels == 0)
        return true;
    return (s->channels & VOCAB_BIT(c->campaign->channel)) != 0;
}

/* Any consent to calls of this kind, spoken or written. */
static bool has_consent(const struct check_law_case *c)
{
    for (size_t i = 0; i < c->lead->consents; i++) {
        const struct check_consent *s = &c->lead->consent[i];
        if (consent_holds(c, s) && consent_covers(c, s))
            return true;
    }
    return false;
}

static bool has_written(const struct check_law_case *c, bool not_condition)
{
    for (size_t i = 0; i < c->lead->consents; i++) {
        const struct check_consent *s = &c->lead->consent[i];
        if (s->type == CONSENT_EXPRESS_WRITTEN && consent_holds(c, s) &&
            consent_covers(c, s) &&
            (!not_condition || s->not_condition == TRI_YES))
            return true;
    }
    return false;
}

/* Somebody agreed to be called at this very time. */
static bool has_agreed_time(const struct check_law_case *c)
{
    for (size_t i = 0; i < c->lead->consents; i++) {
        const struct check_consent *s = &c->lead->consent[i];
        if (s->agreed_time && consent_holds(c, s))
            return true;
    }
    return false;
}

/* Ended by the person's own request, to this seller. */
static bool is_ended(const struct check_law_case *c)
{
    return c->opted_out ||
           (c->lead->terminated_us != 0 && c->lead->terminated_us <= c->now_us);
}

static bool has_relationship(const struct check_law_case *c)
{
    if (is_ended(c))
        return false;
    return within_months(c, c->lead->last_transaction, 18) ||
           within_months(c, c->lead->last_inquiry, 3);
}

/* --- the answer --------------------------------------------------------------
 */

static void say(struct check_law_answer *a, const char *id,
                enum check_law_says says)
{
    tm_assert(a->reasons < CHECK_LAW_RULES_MAX);
    a->reason[a->reasons].id = id;
    a->reason[a->reasons].says = says;
    a->reasons++;
    if (says == CHECK_LAW_FORBIDS || says == CHECK_LAW_TOO_SOON)
        a->lawful = false;
    if (says == CHECK_LAW_FORBIDS)
        a->forever = true;
    if (says == CHECK_LAW_TOO_SOON)
        a->too_soon = true;
}

/* A rule that reaches the call: is it kept, and if not, is it lifted? */
static void rule(struct check_law_answer *a, const char *id, bool kept,
                 bool lifted)
{
    if (lifted)
        say(a, id, CHECK_LAW_LIFTED);
    else
        say(a, id, kept ? CHECK_LAW_FINE : CHECK_LAW_FORBIDS);
}

/* The same for a rule that time alone cures. */
static void rule_of_time(struct check_law_answer *a, const char *id, bool kept,
                         bool lifted)
{
    if (lifted)
        say(a, id, CHECK_LAW_LIFTED);
    else
        say(a, id, kept ? CHECK_LAW_FINE : CHECK_LAW_TOO_SOON);
}

static void rule_of_hours(const struct check_law_case *c,
                          struct check_law_answer *a, const char *id,
                          bool lifted)
{
    if (is_somewhere(c))
        rule_of_time(a, id, is_open(c, 8, 21), lifted);
    else
        rule(a, id, false, lifted);
}

/* --- questions of several rules
 * ------------------------------------------------ */

/* K3: whole dates between the day it was obtained and the call. */
static bool list_is_fresh(const struct check_law_case *c)
{
    if (c->campaign->scrubbed.year == 0)
        return false;
    return today(c, true) - civil_days(c->campaign->scrubbed) <= 31;
}

static bool not_registered(const struct check_law_case *c)
{
    return c->phone->national == TRI_NO;
}

static bool rings_long_enough(const struct check_law_case *c)
{
    return c->campaign->ring_us >= INT64_C(15) * 1000000;
}

/* At most 3 of 100 calls that a person answered (K8). */
static bool few_abandoned(const struct check_law_case *c)
{
    return c->abandoned * 100 <= c->live * 3;
}

static size_t calls_within(const struct check_law_case *c, int64_t span_us,
                           bool automated, bool number)
{
    size_t n = 0;
    for (size_t i = 0; i < c->calls; i++) {
        const struct check_law_call *k = &c->call[i];
        if (automated && !k->automated)
            continue;
        if (number ? !k->same_number : !k->same_person)
            continue;
        if (k->at_us > c->now_us)
            continue;
        if (span_us == 0 || k->at_us > c->now_us - span_us)
            n++;
    }
    return n;
}

/* --- Federal Trade Commission
 * --------------------------------------------------- */

/* 16 CFR 310.2, 15 USC 45(a)(2), 16 CFR 310.6(b)(7). */
static bool ftc_reaches(const struct check_law_case *c)
{
    const struct check_campaign *k = c->campaign;
    bool poll =
        k->purpose == PURPOSE_SURVEY || k->purpose == PURPOSE_POLITICAL ||
        k->purpose == PURPOSE_INFORMATIONAL ||
        k->purpose == PURPOSE_HEALTHCARE || k->purpose == PURPOSE_COLLECTION;
    if (poll && k->leads_to_sale == TRI_NO)
        return false;
    bool for_itself =
        k->caller == CALLER_SELLER || k->caller == CALLER_CHARITY_INHOUSE ||
        k->caller == CALLER_POLITICAL || k->caller == CALLER_SURVEY ||
        k->caller == CALLER_NEWSPAPER || k->caller == CALLER_GOVERNMENT;
    if (k->ftc == TRI_NO && for_itself)
        return false;
    return !(c->lead->party == PARTY_BUSINESS && k->goods != GOODS_UNKNOWN &&
             k->goods != GOODS_OFFICE_SUPPLIES);
}

static void ftc_lists(const struct check_law_case *c,
                      struct check_law_answer *a)
{
    bool lifted = c->campaign->purpose == PURPOSE_DONATION ||
                  c->lead->party == PARTY_BUSINESS || has_written(c, false) ||
                  (!is_automated(c) && has_relationship(c));
    rule(a, "US-FTC-DNC", not_registered(c), lifted);
    rule(a, "US-FTC-SCRUB", list_is_fresh(c), lifted);
    rule(a, "US-FTC-DNC-ENT", !c->opted_out, false);
}

static void ftc_recorded(const struct check_law_case *c,
                         struct check_law_answer *a)
{
    const struct check_campaign *k = c->campaign;
    if (!is_automated(c))
        return;
    bool donor = k->purpose == PURPOSE_DONATION && !is_ended(c) &&
                 k->opt_out_key == TRI_YES &&
                 (c->lead->member == TRI_YES ||
                  within_months(c, c->lead->last_gift, 24));
    bool health = k->purpose == PURPOSE_HEALTHCARE && k->hipaa == TRI_YES;
    rule(a, "US-FTC-PRE", has_written(c, true), donor || health);
    rule(a, "US-FTC-PRE-OPT", k->opt_out_key == TRI_YES, false);
}

static void ftc(const struct check_law_case *c, struct check_law_answer *a)
{
    if (!ftc_reaches(c))
        return;
    rule_of_hours(c, a, "US-FTC-HRS", has_agreed_time(c));
    ftc_lists(c, a);
    ftc_recorded(c, a);
    if (is_predictive(c) || is_automated(c))
        rule(a, "US-FTC-RING", rings_long_enough(c), false);
    if (is_predictive(c)) {
        rule(a, "US-FTC-ABN", few_abandoned(c), false);
        rule(a, "US-FTC-MSG", c->campaign->abandon_message == TRI_YES, false);
    }
    rule(a, "US-FTC-CID", c->campaign->caller_id == TRI_YES, false);
    say(a, "US-FTC-DISC", CHECK_LAW_DUTY);
}

/* --- Federal Communications Commission
 * ------------------------------------------- */

/* 47 CFR 64.1200(c), (f)(15): telephone solicitations to homes. */
static void fcc_solicitation(const struct check_law_case *c,
                             struct check_law_answer *a)
{
    if (!is_selling(c) || !is_home(c))
        return;
    bool charity = is_charity_itself(c) ||
                   (c->campaign->caller == CALLER_PAID_FUNDRAISER &&
                    c->campaign->purpose == PURPOSE_DONATION);
    bool none = charity || has_relationship(c);
    rule_of_hours(c, a, "US-FCC-HRS",
                  none || has_consent(c) || has_agreed_time(c));
    bool permitted = none || has_written(c, false);
    rule(a, "US-FCC-DNC", not_registered(c), permitted);
    rule(a, "US-FCC-DNC-AGE", list_is_fresh(c), permitted);
}

/* For 15 days after a port the line may be treated as it was, if it is on no
 * list and nobody told us: 47 CFR 64.1200(a)(1)(iv). */
static bool freshly_ported(const struct check_law_case *c)
{
    const struct check_phone *p = c->phone;
    if (p->ported.year == 0 || p->known_wireless != TRI_NO)
        return false;
    if (c->opted_out || p->national != TRI_NO)
        return false;
    return today(c, true) - civil_days(p->ported) <= 15 &&
           civil_days(p->ported) <= today(c, false);
}

/* The Fifth Circuit takes spoken consent for mobiles: since 2026-02-25. */
static bool fifth_circuit(const struct check_law_case *c)
{
    struct place_code tx, la, ms;
    if (!vocab_place_parse(str_of("US-TX"), &tx) ||
        !vocab_place_parse(str_of("US-LA"), &la) ||
        !vocab_place_parse(str_of("US-MS"), &ms))
        return false;
    uint64_t here = c->lead->region.v;
    struct civil_date since = {2026, 2, 25};
    return (here == tx.v || here == la.v || here == ms.v) &&
           c->phone->line != LINE_UNKNOWN && may_be_line(c, LINE_WIRELESS) &&
           today(c, false) >= civil_days(since) && has_consent(c);
}

static void fcc_consent(const struct check_law_case *c,
                        struct check_law_answer *a)
{
    bool safety = c->campaign->emergency == TRI_YES;
    if (may_be_line(c, LINE_WIRELESS) || may_be_line(c, LINE_TOLL_FREE))
        rule(a, "US-FCC-WIRELESS", has_consent(c), safety || freshly_ported(c));
    if (may_be_line(c, LINE_HEALTHCARE_ROOM) || may_be_line(c, LINE_EMERGENCY))
        rule(a, "US-FCC-EMERG", has_consent(c), safety);
    if (is_selling(c) && is_home(c) && !is_charity_itself(c))
        rule(a, "US-FCC-PEWC", has_written(c, true),
             safety || fifth_circuit(c));
}

/* At most three in 30 days without consent: 47 CFR 64.1200(a)(3). */
static void fcc_three_in_thirty(const struct check_law_case *c,
                                struct check_law_answer *a)
{
    bool wireless =
        may_be_line(c, LINE_WIRELESS) && c->phone->known_wireless != TRI_YES;
    if (c->campaign->purpose == PURPOSE_SALE ||
        (!may_be_line(c, LINE_RESIDENTIAL) && !wireless))
        return;
    bool lifted = has_consent(c) || c->campaign->emergency == TRI_YES;
    rule_of_time(a, "US-FCC-LIM30",
                 calls_within(c, 30 * DAY_US, true, true) < 3, lifted);
}

/* Withdrawal counts at once (K5); only a consent of a later day helps. */
static bool given_again(const struct check_law_case *c)
{
    int64_t us = withdrawn_us(c);
    for (size_t i = 0; i < c->lead->consents; i++) {
        const struct check_consent *s = &c->lead->consent[i];
        if (consent_holds(c, s) && consent_covers(c, s) &&
            given_after(c, s, us))
            return true;
    }
    return false;
}

static void fcc_recorded(const struct check_law_case *c,
                         struct check_law_answer *a)
{
    if (!is_automated(c))
        return;
    if (c->campaign->channel == CHANNEL_VOICE_AI)
        say(a, "US-FCC-AI", CHECK_LAW_DUTY);
    fcc_consent(c, a);
    if (withdrawn_us(c) != 0)
        rule(a, "US-FCC-REVOKE", given_again(c),
             c->campaign->emergency == TRI_YES);
    if (c->phone->reassigned == REASSIGNED_YES)
        rule(a, "US-FCC-RND", false, false);
    fcc_three_in_thirty(c, a);
    say(a, "US-FCC-ID", CHECK_LAW_DUTY);
    if (is_selling(c) || may_be_line(c, LINE_RESIDENTIAL))
        rule(a, "US-FCC-ID-OPT", c->campaign->opt_out_key == TRI_YES, false);
}

static void fcc(const struct check_law_case *c, struct check_law_answer *a)
{
    fcc_solicitation(c, a);
    fcc_recorded(c, a);
    if (!is_selling(c))
        return;
    rule(a, "US-FCC-RING", rings_long_enough(c), false);
    if (is_charity_itself(c))
        return;
    rule(a, "US-FCC-DNC-ENT", !c->opted_out, false);
    if (is_predictive(c))
        rule(a, "US-FCC-ABN", few_abandoned(c), false);
    rule(a, "US-FCC-CID", c->campaign->caller_id == TRI_YES, false);
}

/* --- the operator's own limits
 * ------------------------------------------------------ */

static bool own_hours_in(const struct check_law_case *c, const struct tz *z)
{
    struct civil_time t = local_time(z, c->now_us);
    unsigned day = 1U << (unsigned)civil_weekday(t.date);
    for (size_t i = 0; i < c->campaign->windows; i++) {
        const struct policy_window *w = &c->campaign->window[i];
        if ((w->weekdays & day) != 0 && t.second_of_day >= w->open_s &&
            t.second_of_day < w->close_s)
            return true;
    }
    return false;
}

static void own_hours(const struct check_law_case *c,
                      struct check_law_answer *a)
{
    if (c->campaign->windows == 0)
        return;
    if (!is_somewhere(c)) {
        rule(a, "OP-HRS", false, false);
        return;
    }
    bool open = true;
    for (size_t i = 0; i < c->phone->zones; i++) {
        if (!own_hours_in(c, c->phone->zone[i]))
            open = false;
    }
    rule_of_time(a, "OP-HRS", open, false);
}

static void own_caps(const struct check_law_case *c, struct check_law_answer *a)
{
    static const char *const ID[POLICY_CAPS_MAX] = {
        "OP-CAP-1", "OP-CAP-2", "OP-CAP-3", "OP-CAP-4",
        "OP-CAP-5", "OP-CAP-6", "OP-CAP-7", "OP-CAP-8"};
    tm_assert(c->campaign->caps <= POLICY_CAPS_MAX);
    for (size_t i = 0; i < c->campaign->caps; i++) {
        const struct policy_cap *p = &c->campaign->cap[i];
        size_t n =
            calls_within(c, p->span_us, false, p->scope == CAP_PER_NUMBER);
        if (p->span_us == 0 || p->max == 0)
            rule(a, ID[i], n < p->max, false);
        else
            rule_of_time(a, ID[i], n < p->max, false);
    }
}

void check_law_judge(const struct check_law_case *c,
                     struct check_law_answer *out)
{
    tm_assert(c->campaign != NULL && c->lead != NULL && c->phone != NULL);
    memset(out, 0, sizeof *out);
    out->lawful = true;
    rule(out, "OP-DNC", !c->opted_out, false);
    own_hours(c, out);
    own_caps(c, out);
    if (!c->phone->us) {
        say(out, CHECK_LAW_NO_LAW, CHECK_LAW_FORBIDS);
        return;
    }
    ftc(c, out);
    fcc(c, out);
}

bool check_law_knows(struct slice id)
{
    return str_starts(id, "US-FTC-") || str_starts(id, "US-FCC-") ||
           str_starts(id, "OP-");
}

const char *check_law_obstacle(const struct check_law_answer *a)
{
    const char *id = "none";
    for (size_t i = 0; i < a->reasons; i++) {
        if (a->reason[i].says == CHECK_LAW_FORBIDS)
            return a->reason[i].id;
        if (a->reason[i].says == CHECK_LAW_TOO_SOON)
            id = a->reason[i].id;
    }
    return id;
}
