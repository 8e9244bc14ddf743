#include "cmd/agent_desk.h"

#include <string.h>

#include "base/json_out.h"
#include "cmd/server.h"
#include "cmd/tenant.h"
#include "cmd/trunk_file.h"
#include "core/number/number.h"
#include "store/catalog.h"

enum { LIST_BYTES_MAX = 4 << 20 };

struct job {
    const struct agent_desk *d;
    struct arena arena;
    struct agent_row row;
    struct agent_rows all;
    struct slice name;
    bool disabled;
    int64_t now_us;
};

static int do_find(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return agent_rows_find(db, &j->arena, tenant_default(), j->name, &j->row,
                           e);
}

int agent_desk_find(struct control *c, const char *name, struct agent_row *out,
                    struct err *e)
{
    struct job j = {.name = str_of(name)};
    arena_init(&j.arena);
    int rc = sqlite_store_run(c->house->store, do_find, &j, e);
    if (rc == TM_OK)
        *out = j.row;
    arena_fini(&j.arena);
    return rc;
}

int agent_desk_no_server(struct control *c)
{
    struct err e;
    (void)err_set(&e, TM_ESTATE,
                  "no server runs on this data folder, and agents work while "
                  "one does: start 'telemark serve'");
    return control_fail(c, &e);
}

/* What a running server has is brought up to date. */
static int tell_server(struct control *c, struct err *e)
{
    return c->server == NULL
               ? TM_OK
               : c->server->changed(c->server->self, CONTROL_AGENTS, e);
}

/* --- add ------------------------------------------------------------------*/

static int read_name(const char *name, struct agent_setup *a, struct err *e)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    size_t n = strlen(name);
    if (n == 0 || n >= sizeof(a->name) || strspn(name, good) != n)
        return err_set(e, TM_EINVAL,
                       "'%s' is no name for an agent: letters, digits, '.', "
                       "'-' and '_', at most %zu; his telephone signs in by it",
                       name, sizeof(a->name) - 1);
    (void)str_copy(a->name, sizeof(a->name), str_of(name));
    return TM_OK;
}

static int read_phone(const struct agent_desk *d, struct agent_setup *a,
                      struct err *e)
{
    struct number number;
    enum number_fault f =
        number_parse(str_of(d->phone), d->country ? d->country : "US", &number);
    if (f != NUMBER_OK)
        return err_set(e, TM_EINVAL, "--phone %s: the number %s", d->phone,
                       number_fault_text(f));
    if (d->trunk == NULL || strlen(d->trunk) >= sizeof(a->trunk))
        return err_set(e, TM_EINVAL,
                       "--phone wants --trunk: by which of the carriers of "
                       "'telemark trunk list' he is called");
    a->e164 = number.e164;
    (void)str_copy(a->trunk, sizeof(a->trunk), str_of(d->trunk));
    return TM_OK;
}

static int read_telephone(const struct agent_desk *d, struct agent_setup *a,
                          struct err *e)
{
    if (d->leg != NULL && !agent_leg_parse(str_of(d->leg), &a->leg))
        return err_set(e, TM_EINVAL, "--leg is permanent or per_call, not '%s'",
                       d->leg);
    if (d->phone != NULL && d->extension != NULL)
        return err_set(e, TM_EINVAL, "--phone or --extension, not both");
    if (d->phone != NULL)
        return read_phone(d, a, e);
    if (d->trunk != NULL)
        return err_set(e, TM_EINVAL, "--trunk goes with --phone");
    if (d->extension != NULL && (!str_u64(str_of(d->extension), &a->e164) ||
                                 a->e164 == 0 || a->e164 > 99999))
        return err_set(e, TM_EINVAL, "--extension is 1 to 99999, not '%s'",
                       d->extension);
    return TM_OK;
}

static int read_skills(const struct agent_desk *d, struct agent_setup *a,
                       struct err *e)
{
    struct slice rest = str_of(d->skills != NULL ? d->skills : "");
    while (rest.n > 0) {
        struct slice word = str_trim(str_cut(rest, ',', &rest));
        if (a->skills == AGENT_SKILLS_MAX)
            return err_set(e, TM_ELIMIT, "--skills: at most %d",
                           AGENT_SKILLS_MAX);
        if (word.n == 0 || word.n >= AGENT_WORD_MAX)
            return err_set(e, TM_EINVAL,
                           "--skills are words with commas between them, each "
                           "of at most %d characters",
                           AGENT_WORD_MAX - 1);
        (void)str_copy(a->skill[a->skills++], AGENT_WORD_MAX, word);
    }
    return TM_OK;
}

