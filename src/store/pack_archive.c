#include "store/pack_archive.h"

#include <string.h>

#include "base/arena.h"
#include "store/dnc_files.h"
#include "store/query.h"
#include "store/startup_facts.h"

enum { LISTS_MAX = 64 };

/* --- writing --------------------------------------------------------------*/

/* The newest other text under the same name and version. */
static int find_clash(struct db *db, const struct rule_book_pack *p,
                      struct pack_archive_clash *out, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT hash FROM rule_pack WHERE name = ? AND version = ? "
               "AND hash <> ? ORDER BY first_us DESC LIMIT 1");
    query_text(&q, str_of(p->name));
    query_text(&q, str_of(p->version));
    query_text(&q, str_of(p->hash));
    int rc = query_step(&q, e);
    if (rc == 1) {
        *out =
            (struct pack_archive_clash){.name = p->name, .version = p->version};
        (void)str_copy(out->old_hash, sizeof out->old_hash,
                       query_get_text(&q, 0));
        (void)str_copy(out->new_hash, sizeof out->new_hash, str_of(p->hash));
    }
    query_close(&q);
    return rc;
}

/* 1: it was not on file before. */
static int keep_pack(struct db *db, const struct rule_book_pack *p,
                     struct slice text, int64_t now_us, struct err *e)
{
    struct query q;
    int64_t before = 0;
    query_open(&q, db,
               "SELECT count(*) FROM rule_pack WHERE hash = ? AND name = ?");
    query_text(&q, str_of(p->hash));
    query_text(&q, str_of(p->name));
    int rc = query_one(&q, &before, e);
    if (rc != TM_OK || before > 0) {
        return rc;
    }
    query_open(&q, db,
               "INSERT INTO rule_pack (hash, name, version, file, first_us, "
               "text) VALUES (?, ?, ?, ?, ?, ?)");
    query_text(&q, str_of(p->hash));
    query_text(&q, str_of(p->name));
    query_text(&q, str_of(p->version));
    query_text(&q, str_of(p->file));
    query_int(&q, now_us);
    query_text(&q, text);
    rc = query_done(&q, e);
    return rc == TM_OK ? 1 : rc;
}

int pack_archive_keep(struct db *db, const struct rule_book *b,
                      const struct rule_pack_text *text, int64_t now_us,
                      struct pack_archive_kept *out, struct err *e)
{
    out->clashes = out->added = 0;
    for (size_t i = 0; i < rule_book_pack_count(b); i++) {
        const struct rule_book_pack *p = rule_book_pack(b, i);
        tm_assert(strcmp(p->file, text[i].file) == 0);
        int rc = keep_pack(db, p, text[i].text, now_us, e);
        /* Told when the changed text is seen first, not at each start. */
        if (rc == 1) {
            out->added++;
            rc = find_clash(db, p, &out->clash[out->clashes], e);
            out->clashes += rc == 1;
        }
        if (rc < 0) {
            return rc;
        }
    }
    return TM_OK;
}

int pack_archive_keep_plan(struct db *db, struct campaign_id c,
                           const char *hash, struct slice text, int64_t now_us,
                           struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT OR IGNORE INTO campaign_plan "
               "(tenant, campaign, hash, first_us, text) "
               "SELECT tenant, id, ?2, ?3, ?4 FROM campaign WHERE id = ?1");
    query_int(&q, c.v);
    query_text(&q, str_of(hash));
    query_int(&q, now_us);
    query_text(&q, text);
    return query_done(&q, e);
}

/* --- reading --------------------------------------------------------------*/

/* A generation that was asked for, with its image as long as it is there. */
struct kept_list {
    struct archive_list list;
    struct dnc_files *files;
};

struct correction {
    struct correction *next;
    uint64_t seq;
    int64_t at_us;
    struct slice key;
    uint8_t number[JOURNAL_NUMBER_SIZE];
};

struct pack_archive {
    struct db db;
    const struct data_dir *dir;
    struct arena arena;
    struct kept_list list[LISTS_MAX];
    size_t lists;
    struct correction *first_correction, **last_correction;
    bool corrections_read;
};

static const char *keep(struct pack_archive *a, struct slice s)
{
    return arena_strdup(&a->arena, s);
}

