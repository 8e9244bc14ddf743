#include "tel/dialog.h"

#include <string.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"

void dialog_move(struct dialog *d, enum dialog_state next)
{
#define B(name) (1u << DS_##name)
    static const unsigned allowed[] = {
#define X(name, follow) [DS_##name] = (follow),
        DIALOG_STATE_TABLE(X)
#undef X
    };
#undef B
    tm_assert(d->magic == DIALOG_MAGIC);
    tm_assert((allowed[d->state] & (1u << next)) != 0);
    d->state = next;
}

char *dialog_text(struct slice s)
{
    char *p = mem_alloc(s.n + 1);
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    p[s.n] = '\0';
    return p;
}

void dialog_text_heard(char **where, struct slice s)
{
    dialog_text_set(where, s);
    for (char *p = *where; *p; ++p) {
        unsigned char c = (unsigned char)*p;
        *p = c < ' ' || c == 0x7f ? ' ' : *p;
    }
}

void dialog_text_set(char **where, struct slice s)
{
    char *p = dialog_text(s);
    mem_free(*where);
    *where = p;
}

/* Runs when libre's reference count of the dialog drops to zero. */
static void destructor(void *arg)
{
    struct dialog *d = arg;
    tm_assert(d->magic == DIALOG_MAGIC);
    tmr_cancel(&d->tmr_end);
    tmr_cancel(&d->tmr_ok);
    hash_unlink(&d->he);
    --d->stack->dialog_count;
    d->stack->strays -= d->stray;
    d->invite = mem_deref(d->invite);
    d->bye = mem_deref(d->bye);
    d->st = mem_deref(d->st);
    d->msg = mem_deref(d->msg);
    d->ok = mem_deref(d->ok);
    d->ok_sock = mem_deref(d->ok_sock);
    char *text[] = {d->call_id,    d->local_tag, d->remote_tag, d->local_uri,
                    d->remote_uri, d->target,    d->proxy,      d->headers,
                    d->user,       d->password,  d->local_name, d->bye_reason,
                    d->flow};
    for (size_t i = 0; i < tm_array_len(text); ++i) {
        mem_free(text[i]);
    }
    for (unsigned i = 0; i < d->routes; ++i) {
        mem_free(d->route[i]);
    }
    mem_free(d->auth[DIALOG_AUTH_SERVER].challenge);
    mem_free(d->auth[DIALOG_AUTH_PROXY].challenge);
    buf_fini(&d->offer);
    d->magic = 0;
}

struct dialog *dialog_new(struct sip_stack *s, struct slice call_id)
{
    tm_assert(s->magic == SIP_STACK_MAGIC);
    struct dialog *d = mem_zalloc(sizeof *d, destructor);
    tm_assert(d != NULL);
    d->magic = DIALOG_MAGIC;
    d->stack = s;
    dialog_text_heard(&d->call_id, call_id);
    d->local_tag = dialog_text(str_of(""));
    d->remote_tag = dialog_text(str_of(""));
    d->local_uri = dialog_text(str_of(""));
    d->remote_uri = dialog_text(str_of(""));
    d->local_name = dialog_text(str_of(""));
    d->target = dialog_text(str_of(""));
    d->proxy = dialog_text(str_of(""));
    d->flow = dialog_text(str_of(""));
    d->headers = dialog_text(str_of(""));
    d->user = dialog_text(str_of(""));
    d->password = dialog_text(str_of(""));
    d->bye_reason = dialog_text(str_of(""));
    buf_init(&d->offer, 8192);
    hash_append(s->dialogs, hash_joaat_str(d->call_id), &d->he, d);
    ++s->dialog_count;
    return d;
}

struct find {
    const struct pl *call_id, *local_tag, *remote_tag;
};

static bool find_handler(struct le *le, void *arg)
{
    const struct dialog *d = le->data;
    const struct find *f = arg;
    if (pl_strcmp(f->call_id, d->call_id) ||
        pl_strcmp(f->local_tag, d->local_tag)) {
        return false;
    }
    /* The peer's tag is not known before its first answer. */
    return !f->remote_tag || d->remote_tag[0] == '\0' ||
           pl_strcmp(f->remote_tag, d->remote_tag) == 0;
}

struct dialog *dialog_find(struct sip_stack *s, const struct pl *call_id,
                           const struct pl *local_tag,
                           const struct pl *remote_tag)
{
    if (!pl_isset(call_id) || !pl_isset(local_tag)) {
        return NULL;
    }
    struct find f = {call_id, local_tag, remote_tag};
    return list_ledata(
        hash_lookup(s->dialogs, hash_joaat_pl(call_id), find_handler, &f));
}

void dialog_emit(struct dialog *d, struct dialog_event *ev)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    ev->dialog = d;
    if (d->fn && !d->told) {
        d->fn(d->arg, ev);
    }
}

static void release_if_over(struct dialog *d)
{
    if (d->told && d->state == DS_ENDED) {
        mem_deref(d);
    }
}

static void tell_end(void *arg)
{
    struct dialog *d = arg;
    struct dialog_event ev = {
        .kind = DIALOG_ENDED,
        .end = d->end,
        .code = d->end_code,
        .retry_after_s = d->end_retry_s,
        .reason = str_of(d->end_reason),
        .reason_header = str_of(d->end_header),
    };
    if (!d->told) {
        dialog_emit(d, &ev);
        d->told = true;
        d->fn = NULL;
    }
    release_if_over(d);
}

/* "18000;duration=3600", "5 (busy)": seconds, 0 = none. */
static unsigned retry_after(const struct sip_msg *msg)
{
    const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_RETRY_AFTER);
    uint64_t seconds = 0;
    for (size_t i = 0; h && i < h->val.l && seconds < 100000; ++i) {
        unsigned digit = (unsigned)(h->val.p[i] - '0');
        if (digit > 9) {
            break;
        }
        seconds = seconds * 10 + digit;
    }
    return (unsigned)seconds;
}

