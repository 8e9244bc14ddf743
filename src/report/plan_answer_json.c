/* The answer of telemark plan, for programs. */
#include "report/plan_answer.h"

enum { DECIMALS = 4 };

static void kv_date(struct json_out *j, const char *key, bool known,
                    struct civil_date d)
{
    char text[11];
    json_out_key(j, key);
    if (!known || d.year == 0) {
        json_out_null(j);
        return;
    }
    civil_format_date(d, text);
    json_out_text(j, text);
}

static void kv_value(struct json_out *j, const char *key,
                     const struct plan_fit_value *v)
{
    json_out_key(j, key);
    json_out_object(j);
    json_out_kv_decimal(j, "value", v->value, 6);
    json_out_kv_decimal(j, "low", v->lo, 6);
    json_out_kv_decimal(j, "high", v->hi, 6);
    json_out_kv_int(j, "of", (int64_t)v->n);
    json_out_kv_bool(j, "assumed", v->assumed);
    json_out_end_object(j);
}

static void kv_times(struct json_out *j, const char *key,
                     const struct plan_fit_times *t)
{
    json_out_key(j, key);
    json_out_object(j);
    json_out_kv_decimal(j, "mean_s", t->mean, DECIMALS);
    json_out_kv_text(j, "distribution", t->text);
    json_out_kv_int(j, "of", (int64_t)t->n);
    json_out_kv_bool(j, "assumed", t->assumed);
    json_out_end_object(j);
}

static void kv_figure(struct json_out *j, const char *key,
                      const struct plan_figure *f)
{
    json_out_key(j, key);
    json_out_object(j);
    json_out_kv_decimal(j, "mean", f->mean, DECIMALS);
    json_out_kv_decimal(j, "low", f->lo, DECIMALS);
    json_out_kv_decimal(j, "high", f->hi, DECIMALS);
    json_out_end_object(j);
}

/* A share of nobody is null. */
static void kv_callers(struct json_out *j, const struct plan_floor *f)
{
    static const char *const none[] = {
        "callers_in_target_pct", "callers_gave_up_pct", "callers_refused_pct",
        "callers_wait_s", "service_pct"};
    json_out_kv_int(j, "callers", (int64_t)f->callers);
    for (size_t i = 0; f->callers == 0 && i < tm_array_len(none); i++) {
        json_out_key(j, none[i]);
        json_out_null(j);
    }
    if (f->callers == 0)
        return;
    json_out_kv_decimal(j, "callers_in_target_pct", f->callers_in_target_pct,
                        DECIMALS);
    json_out_kv_decimal(j, "callers_gave_up_pct", f->callers_gave_up_pct,
                        DECIMALS);
    json_out_kv_decimal(j, "callers_refused_pct", f->callers_refused_pct,
                        DECIMALS);
    json_out_kv_decimal(j, "callers_wait_s", f->callers_wait_s, DECIMALS);
    kv_figure(j, "service_pct", &f->service);
}

static void kv_floor(struct json_out *j, const char *key,
                     const struct plan_floor *f)
{
    json_out_key(j, key);
    json_out_object(j);
    json_out_kv_int(j, "agents", f->agents);
    json_out_kv_decimal(j, "limit_pct", f->limit_pct, DECIMALS);
    kv_figure(j, "talk_min_h", &f->talk);
    kv_figure(j, "contacts_h", &f->contacts);
    kv_figure(j, "dials_h", &f->dials);
    kv_figure(j, "aband_pct", &f->abandoned);
    json_out_kv_decimal(j, "wait_s", f->wait_s, DECIMALS);
    json_out_kv_int(j, "lines", f->lines);
    kv_callers(j, f);
    json_out_kv_decimal(j, "occupancy_pct", f->occupancy_pct, DECIMALS);
    json_out_kv_int(j, "seeds", (int64_t)f->seeds);
    json_out_end_object(j);
}

