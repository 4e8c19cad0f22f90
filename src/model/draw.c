/* New rows of a model that learned what rows are like: noise by (seed, row), through the family's generator. */
#include <inttypes.h>

#include "lianjin/math.h"
#include "lianjin/random.h"
#include "model/coder.h"
#include "model/model.h"

enum { DRAW_BATCH = 256 }; /* rows of the program; no number depends on it */

static lj_status need_program(lj_model *model, int64_t n_threads)
{
    const lj_model_core *core = model->core;
    lj_network network = lj_model_network(core);
    lj_graph *g = NULL;
    if (model->drawing != NULL && model->drawing_threads >= n_threads)
        return LJ_OK;
    lj_program_destroy(model->drawing);
    model->drawing = NULL;
    LJ_TRY(lj_graph_create(0, &g));
    const lj_value noise = lj_input(g, "noise", LJ_F32, lj_shape_of(LJ_BATCH, core->family->noise(&network)));
    if (core->spec.classes > 0)
        network.labels = lj_input(g, "labels", LJ_I32, lj_shape_of(LJ_BATCH));
    lj_output(g, "row", core->family->generate(g, &network, noise));
    const lj_program_options options = {.batch = DRAW_BATCH, .n_threads = n_threads};
    lj_status status = lj_graph_check(g);
    if (status == LJ_OK)
        status = lj_program_compile(g, core->weights, &options, &model->drawing);
    lj_graph_destroy(g);
    model->drawing_threads = n_threads;
    return status;
}

/* The category that a number in [0, 1) picks among probabilities p [size]. */
static int32_t pick(const float *p, int64_t size, double at)
{
    double sum = 0.0, passed = 0.0;
    int32_t last = 0;
    for (int64_t c = 0; c < size; c++)
        sum += (double)p[c];
    for (int32_t c = 0; c < size; c++) {
        if (!(p[c] > 0.0F))
            continue;
        last = c;
        passed += (double)p[c];
        if (passed > at * sum)
            break;
    }
    return last;
}

/* One generated row [W] to the arrays of the caller. */
static void put_row(const lj_model_spec *spec, const float *from, uint64_t seed, int64_t row, int64_t i,
                    const lj_drawn *out)
{
    static const float white = 255.0F;
    const int64_t pixels = lj_pixels_size(&spec->image);
    const uint64_t stream = lj_random_stream("generate/category");
    for (int64_t k = 0; k < pixels; k++) {
        const float x = from[k] < 0.0F ? 0.0F : from[k] > 1.0F ? 1.0F : from[k];
        out->pixels[i * pixels + k] = (uint8_t)(x * white + 0.5F);
    }
    for (int64_t k = 0; k < spec->number_count; k++)
        out->numbers[i * spec->number_count + k] = from[k];
    from += spec->number_count;
    for (int64_t k = 0; k < spec->category_count; k++) {
        const double at = (double)lj_random_uniform(seed, stream, (uint64_t)(row * spec->category_count + k));
        out->codes[i * spec->category_count + k] = pick(from, spec->category_sizes[k], at);
        from += spec->category_sizes[k];
    }
}

static void fill_noise(const lj_draw_options *how, int64_t row, int64_t n, int64_t width, float *out)
{
    const uint64_t stream = lj_random_stream("generate");
    for (int64_t i = 0; i < n * width; i++) {
        const uint32_t word = lj_random_u32(how->seed, stream, (uint64_t)(row * width + i));
        out[i] = (float)lj_normal_quantile(((double)word + 0.5) / 4294967296.0);
    }
}

lj_status lj_model_draw(lj_model *model, const lj_draw_options *how, lj_team *team, const lj_drawn *out)
{
    const lj_model_core *core = model->core;
    const lj_model_spec *spec = &core->spec;
    const lj_network network = lj_model_network(core);
    if (!core->family->info.draws_rows)
        return lj_fail(LJ_EUNSUPPORTED, "the family '%s' draws no rows", core->family->info.name);
    if (how->class_index >= 0 && how->class_index >= spec->classes)
        return lj_fail(LJ_EINVAL, "expected a class below %" PRId64 ", found %" PRId64, spec->classes,
                       how->class_index);
    LJ_TRY(need_program(model, lj_team_size(team)));
    const int64_t noise = core->family->noise(&network), width = lj_coder_width(spec);
    int32_t *labels = lj_program_input(model->drawing, "labels");
    for (int64_t begin = 0; begin < how->n; begin += DRAW_BATCH) {
        const int64_t n = how->n - begin < DRAW_BATCH ? how->n - begin : DRAW_BATCH, row = how->first + begin;
        fill_noise(how, row, n, noise, lj_program_input(model->drawing, "noise"));
        for (int64_t i = 0; labels != NULL && i < n; i++)
            labels[i] = (int32_t)(how->class_index >= 0 ? how->class_index : (row + i) % spec->classes);
        lj_program_run(model->drawing, team, &(lj_run_options){.n_rows = n, .step = 1});
        const float *rows = lj_program_output(model->drawing, "row");
        for (int64_t i = 0; i < n; i++)
            put_row(spec, rows + i * width, how->seed, row + i, begin + i, out);
    }
    return LJ_OK;
}
