#include <stdio.h>
#include <string.h>

#include "report/decide_reader.h"

/* --- registers --- */

static void read_entry(struct decide_reader *r, const struct decide_node *n,
                       struct case_registry *o)
{
    decide_reader_keys(r, n,
                       "on_list list_age_days list_obtained registered "
                       "registered_days");
    struct civil_date today = decide_reader_today(r);
    int64_t age = decide_reader_number(r, n, "list_age_days", -1);
    int64_t days = decide_reader_number(r, n, "registered_days", -1);
    o->obtained = decide_reader_date(r, n, "list_obtained");
    o->registered = decide_reader_date(r, n, "registered");
    if (age > 200000 || days > 200000) {
        decide_reader_bad(r, n->path, "", "too many days");
        return;
    }
    if (age >= 0) {
        o->obtained = civil_add_days(today, -(int)age);
    }
    if (days >= 0) {
        o->registered = civil_add_days(today, -(int)days);
    }
    o->on_list = decide_reader_flag(r, n, "on_list",
                                    o->registered.year ? TRI_YES : TRI_UNKNOWN);
}

/* Of state and foreign registers a case may say nothing: then the number is
 * not on them and our list is in order. */
static bool is_clear_unless_said(enum registry g)
{
    return g != REGISTRY_US_NATIONAL && g != REGISTRY_CA_DNCL;
}

static void put_in_order(const struct decide_reader *r, struct case_registry *o)
{
    if (!is_clear_unless_said(o->registry)) {
        return;
    }
    if (o->on_list == TRI_UNKNOWN) {
        o->on_list = TRI_NO;
    }
    if (o->obtained.year == 0) {
        o->obtained = decide_reader_today(r);
    }
}

static bool has_entry(const struct case_registry *o, size_t n, enum registry g,
                      struct place_code area)
{
    for (size_t i = 0; i < n; i++) {
        if (o[i].registry == g && o[i].area.v == area.v) {
            return true;
        }
    }
    return false;
}

static size_t add_clear(const struct decide_reader *r, struct case_registry *o,
                        size_t n, enum registry which, struct place_code area)
{
    if (is_clear_unless_said(which) && !has_entry(o, n, which, area)) {
        o[n] = (struct case_registry){.registry = which, .area = area};
        put_in_order(r, &o[n++]);
    }
    return n;
}

/* The registers that the case does not name; each candidate has its own. */
static size_t add_absent(const struct decide_reader *r, struct case_registry *o,
                         size_t n)
{
    const struct case_location *l = &r->k->location;
    for (unsigned g = 1; g < REGISTRY_COUNT; g++) {
        enum registry which = (enum registry)g;
        size_t areas = which == REGISTRY_AREA ? l->places : 1;
        for (size_t i = 0; i < areas; i++) {
            struct place_code area = {0};
            if (which == REGISTRY_AREA) {
                area = l->place[i].region;
            }
            n = add_clear(r, o, n, which, area);
        }
    }
    return n;
}

static size_t read_states(struct decide_reader *r,
                          const struct decide_node *registry,
                          struct case_registry *o, size_t n)
{
    struct decide_node states =
        decide_reader_object(r, registry->json, registry->path, "state", NULL);
    const char *key;
    json_t *value;
    json_t *object = json_incref((json_t *)(uintptr_t)states.json);
    json_object_foreach(object, key, value)
    {
        char code[16];
        o[n].registry = REGISTRY_AREA;
        int length = snprintf(code, sizeof code, "US-%s", key);
        if (length > VOCAB_PLACE_MAX ||
            !vocab_place_parse(str_of(code), &o[n].area)) {
            decide_reader_bad(r, states.path, key, "not a state");
        }
        struct decide_node one =
            decide_reader_object(r, states.json, states.path, key, NULL);
        read_entry(r, &one, &o[n]);
        put_in_order(r, &o[n++]);
    }
    json_decref(object);
    return n;
}

static size_t read_registers(struct decide_reader *r,
                             const struct decide_node *n,
                             struct case_registry *o)
{
    size_t count = 0;
    const char *key;
    json_t *value;
    json_t *object = json_incref((json_t *)(uintptr_t)n->json);
    json_object_foreach(object, key, value)
    {
        if (strcmp(key, "state") == 0) {
            continue;
        }
        enum registry *g = &o[count].registry;
        if (!vocab_registry_parse(str_of(key), g) || *g == REGISTRY_UNKNOWN ||
            *g == REGISTRY_AREA) {
            decide_reader_bad(r, n->path, key, "not a known register");
            continue;
        }
        struct decide_node one =
            decide_reader_object(r, n->json, n->path, key, NULL);
        read_entry(r, &one, &o[count]);
        put_in_order(r, &o[count++]);
    }
    json_decref(object);
    return count;
}

