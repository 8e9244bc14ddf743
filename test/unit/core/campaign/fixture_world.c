#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture_world.h"

const char world_plan[] = "name = Visits\n"
                          "seller = Clinic\n"
                          "caller_kind = survey\n"
                          "purpose = survey\n"
                          "leads_to_sale = no\n"
                          "list = visitors\n"
                          "country = US\n"
                          "trunk = main\n"
                          "caller_id = +12125550100\n"
                          "max_calls = 2\n"
                          "calls_per_second = 1000\n"
                          "start_after = 300ms\n"
                          "hopper = 8\n"
                          "[hours]\n"
                          "daily = 09:00-20:00\n"
                          "[caps]\n"
                          "lead = 3\n"
                          "[retry]\n"
                          "busy = 2 x 10m\n"
                          "no_answer = 2 x 2h\n"
                          "machine = 1 x 4h\n"
                          "congestion = 1 x 1m\n"
                          "[keys]\n"
                          "9 = removed\n"
                          "1 = back\n"
                          "[step hello]\n"
                          "say = Hello {first_name|there}, Clinic. Press 9\n"
                          "next = q1\n"
                          "[step q1]\n"
                          "say = How was it?\n"
                          "question = visit\n"
                          "key.2 = good -> bye\n"
                          "key.3 = poor -> bye\n"
                          "timeout = 5s\n"
                          "next = bye\n"
                          "[step bye]\n"
                          "do = end\n"
                          "say = Bye 212 555 0100\n"
                          "[step back]\n"
                          "do = callback\n"
                          "say = We call\n"
                          "[step removed]\n"
                          "do = opt_out\n"
                          "say = Gone\n";

#define LIVE_CARRIES                                                           \
    "carries = disclose_seller_purpose_goods identify_at_start "               \
    "identify_within_10s identify_within_30s identify_with_full_name "         \
    "ask_to_continue offer_do_not_call state_phone_number "                    \
    "end_call_within_10s_on_request\n"

#define LIVE_PLAN(detect)                                                      \
    "name = Visits\n"                                                          \
    "seller = Clinic\n"                                                        \
    "caller_kind = survey\n"                                                   \
    "purpose = survey\n"                                                       \
    "leads_to_sale = no\n"                                                     \
    "list = visitors\n"                                                        \
    "country = US\n"                                                           \
    "trunk = main\n"                                                           \
    "caller_id = +12125550100\n"                                               \
    "channel = voice_live\n"                                                   \
    "dial_mode = predictive\n"                                                 \
    "abandoned_say = \"This is Clinic, a telemarketing call. Our number is "   \
    "212 "                                                                     \
    "555 0100. Press 9 to be taken off our list.\"\n"                          \
    "abandoned_key = 9\n"                                                      \
    "abandon_limit = 3 %\n" detect "hold = 2s\n"                               \
    "wrap_limit = 60s\n"                                                       \
    "max_calls = 40\n"                                                         \
    "calls_per_second = 1000\n"                                                \
    "hopper = 64\n" LIVE_CARRIES "[hours]\n"                                   \
    "daily = 09:00-20:00\n"                                                    \
    "[retry]\n"                                                                \
    "busy = 2 x 10m\n"                                                         \
    "no_answer = 2 x 2h\n"                                                     \
    "machine = 1 x 4h\n"                                                       \
    "abandoned = 1 x 3d\n"                                                     \
    "talked = 2 x 1h\n"                                                        \
    "congestion = 1 x 1m\n"                                                    \
    "[dispositions]\n"                                                         \
    "sale = done success\n"                                                    \
    "no_interest = done\n"                                                     \
    "later = callback\n"                                                       \
    "again = retry\n"                                                          \
    "stop = opt_out\n"                                                         \
    "wrong = wrong_number\n"                                                   \
    "voicemail = machine\n"

const char world_live_plan[] = LIVE_PLAN("detect = no\n");
const char world_live_detect_plan[] =
    LIVE_PLAN("detect = yes\ndetect_wrong = 1 %\n");

const char world_inbound_plan[] = "[inbound]\n"
                                  "numbers = +12125550100 +18005550123\n"
                                  "calls = 4\n"
                                  "target = 20s\n"
                                  "max_wait = 60s\n"
                                  "greeting = Welcome\n"
                                  "wait_say = Please wait\n"
                                  "wait_every = 25s\n"
                                  "music = m.wav\n"
                                  "closed_say = Closed\n"
                                  "callback_key = 1\n"
                                  "callback_say = We call you\n"
                                  "opt_out_key = 9\n"
                                  "opt_out_say = Gone\n"
                                  "unknown_say = Tell us\n";

