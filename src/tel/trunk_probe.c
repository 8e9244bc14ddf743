/* Registration (RFC 3261, 10) and OPTIONS pings of a trunk. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"
#include "tel/trunk_priv.h"

enum { RETRY_MIN_S = 5, RETRY_MAX_S = 60, PING_DOWN_S = 5 };

static void probe_send(void *arg);

static void again_after(struct trunk *t, unsigned seconds)
{
    tmr_start(&t->tmr, (uint64_t)seconds * 1000, probe_send, t);
}

/* A registration that was not renewed holds until it expires (RFC 3261,
 * 10.2.4): calls go on, and the rest of its time is for further tries. */
static bool still_registered(struct trunk *t, const char *why)
{
    if (!t->up || !tmr_isrunning(&t->expiry)) {
        return false;
    }
    unsigned left_s = (unsigned)(tmr_get_expire(&t->expiry) / 1000);
    unsigned wait_s = left_s / 4 < RETRY_MIN_S ? left_s / 4 : RETRY_MIN_S;
    (void)snprintf(t->fault, sizeof t->fault, "%s", why);
    tel_log(&t->log, TEL_LOG_WARNING,
            "trunk %s: the registration, good for %u s more, was not "
            "renewed: %s",
            t->config.name, left_s, why);
    again_after(t, wait_s > 0 ? wait_s : 1);
    return true;
}

/* Also while a request is under way, which may take half a minute to fail. */
static void expired(void *arg)
{
    struct trunk *t = arg;
    char why[TRUNK_STATE_MAX];
    tm_assert(t->magic == TRUNK_MAGIC);
    (void)re_snprintf(why, sizeof why, "registration expired: %s",
                      t->fault[0] ? t->fault : "no answer yet");
    if (t->up) {
        trunk_set_state(t, false, why);
    }
}

static void failed(struct trunk *t, const char *why)
{
    if (still_registered(t, why)) {
        return;
    }
    trunk_set_state(t, false, why);
    t->retry_s = t->retry_s * 2 > RETRY_MAX_S ? RETRY_MAX_S : t->retry_s * 2;
    again_after(t, t->retry_s);
}

/* How long the registrar keeps us: Contact's expires, else Expires. */
static unsigned granted(const struct trunk *t, const struct sip_msg *msg)
{
    const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    struct sip_addr a;
    struct pl v;
    uint32_t s = t->expires_s;
    if (h && sip_addr_decode(&a, &h->val) == 0 &&
        msg_param_decode(&a.params, "expires", &v) == 0) {
        s = pl_u32(&v);
    } else if (pl_isset(&msg->expires)) {
        s = pl_u32(&msg->expires);
    }
    return s < 10 ? 10 : s > 86400 ? 86400 : s;
}

static void registered(struct trunk *t, const struct sip_msg *msg)
{
    unsigned s = granted(t, msg);
    t->retry_s = RETRY_MIN_S;
    t->silent_calls = 0;
    t->fault[0] = '\0';
    dialog_auth_passed(t->probe);
    trunk_set_state(t, true, "up");
    tmr_start(&t->expiry, (uint64_t)s * 1000, expired, t);
    again_after(t, s > 120 ? s - 60 : s / 2);
}

static void register_response(struct trunk *t, const struct sip_msg *msg)
{
    char why[TRUNK_STATE_MAX];
    const struct sip_hdr *h;
    if (msg->scode < 300) {
        registered(t, msg);
        return;
    }
    if (msg->scode == 423 &&
        (h = sip_msg_hdr(msg, SIP_HDR_MIN_EXPIRES)) != NULL &&
        pl_u32(&h->val) > t->expires_s && pl_u32(&h->val) <= 86400) {
        t->expires_s = pl_u32(&h->val);
        again_after(t, 0);
        return;
    }
    (void)re_snprintf(why, sizeof why, "registration refused: %u %r%s",
                      msg->scode, &msg->reason,
                      msg->scode == 401 || msg->scode == 407
                          ? " (user or password is wrong)"
                          : "");
    dialog_auth_passed(t->probe);
    failed(t, why);
}

