/* The answer of telemark plan, in words. */
#include "report/plan_answer.h"

#include "base/real.h"

static void add_date(struct buf *b, struct civil_date d)
{
    char text[11];
    civil_format_date(d, text);
    buf_add_str(b, text);
}

static unsigned long long whole(double x)
{
    return x < 0      ? 0
           : x > 1e15 ? 1000000000000000ULL
                      : (unsigned long long)(x + 0.5);
}

/* --- what it rests on ------------------------------------------------------*/

static void add_share(struct buf *b, const char *what,
                      const struct plan_fit_value *v, const char *of)
{
    buf_addf(b, "  %-22s %5.1f %%", what, 100 * v->value);
    if (v->assumed)
        buf_addf(b, "   assumed: %llu %s are too few\n",
                 (unsigned long long)v->n, of);
    else
        buf_addf(b, "   %.1f to %.1f %%, of %llu %s\n", 100 * v->lo,
                 100 * v->hi, (unsigned long long)v->n, of);
}

static void add_times(struct buf *b, const char *what,
                      const struct plan_fit_times *t)
{
    buf_addf(b, "  %-22s %5.1f s   ", what, t->mean);
    if (t->assumed)
        buf_addf(b, "assumed: %llu are too few\n", (unsigned long long)t->n);
    else
        buf_addf(b, "mean of %llu\n", (unsigned long long)t->n);
}

static void add_floor_value(struct buf *b, const char *what,
                            const struct plan_fit_value *v, bool given)
{
    buf_addf(b, "  %-22s %5.1f     %s\n", what, v->value,
             given        ? "given"
             : v->assumed ? v->n > 0 ? "assumed: so many were there, for less "
                                       "than an hour"
                                     : "assumed: there is no such history"
                          : "from the history");
}

/* Nothing, for a campaign that takes no calls. */
static void add_caller_values(struct buf *b, const struct plan_fit *f,
                              bool given)
{
    const struct plan_fit_value *v = &f->callers;
    if (f->inbound.numbers == 0)
        return;
    if (given)
        buf_addf(b, "  %-22s %5.1f     given\n", "people who call us/h",
                 v->value);
    else if (v->assumed)
        buf_addf(b,
                 "  %-22s %5.1f     assumed: %llu called, and %s too short a "
                 "time\n",
                 "people who call us/h", v->value, (unsigned long long)v->n,
                 f->line ? "agents were there" : "it dialled");
    else
        buf_addf(b, "  %-22s %5.1f     %.1f to %.1f, of %llu\n",
                 "people who call us/h", v->value, v->lo, v->hi,
                 (unsigned long long)v->n);
    if (v->value <= 0)
        return;
    add_times(b, "their patience", &f->patience);
    add_times(b, "talk with them", &f->caller_talk);
}

static void add_history(struct buf *b, const struct plan_answer *a)
{
    const struct plan_history *h = a->history;
    const struct plan_fit *f = a->fit;
    buf_addf(b,
             "%s: %llu lines dialled on %u %s, %llu people answered, %llu "
             "talked with an agent, %llu were abandoned\n\n",
             a->campaign, (unsigned long long)h->dials, h->days,
             h->days == 1 ? "day" : "days", (unsigned long long)h->live,
             (unsigned long long)h->talks, (unsigned long long)h->abandoned);
    buf_add_str(b, "What this rests on\n");
    add_share(b, "people answer", &f->human, "lines");
    add_share(b, "machines", &f->machine, "lines");
    add_share(b, "busy, no number", &f->busy, "lines");
    add_share(b, "next try, of the first", &f->decay, "second tries");
    add_share(b, "leads the law leaves", &f->allowed, "leads looked at");
    add_times(b, "ringing to an answer", &f->ring);
    add_times(b, "talk", &f->talk);
    add_times(b, "wrap-up", &f->wrap);
    add_floor_value(b, "agents", &f->agents, a->agents_given);
    add_floor_value(b, "hours a day", &f->hours, a->hours_given);
    add_caller_values(b, f, a->callers_given);
}

