/* Three convolutions over augmented pictures of 224 x 224, in C: the weights of examples/stripes/cnn.yaml. */
#include <lianjin/images.h>
#include <lianjin/train.h>
#include <stdio.h>
#define TRY(expr) do { if ((expr) != LJ_OK) return fprintf(stderr, "%s\n", lj_error_message()), 1; } while (0)
enum { SIDE = 224, EPOCHS = 3, IMAGES_MAX = 1000 };

static lj_value network(lj_graph *g)
{
    lj_value x = lj_input(g, "pixels", LJ_F32, lj_shape_of(LJ_BATCH, SIDE, SIDE, 3));
    for (int filters = 32; filters <= 128; filters *= 2)
        x = lj_max_pool2d_with(
            g, lj_conv2d_with(g, x, filters, 3, 3, (lj_conv_options){.activation = LJ_RELU}), (lj_pool_options){0});
    return lj_dense(g, lj_dense(g, lj_flatten(g, x), 128, .activation = LJ_RELU), 1, .name = "output");
}

int main(int argc, char **argv) /* the folders of train and of valid */
{
    static double y[IMAGES_MAX]; /* the code of a word: its place among the words in their order */
    const lj_image_set sets[] = {{.images = argv[1]}, {.images = argv[2]}};
    const lj_pixels shape = {.height = SIDE, .width = SIDE, .channels = 3};
    lj_frame *frame = NULL;
    int64_t n[2]; /* images of each */
    char sha256[65];
    TRY(argc == 3 ? LJ_OK : lj_fail(LJ_EUSAGE, "expected two folders"));
    TRY(lj_images_read(sets, 2, &shape, NULL, NULL, &frame, n, sha256));
    for (int64_t i = 0; i < n[0] + n[1] && i < IMAGES_MAX; i++)
        y[i] = lj_frame_column(frame, lj_frame_find(frame, "label"))->code[i];
    lj_rows train = {.n = n[0], .pixels = lj_frame_pixels(frame)->bytes, .pixel_count = lj_pixels_size(&shape),
                     .image = shape, .target = y}, valid = train;
    valid.n = n[1], valid.pixels += n[0] * train.pixel_count, valid.target += n[0];
    const lj_train_options how = {.augment = {.shear = 10, .zoom = 0.2, .flip_x = 1}, .epochs = EPOCHS, .seed = 7,
        .batch = 32, .schedule = {.rate = 1e-3}, .optimiser = {.optimiser = LJ_OPTIMISER_ADAM}};
    lj_train_job job = {.task = LJ_BINARY, .classes = 2};
    lj_train_result result;
    TRY(lj_train_job_build(&job, network, how.seed));
    TRY(lj_train(&job, &how, &train, &valid, NULL, NULL, &result));
    TRY(lj_weights_sha256(job.weights, sha256));
    return puts(sha256) < 0;
}
