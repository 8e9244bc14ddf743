#include "report/sim_plot.h"

#include "base/assert.h"

const char *const sim_plot_style =
    ".plot path{fill:none;stroke-width:1.6;stroke-linejoin:round}"
    ".plot .limit{stroke:var(--stop);stroke-dasharray:5 4}"
    ".l-good{stroke:var(--good)}.l-calm{stroke:var(--calm)}"
    ".l-wait{stroke:var(--wait)}.l-stop{stroke:var(--stop)}"
    ".l-pale{stroke:var(--pale)}";

enum {
    LEFT = 56,
    TOP = 10,
    WIDTH = 510,
    HEIGHT = 150,
    BOTTOM = TOP + HEIGHT,
};

/* 1, 2 or 5 times a power of ten, so that at most `most` steps reach to. */
static double step_of(double to, double most)
{
    double step = 0.001;
    for (int i = 0; to / step > most; i++)
        step = i % 3 == 1 ? step * 2.5 : step * 2.0;
    return step;
}

/* Hours: whole ones, or their usual parts. */
static double hours_step(double hours)
{
    static const double step[] = {1.0 / 12, 1.0 / 6, 0.25, 0.5, 1, 2, 3, 6};
    size_t i = 0;
    while (i + 1 < tm_array_len(step) && hours / step[i] > 9.0)
        i++;
    return step[i];
}

static double highest(const struct sim_plot *p)
{
    double most = p->top > p->level * 1.2 ? p->top : p->level * 1.2;
    for (size_t k = 0; k < p->lines; k++)
        for (size_t i = 0; i < p->points; i++)
            if (p->line[k].y[i] > most)
                most = p->line[k].y[i];
    return most > 0 ? most : 1;
}

/* A length in tenths, as text. */
static void tenths(struct buf *b, double v)
{
    unsigned t = v > 0 ? (unsigned)(v * 10 + 0.5) : 0;
    buf_addf(b, "%u.%u", t / 10, t % 10);
}

static double y_of(double v, double most)
{
    return BOTTOM - v / most * HEIGHT;
}

static void grid(struct buf *b, const struct sim_plot *p, double most)
{
    double step = step_of(most, 5);
    int decimals = step < 0.01 ? 3 : step < 0.1 ? 2 : step < 1 ? 1 : 0;
    for (int i = 0; i * step <= most * 1.0001; i++) {
        buf_addf(b, "<line x1=\"%d\" x2=\"%d\" y1=\"", LEFT, LEFT + WIDTH);
        tenths(b, y_of(i * step, most));
        buf_add_str(b, "\" y2=\"");
        tenths(b, y_of(i * step, most));
        buf_addf(b, "\"/><text x=\"%d\" y=\"", LEFT - 6);
        tenths(b, y_of(i * step, most) + 4);
        buf_addf(b, "\" text-anchor=\"end\">%.*f%s</text>", decimals, i * step,
                 p->unit);
    }
}

static void put_time(struct buf *b, const struct sim_plot *p, double at)
{
    int minutes = (int)(at * 60 + 0.5);
    if (p->clock)
        buf_addf(b, "%d:%02d", minutes / 60 % 24, minutes % 60);
    else
        buf_addf(b, "%d", (int)(at + 0.5));
}

static void times(struct buf *b, const struct sim_plot *p)
{
    double span = p->to - p->from;
    double step = p->clock ? hours_step(span) : step_of(span, 9);
    step = p->clock || step > 1 ? step : 1;
    long first = (long)(p->from / step);
    for (long i = first; (double)i * step <= p->to + 1e-9; i++) {
        double at = (double)i * step;
        if (at < p->from - 1e-9)
            continue;
        buf_add_str(b, "<text text-anchor=\"middle\" x=\"");
        tenths(b, LEFT + (at - p->from) / span * WIDTH);
        buf_addf(b, "\" y=\"%d\">", BOTTOM + 20);
        put_time(b, p, at);
        buf_add_str(b, "</text>");
    }
    if (!p->clock)
        buf_addf(b, "<text x=\"0\" y=\"%d\">day</text>", BOTTOM + 20);
}

static void curve(struct buf *b, const struct sim_plot *p,
                  const struct sim_plot_line *l, double most)
{
    buf_addf(b, "<path class=\"l-%s\" d=\"", l->tone);
    for (size_t i = 0; i < p->points; i++) {
        buf_add_char(b, i == 0 ? 'M' : 'L');
        tenths(b, LEFT + ((double)i + 0.5) / (double)p->points * WIDTH);
        buf_add_char(b, ' ');
        tenths(b, y_of(l->y[i], most));
    }
    buf_add_str(b, "\"/>");
}

static void level(struct buf *b, double at, double most)
{
    if (at <= 0)
        return;
    buf_addf(b, "<path class=\"limit\" d=\"M%d ", LEFT);
    tenths(b, y_of(at, most));
    buf_addf(b, "H%d\"/>", LEFT + WIDTH);
}

static void key(struct buf *b, const struct sim_plot *p)
{
    buf_add_str(b, "<ul class=\"key\">");
    for (size_t k = 0; k < p->lines; k++)
        buf_addf(b,
                 "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\">"
                 "<rect width=\"10\" height=\"10\" rx=\"2\" class=\"%s\"/>"
                 "</svg>%s</li>",
                 p->line[k].tone, p->line[k].name);
    if (p->level > 0)
        buf_addf(b, "<li>dashed: the limit, %g%s</li>", p->level, p->unit);
    buf_add_str(b, "</ul>");
}

void sim_plot(struct buf *b, const struct sim_plot *p)
{
    tm_assert(p->lines <= SIM_PLOT_LINES_MAX && p->to > p->from);
    double most = highest(p);
    buf_addf(b,
             "<svg class=\"chart plot\" viewBox=\"0 0 590 186\" role=\"img\" "
             "aria-label=\"%s\">",
             p->title);
    grid(b, p, most);
    times(b, p);
    for (size_t k = 0; k < p->lines; k++)
        curve(b, p, &p->line[k], most);
    level(b, p->level, most);
    buf_add_str(b, "</svg>");
    key(b, p);
}
