#include "sim/sim_list.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "core/number/number_zone.h"
#include "sim/person_number.h"
#include "sim/scenario_plan.h"

enum {
    PHONES = 2,
    MILLION = 1000000,
    VISITS = 60, /* days on which people were here */
    IMAGE_MAX = 256 << 20,
    LISTS_MAX = 3 + SCENARIO_STATES_MAX,
};
_Static_assert((int)LISTS_MAX <= (int)DNC_LISTS_MAX, "all lists fit");

enum flag {
    FLAG_NATIONAL = 1,
    FLAG_INTERNAL = 2,
    FLAG_OPTED_OUT = 4,
    FLAG_STATE = 8,
};

struct sim_person {
    uint64_t phone[PHONES];
    uint8_t phones;
    uint8_t flag[PHONES];
    bool canada;
    const struct person_area *area[PHONES];
};

struct sim_list {
    const struct scenario *s;
    bool endless;
    bool built_in; /* with the built-in campaign */
    uint64_t seed;
    size_t n;
    struct sim_person *person;
    struct map by_number; /* number -> place + 1; place = 2 i + phone */
    struct dnc_lists lists;
    struct buf image[LISTS_MAX];
    struct caller_facts facts;
    struct case_emergency emergency[SCENARIO_EMERGENCIES_MAX];
    struct civil_date from[SCENARIO_EMERGENCIES_MAX];
    struct civil_date to[SCENARIO_EMERGENCIES_MAX];
    unsigned canadians;
    uint64_t cursor[SCENARIO_ZONE_COUNT]; /* next slot to look at */
    uint64_t next_slot;                   /* without zones */
    /* The zone of each slot that was looked at: as every zone has a cursor,
     * each slot is looked at by several of them. While the list is made. */
    uint8_t *zone_of;
    size_t slots, slots_cap;
    char visit[VISITS][11];
};

/* --- zones ----------------------------------------------------------------*/

static const struct {
    const char *prefix;
    enum scenario_zone zone;
} zone_table[] = {
    {"America/New_York", SCENARIO_EASTERN},
    {"America/Detroit", SCENARIO_EASTERN},
    {"America/Indiana/Knox", SCENARIO_CENTRAL},
    {"America/Indiana/Tell_City", SCENARIO_CENTRAL},
    {"America/Indiana/", SCENARIO_EASTERN},
    {"America/Kentucky/", SCENARIO_EASTERN},
    {"America/Chicago", SCENARIO_CENTRAL},
    {"America/Menominee", SCENARIO_CENTRAL},
    {"America/North_Dakota/", SCENARIO_CENTRAL},
    {"America/Denver", SCENARIO_MOUNTAIN},
    {"America/Boise", SCENARIO_MOUNTAIN},
    {"America/Phoenix", SCENARIO_MOUNTAIN},
    {"America/Los_Angeles", SCENARIO_PACIFIC},
    {"America/Anchorage", SCENARIO_ALASKA},
    {"America/Juneau", SCENARIO_ALASKA},
    {"America/Sitka", SCENARIO_ALASKA},
    {"America/Nome", SCENARIO_ALASKA},
    {"America/Yakutat", SCENARIO_ALASKA},
    {"America/Metlakatla", SCENARIO_ALASKA},
    {"Pacific/Honolulu", SCENARIO_HAWAII},
};

/* Asked for each number of a list: the letter behind the continent's name
 * tells most of them apart. */
static enum scenario_zone zone_of_name(const char *name)
{
    enum { LETTER = sizeof("America/") - 1 };
    _Static_assert(sizeof("America/") == sizeof("Pacific/"), "one place");
    struct slice whole = str_of(name);
    for (size_t i = 0; whole.n > LETTER && i < tm_array_len(zone_table); i++)
        if (zone_table[i].prefix[LETTER] == name[LETTER] &&
            str_starts(whole, zone_table[i].prefix))
            return zone_table[i].zone;
    return SCENARIO_SEVERAL;
}

enum scenario_zone sim_list_zone(uint64_t e164)
{
    uint16_t id[NUMBER_ZONE_MAX];
    size_t n = number_zone_ids(e164, id, NUMBER_ZONE_MAX);
    if (n == 0)
        return SCENARIO_SEVERAL;
    enum scenario_zone zone = zone_of_name(number_zone_name(id[0]));
    for (size_t i = 1; i < n; i++)
        if (zone_of_name(number_zone_name(id[i])) != zone)
            return SCENARIO_SEVERAL;
    return zone;
}

