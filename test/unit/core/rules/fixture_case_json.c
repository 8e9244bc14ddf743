#include "unit/core/rules/fixture_case_json.h"

#include <jansson.h>
#include <string.h>

/* One line being read. */
struct reader {
    struct world *w;
    struct rule_case *k;
    struct err *e;
    bool failed;
    struct case_place *place;
};

static void bad(struct reader *r, const char *path, const char *what)
{
    if (!r->failed) {
        (void)err_set(r->e, TM_EINVAL, "%s: %s", path, what);
    }
    r->failed = true;
}

static const char *text(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

#define READ_ENUM(r, o, key, word, out)                                        \
    do {                                                                       \
        const json_t *v_ = json_object_get(o, key);                            \
        if (v_ && !json_is_null(v_) &&                                         \
            (!json_is_string(v_) ||                                            \
             !vocab_##word##_parse(str_of(json_string_value(v_)), out))) {     \
            bad(r, key, "not a known word");                                   \
        }                                                                      \
    } while (0)

static enum tri flag(struct reader *r, const json_t *o, const char *key,
                     enum tri absent)
{
    const json_t *v = json_object_get(o, key);
    if (!v || json_is_null(v)) {
        return absent;
    }
    if (!json_is_boolean(v)) {
        bad(r, key, "not true or false");
    }
    return json_is_true(v) ? TRI_YES : TRI_NO;
}

static struct civil_date date(struct reader *r, const json_t *o,
                              const char *key)
{
    struct civil_date d = {0};
    const char *s = text(o, key);
    if (s && !civil_parse_date(str_of(s), &d)) {
        bad(r, key, "not a date");
    }
    return d;
}

static int64_t instant(struct reader *r, const json_t *o, const char *key)
{
    int64_t us = 0;
    const char *s = text(o, key);
    if (s && !civil_parse_instant(str_of(s), &us)) {
        bad(r, key, "not an instant");
    }
    return us;
}

/* Start of a callee's local day, 0 for none. */
static int64_t day(struct reader *r, const json_t *o, const char *key)
{
    struct civil_date d = date(r, o, key);
    if (d.year == 0) {
        return 0;
    }
    struct civil_time t = {.date = d};
    return r->place && r->place->zone ? tz_first_instant(r->place->zone, t)
                                      : civil_to_us(t);
}

/* A stable id for a name; 0 for none. */
static int64_t id_of(const char *name)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (const char *p = name; p && *p; p++) {
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    }
    return name ? (int64_t)(h >> 1) : 0;
}

static void *array(struct reader *r, const json_t *list, size_t size)
{
    return arena_array(&r->w->arena, json_array_size(list) + 1, size);
}

static void read_places(struct reader *r, const json_t *c)
{
    char code[16] = "";
    enum region_basis basis = BASIS_UNKNOWN;
    READ_ENUM(r, c, "region_basis", basis, &basis);
    struct place_code region = {0};
    if (text(c, "region")) {
        (void)snprintf(code, sizeof code, "%s-%s", text(c, "country"),
                       text(c, "region"));
        if (!vocab_place_parse(str_of(code), &region)) {
            bad(r, "contact.region", "not a subdivision");
        }
    }
    const json_t *zones = json_object_get(c, "tz");
    r->place = array(r, zones, sizeof *r->place);
    for (size_t i = 0; i < json_array_size(zones); i++) {
        const char *name = json_string_value(json_array_get(zones, i));
        r->place[i] = (struct case_place){
            .basis = basis,
            .region = region,
            .zone = fixture_world_zone(r->w, name),
        };
    }
    r->k->location.place = r->place;
    r->k->location.places = json_array_size(zones);
}

static void read_contact(struct reader *r, const json_t *c)
{
    struct case_contact *o = &r->k->contact;
    READ_ENUM(r, c, "channel", channel, &o->channel);
    READ_ENUM(r, c, "dial_mode", dial, &o->dial_mode);
    READ_ENUM(r, c, "line", line, &o->line);
    READ_ENUM(r, c, "party", party, &r->k->callee.party);
    o->known_wireless = flag(r, c, "known_wireless", TRI_UNKNOWN);
    o->ported = date(r, c, "ported_to_wireless");
    const char *number = text(c, "number");
    if (number && !str_u64(str_of(number + 1), &o->e164)) {
        bad(r, "contact.number", "not a number");
    }
    const char *country = text(c, "country");
    if (country && !vocab_place_parse(str_of(country), &o->country)) {
        bad(r, "contact.country", "not a country");
    }
    read_places(r, c);
}

static void read_caller(struct reader *r, const json_t *c)
{
    struct case_caller *o = &r->k->caller;
    READ_ENUM(r, c, "kind", caller, &o->kind);
    o->seller_type = SELLER_TYPE_OTHER;
    READ_ENUM(r, c, "seller_type", seller_type, &o->seller_type);
    o->seller.v = id_of(text(c, "seller"));
    o->telemarketer = id_of(text(c, "telemarketer"));
    o->ftc_jurisdiction = flag(r, c, "ftc_jurisdiction", TRI_UNKNOWN);
    o->registered_charity = flag(r, c, "registered_charity", TRI_NO);
    o->hipaa = flag(r, c, "hipaa", TRI_NO);
}

static uint32_t read_covers(struct reader *r, const json_t *list)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *s = json_string_value(json_array_get(list, i));
        enum contact_channel c;
        if (s && vocab_channel_parse(str_of(s), &c)) {
            bits |= VOCAB_BIT(c);
        } else if (s && strcmp(s, "callback_at_time") == 0) {
            bits |= VOCAB_BIT(COVERS_CALLBACK_AT_TIME);
        } else {
            bad(r, "consent.covers", "not a known word");
        }
    }
    return bits;
}

