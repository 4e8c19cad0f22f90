/* A variational autoencoder 256-128-64-32 and back, in C: the weights of examples/stripes/vae.yaml. */
#include <lianjin/images.h>
#include <lianjin/train.h>
#include <stdio.h>
#define TRY(expr) do { if ((expr) != LJ_OK) return fprintf(stderr, "%s\n", lj_error_message()), 1; } while (0)
#define DENSE(x, n, s, f) lj_dense(g, x, n, .name = s, .activation = f, .weight = LJ_TORCH_LINEAR, .torch_bias = 1)
enum { SIDE = 28, LATENT = 32, EPOCHS = 3 };

static lj_value network(lj_graph *g) /* minus the evidence lower bound of each row, in nats */
{
    lj_value row = lj_flatten(g, lj_input(g, "pixels", LJ_F32, lj_shape_of(LJ_BATCH, SIDE, SIDE, 1)));
    lj_value x = DENSE(DENSE(row, 256, "encoder.0", LJ_RELU), 128, "encoder.1", LJ_RELU);
    x = DENSE(DENSE(x, 64, "encoder.2", LJ_RELU), 2 * LATENT, "encoder.output", LJ_LINEAR);
    lj_value mean = lj_slice(g, x, 1, 0, LATENT), log_variance = lj_slice(g, x, 1, LATENT, 2 * LATENT);
    lj_value far = lj_add(g, lj_square(g, mean), lj_subtract(g, lj_exp(g, log_variance), log_variance));
    far = lj_sum(g, lj_subtract(g, far, lj_scalar(g, 1)), 1, 0); /* twice the divergence from the normal distribution */
    x = DENSE(lj_sample_normal(g, mean, log_variance, "latent"), 64, "decoder.0", LJ_RELU);
    x = DENSE(DENSE(x, 128, "decoder.1", LJ_RELU), 256, "decoder.2", LJ_RELU);
    lj_value nats = lj_sum(g, lj_bce_logits(g, DENSE(x, SIDE * SIDE, "decoder.output", LJ_LINEAR), row, 0), 1, 0);
    return lj_add(g, nats, lj_multiply(g, far, lj_scalar(g, 0.5F)));
}
int main(int argc, char **argv) /* the folder of train */
{
    const lj_pixels shape = {.height = SIDE, .width = SIDE, .channels = 1};
    const lj_train_options how = {.epochs = EPOCHS, .batch = 16, .seed = 7, .schedule = {.rate = 1e-3},
                                  .optimiser = {.optimiser = LJ_OPTIMISER_ADAM}};
    lj_train_job job = {.task = LJ_UNSUPERVISED};
    lj_rows rows = {.pixel_count = SIDE * SIDE, .image = shape};
    lj_train_result result;
    lj_frame *frame = NULL;
    char sha256[65];
    TRY(lj_images_read(&(lj_image_set){.images = argv[argc - 1]}, 1, &shape, NULL, NULL, &frame, &rows.n, sha256));
    rows.pixels = lj_frame_pixels(frame)->bytes;
    TRY(lj_train_job_build(&job, network, how.seed));
    TRY(lj_train(&job, &how, &rows, NULL, NULL, NULL, &result));
    TRY(lj_weights_sha256(job.weights, sha256));
    return puts(sha256) < 0;
}
