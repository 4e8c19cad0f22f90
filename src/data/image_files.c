/* The image files of a folder: one folder for each class, or all in it. Names in the order of their bytes. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/images_inside.h"
#include "lianjin/file.h"

void lj_image_files_free(lj_image_files *files)
{
    for (int64_t i = 0; i < files->count; i++) {
        lj_free(files->paths[i]);
        if (files->labels != NULL)
            lj_free(files->labels[i]);
    }
    lj_free(files->paths);
    lj_free(files->labels);
    memset(files, 0, sizeof(*files));
}

static int is_image(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL &&
           (strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0 || strcasecmp(dot, ".png") == 0);
}

typedef struct names {
    char **name; /* [count], ascending */
    int64_t count;
} names;

static void free_names(names *n)
{
    for (int64_t i = 0; i < n->count; i++)
        lj_free(n->name[i]);
    lj_free(n->name);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in the folder but hidden ones. */
static lj_status list(const char *folder, names *out)
{
    DIR *dir = opendir(folder);
    lj_status status = LJ_OK;
    *out = (names){0};
    if (dir == NULL)
        return lj_fail(LJ_EIO, "%s: the folder cannot be read", folder);
    for (const struct dirent *e = readdir(dir); e != NULL && status == LJ_OK; e = readdir(dir)) {
        if (e->d_name[0] == '.')
            continue;
        char **grown = lj_resize_array(out->name, out->count, out->count + 1, sizeof(*grown));
        if (grown != NULL)
            out->name = grown;
        char *name = grown != NULL ? lj_strdup(e->d_name) : NULL;
        if (name == NULL)
            status = lj_fail(LJ_ENOMEM, "no memory for the names of images");
        else
            out->name[out->count++] = name;
    }
    (void)closedir(dir);
    if (status != LJ_OK)
        free_names(out);
    else if (out->count > 0)
        qsort(out->name, (size_t)out->count, sizeof(*out->name), by_bytes);
    return status;
}

/* Takes `path` over. */
static lj_status add(lj_image_files *files, int64_t *capacity, char *path, const char *label)
{
    if (files->count == *capacity) {
        const int64_t more = *capacity == 0 ? 256 : *capacity * 2;
        char **paths = lj_resize_array(files->paths, *capacity, more, sizeof(*paths));
        if (paths != NULL)
            files->paths = paths;
        char **labels = paths == NULL ? NULL : lj_resize_array(files->labels, *capacity, more, sizeof(*labels));
        if (labels == NULL) {
            lj_free(path);
            return lj_fail(LJ_ENOMEM, "no memory for the names of images");
        }
        files->labels = labels;
        *capacity = more;
    }
    files->paths[files->count] = path;
    files->labels[files->count] = label != NULL ? lj_strdup(label) : NULL;
    const int failed = path == NULL || (label != NULL && files->labels[files->count] == NULL);
    files->count++;
    return failed ? lj_fail(LJ_ENOMEM, "no memory for the names of images") : LJ_OK;
}

/* The images that lie in `folder` itself. */
static lj_status add_images(lj_image_files *files, int64_t *capacity, const char *folder, const char *label)
{
    names found;
    LJ_TRY(list(folder, &found));
    lj_status status = LJ_OK;
    const int64_t before = files->count;
    for (int64_t i = 0; i < found.count && status == LJ_OK; i++)
        if (is_image(found.name[i]))
            status = add(files, capacity, lj_path_join(folder, found.name[i]), label);
    free_names(&found);
    if (status == LJ_OK && files->count == before)
        return lj_fail(LJ_EDATA, "%s: no image here (.jpg, .jpeg or .png)", folder);
    return status;
}

static lj_status add_classes(lj_image_files *files, int64_t *capacity, const char *folder, const names *classes)
{
    lj_status status = LJ_OK;
    for (int64_t i = 0; i < classes->count && status == LJ_OK; i++) {
        char *path = lj_path_join(folder, classes->name[i]);
        if (path == NULL)
            status = lj_fail(LJ_ENOMEM, "no memory for a path");
        else if (lj_file_is_folder(path))
            status = add_images(files, capacity, path, classes->name[i]);
        lj_free(path);
    }
    return status;
}

lj_status lj_image_files_list(const char *folder, lj_image_files *out)
{
    names found;
    int64_t capacity = 0;
    memset(out, 0, sizeof(*out));
    if (!lj_file_is_folder(folder))
        return lj_fail(LJ_ENOTFOUND, "%s: no such folder", folder);
    LJ_TRY(list(folder, &found));
    lj_status status = add_classes(out, &capacity, folder, &found);
    free_names(&found);
    if (status == LJ_OK && out->count == 0) {
        status = add_images(out, &capacity, folder, NULL);
        lj_free(out->labels);
        out->labels = NULL;
    }
    if (status != LJ_OK)
        lj_image_files_free(out);
    return status;
}
