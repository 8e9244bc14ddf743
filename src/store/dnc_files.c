#include "store/dnc_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/civil.h"
#include "store/apply.h"
#include "store/dnc_name.h"
#include "store/query.h"

enum {
    IMAGE_NAME_MAX = DNC_SET_NAME_MAX + 32,
    LEFTOVER_AGE_S = 86400,
};

struct mapping {
    void *p;
    size_t n;
};

struct dnc_files {
    struct dnc_lists lists;
    struct mapping map[DNC_LISTS_MAX];
    size_t maps;
};

int dnc_files_state(struct db *db, const char *name,
                    struct dnc_files_state *out, struct err *e)
{
    struct query q;
    *out = (struct dnc_files_state){0};
    query_open(
        &q, db,
        "SELECT rows, generation, obtained_us FROM dnc_list WHERE name = ? "
        "ORDER BY generation DESC LIMIT 1");
    query_text(&q, str_of(name));
    int rc = query_step(&q, e);
    if (rc == 1) {
        out->rows = (uint64_t)query_get_int(&q, 0);
        out->generation = (uint64_t)query_get_int(&q, 1);
        out->obtained_us = query_get_int(&q, 2);
    }
    query_close(&q);
    return rc < 0 ? rc : TM_OK;
}

/* --- publishing -----------------------------------------------------------*/

static int sync_folder(const struct data_dir *dir, struct err *e)
{
    char path[PATH_MAX];
    data_dir_path(dir, "dnc", path, sizeof(path));
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return err_errno(e, "cannot open %s", path);
    }
    int rc = fsync(fd) == 0 ? TM_OK : err_errno(e, "cannot sync %s", path);
    (void)close(fd);
    return rc;
}

/* After this the file stands under its name, whole, or not at all. */
static int put_in_place(const struct dnc_files_new *n, const char *name,
                        struct err *e)
{
    char relative[IMAGE_NAME_MAX + 8], path[PATH_MAX];
    (void)snprintf(relative, sizeof(relative), "dnc/%s", name);
    data_dir_path(n->dir, relative, path, sizeof(path));
    if (rename(n->image, path) != 0) {
        return err_errno(e, "cannot rename %s", n->image);
    }
    return sync_folder(n->dir, e);
}

