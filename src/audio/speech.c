#include "audio/speech.h"

#include <espeak-ng/speak_lib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audio/resample.h"
#include "base/arena.h"

enum {
    VOICE_MAX = 32,
    SECONDS_MAX = 600,
    PEAK = 16000, /* about -6 dBFS: as loud as telephone speech is */
    QUIET = 150,  /* below: counts as silence at the ends */
    MARGIN = PCM_RATE / 20,
};

/* espeak-ng keeps all its state in globals and calls back without context
 * until text is given, so ours must be one too. */
static struct {
    pthread_mutex_t lock;
    int rate; /* 0: not started */
    char voice[VOICE_MAX];
} engine = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct gathering {
    int16_t *s;
    size_t n, cap, max;
};

static int on_sound(short *wave, int n, espeak_EVENT *events)
{
    struct gathering *g = events ? events->user_data : NULL;
    if (!g || !wave || n <= 0) {
        return 0;
    }
    size_t add = (size_t)n;
    if (g->n + add > g->max) {
        return 1; /* stop */
    }
    if (g->n + add > g->cap) {
        g->cap = (g->n + add) * 2;
        g->s = mem_resize(g->s, g->cap * sizeof *g->s);
    }
    memcpy(g->s + g->n, wave, add * sizeof *wave);
    g->n += add;
    return 0;
}

static int start(struct err *e)
{
    if (engine.rate == 0) {
        int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL,
                                     espeakINITIALIZE_DONT_EXIT);
        if (rate <= 0) {
            return err_set(e, TM_EIO,
                           "espeak-ng cannot start: is the package "
                           "espeak-ng-data installed?");
        }
        engine.rate = rate;
        engine.voice[0] = '\0';
        espeak_SetSynthCallback(on_sound);
    }
    return TM_OK;
}

static int voice_set(struct slice voice, struct err *e)
{
    char name[VOICE_MAX];
    if (voice.n == 0) {
        voice = str_of("en");
    }
    if (voice.n >= sizeof name || memchr(voice.p, '/', voice.n) ||
        memchr(voice.p, '.', voice.n)) {
        return err_set(e, TM_EUNSUPPORTED, "no voice has such a name");
    }
    (void)str_copy(name, sizeof name, voice);
    if (strcmp(name, engine.voice) != 0) {
        if (espeak_SetVoiceByName(name) != EE_OK) {
            return err_set(e, TM_EUNSUPPORTED, "espeak-ng has no voice \"%s\"",
                           name);
        }
        (void)str_copy(engine.voice, sizeof engine.voice, voice);
    }
    return TM_OK;
}

/* Cuts the ends' silence and brings the loudest sample to PEAK. */
static struct pcm *finish(const struct pcm *p)
{
    size_t from = 0, to = p->n;
    int peak = 0;
    while (from < to && abs(p->sample[from]) < QUIET) {
        ++from;
    }
    while (to > from && abs(p->sample[to - 1]) < QUIET) {
        --to;
    }
    if (from == to) {
        return pcm_new(0);
    }
    from = from > MARGIN ? from - MARGIN : 0;
    to = p->n - to > MARGIN ? to + MARGIN : p->n;
    for (size_t i = from; i < to; ++i) {
        peak = abs(p->sample[i]) > peak ? abs(p->sample[i]) : peak;
    }
    struct pcm *out = pcm_new(to - from);
    for (size_t i = 0; i < out->n && peak > 0; ++i) {
        out->sample[i] = (int16_t)(p->sample[from + i] * PEAK / peak);
    }
    return out;
}

static int say(const char *text, size_t n, struct slice voice,
               struct gathering *g, struct err *e)
{
    int rc = start(e);
    if (rc == TM_OK) {
        rc = voice_set(voice, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    g->max = (size_t)engine.rate * SECONDS_MAX;
    if (espeak_Synth(text, n + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL,
                     g) != EE_OK) {
        return err_set(e, TM_EIO, "espeak-ng failed on a text of %zu bytes", n);
    }
    return TM_OK;
}

/* A voice has several, each after a byte of its priority. */
static bool has_tag(const char *languages, const char *tag)
{
    const char *p = languages;
    while (*p != '\0') {
        if (strcasecmp(p + 1, tag) == 0) {
            return true;
        }
        p += strlen(p + 1) + 2;
    }
    return false;
}

static int find_voice(const char *tag, struct buf *tags, struct err *e)
{
    int rc = start(e);
    if (rc != TM_OK) {
        return rc;
    }
    const espeak_VOICE **voice = espeak_ListVoices(NULL);
    for (size_t i = 0; voice[i] != NULL; i++) {
        if (has_tag(voice[i]->languages, tag)) {
            return TM_OK;
        }
    }
    for (size_t i = 0; voice[i] != NULL; i++) {
        buf_addf(tags, "%s%s", i == 0 ? "" : " ", voice[i]->languages + 1);
    }
    return err_set(e, TM_EUNSUPPORTED, "there is no voice '%s'", tag);
}

int speech_voice(struct slice tag, struct buf *tags, struct err *e)
{
    char name[VOICE_MAX];
    struct slice variant, base = str_cut(tag, '+', &variant);
    (void)str_copy(name, sizeof name, base.n > 0 ? base : str_of("en"));
    int rc = pthread_mutex_lock(&engine.lock);
    tm_assert(rc == 0);
    int result = find_voice(name, tags, e);
    (void)pthread_mutex_unlock(&engine.lock);
    return result;
}

int speech_say(struct slice text, struct slice voice, struct pcm **out,
               struct err *e)
{
    tm_assert(out != NULL);
    if (text.n > SPEECH_TEXT_MAX) {
        return err_set(e, TM_ELIMIT,
                       "a text of %zu bytes is too long to speak (%d)", text.n,
                       SPEECH_TEXT_MAX);
    }
    struct gathering g = {0};
    char *copy = mem_alloc(text.n + 1);
    (void)str_copy(copy, text.n + 1, text);
    int rc = pthread_mutex_lock(&engine.lock);
    tm_assert(rc == 0);
    int result = say(copy, strlen(copy), voice, &g, e);
    unsigned rate = (unsigned)engine.rate;
    (void)pthread_mutex_unlock(&engine.lock);
    mem_free(copy);
    if (result == TM_OK) {
        struct pcm *raw = resample_to_8k(g.s, g.n, rate);
        *out = finish(raw);
        pcm_unref(raw);
    }
    mem_free(g.s);
    return result;
}

void speech_fini(void)
{
    int rc = pthread_mutex_lock(&engine.lock);
    tm_assert(rc == 0);
    if (engine.rate > 0) {
        (void)espeak_Terminate();
        engine.rate = 0;
    }
    (void)pthread_mutex_unlock(&engine.lock);
}
