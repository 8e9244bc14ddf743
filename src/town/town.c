#include "town/town.h"

#include <string.h>

#include "base/arena.h"
#include "town/town_back.h"
#include "town/town_call.h"

void town_config_init(struct town_config *c)
{
    *c = (struct town_config){
        .address = "127.0.0.1",
        .port = 5062,
        .udp = true,
        .tcp = true,
        .media_port_min = 20000,
        .media_port_max = 31998,
        .media_threads = 1,
        .calls_max = 4000,
        .back_min_ms = 5000,
        .back_max_ms = 60000,
    };
    person_world_init_lively(&c->world, 1);
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static int check_config(const struct town_config *c, struct err *e)
{
    if (strlen(c->address) >= TOWN_ADDRESS_MAX)
        return err_set(e, TM_EINVAL, "the address is too long");
    if (!is_loopback(c->address) && !c->allow_any_address)
        return err_set(e, TM_EINVAL,
                       "%s is not a loopback address: the town answers "
                       "everybody, so it must be allowed to be reached from "
                       "other machines",
                       c->address);
    if (!c->udp && !c->tcp && !c->tls)
        return err_set(e, TM_EINVAL, "the town needs udp, tcp or tls");
    if (c->calls_back_ppm > 1000000 || c->back_min_ms < 0 ||
        c->back_max_ms < c->back_min_ms || c->back_max_ms > 86400000)
        return err_set(e, TM_EINVAL,
                       "people call back 0 ms to a day later, the longest time "
                       "no shorter than the least");
    return person_world_check(&c->world, e);
}

static int start_media(struct town *t, const struct town_config *c,
                       struct err *e)
{
    struct media_plane_config m = {
        .threads = c->media_threads,
        .port_min = c->media_port_min,
        .port_max = c->media_port_max,
        .log = c->log,
    };
    return media_plane_start(&t->plane, t->loop, &m, e);
}

static int start_signalling(struct town *t, const struct town_config *c,
                            struct err *e)
{
    struct sip_stack_config s = {
        .address = t->address,
        .port = c->port,
        .udp = c->udp,
        .tcp = c->tcp,
        .tls = c->tls,
        .cert_file = c->cert_file,
        .software = "Telemark town " TELEMARK_VERSION,
        .calls_max = c->calls_max + c->calls_max / 4 + 16,
        .incoming = town_call_incoming,
        .incoming_arg = t,
        .log = c->log,
    };
    return sip_stack_start(&t->stack, t->loop, &s, e);
}

int town_start(struct town **out, struct loop *l, const struct town_config *c,
               struct err *e)
{
    int rc = check_config(c, e);
    if (rc < 0)
        return rc;
    struct town *t = mem_alloc(sizeof *t);
    *t = (struct town){
        .loop = l,
        .log = {.fd = -1},
        .tell = c->log,
        .world = c->world,
        .calls_max = c->calls_max,
        .back_ppm = c->calls_back_ppm,
        .back_min_ms = c->back_min_ms,
        .back_max_ms = c->back_max_ms,
        .session = 1,
    };
    (void)str_copy(t->address, sizeof t->address, str_of(c->address));
    map_init(&t->calls_of);
    rc = town_log_open(&t->log, c->log_path, e);
    if (rc == TM_OK)
        rc = town_sound_make(&t->sound, e);
    if (rc == TM_OK)
        rc = start_media(t, c, e);
    if (rc == TM_OK)
        rc = start_signalling(t, c, e);
    if (rc < 0) {
        town_stop(t);
        return rc;
    }
    *out = t;
    return TM_OK;
}

void town_stop(struct town *t)
{
    if (t == NULL)
        return;
    town_back_stop(t);
    sip_stack_stop(t->stack); /* ends every call, which closes its leg */
    tm_assert(t->counts.calls == 0 && t->backs == 0);
    if (t->plane != NULL)
        media_plane_stop(t->plane);
    town_sound_free(&t->sound);
    town_log_close(&t->log);
    map_fini(&t->calls_of);
    mem_free(t);
}

uint16_t town_port(const struct town *t, enum sip_stack_transport transport)
{
    return sip_stack_port(t->stack, transport);
}

void town_counts(const struct town *t, struct town_counts *out)
{
    *out = t->counts;
}

int town_log_fault(const struct town *t)
{
    return t->log.fault;
}
