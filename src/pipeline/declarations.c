/* Every key of the pipeline file but those of model (src/model/) and prepare (src/prep/). */
#include <stddef.h>

#include "lianjin/limits.h"
#include "lianjin/images.h"
#include "lianjin/tune.h"
#include "pipeline/pipeline.h"

#define COUNT(array) ((int64_t)(sizeof(array) / sizeof((array)[0])))

static const char *const task_words[] = {"binary", "multiclass", "regression", "unsupervised", NULL};
static const char *const header_words[] = {"auto", "yes", "no", NULL};
static const char *const encoding_words[] = {"utf-8", "latin-1", NULL};
#define X(code, name) name,
static const char *const split_words[] = {LJ_SPLIT_LIST(X) NULL};
#undef X
const char *const lj_threshold_words[] = {"f1",   "mcc",   "balanced_accuracy", "ks",
                                          "half", "value", "alert_budget",      "approval_rate", NULL};

static const lj_declaration top_rows[] = {
    {.key = "name", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_top, name),
     .doc = "Name of the model and of its bundle: letters, digits, '-', '_' and '.'. Left out: the file's name."},
    {.key = "data", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_top, data), .required = 1,
     .doc = "Where the table comes from: a file name, or a map with the keys below."},
    {.key = "target", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_top, target),
     .doc = "The column to predict, or a map with the keys below. Left out: the label of images; none for "
            "families that learn without a target (autoencoder, vae, gan)."},
    {.key = "task", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_top, task), .choices = task_words,
     .doc = "What kind of prediction. Left out: found from the target, and said; unsupervised for families "
            "without one."},
    {.key = "split", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_top, split),
     .doc = "Which rows train, choose (valid) and judge (test)."},
    {.key = "features", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_top, features),
     .doc = "Which columns are read. Left out: all but target, key and the column of the split."},
    {.key = "prepare", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_top, prepare),
     .doc = "auto (default: chosen from the training part, and said), or a list of steps."},
    {.key = "model", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_top, model),
     .doc = "The family, or a map with family and its options; auto: what is best for most tables, trees and a network "
            "that answer together (average). Left out: tabm."},
    {.key = "train", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_top, train),
     .doc = "Optimiser, schedule, batch, epochs, stopping. Left out: the family's defaults."},
    {.key = "evaluate", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_top, evaluate),
     .doc = "What is measured besides the metrics of the task."},
    {.key = "tune", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_top, tune),
     .doc = "A search for the options of the model before it is fitted; {}: with defaults. Left out: none."},
    {.key = "explain", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_top, explain),
     .doc = "How the model's answers are explained: by `lianjin explain` and on the page of the run."},
    {.key = "seed", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_top, seed), .min = 0,
     .max = 9007199254740991.0, .fallback = "7", .doc = "Seed of everything that is random."},
};

static const lj_declaration data_rows[] = {
    {.key = "source", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_data, source),
     .doc = "File or glob: .csv .tsv .txt .data (also .gz), .parquet, .json, .jsonl, .sqlite. Relative to the "
            "pipeline's folder; $LIANJIN_DATA is filled in."},
    {.key = "sources", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_data, sources),
     .doc = "Several files, each with the name by which sql sees it."},
    {.key = "sql", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_data, sql),
     .fallback = "SELECT * FROM source", .doc = "DuckDB SQL that makes the table: filters, joins, new columns."},
    {.key = "key", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_data, key),
     .doc = "Column that identifies a row: no feature, no duplicates, decides the part of a random split."},
    {.key = "delimiter", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_data, delimiter),
     .doc = "Between the cells of a text file. Left out: found."},
    {.key = "header", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_data, header),
     .choices = header_words, .fallback = "auto",
     .doc = "Whether the first line names the columns; without one they are c1, c2, ..."},
    {.key = "encoding", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_data, encoding),
     .choices = encoding_words, .fallback = "utf-8", .doc = "Of text files."},
    {.key = "missing", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(lj_pipeline_data, missing),
     .doc = "Words that mean no value. Left out: the empty cell, NA, N/A, NaN, null, None, ?, missing."},
    {.key = "table", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_data, table),
     .doc = "Which table of a SQLite file."},
    {.key = "images", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_data, images),
     .doc = "Images instead of a table: a map with the keys of data.images."},
    {.key = "series", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_data, series),
     .doc = "The table is one or more series, a sample a window of rows: a map with the keys of data.series."},
};

