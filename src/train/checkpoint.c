/*
 * Checkpoints: one file, checkpoint.safetensors in the folder, with the live
 * weights, the best, the averaged and the optimiser's slots under prefixes, and
 * the position with the history as JSON in the metadata "state". One file,
 * because only that can be replaced atomically.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/hash.h"
#include "train/trainer.h"

#define FILE_NAME         "checkpoint.safetensors"
#define CHECKPOINT_FORMAT 2
#define SETS              4

/* The sets of a training by the prefix of their tensors; NULL where there is none. */
static lj_weights *set_at(const lj_trainer *trainer, int index, const char **prefix)
{
    static const char *const prefixes[SETS] = {"weights/", "best/", "average/", "state/"};
    lj_weights *const sets[SETS] = {trainer->job->weights, trainer->best, trainer->average, trainer->state};
    *prefix = prefixes[index];
    return sets[index];
}

static lj_status hash_block(lj_sha256 *hash, const void *bytes, int64_t count, size_t size)
{
    return bytes == NULL ? LJ_OK : lj_sha256_update(hash, bytes, (size_t)count * size);
}

/* An image that is decoded later is known by its mark. */
static lj_status hash_image(lj_sha256 *hash, const lj_rows *rows, int64_t row)
{
    if (rows->decoder == NULL)
        return hash_block(hash, lj_row_pixels(rows, row), rows->pixel_count, 1);
    const uint64_t mark = lj_decoder_mark(rows->decoder, rows->pixel_row[row]);
    return hash_block(hash, &mark, 1, sizeof(mark));
}

/* What must be the same for a resume to give the same weights. */
static lj_status describe_options(const lj_trainer *trainer, lj_text *out)
{
    const lj_train_options *o = &trainer->options;
    const lj_optimiser_options *by = &o->optimiser;
    const lj_schedule_options *s = &o->schedule;
    lj_text_printf(out, "%" PRId64 " %" PRIu64 " %" PRId64 " %a %a %a %d %s\n", o->batch, o->seed, o->accumulate,
                   o->average, o->swa, o->minimum_gain, o->find_rate, o->monitor);
    lj_text_printf(out, "%s %a %d %a %a %a %a %a %a %a\n", lj_optimiser_name(by->optimiser), by->momentum, by->nesterov,
                   by->beta1, by->beta2, by->rho, by->epsilon, by->weight_decay, by->clip_norm, by->clip_value);
    lj_text_printf(out, "%s %a %" PRId64 " %" PRId64 " %a %a %" PRId64 "\n", lj_schedule_name(s->schedule), s->rate,
                   s->warm_up, s->period, s->factor, s->minimum, s->patience);
    const lj_augment_options *a = &o->augment;
    lj_text_printf(out, "%a %a %a %a %a %a %a %a %a %d %d %d\n", a->rotation, a->shear, a->shift, a->zoom,
                   a->brightness, a->contrast, a->noise, a->cut_out, a->mix_up, a->flip_x, a->flip_y, (int)a->fill);
    return lj_text_finish(out);
}