static bool draw_zone(const struct scenario *s, struct rng *r,
                      enum scenario_zone *out)
{
    uint64_t total = 0;
    for (int z = 0; z < SCENARIO_ZONE_COUNT; z++)
        total += s->zone[z];
    if (total == 0)
        return false;
    uint64_t at = rng_below(r, total);
    int z = 0;
    for (; at >= s->zone[z]; z++)
        at -= s->zone[z];
    *out = (enum scenario_zone)z;
    return true;
}

/* --- making ---------------------------------------------------------------*/

/* Puerto Rico and other islands share the plan and are countries of their own
 * to the number tables. */
static bool is_us(uint64_t e164)
{
    char country[3];
    return number_country(e164, country) && strcmp(country, "US") == 0;
}

static uint8_t zone_of_slot(struct sim_list *l, uint64_t slot)
{
    enum { NOWHERE = UINT8_MAX };
    _Static_assert((int)SCENARIO_ZONE_COUNT <= (int)NOWHERE &&
                       (int)SCENARIO_SEVERAL < (int)NOWHERE,
                   "a zone is a byte");
    if (l->slots_cap <= slot) {
        l->slots_cap = l->slots_cap == 0 ? 4096 : 2 * l->slots_cap;
        l->zone_of = mem_resize(l->zone_of, l->slots_cap);
    }
    tm_assert(slot <= l->slots && slot < l->slots_cap);
    if (slot == l->slots) {
        uint64_t n = person_number_us(l->seed, slot, NULL);
        l->zone_of[l->slots++] =
            is_us(n) ? (uint8_t)sim_list_zone(n) : (uint8_t)NOWHERE;
    }
    return l->zone_of[slot];
}

static uint64_t next_number(struct sim_list *l, bool zoned,
                            enum scenario_zone zone,
                            const struct person_area **area)
{
    if (!zoned) {
        uint64_t n;
        do {
            n = person_number_us(l->seed, l->next_slot++, area);
        } while (!is_us(n));
        return n;
    }
    uint64_t *slot = &l->cursor[zone];
    while (zone_of_slot(l, *slot) != (uint8_t)zone)
        (*slot)++;
    return person_number_us(l->seed, (*slot)++, area);
}

static uint8_t draw_flags(const struct scenario *s, struct rng *r)
{
    uint8_t f = 0;
    if (rng_chance_ppm(r, s->on_national))
        f |= FLAG_NATIONAL;
    if (rng_chance_ppm(r, s->on_internal))
        f |= FLAG_INTERNAL;
    if (rng_chance_ppm(r, s->opted_out))
        f |= FLAG_OPTED_OUT;
    if (s->state_lists > 0 && rng_chance_ppm(r, s->on_state))
        f |= FLAG_STATE;
    return f;
}

/* The codes of person_number_canada(), in its order. */
static const struct person_area CANADA[] = {
    {416, "ON", "Toronto", "M5H"},  {604, "BC", "Vancouver", "V6B"},
    {514, "QC", "Montreal", "H2X"}, {709, "NL", "St. John's", "A1C"},
    {306, "SK", "Regina", "S4P"},   {403, "AB", "Calgary", "T2P"},
    {902, "NS", "Halifax", "B3J"},  {204, "MB", "Winnipeg", "R3C"},
};

static uint64_t next_canadian(struct sim_list *l,
                              const struct person_area **area)
{
    unsigned n = l->canadians++;
    *area = &CANADA[n % tm_array_len(CANADA)];
    return person_number_canada(n);
}

static void make_person(struct sim_list *l, size_t i)
{
    struct sim_person *p = &l->person[i];
    enum scenario_zone zone = SCENARIO_SEVERAL;
    struct rng r;
    rng_init_of(&r, l->seed, "sim list numbers", i);
    bool zoned = draw_zone(l->s, &r, &zone);
    p->phones = rng_chance_ppm(&r, l->s->second_phone) ? 2 : 1;
    /* asked for last of all, so that a list without them is what it was */
    p->canada = l->s->canada > 0 && rng_chance_ppm(&r, l->s->canada) &&
                l->canadians + PHONES < PERSON_NUMBER_CANADA_MAX;
    for (size_t k = 0; k < p->phones; k++) {
        p->phone[k] = p->canada ? next_canadian(l, &p->area[k])
                                : next_number(l, zoned, zone, &p->area[k]);
        p->flag[k] = draw_flags(l->s, &r);
        map_set(&l->by_number, p->phone[k], PHONES * i + k + 1);
    }
}

