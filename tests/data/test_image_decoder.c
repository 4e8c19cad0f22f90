/* Images of folders that are decoded later: the same bytes, digests and rows, and damaged files when they are met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "data/images_inside.h"
#include "data/pictures.h"
#include "data/row_hash.h"
#include "data/temporary.h"
#include "lianjin/limits.h"

enum { PICTURES = 60 };

static char digest[LJ_SHA256_HEX];
static int64_t counts[2];
static const lj_pixels shape = {.height = 6, .width = 7, .channels = 3};

/* What is in `root`, in one shape. */
static lj_frame *open_folder(const char *root, int64_t memory_max, int later, lj_team *team)
{
    lj_frame *frame = NULL;
    const lj_image_set set = {.images = root};
    assert_ok(lj_images_read_within(memory_max, later, &set, 1, &shape, team, NULL, &frame, counts, digest));
    assert_true(later == (lj_frame_decoder(frame) != NULL));
    return frame;
}

static void assert_same_images(const lj_frame *a, const lj_frame *b)
{
    const int64_t n = lj_frame_row_count(a), size = lj_pixels_size(lj_frame_pixels(a));
    assert_int_equal(lj_frame_row_count(b), n);
    assert_memory_equal(lj_frame_pixels(a)->bytes, lj_frame_pixels(b)->bytes, (size_t)(n * size));
}

/* In memory and in a file, by no team and by teams whose workers decode ahead in an order or in none. */
static void bytes_and_digest_are_those_of_reading_at_once(void **state)
{
    (void)state;
    put_pictures(path_of("same"), PICTURES);
    lj_frame *first = open_folder(path_of("same"), LJ_IMAGE_SET_BYTES_MAX, 0, NULL);
    char expected[LJ_SHA256_HEX];
    strcpy(expected, digest);
    const int64_t size = lj_pixels_size(lj_frame_pixels(first));
    for (int k = 0; k < 16; k++) {
        lj_team *team = NULL;
        const int64_t memory = k % 2 == 0 ? LJ_IMAGE_SET_BYTES_MAX : PICTURES / 2 * size;
        if (k / 4 > 0)
            assert_ok(lj_team_create(k / 4, &team));
        lj_frame *frame = open_folder(path_of("same"), memory, 1, team);
        lj_decoder *decoder = lj_frame_decoder(frame);
        assert_int_equal(lj_frame_pixels(frame)->mapped, k % 2 == 0 ? 0 : PICTURES * size);
        int64_t *order = lj_new_array(PICTURES, sizeof(*order));
        for (int64_t i = 0; i < PICTURES; i++)
            order[i] = i * 7 % PICTURES;
        if (k / 2 % 2 == 1)
            lj_decoder_ahead(decoder, order, PICTURES);
        else
            lj_free(order);
        const int64_t some[] = {PICTURES - 1, 3, 3, 0, 31};
        assert_ok(lj_decoder_need(decoder, some, 5, team));
        for (int i = 0; i < 5; i++)
            assert_memory_equal(lj_frame_pixels(frame)->bytes + some[i] * size,
                                lj_frame_pixels(first)->bytes + some[i] * size, (size_t)size);
        assert_true(team != NULL || !lj_decoder_is_done(decoder));
        assert_ok(lj_decoder_finish(decoder, NULL, 0, team, NULL));
        assert_true(lj_decoder_is_done(decoder));
        assert_ok(lj_decoder_digest(decoder, digest));
        assert_string_equal(digest, expected);
        assert_same_images(frame, first);
        lj_frame_destroy(frame);
        lj_team_destroy(team);
    }
    lj_frame_destroy(first);
}

/* Nobody asks: idle workers do it, or are stopped. */
static void workers_decode_ahead_and_stop_with_the_frame(void **state)
{
    (void)state;
    put_pictures(path_of("ahead"), PICTURES);
    lj_team *team = NULL;
    assert_ok(lj_team_create(3, &team));
    lj_frame *frame = open_folder(path_of("ahead"), LJ_IMAGE_SET_BYTES_MAX, 1, team);
    const double begin = lj_seconds();
    while (!lj_decoder_is_done(lj_frame_decoder(frame)) && lj_seconds() - begin < 60)
        ;
    assert_true(lj_decoder_is_done(lj_frame_decoder(frame)));
    lj_frame_destroy(frame);
    for (int i = 0; i < 20; i++)
        lj_frame_destroy(open_folder(path_of("ahead"), LJ_IMAGE_SET_BYTES_MAX, 1, team));
    lj_team_destroy(team);
    assert_int_equal(lj_test_live_allocations(), 0);
}

