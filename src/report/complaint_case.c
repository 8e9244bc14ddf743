#include "report/complaint_case.h"

#include "base/assert.h"

enum { JUDGED_OTHERS_MAX = 3, EVENTS_STEP = 32 };

static struct slice keep(struct arena *a, struct slice s)
{
    return str_range(arena_strdup(a, s), s.n);
}

struct reader_complaint complaint_case_copy(const struct reader_complaint *r,
                                            struct arena *a)
{
    struct reader_complaint copy = *r;
    struct complaint *c = &copy.c;
    c->layout = keep(a, c->layout);
    c->external = keep(a, c->external);
    c->content = (struct slice){0};
    c->shown_as = keep(a, c->shown_as);
    c->shown_name = keep(a, c->shown_name);
    c->name = keep(a, c->name);
    c->text = keep(a, c->text);
    c->city = keep(a, c->city);
    copy.seller_name = keep(a, r->seller_name);
    return copy;
}

struct work {
    const struct complaint_case_input *in;
    struct arena *arena;
    struct complaint_case *out;
    bool found;
    size_t cap; /* of events */
};

static int take_case(void *arg, const struct reader_complaint *r)
{
    struct work *w = arg;
    w->out->r = complaint_case_copy(r, w->arena);
    w->found = true;
    return 0;
}

static int take_match(void *arg, const struct reader_complaint_match *m)
{
    struct work *w = arg;
    if (w->out->matches == COMPLAINT_CASE_MATCHES_MAX)
        return 0;
    struct complaint_case_match *one = &w->out->match[w->out->matches++];
    *one = (struct complaint_case_match){.m = *m, .campaign = ""};
    one->m.why = keep(w->arena, m->why);
    one->verdict.sentence = one->verdict.why = "";
    return 0;
}

static int take_event(void *arg, const struct reader_complaint_event *v)
{
    struct work *w = arg;
    struct complaint_case *k = w->out;
    if (k->events == w->cap) {
        w->cap += EVENTS_STEP;
        struct reader_complaint_event *more =
            arena_array(w->arena, w->cap, sizeof(*more));
        for (size_t i = 0; i < k->events; i++)
            more[i] = k->event[i];
        k->event = more;
    }
    k->event[k->events] = *v;
    k->event[k->events].value = keep(w->arena, v->value);
    k->event[k->events].text = keep(w->arena, v->text);
    k->events++;
    return 0;
}

static int take_attempt(void *arg, const struct reader_attempt *a)
{
    struct work *w = arg;
    for (size_t i = 0; i < w->out->matches; i++) {
        struct complaint_case_match *m = &w->out->match[i];
        if (m->m.attempt.v != a->id.v)
            continue;
        m->found = true;
        m->a = *a;
        m->a.rules = keep(w->arena, a->rules);
        m->a.versions = keep(w->arena, a->versions);
        m->a.call_id = keep(w->arena, a->call_id);
        m->a.cause = keep(w->arena, a->cause);
        for (size_t k = 0; k < w->in->owns->n; k++)
            if (w->in->owns->own[k].campaign.v == a->campaign.v)
                m->campaign = w->in->owns->own[k].name;
    }
    return 0;
}

/* One look-up for each number that was called. */
static int read_attempts(struct work *w, struct err *e)
{
    const struct reader *r = w->in->reader;
    int rc = TM_OK;
    for (size_t i = 0; i < w->out->matches && rc == TM_OK; i++) {
        const struct reader_attempts q = {.e164 = w->out->match[i].m.e164};
        if (q.e164 != 0 && !w->out->match[i].found)
            rc = r->attempts(r->self, &q, take_attempt, w, e);
    }
    return rc;
}

static int judge(struct work *w, struct err *e)
{
    const struct complaint_judge *j = w->in->judge;
    size_t others = 0;
    for (size_t i = 0; i < w->out->matches; i++) {
        struct complaint_case_match *m = &w->out->match[i];
        bool strong = m->m.grade >= COMPLAINT_LIKELY ||
                      m->m.attempt.v == w->out->r.attempt.v;
        if (j == NULL)
            m->verdict.why = "past verdicts cannot be replayed here";
        else if (!m->found)
            m->verdict.why = "the attempt is not on file any more";
        else if (!strong && others++ >= JUDGED_OTHERS_MAX)
            m->verdict.why = "settle the match to have it judged";
        if (m->verdict.why[0] != '\0')
            continue;
        int rc = j->ask(j->self, w->arena, &m->a, &m->verdict, e);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

size_t complaint_case_dues(const struct complaint_case_input *in,
                           const struct reader_complaint *r,
                           struct complaint_due out[COMPLAINT_DUES_MAX])
{
    const struct complaint_progress p = {.opt_out_us = r->opt_out_us,
                                         .kept_us = r->kept_us,
                                         .answered_us = r->answered_us,
                                         .due = r->due};
    return complaint_due_list(in->book, in->days, &r->c, &p, out);
}

int complaint_case_read(const struct complaint_case_input *in, struct arena *a,
                        int64_t id, struct complaint_case *out, struct err *e)
{
    const struct reader *r = in->reader;
    const struct reader_complaints q = {.id = id};
    struct work w = {.in = in, .arena = a, .out = out};
    *out = (struct complaint_case){.now_us = in->now_us};
    tm_assert(id != 0);
    int rc = r->complaints(r->self, &q, take_case, &w, e);
    if (rc == TM_OK && !w.found)
        return err_set(e, TM_ENOTFOUND,
                       "there is no complaint %lld; 'telemark complaint list' "
                       "names them",
                       (long long)id);
    if (rc == TM_OK)
        rc = r->complaint_matches(r->self, id, take_match, &w, e);
    if (rc == TM_OK)
        rc = r->complaint_events(r->self, id, take_event, &w, e);
    if (rc == TM_OK)
        rc = read_attempts(&w, e);
    if (rc == TM_OK)
        rc = judge(&w, e);
    if (rc == TM_OK)
        out->dues = complaint_case_dues(in, &out->r, out->due);
    return rc;
}
