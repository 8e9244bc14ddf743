/*
 * What a command changes in the database: sellers, lists, campaigns, opt-outs
 * from elsewhere, settings. Every function wants the writing connection, so it
 * runs inside sqlite_store_run. Names are unique within a
 * tenant and compared exactly. Tenant 1, "default", always exists.
 */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"
#include "core/campaign/campaign.h"
#include "core/journal/record.h"

struct db;

enum { CATALOG_TENANT_DEFAULT = 1, CATALOG_NAME_MAX = 100 };

/* The seller of that name, made when missing. */
int catalog_seller(struct db *db, struct tenant_id t, struct slice name,
                   struct seller_id *out, struct err *e) TM_MUST_CHECK;
/* TM_ENOTFOUND when there is none. */
int catalog_seller_find(struct db *db, struct tenant_id t, struct slice name,
                        struct seller_id *out, struct err *e) TM_MUST_CHECK;
int catalog_list(struct db *db, struct tenant_id t, struct slice name,
                 struct list_id *out, struct err *e) TM_MUST_CHECK;
int catalog_list_find(struct db *db, struct tenant_id t, struct slice name,
                      struct list_id *out, struct err *e) TM_MUST_CHECK;

struct catalog_campaign {
    struct tenant_id tenant;
    struct slice name;
    struct slice seller; /* made when missing */
    struct slice list;   /* must exist */
    struct slice plan;   /* the campaign file's text */
    int64_t now_us;
};

/* Loads a new campaign, or a new plan into one that is not running: TM_ESTATE
 * while it runs, TM_EINVAL when seller or list changed, TM_ENOTFOUND when the
 * list is missing. Its leads are those of the list, whenever imported. */
int catalog_campaign_load(struct db *db, const struct catalog_campaign *c,
                          struct campaign_id *out, struct err *e) TM_MUST_CHECK;
int catalog_campaign_find(struct db *db, struct tenant_id t, struct slice name,
                          struct campaign_id *out, struct err *e) TM_MUST_CHECK;
/* Name and text of every campaign, by id; texts live until the visitor
 * returns. A value other than 0 ends the walk and is returned. */
typedef int(catalog_plan_fn)(void *arg, struct slice name, struct slice plan);
int catalog_campaign_plans(struct db *db, struct tenant_id t,
                           catalog_plan_fn *v, void *arg,
                           struct err *e) TM_MUST_CHECK;
/* TM_ENOTFOUND (no text), TM_ECORRUPT: an unknown word. */
int catalog_campaign_state(struct db *db, struct tenant_id t,
                           struct campaign_id id, enum campaign_state *out,
                           struct err *e) TM_MUST_CHECK;

/* A request to be left alone that came otherwise than in a call (a letter, a
 * file). seller 0: all sellers. Goes to the journal too. */
struct catalog_opt_out {
    struct tenant_id tenant;
    struct seller_id seller;
    uint64_t e164;
    int64_t now_us;
    struct slice source; /* a word, e.g. "letter" */
};
int catalog_opt_out(struct db *db, const struct catalog_opt_out *o,
                    struct err *e) TM_MUST_CHECK;

/* One more record, applied and journalled as the engine's are. */
int catalog_record(struct db *db, const struct record *r,
                   struct err *e) TM_MUST_CHECK;

/* Settings of the installation: key and text. TM_ENOTFOUND: none. */
int catalog_setting_set(struct db *db, const char *key, struct slice value,
                        struct err *e) TM_MUST_CHECK;
int catalog_setting_get(struct db *db, const char *key, char *out, size_t cap,
                        struct err *e) TM_MUST_CHECK;

#endif
