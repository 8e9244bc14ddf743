/* Bridges of two answered calls; the sound itself is media_bridge.c's. */
#include "tel/carrier_sip_priv.h"

int carrier_sip_bridge(void *self, struct attempt_id a, struct attempt_id b)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    struct carrier_sip_call *x = carrier_sip_find(c, a);
    struct carrier_sip_call *y = carrier_sip_find(c, b);
    if (!x || !y || x == y || x->state != CALL_ANSWERED ||
        y->state != CALL_ANSWERED || x->mate || y->mate) {
        return TM_ESTATE;
    }
    int rc = media_leg_bridge(x->leg, y->leg);
    if (rc != TM_OK) {
        tel_log(&c->log, TEL_LOG_ERROR, "two calls cannot be joined: %s",
                err_text(rc));
        return rc;
    }
    x->mate = y;
    y->mate = x;
    return TM_OK;
}

void carrier_sip_part(void *self, struct attempt_id a)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    struct carrier_sip_call *call = carrier_sip_find(c, a);
    if (call && call->mate) {
        tm_assert(call->mate->mate == call);
        media_leg_part(call->leg);
        call->mate->mate = NULL;
        call->mate = NULL;
    }
}
