/* lianjin model show|import */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lianjin/bundle.h"
#include "lianjin/pipeline.h"

static lj_status show_json(const lj_bundle *bundle)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_json_item(&json, NULL, lj_bundle_root(bundle));
    const lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        (void)puts(text.data);
    lj_text_free(&text);
    return status;
}

static lj_status show_text(const lj_bundle *bundle)
{
    const lj_target *target = lj_bundle_target(bundle);
    const lj_model *model = lj_bundle_model(bundle);
    lj_text text = {0};
    lj_text_printf(&text, "%s: family %s, task %s, target %s", lj_bundle_name(bundle), lj_model_family(model)->name,
                   lj_task_name(target->task), target->column);
    if (target->task == LJ_BINARY)
        lj_text_printf(&text, " (positive '%s', threshold %.4f)", target->class_names[1], lj_bundle_threshold(bundle));
    lj_text_printf(
        &text, "\n%" PRId64 " features, %" PRId64 " weights, sha256 %s\nsignature, digests and stored cases hold\n\n",
        lj_prep_feature_count(lj_bundle_prep(bundle)), lj_model_size(model),
        lj_bundle_weights_sha256(bundle));
    lj_text_puts(&text, "model\n");
    lj_status status = lj_model_describe(model, &text);
    lj_text_puts(&text, "\npreparation\n");
    if (status == LJ_OK)
        status = lj_prep_describe(lj_bundle_prep(bundle), &text);
    if (status == LJ_OK)
        status = lj_text_finish(&text);
    if (status == LJ_OK)
        (void)puts(text.data);
    lj_text_free(&text);
    return status;
}

static lj_status model_show(const lj_verb *verb, int argc, char **argv)
{
    const char *arguments[1] = {NULL};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_status status = lj_cli_begin(verb, NULL, 0, argc, argv, 1, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    LJ_TRY_DONE(lj_bundle_open(arguments[0], &bundle));
    status = common.json ? show_json(bundle) : show_text(bundle);
done:
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}

static lj_status model_import(const lj_verb *verb, int argc, char **argv)
{
    lj_import_options options = {.target = "target"};
    const lj_flag flags[] = {
        {"out", 'o', LJ_FLAG_TEXT, &options.out, "DIR", "where the bundle goes; needed"},
        {"target", 0, LJ_FLAG_TEXT, &options.target, "NAME", "the column that the model predicts (target)"}};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_status status =
        lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 1, &options.model, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (options.out == NULL) {
        status = lj_fail(LJ_EUSAGE, "model import wants --out DIR: where does the bundle go?");
        goto done;
    }
    options.console = common.console;
    LJ_TRY_DONE(lj_bundle_import(&options));
    if (common.json) {
        LJ_TRY_DONE(lj_bundle_open(options.out, &bundle));
        status = show_json(bundle);
    }
done:
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}

static const lj_verb actions[] = {
    {"model show", "BUNDLE", "what a bundle holds: family, columns, preparation, digests", model_show},
    {"model import", "MODEL",
     "a bundle from a model of XGBoost (.json, .ubj) or LightGBM (.txt), which scores with the bits that those gave",
     model_import},
};

lj_status lj_verb_model(const lj_verb *verb, int argc, char **argv)
{
    return lj_cli_action(verb, actions, sizeof(actions) / sizeof(actions[0]),
                         "docs/import.md says what is exact.", argc, argv);
}
