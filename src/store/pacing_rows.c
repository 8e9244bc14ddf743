#include "store/pacing_rows.h"

#include <stdio.h>
#include <string.h>

#include "store/catalog.h"
#include "store/query.h"

static void read_row(struct query *q, struct pacing_row *row)
{
    struct err unknown;
    *row = (struct pacing_row){
        .tenant = {query_get_int(q, 0)},
        .campaign = {query_get_int(q, 1)},
        .pacing.abandon_limit_ppm = (uint32_t)query_get_int(q, 5),
    };
    (void)str_copy(row->plan, sizeof row->plan, query_get_text(q, 2));
    if (!vocab_dial_parse(query_get_text(q, 3), &row->pacing.mode) ||
        policy_parse(query_get_text(q, 4), &row->pacing.policy, &unknown) !=
            TM_OK)
        row->pacing.mode = DIAL_UNKNOWN;
}

int pacing_rows_read(struct db *db, struct arena *a, struct pacing_rows *out,
                     struct err *e)
{
    struct query q;
    int64_t n;
    query_open(&q, db, "SELECT count(*) FROM campaign_pacing");
    int rc = query_one(&q, &n, e);
    if (rc != TM_OK)
        return rc;
    *out = (struct pacing_rows){
        .row = arena_array(a, (size_t)n + 1, sizeof(*out->row))};
    query_open(&q, db,
               "SELECT tenant, campaign, plan, mode, pacing, limit_ppm "
               "FROM campaign_pacing ORDER BY tenant, campaign");
    while ((rc = query_step(&q, e)) == 1 && out->n < (size_t)n)
        read_row(&q, &out->row[out->n++]);
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

const struct pacing_row *pacing_rows_find(const struct pacing_rows *r,
                                          struct campaign_id c,
                                          const char *plan_hash)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->row[i].campaign.v == c.v &&
            strcmp(r->row[i].plan, plan_hash) == 0)
            return &r->row[i];
    return NULL;
}

/* The campaign's state stays as it is; the note tells what changed. */
static int put_record(struct db *db, const struct pacing_row *row,
                      const char *policy, int64_t now_us, struct err *e)
{
    enum campaign_state state;
    char note[POLICY_TEXT_MAX + 96];
    int rc = catalog_campaign_state(db, row->tenant, row->campaign, &state, e);
    if (rc != TM_OK)
        return rc;
    (void)snprintf(note, sizeof note,
                   "dials %s, pacing %s, at most %.4g %% abandoned",
                   vocab_dial_text(row->pacing.mode), policy,
                   (double)row->pacing.abandon_limit_ppm / 10000);
    struct record r = {.kind = RECORD_CAMPAIGN,
                       .at_us = now_us,
                       .tenant = row->tenant,
                       .campaign = row->campaign,
                       .state = (int)state,
                       .note = str_of(note)};
    return catalog_record(db, &r, e);
}

int pacing_rows_put(struct db *db, const struct pacing_row *row, int64_t now_us,
                    struct err *e)
{
    struct query q;
    char policy[POLICY_TEXT_MAX];
    policy_text(&row->pacing.policy, policy);
    int rc = put_record(db, row, policy, now_us, e);
    if (rc != TM_OK)
        return rc;
    query_open(&q, db,
               "INSERT INTO campaign_pacing (tenant, campaign, plan, mode, "
               "pacing, limit_ppm, at_us) VALUES (?, ?, ?, ?, ?, ?, ?) "
               "ON CONFLICT (tenant, campaign) DO UPDATE SET "
               "plan = excluded.plan, mode = excluded.mode, "
               "pacing = excluded.pacing, limit_ppm = excluded.limit_ppm, "
               "at_us = excluded.at_us");
    query_int(&q, row->tenant.v);
    query_int(&q, row->campaign.v);
    query_text(&q, str_of(row->plan));
    query_text(&q, str_of(vocab_dial_text(row->pacing.mode)));
    query_text(&q, str_of(policy));
    query_int(&q, row->pacing.abandon_limit_ppm);
    query_int(&q, now_us);
    return query_done(&q, e);
}
