#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/dnc_files.h"
#include "store/sqlite_reader.h"
#include "unit/store/fixture_house.h"

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

static int publish_work(struct db *db, void *arg, struct err *e)
{
    return dnc_files_publish(db, arg, e);
}

static int publish(struct fixture_house *h, const char *name, uint64_t *number,
                   size_t n)
{
    struct err e = {0};
    struct dnc_files_new f = {
        .dir = &h->dir,
        .meta = {.kind = DNC_NATIONAL, .country = "US", .obtained_us = 7},
        .number = number,
        .n = n,
        .file_name = "list.txt",
        .now_us = 9,
    };
    (void)str_copy(f.meta.name, sizeof(f.meta.name), str_of(name));
    return sqlite_store_run(h->store, publish_work, &f, &e);
}

struct opened {
    struct fixture_house *h;
    struct dnc_files *files;
    uint64_t rows;
};

static int open_work(struct db *db, void *arg, struct err *e)
{
    struct opened *o = arg;
    int rc = dnc_files_open(db, &o->h->dir, &o->files, e);
    return rc == TM_OK ? dnc_files_rows(db, "us_national", &o->rows, e) : rc;
}

static int retire_work(struct db *db, void *arg, struct err *e)
{
    struct fixture_house *h = arg;
    (void)e;
    dnc_files_retire(db, &h->dir);
    return TM_OK;
}

static int images(struct fixture_house *h)
{
    char path[PATH_MAX];
    int n = 0;
    data_dir_path(&h->dir, "dnc", path, sizeof(path));
    DIR *d = opendir(path);
    assert_non_null(d);
    for (const struct dirent *f; (f = readdir(d)) != NULL;) {
        n += f->d_name[0] != '.';
    }
    (void)closedir(d);
    return n;
}

static void test_generations(void **state)
{
    struct fixture_house *h = *state;
    struct opened old = {.h = h}, new = {.h = h};
    struct err e = {0};
    uint64_t a[] = {12125550103, 12125550101, 12125550103}, b[] = {12125550102},
             c[] = {442079460018};
    assert_int_equal(publish(h, "us_national", a, 3), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, open_work, &old, &e), TM_OK);
    assert_true(old.rows == 2);
    assert_int_equal(publish(h, "us_national", b, 1), TM_OK);
    assert_int_equal(publish(h, "own", c, 1), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, open_work, &new, &e), TM_OK);
    const struct dnc_set *s =
        dnc_lists_find(dnc_files_lists(old.files), "us_national");
    const struct dnc_set *t =
        dnc_lists_find(dnc_files_lists(new.files), "us_national");
    assert_true(s->generation == 1 && t->generation == 2);
    assert_true(dnc_set_has(s, 12125550101) && dnc_set_has(s, 12125550103));
    assert_false(dnc_set_has(s, 12125550102));
    assert_true(dnc_set_has(t, 12125550102) && !dnc_set_has(t, 12125550101));
    assert_true(t->obtained_us == 7);
    assert_int_equal(dnc_files_lists(new.files)->n, 2);
    dnc_files_close(old.files);
    dnc_files_close(new.files);
    struct sqlite_reader *reader;
    assert_int_equal(sqlite_reader_open(&h->dir, &reader, &e), TM_OK);
    assert_int_equal(sqlite_reader_dnc(reader, &h->dir, &new.files, &e), TM_OK);
    assert_non_null(dnc_lists_find(dnc_files_lists(new.files), "own"));
    dnc_files_close(new.files);
    sqlite_reader_close(reader);
    assert_int_equal(images(h), 3);
    assert_int_equal(sqlite_store_run(h->store, retire_work, h, &e), TM_OK);
    assert_int_equal(images(h), 2);
    assert_int_equal(sqlite_store_run(h->store, open_work, &new, &e), TM_OK);
    dnc_files_close(new.files);
}

static void test_damage_is_refused(void **state)
{
    struct fixture_house *h = *state;
    struct opened o = {.h = h};
    struct err e = {0};
    char path[PATH_MAX];
    uint64_t a[] = {12125550101};
    assert_int_equal(publish(h, "us_national", a, 1), TM_OK);
    data_dir_path(&h->dir, "dnc/us_national.1.dnc", path, sizeof(path));
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 4099), 1);
    assert_int_equal(sqlite_store_run(h->store, open_work, &o, &e),
                     TM_ECORRUPT);
    assert_non_null(strstr(e.text, "us_national.1.dnc"));
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(sqlite_store_run(h->store, open_work, &o, &e),
                     TM_ECORRUPT);
    (void)close(fd);
    assert_int_equal(remove(path), 0);
    assert_true(sqlite_store_run(h->store, open_work, &o, &e) < 0);
    assert_null(o.files);
    /* a new import mends it */
    assert_int_equal(publish(h, "us_national", a, 1), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, open_work, &o, &e), TM_OK);
    dnc_files_close(o.files);
}

static void test_names_are_checked(void **state)
{
    struct fixture_house *h = *state;
    uint64_t a[] = {12125550101};
    assert_int_equal(publish(h, "../salt", a, 1), TM_EINVAL);
    assert_int_equal(publish(h, "", a, 1), TM_EINVAL);
    assert_int_equal(publish(h, "US", a, 1), TM_EINVAL);
    assert_int_equal(images(h), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_generations),
        CASE(test_damage_is_refused),
        CASE(test_names_are_checked),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
