/* A call's beginning: permit, way, INVITE. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tel/carrier_sip_priv.h"

enum {
    SDP_MAX = 2048,
    USED_MAX = 8192, /* permits in one generation of those used */
};

int carrier_sip_leg_open(struct carrier_sip_call *call, bool record,
                         struct err *e)
{
    struct carrier_sip *c = call->carrier;
    char path[4096];
    struct media_leg_config m = {
        .address = call->way.address,
        .detect_digits = true,
        /* An agent's keys are orders: nobody else is to hear them. */
        .detect_beep = !call->staff && !call->incoming,
        .hide_keys = call->staff,
        .starve_ms = call->staff ? c->silent_max_ms : 0,
        .fn = carrier_sip_on_media,
        .arg = call,
    };
    if (record && c->record_dir[0]) {
        (void)snprintf(path, sizeof path, "%s/%" PRId64 ".wav", c->record_dir,
                       call->attempt.v);
        m.record_path = path;
        m.record_both = m.record_from_play = true;
    }
    return media_leg_open(&call->leg, c->plane, &m, e);
}

static int invite(struct carrier_sip_call *call,
                  const struct carrier_sip_target *to,
                  const struct call_spec *s, struct err *e)
{
    const struct trunk_config *t =
        call->trunk ? trunk_config(call->trunk) : NULL;
    struct buf sdp;
    struct sdp_text ours = carrier_sip_our_sdp(call);
    call->session = call->version = ++call->carrier->sessions;
    buf_init(&sdp, SDP_MAX);
    sdp_text_write(&ours, call->session, call->version, &sdp);
    struct dialog_invite i = {
        .target = to->uri,
        .to = "",
        .from = to->from,
        .from_name = s->caller_name,
        .route = t ? t->outbound_proxy : "",
        .flow = to->flow,
        .call_id = call->call_id,
        .user = t ? t->user : "",
        .password = t ? t->password : "",
        .headers = to->headers,
        .sdp = buf_slice(&sdp),
    };
    int rc = dialog_invite(&call->dialog, call->way.stack, &i,
                           carrier_sip_on_dialog, call, e);
    buf_fini(&sdp);
    return rc;
}

static bool was_used(const struct carrier_sip *c, struct attempt_id a)
{
    return map_get(&c->used[0].attempts, (uint64_t)a.v, NULL) ||
           map_get(&c->used[1].attempts, (uint64_t)a.v, NULL);
}

/* A full generation becomes the one before when all of that have expired. */
static void use(struct carrier_sip *c, const struct permit *p, int64_t now_us)
{
    struct carrier_sip_used *u = c->used;
    if (u[0].attempts.n >= USED_MAX && now_us >= u[1].until_us) {
        map_fini(&u[1].attempts);
        u[1] = u[0];
        map_init(&u[0].attempts);
        u[0].until_us = 0;
    }
    map_set(&u[0].attempts, (uint64_t)p->attempt.v, 1);
    if (p->expires_us > u[0].until_us) {
        u[0].until_us = p->expires_us;
    }
}

static int allowed(struct carrier_sip *c, const struct permit *p,
                   const struct call_spec *s, struct err *e)
{
    int64_t now = c->clock->now_us(c->clock->self);
    if (p->attempt.v != s->attempt.v || p->e164 != s->to) {
        return err_set(e, TM_EINVAL,
                       "the permit is for another attempt or number");
    }
    if (!permit_valid(p, now)) {
        return err_set(e, TM_EEXPIRED,
                       "the permit of attempt %" PRId64 " is not valid now",
                       p->attempt.v);
    }
    if (carrier_sip_find(c, s->attempt)) {
        return err_set(e, TM_EEXIST, "attempt %" PRId64 " is being called",
                       s->attempt.v);
    }
    if (was_used(c, s->attempt)) {
        return err_set(e, TM_EEXIST, "attempt %" PRId64 " was called before",
                       s->attempt.v);
    }
    if (c->call_count >= c->calls_max) {
        return err_set(e, TM_EFULL, "all %zu calls are in use", c->calls_max);
    }
    return TM_OK;
}

struct carrier_sip_way carrier_sip_trunk_way(const struct trunk *t)
{
    const struct trunk_config *k = trunk_config(t);
    struct carrier_sip_way w = {
        .stack = trunk_stack(t),
        .address = k->local_address,
        .codecs = k->codecs,
    };
    memcpy(w.codec, k->codec, sizeof w.codec);
    (void)snprintf(w.name, sizeof w.name, "trunk %s", k->name);
    return w;
}

/* By a trunk, or to a telephone that is registered here: where to, and whose
 * place the call takes. */
static int find_way(struct carrier_sip *c, const struct permit *p,
                    const struct call_spec *s, struct carrier_sip_call *call,
                    struct carrier_sip_target *to, struct err *e)
{
    if (s->user && s->user[0]) {
        return carrier_sip_agent_way(c, p, s, call, to, e);
    }
    struct trunk *t = carrier_sip_trunk(c, s->trunk);
    int rc = trunk_take(t, loop_monotonic_us(), e);
    if (rc != TM_OK) {
        return rc;
    }
    const struct trunk_config *k = trunk_config(t);
    const char *caller = s->caller_id[0] ? s->caller_id : k->caller_id;
    call->trunk = t;
    call->way = carrier_sip_trunk_way(t);
    trunk_target(t, p->e164, to->uri, sizeof to->uri);
    trunk_local_uri(t, caller[0] ? caller : "anonymous", to->from,
                    sizeof to->from);
    return TM_OK;
}

static struct carrier_sip_call *call_new(struct carrier_sip *c,
                                         const struct permit *p,
                                         const struct call_spec *s)
{
    struct carrier_sip_call *call = mem_alloc(sizeof *call);
    call->magic = CARRIER_SIP_CALL_MAGIC;
    call->carrier = c;
    call->attempt = s->attempt;
    call->staff = p->purpose == PERMIT_STAFF;
    call->detect = s->detect;
    call->wanted = CAUSE_US;
    call->ring_timeout_ms = s->ring_timeout_ms;
    map_set(&c->calls, (uint64_t)s->attempt.v, (uint64_t)(uintptr_t)call);
    ++c->call_count;
    list_append(&c->all, &call->all, call);
    return call;
}

int carrier_sip_place(void *self, const struct permit *p,
                      const struct call_spec *s, struct err *e)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    /* A shorter ring would be an unlawful abandonment. */
    tm_assert(s->ring_timeout_ms >= CARRIER_SIP_RING_MIN_MS);
    bool agent = s->user && s->user[0];
    if (!agent && !carrier_sip_trunk(c, s->trunk)) {
        return err_set(e, TM_ENETWORK, "there is no trunk \"%s\"", s->trunk);
    }
    int rc = allowed(c, p, s, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct carrier_sip_target to = {.flow = ""};
    struct carrier_sip_call *call = call_new(c, p, s);
    rc = find_way(c, p, s, call, &to, e);
    if (rc == TM_OK) {
        (void)snprintf(call->call_id, sizeof call->call_id,
                       "%" PRId64 "-%016" PRIx64 "@%s", p->attempt.v, p->seal,
                       call->way.address);
        rc = carrier_sip_leg_open(call, s->record, e);
    }
    if (rc == TM_OK) {
        rc = invite(call, &to, s, e);
    }
    if (rc != TM_OK) {
        carrier_sip_call_free(call);
        return rc;
    }
    use(c, p, c->clock->now_us(c->clock->self));
    carrier_sip_start_ring(call);
    list_append(&c->owed, &call->owed, call);
    loop_timer_set(c->owed_timer, 0);
    return TM_OK;
}
