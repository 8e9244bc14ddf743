#include "cmd/campaign_pace.h"

#include <string.h>

#include "cmd/tenant.h"
#include "store/pacing_rows.h"
#include "store/startup.h"

/* --- telemark campaign pace ------------------------------------------------*/

struct change {
    struct slice name;
    int64_t now_us;
    struct arena arena;
    const struct plan *plan;
    struct pacing_row row; /* of the present way, then of the new one */
};

static bool is_agentless(const struct plan *p)
{
    return p->dial_mode == DIAL_AGENTLESS;
}

/* How it dials when the server starts anew. */
static int read_present(struct db *db, struct change *ch,
                        const struct startup_campaign *c, struct err *e)
{
    struct pacing_rows rows;
    int rc = plan_parse(&ch->arena, c->name, c->plan, &ch->plan, e);
    if (rc == TM_OK)
        rc = pacing_rows_read(db, &ch->arena, &rows, e);
    if (rc != TM_OK)
        return rc;
    ch->row = (struct pacing_row){
        .tenant = c->tenant,
        .campaign = c->id,
        .pacing = {ch->plan->dial_mode, ch->plan->pacing,
                   ch->plan->abandon_limit_ppm},
    };
    (void)str_copy(ch->row.plan, sizeof ch->row.plan, str_of(ch->plan->hash));
    const struct pacing_row *told =
        pacing_rows_find(&rows, c->id, ch->plan->hash);
    if (told != NULL && told->pacing.mode != DIAL_UNKNOWN)
        ch->row.pacing = told->pacing;
    return TM_OK;
}

static int do_find(struct db *db, void *arg, struct err *e)
{
    struct change *ch = arg;
    struct startup_campaigns all;
    int rc = startup_campaigns(db, &ch->arena, ch->now_us, &all, e);
    for (size_t i = 0; rc == TM_OK && i < all.n; i++) {
        const struct startup_campaign *c = &all.campaign[i];
        if (c->tenant.v == tenant_default().v && str_eq(ch->name, c->name))
            return read_present(db, ch, c, e);
    }
    if (rc != TM_OK)
        return rc;
    return err_set(e, TM_ENOTFOUND,
                   "no campaign '%.*s'; 'telemark campaign status' lists all",
                   (int)ch->name.n, ch->name.p);
}

static int do_put(struct db *db, void *arg, struct err *e)
{
    const struct change *ch = arg;
    return pacing_rows_put(db, &ch->row, ch->now_us, e);
}

static int read_mode(const char *text, enum dial_mode *out, struct err *e)
{
    if (vocab_dial_parse(str_of(text), out) && *out != DIAL_UNKNOWN)
        return TM_OK;
    return err_set(e, TM_EINVAL,
                   "--mode: '%s' is no dial mode; with agents these are "
                   "manual, preview, progressive, power and predictive",
                   text);
}

/* "2.5 %", "2.5%" and "2.5" */
static int read_limit(const char *text, uint32_t *ppm, struct err *e)
{
    double d;
    if (!str_percent(str_of(text), &d))
        return err_set(e, TM_EINVAL,
                       "--limit: '%s' is no share in per cent, such as 2.5 %%",
                       text);
    *ppm = (uint32_t)(d * 10000 + 0.5);
    return TM_OK;
}

/* A pacing without a mode is one of the present mode. */
static int check_goes_with(const char *pacing, const struct campaign_pacing *p,
                           struct err *e)
{
    enum dial_mode of = p->policy.kind == POLICY_POWER ? DIAL_POWER
                        : p->policy.kind == POLICY_PROGRESSIVE
                            ? DIAL_PROGRESSIVE
                            : DIAL_PREDICTIVE;
    if (of == p->mode)
        return TM_OK;
    return err_set(e, TM_EINVAL,
                   "--pacing: '%s' is a way to dial %s, and the campaign dials "
                   "%s: give --mode %s with it",
                   pacing, vocab_dial_text(of), vocab_dial_text(p->mode),
                   vocab_dial_text(of));
}

