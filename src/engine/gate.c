#include "engine/gate.h"

#include <string.h>

#include "base/arena.h"

void gate_init(struct gate *g)
{
    *g = (struct gate){0};
}

void gate_fini(struct gate *g)
{
    while (g->head != NULL) {
        struct gate_item *next = g->head->next;
        gate_item_free(g->head);
        g->head = next;
    }
    gate_init(g);
}

static size_t text_bytes(const struct campaign_action *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->prompts; i++)
        n += a->prompt[i].text.n + a->prompt[i].voice.n;
    return n;
}

static struct slice copy_text(char **at, struct slice s)
{
    if (s.n == 0)
        return str_range(*at, 0);
    memcpy(*at, s.p, s.n);
    struct slice out = str_range(*at, s.n);
    *at += s.n;
    return out;
}

void gate_push(struct gate *g, uint64_t seq, size_t campaign,
               const struct campaign_action *action)
{
    tm_assert(g->tail == NULL || g->tail->seq <= seq);
    size_t prompts = action->prompts * sizeof(struct prompt);
    struct gate_item *item =
        mem_alloc(sizeof(*item) + prompts + text_bytes(action) + 1);
    item->seq = seq;
    item->campaign = campaign;
    item->action = *action;
    struct prompt *copy = (struct prompt *)(void *)(item + 1);
    char *text = (char *)(copy + action->prompts);
    for (size_t i = 0; i < action->prompts; i++) {
        copy[i].kind = action->prompt[i].kind;
        copy[i].text = copy_text(&text, action->prompt[i].text);
        copy[i].voice = copy_text(&text, action->prompt[i].voice);
    }
    item->action.prompt = copy;
    if (g->tail != NULL)
        g->tail->next = item;
    else
        g->head = item;
    g->tail = item;
    g->n++;
}

struct gate_item *gate_pop(struct gate *g, uint64_t durable)
{
    struct gate_item *item = g->head;
    if (item == NULL || item->seq > durable)
        return NULL;
    g->head = item->next;
    if (g->head == NULL)
        g->tail = NULL;
    item->next = NULL;
    tm_assert(g->n > 0);
    g->n--;
    return item;
}

void gate_item_free(struct gate_item *item)
{
    mem_free(item);
}

bool gate_holds(const struct gate *g, size_t campaign)
{
    for (const struct gate_item *i = g->head; i != NULL; i = i->next)
        if (i->campaign == campaign)
            return true;
    return false;
}
