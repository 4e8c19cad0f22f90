/* A folder for the files of one test program, and short ways to write and read them. */
#ifndef LIANJIN_TESTS_DATA_TEMPORARY_H
#define LIANJIN_TESTS_DATA_TEMPORARY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/data.h"
#include "lianjin/file.h"

static char folder_template[] = "/tmp/lianjin-data-XXXXXX";
static const char *folder;

static inline int make_folder(void **state)
{
    (void)state;
    folder = mkdtemp(folder_template);
    return folder != NULL ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    return lj_folder_remove(folder) == LJ_OK ? 0 : -1;
}

/* The path of a file of the folder; eight at a time. */
static inline const char *path_of(const char *name)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static inline const char *write_bytes(const char *name, const void *bytes, size_t size)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    return path;
}

static inline const char *write_text(const char *name, const char *text)
{
    return write_bytes(name, text, strlen(text));
}

#define assert_ok(expr)                                       \
    do {                                                      \
        const lj_status status_ = (expr);                     \
        if (status_ != LJ_OK)                                 \
            fail_msg("%s: %s", #expr, lj_error_message());    \
    } while (0)

/* The failure's message ends with `text`. */
#define assert_message_has(text)                                                                    \
    do {                                                                                            \
        if (strstr(lj_error_message(), (text)) == NULL)                                             \
            fail_msg("expected a message with \"%s\", found \"%s\"", (text), lj_error_message());   \
    } while (0)

static inline lj_frame *read_table(const lj_source_options *options, lj_source **source)
{
    lj_frame *frame = NULL;
    assert_ok(lj_source_open(options, NULL, source));
    assert_ok(lj_source_read(*source, &frame));
    return frame;
}

static inline const lj_column *column_of(const lj_frame *frame, const char *name)
{
    const lj_column *column = NULL;
    assert_ok(lj_frame_need(frame, name, &column));
    return column;
}

static inline const lj_field *field_of(const lj_source *source, const char *name)
{
    const int64_t i = lj_schema_find(lj_source_schema(source), name);
    if (i < 0)
        fail_msg("no field '%s'", name);
    return lj_schema_field(lj_source_schema(source), i);
}

#endif
