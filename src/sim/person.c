#include "sim/person.h"

#include "sim/person_inside.h"

enum { PERSON_MILLION = 1000000 };

static const char KEY_CHARS[] = "0123456789*#ABCD";

const char *person_kind_text(enum person_kind k)
{
    static const char *const TEXTS[] = {
#define X(name, text) [name] = text,
        PERSON_KIND_TABLE(X)
#undef X
    };
    tm_assert((unsigned)k < PERSON_KIND_COUNT);
    return TEXTS[k];
}

/* Streams: one per number, one per call, one per prompt of a call. */
static void number_stream(const struct person_world *w, uint64_t e164,
                          const char *name, struct rng *r)
{
    rng_init_of(r, w->seed, name, e164);
}

void person_call_stream(const struct person_world *w, uint64_t e164,
                        unsigned nth_call, struct rng *r)
{
    rng_init_of(r, w->seed, "person call", rng_mix(e164) + nth_call);
}

static void prompt_stream(const struct person_world *w, uint64_t e164,
                          unsigned nth_call, unsigned prompt, struct rng *r)
{
    uint64_t call = rng_mix(rng_mix(e164) + nth_call);
    rng_init_of(r, w->seed, "person prompt", call + prompt);
}

/* u of alive, where people answer `rate` times as often as the world says and
 * the other outcomes keep their proportions. */
static enum person_kind outcome_at(const struct person_world *w, double rate,
                                   uint64_t u, uint64_t alive)
{
    double human = (double)w->p_human * rate, others = 1.0;
    if (human > (double)alive)
        human = (double)alive;
    if (rate != 1.0 && w->p_human < alive)
        others = ((double)alive - human) / (double)(alive - w->p_human);
    const struct {
        double share;
        enum person_kind kind;
    } table[] = {
        {human, PERSON_ANSWERS},
        {(double)w->p_machine * others, PERSON_MACHINE},
        {(double)w->p_busy * others, PERSON_BUSY},
        {(double)w->p_reject * others, PERSON_REJECTS},
        {(double)w->p_congestion * others, PERSON_CONGESTION},
    };
    double at = (double)u;
    for (size_t i = 0; i < tm_array_len(table); i++) {
        if (at < table[i].share)
            return table[i].kind;
        at -= table[i].share;
    }
    return PERSON_NO_ANSWER;
}

/* The outcome is drawn from the number's own stream with probability habit,
 * from the call's otherwise: the shares over all numbers stay the same. */
enum person_kind person_outcome(const struct person_world *w, uint64_t e164,
                                double rate, struct rng *call)
{
    struct rng number;
    if (w->p_disconnected > 0 || w->habit > 0)
        number_stream(w, e164, "person", &number);
    if (w->p_disconnected > 0 && rng_chance_ppm(&number, w->p_disconnected))
        return PERSON_DISCONNECTED;
    uint64_t alive = PERSON_MILLION - w->p_disconnected;
    if (alive == 0)
        return PERSON_DISCONNECTED;
    struct rng *from = rng_chance_ppm(call, w->habit) ? &number : call;
    return outcome_at(w, rate, rng_below(from, alive), alive);
}

/* A person: ring is told to the end of the greeting, as pacing counts. */
static void draw_person(const struct person_world *w, struct rng *r,
                        struct person_call *c)
{
    int64_t heard = distribution_draw_ms(&w->ring, r);
    int64_t greeting = distribution_draw_ms(&w->greeting, r);
    if (greeting > heard / 2)
        greeting = heard / 2;
    c->answer_after_ms = heard - greeting;
    c->greeting_ms = greeting;
    if (rng_chance_ppm(r, w->p_silent)) {
        c->kind = PERSON_SILENT_ANSWER;
        c->greeting_ms = 0;
    } else if (rng_chance_ppm(r, w->p_hangup)) {
        c->kind = PERSON_HANGS_UP_AT_ONCE;
        c->stay_ms = c->greeting_ms + distribution_draw_ms(&w->leave_t, r);
    }
}

static void draw_machine(const struct person_world *w, struct rng *r,
                         struct person_call *c)
{
    c->answer_after_ms = distribution_draw_ms(&w->mach_t, r);
    c->greeting_ms = distribution_draw_ms(&w->mach_greeting, r);
    c->stay_ms = c->greeting_ms + distribution_draw_ms(&w->record_t, r);
    c->patience_ms = c->stay_ms; /* machines do not mind silence */
}

