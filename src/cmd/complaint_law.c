#include "cmd/complaint_law.h"

#include "cmd/command.h"
#include "cmd/embedded.h"
#include "cmd/law.h"

enum { FILE_MAX = 1 << 20 };

int complaint_law(struct arena *a, const char *file,
                  const struct penalty_book **book,
                  const struct complaint_days **days, struct err *e)
{
    struct law_packs packs;
    struct buf text;
    int rc = law_packs(&packs, a, NULL, e);
    if (rc == TM_OK)
        rc = complaint_due_days(a, packs.pack, packs.n, days, e);
    if (rc != TM_OK)
        return rc;
    if (file == NULL) {
        const struct embedded_file *f = &embedded_penalties[0];
        return penalty_load(
            a, f->name, str_range((const char *)f->bytes, f->size), book, e);
    }
    rc = command_read_file(file, FILE_MAX, &text, e);
    if (rc != TM_OK)
        return rc;
    rc = penalty_load(a, file, buf_slice(&text), book, e);
    buf_fini(&text);
    return rc;
}
