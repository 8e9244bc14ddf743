#include "tel/trunk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"
#include "tel/trunk_priv.h"

enum {
    SILENT_CALLS_MAX = 3, /* in a row: the trunk counts as down */
    MAX_CALLS = 30,
    CALLS_PER_SECOND = 10,
    EXPIRES_S = 300,
    REST_MAX_S = 300,
};

static char *copy(const char *text)
{
    return dialog_text(str_of(text ? text : ""));
}

static void config_free(struct trunk_config *c)
{
    const char *text[] = {c->name,      c->host,         c->domain,
                          c->user,      c->password,     c->outbound_proxy,
                          c->caller_id, c->ca_file,      c->local_address,
                          c->country,   c->incoming_from};
    for (size_t i = 0; i < tm_array_len(text); ++i) {
        union {
            const char *in;
            char *out;
        } p = {.in = text[i]};
        mem_free(p.out);
    }
}

static struct trunk_config config_copy(const struct trunk_config *c)
{
    struct trunk_config n = *c;
    /* libre asks the DNS only, which knows no localhost. */
    const char *host =
        strcmp(c->host, "localhost") == 0 ? "127.0.0.1" : c->host;
    bool bare_ip6 = strchr(host, ':') && host[0] != '[';
    char text[256];
    (void)snprintf(text, sizeof text, bare_ip6 ? "[%s]" : "%s", host);
    n.name = copy(c->name);
    n.host = copy(text);
    n.domain = copy(c->domain && c->domain[0] ? c->domain : text);
    n.user = copy(c->user);
    n.password = copy(c->password);
    n.outbound_proxy = copy(c->outbound_proxy);
    n.caller_id = copy(c->caller_id);
    n.ca_file = copy(c->ca_file);
    n.local_address = copy(c->local_address);
    n.country = copy(c->country);
    n.incoming_from = copy(c->incoming_from);
    if (n.codecs == 0) {
        n.codec[0] = SDP_PCMU;
        n.codec[1] = SDP_PCMA;
        n.codecs = 2;
    }
    n.max_calls = n.max_calls ? n.max_calls : MAX_CALLS;
    n.calls_per_second =
        n.calls_per_second ? n.calls_per_second : CALLS_PER_SECOND;
    n.register_expires_s =
        n.register_expires_s ? n.register_expires_s : EXPIRES_S;
    return n;
}

/* What may be placed at once: a fifth of a second's worth, so that no second
 * sees more than 1.2 times the rate. */
static int64_t burst_milli(const struct trunk_config *c)
{
    unsigned calls = c->calls_per_second / 5;
    return (calls > 0 ? (int64_t)calls : 1) * 1000;
}

static bool safe_or_empty(const char *s)
{
    return !s || !s[0] || dialog_uri_safe(s);
}

int trunk_new(struct trunk **out, struct sip_stack *s,
              const struct trunk_config *c, const struct tel_log *log,
              struct err *e)
{
    tm_assert(out != NULL && s != NULL);
    if (!c->name || !c->name[0] || !c->host || !dialog_uri_safe(c->host) ||
        !safe_or_empty(c->domain) || !safe_or_empty(c->outbound_proxy) ||
        !safe_or_empty(c->caller_id) || strlen(c->host) > 200) {
        return err_set(e, TM_EINVAL,
                       "trunk \"%s\": name, host, domain, proxy or caller id "
                       "is missing or has characters it may not have",
                       c->name ? c->name : "");
    }
    if (c->registers && (!c->user || !dialog_uri_safe(c->user))) {
        return err_set(e, TM_EINVAL,
                       "trunk \"%s\" registers but has no user name", c->name);
    }
    int rc =
        trunk_nets_check(str_of(c->incoming_from ? c->incoming_from : ""), e);
    if (rc != TM_OK) {
        return err_context(e, "trunk \"%s\"", c->name);
    }
    struct trunk *t = mem_alloc(sizeof *t);
    t->magic = TRUNK_MAGIC;
    t->stack = s;
    t->config = config_copy(c);
    t->log = *log;
    t->tokens_milli = burst_milli(&t->config);
    t->filled_us = loop_monotonic_us();
    t->up = !c->registers;
    (void)snprintf(t->state, sizeof t->state, "%s",
                   t->up ? "up" : "not registered yet");
    trunk_probe_start(t);
    trunk_peers_start(t);
    *out = t;
    return TM_OK;
}

void trunk_free(struct trunk *t)
{
    if (!t) {
        return;
    }
    tm_assert(t->magic == TRUNK_MAGIC);
    trunk_peers_stop(t);
    trunk_probe_stop(t);
    config_free(&t->config);
    t->magic = 0;
    mem_free(t);
}

const struct trunk_config *trunk_config(const struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    return &t->config;
}

struct sip_stack *trunk_stack(const struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    return t->stack;
}

bool trunk_up(const struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    return t->up;
}

const char *trunk_state(const struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    return t->state;
}

unsigned trunk_calls(const struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    return t->calls;
}

