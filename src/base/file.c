/* Files that are there whole or not at all. */
#include "lianjin/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system.h"

#define BUFFER_BYTES ((size_t)1 << 16)
#define ATTEMPTS 100

struct lj_file {
    char *path;
    char *temporary;
    unsigned char *buffer; /* [BUFFER_BYTES] */
    size_t used;
    int descriptor;
    int by_name; /* nothing came through lj_file_write: a library may have written under the name */
};

static void destroy(lj_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    lj_free(file->buffer);
    lj_free(file->temporary);
    lj_free(file->path);
    lj_free(file);
}

/* Opens "PATH.PID-N.tmp", a name that nobody has. */
static lj_status open_temporary(lj_file *file)
{
    static atomic_uint next;
    const size_t size = strlen(file->path) + 48;
    file->temporary = lj_new_array((int64_t)size, 1);
    if (file->temporary == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to write it", file->path);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        snprintf(file->temporary, size, "%s.%ld-%u.tmp", file->path, (long)getpid(), atomic_fetch_add(&next, 1));
        file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->descriptor >= 0)
            return LJ_OK;
        if (errno != EEXIST)
            break;
    }
    if (errno == ENOENT)
        return lj_fail(LJ_EIO, "%s: cannot write: its folder does not exist", file->path);
    return lj_system_fail(errno, "cannot write", file->path);
}

lj_status lj_file_create(const char *path, lj_file **out)
{
    assert(path != NULL && out != NULL);
    *out = NULL;
    if (lj_file_is_folder(path))
        return lj_fail(LJ_EIO, "%s: cannot write: it is a folder", path);
    lj_file *file = lj_new_array(1, sizeof(*file));
    if (file == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to write it", path);
    file->descriptor = -1;
    file->by_name = 1;
    file->path = lj_strdup(path);
    file->buffer = lj_new_array((int64_t)BUFFER_BYTES, 1);
    lj_status status = LJ_OK;
    if (file->path == NULL || file->buffer == NULL)
        status = lj_fail(LJ_ENOMEM, "%s: no memory to write it", path);
    else
        status = open_temporary(file);
    if (status != LJ_OK) {
        destroy(file);
        return status;
    }
    *out = file;
    return LJ_OK;
}

static lj_status write_all(lj_file *file, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(file->descriptor, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return lj_system_fail(errno, "cannot write", file->path);
        bytes += n;
        size -= (size_t)n;
    }
    return LJ_OK;
}

static lj_status flush(lj_file *file)
{
    const size_t used = file->used;
    file->used = 0;
    return write_all(file, file->buffer, used);
}

lj_status lj_file_write(lj_file *file, const void *bytes, size_t size)
{
    assert(file != NULL && (bytes != NULL || size == 0));
    file->by_name = 0;
    if (size > BUFFER_BYTES - file->used)
        LJ_TRY(flush(file));
    if (size >= BUFFER_BYTES)
        return write_all(file, bytes, size);
    if (size > 0)
        memcpy(file->buffer + file->used, bytes, size);
    file->used += size;
    return LJ_OK;
}

const char *lj_file_temporary(const lj_file *file)
{
    assert(file != NULL);
    return file->temporary;
}

static lj_status sync_and_close(lj_file *file)
{
    if (file->by_name) { /* the library may have made a new file of that name */
        close(file->descriptor);
        file->descriptor = open(file->temporary, O_RDONLY | O_CLOEXEC);
        if (file->descriptor < 0)
            return lj_system_fail(errno, "cannot write", file->path);
    }
    if (fsync(file->descriptor) != 0 && errno != EINVAL && errno != EROFS)
        return lj_system_fail(errno, "cannot write", file->path);
    const int descriptor = file->descriptor;
    file->descriptor = -1;
    if (close(descriptor) != 0 && errno != EINTR)
        return lj_system_fail(errno, "cannot write", file->path);
    return LJ_OK;
}

lj_status lj_file_commit(lj_file *file)
{
    assert(file != NULL);
    lj_status status = LJ_OK;
    LJ_TRY_DONE(flush(file));
    LJ_TRY_DONE(sync_and_close(file));
    if (rename(file->temporary, file->path) != 0) {
        status = lj_system_fail(errno, "cannot rename the finished file", file->path);
        goto done;
    }
    lj_sync_folder_of(file->path);
    destroy(file);
    return LJ_OK;
done:
    lj_file_abandon(file);
    return status;
}

void lj_file_abandon(lj_file *file)
{
    if (file == NULL)
        return;
    unlink(file->temporary);
    destroy(file);
}

lj_status lj_file_replace(const char *path, const void *bytes, size_t size)
{
    lj_file *file = NULL;
    LJ_TRY(lj_file_create(path, &file));
    const lj_status status = lj_file_write(file, bytes, size);
    if (status != LJ_OK) {
        lj_file_abandon(file);
        return status;
    }
    return lj_file_commit(file);
}

/* Reads to the end, of a pipe too. `capacity` is a guess. */
static lj_status read_all(int descriptor, const char *path, size_t limit, size_t capacity, char **bytes, size_t *size)
{
    char *data = lj_new_array((int64_t)capacity + 1, 1);
    size_t used = 0;
    lj_status status = LJ_OK;
    while (data != NULL) {
        const ssize_t n = read(descriptor, data + used, capacity - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            status = lj_system_fail(errno, "cannot read", path);
            goto done;
        }
        if (n == 0 && used < capacity)
            break;
        used += (size_t)n;
        if (used > limit) {
            status = lj_fail(LJ_EDATA, "%s: larger than %zu bytes", path, limit);
            goto done;
        }
        if (used < capacity)
            continue;
        char *larger = lj_resize_array(data, (int64_t)capacity + 1, (int64_t)capacity * 2 + 1, 1);
        if (larger == NULL)
            lj_free(data);
        data = larger;
        capacity *= 2;
    }
    if (data == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", path);
    data[used] = '\0';
    *bytes = data;
    *size = used;
    return LJ_OK;
done:
    lj_free(data);
    return status;
}

lj_status lj_file_read(const char *path, size_t limit, char **bytes, size_t *size)
{
    assert(path != NULL && bytes != NULL && size != NULL);
    *bytes = NULL;
    *size = 0;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return lj_system_fail(errno, "cannot read", path);
    struct stat about;
    lj_status status = LJ_OK;
    if (fstat(descriptor, &about) != 0)
        status = lj_system_fail(errno, "cannot read", path);
    else if (S_ISDIR(about.st_mode))
        status = lj_system_fail(EISDIR, "cannot read", path);
    else if (S_ISREG(about.st_mode) && (uint64_t)about.st_size > limit)
        status = lj_fail(LJ_EDATA, "%s: %lld bytes, larger than %zu", path, (long long)about.st_size, limit);
    else /* one byte more than the file, so that its end is seen at once */
        status = read_all(descriptor, path, limit, S_ISREG(about.st_mode) ? (size_t)about.st_size + 1 : 4096, bytes,
                          size);
    close(descriptor);
    return status;
}

int lj_file_exists(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

int lj_file_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

int64_t lj_file_size(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? (int64_t)about.st_size : -1;
}