/* A line that takes calls: what it dialled says nothing. */
static void add_line_history(struct buf *b, const struct plan_answer *a)
{
    const struct plan_history *h = a->history;
    const struct plan_fit *f = a->fit;
    buf_addf(b,
             "%s takes calls: agents were there for %.1f hours on %u %s, %llu "
             "people called meanwhile, %llu gave up\n\n",
             a->campaign, h->dialled_h, h->days, h->days == 1 ? "day" : "days",
             (unsigned long long)h->callers,
             (unsigned long long)h->callers_gave_up);
    buf_add_str(b, "What this rests on\n");
    add_times(b, "wrap-up", &f->wrap);
    add_floor_value(b, "agents", &f->agents, a->agents_given);
    add_caller_values(b, f, a->callers_given);
}

/* --- floors ----------------------------------------------------------------*/

static void add_floor(struct buf *b, const struct plan_floor *f)
{
    buf_addf(b,
             "  %4u %7.3g %%   %5.1f (%.1f to %.1f)   %6.1f (%.1f to %.1f)   "
             "%7.0f   %4u   %5.2f %%\n",
             f->agents, f->limit_pct, f->talk.mean, f->talk.lo, f->talk.hi,
             f->contacts.mean, f->contacts.lo, f->contacts.hi,
             f->dials.mean * f->agents, f->lines, f->abandoned.mean);
}

/* A share of nobody is none. */
#define NO_CALLERS "nobody called in %llu simulated days; give more --seeds"
enum { CALLERS_FEW = 100 };

/* What the floor is for people who call us. */
static void add_callers(struct buf *b, const struct plan_answer *a,
                        const struct plan_floor *f)
{
    if (a->fit->callers.value <= 0)
        return;
    if (f->callers == 0) {
        buf_addf(b, "  people who call us, %.1f an hour: " NO_CALLERS "\n",
                 a->fit->callers.value, (unsigned long long)f->seeds);
        return;
    }
    buf_addf(b,
             "  people who call us, %.1f an hour, with %u %s: %.0f %% have an "
             "agent within %.0f s, after %.1f s on average; %.0f %% give up\n",
             a->fit->callers.value, f->agents,
             f->agents == 1 ? "agent" : "agents", f->callers_in_target_pct,
             (double)a->fit->inbound.target_ms / 1000, f->callers_wait_s,
             f->callers_gave_up_pct);
}

static void add_line_row(struct buf *b, const struct plan_floor *f)
{
    if (f->callers == 0) {
        buf_addf(b, "  %6u   " NO_CALLERS "\n", f->agents,
                 (unsigned long long)f->seeds);
        return;
    }
    buf_addf(
        b,
        "  %6u   %5.1f %% (%5.1f to %5.1f)   %6.1f s   %6.1f %%   %7.1f %%   "
        "%5u\n",
        f->agents, f->service.mean, f->service.lo, f->service.hi,
        f->callers_wait_s, f->callers_gave_up_pct, f->occupancy_pct, f->lines);
}

/* Of a line that takes calls. */
static void add_line_floors(struct buf *b, const struct plan_answer *a)
{
    const struct plan_target *t = &a->target;
    if (a->fit->callers.value <= 0) {
        buf_add_str(b, "\nHow many will call is not known: ");
        plan_answer_no_callers(a->history, a->fit, b);
        buf_add_str(b, "; say how many will, with --callers N\n");
        return;
    }
    buf_addf(b, "\nThe floor, by %llu simulated days of the fitted model\n",
             (unsigned long long)a->now.seeds);
    buf_addf(b,
             "  agents   within %3.0f s                  ASA    give up   "
             "occupancy   lines\n",
             (double)a->fit->inbound.target_ms / 1000);
    add_line_row(b, &a->now);
    if (t->kind == PLAN_TARGET_SERVICE && t->floor.agents != a->now.agents)
        add_line_row(b, &t->floor);
    if (a->now.callers > 0 && a->now.callers < CALLERS_FEW)
        buf_addf(b,
                 "  %llu called in these days, too few for a share to be sure; "
                 "give more --seeds\n",
                 (unsigned long long)a->now.callers);
}

static void add_floors(struct buf *b, const struct plan_answer *a)
{
    buf_addf(b,
             "\nThe floor, by %llu simulated days of the fitted model\n"
             "  agents budget  talk min/agent h       people/agent h          "
             "lines/h   lines   abandoned\n",
             (unsigned long long)a->now.seeds);
    add_floor(b, &a->now);
    if (a->has_stricter)
        add_floor(b, &a->stricter);
    add_callers(b, a, &a->now);
    if (!a->has_stricter)
        return;
    double less = a->now.talk.mean - a->stricter.talk.mean;
    double share = a->now.talk.mean > 0 ? 100 * less / a->now.talk.mean : 0;
    buf_addf(b,
             "A budget of %.3g %% instead of %.3g %% costs %.1f minutes of "
             "talk an agent's hour (%.1f %%).\n",
             a->stricter.limit_pct, a->now.limit_pct, less > 0 ? less : 0,
             share > 0 ? share : 0);
}