static void probe_response(int err, const struct sip_msg *msg, void *arg)
{
    struct dialog *d = arg;
    struct trunk *t = d->arg;
    tm_assert(t->magic == TRUNK_MAGIC);
    if (!err && msg && msg->scode < 200) {
        return;
    }
    if (!err && msg) {
        t->peers.heard = msg->src;
    }
    if (err || !msg) {
        char why[TRUNK_STATE_MAX];
        (void)snprintf(why, sizeof why, "%s does not answer (%s)",
                       t->config.host, strerror(err));
        failed(t, why);
    } else if ((msg->scode == 401 || msg->scode == 407) &&
               dialog_challenged(d, msg)) {
        again_after(t, 0);
    } else if (t->config.registers) {
        register_response(t, msg);
    } else {
        /* Any answer at all shows that someone is there. */
        t->silent_calls = 0;
        t->retry_s = RETRY_MIN_S;
        trunk_set_state(t, true, "up");
        if (t->config.ping_s > 0) {
            again_after(t, t->config.ping_s);
        }
    }
}

static void probe_send(void *arg)
{
    struct trunk *t = arg;
    char expires[40] = "";
    if (t->config.registers) {
        (void)snprintf(expires, sizeof expires, "Expires: %u\r\n",
                       t->expires_s);
    }
    struct dialog_outgoing o = {
        .method = t->config.registers ? "REGISTER" : "OPTIONS",
        .seq = ++t->probe->local_seq,
        .sdp = str_of(""),
        .headers = expires,
        .contact = true,
        .resph = probe_response,
    };
    if (dialog_send(t->probe, &t->probe->invite, &o)) {
        failed(t, "its address cannot be reached from here");
    }
}

void trunk_probe_start(struct trunk *t)
{
    char id[48], uri[512];
    (void)re_snprintf(id, sizeof id, "%016llx%016llx", rand_u64(), rand_u64());
    struct dialog *d = dialog_new(t->stack, str_of(id));
    d->caller = true;
    d->told = true;
    d->state = DS_CLOSING; /* no request of the peer can end it */
    d->arg = t;
    id[16] = '\0';
    dialog_text_set(&d->local_tag, str_of(id));
    trunk_local_uri(t, t->config.user[0] ? t->config.user : "telemark", uri,
                    sizeof uri);
    dialog_text_set(&d->local_uri, str_of(uri));
    dialog_text_set(&d->user, str_of(t->config.user));
    dialog_text_set(&d->password, str_of(t->config.password));
    dialog_text_set(&d->proxy, str_of(t->config.outbound_proxy));
    if (t->config.registers) {
        dialog_text_set(&d->remote_uri, str_of(uri));
    }
    trunk_registrar(t, uri, sizeof uri);
    if (!t->config.registers) {
        dialog_text_set(&d->remote_uri, str_of(uri));
    }
    dialog_text_set(&d->target, str_of(uri));
    t->probe = d;
    t->expires_s = t->config.register_expires_s;
    t->retry_s = RETRY_MIN_S;
    if (t->config.registers || t->config.ping_s > 0) {
        again_after(t, 0);
    }
}

void trunk_probe_soon(struct trunk *t)
{
    t->retry_s = RETRY_MIN_S;
    if (!t->probe->invite) {
        again_after(t, PING_DOWN_S);
    }
}

/* Takes our registration back. Sent once: nobody waits for the answer. */
static void unregister(struct trunk *t)
{
    struct dialog_outgoing o = {
        .method = "REGISTER",
        .seq = ++t->probe->local_seq,
        .sdp = str_of(""),
        .headers = "Expires: 0\r\n",
        .contact = true,
        .stateless = true,
    };
    (void)dialog_send(t->probe, NULL, &o);
}

void trunk_probe_stop(struct trunk *t)
{
    tmr_cancel(&t->tmr);
    tmr_cancel(&t->expiry);
    if (t->probe && t->config.registers && t->up) {
        unregister(t);
    }
    if (t->probe) {
        /* Libre would cancel and keep a request that is under way; its
         * handlers must not find a trunk that is gone. */
        t->probe = mem_deref(t->probe);
    }
}
