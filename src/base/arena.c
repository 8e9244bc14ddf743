#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_MIN = 4096,
    BLOCK_MAX = 1 << 20,
    ALIGN = _Alignof(max_align_t),
};

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char data[];
};

static void out_of_memory(size_t n)
{
    (void)fprintf(stderr,
                  "telemark: out of memory (%zu bytes asked for). Give the "
                  "machine or the service more memory.\n",
                  n);
    (void)fflush(stderr);
    abort();
}

void *mem_alloc(size_t n)
{
    tm_assert(n > 0);
    void *p = calloc(1, n);
    if (!p) {
        out_of_memory(n);
    }
    return p;
}

void *mem_resize(void *p, size_t n)
{
    tm_assert(n > 0);
    void *q = realloc(p, n);
    if (!q) {
        out_of_memory(n);
    }
    return q;
}

void mem_free(void *p)
{
    free(p);
}

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

static void free_blocks(struct arena_block *b)
{
    while (b) {
        struct arena_block *next = b->next;
        mem_free(b);
        b = next;
    }
}

void arena_fini(struct arena *a)
{
    free_blocks(a->head);
    *a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
    if (a->head) {
        free_blocks(a->head->next);
        a->head->next = NULL;
        a->head->used = 0;
    }
    a->used = 0;
}

/* A block with room for n bytes. A large one goes behind the head, so that
 * what is left in the head is still used. */
static struct arena_block *add_block(struct arena *a, size_t n)
{
    size_t size = a->head ? a->head->size * 2 : BLOCK_MIN;
    size = size > BLOCK_MAX ? BLOCK_MAX : size;
    bool large = a->head && n > size / 4;
    if (large || n > size) {
        size = n;
    }
    struct arena_block *b = mem_alloc(sizeof *b + size);
    b->size = size;
    if (large) {
        b->next = a->head->next;
        a->head->next = b;
    } else {
        b->next = a->head;
        a->head = b;
    }
    return b;
}

static size_t aligned(size_t n)
{
    tm_assert(n < SIZE_MAX / 2);
    return n == 0 ? ALIGN : (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* Not zeroed. */
static void *take(struct arena *a, size_t n)
{
    size_t need = aligned(n);
    struct arena_block *b = a->head;
    if (!b || b->size - b->used < need) {
        b = add_block(a, need);
    }
    void *p = b->data + b->used;
    b->used += need;
    a->used += n;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    return memset(take(a, n), 0, aligned(n));
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    tm_assert(size == 0 || count <= SIZE_MAX / 4 / size);
    return arena_alloc(a, count * size);
}

char *arena_strdup(struct arena *a, struct slice s)
{
    char *p = take(a, s.n + 1);
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    p[s.n] = '\0';
    return p;
}
