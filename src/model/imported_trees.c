/* imported_trees: trees of XGBoost or LightGBM, read by lianjin model import (lianjin/tree_import.h). */
#include "model/trees_fit.h"

typedef struct imported_trees_options {
    int nothing;
} imported_trees_options;

static lj_status fit(const lj_fit_call *call)
{
    (void)call;
    return lj_fail(LJ_ECONFIG, "the family 'imported_trees' is not trained: lianjin model import makes such models");
}

const lj_family lj_family_imported_trees = {
    .info = {.name = "imported_trees",
             .summary = "trees that XGBoost or LightGBM grew",
             .style = LJ_PREP_TREES,
             .grows_trees = 1,
             .is_imported = 1},
    .options_size = sizeof(imported_trees_options),
    .train_defaults = lj_trees_train_defaults,
    .fit = fit,
};
