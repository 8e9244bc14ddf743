#include "store/claims.h"

#include "base/arena.h"

void claims_init(struct claims *c)
{
    *c = (struct claims){0};
}

void claims_fini(struct claims *c)
{
    for (size_t i = 0; i < c->n; i++) {
        map_fini(&c->campaign[i].lead);
    }
    mem_free(c->campaign);
    *c = (struct claims){0};
}

static struct claims_campaign *find(const struct claims *c,
                                    struct campaign_id id)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->campaign[i].id.v == id.v) {
            return &c->campaign[i];
        }
    }
    return NULL;
}

void claims_add(struct claims *c, struct campaign_id id, struct lead_id lead)
{
    tm_assert(id.v > 0 && lead.v > 0);
    struct claims_campaign *of = find(c, id);
    if (!of) {
        c->campaign =
            mem_resize(c->campaign, (c->n + 1) * sizeof(*c->campaign));
        of = &c->campaign[c->n++];
        of->id = id;
        map_init(&of->lead);
    }
    map_set(&of->lead, (uint64_t)lead.v, 1);
}

void claims_remove(struct claims *c, struct campaign_id id, struct lead_id lead)
{
    struct claims_campaign *of = find(c, id);
    if (of && lead.v > 0) {
        (void)map_remove(&of->lead, (uint64_t)lead.v);
    }
}

bool claims_has(const struct claims *c, struct campaign_id id,
                struct lead_id lead)
{
    struct claims_campaign *of = find(c, id);
    return of && map_get(&of->lead, (uint64_t)lead.v, NULL);
}

void claims_clear(struct claims *c, struct campaign_id id)
{
    struct claims_campaign *of = find(c, id);
    if (of) {
        map_fini(&of->lead);
        map_init(&of->lead);
    }
}
