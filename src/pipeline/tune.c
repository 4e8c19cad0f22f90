/*
 * The search for options: trials of a pipeline, one after the other, each on all threads, judged on valid (with folds: the
 * mean over all splits; test rows are not scored). What it finds is a pipeline, which is then run.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lianjin/file.h"
#include "lianjin/random.h"
#include "lianjin/tune.h"
#include "pipeline/pipeline.h"

#define TRIALS_FILE "trials.jsonl"
enum { RUNGS = 3, ETA = 3, SHOWN = 10 };

/* What was tried, and what came of it. */
typedef struct record {
    int64_t rung, size;
    double score;        /* of the metric; NaN: it failed */
    char *options;       /* JSON map: "train.KEY" too */
    const char *status;  /* done, failed, too large */
} record;

typedef struct search {
    lj_run *run;
    const lj_pipeline *pipeline;
    lj_arena *arena;
    lj_space space;
    lj_tune_method method;
    const char *metric;
    double sign;         /* of the loss of a score */
    int64_t wanted;      /* trials that begin */
    lj_fit *fits;        /* [splits] prepared */
    uint8_t **parts;     /* [splits] */
    uint8_t *some;       /* [rows] parts with a share of the training rows */
    int64_t splits;
    lj_trial *trials;    /* [most] */
    record *records;     /* [count] */
    int64_t count, most;
    int64_t replayed;    /* trials of an interrupted search that are not run again */
    char *path;          /* of the file of trials */
    char head[LJ_SHA256_HEX];
} search;

static void free_search(search *s)
{
    for (int64_t k = 0; s->fits != NULL && k < s->splits; k++)
        lj_fit_free(&s->fits[k]);
    for (int64_t k = 0; s->parts != NULL && k < s->splits; k++)
        lj_free(s->parts[k]);
    for (int64_t i = 0; s->records != NULL && i < s->most; i++)
        lj_free(s->records[i].options);
    for (int64_t i = 0; s->trials != NULL && i < s->most; i++)
        lj_free(s->trials[i].point);
    lj_free(s->fits);
    lj_free(s->parts);
    lj_free(s->some);
    lj_free(s->records);
    lj_free(s->trials);
    lj_free(s->path);
    lj_arena_destroy(s->arena);
}

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "no memory for the search");
}

/* ---- options as text ---- */

static int is_searched(const lj_space *space, const char *prefix, const char *key)
{
    const size_t size = strlen(prefix);
    for (int64_t k = 0; k < space->count; k++)
        if (strncmp(space->dimensions[k].key, prefix, size) == 0 && strcmp(space->dimensions[k].key + size, key) == 0)
            return 1;
    return 0;
}

static lj_status print_options(const lj_space *space, const double *point, char **out)
{
    lj_text text = {0};
    lj_text_puts(&text, "{");
    for (int64_t k = 0; k < space->count; k++) {
        lj_text_printf(&text, "%s\"%s\": ", k > 0 ? ", " : "", space->dimensions[k].key);
        lj_dimension_print(&space->dimensions[k], point[k], &text);
    }
    lj_text_puts(&text, "}");
    const lj_status status = lj_text_finish(&text);
    *out = status == LJ_OK ? lj_strdup(text.data) : NULL;
    lj_text_free(&text);
    LJ_TRY(status);
    return *out != NULL ? LJ_OK : no_memory();
}

/* The members of a map that are neither searched nor left out, then those of the trial whose keys begin so. */
static void write_section(const search *s, lj_json *json, const lj_item *map, const char *prefix, const char *left_out,
                          const lj_item *options)
{
    const size_t size = strlen(prefix);
    for (int64_t i = 0; map != NULL && map->kind == LJ_MAP && i < map->count; i++) {
        const lj_item *item = map->items[i];
        if (!is_searched(&s->space, prefix, item->key) && strcmp(item->key, "family") != 0 &&
            strcmp(item->key, left_out) != 0)
            lj_json_item(json, item->key, item);
    }
    for (int64_t i = 0; i < options->count; i++) {
        const lj_item *item = options->items[i];
        const int is_train = strncmp(item->key, "train.", 6) == 0;
        if (is_train == (size > 0))
            lj_json_item(json, item->key + size, item);
    }
}