static void load_pack(struct arena *a, const char *file, struct slice *out)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/rules/%s", SOURCE_DIR, file);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("cannot open %s", path);
    char *p = arena_alloc(a, 1 << 20);
    size_t n = fread(p, 1, 1 << 20, f);
    fclose(f);
    *out = str_range(p, n);
}

static void load_rules(struct world *w)
{
    struct rule_pack_text pack[2] = {{.file = "us-federal.rules"},
                                     {.file = "operator.rules"}};
    struct err e = {0};
    for (size_t i = 0; i < 2; i++)
        load_pack(&w->arena, pack[i].file, &pack[i].text);
    if (rule_book_load(&w->arena, pack, 2, &w->book, &e) != TM_OK)
        fail_msg("%s", e.text);
}

static void load_lists(struct world *w)
{
    struct err e = {0};
    uint64_t listed[] = {12124569999};
    struct dnc_set meta = {.name = "us_national",
                           .kind = DNC_NATIONAL,
                           .country = "US",
                           .obtained_us = w->start_us - 86400000000,
                           .generation = 1};
    memset(meta.source_hash, 'a', 64);
    buf_init(&w->image, 1 << 20);
    if (dnc_set_build(&meta, listed, 1, &w->image, &e) != TM_OK)
        fail_msg("%s", e.text);
    if (dnc_set_open(w->image.p, w->image.n, &w->lists.set[0], &e) != TM_OK)
        fail_msg("%s", e.text);
    w->lists.n = 1;
}

void world_open(struct world *w, const char *plan)
{
    struct err e = {0};
    *w = (struct world){.room = 100, .next_attempt = 1};
    arena_init(&w->arena);
    buf_init(&w->trace, WORLD_TRACE_MAX);
    suppression_init(&w->suppression);
    numbers_init(&w->numbers);
    w->floor = floor_new();
    assert_true(
        civil_parse_instant(str_of("2026-11-23T15:00:00Z"), &w->start_us));
    w->now_us = w->start_us;
    tz_set_init(&w->zones, &w->arena, "2025b");
    tz_set_add(&w->zones, tz_fixed(&w->arena, "America/New_York", -5 * 3600));
    load_rules(w);
    load_lists(w);
    if (plan_parse(&w->arena, "plan", str_of(plan), &w->plan, &e) != TM_OK)
        fail_msg("%s", e.text);
    w->env = (struct campaign_env){
        .tenant = {1},
        .id = {1},
        .seller = {1},
        .plan = w->plan,
        .book = w->book,
        .zones = &w->zones,
        .lists = &w->lists,
        .suppression = &w->suppression,
        .next_attempt = &w->next_attempt,
        .numbers = &w->numbers,
        .floor = w->floor,
    };
    w->campaign = campaign_new(&w->arena, &w->env, CAMPAIGN_LOADED, NULL);
}

void world_close(struct world *w)
{
    suppression_fini(&w->suppression);
    numbers_fini(&w->numbers);
    floor_free(w->floor);
    buf_fini(&w->image);
    buf_fini(&w->trace);
    arena_fini(&w->arena);
}

struct lead world_lead(int64_t id, uint64_t e164)
{
    struct lead l = {.id = {id}, .country = "US", .phones = 1};
    l.phone[0] = (struct lead_phone){.e164 = e164, .type = NUMBER_MOBILE};
    l.consent[0] = (struct lead_consent){
        .type = CONSENT_EXPRESS, .seller = {1}, .given = {2026, 1, 5}};
    l.consents = 1;
    return l;
}

static void add_time(struct world *w)
{
    int64_t ms = (w->now_us - w->start_us) / 1000;
    buf_addf(&w->trace, "%lld.%03lld ", (long long)(ms / 1000),
             (long long)(ms % 1000));
}

static void add_due(struct world *w, int64_t due_us)
{
    if (due_us != 0)
        buf_addf(&w->trace, " at %lld",
                 (long long)((due_us - w->start_us) / 1000000));
}

static void add_slice(struct world *w, struct slice s)
{
    if (s.n > 0) {
        buf_add_char(&w->trace, ' ');
        buf_add_slice(&w->trace, s);
    }
}

