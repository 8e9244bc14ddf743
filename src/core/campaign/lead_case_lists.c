/* Who must not be called: opt-outs, own lists, registers. */
#include <string.h>

#include "core/campaign/lead_case_inside.h"
#include "core/rules/rules.h"

/* The date our copy was obtained, in the callee's time: the earliest of the
 * candidates, so that the list is never taken for younger than it is. */
static struct civil_date obtained_on(const struct lead_case *c,
                                     const struct lead_case_input *in,
                                     int64_t us)
{
    struct civil_date d = civil_of_us(us).date;
    for (size_t i = 0; i < c->k.location.places; i++) {
        const struct tz *z = c->place[i].zone;
        if (z == NULL || (i > 0 && z == c->place[i - 1].zone))
            continue;
        struct civil_date local = rules_date(in->book, z, us);
        if (civil_date_cmp(local, d) < 0)
            d = local;
    }
    return d;
}

static void add_internal(struct lead_case *c, struct seller_id seller,
                         int64_t requested_us)
{
    struct case_suppression *s = &c->k.suppression;
    tm_assert(s->internals < tm_array_len(c->internal));
    c->internal[s->internals++] =
        (struct case_internal){.seller = seller, .requested_us = requested_us};
}

/* "US-FL" of the list's country and "fl". False: too long for a place. */
static bool area_of(const struct dnc_set *set, struct slice part,
                    struct place_code *out)
{
    struct slice country =
        str_of(set->country[0] != '\0' ? set->country : "US");
    char text[VOCAB_PLACE_MAX];
    size_t n = country.n + 1;
    if (part.n == 0 || n + part.n > sizeof(text))
        return false;
    memcpy(text, country.p, country.n);
    text[country.n] = '-';
    memcpy(text + n, part.p, part.n);
    n += part.n;
    for (size_t i = 0; i < n; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    return vocab_place_parse(str_range(text, n), out);
}

/* The register that a list is by its name: "us_national", or the own one of a
 * subdivision, "state.FL". False: no rule knows it. */
static bool register_of(const struct dnc_set *set, struct case_registry *out)
{
    struct slice part, name = str_of(set->name);
    *out = (struct case_registry){0};
    struct slice head = str_cut(name, '.', &part);
    if (!vocab_registry_parse(head, &out->registry) ||
        out->registry == REGISTRY_UNKNOWN || out->registry == REGISTRY_OTHER)
        return false;
    if (out->registry != REGISTRY_AREA)
        return part.p == NULL || part.n == 0;
    return area_of(set, part, &out->area);
}

static void add_list(struct lead_case *c, const struct lead_case_input *in,
                     const struct dnc_set *set, const char *country)
{
    struct case_suppression *s = &c->k.suppression;
    struct case_registry r;
    if (set->kind == DNC_NATIONAL && register_of(set, &r)) {
        if (!str_eq(str_of(set->country), country) ||
            (r.area.v != 0 && !lead_case_may_be_in(c, r.area)))
            return;
        r.on_list = dnc_set_has(set, c->k.contact.e164) ? TRI_YES : TRI_NO;
        r.obtained = obtained_on(c, in, set->obtained_us);
        c->registry[s->registries++] = r;
        return;
    }
    /* The seller's own lists, and registers that no rule knows by name: their
     * people are not called either. */
    if ((set->seller == 0 || set->seller == in->seller.v) &&
        dnc_set_has(set, c->k.contact.e164))
        add_internal(c, in->seller, 0);
}

/* Who asked on one of his telephones to be left alone is not called on
 * another: the request is the person's, not the line's. */
static void add_opt_out(struct lead_case *c, const struct lead_case_input *in,
                        const struct lead *l)
{
    int64_t first_us = INT64_MAX;
    for (size_t i = 0; i < l->phones; i++) {
        int64_t at_us;
        if (suppression_has(in->suppression, in->seller, l->phone[i].e164,
                            &at_us) &&
            at_us < first_us)
            first_us = at_us;
    }
    if (first_us != INT64_MAX)
        add_internal(c, in->seller, first_us);
}

/* A machine's voice and a recorded one are one kind. */
static bool reaches(uint32_t channels, enum contact_channel channel)
{
    static const uint32_t machine =
        VOCAB_BIT(CHANNEL_VOICE_AI) | VOCAB_BIT(CHANNEL_VOICE_PRERECORDED);
    uint32_t bit = VOCAB_BIT(channel);
    return channels == 0 || channel == CHANNEL_UNKNOWN ||
           (channels & ((bit & machine) != 0 ? machine : bit)) != 0;
}

/* By the scope "all" a withdrawal ends everything, on each of the person's
 * telephones and whatever the channel it came by names. */
static void add_revocations(struct lead_case *c,
                            const struct lead_case_input *in,
                            const struct lead *l)
{
    struct case_suppression *s = &c->k.suppression;
    bool all = in->plan->policy.revocation_scope == SCOPE_ALL;
    for (size_t i = 0; i < l->revocations; i++) {
        const struct lead_revocation *r = &l->revocation[i];
        if (!all && !reaches(r->channels, in->plan->channel))
            continue;
        c->revocation[s->revocations++] =
            (struct case_revocation){.seller = r->seller,
                                     .at_us = r->at_us,
                                     .in_reply_to = r->in_reply_to};
    }
    s->revocation = c->revocation;
}

void lead_case_lists(struct lead_case *c, const struct lead_case_input *in,
                     const struct lead *l, const char *country)
{
    struct case_suppression *s = &c->k.suppression;
    s->internal_known = in->suppression != NULL && in->lists != NULL;
    if (in->suppression != NULL)
        add_opt_out(c, in, l);
    for (size_t i = 0; in->lists != NULL && i < in->lists->n; i++)
        add_list(c, in, &in->lists->set[i], country);
    add_revocations(c, in, l);
    s->internal = c->internal;
    s->registry = c->registry;
}