/* The policy of the mode, unless one is named: the file's own when it is of
 * that mode. */
static int apply(const struct campaign_pace_wish *wish, const struct plan *plan,
                 struct campaign_pacing *p, struct err *e)
{
    enum dial_mode before = p->mode;
    int rc = wish->mode != NULL ? read_mode(wish->mode, &p->mode, e) : TM_OK;
    if (rc == TM_OK && wish->limit != NULL)
        rc = read_limit(wish->limit, &p->abandon_limit_ppm, e);
    if (rc != TM_OK)
        return rc;
    if (p->mode == plan->dial_mode && before != p->mode)
        p->policy = plan->pacing;
    else if (before != p->mode)
        plan_pace_default(p->mode, &p->policy);
    if (wish->pacing != NULL)
        rc = policy_parse(str_of(wish->pacing), &p->policy, e);
    if (rc == TM_OK && wish->pacing != NULL && wish->mode == NULL)
        rc = check_goes_with(wish->pacing, p, e);
    if (rc == TM_OK && p->mode != before)
        rc = plan_pace_check_anew(plan, p->mode, e);
    return rc != TM_OK ? rc
                       : plan_pace_check(plan, p->mode, &p->policy,
                                         p->abandon_limit_ppm, e);
}

/* The law's ceiling is in plan_pace_check(); here the file's own. */
static int check_own(const struct plan *plan, const struct campaign_pacing *p,
                     struct err *e)
{
    if (is_agentless(plan))
        return err_set(e, TM_EINVAL,
                       "campaign '%s' is agentless: it has no agents to pace "
                       "for; its speed is calls_per_second of its file",
                       plan->name);
    if (p->abandon_limit_ppm > plan->abandon_limit_ppm)
        return err_set(e, TM_EINVAL,
                       "--limit: %.4g %% is above abandon_limit = %.4g %% of "
                       "the campaign's file; change the file and load it",
                       p->abandon_limit_ppm / 10000.0,
                       plan->abandon_limit_ppm / 10000.0);
    return TM_OK;
}

static int change_it(struct control *c, const struct campaign_pace_wish *wish,
                     struct change *ch, struct err *e)
{
    struct campaign_pacing *p = &ch->row.pacing;
    int rc = sqlite_store_run(c->house->store, do_find, ch, e);
    if (rc == TM_OK && is_agentless(ch->plan))
        rc = check_own(ch->plan, p, e);
    if (rc == TM_OK)
        rc = apply(wish, ch->plan, p, e);
    if (rc == TM_OK)
        rc = check_own(ch->plan, p, e);
    /* What is written down is what the server does. */
    if (rc == TM_OK && c->server != NULL)
        rc = c->server->pace(c->server->self, ch->row.campaign, p, e);
    return rc == TM_OK ? sqlite_store_run(c->house->store, do_put, ch, e) : rc;
}

static void add_way(struct buf *b, const struct campaign_pacing *p)
{
    char policy[POLICY_TEXT_MAX];
    policy_text(&p->policy, policy);
    buf_addf(b, "%s", vocab_dial_text(p->mode));
    if ((p->mode == DIAL_POWER || p->mode == DIAL_PREDICTIVE) &&
        strcmp(policy, vocab_dial_text(p->mode)) != 0)
        buf_addf(b, " (%s)", policy);
    if (p->mode == DIAL_POWER || p->mode == DIAL_PREDICTIVE)
        buf_addf(b, ", at most %.4g %% of the live answers abandoned",
                 p->abandon_limit_ppm / 10000.0);
}

