/* What the files of records share; see report/records.h. */
#ifndef REPORT_RECORDS_INSIDE_H
#define REPORT_RECORDS_INSIDE_H

#include "base/arena.h"
#include "base/civil.h"
#include "core/campaign/plan.h"
#include "report/records.h"

struct records_script {
    struct slice seller, campaign;
    int64_t id, version;
    int64_t from_us, until_us; /* until 0: in use */
    char name[140];            /* "spring version 2" */
    struct slice plan;         /* its text */
    char hash[PLAN_HASH_LEN];  /* as attempts name it; "": a plan that this
                                  program would not load any more */
    /* Read key by key, so that a plan of an older program tells them too. */
    enum purpose purpose;
    enum goods goods;
    enum contact_channel channel;
    enum caller_kind caller_kind;
    enum tri caller_id_authority;
    uint64_t caller_e164;
    struct slice caller_name;
};

struct records_caller_id {
    struct slice seller, proof, from_text, to_text;
    bool all; /* sellers */
    uint64_t e164;
    struct civil_date from, to; /* year 0: open */
    int64_t ended_us;
};

struct records {
    struct arena arena;
    struct records_script *script; /* by campaign, then version */
    size_t scripts, scripts_cap;
    struct records_caller_id *caller_id;
    size_t caller_ids, caller_ids_cap;
    struct record_cell out[RECORD_CELLS_MAX];
    /* what is missing */
    uint64_t calls, calls_no_authority, calls_party_unknown, plans_old;
    uint64_t consents, consents_no_wording, consents_no_proof, consents_no_date;
    uint64_t lists, lists_no_account, providers;
};

/* The cell of that name, which must be there. */
const struct record_cell *records_cell(const struct record_row *row,
                                       const char *name);

#endif
