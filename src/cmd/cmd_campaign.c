/* telemark campaign: load, start, pause, stop, pace, status. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "cmd/campaign_numbers.h"
#include "cmd/campaign_pace.h"
#include "cmd/campaign_promise.h"
#include "cmd/campaign_warn.h"
#include "cmd/commands.h"
#include "cmd/control.h"
#include "cmd/reask.h"
#include "cmd/server.h"
#include "cmd/tenant.h"
#include "cmd/trunk_file.h"
#include "core/campaign/campaign.h"
#include "store/catalog.h"
#include "store/sqlite_reader.h"

enum { PLAN_BYTES_MAX = 4 << 20 };

static int run(int argc, char **argv);

const struct command cmd_campaign = {
    .name = "campaign",
    .summary = "load a campaign file; start, pause, stop, pace, status",
    .help =
        "usage: telemark campaign load FILE [--data DIR]\n"
        "       telemark campaign start|pause|stop NAME [--data DIR]\n"
        "       telemark campaign pace NAME [--mode MODE] [--pacing POLICY]\n"
        "                         [--limit PERCENT] [--data DIR]\n"
        "       telemark campaign status [NAME] [--json] [--data DIR]\n\n"
        "load    checks a campaign file (examples/survey.campaign and\n"
        "        examples/agents.campaign show every key) and stores it under\n"
        "        its name. Loading again changes the plan of a campaign that\n"
        "        does not run.\n"
        "start   lets the campaign dial while `telemark serve` runs.\n"
        "pause   starts no new calls; calls that are up go on.\n"
        "stop    as pause, and gives its leads back.\n"
        "pace    changes how a campaign with agents dials, also while it "
        "runs:\n"
        "        the dial mode (manual, preview, progressive, power,\n"
        "        predictive), the pacing (power:r=1.5) and the share of live\n"
        "        answers that may be abandoned. It holds until a changed file\n"
        "        is loaded.\n"
        "status  state, calls, leads by state, why it is not dialling, and "
        "who\n"
        "        waits that called a number of its [inbound] "
        "(docs/inbound.md).\n",
    .run = run,
};

struct options {
    const char *data;
    bool json;
    struct campaign_pace_wish pace;
};

static int parse(int argc, char **argv, struct options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "json", .flag = &o->json},
        {.name = "mode", .value = &o->pace.mode},
        {.name = "pacing", .value = &o->pace.pacing},
        {.name = "limit", .value = &o->pace.limit},
    };
    return command_options(&cmd_campaign, argc, argv, opt,
                           (int)tm_array_len(opt));
}

static int run(int argc, char **argv)
{
    char *copy[128];
    struct options o = {0};
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_campaign, "too many words");
    /* Parsed here for --help, --data and a wrong line; again by the owner. */
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words == 0)
        return command_usage(&cmd_campaign, "load, start, pause, stop, pace "
                                            "or status?");
    return control_run(&cmd_campaign, o.data, argc, argv);
}

struct load {
    const struct plan *plan;
    struct slice text;
    int64_t now_us;
    struct campaign_id id;
};

static int do_load(struct db *db, void *arg, struct err *e)
{
    struct load *l = arg;
    struct catalog_campaign c = {.tenant = tenant_default(),
                                 .name = str_of(l->plan->name),
                                 .seller = str_of(l->plan->seller),
                                 .list = str_of(l->plan->list),
                                 .plan = l->text,
                                 .now_us = l->now_us};
    struct list_id list;
    int rc = catalog_list_find(db, c.tenant, c.list, &list, e);
    if (rc == TM_ENOTFOUND)
        return err_set(e, rc,
                       "there is no list '%s': make it from a CSV file with\n"
                       "    telemark import FILE.csv --list '%s'%s",
                       l->plan->list, l->plan->list,
                       l->plan->inbound.numbers == 0
                           ? ""
                           : "\na file of its heading alone (phone,name) will "
                             "do when people only call you");
    if (rc == TM_OK)
        rc = campaign_numbers_free(db, l->plan, e);
    return rc == TM_OK ? catalog_campaign_load(db, &c, &l->id, e) : rc;
}

struct change {
    struct slice name;
    enum campaign_state state;
    int64_t now_us;
    struct campaign_id id;
};

