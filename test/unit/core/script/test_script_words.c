/* What is said, as a person hears it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/script/script_words.h"

static size_t find(const char *words, const char *what)
{
    return script_words_find(str_of(words), str_of(what), 0);
}

static void test_whole_words(void **state)
{
    (void)state;
    assert_int_equal(find("Hello, lakeside CLINIC here", "Lakeside Clinic"), 7);
    assert_true(find("Lakeside Clinics", "Lakeside Clinic") == SIZE_MAX);
    assert_true(find("aLakeside Clinic", "Lakeside Clinic") == SIZE_MAX);
    assert_int_equal(find("Press 99 or 9.", "9"), 12);
    assert_int_equal(find("a (A)", "(a)"), 2);
    assert_true(find("anything", "") == SIZE_MAX);
    assert_true(find("", "x") == SIZE_MAX);
    assert_true(script_words_key(str_of("press 9"), '9'));
    assert_false(script_words_key(str_of("press 19"), '9'));
    assert_true(script_words_key(str_of("the Star key"), '*'));
    assert_true(script_words_key(str_of("pound"), '#'));
    assert_true(script_words_key(str_of("hash"), '#'));
    assert_false(script_words_key(str_of("start"), '*'));
}

static void test_sentences(void **state)
{
    (void)state;
    struct slice s = str_of("One. Two at 3.5! Three");
    assert_int_equal(script_words_sentence_end(s, 0), 4);
    assert_int_equal(script_words_sentence_end(s, 4), 16);
    assert_int_equal(script_words_sentence_end(s, 16), 22);
    assert_int_equal(script_words_sentence_end(s, 22), 22);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        uint64_t e164;
        bool said;
    } c[] = {
        {"call 212 555 0100.", 12125550100, true},
        {"(212) 555-0100", 12125550100, true},
        {"+1 212.555.0100 now", 12125550100, true},
        {"9, 212 555 0100", 12125550100, true},
        {"212 555 010", 12125550100, false},
        {"212 555 0101", 12125550100, false},
        {"2 555 0100", 12125550100, false},
        {"x212 555 0100", 12125550100, false},
        {"212 555. 0100", 12125550100, false},
        {"020 7946 0000", 442079460000, true},
        {"+44 20 7946 0000", 442079460000, true},
        {"20 7946 0000", 442079460000, true},
        {"7946 0000", 442079460000, false},
        {"no number", 442079460000, false},
        {"", 442079460000, false},
    };
    for (size_t i = 0; i < tm_array_len(c); i++)
        if (script_words_number(str_of(c[i].words), c[i].e164) != c[i].said)
            fail_msg("%s", c[i].words);
}

/* Bytes of any kind are read to their end and no further. */
static void test_any_bytes(void **state)
{
    (void)state;
    static const char letters[] = "019 .-+()aZ\xc3\xa9!*#,";
    struct rng r;
    rng_init(&r, 7, "words");
    for (int i = 0; i < 20000; i++) {
        char text[24];
        size_t n = rng_below(&r, sizeof text + 1);
        for (size_t k = 0; k < n; k++)
            text[k] = letters[rng_below(&r, sizeof letters - 1)];
        char *exact = test_malloc(n + 1);
        memcpy(exact, text, n);
        struct slice s = str_range(exact, n);
        size_t at = script_words_find(s, str_of("a"), 0);
        assert_true(at == SIZE_MAX || at < n);
        assert_true(script_words_sentence_end(s, n / 2) <= n);
        (void)script_words_number(s, 101);
        (void)script_words_key(s, '9');
        test_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_words),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
