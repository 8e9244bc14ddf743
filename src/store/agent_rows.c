#include "store/agent_rows.h"

#include "store/query.h"

enum {
    EXTENSION_FIRST = 1000, /* of those that are given by us */
    NAMES_MAX = 300,
};

static int count(struct query *q, size_t *out, struct err *e)
{
    int64_t n = 0;
    int rc = query_one(q, &n, e);
    *out = (size_t)n;
    return rc;
}

/* --- reading --------------------------------------------------------------*/

#define AGENT_COLUMNS                                                          \
    "SELECT id, name, leg, e164, trunk, skills, realm, ha1_md5, ha1_sha256, "  \
    "disabled FROM agent WHERE tenant = ?1 AND removed_us = 0 "

static void read_skills(struct agent_setup *a, struct slice list)
{
    while (list.n > 0 && a->skills < AGENT_SKILLS_MAX) {
        struct slice word = str_cut(list, ',', &list);
        (void)str_copy(a->skill[a->skills++], AGENT_WORD_MAX, word);
    }
}

static int read_row(struct query *q, struct tenant_id t, struct agent_row *r,
                    struct err *e)
{
    *r = (struct agent_row){.tenant = t};
    struct agent_setup *a = &r->setup;
    a->id.v = query_get_int(q, 0);
    (void)str_copy(a->name, sizeof(a->name), query_get_text(q, 1));
    if (!agent_leg_parse(query_get_text(q, 2), &a->leg)) {
        return err_set(e, TM_ECORRUPT, "agent '%s' has no known kind of leg",
                       a->name);
    }
    a->e164 = (uint64_t)query_get_int(q, 3);
    (void)str_copy(a->trunk, sizeof(a->trunk), query_get_text(q, 4));
    read_skills(a, query_get_text(q, 5));
    (void)str_copy(r->realm, sizeof(r->realm), query_get_text(q, 6));
    (void)str_copy(r->ha1_md5, sizeof(r->ha1_md5), query_get_text(q, 7));
    (void)str_copy(r->ha1_sha256, sizeof(r->ha1_sha256), query_get_text(q, 8));
    r->disabled = query_get_int(q, 9) != 0;
    return TM_OK;
}