static void add_history(struct json_out *j, const struct plan_answer *a)
{
    const struct plan_history *h = a->history;
    json_out_key(j, "history");
    json_out_object(j);
    json_out_kv_int(j, "dials", (int64_t)h->dials);
    json_out_kv_int(j, "live", (int64_t)h->live);
    json_out_kv_int(j, "talks", (int64_t)h->talks);
    json_out_kv_int(j, "abandoned", (int64_t)h->abandoned);
    json_out_kv_int(j, "callers_ever", (int64_t)h->callers_ever);
    json_out_kv_int(j, "callers", (int64_t)h->callers);
    json_out_kv_int(j, "callers_gave_up", (int64_t)h->callers_gave_up);
    json_out_kv_int(j, "days", h->days);
    json_out_kv_decimal(j, "hours", h->dialled_h, DECIMALS);
    json_out_kv_bool(j, "takes_calls_only", a->fit->line);
    json_out_kv_decimal(j, "agent_hours", h->agent_h, DECIMALS);
    json_out_end_object(j);
}

static void add_fit(struct json_out *j, const struct plan_fit *f)
{
    json_out_key(j, "model");
    json_out_object(j);
    kv_value(j, "human", &f->human);
    kv_value(j, "machine", &f->machine);
    kv_value(j, "busy", &f->busy);
    kv_value(j, "next_try", &f->decay);
    kv_value(j, "allowed", &f->allowed);
    kv_times(j, "ring", &f->ring);
    kv_times(j, "talk", &f->talk);
    kv_times(j, "wrap", &f->wrap);
    kv_value(j, "agents", &f->agents);
    kv_value(j, "hours_a_day", &f->hours);
    kv_value(j, "callers_h", &f->callers);
    kv_times(j, "caller_patience", &f->patience);
    kv_times(j, "caller_talk", &f->caller_talk);
    json_out_kv_int(j, "tries", f->tries);
    json_out_end_object(j);
}

static void add_list(struct json_out *j, const struct plan_list *l)
{
    json_out_key(j, "list");
    json_out_object(j);
    json_out_kv_decimal(j, "leads", l->left.leads, 1);
    json_out_kv_decimal(j, "dials", l->left.dials, 1);
    json_out_kv_decimal(j, "contacts", l->left.contacts, 1);
    json_out_kv_decimal(j, "hours", l->hours, DECIMALS);
    kv_date(j, "runs_out", l->ends, l->on);
    kv_date(j, "earliest", l->ends, l->early);
    kv_date(j, "latest", l->late_known, l->late);
    json_out_kv_bool(j, "waits", l->ends && l->waits);
    json_out_end_object(j);
}

static void add_target(struct json_out *j, const struct plan_target *t)
{
    static const char *const kinds[] = {
        [PLAN_TARGET_TALK] = "talk_minutes_hour",
        [PLAN_TARGET_CONTACTS] = "contacts",
        [PLAN_TARGET_LIST] = "list",
        [PLAN_TARGET_SERVICE] = "service_percent",
    };
    json_out_key(j, "target");
    if (t->kind == PLAN_TARGET_NONE) {
        json_out_null(j);
        return;
    }
    json_out_object(j);
    json_out_kv_text(j, "kind", kinds[t->kind]);
    json_out_kv_decimal(j, "wanted", t->wanted, DECIMALS);
    json_out_kv_decimal(j, "hours", t->hours, DECIMALS);
    kv_date(j, "until", true, t->until);
    json_out_kv_bool(j, "reached", t->reached);
    json_out_kv_decimal(j, "ceiling", t->ceiling, DECIMALS);
    json_out_kv_bool(j, "calls_full", t->calls_full);
    json_out_kv_int(j, "agents", t->agents);
    json_out_kv_int(j, "agents_low", t->agents_lo);
    json_out_kv_int(j, "agents_high", t->agents_hi);
    json_out_kv_decimal(j, "takes_hours", t->takes_h, DECIMALS);
    kv_date(j, "day", t->day_known, t->day);
    json_out_kv_decimal(j, "dials", t->dials, 1);
    json_out_kv_decimal(j, "leads", t->leads, 1);
    kv_floor(j, "floor", &t->floor);
    json_out_end_object(j);
}

void plan_answer_json(const struct plan_answer *a, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_text(j, "campaign", a->campaign);
    kv_date(j, "today", true, a->today);
    add_history(j, a);
    add_fit(j, a->fit);
    kv_floor(j, "now", &a->now);
    if (a->has_stricter)
        kv_floor(j, "stricter", &a->stricter);
    add_list(j, &a->list);
    add_target(j, &a->target);
    json_out_end_object(j);
}
