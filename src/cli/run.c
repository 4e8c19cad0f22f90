/* lianjin run PIPELINE.yaml, and with a search before it: lianjin tune PIPELINE.yaml */
#include <stdio.h>

#include "cli/cli.h"
#include "lianjin/pipeline.h"
#include "lianjin/tune.h"

static lj_status run_or_tune(const lj_verb *verb, int tunes, int argc, char **argv)
{
    const char *out = NULL;
    int resume = 0;
    int64_t seed = -1, trials = -1;
    const lj_flag flags[] = {
        {"out", 'o', LJ_FLAG_TEXT, &out, "FOLDER", "where the bundle goes (default: bundles/NAME)"},
        {"resume", 'r', LJ_FLAG_SWITCH, &resume, NULL, "go on from the checkpoint of an interrupted run"},
        {"seed", 's', LJ_FLAG_INTEGER, &seed, "N", "instead of the pipeline's seed"},
        {"trials", 't', LJ_FLAG_INTEGER, &trials, "N", "options that are tried (default: tune.trials, 50)"}};
    const int64_t flag_count = (int64_t)(sizeof(flags) / sizeof(flags[0])) - !tunes;
    const char *path = NULL;
    lj_common common;
    lj_pipeline *pipeline = NULL;
    lj_run_result result = {{0}, {0}};
    lj_status status = lj_cli_begin(verb, flags, flag_count, argc, argv, 1, &path, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (trials != -1 && (trials < 1 || trials > LJ_TRIALS_MAX))
        LJ_TRY_DONE(lj_fail(LJ_EUSAGE, "--trials: expected 1 to %d", LJ_TRIALS_MAX));
    LJ_TRY_DONE(lj_pipeline_read(path, &pipeline));
    lj_interrupt_install();
    const uint64_t given = (uint64_t)seed;
    const lj_pipeline_options options = {.bundle = out,
                                         .resume = resume,
                                         .seed = seed >= 0 ? &given : NULL,
                                         .tune = tunes,
                                         .trials = trials > 0 ? trials : 0,
                                         .team = common.team,
                                         .console = common.console};
    LJ_TRY_DONE(lj_pipeline_run(pipeline, &options, &result));
    (void)fputs(common.json ? result.json.data : result.summary.data, stdout);
    if (common.json)
        (void)fputc('\n', stdout);
done:
    lj_run_result_free(&result);
    lj_pipeline_destroy(pipeline);
    lj_cli_end(&common);
    return status;
}

lj_status lj_verb_run(const lj_verb *verb, int argc, char **argv)
{
    return run_or_tune(verb, 0, argc, argv);
}

lj_status lj_verb_tune(const lj_verb *verb, int argc, char **argv)
{
    return run_or_tune(verb, 1, argc, argv);
}
