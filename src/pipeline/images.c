/* Sets of images as the table of a run. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/images.h"
#include "lianjin/random.h"
#include "pipeline/pipeline.h"

/* One path of the file: $LIANJIN_DATA filled in, relative to the pipeline's folder. */
static lj_status find_path(const lj_pipeline *p, lj_arena *arena, const char *written, const char **out)
{
    LJ_TRY(lj_source_path(arena, written, out));
    if ((*out)[0] == '/' || p->folder[0] == '\0')
        return LJ_OK;
    *out = lj_arena_printf(arena, "%s/%s", p->folder, *out);
    return *out != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a path");
}

static lj_status find_set(const lj_pipeline *p, lj_arena *arena, const lj_item *item, lj_image_set *set)
{
    if (item == NULL)
        return LJ_OK;
    if (item->kind == LJ_STRING)
        return find_path(p, arena, item->text, &set->images);
    LJ_TRY(find_path(p, arena, item->items[0]->text, &set->images));
    return find_path(p, arena, item->items[1]->text, &set->labels);
}

/* Rows of train of each class in a random order; the first `share` of them become `part`. */
static lj_status take_share(const lj_frame *frame, const char **parts, double share, const char *part, uint64_t seed)
{
    const int64_t n = lj_frame_row_count(frame);
    const int64_t at = lj_frame_find(frame, "label");
    const lj_column *label = at >= 0 ? lj_frame_column(frame, at) : NULL; /* without labels all are of one class */
    int64_t *order = lj_new_array(n, sizeof(*order));
    double *left = lj_new_array(label != NULL ? label->word_count : 1, sizeof(*left));
    if (order == NULL || left == NULL) {
        lj_free(order);
        lj_free(left);
        return lj_fail(LJ_ENOMEM, "no memory to part %" PRId64 " images", n);
    }
    lj_random_permutation(seed, lj_random_stream("images/split"), n, order);
    for (int64_t i = 0; i < n; i++)
        left[label != NULL ? label->code[i] : 0] += strcmp(parts[i], "train") == 0 ? share : 0.0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = order[i];
        const int32_t class = label != NULL ? label->code[row] : 0;
        if (left[class] >= 0.5 && strcmp(parts[row], "train") == 0) {
            parts[row] = part;
            left[class] -= 1.0;
        }
    }
    lj_free(order);
    lj_free(left);
    return LJ_OK;
}

/* A column `part` for the frame: as the sets say, valid and test taken of train where they are not given. */
static lj_status add_parts(const lj_pipeline *p, uint64_t seed, const int64_t *counts, lj_frame *frame)
{
    const int64_t n = lj_frame_row_count(frame);
    const char **parts = lj_new_array(n, sizeof(*parts));
    lj_status status = parts == NULL ? lj_fail(LJ_ENOMEM, "no memory for the parts of %" PRId64 " images", n) : LJ_OK;
    int64_t row = 0;
    for (int s = 0; s < LJ_PARTS_JUDGED && status == LJ_OK; s++)
        for (int64_t i = 0; i < counts[s]; i++)
            parts[row++] = lj_part_name((lj_part)s);
    /* test first: the share of valid is then that of what is left */
    const double valid = p->images.test == NULL ? p->split.valid / (1.0 - p->split.test) : p->split.valid;
    if (status == LJ_OK && p->images.test == NULL)
        status = take_share(frame, parts, p->split.test, "test", seed);
    if (status == LJ_OK && p->images.valid == NULL)
        status = take_share(frame, parts, valid, "valid", seed + 1);
    if (status == LJ_OK)
        status = lj_frame_add_text(frame, "part", parts);
    lj_free(parts);
    return status;
}

static lj_status check_labels(const lj_frame *frame, const char *path)
{
    const int64_t at = lj_frame_find(frame, "label");
    return at >= 0 && lj_frame_column(frame, at)->missing_count == 0
               ? LJ_OK
               : lj_fail(LJ_EDATA, "%s: expected labels: a folder for each class, or [images, labels]", path);
}

lj_status lj_table_read_images(const lj_pipeline *p, uint64_t seed, lj_team *team, lj_console *console,
                               lj_table *table)
{
    const lj_item *items[LJ_PARTS_JUDGED] = {p->images.train, p->images.valid, p->images.test};
    lj_image_set sets[LJ_PARTS_JUDGED] = {{0}};
    int64_t counts[LJ_PARTS_JUDGED] = {0};
    lj_pixels shape = {.channels = p->images.channels < 0 ? 0 : p->images.channels == 0 ? 1 : 3,
                       .resize = (lj_resize)p->images.resize,
                       .crop = p->images.crop,
                       .normalise = p->images.normalise};
    if (p->images.size != NULL) {
        shape.height = (int64_t)lj_declared_at(p->images.size, 0)->number;
        shape.width = (int64_t)lj_declared_at(p->images.size, 1)->number;
    }
    for (int s = 0; s < LJ_PARTS_JUDGED; s++)
        LJ_TRY(find_set(p, table->arena, items[s], &sets[s]));
    table->home_source = sets[0].images;
    LJ_TRY(lj_images_open(sets, LJ_PARTS_JUDGED, &shape, team, console, &table->frame, counts, table->sha256));
    if (p->target.column != NULL)
        LJ_TRY(check_labels(table->frame, sets[0].images));
    LJ_TRY(add_parts(p, seed, counts, table->frame));
    const lj_pixels *pixels = lj_frame_pixels(table->frame);
    lj_note(console, "%" PRId64 " images of %" PRId64 " x %" PRId64 " x %" PRId64, lj_frame_row_count(table->frame),
            pixels->height, pixels->width, pixels->channels);
    LJ_TRY(lj_schema_create(NULL, 0, &table->no_schema));
    table->schema = table->no_schema;
    return LJ_OK;
}

lj_status lj_images_of_path(const char *path, const lj_pixels *shape, lj_team *team, lj_console *console,
                            lj_frame **out)
{
    char digest[LJ_SHA256_HEX];
    int64_t count = 0;
    lj_image_set set = {.images = path};
    char *images = lj_strdup(path);
    if (images == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    char *comma = strchr(images, ',');
    if (comma != NULL) {
        *comma = '\0';
        set = (lj_image_set){.images = images, .labels = comma + 1};
    }
    const lj_status status = lj_images_read(&set, 1, shape, team, console, out, &count, digest);
    lj_free(images);
    return status;
}
