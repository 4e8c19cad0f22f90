#include <string.h>

#include "lianjin/file.h"
#include "report/template.h"

/*
 * Inside a script element only "<" can end it ("</script") or change how it is
 * read ("<!--"), whatever the strings of the data are. In JSON "<" stands in
 * strings only, where < means the same.
 */
static lj_status write_data(lj_file *file, const char *json)
{
    const char *rest = json;
    for (const char *at = strchr(rest, '<'); at != NULL; at = strchr(rest, '<')) {
        LJ_TRY(lj_file_write(file, rest, (size_t)(at - rest)));
        LJ_TRY(lj_file_write(file, "\\u003c", 6));
        rest = at + 1;
    }
    return lj_file_write(file, rest, strlen(rest));
}

static lj_status write_page(lj_file *file, const char *json)
{
    const char *marker = strstr(lj_report_template, LJ_REPORT_MARKER);
    if (marker == NULL)
        return lj_fail(LJ_ECORRUPT, "report: the template has no place for the data");
    const char *after = marker + strlen(LJ_REPORT_MARKER);
    LJ_TRY(lj_file_write(file, lj_report_template, (size_t)(marker - lj_report_template)));
    LJ_TRY(write_data(file, json));
    return lj_file_write(file, after, (size_t)(lj_report_template_end - after));
}

lj_status lj_report_page_write(const char *path, const char *json)
{
    lj_file *file;
    LJ_TRY(lj_file_create(path, &file));
    const lj_status status = write_page(file, json);
    if (status != LJ_OK) {
        lj_file_abandon(file);
        return status;
    }
    return lj_file_commit(file);
}
