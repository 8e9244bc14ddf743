#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/rng.h"
#include "store/dnc_build.h"
#include "store/dnc_files.h"
#include "store/dnc_name.h"
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

enum { PUBLISHED_US = 9 };

static int publish_work(struct db *db, void *arg, struct err *e)
{
    return dnc_files_publish(db, arg, e);
}

struct state {
    const char *name;
    struct dnc_files_state now;
};

static int state_work(struct db *db, void *arg, struct err *e)
{
    struct state *s = arg;
    return dnc_files_state(db, s->name, &s->now, e);
}

/* generation: 0 for the next one. */
static int publish_as(struct fixture_house *h, const char *name,
                      const uint64_t *number, size_t n, uint64_t generation)
{
    struct err e = {0};
    struct state s = {.name = name};
    struct dnc_files_new f = {
        .dir = &h->dir,
        .meta = {.kind = DNC_NATIONAL, .country = "US", .obtained_us = 7},
        .file_name = "list.txt",
        .now_us = PUBLISHED_US,
    };
    assert_int_equal(sqlite_store_run(h->store, state_work, &s, &e), TM_OK);
    f.meta.generation = generation > 0 ? generation : s.now.generation + 1;
    (void)str_copy(f.meta.name, sizeof(f.meta.name), str_of(name));
    struct dnc_build *b = dnc_build_new(&h->dir);
    for (size_t i = 0; i < n; i++) {
        dnc_build_add(b, number[i]);
    }
    f.image = dnc_build_path(b);
    int rc = dnc_build_finish(b, &f.meta, NULL, &e);
    if (rc == TM_OK) {
        rc = sqlite_store_run(h->store, publish_work, &f, &e);
    }
    dnc_build_free(b);
    return rc;
}

static int publish(struct fixture_house *h, const char *name,
                   const uint64_t *number, size_t n)
{
    return publish_as(h, name, number, n, 0);
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
    struct dnc_files_state s = {0};
    rc = rc == TM_OK ? dnc_files_state(db, "us_national", &s, e) : rc;
    o->rows = s.rows;
    return rc;
}

static int64_t retire_now_us;

static int retire_work(struct db *db, void *arg, struct err *e)
{
    struct fixture_house *h = arg;
    (void)e;
    dnc_files_retire(db, &h->dir, retire_now_us);
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
        n += strcmp(f->d_name, ".") != 0 && strcmp(f->d_name, "..") != 0;
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
    /* A superseded image is proof for five years. */
    assert_int_equal(images(h), 3);
    retire_now_us = PUBLISHED_US + 5 * 366 * CIVIL_DAY_US;
    assert_int_equal(sqlite_store_run(h->store, retire_work, h, &e), TM_OK);
    assert_int_equal(images(h), 3);
    retire_now_us++;
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
    assert_int_equal(publish(h, "state", a, 1), TM_EINVAL);
    assert_int_equal(publish(h, "state.NY", a, 1), TM_EINVAL);
    assert_int_equal(publish(h, "state.fl", a, 1), TM_EINVAL);
    assert_int_equal(publish(h, "state.FL.x", a, 1), TM_EINVAL);
    assert_int_equal(publish(h, "own.FL", a, 1), TM_EINVAL);
    assert_int_equal(images(h), 0);
    assert_int_equal(publish(h, "state.FL", a, 1), TM_OK);
    assert_int_equal(images(h), 1);
}

/* The eleven states with a list of their own, and registers by country. */
static void test_names_of_registers(void **state)
{
    static const char *const own[] = {"CO", "FL", "IN", "LA", "MA", "MO",
                                      "OK", "PA", "TN", "TX", "WY"};
    struct dnc_name n;
    struct err e = {0};
    (void)state;
    int known = 0;
    for (int i = 0; i < 26 * 26; i++) {
        char name[] = "state.XX";
        name[6] = (char)('A' + i / 26);
        name[7] = (char)('A' + i % 26);
        known += dnc_name_check(name, &n, &e) == TM_OK;
    }
    assert_int_equal(known, tm_array_len(own));
    for (size_t i = 0; i < tm_array_len(own); i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "state.%s", own[i]);
        assert_int_equal(dnc_name_check(name, &n, &e), TM_OK);
        assert_true(n.is_register && strcmp(n.country, "US") == 0);
    }
    assert_int_equal(dnc_name_check("us_national", &n, &e), TM_OK);
    assert_true(n.is_register && strcmp(n.country, "US") == 0);
    assert_int_equal(dnc_name_check("ca_dncl", &n, &e), TM_OK);
    assert_true(n.is_register && strcmp(n.country, "CA") == 0);
    assert_int_equal(dnc_name_check("uk_tps", &n, &e), TM_OK);
    assert_true(n.is_register && strcmp(n.country, "GB") == 0);
    assert_int_equal(dnc_name_check("other", &n, &e), TM_OK);
    assert_false(n.is_register);
    assert_int_equal(dnc_name_check("my_list", &n, &e), TM_OK);
    assert_false(n.is_register);
}

