#include "town/town_call.h"

#include "base/arena.h"
#include "sim/person_ear.h"
#include "town/town_back.h"

/* The signalling of a call: what its plan says, when its time has come. What
 * an answered person hears and does is below "Listening". */

enum {
    KEY_ON_MS = 120,
    KEY_GAP_MS = 80,
    RINGS_MS = 8000, /* who refuses sooner has not rung */
    HURRY_MS = 400,  /* a key that should have come in mid-prompt */
    EVENT_PT = 101,  /* our payload type of telephone events */
    SDP_MAX = 2048,
    NUMBER_MAX_DIGITS = 15,
    CALL_MAGIC = 0x43414c4c,
};

enum town_call_state {
    TOWN_TRYING,   /* nothing was told but 100 */
    TOWN_ALERTING, /* 180 or 183 was told */
    TOWN_TALKING,  /* 200 was told */
    TOWN_ENDING,   /* refused or hung up; DIALOG_ENDED is waited for */
};

struct town_call {
    uint32_t magic;
    enum town_call_state state;
    struct town *town;
    struct dialog *dialog;
    struct person_call plan;
    uint64_t e164;
    uint64_t from; /* the number shown, 0: none */
    unsigned nth;
    struct sdp_text peer; /* valid when has_peer */
    bool has_peer;
    const char *left; /* how our side ended it; NULL: it did not */
    struct media_leg *leg;
    struct loop_timer *step;     /* next sign of the plan, then reactions */
    struct loop_timer *patience; /* silence has lasted too long */
    struct loop_timer *stay;     /* the call has lasted too long */
    struct person_ear ear;
    bool answered;
    unsigned decided; /* prompts below this had their reaction */
    bool acting;      /* reaction is under way */
    struct person_reaction reaction;
    char pressing; /* the key that is being sent: the next prompt may have its
                      reaction before the last packet is out */
};

static void listen_event(void *arg, const struct media_event *ev);

static struct town_call *call_of(void *arg)
{
    struct town_call *c = arg;
    tm_assert(c->magic == CALL_MAGIC);
    return c;
}

static void log_begin(struct town_call *c, const char *event)
{
    town_log_begin(&c->town->log, event, dialog_call_id(c->dialog));
}

static void log_end(struct town_call *c)
{
    town_log_end(&c->town->log);
}

/* May be called with a time far away ("never"). */
static void timer_set(struct loop_timer *t, int64_t ms)
{
    enum { DAY_MS = 86400000 };
    loop_timer_set(t, ms < DAY_MS ? ms : DAY_MS);
}

static void end_sound(struct town_call *c)
{
    media_leg_close(c->leg);
    c->leg = NULL;
    loop_timer_cancel(c->step);
    loop_timer_cancel(c->patience);
    loop_timer_cancel(c->stay);
}

static void refuse(struct town_call *c, int code)
{
    if (c->state == TOWN_ENDING)
        return;
    c->state = TOWN_ENDING;
    c->left = "refused";
    end_sound(c);
    log_begin(c, "refused");
    json_out_kv_int(&c->town->log.out, "code", code);
    log_end(c);
    if (code == 503 && c->plan.sip_code != 503)
        c->town->counts.overload++;
    else
        c->town->counts.refused++;
    (void)dialog_refuse(c->dialog, code, "", "");
}

static void hang_up(struct town_call *c, const char *why)
{
    if (c->state == TOWN_ENDING)
        return;
    tm_assert(c->state == TOWN_TALKING);
    c->state = TOWN_ENDING;
    c->left = why;
    c->town->counts.left++;
    end_sound(c);
    dialog_hangup(c->dialog, "Q.850;cause=16");
}

/* Sound. */

static bool open_leg(struct town_call *c)
{
    if (c->leg != NULL)
        return true;
    bool listens =
        c->plan.kind == PERSON_ANSWERS || c->plan.kind == PERSON_SILENT_ANSWER;
    struct media_leg_config m = {
        .address = c->town->address,
        .detect_voice = listens,
        .silence_ms = PERSON_EAR_SILENCE_MS,
        .fn = listen_event,
        .arg = c,
    };
    struct err e = {0};
    if (media_leg_open(&c->leg, c->town->plane, &m, &e) == TM_OK)
        return true;
    c->leg = NULL;
    tel_log(&c->town->tell, TEL_LOG_WARNING, "town: no sound for a call: %s",
            e.text);
    return false;
}

static void connect_leg(struct town_call *c)
{
    if (c->has_peer && c->plan.fault != PERSON_FAULT_NO_MEDIA)
        (void)media_leg_connect(c->leg, &c->peer);
}

