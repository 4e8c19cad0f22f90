/* Listings without a target: a variational autoencoder, and a generator against a critic, on random bytes. */
#ifndef LIANJIN_BENCH_GENERATIVE_H
#define LIANJIN_BENCH_GENERATIVE_H

#include <stdlib.h>
#include <string.h>

#include "lianjin/memory.h"
#include "lianjin/model.h"
#include "lianjin/random.h"

typedef struct generative_case {
    const char *name, *family, *text; /* options */
    int64_t height, width, rows;
} generative_case;

static const generative_case generative[] = {
    {"vae-256-128-64-32", "vae",
     "{model: {layers: [256, 128, 64], latent: 32}, train: {optimiser: adam, batch: 128, epochs: 2, average: 0}}",
     28, 28, 10240},
    {"gan-256-512-1000", "gan",
     "{model: {layers: [512, 256], latent: 100}, train: {optimiser: adam, batch: 64, epochs: 2, average: 0}}",
     25, 40, 6400},
};
enum { GENERATIVE_CASES = sizeof(generative) / sizeof(generative[0]) };

static lj_status run_generative(const generative_case *c, lj_team *team, double *seconds)
{
    const int64_t size = c->height * c->width;
    lj_doc *doc = NULL;
    lj_model *model = NULL;
    lj_train_result result = {0};
    uint8_t *pixels = lj_new_array(c->rows * size, 1);
    if (pixels == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %lld images", (long long)c->rows);
    for (int64_t i = 0; i < c->rows * size; i++)
        pixels[i] = (uint8_t)lj_random_u32(1, 4, (uint64_t)i);
    const lj_pixels image = {.height = c->height, .width = c->width, .channels = 1};
    const lj_rows rows = {.n = c->rows, .pixels = pixels, .pixel_count = size, .image = image};
    const lj_model_spec spec = {.task = LJ_UNSUPERVISED, .image = image};
    lj_status status = lj_yaml_parse("options", c->text, strlen(c->text), &doc);
    if (status == LJ_OK) {
        const lj_fit_options options = {.family = c->family,
                                        .file = lj_doc_name(doc),
                                        .model = lj_item_get(lj_doc_root(doc), "model"),
                                        .train = lj_item_get(lj_doc_root(doc), "train"),
                                        .seed = 7};
        status = lj_model_fit(&options, &spec, &rows, NULL, team, NULL, &result, &model);
    }
    *seconds = result.seconds;
    lj_free(result.epochs);
    lj_model_destroy(model);
    lj_doc_destroy(doc);
    lj_free(pixels);
    return status;
}

#endif