/* The country's people, or those of one of its states. */
static bool is_of(const struct sim_person *p, size_t phone, bool canada,
                  const char *state)
{
    return p->canada == canada &&
           (state == NULL || strcmp(p->area[phone]->state, state) == 0);
}

static void make_register(struct sim_list *l, uint8_t flag,
                          const struct dnc_set *meta, const char *state)
{
    size_t at = l->lists.n++;
    bool own = meta->kind == DNC_INTERNAL;
    bool canada = strcmp(meta->country, "CA") == 0;
    size_t n = 0;
    uint64_t *number = mem_alloc((PHONES * l->n + 1) * sizeof(*number));
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->person[i].phones; k++)
            if ((l->person[i].flag[k] & flag) != 0 &&
                (own || is_of(&l->person[i], k, canada, state)))
                number[n++] = l->person[i].phone[k];
    /* a register without anybody would not be believed */
    number[n++] = person_number_canada(PERSON_NUMBER_CANADA_MAX - 1);
    struct err e = {0};
    buf_init(&l->image[at], IMAGE_MAX);
    int rc = dnc_set_build(meta, number, n, &l->image[at], &e);
    if (rc == TM_OK)
        rc =
            dnc_set_open(l->image[at].p, l->image[at].n, &l->lists.set[at], &e);
    tm_assert(rc == TM_OK);
    mem_free(number);
}

static void make_registers(struct sim_list *l)
{
    int64_t obtained_us =
        scenario_start_us(l->s) - (int64_t)l->s->register_age * CIVIL_DAY_US;
    struct dnc_set national = {.name = "us_national",
                               .kind = DNC_NATIONAL,
                               .country = "US",
                               .obtained_us = obtained_us,
                               .generation = 1,
                               .source_hash = "simulated"};
    struct dnc_set internal = {.name = "internal",
                               .kind = DNC_INTERNAL,
                               .seller = SIM_LIST_SELLER,
                               .obtained_us = obtained_us,
                               .generation = 1,
                               .source_hash = "simulated"};
    make_register(l, FLAG_NATIONAL, &national, NULL);
    make_register(l, FLAG_INTERNAL, &internal, NULL);
    for (size_t i = 0; i < l->s->state_lists; i++) {
        const char *state = l->s->state_list[i];
        struct dnc_set own = national;
        (void)str_copy(own.name, sizeof(own.name), str_of("state."));
        (void)str_copy(own.name + 6, sizeof(own.name) - 6, str_of(state));
        make_register(l, FLAG_STATE, &own, state);
    }
    if (l->s->canada > 0) {
        struct dnc_set own = national;
        (void)str_copy(own.name, sizeof(own.name), str_of("ca_dncl"));
        (void)str_copy(own.country, sizeof(own.country), str_of("CA"));
        make_register(l, FLAG_NATIONAL, &own, NULL);
    }
}

static void make_facts(struct sim_list *l)
{
    const struct scenario *s = l->s;
    for (size_t i = 0; i < s->emergencies; i++) {
        const struct scenario_emergency *x = &s->emergency[i];
        l->emergency[i] = (struct case_emergency){
            .area = x->area,
            .active = TRI_YES,
            .reporting = x->reporting ? TRI_YES : TRI_NO};
        l->from[i] = x->from;
        l->to[i] = x->to;
    }
    /* The seller of a scenario has paid for what he looks at. */
    static const struct caller_licence every = {.licence = {.kind = {"", 0}}};
    l->facts = (struct caller_facts){.licence = &every,
                                     .licences = 1,
                                     .feed_known = s->feed != 0,
                                     .emergency = l->emergency,
                                     .emergency_from = l->from,
                                     .emergency_to = l->to,
                                     .emergencies = s->emergencies};
}

