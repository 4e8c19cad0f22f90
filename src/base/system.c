/* Causes of failures of the operating system, told to people. */
#include "base/system.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/document.h"
#include "lianjin/file.h"
#include "lianjin/memory.h"

#define NAMES_MAX 4096 /* entries of a folder that are searched for the nearest name */

/* The nearest name in the folder of a path that is not there, to free with lj_free; NULL: none. */
static char *nearest_in_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *word = slash == NULL ? path : slash + 1;
    char *folder = lj_path_folder(path);
    const char **names = lj_new_array(NAMES_MAX, sizeof(*names));
    lj_arena *arena = NULL;
    char *found = NULL;
    DIR *entries = folder == NULL ? NULL : opendir(folder);
    if (*word == '\0' || names == NULL || entries == NULL || lj_arena_create(&arena) != LJ_OK)
        goto done;
    int64_t count = 0;
    for (struct dirent *entry = NULL; count < NAMES_MAX && (entry = readdir(entries)) != NULL;) {
        const char *name = entry->d_name[0] == '.' ? NULL : lj_arena_strdup(arena, entry->d_name);
        if (name != NULL)
            names[count++] = name;
    }
    const char *near = lj_nearest(word, names, count);
    if (near != NULL)
        found = lj_strdup(near);
done:
    if (entries != NULL)
        closedir(entries);
    lj_arena_destroy(arena);
    lj_free(names);
    lj_free(folder);
    return found;
}

lj_status lj_system_fail(int error, const char *what, const char *path)
{
    char buffer[128];
    if (error != ENOENT)
        return lj_fail(error == ENOMEM ? LJ_ENOMEM : LJ_EIO, "%s: %s: %s", path, what,
                       strerror_r(error, buffer, sizeof(buffer)));
    char *near = nearest_in_folder(path);
    const lj_status status =
        near != NULL ? lj_fail(LJ_ENOTFOUND, "%s: no such file; did you mean '%s'?", path, near)
                     : lj_fail(LJ_ENOTFOUND, "%s: no such file", path);
    lj_free(near);
    return status;
}

static locale_t plain_locale;
static pthread_once_t plain_locale_once = PTHREAD_ONCE_INIT;

static void make_plain_locale(void)
{
    plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

double lj_parse_double(const char *text, char **end)
{
    pthread_once(&plain_locale_once, make_plain_locale);
    return plain_locale == (locale_t)0 ? strtod(text, end) : strtod_l(text, end, plain_locale);
}
