/* Sets of images: IDX files, folders of JPEG and PNG files, and what is refused. */
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "data/images_inside.h"
#include "data/temporary.h"
#include "lianjin/document.h"

static char digest[LJ_SHA256_HEX];
static int64_t counts[3];

static const uint8_t idx_images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0,
                                     0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255};
static const uint8_t idx_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 3};

static lj_status read_one(const char *images, const char *labels, const lj_pixels *shape, lj_frame **out)
{
    const lj_image_set set = {.images = images, .labels = labels};
    return lj_images_read(&set, 1, shape, NULL, NULL, out, counts, digest);
}

static void refuse(const char *images, const char *labels, const lj_pixels *shape, lj_status status, const char *why)
{
    lj_frame *frame = NULL;
    assert_int_equal(read_one(images, labels, shape, &frame), status);
    assert_null(frame);
    if (strstr(lj_error_message(), why) == NULL)
        fail_msg("expected '%s' in: %s", why, lj_error_message());
}

static void idx_files_become_rows(void **state)
{
    (void)state;
    lj_frame *frame = NULL;
    const char *images = write_bytes("images", idx_images, sizeof(idx_images));
    assert_ok(read_one(images, write_bytes("labels", idx_labels, sizeof(idx_labels)), NULL, &frame));
    const lj_pixels *pixels = lj_frame_pixels(frame);
    assert_int_equal(lj_frame_row_count(frame), 2);
    assert_int_equal(pixels->height, 2);
    assert_int_equal(pixels->width, 3);
    assert_int_equal(pixels->channels, 1);
    assert_memory_equal(pixels->bytes, idx_images + 16, 12);
    const lj_column *label = NULL;
    assert_ok(lj_frame_need(frame, "label", &label));
    assert_string_equal(lj_column_word(label, 0), "7");
    assert_string_equal(lj_column_word(label, 1), "3");
    const int64_t rows[] = {1, 1, 0};
    lj_frame *taken = NULL;
    assert_ok(lj_frame_take(frame, rows, 3, &taken));
    assert_memory_equal(lj_frame_pixels(taken)->bytes + 6, idx_images + 22, 6);
    lj_frame_destroy(taken);
    lj_frame_destroy(frame);
}

/* Sets that pass the bound lie in a file from then on, with the same bytes. */
static void large_sets_lie_in_a_file(void **state)
{
    (void)state;
    const char *images = write_bytes("images", idx_images, sizeof(idx_images));
    const lj_image_set sets[] = {{.images = images}, {.images = images}, {.images = images}};
    static const int64_t bounds[] = {36, 24, 12, 1};
    static const int64_t mapped[] = {0, 36, 36, 36};
    for (int i = 0; i < 4; i++) {
        lj_frame *frame = NULL, *taken = NULL;
        const int64_t rows[] = {5, 0};
        assert_ok(lj_images_read_within(bounds[i], 0, sets, 3, NULL, NULL, NULL, &frame, counts, digest));
        assert_int_equal(lj_frame_pixels(frame)->mapped, mapped[i]);
        for (int set = 0; set < 3; set++)
            assert_memory_equal(lj_frame_pixels(frame)->bytes + 12 * set, idx_images + 16, 12);
        assert_ok(lj_frame_take(frame, rows, 2, &taken));
        lj_frame_destroy(frame);
        assert_memory_equal(lj_frame_pixels(taken)->bytes, idx_images + 22, 6);
        lj_frame_destroy(taken);
    }
}

