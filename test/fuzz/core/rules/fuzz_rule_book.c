/* Rule packs: one pack, or two when the text has a form feed in it. */
#include <string.h>

#include "core/rules/rule_book.h"
#include "fuzz.h"

static void walk(const struct rule_book *book)
{
    tm_assert(rule_book_packs(book) != NULL);
    tm_assert(rule_book_size(book) <= RULE_BOOK_RULES_MAX);
    for (size_t i = 0; i < rule_book_size(book); i++) {
        const struct rule *rule = rule_book_at(book, i);

        tm_assert(rule->id != NULL && rule->code != NULL);
        tm_assert(rule->role < RULE_ROLE_COUNT);
        tm_assert(rule->status < RULE_STATUS_COUNT);
        tm_assert(rule_book_find(book, rule->id) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *text = (const char *)data;
    const char *cut = n > 0 ? memchr(text, '\f', n) : NULL;
    size_t first = cut ? (size_t)(cut - text) : n;
    struct rule_pack_text packs[2] = {
        {"one", str_range(text, first)},
        {"two", cut ? str_range(cut + 1, n - first - 1) : str_of("")},
    };
    const struct rule_book *book = NULL;
    struct arena arena;
    struct err e = {0};

    arena_init(&arena);
    int rc = rule_book_load(&arena, packs, cut ? 2 : 1, &book, &e);
    tm_assert((rc == 0) == (book != NULL));
    tm_assert(rc == 0 || e.text[0] != '\0');
    if (rc == 0)
        walk(book);
    arena_fini(&arena);
    return 0;
}