static void test_names_that_are_almost(void **state)
{
    static const char *const names[][2] = {
        {"us-national", "us_national"},
        {"US NATIONAL", "us_national"},
        {"us_natonal", "us_national"},
        {"state FL", "state.FL"},
        {"state-tx", "state.TX"},
        {"STATE.FL", "state.FL"},
        {"ca_dnc", "ca_dncl"},
        {"uktps", "uk_tps"},
        {"us_national", ""},
        {"state.FL", ""},
        {"state.NY", ""},
        {"state_ny", ""},
        {"northwind", ""},
        {"my_list", ""},
        {"list_7", ""},
        {"x", ""},
        {"", ""},
        {"a name that is much longer than any register's", ""}};
    char out[DNC_NAME_GUESS_MAX];
    (void)state;
    for (size_t i = 0; i < tm_array_len(names); i++) {
        dnc_name_guess(names[i][0], out);
        assert_string_equal(out, names[i][1]);
    }
}

/* Two imports at once: the slower one is told, and leaves nothing. */
static void test_slower_import_is_told(void **state)
{
    struct fixture_house *h = *state;
    uint64_t a[] = {12125550101};
    assert_int_equal(publish_as(h, "own", a, 1, 1), TM_OK);
    assert_int_equal(publish_as(h, "own", a, 1, 1), TM_ESTATE);
    assert_int_equal(publish_as(h, "own", a, 1, 3), TM_ESTATE);
    assert_int_equal(images(h), 1);
}

static struct dnc_set build(struct fixture_house *h, const uint64_t *add,
                            size_t n, const uint64_t *removed, size_t removes,
                            const struct dnc_set *base, void **map)
{
    struct err e = {0};
    struct dnc_set meta = {.name = "own", .generation = 1}, set;
    struct dnc_build *b = dnc_build_new(&h->dir);
    for (size_t i = 0; i < n; i++) {
        dnc_build_add(b, add[i]);
    }
    for (size_t i = 0; i < removes; i++) {
        dnc_build_remove(b, removed[i]);
    }
    if (dnc_build_finish(b, &meta, base, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    int fd = open(dnc_build_path(b), O_RDONLY);
    size_t size = DNC_SET_PAGE + meta.count * sizeof(uint64_t);
    *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(*map != MAP_FAILED);
    assert_int_equal(dnc_set_open(*map, size, &set, &e), TM_OK);
    (void)close(fd);
    dnc_build_free(b);
    return set;
}

/* Changes on a list: what is taken out and added in one file stays. */
static void test_changes_on_a_list(void **state)
{
    struct fixture_house *h = *state;
    uint64_t a[] = {5, 3, 9, 3, 7}, add[] = {4, 9, 7}, removed[] = {7, 5, 99};
    void *one, *two;
    struct dnc_set base = build(h, a, 5, NULL, 0, NULL, &one);
    assert_true(base.count == 4);
    struct dnc_set set = build(h, add, 3, removed, 3, &base, &two);
    const uint64_t want[] = {3, 4, 7, 9};
    assert_true(set.count == 4);
    assert_memory_equal(set.number, want, sizeof(want));
    assert_int_equal(munmap(one, DNC_SET_PAGE + 4 * 8), 0);
    assert_int_equal(munmap(two, DNC_SET_PAGE + 4 * 8), 0);
    assert_int_equal(images(h), 0);
}

/* More than fits in memory at once: several runs, merged. */
static void test_large_lists_are_merged(void **state)
{
    struct fixture_house *h = *state;
    enum { NUMBERS = 9000000 };
    struct rng r;
    struct err e = {0};
    struct dnc_set meta = {.name = "own", .generation = 1};
    struct dnc_build *b = dnc_build_new(&h->dir);
    bool *seen = mem_alloc(NUMBERS);
    uint64_t count = 0, seed = 3;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "dnc build");
    memset(seen, 0, NUMBERS);
    for (size_t i = 0; i < NUMBERS; i++) {
        uint64_t x = rng_below(&r, NUMBERS);
        dnc_build_add(b, 12000000000 + x);
        count += !seen[x];
        seen[x] = true;
    }
    assert_int_equal(dnc_build_finish(b, &meta, NULL, &e), TM_OK);
    assert_true(meta.count == count);
    int fd = open(dnc_build_path(b), O_RDONLY);
    size_t size = DNC_SET_PAGE + meta.count * sizeof(uint64_t);
    void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    struct dnc_set set;
    assert_int_equal(dnc_set_open(map, size, &set, &e), TM_OK);
    for (size_t i = 0; i < NUMBERS; i += 7) {
        assert_int_equal(dnc_set_has(&set, 12000000000 + i), seen[i]);
    }
    assert_int_equal(munmap(map, size), 0);
    (void)close(fd);
    mem_free(seen);
    dnc_build_free(b);
    assert_int_equal(images(h), 0);
}

static void test_no_number_is_refused(void **state)
{
    struct fixture_house *h = *state;
    uint64_t zero[] = {0}, long_one[] = {1000000000000000};
    assert_int_equal(publish(h, "own", zero, 1), TM_EINVAL);
    assert_int_equal(publish(h, "own", long_one, 1), TM_EINVAL);
    assert_int_equal(images(h), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_generations),           CASE(test_damage_is_refused),
        CASE(test_names_are_checked),     CASE(test_names_of_registers),
        CASE(test_names_that_are_almost), CASE(test_slower_import_is_told),
        CASE(test_changes_on_a_list),     CASE(test_large_lists_are_merged),
        CASE(test_no_number_is_refused),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
