#include "data/files.h"

#include <dirent.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lianjin/document.h"
#include "lianjin/file.h"

enum { MAGIC_BYTES = 16, NEIGHBOURS_MAX = 4096 };

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Names of the files of the folder, for "did you mean". */
static lj_status no_file(lj_arena *arena, const char *path)
{
    char *folder = lj_path_folder(path);
    if (folder == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    DIR *dir = opendir(folder);
    const char **names = lj_arena_array(arena, NEIGHBOURS_MAX, sizeof(*names));
    int64_t count = 0;
    lj_status status = LJ_OK;
    if (dir == NULL)
        status = lj_fail(LJ_ENOTFOUND, "%s: no such file, and no folder %s", path, folder);
    for (struct dirent *e = NULL; status == LJ_OK && names != NULL && (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.' && count < NEIGHBOURS_MAX && (names[count] = lj_arena_strdup(arena, e->d_name)) != NULL)
            count++;
    if (status == LJ_OK) {
        const char *near = lj_nearest(last_part(path), names, count);
        status = near != NULL ? lj_fail(LJ_ENOTFOUND, "%s: no such file; did you mean '%s'?", path, near) :
                                lj_fail(LJ_ENOTFOUND, "%s: no such file", path);
    }
    if (dir != NULL)
        closedir(dir);
    lj_free(folder);
    return status;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static lj_status expand_glob(lj_arena *arena, const char *pattern, lj_files *out)
{
    glob_t found = {0};
    const int rc = glob(pattern, GLOB_NOSORT, NULL, &found);
    lj_status status = LJ_OK;
    if (rc == GLOB_NOMATCH || found.gl_pathc == 0)
        status = lj_fail(LJ_ENOTFOUND, "%s: no file matches", pattern);
    else if (rc != 0)
        status = lj_fail(LJ_EIO, "%s: the folder could not be read", pattern);
    out->count = status == LJ_OK ? (int64_t)found.gl_pathc : 0;
    out->paths = lj_arena_array(arena, out->count, sizeof(*out->paths));
    if (out->paths == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory for the files of %s", pattern);
    for (int64_t i = 0; status == LJ_OK && i < out->count; i++) {
        out->paths[i] = lj_arena_strdup(arena, found.gl_pathv[i]);
        if (out->paths[i] == NULL)
            status = lj_fail(LJ_ENOMEM, "no memory for the files of %s", pattern);
    }
    if (status == LJ_OK)
        qsort(out->paths, (size_t)out->count, sizeof(*out->paths), by_text);
    globfree(&found);
    return status;
}

static int has_ending(const char *path, size_t size, const char *ending)
{
    const size_t n = strlen(ending);
    return size > n && strncasecmp(path + size - n, ending, n) == 0;
}

static int kind_by_ending(const char *path, lj_file_kind *kind)
{
    static const struct {
        const char *ending;
        lj_file_kind kind;
    } known[] = {{".csv", LJ_KIND_CSV},      {".tsv", LJ_KIND_CSV},      {".txt", LJ_KIND_CSV},
                 {".data", LJ_KIND_CSV},     {".parquet", LJ_KIND_PARQUET}, {".json", LJ_KIND_JSON},
                 {".jsonl", LJ_KIND_JSON},   {".ndjson", LJ_KIND_JSON},  {".sqlite", LJ_KIND_SQLITE},
                 {".sqlite3", LJ_KIND_SQLITE}, {".db", LJ_KIND_SQLITE}};
    size_t size = strlen(path);
    if (has_ending(path, size, ".gz"))
        size -= 3;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (has_ending(path, size, known[i].ending)) {
            *kind = known[i].kind;
            return 1;
        }
    return 0;
}

static lj_status find_kind(const char *path, lj_file_kind *kind, int *is_gzip)
{
    char magic[MAGIC_BYTES + 1] = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return lj_fail(LJ_EIO, "%s: cannot be opened for reading", path);
    const size_t n = fread(magic, 1, MAGIC_BYTES, file);
    fclose(file);
    *is_gzip = n >= 2 && (unsigned char)magic[0] == 0x1F && (unsigned char)magic[1] == 0x8B;
    if (n >= 4 && memcmp(magic, "PK\003\004", 4) == 0)
        return lj_fail(LJ_EUNSUPPORTED, "%s: is a zip or Excel file; save the table as CSV or Parquet", path);
    if (n >= 4 && memcmp(magic, "\xD0\xCF\x11\xE0", 4) == 0)
        return lj_fail(LJ_EUNSUPPORTED, "%s: is an old Excel file; save the table as CSV", path);
    if (n == 0)
        return lj_fail(LJ_EDATA, "%s: the file is empty", path);
    if (kind_by_ending(path, kind))
        return LJ_OK;
    *kind = LJ_KIND_CSV;
    if (memcmp(magic, "PAR1", 4) == 0)
        *kind = LJ_KIND_PARQUET;
    else if (strcmp(magic, "SQLite format 3") == 0)
        *kind = LJ_KIND_SQLITE;
    else if (magic[strspn(magic, " \t\r\n")] == '{' || magic[strspn(magic, " \t\r\n")] == '[')
        *kind = LJ_KIND_JSON;
    return LJ_OK;
}

static lj_status find_kinds(lj_files *files)
{
    for (int64_t i = 0; i < files->count; i++) {
        lj_file_kind kind = LJ_KIND_CSV;
        int is_gzip = 0;
        LJ_TRY(find_kind(files->paths[i], &kind, &is_gzip));
        if (i > 0 && (kind != files->kind || is_gzip != files->is_gzip))
            return lj_fail(LJ_EDATA, "%s and %s are of different kinds", files->paths[0], files->paths[i]);
        files->kind = kind;
        files->is_gzip = is_gzip;
    }
    if (files->is_gzip && (files->kind == LJ_KIND_PARQUET || files->kind == LJ_KIND_SQLITE))
        return lj_fail(LJ_EUNSUPPORTED, "%s: only CSV and JSON may be gzipped: unpack it", files->paths[0]);
    return LJ_OK;
}

lj_status lj_files_find(lj_arena *arena, const char *base, const char *source, lj_files *out)
{
    *out = (lj_files){0};
    const char *path = base != NULL && source[0] != '/' && strcmp(base, ".") != 0 && base[0] != '\0' ?
                           lj_arena_printf(arena, "%s/%s", base, source) :
                           lj_arena_strdup(arena, source);
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    if (lj_file_is_folder(path))
        return lj_fail(LJ_ENOTFOUND, "%s: is a folder; for all files in it write %s/*.csv", path, source);
    if (!lj_file_exists(path) && strpbrk(path, "*?[") != NULL) {
        LJ_TRY(expand_glob(arena, path, out));
    } else if (!lj_file_exists(path)) {
        return no_file(arena, path);
    } else {
        out->paths = lj_arena_array(arena, 1, sizeof(*out->paths));
        if (out->paths == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for a path");
        out->paths[0] = path;
        out->count = 1;
    }
    return find_kinds(out);
}
