#include "audio/pcm.h"

#include "base/arena.h"
#include "base/assert.h"

struct pcm *pcm_new(size_t n)
{
    tm_assert(n <= SIZE_MAX / sizeof(int16_t) / 2);
    struct pcm *p = mem_alloc(sizeof *p);
    p->n = n;
    p->refs = 1;
    p->sample = mem_alloc(n * sizeof(int16_t) + sizeof(int16_t));
    return p;
}

struct pcm *pcm_ref(struct pcm *p)
{
    tm_assert(p != NULL && p->refs > 0);
    (void)__atomic_add_fetch(&p->refs, 1, __ATOMIC_RELAXED);
    return p;
}

void pcm_unref(struct pcm *p)
{
    if (p && __atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        mem_free(p->sample);
        mem_free(p);
    }
}

size_t pcm_ms(const struct pcm *p)
{
    tm_assert(p != NULL);
    return p->n * 1000 / PCM_RATE;
}
