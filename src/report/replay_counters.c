#include "report/replay_counters.h"

#include "base/arena.h"

static int add_call(void *arg, const struct reader_attempt *a)
{
    struct replay_campaign *c = arg;
    if (a->placed_us == 0) {
        return 0;
    }
    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 1024;
        c->call = c->call ? mem_resize(c->call, c->cap * sizeof *c->call)
                          : mem_alloc(c->cap * sizeof *c->call);
    }
    c->call[c->n++] = (struct replay_call){
        .id = a->id.v,
        .placed_us = a->placed_us,
        .ended_us = a->ended_us,
        .live = a->live,
        .abandoned = a->abandoned,
    };
    return 0;
}

static int find(struct replay_counters *c, const struct reader *r,
                struct campaign_id id, struct replay_campaign **out,
                struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->campaign[i].id.v == id.v) {
            *out = &c->campaign[i];
            return TM_OK;
        }
    }
    if (c->n == REPLAY_CAMPAIGNS_MAX) { /* the last one makes room */
        mem_free(c->campaign[--c->n].call);
    }
    struct replay_campaign *one = &c->campaign[c->n++];
    *one = (struct replay_campaign){.id = id};
    struct reader_attempts q = {.campaign = id};
    *out = one;
    int rc = r->attempts(r->self, &q, add_call, one, e);
    return rc < 0 ? rc : TM_OK;
}

int replay_counters_at(struct replay_counters *c, const struct reader *r,
                       const struct reader_attempt *judged,
                       struct campaign_counters *out, struct err *e)
{
    tm_assert(out->first_call_us != 0);
    struct replay_campaign *all;
    int64_t at_us = judged->recorded_us;
    int64_t since_us = campaign_counters_since(out->first_call_us, at_us);
    int rc = find(c, r, judged->campaign, &all, e);
    if (rc != TM_OK) {
        return rc;
    }
    for (size_t i = 0; i < all->n; i++) {
        const struct replay_call *x = &all->call[i];
        if (x->id == judged->id.v) {
            continue;
        }
        if (x->placed_us >= since_us && x->placed_us <= at_us) {
            campaign_counters_placed(out, x->placed_us);
        }
        if (x->ended_us >= since_us && x->ended_us <= at_us) {
            campaign_counters_ended(out, x->ended_us, x->live, x->abandoned);
        }
    }
    campaign_counters_roll(out, at_us);
    return TM_OK;
}

void replay_counters_fini(struct replay_counters *c)
{
    for (size_t i = 0; i < c->n; i++) {
        mem_free(c->campaign[i].call);
    }
    c->n = 0;
}
