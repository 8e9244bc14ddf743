#include "report/caller_figures.h"

#include "base/assert.h"

void caller_figures_init(struct caller_figures *f)
{
    *f = (struct caller_figures){0};
}

static struct caller_figures_number *number_of(struct caller_figures *f,
                                               uint64_t e164)
{
    for (size_t i = 0; i < f->numbers; i++)
        if (f->number[i].e164 == e164)
            return &f->number[i];
    if (f->numbers == CALLER_FIGURES_NUMBERS_MAX)
        return NULL;
    f->number[f->numbers].e164 = e164;
    return &f->number[f->numbers++];
}

void caller_figures_plan(struct caller_figures *f,
                         const struct plan_inbound *in)
{
    tm_assert(f->all.callers == 0);
    if (in->numbers == 0)
        return;
    f->target_ms = in->target_ms;
    f->shown = true;
    for (size_t i = 0; i < in->numbers; i++)
        (void)number_of(f, in->number[i]);
}

static void count_talk(struct caller_figures_count *n, int64_t target_ms,
                       const struct reader_caller *c)
{
    n->talked++;
    n->within += c->wait_ms <= target_ms;
    n->wait_ms += c->wait_ms;
    if (c->wait_ms > n->wait_max_ms)
        n->wait_max_ms = c->wait_ms;
    if (c->ended_us < c->bridged_us) /* still, or the clock was set back */
        return;
    n->talks++;
    n->talk_ms += (c->ended_us - c->bridged_us) / 1000;
}

static void count_left(struct caller_figures_count *n,
                       const struct reader_caller *c)
{
    switch ((int)c->outcome) {
    case OUTCOME_GAVE_UP:
        n->gave_up++;
        if (c->answered_us != 0)
            n->lost_ms += (c->ended_us - c->answered_us) / 1000;
        return;
    case OUTCOME_TURNED_AWAY: n->turned_away++; return;
    case OUTCOME_CALLBACK: n->callbacks++; return;
    case OUTCOME_OPTED_OUT: n->opt_outs++; return;
    default: n->others++; return;
    }
}

static void count(struct caller_figures_count *n, int64_t target_ms,
                  const struct reader_caller *c)
{
    n->callers++;
    n->known += c->lead.v != 0;
    n->withheld += c->e164 == 0;
    if (c->bridged_us != 0)
        count_talk(n, target_ms, c);
    else if (c->ended_us == 0)
        n->open++;
    else
        count_left(n, c);
}

void caller_figures_add(struct caller_figures *f, const struct reader_caller *c)
{
    struct caller_figures_number *number = number_of(f, c->called);
    const struct caller_figures_count *n = &f->all;
    f->shown = true;
    count(&f->all, f->target_ms, c);
    if (number != NULL)
        count(&number->n, f->target_ms, c);
    tm_assert(n->callers == n->talked + n->gave_up + n->turned_away +
                                n->callbacks + n->opt_outs + n->others +
                                n->open);
}

uint64_t caller_figures_judged(const struct caller_figures_count *n)
{
    return n->callers - n->open;
}
