/*
 * fasttext: the vectors of a text's words and runs of words and characters, added up as their weights say, then a
 * linear answer over all classes or along a tree of them. Joulin, Grave, Bojanowski and Mikolov 2017, "Bag of tricks
 * for efficient text classification"; the weights of the terms are those of text_linear instead of equal ones.
 */
#include "model/fasttext.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "model/calibrate.h"

#define TASK_ROWS 64 /* rows that a thread scores at once */

static const char *const losses[] = {"softmax", "hierarchical_softmax", NULL};

static const lj_declaration declarations[] = {
    {.key = "dimension",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(lj_fasttext_options, dimension),
     .min = 1,
     .max = 4096,
     .fallback = "64",
     .doc = "Width of the vector of a term."},
    {.key = "loss",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(lj_fasttext_options, loss),
     .choices = losses,
     .fallback = "softmax",
     .doc = "Of three and more classes: all against all, or along a tree, which is faster with many classes."},
};

int lj_fasttext_has_tree(const lj_model_spec *spec, const lj_fasttext_options *options)
{
    return spec->task == LJ_MULTICLASS && options->loss == LJ_FASTTEXT_HIERARCHICAL;
}

static void train_defaults(const void *options, int64_t n, lj_train_values *train)
{
    lj_default_integer(&train->epochs, 50);
    lj_default_integer(&train->batch, 32);
    lj_default_number(&train->rate, 0.02);
    lj_network_train_defaults(options, n, train); /* what is left */
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const lj_model_spec *spec = network->spec;
    const lj_fasttext_options *o = network->options;
    lj_value parts[3];
    int n = 0;
    if (spec->term_count > 0)
        parts[n++] = lj_input(g, "terms", LJ_F32, lj_shape_of(LJ_BATCH, spec->term_count));
    if (spec->number_count > 0)
        parts[n++] = numbers;
    if (spec->category_count > 0)
        parts[n++] = lj_one_hot(g, codes, spec->category_sizes);
    const lj_value x = n == 1 ? parts[0] : lj_concat(g, parts, n, 1);
    const lj_value text =
        lj_dense(g, x, o->dimension, .name = "embedding", .weight = LJ_TORCH_LINEAR, .no_bias = 1);
    if (!lj_fasttext_has_tree(spec, o))
        return lj_dense(g, text, lj_network_outputs(spec), .name = "output", .weight = LJ_ZEROS);
    (void)lj_parameter(g, "class_share", lj_shape_of(spec->classes), (lj_parameter_options){.frozen = 1});
    return lj_dense(g, text, spec->classes - 1, .name = "output", .weight = LJ_ZEROS);
}

lj_status lj_fasttext_find(const lj_weights *weights, lj_fasttext_weights *out)
{
    lj_weights *all = (lj_weights *)(uintptr_t)weights; /* the caller knows whether it may write */
    const lj_tensor *embedding = lj_weights_find(all, "embedding.weight");
    const lj_tensor *weight = lj_weights_find(all, "output.weight"), *bias = lj_weights_find(all, "output.bias");
    const lj_tensor *share = lj_weights_find(all, "class_share");
    if (embedding == NULL || weight == NULL || bias == NULL)
        return lj_fail(LJ_ESHAPE, "fasttext: the weights are not there");
    *out = (lj_fasttext_weights){.embedding = embedding->data,
                                 .weight = weight->data,
                                 .bias = bias->data,
                                 .share = share != NULL ? share->data : NULL,
                                 .inputs = embedding->shape.dim[0],
                                 .dimension = embedding->shape.dim[1],
                                 .outputs = bias->count};
    return LJ_OK;
}

/* ---- scoring ---- */

typedef struct scoring {
    const lj_model_spec *spec;
    const lj_rows *rows;
    lj_fasttext_weights w;
    lj_huffman tree; /* classes 0: none */
    const lj_kernels *kernels;
    int64_t width;
    float *text;   /* [threads, dimension] */
    float *answer; /* [threads, outputs] */
    float *scores;
} scoring;

/* Probability of each class: the product of the turns on its path. */
static void walk_tree(const scoring *s, const float *z, float *out)
{
    for (int64_t c = 0; c < s->tree.classes; c++) {
        double p = 1.0;
        for (int64_t k = s->tree.begin[c]; k < s->tree.begin[c + 1]; k++) {
            const double right = lj_sigmoid_value((double)z[s->tree.node[k]]);
            p *= s->tree.is_right[k] ? right : 1.0 - right;
        }
        out[c] = (float)p;
    }
}

static void answer_row(const scoring *s, int64_t row, float *h, float *z)
{
    const lj_fasttext_weights *w = &s->w;
    double p[LJ_CLASSES_MAX];
    float *out = s->scores + row * s->width;
    memset(h, 0, (size_t)w->dimension * sizeof(*h));
    lj_text_row_add(s->spec, s->rows, row, w->embedding, w->dimension, s->kernels, h);
    memcpy(z, w->bias, (size_t)w->outputs * sizeof(*z));
    for (int64_t d = 0; d < w->dimension; d++)
        s->kernels->add_scaled(w->outputs, w->weight + d * w->outputs, h[d], z);
    if (s->tree.classes > 0) {
        walk_tree(s, z, out);
        return;
    }
    if (s->spec->task != LJ_MULTICLASS) {
        out[0] = s->spec->task == LJ_BINARY ? (float)lj_sigmoid_value((double)z[0]) : z[0];
        return;
    }
    for (int64_t c = 0; c < s->width; c++)
        p[c] = (double)z[c];
    lj_softmax_row(p, s->width);
    for (int64_t c = 0; c < s->width; c++)
        out[c] = (float)p[c];
}

static void score_rows(void *context, int64_t task, int thread)
{
    const scoring *s = context;
    const int64_t begin = task * TASK_ROWS;
    const int64_t end = begin + TASK_ROWS < s->rows->n ? begin + TASK_ROWS : s->rows->n;
    for (int64_t row = begin; row < end; row++)
        answer_row(s, row, s->text + thread * s->w.dimension, s->answer + thread * s->w.outputs);
}

lj_status lj_fasttext_score(const lj_model_spec *spec, const lj_weights *weights, const lj_rows *rows, lj_team *team,
                            float *scores)
{
    scoring s = {.spec = spec,
                 .rows = rows,
                 .kernels = lj_kernels_get(),
                 .width = lj_network_outputs(spec),
                 .scores = scores};
    lj_status status = LJ_OK;
    LJ_TRY(lj_fasttext_find(weights, &s.w));
    if (s.w.share != NULL)
        LJ_TRY(lj_huffman_make(s.w.share, spec->classes, &s.tree));
    s.text = lj_new_array(lj_team_size(team) * s.w.dimension, sizeof(*s.text));
    s.answer = lj_new_array(lj_team_size(team) * s.w.outputs, sizeof(*s.answer));
    if (s.text == NULL || s.answer == NULL)
        status = lj_fail(LJ_ENOMEM, "fasttext: no memory to score");
    else
        lj_team_run(team, score_rows, &s, (rows->n + TASK_ROWS - 1) / TASK_ROWS);
    lj_free(s.text);
    lj_free(s.answer);
    lj_huffman_free(&s.tree);
    return status;
}

const lj_family lj_family_fasttext = {
    .info = {.name = "fasttext",
             .summary = "vectors of the words and characters of texts, added up, and a linear answer",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TERMS,
             .reads_terms = 1},
    .options_size = sizeof(lj_fasttext_options),
    .train_defaults = train_defaults,
    .build = build,
    .fit = lj_fasttext_fit,
    .score = lj_fasttext_score,
};