struct sim_list *sim_list_new(const struct scenario *s, uint64_t seed)
{
    struct sim_list *l = mem_alloc(sizeof(*l));
    l->s = s;
    l->seed = seed;
    l->built_in = scenario_plan_built_in(s);
    l->endless = s->endless != 0 || l->built_in;
    l->n =
        s->list_size > 0 ? (size_t)s->list_size : (size_t)SIM_LIST_DEFAULT_SIZE;
    if (l->endless)
        l->n = 0;
    l->person = mem_alloc((l->n + 1) * sizeof(*l->person));
    map_init(&l->by_number);
    for (size_t i = 0; i < l->n; i++)
        make_person(l, i);
    for (int i = 0; i < VISITS; i++)
        civil_format_date(civil_add_days(s->day, -1 - i), l->visit[i]);
    mem_free(l->zone_of);
    l->zone_of = NULL;
    make_registers(l);
    make_facts(l);
    return l;
}

void sim_list_free(struct sim_list *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < l->lists.n; i++)
        buf_fini(&l->image[i]);
    map_fini(&l->by_number);
    mem_free(l->person);
    mem_free(l);
}

/* --- reading --------------------------------------------------------------*/

size_t sim_list_size(const struct sim_list *l)
{
    return l->n;
}

bool sim_list_is_endless(const struct sim_list *l)
{
    return l->endless;
}

const struct dnc_lists *sim_list_lists(const struct sim_list *l)
{
    return &l->lists;
}

size_t sim_list_find(const struct sim_list *l, uint64_t e164)
{
    uint64_t at;
    if (e164 == 0 || !map_get(&l->by_number, e164, &at))
        return SIZE_MAX;
    return (size_t)(at - 1) / PHONES;
}

const struct caller_facts *sim_list_facts(const struct sim_list *l)
{
    return &l->facts;
}

static bool has_flag(const struct sim_list *l, uint64_t e164, uint8_t flag)
{
    uint64_t at;
    if (e164 == 0 || !map_get(&l->by_number, e164, &at))
        return false;
    return (l->person[(at - 1) / PHONES].flag[(at - 1) % PHONES] & flag) != 0;
}

bool sim_list_is_national(const struct sim_list *l, uint64_t e164)
{
    return has_flag(l, e164, FLAG_NATIONAL);
}

bool sim_list_is_internal(const struct sim_list *l, uint64_t e164)
{
    return has_flag(l, e164, FLAG_INTERNAL);
}

bool sim_list_opted_out(const struct sim_list *l, uint64_t e164)
{
    return has_flag(l, e164, FLAG_OPTED_OUT);
}

void sim_list_opt_outs(const struct sim_list *l, struct suppression *out)
{
    struct seller_id seller = {SIM_LIST_SELLER};
    int64_t at_us = scenario_start_us(l->s) - 30 * CIVIL_DAY_US;
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->person[i].phones; k++)
            if ((l->person[i].flag[k] & FLAG_OPTED_OUT) != 0)
                suppression_add(out, seller, l->person[i].phone[k], at_us);
}

static void add_consent(const struct sim_list *l, struct rng *r,
                        struct lead *out)
{
    const struct scenario *s = l->s;
    uint64_t u = rng_below(r, MILLION);
    int days_ago = 30 + (int)rng_below(r, 600);
    struct lead_consent c = {.type = CONSENT_EXPRESS_WRITTEN,
                             .seller = {SIM_LIST_SELLER},
                             .given = civil_add_days(s->day, -days_ago)};
    if (u >= (uint64_t)s->consent + s->withdrawn) {
        if (u % 2 == 0)
            return; /* none at all */
        c.type = CONSENT_EXPRESS;
    } else if (u >= s->consent) {
        c.revoked_us = scenario_start_us(s) - 10 * CIVIL_DAY_US;
    }
    out->consent[out->consents++] = c;
}

static void add_history(const struct sim_list *l, struct rng *r,
                        struct lead *out)
{
    static const enum outcome outcome[] = {OUTCOME_NO_ANSWER, OUTCOME_BUSY,
                                           OUTCOME_MACHINE};
    if (!rng_chance_ppm(r, l->s->tried))
        return;
    int64_t at_us = scenario_start_us(l->s) - CIVIL_DAY_US -
                    (int64_t)rng_below(r, 5 * 86400) * CIVIL_SECOND_US;
    out->history[out->tries++] =
        (struct lead_try){.e164 = out->phone[0].e164,
                          .at_us = at_us,
                          .outcome = outcome[rng_below(r, 3)]};
}

static void add_field(struct lead *out, const char *name, const char *value)
{
    out->field[out->fields++] =
        (struct lead_field){.name = str_of(name), .value = str_of(value)};
}