/* The first that is damaged is told by whoever asks next, for whatever; a file that is mended is read. */
static void a_damaged_image_is_named_when_it_is_met(void **state)
{
    (void)state;
    char broken[512];
    put_pictures(path_of("damaged"), PICTURES);
    lj_frame *whole = open_folder(path_of("damaged"), LJ_IMAGE_SET_BYTES_MAX, 0, NULL);
    picture_path(path_of("damaged"), 40, broken);
    cut_in_half(broken);
    const int64_t other = 1, image = 20; /* those of class a come first */
    for (int threads = 0; threads <= 3; threads++) {
        lj_team *team = NULL;
        if (threads > 0)
            assert_ok(lj_team_create(threads, &team));
        lj_frame *frame = open_folder(path_of("damaged"), LJ_IMAGE_SET_BYTES_MAX, 1, team);
        lj_decoder *decoder = lj_frame_decoder(frame);
        if (threads <= 1)
            assert_ok(lj_decoder_need(decoder, &other, 1, team));
        assert_int_equal(lj_decoder_need(decoder, &image, 1, team), LJ_EDATA);
        assert_message_has("damaged/a/040.png: the PNG is damaged or cut short");
        assert_int_equal(lj_decoder_need(decoder, &other, 1, team), LJ_EDATA);
        assert_message_has("a/040.png");
        assert_int_equal(lj_decoder_finish(decoder, NULL, 0, team, NULL), LJ_EDATA);
        assert_message_has("a/040.png");
        put_picture(broken, 40, 0);
        assert_ok(lj_decoder_finish(decoder, NULL, 0, team, NULL));
        assert_same_images(frame, whole);
        cut_in_half(broken);
        lj_frame_destroy(frame);
        lj_team_destroy(team);
    }
    lj_frame_destroy(whole);
}

static void refuse(const char *root, const char *why)
{
    lj_frame *frame = NULL;
    const lj_image_set set = {.images = root};
    assert_int_equal(lj_images_open(&set, 1, &shape, NULL, NULL, &frame, counts, digest), LJ_EDATA);
    assert_null(frame);
    assert_message_has(why);
}

static void what_a_header_tells_is_refused_at_once(void **state)
{
    (void)state;
    char path[512];
    uint8_t bytes[4 * 64] = {0};
    unsigned char *file = NULL;
    unsigned long size = 0;
    put_pictures(path_of("heads"), 4);
    picture_path(path_of("heads"), 3, path);
    (void)write_text("heads/b/003.png", "GIF89a with two pictures");
    refuse(path_of("heads"), "b/003.png: expected a JPEG or PNG file");
    tjhandle writer = tjInitCompress();
    assert_int_equal(tjCompress2(writer, bytes, 8, 0, 8, TJPF_CMYK, &file, &size, TJSAMP_444, 95, 0), 0);
    (void)write_bytes("heads/b/003.png", file, size);
    tjFree(file);
    (void)tjDestroy(writer);
    refuse(path_of("heads"), "b/003.png: a JPEG in CMYK");
    put_picture(path, 3, 1);
    char *png = NULL;
    size_t png_size = 0;
    assert_ok(lj_file_read(path, 1 << 20, &png, &png_size));
    (void)write_bytes("heads/b/003.png", png, 20);
    lj_free(png);
    refuse(path_of("heads"), "b/003.png: the PNG is damaged or cut short");
    (void)write_text("heads/b/003.png", "");
    refuse(path_of("heads"), "b/003.png: expected a JPEG or PNG file");
}

/* A comment of 2 x 60,000 bytes stands before the size of the picture: the head of the file does not reach it. */
static void a_header_longer_than_the_head_is_read_whole(void **state)
{
    (void)state;
    enum { COMMENT = 60000 };
    uint8_t grey[64];
    unsigned char *file = NULL;
    unsigned long size = 0;
    memset(grey, 77, sizeof(grey));
    tjhandle writer = tjInitCompress();
    assert_int_equal(tjCompress2(writer, grey, 8, 0, 8, TJPF_GRAY, &file, &size, TJSAMP_GRAY, 95, 0), 0);
    (void)tjDestroy(writer);
    uint8_t *longer = calloc(1, size + 2 * (COMMENT + 4));
    assert_non_null(longer);
    memcpy(longer, file, 2);
    for (int i = 0; i < 2; i++) {
        const uint8_t marker[] = {0xff, 0xfe, (COMMENT + 2) >> 8, (COMMENT + 2) & 255};
        memcpy(longer + 2 + i * (COMMENT + 4), marker, 4);
    }
    memcpy(longer + 2 + 2 * (COMMENT + 4), file + 2, size - 2);
    assert_ok(lj_folder_create(path_of("long")));
    (void)write_bytes("long/x.jpg", longer, size + 2 * (COMMENT + 4));
    lj_frame *frame = open_folder(path_of("long"), LJ_IMAGE_SET_BYTES_MAX, 1, NULL);
    assert_ok(lj_decoder_finish(lj_frame_decoder(frame), NULL, 0, NULL, NULL));
    assert_in_range(lj_frame_pixels(frame)->bytes[5], 75, 79);
    lj_frame_destroy(frame);
    free(longer);
    tjFree(file);
}

