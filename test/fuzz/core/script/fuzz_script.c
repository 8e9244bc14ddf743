/* Scripts of campaigns, read line by line. */
#include "base/kv.h"
#include "core/script/script.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct script *script = NULL;
    struct kv_reader reader;
    struct kv_line line;
    struct arena arena;
    struct err e = {0};
    int rc = 0;

    arena_init(&arena);
    struct script_parser *parser = script_parser_new(&arena, "fuzz");
    kv_open(&reader, "fuzz", str_range((const char *)data, n));
    while (rc == 0 && (rc = kv_next(&reader, &line, &e)) == 1)
        rc = script_owns(line.section) ? script_parse_line(parser, &line, &e)
                                       : 0;
    if (rc == 0)
        rc = script_parse_end(parser, &script, &e);
    tm_assert((rc == 0) == (script != NULL));
    tm_assert(rc == 0 || e.text[0] != '\0');
    arena_fini(&arena);
    return 0;
}
