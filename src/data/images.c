/* Sets of images as one frame. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/spill.h"
#include "data/frame_inside.h"
#include "data/images_inside.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"

#define NAME(code, name) name,
const char *const lj_resize_choices[] = {LJ_RESIZE_LIST(NAME) NULL};
#undef NAME

enum { DEFAULT_CHANNELS = 3 };

/* What has been read so far. */
typedef struct reader {
    lj_team *team;
    lj_console *console;
    lj_sha256 *hash;
    lj_pixels pixels; /* of all sets */
    int64_t count;
    const char **labels, **files; /* [count]; texts of the arena */
    int has_labels, has_files;
    int later;                    /* images of files are not decoded here */
    lj_arena *arena;
    int64_t memory_max; /* bytes; more lie in a file */
    int spill;          /* that file; -1: none */
} reader;

static lj_status grow_memory(reader *r, const char *path, int64_t bytes)
{
    uint8_t *grown = lj_resize_array(r->pixels.bytes, r->count * lj_pixels_size(&r->pixels), bytes, 1);
    if (grown == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for %" PRId64 " bytes of images", path, bytes);
    r->pixels.bytes = grown;
    return LJ_OK;
}

/* What is in memory so far moves to a file. */
static lj_status grow_file(reader *r, int64_t bytes)
{
    void *grown = NULL;
    if (r->pixels.mapped > 0) {
        LJ_TRY(lj_spill_map(r->spill, r->pixels.bytes, r->pixels.mapped, bytes, &grown));
    } else {
        LJ_TRY(lj_spill_open("/var/tmp", "cannot make a temporary file for images (TMPDIR says where)", &r->spill));
        LJ_TRY(lj_spill_map(r->spill, NULL, 0, bytes, &grown));
        if (r->count > 0)
            memcpy(grown, r->pixels.bytes, (size_t)(r->count * lj_pixels_size(&r->pixels)));
        lj_free(r->pixels.bytes);
    }
    r->pixels.bytes = grown;
    r->pixels.mapped = bytes;
    return LJ_OK;
}

/* Room for `more` images behind those that are there. */
static lj_status grow(reader *r, const char *path, int64_t more)
{
    const int64_t size = lj_pixels_size(&r->pixels), count = r->count + more;
    if (count > LJ_IMAGE_SET_BYTES_MAX / size)
        return lj_fail(LJ_EDATA, "%s: %" PRId64 " images of %" PRId64 " bytes are more than %" PRId64 " bytes in all",
                       path, count, size, LJ_IMAGE_SET_BYTES_MAX);
    LJ_TRY(count * size > r->memory_max ? grow_file(r, count * size) : grow_memory(r, path, count * size));
    const char ***texts[] = {&r->labels, &r->files};
    int failed = 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !failed; i++) {
        const char **grown = lj_resize_array(*texts[i], r->count, count, sizeof(*grown));
        failed = grown == NULL;
        if (!failed)
            *texts[i] = grown;
    }
    return failed ? lj_fail(LJ_ENOMEM, "%s: no memory for %" PRId64 " images", path, count) : LJ_OK;
}

static int same_shape(const lj_pixels *a, const lj_pixels *b)
{
    return a->height == b->height && a->width == b->width && a->channels == b->channels;
}

/* ---- IDX ---- */

static lj_status read_labels(reader *r, const char *path, int64_t n)
{
    lj_idx idx;
    LJ_TRY(lj_idx_read(path, r->hash, &idx));
    lj_status status = LJ_OK;
    if (idx.rank != 1 || idx.dims[0] != n)
        status = lj_fail(LJ_EDATA, "%s: expected %" PRId64 " labels, found %" PRId64, path, n, idx.dims[0]);
    for (int64_t i = 0; status == LJ_OK && i < n; i++) {
        r->labels[r->count + i] = lj_arena_printf(r->arena, "%d", idx.bytes[i]);
        if (r->labels[r->count + i] == NULL)
            status = lj_fail(LJ_ENOMEM, "%s: no memory for the labels", path);
    }
    lj_free(idx.bytes);
    return status;
}

