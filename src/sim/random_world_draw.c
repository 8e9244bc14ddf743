/* What the world of a seed is. */
#include "sim/random_world.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/rng.h"

enum { TEXT_MAX = 16384 };

/* --- drawing ------------------------------------------------------------ */

static uint64_t pick(struct rng *r, uint64_t least, uint64_t most)
{
    return least + rng_below(r, most - least + 1);
}

/* Small values as often as large ones. */
static uint64_t pick_wide(struct rng *r, uint64_t least, uint64_t most)
{
    uint64_t top = least;
    while (top < most && rng_below(r, 3) != 0)
        top = 2 * top + 1;
    return pick(r, least, top < most ? top : most);
}

static bool chance(struct rng *r, unsigned percent)
{
    return rng_below(r, 100) < percent;
}

static const char *one_of(struct rng *r, const char *const *list, size_t n)
{
    return list[rng_below(r, n)];
}

/* Some worlds are calm and large, so that chance evens out: there a policy must
 * keep to its budget. */
static bool is_calm(uint64_t seed)
{
    return seed % 16 == 8;
}

/* --- the scenario ------------------------------------------------------- */

/* Days on which clocks are set in the United States are among them. */
static void add_day(struct rng *r, struct buf *b)
{
    static const char *const day[] = {"2026-11-23", "2026-03-08", "2026-11-01",
                                      "2026-12-31", "2028-02-29"};
    buf_addf(b, "day = %s\n", one_of(r, day, tm_array_len(day)));
    buf_addf(b, "begin = %02u:%02u\n", (unsigned)pick(r, 6, 23),
             (unsigned)pick(r, 0, 59));
    buf_addf(b, "days = %u\n", chance(r, 25) ? 2u : 1u);
    buf_addf(b, "hours = 0.%02u\n", (unsigned)pick(r, 8, 60));
}

static void add_people(struct rng *r, struct buf *b)
{
    static const char *const talk[] = {"lognormal 45 0.9 4 1200", "exp 20",
                                       "gamma 90 0.8 4 900", "const 30",
                                       "uniform 1 8"};
    static const char *const wrap[] = {"gamma 15 0.6 4 300", "const 1",
                                       "exp 40", "uniform 0 5"};
    static const char *const ring[] = {"tri 6 9.5 18", "uniform 1 20",
                                       "const 5", "tri 5 11 25"};
    unsigned human = (unsigned)pick(r, 2, 60);
    unsigned machine = (unsigned)pick(r, 0, 90 - human);
    buf_addf(b, "p_human = 0.%02u\np_machine = 0.%02u\np_busy = 0.%02u\n",
             human, machine, (unsigned)pick(r, 0, 95 - human - machine));
    buf_addf(b, "ring = %s\n", one_of(r, ring, tm_array_len(ring)));
    buf_addf(b, "talk = %s\n", one_of(r, talk, tm_array_len(talk)));
    buf_addf(b, "wrap = %s\n", one_of(r, wrap, tm_array_len(wrap)));
    if (chance(r, 25))
        buf_addf(b, "short_frac = 0.%02u\nshort_mean = %u\n",
                 (unsigned)pick(r, 1, 60), (unsigned)pick(r, 0, 9));
    if (chance(r, 15))
        buf_addf(b, "sw_hi = 2\nsw_lo = 0.3\nsw_mean = %u\n",
                 (unsigned)pick(r, 20, 300));
}

/* Agents come, go, break off and leave together. */
static void add_agents(struct rng *r, struct buf *b)
{
    unsigned agents = (unsigned)pick_wide(r, 1, 60);
    buf_addf(b, "agents = %u\nleg_per_call = %u\n", agents,
             chance(r, 35) ? 1u : 0u);
    if (chance(r, 40))
        buf_addf(b, "brk_rate = %u\nbrk_mean = %u\nbrk_notice = %u\n",
                 (unsigned)pick(r, 1, 30), (unsigned)pick(r, 5, 200),
                 chance(r, 50) ? (unsigned)pick(r, 0, 60) : 0u);
}

