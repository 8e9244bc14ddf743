#include "core/number/number_pattern.h"

#include "base/assert.h"
#include "core/number/number_table.h"

/* The numbers are those of tools/number/pattern.mjs. */
enum op {
    OP_END,
    OP_SET,
    OP_SPLIT,
    OP_JUMP,
    OP_SAVE,
    OP_MATCH,
};

enum {
    CHOICES_MAX = 64, /* choices open at a time; the longest plan needs few */
};

struct state {
    uint32_t at; /* word of number_table_code */
    struct number_pattern_match m;
};

static enum op op_at(uint32_t at)
{
    return (enum op)(number_table_code[at] >> 12);
}

static uint32_t arg_at(uint32_t at)
{
    return number_table_code[at] & 0xfffu;
}

static void save(struct state *s, uint32_t slot)
{
    uint32_t group = slot / 2;

    tm_assert(group < NUMBER_PATTERN_GROUPS);
    if (slot % 2 == 0)
        s->m.from[group] = s->m.end;
    else
        s->m.to[group] = s->m.end;
}

/* One word without choice; false when the way ends here. */
static bool step(struct state *s, const struct number_digits *d)
{
    uint32_t arg = arg_at(s->at);

    switch (op_at(s->at)) {
    case OP_SET:
        if (s->m.end >= d->n || (arg >> d->d[s->m.end] & 1) == 0)
            return false;
        s->m.end++;
        break;
    case OP_END:
        if (s->m.end != d->n)
            return false;
        break;
    case OP_SAVE: save(s, arg); break;
    case OP_JUMP: s->at += arg; return true;
    case OP_SPLIT:
    case OP_MATCH:
    default: tm_unreachable("choice or end in a plain step");
    }
    s->at++;
    return true;
}

bool number_pattern_match(uint16_t program, const struct number_digits *d,
                          bool whole, struct number_pattern_match *m)
{
    struct state open[CHOICES_MAX];
    size_t n = 0;

    if (program == NUMBER_TABLE_NO_PROGRAM)
        return false;
    open[n++] = (struct state){.at = program};
    while (n > 0) {
        struct state s = open[--n];
        bool alive = true;

        while (alive) {
            if (op_at(s.at) == OP_MATCH) {
                if (!whole || s.m.end == d->n) {
                    *m = s.m;
                    return true;
                }
                alive = false;
            } else if (op_at(s.at) == OP_SPLIT) {
                tm_assert(n < CHOICES_MAX);
                open[n] = s;
                open[n++].at += arg_at(s.at);
                s.at++;
            } else {
                alive = step(&s, d);
            }
        }
    }
    return false;
}