static int has_option(const lj_family_info *family, const char *key)
{
    for (int64_t i = 0; i < family->option_count; i++)
        if (strcmp(family->options[i].key, key) == 0)
            return 1;
    return 0;
}

/*
 * The pipeline with these options. A trial (is_last 0) is not fitted once more on valid, which judges it; the last one is
 * the whole file without the search.
 */
static lj_status make_pipeline(const search *s, const char *options, int is_last, lj_pipeline **out)
{
    const lj_pipeline *p = s->pipeline;
    const lj_item *root = lj_doc_root(p->doc);
    const lj_family_info *family = NULL;
    lj_doc *doc = NULL;
    lj_text text = {0};
    lj_json json;
    LJ_TRY(lj_family_find(p->family, &family));
    LJ_TRY(lj_json_parse("options", options, strlen(options), &doc));
    lj_json_start(&json, &text, 0);
    lj_json_map(&json, NULL);
    for (int64_t i = 0; i < root->count; i++) {
        const char *key = root->items[i]->key;
        if (strcmp(key, "model") != 0 && strcmp(key, "train") != 0 && strcmp(key, "tune") != 0)
            lj_json_item(&json, key, root->items[i]);
    }
    if (lj_item_get(root, "name") == NULL)
        lj_json_string(&json, "name", p->top.name);
    const int skips_refit = !is_last && has_option(family, "refit");
    lj_json_map(&json, "model");
    lj_json_string(&json, "family", p->family);
    if (skips_refit)
        lj_json_bool(&json, "refit", 0);
    write_section(s, &json, p->top.model, "", skips_refit ? "refit" : "", lj_doc_root(doc));
    lj_json_end_map(&json);
    lj_json_map(&json, "train");
    write_section(s, &json, p->top.train, "train.", "", lj_doc_root(doc));
    lj_json_end_map(&json);
    lj_json_end_map(&json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_pipeline_parse(p->file, text.data, text.size, out);
    lj_text_free(&text);
    lj_doc_destroy(doc);
    return status;
}

/* ---- the splits that judge ---- */

static lj_status make_split(search *s, int64_t k)
{
    lj_run *run = s->run;
    const lj_fit_request request = {.pipeline = s->pipeline,
                                    .table = &run->table,
                                    .parts = s->parts[k],
                                    .seed = run->seed,
                                    .team = run->options->team};
    LJ_TRY(lj_parts_check(&run->table, s->parts[k]));
    return lj_fit_prepare(&request, &s->fits[k]);
}

static lj_status make_splits(search *s)
{
    lj_run *run = s->run;
    const int64_t n = lj_frame_row_count(run->table.frame);
    const int by_folds = s->pipeline->split.by == LJ_SPLIT_FOLDS;
    lj_status status = LJ_OK;
    s->splits = by_folds ? s->pipeline->split.folds : 1;
    s->fits = lj_new_array(s->splits, sizeof(*s->fits));
    s->parts = lj_new_array(s->splits, sizeof(*s->parts));
    s->some = lj_new_array(n, 1);
    int32_t *fold = lj_new_array(n, sizeof(*fold));
    if (s->fits == NULL || s->parts == NULL || s->some == NULL || fold == NULL)
        status = no_memory();
    if (status == LJ_OK && by_folds)
        status = lj_folds_make(s->pipeline, &run->table, run->seed, fold);
    for (int64_t k = 0; status == LJ_OK && k < s->splits; k++) {
        s->parts[k] = lj_new_array(n, 1);
        if (s->parts[k] == NULL)
            status = no_memory();
        else if (by_folds)
            lj_fold_parts(fold, n, s->splits, k, s->parts[k]);
        else
            status = lj_parts_make(s->pipeline, &run->table, run->seed, NULL, s->parts[k]);
        if (status == LJ_OK)
            status = make_split(s, k);
    }
    lj_free(fold);
    return status;
}

/* Of the training rows a share that depends on seed and row alone: rung r of RUNGS has ETA^(r - RUNGS + 1) of them. */
static const uint8_t *thin(search *s, int64_t k, int64_t rung)
{
    const int64_t n = lj_frame_row_count(s->run->table.frame);
    double share = 1.0;
    for (int64_t r = rung; r < RUNGS - 1; r++)
        share /= ETA;
    for (int64_t row = 0; row < n; row++) {
        const double u = (double)lj_random_uniform(s->run->seed, lj_random_stream("tune.rows"), (uint64_t)row);
        s->some[row] = s->parts[k][row] == LJ_PART_TRAIN && u >= share ? LJ_PART_NONE : s->parts[k][row];
    }
    return s->some;
}

/* ---- a trial ---- */

static lj_status judge(search *s, const lj_pipeline *pipeline, record *r)
{
    double sum = 0.0;
    for (int64_t k = 0; k < s->splits; k++) {
        lj_fit *fitted = &s->fits[k];
        const lj_fit_request request = {.pipeline = pipeline,
                                        .table = &s->run->table,
                                        .parts = thin(s, k, r->rung),
                                        .seed = s->run->seed,
                                        .team = s->run->options->team};
        lj_predictions valid = {0};
        double value = NAN;
        lj_status status = lj_fit_model(&request, fitted);
        if (status == LJ_OK)
            r->size = lj_model_size(fitted->model);
        if (status == LJ_OK)
            status = lj_fit_predict(&request, fitted, LJ_PART_VALID, &valid);
        if (status == LJ_OK)
            status = lj_metric_compute(s->metric, &valid, &value);
        lj_predictions_free(&valid);
        lj_fit_drop_model(fitted);
        LJ_TRY(status);
        sum += value;
    }
    r->score = sum / (double)s->splits;
    return LJ_OK;
}

/* What a trial may fail of without ending the search. */
static int is_of_the_trial(lj_status status)
{
    return status == LJ_EDIVERGED || status == LJ_EDATA || status == LJ_ECONFIG || status == LJ_ESHAPE;
}

static double loss_of(const search *s, const record *r)
{
    return strcmp(r->status, "done") == 0 ? s->sign * r->score : (double)NAN;
}

static lj_status try_options(search *s, record *r)
{
    lj_pipeline *pipeline = NULL;
    const int64_t most = s->pipeline->tune.max_size;
    lj_status status = make_pipeline(s, r->options, 0, &pipeline);
    if (status == LJ_OK)
        status = judge(s, pipeline, r);
    lj_pipeline_destroy(pipeline);
    r->status = status != LJ_OK ? "failed" : most != LJ_UNSET && r->size > most ? "too large" : "done";
    if (status == LJ_OK || !is_of_the_trial(status))
        return status;
    r->score = NAN;
    lj_warn(s->run->options->console, "tune: trial %" PRId64 " failed: %s", s->count + 1, lj_error_message());
    return LJ_OK;
}

/* ---- the file of trials ---- */

static lj_status append(const search *s, const lj_text *line)
{
    const int file = open(s->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const int is_written = file >= 0 && write(file, line->data, line->size) == (ssize_t)line->size && fsync(file) == 0;
    const int error = errno;
    const int is_closed = file >= 0 && close(file) == 0;
    return is_written && is_closed ? LJ_OK : lj_fail(LJ_EIO, "%s: %s", s->path, strerror(error));
}

static lj_status append_head(const search *s)
{
    lj_text line = {0};
    lj_text_printf(&line, "{\"search\": \"%s\"}\n", s->head);
    lj_status status = lj_text_finish(&line);
    if (status == LJ_OK)
        status = append(s, &line);
    lj_text_free(&line);
    return status;
}

static lj_status append_record(const search *s, int64_t index)
{
    const record *r = &s->records[index];
    lj_text line = {0};
    lj_text_printf(&line, "{\"trial\": %" PRId64 ", \"rung\": %" PRId64 ", \"status\": \"%s\", \"size\": %" PRId64
                   ", \"score\": ", index + 1, r->rung, r->status, r->size);
    lj_text_printf(&line, isnan(r->score) ? "null" : "%.17g", r->score);
    lj_text_printf(&line, ", \"options\": %s}\n", r->options);
    lj_status status = lj_text_finish(&line);
    if (status == LJ_OK)
        status = append(s, &line);
    lj_text_free(&line);
    return status;
}

/* A search is told by its file, data, seed and space. */
static lj_status name_search(search *s)
{
    lj_text text = {0};
    lj_text_printf(&text, "%s\n%s\n%" PRIu64 "\n%s\n%s\n", s->pipeline->text, s->run->table.sha256, s->run->seed,
                   lj_tune_method_names[s->method], s->metric);
    for (int64_t k = 0; k < s->space.count; k++) {
        const lj_dimension *d = &s->space.dimensions[k];
        lj_text_printf(&text, "%s %.17g %.17g %d %d", d->key, d->low, d->high, d->is_integer, d->is_log);
        for (int64_t i = 0; i < d->choice_count; i++)
            lj_text_printf(&text, " %s", d->choices[i]);
        lj_text_puts(&text, "\n");
    }
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_sha256_bytes(text.data, text.size, s->head);
    lj_text_free(&text);
    return status;
}

static int read_record(const lj_item *item, record *r)
{
    static const char *const words[] = {"done", "failed", "too large"};
    const lj_item *options = lj_item_get(item, "options"), *status = lj_item_get(item, "status");
    const lj_item *score = lj_item_get(item, "score"), *rung = lj_item_get(item, "rung");
    const lj_item *size = lj_item_get(item, "size");
    if (options == NULL || options->kind != LJ_MAP || status == NULL || status->kind != LJ_STRING || score == NULL ||
        rung == NULL || rung->kind != LJ_NUMBER || size == NULL || size->kind != LJ_NUMBER)
        return 0;
    r->status = NULL;
    for (int i = 0; i < 3; i++)
        r->status = strcmp(status->text, words[i]) == 0 ? words[i] : r->status;
    r->score = score->kind == LJ_NUMBER ? score->number : (double)NAN;
    r->rung = (int64_t)rung->number;
    r->size = (int64_t)size->number;
    return r->status != NULL;
}

/* The trials of an interrupted search; what follows a damaged line is tried again. */
static lj_status replay(search *s)
{
    char *bytes = NULL;
    size_t size = 0;
    if (!s->run->options->resume || !lj_file_exists(s->path))
        return append_head(s);
    LJ_TRY(lj_file_read(s->path, LJ_JSON_BYTES_MAX, &bytes, &size));
    lj_status status = LJ_OK;
    size_t good = 0;
    int64_t line = 0;
    char *end = NULL;
    for (char *at = bytes; status == LJ_OK; at = end + 1) {
        end = memchr(at, '\n', size - (size_t)(at - bytes));
        if (end == NULL)
            break;
        lj_doc *doc = NULL;
        int is_read = lj_json_parse(s->path, at, (size_t)(end - at), &doc) == LJ_OK && lj_doc_root(doc)->kind == LJ_MAP;
        const lj_item *head = is_read && line == 0 ? lj_item_get(lj_doc_root(doc), "search") : NULL;
        if (is_read && line == 0 && (head == NULL || head->kind != LJ_STRING || strcmp(head->text, s->head) != 0))
            status = lj_fail(LJ_EDATA, "%s: of another search (pipeline, data, seed or method): run again without "
                             "--resume", s->path);
        else if (is_read && line > 0)
            is_read = s->replayed < s->most && read_record(lj_doc_root(doc), &s->records[s->replayed]) &&
                      ++s->replayed > 0;
        lj_doc_destroy(doc);
        if (!is_read)
            break;
        line++;
        good = (size_t)(end + 1 - bytes);
    }
    if (status == LJ_OK && good < size)
        status = lj_file_replace(s->path, bytes, good);
    if (status == LJ_OK && good == 0)
        status = append_head(s);
    if (status == LJ_OK && s->replayed > 0)
        lj_note(s->run->options->console, "tune: %" PRId64 " trials go on", s->replayed);
    lj_free(bytes);
    return status;
}

/* ---- the search ---- */

static int64_t best_of(const search *s, int64_t rung)
{
    int64_t best = -1;
    for (int64_t i = 0; i < s->count; i++) {
        const double loss = loss_of(s, &s->records[i]);
        if (s->records[i].rung == rung && !isnan(loss) && (best < 0 || loss < loss_of(s, &s->records[best])))
            best = i;
    }
    return best;
}

static void tell_progress(const search *s)
{
    char detail[128] = "";
    for (int64_t rung = RUNGS - 1; rung >= 0 && detail[0] == '\0'; rung--) {
        const int64_t best = best_of(s, rung);
        if (best >= 0)
            (void)snprintf(detail, sizeof(detail), "best valid %s %.5f (trial %" PRId64 ")", s->metric,
                           s->records[best].score, best + 1);
    }
    lj_progress_update(s->run->options->console, s->count, detail);
}

/* The next trial, at a point: run, or as the file has it. */
static lj_status add_trial(search *s, const double *point, int64_t rung)
{
    record *r = &s->records[s->count];
    lj_trial *t = &s->trials[s->count];
    t->point = lj_new_array(s->space.count, sizeof(*t->point));
    if (t->point == NULL)
        return no_memory();
    memcpy(t->point, point, (size_t)s->space.count * sizeof(*point));
    const int is_replayed = s->count < s->replayed;
    LJ_TRY(print_options(&s->space, point, &r->options));
    if (!is_replayed) {
        r->rung = rung;
        LJ_TRY(try_options(s, r));
        LJ_TRY(append_record(s, s->count));
    }
    t->loss = loss_of(s, r);
    s->count++;
    tell_progress(s);
    return lj_interrupted() ? lj_fail(LJ_EINTERRUPTED, "interrupted after %" PRId64 " trials: go on with --resume",
                                      s->count) : LJ_OK;
}

static lj_status try_one_after_another(search *s)
{
    double point[LJ_DIMENSIONS_MAX];
    for (int64_t i = 0; i < s->wanted; i++) {
        lj_tune_draw(&s->space, s->method, s->run->seed, s->trials, i, point);
        LJ_TRY(add_trial(s, point, RUNGS - 1));
    }
    return LJ_OK;
}

/* Of the trials begin .. end - 1 those that go on, best first: a third, at least one. */
static lj_status try_by_halving(search *s)
{
    double point[LJ_DIMENSIONS_MAX];
    for (int64_t i = 0; i < s->wanted; i++) {
        lj_tune_draw(&s->space, LJ_TUNE_RANDOM, s->run->seed, NULL, i, point);
        LJ_TRY(add_trial(s, point, 0));
    }
    int64_t begin = 0;
    for (int64_t rung = 1; rung < RUNGS; rung++) {
        const int64_t end = s->count, wanted = (end - begin + ETA - 1) / ETA;
        uint8_t taken[LJ_TRIALS_MAX] = {0};
        for (int64_t k = 0; k < wanted; k++) {
            int64_t best = -1;
            for (int64_t i = begin; i < end; i++)
                if (!taken[i - begin] && !isnan(s->trials[i].loss) &&
                    (best < 0 || s->trials[i].loss < s->trials[best].loss))
                    best = i;
            if (best < 0)
                break;
            taken[best - begin] = 1;
            LJ_TRY(add_trial(s, s->trials[best].point, rung));
        }
        begin = end;
    }
    return LJ_OK;
}

/* ---- what it found ---- */

/* The trials of the last rung, best first: order [count]; answers how many. */
static int64_t rank(const search *s, int64_t *order)
{
    int64_t n = 0;
    for (int64_t i = 0; i < s->count; i++) {
        if (s->records[i].rung < RUNGS - 1 || isnan(loss_of(s, &s->records[i])))
            continue;
        int64_t at = n++;
        for (; at > 0 && loss_of(s, &s->records[i]) < loss_of(s, &s->records[order[at - 1]]); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return n;
}

static lj_status write_board(const search *s, const int64_t *order, int64_t n, lj_text *out)
{
    lj_text_printf(out, "%" PRId64 " trials of %s by %s, best %" PRId64 " on valid:\n", s->count, s->pipeline->family,
                   lj_tune_method_names[s->method], n < SHOWN ? n : SHOWN);
    for (int64_t k = 0; k < n && k < SHOWN; k++)
        lj_text_printf(out, "%3" PRId64 "  %s %.5f  trial %-4" PRId64 " %s\n", k + 1, s->metric,
                       s->records[order[k]].score, order[k] + 1, s->records[order[k]].options);
    return lj_text_finish(out);
}

/* For the page: docs/report.md, `search`. */
static lj_status write_page(const search *s, lj_text *out)
{
    lj_text_printf(out, "{\"method\": \"%s\", \"metric\": \"%s\", \"larger_is_better\": %s, \"dimensions\": [",
                   lj_tune_method_names[s->method], s->metric, s->sign < 0.0 ? "true" : "false");
    for (int64_t k = 0; k < s->space.count; k++)
        lj_text_printf(out, "%s{\"key\": \"%s\", \"is_log\": %s, \"is_choice\": %s}", k > 0 ? ", " : "",
                       s->space.dimensions[k].key, s->space.dimensions[k].is_log ? "true" : "false",
                       s->space.dimensions[k].choice_count > 0 ? "true" : "false");
    lj_text_puts(out, "], \"trials\": [");
    for (int64_t i = 0; i < s->count; i++) {
        const record *r = &s->records[i];
        lj_text_printf(out, "%s{\"rung\": %" PRId64 ", \"status\": \"%s\", \"size\": %" PRId64 ", \"score\": ",
                       i > 0 ? ", " : "", r->rung, r->status, r->size);
        lj_text_printf(out, isnan(r->score) ? "null" : "%.17g", r->score);
        lj_text_printf(out, ", \"options\": %s}", r->options);
    }
    lj_text_puts(out, "]}");
    return lj_text_finish(out);
}

static lj_status finish(search *s)
{
    lj_run *run = s->run;
    int64_t *order = lj_new_array(s->count, sizeof(*order));
    if (order == NULL)
        return no_memory();
    const int64_t n = rank(s, order), best = n > 0 ? order[0] : -1;
    lj_status status = n > 0 ? write_board(s, order, n, &run->board) :
                               lj_fail(LJ_EDATA, "tune: none of %" PRId64 " trials came to an end: see %s", s->count,
                                       s->path);
    lj_free(order);
    LJ_TRY(status);
    LJ_TRY(write_page(s, &run->search));
    lj_note(run->options->console, "tune: trial %" PRId64 " of %" PRId64 ", valid %s %.5f: %s", best + 1, s->count,
            s->metric, s->records[best].score, s->records[best].options);
    LJ_TRY(make_pipeline(s, s->records[best].options, 1, &run->tuned));
    run->pipeline = run->tuned;
    return LJ_OK;
}

static lj_status make_ready(search *s)
{
    lj_run *run = s->run;
    const lj_pipeline *p = s->pipeline;
    const lj_family_info *family = NULL;
    const lj_task task = run->table.target.task;
    LJ_TRY(lj_family_find(p->family, &family));
    LJ_TRY(lj_arena_create(&s->arena));
    LJ_TRY(lj_space_read(p->file, p->tune.space, p->top.tune != NULL ? p->top.tune : p->top.model, family, s->arena,
                         &s->space));
    s->method = (lj_tune_method)p->tune.method;
    s->wanted = run->options->trials > 0 ? run->options->trials : p->tune.trials;
    s->metric = p->tune.metric != NULL ? p->tune.metric : lj_train_monitor(task);
    if (lj_metric_check(s->metric, task) != LJ_OK)
        return lj_declare_fail(p->file, lj_item_get(p->top.tune, "metric"), "tune: %s", lj_error_message());
    s->sign = lj_metric_larger_is_better(s->metric) ? -1.0 : 1.0;
    s->most = s->method == LJ_TUNE_HALVING ? 2 * s->wanted + RUNGS : s->wanted;
    s->trials = lj_new_array(s->most, sizeof(*s->trials));
    s->records = lj_new_array(s->most, sizeof(*s->records));
    s->path = lj_path_join(run->work, TRIALS_FILE);
    if (s->trials == NULL || s->records == NULL || s->path == NULL)
        return no_memory();
    LJ_TRY(name_search(s));
    LJ_TRY(make_splits(s));
    return replay(s);
}

lj_status lj_run_tune(lj_run *run)
{
    search s = {.run = run, .pipeline = run->pipeline};
    lj_status status = make_ready(&s);
    if (status == LJ_OK) {
        lj_progress_begin(run->options->console, "tuning", s.method == LJ_TUNE_HALVING ? 0 : s.wanted);
        status = s.method == LJ_TUNE_HALVING ? try_by_halving(&s) : try_one_after_another(&s);
        lj_progress_end(run->options->console);
    }
    if (status == LJ_OK)
        status = finish(&s);
    free_search(&s);
    return status;
}
