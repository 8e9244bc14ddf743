#include "town/town_back.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"

enum {
    BACK_MAGIC = 0x4241434b,
    WHERE_MAX = 256,
    SDP_MAX = 2048,
    EVENT_PT = 101,
    PRESS_MIN_MS = 3000, /* after the answer */
    PRESS_MAX_MS = 8000,
    STAY_MIN_MS = 8000, /* then he hangs up */
    STAY_MAX_MS = 60000,
    KEY_ON_MS = 120,
    KEY_GAP_MS = 80,
};

static const char key_name[] = "0123456789*#ABCD"; /* by its index */
_Static_assert(sizeof key_name == PERSON_WORLD_KEYS + 1, "all keys");

enum town_back_state { BACK_WAITING, BACK_CALLING, BACK_TALKING, BACK_ENDING };

struct town_back {
    uint32_t magic;
    enum town_back_state state;
    struct town *town;
    struct town_back *next, **at; /* of all */
    uint64_t person, caller;
    char where[WHERE_MAX], call_id[64];
    struct dialog *dialog;
    struct media_leg *leg;
    struct loop_timer *step; /* the call, then its end */
    struct loop_timer *key;  /* his opt-out */
    int64_t press_ms, stay_ms;
    unsigned voice;
    bool answered;
};

static struct town_back *back_of(void *arg)
{
    struct town_back *b = arg;
    tm_assert(b->magic == BACK_MAGIC);
    return b;
}

static void back_free(struct town_back *b)
{
    media_leg_close(b->leg);
    loop_timer_free(b->step);
    loop_timer_free(b->key);
    *b->at = b->next;
    if (b->next != NULL)
        b->next->at = b->at;
    tm_assert(b->town->backs > 0);
    b->town->backs--;
    b->magic = 0;
    mem_free(b);
}

static void log_begin(struct town_back *b, const char *event)
{
    town_log_begin(&b->town->log, event, b->call_id);
}

static void answered(struct town_back *b, struct slice sdp)
{
    struct town *t = b->town;
    struct sdp_text peer;
    b->state = BACK_TALKING;
    b->answered = true;
    t->counts.back_answered++;
    log_begin(b, "back_answered");
    town_log_end(&t->log);
    if (sdp_text_read(sdp, &peer, NULL) == TM_OK &&
        media_leg_connect(b->leg, &peer) == TM_OK) {
        struct pcm *hello[] = {t->sound.hello[b->voice]};
        (void)media_leg_play(b->leg, hello, 1, 0, false);
    }
    loop_timer_set(b->step, b->stay_ms);
    if (b->press_ms > 0)
        loop_timer_set(b->key, b->press_ms);
}

static void dialog_event(void *arg, const struct dialog_event *ev)
{
    struct town_back *b = back_of(arg);
    struct town *t = b->town;
    if (ev->kind == DIALOG_ANSWERED && b->state == BACK_CALLING)
        answered(b, ev->sdp);
    if (ev->kind != DIALOG_ENDED)
        return;
    log_begin(b, "back_ended");
    json_out_kv_bool(&t->log.out, "was_answered", b->answered);
    json_out_kv_int(&t->log.out, "code", ev->code);
    town_log_end(&t->log);
    back_free(b);
}

static void key_due(void *arg)
{
    struct town_back *b = back_of(arg);
    const char key[2] = {key_name[b->town->world.optout_key], '\0'};
    if (b->state != BACK_TALKING ||
        media_leg_press(b->leg, key, KEY_ON_MS, KEY_GAP_MS, false) < 0)
        return;
    log_begin(b, "back_digit");
    json_out_kv_text(&b->town->log.out, "digit", key);
    town_log_end(&b->town->log);
}

static int open_leg(struct town_back *b, struct buf *sdp, struct err *e)
{
    const struct media_leg_config m = {.address = b->town->address};
    int rc = media_leg_open(&b->leg, b->town->plane, &m, e);
    if (rc < 0)
        return rc;
    struct sdp_text ours = {
        .port = media_leg_port(b->leg),
        .codec = {SDP_PCMU, SDP_PCMA},
        .codecs = 2,
        .event_pt = EVENT_PT,
        .ptime = 20,
        .send = true,
        .receive = true,
    };
    (void)str_copy(ours.address, sizeof ours.address, str_of(b->town->address));
    sdp_text_write(&ours, ++b->town->session, 1, sdp);
    return TM_OK;
}

