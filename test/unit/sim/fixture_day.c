#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "core/number/number_zone.h"
#include "sim/scenario_plan.h"
#include "unit/sim/fixture_day.h"

static const char CAMPAIGN[] =
    "\n[campaign]\n"
    "name = test\nseller = Lakeside Clinic\ncaller_kind = survey\n"
    "purpose = survey\nleads_to_sale = yes\nlist = people\ntrunk = main\n"
    "caller_id = +12025550100\ncaller_name = Lakeside Clinic\n"
    "caller_id_authority = yes\nconsent_not_condition = yes\n"
    "carries = disclose_seller_purpose_goods\n"
    "country = US\nmax_calls = 20\ncalls_per_second = 5\n"
    "ring_timeout = 25s\nhopper = 40\n"
    "[hours]\ndaily = 09:00-20:00\n"
    "[caps]\nlead = 3\nnumber_24h = %d\n"
    "[retry]\nbusy = 2 x 5m\nno_answer = 1 x 20m\nmachine = 1 x 30m\n"
    "congestion = 2 x 1m\n"
    "[keys]\n9 = removed\n"
    "[step hello]\nsay = \"Hello {first_name|there}, a survey of "
    "Lakeside Clinic. Press 9 to be removed. 202 555 0100.\"\nnext = one\n"
    "[step one]\nsay = \"Was it good? Press 1 or 2.\"\n"
    "question = good Was it good?\nkey.1 = yes -> two\nkey.2 = no -> two\n"
    "repeat = 1\ntimeout = 4s\n"
    "[step two]\nsay = \"Shall a person call you? Press 1 or 2.\"\n"
    "question = call Shall a person call?\n"
    "key.1 = yes -> person\nkey.2 = no -> bye\ntimeout = 4s\nnext = bye\n"
    "[step bye]\ndo = end\nsay = \"Goodbye.\"\n"
    "[step person]\ndo = callback\nsay = \"A person will call.\"\n"
    "[step removed]\ndo = opt_out\nsay = \"You are removed.\"\n";

/* What a caller in all states has besides the national register. */
static const char LISTS[] =
    "feed = 1\nstate_lists = CO FL IN LA MA MO OK PA TN TX WY\n";

/* cap: calls to a number in 24 hours. */
static void add_campaign(struct buf *b, int cap)
{
    const char *at = strstr(CAMPAIGN, "%d");
    assert_non_null(at);
    buf_add(b, CAMPAIGN, (size_t)(at - CAMPAIGN));
    buf_addf(b, "%d", cap);
    buf_add_str(b, at + 2);
}

char *fixture_day_read(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("cannot read %s", path);
    char *p = test_malloc(1 << 20);
    *n = fread(p, 1, (1 << 20) - 1, f);
    p[*n] = '\0';
    assert_int_equal(fclose(f), 0);
    return p;
}

static void add_packs(struct fixture_day *d, const char *pattern,
                      struct rule_pack_text *pack, size_t *n)
{
    glob_t g;
    assert_int_equal(glob(pattern, 0, NULL, &g), 0);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        size_t bytes;
        char *text = fixture_day_read(g.gl_pathv[i], &bytes);
        assert_in_range(*n, 0, RULE_BOOK_PACKS_MAX - 1);
        pack[(*n)++] = (struct rule_pack_text){
            .file = arena_strdup(&d->arena, str_of(g.gl_pathv[i])),
            .text = str_range(arena_strdup(&d->arena, str_range(text, bytes)),
                              bytes)};
        test_free(text);
    }
    globfree(&g);
}

size_t fixture_day_packs(struct fixture_day *d,
                         struct rule_pack_text pack[RULE_BOOK_PACKS_MAX])
{
    size_t n = 0;
    add_packs(d, SOURCE_DIR "/rules/*.rules", pack, &n);
    add_packs(d, SOURCE_DIR "/rules/law/*.rules", pack, &n);
    return n;
}

static void load_rules(struct fixture_day *d)
{
    struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
    struct err e = {0};
    size_t n = 0;
    if (d->scenario.allow_all) {
        add_packs(d, SOURCE_DIR "/rules/operator.rules", pack, &n);
        pack[n++] = runner_allow_pack();
    } else {
        n = fixture_day_packs(d, pack);
    }
    int rc = rule_book_load(&d->arena, pack, n, &d->book, &e);
    if (rc != TM_OK)
        fail_msg("%s", e.text);
}

static void load_zones(struct fixture_day *d)
{
    tz_set_init(&d->zones, &d->arena, "test");
    for (size_t i = 0; i < number_zone_count(); i++) {
        const char *name = number_zone_name((uint16_t)i);
        char path[512];
        const struct tz *z;
        bool ours = strncmp(name, "America/", 8) == 0 ||
                    strncmp(name, "Pacific/", 8) == 0;
        if (!ours)
            continue;
        (void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
        size_t n;
        char *bytes = fixture_day_read(path, &n);
        if (tz_parse(&d->arena, name, bytes, n, &z, NULL) == TM_OK)
            tz_set_add(&d->zones, z);
        test_free(bytes);
    }
    assert_true(d->zones.n > 20);
}

struct fixture_day *fixture_day_new(const char *keys)
{
    struct fixture_day *d = test_calloc(1, sizeof(*d));
    struct err e = {0};
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_add_str(&text, LISTS);
    buf_add_str(&text, keys);
    if (strstr(keys, "[campaign]") == NULL)
        add_campaign(&text, strstr(keys, "rules = allow") != NULL ? 9 : 2);
    arena_init(&d->arena);
    scenario_init(&d->scenario);
    if (scenario_load(&d->scenario, &d->arena, "day", buf_slice(&text), &e) !=
            TM_OK ||
        plan_parse(&d->arena, "day", d->scenario.campaign, &d->plan, &e) !=
            TM_OK)
        fail_msg("%s", e.text);
    buf_fini(&text);
    load_rules(d);
    load_zones(d);
    return d;
}

struct fixture_day *fixture_day_floor(const char *keys)
{
    struct fixture_day *d = test_calloc(1, sizeof(*d));
    struct err e = {0};
    arena_init(&d->arena);
    scenario_init(&d->scenario);
    if (scenario_load(&d->scenario, &d->arena, "floor", str_of(keys), &e) !=
            TM_OK ||
        scenario_plan(&d->scenario, &d->arena, &d->plan, &e) != TM_OK)
        fail_msg("%s", e.text);
    load_rules(d);
    load_zones(d);
    return d;
}

void fixture_day_free(struct fixture_day *d)
{
    arena_fini(&d->arena);
    test_free(d);
}
