/* lianjin generate BUNDLE --rows N -o new.csv */
#include <inttypes.h>
#include <math.h>
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
    int64_t rows = LJ_UNSET, seed = 7, tokens = 0, top_k = 0;
    double temperature = NAN, top_p = 0.0;
    const char *out = NULL, *class_name = NULL, *prompt = NULL;
    const lj_flag flags[] = {
        {"rows", 'n', LJ_FLAG_INTEGER, &rows, "N", "how many (64; texts: 1)"},
        {"seed", 's', LJ_FLAG_INTEGER, &seed, "S", "a row is a function of the seed and its number (7)"},
        {"class", 'c', LJ_FLAG_TEXT, &class_name, "CLASS", "rows of this class, of a model that was told classes"},
        {"prompt", 'p', LJ_FLAG_TEXT, &prompt, "TEXT", "texts of a language model begin with it"},
        {"tokens", 'k', LJ_FLAG_INTEGER, &tokens, "N", "most tokens of a text (200)"},
        {"temperature", 0, LJ_FLAG_NUMBER, &temperature, "T",
         "below 1: more probable tokens; 0: always the most probable (1)"},
        {"top-k", 0, LJ_FLAG_INTEGER, &top_k, "K", "draws of the K most probable tokens only"},
        {"top-p", 0, LJ_FLAG_NUMBER, &top_p, "P", "draws of the fewest tokens that have the probability P together"},
        {"out", 'o', LJ_FLAG_TEXT, &out, "FILE",
         "rows as .csv or .parquet (default: CSV, texts as they are, on standard output); images as one .png, or a "
         "folder of them"}};
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
    const int is_text = lj_model_family(lj_bundle_model(bundle))->reads_texts;
    if (tokens < 0 || top_k < 0 || temperature < 0.0 || top_p < 0.0 || top_p > 1.0) {
        status = lj_fail(LJ_EUSAGE, "--tokens, --top-k and --temperature are 0 or more, --top-p is 0 to 1");
        goto done;
    }
    const lj_generate_options options = {.rows = rows != LJ_UNSET ? rows : is_text ? 1 : 64,
                                         .seed = (uint64_t)seed,
                                         .class_name = class_name,
                                         .prompt = prompt,
                                         .tokens = tokens,
                                         .sampling = {.temperature = isnan(temperature) ? 1.0 : temperature,
                                                      .top_k = top_k,
                                                      .top_p = top_p},
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