/* The INVITE: our person is the caller now. */
static int invite(struct town_back *b, struct slice sdp, struct err *e)
{
    struct town *t = b->town;
    char target[WHERE_MAX + 40], from[TOWN_ADDRESS_MAX + 48];
    const char *host = strchr(b->where, '@');
    bool ip6 = strchr(t->address, ':') != NULL;
    if (host == NULL)
        return err_set(e, TM_EINVAL, "a Contact without a user");
    (void)snprintf(target, sizeof target, "sip:+%" PRIu64 "%s", b->caller,
                   host);
    (void)snprintf(from, sizeof from, "sip:+%" PRIu64 "@%s%s%s:%u", b->person,
                   ip6 ? "[" : "", t->address, ip6 ? "]" : "",
                   sip_stack_port(t->stack, SIP_STACK_UDP));
    const struct dialog_invite i = {
        .target = target,
        .to = "",
        .from = from,
        .from_name = "",
        .route = "",
        .call_id = b->call_id,
        .user = "",
        .password = "",
        .headers = "",
        .sdp = sdp,
    };
    return dialog_invite(&b->dialog, t->stack, &i, dialog_event, b, e);
}

static void call(struct town_back *b)
{
    struct town *t = b->town;
    struct err e = {0};
    struct buf sdp;
    buf_init(&sdp, SDP_MAX);
    int rc = open_leg(b, &sdp, &e);
    if (rc == TM_OK)
        rc = invite(b, buf_slice(&sdp), &e);
    buf_fini(&sdp);
    if (rc < 0) {
        tel_log(&t->tell, TEL_LOG_WARNING, "town: nobody calls back: %s",
                e.text);
        back_free(b);
        return;
    }
    b->state = BACK_CALLING;
    t->counts.back_calls++;
    log_begin(b, "back_invite");
    json_out_kv_int(&t->log.out, "from", (int64_t)b->person);
    json_out_kv_int(&t->log.out, "to", (int64_t)b->caller);
    town_log_end(&t->log);
    /* Who is not answered gives up as others do. */
    loop_timer_set(b->step, STAY_MAX_MS);
}

static void step_due(void *arg)
{
    struct town_back *b = back_of(arg);
    if (b->state == BACK_WAITING) {
        call(b);
    } else if (b->state != BACK_ENDING) {
        b->state = BACK_ENDING;
        dialog_hangup(b->dialog, "Q.850;cause=16");
    }
}

static int64_t between(struct rng *r, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(r, (uint64_t)(high - low) + 1);
}

void town_back_missed(struct town *t, const struct town_missed *m)
{
    struct rng r;
    rng_init_of(&r, t->world.seed + m->nth, "calls back", m->person);
    bool does = rng_chance_ppm(&r, t->back_ppm);
    if (!does || m->caller == 0 || t->backs >= t->calls_max ||
        strlen(m->where) >= WHERE_MAX)
        return;
    struct town_back *b = mem_alloc(sizeof *b);
    *b = (struct town_back){.magic = BACK_MAGIC,
                            .town = t,
                            .person = m->person,
                            .caller = m->caller,
                            .next = t->back,
                            .at = &t->back};
    (void)str_copy(b->where, sizeof b->where, str_of(m->where));
    (void)snprintf(b->call_id, sizeof b->call_id,
                   "back-%" PRIu64 "-%u-%016" PRIx64, m->person, m->nth,
                   rng_mix((uint64_t)loop_monotonic_us()));
    if (b->next != NULL)
        b->next->at = &b->next;
    t->back = b;
    t->backs++;
    b->voice = (unsigned)rng_below(&r, PERSON_VOICES);
    b->stay_ms = between(&r, STAY_MIN_MS, STAY_MAX_MS);
    b->press_ms = rng_chance_ppm(&r, t->world.p_optout)
                      ? between(&r, PRESS_MIN_MS, PRESS_MAX_MS)
                      : 0;
    b->step = loop_timer_new(t->loop, step_due, b);
    b->key = loop_timer_new(t->loop, key_due, b);
    loop_timer_set(b->step, between(&r, t->back_min_ms, t->back_max_ms));
}

void town_back_stop(struct town *t)
{
    for (struct town_back *b = t->back; b != NULL;) {
        struct town_back *next = b->next;
        if (b->state == BACK_WAITING)
            back_free(b);
        b = next;
    }
}
