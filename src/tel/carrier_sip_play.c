/* Prompts of calls: kept while they play, waited for while they are made. */
#include "tel/carrier_sip_priv.h"

void carrier_sip_play_drop(struct carrier_sip_call *call)
{
    struct carrier_sip_play *p = &call->play;
    for (size_t i = 0; i < p->n; ++i) {
        prompt_cache_drop(call->carrier->prompts, p->entry[i]);
    }
    p->n = 0;
    if (p->waiting) {
        list_unlink(&call->waiting);
        p->waiting = false;
    }
}

/* Hands the list to the media plane when no prompt of it is being made. A
 * prompt that failed is left out; an empty list ends at once.
 *
 * When the plane is overloaded, the call ends. PLAYED would tell the script
 * that the person has heard what nobody heard, a disclosure maybe; no event at
 * all would leave them in silence. TM_ESTATE: that end is on its way. */
static int start(struct carrier_sip_call *call)
{
    struct carrier_sip_play *p = &call->play;
    struct pcm *sound[MEDIA_LIST_MAX];
    size_t n = 0;
    for (size_t i = 0; i < p->n; ++i) {
        enum prompt_state s = prompt_cache_state(p->entry[i], &sound[n]);
        if (s == PROMPT_MAKING) {
            return TM_OK;
        }
        n += s == PROMPT_READY ? 1 : 0;
    }
    if (p->waiting) {
        list_unlink(&call->waiting);
        p->waiting = false;
    }
    int rc = media_leg_play(call->leg, sound, n, p->serial, false);
    carrier_sip_play_drop(call); /* the media plane has its own references */
    if (rc != TM_OK) {
        tel_log(&call->carrier->log, TEL_LOG_ERROR,
                "a prompt cannot be played, the call is ended: %s",
                err_text(rc));
        carrier_sip_hangup(call, CAUSE_MEDIA, "Q.850;cause=41");
        return TM_ESTATE;
    }
    return TM_OK;
}

_Static_assert((int)CARRIER_PROMPTS_MAX <= (int)MEDIA_LIST_MAX,
               "a play fits a list");

int carrier_sip_play(void *self, struct attempt_id a, const struct prompt *list,
                     size_t n, uint32_t tag)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    struct carrier_sip_call *call = carrier_sip_find(c, a);
    if (!call || call->state != CALL_ANSWERED) {
        return TM_ESTATE;
    }
    tm_assert(n <= CARRIER_PROMPTS_MAX);
    carrier_sip_play_drop(call);
    media_leg_silence(call->leg);
    for (size_t i = 0; i < n; ++i) {
        call->play.entry[i] = prompt_cache_want(c->prompts, &list[i]);
    }
    call->play.n = n;
    call->play.tag = tag;
    ++call->play.serial;
    call->play.waiting = true;
    list_append(&c->waiting, &call->waiting, call);
    return start(call);
}

void carrier_sip_prompts_made(void *arg)
{
    struct carrier_sip *c = arg;
    struct le *le = c->waiting.head;
    while (le) {
        struct carrier_sip_call *call = le->data;
        le = le->next;
        (void)start(call);
    }
}

void carrier_sip_prepare(void *self, const struct prompt *list, size_t n)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    for (size_t i = 0; i < n; ++i) {
        prompt_cache_drop(c->prompts, prompt_cache_want(c->prompts, &list[i]));
    }
}

void carrier_sip_silence(void *self, struct attempt_id a)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    struct carrier_sip_call *call = carrier_sip_find(c, a);
    if (call && call->state == CALL_ANSWERED) {
        carrier_sip_play_drop(call);
        ++call->play.serial;
        media_leg_silence(call->leg);
    }
}