static int find_campaigns(struct db *db, struct job *j, struct err *e)
{
    struct agent_setup *a = &j->row.setup;
    struct slice rest = str_of(j->d->campaigns != NULL ? j->d->campaigns : "");
    while (rest.n > 0) {
        struct slice name = str_trim(str_cut(rest, ',', &rest));
        if (a->campaigns == AGENT_CAMPAIGNS_MAX)
            return err_set(e, TM_ELIMIT,
                           "--campaigns: at most %d; without it "
                           "he works in all",
                           AGENT_CAMPAIGNS_MAX);
        int rc = catalog_campaign_find(db, tenant_default(), name,
                                       &a->campaign[a->campaigns], e);
        if (rc != TM_OK)
            return rc;
        a->campaigns++;
    }
    return TM_OK;
}

static int do_add(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    int rc = find_campaigns(db, j, e);
    return rc == TM_OK ? agent_rows_add(db, &j->row, j->now_us, e) : rc;
}

static void fill_hashes(const struct agent_desk *d, struct agent_row *r)
{
    (void)str_copy(r->realm, sizeof(r->realm),
                   str_of(d->realm != NULL ? d->realm : AGENT_ROWS_REALM));
    (void)str_copy(r->ha1_md5, sizeof(r->ha1_md5),
                   str_of(d->ha1_md5 != NULL ? d->ha1_md5 : ""));
    (void)str_copy(r->ha1_sha256, sizeof(r->ha1_sha256),
                   str_of(d->ha1_sha256 != NULL ? d->ha1_sha256 : ""));
}