static int read_campaigns(struct db *db, struct agent_row *r, struct err *e)
{
    struct query q;
    struct agent_setup *a = &r->setup;
    int rc = 0;
    query_open(&q, db,
               "SELECT campaign FROM agent_campaign "
               "WHERE tenant = ? AND agent = ? ORDER BY campaign");
    query_int(&q, r->tenant.v);
    query_int(&q, a->id.v);
    while (a->campaigns < AGENT_CAMPAIGNS_MAX &&
           (rc = query_step(&q, e)) == 1) {
        a->campaign[a->campaigns++].v = query_get_int(&q, 0);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

int agent_rows_read(struct db *db, struct arena *a, struct tenant_id t,
                    struct agent_rows *out, struct err *e)
{
    struct query q;
    size_t n = 0, max = 0;
    query_open(&q, db,
               "SELECT count(*) FROM agent WHERE tenant = ? "
               "AND removed_us = 0");
    query_int(&q, t.v);
    int rc = count(&q, &max, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct agent_row *row = arena_array(a, max + 1, sizeof(*row));
    query_open(&q, db, AGENT_COLUMNS "ORDER BY name");
    query_int(&q, t.v);
    while (n < max && (rc = query_step(&q, e)) == 1) {
        rc = read_row(&q, t, &row[n++], e);
        if (rc != TM_OK) {
            break;
        }
    }
    query_close(&q);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        rc = read_campaigns(db, &row[i], e);
    }
    if (rc < 0) {
        return rc;
    }
    *out = (struct agent_rows){row, n};
    return TM_OK;
}

static int say_unknown(const struct agent_rows *all, struct slice name,
                       struct err *e)
{
    struct buf b;
    buf_init(&b, NAMES_MAX);
    for (size_t i = 0; i < all->n; i++) {
        buf_addf(&b, "%s%s", i > 0 ? ", " : "", all->row[i].setup.name);
    }
    int rc = err_set(e, TM_ENOTFOUND, "there is no agent '%.*s'; %s%.*s",
                     (int)name.n, name.p,
                     all->n > 0 ? "there is: " : "add one: telemark agent add",
                     (int)b.n, b.n > 0 ? b.p : "");
    buf_fini(&b);
    return rc;
}

int agent_rows_find(struct db *db, struct arena *a, struct tenant_id t,
                    struct slice name, struct agent_row *out, struct err *e)
{
    struct agent_rows all;
    int rc = agent_rows_read(db, a, t, &all, e);
    if (rc != TM_OK) {
        return rc;
    }
    for (size_t i = 0; i < all.n; i++) {
        if (str_eq(name, all.row[i].setup.name)) {
            *out = all.row[i];
            return TM_OK;
        }
    }
    return say_unknown(&all, name, e);
}

/* --- changing -------------------------------------------------------------*/

static int check_free(struct db *db, const struct agent_row *r, struct err *e)
{
    struct query q;
    const struct agent_setup *a = &r->setup;
    query_open(&q, db,
               "SELECT name FROM agent WHERE tenant = ?1 AND removed_us = 0 "
               "AND (name = ?2 OR (e164 = ?3 AND trunk = ?4)) "
               "ORDER BY name <> ?2 LIMIT 1");
    query_int(&q, r->tenant.v);
    query_text(&q, str_of(a->name));
    query_int(&q, (int64_t)a->e164);
    query_text(&q, str_of(a->trunk));
    int rc = query_step(&q, e);
    if (rc == 1 && str_eq(query_get_text(&q, 0), a->name)) {
        rc = err_set(e, TM_EEXIST,
                     "there is an agent '%s' already; to change him: telemark "
                     "agent remove %s, then add him anew",
                     a->name, a->name);
    } else if (rc == 1) {
        struct slice other = query_get_text(&q, 0);
        rc = err_set(e, TM_EEXIST,
                     "the telephone or extension %llu is that of agent '%.*s' "
                     "already",
                     (unsigned long long)a->e164, (int)other.n, other.p);
    }
    query_close(&q);
    return rc;
}

/* Calls to an agent's telephone ask no law: the number must not be that of
 * somebody whom campaigns call, or who wants to be left alone. */
static int check_public(struct db *db, const struct agent_row *r, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT 'is that of a lead of the list \"' || l.name || '\"' "
               "FROM lead_phone p JOIN list l ON l.tenant = p.tenant AND l.id "
               "= p.list WHERE p.tenant = ?1 AND p.e164 = ?2 UNION ALL "
               "SELECT 'asked not to be called' FROM opt_out WHERE tenant = ?1 "
               "AND e164 = ?2 LIMIT 1");
    query_int(&q, r->tenant.v);
    query_int(&q, (int64_t)r->setup.e164);
    int rc = query_step(&q, e);
    if (rc == 1) {
        struct slice why = query_get_text(&q, 0);
        rc = err_set(e, TM_EEXIST,
                     "the number +%llu %.*s; an agent's telephone is called "
                     "without asking the law, so it must be his own: if it is, "
                     "take it off the list first (telemark person erase)",
                     (unsigned long long)r->setup.e164, (int)why.n, why.p);
    }
    query_close(&q);
    return rc;
}

static int insert(struct db *db, const struct agent_row *r, struct slice skills,
                  int64_t now_us, struct err *e)
{
    struct query q;
    const struct agent_setup *a = &r->setup;
    query_open(&q, db,
               "INSERT INTO agent (tenant, id, name, leg, e164, trunk, "
               "skills, realm, ha1_md5, ha1_sha256, added_us, changed_us) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?11, ?11)");
    query_int(&q, r->tenant.v);
    query_int(&q, a->id.v);
    query_text(&q, str_of(a->name));
    query_text(&q, str_of(agent_leg_text(a->leg)));
    query_int(&q, (int64_t)a->e164);
    query_text(&q, str_of(a->trunk));
    query_text(&q, skills);
    query_text(&q, str_of(r->realm));
    query_text(&q, str_of(r->ha1_md5));
    query_text(&q, str_of(r->ha1_sha256));
    query_int(&q, now_us);
    return query_done(&q, e);
}

static int insert_campaign(struct db *db, const struct agent_row *r,
                           struct campaign_id c, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO agent_campaign (tenant, agent, campaign) "
               "VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    query_int(&q, r->tenant.v);
    query_int(&q, r->setup.id.v);
    query_int(&q, c.v);
    return query_done(&q, e);
}

/* The first free one from 1000 + id on: others may be of people's choice. */
static int give_extension(struct db *db, struct agent_row *r, struct err *e)
{
    struct query q;
    int64_t n = 1;
    int rc = TM_OK;
    uint64_t *e164 = &r->setup.e164;
    *e164 = EXTENSION_FIRST + (uint64_t)r->setup.id.v - 1;
    while (rc == TM_OK && n > 0) {
        ++*e164;
        query_open(&q, db,
                   "SELECT count(*) FROM agent WHERE tenant = ? "
                   "AND removed_us = 0 AND e164 = ? AND trunk = ?");
        query_int(&q, r->tenant.v);
        query_int(&q, (int64_t)*e164);
        query_text(&q, str_of(r->setup.trunk));
        rc = query_one(&q, &n, e);
    }
    return rc;
}

int agent_rows_add(struct db *db, struct agent_row *row, int64_t now_us,
                   struct err *e)
{
    struct agent_row copy = *row, *r = &copy;
    struct agent_setup *a = &r->setup;
    tm_assert(a->name[0] != '\0' && a->campaigns <= AGENT_CAMPAIGNS_MAX);
    int rc = db_new_ids(db, "agent", 1, &a->id.v, e);
    if (rc != TM_OK) {
        return rc;
    }
    if (a->e164 == 0) {
        rc = give_extension(db, r, e);
    }
    if (rc == TM_OK) {
        rc = check_free(db, r, e);
    }
    if (rc == TM_OK && a->trunk[0] != '\0') {
        rc = check_public(db, r, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    struct buf skills;
    buf_init(&skills, AGENT_SKILLS_MAX * (AGENT_WORD_MAX + 1));
    for (size_t i = 0; i < a->skills; i++) {
        buf_addf(&skills, "%s%s", i > 0 ? "," : "", a->skill[i]);
    }
    rc = insert(db, r, buf_slice(&skills), now_us, e);
    buf_fini(&skills);
    for (size_t i = 0; rc == TM_OK && i < a->campaigns; i++) {
        rc = insert_campaign(db, r, a->campaign[i], e);
    }
    if (rc == TM_OK) {
        row->setup = *a;
    }
    return rc;
}

int agent_rows_disable(struct db *db, struct tenant_id t, struct agent_id id,
                       bool disabled, int64_t now_us, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE agent SET disabled = ?, changed_us = ? "
               "WHERE tenant = ? AND id = ?");
    query_int(&q, disabled);
    query_int(&q, now_us);
    query_int(&q, t.v);
    query_int(&q, id.v);
    return query_done(&q, e);
}

/* His hash goes at once: it opens nothing any more. */
int agent_rows_remove(struct db *db, struct tenant_id t, struct agent_id id,
                      int64_t now_us, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "UPDATE agent SET removed_us = ?1, changed_us = ?1, "
               "ha1_md5 = '', ha1_sha256 = '' WHERE tenant = ?2 AND id = ?3");
    query_int(&q, now_us);
    query_int(&q, t.v);
    query_int(&q, id.v);
    return query_done(&q, e);
}

/* --- after a crash --------------------------------------------------------*/

static int read_open(struct db *db, struct arena *a, struct agent_rows_left *l,
                     size_t max, struct err *e)
{
    struct query q;
    int rc = 0;
    query_open(&q, db,
               "SELECT tenant, agent, id, dialog FROM (SELECT tenant, agent, "
               "id, dialog FROM staff_leg WHERE ended_us = 0 ORDER BY id) "
               "UNION ALL SELECT tenant, agent, 0, NULL FROM agent_event "
               "WHERE until_us = 0");
    while (l->n < max && (rc = query_step(&q, e)) == 1) {
        struct agent_rows_open *o = &l->open[l->n++];
        struct slice dialog = query_get_text(&q, 3);
        o->tenant.v = query_get_int(&q, 0);
        o->agent.v = query_get_int(&q, 1);
        o->leg.v = query_get_int(&q, 2);
        o->dialog = str_range(arena_strdup(a, dialog), dialog.n);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

/* When the run that was cut off was last seen: by what only a running server
 * writes. A start closes the calls before it asks this, and commands may have
 * been given in between: hours in which nobody was at work. */
static int read_last(struct db *db, int64_t *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT coalesce((SELECT at_us FROM journal WHERE kind IN "
               "('verdict', 'attempt', 'placed', 'ringing', 'answered', "
               "'bridged', 'agent', 'staff') ORDER BY seq DESC LIMIT 1), 0)");
    return query_one(&q, out, e);
}

int agent_rows_left_open(struct db *db, struct arena *a,
                         struct agent_rows_left *out, struct err *e)
{
    struct query q;
    struct agent_rows_left l = {0};
    size_t max = 0;
    query_open(&q, db,
               "SELECT (SELECT count(*) FROM staff_leg WHERE ended_us = 0) + "
               "(SELECT count(*) FROM agent_event WHERE until_us = 0)");
    int rc = count(&q, &max, e);
    if (rc == TM_OK && max > 0) {
        rc = read_last(db, &l.last_us, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    l.open = arena_array(a, max + 1, sizeof(*l.open));
    rc = read_open(db, a, &l, max, e);
    if (rc == TM_OK) {
        *out = l;
    }
    return rc;
}