static void add_record(struct world *w, const struct record *r)
{
    add_time(w);
    buf_add_str(&w->trace, record_kind_text(r->kind));
    if (r->lead.v != 0)
        buf_addf(&w->trace, " L%lld", (long long)r->lead.v);
    if (r->attempt.v != 0)
        buf_addf(&w->trace, " A%lld", (long long)r->attempt.v);
    switch ((int)r->kind) {
    case RECORD_CAMPAIGN:
        buf_addf(&w->trace, " %s",
                 campaign_state_text((enum campaign_state)r->state));
        break;
    case RECORD_VERDICT:
        buf_addf(&w->trace, " %s",
                 verdict_kind_text((enum verdict_kind)r->state));
        add_due(w, r->due_us);
        break;
    case RECORD_LEAD:
        buf_addf(&w->trace, " %s", lead_state_text((enum lead_state)r->state));
        add_slice(w, r->key);
        add_due(w, r->due_us);
        break;
    case RECORD_ENDED:
        buf_addf(&w->trace, " %s", outcome_text((enum outcome)r->state));
        add_slice(w, r->value);
        buf_addf(&w->trace, " %d ring %lld talk %lld%s%s", r->code,
                 (long long)r->ring_ms, (long long)r->talk_ms,
                 r->live ? " live" : "", r->abandoned ? " abandoned" : "");
        break;
    case RECORD_ANSWER:
        add_slice(w, r->key);
        add_slice(w, r->value);
        break;
    case RECORD_CALLBACK: add_due(w, r->due_us); break;
    case RECORD_PLACED: add_slice(w, r->note); break;
    case RECORD_BRIDGED:
        buf_addf(&w->trace, " G%lld wait %lld", (long long)r->agent.v,
                 (long long)r->ring_ms);
        break;
    case RECORD_DISPOSITION:
        buf_addf(&w->trace, " G%lld", (long long)r->agent.v);
        add_slice(w, r->key);
        break;
    case RECORD_OPT_OUT:
    case RECORD_INCOMING: add_slice(w, r->key); break;
    case RECORD_RINGING: buf_addf(&w->trace, " %d", r->code); break;
    default: break;
    }
    buf_add_char(&w->trace, '\n');
}

/* As the engine does with the telephone of an agent. */
static void call_agent(struct world *w, const struct campaign_action *a)
{
    struct attempt_id leg = {a->kind == ACTION_RING ? 1000000 : 0};
    if (a->kind != ACTION_RING && a->kind != ACTION_DROP)
        return;
    floor_set_leg(w->floor, a->agent, leg, false);
    if (leg.v != 0 && !w->no_line)
        floor_leg_called(w->floor, a->agent, w->now_us);
}

static void add_action(struct world *w, const struct campaign_action *a)
{
    static const char *const word[] = {
        "fetch",  "release", "prepare", "place", "play",   "hangup",
        "bridge", "part",    "ring",    "drop",  "answer", "silence"};
    add_time(w);
    buf_addf(&w->trace, "%s%s", a->after_records ? "=> " : "-> ",
             word[a->kind]);
    if (a->attempt.v != 0)
        buf_addf(&w->trace, " A%lld", (long long)a->attempt.v);
    if (a->agent.v != 0)
        buf_addf(&w->trace, " G%lld%s", (long long)a->agent.v,
                 a->beep ? " beep" : "");
    if (a->kind == ACTION_HANGUP && a->reason == HANGUP_WITHDRAW)
        buf_add_str(&w->trace, " withdraw");
    if (a->kind == ACTION_HANGUP && a->reason == HANGUP_BUSY)
        buf_add_str(&w->trace, " busy");
    if (a->kind == ACTION_ANSWER && a->record)
        buf_add_str(&w->trace, " record");
    if (a->kind == ACTION_FETCH)
        buf_addf(&w->trace, " %zu", a->count);
    if (a->kind == ACTION_PLACE)
        buf_addf(&w->trace, " %llu", (unsigned long long)a->spec.to);
    for (size_t i = 0; i < a->prompts; i++) {
        buf_addf(&w->trace, "%s", i > 0 ? " |" : "");
        add_slice(w, a->prompt[i].text);
    }
    buf_add_char(&w->trace, '\n');
}

void world_step(struct world *w, struct campaign_event *ev)
{
    ev->now_us = w->now_us;
    ev->room = w->room;
    campaign_step(w->campaign, ev, &w->out);
    for (size_t i = 0; i < w->out.records; i++)
        add_record(w, &w->out.record[i]);
    for (size_t i = 0; i < w->out.actions; i++)
        add_action(w, &w->out.action[i]);
    for (size_t i = 0; i < w->out.actions; i++)
        call_agent(w, &w->out.action[i]);
    assert_false(w->trace.failed);
}

void world_say(struct world *w, enum campaign_event_kind kind)
{
    struct campaign_event ev = {.kind = kind};
    world_step(w, &ev);
}

void world_leads(struct world *w, const struct lead *l, size_t n,
                 int64_t next_due_us)
{
    struct campaign_event ev = {.kind = CAMPAIGN_EV_LEADS,
                                .lead = l,
                                .leads = n,
                                .next_due_us = next_due_us};
    world_step(w, &ev);
}