static lj_status take_idx(reader *r, const lj_image_set *set, const lj_idx *idx)
{
    lj_pixels found = r->pixels;
    found.height = idx->dims[1];
    found.width = idx->dims[2];
    found.channels = idx->rank == 4 ? idx->dims[3] : 1;
    if (idx->rank < 3 || (found.channels != 1 && found.channels != 3))
        return lj_fail(LJ_EDATA, "%s: expected images (3 or 4 dimensions), found %d dimensions", set->images,
                       idx->rank);
    if (r->pixels.height == 0 && (r->pixels.channels == 0 || r->pixels.channels == found.channels))
        r->pixels = found;
    if (!same_shape(&found, &r->pixels))
        return lj_fail(LJ_EDATA, "%s: expected images of %" PRId64 " x %" PRId64 " x %" PRId64 ", found %" PRId64
                       " x %" PRId64 " x %" PRId64, set->images, r->pixels.height, r->pixels.width,
                       r->pixels.channels, found.height, found.width, found.channels);
    const int64_t size = lj_pixels_size(&found);
    LJ_TRY(grow(r, set->images, idx->dims[0]));
    memcpy(r->pixels.bytes + r->count * size, idx->bytes, (size_t)(idx->dims[0] * size));
    return set->labels != NULL ? read_labels(r, set->labels, idx->dims[0]) : LJ_OK;
}

static lj_status read_idx(reader *r, const lj_image_set *set, int64_t *n)
{
    lj_idx idx;
    LJ_TRY(lj_idx_read(set->images, r->hash, &idx));
    const lj_status status = take_idx(r, set, &idx);
    *n = idx.dims[0];
    r->has_labels &= set->labels != NULL;
    lj_free(idx.bytes);
    return status;
}

/* ---- folders ---- */

/* The images of files that were taken last, of which there are `n`. */
static lj_status decode_now(reader *r, int64_t n)
{
    lj_decoder *decoder = NULL;
    lj_pixels taken = r->pixels;
    taken.bytes += r->count * lj_pixels_size(&taken);
    LJ_TRY(lj_decoder_create(&taken, r->files + r->count, n, &decoder));
    lj_status status = lj_decoder_finish(decoder, NULL, n, r->team, r->console);
    if (status == LJ_OK)
        status = lj_decoder_hash(decoder, r->hash);
    lj_decoder_destroy(decoder);
    return status;
}

/* Where nobody gave a size, the first image has it. */
static lj_status find_shape(reader *r, const char *path)
{
    char *file = NULL;
    size_t size = 0;
    lj_pixels image = {0};
    if (r->pixels.channels == 0)
        r->pixels.channels = DEFAULT_CHANNELS;
    if (r->pixels.height > 0)
        return LJ_OK;
    LJ_TRY(lj_file_read(path, LJ_IMAGE_FILE_BYTES_MAX, &file, &size));
    const lj_status status = lj_image_decode(path, (const uint8_t *)file, size, r->pixels.channels, &image);
    r->pixels.height = image.height;
    r->pixels.width = image.width;
    lj_free(image.bytes);
    lj_free(file);
    return status;
}

static lj_status take_files(reader *r, const char *folder, const lj_image_files *files)
{
    LJ_TRY(find_shape(r, files->paths[0]));
    LJ_TRY(grow(r, folder, files->count));
    for (int64_t i = 0; i < files->count; i++) {
        r->files[r->count + i] = lj_arena_strdup(r->arena, files->paths[i]);
        r->labels[r->count + i] = files->labels != NULL ? lj_arena_strdup(r->arena, files->labels[i]) : NULL;
        if (r->files[r->count + i] == NULL || (files->labels != NULL && r->labels[r->count + i] == NULL))
            return lj_fail(LJ_ENOMEM, "%s: no memory for the names of images", folder);
    }
    return r->later ? LJ_OK : decode_now(r, files->count);
}

