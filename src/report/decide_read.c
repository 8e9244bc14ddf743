#include "report/decide_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/decide_exact.h"
#include "report/decide_reader.h"

/* Where one candidate is; `country` is the contact's when n has none. */
static void read_place(struct decide_reader *r, const struct decide_node *n,
                       const char *country, struct case_place *o)
{
    char code[16];
    const char *own = decide_reader_text(r, n, "country");
    const char *name = decide_reader_text(r, n, "region");
    country = own ? own : country;
    if (name || own) {
        int length =
            snprintf(code, sizeof code, "%s%s%s", country ? country : "",
                     name ? "-" : "", name ? name : "");
        if (!country || length > VOCAB_PLACE_MAX ||
            !vocab_place_parse(str_of(code), &o->region)) {
            decide_reader_bad(r, n->path, "region", "not a subdivision");
        }
    }
}

static const struct tz *read_zone(struct decide_reader *r, const char *path,
                                  const char *name)
{
    const struct tz *z = name ? r->in->zone(r->in->self, name) : NULL;
    if (!z) {
        decide_reader_bad(r, path, "tz", "no such time zone");
    }
    return z;
}

/* Each candidate with its own subdivision, zone and evidence. */
static void read_candidates(struct decide_reader *r, const json_t *list,
                            const char *country)
{
    for (size_t i = 0; i < r->k->location.places; i++) {
        struct case_place *o = &r->place[i];
        struct decide_node n = decide_reader_element(
            r, list, i, "contact.places", "country region region_basis tz");
        DECIDE_WORD(r, &n, "region_basis", basis, &o->basis);
        read_place(r, &n, country, o);
        const char *zone = decide_reader_text(r, &n, "tz");
        if (zone) {
            o->zone = read_zone(r, n.path, zone);
        }
    }
}

/* One subdivision with the zones it may mean; with none, a place without. */
static void read_region(struct decide_reader *r, const struct decide_node *n,
                        const json_t *zones)
{
    struct case_place one = {.basis = BASIS_UNKNOWN};
    DECIDE_WORD(r, n, "region_basis", basis, &one.basis);
    if (decide_reader_text(r, n, "region")) {
        read_place(r, n, NULL, &one);
    }
    for (size_t i = 0; i < r->k->location.places; i++) {
        r->place[i] = one;
        if (i < json_array_size(zones)) {
            r->place[i].zone = read_zone(
                r, n->path, json_string_value(json_array_get(zones, i)));
        }
    }
}

/* "places", or the shorthand "region", "region_basis" and "tz". */
static void read_places(struct decide_reader *r, const struct decide_node *n)
{
    const json_t *list = decide_reader_array(r, n, "places");
    const json_t *zones = decide_reader_array(r, n, "tz");
    size_t count = json_array_size(list ? list : zones);
    if (count > CASE_PLACES_MAX) {
        decide_reader_bad(r, n->path, list ? "places" : "tz", "too many");
        count = 0;
    }
    if (list && zones) {
        decide_reader_bad(r, n->path, "tz", "stands in places");
    }
    r->place = decide_reader_list(r, count, sizeof *r->place);
    r->k->location.place = r->place;
    r->k->location.places = count > 0 ? count : 1;
    if (list && count > 0) {
        read_candidates(r, list, decide_reader_text(r, n, "country"));
    } else {
        read_region(r, n, zones);
    }
}

static void read_number(struct decide_reader *r, const struct decide_node *n)
{
    const char *s = decide_reader_text(r, n, "number");
    if (s && (s[0] != '+' || strlen(s) > 16 ||
              !str_u64(str_of(s + 1), &r->k->contact.e164))) {
        decide_reader_bad(r, n->path, "number", "not a number +...");
    }
}

static struct slice text_slice(struct decide_reader *r,
                               const struct decide_node *n, const char *key)
{
    const char *s = decide_reader_text(r, n, key);
    return str_of(s ? arena_strdup(r->in->arena, str_of(s)) : "");
}

