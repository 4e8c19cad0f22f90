/* New rows of a model: as a table in the columns of its training data, or as images. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/images.h"
#include "pipeline/pipeline.h"

enum { CHUNK_ROWS = 4096 };

/* What is drawn and where it goes. */
typedef struct generator {
    lj_drawer drawer;
    const lj_generate_options *options;
    int64_t class_index;
    lj_drawn rows; /* of one chunk; images: of all rows */
    lj_sha256 *hash;
} generator;

static void free_generator(generator *g)
{
    lj_free(g->rows.numbers);
    lj_free(g->rows.codes);
    lj_free(g->rows.pixels);
    lj_sha256_destroy(g->hash);
}

static lj_status find_class(generator *g)
{
    const lj_target *target = g->drawer.target;
    const char *wanted = g->options->class_name;
    g->class_index = -1;
    if (wanted == NULL)
        return LJ_OK;
    if (target->task != LJ_UNSUPERVISED || target->classes == 0)
        return lj_fail(LJ_EUSAGE, "--class: the model '%s' was told no classes", g->drawer.name);
    for (int64_t k = 0; k < target->classes; k++)
        if (strcmp(target->class_names[k], wanted) == 0)
            g->class_index = k;
    if (g->class_index >= 0)
        return LJ_OK;
    const char *near = lj_nearest(wanted, target->class_names, target->classes);
    return lj_fail(LJ_EUSAGE, "--class: no class '%s'%s%s%s", wanted, near != NULL ? "; did you mean '" : "",
                   near != NULL ? near : "", near != NULL ? "'?" : "");
}

static lj_status make_room(generator *g, int64_t n)
{
    const lj_model_spec *spec = lj_model_spec_of(g->drawer.model);
    g->rows.numbers = lj_new_array(n * spec->number_count, sizeof(float));
    g->rows.codes = lj_new_array(n * spec->category_count, sizeof(int32_t));
    g->rows.pixels = lj_new_array(n * lj_pixels_size(&spec->image), 1);
    if (g->rows.numbers == NULL || g->rows.codes == NULL || g->rows.pixels == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " rows", n);
    return lj_sha256_create(&g->hash);
}

/* Draws rows first .. first + n - 1 and adds them to the hash. */
static lj_status draw(generator *g, int64_t first, int64_t n)
{
    lj_model *model = g->drawer.model;
    const lj_model_spec *spec = lj_model_spec_of(model);
    const lj_draw_options how = {.seed = g->options->seed, .first = first, .n = n, .class_index = g->class_index};
    LJ_TRY(lj_model_draw(model, &how, g->options->team, &g->rows));
    LJ_TRY(lj_sha256_update(g->hash, g->rows.numbers, (size_t)(n * spec->number_count) * sizeof(float)));
    LJ_TRY(lj_sha256_update(g->hash, g->rows.codes, (size_t)(n * spec->category_count) * sizeof(int32_t)));
    return lj_sha256_update(g->hash, g->rows.pixels, (size_t)(n * lj_pixels_size(&spec->image)));
}

/* ---- tables ---- */

static lj_status write_chunk(generator *g, int64_t n, lj_sink *sink)
{
    lj_frame *frame = NULL;
    LJ_TRY(lj_prep_invert(g->drawer.prep, g->rows.numbers, g->rows.codes, n, &frame));
    const lj_status status = lj_sink_write(sink, frame);
    lj_frame_destroy(frame);
    return status;
}

static lj_status generate_table(generator *g)
{
    const int64_t rows = g->options->rows;
    lj_sink *sink = NULL;
    lj_status status = LJ_OK;
    LJ_TRY(lj_prep_check_invertible(g->drawer.prep));
    LJ_TRY(make_room(g, rows < CHUNK_ROWS ? rows : CHUNK_ROWS));
    LJ_TRY(lj_sink_open(g->options->out, &sink));
    lj_progress_begin(g->options->console, "rows", rows);
    for (int64_t first = 0; status == LJ_OK && first < rows; first += CHUNK_ROWS) {
        const int64_t n = rows - first < CHUNK_ROWS ? rows - first : CHUNK_ROWS;
        status = draw(g, first, n);
        if (status == LJ_OK)
            status = write_chunk(g, n, sink);
        if (status == LJ_OK && lj_interrupted())
            status = lj_fail(LJ_EINTERRUPTED, "interrupted after %" PRId64 " rows; nothing was written", first + n);
        lj_progress_update(g->options->console, first + n, NULL);
    }
    lj_progress_end(g->options->console);
    if (status == LJ_OK)
        return lj_sink_close(sink);
    lj_sink_abandon(sink);
    return status;
}

