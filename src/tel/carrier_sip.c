#include "tel/carrier_sip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audio/speech.h"
#include "base/arena.h"
#include "tel/carrier_sip_priv.h"

enum {
    RTP_MIN = 20000,
    RTP_MAX = 29999,
    CALLS_MAX = 2000,
    HOLD_MAX_MS = 120000,
    SILENT_MAX_MS = 30000,
    TRUNK_NAME_MAX = 128,
};

static const size_t prompt_bytes = (size_t)64 << 20;

struct trunk *carrier_sip_trunk(const struct carrier_sip *c, const char *name)
{
    for (size_t i = 0; i < c->trunks; ++i) {
        if (strcmp(trunk_config(c->trunk[i])->name, name) == 0) {
            return c->trunk[i];
        }
    }
    return NULL;
}

static void hangup(void *self, struct attempt_id a, enum hangup_reason why)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    struct carrier_sip_call *call = carrier_sip_find(c, a);
    if (call && call->state == CALL_OFFERED && why == HANGUP_BUSY) {
        carrier_sip_refuse(call, 486, CAUSE_US);
    } else if (call) {
        carrier_sip_hangup(call, CAUSE_US,
                           why == HANGUP_SHUTDOWN ? "Q.850;cause=41"
                                                  : "Q.850;cause=16");
    }
}

static int end_stale(void *self, struct slice dialog, struct err *e)
{
    struct carrier_sip *c = self;
    char name[TRUNK_NAME_MAX];
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    if (dialog_record_trunk(dialog, name, sizeof name) != TM_OK) {
        return err_set(e, TM_EINVAL, "a dialog record without a trunk");
    }
    if (strcmp(name, CARRIER_SIP_NO_TRUNK) == 0 && c->agent_stack) {
        return dialog_end_record(c->agent_stack, dialog, "", "", e);
    }
    struct trunk *t = carrier_sip_trunk(c, name);
    if (!t) {
        return err_set(e, TM_EINVAL,
                       "a dialog record of trunk \"%s\", which is not "
                       "configured any more",
                       name);
    }
    return dialog_end_record(trunk_stack(t), dialog, trunk_config(t)->user,
                             trunk_config(t)->password, e);
}

static unsigned room(void *self, const char *trunk, int64_t now_us)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    (void)now_us; /* rates are kept on the monotonic clock */
    struct trunk *t = carrier_sip_trunk(c, trunk);
    unsigned n = t ? trunk_room(t, loop_monotonic_us()) : 0;
    size_t left = c->calls_max - c->call_count;
    return n < left ? n : (unsigned)left;
}

static unsigned lines(void *self, const char *trunk)
{
    struct carrier_sip *c = self;
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    struct trunk *t = carrier_sip_trunk(c, trunk);
    unsigned most = t ? trunk_config(t)->max_calls : 0;
    unsigned n = t && most > trunk_calls(t) ? most - trunk_calls(t) : 0;
    size_t left = c->calls_max - c->call_count;
    return n < left ? n : (unsigned)left;
}

static void tell_owed(void *arg)
{
    struct carrier_sip *c = arg;
    struct le *le;
    while ((le = c->owed.head) != NULL) {
        carrier_sip_tell_placed(le->data);
    }
}

/* True when the agents' stack has what a trunk needs. */
static bool agents_serve(const struct carrier_sip *c,
                         const struct trunk_config *t)
{
    return c->agent_stack && t->local_port != 0 &&
           t->transport != SIP_STACK_TLS &&
           sip_stack_port(c->agent_stack, t->transport) == t->local_port &&
           strcmp(sip_stack_address(c->agent_stack), t->local_address) == 0;
}

/* A stack counts dialogs that are over but for their BYE, too, and those of the
 * trunks' own requests. */
size_t carrier_sip_dialogs_max(const struct carrier_sip *c)
{
    return c->calls_max + c->calls_max / 4 + 256;
}