static const char *const channel_words[] = {"grey", "rgb", NULL};

static const lj_declaration image_rows[] = {
    {.key = "train", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_images, train), .required = 1,
     .doc = "A folder with a folder of JPEG or PNG files for each class, or a pair of IDX files (also .gz): "
            "[images, labels]."},
    {.key = "valid", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_images, valid),
     .doc = "The same for valid. Left out: the share `split.valid` of each class of train."},
    {.key = "test", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_images, test),
     .doc = "The same for test. Left out: the share `split.test` of each class of train."},
    {.key = "size", .kind = LJ_DECLARED_INTEGERS, .offset = offsetof(lj_pipeline_images, size), .min = 1,
     .max = LJ_IMAGE_SIDE_MAX,
     .doc = "[height, width] that images of folders are resized to. Left out: that of the first image."},
    {.key = "resize", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_images, resize),
     .choices = lj_resize_choices, .fallback = "antialiased",
     .doc = "How: every pixel counts (antialiased), the four around (bilinear), or the nearest one."},
    {.key = "crop", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_pipeline_images, crop), .fallback = "false",
     .doc = "Keeps the proportions: what is too wide or too high for size is cut off on both sides."},
    {.key = "normalise", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_pipeline_images, normalise),
     .fallback = "false",
     .doc = "Models see each channel less its mean, over its deviation, both of the training images, which are then "
            "decoded before training begins; else bytes / 255."},
    {.key = "channels", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_images, channels),
     .choices = channel_words, .doc = "Left out: rgb for folders, what the file has for IDX."},
};

#define X(code, name) name,
static const char *const target_as_words[] = {LJ_TARGET_AS_LIST(X) NULL};
#undef X

static const lj_declaration series_rows[] = {
    {.key = "time", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_series, time), .required = 1,
     .doc = "Column of the time, or of numbers in order. A time comes once in a group."},
    {.key = "group", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_series, group),
     .doc = "Column of what each series belongs to, such as the stock. Left out: the table is one series."},
    {.key = "window", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_series, window), .required = 1,
     .min = 1, .max = LJ_WINDOW_MAX, .doc = "Rows that a sample reads, its own the last."},
    {.key = "horizon", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_series, horizon), .min = 0,
     .max = LJ_HORIZON_MAX, .fallback = "1",
     .doc = "Rows from a sample's own to the one whose target it predicts; its value of today may then be a feature. "
            "0: the target stands in the sample's own row."},
    {.key = "target_as", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_series, target_as),
     .choices = target_as_words, .fallback = "value",
     .doc = "What of the later target is predicted: its value, its difference to that of today, the logarithm of their "
            "ratio, or whether it is greater (classes up and down)."},
    {.key = "pad", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_pipeline_series, pad), .fallback = "false",
     .doc = "Rows with less history than the window are samples, too; the network is told how much there is."},
    {.key = "scale_by_group", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_pipeline_series, scale_by_group),
     .fallback = "false",
     .doc = "Numbers, and the target of a regression, are standardised by the training rows of their own group before "
            "all else; groups that training did not see by those of all groups. Forecasts are in the target's unit."},
    {.key = "gap", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_pipeline_series, gap), .min = 0, .max = 1e15,
     .fallback = "0",
     .doc = "A longer step of time begins a new series, so that no window and no target reaches over it: seconds, or "
            "the unit of a time that is a number. 0: rows follow one another whatever lies between."},
    {.key = "embargo", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_series, embargo), .min = 0,
     .max = LJ_HORIZON_MAX, .fallback = "0",
     .doc = "Rows before the end of a part that are left out beside those whose target lies in the next one: for "
            "targets that sql computed of later rows."},
};