/* Our description: the answer to the peer's, or an offer. */
static int write_sdp(struct town_call *c, struct buf *b)
{
    if (c->plan.fault == PERSON_FAULT_BAD_SDP) {
        buf_add_str(b, "v=0\r\nm=audio \xff\xfe nothing\r\n");
        return TM_OK;
    }
    struct sdp_text ours = {
        .port = media_leg_port(c->leg),
        .codec = {SDP_PCMU, SDP_PCMA},
        .codecs = 2,
        .event_pt = EVENT_PT,
        .ptime = 20,
        .send = true,
        .receive = true,
    };
    (void)str_copy(ours.address, sizeof ours.address, str_of(c->town->address));
    struct sdp_text told = ours;
    if (c->has_peer) {
        int rc = sdp_text_answer(&c->peer, &ours, &told);
        if (rc < 0)
            return rc;
    }
    sdp_text_write(&told, ++c->town->session, 1, b);
    return TM_OK;
}

static void play(struct town_call *c, struct pcm *const *list, size_t n,
                 bool repeat)
{
    if (c->plan.fault != PERSON_FAULT_NO_MEDIA)
        (void)media_leg_play(c->leg, list, n, 0, repeat);
}

/* The plan. */

/* 183 with sound: ringback, or the tones of a dead number. */
static bool ring_with_sound(struct town_call *c)
{
    if (!c->has_peer || !open_leg(c))
        return false;
    struct buf sdp;
    buf_init(&sdp, SDP_MAX);
    bool done = write_sdp(c, &sdp) == TM_OK &&
                dialog_ring(c->dialog, 183, buf_slice(&sdp)) == TM_OK;
    buf_fini(&sdp);
    if (!done)
        return false;
    connect_leg(c);
    const struct town_sound *s = &c->town->sound;
    struct pcm *list[] = {c->plan.tone ? s->vacant : s->ringback};
    play(c, list, 1, true);
    return true;
}

static void alert(struct town_call *c)
{
    c->state = TOWN_ALERTING;
    timer_set(c->step, c->plan.answer_after_ms - c->plan.ringing_after_ms);
    bool refused_soon = c->plan.sip_code != 200 &&
                        c->plan.kind != PERSON_REJECTS &&
                        c->plan.answer_after_ms < RINGS_MS;
    if (c->plan.fault == PERSON_FAULT_NO_RINGING ||
        (refused_soon && !c->plan.tone))
        return; /* busy, dead and switched off: they never ring */
    bool sound = (c->plan.early_media || c->plan.tone) && ring_with_sound(c);
    if (!sound)
        (void)dialog_ring(c->dialog, 180, str_of(""));
    else if (c->plan.tone) /* the tones are heard to their end */
        timer_set(c->step, 2 * (int64_t)pcm_ms(c->town->sound.vacant) + 200);
    log_begin(c, "ringing");
    json_out_kv_bool(&c->town->log.out, "sound", sound);
    log_end(c);
}

/* Silence of about ms, at most what the list takes. */
static size_t add_pause(const struct town_sound *s, struct pcm **list, size_t n,
                        int64_t ms)
{
    for (; ms >= TOWN_SOUND_PAUSE_MS && n < MEDIA_LIST_MAX - 2;
         ms -= TOWN_SOUND_PAUSE_MS)
        list[n++] = s->pause;
    return n;
}

/* What is said first. A person speaks so that he ends at the plan's time; a
 * machine speaks at once, and beeps at the plan's time. */
static void greet(struct town_call *c)
{
    const struct town_sound *s = &c->town->sound;
    struct pcm *list[MEDIA_LIST_MAX];
    size_t n = 0;
    if (c->plan.greeting_ms == 0)
        return;
    if (c->plan.kind == PERSON_MACHINE) {
        struct pcm *voice = s->machine[c->plan.voice];
        list[n++] = voice;
        n = add_pause(s, list, n, c->plan.greeting_ms - (int64_t)pcm_ms(voice));
        list[n++] = s->beep;
    } else {
        struct pcm *voice = s->hello[c->plan.voice];
        n = add_pause(s, list, n, c->plan.greeting_ms - (int64_t)pcm_ms(voice));
        list[n++] = voice;
    }
    play(c, list, n, false);
}

static void answer(struct town_call *c)
{
    struct buf sdp;
    buf_init(&sdp, SDP_MAX);
    int rc = open_leg(c) ? write_sdp(c, &sdp) : TM_EFULL;
    if (rc == TM_OK) {
        c->state = TOWN_TALKING;
        c->answered = true;
        c->town->counts.answered++;
        log_begin(c, "answered");
        json_out_kv_text(&c->town->log.out, "kind",
                         person_kind_text(c->plan.kind));
        log_end(c);
        rc = dialog_answer(c->dialog, buf_slice(&sdp));
        connect_leg(c);
        if (c->has_peer)
            greet(c);
        timer_set(c->stay, c->plan.stay_ms);
        timer_set(c->patience, c->plan.patience_ms == INT64_MAX
                                   ? INT64_MAX
                                   : c->plan.patience_ms + c->plan.greeting_ms);
        if (rc < 0)
            hang_up(c, "failed");
    } else {
        refuse(c, rc == TM_EFULL ? 503 : 488);
    }
    buf_fini(&sdp);
}