/* The stack of a local address and port: trunks and agents share it. */
static int stack_for(struct carrier_sip *c,
                     const struct carrier_sip_config *config,
                     const struct trunk_config *t, struct sip_stack **out,
                     struct err *e)
{
    if (agents_serve(c, t)) {
        *out = c->agent_stack;
        return TM_OK;
    }
    for (size_t i = 0; i < c->trunks; ++i) {
        const struct trunk_config *o = trunk_config(c->trunk[i]);
        if (o->local_port == t->local_port && o->transport == t->transport &&
            strcmp(o->local_address, t->local_address) == 0) {
            *out = trunk_stack(c->trunk[i]);
            return TM_OK;
        }
    }
    struct sip_stack_config s = {
        .address = t->local_address,
        .port = t->local_port,
        .udp = t->transport == SIP_STACK_UDP,
        .tcp = t->transport == SIP_STACK_TCP,
        .tls = t->transport == SIP_STACK_TLS,
        .ca_file = t->ca_file && t->ca_file[0] ? t->ca_file : NULL,
        .software = config->software,
        .calls_max = carrier_sip_dialogs_max(c),
        .incoming = carrier_sip_incoming,
        .whose = carrier_sip_whose,
        .refused = carrier_sip_refused,
        .incoming_arg = c,
        .invites_per_s = CARRIER_SIP_INVITES_PER_S,
        .log = config->log,
    };
    int rc = sip_stack_start(out, c->loop, &s, e);
    if (rc == TM_OK) {
        c->stack[c->stacks++] = *out;
    }
    return rc;
}

static int trunks_start(struct carrier_sip *c,
                        const struct carrier_sip_config *config, struct err *e)
{
    for (size_t i = 0; i < config->trunks; ++i) {
        const struct trunk_config *t = &config->trunk[i];
        struct sip_stack *s = NULL;
        if (!t->local_address || !t->local_address[0]) {
            return err_set(e, TM_EINVAL, "trunk \"%s\" has no local address",
                           t->name ? t->name : "");
        }
        int rc = stack_for(c, config, t, &s, e);
        if (rc == TM_OK) {
            rc = trunk_new(&c->trunk[c->trunks], s, t, &c->log, e);
        }
        if (rc != TM_OK) {
            return err_context(e, "trunk \"%s\"", t->name ? t->name : "");
        }
        ++c->trunks;
    }
    return TM_OK;
}

static int parts_start(struct carrier_sip *c,
                       const struct carrier_sip_config *config, struct err *e)
{
    struct media_plane_config m = {
        .threads = config->media_threads,
        .port_min = config->rtp_min ? config->rtp_min : RTP_MIN,
        .port_max = config->rtp_max ? config->rtp_max : RTP_MAX,
        .legs_max = c->calls_max,
        .log = config->log,
    };
    int rc = media_plane_start(&c->plane, c->loop, &m, e);
    if (rc == TM_OK) {
        rc = prompt_cache_new(
            &c->prompts, c->loop,
            config->prompt_bytes_max ? config->prompt_bytes_max : prompt_bytes,
            &c->log, carrier_sip_prompts_made, c, e);
    }
    if (rc == TM_OK) {
        rc = carrier_sip_agents_start(c, config, e);
    }
    return rc == TM_OK ? trunks_start(c, config, e) : rc;
}

/* Recordings are private by their own mode (media_record.c); the folder hides
 * their names too. */
static void hide_recordings(const struct carrier_sip *c)
{
    if (c->record_dir[0] && chmod(c->record_dir, 0700)) {
        tel_log(&c->log, TEL_LOG_WARNING,
                "others may see which recordings are in %s: %s", c->record_dir,
                strerror(errno));
    }
}

