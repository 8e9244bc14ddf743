#include "store/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

_Static_assert(DATA_DIR_PATH_MAX + 64 < PATH_MAX, "file names fit");

void data_dir_path(const struct data_dir *d, const char *name, char *out,
                   size_t cap)
{
    int n = snprintf(out, cap, "%s/%s", d->path, name);
    tm_assert(n > 0 && (size_t)n < cap);
}

static int make_dir(const char *path, struct err *e)
{
    if (mkdir(path, 0700) == 0) {
        return TM_OK;
    }
    struct stat st;
    if (errno == EEXIST) {
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            return TM_OK;
        }
        return err_set(e, TM_EIO,
                       "%s is there but is not a folder: name another data "
                       "folder",
                       path);
    }
    return err_errno(e, "cannot make the folder %s", path);
}

/* As mkdir -p. */
static int make_path(char *path, struct err *e)
{
    for (char *p = path + 1; *p != '\0'; p++) {
        if (*p != '/') {
            continue;
        }
        *p = '\0';
        int rc = make_dir(path, e);
        *p = '/';
        if (rc != TM_OK) {
            return rc;
        }
    }
    return make_dir(path, e);
}

static long pid_in(int fd)
{
    char text[24] = {0};
    uint64_t pid;
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    if (n > 0 && str_u64(str_trim(str_range(text, (size_t)n)), &pid)) {
        return (long)pid;
    }
    return 0;
}

static int write_pid(int fd, const char *path, struct err *e)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
        return err_errno(e, "cannot write %s", path);
    }
    return TM_OK;
}

static int take_lock(struct data_dir *d, struct err *e)
{
    char path[PATH_MAX];
    data_dir_path(d, "lock", path, sizeof(path));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_errno(e, "cannot open %s", path);
    }
    int rc = TM_OK;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        rc = errno == EWOULDBLOCK
                 ? err_set(e, TM_ELOCKED,
                           "the data folder %s is in use by process %ld: stop "
                           "that one first, or name another folder with "
                           "--data",
                           d->path, pid_in(fd))
                 : err_errno(e, "cannot lock %s", path);
    } else {
        rc = write_pid(fd, path, e);
    }
    if (rc != TM_OK) {
        (void)close(fd);
        return rc;
    }
    d->lock_fd = fd;
    return TM_OK;
}

static int sync_dir(const struct data_dir *d, struct err *e)
{
    int fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd >= 0 && fsync(fd) == 0
                 ? TM_OK
                 : err_errno(e, "cannot sync the folder %s", d->path);
    if (fd >= 0) {
        (void)close(fd);
    }
    return rc;
}

/* Written beside and renamed: a salt file is never half there, as a journal
 * whose salt is lost can no longer be matched with numbers. */
static int make_salt(struct data_dir *d, const char *path, struct err *e)
{
    char beside[PATH_MAX];
    data_dir_path(d, "salt.new", beside, sizeof(beside));
    randombytes_buf(d->salt, sizeof(d->salt));
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_errno(e, "cannot make %s", beside);
    }
    bool good =
        write(fd, d->salt, sizeof(d->salt)) == (ssize_t)sizeof(d->salt) &&
        fsync(fd) == 0;
    int rc = good ? TM_OK : err_errno(e, "cannot write %s", beside);
    (void)close(fd);
    if (rc == TM_OK && rename(beside, path) != 0) {
        rc = err_errno(e, "cannot rename %s", beside);
    }
    if (rc != TM_OK) {
        (void)unlink(beside);
        return rc;
    }
    return sync_dir(d, e);
}

static int read_salt(struct data_dir *d, enum data_dir_mode mode, struct err *e)
{
    char path[PATH_MAX];
    data_dir_path(d, "salt", path, sizeof(path));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT && mode == DATA_DIR_OWN) {
            return make_salt(d, path, e);
        }
        return err_errno(e, "cannot open %s (is %s a Telemark data folder?)",
                         path, d->path);
    }
    ssize_t n = read(fd, d->salt, sizeof(d->salt));
    (void)close(fd);
    if (n != (ssize_t)sizeof(d->salt)) {
        return err_set(e, TM_ECORRUPT,
                       "%s is damaged: restore it from a backup, without it "
                       "the journal cannot be matched with numbers",
                       path);
    }
    return TM_OK;
}

static int own(struct data_dir *d, struct err *e)
{
    static const char *const folder[] = {"dnc", "recordings", "rejects"};
    int rc = make_path(d->path, e);
    if (rc == TM_OK) {
        rc = take_lock(d, e);
    }
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(folder); i++) {
        char path[PATH_MAX];
        data_dir_path(d, folder[i], path, sizeof(path));
        rc = make_dir(path, e);
    }
    return rc;
}

int data_dir_open(struct data_dir *d, const char *path, enum data_dir_mode mode,
                  struct err *e)
{
    *d = (struct data_dir){.lock_fd = -1};
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    if (n == 0 || n >= sizeof(d->path)) {
        return err_set(e, TM_EINVAL, "the data folder's name is %s",
                       n == 0 ? "empty" : "too long");
    }
    (void)str_copy(d->path, sizeof(d->path), str_range(path, n));
    if (sodium_init() < 0) {
        return err_set(e, TM_EIO, "no source of random numbers");
    }
    int rc = TM_OK;
    struct stat st;
    if (mode == DATA_DIR_OWN) {
        rc = own(d, e);
    } else if (stat(d->path, &st) != 0) {
        rc = err_errno(e, "cannot open the data folder %s", d->path);
    }
    if (rc == TM_OK) {
        rc = read_salt(d, mode, e);
    }
    if (rc != TM_OK) {
        data_dir_close(d);
    }
    return rc;
}

void data_dir_close(struct data_dir *d)
{
    if (d->lock_fd >= 0) {
        /* Closing releases the lock; the file stays: removing it would let
         * two processes lock two files of the same name. */
        (void)close(d->lock_fd);
        d->lock_fd = -1;
    }
}
