#include "sim/sim_carrier.h"

#include <string.h>

#include "base/arena.h"
#include "sim/sim_carrier_call.h"

enum {
    SAY_MS_A_CHARACTER = 60,
    SAY_MS_A_PROMPT = 300,
    /* A permit is valid for less than so many attempts take. */
    USED_KEPT = 1 << 17,
};

static void free_all(struct sim_carrier *c)
{
    c->first_free = 0;
    for (size_t i = 0; i < c->calls; i++) {
        c->call[i].state = SIM_CALL_FREE;
        c->call[i].next_free = i + 1;
    }
    map_fini(&c->by_attempt);
    map_init(&c->by_attempt);
    c->counts.up = c->on_trunk = 0;
}

/* A rate as "so many starts in any span": 2.5 a second are 3 in 1.2 s. */
static void set_rate(struct sim_carrier *c, uint64_t per_1000s)
{
    if (per_1000s == 0)
        return;
    c->starts = (size_t)((per_1000s + 999) / 1000);
    c->start_span_us = (int64_t)(c->starts * UINT64_C(1000000000) / per_1000s);
    c->start_us = mem_alloc(c->starts * sizeof(*c->start_us));
    for (size_t i = 0; i < c->starts; i++)
        c->start_us[i] = INT64_MIN / 2;
}

struct sim_carrier *sim_carrier_new(const struct sim_carrier_options *o)
{
    tm_assert(o->clock != NULL && o->world != NULL && o->trunk != NULL);
    tm_assert(o->calls_max > 0 && o->calls_max <= SIM_CARRIER_CALLS_MAX);
    struct sim_carrier *c = mem_alloc(sizeof(*c));
    c->o = *o;
    c->calls = o->calls_max + o->staff_max;
    c->call = mem_alloc(c->calls * sizeof(*c->call));
    map_init(&c->by_attempt);
    c->used = mem_alloc(USED_KEPT * sizeof(*c->used));
    map_init(&c->dialled);
    map_init(&c->stale);
    set_rate(c, o->calls_per_1000s);
    free_all(c);
    return c;
}

void sim_carrier_free(struct sim_carrier *c)
{
    if (c == NULL)
        return;
    sim_carrier_crash(c);
    map_fini(&c->by_attempt);
    mem_free(c->used);
    map_fini(&c->dialled);
    map_fini(&c->stale);
    mem_free(c->start_us);
    mem_free(c->call);
    mem_free(c);
}

void sim_carrier_listen(struct sim_carrier *c, carrier_event_fn *fn, void *arg)
{
    tm_assert(c->by_attempt.n == 0);
    c->event = fn;
    c->event_arg = arg;
}

void sim_carrier_set_world(struct sim_carrier *c, const struct person_world *w)
{
    tm_assert(w != NULL);
    c->o.world = w;
}

void sim_carrier_set_down(struct sim_carrier *c, bool down)
{
    c->down = down;
}

void sim_carrier_set_answers(struct sim_carrier *c, enum sim_carrier_answers a)
{
    c->answers = a;
}

void sim_carrier_crash(struct sim_carrier *c)
{
    for (size_t i = 0; i < c->calls; i++) {
        struct sim_call *k = &c->call[i];
        if (k->state == SIM_CALL_FREE)
            continue;
        sim_carrier_live_over(k);
        sim_carrier_call_drop(k);
        if (k->state == SIM_CALL_UP && k->kind != SIM_CALL_STAFF)
            map_set(&c->stale, (uint64_t)k->attempt.v, k->e164);
    }
    free_all(c);
}

size_t sim_carrier_stale(const struct sim_carrier *c)
{
    return c->stale.n;
}

struct sim_carrier_counts sim_carrier_counts(const struct sim_carrier *c)
{
    return c->counts;
}

int64_t sim_carrier_say_ms(const struct prompt *list, size_t n)
{
    int64_t ms = 0;
    for (size_t i = 0; i < n; i++) {
        if (list[i].kind == PROMPT_WAV)
            ms += SIM_CARRIER_WAV_MS;
        else
            ms +=
                SAY_MS_A_PROMPT + SAY_MS_A_CHARACTER * (int64_t)list[i].text.n;
    }
    return ms;
}

static struct sim_call *find(struct sim_carrier *c, struct attempt_id a)
{
    uint64_t at;
    if (a.v <= 0 || !map_get(&c->by_attempt, (uint64_t)a.v, &at))
        return NULL;
    struct sim_call *k = &c->call[at - 1];
    tm_assert(k->state != SIM_CALL_FREE && k->attempt.v == a.v);
    return k;
}

