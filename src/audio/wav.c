#include "audio/wav.h"

#include <sndfile.h>
#include <stdbool.h>
#include <string.h>

#include "audio/resample.h"
#include "base/arena.h"

enum { CHANNELS_MAX = 32, BLOCK = 4096 };

struct wav_writer {
    SNDFILE *file;
};

static int refuse(const char *path, struct err *e)
{
    int code = sf_error(NULL);
    const char *why = sf_strerror(NULL);
    if (code == SF_ERR_SYSTEM) {
        return err_set(e, TM_ENOTFOUND, "cannot open sound file \"%s\": %s",
                       path, why);
    }
    return err_set(e, TM_ECORRUPT, "\"%s\" is no sound file we can read: %s",
                   path, why);
}

/* Mixes interleaved frames down to one channel. */
static void mix_down(const int16_t *in, size_t frames, int channels,
                     int16_t *out)
{
    for (size_t i = 0; i < frames; ++i) {
        int sum = 0;
        for (int c = 0; c < channels; ++c) {
            sum += in[i * (size_t)channels + (size_t)c];
        }
        out[i] = (int16_t)(sum / channels);
    }
}

static size_t read_all(SNDFILE *f, int channels, int16_t *out, size_t max)
{
    int16_t *block =
        mem_alloc((size_t)BLOCK * (size_t)channels * sizeof *block);
    size_t at = 0;
    while (at < max) {
        size_t want = max - at < BLOCK ? max - at : BLOCK;
        sf_count_t got = sf_readf_short(f, block, (sf_count_t)want);
        if (got <= 0) {
            break;
        }
        mix_down(block, (size_t)got, channels, out + at);
        at += (size_t)got;
    }
    mem_free(block);
    return at;
}

static bool info_sane(const SF_INFO *i)
{
    return i->channels > 0 && i->channels <= CHANNELS_MAX &&
           i->samplerate >= 1000 && i->samplerate <= 768000 && i->frames >= 0;
}

int wav_read(const char *path, struct pcm **out, struct err *e)
{
    tm_assert(path != NULL && out != NULL);
    SF_INFO info = {0};
    SNDFILE *f = sf_open(path, SFM_READ, &info);
    if (!f) {
        return refuse(path, e);
    }
    int rc = TM_OK;
    if (!info_sane(&info)) {
        rc = err_set(e, TM_ECORRUPT, "\"%s\": %d channels at %d Hz", path,
                     info.channels, info.samplerate);
    } else if (info.frames / info.samplerate > WAV_SECONDS_MAX) {
        rc = err_set(e, TM_ELIMIT, "\"%s\" is longer than %d seconds", path,
                     WAV_SECONDS_MAX);
    } else {
        size_t max = (size_t)info.frames;
        int16_t *mono = mem_alloc((max + 1) * sizeof *mono);
        size_t n = read_all(f, info.channels, mono, max);
        *out = resample_to_8k(mono, n, (unsigned)info.samplerate);
        mem_free(mono);
    }
    (void)sf_close(f);
    return rc;
}

int wav_writer_open(struct wav_writer **out, int fd, struct err *e)
{
    tm_assert(fd >= 0 && out != NULL);
    SF_INFO info = {
        .samplerate = PCM_RATE,
        .channels = 1,
        .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16,
    };
    SNDFILE *f = sf_open_fd(fd, SFM_WRITE, &info, SF_TRUE);
    if (!f) {
        return err_set(e, TM_EIO, "cannot write a sound file: %s",
                       sf_strerror(NULL));
    }
    (void)sf_command(f, SFC_SET_UPDATE_HEADER_AUTO, NULL, SF_TRUE);
    *out = mem_alloc(sizeof **out);
    (*out)->file = f;
    return TM_OK;
}

int wav_writer_add(struct wav_writer *w, const int16_t *s, size_t n,
                   struct err *e)
{
    tm_assert(w != NULL && w->file != NULL);
    if (sf_write_short(w->file, s, (sf_count_t)n) != (sf_count_t)n) {
        return err_set(e, TM_EIO, "cannot write a recording: %s",
                       sf_strerror(w->file));
    }
    return TM_OK;
}

void wav_writer_close(struct wav_writer *w)
{
    if (w) {
        (void)sf_close(w->file);
        mem_free(w);
    }
}