/* ---- images ---- */

static lj_status write_files(const generator *g, const char *folder)
{
    lj_pixels image = lj_model_spec_of(g->drawer.model)->image;
    const int64_t size = lj_pixels_size(&image);
    lj_status status = lj_folder_create(folder);
    for (int64_t i = 0; status == LJ_OK && i < g->options->rows; i++) {
        lj_text path = {0};
        lj_text_printf(&path, "%s/%06" PRId64 ".png", folder, i);
        image.bytes = g->rows.pixels + i * size;
        status = lj_text_finish(&path);
        if (status == LJ_OK)
            status = lj_image_write(path.data, &image);
        lj_text_free(&path);
    }
    return status;
}

/* The folder is made under another name: it is there as a whole or not at all. */
static lj_status write_folder(const generator *g)
{
    lj_text part = {0};
    if (lj_file_exists(g->options->out))
        return lj_fail(LJ_EUSAGE, "%s exists: name another place for the images", g->options->out);
    lj_text_printf(&part, "%s.part", g->options->out);
    lj_status status = lj_text_finish(&part);
    if (status == LJ_OK)
        status = write_files(g, part.data);
    if (status == LJ_OK)
        status = lj_folder_replace(part.data, g->options->out);
    lj_text_free(&part);
    return status;
}

static lj_status generate_images(generator *g)
{
    const lj_generate_options *o = g->options;
    lj_pixels images = lj_model_spec_of(g->drawer.model)->image;
    if (o->out == NULL)
        return lj_fail(LJ_EUSAGE, "images want --out: a folder, or a file that ends in .png");
    LJ_TRY(make_room(g, o->rows));
    LJ_TRY(draw(g, 0, o->rows));
    const char *dot = strrchr(o->out, '.');
    images.bytes = g->rows.pixels;
    return dot != NULL && strcmp(dot, ".png") == 0 ? lj_image_write_grid(o->out, &images, o->rows) : write_folder(g);
}

lj_status lj_bundle_generate(lj_bundle *bundle, const lj_generate_options *options, lj_generate_result *out)
{
    const lj_drawer drawer = {.prep = lj_bundle_prep(bundle),
                              .model = lj_bundle_model(bundle),
                              .target = lj_bundle_target(bundle),
                              .name = lj_bundle_name(bundle)};
    return lj_generate(&drawer, options, out);
}

lj_status lj_generate(const lj_drawer *drawer, const lj_generate_options *options, lj_generate_result *out)
{
    const double begin = lj_seconds();
    generator g = {.drawer = *drawer, .options = options};
    memset(out, 0, sizeof(*out));
    if (options->rows < 1)
        return lj_fail(LJ_EUSAGE, "--rows: expected at least one");
    const lj_family_info *family = lj_model_family(drawer->model);
    if (family->reads_texts) {
        LJ_TRY(find_class(&g));
        LJ_TRY(lj_generate_texts(drawer, options, out->rows_sha256));
        out->rows = options->rows;
        out->seconds = lj_seconds() - begin;
        return LJ_OK;
    }
    if (options->prompt != NULL)
        return lj_fail(LJ_EUSAGE, "--prompt: the family '%s' writes no texts", family->name);
    if (!family->draws_rows)
        return lj_fail(LJ_EUNSUPPORTED, "the family '%s' draws no rows", family->name);
    lj_status status = find_class(&g);
    if (status == LJ_OK)
        status = lj_prep_image(drawer->prep) != NULL ? generate_images(&g) : generate_table(&g);
    if (status == LJ_OK)
        status = lj_sha256_finish(g.hash, out->rows_sha256);
    out->rows = options->rows;
    out->seconds = lj_seconds() - begin;
    free_generator(&g);
    return status;
}
