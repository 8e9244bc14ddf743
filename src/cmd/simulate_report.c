#include "cmd/simulate_report.h"

#include <string.h>

#include "base/arena.h"
#include "report/figures_records.h"

struct simulate_report {
    const struct runner_options *o;
    struct figures_builder *builder;
    struct figures_records *records;
    struct figures figures; /* a copy, with the state of the end */
};

static void tell_campaign(struct simulate_report *s)
{
    const struct runner_options *o = s->o;
    struct reader_campaign c = {
        .tenant = {SIM_LIST_TENANT},
        .id = {SIM_LIST_CAMPAIGN},
        .seller = {SIM_LIST_SELLER},
        .name = str_of(o->plan->name),
        .seller_name = str_of(o->plan->seller),
        .list_name = str_of(o->plan->list),
        .state = CAMPAIGN_LOADED,
        .loaded_us = scenario_start_us(o->scenario),
    };
    size_t leads = sim_list_size(o->list);
    struct reader_import i = {
        .list_name = str_of(o->plan->list),
        .file_name = str_of("simulated people"),
        .rows = leads,
        .imported = leads,
        .started_us = c.loaded_us,
        .finished_us = c.loaded_us,
    };
    figures_campaign(s->builder, &c, o->plan->script);
    figures_inbound(s->builder, &o->plan->inbound);
    figures_import(s->builder, &i);
}

struct simulate_report *simulate_report_new(const struct runner_options *o)
{
    struct simulate_report *s = mem_alloc(sizeof(*s));
    struct figures_options fo = {
        .book = o->book,
        .zones = o->zones,
        .now_us = scenario_end_us(o->scenario),
        .now_source = "the end of the simulated time",
    };
    s->o = o;
    s->builder = figures_new(&fo);
    tell_campaign(s);
    s->records = figures_records_new(s->builder);
    return s;
}

void simulate_report_free(struct simulate_report *s)
{
    if (s == NULL)
        return;
    figures_records_free(s->records);
    figures_free(s->builder);
    mem_free(s);
}

void simulate_report_record(struct simulate_report *s, const struct record *r)
{
    figures_records_add(s->records, r);
}

const struct figures *simulate_report_end(struct simulate_report *s,
                                          const struct runner_result *r)
{
    struct journal j = {.seq = r->journal_entries};
    memcpy(j.head, r->journal_head, sizeof(j.head));
    figures_records_end(s->records, r->leads);
    figures_journal(s->builder, &j);
    s->figures = *figures_end(s->builder);
    s->figures.state = campaign_state_text(r->state);
    return &s->figures;
}
