#include "store/retention.h"

#include <stdio.h>

#include "base/civil.h"
#include "core/number/number.h"
#include "store/catalog.h"
#include "store/query.h"

/* In each kind the row of "everywhere else" comes last. */
const struct retention_rule retention_rules[] = {
    {RETENTION_CALL, "US", 60, 0, 60, "16 CFR 310.5(a)(2), (b)"},
    {RETENTION_CALL, "CA", 36, 0, 60,
     "CRTC Unsolicited Telecommunications Rules, Part III (abandonment)"},
    {RETENTION_CALL, "", 0, 0, 60, "no law named: policy"},
    {RETENTION_CONSENT, "US", 60, 0, 60, "16 CFR 310.5(a)(8), (b)"},
    {RETENTION_CONSENT, "DE", 60, 0, 60, "UWG § 7a(2)"},
    {RETENTION_CONSENT, "", 0, 0, 60, "no law named: policy"},
    {RETENTION_RELATIONSHIP, "US", 60, 0, 60, "16 CFR 310.5(a)(9), (b)"},
    {RETENTION_RELATIONSHIP, "", 0, 0, 60, "no law named: policy"},
    {RETENTION_REQUEST, "US", RETENTION_NO_END, 0, RETENTION_NO_END,
     "16 CFR 310.4(b)(1)(iii)(A): no end; 47 CFR 64.1200(d): 5 years"},
    {RETENTION_REQUEST, "CA", 36, 14, RETENTION_NO_END,
     "CRTC Unsolicited Telecommunications Rules, Part III; 2014-155"},
    {RETENTION_REQUEST, "", 0, 0, RETENTION_NO_END,
     "an objection holds until it is taken back: policy"},
    {RETENTION_LEAD, "", 0, 0, 60, "no law named: policy"},
    {RETENTION_COMPLAINT, "", 48, 0, 60,
     "28 USC 1658(a): claims can be made for 4 years"},
    {RETENTION_STAFF, "", 0, 0, 60,
     "no law named: policy; who took a call is in the record of the call"},
    {RETENTION_MATERIAL, "", 60, 0, RETENTION_NO_END,
     "16 CFR 310.5(a)(1), (b); no personal data"},
    {RETENTION_REGISTRY, "", 60, 0, RETENTION_NO_END,
     "16 CFR 310.5(a)(11), (b); no personal data"},
    {RETENTION_PROVIDER, "", 60, 0, RETENTION_NO_END,
     "16 CFR 310.5(a)(7), (b); no personal data"},
};
const int retention_rule_count = (int)tm_array_len(retention_rules);
_Static_assert(tm_array_len(retention_rules) <= RETENTION_RULES_MAX, "room");

static const char *const word[] = {
#define X(name, text, from) text,
    RETENTION_KINDS(X)
#undef X
};
static const char *const counted_from[] = {
#define X(name, text, from) from,
    RETENTION_KINDS(X)
#undef X
};

const char *retention_kind_text(enum retention_kind k)
{
    tm_assert((size_t)k < tm_array_len(word));
    return word[k];
}

const char *retention_kind_from(enum retention_kind k)
{
    tm_assert((size_t)k < tm_array_len(counted_from));
    return counted_from[k];
}

bool retention_kind_parse(struct slice s, enum retention_kind *out)
{
    for (size_t i = 0; i < tm_array_len(word); i++) {
        if (str_eq(s, word[i])) {
            *out = (enum retention_kind)i;
            return true;
        }
    }
    return false;
}

static void key_of(const struct retention_rule *r, char out[64])
{
    (void)snprintf(out, 64, "retention.%s.%s",
                   r->country[0] != '\0' ? r->country : "else",
                   retention_kind_text(r->kind));
}

int retention_load(struct db *db, struct retention_periods *out, struct err *e)
{
    for (int i = 0; i < retention_rule_count; i++) {
        const struct retention_rule *r = &retention_rules[i];
        char key[64], text[24];
        uint64_t months = 0;
        struct err none;
        key_of(r, key);
        out->months[i] = r->months;
        int rc = catalog_setting_get(db, key, text, sizeof(text), &none);
        if (rc == TM_ENOTFOUND)
            continue;
        if (rc != TM_OK)
            return err_set(e, rc, "%s", none.text);
        /* Shorter than the law wants cannot come from retention_set(). */
        if (!str_u64(str_of(text), &months) || months > RETENTION_NO_END ||
            (int)months < r->least_months)
            return err_set(e, TM_ECORRUPT, "the setting %s is damaged: %s", key,
                           text);
        out->months[i] = (int)months;
    }
    return TM_OK;
}

int retention_set(struct db *db, enum retention_kind k, struct slice country,
                  int months, struct err *e)
{
    for (int i = 0; i < retention_rule_count; i++) {
        const struct retention_rule *r = &retention_rules[i];
        if (r->kind != k || !str_eq(country, r->country))
            continue;
        int least = r->least_months + (r->least_days > 0 ? 1 : 0);
        if (months < least || months < 1 || months > RETENTION_NO_END)
            return err_set(e, TM_EINVAL,
                           "the law wants at least %d months (%s): a period "
                           "may only be made longer",
                           least, r->citation);
        char key[64], text[24];
        key_of(r, key);
        (void)snprintf(text, sizeof(text), "%d", months);
        return catalog_setting_set(db, key, str_of(text), e);
    }
    return err_set(e, TM_ENOTFOUND,
                   "there is no period for %s in \"%.*s\": see 'telemark "
                   "records periods'",
                   retention_kind_text(k), (int)country.n, country.p);
}

const struct retention_rule *retention_rule_of(enum retention_kind k,
                                               const char *country)
{
    /* Unknown is the strict side. */
    struct slice c = str_of(country[0] != '\0' ? country : "US");
    for (int i = 0; i < retention_rule_count; i++) {
        const struct retention_rule *r = &retention_rules[i];
        if (r->kind == k && (r->country[0] == '\0' || str_eq(c, r->country)))
            return r;
    }
    tm_unreachable("a kind without a period");
}

const struct retention_rule *retention_rule_of_number(enum retention_kind k,
                                                      uint64_t e164)
{
    char country[3] = "";
    if (!number_country(e164, country))
        country[0] = '\0';
    return retention_rule_of(k, country);
}

static int64_t later(int64_t from_us, int months, int days)
{
    if (months >= RETENTION_NO_END)
        return INT64_MAX;
    struct civil_time t = civil_of_us(from_us > 0 ? from_us : 0);
    t.date = civil_add_days(civil_add_months(t.date, months), days);
    return civil_to_us(t);
}

int64_t retention_until(const struct retention_periods *r,
                        const struct retention_rule *rule, int64_t from_us)
{
    int months = r->months[rule - retention_rules];
    return later(from_us, months,
                 months == rule->least_months ? rule->least_days : 0);
}

int64_t retention_duty_until(const struct retention_rule *rule, int64_t from_us)
{
    return rule->least_months == 0
               ? 0
               : later(from_us, rule->least_months, rule->least_days);
}
