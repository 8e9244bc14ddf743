#include "cmd/law.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/embedded.h"

enum { PACK_MAX = 1 << 20, ZONE_MAX = 1 << 20, PATH_SIZE = 4096 };

/* --- packs --- */

static void add_embedded(struct law_packs *l, const struct embedded_file *f,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        tm_assert(l->n < RULE_BOOK_PACKS_MAX);
        l->pack[l->n++] = (struct rule_pack_text){
            .file = f[i].name,
            .text = str_range((const char *)f[i].bytes, f[i].size),
        };
    }
}

static int add_file(struct arena *a, struct law_packs *l, const char *path,
                    struct err *e)
{
    struct buf text;
    if (l->n == RULE_BOOK_PACKS_MAX) {
        return err_set(e, TM_ELIMIT, "%s: more packs than %d", path,
                       (int)RULE_BOOK_PACKS_MAX);
    }
    int rc = command_read_file(path, PACK_MAX, &text, e);
    if (rc != TM_OK) {
        return rc;
    }
    l->pack[l->n++] = (struct rule_pack_text){
        .file = arena_strdup(a, str_of(path)),
        .text = str_range(arena_strdup(a, buf_slice(&text)), text.n),
    };
    buf_fini(&text);
    return TM_OK;
}

static bool is_pack(const char *name)
{
    size_t n = strlen(name);
    return n > 6 && strcmp(name + n - 6, ".rules") == 0;
}

static int by_name(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static int add_folder(struct arena *a, struct law_packs *l, const char *folder,
                      bool must, struct err *e)
{
    const char *name[RULE_BOOK_PACKS_MAX];
    char path[PATH_SIZE];
    size_t n = 0;
    DIR *dir = opendir(folder);
    if (!dir) {
        return must ? err_errno(e, "rule packs in %s", folder) : TM_OK;
    }
    for (const struct dirent *d = readdir(dir); d && n < RULE_BOOK_PACKS_MAX;
         d = readdir(dir)) {
        if (is_pack(d->d_name)) {
            name[n++] = arena_strdup(a, str_of(d->d_name));
        }
    }
    (void)closedir(dir);
    int rc = TM_OK;
    if (n > 0) {
        qsort(name, n, sizeof name[0], by_name);
    }
    for (size_t i = 0; i < n && rc == TM_OK; i++) {
        int length = snprintf(path, sizeof path, "%s/%s", folder, name[i]);
        rc = length < PATH_SIZE ? add_file(a, l, path, e)
                                : err_set(e, TM_ELIMIT, "%s: long", folder);
    }
    return rc;
}

int law_packs(struct law_packs *l, struct arena *a, const char *folder,
              struct err *e)
{
    char path[PATH_SIZE];
    l->n = 0;
    if (!folder) {
        add_embedded(l, embedded_rules, embedded_rules_count);
        add_embedded(l, embedded_law, embedded_law_count);
        return TM_OK;
    }
    int rc = add_folder(a, l, folder, true, e);
    if (rc != TM_OK) {
        return rc;
    }
    int length = snprintf(path, sizeof path, "%s/law", folder);
    rc = length < PATH_SIZE ? add_folder(a, l, path, false, e) : TM_OK;
    if (rc == TM_OK && l->n == 0) {
        rc = err_set(e, TM_ENOTFOUND,
                     "%s: no rule pack (*.rules) in this folder", folder);
    }
    return rc;
}

/* --- zones --- */

static void read_release(char *out, size_t cap)
{
    struct buf b;
    out[0] = '\0';
    /* "# version 2025b" heads the compiled rules' source. */
    if (command_read_file("/usr/share/zoneinfo/tzdata.zi", ZONE_MAX, &b,
                          NULL) != TM_OK) {
        return;
    }
    struct slice rest;
    struct slice line = str_cut(buf_slice(&b), '\n', &rest);
    if (str_starts(line, "# version ")) {
        str_copy(out, cap, str_trim(str_range(line.p + 10, line.n - 10)));
    }
    buf_fini(&b);
}

static bool name_ok(const char *name)
{
    for (const char *p = name; *p; p++) {
        bool good = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                    (*p >= '0' && *p <= '9') || strchr("/_-+", *p);
        if (!good) {
            return false;
        }
    }
    return name[0] != '\0' && name[0] != '/' && strlen(name) < 64;
}

const struct tz *law_zone(void *self, const char *name)
{
    struct law *l = self;
    const struct tz *z = tz_set_find(&l->zones, name);
    char path[PATH_SIZE];
    struct buf b;
    if (z || !name_ok(name)) {
        return z;
    }
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    if (command_read_file(path, ZONE_MAX, &b, NULL) != TM_OK) {
        return NULL;
    }
    if (tz_parse(&l->arena, name, b.p, b.n, &z, NULL) != TM_OK) {
        z = NULL;
    } else {
        tz_set_add(&l->zones, z);
    }
    buf_fini(&b);
    return z;
}

/* --- both --- */

int law_open(struct law *l, const char *folder, struct err *e)
{
    char release[32];
    memset(l, 0, sizeof *l);
    arena_init(&l->arena);
    read_release(release, sizeof release);
    tz_set_init(&l->zones, &l->arena, release);
    int rc = law_packs(&l->packs, &l->arena, folder, e);
    if (rc == TM_OK) {
        rc = rule_book_load(&l->arena, l->packs.pack, l->packs.n, &l->book, e);
    }
    if (rc != TM_OK) {
        law_close(l);
    }
    return rc;
}

void law_close(struct law *l)
{
    arena_fini(&l->arena);
}