void person_draw_refusal(const struct person_world *w, struct rng *r,
                         struct person_call *c)
{
    const struct distribution *after = &w->dead_t;
    switch (c->kind) {
    case PERSON_BUSY:
        c->sip_code = 486;
        after = &w->busy_t;
        break;
    case PERSON_REJECTS:
        c->sip_code = rng_chance_ppm(r, w->p_filter) ? 608 : 603;
        after = &w->reject_t;
        break;
    case PERSON_CONGESTION: c->sip_code = 503; break;
    case PERSON_DISCONNECTED:
        c->sip_code = 404;
        c->tone = rng_chance_ppm(r, w->p_tone);
        break;
    case PERSON_NO_ANSWER:
        c->sip_code = 480;
        after = rng_chance_ppm(r, w->p_off) ? &w->dead_t : &w->give_up_t;
        break;
    case PERSON_ANSWERS:
    case PERSON_SILENT_ANSWER:
    case PERSON_HANGS_UP_AT_ONCE:
    case PERSON_MACHINE:
    case PERSON_KIND_COUNT: tm_unreachable("a refusal is drawn");
    }
    c->answer_after_ms = distribution_draw_ms(after, r);
}

void person_call_of(const struct person_world *w, uint64_t e164,
                    unsigned nth_call, struct person_call *out)
{
    tm_assert(e164 != 0);
    struct rng r;
    person_call_stream(w, e164, nth_call, &r);
    struct person_call c = {.kind = person_outcome(w, e164, 1.0, &r),
                            .sip_code = 200};
    c.patience_ms = distribution_draw_ms(&w->patience, &r);
    c.early_media = rng_chance_ppm(&r, w->p_early);
    c.voice = (unsigned)rng_below(&r, PERSON_VOICES);
    c.ringing_after_ms = distribution_draw_ms(&w->alert_t, &r);
    c.stay_ms = INT64_MAX;
    if (c.kind == PERSON_ANSWERS)
        draw_person(w, &r, &c);
    else if (c.kind == PERSON_MACHINE)
        draw_machine(w, &r, &c);
    else
        person_draw_refusal(w, &r, &c);
    if (c.sip_code == 200 && rng_chance_ppm(&r, w->p_fault)) {
        c.fault =
            (enum person_fault)(1 + rng_below(&r, PERSON_FAULT_COUNT - 1));
        if (c.fault == PERSON_FAULT_STAYS)
            c.stay_ms = c.patience_ms = INT64_MAX;
    }
    if (c.ringing_after_ms >= c.answer_after_ms)
        c.ringing_after_ms = c.answer_after_ms / 2;
    tm_assert(c.ringing_after_ms >= 0 &&
              c.ringing_after_ms <= c.answer_after_ms);
    *out = c;
}

/* Draws by weight: 0 .. PERSON_WORLD_KEYS - 1 a key, PERSON_WORLD_KEYS nothing,
 * PERSON_WORLD_KEYS + 1 hangs up. */
static unsigned draw_key(const struct person_keys *k, struct rng *r)
{
    uint64_t total = (uint64_t)k->none + k->leave;
    for (unsigned i = 0; i < PERSON_WORLD_KEYS; i++)
        total += k->key[i];
    if (total == 0)
        return PERSON_WORLD_KEYS;
    uint64_t u = rng_below(r, total);
    for (unsigned i = 0; i < PERSON_WORLD_KEYS; i++) {
        if (u < k->key[i])
            return i;
        u -= k->key[i];
    }
    return u < k->none ? PERSON_WORLD_KEYS : PERSON_WORLD_KEYS + 1;
}

/* A voicemail box or a silent line hears everything and does nothing. */
static bool reacts_at_all(const struct person_world *w, uint64_t e164,
                          unsigned nth_call)
{
    struct person_call c;
    person_call_of(w, e164, nth_call, &c);
    return c.kind == PERSON_ANSWERS;
}

void person_react(const struct person_world *w, uint64_t e164,
                  unsigned nth_call, unsigned prompt,
                  struct person_reaction *out)
{
    struct person_reaction a = {.act = PERSON_WAITS};
    struct rng r, number;
    prompt_stream(w, e164, nth_call, prompt, &r);
    number_stream(w, e164, "person temper", &number);
    bool opts_out = rng_chance_ppm(&number, w->p_optout);
    a.in_band = rng_chance_ppm(&number, w->p_inband);
    const struct person_keys *keys =
        prompt < PERSON_WORLD_PROMPTS && w->has_keys[prompt]
            ? &w->prompt_keys[prompt]
            : &w->keys;
    unsigned choice = opts_out ? w->optout_key : draw_key(keys, &r);
    bool leaves_early = rng_chance_ppm(&r, w->p_leave);
    a.barge_in = rng_chance_ppm(&r, w->p_barge);
    if (!reacts_at_all(w, e164, nth_call))
        choice = PERSON_WORLD_KEYS;
    else if (leaves_early && !opts_out)
        choice = PERSON_WORLD_KEYS + 1;
    if (choice < PERSON_WORLD_KEYS) {
        a.act = PERSON_PRESSES;
        a.digit = KEY_CHARS[choice];
        a.after_ms =
            distribution_draw_ms(a.barge_in ? &w->barge_t : &w->react, &r);
    } else if (choice > PERSON_WORLD_KEYS) {
        a.act = PERSON_LEAVES;
        a.barge_in = leaves_early;
        a.after_ms = distribution_draw_ms(&w->leave_t, &r);
    } else {
        a.barge_in = false;
    }
    *out = a;
}
