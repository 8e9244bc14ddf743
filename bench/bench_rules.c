/*
 * Verdicts a second on one core with all packs of the repository: a live sales
 * call, a recorded one, a number that only its area code places (two zones), a
 * refusal, and a call at night, whose opening has to be found. Run from the
 * top of the repository. A printed sum keeps the work from being optimised
 * away.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/rules/rules.h"

enum { ROUNDS = 400000, FILE_MAX = 1 << 18 };

/* A case with its arrays. */
struct sample {
    const char *name;
    struct rule_case k;
    struct case_place place[2];
    struct case_registry registry;
    struct case_consent consent;
    struct case_attempt attempt[4];
    struct policy_cap cap[2];
};

static double cpu_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct slice read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");

    if (!f) {
        perror(path);
        return str_range(NULL, 0);
    }
    char *p = arena_alloc(a, FILE_MAX);
    size_t n = fread(p, 1, FILE_MAX, f);
    (void)fclose(f);
    return str_range(p, n);
}

static size_t read_packs(struct arena *a, struct rule_pack_text *pack)
{
    static const char *const pattern[] = {"rules/*.rules", "rules/law/*.rules"};
    size_t n = 0;

    for (size_t p = 0; p < tm_array_len(pattern); p++) {
        glob_t found;

        if (glob(pattern[p], 0, NULL, &found) != 0) {
            continue;
        }
        for (size_t i = 0; i < found.gl_pathc && n < RULE_BOOK_PACKS_MAX; i++) {
            pack[n].file = arena_strdup(a, str_of(found.gl_pathv[i]));
            pack[n].text = read_file(a, pack[n].file);
            n++;
        }
        globfree(&found);
    }
    return n;
}

/* All packs, or the first two: those of the engine. The best of some loads. */
static const struct rule_book *load_book(struct arena *a)
{
    static struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
    const struct rule_book *b = NULL;
    size_t n = read_packs(a, pack);
    struct err e = {0};
    double best = 1e9;

    for (int i = 0; i < 10; i++) {
        double start = cpu_s();
        if (rule_book_load(a, pack, n, &b, &e) != TM_OK) {
            (void)fprintf(stderr, "%s\n", e.text);
            return NULL;
        }
        double took = cpu_s() - start;
        best = took < best ? took : best;
    }
    printf("%zu packs loaded in %.1f ms\n", n, best * 1e3);
    return b;
}

static const struct tz *load_zone(struct arena *a, const char *name)
{
    char path[128];
    const struct tz *z = NULL;

    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    struct slice bytes = read_file(a, path);
    if (!bytes.p || tz_parse(a, name, bytes.p, bytes.n, &z, NULL) != TM_OK) {
        return tz_fixed(a, name, -5 * 3600);
    }
    return z;
}

static struct place_code place(const char *text)
{
    struct place_code p = {0};
    bool ok = vocab_place_parse(str_of(text), &p);

    tm_assert(ok);
    return p;
}

/* 2026-11-23 17:00 UTC: noon in New York. */
static void make_live(struct sample *s, const struct tz *zone)
{
    const int64_t now = INT64_C(1795453200000000);
    struct rule_case *k = &s->k;

    memset(s, 0, sizeof *s);
    s->name = "live sale";
    k->when.now_us = now;
    k->contact.channel = CHANNEL_VOICE_LIVE;
    k->contact.dial_mode = DIAL_PREDICTIVE;
    k->contact.line = LINE_RESIDENTIAL;
    k->contact.e164 = 16145550123;
    k->contact.country = place("US");
    s->place[0] =
        (struct case_place){BASIS_CRM_ADDRESS, place("US-OH"), zone, {0}};
    k->location.place = s->place;
    k->location.places = 1;
    k->callee.party = PARTY_CONSUMER;
    k->caller.kind = CALLER_SELLER;
    k->caller.seller.v = 1;
    k->caller.seller_type = SELLER_TYPE_OTHER;
    k->caller.ftc_jurisdiction = TRI_YES;
    static const struct case_licence san = {.kind = {"san", 3}};
    k->caller.licences_known = true;
    k->caller.licence = &san;
    k->caller.licences = 1;
    k->purpose.kind = PURPOSE_SALE;
    k->purpose.goods = GOODS_OTHER;
    s->registry = (struct case_registry){
        .registry = REGISTRY_US_NATIONAL,
        .on_list = TRI_NO,
        .obtained = {2026, 11, 10},
    };
    k->suppression.internal_known = true;
    k->suppression.registry = &s->registry;
    k->suppression.registries = 1;
    k->attempts.known = true;
    s->attempt[0].at_us = now - 50 * CIVIL_HOUR_US;
    s->attempt[1].at_us = now - 30 * CIVIL_HOUR_US;
    s->attempt[2].at_us = now - 5 * CIVIL_HOUR_US;
    k->attempts.attempt = s->attempt;
    k->attempts.n = 3;
    k->pacing.known = true;
    s->cap[0] = (struct policy_cap){.max = 3, .span_us = CIVIL_DAY_US};
    s->cap[1] = (struct policy_cap){.max = 8, .span_us = 7 * CIVIL_DAY_US};
    k->policy.cap = s->cap;
    k->policy.caps = 2;
    k->presentation.caller_id_present = TRI_YES;
    k->presentation.interactive_opt_out = TRI_YES;
    k->presentation.abandon_message = TRI_YES;
    k->presentation.ring_us = 20 * CIVIL_SECOND_US;
    k->recording.planned = TRI_NO;
}