void sim_carrier_forget(struct sim_carrier *c, struct sim_call *k)
{
    sim_carrier_call_drop(k);
    bool was = map_remove(&c->by_attempt, (uint64_t)k->attempt.v);
    tm_assert(was && c->counts.up > 0);
    c->counts.up--;
    c->on_trunk -= !k->off_trunk;
    k->state = SIM_CALL_FREE;
    k->next_free = c->first_free;
    c->first_free = (size_t)(k - c->call);
}

/* Starts that the rate leaves at this instant. */
static size_t rate_room(const struct sim_carrier *c, int64_t now_us)
{
    if (c->starts == 0)
        return SIZE_MAX;
    size_t n = 0;
    for (size_t i = 0; i < c->starts; i++)
        n += c->start_us[i] + c->start_span_us <= now_us;
    return n;
}

static size_t room_now(const struct sim_carrier *c, int64_t now_us)
{
    size_t calls = c->o.calls_max - c->on_trunk;
    size_t rate = rate_room(c, now_us);
    return c->down ? 0 : calls < rate ? calls : rate;
}

static unsigned room(void *self, const char *trunk, int64_t now_us)
{
    const struct sim_carrier *c = self;
    if (strcmp(trunk, c->o.trunk) != 0)
        return 0;
    return (unsigned)room_now(c, now_us);
}

static unsigned lines(void *self, const char *trunk)
{
    const struct sim_carrier *c = self;
    if (c->down || strcmp(trunk, c->o.trunk) != 0)
        return 0;
    return (unsigned)(c->o.calls_max - c->on_trunk);
}

/* Registered with us: no trunk is needed. */
static bool is_own(const struct permit *p, const struct call_spec *s)
{
    return p->purpose == PERMIT_STAFF && s->user != NULL;
}

static int check(const struct sim_carrier *c, const struct permit *p,
                 const struct call_spec *s, struct err *e)
{
    int64_t now_us = c->o.clock->now_us;
    if (!permit_valid(p, now_us))
        return err_set(e, TM_EEXPIRED, "the permit is not valid now");
    if (p->attempt.v != s->attempt.v || p->e164 != s->to)
        return err_set(e, TM_EINVAL, "the permit is for another call");
    if (c->used[p->attempt.v % USED_KEPT] == p->attempt.v)
        return err_set(e, TM_EEXIST, "the permit was used before");
    if (is_own(p, s) && c->o.staff_max > 0)
        return c->counts.up - c->on_trunk < c->o.staff_max
                   ? TM_OK
                   : err_set(e, TM_EFULL, "no place for more agents");
    if (strcmp(s->trunk, c->o.trunk) != 0 || c->down)
        return err_set(e, TM_ENETWORK, "trunk %s is down", s->trunk);
    if (room_now(c, now_us) == 0)
        return err_set(e, TM_EFULL, "trunk %s is full", s->trunk);
    return TM_OK;
}

static unsigned count_dial(struct sim_carrier *c, uint64_t e164)
{
    uint64_t n = 0;
    (void)map_get(&c->dialled, e164, &n);
    map_set(&c->dialled, e164, n + 1);
    return (unsigned)n;
}

static void count_start(struct sim_carrier *c, int64_t now_us)
{
    if (c->starts == 0)
        return;
    c->start_us[c->start_at] = now_us;
    c->start_at = (c->start_at + 1) % c->starts;
}

struct sim_call *sim_carrier_take(struct sim_carrier *c,
                                  enum sim_call_kind kind, struct attempt_id a,
                                  uint64_t e164)
{
    struct sim_call *k = &c->call[c->first_free];
    tm_assert(k->state == SIM_CALL_FREE && c->event != NULL);
    c->first_free = k->next_free;
    k->carrier = c;
    k->world = c->o.world;
    k->kind = kind;
    k->off_trunk = kind == SIM_CALL_STAFF;
    k->attempt = a;
    k->e164 = e164;
    map_set(&c->by_attempt, (uint64_t)a.v, (uint64_t)(k - c->call) + 1);
    c->on_trunk += !k->off_trunk;
    if (++c->counts.up > c->counts.up_max)
        c->counts.up_max = c->counts.up;
    return k;
}

