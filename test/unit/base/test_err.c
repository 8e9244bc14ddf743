#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_set(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(err_set(&e, TM_EFULL, "%d of %s", 3, "x"), TM_EFULL);
    assert_int_equal(e.code, TM_EFULL);
    assert_string_equal(e.text, "3 of x");
    assert_int_equal(err_set(NULL, TM_EIO, "lost"), TM_EIO);
}

static void test_arguments_may_be_its_own_text(void **state)
{
    (void)state;
    struct err e;
    (void)err_set(&e, TM_EIO, "one");
    assert_int_equal(err_set(&e, TM_EFULL, "<%s>", e.text), TM_EFULL);
    assert_string_equal(e.text, "<one>");
}

static void test_context(void **state)
{
    (void)state;
    struct err e;
    (void)err_set(&e, TM_ELIMIT, "too long");
    assert_int_equal(err_context(&e, "line %d", 7), TM_ELIMIT);
    assert_int_equal(err_context(&e, "file"), TM_ELIMIT);
    assert_string_equal(e.text, "file: line 7: too long");
    assert_int_equal(err_context(NULL, "file"), TM_EINVAL);
}

/* A text of exactly the room fits; one more is cut with "...". */
static void test_cut(void **state)
{
    (void)state;
    struct err e;
    char text[ERR_TEXT_MAX + 1];
    memset(text, 'a', sizeof text);
    text[ERR_TEXT_MAX - 1] = '\0';
    (void)err_set(&e, TM_EINVAL, "%s", text);
    assert_string_equal(e.text, text);
    text[ERR_TEXT_MAX - 1] = 'a';
    text[ERR_TEXT_MAX] = '\0';
    (void)err_set(&e, TM_EINVAL, "%s", text);
    assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
    assert_string_equal(e.text + ERR_TEXT_MAX - 5, "a...");
    (void)err_context(&e, "here");
    assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
    assert_memory_equal(e.text, "here: aaa", 9);
    assert_string_equal(e.text + ERR_TEXT_MAX - 4, "...");
}

static void test_errno(void **state)
{
    (void)state;
    static const struct {
        int number, code;
    } cases[] = {
        {ENOSPC, TM_ENOSPACE},
        {EDQUOT, TM_ENOSPACE},
        {ENOENT, TM_ENOTFOUND},
        {EACCES, TM_EIO},
    };
    for (size_t i = 0; i < tm_array_len(cases); i++) {
        struct err e;
        errno = cases[i].number;
        assert_int_equal(err_errno(&e, "open %s", "f"), cases[i].code);
        assert_int_equal(e.code, cases[i].code);
        char want[128] = "open f: ";
        (void)strncat(want, strerror(cases[i].number), 100);
        assert_string_equal(e.text, want);
        errno = cases[i].number;
        assert_int_equal(err_errno(NULL, "open"), cases[i].code);
    }
}

static void test_codes(void **state)
{
    (void)state;
    static const int codes[] = {
#define X(name, value, text) name,
#include "base/err.def"
#undef X
    };
    for (size_t i = 0; i < tm_array_len(codes); i++) {
        assert_true(codes[i] < 0);
        assert_string_not_equal(err_text(codes[i]), "unknown error");
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(codes[i], codes[k]);
            assert_string_not_equal(err_text(codes[i]), err_text(codes[k]));
        }
    }
    assert_string_equal(err_text(TM_OK), "no error");
    assert_string_equal(err_text(-9999), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_arguments_may_be_its_own_text),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_errno),
        cmocka_unit_test(test_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