static const lj_declaration target_rows[] = {
    {.key = "column", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_target, column), .required = 1,
     .doc = "Name of the column."},
    {.key = "positive", .kind = LJ_DECLARED_ANY, .offset = offsetof(lj_pipeline_target, positive),
     .doc = "Binary: the value whose probability is predicted. Left out: 1 of 0 and 1, else a word that names the "
            "event (bad, yes, default, fraud, ...), else the rarer value; said."},
};

static const lj_declaration split_rows[] = {
    {.key = "by", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_split, by), .choices = split_words,
     .doc = "How rows are parted. Left out: stratified for classes, random for values, time for series. A row's part "
            "is a function of seed and key, not of the order of rows."},
    {.key = "column", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_split, column),
     .doc = "group: whole groups stay together; time: the newest rows are test; column: holds train, valid, test; "
            "folds: holds the number of the fold."},
    {.key = "valid", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_pipeline_split, valid), .min = 0.01,
     .max = 0.9, .fallback = "0.2", .doc = "Share of the rows that choose the best epoch and the threshold."},
    {.key = "test", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_pipeline_split, test), .min = 0.01, .max = 0.9,
     .fallback = "0.2", .doc = "Share of the rows that judge."},
    {.key = "valid_from", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_split, valid_from),
     .doc = "time: first day of valid, 2018-07-01, instead of the share."},
    {.key = "test_from", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_split, test_from),
     .doc = "time: first day of test."},
    {.key = "folds", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_split, folds), .min = 3, .max = 100,
     .fallback = "5", .doc = "folds: how many; fold f is test, fold f + 1 valid, each in turn."},
};

static const lj_declaration feature_rows[] = {
    {.key = "include", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(lj_pipeline_features, include),
     .doc = "Only these columns (names or patterns such as X*)."},
    {.key = "exclude", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(lj_pipeline_features, exclude),
     .doc = "Not these columns (names or patterns)."},
    {.key = "types", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_features, types),
     .doc = "Types to use instead of those found: {zip: text}; number, text or time."},
};

static const lj_declaration evaluate_rows[] = {
    {.key = "by", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(lj_pipeline_evaluate, by),
     .doc = "Columns by whose values the test metrics are also given."},
    {.key = "threshold", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_evaluate, threshold),
     .choices = lj_threshold_words, .fallback = "f1",
     .doc = "What the threshold of the positive class maximises on valid; half: it is 0.5; value: by `values`; "
            "alert_budget, approval_rate: by `rate`."},
    {.key = "values", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_evaluate, values),
     .doc = "What a row is worth by what was said of it, costs negative: {true_positive:, false_positive:, "
            "false_negative:, true_negative:}; left out: 0 each."},
    {.key = "rate", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_pipeline_evaluate, rate), .min = 0, .max = 1,
     .doc = "alert_budget: the share of rows that may be selected; approval_rate: the share that must not be (the "
            "positive class is declined)."},
    {.key = "importance", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_pipeline_evaluate, importance),
     .fallback = "true", .doc = "Whether the importance of the features is measured by permutation."},
};

static const char *const against_words[] = {"high", "low", NULL};