static int do_find(struct db *db, void *arg, struct err *e)
{
    struct change *ch = arg;
    return catalog_campaign_find(db, tenant_default(), ch->name, &ch->id, e);
}

static int do_trunks(struct db *db, void *arg, struct err *e)
{
    int rc = catalog_setting_get(db, "trunks", arg, TRUNK_FILE_TEXT_MAX, e);
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

/* The trunks on file, TM_OK and *n 0 without any. */
static int read_trunks(struct control *c, struct arena *a,
                       struct trunk_config **out, size_t *n, struct err *e)
{
    char *text = arena_alloc(a, TRUNK_FILE_TEXT_MAX);
    *out = arena_array(a, SERVER_TRUNKS_MAX, sizeof(**out));
    *n = 0;
    text[0] = '\0';
    int rc = sqlite_store_run(c->house->store, do_trunks, text, e);
    if (rc == TM_OK)
        rc = trunk_file_parse(a, "stored trunks", str_of(text), *out,
                              SERVER_TRUNKS_MAX, n, e);
    return rc;
}

/* A campaign may be loaded before its trunk; the user is told. */
static int check_trunk(struct control *c, const struct campaign_file *f,
                       struct arena *a, struct err *e)
{
    struct trunk_config *trunk;
    size_t n;
    int rc = read_trunks(c, a, &trunk, &n, e);
    if (rc == TM_OK)
        campaign_warn_trunks(c, f, trunk, n);
    return rc;
}

/* The number that is shown, and who answers it. */
struct shown {
    uint64_t e164;
    bool answered;
};

static int do_shown(struct db *db, void *arg, struct err *e)
{
    struct shown *s = arg;
    return campaign_numbers_answered(db, s->e164, &s->answered, e);
}

static int check_number(struct control *c, const struct campaign_file *f,
                        struct err *e)
{
    struct shown s = {.e164 = f->plan->caller_e164};
    int rc = sqlite_store_run(c->house->store, do_shown, &s, e);
    if (rc == TM_OK && !s.answered && s.e164 != 0)
        campaign_warn_unanswered(c, f);
    return rc;
}

/* The engine keeps the former plan while calls of it are up. */
static int check_calls(struct control *c, const struct plan *plan,
                       struct err *e)
{
    struct change ch = {.name = str_of(plan->name)};
    struct campaign_status live;
    struct err unknown;
    if (c->server == NULL ||
        sqlite_store_run(c->house->store, do_find, &ch, &unknown) != TM_OK ||
        c->server->status(c->server->self, ch.id, &live, &unknown) != TM_OK ||
        live.calls == 0 || live.state == CAMPAIGN_RUNNING)
        return TM_OK;
    return err_set(e, TM_ESTATE,
                   "campaign '%s' is %s and %zu of its calls are still up: "
                   "load it when they have ended",
                   plan->name, campaign_state_text(live.state), live.calls);
}

static void print_loaded(struct control *c, const struct plan *plan)
{
    char what[64];
    if (plan->channel == CHANNEL_VOICE_LIVE)
        (void)snprintf(what, sizeof(what), "with agents, %s",
                       vocab_dial_text(plan->dial_mode));
    else
        (void)snprintf(what, sizeof(what), "%zu steps", plan->script->steps);
    /* A name of several words is one for the shell too. */
    const char *quote = strchr(plan->name, ' ') != NULL ? "'" : "";
    control_printf(c,
                   "campaign '%s' is loaded (%s, list '%s', trunk '%s'); start "
                   "it with: telemark campaign start %s%s%s\n",
                   plan->name, what, plan->list, plan->trunk, quote, plan->name,
                   quote);
    struct buf b;
    buf_init(&b, 400);
    campaign_numbers_text(&plan->inbound, &b);
    if (plan->inbound.numbers > 0)
        control_printf(c, "it takes calls to %s\n", b.p);
    buf_fini(&b);
}

/* What is not wrong, and yet not as one would wish it. */
static int warn(struct control *c, const struct load *l,
                const struct campaign_file *f, struct arena *a, struct err *e)
{
    campaign_warn(c, f);
    int rc = check_number(c, f, e);
    if (rc == TM_OK)
        rc = check_trunk(c, f, a, e);
    if (rc == TM_OK)
        campaign_promise_warn(c, l->id);
    return rc;
}

static int load_plan(struct control *c, const char *path, struct arena *a,
                     struct buf *text, struct err *e)
{
    struct load l = {.now_us = control_now_us(c)};
    int rc = plan_parse(a, path, buf_slice(text), &l.plan, e);
    l.text = buf_slice(text);
    const struct campaign_file f = {path, l.text, l.plan};
    if (rc == TM_OK)
        rc = plan_pace_check_anew(l.plan, l.plan->dial_mode, e);
    if (rc == TM_OK)
        rc = campaign_warn_voice(c, path, l.plan, e);
    if (rc == TM_OK)
        rc = campaign_warn_sounds(c, &f, e);
    if (rc == TM_OK)
        rc = check_calls(c, l.plan, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(c->house->store, do_load, &l, e);
    if (rc == TM_OK)
        rc = reask_changed(c, CONTROL_CAMPAIGNS, l.id, e);
    if (rc != TM_OK)
        return rc;
    print_loaded(c, l.plan);
    return warn(c, &l, &f, a, e);
}

static int load(struct control *c, const char *file)
{
    struct err e = {0};
    char path[4096];
    struct buf text;
    struct arena a;
    if (control_path(c, file, path, sizeof(path), &e) != TM_OK ||
        command_read_file(path, PLAN_BYTES_MAX, &text, &e) != TM_OK)
        return control_fail(c, &e);
    arena_init(&a);
    int rc = load_plan(c, file, &a, &text, &e);
    arena_fini(&a);
    buf_fini(&text);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

/* Without a server the wish is written down; the next server follows it. */
static int do_change(struct db *db, void *arg, struct err *e)
{
    struct change *ch = arg;
    enum campaign_state now;
    int rc = catalog_campaign_state(db, tenant_default(), ch->id, &now, e);
    if (rc != TM_OK)
        return rc;
    /* as the server: what does not run is neither paused nor stopped */
    if (ch->state != CAMPAIGN_RUNNING && now != CAMPAIGN_RUNNING &&
        (ch->state != CAMPAIGN_STOPPED || now != CAMPAIGN_PAUSED)) {
        ch->state = now;
        return TM_OK;
    }
    struct record r = {.kind = RECORD_CAMPAIGN,
                       .at_us = ch->now_us,
                       .tenant = tenant_default(),
                       .campaign = ch->id,
                       .state = (int)ch->state,
                       .note = str_of("command without a server")};
    return catalog_record(db, &r, e);
}

/* The state it has now, which may be another one than was wished for. */
static int live_state(struct control *c, struct change *ch, struct err *e)
{
    struct campaign_status live;
    int rc = c->server->status(c->server->self, ch->id, &live, e);
    if (rc == TM_OK)
        ch->state = live.state;
    return rc;
}

static void print_change(struct control *c, const char *name,
                         enum campaign_state wish, enum campaign_state state)
{
    const char *more = "";
    if (state == CAMPAIGN_RUNNING && c->server == NULL)
        more = "; it dials when 'telemark serve' runs";
    else if (state != wish && wish != CAMPAIGN_RUNNING)
        more = "; nothing was changed";
    control_printf(c, "campaign '%s' is %s%s\n", name,
                   campaign_state_text(state), more);
}

static int change(struct control *c, const char *name,
                  enum campaign_event_kind kind, enum campaign_state state)
{
    struct err e = {0};
    struct change ch = {
        .name = str_of(name), .state = state, .now_us = control_now_us(c)};
    int rc = sqlite_store_run(c->house->store, do_find, &ch, &e);
    if (rc == TM_OK && c->server != NULL)
        rc = c->server->campaign(c->server->self, ch.id, kind, &e);
    if (rc == TM_OK && c->server != NULL)
        rc = live_state(c, &ch, &e);
    else if (rc == TM_OK)
        rc = sqlite_store_run(c->house->store, do_change, &ch, &e);
    if (rc != TM_OK)
        return control_fail(c, &e);
    print_change(c, name, state, ch.state);
    if (kind == CAMPAIGN_EV_START)
        campaign_promise_warn(c, ch.id);
    return EXIT_DONE;
}

struct status {
    struct control *c;
    struct slice name; /* empty: all */
    struct reader reader;
    struct json_out *json; /* NULL: text */
    struct campaign_id found[64];
    struct slice found_name[64], found_plan[64];
    int found_state[64];
    size_t n;
    struct arena arena;
    uint64_t leads[LEAD_STATE_COUNT];
    struct campaign_promise_refused refused;
    struct campaign_trunks trunks;
};

static int keep_campaign(void *arg, const struct reader_campaign *rc)
{
    struct status *s = arg;
    if (s->name.n > 0 && !str_same(s->name, rc->name))
        return 0;
    if (s->n < tm_array_len(s->found)) {
        s->found[s->n] = rc->id;
        s->found_state[s->n] = rc->state;
        s->found_name[s->n] = str_of(arena_strdup(&s->arena, rc->name));
        s->found_plan[s->n] =
            str_range(arena_strdup(&s->arena, rc->plan), rc->plan.n);
        s->n++;
    }
    return 0;
}

static int add_state(void *arg, const struct reader_state_count *count)
{
    struct status *s = arg;
    s->leads[count->state] += count->leads;
    return 0;
}

/* Which does not know of the trunks. */
static void print_idle(struct status *s, const char *why)
{
    static const char taken[] = "; callers are taken";
    struct slice text = str_of(why);
    size_t n = strlen(taken);
    if (s->trunks.shut && text.n > n && strcmp(why + text.n - n, taken) == 0)
        text.n -= n;
    control_printf(s->c, "  not dialling: %.*s\n", (int)text.n, text.p);
}

static void print_text(struct status *s, size_t i,
                       const struct campaign_status *live)
{
    control_printf(s->c, "%s: %s", s->found_name[i].p,
                   campaign_state_text(
                       live != NULL ? live->state
                                    : (enum campaign_state)s->found_state[i]));
    if (live != NULL)
        control_printf(s->c, ", %zu call%s up, %zu leads at hand", live->calls,
                       live->calls == 1 ? "" : "s", live->hopper);
    else
        control_printf(s->c, " (no server runs)");
    bool any = false;
    control_printf(s->c, "\n  leads:");
    for (int st = 0; st < LEAD_STATE_COUNT; st++) {
        if (s->leads[st] == 0)
            continue;
        any = true;
        control_printf(s->c, " %s %llu", lead_state_text((enum lead_state)st),
                       (unsigned long long)s->leads[st]);
    }
    control_printf(s->c, "%s\n", any ? "" : " none yet");
    if (live != NULL)
        campaign_pace_print(s->c, live, control_now_us(s->c));
    campaign_numbers_print(s->c, s->found_plan[i], live, &s->trunks);
    if (s->refused.people > 0)
        control_printf(s->c,
                       "  %llu who %s promised a call may not be called (%s): "
                       "telemark why lead:%lld\n",
                       (unsigned long long)s->refused.people,
                       s->refused.people == 1 ? "was" : "were",
                       s->refused.rules, (long long)s->refused.lead.v);
    if (live != NULL && live->idle_why[0] != '\0')
        print_idle(s, live->idle_why);
}

static void print_json(struct status *s, size_t i,
                       const struct campaign_status *live)
{
    struct json_out *j = s->json;
    json_out_object(j);
    json_out_kv_text(j, "campaign", s->found_name[i].p);
    json_out_kv_text(
        j, "state",
        campaign_state_text(live != NULL
                                ? live->state
                                : (enum campaign_state)s->found_state[i]));
    json_out_kv_bool(j, "server", live != NULL);
    json_out_key(j, "leads");
    json_out_object(j);
    for (int st = 0; st < LEAD_STATE_COUNT; st++)
        json_out_kv_int(j, lead_state_text((enum lead_state)st),
                        (int64_t)s->leads[st]);
    json_out_end_object(j);
    json_out_kv_int(j, "promised_refused", (int64_t)s->refused.people);
    campaign_numbers_json(j, s->found_plan[i], live);
    if (live != NULL) {
        json_out_kv_int(j, "calls", (int64_t)live->calls);
        json_out_kv_int(j, "hopper", (int64_t)live->hopper);
        json_out_kv_text(j, "idle_why", live->idle_why);
        campaign_pace_json(j, live);
        json_out_key(j, "next_due");
        char at[CIVIL_INSTANT_LEN];
        if (live->next_due_us != INT64_MAX) {
            civil_format_instant(live->next_due_us, at);
            json_out_text(j, at);
        } else {
            json_out_null(j);
        }
    }
    json_out_end_object(j);
}

static int print_all(struct status *s, struct err *e)
{
    struct control *c = s->c;
    for (size_t i = 0; i < s->n; i++) {
        struct campaign_status live;
        bool has_live =
            c->server != NULL &&
            c->server->status(c->server->self, s->found[i], &live, e) == TM_OK;
        memset(s->leads, 0, sizeof(s->leads));
        int rc = s->reader.states(s->reader.self, s->found[i], add_state, s, e);
        if (rc == TM_OK)
            rc =
                campaign_promise_refused(&s->reader, &s->arena, s->found[i],
                                         s->leads[LEAD_DENIED], &s->refused, e);
        if (rc != TM_OK)
            return rc;
        if (s->json != NULL)
            print_json(s, i, has_live ? &live : NULL);
        else
            print_text(s, i, has_live ? &live : NULL);
    }
    return TM_OK;
}

static int look_at_trunks(struct status *s, struct err *e)
{
    struct trunk_config *trunk;
    size_t n;
    int rc = read_trunks(s->c, &s->arena, &trunk, &n, e);
    if (rc == TM_OK)
        campaign_numbers_trunks(s->c, trunk, n, &s->trunks);
    return rc;
}

static int collect(struct status *s, struct err *e)
{
    int rc = s->reader.campaigns(s->reader.self, tenant_default(),
                                 keep_campaign, s, e);
    if (rc == TM_OK && s->n == 0 && s->name.n > 0)
        rc = err_set(e, TM_ENOTFOUND,
                     "no campaign '%.*s'; 'telemark campaign status' lists "
                     "all",
                     (int)s->name.n, s->name.p);
    return rc;
}

static int status(struct control *c, const char *name, bool json)
{
    struct err e = {0};
    struct sqlite_reader *reader;
    struct status s = {.c = c, .name = str_of(name)};
    struct buf b;
    struct json_out j;
    if (sqlite_reader_open(&c->house->dir, &reader, &e) != TM_OK)
        return control_fail(c, &e);
    sqlite_reader_port(reader, &s.reader);
    arena_init(&s.arena);
    buf_init(&b, 1 << 20);
    json_out_init(&j, &b);
    s.json = json ? &j : NULL;
    json_out_array(&j);
    int rc = collect(&s, &e);
    if (rc == TM_OK)
        rc = look_at_trunks(&s, &e);
    if (rc == TM_OK)
        rc = print_all(&s, &e);
    json_out_end_array(&j);
    buf_add_char(&b, '\n');
    if (rc == TM_OK && json)
        c->io.out(c->io.self, buf_slice(&b));
    if (rc == TM_OK && !json && s.n == 0)
        control_printf(c, "no campaign is loaded yet\n");
    buf_fini(&b);
    arena_fini(&s.arena);
    sqlite_reader_close(reader);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

int cmd_campaign_control(struct control *c, int argc, char **argv)
{
    struct options o = {0};
    int words = parse(argc, argv, &o);
    if (words < 1)
        return EXIT_USAGE;
    const char *verb = argv[1], *name = words > 1 ? argv[2] : "";
    bool pace = strcmp(verb, "pace") == 0;
    if (!pace &&
        (o.pace.mode != NULL || o.pace.pacing != NULL || o.pace.limit != NULL))
        return control_usage(c, "--mode, --pacing and --limit are for pace");
    if (strcmp(verb, "status") == 0 && words <= 2)
        return status(c, name, o.json);
    if (words != 2)
        return control_usage(c, "'%s' takes one %s", verb,
                             strcmp(verb, "load") == 0 ? "file" : "name");
    if (strcmp(verb, "load") == 0)
        return load(c, name);
    if (strcmp(verb, "start") == 0)
        return change(c, name, CAMPAIGN_EV_START, CAMPAIGN_RUNNING);
    if (strcmp(verb, "pause") == 0)
        return change(c, name, CAMPAIGN_EV_PAUSE, CAMPAIGN_PAUSED);
    if (strcmp(verb, "stop") == 0)
        return change(c, name, CAMPAIGN_EV_STOP, CAMPAIGN_STOPPED);
    o.pace.name = name;
    if (pace)
        return campaign_pace_command(c, &o.pace);
    return control_usage(c, "unknown word '%s'", verb);
}
