#include "cmd/simulate_world.h"

#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/embedded.h"
#include "cmd/house.h"
#include "sim/runner.h"
#include "sim/scenario_plan.h"

enum { FILE_MAX = 1 << 20, PATH_LEN = 4096 };

/* "key=value" of the command line. */
static int set_key(struct simulate_world *w, const char *text, struct err *e)
{
    struct slice value, key = str_cut(str_of(text), '=', &value);
    if (value.p == NULL)
        return err_set(e, TM_EINVAL, "--set %s: say KEY=VALUE", text);
    int rc = scenario_set(&w->scenario, &w->arena, str_trim(key),
                          str_trim(value), e);
    return rc == TM_OK ? TM_OK : err_context(e, "--set %s", text);
}

static int load_scenario(struct simulate_world *w, const char *path,
                         const char *const *set, struct err *e)
{
    struct buf text;
    int rc = command_read_file(path, FILE_MAX, &text, e);
    if (rc != TM_OK)
        return rc;
    scenario_init(&w->scenario);
    rc = scenario_load(&w->scenario, &w->arena, path, buf_slice(&text), e);
    buf_fini(&text);
    for (int i = 0; rc == TM_OK && set[i] != NULL; i++)
        rc = set_key(w, set[i], e);
    return rc == TM_OK ? scenario_check(&w->scenario, e) : rc;
}

/* A file named in the scenario lies beside it. */
static int load_plan_file(struct simulate_world *w, const char *scenario,
                          struct err *e)
{
    char path[PATH_LEN];
    struct buf text;
    struct slice name = w->scenario.campaign_file;
    const char *slash = strrchr(scenario, '/');
    int folder =
        slash != NULL && name.p[0] != '/' ? (int)(slash - scenario) + 1 : 0;
    int n = snprintf(path, sizeof(path), "%.*s%.*s", folder, scenario,
                     (int)name.n, name.p);
    if (n < 0 || (size_t)n >= sizeof(path))
        return err_set(e, TM_ELIMIT, "the path of the campaign is too long");
    int rc = command_read_file(path, FILE_MAX, &text, e);
    if (rc != TM_OK)
        return rc;
    rc = plan_parse(&w->arena, path, buf_slice(&text), &w->plan, e);
    buf_fini(&text);
    return rc;
}

static int load_plan(struct simulate_world *w, const char *path, struct err *e)
{
    if (w->scenario.campaign.n > 0)
        return plan_parse(&w->arena, path, w->scenario.campaign, &w->plan, e);
    if (w->scenario.campaign_file.n > 0)
        return load_plan_file(w, path, e);
    if (scenario_plan(&w->scenario, &w->arena, &w->plan, e) != TM_OK)
        return err_context(e, "%s", path);
    return TM_OK;
}

int simulate_world_allow(struct arena *a, const struct rule_book **out,
                         struct err *e)
{
    struct rule_pack_text pack[2] = {[1] = runner_allow_pack()};
    for (size_t i = 0; i < embedded_rules_count; i++)
        if (strcmp(embedded_rules[i].name, "rules/operator.rules") == 0)
            pack[0] = (struct rule_pack_text){
                .file = embedded_rules[i].name,
                .text = str_range((const char *)embedded_rules[i].bytes,
                                  embedded_rules[i].size)};
    tm_assert(pack[0].file != NULL);
    return rule_book_load(a, pack, 2, out, e);
}

static int load_rules(struct simulate_world *w, const char *folder,
                      struct err *e)
{
    if (!w->scenario.allow_all)
        return house_rules(&w->arena, folder, &w->book, e);
    return simulate_world_allow(&w->arena, &w->book, e);
}

int simulate_world_init(struct simulate_world *w, const char *path,
                        const char *const *set, const char *rules,
                        struct err *e)
{
    memset(w, 0, sizeof(*w));
    arena_init(&w->arena);
    int rc = load_scenario(w, path, set, e);
    if (rc == TM_OK)
        rc = load_plan(w, path, e);
    if (rc == TM_OK && w->scenario.callers > 0 && w->plan->inbound.numbers == 0)
        rc = err_set(e, TM_EINVAL,
                     "%s: callers = %g, and the campaign takes no calls; give "
                     "it a section [inbound] with its numbers",
                     path, w->scenario.callers);
    if (rc == TM_OK)
        rc = load_rules(w, rules, e);
    if (rc == TM_OK)
        rc = house_zones(&w->arena, &w->zones, e);
    return rc;
}

void simulate_world_fini(struct simulate_world *w)
{
    arena_fini(&w->arena);
}

bool simulate_world_has_agents(const struct simulate_world *w)
{
    return w->plan->dial_mode != DIAL_AGENTLESS;
}
