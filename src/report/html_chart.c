#include "report/html_chart.h"

#include "report/words.h"

enum { FULL = 10000 }; /* hundredths of a percent */

/* At least one percent when there is anything: a bar nobody sees would say
 * that there is nothing. */
static unsigned part_of(uint64_t n, uint64_t of)
{
    if (n == 0 || of == 0)
        return 0;
    /* A running server writes between the reads: parts may exceed a whole. */
    if (n > of)
        n = of;
    tm_assert(n <= UINT64_MAX / FULL);
    unsigned w = (unsigned)(n * FULL / of);
    return w < FULL / 100 ? FULL / 100 : w;
}

/* Hundredths as a decimal fraction. */
static void length(struct buf *b, unsigned hundredths)
{
    buf_addf(b, "%u.%02u", hundredths / 100, hundredths % 100);
}

void html_chart_bar(struct buf *b, uint64_t n, uint64_t of, const char *tone)
{
    buf_add_str(b, "<td class=\"bar\"><svg viewBox=\"0 0 100 12\" "
                   "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                   "<rect height=\"12\" width=\"");
    length(b, part_of(n, of));
    buf_addf(b, "\" class=\"%s\"/></svg></td>", tone);
}

static void point(struct buf *b, char verb, unsigned x, unsigned y)
{
    buf_add_char(b, verb);
    length(b, x);
    buf_addf(b, " %u", y);
}

void html_chart_funnel(struct buf *b, uint64_t n, uint64_t next, uint64_t of)
{
    unsigned top = part_of(n, of), bottom = part_of(next, of);
    unsigned left = (FULL - top) / 2, right = (FULL + top) / 2;
    buf_add_str(b, "<td class=\"bar\"><svg viewBox=\"0 0 100 44\" "
                   "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                   "<path class=\"good\" d=\"");
    /* Straight for most of the height, then towards the next. */
    point(b, 'M', left, 0);
    point(b, 'L', right, 0);
    point(b, 'L', right, 30);
    point(b, 'L', (FULL + bottom) / 2, 44);
    point(b, 'L', (FULL - bottom) / 2, 44);
    point(b, 'L', left, 30);
    buf_add_str(b, "Z\"/></svg></td>");
}

void html_chart_stack(struct buf *b, const struct html_part *part, size_t n)
{
    uint64_t all = 0;
    unsigned x = 0;
    char count[WORDS_MAX];
    for (size_t i = 0; i < n; i++)
        all += part[i].n;
    buf_add_str(b, "<svg class=\"stack\" viewBox=\"0 0 100 20\" "
                   "preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (size_t i = 0; i < n && all > 0; i++) {
        unsigned w = (unsigned)(part[i].n * FULL / all);
        buf_add_str(b, "<rect height=\"20\" x=\"");
        length(b, x);
        buf_add_str(b, "\" width=\"");
        length(b, w);
        buf_addf(b, "\" class=\"%s\"/>", part[i].tone);
        x += w;
    }
    buf_add_str(b, "</svg><ul class=\"key\">");
    for (size_t i = 0; i < n; i++)
        buf_addf(b,
                 "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\">"
                 "<rect width=\"10\" height=\"10\" rx=\"2\" class=\"%s\"/>"
                 "</svg>%s %s</li>",
                 part[i].tone, words_count(part[i].n, count), part[i].name);
    buf_add_str(b, "</ul>");
}