static void react(struct town_call *c);

/* The step timer: the next sign of the plan. */
static void step_due(void *arg)
{
    struct town_call *c = call_of(arg);
    switch (c->state) {
    case TOWN_TRYING: alert(c); break;
    case TOWN_ALERTING:
        if (c->plan.sip_code == 200)
            answer(c);
        else
            refuse(c, c->plan.sip_code);
        break;
    case TOWN_TALKING: react(c); break;
    case TOWN_ENDING: break;
    }
}

static void patience_due(void *arg)
{
    struct town_call *c = call_of(arg);
    if (c->state == TOWN_TALKING)
        hang_up(c, "bored");
}

static void stay_due(void *arg)
{
    struct town_call *c = call_of(arg);
    if (c->state == TOWN_TALKING)
        hang_up(c, "left");
}

/* Listening. */

/* Does what was decided when its time has come. */
static void react(struct town_call *c)
{
    if (!c->acting)
        return;
    c->acting = false;
    if (c->reaction.act == PERSON_LEAVES) {
        hang_up(c, "left");
        return;
    }
    const char key[2] = {c->reaction.digit, '\0'};
    if (c->leg == NULL || media_leg_press(c->leg, key, KEY_ON_MS, KEY_GAP_MS,
                                          c->reaction.in_band) < 0)
        return;
    c->pressing = c->reaction.digit;
    c->town->counts.digits++;
    log_begin(c, "digit");
    json_out_kv_text(&c->town->log.out, "digit", key);
    json_out_kv_bool(&c->town->log.out, "in_band", c->reaction.in_band);
    json_out_kv_int(&c->town->log.out, "prompt", (int64_t)c->decided - 1);
    log_end(c);
    /* From its first packet on the caller may cut his prompt off and begin
     * the next one: what is heard while the key is down is that one. */
    (void)person_ear_pressed(&c->ear, loop_monotonic_us());
}

/* Decides about a prompt, once: when it starts (barging in) or when it is
 * over. Who was still pressing a key lets the prompt pass. */
static void decide(struct town_call *c, unsigned prompt, bool over)
{
    if (c->acting || prompt < c->decided)
        return;
    struct person_reaction r;
    person_react(&c->town->world, c->e164, c->nth, prompt, &r);
    if (!over && !r.barge_in)
        return;
    c->decided = prompt + 1;
    if (r.act == PERSON_WAITS)
        return;
    c->reaction = r;
    c->acting = true;
    /* the start of a prompt that follows a cut one is not heard */
    timer_set(c->step, r.barge_in && over ? HURRY_MS : r.after_ms);
}

static void prompt_over(struct town_call *c)
{
    c->town->counts.prompts++;
    log_begin(c, "heard");
    json_out_kv_int(&c->town->log.out, "n", (int64_t)c->ear.prompt - 1);
    log_end(c);
    decide(c, c->ear.prompt - 1, true);
}

static void keys_sent(struct town_call *c)
{
    const char key[2] = {c->pressing, '\0'};
    log_begin(c, "digit_sent");
    json_out_kv_text(&c->town->log.out, "digit", key);
    log_end(c);
}

static void listen_event(void *arg, const struct media_event *ev)
{
    struct town_call *c = call_of(arg);
    if (c->state != TOWN_TALKING)
        return;
    int64_t now = loop_monotonic_us();
    enum person_ear_news news = PERSON_EAR_NOTHING;
    if (ev->kind == MEDIA_VOICE)
        news = person_ear_voice(&c->ear, now);
    else if (ev->kind == MEDIA_SILENCE)
        news = person_ear_silence(&c->ear, now);
    else if (ev->kind == MEDIA_DIGITS_SENT)
        keys_sent(c);
    if (ev->kind == MEDIA_VOICE)
        loop_timer_cancel(c->patience);
    else if (ev->kind == MEDIA_SILENCE)
        timer_set(c->patience, c->plan.patience_ms);
    if (news == PERSON_EAR_STARTS)
        decide(c, c->ear.prompt, false);
    else if (news == PERSON_EAR_OVER)
        prompt_over(c);
}

/* The dialog. */

static void take_sdp(struct town_call *c, struct slice sdp)
{
    struct sdp_text peer;
    if (sdp.n == 0 || sdp_text_read(sdp, &peer, NULL) < 0)
        return;
    c->peer = peer;
    c->has_peer = true;
}

