#include "sim/person_list.h"

#include "sim/person_list_row.h"

enum { CHUNK = 32768, CHUNK_MAX = 65536 };

struct writer {
    person_list_write_fn *write;
    void *arg;
    struct buf b;
    int rc; /* first refusal of write */
    uint64_t lines;
};

void person_list_options_init(struct person_list_options *o, uint64_t seed,
                              uint64_t people)
{
    *o = (struct person_list_options){
        .seed = seed,
        .people = people,
        .today = {2026, 11, 2},
        .national_ppm = 60000,
        .internal_ppm = 15000,
    };
}

static int check_options(const struct person_list_options *o, struct err *e)
{
    if (o->people < 1 || o->people > PERSON_LIST_PEOPLE_MAX)
        return err_set(e, TM_EINVAL, "a list holds 1 to %d people",
                       PERSON_LIST_PEOPLE_MAX);
    if (!civil_date_valid(o->today) || o->today.year < 1990 ||
        o->today.year > 2100)
        return err_set(e, TM_EINVAL, "today must be a day of 1990 to 2100");
    if (o->national_ppm > 1000000 || o->internal_ppm > 1000000)
        return err_set(e, TM_EINVAL, "a share is at most 1,000,000 ppm");
    return TM_OK;
}

static void writer_init(struct writer *w, person_list_write_fn *write,
                        void *arg)
{
    *w = (struct writer){.write = write, .arg = arg};
    buf_init(&w->b, CHUNK_MAX);
}

/* Hands over what is there when it is enough, or at the end. */
static void writer_flush(struct writer *w, bool end)
{
    tm_assert(!w->b.failed); /* a row is far below CHUNK_MAX - CHUNK */
    if (w->b.n == 0 || (w->b.n < CHUNK && !end))
        return;
    for (size_t i = 0; i < w->b.n; i++)
        w->lines += w->b.p[i] == '\n';
    if (w->rc == 0) {
        int rc = w->write(w->arg, buf_slice(&w->b));
        w->rc = rc < 0 ? rc : 0;
    }
    buf_clear(&w->b);
}

static int writer_fini(struct writer *w, struct err *e)
{
    writer_flush(w, true);
    buf_fini(&w->b);
    if (w->rc < 0 && e != NULL && e->code == 0)
        err_set(e, w->rc, "the list could not be written");
    return w->rc;
}

static void count_row(struct person_list_counts *c,
                      const struct person_list_row *row)
{
    bool usable = person_list_row_usable(row->kind);
    c->rows++;
    c->row[row->kind]++;
    c->line_breaks += row->line_break;
    c->quotes += row->quotes;
    if (!usable) {
        c->unusable++;
        return;
    }
    c->usable++;
    c->two_in_cell += row->second != 0;
    c->junk_cells += row->junk_cells;
    c->national += row->national;
    c->internal += row->internal;
    switch (row->consent) {
    case PERSON_CONSENT_WRITTEN: c->written++; break;
    case PERSON_CONSENT_WITHDRAWN: c->withdrawn++; break;
    case PERSON_CONSENT_OTHER: c->other_consent++; break;
    case PERSON_CONSENT_NONE: c->no_consent++; break;
    }
}

/* After each row chance adds a second row of somebody before, or nothing at
 * all: a blank line. */
static void add_trouble(const struct person_list_options *o, uint64_t i,
                        struct writer *w, struct person_list_counts *c)
{
    struct rng r;
    rng_init_of(&r, o->seed, "list trouble", i);
    bool doubled = rng_chance_ppm(&r, 40000);
    uint64_t j = rng_below(&r, i + 1);
    if (doubled && person_list_row(o, j) == PERSON_ROW_GOOD) {
        struct person_list_row row;
        person_list_row_make(o, j, &row);
        person_list_row_write(o, &row, i + 1, &w->b);
        c->rows++;
        c->duplicates++;
        c->line_breaks += row.line_break;
        c->quotes += row.quotes;
    }
    if (rng_chance_ppm(&r, 4000)) {
        buf_add_str(&w->b, "\r\n");
        c->blank_lines++;
    }
}

