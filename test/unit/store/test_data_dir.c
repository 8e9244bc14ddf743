#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/data_dir.h"
#include "unit/store/fixture_house.h"

static int setup(void **state)
{
    char *path = strdup("/tmp/telemark-test-XXXXXX");
    *state = path;
    return mkdtemp(path) ? 0 : -1;
}

static int teardown(void **state)
{
    fixture_house_remove(*state);
    free(*state);
    return 0;
}

static bool exists(const struct data_dir *d, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    data_dir_path(d, name, path, sizeof(path));
    return stat(path, &st) == 0;
}

static void test_makes_what_is_missing(void **state)
{
    char path[200];
    struct data_dir d, again;
    struct err e = {0};
    (void)snprintf(path, sizeof(path), "%s/a/b/", (char *)*state);
    assert_int_equal(data_dir_open(&d, path, DATA_DIR_READ, &e), TM_ENOTFOUND);
    assert_int_equal(data_dir_open(&d, path, DATA_DIR_OWN, &e), TM_OK);
    assert_true(exists(&d, "dnc") && exists(&d, "recordings") &&
                exists(&d, "rejects") && exists(&d, "salt"));
    assert_false(exists(&d, "salt.new"));
    data_dir_close(&d);
    /* The salt stays the same for ever. */
    assert_int_equal(data_dir_open(&again, path, DATA_DIR_READ, &e), TM_OK);
    assert_memory_equal(d.salt, again.salt, sizeof(d.salt));
    data_dir_close(&again);
}

static void test_second_owner_is_refused(void **state)
{
    struct data_dir d, other;
    struct err e = {0};
    char pid[24];
    assert_int_equal(data_dir_open(&d, *state, DATA_DIR_OWN, &e), TM_OK);
    assert_int_equal(data_dir_open(&other, *state, DATA_DIR_OWN, &e),
                     TM_ELOCKED);
    (void)snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
    assert_non_null(strstr(e.text, pid));
    assert_non_null(strstr(e.text, *state));
    /* Readers come in; the lock goes with its owner. */
    assert_int_equal(data_dir_open(&other, *state, DATA_DIR_READ, &e), TM_OK);
    data_dir_close(&other);
    data_dir_close(&d);
    assert_int_equal(data_dir_open(&other, *state, DATA_DIR_OWN, &e), TM_OK);
    data_dir_close(&other);
}

static void test_damaged_salt_is_not_replaced(void **state)
{
    struct data_dir d;
    struct err e = {0};
    char path[PATH_MAX];
    assert_int_equal(data_dir_open(&d, *state, DATA_DIR_OWN, &e), TM_OK);
    data_dir_path(&d, "salt", path, sizeof(path));
    data_dir_close(&d);
    assert_int_equal(truncate(path, 5), 0);
    assert_int_equal(data_dir_open(&d, *state, DATA_DIR_OWN, &e), TM_ECORRUPT);
    assert_non_null(strstr(e.text, "salt"));
}

static void test_a_file_in_the_way(void **state)
{
    struct data_dir d;
    struct err e = {0};
    char path[200];
    (void)snprintf(path, sizeof(path), "%s/file", (char *)*state);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(data_dir_open(&d, path, DATA_DIR_OWN, &e), TM_EIO);
    assert_non_null(strstr(e.text, path));
    assert_int_equal(data_dir_open(&d, "", DATA_DIR_OWN, &e), TM_EINVAL);
    char *longer = malloc(5000);
    memset(longer, 'x', 4999);
    longer[4999] = '\0';
    assert_int_equal(data_dir_open(&d, longer, DATA_DIR_OWN, &e), TM_EINVAL);
    free(longer);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_makes_what_is_missing),
        CASE(test_second_owner_is_refused),
        CASE(test_damaged_salt_is_not_replaced),
        CASE(test_a_file_in_the_way),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
