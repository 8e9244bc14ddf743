/* Speech put together from sentences that are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audio/speech_parts.h"
#include "base/arena.h"

static void test_sentences(void **state)
{
    (void)state;
    static const struct {
        const char *text, *voice, *first;
    } c[] = {
        {"Hello.", "en", "Hello."},
        {"Hello Ann. This is a call.", "en-us", "Hello Ann. "},
        {"Hello . This is a call.", "en", "Hello . "},
        {"How are you?  Fine!", "en", "How are you?  "},
        {"Hello Dr. Smith. How are you?", "en", "Hello Dr. Smith. "},
        {"It is J. R. Ewing! Who?", "en", "It is J. R. Ewing! "},
        {"It costs 3.5 dollars. Press 1.", "en", "It costs 3.5 dollars. "},
        {"On May 5. Press 1.", "en-us", "On May 5. "},
        {"Am 5. Mai. Und dann", "de", "Am 5. Mai. "},
        {"see a.b. and so on", "en", "see a.b. and so on"},
        {"Hei. \xc3\x84lk\xc3\xa4\xc3\xa4.", "fi", "Hei. "},
        {"No ending", "en", "No ending"},
        {". ", "en", ". "},
        {"", "en", ""},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; ++i) {
        size_t n = speech_parts_first(str_of(c[i].text), str_of(c[i].voice));
        if (n != strlen(c[i].first)) {
            fail_msg("\"%s\": first sentence of %zu bytes, not \"%s\"",
                     c[i].text, n, c[i].first);
        }
    }
}

static struct pcm *said(struct speech_parts *p, const char *text)
{
    struct pcm *out = NULL;
    struct err e = {0};
    int rc = speech_parts_say(p, str_of(text), str_of("en"), &out, &e);
    if (rc != TM_OK) {
        fail_msg("%s", e.text);
    }
    assert_non_null(out);
    return out;
}

static void test_put_together(void **state)
{
    (void)state;
    struct speech_parts *p = speech_parts_new();
    struct pcm *a = said(p, "Hello Ann."), *b = said(p, "This is a call.");
    struct pcm *both = said(p, "Hello Ann. This is a call.");
    size_t pause = SPEECH_PARTS_PAUSE_MS * PCM_RATE / 1000;
    assert_true(a->n > PCM_RATE / 5 && b->n > PCM_RATE / 5);
    assert_int_equal(both->n, a->n + pause + b->n);
    assert_memory_equal(both->sample, a->sample, a->n * sizeof *a->sample);
    for (size_t i = 0; i < pause; ++i) {
        assert_int_equal(both->sample[a->n + i], 0);
    }
    assert_memory_equal(both->sample + a->n + pause, b->sample,
                        b->n * sizeof *b->sample);
    struct pcm *again = said(p, "This is a call.");
    assert_ptr_equal(again, b); /* kept, not made anew */
    pcm_unref(a);
    pcm_unref(b);
    pcm_unref(both);
    pcm_unref(again);
    speech_parts_free(p);
}

/* More sentences than are kept: nobody hears another one's. espeak-ng says
 * the same text a little differently each time, so lengths tell. */
static void test_many(void **state)
{
    (void)state;
    struct speech_parts *p = speech_parts_new();
    struct pcm *yes = said(p, "Yes.");
    size_t pause = SPEECH_PARTS_PAUSE_MS * PCM_RATE / 1000;
    for (unsigned i = 0; i < SPEECH_PARTS_KEPT * 2; ++i) {
        char text[64];
        (void)snprintf(text, sizeof text, "%u. Yes.", i * i);
        struct pcm *both = said(p, text);
        text[strlen(text) - 5] = '\0';
        struct pcm *alone = NULL;
        struct err e = {0};
        assert_int_equal(speech_say(str_of(text), str_of("en"), &alone, &e),
                         TM_OK);
        size_t sum = alone->n + pause + yes->n;
        assert_in_range(both->n, sum - 800, sum + 800); /* 100 ms */
        pcm_unref(both);
        pcm_unref(alone);
    }
    pcm_unref(yes);
    speech_parts_free(p);
    speech_parts_free(NULL);
}

static void test_errors(void **state)
{
    (void)state;
    struct speech_parts *p = speech_parts_new();
    struct pcm *out = NULL;
    struct err e = {0};
    assert_int_equal(
        speech_parts_say(p, str_of("One. Two."), str_of("xx-none"), &out, &e),
        TM_EUNSUPPORTED);
    char *big = mem_alloc(SPEECH_TEXT_MAX + 2);
    memset(big, 'a', SPEECH_TEXT_MAX + 1);
    memcpy(big, "Hi. Aa", 6);
    assert_int_equal(speech_parts_say(p, str_of(big), str_of("en"), &out, &e),
                     TM_ELIMIT);
    mem_free(big);
    assert_null(out);
    struct pcm *none = said(p, "");
    assert_int_equal(none->n, 0);
    pcm_unref(none);
    speech_parts_free(p);
    speech_fini();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_put_together),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
