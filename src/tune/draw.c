/*
 * Which point is tried next. TPE (Bergstra, Bardenet, Bengio and Kegl, "Algorithms for hyper-parameter optimization",
 * NeurIPS 2011), each option by itself: of some points drawn where the best trials are dense, the one with the greatest
 * ratio of their density to that of all other trials.
 */
#include <math.h>
#include <stdlib.h>

#include "lianjin/math.h"
#include "lianjin/random.h"
#include "lianjin/tune.h"

enum { STARTED = 10, CANDIDATES = 24, GOOD_MAX = 25 };
#define GOOD_SHARE 0.2

/* Draws of one trial: the value of each depends on seed, trial and its number alone. */
typedef struct draws {
    uint64_t seed, stream, used;
} draws;

static double next(draws *d)
{
    return ((double)lj_random_u32(d->seed, d->stream, d->used++) + 0.5) / 4294967296.0;
}

static void draw_evenly(const lj_space *space, draws *d, double *point)
{
    for (int64_t k = 0; k < space->count; k++) {
        const double u = next(d);
        const int64_t choices = space->dimensions[k].choice_count;
        point[k] = choices > 0 ? floor(u * (double)choices) : u;
    }
}

/* ---- the trials, best first ---- */

typedef struct ranked {
    double loss;
    int64_t index;
} ranked;

static int by_loss(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->loss != y->loss)
        return x->loss < y->loss ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* Failed trials are worse than all others. */
static void rank(const lj_trial *before, int64_t n, ranked *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (ranked){isnan(before[i].loss) ? (double)INFINITY : before[i].loss, i};
    qsort(out, (size_t)n, sizeof(*out), by_loss);
}

/* ---- densities of one option ---- */

/* Kernels at the points, each as wide as its farther neighbour is away, and one for the whole range. */
typedef struct density {
    int64_t count;
    double at[LJ_TRIALS_MAX], width[LJ_TRIALS_MAX];
} density;

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void make_density(const lj_trial *before, const ranked *order, int64_t begin, int64_t end, int64_t k, density *d)
{
    d->count = 0;
    for (int64_t i = begin; i < end; i++)
        d->at[d->count++] = before[order[i].index].point[k];
    qsort(d->at, (size_t)d->count, sizeof(double), by_number);
    const double least = 1.0 / (double)(d->count + 1 < 100 ? d->count + 1 : 100);
    for (int64_t i = 0; i < d->count; i++) {
        const double left = d->at[i] - (i > 0 ? d->at[i - 1] : 0.0);
        const double right = (i + 1 < d->count ? d->at[i + 1] : 1.0) - d->at[i];
        const double width = left > right ? left : right;
        d->width[i] = width < least ? least : width;
    }
}

static double density_at(const density *d, double x)
{
    double sum = 1.0; /* the whole range */
    for (int64_t i = 0; i < d->count; i++) {
        const double z = (x - d->at[i]) / d->width[i];
        const double inside = lj_normal_cdf((1.0 - d->at[i]) / d->width[i]) - lj_normal_cdf(-d->at[i] / d->width[i]);
        sum += lj_exp_d(-0.5 * z * z) * 0.39894228040143268 / (d->width[i] * inside);
    }
    return sum / (double)(d->count + 1);
}

static double draw_from(const density *d, draws *random)
{
    const int64_t i = (int64_t)(next(random) * (double)(d->count + 1));
    const double u = next(random);
    if (i >= d->count)
        return u;
    const double low = lj_normal_cdf(-d->at[i] / d->width[i]);
    const double high = lj_normal_cdf((1.0 - d->at[i]) / d->width[i]);
    const double x = d->at[i] + d->width[i] * lj_normal_quantile(low + u * (high - low));
    return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

static double choose_number(const lj_trial *before, const ranked *order, int64_t good, int64_t n, int64_t k,
                            draws *random)
{
    density of_good, of_rest;
    double best = 0.0, best_ratio = -1.0;
    make_density(before, order, 0, good, k, &of_good);
    make_density(before, order, good, n, k, &of_rest);
    for (int c = 0; c < CANDIDATES; c++) {
        const double x = draw_from(&of_good, random), ratio = density_at(&of_good, x) / density_at(&of_rest, x);
        if (ratio > best_ratio) {
            best = x;
            best_ratio = ratio;
        }
    }
    return best;
}

/* Shares of the choices among trials begin .. end - 1, each seen once more than it was. */
static double share_of(const lj_trial *before, const ranked *order, int64_t begin, int64_t end, int64_t k,
                       int64_t choice, int64_t choices)
{
    double count = 1.0;
    for (int64_t i = begin; i < end; i++)
        count += before[order[i].index].point[k] == (double)choice;
    return count / (double)(end - begin + choices);
}

static double choose_choice(const lj_trial *before, const ranked *order, int64_t good, int64_t n, int64_t k,
                            int64_t choices, draws *random)
{
    double best = 0.0, best_ratio = -1.0;
    for (int c = 0; c < CANDIDATES; c++) {
        double u = next(random);
        int64_t choice = 0;
        while (choice + 1 < choices && u >= share_of(before, order, 0, good, k, choice, choices))
            u -= share_of(before, order, 0, good, k, choice++, choices);
        const double ratio = share_of(before, order, 0, good, k, choice, choices) /
                             share_of(before, order, good, n, k, choice, choices);
        if (ratio > best_ratio) {
            best = (double)choice;
            best_ratio = ratio;
        }
    }
    return best;
}

void lj_tune_draw(const lj_space *space, lj_tune_method method, uint64_t seed, const lj_trial *before, int64_t n,
                  double *point)
{
    ranked order[LJ_TRIALS_MAX];
    draws random = {seed, lj_random_stream("tune") + (uint64_t)n, 0};
    if (method != LJ_TUNE_TPE || n < STARTED) {
        draw_evenly(space, &random, point);
        return;
    }
    rank(before, n, order);
    const int64_t fifth = (int64_t)ceil(GOOD_SHARE * (double)n), good = fifth < GOOD_MAX ? fifth : GOOD_MAX;
    for (int64_t k = 0; k < space->count; k++) {
        const int64_t choices = space->dimensions[k].choice_count;
        point[k] = choices > 0 ? choose_choice(before, order, good, n, k, choices, &random) :
                                 choose_number(before, order, good, n, k, &random);
    }
}