static lj_status make_fingerprint(lj_trainer *trainer)
{
    const lj_rows *rows = trainer->train;
    const int64_t stored = rows->steps > 0 ? rows->stored : rows->n;
    lj_text text = {0};
    lj_sha256 *hash = NULL;
    lj_status status = describe_options(trainer, &text);
    if (status != LJ_OK)
        goto done;
    LJ_TRY_DONE(lj_sha256_create(&hash));
    LJ_TRY_DONE(lj_sha256_update(hash, text.data, text.size));
    LJ_TRY_DONE(hash_block(hash, rows->numbers, stored * rows->number_count, sizeof(float)));
    LJ_TRY_DONE(hash_block(hash, rows->codes, stored * rows->category_count, sizeof(int32_t)));
    LJ_TRY_DONE(hash_block(hash, rows->last, rows->steps > 0 ? rows->n : 0, sizeof(int64_t)));
    LJ_TRY_DONE(hash_block(hash, rows->lengths, rows->n, sizeof(int32_t)));
    LJ_TRY_DONE(hash_block(hash, rows->tokens, rows->n * rows->token_count, sizeof(int32_t)));
    if (rows->texts != NULL)
        LJ_TRY_DONE(hash_block(hash, rows->texts->code, rows->texts->begin[rows->texts->n], sizeof(int32_t)));
    for (int64_t i = 0; rows->pixel_count > 0 && i < rows->n; i++)
        LJ_TRY_DONE(hash_image(hash, rows, i));
    LJ_TRY_DONE(hash_block(hash, trainer->target, rows->n, 4));
    LJ_TRY_DONE(hash_block(hash, trainer->weight, rows->n, sizeof(float)));
    LJ_TRY_DONE(lj_sha256_finish(hash, trainer->fingerprint));
done:
    lj_sha256_destroy(hash);
    lj_text_free(&text);
    return status;
}

lj_status lj_checkpoint_prepare(lj_trainer *trainer)
{
    if (trainer->options.checkpoint == NULL)
        return LJ_OK;
    LJ_TRY(make_fingerprint(trainer));
    LJ_TRY(lj_folder_create(trainer->options.checkpoint));
    LJ_TRY(lj_weights_create(&trainer->file));
    for (int s = 0; s < SETS; s++) {
        const char *prefix = NULL;
        lj_weights *set = set_at(trainer, s, &prefix);
        for (int64_t t = 0; set != NULL && t < lj_weights_count(set); t++) {
            const lj_tensor *from = lj_weights_at(set, t);
            char name[2 * LJ_NAME_MAX];
            (void)snprintf(name, sizeof(name), "%s%s", prefix, from->name);
            lj_tensor *to = NULL;
            LJ_TRY(lj_weights_new(trainer->file, name, from->dtype, from->shape, &to));
        }
    }
    return LJ_OK;
}

/* Copies between the sets and the file's set, in which they stand one after the other. */
static void copy_sets(lj_trainer *trainer, int into_file)
{
    int64_t at = 0;
    for (int s = 0; s < SETS; s++) {
        const char *prefix = NULL;
        lj_weights *set = set_at(trainer, s, &prefix);
        for (int64_t t = 0; set != NULL && t < lj_weights_count(set); t++) {
            lj_tensor *own = lj_weights_at(set, t), *stored = lj_weights_at(trainer->file, at++);
            memcpy(into_file ? stored->data : own->data, into_file ? own->data : stored->data, (size_t)own->count * 4);
        }
    }
}

static void write_state(const lj_trainer *trainer, lj_text *text)
{
    const lj_position *at = &trainer->at;
    lj_json json;
    lj_json_start(&json, text, 1);
    lj_json_map(&json, NULL);
    lj_json_integer(&json, "format", CHECKPOINT_FORMAT);
    lj_json_string(&json, "fingerprint", trainer->fingerprint);
    lj_json_integer(&json, "step", at->step);
    lj_json_integer(&json, "batch", at->batch);
    lj_json_double(&json, "loss", at->loss);
    lj_json_double(&json, "weight", at->weight);
    lj_json_double(&json, "rival_loss", at->rival_loss);
    lj_json_double(&json, "rival_weight", at->rival_weight);
    lj_json_double(&json, "best", at->best);
    lj_json_integer(&json, "best_epoch", at->best_epoch);
    lj_json_integer(&json, "waited", at->waited);
    lj_json_integer(&json, "plateau_waited", at->plateau_waited);
    lj_json_integer(&json, "plateau_drops", at->plateau_drops);
    lj_json_integer(&json, "finished", at->finished);
    lj_json_double(&json, "seconds", at->seconds + (lj_seconds() - trainer->started));
    lj_json_list(&json, "epochs");
    for (int64_t i = 0; i < at->epoch; i++) {
        const lj_epoch *epoch = &trainer->epochs[i];
        lj_json_list(&json, NULL);
        lj_json_double(&json, NULL, epoch->loss);
        lj_json_double(&json, NULL, epoch->rival_loss);
        lj_json_double(&json, NULL, epoch->valid_loss);
        lj_json_double(&json, NULL, epoch->monitor);
        lj_json_double(&json, NULL, epoch->rate);
        lj_json_double(&json, NULL, epoch->seconds);
        lj_json_end_list(&json);
    }
    lj_json_end_list(&json);
    lj_json_end_map(&json);
}

