/* lianjin evaluate BUNDLE TABLE */
#include <stdio.h>

#include "cli/cli.h"
#include "lianjin/pipeline.h"

lj_status lj_verb_evaluate(const lj_verb *verb, int argc, char **argv)
{
    const char *by = NULL;
    const char *report = NULL;
    const char *sql = NULL;
    const lj_flag flags[] = {
        {"by", 'b', LJ_FLAG_TEXT, &by, "COLUMN", "also by the values of this column"},
        {"report", 0, LJ_FLAG_TEXT, &report, "FILE.html", "write a page with the curves"},
        {"sql", 0, LJ_FLAG_TEXT, &sql, "SQL", "which rows of the table, which is called source"}};
    const char *arguments[2] = {NULL, NULL};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_run_result result = {{0}, {0}};
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 2, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    LJ_TRY_DONE(lj_bundle_open(arguments[0], &bundle));
    const lj_source_options source = {
        .source = arguments[1], .sql = sql, .n_threads = lj_team_size(common.team)};
    const lj_evaluate_options options = {
        .source = &source, .by = by, .report = report, .team = common.team, .console = common.console};
    LJ_TRY_DONE(lj_bundle_evaluate(bundle, &options, &result));
    (void)fputs(common.json ? result.json.data : result.summary.data, stdout);
    if (common.json)
        (void)fputc('\n', stdout);
done:
    lj_run_result_free(&result);
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}