static void read_consents(struct reader *r, const json_t *list)
{
    struct case_consent *o = array(r, list, sizeof *o);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        READ_ENUM(r, c, "type", consent, &o[i].type);
        o[i].seller.v = id_of(text(c, "seller"));
        o[i].covers = read_covers(r, json_object_get(c, "covers"));
        o[i].not_condition =
            flag(r, c, "not_condition_of_purchase", TRI_UNKNOWN);
        o[i].given = date(r, c, "given");
        o[i].revoked_us = day(r, c, "revoked");
        o[i].from_us = instant(r, c, "from");
        o[i].to_us = instant(r, c, "to");
    }
    r->k->consent = o;
    r->k->consents = json_array_size(list);
}

static void read_relationship(struct reader *r, const json_t *c)
{
    struct case_relationship *o = &r->k->relationship;
    o->last_transaction = date(r, c, "last_transaction");
    o->last_inquiry = date(r, c, "last_inquiry");
    o->last_gift = date(r, c, "last_donation");
    o->member = flag(r, c, "member", TRI_NO);
    o->ever_customer = flag(r, c, "ever_customer", TRI_NO);
}

static void read_internal(struct reader *r, const json_t *list)
{
    struct case_internal *o = array(r, list, sizeof *o);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        enum contact_channel channel = CHANNEL_UNKNOWN;
        READ_ENUM(r, c, "channel", channel, &channel);
        o[i].seller.v = id_of(text(c, "seller"));
        o[i].telemarketer = id_of(text(c, "telemarketer"));
        o[i].channels = channel ? VOCAB_BIT(channel) : 0;
        o[i].requested_us = day(r, c, "requested");
    }
    r->k->suppression.internal_known = true;
    r->k->suppression.internal = o;
    r->k->suppression.internals = json_array_size(list);
}

static void read_register(struct reader *r, const json_t *c,
                          struct case_registry *o)
{
    o->on_list = flag(r, c, "on_list", TRI_UNKNOWN);
    o->registered = date(r, c, "registered");
    o->obtained = date(r, c, "list_obtained");
    const json_t *age = json_object_get(c, "list_age_days");
    if (age && r->place && r->place->zone) {
        struct civil_time now = tz_local(r->place->zone, r->k->when.now_us);
        o->obtained = civil_add_days(now.date, -(int)json_integer_value(age));
    }
}

static void read_registry(struct reader *r, json_t *list)
{
    struct case_registry *o =
        arena_array(&r->w->arena, json_object_size(list) + 64, sizeof *o);
    size_t n = 0;
    const char *key;
    json_t *v;
    json_object_foreach(list, key, v)
    {
        if (strcmp(key, "state") == 0) {
            continue;
        }
        if (!vocab_registry_parse(str_of(key), &o[n].registry)) {
            bad(r, key, "not a known register");
        }
        read_register(r, v, &o[n++]);
    }
    json_object_foreach(json_object_get(list, "state"), key, v)
    {
        char code[16];
        (void)snprintf(code, sizeof code, "US-%s", key);
        o[n].registry = REGISTRY_AREA;
        if (!vocab_place_parse(str_of(code), &o[n].area)) {
            bad(r, key, "not a state");
        }
        read_register(r, v, &o[n++]);
    }
    r->k->suppression.registry = o;
    r->k->suppression.registries = n;
}

static void read_attempts(struct reader *r, const json_t *list)
{
    struct case_attempt *o = array(r, list, sizeof *o);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        o[i].at_us = instant(r, c, "at");
        o[i].subject = (uint64_t)id_of(text(c, "subject"));
    }
    r->k->attempts.known = true;
    r->k->attempts.attempt = o;
    r->k->attempts.n = json_array_size(list);
}

static void read_campaign(struct reader *r, const json_t *c)
{
    struct case_bucket *o = array(r, NULL, sizeof *o);
    o->start_us = r->k->when.now_us;
    o->placed = (uint64_t)json_integer_value(json_object_get(c, "placed"));
    o->live = (uint64_t)json_integer_value(json_object_get(c, "live_answered"));
    o->abandoned =
        (uint64_t)json_integer_value(json_object_get(c, "abandoned"));
    r->k->pacing.known = true;
    r->k->pacing.bucket = o;
    r->k->pacing.buckets = 1;
    struct case_presentation *p = &r->k->presentation;
    const json_t *ring = json_object_get(c, "ring_seconds");
    p->ring_us = (ring ? json_integer_value(ring) : 20) * CIVIL_SECOND_US;
    p->abandon_message = flag(r, c, "recorded_message", TRI_YES);
}

