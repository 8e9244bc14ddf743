/* The text format of campaigns, scenarios and rule packs. */
#include "base/kv.h"
#include "fuzz.h"

/* A slice handed out lies inside the text, or is empty. */
static void inside(struct slice part, const char *text, size_t n)
{
    if (part.n > 0)
        tm_assert(part.p >= text && part.p + part.n <= text + n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *text = (const char *)data;
    struct kv_reader reader;
    struct kv_line line;
    struct err e = {0};
    int last = 0;
    int rc;

    kv_open(&reader, "fuzz", str_range(text, n));
    while ((rc = kv_next(&reader, &line, &e)) == 1) {
        tm_assert(line.line > last);
        tm_assert(line.section_line <= line.line);
        last = line.line;
        inside(line.section, text, n);
        inside(line.key, text, n);
        inside(line.value, text, n);
    }
    tm_assert(rc <= 0);
    tm_assert(rc == 0 || e.text[0] != '\0');
    return 0;
}