static void read_contact(struct decide_reader *r, const json_t *root)
{
    struct decide_node n = decide_reader_object(
        r, root, "", "contact",
        "channel country region region_basis tz line party dial_mode number "
        "known_wireless ported_to_wireless county locality address minor "
        "vulnerable language places");
    struct case_contact *o = &r->k->contact;
    DECIDE_WORD(r, &n, "channel", channel, &o->channel);
    DECIDE_WORD(r, &n, "dial_mode", dial, &o->dial_mode);
    DECIDE_WORD(r, &n, "line", line, &o->line);
    DECIDE_WORD(r, &n, "party", party, &r->k->callee.party);
    o->known_wireless =
        decide_reader_flag(r, &n, "known_wireless", TRI_UNKNOWN);
    o->ported = decide_reader_date(r, &n, "ported_to_wireless");
    const char *country = decide_reader_text(r, &n, "country");
    if (country && (strlen(country) != 2 ||
                    !vocab_place_parse(str_of(country), &o->country))) {
        decide_reader_bad(r, n.path, "country", "not a country, e.g. US");
    }
    r->k->callee.minor = decide_reader_flag(r, &n, "minor", TRI_NO);
    r->k->callee.vulnerable = decide_reader_flag(r, &n, "vulnerable", TRI_NO);
    r->k->location.county = text_slice(r, &n, "county");
    r->k->location.locality = text_slice(r, &n, "locality");
    read_number(r, &n);
    read_places(r, &n);
}

static void read_caller(struct decide_reader *r, const json_t *root)
{
    struct decide_node n = decide_reader_object(
        r, root, "", "caller",
        "kind seller telemarketer seller_type ftc_jurisdiction "
        "registered_charity hipaa name");
    struct case_caller *o = &r->k->caller;
    DECIDE_WORD(r, &n, "kind", caller, &o->kind);
    const char *type = decide_reader_text(r, &n, "seller_type");
    /* An open list: what no rule asks for is "other". */
    if (!type || !vocab_seller_type_parse(str_of(type), &o->seller_type)) {
        o->seller_type = SELLER_TYPE_OTHER;
    }
    o->seller.v = decide_reader_id(decide_reader_text(r, &n, "seller"));
    o->telemarketer =
        decide_reader_id(decide_reader_text(r, &n, "telemarketer"));
    o->ftc_jurisdiction =
        decide_reader_flag(r, &n, "ftc_jurisdiction", TRI_UNKNOWN);
    o->registered_charity =
        decide_reader_flag(r, &n, "registered_charity", TRI_NO);
    o->hipaa = decide_reader_flag(r, &n, "hipaa", TRI_NO);
    /* Absent is in order: one of every kind, everywhere. */
    static const struct case_licence any = {{0}, {"", 0}, {0}, {0}};
    o->licences_known = true;
    o->licence = &any;
    o->licences = 1;
}

static uint32_t read_covers(struct decide_reader *r,
                            const struct decide_node *n)
{
    static const struct {
        const char *word;
        unsigned bit;
    } more[] = {{"callback_at_time", COVERS_CALLBACK_AT_TIME},
                {"night", COVERS_NIGHT},
                {"adad", COVERS_ADAD}};
    uint32_t bits = 0;
    const json_t *list = decide_reader_array(r, n, "covers");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *s = json_string_value(json_array_get(list, i));
        enum contact_channel c;
        uint32_t bit = 0;
        if (s && vocab_channel_parse(str_of(s), &c) && c != CHANNEL_UNKNOWN) {
            bit = VOCAB_BIT(c);
        }
        for (size_t m = 0; s && m < tm_array_len(more); m++) {
            bit |= strcmp(s, more[m].word) == 0 ? VOCAB_BIT(more[m].bit) : 0;
        }
        if (bit == 0) {
            decide_reader_bad(r, n->path, "covers", "not a known word");
        }
        bits |= bit;
    }
    return bits;
}