static void send(struct world *w, struct carrier_event *call)
{
    call->at_us = w->now_us;
    struct campaign_event ev = {.kind = CAMPAIGN_EV_CALL, .call = call};
    world_step(w, &ev);
}

void world_call(struct world *w, int64_t attempt, enum carrier_event_kind kind)
{
    struct carrier_event call = {.kind = kind, .attempt = {attempt}};
    if (kind == CARRIER_RINGING)
        call.code = 180;
    if (kind == CARRIER_PLACED)
        call.text = str_of("id@host");
    send(w, &call);
}

int64_t world_incoming(struct world *w, uint64_t from, const struct lead *lead,
                       bool held)
{
    struct carrier_event call = {.kind = CARRIER_INCOMING,
                                 .attempt = {w->next_attempt++},
                                 .at_us = w->now_us,
                                 .from = from,
                                 .to = w->plan->inbound.number[0],
                                 .trunk = "main"};
    struct campaign_event ev = {.kind = CAMPAIGN_EV_INCOMING,
                                .call = &call,
                                .lead = lead,
                                .held = held};
    world_step(w, &ev);
    return call.attempt.v;
}

void world_digit(struct world *w, int64_t attempt, char digit)
{
    struct carrier_event call = {
        .kind = CARRIER_DIGIT, .attempt = {attempt}, .digit = digit};
    send(w, &call);
}

void world_played(struct world *w, int64_t attempt, uint32_t tag)
{
    struct carrier_event call = {
        .kind = CARRIER_PLAYED, .attempt = {attempt}, .tag = tag};
    send(w, &call);
}

void world_ended(struct world *w, int64_t attempt, enum call_cause cause,
                 int code)
{
    struct carrier_event call = {.kind = CARRIER_ENDED,
                                 .attempt = {attempt},
                                 .cause = cause,
                                 .code = code};
    send(w, &call);
}

void world_refused(struct world *w, int64_t attempt, int error)
{
    struct campaign_event ev = {
        .kind = CAMPAIGN_EV_REFUSED, .attempt = {attempt}, .error = error};
    world_step(w, &ev);
}

void world_agent(struct world *w, int64_t id, enum agent_leg leg)
{
    struct err e = {0};
    struct agent_setup a = {.id = {id}, .leg = leg, .e164 = 12125550000};
    snprintf(a.name, sizeof(a.name), "agent%lld", (long long)id);
    if (floor_put(w->floor, &a, &e) != TM_OK)
        fail_msg("%s", e.text);
    assert_true(floor_move(w->floor, a.id, AGENT_IN_SIGN_IN, w->now_us));
    assert_true(floor_move(w->floor, a.id, AGENT_IN_LEG_UP, w->now_us));
    assert_true(floor_move(w->floor, a.id, AGENT_IN_READY, w->now_us));
}

void world_agents(struct world *w, int64_t n)
{
    for (int64_t id = 1; id <= n; id++)
        world_agent(w, id, AGENT_LEG_PERMANENT);
    world_say(w, CAMPAIGN_EV_FLOOR);
}

int world_order(struct world *w, int64_t agent, enum agent_order_kind k,
                const char *word, int64_t due_us)
{
    struct agent_order o = {.kind = k, .word = str_of(word), .due_us = due_us};
    struct campaign_event ev = {
        .kind = CAMPAIGN_EV_AGENT, .agent = {agent}, .order = &o};
    world_step(w, &ev);
    int rc = w->out.error;
    assert_true((rc == TM_OK) == (w->out.why[0] == '\0'));
    world_say(w, CAMPAIGN_EV_FLOOR); /* as the engine does after a change */
    return rc;
}

enum agent_state world_state(const struct world *w, int64_t agent)
{
    const struct floor_agent *f =
        floor_find(w->floor, (struct agent_id){agent});
    assert_non_null(f);
    return f->state;
}

void world_run(struct world *w, int64_t ms)
{
    int64_t end_us = w->now_us + ms * 1000;
    for (int64_t at; (at = campaign_deadline_us(w->campaign)) <= end_us;) {
        w->now_us = at > w->now_us ? at : w->now_us;
        world_say(w, CAMPAIGN_EV_TICK);
    }
    w->now_us = end_us;
}

void world_forget(struct world *w)
{
    buf_clear(&w->trace);
}

void world_wait(struct world *w, int64_t ms)
{
    w->now_us += ms * 1000;
}

void world_expect(struct world *w, const char *text)
{
    const char *got = w->trace.p == NULL ? "" : w->trace.p;
    if (strcmp(got, text) != 0)
        fail_msg("expected:\n%s\ngot:\n%s", text, got);
    buf_clear(&w->trace);
}