void decide_facts_registry(struct decide_reader *r, const json_t *root)
{
    struct decide_node n = decide_reader_object(r, root, "", "registry", NULL);
    size_t cap = json_object_size(n.json) + REGISTRY_COUNT +
                 r->k->location.places +
                 json_object_size(json_object_get(n.json, "state"));
    struct case_registry *o = decide_reader_list(r, cap, sizeof *o);
    size_t count = n.json ? read_registers(r, &n, o) : 0;
    if (n.json && json_object_get(n.json, "state")) {
        count = read_states(r, &n, o, count);
    }
    count = add_absent(r, o, count);
    tm_assert(count <= cap);
    r->k->suppression.registry = o;
    r->k->suppression.registries = count;
}

/* --- campaign --- */

/* "2026-11-01/2026-11-30" or a month "2026-11": when the counters begin. */
static struct civil_date period_start(struct decide_reader *r,
                                      const struct decide_node *n)
{
    struct civil_date d = {0};
    const char *period = decide_reader_text(r, n, "period");
    const char *month = decide_reader_text(r, n, "month");
    if (period) {
        struct civil_date to;
        struct slice rest;
        struct slice from = str_cut(str_of(period), '/', &rest);
        if (!civil_parse_date(from, &d) || !civil_parse_date(rest, &to)) {
            decide_reader_bad(r, n->path, "period", "not FROM/TO");
        }
    } else if (month) {
        char text[12];
        (void)snprintf(text, sizeof text, "%.7s-01", month);
        if (strlen(month) != 7 || !civil_parse_date(str_of(text), &d)) {
            decide_reader_bad(r, n->path, "month", "not YYYY-MM");
        }
    } else {
        (void)decide_reader_date(r, n, "started");
    }
    return d;
}

void decide_facts_campaign(struct decide_reader *r, const json_t *root)
{
    struct decide_node n = decide_reader_object(
        r, root, "", "campaign",
        "placed live_answered abandoned period month periods started "
        "ring_seconds recorded_message");
    struct case_bucket *o = decide_reader_list(r, 1, sizeof *o);
    (void)decide_reader_array(r, &n, "periods"); /* earlier ones are past */
    struct civil_date from = period_start(r, &n);
    int64_t now = r->k->when.now_us;
    o->start_us = from.year ? decide_reader_midnight(r, from) : now;
    if (from.year && o->start_us <= now) {
        r->k->pacing.first_call_us = o->start_us;
    }
    o->placed = (uint64_t)decide_reader_number(r, &n, "placed", 0);
    o->live = (uint64_t)decide_reader_number(r, &n, "live_answered", 0);
    o->abandoned = (uint64_t)decide_reader_number(r, &n, "abandoned", 0);
    r->k->pacing.known = true;
    r->k->pacing.bucket = o;
    r->k->pacing.buckets = 1;
    struct case_presentation *p = &r->k->presentation;
    p->ring_us =
        decide_reader_number(r, &n, "ring_seconds", 20) * CIVIL_SECOND_US;
    p->abandon_message = decide_reader_flag(r, &n, "recorded_message", TRI_YES);
}

/* --- situation --- */

static void read_emergency(struct decide_reader *r, const struct decide_node *n,
                           const char *area, struct case_emergency *o)
{
    decide_reader_keys(r, n, "active counties lpsc_reporting");
    if (!vocab_place_parse(str_of(area), &o->area)) {
        decide_reader_bad(r, n->path, "", "not a place");
    }
    o->active = decide_reader_flag(r, n, "active", TRI_UNKNOWN);
    o->reporting = decide_reader_flag(r, n, "lpsc_reporting", TRI_UNKNOWN);
    const json_t *list = decide_reader_array(r, n, "counties");
    struct slice *county =
        decide_reader_list(r, json_array_size(list), sizeof *county);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *s = json_string_value(json_array_get(list, i));
        county[i] = str_of(arena_strdup(r->in->arena, str_of(s ? s : "?")));
    }
    o->county = county;
    o->counties = json_array_size(list);
}