static int find_pack(void *self, struct slice name, struct slice version,
                     struct slice hash, struct archive_pack *out, struct err *e)
{
    struct pack_archive *a = self;
    struct query q;
    query_open(&q, &a->db,
               "SELECT name, version, hash, file, text, first_us, "
               "(SELECT count(*) FROM rule_pack x WHERE x.name = p.name "
               "AND x.version = p.version) FROM rule_pack p WHERE name = ?1 "
               "AND version = ?2 AND substr(hash, 1, length(?3)) = ?3 "
               "ORDER BY first_us DESC LIMIT 1");
    query_text(&q, name);
    query_text(&q, version);
    query_text(&q, hash);
    int rc = query_step(&q, e);
    if (rc == 1) {
        struct slice text = query_get_text(&q, 4);
        out->name = keep(a, query_get_text(&q, 0));
        out->version = keep(a, query_get_text(&q, 1));
        out->hash = keep(a, query_get_text(&q, 2));
        out->file = keep(a, query_get_text(&q, 3));
        out->text = str_range(keep(a, text), text.n);
        out->first_us = query_get_int(&q, 5);
        out->versions = (unsigned)query_get_int(&q, 6);
    }
    query_close(&q);
    return rc;
}

static int find_plan(void *self, struct campaign_id c, struct slice hash,
                     struct archive_plan *out, struct err *e)
{
    struct pack_archive *a = self;
    struct query q;
    query_open(&q, &a->db,
               "SELECT text, first_us FROM campaign_plan WHERE tenant IN "
               "(SELECT id FROM tenant) AND campaign = ? AND hash = ?");
    query_int(&q, c.v);
    query_text(&q, hash);
    int rc = query_step(&q, e);
    if (rc == 1) {
        struct slice text = query_get_text(&q, 0);
        out->text = str_range(keep(a, text), text.n);
        out->first_us = query_get_int(&q, 1);
    }
    query_close(&q);
    return rc;
}

static int read_list(struct pack_archive *a, struct slice name,
                     uint64_t generation, struct archive_list *l, char *image,
                     size_t cap, struct err *e)
{
    struct query q;
    query_open(&q, &a->db,
               "SELECT name, kind, country, file_name, source_hash, seller, "
               "rows, obtained_us, published_us, image FROM dnc_list "
               "WHERE name = ? AND generation = ?");
    query_text(&q, name);
    query_int(&q, (int64_t)generation);
    int rc = query_step(&q, e);
    if (rc == 1) {
        *l = (struct archive_list){
            .name = keep(a, query_get_text(&q, 0)),
            .kind = keep(a, query_get_text(&q, 1)),
            .country = keep(a, query_get_text(&q, 2)),
            .file_name = keep(a, query_get_text(&q, 3)),
            .source_hash = keep(a, query_get_text(&q, 4)),
            .seller = query_get_int(&q, 5),
            .generation = generation,
            .rows = (uint64_t)query_get_int(&q, 6),
            .obtained_us = query_get_int(&q, 7),
            .published_us = query_get_int(&q, 8),
        };
        (void)str_copy(image, cap, query_get_text(&q, 9));
    }
    query_close(&q);
    return rc;
}

static int find_list(void *self, struct slice name, uint64_t generation,
                     struct archive_list *out, struct err *e)
{
    struct pack_archive *a = self;
    char image[DNC_SET_NAME_MAX + 32];
    for (size_t i = 0; i < a->lists; i++) {
        if (a->list[i].list.generation == generation &&
            str_eq(name, a->list[i].list.name)) {
            *out = a->list[i].list;
            return 1;
        }
    }
    if (a->lists == LISTS_MAX) {
        return err_set(e, TM_ELIMIT,
                       "more than %d generations of do-not-call lists: ask "
                       "for a shorter time",
                       (int)LISTS_MAX);
    }
    struct kept_list *k = &a->list[a->lists];
    int rc = read_list(a, name, generation, &k->list, image, sizeof image, e);
    if (rc != 1) {
        return rc;
    }
    /* Retired or damaged: the entry still tells what it was. */
    if (dnc_files_open_one(a->dir, image, generation, &k->files, NULL) ==
        TM_OK) {
        k->list.set = &dnc_files_lists(k->files)->set[0];
    }
    a->lists++;
    *out = k->list;
    return 1;
}

static const uint8_t *hash_of(struct slice s)
{
    return s.n == JOURNAL_HASH_SIZE ? (const uint8_t *)s.p : NULL;
}