static void damaged_idx_files_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[sizeof(idx_images) + 1];
    const lj_pixels other = {.height = 3, .width = 3, .channels = 1};
    const char *good = write_bytes("images", idx_images, sizeof(idx_images));
    const char *labels = write_bytes("labels", idx_labels, sizeof(idx_labels));
    refuse("/nowhere", NULL, NULL, LJ_ENOTFOUND, "no such file");
    refuse(good, good, NULL, LJ_EDATA, "expected 2 labels");
    refuse(labels, NULL, NULL, LJ_EDATA, "expected images");
    refuse(good, labels, &other, LJ_EDATA, "expected images of 3 x 3 x 1, found 2 x 3 x 1");
    for (size_t n = 0; n < sizeof(idx_images); n++)
        refuse(write_bytes("cut", idx_images, n), NULL, NULL, LJ_EDATA, "cut");
    memcpy(bytes, idx_images, sizeof(idx_images));
    refuse(write_bytes("long", bytes, sizeof(bytes)), NULL, NULL, LJ_EDATA, "goes on after");
    bytes[2] = 0x0d;
    refuse(write_bytes("floats", bytes, sizeof(idx_images)), NULL, NULL, LJ_EDATA, "unsigned bytes");
    bytes[2] = 8;
    bytes[4] = 0x7f;
    refuse(write_bytes("huge", bytes, sizeof(idx_images)), NULL, NULL, LJ_EDATA, "bytes");
    bytes[0] = 1;
    refuse(write_bytes("other", bytes, sizeof(idx_images)), NULL, NULL, LJ_EDATA, "no IDX file");
}

/* A picture of one colour. */
static void write_png(const char *name, unsigned width, unsigned height, int red, int green, int blue)
{
    uint8_t bytes[3 * 64];
    assert_true(width * height <= 64);
    for (unsigned i = 0; i < width * height; i++) {
        bytes[3 * i] = (uint8_t)red;
        bytes[3 * i + 1] = (uint8_t)green;
        bytes[3 * i + 2] = (uint8_t)blue;
    }
    png_image image = {.version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGB};
    assert_true(png_image_write_to_file(&image, path_of(name), 0, bytes, 0, NULL));
}

static void write_jpeg(const char *name, int width, int height, int grey, int space)
{
    uint8_t bytes[4 * 64];
    unsigned char *file = NULL;
    unsigned long size = 0;
    memset(bytes, grey, sizeof(bytes));
    tjhandle writer = tjInitCompress();
    const int failed = tjCompress2(writer, bytes, width, 0, height, space, &file, &size,
                                   space == TJPF_CMYK ? TJSAMP_444 : TJSAMP_GRAY, 95, 0);
    assert_int_equal(failed, 0);
    (void)write_bytes(name, file, size);
    tjFree(file);
    (void)tjDestroy(writer);
}

static void folders_name_the_classes(void **state)
{
    (void)state;
    lj_frame *frame = NULL;
    assert_int_equal(mkdir(path_of("set"), 0700), 0);
    assert_int_equal(mkdir(path_of("set/cat"), 0700) | mkdir(path_of("set/dog"), 0700), 0);
    write_png("set/cat/b.png", 4, 4, 10, 20, 30);
    write_png("set/cat/a.PNG", 8, 8, 250, 251, 252);
    write_jpeg("set/dog/1.jpg", 8, 8, 100, TJPF_GRAY);
    (void)write_text("set/dog/notes.txt", "no image");
    const lj_pixels shape = {.height = 4, .width = 4};
    assert_ok(read_one(path_of("set"), NULL, &shape, &frame));
    const lj_pixels *pixels = lj_frame_pixels(frame);
    const lj_column *label = NULL, *file = NULL;
    assert_ok(lj_frame_need(frame, "label", &label));
    assert_ok(lj_frame_need(frame, "file", &file));
    assert_int_equal(lj_frame_row_count(frame), 3);
    assert_int_equal(pixels->channels, 3);
    assert_non_null(strstr(lj_column_word(file, 0), "cat/a.PNG"));
    assert_string_equal(lj_column_word(label, 2), "dog");
    assert_int_equal(pixels->bytes[2], 252);
    assert_int_equal(pixels->bytes[48 + 1], 20);
    assert_in_range(pixels->bytes[96], 98, 102);
    lj_frame_destroy(frame);

    assert_ok(read_one(path_of("set/cat"), NULL, NULL, &frame)); /* no folders: no labels */
    assert_int_equal(lj_frame_find(frame, "label"), -1);
    assert_int_equal(lj_frame_pixels(frame)->height, 8); /* of the first */
    lj_frame_destroy(frame);
}

