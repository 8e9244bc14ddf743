#include "sim/scenario_plan.h"

#include "sim/sim_list.h"

enum {
    TEXT_MAX = 8192,
    CALLS_MIN = 500,
    CALLS_AN_AGENT = 60, /* lines rung for one at the lowest answer rates */
    HOPPER_MIN = 500,
    HOPPER_AN_AGENT = 15,
    CALLERS_MIN = 100,
    CALLERS_MAX = 5000,
    DAY_S = 86400,
    NO_RATE = 1000000000, /* calls in 1000 s: the carrier's own counts */
};

bool scenario_plan_built_in(const struct scenario *s)
{
    return s->campaign.n == 0 && s->campaign_file.n == 0;
}

static uint64_t within(uint64_t n, uint64_t least, uint64_t most)
{
    return n < least ? least : n > most ? most : n;
}

/* Nobody is called again: a finite list is leads without end, in passes
 * (runner_people.c). */
static void add_retries(struct buf *b)
{
    buf_add_str(b, "[caps]\nlead = 100\n[retry]\nno_answer = never\n"
                   "busy = never\nmachine = never\nabandoned = never\n"
                   "talked = 1 x 1d\ncongestion = 10 x 1m\n"
                   "failed = 10 x 1m\n");
}

static void add_clock(struct buf *b, int64_t s)
{
    buf_addf(b, "%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60));
}

/* People who call us: nobody is a lead, so nobody is called back. */
static void add_inbound(const struct scenario *s, struct buf *b)
{
    if (s->callers <= 0.0)
        return;
    buf_addf(b,
             "[inbound]\nnumbers = +12125550100\ncalls = %llu\n"
             "target = 20s\nmax_wait = 10m\nmake_leads = no\nmissed = keep\n"
             "greeting = \"Simulated Seller.\"\n"
             "closed_say = \"We are not in the office now.\"\n",
             (unsigned long long)within(s->agents * CALLS_AN_AGENT, CALLERS_MIN,
                                        CALLERS_MAX));
}

/* The hours of the scenario by the clock of its people, all of one zone
 * without summer time (sim_list.h), outwards to whole minutes. */
static void add_hours(const struct scenario *s, struct buf *b)
{
    int64_t from_s = s->begin_s + SIM_LIST_ENDLESS_OFFSET_S;
    int64_t to_s = from_s + (int64_t)(s->hours * 3600.0) + 59;
    from_s -= from_s < 0 ? from_s % 60 + 60 : from_s % 60;
    to_s -= to_s < 0 ? to_s % 60 + 60 : to_s % 60;
    int64_t day_s = from_s < 0 ? -DAY_S : 0;
    from_s -= day_s;
    to_s -= day_s;
    buf_add_str(b, "[hours]\ndaily = ");
    if (to_s - from_s >= DAY_S) {
        from_s = 0;
        to_s = DAY_S;
    }
    add_clock(b, from_s);
    buf_add_char(b, '-');
    add_clock(b, to_s < DAY_S ? to_s : DAY_S);
    if (to_s > DAY_S) {
        buf_add_str(b, ", 00:00-");
        add_clock(b, to_s - DAY_S);
    }
    buf_add_char(b, '\n');
}

/* The last day by the clock of its people. */
static struct civil_date last_day(const struct scenario *s)
{
    int64_t last_us = scenario_end_us(s) - 1 +
                      (int64_t)SIM_LIST_ENDLESS_OFFSET_S * CIVIL_SECOND_US;
    return civil_of_us(last_us).date;
}

struct slice scenario_plan_text(const struct scenario *s, struct arena *a)
{
    struct buf b;
    char ends[11];
    uint64_t calls =
        within(s->agents * CALLS_AN_AGENT, CALLS_MIN, PLAN_CALLS_MAX);
    uint64_t hopper =
        within(s->agents * HOPPER_AN_AGENT, HOPPER_MIN, PLAN_HOPPER_MAX);
    civil_format_date(last_day(s), ends);
    buf_init(&b, TEXT_MAX);
    buf_addf(&b,
             "name = %s\nseller = Simulated Seller\n"
             "caller_kind = seller\npurpose = sale\nleads_to_sale = yes\n"
             "goods = other\nlist = endless\ncountry = US\ntrunk = main\n"
             "caller_id = +12125550100\ncaller_name = Simulated Seller\n"
             "caller_id_authority = yes\nftc_jurisdiction = yes\n"
             "channel = voice_live\ndial_mode = predictive\n"
             "pacing = predictive\nabandon_limit = 3 %%\n",
             s->name);
    buf_addf(&b, "hold = %lldms\nring_timeout = %lldms\n",
             (long long)(s->hold * 1000.0 + 0.5),
             (long long)(s->ring_timeout * 1000.0 + 0.5));
    buf_addf(&b, "detect = %s\n", s->amd != 0 ? "yes" : "no");
    if (s->amd != 0)
        buf_addf(&b, "detect_wrong = %g %%\n", (double)s->amd_fp / 1e4);
    buf_addf(&b, "max_calls = %llu\nhopper = %llu\ncalls_per_second = 1000\n",
             (unsigned long long)calls, (unsigned long long)hopper);
    buf_addf(&b, "wrap_limit = 10m\nends = %s\n", ends);
    buf_add_str(&b,
                "abandoned_say = \"This is Simulated Seller, a telemarketing "
                "call. Call 212 555 0100, or press 9 to be taken off our "
                "list.\"\nabandoned_key = 9\n"
                "carries = disclose_seller_purpose_goods\n");
    add_hours(s, &b);
    add_inbound(s, &b);
    add_retries(&b);
    struct slice text = {arena_strdup(a, buf_slice(&b)), b.n};
    buf_fini(&b);
    return text;
}

int scenario_plan(const struct scenario *s, struct arena *a,
                  const struct plan **out, struct err *e)
{
    const struct plan *parsed;
    tm_assert(scenario_plan_built_in(s));
    int rc = plan_parse(a, "the campaign of agents", scenario_plan_text(s, a),
                        &parsed, e);
    if (rc != TM_OK)
        return rc;
    struct plan *own = arena_alloc(a, sizeof(*own));
    *own = *parsed;
    own->calls_per_1000s = NO_RATE;
    *out = own;
    return TM_OK;
}