static int do_trunks(struct db *db, void *arg, struct err *e)
{
    int rc = catalog_setting_get(db, "trunks", arg, TRUNK_FILE_TEXT_MAX, e);
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

/* An agent may be added before his trunk is loaded; the user is told. */
static void check_trunk(struct control *c, const char *name)
{
    struct err e = {0};
    struct arena arena;
    size_t n = 0;
    bool there = name[0] == '\0';
    arena_init(&arena);
    char *text = arena_alloc(&arena, TRUNK_FILE_TEXT_MAX);
    struct trunk_config *trunk =
        arena_array(&arena, SERVER_TRUNKS_MAX, sizeof(*trunk));
    int rc = sqlite_store_run(c->house->store, do_trunks, text, &e);
    if (rc == TM_OK)
        rc = trunk_file_parse(&arena, "stored trunks", str_of(text), trunk,
                              SERVER_TRUNKS_MAX, &n, &e);
    for (size_t i = 0; i < n; i++)
        there = there || strcmp(trunk[i].name, name) == 0;
    if (rc != TM_OK || !there)
        control_warn(c,
                     "there is no trunk '%s' yet, and without it he cannot be "
                     "called: telemark trunk load FILE\n",
                     name);
    arena_fini(&arena);
}

static void say_added(struct control *c, const struct agent_row *r)
{
    const struct agent_setup *a = &r->setup;
    char number[NUMBER_TEXT_LEN];
    if (a->trunk[0] != '\0') {
        (void)number_format(a->e164, number);
        control_printf(c, "agent '%s' is called at %s by trunk '%s'", a->name,
                       number, a->trunk);
    } else {
        const char *at =
            c->server != NULL ? c->server->agents_at(c->server->self) : NULL;
        control_printf(c,
                       "agent '%s', extension %llu: his telephone registers "
                       "by his name and password",
                       a->name, (unsigned long long)a->e164);
        if (at != NULL)
            control_printf(c, " at %s", at);
        else if (c->server != NULL)
            control_printf(c, " when the server has been started again");
        else
            control_printf(c, " when 'telemark serve' runs");
    }
    control_printf(c, "; then: telemark agent sign-in %s\n", a->name);
}

int agent_desk_add(const struct agent_desk *d, const char *name)
{
    struct err e = {0};
    struct job j = {.d = d, .now_us = control_now_us(d->c)};
    struct agent_setup *a = &j.row.setup;
    j.row.tenant = tenant_default();
    fill_hashes(d, &j.row);
    int rc = read_name(name, a, &e);
    if (rc == TM_OK)
        rc = read_telephone(d, a, &e);
    if (rc == TM_OK)
        rc = read_skills(d, a, &e);
    if (rc == TM_OK && a->trunk[0] == '\0' && j.row.ha1_md5[0] == '\0')
        rc = err_set(&e, TM_EINVAL,
                     "a telephone that registers here needs a "
                     "password");
    if (rc == TM_OK)
        rc = sqlite_store_run(d->c->house->store, do_add, &j, &e);
    if (rc == TM_OK)
        rc = tell_server(d->c, &e);
    if (rc != TM_OK)
        return control_fail(d->c, &e);
    check_trunk(d->c, a->trunk);
    say_added(d->c, &j.row);
    return EXIT_DONE;
}

/* --- disable, remove ------------------------------------------------------*/

static int do_disable(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    int rc = do_find(db, j, e);
    return rc == TM_OK
               ? agent_rows_disable(db, tenant_default(), j->row.setup.id,
                                    j->disabled, j->now_us, e)
               : rc;
}

static int do_remove(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    int rc = do_find(db, j, e);
    return rc == TM_OK ? agent_rows_remove(db, tenant_default(),
                                           j->row.setup.id, j->now_us, e)
                       : rc;
}

static int change(const struct agent_desk *d, struct job *j,
                  int (*fn)(struct db *db, void *arg, struct err *e),
                  const char *done)
{
    struct err e = {0};
    j->d = d;
    j->now_us = control_now_us(d->c);
    arena_init(&j->arena);
    int rc = sqlite_store_run(d->c->house->store, fn, j, &e);
    arena_fini(&j->arena);
    if (rc == TM_OK)
        rc = tell_server(d->c, &e);
    if (rc != TM_OK)
        return control_fail(d->c, &e);
    control_printf(d->c, "agent '%.*s' %s\n", (int)j->name.n, j->name.p, done);
    return EXIT_DONE;
}

int agent_desk_disable(const struct agent_desk *d, const char *name,
                       bool disabled)
{
    struct job j = {.name = str_of(name), .disabled = disabled};
    return change(d, &j, do_disable,
                  disabled ? "cannot sign in any more; one who is signed in "
                             "is signed out after his call"
                           : "can sign in again");
}

int agent_desk_remove(const struct agent_desk *d, const char *name)
{
    struct job j = {.name = str_of(name)};
    return change(d, &j, do_remove,
                  "is removed; his name stays in the records of his calls");
}

/* --- list -----------------------------------------------------------------*/

static int do_list(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return agent_rows_read(db, &j->arena, tenant_default(), &j->all, e);
}

static void list_json(const struct agent_row *r, struct json_out *j)
{
    const struct agent_setup *a = &r->setup;
    json_out_object(j);
    json_out_kv_int(j, "id", a->id.v);
    json_out_kv_text(j, "agent", a->name);
    json_out_kv_text(j, "leg", agent_leg_text(a->leg));
    json_out_kv_int(j, "number", (int64_t)a->e164);
    json_out_kv_text(j, "trunk", a->trunk[0] != '\0' ? a->trunk : NULL);
    json_out_kv_bool(j, "disabled", r->disabled);
    json_out_key(j, "skills");
    json_out_array(j);
    for (size_t i = 0; i < a->skills; i++)
        json_out_text(j, a->skill[i]);
    json_out_end_array(j);
    json_out_key(j, "campaigns");
    json_out_array(j);
    for (size_t i = 0; i < a->campaigns; i++)
        json_out_int(j, a->campaign[i].v);
    json_out_end_array(j);
    json_out_end_object(j);
}

static void list_text(const struct agent_row *r, struct buf *b)
{
    const struct agent_setup *a = &r->setup;
    char number[NUMBER_TEXT_LEN];
    (void)number_format(a->e164, number);
    buf_addf(b, "%s: ", a->name);
    if (a->trunk[0] != '\0')
        buf_addf(b, "%s by trunk %s", number, a->trunk);
    else
        buf_addf(b, "extension %llu", (unsigned long long)a->e164);
    buf_addf(b, ", %s leg",
             a->leg == AGENT_LEG_PERMANENT ? "permanent" : "one a call");
    for (size_t i = 0; i < a->skills; i++)
        buf_addf(b, "%s%s", i == 0 ? ", skills " : " ", a->skill[i]);
    if (a->campaigns > 0)
        buf_addf(b, ", %zu campaign%s", a->campaigns,
                 a->campaigns == 1 ? "" : "s");
    buf_addf(b, "%s\n", r->disabled ? ", disabled" : "");
}

int agent_desk_list(const struct agent_desk *d)
{
    struct err e = {0};
    struct job j = {.d = d};
    struct buf b;
    struct json_out out;
    arena_init(&j.arena);
    buf_init(&b, LIST_BYTES_MAX);
    json_out_init(&out, &b);
    int rc = sqlite_store_run(d->c->house->store, do_list, &j, &e);
    if (d->json)
        json_out_array(&out);
    for (size_t i = 0; rc == TM_OK && i < j.all.n; i++) {
        if (d->json)
            list_json(&j.all.row[i], &out);
        else
            list_text(&j.all.row[i], &b);
    }
    if (d->json) {
        json_out_end_array(&out);
        buf_add_char(&b, '\n');
    } else if (j.all.n == 0) {
        buf_add_str(&b, "there is no agent yet: telemark agent add NAME\n");
    }
    if (rc == TM_OK)
        d->c->io.out(d->c->io.self, buf_slice(&b));
    buf_fini(&b);
    arena_fini(&j.arena);
    return rc == TM_OK ? EXIT_DONE : control_fail(d->c, &e);
}