static void read_emergencies(struct decide_reader *r,
                             const struct decide_node *facts)
{
    struct decide_node n =
        decide_reader_object(r, facts->json, facts->path, "emergency", NULL);
    struct case_situation *s = &r->k->situation;
    struct case_emergency *o =
        decide_reader_list(r, json_object_size(n.json), sizeof *o);
    const char *key;
    json_t *value;
    json_t *object = json_incref((json_t *)(uintptr_t)n.json);
    json_object_foreach(object, key, value)
    {
        struct decide_node one =
            decide_reader_object(r, n.json, n.path, key, NULL);
        read_emergency(r, &one, key, &o[s->emergencies++]);
    }
    json_decref(object);
    s->known = true;
    s->emergency = o;
}

static void read_revocations(struct decide_reader *r,
                             const struct decide_node *facts)
{
    const json_t *list = decide_reader_array(r, facts, "revocations");
    size_t count = json_array_size(list);
    struct case_revocation *o = decide_reader_list(r, count, sizeof *o);
    for (size_t i = 0; i < count; i++) {
        struct decide_node n = decide_reader_element(
            r, list, i, "facts.revocations", "at in_reply_to seller");
        DECIDE_WORD(r, &n, "in_reply_to", purpose, &o[i].in_reply_to);
        o[i].at_us = decide_reader_moment(r, &n, "at");
        o[i].seller.v = decide_reader_id(decide_reader_text(r, &n, "seller"));
        if (o[i].at_us == 0) {
            decide_reader_bad(r, n.path, "at", "not a date");
        }
    }
    r->k->suppression.revocation = o;
    r->k->suppression.revocations = count;
}

/* --- recording and texts (section 9b) --- */

/* Countries whose bare code means the country; others are states ("NV"). */
static bool is_country(const char *code)
{
    static const char known[] =
        "US CA GB FR DE ES IT NO FI RU KR IN MX PH AT BE BG HR CY CZ DK EE GR "
        "HU IE LV LT LU MT NL PL PT RO SK SI SE IS LI";
    return strlen(code) == 2 && strstr(known, code) != NULL;
}

/* {"country":"US","region":"GA"} */
static struct place_code read_place_parts(struct decide_reader *r,
                                          const struct decide_node *up,
                                          const char *key)
{
    struct place_code p = {0};
    char code[16];
    struct decide_node n =
        decide_reader_object(r, up->json, up->path, key, "country region");
    const char *country = decide_reader_text(r, &n, "country");
    const char *region = decide_reader_text(r, &n, "region");
    int length = snprintf(code, sizeof code, "%s%s%s", country ? country : "",
                          region ? "-" : "", region ? region : "");
    if (!country || length > VOCAB_PLACE_MAX ||
        !vocab_place_parse(str_of(code), &p)) {
        decide_reader_bad(r, n.path, "", "not a place");
    }
    return p;
}

static struct place_code read_place(struct decide_reader *r,
                                    const struct decide_node *n,
                                    const char *key)
{
    struct place_code p = {0};
    char code[16];
    const json_t *v = json_object_get(n->json, key);
    if (json_is_object(v)) {
        return read_place_parts(r, n, key);
    }
    const char *s = decide_reader_text(r, n, key);
    if (!s) {
        return p;
    }
    bool state = strlen(s) == 2 && !is_country(s);
    int length = snprintf(code, sizeof code, "%s%s", state ? "US-" : "", s);
    if (length > VOCAB_PLACE_MAX || !vocab_place_parse(str_of(code), &p)) {
        decide_reader_bad(r, n->path, key, "not a place, e.g. US-GA or PH");
    }
    return p;
}

static bool is_elsewhere(const struct decide_reader *r, struct place_code p)
{
    const struct case_location *l = &r->k->location;
    struct place_code own = l->places > 0 && l->place[0].region.v
                                ? l->place[0].region
                                : r->k->contact.country;
    return p.v != 0 && p.v != own.v;
}

/* Law of recording differs within the United States alone. */
static bool is_placed(const struct decide_reader *r)
{
    const struct case_location *l = &r->k->location;
    char country[VOCAB_PLACE_MAX + 1];
    vocab_place_text(r->k->contact.country, country);
    return strcmp(country, "US") != 0 ||
           (l->places > 0 && l->place[0].region.v != 0);
}

/* Of several purposes the most delicate: the order of the list. */
static enum recording_purpose read_purposes(struct decide_reader *r,
                                            const struct decide_node *n)
{
    enum recording_purpose worst = RECORDING_COUNT;
    const json_t *list = decide_reader_array(r, n, "purposes");
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum recording_purpose p = RECORDING_UNKNOWN;
        const char *s = json_string_value(json_array_get(list, i));
        if (!s || !vocab_recording_parse(str_of(s), &p)) {
            decide_reader_bad(r, n->path, "purposes", "not a known word");
        }
        worst = p < worst ? p : worst;
    }
    return worst == RECORDING_COUNT ? RECORDING_UNKNOWN : worst;
}