/* Minutes after the begin; the day may go over midnight. */
static void add_clock(struct buf *b, int32_t begin_s, uint64_t after_s)
{
    uint64_t s = ((uint64_t)begin_s + after_s) % 86400;
    buf_addf(b, "%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60));
}

static void add_changes(struct rng *r, struct buf *b, const struct scenario *s)
{
    uint64_t length_s = (uint64_t)(s->hours * 3600);
    for (uint64_t n = rng_below(r, 5); n > 0; n--) {
        buf_add_str(b, "at = ");
        uint64_t at_s = rng_below(r, length_s);
        add_clock(b, s->begin_s, at_s);
        switch (rng_below(r, 4)) {
        case 0: buf_addf(b, " p 0.%02u\n", (unsigned)pick(r, 1, 70)); break;
        case 1:
            buf_addf(b, " talk %u.%u\n", (unsigned)pick(r, 0, 3),
                     (unsigned)pick(r, 1, 9));
            break;
        case 2:
            buf_addf(b, " logout %u %u %u ", (unsigned)pick(r, 1, s->agents),
                     (unsigned)pick(r, 0, 60), (unsigned)pick(r, 0, 30));
            if (chance(r, 30))
                buf_add_str(b, "never");
            else
                add_clock(b, s->begin_s, at_s + pick(r, 60, 900));
            buf_add_str(b, "\n");
            break;
        default:
            buf_addf(b, " login %u %u\n", (unsigned)pick(r, 1, 20),
                     (unsigned)pick(r, 0, 60));
        }
    }
}

static void add_trunk(struct rng *r, struct buf *b)
{
    if (chance(r, 50))
        buf_addf(b, "trunk_calls = %u\n", (unsigned)pick_wide(r, 1, 200));
    if (chance(r, 30))
        buf_addf(b, "cps = %u.%u\n", (unsigned)pick_wide(r, 0, 20),
                 (unsigned)pick(r, 2, 9));
    buf_addf(b, "commit_s = 0.%03u\n", (unsigned)pick_wide(r, 1, 300));
    if (chance(r, 35))
        buf_add_str(b, "endless = 1\n");
    else
        buf_addf(b, "list_size = %u\n", (unsigned)pick_wide(r, 3, 1500));
    buf_add_str(b, "rules = allow\nconsent = 100 %\nwithdrawn = 0\n"
                   "on_national = 0\non_internal = 0.02\ncanada = 0\n");
}

/* A third of the floors whose telephones ring for each person, drawn apart.
 * One line is for the agent of who answers another. */
static void add_ringers(uint64_t seed, struct buf *b)
{
    struct rng r;
    rng_init(&r, seed, "telephones by trunk");
    if (!chance(&r, 12))
        return;
    buf_addf(b, "leg_per_call = 1\nagents_by_trunk = 1\ntrunk_calls = %u\n",
             chance(&r, 70) ? (unsigned)pick_wide(&r, 2, 40) : 0U);
}

/* Of a key given twice the last stands. */
static void add_calm(struct rng *r, struct buf *b)
{
    buf_addf(b, "agents = %u\ndays = 1\nhours = 0.%u\n",
             (unsigned)pick(r, 15, 40), (unsigned)pick(r, 3, 6));
    buf_addf(b, "p_human = 0.%u\np_machine = 0.%u\np_busy = 0.1\n",
             (unsigned)pick(r, 15, 45), (unsigned)pick(r, 10, 40));
    buf_add_str(b,
                "leg_per_call = 0\nagents_by_trunk = 0\n"
                "trunk_calls = 0\ncps = 0\n"
                "commit_s = 0.002\nendless = 1\nlist_size = 0\nsw_mean = 0\n");
}

/* --- the law ------------------------------------------------------------ */

/* A third of the worlds, drawn apart, so that the others stay what they are. */
static bool is_lawful(uint64_t seed)
{
    struct rng r;
    rng_init(&r, seed, "law");
    return !is_calm(seed) && rng_below(&r, 3) == 0;
}

/* People in all states of consent and registration, in hours of which some are
 * lawful somewhere. Of a key given twice the last stands. */
static void add_law(uint64_t seed, struct buf *b)
{
    struct rng r;
    rng_init(&r, seed, "law's people");
    buf_addf(b, "rules = law\nendless = 0\nlist_size = %u\nbegin = %02u:%02u\n",
             (unsigned)pick_wide(&r, 20, 1500), (unsigned)pick(&r, 13, 23),
             (unsigned)pick(&r, 0, 59));
    unsigned consent = (unsigned)pick(&r, 10, 96);
    buf_addf(b, "consent = %u %%\nwithdrawn = %u %%\n", consent,
             (unsigned)pick(&r, 0, 100 - consent));
    buf_addf(b, "on_national = %u %%\non_internal = %u %%\nopted_out = %u %%\n",
             (unsigned)pick(&r, 0, 30), (unsigned)pick(&r, 0, 5),
             (unsigned)pick(&r, 0, 5));
    buf_addf(b, "customer = %u %%\naddressed = %u %%\nbusiness = %u %%\n",
             (unsigned)pick(&r, 0, 100), (unsigned)pick(&r, 20, 100),
             chance(&r, 30) ? (unsigned)pick(&r, 1, 30) : 0u);
    buf_addf(b, "tried = %u %%\nregister_age = %u\ncanada = %u %%\nfeed = %u\n",
             (unsigned)pick(&r, 0, 30), (unsigned)pick_wide(&r, 0, 40),
             chance(&r, 30) ? (unsigned)pick(&r, 1, 20) : 0u,
             chance(&r, 85) ? 1u : 0u);
    if (chance(&r, 80))
        buf_add_str(b, "state_lists = CO FL IN LA MA MO OK PA TN TX WY\n");
    if (chance(&r, 70))
        buf_addf(b, "zones = eastern:%u central:%u mountain:7 pacific:%u\n",
                 (unsigned)pick(&r, 0, 50), (unsigned)pick(&r, 0, 50),
                 (unsigned)pick(&r, 0, 50));
}

static void add_own_limits(uint64_t seed, struct buf *b)
{
    struct rng r;
    rng_init(&r, seed, "own limits");
    buf_add_str(b, "carries = disclose_seller_purpose_goods identify_at_start "
                   "identify_within_10s identify_within_30s "
                   "identify_with_full_name ask_to_continue offer_do_not_call "
                   "state_phone_number end_call_within_10s_on_request\n");
    if (chance(&r, 60))
        buf_addf(b, "[hours]\ndaily = %02u:00-%02u:00\n",
                 (unsigned)pick(&r, 6, 11), (unsigned)pick(&r, 16, 22));
    buf_add_str(b, "[caps]\n");
    if (chance(&r, 50))
        buf_addf(b, "number_24h = %u\n", (unsigned)pick(&r, 1, 4));
}

/* Agents who forget people on hold, drawn apart. */
static unsigned hold_limit(uint64_t seed, struct rng *r)
{
    rng_init(r, seed, "on hold");
    return chance(r, 30) ? (unsigned)pick(r, 3, 60) : 0;
}

static void add_holds(uint64_t seed, struct buf *b)
{
    struct rng r;
    if (hold_limit(seed, &r) > 0)
        buf_addf(b, "on_hold = %u\n", (unsigned)pick(&r, 5, 120));
}

/* --- people who call us --------------------------------------------------- */

/* In some worlds, drawn apart. */
static bool is_called(uint64_t seed)
{
    struct rng r;
    rng_init(&r, seed, "people who call");
    return chance(&r, 40);
}

static void add_callers(uint64_t seed, struct buf *b)
{
    static const char *const patience[] = {"exp 90", "exp 15", "const 600",
                                           "uniform 0 60"};
    struct rng r;
    rng_init(&r, seed, "who calls");
    if (!is_called(seed))
        return;
    buf_addf(b, "callers = %u\ncaller_patience = %s\n",
             (unsigned)pick_wide(&r, 10, 2000),
             one_of(&r, patience, tm_array_len(patience)));
    buf_addf(b, "known_callers = %u %%\nwithheld = %u %%\n",
             (unsigned)pick(&r, 0, 100), (unsigned)pick(&r, 0, 20));
    buf_addf(b,
             "caller_callback = %u %%\ncaller_optout = %u %%\n"
             "caller_key = uniform 0 %u\n",
             (unsigned)pick(&r, 0, 30), (unsigned)pick(&r, 0, 30),
             (unsigned)pick(&r, 1, 60));
}

static void add_inbound(uint64_t seed, bool second, struct buf *b)
{
    struct rng r;
    rng_init(&r, seed, second ? "calls to the second" : "calls to us");
    if (!is_called(seed) || (second && chance(&r, 50)))
        return;
    /* Of one number the first campaign that takes calls has it. */
    buf_addf(b, "[inbound]\nnumbers = +1212555010%u%s\ncalls = %u\n",
             second ? (unsigned)pick(&r, 0, 2) : 0u,
             chance(&r, 30) ? " +12125550109" : "",
             (unsigned)pick_wide(&r, 1, 60));
    unsigned wait_s = (unsigned)pick_wide(&r, 1, 600);
    buf_addf(b, "target = %us\nmax_wait = %us\n", (unsigned)pick(&r, 1, wait_s),
             wait_s);
    if (chance(&r, 60))
        buf_add_str(b, "greeting = \"Welcome to Lakeside Gardens.\"\n");
    if (chance(&r, 60))
        buf_addf(b, "wait_say = \"Please wait.\"\nwait_every = %us\n",
                 (unsigned)pick(&r, 5, 40));
    if (chance(&r, 50))
        buf_add_str(b, "music = music.wav\n");
    if (chance(&r, 60))
        buf_add_str(b, "closed_say = \"Nobody is here now. Goodbye.\"\n");
    if (chance(&r, 70))
        buf_addf(b, "callback_key = 1\n%s",
                 chance(&r, 70) ? "callback_say = \"We call you back.\"\n"
                                : "");
    if (chance(&r, 70))
        buf_addf(b, "opt_out_key = 9\n%s",
                 chance(&r, 70)
                     ? "opt_out_say = \"You will not be called again.\"\n"
                     : "");
    buf_addf(b, "make_leads = %s\nmissed = %s\n", chance(&r, 70) ? "yes" : "no",
             chance(&r, 60) ? "callback" : "keep");
}

/* --- the campaign ------------------------------------------------------- */

/* Whether a machine dials; where an agent does, he hears for himself. */
static bool add_mode(struct rng *r, struct buf *b, bool calm)
{
    static const char *const adaptive[] = {"predictive",
                                           "predictive",
                                           "predictive",
                                           "vicidial:mode=tapered",
                                           "vicidial:mode=hard,max=4",
                                           "erlang_b",
                                           "credit"};
    uint64_t mode = rng_below(r, 10);
    if (calm) {
        buf_add_str(b, "dial_mode = predictive\npacing = predictive\n"
                       "abandon_limit = 3 %\n");
        return true;
    }
    if (mode == 0)
        buf_add_str(b, "dial_mode = manual\n");
    else if (mode <= 2)
        buf_addf(b,
                 "dial_mode = preview\npreview_limit = %us\n"
                 "preview_end = %s\n",
                 (unsigned)pick(r, 5, 60), chance(r, 50) ? "dial" : "skip");
    else if (mode == 3)
        buf_add_str(b, "dial_mode = progressive\n");
    else if (mode == 4)
        buf_addf(b, "dial_mode = power\npacing = power:r=%u.%u\n",
                 (unsigned)pick(r, 1, 4), (unsigned)pick(r, 0, 9));
    else
        buf_addf(b, "dial_mode = predictive\npacing = %s\n",
                 one_of(r, adaptive, tm_array_len(adaptive)));
    buf_addf(b, "abandon_limit = %u.%u %%\n", (unsigned)pick(r, 1, 2),
             (unsigned)pick(r, 1, 9));
    return mode > 2;
}

static void add_retries(struct rng *r, struct buf *b)
{
    static const char *const of[] = {"busy",       "no_answer", "machine",
                                     "congestion", "failed",    "rejected"};
    buf_addf(b, "lead = %u\n[retry]\n", (unsigned)pick_wide(r, 1, 30));
    for (size_t i = 0; i < tm_array_len(of); i++)
        buf_addf(b, "%s = %u x %us\n", of[i], (unsigned)pick(r, 1, 9),
                 (unsigned)pick_wide(r, 10, 900));
    buf_add_str(b, "abandoned = 2 x 3d\ntalked = 2 x 1d\n"
                   "[dispositions]\nsale = done success\nlater = callback\n"
                   "again = retry\nstop = opt_out\nwrong = wrong_number\n");
}

static void add_campaign(struct rng *r, struct buf *b, uint64_t seed,
                         bool detect, bool second)
{
    bool calm = is_calm(seed);
    buf_add_str(b,
                "name = random\nseller = Lakeside Gardens\n"
                "caller_kind = seller\npurpose = sale\ngoods = other\n"
                "leads_to_sale = yes\nlist = people\ncountry = US\n"
                "trunk = main\ncaller_id = +12125550100\n"
                "caller_name = Lakeside Gardens\ncaller_id_authority = yes\n"
                "ftc_jurisdiction = yes\nchannel = voice_live\n"
                "abandoned_say = \"This is Lakeside Gardens, a telemarketing "
                "call. Call 212 555 0100, or press 9 to be taken off our "
                "list.\"\nabandoned_key = 9\n");
    bool machine_dials = add_mode(r, b, calm);
    buf_addf(b, "hold = %ums\n",
             calm || chance(r, 70) ? 2000u : (unsigned)pick(r, 200, 2000));
    if (machine_dials)
        buf_addf(b, "detect = %s\n", detect ? "yes" : "no");
    buf_addf(b, "wrap_limit = %us\n", (unsigned)pick_wide(r, 5, 300));
    buf_addf(b, "max_calls = %u\nhopper = %u\ncalls_per_second = %u\n",
             calm ? 1000u : (unsigned)pick_wide(r, 2, 300),
             calm ? 400u : (unsigned)pick_wide(r, 5, 400),
             calm ? 100u : (unsigned)pick_wide(r, 1, 50));
    buf_addf(b, "ring_timeout = %us\n", (unsigned)pick(r, 15, 30));
    struct rng apart;
    unsigned hold_s = hold_limit(seed, &apart);
    if (hold_s > 0)
        buf_addf(b, "hold_limit = %us\n", hold_s);
    if (is_lawful(seed))
        add_own_limits(seed, b);
    else
        buf_add_str(b, "carries = disclose_seller_purpose_goods\n[caps]\n");
    add_retries(r, b);
    add_inbound(seed, second, b);
}

/* A campaign beside it, for every other person: another way of dialling, other
 * limits, another weight. Drawn apart, so that the first one stays what it is.
 */
static int draw_second(struct arena *a, uint64_t seed, bool detect,
                       struct random_world *w, struct err *e)
{
    struct rng r;
    struct buf b;
    rng_init(&r, seed, "second campaign");
    if (w->scenario.list_size == 0 || is_calm(seed) || !chance(&r, 35))
        return TM_OK;
    buf_init(&b, TEXT_MAX);
    buf_addf(&b, "weight = %u\n", (unsigned)pick_wide(&r, 1, 1000));
    add_campaign(&r, &b, seed, detect, true);
    struct slice text = str_of(arena_strdup(a, buf_slice(&b)));
    buf_fini(&b);
    return plan_parse(a, "second", text, &w->second, e);
}

static void draw_faults(struct rng *r, struct random_world *w)
{
    w->has_faults = chance(r, 60);
    if (!w->has_faults)
        return;
    struct runner_faults *f = &w->faults;
    uint32_t *const ppm[] = {&f->slow_ppm,  &f->away_ppm,  &f->down_ppm,
                             &f->late_ppm,  &f->mute_ppm,  &f->storm_ppm,
                             &f->agent_ppm, &f->crash_ppm, &f->clock_ppm};
    f->seed = rng_u64(r);
    for (size_t i = 0; i < tm_array_len(ppm); i++) {
        if (chance(r, i + 1 == tm_array_len(ppm) ? 12 : 35))
            *ppm[i] = (uint32_t)pick(r, 50, 3000);
    }
    f->crash_ppm *= 3;
    if (w->scenario.callers > 0.0) { /* who talk with callers, above all */
        struct rng apart;
        rng_init(&apart, f->seed, "legs");
        f->agent_ppm += (uint32_t)pick(&apart, 500, 3000);
    }
    f->crashes_max = (unsigned)pick(r, 1, 12);
    if (chance(r, 10))
        f->records_max = (size_t)pick(r, 600, 5000);
}

/* What the operator does meanwhile: another way of dialling, a pause. */
static void draw_changes(struct rng *r, struct random_world *w)
{
    static const struct {
        enum dial_mode mode;
        const char *policy;
    } way[] = {
        {DIAL_PREDICTIVE, "predictive"}, {DIAL_PROGRESSIVE, "progressive"},
        {DIAL_POWER, "power:r=2"},       {DIAL_PREVIEW, "progressive"},
        {DIAL_PREDICTIVE, "vicidial"},
    };
    if (!chance(r, 30))
        return;
    int64_t at_us = 0, length_us = (int64_t)(w->scenario.hours * 3600e6);
    size_t n = (size_t)pick(r, 1, RANDOM_WORLD_CHANGES);
    for (size_t i = 0; i < n; i++) {
        struct runner_change *k = &w->change[w->changes];
        uint64_t what = rng_below(r, tm_array_len(way));
        struct err e;
        at_us += (int64_t)rng_below(r, (uint64_t)(length_us / 3));
        *k = (struct runner_change){.after_us = at_us, .dials = !chance(r, 25)};
        k->pacing.mode = way[what].mode;
        /* Above what detection costs, at most the plan's. */
        uint32_t least_ppm = w->plan->detect_wrong_ppm + 1000;
        uint32_t most_ppm = w->plan->abandon_limit_ppm;
        k->pacing.abandon_limit_ppm =
            least_ppm < most_ppm ? (uint32_t)pick(r, least_ppm, most_ppm)
                                 : most_ppm;
        int rc = policy_parse(str_of(way[what].policy), &k->pacing.policy, &e);
        tm_assert(rc == TM_OK);
        if (at_us >= length_us)
            return;
        w->changes++;
    }
}

int random_world_draw(struct arena *a, uint64_t seed, struct random_world *out,
                      struct err *e)
{
    struct rng r;
    struct buf b;
    memset(out, 0, sizeof(*out));
    rng_init(&r, seed, "random world");
    scenario_init(&out->scenario);
    buf_init(&b, TEXT_MAX);
    buf_addf(&b, "name = random-%llu\n", (unsigned long long)seed);
    add_day(&r, &b);
    add_people(&r, &b);
    add_agents(&r, &b);
    add_trunk(&r, &b);
    add_ringers(seed, &b);
    bool calm = is_calm(seed);
    if (calm)
        add_calm(&r, &b);
    out->law = is_lawful(seed);
    if (out->law)
        add_law(seed, &b);
    add_callers(seed, &b);
    add_holds(seed, &b);
    bool detect = chance(&r, 40);
    if (!detect)
        buf_addf(&b, "amd = 0\nmach_handle = %u\n", (unsigned)pick(&r, 0, 12));
    else if (chance(&r, 50))
        buf_addf(&b,
                 "amd_fp = 0.0%u\namd_fn = 0.%02u\namd_lo = 0.1\n"
                 "amd_hi = 0.%u\n",
                 (unsigned)pick(&r, 0, 3), (unsigned)pick(&r, 0, 30),
                 (unsigned)pick(&r, 1, 9));
    /* What is drawn so far tells when the day begins and ends. */
    int rc = scenario_load(&out->scenario, a, "random", buf_slice(&b), e);
    if (rc == TM_OK) {
        if (!calm)
            add_changes(&r, &b, &out->scenario);
        buf_add_str(&b, "[campaign]\n");
        add_campaign(&r, &b, seed, detect, false);
        out->text = str_of(arena_strdup(a, buf_slice(&b)));
        scenario_init(&out->scenario);
        rc = scenario_load(&out->scenario, a, "random", out->text, e);
    }
    buf_fini(&b);
    if (rc == TM_OK)
        rc = scenario_check(&out->scenario, e);
    if (rc == TM_OK)
        rc = plan_parse(a, "random", out->scenario.campaign, &out->plan, e);
    if (rc == TM_OK)
        rc = draw_second(a, seed, detect, out, e);
    if (!calm)
        draw_faults(&r, out);
    if (rc == TM_OK && !calm)
        draw_changes(&r, out);
    return rc;
}
