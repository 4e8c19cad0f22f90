/* lianjin run PIPELINE.yaml */
#include <stdio.h>

#include "cli/cli.h"
#include "lianjin/pipeline.h"

lj_status lj_verb_run(const lj_verb *verb, int argc, char **argv)
{
    const char *out = NULL;
    int resume = 0;
    int64_t seed = -1;
    const lj_flag flags[] = {
        {"out", 'o', LJ_FLAG_TEXT, &out, "FOLDER", "where the bundle goes (default: bundles/NAME)"},
        {"resume", 'r', LJ_FLAG_SWITCH, &resume, NULL, "go on from the checkpoint of an interrupted run"},
        {"seed", 's', LJ_FLAG_INTEGER, &seed, "N", "instead of the pipeline's seed"}};
    const char *path = NULL;
    lj_common common;
    lj_pipeline *pipeline = NULL;
    lj_run_result result = {{0}, {0}};
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 1, &path, &common);
    if (status != LJ_OK || common.help)
        goto done;
    LJ_TRY_DONE(lj_pipeline_read(path, &pipeline));
    lj_interrupt_install();
    const uint64_t given = (uint64_t)seed;
    const lj_pipeline_options options = {.bundle = out,
                                         .resume = resume,
                                         .seed = seed >= 0 ? &given : NULL,
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
