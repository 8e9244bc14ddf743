#include "store/dnc_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"

enum {
    RUN_NUMBERS = 1 << 22, /* 32 MiB */
    RUNS_MAX = 4096,
    OUT_NUMBERS = 1 << 16,
};

/* Sorted numbers, one of the sources of the merge. */
struct run {
    const uint64_t *at, *end;
    bool base;
};

struct dnc_build {
    char path[DATA_DIR_PATH_MAX + 40]; /* of the image; "" before */
    char runs_path[DATA_DIR_PATH_MAX + 40];
    int runs_fd, image_fd;
    uint64_t *number, *removed;
    size_t n, removes;
    uint64_t run_size[RUNS_MAX];
    size_t runs;
    struct err fault; /* the first thing that went wrong */
};

struct dnc_build *dnc_build_new(const struct data_dir *dir)
{
    struct dnc_build *b = mem_alloc(sizeof(*b));
    memset(b, 0, sizeof(*b));
    b->runs_fd = b->image_fd = -1;
    data_dir_path(dir, "dnc/.new.XXXXXX", b->path, sizeof(b->path));
    (void)str_copy(b->runs_path, sizeof(b->runs_path), str_of(b->path));
    b->number = mem_alloc((size_t)RUN_NUMBERS * sizeof(*b->number));
    return b;
}

static int compare(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

/* Registers are sorted mostly. */
static void sort(uint64_t *number, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (number[i - 1] > number[i]) {
            qsort(number, n, sizeof(*number), compare);
            return;
        }
    }
}

static int write_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return -1;
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

static void fail(struct dnc_build *b, const char *what, const char *path)
{
    if (b->fault.code == TM_OK)
        (void)err_errno(&b->fault, "cannot %s %s", what, path);
}

/* The numbers at hand become a run of the file. */
static void spill(struct dnc_build *b)
{
    if (b->n == 0 || b->fault.code != TM_OK)
        return;
    if (b->runs == RUNS_MAX) {
        (void)err_set(&b->fault, TM_ELIMIT,
                      "more than %llu numbers are too many for one list",
                      (unsigned long long)RUNS_MAX * RUN_NUMBERS);
        return;
    }
    if (b->runs_fd < 0) {
        b->runs_fd = mkostemp(b->runs_path, O_CLOEXEC);
        if (b->runs_fd < 0 || unlink(b->runs_path) != 0) {
            fail(b, "make", b->runs_path);
            return;
        }
    }
    sort(b->number, b->n);
    if (write_all(b->runs_fd, b->number, b->n * sizeof(*b->number)) != 0)
        fail(b, "write", b->runs_path);
    b->run_size[b->runs++] = b->n;
    b->n = 0;
}

void dnc_build_add(struct dnc_build *b, uint64_t e164)
{
    if (b->n == RUN_NUMBERS) {
        spill(b);
        b->n = 0;
    }
    b->number[b->n++] = e164;
}

void dnc_build_remove(struct dnc_build *b, uint64_t e164)
{
    if (b->removes == DNC_BUILD_REMOVED_MAX) {
        if (b->fault.code == TM_OK)
            (void)err_set(&b->fault, TM_ELIMIT,
                          "more than %d numbers are taken out: import the "
                          "full list instead",
                          DNC_BUILD_REMOVED_MAX);
        return;
    }
    if (b->removed == NULL)
        b->removed =
            mem_alloc((size_t)DNC_BUILD_REMOVED_MAX * sizeof(*b->removed));
    b->removed[b->removes++] = e164;
}

/* --- merging --------------------------------------------------------------*/

struct merge {
    struct run run[RUNS_MAX + 2];
    size_t n;
    uint64_t out[OUT_NUMBERS];
    size_t outs;
    uint64_t count, last;
};

/* A heap: the run with the least number on top. */
static void sink(struct merge *m, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1;
        for (size_t k = left; k < left + 2 && k < m->n; k++)
            if (*m->run[k].at < *m->run[least].at)
                least = k;
        if (least == i)
            return;
        struct run swap = m->run[i];
        m->run[i] = m->run[least];
        m->run[least] = swap;
        i = least;
    }
}

static void add_run(struct merge *m, const uint64_t *p, size_t n, bool base)
{
    if (n > 0)
        m->run[m->n++] = (struct run){p, p + n, base};
}

static int put(struct dnc_build *b, struct merge *m, uint64_t number)
{
    if (m->count > 0 && number == m->last)
        return 0;
    m->last = number;
    m->count++;
    m->out[m->outs++] = number;
    if (m->outs < OUT_NUMBERS)
        return 0;
    m->outs = 0;
    return write_all(b->image_fd, m->out, sizeof(m->out));
}

