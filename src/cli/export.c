/* lianjin export BUNDLE TABLE --to sql -o card.sql */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "lianjin/file.h"
#include "lianjin/pipeline.h"

static lj_status print_json(const char *to, const char *out, int64_t rows)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "to", to);
    lj_json_string(&json, "out", out);
    lj_json_integer(&json, "rows_proved", rows);
    lj_json_end_map(&json);
    const lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        (void)puts(text.data);
    lj_text_free(&text);
    return status;
}

lj_status lj_verb_export(const lj_verb *verb, int argc, char **argv)
{
    const char *to = NULL;
    const char *out = NULL;
    const char *sql = NULL;
    const lj_flag flags[] = {
        {"to", 't', LJ_FLAG_TEXT, &to, "LANGUAGE", "sql, c, json or pmml"},
        {"out", 'o', LJ_FLAG_TEXT, &out, "FILE", "where it is written (default: standard output)"},
        {"sql", 0, LJ_FLAG_TEXT, &sql, "SQL", "which rows of the table prove it; the table is called source"}};
    const char *arguments[2] = {NULL, NULL};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_text text = {0};
    int64_t rows = 0;
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 2, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (to == NULL || (common.json && out == NULL)) {
        status = lj_fail(LJ_EUSAGE, to == NULL ? "export wants --to sql, c, json or pmml" :
                                                 "--json wants --out: standard output cannot hold both");
        goto done;
    }
    LJ_TRY_DONE(lj_bundle_open(arguments[0], &bundle));
    const lj_source_options source = {.source = arguments[1], .sql = sql, .n_threads = lj_team_size(common.team)};
    const lj_export_options options = {.to = to, .source = &source, .console = common.console};
    LJ_TRY_DONE(lj_bundle_export(bundle, &options, &text, &rows));
    if (out != NULL)
        LJ_TRY_DONE(lj_file_replace(out, text.data, text.size));
    else
        (void)fputs(text.data, stdout);
    lj_note(common.console, "%" PRId64 " rows have the same points by the %s and by the scorer", rows, to);
    if (common.json)
        status = print_json(to, out, rows);
done:
    lj_text_free(&text);
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}