void dialog_owe_end(struct dialog *d, enum dialog_end end, int code,
                    const struct sip_msg *msg)
{
    if (d->told || tmr_isrunning(&d->tmr_end)) {
        return;
    }
    d->end = end;
    d->end_code = code;
    if (msg) {
        const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_REASON);
        d->end_retry_s = retry_after(msg);
        (void)str_copy(d->end_reason, sizeof d->end_reason,
                       re_slice(&msg->reason));
        if (h) {
            (void)str_copy(d->end_header, sizeof d->end_header,
                           re_slice(&h->val));
        }
    }
    tmr_start(&d->tmr_end, 0, tell_end, d);
}

void dialog_finish(struct dialog *d, enum dialog_end end, int code,
                   const struct sip_msg *msg)
{
    if (d->state == DS_ENDED) {
        return;
    }
    dialog_ok_stop(d);
    dialog_move(d, DS_ENDED);
    dialog_owe_end(d, end, code, msg);
    if (!tmr_isrunning(&d->tmr_end)) {
        /* Told long ago: only the memory is left. From the loop, as callers
         * still look at the dialog. */
        tmr_start(&d->tmr_end, 0, tell_end, d);
    }
}

void dialog_hangup(struct dialog *d, const char *reason_header)
{
    tm_assert(d->magic == DIALOG_MAGIC && reason_header != NULL);
    if (reason_header[0] && dialog_uri_safe(reason_header)) {
        dialog_text_set(&d->bye_reason, str_of(reason_header));
    }
    switch (d->state) {
    case DS_CALLING:
    case DS_EARLY:
        dialog_move(d, DS_CANCELLING);
        if (!d->invite) {
            dialog_finish(d, DIALOG_END_LOCAL, 0, NULL);
            return;
        }
        /* Leaves when a provisional answer has come (RFC 3261, 9.1). */
        sip_request_cancel(d->invite);
        break;
    case DS_INCOMING: (void)dialog_refuse(d, 480, "", ""); break;
    case DS_ACCEPTED:
        /* A BYE may not overtake the ACK (RFC 3261, 15). */
        d->bye_wanted = true;
        dialog_owe_end(d, DIALOG_END_LOCAL, 0, NULL);
        break;
    case DS_UP:
        dialog_owe_end(d, DIALOG_END_LOCAL, 0, NULL);
        dialog_send_bye(d);
        break;
    case DS_CANCELLING:
    case DS_CLOSING:
    case DS_ENDED: break;
    }
}

void dialog_forget(struct dialog *d)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    d->fn = NULL;
    d->arg = NULL;
    if (!d->told && d->state == DS_ENDED) {
        tm_assert(tmr_isrunning(&d->tmr_end)); /* that will free it */
    }
    d->told = true;
}

static bool end_handler(struct le *le, void *arg)
{
    struct dialog *d = le->data;
    (void)arg;
    tmr_cancel(&d->tmr_end);
    if (!d->told) {
        dialog_owe_end(d, DIALOG_END_LOCAL, 0, NULL);
        tmr_cancel(&d->tmr_end);
    }
    d->state = DS_ENDED; /* whatever it was: the stack goes */
    tell_end(d);
    return false;
}

void dialog_end_all(struct sip_stack *s)
{
    (void)hash_apply(s->dialogs, end_handler, NULL);
    tm_assert(s->dialog_count == 0);
}

const char *dialog_call_id(const struct dialog *d)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    return d->call_id;
}

const char *dialog_target(const struct dialog *d)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    return d->target;
}

void *dialog_arg(const struct dialog *d)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    return d->arg;
}

struct slice dialog_body_sdp(const struct sip_msg *msg)
{
    if (!msg_ctype_cmp(&msg->ctyp, "application", "sdp") ||
        mbuf_get_left(msg->mb) == 0) {
        return str_of("");
    }
    return str_range((const char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb));
}

/* True when the text can stand in a header line or in <>. */
bool dialog_uri_safe(const char *uri)
{
    for (const char *p = uri; *p; ++p) {
        unsigned char c = (unsigned char)*p;
        if (c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"') {
            return false;
        }
    }
    return uri[0] != '\0';
}

bool dialog_learn_target(struct dialog *d, const struct sip_msg *msg)
{
    const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    struct sip_addr a;
    if (!h || sip_addr_decode(&a, &h->val) || !pl_isset(&a.auri)) {
        return false;
    }
    if (pl_strcmp(&a.auri, d->target) != 0) {
        dialog_text_heard(&d->target, re_slice(&a.auri));
    }
    return true;
}

static bool route_handler(const struct sip_hdr *h, const struct sip_msg *msg,
                          void *arg)
{
    struct dialog *d = arg;
    (void)msg;
    if (d->routes == DIALOG_ROUTES_MAX) {
        tel_log(&d->stack->log, TEL_LOG_WARNING,
                "SIP: more than %d Record-Route entries, the rest is ignored",
                DIALOG_ROUTES_MAX);
        return true;
    }
    d->route[d->routes] = NULL;
    dialog_text_heard(&d->route[d->routes++], re_slice(&h->val));
    return false;
}

/* The caller's route set is the reverse of what it received (12.1.2). */
void dialog_learn_routes(struct dialog *d, const struct sip_msg *msg)
{
    for (unsigned i = 0; i < d->routes; ++i) {
        mem_free(d->route[i]);
    }
    d->routes = 0;
    (void)sip_msg_hdr_apply(msg, !d->caller, SIP_HDR_RECORD_ROUTE,
                            route_handler, d);
}