/* What reads all pixels of a frame has them; what can do without does not wait for them. */
static void readers_of_frames_ask_first(void **state)
{
    (void)state;
    uint64_t now[PICTURES], later[PICTURES];
    int64_t repeats = -1, shown = 0;
    put_pictures(path_of("rows"), PICTURES);
    lj_frame *first = open_folder(path_of("rows"), LJ_IMAGE_SET_BYTES_MAX, 0, NULL);
    lj_frame *frame = open_folder(path_of("rows"), LJ_IMAGE_SET_BYTES_MAX, 1, NULL);
    lj_frame *taken = NULL, *expected = NULL;
    const int64_t rows[] = {9, 2, 59};
    assert_ok(lj_frame_take(frame, rows, 3, &taken));
    assert_ok(lj_frame_take(first, rows, 3, &expected));
    assert_same_images(taken, expected);
    assert_null(lj_frame_decoder(taken));
    assert_ok(lj_frame_duplicates(frame, NULL, &repeats, NULL, 0, &shown));
    assert_int_equal(repeats, 0);
    assert_false(lj_decoder_is_done(lj_frame_decoder(frame)));
    assert_ok(lj_row_hashes(frame, "label", 5, later));
    assert_ok(lj_row_hashes(first, "label", 5, now));
    assert_memory_equal(now, later, sizeof(now));
    lj_frame_destroy(taken);
    lj_frame_destroy(expected);
    lj_frame_destroy(frame);
    lj_frame_destroy(first);
}

/* Beside an IDX file the bytes of all are hashed in their turn. */
static void sets_of_both_kinds_are_decoded_at_once(void **state)
{
    (void)state;
    static const uint8_t idx[] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 50, 60};
    const lj_pixels grey = {.height = 1, .width = 2, .channels = 1};
    char both[LJ_SHA256_HEX];
    put_pictures(path_of("both"), 4);
    const lj_image_set sets[] = {{.images = path_of("both")}, {.images = write_bytes("idx", idx, sizeof(idx))}};
    lj_frame *now = NULL, *later = NULL;
    assert_ok(lj_images_read(sets, 2, &grey, NULL, NULL, &now, counts, digest));
    assert_ok(lj_images_open(sets, 2, &grey, NULL, NULL, &later, counts, both));
    assert_null(lj_frame_decoder(later));
    assert_string_equal(both, digest);
    assert_same_images(now, later);
    lj_frame_destroy(now);
    lj_frame_destroy(later);
}

static void marks_tell_files_and_shapes_apart(void **state)
{
    (void)state;
    char path[512];
    put_pictures(path_of("marks"), 4);
    lj_frame *before = open_folder(path_of("marks"), LJ_IMAGE_SET_BYTES_MAX, 1, NULL);
    lj_frame *again = open_folder(path_of("marks"), LJ_IMAGE_SET_BYTES_MAX, 1, NULL);
    picture_path(path_of("marks"), 2, path);
    put_picture(path, 90, 0);
    lj_frame *after = open_folder(path_of("marks"), LJ_IMAGE_SET_BYTES_MAX, 1, NULL);
    const lj_image_set set = {.images = path_of("marks")};
    const lj_pixels other = {.height = 7, .width = 6, .channels = 3};
    lj_frame *turned = NULL;
    assert_ok(lj_images_open(&set, 1, &other, NULL, NULL, &turned, counts, digest));
    for (int64_t i = 0; i < 4; i++) {
        const uint64_t mark = lj_decoder_mark(lj_frame_decoder(before), i);
        assert_true(lj_decoder_mark(lj_frame_decoder(again), i) == mark);
        assert_true((lj_decoder_mark(lj_frame_decoder(after), i) == mark) == (i != 1)); /* a/002.png is the second */
        assert_true(lj_decoder_mark(lj_frame_decoder(turned), i) != mark);
    }
    lj_frame_destroy(before);
    lj_frame_destroy(again);
    lj_frame_destroy(after);
    lj_frame_destroy(turned);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    put_pictures(path_of("memory"), 3);
    const lj_image_set set = {.images = path_of("memory")};
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_frame *frame = NULL;
        lj_test_fail_allocation(n);
        status = lj_images_open(&set, 1, &shape, NULL, NULL, &frame, counts, digest);
        if (status == LJ_OK)
            status = lj_decoder_finish(lj_frame_decoder(frame), NULL, 0, NULL, NULL);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
        lj_frame_destroy(frame);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_and_digest_are_those_of_reading_at_once),
        cmocka_unit_test(workers_decode_ahead_and_stop_with_the_frame),
        cmocka_unit_test(a_damaged_image_is_named_when_it_is_met),
        cmocka_unit_test(what_a_header_tells_is_refused_at_once),
        cmocka_unit_test(a_header_longer_than_the_head_is_read_whole),
        cmocka_unit_test(readers_of_frames_ask_first),
        cmocka_unit_test(sets_of_both_kinds_are_decoded_at_once),
        cmocka_unit_test(marks_tell_files_and_shapes_apart),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
