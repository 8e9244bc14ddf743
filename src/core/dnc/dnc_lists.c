#include "core/dnc/dnc_lists.h"

#include <string.h>

const struct dnc_set *dnc_lists_find(const struct dnc_lists *l,
                                     const char *name)
{
    tm_assert(l->n <= DNC_LISTS_MAX);
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->set[i].name, name) == 0) {
            return &l->set[i];
        }
    }
    return NULL;
}