int carrier_sip_start(struct carrier_sip **out, struct loop *l,
                      const struct carrier_sip_config *config, struct err *e)
{
    tm_assert(out != NULL && l != NULL && config->clock != NULL);
    struct carrier_sip *c = mem_alloc(sizeof *c);
    const char *dir = config->record_dir ? config->record_dir : "";
    size_t slots = config->trunks + 1; /* the agents' */
    c->magic = CARRIER_SIP_MAGIC;
    c->loop = l;
    c->log = config->log;
    c->clock = config->clock;
    c->calls_max = config->calls_max ? config->calls_max : CALLS_MAX;
    c->hold_max_ms = config->hold_max_ms ? config->hold_max_ms : HOLD_MAX_MS;
    c->silent_max_ms = config->agents.silent_max_ms
                           ? config->agents.silent_max_ms
                           : SILENT_MAX_MS;
    c->trunk = mem_alloc(slots * sizeof *c->trunk);
    c->stack = mem_alloc(slots * sizeof(struct sip_stack *));
    c->record_dir = mem_alloc(strlen(dir) + 1);
    memcpy(c->record_dir, dir, strlen(dir) + 1);
    hide_recordings(c);
    c->sessions = (uint64_t)loop_monotonic_us();
    c->owed_timer = loop_timer_new(l, tell_owed, c);
    map_init(&c->calls);
    map_init(&c->used[0].attempts);
    map_init(&c->used[1].attempts);
    c->port = (struct carrier){
        .self = c,
        .place = carrier_sip_place,
        .answer = carrier_sip_answer,
        .prepare = carrier_sip_prepare,
        .play = carrier_sip_play,
        .silence = carrier_sip_silence,
        .bridge = carrier_sip_bridge,
        .part = carrier_sip_part,
        .hangup = hangup,
        .end_stale = end_stale,
        .room = room,
        .lines = lines,
    };
    int rc = parts_start(c, config, e);
    if (rc != TM_OK) {
        carrier_sip_stop(c);
        return rc;
    }
    *out = c;
    return TM_OK;
}

void carrier_sip_listen(struct carrier_sip *c, carrier_event_fn *fn, void *arg)
{
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    c->fn = fn;
    c->arg = arg;
}

const struct carrier *carrier_sip_port(struct carrier_sip *c)
{
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    return &c->port;
}

size_t carrier_sip_calls(const struct carrier_sip *c)
{
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    return c->call_count;
}

uint64_t carrier_sip_strangers(const struct carrier_sip *c)
{
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    return c->refused.strangers;
}

bool carrier_sip_trunk_look(const struct carrier_sip *c, const char *trunk,
                            struct carrier_sip_trunk_look *out)
{
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    const struct trunk *t = carrier_sip_trunk(c, trunk);
    if (!t) {
        return false;
    }
    *out = (struct carrier_sip_trunk_look){
        .state = trunk_state(t),
        .calls = trunk_calls(t),
        .refused = trunk_refused(t),
    };
    return true;
}

void carrier_sip_stop(struct carrier_sip *c)
{
    if (!c) {
        return;
    }
    tm_assert(c->magic == CARRIER_SIP_MAGIC);
    c->fn = NULL;
    struct le *le;
    while ((le = c->all.head) != NULL) {
        struct carrier_sip_call *call = le->data;
        carrier_sip_hangup(call, CAUSE_US, "Q.850;cause=41");
        dialog_forget(call->dialog);
        carrier_sip_call_free(call);
    }
    registrar_free(c->registrar);
    for (size_t i = 0; i < c->trunks; ++i) {
        trunk_free(c->trunk[i]);
    }
    for (size_t i = 0; i < c->stacks; ++i) {
        sip_stack_stop(c->stack[i]);
    }
    tm_assert(c->call_count == 0);
    media_plane_stop(c->plane);
    prompt_cache_free(c->prompts);
    speech_fini();
    loop_timer_free(c->owed_timer);
    map_fini(&c->calls);
    map_fini(&c->used[0].attempts);
    map_fini(&c->used[1].attempts);
    mem_free(c->trunk);
    mem_free(c->stack);
    mem_free(c->record_dir);
    c->magic = 0;
    mem_free(c);
}