static int insert_list(struct db *db, const struct dnc_files_new *n,
                       const char *image, uint64_t rows, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT INTO dnc_list (name, generation, kind, country, "
               "seller, obtained_us, published_us, file_name, source_hash, "
               "image, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_text(&q, str_of(n->meta.name));
    query_int(&q, (int64_t)n->meta.generation);
    query_text(&q, str_of(dnc_set_kind_text(n->meta.kind)));
    query_text(&q, str_of(n->meta.country));
    query_int(&q, n->meta.seller);
    query_int(&q, n->meta.obtained_us);
    query_int(&q, n->now_us);
    query_text(&q, str_of(n->file_name));
    query_text(&q, str_of(n->meta.source_hash));
    query_text(&q, str_of(image));
    query_int(&q, (int64_t)rows);
    return query_done(&q, e);
}

static int journal_list(struct db *db, const struct dnc_files_new *n,
                        uint64_t rows, struct err *e)
{
    char note[256];
    (void)snprintf(note, sizeof(note),
                   "dnc=%s generation=%llu rows=%llu file=%s", n->meta.name,
                   (unsigned long long)n->meta.generation,
                   (unsigned long long)rows, n->meta.source_hash);
    struct record r = {
        .kind = RECORD_IMPORT,
        .at_us = n->now_us,
        .tenant = {1},
        .seller = {n->meta.seller},
        .due_us = n->meta.obtained_us,
        .note = str_of(note),
    };
    return apply_record(db, &r, e);
}

int dnc_files_publish(struct db *db, const struct dnc_files_new *n,
                      struct err *e)
{
    char name[IMAGE_NAME_MAX];
    struct dnc_name known;
    struct dnc_files_state last;
    tm_assert(db->in_transaction);
    int rc = dnc_name_check(n->meta.name, &known, e);
    if (rc == TM_OK) {
        rc = dnc_files_state(db, n->meta.name, &last, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    if (n->meta.generation != last.generation + 1) {
        return err_set(e, TM_ESTATE,
                       "another import of the list \"%s\" has just ended; "
                       "look at telemark dnc list, and repeat this one if it "
                       "is the newer",
                       n->meta.name);
    }
    (void)snprintf(name, sizeof(name), "%s.%llu.dnc", n->meta.name,
                   (unsigned long long)n->meta.generation);
    rc = put_in_place(n, name, e);
    if (rc == TM_OK) {
        rc = insert_list(db, n, name, n->meta.count, e);
    }
    return rc == TM_OK ? journal_list(db, n, n->meta.count, e) : rc;
}

/* --- reading --------------------------------------------------------------*/

static int map_file(const char *path, struct mapping *out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_errno(e, "cannot open %s", path);
    }
    struct stat st;
    int rc = TM_OK;
    if (fstat(fd, &st) != 0) {
        rc = err_errno(e, "cannot read %s", path);
    } else if (st.st_size <= 0) {
        rc = err_set(e, TM_ECORRUPT, "%s is empty", path);
    } else {
        out->n = (size_t)st.st_size;
        out->p = mmap(NULL, out->n, PROT_READ, MAP_SHARED, fd, 0);
        if (out->p == MAP_FAILED) {
            out->p = NULL;
            rc = err_errno(e, "cannot map %s", path);
        }
    }
    (void)close(fd);
    return rc;
}

static int open_image(struct dnc_files *f, const struct data_dir *dir,
                      const char *image, uint64_t generation, struct err *e)
{
    char relative[IMAGE_NAME_MAX + 8], path[PATH_MAX];
    (void)snprintf(relative, sizeof(relative), "dnc/%s", image);
    data_dir_path(dir, relative, path, sizeof(path));
    struct mapping m = {0};
    int rc = map_file(path, &m, e);
    if (rc != TM_OK) {
        return rc;
    }
    f->map[f->maps++] = m;
    struct dnc_set *set = &f->lists.set[f->lists.n];
    rc = dnc_set_open(m.p, m.n, set, e);
    if (rc == TM_OK && set->generation != generation) {
        rc = err_set(e, TM_ECORRUPT, "it is of another generation");
    }
    if (rc != TM_OK) {
        (void)err_context(e, "%s: import the list again", path);
        return TM_ECORRUPT;
    }
    f->lists.n++;
    return TM_OK;
}

static int open_all(struct db *db, struct dnc_files *f,
                    const struct data_dir *dir, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT d.name, d.generation, d.image FROM dnc_list d "
               "WHERE d.generation = (SELECT max(x.generation) "
               "FROM dnc_list x WHERE x.name = d.name) ORDER BY d.name");
    int rc;
    while ((rc = query_step(&q, e)) == 1) {
        char image[IMAGE_NAME_MAX];
        if (f->lists.n == DNC_LISTS_MAX) {
            rc = err_set(e, TM_ELIMIT, "more than %d do-not-call lists",
                         DNC_LISTS_MAX);
            break;
        }
        (void)str_copy(image, sizeof(image), query_get_text(&q, 2));
        rc = open_image(f, dir, image, (uint64_t)query_get_int(&q, 1), e);
        if (rc != TM_OK) {
            break;
        }
    }
    query_close(&q);
    return rc;
}

int dnc_files_open(struct db *db, const struct data_dir *dir,
                   struct dnc_files **out, struct err *e)
{
    struct dnc_files *f = mem_alloc(sizeof(*f));
    int rc = open_all(db, f, dir, e);
    if (rc != TM_OK) {
        dnc_files_close(f);
        return rc;
    }
    *out = f;
    return TM_OK;
}

int dnc_files_open_one(const struct data_dir *dir, const char *image,
                       uint64_t generation, struct dnc_files **out,
                       struct err *e)
{
    struct dnc_files *f = mem_alloc(sizeof(*f));
    int rc = open_image(f, dir, image, generation, e);
    if (rc != TM_OK) {
        dnc_files_close(f);
        return rc;
    }
    *out = f;
    return TM_OK;
}

const struct dnc_lists *dnc_files_lists(const struct dnc_files *f)
{
    return &f->lists;
}

void dnc_files_close(struct dnc_files *f)
{
    if (!f) {
        return;
    }
    for (size_t i = 0; i < f->maps; i++) {
        (void)munmap(f->map[i].p, f->map[i].n);
    }
    mem_free(f);
}

/* --- retiring -------------------------------------------------------------*/

/* 16 CFR 310.5(b): five years, here from the day it was superseded. */
#define KEPT_US (5 * 366 * CIVIL_DAY_US)

/* An image is wanted while no newer generation of its list has stood for as
 * long as records are kept. When the database cannot tell, the file stays. */
static bool is_wanted(struct db *db, const char *image, int64_t now_us)
{
    struct query q;
    struct err e;
    int64_t n = 1;
    query_open(&q, db,
               "SELECT count(*) FROM dnc_list d WHERE d.image = ? "
               "AND NOT EXISTS (SELECT 1 FROM dnc_list x "
               "WHERE x.name = d.name AND x.generation > d.generation "
               "AND x.published_us < ?)");
    query_text(&q, str_of(image));
    query_int(&q, now_us - KEPT_US);
    return query_one(&q, &n, &e) != TM_OK || n > 0;
}

/* ".new.…" of an import that may be at work. */
static bool is_young(int dir, const char *name)
{
    struct stat st;
    return name[0] == '.' && (fstatat(dir, name, &st, 0) != 0 ||
                              st.st_mtime > time(NULL) - LEFTOVER_AGE_S);
}

void dnc_files_retire(struct db *db, const struct data_dir *dir, int64_t now_us)
{
    char path[PATH_MAX];
    data_dir_path(dir, "dnc", path, sizeof(path));
    DIR *d = opendir(path);
    if (!d) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(d)) != NULL) {
        const char *name = entry->d_name;
        if (!is_wanted(db, name, now_us) && !is_young(dirfd(d), name)) {
            (void)unlinkat(dirfd(d), name, 0);
        }
    }
    (void)closedir(d);
}