static struct sim_call *new_call(struct sim_carrier *c, const struct permit *p,
                                 const struct call_spec *s)
{
    bool by_trunk = c->o.staff_by_trunk && p->purpose == PERMIT_STAFF;
    bool staff = by_trunk || (is_own(p, s) && c->o.staff_max > 0);
    struct sim_call *k = sim_carrier_take(c,
                                          staff               ? SIM_CALL_STAFF
                                          : c->o.live != NULL ? SIM_CALL_LIVE
                                                              : SIM_CALL_SOUNDS,
                                          p->attempt, p->e164);
    if (by_trunk) {
        k->off_trunk = false;
        c->on_trunk++;
    }
    k->nth = staff || (c->o.live != NULL && c->o.live->nth_known)
                 ? 0
                 : count_dial(c, p->e164);
    c->used[p->attempt.v % USED_KEPT] = p->attempt.v;
    c->counts.staff += staff;
    c->counts.placed += !staff;
    return k;
}

static int place(void *self, const struct permit *p, const struct call_spec *s,
                 struct err *e)
{
    struct sim_carrier *c = self;
    int rc = check(c, p, s, e);
    if (rc != TM_OK) {
        c->counts.refused++;
        return rc;
    }
    struct sim_call *k = new_call(c, p, s);
    if (!k->off_trunk)
        count_start(c, c->o.clock->now_us);
    sim_carrier_call_begin(k, s);
    if (c->o.watch != NULL)
        c->o.watch(c->o.watch_arg, p, s, c->o.clock->now_us);
    return TM_OK;
}

static int answer(void *self, struct attempt_id a, bool record)
{
    struct sim_call *k = find(self, a);
    (void)record;
    return k != NULL ? sim_carrier_in_answer(k) : TM_ESTATE;
}

static void prepare(void *self, const struct prompt *list, size_t n)
{
    (void)self; /* nothing is spoken here */
    (void)list;
    (void)n;
}

static int play(void *self, struct attempt_id a, const struct prompt *list,
                size_t n, uint32_t tag)
{
    struct sim_call *k = find(self, a);
    if (k == NULL)
        return TM_ESTATE;
    if (k->kind == SIM_CALL_CALLER && k->state == SIM_CALL_UP &&
        k->carrier->o.says != NULL)
        k->carrier->o.says(k->carrier->o.says_arg, a, list, n);
    return sim_carrier_call_play(k, sim_carrier_say_ms(list, n), tag);
}

static void silence(void *self, struct attempt_id a)
{
    struct sim_call *k = find(self, a);
    if (k != NULL)
        sim_carrier_call_silence(k);
}

static void hangup(void *self, struct attempt_id a, enum hangup_reason why)
{
    struct sim_call *k = find(self, a);
    if (k == NULL)
        return;
    k->withdrawn |= why == HANGUP_WITHDRAW && k->state != SIM_CALL_UP;
    if (k->kind == SIM_CALL_CALLER && k->state == SIM_CALL_ALERTING &&
        !k->answering)
        ((struct sim_carrier *)self)->counts.declined++;
    sim_carrier_call_hangup(k);
}

static int bridge(void *self, struct attempt_id a, struct attempt_id b)
{
    struct sim_call *x = find(self, a), *y = find(self, b);
    if (x == NULL || y == NULL || x == y)
        return TM_ESTATE;
    return sim_carrier_live_join(x, y);
}

static void part(void *self, struct attempt_id a)
{
    struct sim_call *k = find(self, a);
    if (k != NULL)
        sim_carrier_live_part(k);
}

void sim_carrier_break(struct sim_carrier *c, struct attempt_id a)
{
    struct sim_call *k = find(c, a);
    if (k == NULL || k->state == SIM_CALL_ENDING)
        return;
    sim_carrier_call_placed(k);
    sim_carrier_call_end(k, CAUSE_NETWORK, 0);
}

/* "sim ATTEMPT NUMBER", as answer() writes it. */
static int end_stale(void *self, struct slice dialog, struct err *e)
{
    struct sim_carrier *c = self;
    struct slice rest, word = str_cut(dialog, ' ', &rest);
    struct slice attempt = str_cut(rest, ' ', &rest);
    uint64_t id;
    if (!str_eq(word, "sim") || !str_u64(attempt, &id) || id == 0)
        return err_set(e, TM_EINVAL, "no dialog of the simulated carrier");
    if (map_remove(&c->stale, id))
        c->counts.stale++;
    return TM_OK;
}

void sim_carrier_port(struct sim_carrier *c, struct carrier *out)
{
    *out = (struct carrier){
        .self = c,
        .place = place,
        .answer = answer,
        .prepare = prepare,
        .play = play,
        .silence = silence,
        .bridge = bridge,
        .part = part,
        .hangup = hangup,
        .end_stale = end_stale,
        .room = room,
        .lines = lines,
    };
}