static void read_consents(struct decide_reader *r,
                          const struct decide_node *top)
{
    const json_t *list = decide_reader_array(r, top, "consent");
    size_t count = json_array_size(list);
    struct case_consent *o = decide_reader_list(r, count, sizeof *o);
    for (size_t i = 0; i < count; i++) {
        struct decide_node n = decide_reader_element(
            r, list, i, "consent",
            "type seller given revoked covers from to evidence number "
            "not_condition_of_purchase");
        DECIDE_WORD(r, &n, "type", consent, &o[i].type);
        o[i].seller.v = decide_reader_id(decide_reader_text(r, &n, "seller"));
        o[i].covers = read_covers(r, &n);
        o[i].not_condition =
            decide_reader_flag(r, &n, "not_condition_of_purchase", TRI_UNKNOWN);
        o[i].given = decide_reader_date(r, &n, "given");
        o[i].revoked_us = decide_reader_moment(r, &n, "revoked");
        o[i].from_us = decide_reader_instant(r, &n, "from");
        o[i].to_us = decide_reader_instant(r, &n, "to");
    }
    r->k->consent = o;
    r->k->consents = count;
}

static void read_relationship(struct decide_reader *r, const json_t *root)
{
    struct decide_node n = decide_reader_object(
        r, root, "", "relationship",
        "last_transaction last_inquiry last_donation last_gift member "
        "ever_customer contract_start contract_end running_contract "
        "current_customer terminated");
    struct case_relationship *o = &r->k->relationship;
    o->last_transaction = decide_reader_date(r, &n, "last_transaction");
    o->last_inquiry = decide_reader_date(r, &n, "last_inquiry");
    o->last_gift = decide_reader_date(r, &n, "last_donation");
    if (o->last_gift.year == 0) {
        o->last_gift = decide_reader_date(r, &n, "last_gift");
    }
    o->contract_start = decide_reader_date(r, &n, "contract_start");
    o->contract_end = decide_reader_date(r, &n, "contract_end");
    if (decide_reader_flag(r, &n, "running_contract", TRI_NO) == TRI_YES ||
        decide_reader_flag(r, &n, "current_customer", TRI_NO) == TRI_YES) {
        o->contract_start = decide_reader_today(r);
    }
    o->member = decide_reader_flag(r, &n, "member", TRI_NO);
    bool dealt = o->last_transaction.year || o->contract_start.year ||
                 o->contract_end.year;
    o->ever_customer =
        decide_reader_flag(r, &n, "ever_customer", dealt ? TRI_YES : TRI_NO);
    o->terminated_us = decide_reader_moment(r, &n, "terminated");
}

static void read_internal(struct decide_reader *r,
                          const struct decide_node *top)
{
    const json_t *list = decide_reader_array(r, top, "internal_dnc");
    size_t count = json_array_size(list);
    struct case_internal *o = decide_reader_list(r, count, sizeof *o);
    for (size_t i = 0; i < count; i++) {
        enum contact_channel channel = CHANNEL_UNKNOWN;
        struct decide_node n = decide_reader_element(
            r, list, i, "internal_dnc",
            "requested seller telemarketer channel source");
        DECIDE_WORD(r, &n, "channel", channel, &channel);
        o[i].seller.v = decide_reader_id(decide_reader_text(r, &n, "seller"));
        o[i].telemarketer =
            decide_reader_id(decide_reader_text(r, &n, "telemarketer"));
        o[i].channels = channel ? VOCAB_BIT(channel) : 0;
        o[i].requested_us = decide_reader_moment(r, &n, "requested");
    }
    r->k->suppression.internal_known = true;
    r->k->suppression.internal = o;
    r->k->suppression.internals = count;
}