static int visit_entries(void *self, struct attempt_id id, archive_entry_fn *v,
                         void *arg, struct err *e)
{
    static const uint8_t zeros[JOURNAL_HASH_SIZE];
    struct pack_archive *a = self;
    struct query q;
    int rc;
    query_open(&q, &a->db,
               "SELECT j.seq, j.payload, j.hash, p.hash FROM journal j "
               "LEFT JOIN journal p ON p.seq = j.seq - 1 "
               "WHERE j.attempt = ? AND j.attempt <> 0 ORDER BY j.seq");
    query_int(&q, id.v);
    while ((rc = query_step(&q, e)) == 1) {
        struct archive_entry x = {
            .row = {.seq = (uint64_t)query_get_int(&q, 0),
                    .payload = query_get_text(&q, 1),
                    .hash = hash_of(query_get_text(&q, 2))},
            .prev = hash_of(query_get_text(&q, 3)),
        };
        x.prev = x.row.seq == 1 ? zeros : x.prev;
        x.row.hash = x.row.hash ? x.row.hash : zeros;
        rc = v(arg, &x);
        if (rc != 0) {
            break;
        }
    }
    query_close(&q);
    return rc;
}

/* --- corrections ----------------------------------------------------------*/

static void keep_correction(struct pack_archive *a, uint64_t seq,
                            struct slice payload)
{
    struct journal_entry entry;
    if (journal_decode(payload, &entry, NULL) != TM_OK || !entry.has_number) {
        return;
    }
    struct correction *c = arena_alloc(&a->arena, sizeof *c);
    memcpy(c->number, entry.number, sizeof c->number);
    c->seq = seq;
    c->at_us = entry.record.at_us;
    c->key = str_range(arena_strdup(&a->arena, entry.record.key),
                       entry.record.key.n);
    *a->last_correction = c;
    a->last_correction = &c->next;
}

static int read_corrections(struct pack_archive *a, struct err *e)
{
    struct query q;
    int rc;
    a->first_correction = NULL;
    a->last_correction = &a->first_correction;
    query_open(&q, &a->db,
               "SELECT seq, payload FROM journal WHERE kind = 'corrected' "
               "ORDER BY seq");
    while ((rc = query_step(&q, e)) == 1) {
        keep_correction(a, (uint64_t)query_get_int(&q, 0),
                        query_get_text(&q, 1));
    }
    query_close(&q);
    a->corrections_read = rc == 0;
    return rc;
}

static int visit_corrections(void *self, uint64_t e164,
                             archive_correction_fn *v, void *arg, struct err *e)
{
    struct pack_archive *a = self;
    uint8_t number[JOURNAL_NUMBER_SIZE];
    int rc = a->corrections_read ? TM_OK : read_corrections(a, e);
    journal_number(a->db.journal.salt, e164, number);
    const struct correction *c = a->first_correction;
    for (; rc == TM_OK && c != NULL; c = c->next) {
        if (memcmp(c->number, number, sizeof number) == 0) {
            const struct archive_correction x = {c->seq, c->at_us, c->key};
            rc = v(arg, &x);
        }
    }
    return rc;
}

static int find_head(void *self, uint64_t *seq, uint8_t hash[JOURNAL_HASH_SIZE],
                     struct err *e)
{
    struct pack_archive *a = self;
    struct query q;
    query_open(&q, &a->db,
               "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1");
    int rc = query_step(&q, e);
    if (rc == 1) {
        struct slice h = query_get_text(&q, 1);
        *seq = (uint64_t)query_get_int(&q, 0);
        memset(hash, 0, JOURNAL_HASH_SIZE);
        memcpy(hash, h.p, h.n < JOURNAL_HASH_SIZE ? h.n : JOURNAL_HASH_SIZE);
    }
    query_close(&q);
    return rc;
}

static int find_facts(void *self, struct tenant_id t, int64_t at_us,
                      const struct caller_facts **out, struct err *e)
{
    struct pack_archive *a = self;
    int rc = startup_facts_at(&a->db, &a->arena, t, at_us, out, e);
    return rc == TM_OK ? 1 : rc;
}

int pack_archive_open(const struct data_dir *dir, struct pack_archive **out,
                      struct err *e)
{
    struct pack_archive *a = mem_alloc(sizeof *a);
    int rc = db_open(&a->db, dir, DB_READ, e);
    if (rc != TM_OK) {
        mem_free(a);
        return rc;
    }
    a->dir = dir;
    arena_init(&a->arena);
    *out = a;
    return TM_OK;
}

void pack_archive_close(struct pack_archive *a)
{
    if (!a) {
        return;
    }
    for (size_t i = 0; i < a->lists; i++) {
        dnc_files_close(a->list[i].files);
    }
    db_close(&a->db);
    arena_fini(&a->arena);
    mem_free(a);
}

void pack_archive_port(struct pack_archive *a, struct archive *out)
{
    *out = (struct archive){
        .self = a,
        .pack = find_pack,
        .plan = find_plan,
        .list = find_list,
        .facts = find_facts,
        .entries = visit_entries,
        .corrections = visit_corrections,
        .head = find_head,
    };
}
