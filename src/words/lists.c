#include "words/lists.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "base/system.h"
#include "base/utf8.h"
#include "data/csv.h"
#include "lianjin/file.h"

enum { FIRST_BYTES = 1 << 16, BYTES_MAX = 1 << 26 };

static lj_status read_whole(gzFile file, const char *path, char **text, size_t *size)
{
    int64_t capacity = FIRST_BYTES;
    *text = lj_new_array(capacity, 1);
    *size = 0;
    for (;;) {
        if (*text == NULL)
            return lj_fail(LJ_ENOMEM, "%s: no memory to read it", path);
        const int n = gzread(file, *text + *size, (unsigned)(capacity - 1 - (int64_t)*size));
        int code = Z_OK;
        if (n <= 0)
            (void)gzerror(file, &code);
        if (n < 0 || code == Z_BUF_ERROR)
            return lj_fail(LJ_ECORRUPT, "%s: the gzip file is damaged or cut short", path);
        *size += (size_t)n;
        (*text)[*size] = '\0';
        if (n == 0)
            return LJ_OK;
        if ((int64_t)*size < capacity - 1)
            continue;
        if (capacity >= BYTES_MAX)
            return lj_fail(LJ_EDATA, "%s: expected a list of at most %d bytes", path, BYTES_MAX);
        char *larger = lj_resize_array(*text, capacity, 2 * capacity, 1);
        if (larger == NULL)
            return lj_fail(LJ_ENOMEM, "%s: no memory to read it", path);
        *text = larger;
        capacity *= 2;
    }
}

lj_status lj_list_open(const char *path, lj_list *out)
{
    *out = (lj_list){.path = path};
    if (lj_file_is_folder(path))
        return lj_fail(LJ_EIO, "%s: expected a list, found a folder", path);
    errno = 0;
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        return lj_system_fail(errno != 0 ? errno : ENOMEM, "cannot be opened for reading", path);
    size_t size = 0;
    lj_status status = read_whole(file, path, &out->text, &size);
    gzclose(file);
    if (status == LJ_OK) {
        const size_t nul = strlen(out->text);
        size_t good = lj_utf8_valid(out->text, size);
        good = good < nul ? good : nul;
        if (good < size) {
            int line = 0, column = 0;
            lj_utf8_locate(out->text, good, &line, &column);
            status = lj_encoding_fail(path, line, (int64_t)good, (const unsigned char *)out->text + good, size - good);
        }
    }
    if (status != LJ_OK)
        lj_list_close(out);
    out->next = out->text;
    return status;
}

void lj_list_close(lj_list *list)
{
    lj_free(list->text);
    *list = (lj_list){0};
}

static int64_t cut(char *line, const char *fields[LJ_LIST_FIELDS_MAX])
{
    const char *apart = strchr(line, '\t') != NULL ? "\t" : strchr(line, ',') != NULL ? "," : " ";
    char *rest = NULL;
    int64_t n = 0;
    for (char *field = strtok_r(line, apart, &rest); field != NULL; field = strtok_r(NULL, apart, &rest)) {
        while (*field == ' ')
            field++;
        size_t size = strlen(field);
        while (size > 0 && field[size - 1] == ' ')
            field[--size] = '\0';
        if (size > 0 && n < LJ_LIST_FIELDS_MAX)
            fields[n++] = field;
    }
    return n;
}

int64_t lj_list_next(lj_list *list, const char *fields[LJ_LIST_FIELDS_MAX])
{
    while (*list->next != '\0') {
        char *line = list->next;
        const size_t size = strcspn(line, "\n");
        list->next = line + size + (line[size] == '\n');
        list->line++;
        line[size] = '\0';
        if (size > 0 && line[size - 1] == '\r')
            line[size - 1] = '\0';
        if (line[0] == '#')
            continue;
        const int64_t n = cut(line, fields);
        if (n > 0)
            return n;
    }
    return 0;
}