void trunk_set_state(struct trunk *t, bool up, const char *why)
{
    if (t->up != up || (!up && strcmp(t->state, why) != 0)) {
        tel_log(&t->log, up ? TEL_LOG_INFO : TEL_LOG_WARNING, "trunk %s: %s",
                t->config.name, why);
    }
    t->up = up;
    (void)snprintf(t->state, sizeof t->state, "%s", why);
}

/* Tokens are kept in thousandths and refilled by time. */
static void refill(struct trunk *t, int64_t now_us)
{
    int64_t rate = t->config.calls_per_second;
    int64_t most = burst_milli(&t->config);
    int64_t passed = now_us - t->filled_us;
    if (passed <= 0) {
        return;
    }
    int64_t add = passed > 10000000 ? most : passed * rate / 1000;
    if (t->tokens_milli + add >= most) {
        t->tokens_milli = most;
        t->filled_us = now_us;
    } else if (add > 0) {
        t->tokens_milli += add;
        /* Only the time that these took: who asks often loses no part of a
         * token each time. Rounded up, so that the limit is never passed. */
        t->filled_us += (add * 1000 + rate - 1) / rate;
    }
}

unsigned trunk_room(struct trunk *t, int64_t monotonic_us)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    refill(t, monotonic_us);
    unsigned tokens = (unsigned)(t->tokens_milli / 1000);
    unsigned lines =
        t->config.max_calls > t->calls ? t->config.max_calls - t->calls : 0;
    if (!t->up || monotonic_us < t->rest_until_us) {
        return 0;
    }
    return tokens < lines ? tokens : lines;
}

int trunk_take(struct trunk *t, int64_t monotonic_us, struct err *e)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    if (!t->up) {
        return err_set(e, TM_ENETWORK, "trunk %s is down: %s", t->config.name,
                       t->state);
    }
    if (monotonic_us < t->rest_until_us) {
        return err_set(e, TM_EFULL,
                       "trunk %s asked for no new calls for some seconds",
                       t->config.name);
    }
    if (trunk_room(t, monotonic_us) == 0) {
        return err_set(e, TM_EFULL,
                       "trunk %s has %u of %u calls and a limit of %u calls "
                       "per second",
                       t->config.name, t->calls, t->config.max_calls,
                       t->config.calls_per_second);
    }
    t->tokens_milli -= 1000;
    ++t->calls;
    return TM_OK;
}

void trunk_give(struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC && t->calls > 0);
    --t->calls;
}

bool trunk_take_incoming(struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    if (t->calls >= t->config.max_calls) {
        return false;
    }
    ++t->calls;
    return true;
}

void trunk_refuse(struct trunk *t, int code)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    struct trunk_refused *n = &t->refused;
    switch (code) {
    case 404: ++n->nobodys; break;
    case 480: ++n->unserved; break;
    case 486: ++n->full; break;
    case 488: ++n->no_codec; break;
    case 503: ++n->no_room; break;
    default: break;
    }
}

struct trunk_refused trunk_refused(const struct trunk *t)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    return t->refused;
}

void trunk_result(struct trunk *t, bool heard)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    if (heard) {
        t->silent_calls = 0;
        return;
    }
    if (++t->silent_calls >= SILENT_CALLS_MAX && t->up) {
        char why[TRUNK_STATE_MAX];
        (void)snprintf(why, sizeof why,
                       "%s did not answer %u calls in a row; asking it by "
                       "OPTIONS",
                       t->config.host, t->silent_calls);
        trunk_set_state(t, false, why);
        trunk_probe_soon(t);
    }
}

void trunk_rest(struct trunk *t, int64_t monotonic_us, unsigned seconds)
{
    tm_assert(t->magic == TRUNK_MAGIC);
    int64_t s = seconds < REST_MAX_S ? seconds : REST_MAX_S;
    int64_t until_us = monotonic_us + s * 1000000;
    if (monotonic_us >= t->rest_until_us) {
        tel_log(&t->log, TEL_LOG_WARNING,
                "trunk %s is overloaded and asks for no new calls for %u s",
                t->config.name, seconds);
    }
    if (until_us > t->rest_until_us) {
        t->rest_until_us = until_us;
    }
}

static void host_port(const struct trunk *t, char *out, size_t cap)
{
    static const char *const param[] = {"", ";transport=tcp", ";transport=tls"};
    if (t->config.port) {
        (void)snprintf(out, cap, "%s:%u%s", t->config.host, t->config.port,
                       param[t->config.transport]);
    } else {
        (void)snprintf(out, cap, "%s%s", t->config.host,
                       param[t->config.transport]);
    }
}

void trunk_target(const struct trunk *t, uint64_t e164, char *out, size_t cap)
{
    char where[256];
    host_port(t, where, sizeof where);
    (void)snprintf(out, cap, "sip:+%" PRIu64 "@%s", e164, where);
}

void trunk_registrar(const struct trunk *t, char *out, size_t cap)
{
    char where[256];
    host_port(t, where, sizeof where);
    (void)snprintf(out, cap, "sip:%s", where);
}

void trunk_local_uri(const struct trunk *t, const char *user, char *out,
                     size_t cap)
{
    (void)snprintf(out, cap, "sip:%s@%s", user, t->config.domain);
}