int campaign_pace_command(struct control *c,
                          const struct campaign_pace_wish *wish)
{
    struct err e = {0};
    struct change ch = {.name = str_of(wish->name),
                        .now_us = control_now_us(c)};
    if (wish->mode == NULL && wish->pacing == NULL && wish->limit == NULL)
        return control_usage(c, "pace: what shall change? Give --mode, "
                                "--pacing or --limit");
    arena_init(&ch.arena);
    int rc = change_it(c, wish, &ch, &e);
    arena_fini(&ch.arena);
    if (rc != TM_OK)
        return control_fail(c, &e);
    struct buf b;
    buf_init(&b, 400);
    add_way(&b, &ch.row.pacing);
    control_printf(c, "campaign '%s' dials %s%s\n", wish->name, b.p,
                   c->server == NULL ? "; from when 'telemark serve' runs"
                                     : "");
    buf_fini(&b);
    return EXIT_DONE;
}

/* --- telemark campaign status ----------------------------------------------*/

static bool has_agents(const struct campaign_status *live)
{
    return live->pacing.mode != DIAL_UNKNOWN &&
           live->pacing.mode != DIAL_AGENTLESS;
}

/* Those it may dial for now; when there are none, those who would take its
 * people: of a line that only takes calls, or while others use them. */
static void add_agents(struct buf *b, const struct campaign_status *live)
{
    buf_add_str(b, "\n  agents: ");
    if (live->agents.agents > 0 || live->here == 0)
        buf_addf(b, "%u, %u of them ready", live->agents.agents,
                 live->agents.ready);
    else
        buf_addf(b, "%u signed in, %u of them ready; none to dial for",
                 live->here, live->here_ready);
    double per_h = live->agents.called_per_s * 3600;
    if (per_h >= 1)
        buf_addf(b, "; about %.0f callers an hour are expected to take them",
                 per_h);
}

void campaign_pace_print(struct control *c, const struct campaign_status *live,
                         int64_t now_us)
{
    struct buf b;
    if (!has_agents(live))
        return;
    buf_init(&b, 600);
    buf_add_str(&b, "  dials ");
    add_way(&b, &live->pacing);
    if (live->over_limit)
        buf_add_str(&b, "; over the limit: a line for each ready agent, until "
                        "the budget allows more");
    add_agents(&b, live);
    buf_addf(&b, "; people: %u ringing, %u waiting", live->ringing,
             live->waiting);
    if (live->oldest_wait_us != 0)
        buf_addf(&b, " (%.1f s)",
                 (double)(now_us - live->oldest_wait_us) / 1e6);
    buf_addf(&b, ", %u talking", live->talking);
    if (live->pacing.mode == DIAL_PREDICTIVE)
        buf_addf(&b, "; price %.4f", live->price);
    buf_add_char(&b, '\n');
    c->io.out(c->io.self, buf_slice(&b));
    buf_fini(&b);
}

void campaign_pace_json(struct json_out *j, const struct campaign_status *live)
{
    char policy[POLICY_TEXT_MAX];
    if (!has_agents(live))
        return;
    policy_text(&live->pacing.policy, policy);
    json_out_kv_text(j, "dial_mode", vocab_dial_text(live->pacing.mode));
    json_out_kv_text(j, "pacing", policy);
    json_out_kv_decimal(j, "abandon_limit_percent",
                        live->pacing.abandon_limit_ppm / 10000.0, 4);
    json_out_kv_bool(j, "over_limit", live->over_limit);
    json_out_kv_int(j, "agents", live->agents.agents);
    json_out_kv_int(j, "ready", live->agents.ready);
    json_out_kv_int(j, "signed_in", live->here);
    json_out_kv_int(j, "signed_in_ready", live->here_ready);
    json_out_kv_decimal(j, "callers_per_hour", live->agents.called_per_s * 3600,
                        1);
    json_out_kv_int(j, "ringing", live->ringing);
    json_out_kv_int(j, "waiting", live->waiting);
    json_out_kv_int(j, "talking", live->talking);
    json_out_kv_decimal(j, "price", live->price, 4);
    json_out_kv_decimal(j, "chance", live->chance, 4);
}
