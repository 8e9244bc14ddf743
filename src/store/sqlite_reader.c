#include "store/sqlite_reader.h"

#include "store/pacing_rows.h"

#include "base/arena.h"
#include "store/complaint_reader.h"
#include "store/dnc_files.h"
#include "store/reader_agents.h"
#include "store/reader_calls.h"
#include "store/reader_leads.h"
#include "store/reader_ledger.h"
#include "store/reader_lists.h"
#include "store/reader_visit.h"
#include "store/startup_facts.h"

int sqlite_reader_open(const struct data_dir *dir, struct sqlite_reader **out,
                       struct err *e)
{
    struct sqlite_reader *r = mem_alloc(sizeof(*r));
    int rc = db_open(&r->db, dir, DB_READ, e);
    if (rc != TM_OK) {
        mem_free(r);
        return rc;
    }
    arena_init(&r->arena);
    *out = r;
    return TM_OK;
}

void sqlite_reader_close(struct sqlite_reader *r)
{
    if (r) {
        db_close(&r->db);
        arena_fini(&r->arena);
        mem_free(r);
    }
}

void sqlite_reader_port(struct sqlite_reader *r, struct reader *out)
{
    *out = (struct reader){
        .self = r,
        .campaigns = reader_lists_campaigns,
        .states = reader_leads_states,
        .verdicts = reader_leads_verdicts,
        .attempts = reader_calls_attempts,
        .callers = reader_calls_callers,
        .answers = reader_calls_answers,
        .imports = reader_lists_imports,
        .leads_of_number = reader_leads_of_number,
        .lead = reader_leads_one,
        .memberships = reader_leads_memberships,
        .members = reader_leads_members,
        .dues = reader_leads_dues,
        .opt_outs = reader_calls_opt_outs,
        .callbacks = reader_calls_callbacks,
        .dnc_lists = reader_lists_dnc,
        .ledger = reader_ledger_entries,
        .journal = reader_lists_journal,
        .complaints = complaint_reader_cases,
        .complaint_matches = complaint_reader_matches,
        .complaint_events = complaint_reader_events,
        .agents = reader_agents_all,
        .agent_spans = reader_agents_spans,
        .bridges = reader_agents_bridges,
    };
}

int sqlite_reader_dnc(struct sqlite_reader *r, const struct data_dir *dir,
                      struct dnc_files **out, struct err *e)
{
    return dnc_files_open(&r->db, dir, out, e);
}

int sqlite_reader_facts(struct sqlite_reader *r, struct arena *a,
                        struct tenant_id t, const struct caller_facts **out,
                        struct err *e)
{
    return startup_facts_read(&r->db, a, t, out, e);
}

int sqlite_reader_pacing(struct sqlite_reader *r, struct arena *a,
                         struct pacing_rows *out, struct err *e)
{
    return pacing_rows_read(&r->db, a, out, e);
}
