/* isolation_forest: rows that are like few others (lianjin/trees.h). */
#include <stddef.h>

#include "model/trees_fit.h"

typedef struct isolation_forest_options {
    int64_t trees, sample;
} isolation_forest_options;

#define FIELD(name, member) .key = name, .offset = offsetof(isolation_forest_options, member)

static const lj_declaration declarations[] = {
    {FIELD("n_estimators", trees), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = 100000, .fallback = "200",
     .doc = "Trees."},
    {FIELD("max_samples", sample), .kind = LJ_DECLARED_INTEGER, .min = 2, .max = 1e6, .fallback = "256",
     .doc = "Rows of a tree: few are enough, and hide less of what is rare."},
};

static lj_status fit(const lj_fit_call *call)
{
    const isolation_forest_options *o = call->options;
    const lj_tree_rows rows = lj_model_tree_rows(call->network->spec, call->train);
    const lj_isolation_options options = {
        .trees = o->trees, .sample = o->sample, .seed = call->training->seed, .console = call->console};
    const double begin = lj_seconds();
    LJ_TRY(lj_isolation_fit(&options, &rows, call->trees));
    call->result->seconds = lj_seconds() - begin;
    call->result->best_epoch = call->result->steps = o->trees;
    return LJ_OK;
}

const lj_family lj_family_isolation_forest = {
    .info = {.name = "isolation_forest",
             .summary = "how few random questions tell a row from all others",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TREES,
             .target = LJ_TARGET_NONE,
             .grows_trees = 1},
    .options_size = sizeof(isolation_forest_options),
    .train_defaults = lj_trees_train_defaults,
    .fit = fit,
};
