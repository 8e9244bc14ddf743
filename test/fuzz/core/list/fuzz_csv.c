/* Lists as people send them. The first byte says how the text is cut into
 * pieces: the rows must not depend on it. */
#include "base/rng.h"
#include "core/list/csv.h"
#include "fuzz.h"

static void mix(uint64_t *hash, uint64_t value)
{
    *hash = rng_mix(*hash ^ value);
}

static void take(uint64_t *hash, const struct csv_row *row)
{
    mix(hash, row->line);
    mix(hash, (uint64_t)row->fault);
    tm_assert(row->cells <= CSV_CELLS_MAX);
    tm_assert(csv_fault_text(row->fault) != NULL);
    for (size_t i = 0; i < row->cells; i++) {
        struct slice cell = row->cell[i];

        tm_assert(cell.n <= CSV_ROW_BYTES_MAX);
        mix(hash, cell.n);
        for (size_t k = 0; k < cell.n; k++)
            mix(hash, (unsigned char)cell.p[k]);
    }
}

static uint64_t rows_of(struct slice text, char delimiter, size_t step)
{
    struct csv c;
    struct csv_row row;
    uint64_t hash = 0;
    uint64_t last = 0;

    csv_open(&c, delimiter);
    for (size_t at = 0; at < text.n; at += step) {
        size_t n = text.n - at < step ? text.n - at : step;
        struct slice piece = str_range(text.p + at, n);

        while (csv_next(&c, &piece, &row)) {
            tm_assert(row.line > last);
            last = row.line;
            take(&hash, &row);
        }
        tm_assert(piece.n == 0);
    }
    while (csv_end(&c, &row)) {
        tm_assert(row.line > last);
        take(&hash, &row);
    }
    csv_fini(&c);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    struct slice text = str_range((const char *)data + 1, n - 1);
    char delimiter = csv_guess_delimiter(text);

    tm_assert(rows_of(text, delimiter, text.n) ==
              rows_of(text, delimiter, (size_t)data[0] + 1));
    return 0;
}
