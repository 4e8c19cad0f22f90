/* lianjin generate BUNDLE --rows N -o new.csv */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "lianjin/pipeline.h"

static lj_status print_json(const lj_generate_result *result, const lj_generate_options *options)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "out", options->out);
    lj_json_integer(&json, "rows", result->rows);
    lj_json_integer(&json, "seed", (int64_t)options->seed);
    lj_json_string(&json, "class", options->class_name);
    lj_json_string(&json, "rows_sha256", result->rows_sha256);
    lj_json_double(&json, "seconds", result->seconds);
    lj_json_end_map(&json);
    const lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        (void)puts(text.data);
    lj_text_free(&text);
    return status;
}

lj_status lj_verb_generate(const lj_verb *verb, int argc, char **argv)
{
    int64_t rows = 64, seed = 7;
    const char *out = NULL, *class_name = NULL;
    const lj_flag flags[] = {
        {"rows", 'n', LJ_FLAG_INTEGER, &rows, "N", "how many (64)"},
        {"seed", 's', LJ_FLAG_INTEGER, &seed, "S", "a row is a function of the seed and its number (7)"},
        {"class", 'c', LJ_FLAG_TEXT, &class_name, "CLASS", "rows of this class, of a model that was told classes"},
        {"out", 'o', LJ_FLAG_TEXT, &out, "FILE",
         "rows as .csv or .parquet (default: CSV on standard output); images as one .png, or a folder of them"}};
    const char *arguments[1] = {NULL};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_generate_result result;
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 1, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (common.json && out == NULL) {
        status = lj_fail(LJ_EUSAGE, "--json wants --out: standard output cannot hold both");
        goto done;
    }
    LJ_TRY_DONE(lj_bundle_open(arguments[0], &bundle));
    lj_interrupt_install();
    const lj_generate_options options = {.rows = rows,
                                         .seed = (uint64_t)seed,
                                         .class_name = class_name,
                                         .out = out,
                                         .team = common.team,
                                         .console = common.console};
    LJ_TRY_DONE(lj_bundle_generate(bundle, &options, &result));
    if (common.json)
        status = print_json(&result, &options);
    else if (out != NULL)
        lj_note(common.console, "%" PRId64 " rows in %.2f s into %s", result.rows, result.seconds, out);
done:
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}