static void offered(struct town_call *c, const struct dialog_event *ev)
{
    take_sdp(c, ev->sdp);
    if (c->leg == NULL || !c->has_peer)
        return; /* refused with 488 */
    if (write_sdp(c, ev->answer) < 0)
        buf_clear(ev->answer);
    else
        connect_leg(c);
}

static const char *end_text(const struct town_call *c,
                            const struct dialog_event *ev)
{
    switch (ev->end) {
    case DIALOG_END_LOCAL: return c->left != NULL ? c->left : "stopped";
    case DIALOG_END_BYE: return "bye";
    case DIALOG_END_CANCEL: return "cancel";
    case DIALOG_END_REFUSED: return "refused";
    case DIALOG_END_TIMEOUT: return "timeout";
    case DIALOG_END_TRANSPORT: return "transport";
    case DIALOG_END_PROTOCOL: return "protocol";
    }
    tm_unreachable("end of a dialog");
}

static void ended(struct town_call *c, const struct dialog_event *ev)
{
    struct town *t = c->town;
    t->counts.byes += ev->end == DIALOG_END_BYE;
    t->counts.cancelled += ev->end == DIALOG_END_CANCEL;
    log_begin(c, "ended");
    json_out_kv_text(&t->log.out, "how", end_text(c, ev));
    json_out_kv_bool(&t->log.out, "was_answered", c->answered);
    log_end(c);
    if (ev->end == DIALOG_END_CANCEL && c->state == TOWN_ALERTING) {
        const struct town_missed m = {.person = c->e164,
                                      .caller = c->from,
                                      .nth = c->nth,
                                      .where = dialog_target(ev->dialog)};
        town_back_missed(t, &m);
    }
    end_sound(c);
    loop_timer_free(c->step);
    loop_timer_free(c->patience);
    loop_timer_free(c->stay);
    tm_assert(t->counts.calls > 0);
    t->counts.calls--;
    c->magic = 0;
    mem_free(c);
}

static void dialog_event(void *arg, const struct dialog_event *ev)
{
    struct town_call *c = call_of(arg);
    switch (ev->kind) {
    case DIALOG_CONFIRMED:
        if (!c->has_peer && c->leg != NULL) { /* the answer to our offer */
            take_sdp(c, ev->sdp);
            connect_leg(c);
            greet(c);
        }
        break;
    case DIALOG_OFFER: offered(c, ev); break;
    case DIALOG_ENDED: ended(c, ev); break;
    case DIALOG_PROVISIONAL:
    case DIALOG_ANSWERED:
    case DIALOG_CHANGED: break;
    }
}

/* "+12125550123" or the digits alone; 0: no number. */
static uint64_t number_of(struct slice user)
{
    if (user.n > 0 && user.p[0] == '+')
        user = str_range(user.p + 1, user.n - 1);
    uint64_t e164;
    if (user.n > NUMBER_MAX_DIGITS || !str_u64(user, &e164))
        return 0;
    return e164;
}

static void log_invite(struct town_call *c, const struct dialog_request *r)
{
    struct json_out *o = &c->town->log.out;
    log_begin(c, "invite");
    json_out_key(o, "from");
    json_out_slice(o,
                   r->caller.n > 128 ? str_range(r->caller.p, 128) : r->caller);
    json_out_key(o, "to");
    json_out_slice(o,
                   r->called.n > 128 ? str_range(r->called.p, 128) : r->called);
    json_out_kv_int(o, "nth", (int64_t)c->nth);
    json_out_kv_text(
        o, "kind", c->e164 == 0 ? "no number" : person_kind_text(c->plan.kind));
    log_end(c);
}

static unsigned count_call(struct town *t, uint64_t e164)
{
    uint64_t n = 0;
    (void)map_get(&t->calls_of, e164, &n);
    map_set(&t->calls_of, e164, n + 1);
    return (unsigned)n;
}

void town_call_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct town *t = arg;
    struct town_call *c = mem_alloc(sizeof *c);
    *c = (struct town_call){.magic = CALL_MAGIC, .town = t, .dialog = d};
    c->step = loop_timer_new(t->loop, step_due, c);
    c->patience = loop_timer_new(t->loop, patience_due, c);
    c->stay = loop_timer_new(t->loop, stay_due, c);
    c->e164 = number_of(r->called);
    c->from = number_of(r->caller);
    t->counts.invites++;
    t->counts.calls++;
    dialog_take(d, dialog_event, c);
    if (c->e164 == 0) {
        log_invite(c, r);
        refuse(c, 484);
        return;
    }
    c->nth = count_call(t, c->e164);
    person_call_of(&t->world, c->e164, c->nth, &c->plan);
    log_invite(c, r);
    take_sdp(c, r->sdp);
    if (t->counts.calls > t->calls_max)
        refuse(c, 503);
    else if (r->sdp.n > 0 && !c->has_peer)
        refuse(c, 488);
    else
        timer_set(c->step, c->plan.ringing_after_ms);
}