static int by_time(const void *a, const void *b)
{
    const struct case_attempt *x = a, *y = b;
    return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

static void read_attempts(struct decide_reader *r,
                          const struct decide_node *top)
{
    const json_t *list = decide_reader_array(r, top, "attempts");
    size_t count = json_array_size(list);
    struct case_attempt *o = decide_reader_list(r, count, sizeof *o);
    for (size_t i = 0; i < count; i++) {
        struct decide_node n = decide_reader_element(
            r, list, i, "attempts",
            "at subject from_number channel seller outcome answered");
        o[i].at_us = decide_reader_instant(r, &n, "at");
        o[i].subject =
            (uint64_t)decide_reader_id(decide_reader_text(r, &n, "subject"));
        o[i].seller.v = decide_reader_id(decide_reader_text(r, &n, "seller"));
        DECIDE_WORD(r, &n, "channel", channel, &o[i].channel);
        if (o[i].at_us == 0) {
            decide_reader_bad(r, n.path, "at", "not an instant");
        }
    }
    if (count > 0) {
        qsort(o, count, sizeof *o, by_time);
    }
    r->k->attempts.known = true;
    r->k->attempts.attempt = o;
    r->k->attempts.n = count;
}

static void read_policy(struct decide_reader *r, const json_t *root)
{
    struct decide_node n = decide_reader_object(
        r, root, "", "policy",
        "revocation_scope internal_dnc_retention registry_grace");
    struct rule_policy *p = &r->k->policy;
    DECIDE_WORD(r, &n, "revocation_scope", scope, &p->revocation_scope);
    DECIDE_WORD(r, &n, "internal_dnc_retention", retention, &p->retention);
    DECIDE_WORD(r, &n, "registry_grace", grace, &p->registry_grace);
}

static void read_subject(struct decide_reader *r, const struct decide_node *top)
{
    const char *subject = decide_reader_text(r, top, "subject");
    enum goods goods;
    r->k->purpose.subject = (uint64_t)decide_reader_id(subject);
    /* A subject that names goods says what is offered. */
    if (subject && r->k->purpose.goods == GOODS_OTHER &&
        vocab_goods_parse(str_of(subject), &goods)) {
        r->k->purpose.goods = goods;
    }
}

static void read_all(struct decide_reader *r, const json_t *root)
{
    struct decide_node top = {root, ""};
    decide_reader_keys(
        r, &top,
        "id title absent now contact caller purpose subject registry consent "
        "relationship internal_dnc attempts campaign facts policy expected");
    struct rule_case *k = r->k;
    k->when.now_us = decide_reader_instant(r, &top, "now");
    if (k->when.now_us <= 0) {
        decide_reader_bad(r, "", "now", "not an instant");
        return;
    }
    k->when.tzdata = r->in->tzdata;
    read_contact(r, root);
    read_caller(r, root);
    DECIDE_WORD(r, &top, "purpose", purpose, &k->purpose.kind);
    read_consents(r, &top);
    read_relationship(r, root);
    read_internal(r, &top);
    decide_facts_registry(r, root);
    read_attempts(r, &top);
    decide_facts_campaign(r, root);
    decide_facts_facts(r, root);
    read_policy(r, root);
    read_subject(r, &top);
}

/* What an absent key stands for tells the two forms apart. */
static void read_form(struct decide_reader *r, const json_t *root)
{
    struct decide_node top = {root, ""};
    const char *absent = decide_reader_text(r, &top, "absent");
    if (!absent || strcmp(absent, "in_order") == 0) {
        read_all(r, root);
    } else if (strcmp(absent, "unknown") == 0) {
        decide_exact(r, root);
    } else {
        decide_reader_bad(r, "", "absent", "not in_order or unknown");
    }
}

int decide_read(const struct decide_input *in, struct slice line,
                struct decide_case *out, struct err *e)
{
    json_error_t error;
    memset(out, 0, sizeof *out);
    out->id = "";
    json_t *root = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        return err_set(e, TM_EINVAL, "not JSON: %s", error.text);
    }
    struct decide_reader r = {.in = in, .k = &out->k, .e = e};
    if (!json_is_object(root)) {
        decide_reader_bad(&r, "", "line", "not an object");
    } else {
        const char *id = json_string_value(json_object_get(root, "id"));
        out->id = id ? arena_strdup(in->arena, str_of(id)) : "";
        read_form(&r, root);
    }
    json_decref(root);
    return r.failed ? TM_EINVAL : TM_OK;
}