/* 1, 2 or 5 times a power of ten, so that at most four lines fit. */
static uint64_t step_of(uint64_t most)
{
    uint64_t step = 1;
    for (int i = 0; most / step >= 5; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

enum {
    CHART_LEFT = 56,
    CHART_TOP = 8,
    CHART_WIDTH = 510,
    CHART_HEIGHT = 150,
};

static void grid(struct buf *b, uint64_t most)
{
    char count[WORDS_MAX];
    uint64_t step = step_of(most);
    for (uint64_t v = 0; v <= most; v += step) {
        unsigned y =
            CHART_TOP + CHART_HEIGHT - (unsigned)(v * CHART_HEIGHT / most);
        buf_addf(b,
                 "<line x1=\"%d\" x2=\"%d\" y1=\"%u\" y2=\"%u\"/>"
                 "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">%s</text>",
                 CHART_LEFT, CHART_LEFT + CHART_WIDTH, y, y, CHART_LEFT - 6,
                 y + 4, words_count(v, count));
    }
}

static void column(struct buf *b, unsigned x, unsigned width, uint64_t n,
                   uint64_t most)
{
    uint64_t h = n * CHART_HEIGHT * 10 / most;
    uint64_t y = (uint64_t)(CHART_TOP + CHART_HEIGHT) * 10 - h;
    buf_addf(b, "x=\"%u\" width=\"%u\" y=\"%llu.%llu\" height=\"%llu.%llu\"/>",
             x, width, (unsigned long long)y / 10, (unsigned long long)y % 10,
             (unsigned long long)h / 10, (unsigned long long)h % 10);
}

/* What a chart of columns shows: a slot each from first to last. */
struct columns {
    unsigned slots, first, last, per_label;
    uint64_t whole[CALLER_FIGURES_HALVES], part[CALLER_FIGURES_HALVES];
    uint64_t most;
};
_Static_assert((int)FIGURES_HOURS <= (int)CALLER_FIGURES_HALVES,
               "hours fit too");

static void put(struct columns *c, unsigned i, uint64_t whole, uint64_t part)
{
    tm_assert(i < c->slots);
    c->whole[i] = whole;
    c->part[i] = part;
    if (whole == 0)
        return;
    c->first = c->most == 0 ? i : c->first;
    c->last = i;
    c->most = whole > c->most ? whole : c->most;
}

static void columns(struct buf *b, struct columns *c, const char *label)
{
    unsigned first = c->first, last = c->last;
    /* Few hours would give boards instead of columns. */
    while (last - first < 9 && (first > 0 || last < c->slots - 1)) {
        last += last < c->slots - 1;
        first -= last - first < 9 && first > 0;
    }
    unsigned slot = CHART_WIDTH / (last - first + 1), gap = slot / 5;
    buf_addf(b,
             "<svg class=\"chart\" viewBox=\"0 0 570 188\" role=\"img\" "
             "aria-label=\"%s\">",
             label);
    grid(b, c->most);
    for (unsigned i = first; i <= last; i++) {
        unsigned x = CHART_LEFT + (i - first) * slot + gap / 2;
        buf_add_str(b, "<rect class=\"pale\" ");
        column(b, x, slot - gap, c->whole[i], c->most);
        buf_add_str(b, "<rect class=\"good\" ");
        column(b, x, slot - gap, c->part[i], c->most);
        /* A label stands below its hour's first half, every other one where
         * they would touch. */
        if (i % c->per_label == 0 &&
            (slot * c->per_label >= 20 || i / c->per_label % 2 == 0))
            buf_addf(b,
                     "<text x=\"%u\" y=\"%d\" text-anchor=\"middle\">%u"
                     "</text>",
                     x + (slot - gap) / 2, CHART_TOP + CHART_HEIGHT + 22,
                     i / c->per_label);
    }
    buf_add_str(b, "</svg>");
}

void html_chart_hours(struct buf *b, const struct figures *f)
{
    struct columns c = {.slots = FIGURES_HOURS, .per_label = 1};
    for (unsigned i = 0; i < FIGURES_HOURS; i++)
        put(&c, i, f->hour[i].placed, f->hour[i].live);
    if (c.most > 0)
        columns(b, &c,
                "Calls by hour of the called person's day; the table has the "
                "figures");
}

void html_chart_halves(
    struct buf *b, const struct caller_figures_count day[CALLER_FIGURES_HALVES])
{
    struct columns c = {.slots = CALLER_FIGURES_HALVES, .per_label = 2};
    for (unsigned i = 0; i < CALLER_FIGURES_HALVES; i++)
        put(&c, i, day[i].callers, day[i].talked);
    if (c.most > 0)
        columns(b, &c, "Calls to us by half hour; the table has the figures");
}