lj_status lj_checkpoint_write(lj_trainer *trainer)
{
    if (trainer->options.checkpoint == NULL)
        return LJ_OK;
    char *path = lj_path_join(trainer->options.checkpoint, FILE_NAME);
    lj_text text = {0};
    lj_status status = LJ_OK;
    copy_sets(trainer, 1);
    write_state(trainer, &text);
    LJ_TRY_DONE(lj_text_finish(&text));
    if (path == NULL) {
        status = lj_fail(LJ_ENOMEM, "checkpoint: no memory for its path");
        goto done;
    }
    const char *const metadata[] = {"format", "lianjin-checkpoint", "state", text.data};
    LJ_TRY_DONE(lj_safetensors_write(path, trainer->file, metadata, 2));
    trainer->saved = lj_seconds();
done:
    lj_text_free(&text);
    lj_free(path);
    return status;
}

static double number_or_nan(const lj_item *item)
{
    return item != NULL && item->kind == LJ_NUMBER ? item->number : (double)NAN;
}

static lj_status read_epochs(lj_trainer *trainer, const lj_doc *doc, const lj_item *state)
{
    const lj_item *list = NULL;
    LJ_TRY(lj_item_need(doc, state, "epochs", LJ_LIST, &list));
    for (int64_t i = 0; i < list->count; i++) {
        const lj_item *row = list->items[i];
        if (row->kind != LJ_LIST || row->count != 6)
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a list of 6 numbers", lj_doc_name(doc), row->line,
                           row->column);
        const lj_epoch epoch = {
            .epoch = i + 1,
            .loss = number_or_nan(row->items[0]),
            .rival_loss = number_or_nan(row->items[1]),
            .valid_loss = number_or_nan(row->items[2]),
            .monitor = number_or_nan(row->items[3]),
            .rate = number_or_nan(row->items[4]),
            .seconds = number_or_nan(row->items[5]),
        };
        LJ_TRY(lj_history_add(trainer, &epoch));
    }
    return LJ_OK;
}

