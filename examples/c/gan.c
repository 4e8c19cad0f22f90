/* A generator 256-512-1000 against a critic 512-256-1, in C: the weights of examples/stripes/gan.yaml. */
#include <lianjin/images.h>
#include <lianjin/train.h>
#include <stdio.h>
#define TRY(expr) do { if ((expr) != LJ_OK) return fprintf(stderr, "%s\n", lj_error_message()), 1; } while (0)
#define DENSE(x, n, s, f) lj_dense(g, x, n, .name = s, .activation = f, .weight = LJ_TORCH_LINEAR, .torch_bias = 1)
enum { HEIGHT = 25, WIDTH = 40, LATENT = 100, SEED = 7 };
static lj_value draw(lj_graph *g, const char *noise) /* whole rows */
{
    lj_value x = DENSE(lj_normal(g, lj_shape_of(LJ_BATCH, LATENT), noise), 256, "generator.0", LJ_LEAKY_RELU);
    return DENSE(DENSE(x, 512, "generator.1", LJ_LEAKY_RELU), HEIGHT * WIDTH, "generator.output", LJ_SIGMOID);
}
static lj_value cost(lj_graph *g, lj_value row, float sign) /* of the critic's one number: real rows -1, drawn ones 1 */
{
    lj_value x = DENSE(DENSE(row, 512, "critic.0", LJ_LEAKY_RELU), 256, "critic.1", LJ_LEAKY_RELU);
    x = lj_reshape(g, DENSE(x, 1, "critic.output", LJ_LINEAR), lj_shape_of(LJ_BATCH));
    return lj_activate(g, lj_multiply(g, x, lj_scalar(g, sign)), LJ_SOFTPLUS);
}
static lj_value generator(lj_graph *g) /* wants its rows taken for real; the critic is held still */
{
    lj_value row = draw(g, "noise");
    return lj_graph_freeze(g, 1), cost(g, row, -1);
}
static lj_value critic(lj_graph *g) /* wants real rows told from drawn ones; the generator is held still */
{
    lj_value real = cost(g, lj_input(g, "pixels", LJ_F32, lj_shape_of(LJ_BATCH, HEIGHT * WIDTH)), -1);
    return lj_graph_freeze(g, 1), lj_add(g, real, cost(g, draw(g, "critic.noise"), 1));
}
int main(int argc, char **argv) /* the folder of train */
{
    lj_rows rows = {.pixel_count = HEIGHT * WIDTH, .image = {.height = HEIGHT, .width = WIDTH, .channels = 1}};
    const lj_train_options how = {.seed = SEED, .epochs = 3, .batch = 16, .schedule = {.rate = 2e-4},
                                  .optimiser = {.optimiser = LJ_OPTIMISER_ADAM, .beta1 = 0.5}};
    lj_train_job job = {.task = LJ_UNSUPERVISED}; lj_frame *frame = NULL; char sha[65];
    TRY(lj_images_read(&(lj_image_set){.images = argv[argc - 1]}, 1, &rows.image, NULL, NULL, &frame, &rows.n, sha));
    rows.pixels = lj_frame_pixels(frame)->bytes;
    TRY(lj_train_job_build(&job, generator, SEED) || lj_train_job_add_rival(&job, critic, 1, SEED));
    TRY(lj_train(&job, &how, &rows, NULL, NULL, NULL, &(lj_train_result){0}));
    TRY(lj_weights_sha256(job.weights, sha) || puts(sha) < 0);
}