static void make_recorded(struct sample *s, const struct tz *zone)
{
    make_live(s, zone);
    s->name = "recorded sale";
    s->k.contact.channel = CHANNEL_VOICE_PRERECORDED;
    s->k.contact.dial_mode = DIAL_AGENTLESS;
    s->k.contact.line = LINE_UNKNOWN;
    s->consent = (struct case_consent){
        .type = CONSENT_EXPRESS_WRITTEN,
        .seller = {1},
        .covers = VOCAB_VOICE,
        .not_condition = TRI_YES,
        .given = {2026, 3, 1},
    };
    s->k.consent = &s->consent;
    s->k.consents = 1;
}

static uint64_t measure(const struct rule_book *b, const struct sample *s)
{
    static struct verdict v;
    uint64_t sum = 0;
    double start = cpu_s();

    for (int i = 0; i < ROUNDS; i++) {
        struct permit p = {0};
        int rc = rules_check(b, &s->k, (struct attempt_id){i + 1}, &v, &p);
        tm_assert(rc == TM_OK);
        sum += p.seal + v.reasons;
    }
    double took = cpu_s() - start;
    printf("%-14s %-10s %3zu reasons  %9.0f verdicts/s\n", s->name,
           verdict_kind_text(v.kind), v.reasons, ROUNDS / took);
    return sum;
}

/* The longest searches for an opening: a shut week in Rhode Island at the end
 * of the year with caps, and hours that never meet the campaign's own. */
static void measure_openings(const struct rule_book *b, const struct tz *zone)
{
    static const struct policy_window sunday = {1U << CIVIL_SUNDAY, 0, 86400};
    static struct sample s;
    static struct verdict v;
    const struct case_place rhode_island = {
        BASIS_CONFIRMED_ADDRESS, place("US-RI"), zone, {0}};

    for (int never = 0; never < 2; never++) {
        enum { SEARCHES = 2000 };

        make_live(&s, zone);
        s.place[0] = rhode_island;
        s.k.when.now_us = INT64_C(1798232400000000); /* 2026-12-25 21:00Z */
        s.registry.obtained = (struct civil_date){2026, 12, 20};
        s.k.policy.window = &sunday;
        s.k.policy.windows = never ? 1 : 0;
        double start = cpu_s();
        for (int i = 0; i < SEARCHES; i++) {
            int rc = rules_check(b, &s.k, (struct attempt_id){0}, &v, NULL);
            tm_assert(rc == TM_OK);
        }
        printf("%-26s %-10s %9.1f us a verdict\n",
               never ? "hours that never meet" : "Rhode Island at Christmas",
               verdict_kind_text(v.kind), (cpu_s() - start) / SEARCHES * 1e6);
    }
}

int main(void)
{
    struct arena a;

    arena_init(&a);
    const struct rule_book *b = load_book(&a);
    if (!b) {
        arena_fini(&a);
        return 1;
    }
    const struct tz *east = load_zone(&a, "America/New_York");
    const struct tz *west = load_zone(&a, "America/Los_Angeles");
    static struct sample s[5];
    make_live(&s[0], east);
    make_recorded(&s[1], east);
    make_live(&s[2], east);
    s[2].name = "two zones";
    s[2].place[1] = s[2].place[0];
    s[2].place[1].zone = west;
    s[2].k.location.places = 2;
    make_live(&s[3], east);
    s[3].name = "registered";
    s[3].registry.on_list = TRI_YES;
    make_live(&s[4], east);
    s[4].name = "at night";
    s[4].k.when.now_us += 12 * CIVIL_HOUR_US;
    uint64_t sum = 0;
    for (size_t i = 0; i < tm_array_len(s); i++) {
        sum ^= measure(b, &s[i]);
    }
    measure_openings(b, east);
    printf("%zu rules; sum %016llx\n", rule_book_size(b),
           (unsigned long long)sum);
    arena_fini(&a);
    return 0;
}