static lj_status read_state(lj_trainer *trainer, const lj_doc *doc)
{
    const lj_item *state = lj_doc_root(doc);
    lj_position *at = &trainer->at;
    const char *fingerprint = NULL;
    int64_t format = 0, finished = 0;
    const int64_t most = INT64_C(1) << 53;
    LJ_TRY(lj_item_need_integer(doc, state, "format", 0, most, &format));
    if (format != CHECKPOINT_FORMAT)
        return lj_fail(LJ_EVERSION, "%s: expected a checkpoint of format %d, found %" PRId64, lj_doc_name(doc),
                       CHECKPOINT_FORMAT, format);
    LJ_TRY(lj_item_need_string(doc, state, "fingerprint", &fingerprint));
    if (strcmp(fingerprint, trainer->fingerprint) != 0)
        return lj_fail(LJ_ECONFIG, "%s is of other data, options or another seed: remove it or run without resuming",
                       lj_doc_name(doc));
    LJ_TRY(lj_item_need_integer(doc, state, "step", 0, most, &at->step));
    const int64_t steps = lj_trainer_batches(trainer);
    LJ_TRY(lj_item_need_integer(doc, state, "batch", 0, steps - 1, &at->batch));
    LJ_TRY(lj_item_need_number(doc, state, "loss", &at->loss));
    LJ_TRY(lj_item_need_number(doc, state, "weight", &at->weight));
    LJ_TRY(lj_item_need_number(doc, state, "rival_loss", &at->rival_loss));
    LJ_TRY(lj_item_need_number(doc, state, "rival_weight", &at->rival_weight));
    LJ_TRY(lj_item_need_integer(doc, state, "best_epoch", 0, most, &at->best_epoch));
    LJ_TRY(lj_item_need_integer(doc, state, "waited", 0, most, &at->waited));
    LJ_TRY(lj_item_need_integer(doc, state, "plateau_waited", 0, most, &at->plateau_waited));
    LJ_TRY(lj_item_need_integer(doc, state, "plateau_drops", 0, most, &at->plateau_drops));
    LJ_TRY(lj_item_need_integer(doc, state, "finished", 0, 1, &finished));
    LJ_TRY(lj_item_need_number(doc, state, "seconds", &at->seconds));
    at->best = number_or_nan(lj_item_get(state, "best"));
    at->finished = (int)finished;
    LJ_TRY(read_epochs(trainer, doc, state));
    if (at->best_epoch > at->epoch || at->step != at->epoch * steps + at->batch)
        return lj_fail(LJ_ECORRUPT, "%s: its steps and epochs do not fit each other", lj_doc_name(doc));
    return LJ_OK;
}

/* The stored tensors into the file's set, which must be of the same names and shapes. */
static lj_status take_tensors(lj_trainer *trainer, const char *path, lj_weights *stored)
{
    const int64_t n = lj_weights_count(trainer->file);
    if (lj_weights_count(stored) != n)
        return lj_fail(LJ_ECONFIG, "%s: expected %" PRId64 " tensors, found %" PRId64, path, n,
                       lj_weights_count(stored));
    for (int64_t t = 0; t < n; t++) {
        lj_tensor *to = lj_weights_at(trainer->file, t);
        const lj_tensor *from = lj_weights_find(stored, to->name);
        if (from == NULL || from->dtype != to->dtype || from->shape.rank != to->shape.rank ||
            memcmp(from->shape.dim, to->shape.dim, (size_t)to->shape.rank * sizeof(int64_t)) != 0)
            return lj_fail(LJ_ECONFIG, "%s: it has no '%s' of this model's shape", path, to->name);
        memcpy(to->data, from->data, (size_t)to->count * 4);
    }
    return LJ_OK;
}

static lj_status read_file(lj_trainer *trainer, const char *path)
{
    lj_weights *stored = NULL;
    lj_doc *header = NULL, *state = NULL;
    lj_status status = lj_safetensors_open(path, &stored, &header);
    if (status != LJ_OK)
        return status;
    const lj_item *text = lj_item_get(lj_item_get(lj_doc_root(header), "__metadata__"), "state");
    if (text == NULL) {
        status = lj_fail(LJ_ECORRUPT, "%s: it is no checkpoint", path);
        goto done;
    }
    LJ_TRY_DONE(lj_json_parse(path, text->text, strlen(text->text), &state));
    LJ_TRY_DONE(read_state(trainer, state));
    LJ_TRY_DONE(take_tensors(trainer, path, stored));
    copy_sets(trainer, 0);
done:
    lj_doc_destroy(state);
    lj_doc_destroy(header);
    lj_weights_destroy(stored);
    return status;
}

lj_status lj_checkpoint_read(lj_trainer *trainer, int *found)
{
    *found = 0;
    if (trainer->options.checkpoint == NULL)
        return LJ_OK;
    char *path = lj_path_join(trainer->options.checkpoint, FILE_NAME);
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "checkpoint: no memory for its path");
    lj_status status = LJ_OK;
    if (lj_file_exists(path)) {
        status = read_file(trainer, path);
        *found = status == LJ_OK;
    }
    lj_free(path);
    return status;
}
