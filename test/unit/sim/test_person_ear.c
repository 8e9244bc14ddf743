#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/person_ear.h"

static const int64_t MS = 1000;

static void test_prompts_are_counted(void **state)
{
    (void)state;
    struct person_ear ear = {0};
    for (unsigned n = 0; n < 3; n++) {
        int64_t t = n * 5000 * MS;
        assert_int_equal(person_ear_voice(&ear, t), PERSON_EAR_STARTS);
        assert_int_equal(ear.prompt, n);
        /* a pause too short for the media plane brings no news */
        assert_int_equal(person_ear_voice(&ear, t + 900 * MS),
                         PERSON_EAR_NOTHING);
        assert_int_equal(person_ear_silence(&ear, t + 3000 * MS),
                         PERSON_EAR_OVER);
        assert_int_equal(ear.prompt, n + 1);
    }
}

static void test_silence_alone_is_nothing(void **state)
{
    (void)state;
    struct person_ear ear = {0};
    assert_int_equal(person_ear_silence(&ear, 0), PERSON_EAR_NOTHING);
    assert_int_equal(ear.prompt, 0);
    assert_false(person_ear_pressed(&ear, 0));
    assert_int_equal(ear.prompt, 0);
}

/* Pressed in the middle, the caller falls silent, then asks the next. */
static void test_cut_prompt_dies_away(void **state)
{
    (void)state;
    struct person_ear ear = {0};
    (void)person_ear_voice(&ear, 0);
    assert_true(person_ear_pressed(&ear, 1000 * MS));
    assert_int_equal(ear.prompt, 1);
    assert_int_equal(person_ear_silence(&ear, 1700 * MS), PERSON_EAR_NOTHING);
    assert_int_equal(person_ear_voice(&ear, 2500 * MS), PERSON_EAR_STARTS);
    assert_int_equal(ear.prompt, 1);
    assert_int_equal(person_ear_silence(&ear, 4000 * MS), PERSON_EAR_OVER);
}

/* Pressed in the middle, and the next prompt follows without a gap. */
static void test_cut_prompt_runs_into_the_next(void **state)
{
    (void)state;
    struct person_ear ear = {0};
    (void)person_ear_voice(&ear, 0);
    assert_true(person_ear_pressed(&ear, 1000 * MS));
    assert_int_equal(person_ear_silence(&ear, 1000 * MS + 2500 * MS),
                     PERSON_EAR_OVER);
    assert_int_equal(ear.prompt, 2);
    /* the memory of the cut is gone with it */
    (void)person_ear_voice(&ear, 4000 * MS);
    assert_int_equal(person_ear_silence(&ear, 4100 * MS), PERSON_EAR_OVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prompts_are_counted),
        cmocka_unit_test(test_silence_alone_is_nothing),
        cmocka_unit_test(test_cut_prompt_dies_away),
        cmocka_unit_test(test_cut_prompt_runs_into_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
