/* Folders and paths. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system.h"
#include "lianjin/file.h"

#define OPEN_FOLDERS 16 /* descriptors that the removal of a tree may hold */

char *lj_path_join(const char *folder, const char *name)
{
    assert(folder != NULL && name != NULL);
    const size_t n = strlen(folder);
    if (n == 0 || name[0] == '/')
        return lj_strdup(name);
    const size_t size = n + strlen(name) + 2;
    char *path = lj_new_array((int64_t)size, 1);
    if (path != NULL)
        snprintf(path, size, "%s%s%s", folder, folder[n - 1] == '/' ? "" : "/", name);
    return path;
}

char *lj_path_folder(const char *path)
{
    assert(path != NULL);
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') /* "a/b/" is b in a */
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0)
        return lj_strdup(".");
    while (n > 1 && path[n - 1] == '/')
        n--;
    char *folder = lj_new_array((int64_t)n + 1, 1);
    if (folder != NULL)
        memcpy(folder, path, n);
    return folder;
}

static lj_status make_one(const char *path)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && lj_file_is_folder(path)))
        return LJ_OK;
    return lj_system_fail(errno, "cannot make the folder", path);
}

lj_status lj_folder_create(const char *path)
{
    assert(path != NULL);
    char *copy = lj_strdup(path);
    if (copy == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to make the folder", path);
    lj_status status = LJ_OK;
    for (char *slash = copy + 1; *copy != '\0' && (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        LJ_TRY_DONE(make_one(copy));
        *slash = '/';
    }
    status = make_one(path);
done:
    lj_free(copy);
    return status;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

lj_status lj_folder_remove(const char *path)
{
    assert(path != NULL);
    if (nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return lj_system_fail(errno, "cannot remove the folder", path);
    return LJ_OK;
}

/* The way of file systems that cannot exchange two names in one step. */
static lj_status move_aside(const char *from, const char *to)
{
    const size_t size = strlen(to) + 48;
    char *aside = lj_new_array((int64_t)size, 1);
    if (aside == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to replace the folder", to);
    snprintf(aside, size, "%s.old-%ld.tmp", to, (long)getpid());
    lj_status status = LJ_OK;
    if (rename(to, aside) != 0) {
        status = lj_system_fail(errno, "cannot replace the folder", to);
    } else if (rename(from, to) != 0) {
        status = lj_system_fail(errno, "cannot replace the folder", to);
        (void)rename(aside, to);
    } else {
        status = lj_folder_remove(aside);
    }
    lj_free(aside);
    return status;
}

void lj_sync_folder_of(const char *path)
{
    char *folder = lj_path_folder(path);
    const int descriptor = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor); /* some file systems cannot: not an error */
        close(descriptor);
    }
    lj_free(folder);
}

lj_status lj_folder_replace(const char *from, const char *to)
{
    assert(from != NULL && to != NULL);
    if (!lj_file_is_folder(from))
        return lj_fail(LJ_ENOTFOUND, "%s: no such folder", from);
    if (lj_file_exists(to) && !lj_file_is_folder(to))
        return lj_fail(LJ_EIO, "%s: cannot replace it by a folder: it is a file", to);
    lj_status status = LJ_OK;
    if (!lj_file_exists(to)) {
        if (rename(from, to) != 0)
            status = lj_system_fail(errno, "cannot rename the folder", to);
    } else if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0) {
        status = lj_folder_remove(from); /* now the old one */
    } else if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) {
        status = move_aside(from, to);
    } else {
        status = lj_system_fail(errno, "cannot replace the folder", to);
    }
    if (status == LJ_OK)
        lj_sync_folder_of(to);
    return status;
}