static void broken_images_are_named(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("bad"), 0700), 0);
    refuse(path_of("bad"), NULL, NULL, LJ_EDATA, "no image here");
    (void)write_text("bad/x.png", "this is text");
    refuse(path_of("bad"), NULL, NULL, LJ_EDATA, "bad/x.png: expected a JPEG or PNG file");
    write_jpeg("bad/x.png", 8, 8, 90, TJPF_CMYK);
    refuse(path_of("bad"), NULL, NULL, LJ_EDATA, "CMYK");
    write_png("bad/x.png", 8, 8, 1, 2, 3);
    char *bytes = NULL;
    size_t size = 0;
    assert_ok(lj_file_read(path_of("bad/x.png"), 1 << 20, &bytes, &size));
    (void)write_bytes("bad/x.png", bytes, size / 2);
    lj_free(bytes);
    refuse(path_of("bad"), NULL, NULL, LJ_EDATA, "damaged or cut short");
    assert_int_equal(mkdir(path_of("bad/empty"), 0700), 0);
    refuse(path_of("bad"), NULL, NULL, LJ_EDATA, "empty: no image here");
}

static lj_pixels shape_of(const lj_item *list, int64_t channels)
{
    lj_pixels pixels = {.height = (int64_t)list->items[0]->number, .width = (int64_t)list->items[1]->number,
                        .channels = channels};
    pixels.bytes = lj_new_array(lj_pixels_size(&pixels), 1);
    return pixels;
}

static void resized_images_are_pillows(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    assert_ok(lj_json_read(LJ_SOURCE_DIR "/tests/golden/resize.json", &doc));
    const lj_item *cases = lj_item_get(lj_doc_root(doc), "resize");
    assert_true(cases->count >= 4);
    for (int64_t k = 0; k < cases->count; k++) {
        const lj_item *in = lj_item_get(cases->items[k], "in"), *values = lj_item_get(cases->items[k], "values");
        const lj_item *expected = lj_item_get(cases->items[k], "out");
        const int64_t channels = (int64_t)in->items[2]->number;
        lj_pixels from = shape_of(in, channels), to = shape_of(lj_item_get(cases->items[k], "to"), channels);
        for (int64_t i = 0; i < values->count; i++)
            from.bytes[i] = (uint8_t)values->items[i]->number;
        assert_ok(lj_image_resize(&from, &to));
        assert_int_equal(expected->count, lj_pixels_size(&to));
        for (int64_t i = 0; i < expected->count; i++)
            assert_in_range(to.bytes[i] + 1, (int)expected->items[i]->number, (int)expected->items[i]->number + 2);
        lj_free(from.bytes);
        lj_free(to.bytes);
    }
    lj_doc_destroy(doc);
}

static void images_of_sixteen_bits_become_bytes(void **state)
{
    (void)state;
    uint16_t linear[3 * 4];
    lj_frame *frame = NULL;
    for (int i = 0; i < 12; i++)
        linear[i] = 65535;
    assert_int_equal(mkdir(path_of("deep"), 0700), 0);
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 2, .height = 2, .format = PNG_FORMAT_LINEAR_RGB};
    assert_true(png_image_write_to_file(&image, path_of("deep/x.png"), 0, linear, 0, NULL));
    assert_ok(read_one(path_of("deep"), NULL, NULL, &frame));
    for (int i = 0; i < 12; i++)
        assert_int_equal(lj_frame_pixels(frame)->bytes[i], 255);
    lj_frame_destroy(frame);
}

/* The header of a PNG file, of any size, and the beginning of its data. */
static void write_png_header(const char *name, uint32_t width, uint32_t height)
{
    uint8_t file[8 + 4 + 4 + 13 + 4 + 8] = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    const uint32_t sides[] = {width, height};
    for (int i = 0; i < 8; i++)
        file[16 + i] = (uint8_t)(sides[i / 4] >> (24 - 8 * (i % 4)));
    file[24] = 8, file[25] = 2;
    uint32_t sum = 0xffffffffU;
    for (int i = 12; i < 29; i++) {
        sum ^= file[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320U : 0);
    }
    for (int i = 0; i < 4; i++)
        file[29 + i] = (uint8_t)(~sum >> (24 - 8 * i));
    memcpy(file + 33, "\0\0\1\0IDAT", 8);
    (void)write_bytes(name, file, sizeof(file));
}