/* --- the list --------------------------------------------------------------*/

static void add_list(struct buf *b, const struct plan_answer *a)
{
    const struct plan_list *l = &a->list;
    buf_addf(b,
             "\nThe list\n  %llu leads may still be dialled: about %llu lines, "
             "%llu people (up to %u tries a lead)\n",
             whole(l->left.leads), whole(l->left.dials),
             whole(l->left.contacts), a->fit->tries);
    if (l->left.leads < 0.5) {
        buf_add_str(b, "  it has run out\n");
        return;
    }
    buf_addf(b, "  %.1f hours of dialling with %u %s", l->hours, a->now.agents,
             a->now.agents == 1 ? "agent" : "agents");
    if (l->ends) {
        buf_add_str(b, ": it runs out on ");
        add_date(b, l->on);
        buf_add_str(b, " (");
        add_date(b, l->early);
        buf_add_str(b, " to ");
        if (l->late_known)
            add_date(b, l->late);
        else
            buf_addf(b,
                     "a day that %llu simulated days are too few to tell; "
                     "give more --seeds",
                     (unsigned long long)a->now.seeds);
        buf_add_str(b, ")");
        if (l->waits)
            buf_add_str(b, "\n  not before: the waits between the tries of a "
                           "lead take that long ([retry], [caps])");
    } else if (a->now.dials.mean <= 0) {
        buf_add_str(b, ": this floor dials nobody");
    } else {
        buf_add_str(b, ": within the campaign's [hours] it never runs out");
    }
    buf_add_char(b, '\n');
    if (l->ends && a->plan->ends.year != 0 &&
        civil_date_cmp(a->plan->ends, l->on) < 0) {
        buf_add_str(b, "  the campaign ends before, on ");
        add_date(b, a->plan->ends);
        buf_add_char(b, '\n');
    }
}

/* --- the target ------------------------------------------------------------*/

static void add_wish(struct buf *b, const struct plan_answer *a)
{
    const struct plan_target *t = &a->target;
    buf_add_str(b, "\nThe target: ");
    switch (t->kind) {
    case PLAN_TARGET_TALK:
        buf_addf(b, "%.3g minutes of talk in each agent's hour\n", t->wanted);
        return;
    case PLAN_TARGET_CONTACTS:
        buf_addf(b, "talks with %llu people", whole(t->wanted));
        break;
    case PLAN_TARGET_LIST: buf_add_str(b, "the list called through"); break;
    case PLAN_TARGET_SERVICE:
        buf_addf(b,
                 "%.3g %% of the people who call us have an agent within "
                 "%.0f s\n",
                 t->wanted, (double)a->fit->inbound.target_ms / 1000);
        return;
    case PLAN_TARGET_NONE: return;
    }
    if (t->until.year != 0) {
        buf_add_str(b, " until ");
        add_date(b, t->until);
    }
    if (t->hours > 0)
        buf_addf(b, " (%.1f hours of dialling)", t->hours);
    buf_add_char(b, '\n');
}

/* Callers of a line have `calls`; max_calls is of the calls that we place. */
static void add_calls_limit(struct buf *b, const struct plan_answer *a,
                            const struct plan_floor *f)
{
    unsigned calls = a->fit->inbound.calls_max;
    if (f->lines < calls || f->callers_refused_pct <= 0)
        return;
    buf_addf(b,
             ", all that calls = %u of [inbound] takes: %.1f %% of the people "
             "hear busy",
             calls, f->callers_refused_pct);
}