int person_list_write(const struct person_list_options *o,
                      person_list_write_fn *write, void *arg,
                      struct person_list_counts *counts, struct err *e)
{
    int rc = check_options(o, e);
    if (rc < 0)
        return rc;
    struct person_list_counts c = {0};
    struct writer w;
    writer_init(&w, write, arg);
    buf_add_str(&w.b, PERSON_LIST_HEADER);
    for (uint64_t i = 0; i < o->people && w.rc == 0; i++) {
        struct person_list_row row;
        person_list_row_make(o, i, &row);
        person_list_row_write(o, &row, 0, &w.b);
        count_row(&c, &row);
        add_trouble(o, i, &w, &c);
        writer_flush(&w, false);
    }
    rc = writer_fini(&w, e);
    c.lines = w.lines;
    tm_assert(c.rows == c.usable + c.unusable + c.duplicates);
    if (rc == 0 && counts != NULL)
        *counts = c;
    return rc;
}

/* Numbers the register lists besides, from slots no list of this size uses
 * and outside the fiction range. */
static uint64_t stranger(const struct person_list_options *o, uint64_t i)
{
    uint64_t slot = o->people * PERSON_LIST_SLOTS + PERSON_NUMBER_FICTION + i;
    return person_number_us(o->seed, slot, NULL);
}

static size_t collect_listed(const struct person_list_options *o, uint64_t *out)
{
    size_t n = 0;
    for (uint64_t i = 0; i < o->people; i++) {
        struct person_list_row row;
        person_list_row_make(o, i, &row);
        if (!row.national)
            continue;
        for (size_t k = 0; k < PERSON_LIST_PHONES; k++)
            if (row.phone[k] != 0)
                out[n++] = row.phone[k];
        if (row.second != 0)
            out[n++] = row.second;
    }
    size_t listed = n;
    for (size_t i = 0; i < listed; i++)
        out[n++] = stranger(o, i);
    return n;
}

/* Heap sort: no worst case, and the same in every C library. */
static void sift(uint64_t *v, size_t at, size_t n)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n)
            return;
        child += child + 1 < n && v[child + 1] > v[child];
        if (v[at] >= v[child])
            return;
        uint64_t t = v[at];
        v[at] = v[child];
        v[child] = t;
        at = child;
    }
}

static void sort_numbers(uint64_t *v, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(v, i, n);
    for (size_t i = n; i-- > 1;) {
        uint64_t t = v[0];
        v[0] = v[i];
        v[i] = t;
        sift(v, 0, i);
    }
}

int person_list_write_dnc(const struct person_list_options *o,
                          person_list_write_fn *write, void *arg, struct err *e)
{
    int rc = check_options(o, e);
    if (rc < 0)
        return rc;
    size_t max = o->people * PERSON_LIST_SLOTS * 2;
    uint64_t *number = mem_alloc(max * sizeof number[0]);
    size_t n = collect_listed(o, number);
    tm_assert(n <= max);
    sort_numbers(number, n);
    struct writer w;
    writer_init(&w, write, arg);
    for (size_t i = 0; i < n && w.rc == 0; i++) {
        unsigned long long national = number[i] % 10000000000ULL;
        buf_addf(&w.b, "%03llu,%07llu\n", national / 10000000,
                 national % 10000000);
        writer_flush(&w, false);
    }
    mem_free(number);
    return writer_fini(&w, e);
}

int person_list_write_internal(const struct person_list_options *o,
                               person_list_write_fn *write, void *arg,
                               struct err *e)
{
    int rc = check_options(o, e);
    if (rc < 0)
        return rc;
    struct writer w;
    writer_init(&w, write, arg);
    for (uint64_t i = 0; i < o->people && w.rc == 0; i++) {
        struct person_list_row row;
        person_list_row_make(o, i, &row);
        for (size_t k = 0; k < PERSON_LIST_PHONES && row.internal; k++) {
            if (row.phone[k] == 0)
                continue;
            enum person_spelling s = (enum person_spelling)(i % 5);
            person_number_write(&w.b, row.phone[k], s);
            buf_add_char(&w.b, '\n');
        }
        writer_flush(&w, false);
    }
    return writer_fini(&w, e);
}

uint64_t person_list_number(const struct person_list_options *o, uint64_t i)
{
    struct person_list_row row;
    person_list_row_make(o, i, &row);
    for (size_t k = 0; k < PERSON_LIST_PHONES; k++)
        if (row.phone[k] != 0)
            return row.phone[k];
    return 0;
}
