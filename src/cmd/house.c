#include "cmd/house.h"

#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/law.h"
#include "core/number/number_zone.h"

enum { ZONE_BYTES_MAX = 1 << 20 };

int house_open(struct house *h, const char *path, void (*post)(void *arg),
               void *post_arg, struct err *e)
{
    memset(h, 0, sizeof(*h));
    int rc = data_dir_open(&h->dir, path, DATA_DIR_OWN, e);
    if (rc != TM_OK)
        return rc;
    struct sqlite_store_options o = {
        .dir = &h->dir, .post = post, .post_arg = post_arg};
    rc = sqlite_store_open(&o, &h->store, e);
    if (rc != TM_OK)
        data_dir_close(&h->dir);
    return rc;
}

void house_close(struct house *h)
{
    sqlite_store_close(h->store);
    data_dir_close(&h->dir);
    h->store = NULL;
}

int house_rules(struct arena *a, const char *folder,
                const struct rule_book **out, struct err *e)
{
    struct law_packs packs;
    int rc = law_packs(&packs, a, folder, e);
    if (rc != TM_OK)
        return rc;
    return rule_book_load(a, packs.pack, packs.n, out, e);
}

static void tzdata_version(char *out, size_t cap)
{
    struct buf b;
    out[0] = '\0';
    /* "# version 2025b" heads the compiled rules' source */
    if (command_read_file("/usr/share/zoneinfo/tzdata.zi", ZONE_BYTES_MAX, &b,
                          NULL) != TM_OK)
        return;
    struct slice rest, line = str_cut(buf_slice(&b), '\n', &rest);
    if (str_starts(line, "# version "))
        (void)str_copy(out, cap, str_range(line.p + 10, line.n - 10));
    buf_fini(&b);
}

static int add_zone(struct arena *a, struct tz_set *out, const char *name,
                    struct err *e)
{
    char path[512];
    struct buf bytes;
    const struct tz *zone;
    (void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    int rc = command_read_file(path, ZONE_BYTES_MAX, &bytes, e);
    if (rc != TM_OK) {
        /* A zone this system does not know: its numbers have no zone, and
         * unknown means no. */
        return TM_OK;
    }
    rc = tz_parse(a, name, bytes.p, bytes.n, &zone, e);
    if (rc == TM_OK)
        tz_set_add(out, zone);
    buf_fini(&bytes);
    return rc;
}

int house_zones(struct arena *a, struct tz_set *out, struct err *e)
{
    char version[32];
    tzdata_version(version, sizeof(version));
    tz_set_init(out, a, version);
    for (size_t i = 0; i < number_zone_count(); i++) {
        int rc = add_zone(a, out, number_zone_name((uint16_t)i), e);
        if (rc != TM_OK)
            return rc;
    }
    if (out->n == 0)
        return err_set(e, TM_ENOTFOUND,
                       "no time zones in /usr/share/zoneinfo: install the "
                       "package tzdata");
    return TM_OK;
}