static void add_fields(const struct sim_list *l, struct rng *r,
                       struct lead *out)
{
    static const char *const first[] = {"Mary",  "James", "Ana",   "Wei",
                                        "Linda", "Omar",  "Sarah", "Luis"};
    static const char *const last[] = {"Smith",    "Johnson", "Garcia", "Lee",
                                       "Williams", "Nguyen",  "Brown",  "Cruz"};
    static const char *const time[] = {"09:30", "11:00", "14:15", "16:45"};
    add_field(out, "first_name", first[rng_below(r, tm_array_len(first))]);
    add_field(out, "last_name", last[rng_below(r, tm_array_len(last))]);
    add_field(out, "visit", l->visit[rng_below(r, VISITS)]);
    add_field(out, "appointment", time[rng_below(r, tm_array_len(time))]);
}

/* Of the area codes of Phoenix and Tucson; after 31 million they come again,
 * each list beginning elsewhere. */
static uint64_t arizona(uint64_t seed, size_t i,
                        const struct person_area **area)
{
    static const struct person_area code[] = {{602, "AZ", "Phoenix", "850"},
                                              {480, "AZ", "Mesa", "852"},
                                              {623, "AZ", "Glendale", "853"},
                                              {520, "AZ", "Tucson", "857"}};
    enum { LINES = 10000, EXCHANGES = 720, FIRST = 220 };
    uint64_t n = (seed * UINT64_C(2654435761) + i) %
                 (tm_array_len(code) * EXCHANGES * LINES);
    *area = &code[n % tm_array_len(code)];
    n /= tm_array_len(code);
    uint64_t exchange = FIRST + n % EXCHANGES, line = n / EXCHANGES;
    if (exchange % 100 == 11 || exchange == 555) /* of services, of nobody */
        exchange = FIRST + EXCHANGES + exchange / 100;
    return UINT64_C(10000000000) + (uint64_t)(*area)->code * 10000000 +
           exchange * LINES + line;
}

/* Person i of an endless list, the same whenever he is asked for. */
static void work_out(const struct sim_list *l, size_t i, struct sim_person *p)
{
    tm_assert(i < (size_t)1 << 30);
    *p = (struct sim_person){.phones = 1};
    p->phone[0] = l->built_in ? arizona(l->seed, i, &p->area[0])
                              : person_number_us(l->seed, i, &p->area[0]);
}

bool sim_list_is_good(const struct sim_list *l, size_t i)
{
    static const char *const island[] = {"PR", "VI", "GU", "MP", "AS"};
    struct sim_person p;
    if (!l->endless)
        return i < l->n;
    work_out(l, i, &p);
    for (size_t k = 0; k < tm_array_len(island); k++)
        if (strcmp(p.area[0]->state, island[k]) == 0)
            return false;
    return true;
}

void sim_list_lead(const struct sim_list *l, size_t i, struct lead *out)
{
    struct sim_person one;
    const struct sim_person *p = &one;
    if (l->endless) {
        work_out(l, i, &one);
    } else {
        tm_assert(i < l->n);
        p = &l->person[i];
    }
    struct rng r;
    rng_init_of(&r, l->seed, "sim list lead", i);
    lead_clear(out);
    out->id.v = (int64_t)i + 1;
    out->state = LEAD_NEW;
    out->phones = p->phones;
    for (size_t k = 0; k < p->phones; k++) {
        struct number n = {.type = NUMBER_TYPE_UNKNOWN};
        (void)number_describe(p->phone[k], &n);
        out->phone[k] =
            (struct lead_phone){.e164 = p->phone[k], .type = n.type};
    }
    (void)str_copy(out->country, sizeof(out->country),
                   str_of(p->canada ? "CA" : "US"));
    if (l->endless) {
        out->consent[out->consents++] =
            (struct lead_consent){.type = CONSENT_EXPRESS_WRITTEN,
                                  .seller = {SIM_LIST_SELLER},
                                  .given = civil_add_days(l->s->day, -30)};
        return;
    }
    if (rng_chance_ppm(&r, l->s->addressed))
        (void)str_copy(out->region, sizeof(out->region),
                       str_of(p->area[0]->state));
    out->business = rng_chance_ppm(&r, l->s->business);
    if (rng_chance_ppm(&r, l->s->customer))
        out->last_transaction =
            civil_add_days(l->s->day, -1 - (int)rng_below(&r, 900));
    add_consent(l, &r, out);
    add_history(l, &r, out);
    add_fields(l, &r, out);
}
