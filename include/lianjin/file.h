/*
 * Files. Whatever is written is written to a temporary name in the same
 * folder, synced and renamed: a reader sees the old file or the new, whole one.
 */
#ifndef LIANJIN_FILE_H
#define LIANJIN_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lj_file lj_file;

/* Opens a temporary file beside `path`. LJ_EIO (no such folder, no rights), LJ_ENOMEM. */
LJ_CHECKED lj_status lj_file_create(const char *path, lj_file **out);
/* LJ_EIO with the cause, "no space left on device" among them. */
LJ_CHECKED lj_status lj_file_write(lj_file *file, const void *bytes, size_t size);
/* Path of the temporary file, for libraries that write by name (DuckDB). Borrowed. */
const char *lj_file_temporary(const lj_file *file);
/* Syncs and renames; frees the object whatever happens; on failure the old file stays and the temporary is gone. */
LJ_CHECKED lj_status lj_file_commit(lj_file *file);
/* Removes the temporary file and frees the object. NULL does nothing. */
void lj_file_abandon(lj_file *file);

/* The three in one. */
LJ_CHECKED lj_status lj_file_replace(const char *path, const void *bytes, size_t size);

/* The whole file, NUL-ended, to free with lj_free. LJ_ENOTFOUND, LJ_EIO, LJ_EDATA when larger than `limit` bytes. */
LJ_CHECKED lj_status lj_file_read(const char *path, size_t limit, char **bytes, size_t *size);

int lj_file_exists(const char *path);      /* a file or folder */
int lj_file_is_folder(const char *path);
/* Size in bytes, -1 when there is none. */
int64_t lj_file_size(const char *path);
/* Makes the folder and its parents; one that exists is fine. */
LJ_CHECKED lj_status lj_folder_create(const char *path);
/*
 * Renames a finished folder `from` over `to` so that `to` is never half there
 * (an older `to` is moved aside first and removed after).
 */
LJ_CHECKED lj_status lj_folder_replace(const char *from, const char *to);
/* Removes a folder and all in it; none there is fine. */
LJ_CHECKED lj_status lj_folder_remove(const char *path);
/* "a/b" from "a" and "b" ("b" alone if it is absolute or a is ""), to free with lj_free; NULL without memory. */
char *lj_path_join(const char *folder, const char *name);
/* The folder of a path ("." if none), to free with lj_free; NULL without memory. */
char *lj_path_folder(const char *path);

#ifdef __cplusplus
}
#endif
#endif
