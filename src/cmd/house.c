#include "cmd/house.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/embedded.h"
#include "core/number/number_zone.h"

enum {
    PACK_BYTES_MAX = 4 << 20,
    ZONE_BYTES_MAX = 1 << 20,
};

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

static bool is_pack(const char *name)
{
    size_t n = strlen(name);
    return n > 6 && strcmp(name + n - 6, ".rules") == 0;
}

/* Names of the packs in a folder, sorted, as the load order shows in every
 * verdict. */
static size_t pack_names(struct arena *a, DIR *dir,
                         const char *name[RULE_BOOK_PACKS_MAX])
{
    size_t n = 0;
    for (const struct dirent *d; (d = readdir(dir)) != NULL;) {
        if (!is_pack(d->d_name) || n == RULE_BOOK_PACKS_MAX)
            continue;
        const char *copy = arena_strdup(a, str_of(d->d_name));
        size_t at = n++;
        for (; at > 0 && strcmp(name[at - 1], copy) > 0; at--)
            name[at] = name[at - 1];
        name[at] = copy;
    }
    return n;
}

static int load_pack(struct arena *a, const char *folder, const char *name,
                     struct rule_pack_text *out, struct err *e)
{
    char path[4096];
    struct buf text;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    int rc = command_read_file(path, PACK_BYTES_MAX, &text, e);
    if (rc != TM_OK)
        return rc;
    out->file = arena_strdup(a, str_of(path));
    out->text = str_range(arena_strdup(a, buf_slice(&text)), text.n);
    buf_fini(&text);
    return TM_OK;
}

static int load_folder(struct arena *a, const char *folder,
                       struct rule_pack_text *pack, size_t *n, struct err *e)
{
    const char *name[RULE_BOOK_PACKS_MAX];
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return err_errno(e, "rule packs in %s", folder);
    size_t names = pack_names(a, dir, name);
    (void)closedir(dir);
    if (names == 0)
        return err_set(e, TM_ENOTFOUND,
                       "%s: no rule pack (*.rules) in this folder", folder);
    for (*n = 0; *n < names; ++*n) {
        int rc = load_pack(a, folder, name[*n], &pack[*n], e);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

int house_rules(struct arena *a, const char *folder,
                const struct rule_book **out, struct err *e)
{
    struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
    size_t n = 0;
    if (folder != NULL) {
        int rc = load_folder(a, folder, pack, &n, e);
        if (rc != TM_OK)
            return rc;
    }
    for (; folder == NULL && n < embedded_rules_count; n++) {
        tm_assert(n < RULE_BOOK_PACKS_MAX);
        pack[n].file = embedded_rules[n].name;
        pack[n].text = str_range((const char *)embedded_rules[n].bytes,
                                 embedded_rules[n].size);
    }
    return rule_book_load(a, pack, n, out, e);
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
