/* G.711, tones, sound files, resampling and speech. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sndfile.h>
#include <unistd.h>

#include "audio/pcm_law.h"
#include "audio/resample.h"
#include "audio/speech.h"
#include "audio/tone.h"
#include "audio/wav.h"
#include "base/arena.h"

static int16_t decoded(enum pcm_law law, unsigned byte)
{
    uint8_t in = (uint8_t)byte;
    int16_t out;
    pcm_law_decode(law, &in, 1, &out);
    return out;
}

static uint8_t encoded(enum pcm_law law, int16_t sample)
{
    uint8_t out;
    pcm_law_encode(law, &sample, 1, &out);
    return out;
}

static void test_g711(void **state)
{
    (void)state;
    pcm_law_init();
    /* Table values of G.711, scaled to 16 bits. */
    assert_int_equal(decoded(PCM_ULAW, 0xff), 0);
    assert_int_equal(decoded(PCM_ULAW, 0x00), -32124);
    assert_int_equal(decoded(PCM_ULAW, 0x80), 32124);
    assert_int_equal(decoded(PCM_ALAW, 0xd5), 8);
    assert_int_equal(decoded(PCM_ALAW, 0x55), -8);
    assert_int_equal(decoded(PCM_ALAW, 0xaa), 32256);
    assert_int_equal(decoded(PCM_ALAW, 0x2a), -32256);
    for (int law = 0; law < 2; ++law) {
        enum pcm_law l = (enum pcm_law)law;
        /* Nearest of all 256 values: no other byte is closer. */
        for (int s = -32768; s <= 32767; s += 37) {
            int best = 70000;
            for (unsigned b = 0; b < 256; ++b) {
                int off = abs(decoded(l, b) - s);
                best = off < best ? off : best;
            }
            int got = abs(decoded(l, encoded(l, (int16_t)s)) - s);
            assert_int_equal(got, best);
        }
        for (unsigned b = 0; b < 256; ++b) {
            int16_t v = decoded(l, b);
            assert_int_equal(decoded(l, encoded(l, v)), v);
        }
    }
}

static double power_at(const int16_t *s, size_t n, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < n; ++i) {
        double w = 6.283185307179586 * hz * (double)i / PCM_RATE;
        re += s[i] * cos(w);
        im += s[i] * sin(w);
    }
    return sqrt(re * re + im * im) * 2 / (double)n;
}

static void test_tones(void **state)
{
    (void)state;
    struct pcm *p = tone_keys("5D", 100, 50);
    assert_int_equal(p->n, 2 * 1200);
    assert_true(power_at(p->sample, 800, 770) > 5000);
    assert_true(power_at(p->sample, 800, 1336) > 5000);
    assert_true(power_at(p->sample, 800, 941) < 500);
    assert_true(power_at(p->sample + 1200, 800, 941) > 5000);
    assert_true(power_at(p->sample + 1200, 800, 1633) > 5000);
    assert_int_equal(p->sample[1000], 0);
    pcm_unref(p);
    assert_null(tone_keys("5x", 100, 50));
    for (int i = 0; i < TONE_SIGNALS; ++i) {
        p = tone_signal((enum tone_signal)i);
        assert_true(p->n >= 1600);
        pcm_unref(p);
    }
}

/* 440 Hz for 200 ms that begins and ends without a step. */
static void test_agent_beep(void **state)
{
    (void)state;
    struct pcm *p = tone_signal(TONE_AGENT);
    assert_int_equal(pcm_ms(p), 200);
    assert_true(power_at(p->sample + 400, 800, 440) > 4500);
    assert_true(power_at(p->sample + 400, 800, 1000) < 100);
    assert_true(abs(p->sample[0]) < 10 && abs(p->sample[p->n - 1]) < 10);
    for (size_t i = 1; i < p->n; ++i) {
        assert_true(abs(p->sample[i] - p->sample[i - 1]) < 2000);
    }
    for (size_t i = 0; i < 20; ++i) { /* rises slowly, falls slowly */
        assert_true(abs(p->sample[i]) < 200);
        assert_true(abs(p->sample[p->n - 1 - i]) < 200);
    }
    pcm_unref(p);
}