static void read_revocations(struct reader *r, const json_t *list)
{
    struct case_revocation *o = array(r, list, sizeof *o);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        READ_ENUM(r, c, "in_reply_to", purpose, &o[i].in_reply_to);
        o[i].at_us = day(r, c, "at");
    }
    r->k->suppression.revocation = o;
    r->k->suppression.revocations = json_array_size(list);
}

static void read_facts(struct reader *r, const json_t *c)
{
    struct case_presentation *p = &r->k->presentation;
    p->caller_id_present = p->name_present = p->authority = TRI_YES;
    p->interactive_opt_out = flag(r, c, "interactive_opt_out", TRI_YES);
    p->opt_out_notice = flag(r, c, "opt_out_notice", TRI_UNKNOWN);
    READ_ENUM(r, c, "fax_number_source", fax_source, &p->fax_source);
    READ_ENUM(r, c, "cli_series", cli_series, &p->series);
    r->k->purpose.leads_to_sale = flag(r, c, "leads_to_sale", TRI_NO);
    r->k->purpose.goods = GOODS_OTHER;
    READ_ENUM(r, c, "goods", goods, &r->k->purpose.goods);
    r->k->purpose.emergency = TRI_NO;
    const json_t *rnd = json_object_get(c, "rnd");
    READ_ENUM(r, rnd, "answer", reassigned, &r->k->contact.reassigned);
    r->k->contact.reassigned_date = date(r, rnd, "asked_for");
    read_revocations(r, json_object_get(c, "revocations"));
}

static void read_policy(struct reader *r, const json_t *c)
{
    struct rule_policy *p = &r->k->policy;
    READ_ENUM(r, c, "revocation_scope", scope, &p->revocation_scope);
    READ_ENUM(r, c, "internal_dnc_retention", retention, &p->retention);
    READ_ENUM(r, c, "registry_grace", grace, &p->registry_grace);
}

static size_t read_words(struct reader *r, const json_t *list, const char **out)
{
    size_t n = 0;
    for (; n < json_array_size(list) && n < CASE_WORDS_MAX; n++) {
        const char *s = json_string_value(json_array_get(list, n));
        out[n] = arena_strdup(&r->w->arena, str_of(s ? s : ""));
    }
    return n;
}

static void read_expected(struct reader *r, const json_t *root,
                          struct case_expected *x)
{
    const json_t *c = json_object_get(root, "expected");
    const char *id = text(root, "id");
    x->id = arena_strdup(&r->w->arena, str_of(id ? id : "?"));
    const char *kind = text(c, "verdict");
    x->kind = VERDICT_KIND_COUNT;
    for (int i = 0; kind && i < VERDICT_KIND_COUNT; i++) {
        if (strcmp(kind, verdict_kind_text((enum verdict_kind)i)) == 0) {
            x->kind = (enum verdict_kind)i;
        }
    }
    if (x->kind == VERDICT_KIND_COUNT) {
        bad(r, "expected.verdict", "not a known word");
    }
    x->not_before_us = instant(r, c, "not_before");
    x->valid_until_us = instant(r, c, "valid_until");
    x->rules = read_words(r, json_object_get(c, "rules"), x->rule);
    x->duties = read_words(r, json_object_get(c, "duties"), x->duty);
    const char *remedy = text(c, "remedy");
    x->remedy = remedy ? arena_strdup(&r->w->arena, str_of(remedy)) : NULL;
}

static void read_all(struct reader *r, const json_t *root,
                     struct case_expected *x)
{
    struct rule_case *k = r->k;
    k->when.now_us = instant(r, root, "now");
    k->when.tzdata = "test";
    read_contact(r, json_object_get(root, "contact"));
    read_caller(r, json_object_get(root, "caller"));
    READ_ENUM(r, root, "purpose", purpose, &k->purpose.kind);
    read_consents(r, json_object_get(root, "consent"));
    read_relationship(r, json_object_get(root, "relationship"));
    read_internal(r, json_object_get(root, "internal_dnc"));
    read_registry(r, json_object_get(root, "registry"));
    read_attempts(r, json_object_get(root, "attempts"));
    read_campaign(r, json_object_get(root, "campaign"));
    read_facts(r, json_object_get(root, "facts"));
    read_policy(r, json_object_get(root, "policy"));
    k->purpose.subject = (uint64_t)id_of(text(root, "subject"));
    read_expected(r, root, x);
}

int fixture_case_json(struct world *w, struct slice line, struct rule_case *k,
                      struct case_expected *x, struct err *e)
{
    json_error_t error;
    json_t *root = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        return err_set(e, TM_EINVAL, "not JSON: %s", error.text);
    }
    memset(k, 0, sizeof *k);
    memset(x, 0, sizeof *x);
    struct reader r = {.w = w, .k = k, .e = e};
    read_all(&r, root, x);
    json_decref(root);
    return r.failed ? TM_EINVAL : TM_OK;
}
