/* The evaluation as JSON for the report: docs/report.md describes the keys. */
#include <math.h>

#include "eval/evaluation.h"

static void write_numbers(lj_json *json, const char *key, const double *values, int64_t count)
{
    lj_json_list(json, key);
    for (int64_t i = 0; i < count; i++)
        lj_json_float(json, NULL, (float)values[i]); /* for drawing: float32 is shorter and enough */
    lj_json_end_list(json);
}

static void write_curve(lj_json *json, const char *key, const lj_curve *curve, const char *x, const char *y,
                        const char *z)
{
    lj_json_map(json, key);
    write_numbers(json, x, curve->x, curve->count);
    write_numbers(json, y, curve->y, curve->count);
    if (z != NULL)
        write_numbers(json, z, curve->z, curve->count);
    lj_json_end_map(json);
}

static void write_metrics(lj_json *json, const lj_evaluation *evaluation)
{
    lj_json_list(json, "metrics");
    for (int64_t m = 0; m < evaluation->metric_count; m++) {
        const lj_metric_value *metric = &evaluation->metrics[m];
        lj_json_map(json, NULL);
        lj_json_string(json, "name", metric->name);
        lj_json_double(json, "value", metric->value);
        lj_json_double(json, "low", metric->low);
        lj_json_double(json, "high", metric->high);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

static void write_calibration(lj_json *json, const lj_evaluation *evaluation)
{
    lj_json_list(json, "calibration");
    for (int64_t b = 0; b < evaluation->calibration_count; b++) {
        const lj_calibration_bin *bin = &evaluation->calibration[b];
        lj_json_map(json, NULL);
        lj_json_double(json, "rows", bin->weight);
        lj_json_double(json, "score", bin->score);
        lj_json_double(json, "rate", bin->rate);
        lj_json_double(json, "low", bin->low);
        lj_json_double(json, "high", bin->high);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

/* The ten parts from the highest scores, each with the sums up to it. */
static void write_deciles(lj_json *json, const lj_evaluation *evaluation)
{
    double positive_all = 0;
    for (int d = 0; d < 10; d++)
        positive_all += evaluation->deciles[d].positive;
    const double rate_all = positive_all / evaluation->weight;
    double weight = 0;
    double positive = 0;
    lj_json_list(json, "deciles");
    for (int d = 0; d < 10; d++) {
        const lj_decile *decile = &evaluation->deciles[d];
        weight += decile->weight;
        positive += decile->positive;
        const double rate = decile->weight > 0 ? decile->positive / decile->weight : NAN;
        lj_json_map(json, NULL);
        lj_json_integer(json, "decile", d + 1);
        lj_json_double(json, "rows", decile->weight);
        lj_json_double(json, "positive", decile->positive);
        lj_json_double(json, "rate", rate);
        lj_json_double(json, "lift", rate_all > 0 ? rate / rate_all : NAN);
        lj_json_double(json, "lift_up_to", rate_all > 0 && weight > 0 ? positive / weight / rate_all : NAN);
        lj_json_double(json, "capture", positive_all > 0 ? positive / positive_all : NAN);
        lj_json_double(json, "highest", decile->weight > 0 ? decile->highest : NAN);
        lj_json_double(json, "lowest", decile->weight > 0 ? decile->lowest : NAN);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

static void write_counts(lj_json *json, const char *key, const lj_counts *counts)
{
    const double row[2][2] = {{counts->tn, counts->fp}, {counts->fn, counts->tp}};
    lj_json_list(json, key);
    for (int t = 0; t < 2; t++) {
        lj_json_list(json, NULL);
        lj_json_double(json, NULL, row[t][0]);
        lj_json_double(json, NULL, row[t][1]);
        lj_json_end_list(json);
    }
    lj_json_end_list(json);
}

static void write_binary(lj_json *json, const lj_evaluation *evaluation)
{
    const lj_class_part *part = &evaluation->parts[0];
    lj_json_double(json, "threshold", isnan(evaluation->threshold) ? 0.5 : evaluation->threshold);
    write_curve(json, "roc", &part->roc, "fpr", "tpr", NULL);
    write_curve(json, "pr", &part->precision, "recall", "precision", NULL);
    write_curve(json, "ks", &evaluation->ks, "score", "positive", "negative");
    lj_json_double(json, "ks_at", evaluation->ks_at);
    write_calibration(json, evaluation);
    write_deciles(json, evaluation);
    lj_json_map(json, "histogram");
    lj_json_double(json, "low", 0);
    lj_json_double(json, "high", 1);
    write_numbers(json, "negative", evaluation->histogram[0], LJ_HISTOGRAM_BINS);
    write_numbers(json, "positive", evaluation->histogram[1], LJ_HISTOGRAM_BINS);
    lj_json_end_map(json);
    write_counts(json, "confusion", &part->counts);
    write_counts(json, "confusion_at_half", &evaluation->at_half);
}

static double share(double part, double all)
{
    return all > 0 ? part / all : 0;
}

static void write_multiclass(lj_json *json, const lj_evaluation *evaluation)
{
    lj_json_list(json, "classes");
    for (int64_t c = 0; c < evaluation->classes; c++) {
        const lj_class_part *part = &evaluation->parts[c];
        const lj_counts *counts = &part->counts;
        lj_json_map(json, NULL);
        lj_json_double(json, "rows", counts->tp + counts->fn);
        lj_json_double(json, "precision", share(counts->tp, counts->tp + counts->fp));
        lj_json_double(json, "recall", share(counts->tp, counts->tp + counts->fn));
        lj_json_double(json, "f1", share(2 * counts->tp, 2 * counts->tp + counts->fp + counts->fn));
        lj_json_double(json, "auc", part->auc);
        write_curve(json, "roc", &part->roc, "fpr", "tpr", NULL);
        write_curve(json, "pr", &part->precision, "recall", "precision", NULL);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    lj_json_list(json, "confusion");
    for (int64_t t = 0; t < evaluation->classes; t++) {
        lj_json_list(json, NULL);
        for (int64_t c = 0; c < evaluation->classes; c++)
            lj_json_double(json, NULL, evaluation->confusion[t * evaluation->classes + c]);
        lj_json_end_list(json);
    }
    lj_json_end_list(json);
}

/* Quantiles of residuals or scores under `key`, and their histogram. */
static void write_distribution(lj_json *json, const char *key, const lj_evaluation *evaluation)
{
    lj_json_map(json, key);
    write_numbers(json, "level", lj_residual_levels, LJ_RESIDUAL_LEVELS);
    lj_json_list(json, "value");
    for (int l = 0; l < LJ_RESIDUAL_LEVELS; l++)
        lj_json_double(json, NULL, evaluation->residual[l]);
    lj_json_end_list(json);
    lj_json_end_map(json);
    lj_json_map(json, "histogram");
    lj_json_double(json, "low", evaluation->histogram_low);
    lj_json_double(json, "high", evaluation->histogram_high);
    write_numbers(json, "all", evaluation->histogram[0], LJ_HISTOGRAM_BINS);
    lj_json_end_map(json);
}

static void write_regression(lj_json *json, const lj_evaluation *evaluation)
{
    write_calibration(json, evaluation);
    write_distribution(json, "residuals", evaluation);
    write_curve(json, "scatter", &evaluation->scatter, "target", "prediction", NULL);
}

lj_status lj_evaluation_report(const lj_evaluation *evaluation, lj_json *json, const char *key)
{
    lj_json_map(json, key);
    lj_json_string(json, "task", lj_task_name(evaluation->task));
    lj_json_integer(json, "rows", evaluation->rows);
    lj_json_double(json, "weight", evaluation->weight);
    lj_json_double(json, "mean_score", evaluation->mean_score);
    lj_json_double(json, "mean_target", evaluation->mean_target);
    write_metrics(json, evaluation);
    switch (evaluation->task) {
    case LJ_BINARY:
        write_binary(json, evaluation);
        break;
    case LJ_MULTICLASS:
        write_multiclass(json, evaluation);
        break;
    case LJ_UNSUPERVISED:
        write_distribution(json, "quantiles", evaluation);
        break;
    default:
        write_regression(json, evaluation);
        break;
    }
    lj_json_end_map(json);
    return LJ_OK;
}