static bool is_removed(const struct dnc_build *b, uint64_t number)
{
    return b->removes > 0 && bsearch(&number, b->removed, b->removes,
                                     sizeof(number), compare) != NULL;
}

static int merge_runs(struct dnc_build *b, struct merge *m)
{
    for (size_t i = m->n; i-- > 0;)
        sink(m, i);
    while (m->n > 0) {
        struct run *top = &m->run[0];
        uint64_t number = *top->at++;
        bool out = top->base && is_removed(b, number);
        if (!out && put(b, m, number) != 0)
            return -1;
        if (top->at == top->end)
            *top = m->run[--m->n];
        sink(m, 0);
    }
    return write_all(b->image_fd, m->out, m->outs * sizeof(*m->out));
}

static int merge_all(struct dnc_build *b, const struct dnc_set *base,
                     uint64_t *count, struct err *e)
{
    size_t spilled = 0, at = 0;
    const uint64_t *map = NULL;
    struct merge *m = mem_alloc(sizeof(*m));
    *m = (struct merge){0};
    for (size_t i = 0; i < b->runs; i++)
        spilled += b->run_size[i];
    if (spilled > 0) {
        void *p = mmap(NULL, spilled * sizeof(*map), PROT_READ, MAP_SHARED,
                       b->runs_fd, 0);
        map = p == MAP_FAILED ? NULL : p;
    }
    int rc = TM_OK;
    if (spilled > 0 && map == NULL)
        rc = err_errno(e, "cannot map %s", b->runs_path);
    for (size_t i = 0; rc == TM_OK && i < b->runs; at += b->run_size[i++])
        add_run(m, map + at, b->run_size[i], false);
    add_run(m, b->number, b->n, false);
    if (base != NULL)
        add_run(m, base->number, base->count, true);
    if (rc == TM_OK && merge_runs(b, m) != 0)
        rc = err_errno(e, "cannot write %s", b->path);
    if (map != NULL)
        (void)munmap((void *)(uintptr_t)map, spilled * sizeof(*map));
    *count = m->count;
    mem_free(m);
    return rc;
}

/* The heading can be made when the numbers are written. */
static int seal(struct dnc_build *b, struct dnc_set *meta, struct err *e)
{
    unsigned char page[DNC_SET_PAGE] = {0};
    size_t size = DNC_SET_PAGE + meta->count * sizeof(uint64_t);
    void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, b->image_fd, 0);
    if (map == MAP_FAILED)
        return err_errno(e, "cannot map %s", b->path);
    const unsigned char *image = map;
    int rc = dnc_set_seal(meta, (const void *)(image + DNC_SET_PAGE),
                          (size_t)meta->count, page, e);
    (void)munmap(map, size);
    if (rc == TM_OK &&
        (pwrite(b->image_fd, page, sizeof(page), 0) != (ssize_t)sizeof(page) ||
         fsync(b->image_fd) != 0))
        rc = err_errno(e, "cannot write %s", b->path);
    return rc;
}

int dnc_build_finish(struct dnc_build *b, struct dnc_set *meta,
                     const struct dnc_set *base, struct err *e)
{
    tm_assert(b->image_fd < 0);
    if (b->runs > 0)
        spill(b);
    else
        sort(b->number, b->n);
    if (b->fault.code != TM_OK) {
        *e = b->fault;
        return e->code;
    }
    if (b->removes > 0)
        sort(b->removed, b->removes);
    b->image_fd = mkostemp(b->path, O_CLOEXEC);
    if (b->image_fd < 0)
        return err_errno(e, "cannot make %s", b->path);
    if (lseek(b->image_fd, DNC_SET_PAGE, SEEK_SET) != DNC_SET_PAGE)
        return err_errno(e, "cannot write %s", b->path);
    int rc = merge_all(b, base, &meta->count, e);
    return rc == TM_OK ? seal(b, meta, e) : rc;
}

const char *dnc_build_path(const struct dnc_build *b)
{
    return b->path;
}

void dnc_build_free(struct dnc_build *b)
{
    if (b == NULL)
        return;
    if (b->runs_fd >= 0)
        (void)close(b->runs_fd);
    if (b->image_fd >= 0) {
        (void)close(b->image_fd);
        (void)unlink(b->path);
    }
    mem_free(b->removed);
    mem_free(b->number);
    mem_free(b);
}
