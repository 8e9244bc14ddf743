#include "cmd/evidence_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 1 << 20, CHUNK = 1 << 16 };

_Static_assert((int)EVIDENCE_SHA256_LEN == 2 * crypto_hash_sha256_BYTES + 1,
               "hex");

int evidence_files_open(struct evidence_files *f, const char *folder,
                        struct err *e)
{
    *f = (struct evidence_files){0};
    if (strlen(folder) + 1 > sizeof f->folder - 256)
        return err_set(e, TM_ELIMIT, "the name of the folder is too long");
    if (mkdir(folder, 0700) != 0) {
        if (errno != EEXIST)
            return err_errno(e, "cannot make %s", folder);
        return err_set(e, TM_ESTATE,
                       "%s is there already, and evidence is not written "
                       "over: name another folder by --out",
                       folder);
    }
    (void)str_copy(f->folder, sizeof f->folder, str_of(folder));
    buf_init(&f->manifest, MANIFEST_MAX);
    return TM_OK;
}

static int write_all(int fd, struct slice bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes = str_range(bytes.p + n, bytes.n - (size_t)n);
    }
    return 0;
}

static int write_file(const char *path, struct slice bytes, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_errno(e, "cannot make %s", path);
    int rc = write_all(fd, bytes) == 0 && fsync(fd) == 0
                 ? TM_OK
                 : err_errno(e, "cannot write %s", path);
    if (close(fd) != 0 && rc == TM_OK)
        rc = err_errno(e, "cannot write %s", path);
    return rc;
}

/* "packs" of "packs/x.rules". */
static int make_folder(const struct evidence_files *f, const char *name,
                       struct err *e)
{
    char path[sizeof f->folder];
    const char *slash = strchr(name, '/');
    if (slash == NULL)
        return TM_OK;
    int length = snprintf(path, sizeof path, "%s/%.*s", f->folder,
                          (int)(slash - name), name);
    if ((size_t)length >= sizeof path)
        return err_set(e, TM_ELIMIT, "the name of the folder is too long");
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return err_errno(e, "cannot make %s", path);
    return TM_OK;
}

int evidence_files_add(struct evidence_files *f, const char *name,
                       struct slice bytes, struct err *e)
{
    char path[sizeof f->folder], hex[EVIDENCE_SHA256_LEN];
    uint8_t hash[crypto_hash_sha256_BYTES];
    tm_assert(strlen(name) < 250);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", f->folder, name) >=
        sizeof path)
        return err_set(e, TM_ELIMIT, "the name of the folder is too long");
    int rc = make_folder(f, name, e);
    if (rc == TM_OK)
        rc = write_file(path, bytes, e);
    if (rc != TM_OK)
        return rc;
    (void)crypto_hash_sha256(hash, (const uint8_t *)bytes.p, bytes.n);
    (void)sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    buf_addf(&f->manifest, "%s  %s\n", hex, name);
    f->files++;
    return TM_OK;
}

int evidence_files_close(struct evidence_files *f, struct err *e)
{
    char path[sizeof f->folder];
    if ((size_t)snprintf(path, sizeof path, "%s/manifest.sha256", f->folder) >=
        sizeof path)
        return err_set(e, TM_ELIMIT, "the name of the folder is too long");
    int rc = f->manifest.failed
                 ? err_set(e, TM_ELIMIT, "too many files for a manifest")
                 : write_file(path, buf_slice(&f->manifest), e);
    evidence_files_drop(f);
    return rc;
}

void evidence_files_drop(struct evidence_files *f)
{
    buf_fini(&f->manifest);
}

int evidence_files_hash(const char *path, char out[EVIDENCE_SHA256_LEN],
                        uint64_t *bytes, struct err *e)
{
    static const uint64_t none = 0;
    uint8_t chunk[CHUNK], hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_errno(e, "cannot read %s", path);
    (void)crypto_hash_sha256_init(&st);
    *bytes = none;
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0) {
        (void)crypto_hash_sha256_update(&st, chunk, (size_t)n);
        *bytes += (uint64_t)n;
    }
    int rc = n == 0 ? TM_OK : err_errno(e, "cannot read %s", path);
    (void)close(fd);
    (void)crypto_hash_sha256_final(&st, hash);
    (void)sodium_bin2hex(out, EVIDENCE_SHA256_LEN, hash, sizeof hash);
    return rc;
}