static void add_need(struct buf *b, const struct plan_answer *a)
{
    const struct plan_target *t = &a->target;
    buf_addf(b, "  agents: %u", t->agents);
    if (t->agents_lo != t->agents_hi)
        buf_addf(b, " (%u to %u)", t->agents_lo, t->agents_hi);
    buf_addf(b, "; lines at one time: %u", t->floor.lines);
    if (a->fit->line)
        add_calls_limit(b, a, &t->floor);
    else if (a->fit->callers.value > 0)
        buf_add_str(b, ", those of people who call us included");
    else if (t->floor.lines > a->plan->calls_max)
        buf_addf(b, ", more than max_calls = %u of the campaign",
                 a->plan->calls_max);
    buf_add_char(b, '\n');
    if (t->agents != a->now.agents && !a->fit->line)
        add_callers(b, a, &t->floor);
    if (t->takes_h > 0) {
        buf_addf(b, "  it takes %.1f hours of dialling", t->takes_h);
        if (t->day_known) {
            buf_add_str(b, ", until ");
            add_date(b, t->day);
        }
        buf_add_char(b, '\n');
    }
    if (t->leads <= 0)
        return;
    buf_addf(b, "  leads: about %llu (%llu lines); there are %llu",
             whole(t->leads), whole(t->dials), whole(a->list.left.leads));
    if (t->leads > a->list.left.leads + 0.5)
        buf_addf(b, ", so %llu are missing",
                 whole(t->leads - a->list.left.leads));
    buf_add_char(b, '\n');
}

static void add_no_service(struct buf *b, const struct plan_answer *a)
{
    const struct plan_target *t = &a->target;
    const struct plan_floor *f = &t->floor;
    if (f->callers == 0)
        buf_addf(b, "  not known: " NO_CALLERS "\n",
                 (unsigned long long)f->seeds);
    else if (t->calls_full)
        buf_addf(
            b,
            "  not reached: calls = %u of [inbound] leaves %.1f %% of them "
            "a busy line; with %u %s %.1f %% do, and more change "
            "nothing\n",
            a->fit->inbound.calls_max, f->callers_refused_pct, f->agents,
            f->agents == 1 ? "agent" : "agents", f->service.mean);
    else
        buf_addf(b,
                 "  not reached: with %u agents, the most that are planned, "
                 "%.1f %% do\n",
                 f->agents, f->service.mean);
}

static void add_target(struct buf *b, const struct plan_answer *a)
{
    const struct plan_target *t = &a->target;
    if (t->kind == PLAN_TARGET_NONE)
        return;
    add_wish(b, a);
    if (t->reached) {
        add_need(b, a);
        return;
    }
    if (t->ceiling > 0)
        buf_addf(
            b,
            "  out of reach: with talks of %.0f s and wrap-up of %.0f s an "
            "agent who never waits comes to %.1f minutes\n",
            plan_fit_longest_talk(a->fit), a->fit->wrap.mean, t->ceiling);
    else if (t->kind == PLAN_TARGET_SERVICE)
        add_no_service(b, a);
    else if (t->kind == PLAN_TARGET_TALK)
        buf_addf(b,
                 "  not reached: %u agents come to %.1f minutes within a "
                 "budget of %.3g %%\n",
                 t->floor.agents, t->floor.talk.mean, t->floor.limit_pct);
    else if (t->hours <= 0)
        buf_add_str(b, "  not reached: there is no hour of dialling in that "
                       "time\n");
    else
        buf_addf(b,
                 "  not reached: %u agents come to %llu people in that time\n",
                 t->floor.agents,
                 whole(t->floor.contacts.mean * t->floor.agents * t->hours));
}

void plan_answer_no_callers(const struct plan_history *h,
                            const struct plan_fit *fit, struct buf *out)
{
    const char *when = fit->line ? "agents were there" : "it dialled";
    if (h->callers > 0)
        buf_addf(out,
                 "%llu people called us in the %.0f minutes that %s, too few "
                 "to tell how many do in an hour",
                 (unsigned long long)h->callers, 60 * h->dialled_h, when);
    else if (h->callers_ever > 0)
        buf_addf(out, "%llu people called us, none of them while %s",
                 (unsigned long long)h->callers_ever, when);
    else
        buf_add_str(out, "nobody has called us, as far as the history goes");
}

void plan_answer_text(const struct plan_answer *a, struct buf *out)
{
    bool line = a->fit->line;
    if (line)
        add_line_history(out, a);
    else
        add_history(out, a);
    if (line)
        add_line_floors(out, a);
    else
        add_floors(out, a);
    if (!line)
        add_list(out, a);
    add_target(out, a);
    buf_addf(out,
             "\nRanges: 95 %% of the simulated days%s. What is assumed is not "
             "known yet.\n",
             line ? "" : " and of the share of people who answer");
}
