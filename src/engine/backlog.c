#include "engine/backlog.h"

#include <string.h>

#include "base/arena.h"

void backlog_init(struct backlog *b)
{
    *b = (struct backlog){0};
}

void backlog_fini(struct backlog *b)
{
    while (b->head != NULL)
        backlog_drop_head(b);
}

/* Every text of a record, so that no copy forgets one. */
static void each_text(struct record *r, void (*fn)(void *arg, struct slice *s),
                      void *arg)
{
    fn(arg, &r->key);
    fn(arg, &r->value);
    fn(arg, &r->rules);
    fn(arg, &r->versions);
    fn(arg, &r->note);
    fn(arg, &r->dialog);
}

static void add_size(void *arg, struct slice *s)
{
    *(size_t *)arg += s->n;
}

static void move_text(void *arg, struct slice *s)
{
    char **at = arg;
    if (s->n > 0)
        memcpy(*at, s->p, s->n);
    s->p = *at;
    *at += s->n;
}

void backlog_push(struct backlog *b, const struct record *r, size_t n)
{
    tm_assert(n > 0);
    size_t texts = 0;
    for (size_t i = 0; i < n; i++) {
        struct record tmp = r[i];
        each_text(&tmp, add_size, &texts);
    }
    struct backlog_batch *batch =
        mem_alloc(sizeof(*batch) + n * sizeof(*r) + texts + 1);
    batch->record = (struct record *)(void *)(batch + 1);
    batch->n = n;
    char *at = (char *)(batch->record + n);
    for (size_t i = 0; i < n; i++) {
        batch->record[i] = r[i];
        each_text(&batch->record[i], move_text, &at);
    }
    if (b->tail != NULL)
        b->tail->next = batch;
    else
        b->head = batch;
    b->tail = batch;
    b->n++;
}

void backlog_drop_head(struct backlog *b)
{
    tm_assert(b->head != NULL);
    struct backlog_batch *batch = b->head;
    b->head = batch->next;
    if (b->head == NULL)
        b->tail = NULL;
    b->n--;
    mem_free(batch);
}
