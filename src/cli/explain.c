/* lianjin explain BUNDLE TABLE -o why.csv */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lianjin/explain.h"
#include "lianjin/pipeline.h"

lj_status lj_verb_explain(const lj_verb *verb, int argc, char **argv)
{
    lj_flag_texts keep = {{NULL}, 0};
    const char *sql = NULL;
    lj_bundle_explain_options options = {.reasons = -1};
    const lj_flag flags[] = {
        {"out", 'o', LJ_FLAG_TEXT, &options.out, "FILE", "rows as .csv or .parquet (default: CSV on standard output)"},
        {"keep", 'k', LJ_FLAG_TEXTS, &keep, "A,B", "columns of the table to repeat before the scores"},
        {"sql", 0, LJ_FLAG_TEXT, &sql, "SQL", "which rows of the table, which is called source"},
        {"method", 'm', LJ_FLAG_TEXT, &options.method, "METHOD",
         "paths, references (trees), linear, permutation (default: exact where the family allows it)"},
        {"reference", 'r', LJ_FLAG_TEXT, &options.reference, "WHAT",
         "a row is compared with: shapley, population, approved, maximum"},
        {"class", 0, LJ_FLAG_TEXT, &options.class_name, "CLASS", "explain this class (default: the one that is said)"},
        {"reasons", 'n', LJ_FLAG_INTEGER, &options.reasons, "N", "reasons of a row (default: explain.reasons, 4)"},
        {"language", 'l', LJ_FLAG_TEXT, &options.language, "en|zh", "a column of text beside each reason"}};
    const char *arguments[2] = {NULL, NULL};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_explain_result result = {0};
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 2, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (common.json && options.out == NULL)
        LJ_TRY_DONE(lj_fail(LJ_EUSAGE, "--json wants --out: standard output cannot hold both"));
    if (options.language != NULL && strcmp(options.language, "en") != 0 && strcmp(options.language, "zh") != 0)
        LJ_TRY_DONE(lj_fail(LJ_EUSAGE, "unknown language '%s': expected en or zh", options.language));
    if (options.reasons < -1 || options.reasons > LJ_REASONS_MAX)
        LJ_TRY_DONE(lj_fail(LJ_EUSAGE, "--reasons: expected 0 to %d", LJ_REASONS_MAX));
    LJ_TRY_DONE(lj_bundle_open(arguments[0], &bundle));
    lj_interrupt_install();
    const lj_source_options source = {.source = arguments[1], .sql = sql, .n_threads = lj_team_size(common.team)};
    options.source = &source;
    options.keep = keep.text;
    options.keep_count = keep.count;
    options.team = common.team;
    options.console = common.console;
    LJ_TRY_DONE(lj_bundle_explain(bundle, &options, &result));
    if (common.json)
        (void)puts(result.json.data);
    else if (options.out != NULL)
        (void)fputs(result.summary.data, stdout);
done:
    lj_explain_result_free(&result);
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}
