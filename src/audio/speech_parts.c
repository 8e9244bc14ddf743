#include "audio/speech_parts.h"

#include <string.h>

#include "base/arena.h"

enum { KEPT_SAMPLES_MAX = 20 * PCM_RATE };

struct part {
    char *key; /* voice, then text; NULL: free */
    size_t voice_n, text_n;
    struct pcm *sound;
};

/* Each sentence has one place, by its hash; who comes there last is kept. */
struct speech_parts {
    struct part part[SPEECH_PARTS_KEPT];
};

struct speech_parts *speech_parts_new(void)
{
    return mem_alloc(sizeof(struct speech_parts));
}

static void forget(struct part *p)
{
    pcm_unref(p->sound);
    mem_free(p->key);
    *p = (struct part){0};
}

void speech_parts_free(struct speech_parts *p)
{
    if (!p) {
        return;
    }
    for (size_t i = 0; i < SPEECH_PARTS_KEPT; ++i) {
        forget(&p->part[i]);
    }
    mem_free(p);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the full stop at `at` belongs to the word before it. */
static bool abbreviates(struct slice text, size_t at, struct slice voice)
{
    static const char *const word[] = {
        "mr",  "mrs", "ms", "dr", "prof", "st",   "jr",  "sr",  "no", "nr",
        "inc", "ltd", "co", "mt", "ft",   "corp", "ave", "apt", "vs", "etc"};
    size_t from = at;
    while (from > 0 && is_letter(text.p[from - 1])) {
        --from;
    }
    struct slice w = str_range(text.p + from, at - from);
    if (w.n == 0) { /* "am 5. Mai" is said otherwise than "on May 5." */
        return at > 0 && is_digit(text.p[at - 1]) && !str_starts(voice, "en") &&
               voice.n > 0;
    }
    for (size_t i = 0; i < sizeof word / sizeof *word; ++i) {
        if (str_eq_nocase(w, word[i])) {
            return true;
        }
    }
    return w.n == 1;
}

size_t speech_parts_first(struct slice text, struct slice voice)
{
    for (size_t i = 0; i + 2 < text.n; ++i) {
        char c = text.p[i];
        if ((c != '.' && c != '!' && c != '?') || text.p[i + 1] != ' ') {
            continue;
        }
        size_t next = i + 1;
        while (next < text.n && text.p[next] == ' ') {
            ++next;
        }
        /* A new sentence begins with a capital; bytes of other scripts than
         * Latin are taken for one. */
        bool capital =
            next < text.n && ((text.p[next] >= 'A' && text.p[next] <= 'Z') ||
                              (text.p[next] & 0x80));
        if (capital && (c != '.' || !abbreviates(text, i, voice))) {
            return next;
        }
    }
    return text.n;
}

static size_t place_of(struct slice text, struct slice voice)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < text.n; ++i) {
        h = (h ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
    }
    for (size_t i = 0; i < voice.n; ++i) {
        h = (h ^ (unsigned char)voice.p[i]) * UINT64_C(1099511628211);
    }
    return (size_t)((h ^ h >> 32) % SPEECH_PARTS_KEPT);
}

static bool is(const struct part *p, struct slice text, struct slice voice)
{
    return p->key && str_same(str_range(p->key, p->voice_n), voice) &&
           str_same(str_range(p->key + p->voice_n, p->text_n), text);
}

static void keep(struct part *p, struct slice text, struct slice voice,
                 struct pcm *sound)
{
    if (sound->n > KEPT_SAMPLES_MAX) {
        return;
    }
    forget(p);
    p->key = mem_alloc(voice.n + text.n + 1);
    p->voice_n = str_copy(p->key, voice.n + 1, voice);
    p->text_n = str_copy(p->key + voice.n, text.n + 1, text);
    p->sound = pcm_ref(sound);
}

static int say_one(struct speech_parts *p, struct slice text,
                   struct slice voice, struct pcm **out, struct err *e)
{
    struct part *at = &p->part[place_of(text, voice)];
    if (is(at, text, voice)) {
        *out = pcm_ref(at->sound);
        return TM_OK;
    }
    int rc = speech_say(text, voice, out, e);
    if (rc == TM_OK) {
        keep(at, text, voice, *out);
    }
    return rc;
}

/* Both in a row, with a pause when both are heard. Takes over a and b. */
static struct pcm *join(struct pcm *a, struct pcm *b)
{
    if (a->n == 0 || b->n == 0) {
        pcm_unref(a->n == 0 ? a : b);
        return a->n == 0 ? b : a;
    }
    size_t pause = (size_t)SPEECH_PARTS_PAUSE_MS * (PCM_RATE / 1000);
    struct pcm *out = pcm_new(a->n + pause + b->n);
    memcpy(out->sample, a->sample, a->n * sizeof *a->sample);
    memcpy(out->sample + a->n + pause, b->sample, b->n * sizeof *b->sample);
    pcm_unref(a);
    pcm_unref(b);
    return out;
}

int speech_parts_say(struct speech_parts *p, struct slice text,
                     struct slice voice, struct pcm **out, struct err *e)
{
    tm_assert(p != NULL && out != NULL);
    size_t n = speech_parts_first(text, voice);
    if (n == text.n || text.n > SPEECH_TEXT_MAX) {
        return say_one(p, text, voice, out, e);
    }
    struct pcm *all = NULL;
    int rc = TM_OK;
    while (rc == TM_OK && text.n > 0) {
        struct pcm *next = NULL;
        n = speech_parts_first(text, voice);
        rc = say_one(p, str_trim(str_range(text.p, n)), voice, &next, e);
        if (rc == TM_OK) {
            all = all ? join(all, next) : next;
        }
        text = str_range(text.p + n, text.n - n);
    }
    if (rc == TM_OK) {
        *out = all;
    } else {
        pcm_unref(all);
    }
    return rc;
}
