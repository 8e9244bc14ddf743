/* Agents' own telephones: their registrar, and calls to them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tel/carrier_sip_priv.h"

int carrier_sip_agents_start(struct carrier_sip *c,
                             const struct carrier_sip_config *config,
                             struct err *e)
{
    const struct carrier_sip_agents *a = &config->agents;
    bool all = !a->udp && !a->tcp;
    if (!a->address || !a->address[0]) {
        return TM_OK;
    }
    struct sip_stack_config s = {
        .address = a->address,
        .port = a->port,
        .udp = a->udp || all,
        .tcp = a->tcp || all,
        .software = config->software,
        .calls_max = carrier_sip_dialogs_max(c),
        .incoming = carrier_sip_incoming,
        .whose = carrier_sip_whose,
        .refused = carrier_sip_refused,
        .incoming_arg = c,
        .invites_per_s = CARRIER_SIP_INVITES_PER_S,
        .log = config->log,
    };
    struct registrar_config r = {
        .realm = a->realm,
        .sha256 = a->sha256,
        .fn = a->fn,
        .arg = a->arg,
        .log = config->log,
    };
    int rc = sip_stack_start(&c->agent_stack, c->loop, &s, e);
    if (rc == TM_OK) {
        c->stack[c->stacks++] = c->agent_stack;
        rc = registrar_new(&c->registrar, c->agent_stack, &r, e);
    }
    return rc == TM_OK ? rc : err_context(e, "agents' telephones");
}

int carrier_sip_set_agents(struct carrier_sip *c,
                           const struct registrar_account *a, size_t n,
                           struct err *e)
{
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    if (!c->registrar) {
        return err_set(e, TM_ESTATE,
                       "no address is set for agents' telephones to register "
                       "at");
    }
    return registrar_set(c->registrar, a, n, e);
}

const char *carrier_sip_agent_where(const struct carrier_sip *c,
                                    const char *user)
{
    struct registrar_target t;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    return c->registrar && registrar_find(c->registrar, user, &t) ? t.where
                                                                  : NULL;
}

uint16_t carrier_sip_agents_port(const struct carrier_sip *c,
                                 enum sip_stack_transport t)
{
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    return c->agent_stack ? sip_stack_port(c->agent_stack, t) : 0;
}

/* The first trunk's order of codecs: what agents hear needs no conversion
 * then. */
static void codecs_of(const struct carrier_sip *c, struct carrier_sip_way *w)
{
    if (c->trunks > 0) {
        const struct trunk_config *t = trunk_config(c->trunk[0]);
        memcpy(w->codec, t->codec, sizeof w->codec);
        w->codecs = t->codecs;
    }
    const enum sdp_codec both[] = {SDP_PCMU, SDP_PCMA};
    for (size_t i = 0; i < tm_array_len(both) && w->codecs < 2; ++i) {
        if (w->codecs == 0 || w->codec[0] != both[i]) {
            w->codec[w->codecs++] = both[i];
        }
    }
}

/* Telephones know one or another of three ways to be asked to answer by
 * themselves; RFC 5373 is the written one. */
static void ask_to_answer(const char *host, char *out, size_t cap)
{
    (void)snprintf(out, cap,
                   "Call-Info: <sip:%s>;answer-after=0\r\n"
                   "Alert-Info: <http://%s>;info=alert-autoanswer;delay=0\r\n"
                   "Answer-Mode: Auto\r\n",
                   host, host);
}

int carrier_sip_agent_way(struct carrier_sip *c, const struct permit *p,
                          const struct call_spec *s,
                          struct carrier_sip_call *call,
                          struct carrier_sip_target *to, struct err *e)
{
    struct registrar_target t;
    char host[80];
    if (p->purpose != PERMIT_STAFF) {
        return err_set(e, TM_EINVAL,
                       "the permit of attempt %" PRId64
                       " is not for an agent's telephone",
                       p->attempt.v);
    }
    if (!c->registrar || !registrar_find(c->registrar, s->user, &t)) {
        return err_set(e, TM_ENOTFOUND,
                       "the telephone of agent %s is not registered here",
                       s->user);
    }
    call->way = (struct carrier_sip_way){
        .stack = c->agent_stack,
        .address = sip_stack_address(c->agent_stack),
    };
    codecs_of(c, &call->way);
    (void)snprintf(call->way.name, sizeof call->way.name, "agent %s", s->user);
    bool ip6 = strchr(call->way.address, ':') != NULL;
    (void)snprintf(host, sizeof host, ip6 ? "[%s]" : "%s", call->way.address);
    (void)snprintf(to->uri, sizeof to->uri, "%s", t.contact);
    (void)snprintf(to->from, sizeof to->from, "sip:%s@%s",
                   s->caller_id[0] ? s->caller_id : "telemark", host);
    to->flow = t.flow;
    if (s->auto_answer) {
        ask_to_answer(host, to->headers, sizeof to->headers);
    }
    return TM_OK;
}
