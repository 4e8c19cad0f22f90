/* lianjin predict BUNDLE TABLE -o scored.csv */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "lianjin/pipeline.h"

static lj_status print_json(const lj_predict_result *result, const char *out, const lj_console *console)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "out", out);
    lj_json_integer(&json, "rows", result->rows);
    lj_json_string(&json, "scores_sha256", result->scores_sha256);
    lj_json_double(&json, "seconds", result->seconds);
    lj_json_list(&json, "warnings");
    for (int64_t i = 0; i < lj_console_warning_count(console); i++)
        lj_json_string(&json, NULL, lj_console_warning(console, i));
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    const lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        (void)puts(text.data);
    lj_text_free(&text);
    return status;
}

lj_status lj_verb_predict(const lj_verb *verb, int argc, char **argv)
{
    const char *out = NULL;
    const char *sql = NULL;
    lj_flag_texts keep = {{NULL}, 0};
    const lj_flag flags[] = {
        {"out", 'o', LJ_FLAG_TEXT, &out, "FILE", "scores as .csv or .parquet (default: CSV on standard output)"},
        {"keep", 'k', LJ_FLAG_TEXTS, &keep, "A,B", "columns of the table to repeat before the scores"},
        {"sql", 0, LJ_FLAG_TEXT, &sql, "SQL", "what to score of the table, which is called source"}};
    const char *arguments[2] = {NULL, NULL};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 2, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (common.json && out == NULL) {
        status = lj_fail(LJ_EUSAGE, "--json wants --out: standard output cannot hold both");
        goto done;
    }
    LJ_TRY_DONE(lj_bundle_open(arguments[0], &bundle));
    lj_interrupt_install();
    const lj_source_options source = {
        .source = arguments[1], .sql = sql, .n_threads = lj_team_size(common.team)};
    const lj_predict_options options = {.source = &source,
                                        .out = out,
                                        .keep = keep.text,
                                        .keep_count = keep.count,
                                        .team = common.team,
                                        .console = common.console};
    LJ_TRY_DONE(lj_bundle_predict(bundle, &options, &result));
    if (common.json)
        status = print_json(&result, out, common.console);
    else if (out != NULL)
        lj_note(common.console, "%" PRId64 " rows scored in %.2f s into %s", result.rows, result.seconds, out);
done:
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}
