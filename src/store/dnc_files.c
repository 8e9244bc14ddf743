#include "store/dnc_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/apply.h"
#include "store/query.h"

enum { IMAGE_NAME_MAX = DNC_SET_NAME_MAX + 32 };

struct mapping {
    void *p;
    size_t n;
};

struct dnc_files {
    struct dnc_lists lists;
    struct mapping map[DNC_LISTS_MAX];
    size_t maps;
};

int dnc_files_rows(struct db *db, const char *name, uint64_t *out,
                   struct err *e)
{
    struct query q;
    int64_t rows = 0;
    query_open(&q, db,
               "SELECT rows FROM dnc_list WHERE name = ? "
               "ORDER BY generation DESC LIMIT 1");
    query_text(&q, str_of(name));
    int rc = query_one(&q, &rows, e);
    if (rc == TM_OK || rc == TM_ENOTFOUND) {
        *out = (uint64_t)rows;
        return TM_OK;
    }
    return rc;
}

/* --- publishing -----------------------------------------------------------*/

static int check_name(const char *name, struct err *e)
{
    size_t n = strlen(name);
    bool good = n > 0 && n < DNC_SET_NAME_MAX;
    for (size_t i = 0; good && i < n; i++) {
        char c = name[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    }
    if (good) {
        return TM_OK;
    }
    return err_set(e, TM_EINVAL,
                   "the name of a do-not-call list has 1 to %d small letters, "
                   "digits, '_' and '-': \"%s\"",
                   DNC_SET_NAME_MAX - 1, name);
}

static int next_generation(struct db *db, const char *name, uint64_t *out,
                           struct err *e)
{
    struct query q;
    int64_t last = 0;
    query_open(&q, db,
               "SELECT coalesce(max(generation), 0) FROM dnc_list "
               "WHERE name = ?");
    query_text(&q, str_of(name));
    int rc = query_one(&q, &last, e);
    *out = (uint64_t)last + 1;
    return rc;
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return -1;
        }
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

static int write_file(const char *path, const struct buf *image, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_errno(e, "cannot make %s", path);
    }
    int rc = TM_OK;
    if (write_all(fd, image->p, image->n) != 0 || fsync(fd) != 0) {
        rc = err_errno(e, "cannot write %s", path);
    }
    if (close(fd) != 0 && rc == TM_OK) {
        rc = err_errno(e, "cannot close %s", path);
    }
    return rc;
}

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
static int put_in_place(const struct data_dir *dir, const char *name,
                        const struct buf *image, struct err *e)
{
    char relative[IMAGE_NAME_MAX + 8], beside[PATH_MAX], path[PATH_MAX];
    (void)snprintf(relative, sizeof(relative), "dnc/%s.new", name);
    data_dir_path(dir, relative, beside, sizeof(beside));
    (void)snprintf(relative, sizeof(relative), "dnc/%s", name);
    data_dir_path(dir, relative, path, sizeof(path));
    int rc = write_file(beside, image, e);
    if (rc == TM_OK && rename(beside, path) != 0) {
        rc = err_errno(e, "cannot rename %s", beside);
    }
    if (rc != TM_OK) {
        (void)unlink(beside);
        return rc;
    }
    return sync_folder(dir, e);
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

static int publish(struct db *db, struct dnc_files_new *n, struct buf *image,
                   struct err *e)
{
    char name[IMAGE_NAME_MAX];
    int rc = next_generation(db, n->meta.name, &n->meta.generation, e);
    if (rc == TM_OK) {
        rc = dnc_set_build(&n->meta, n->number, n->n, image, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    struct dnc_set built;
    rc = dnc_set_open(image->p, image->n, &built, e);
    if (rc != TM_OK) {
        return rc;
    }
    (void)snprintf(name, sizeof(name), "%s.%llu.dnc", n->meta.name,
                   (unsigned long long)n->meta.generation);
    rc = put_in_place(n->dir, name, image, e);
    if (rc == TM_OK) {
        rc = insert_list(db, n, name, built.count, e);
    }
    return rc == TM_OK ? journal_list(db, n, built.count, e) : rc;
}

int dnc_files_publish(struct db *db, struct dnc_files_new *n, struct err *e)
{
    tm_assert(db->in_transaction);
    int rc = check_name(n->meta.name, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct buf image;
    buf_init(&image, SIZE_MAX / 8);
    rc = publish(db, n, &image, e);
    buf_fini(&image);
    return rc;
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

/* An image is in force when the newest generation of a list names it. When
 * the database cannot tell, the file stays. */
static bool in_force(struct db *db, const char *image)
{
    struct query q;
    struct err e;
    int64_t n = 1;
    query_open(&q, db,
               "SELECT count(*) FROM dnc_list d WHERE d.image = ? "
               "AND d.generation = (SELECT max(x.generation) "
               "FROM dnc_list x WHERE x.name = d.name)");
    query_text(&q, str_of(image));
    return query_one(&q, &n, &e) != TM_OK || n > 0;
}

void dnc_files_retire(struct db *db, const struct data_dir *dir)
{
    char path[PATH_MAX];
    data_dir_path(dir, "dnc", path, sizeof(path));
    DIR *d = opendir(path);
    if (!d) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(d)) != NULL) {
        if (entry->d_name[0] != '.' && !in_force(db, entry->d_name)) {
            (void)unlinkat(dirfd(d), entry->d_name, 0);
        }
    }
    (void)closedir(d);
}
