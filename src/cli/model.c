/* lianjin model show BUNDLE */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lianjin/bundle.h"

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

lj_status lj_verb_model(const lj_verb *verb, int argc, char **argv)
{
    const char *arguments[2] = {NULL, NULL};
    lj_common common;
    lj_bundle *bundle = NULL;
    lj_status status = lj_cli_begin(verb, NULL, 0, argc, argv, 2, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (strcmp(arguments[0], "show") != 0) {
        status = lj_fail(LJ_EUSAGE, "expected lianjin model show BUNDLE, found '%s'", arguments[0]);
        goto done;
    }
    LJ_TRY_DONE(lj_bundle_open(arguments[1], &bundle));
    status = common.json ? show_json(bundle) : show_text(bundle);
done:
    lj_bundle_close(bundle);
    lj_cli_end(&common);
    return status;
}
