/* All metrics. A new one is a file src/eval/metrics/<name>.c and one line here. */
#ifndef LIANJIN_EVAL_METRICS_H
#define LIANJIN_EVAL_METRICS_H

#include "eval/scored.h"

/* In the order of reports. */
#define LJ_METRIC_LIST(X)    \
    X(auc)                   \
    X(auc_micro)             \
    X(ks)                    \
    X(gini)                  \
    X(average_precision)     \
    X(average_precision_micro) \
    X(log_loss)              \
    X(brier)                 \
    X(ece_10)                \
    X(ece_15)                \
    X(accuracy)              \
    X(accuracy_naive)        \
    X(balanced_accuracy)     \
    X(precision)             \
    X(precision_micro)       \
    X(recall)                \
    X(recall_micro)          \
    X(f1)                    \
    X(f1_micro)              \
    X(mcc)                   \
    X(mse)                   \
    X(rmse)                  \
    X(mae)                   \
    X(r2)                    \
    X(mape)                  \
    X(rmse_naive)            \
    X(skill)                 \
    X(relative_mae)          \
    X(direction)             \
    X(loss)                  \
    X(loss_median)           \
    X(loss_95)               \
    X(loss_99)               \
    X(bits_per_value)

#define LJ_FOR_BINARY (1U << LJ_BINARY)
#define LJ_FOR_MULTICLASS (1U << LJ_MULTICLASS)
#define LJ_FOR_CLASSES (LJ_FOR_BINARY | LJ_FOR_MULTICLASS)
#define LJ_FOR_REGRESSION (1U << LJ_REGRESSION)
#define LJ_FOR_UNSUPERVISED (1U << LJ_UNSUPERVISED)

typedef struct lj_metric {
    const char *name;      /* written into reports and bundles: never changes */
    unsigned tasks;        /* LJ_FOR_... */
    int larger_is_better;
    int uses_naive;        /* left out where nobody says what one would say without a model */
    int uses_threshold;    /* binary: reported at the chosen threshold and, as <name>_at_half, at 0.5 */
    /* Sets value and, where there is one, the interval; all three are NaN before. NaN: not defined here. */
    lj_status (*compute)(lj_scored *scored, lj_metric_value *out);
} lj_metric;

#define X(name) extern const lj_metric lj_metric_##name;
LJ_METRIC_LIST(X)
#undef X

int64_t lj_metric_count(void);
const lj_metric *lj_metric_at(int64_t index);
/* Of that name and task; LJ_ENOTFOUND with the nearest name. */
LJ_CHECKED lj_status lj_metric_find(const char *name, lj_task task, const lj_metric **out);
/* Computes with all three of value, low, high NaN before. */
LJ_CHECKED lj_status lj_metric_run(const lj_metric *metric, lj_scored *scored, lj_metric_value *out);

#endif
