/* Calls to us: answered, greeted, kept with words and music until an agent of
 * the campaign is free, or ended with words that say why. The law's counts of
 * live and abandoned calls never see them: nobody here was called by us. */
#include "core/campaign/campaign_crew.h"

int campaign_takes_caller(const struct campaign *c, uint64_t to)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    bool ours = false;
    for (size_t i = 0; i < in->numbers; i++)
        ours = ours || in->number[i] == to;
    if (c->crew == NULL || !ours)
        return TM_ENOTFOUND;
    bool open = c->state == CAMPAIGN_RUNNING || c->state == CAMPAIGN_PAUSED;
    if (!open || c->store_down)
        return TM_ESTATE;
    bool full = c->slots.incoming >= in->calls_max;
    return full || campaign_crew_room(c) == 0 ? TM_EFULL : TM_OK;
}
