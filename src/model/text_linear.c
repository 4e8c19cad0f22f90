/*
 * text_linear: linear models of the terms of texts (sparse rows), and of numbers and categories beside them. Classes:
 * support vector machines, one class against the rest, on terms that are multiplied by how much each tells of the
 * class (evidence.h; the weights of a finished model hold these factors), whose margins become probabilities by what
 * the valid part says; values: ridge regression.
 */
#include "model/text_linear.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "model/calibrate.h"

#define TASK_ROWS 64 /* rows that a thread scores at once */

static const lj_declaration declarations[] = {
    {.key = "l2",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(lj_text_linear_options, l2),
     .min = 1e-6,
     .max = 1e9,
     .doc = "Strength of the squared penalty (1/C of scikit-learn's LinearSVC); left out: the best of 10, 3, 1, 0.3 "
            "and 0.1 on valid."},
    {.key = "passes",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(lj_text_linear_options, passes),
     .min = 1,
     .max = 100000,
     .fallback = "100",
     .doc = "Most passes over the rows."},
    {.key = "refit",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(lj_text_linear_options, refit),
     .fallback = "true",
     .doc = "Fits once more on train and valid together, with the strength that valid chose."},
};

static void train_defaults(const void *values, int64_t n, lj_train_values *train)
{
    (void)values, (void)n, (void)train; /* no training loop: only the monitor and class weights are read */
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const lj_model_spec *spec = network->spec;
    lj_value parts[3];
    int n = 0;
    if (spec->term_count > 0)
        parts[n++] = lj_input(g, "terms", LJ_F32, lj_shape_of(LJ_BATCH, spec->term_count));
    if (spec->number_count > 0)
        parts[n++] = numbers;
    if (spec->category_count > 0)
        parts[n++] = lj_one_hot(g, codes, spec->category_sizes);
    const lj_value x = n == 1 ? parts[0] : lj_concat(g, parts, n, 1);
    return lj_dense(g, x, lj_network_outputs(spec), .name = "linear", .weight = LJ_ZEROS);
}

/* ---- scoring ---- */

typedef struct scoring {
    const lj_model_spec *spec;
    const lj_rows *rows;
    const float *weight, *bias; /* [inputs, outputs], [outputs] */
    const lj_kernels *kernels;
    int64_t outputs;
    float *scores;
} scoring;

static void score_rows(void *context, int64_t task, int thread)
{
    (void)thread;
    const scoring *s = context;
    const int64_t begin = task * TASK_ROWS;
    const int64_t end = begin + TASK_ROWS < s->rows->n ? begin + TASK_ROWS : s->rows->n;
    double p[LJ_CLASSES_MAX];
    for (int64_t row = begin; row < end; row++) {
        float *z = s->scores + row * s->outputs;
        memcpy(z, s->bias, (size_t)s->outputs * sizeof(*z));
        lj_text_row_add(s->spec, s->rows, row, s->weight, s->outputs, s->kernels, z);
        if (s->spec->task == LJ_BINARY)
            z[0] = (float)lj_sigmoid_value((double)z[0]);
        if (s->spec->task != LJ_MULTICLASS)
            continue;
        for (int64_t c = 0; c < s->outputs; c++)
            p[c] = (double)z[c];
        lj_softmax_row(p, s->outputs);
        for (int64_t c = 0; c < s->outputs; c++)
            z[c] = (float)p[c];
    }
}

static lj_status score(const lj_model_spec *spec, const lj_weights *weights, const lj_rows *rows, lj_team *team,
                       float *scores)
{
    const lj_tensor *weight = lj_weights_find((lj_weights *)(uintptr_t)weights, "linear.weight");
    const lj_tensor *bias = lj_weights_find((lj_weights *)(uintptr_t)weights, "linear.bias");
    if (weight == NULL || bias == NULL)
        return lj_fail(LJ_ESHAPE, "text_linear: the weights are not there");
    scoring s = {.spec = spec,
                 .rows = rows,
                 .weight = weight->data,
                 .bias = bias->data,
                 .kernels = lj_kernels_get(),
                 .outputs = lj_network_outputs(spec),
                 .scores = scores};
    lj_team_run(team, score_rows, &s, (rows->n + TASK_ROWS - 1) / TASK_ROWS);
    return LJ_OK;
}

const lj_family lj_family_text_linear = {
    .info = {.name = "text_linear",
             .summary = "linear support vector machines or ridge regression on the words and characters of texts",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TERMS,
             .reads_terms = 1},
    .options_size = sizeof(lj_text_linear_options),
    .train_defaults = train_defaults,
    .build = build,
    .fit = lj_text_linear_fit,
    .score = score,
};