static void read_recording(struct decide_reader *r,
                           const struct decide_node *facts)
{
    struct decide_node n = decide_reader_object(
        r, facts->json, facts->path, "recording",
        "planned purposes agent_place recorder_place notice_form card_entry");
    struct case_recording *o = &r->k->recording;
    o->planned =
        decide_reader_flag(r, &n, "planned", n.json ? TRI_YES : TRI_NO);
    o->card_entry = decide_reader_flag(r, &n, "card_entry", TRI_NO);
    o->purpose = read_purposes(r, &n);
    o->agent = read_place(r, &n, "agent_place");
    o->recorder = read_place(r, &n, "recorder_place");
    o->elsewhere = is_elsewhere(r, o->agent) || is_elsewhere(r, o->recorder)
                       ? TRI_YES
                       : TRI_NO;
    o->placed = is_placed(r) ? TRI_YES : TRI_NO;
    const char *form = decide_reader_text(r, &n, "notice_form");
    if (form && strcmp(form, "spoken") != 0 && strcmp(form, "tone") != 0 &&
        strcmp(form, "active") != 0) {
        decide_reader_bad(r, n.path, "notice_form", "not a known word");
    }
}

static void read_text(struct decide_reader *r, const struct decide_node *facts)
{
    struct decide_node n =
        decide_reader_object(r, facts->json, facts->path, "text",
                             "stop_at confirmation template_registered");
    struct case_text *o = &r->k->text;
    o->stop_us = decide_reader_moment(r, &n, "stop_at");
    o->confirmation = decide_reader_flag(r, &n, "confirmation", TRI_NO);
    o->template_registered =
        decide_reader_flag(r, &n, "template_registered", TRI_YES);
}

/* --- the rest --- */

/* Open lists: what no rule asks for is "other", and an unknown number series
 * an ordinary one. Absent: in order. */
static void read_offer(struct decide_reader *r, const struct decide_node *n)
{
    struct case_presentation *p = &r->k->presentation;
    struct case_purpose *o = &r->k->purpose;
    const char *goods = decide_reader_text(r, n, "goods");
    if (!goods || !vocab_goods_parse(str_of(goods), &o->goods)) {
        o->goods = GOODS_OTHER;
    }
    const char *series = decide_reader_text(r, n, "cli_series");
    bool sale = o->kind == PURPOSE_SALE || o->leads_to_sale == TRI_YES;
    if (!series) {
        p->series = sale ? CLI_SERIES_MARKETING : CLI_SERIES_SERVICE;
    } else if (!vocab_cli_series_parse(str_of(series), &p->series)) {
        p->series = strstr(series, "140") || strstr(series, "400")
                        ? CLI_SERIES_MARKETING
                    : strstr(series, "160") ? CLI_SERIES_SERVICE
                                            : CLI_SERIES_ORDINARY;
    }
}

void decide_facts_facts(struct decide_reader *r, const json_t *root)
{
    struct decide_node n = decide_reader_object(
        r, root, "", "facts",
        "emergency rnd interactive_opt_out opt_out_notice leads_to_sale "
        "fax_number_source goods cli_series revocations recording text "
        "emergency_call");
    struct case_presentation *p = &r->k->presentation;
    p->caller_id_present = p->name_present = p->authority = TRI_YES;
    p->interactive_opt_out =
        decide_reader_flag(r, &n, "interactive_opt_out", TRI_YES);
    p->opt_out_notice = decide_reader_flag(r, &n, "opt_out_notice", TRI_YES);
    DECIDE_WORD(r, &n, "fax_number_source", fax_source, &p->fax_source);
    r->k->purpose.leads_to_sale =
        decide_reader_flag(r, &n, "leads_to_sale", TRI_NO);
    r->k->purpose.emergency =
        decide_reader_flag(r, &n, "emergency_call", TRI_NO);
    read_offer(r, &n);
    struct decide_node rnd =
        decide_reader_object(r, n.json, n.path, "rnd", "asked_for answer");
    DECIDE_WORD(r, &rnd, "answer", reassigned, &r->k->contact.reassigned);
    r->k->contact.reassigned_date = decide_reader_date(r, &rnd, "asked_for");
    read_revocations(r, &n);
    read_emergencies(r, &n);
    read_recording(r, &n);
    read_text(r, &n);
}