static lj_status read_folder(reader *r, const lj_image_set *set, int64_t *n)
{
    lj_image_files files;
    LJ_TRY(lj_image_files_list(set->images, &files));
    const lj_status status = take_files(r, set->images, &files);
    *n = files.count;
    r->has_labels &= files.labels != NULL;
    r->has_files = 1;
    lj_image_files_free(&files);
    return status;
}

/* ---- all of it ---- */

static lj_status read_sets(reader *r, const lj_image_set *sets, int64_t count, int64_t *counts)
{
    for (int64_t s = 0; s < count; s++) {
        counts[s] = 0;
        if (sets[s].images == NULL)
            continue;
        if (lj_file_is_folder(sets[s].images))
            LJ_TRY(read_folder(r, &sets[s], &counts[s]));
        else
            LJ_TRY(read_idx(r, &sets[s], &counts[s]));
        r->count += counts[s];
    }
    return LJ_OK;
}

/* Paths live as long as the frame, as words of its column. */
static lj_status add_decoder(reader *r, lj_frame *frame)
{
    const lj_column *file = NULL;
    lj_decoder *decoder = NULL;
    const char **paths = lj_arena_array(lj_frame_arena(frame), r->count, sizeof(*paths));
    if (paths == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the names of %" PRId64 " images", r->count);
    LJ_TRY(lj_frame_need(frame, "file", &file));
    for (int64_t i = 0; i < r->count; i++)
        paths[i] = lj_column_word(file, i);
    LJ_TRY(lj_decoder_create(lj_frame_pixels(frame), paths, r->count, &decoder));
    lj_frame_set_decoder(frame, decoder);
    LJ_TRY(lj_decoder_check(decoder, r->team, r->console));
    lj_decoder_start(decoder, r->team);
    return LJ_OK;
}

static lj_status make_frame(reader *r, lj_frame **out)
{
    LJ_TRY(lj_frame_create(r->count, out));
    const lj_pixels pixels = r->pixels;
    r->pixels.bytes = NULL;
    r->pixels.mapped = 0;
    LJ_TRY(lj_frame_set_pixels(*out, &pixels));
    if (r->has_labels)
        LJ_TRY(lj_frame_add_text(*out, "label", r->labels));
    if (r->has_files)
        LJ_TRY(lj_frame_add_text(*out, "file", r->files));
    return r->later ? add_decoder(r, *out) : LJ_OK;
}

lj_status lj_images_read(const lj_image_set *sets, int64_t count, const lj_pixels *shape, lj_team *team,
                         lj_console *console, lj_frame **out, int64_t *counts, char digest[LJ_SHA256_HEX])
{
    return lj_images_read_within(LJ_IMAGE_MEMORY_MAX, 0, sets, count, shape, team, console, out, counts, digest);
}

lj_status lj_images_open(const lj_image_set *sets, int64_t count, const lj_pixels *shape, lj_team *team,
                         lj_console *console, lj_frame **out, int64_t *counts, char digest[LJ_SHA256_HEX])
{
    return lj_images_read_within(LJ_IMAGE_MEMORY_MAX, 1, sets, count, shape, team, console, out, counts, digest);
}

/* Bytes of IDX files are hashed while they are read, between those of folders: then all are decoded in their turn. */
static int only_folders(const lj_image_set *sets, int64_t count)
{
    int folders = 1;
    for (int64_t s = 0; s < count; s++)
        folders &= sets[s].images == NULL || lj_file_is_folder(sets[s].images);
    return folders;
}

lj_status lj_images_read_within(int64_t memory_max, int later, const lj_image_set *sets, int64_t count,
                                const lj_pixels *shape, lj_team *team, lj_console *console, lj_frame **out,
                                int64_t *counts, char digest[LJ_SHA256_HEX])
{
    assert(sets != NULL && count >= 1 && out != NULL && digest != NULL);
    *out = NULL;
    reader r = {.team = team, .console = console, .has_labels = 1, .memory_max = memory_max, .spill = -1,
                .later = later && only_folders(sets, count)};
    lj_frame *frame = NULL;
    lj_status status = LJ_OK;
    if (shape != NULL)
        r.pixels = *shape;
    r.pixels.bytes = NULL;
    r.pixels.mapped = 0;
    LJ_TRY_DONE(lj_arena_create(&r.arena));
    LJ_TRY_DONE(lj_sha256_create(&r.hash));
    LJ_TRY_DONE(read_sets(&r, sets, count, counts));
    LJ_TRY_DONE(lj_sha256_finish(r.hash, digest));
    LJ_TRY_DONE(make_frame(&r, &frame));
    *out = frame;
    frame = NULL;
done:
    lj_frame_destroy(frame);
    lj_sha256_destroy(r.hash);
    lj_pixels_free(&r.pixels);
    if (r.spill >= 0)
        close(r.spill);
    lj_free(r.labels);
    lj_free(r.files);
    lj_arena_destroy(r.arena);
    return status;
}

void lj_image_shape_write(const lj_pixels *shape, lj_json *json)
{
    if (lj_pixels_size(shape) == 0)
        return;
    lj_json_map(json, "image");
    lj_json_integer(json, "height", shape->height);
    lj_json_integer(json, "width", shape->width);
    lj_json_integer(json, "channels", shape->channels);
    lj_json_string(json, "resize", lj_resize_choices[shape->resize]);
    lj_json_bool(json, "crop", shape->crop);
    lj_json_list(json, "normalise");
    for (int64_t c = 0; shape->normalise && c < shape->channels; c++) {
        lj_json_double(json, NULL, shape->mean[c]);
        lj_json_double(json, NULL, shape->deviation[c]);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
}

static lj_status read_resize(const lj_doc *doc, const lj_item *image, lj_resize *out)
{
    const char *name = NULL;
    LJ_TRY(lj_item_need_string(doc, image, "resize", &name));
    for (int i = 0; i < LJ_RESIZE_COUNT; i++) {
        if (strcmp(name, lj_resize_choices[i]) == 0) {
            *out = (lj_resize)i;
            return LJ_OK;
        }
    }
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: no way to resize called '%s'", lj_doc_name(doc), image->line, image->column,
                   name);
}

/* [mean, deviation, ...] of the channels, or nothing. */
static lj_status read_normalise(const lj_doc *doc, const lj_item *image, lj_pixels *out)
{
    const lj_item *list = NULL;
    LJ_TRY(lj_item_need(doc, image, "normalise", LJ_LIST, &list));
    int fits = list->count == 0 || list->count == 2 * out->channels;
    for (int64_t i = 0; fits && i < list->count; i++) {
        const lj_item *number = list->items[i];
        double *to = i % 2 == 0 ? out->mean : out->deviation;
        fits = number->kind == LJ_NUMBER && isfinite(number->number) && (i % 2 == 0 || number->number > 0.0);
        to[i / 2] = number->number;
    }
    out->normalise = list->count > 0;
    return fits ? LJ_OK : lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a mean and a deviation for each channel",
                                  lj_doc_name(doc), list->line, list->column);
}

lj_status lj_image_shape_read(const lj_doc *doc, const lj_item *map, lj_pixels *out)
{
    const lj_item *image = lj_item_get(map, "image");
    if (image == NULL)
        return LJ_OK;
    LJ_TRY(lj_item_need(doc, map, "image", LJ_MAP, &image));
    LJ_TRY(lj_item_need_integer(doc, image, "height", 1, LJ_IMAGE_SIDE_MAX, &out->height));
    LJ_TRY(lj_item_need_integer(doc, image, "width", 1, LJ_IMAGE_SIDE_MAX, &out->width));
    LJ_TRY(lj_item_need_integer(doc, image, "channels", 1, 3, &out->channels));
    if (lj_item_get(image, "resize") == NULL) /* older bundles have neither */
        return LJ_OK;
    LJ_TRY(read_resize(doc, image, &out->resize));
    const lj_item *crop = NULL;
    LJ_TRY(lj_item_need(doc, image, "crop", LJ_BOOL, &crop));
    out->crop = crop->number != 0;
    return read_normalise(doc, image, out);
}