static const lj_declaration explain_rows[] = {
    {.key = "method", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_explain, method),
     .choices = lj_explain_method_names,
     .doc = "How contributions are found. Left out: exactly where the family allows it (paths for trees, linear for "
            "linear models and scorecards), else permutation."},
    {.key = "reference", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_explain, reference),
     .choices = lj_reference_names, .fallback = "shapley",
     .doc = "What a row is compared with: many training rows, their mean (population), the mean of those below the "
            "threshold (approved), or the best value of each column (maximum; linear models)."},
    {.key = "references", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_explain, references), .min = 0,
     .max = LJ_REFERENCES_MAX, .fallback = "64",
     .doc = "Prepared training rows that the bundle keeps for comparison; 0: none."},
    {.key = "orders", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_explain, orders), .min = 1,
     .max = 10000, .fallback = "32",
     .doc = "permutation: pairs of orders of the columns that are averaged."},
    {.key = "rows", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_explain, rows), .min = 0, .max = 10000,
     .fallback = "200",
     .doc = "Test rows, evenly over the part, that the page of the run explains; fewer by permutation; 0: none."},
    {.key = "reasons", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_explain, reasons), .min = 0,
     .max = LJ_REASONS_MAX, .fallback = "4", .doc = "Most reasons that `lianjin explain` gives for a row."},
    {.key = "against", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_explain, against),
     .choices = against_words, .fallback = "high",
     .doc = "Which scores speak against a row: high, where the positive class is the risk, or low."},
    {.key = "protected", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(lj_pipeline_explain, is_protected),
     .doc = "Columns that are never a reason. Left out: those called sex, gender, race, religion, marital_status and "
            "the like; [] for none."},
    {.key = "inquiries", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_explain, inquiries),
     .doc = "A column of credit inquiries: it is a further reason where it speaks against a row and is not among the "
            "others."},
    {.key = "texts", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_explain, texts),
     .doc = "Of columns, what a reason is called: {column: {id: R01, en: a sentence, zh: the same in Chinese}}. Left "
            "out: the name of the column."},
};

static const lj_declaration tune_rows[] = {
    {.key = "method", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_pipeline_tune, method),
     .choices = lj_tune_method_names, .fallback = "tpe",
     .doc = "Which options are tried next: where good trials are dense (tpe), evenly (random), or evenly on few rows "
            "and the best ones on more (halving)."},
    {.key = "trials", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_tune, trials), .min = 1,
     .max = LJ_TRIALS_MAX, .fallback = "50", .doc = "Trials; of halving those that begin."},
    {.key = "metric", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_pipeline_tune, metric),
     .doc = "What is judged on valid. Left out: what training monitors (log_loss, mse)."},
    {.key = "max_size", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_pipeline_tune, max_size), .min = 1,
     .max = 1e12, .doc = "Most numbers that the model may have learned (weights, leaves)."},
    {.key = "space", .kind = LJ_DECLARED_MAP, .offset = offsetof(lj_pipeline_tune, space),
     .doc = "What is searched: {option: [low, high]}, {low:, high:, log:} or {values: [...]}; options of `train:` are "
            "called train.KEY. Left out: the space of the family (docs/tune.md)."},
};

static const lj_pipeline_section sections[LJ_SECTION_COUNT] = {
    [LJ_SECTION_TOP] = {NULL, "The file is a map with these keys.", top_rows, COUNT(top_rows)},
    [LJ_SECTION_DATA] = {"data", "The table.", data_rows, COUNT(data_rows)},
    [LJ_SECTION_IMAGES] = {"data.images",
                           "Sets of images. The frame has the columns label, part and, for folders, file; `target` is "
                           "label and need not be named. Files of folders are decoded beside the first epoch.",
                           image_rows, COUNT(image_rows)},
    [LJ_SECTION_SERIES] = {"data.series",
                           "Windows of series (docs/series.md). The split is by time unless a column says it; a sample "
                           "belongs to a part if its own row and that of its target do.",
                           series_rows, COUNT(series_rows)},
    [LJ_SECTION_TARGET] = {"target", "What is predicted.", target_rows, COUNT(target_rows)},
    [LJ_SECTION_SPLIT] = {"split", "The parts.", split_rows, COUNT(split_rows)},
    [LJ_SECTION_FEATURES] = {"features", "The columns that are read.", feature_rows, COUNT(feature_rows)},
    [LJ_SECTION_EVALUATE] = {"evaluate", "What is measured.", evaluate_rows, COUNT(evaluate_rows)},
    [LJ_SECTION_TUNE] = {"tune", "The search for options (docs/tune.md).", tune_rows, COUNT(tune_rows)},
    [LJ_SECTION_EXPLAIN] = {"explain", "Contributions of columns, and reasons (docs/explain.md).", explain_rows,
                            COUNT(explain_rows)},
};

const lj_pipeline_section *lj_pipeline_section_at(lj_section_index index)
{
    return &sections[index];
}