static void images_of_too_many_pixels_are_refused_before_memory_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("vast"), 0700), 0);
    write_png_header("vast/x.png", 12000, 10000);
    refuse(path_of("vast"), NULL, NULL, LJ_EDATA, "vast/x.png");
    assert_non_null(strstr(lj_error_message(), "100000000"));
    write_png_header("vast/x.png", 100, 100); /* the same way, but what is missing is the rest */
    refuse(path_of("vast"), NULL, NULL, LJ_EDATA, "damaged or cut short");
    (void)write_text("vast/x.png", "GIF89a with two pictures");
    refuse(path_of("vast"), NULL, NULL, LJ_EDATA, "expected a JPEG or PNG file");
}

/* One line of eight pixels as four, by each method; and what is cut off. */
static void images_are_resized_and_cut_as_told(void **state)
{
    (void)state;
    uint8_t line[8] = {0, 10, 20, 30, 40, 50, 200, 250}, out[4];
    static const uint8_t nearest[] = {10, 30, 50, 250}, bilinear[] = {5, 25, 45, 225}, antialiased[] = {7, 25, 63, 200};
    static const uint8_t middle[] = {20, 30, 40, 50};
    const lj_pixels in = {.height = 1, .width = 8, .channels = 1, .bytes = line};
    lj_pixels to = {.height = 1, .width = 4, .channels = 1, .bytes = out};
    assert_ok(lj_image_resize(&in, &to));
    assert_memory_equal(out, antialiased, 4);
    to.resize = LJ_RESIZE_BILINEAR;
    assert_ok(lj_image_resize(&in, &to));
    assert_memory_equal(out, bilinear, 4);
    to.resize = LJ_RESIZE_NEAREST;
    assert_ok(lj_image_resize(&in, &to));
    assert_memory_equal(out, nearest, 4);
    to.crop = 1;
    assert_ok(lj_image_resize(&in, &to));
    assert_memory_equal(out, middle, 4);
    /* a column: the middle of what is too high */
    const lj_pixels high = {.height = 8, .width = 1, .channels = 1, .bytes = line};
    to.height = 4, to.width = 1;
    assert_ok(lj_image_resize(&high, &to));
    assert_memory_equal(out, middle, 4);
}

static void the_shape_comes_back_from_its_description(void **state)
{
    (void)state;
    const lj_pixels shape = {.height = 5, .width = 4, .channels = 3, .resize = LJ_RESIZE_NEAREST, .crop = 1,
                             .normalise = 1, .mean = {0.1, 0.2, 0.3}, .deviation = {1.0, 0.5, 0.25}};
    lj_pixels back = {0};
    lj_text text = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_json_start(&json, &text, 1);
    lj_json_map(&json, NULL);
    lj_image_shape_write(&shape, &json);
    lj_json_end_map(&json);
    assert_ok(lj_text_finish(&text));
    assert_ok(lj_json_parse("shape", text.data, text.size, &doc));
    assert_ok(lj_image_shape_read(doc, lj_doc_root(doc), &back));
    assert_memory_equal(&back, &shape, sizeof(shape));
    lj_doc_destroy(doc);
    static const char wrong[] = "{\"image\": {\"height\": 5, \"width\": 4, \"channels\": 3, \"resize\": \"no\"}}";
    assert_ok(lj_json_parse("shape", wrong, strlen(wrong), &doc));
    assert_int_equal(lj_image_shape_read(doc, lj_doc_root(doc), &back), LJ_ECORRUPT);
    lj_doc_destroy(doc);
    lj_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx_files_become_rows),
        cmocka_unit_test(large_sets_lie_in_a_file),
        cmocka_unit_test(damaged_idx_files_are_refused),
        cmocka_unit_test(folders_name_the_classes),
        cmocka_unit_test(broken_images_are_named),
        cmocka_unit_test(resized_images_are_pillows),
        cmocka_unit_test(images_of_sixteen_bits_become_bytes),
        cmocka_unit_test(images_of_too_many_pixels_are_refused_before_memory_is_asked_for),
        cmocka_unit_test(images_are_resized_and_cut_as_told),
        cmocka_unit_test(the_shape_comes_back_from_its_description),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
