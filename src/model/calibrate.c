#include "model/calibrate.h"

#include <math.h>

#include "lianjin/math.h"

#define STEPS       50
#define SCALE_MIN   1e-3
#define SCALE_MAX   1e3
#define CLOSE       1e-7 /* relative change of the scale that ends the search */
#define CURVE_LEAST 1e-12

double lj_sigmoid_value(double z)
{
    const double e = lj_exp_d(-fabs(z));
    return (z >= 0.0 ? 1.0 : e) / (1.0 + e);
}

void lj_softmax_row(double *z, int64_t classes)
{
    double largest = z[0], sum = 0.0;
    for (int64_t c = 1; c < classes; c++)
        largest = z[c] > largest ? z[c] : largest;
    for (int64_t c = 0; c < classes; c++) {
        z[c] = lj_exp_d(z[c] - largest);
        sum += z[c];
    }
    for (int64_t c = 0; c < classes; c++)
        z[c] /= sum;
}

/* Sums over the rows at scale a and shift b: loss, its first derivatives, and its second ones. */
typedef struct sums {
    double loss, by_a, by_b, aa, ab, bb;
} sums;

static sums sigmoid_sums(const float *margins, int64_t stride, const double *target, int64_t n, const double soft[2],
                         double a, double b)
{
    sums s = {0};
    for (int64_t i = 0; i < n; i++) {
        const double m = (double)margins[i * stride], z = a * m + b, t = soft[target[i] > 0.5], p = lj_sigmoid_value(z);
        s.loss += lj_log1p_d(lj_exp_d(-fabs(z))) + (z > 0.0 ? z : 0.0) - t * z;
        s.by_a += (p - t) * m;
        s.by_b += p - t;
        s.aa += p * (1.0 - p) * m * m;
        s.ab += p * (1.0 - p) * m;
        s.bb += p * (1.0 - p);
    }
    return s;
}

lj_calibration lj_calibrate_sigmoid(const float *margins, int64_t stride, const double *target, int64_t n)
{
    double positive = 0.0;
    for (int64_t i = 0; i < n; i++)
        positive += target[i] > 0.5;
    const double soft[2] = {1.0 / ((double)n - positive + 2.0), (positive + 1.0) / (positive + 2.0)};
    lj_calibration at = {.scale = 1.0, .shift = 0.0};
    sums here = sigmoid_sums(margins, stride, target, n, soft, at.scale, at.shift);
    for (int step = 0; step < STEPS; step++) {
        const double aa = here.aa + CURVE_LEAST, bb = here.bb + CURVE_LEAST, whole = aa * bb - here.ab * here.ab;
        const double da = (bb * here.by_a - here.ab * here.by_b) / whole;
        const double db = (aa * here.by_b - here.ab * here.by_a) / whole;
        double length = 1.0;
        sums next = here;
        for (; length > 1e-6; length *= 0.5) {
            next = sigmoid_sums(margins, stride, target, n, soft, at.scale - length * da, at.shift - length * db);
            if (next.loss < here.loss)
                break;
        }
        if (!(next.loss < here.loss) || !(at.scale - length * da > SCALE_MIN))
            break;
        at = (lj_calibration){at.scale - length * da, at.shift - length * db};
        here = next;
        if (fabs(length * da) < CLOSE * at.scale)
            break;
    }
    return at;
}

/* First and second derivative of the loss of a row by the scale. */
static void softmax_row_sums(const float *margins, int64_t label, int64_t classes, double scale, sums *s)
{
    double largest = (double)margins[0];
    for (int64_t c = 1; c < classes; c++)
        largest = (double)margins[c] > largest ? (double)margins[c] : largest;
    double sum = 0.0, mean = 0.0, square = 0.0;
    for (int64_t c = 0; c < classes; c++) {
        const double m = (double)margins[c] - largest, e = lj_exp_d(scale * m);
        sum += e;
        mean += e * m;
        square += e * m * m;
    }
    mean /= sum;
    s->by_a += mean - ((double)margins[label] - largest);
    s->aa += square / sum - mean * mean;
}

lj_calibration lj_calibrate_softmax(const float *margins, int64_t stride, const double *target, int64_t n,
                                    int64_t classes)
{
    double scale = 1.0;
    for (int step = 0; step < STEPS; step++) {
        sums s = {0};
        for (int64_t i = 0; i < n; i++)
            softmax_row_sums(margins + i * stride, (int64_t)target[i], classes, scale, &s);
        double next = scale - s.by_a / (s.aa + CURVE_LEAST);
        next = next < 0.25 * scale ? 0.25 * scale : next > 4.0 * scale ? 4.0 * scale : next;
        next = next < SCALE_MIN ? SCALE_MIN : next > SCALE_MAX ? SCALE_MAX : next;
        const double change = fabs(next - scale);
        scale = next;
        if (change < CLOSE * scale)
            break;
    }
    return (lj_calibration){.scale = scale, .shift = 0.0};
}