static void write_file(const char *path, int rate, int channels, int hz,
                       int frames)
{
    SF_INFO info = {.samplerate = rate,
                    .channels = channels,
                    .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_non_null(f);
    for (int i = 0; i < frames; ++i) {
        int16_t v = (int16_t)(8000 * sin(6.283185307179586 * hz * i / rate));
        int16_t frame[8];
        for (int c = 0; c < channels; ++c) {
            frame[c] = v;
        }
        assert_int_equal(sf_writef_short(f, frame, 1), 1);
    }
    (void)sf_close(f);
}

static void test_files_of_any_rate(void **state)
{
    (void)state;
    static const int rate[] = {8000, 11025, 16000, 22050, 44100, 48000, 6000};
    char path[] = "/tmp/telemark-wav-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    for (size_t i = 0; i < sizeof rate / sizeof rate[0]; ++i) {
        struct pcm *p = NULL;
        struct err e = {0};
        write_file(path, rate[i], i % 2 ? 2 : 1, 700, rate[i] / 2);
        assert_int_equal(wav_read(path, &p, &e), TM_OK);
        assert_true(p->n >= 3990 && p->n <= 4000);
        assert_true(power_at(p->sample + 400, 3200, 700) > 7000);
        assert_true(power_at(p->sample + 400, 3200, 900) < 400);
        pcm_unref(p);
    }
    struct pcm *p = NULL;
    struct err e = {0};
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs("this is no sound", f);
    (void)fclose(f);
    assert_int_equal(wav_read(path, &p, &e), TM_ECORRUPT);
    assert_non_null(strstr(e.text, path));
    (void)unlink(path);
    assert_int_equal(wav_read(path, &p, &e), TM_ENOTFOUND);
}

static void test_writer(void **state)
{
    (void)state;
    char path[] = "/tmp/telemark-rec-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    struct err e = {0};
    struct wav_writer *w = NULL;
    struct pcm *p = tone_plain(500, 9000, 300), *back = NULL;
    assert_int_equal(wav_writer_open(&w, fd, &e), TM_OK);
    assert_int_equal(wav_writer_add(w, p->sample, 1000, &e), TM_OK);
    /* Readable before it is closed, as after a crash. */
    assert_int_equal(wav_read(path, &back, &e), TM_OK);
    assert_int_equal(back->n, 1000);
    pcm_unref(back);
    assert_int_equal(wav_writer_add(w, p->sample + 1000, 1400, &e), TM_OK);
    wav_writer_close(w);
    assert_int_equal(wav_read(path, &back, &e), TM_OK);
    assert_int_equal(back->n, 2400);
    assert_memory_equal(back->sample, p->sample, 4800);
    pcm_unref(back);
    pcm_unref(p);
    (void)unlink(path);
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(wav_writer_open(&w, fd, &e), TM_EIO);
    assert_int_equal(fcntl(fd, F_GETFD), -1); /* closed all the same */
}

static void test_speech(void **state)
{
    (void)state;
    static const struct {
        const char *voice, *text;
    } say[] = {
        {"en", "This is a survey. Press one."},
        {"", "This is a survey. Press one."},
        {"ru", "Нажмите один, если вы согласны."},
        {"fi", "Paina yksi, jos haluat jatkaa."},
        {"nb", "Trykk en for å fortsette nå."},
        {"ko", "계속하려면 일번을 누르십시오."},
        {"it", "Premere uno per continuare."},
    };
    size_t first = 0;
    for (size_t i = 0; i < sizeof say / sizeof say[0]; ++i) {
        struct pcm *p = NULL;
        struct err e = {0};
        int rc = speech_say(str_of(say[i].text), str_of(say[i].voice), &p, &e);
        if (rc) {
            fail_msg("%s: %s", say[i].voice, e.text);
        }
        assert_true(pcm_ms(p) > 800 && pcm_ms(p) < 8000);
        int peak = 0;
        for (size_t k = 0; k < p->n; ++k) {
            peak = abs(p->sample[k]) > peak ? abs(p->sample[k]) : peak;
        }
        assert_true(peak > 15000 && peak < 17000);
        if (i == 0) {
            first = p->n;
        } else if (i == 1) {
            /* "" is "en"; the engine's noise moves the ends a little. */
            assert_true(labs((long)p->n - (long)first) < 400);
        }
        pcm_unref(p);
    }
    struct pcm *p = NULL;
    struct err e = {0};
    assert_int_equal(speech_say(str_of("x"), str_of("xx-none"), &p, &e),
                     TM_EUNSUPPORTED);
    assert_int_equal(speech_say(str_of("x"), str_of("../en"), &p, &e),
                     TM_EUNSUPPORTED);
    char *big = mem_alloc(SPEECH_TEXT_MAX + 2);
    memset(big, 'a', SPEECH_TEXT_MAX + 1);
    assert_int_equal(speech_say(str_of(big), str_of("en"), &p, &e), TM_ELIMIT);
    mem_free(big);
    assert_int_equal(speech_say(str_of(""), str_of("en"), &p, &e), TM_OK);
    assert_int_equal(p->n, 0);
    pcm_unref(p);
    speech_fini();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_g711),
        cmocka_unit_test(test_tones),
        cmocka_unit_test(test_agent_beep),
        cmocka_unit_test(test_files_of_any_rate),
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_speech),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
