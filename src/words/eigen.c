#include <math.h>
#include <string.h>

#include "words/svd.h"

enum { SWEEPS_MAX = 60 };

/* Rows p and q of m, as a rotation makes them. */
static void rotate_rows(int64_t n, double *m, int64_t p, int64_t q, double c, double s)
{
    double *x = m + p * n, *y = m + q * n;
    for (int64_t k = 0; k < n; k++) {
        const double a = x[k], b = y[k];
        x[k] = c * a - s * b;
        y[k] = s * a + c * b;
    }
}

/* Makes a[p, q] zero; vt keeps the vectors as rows. */
static void rotate(int64_t n, double *a, double *vt, int64_t p, int64_t q)
{
    const double theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
    const double t = (theta >= 0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    const double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
    rotate_rows(n, a, p, q, c, s);
    for (int64_t k = 0; k < n; k++) { /* and the columns */
        double *row = a + k * n;
        const double x = row[p], y = row[q];
        row[p] = c * x - s * y;
        row[q] = s * x + c * y;
    }
    rotate_rows(n, vt, p, q, c, s);
}

static int sweep(int64_t n, double *a, double *vt, double tiny)
{
    int rotated = 0;
    for (int64_t p = 0; p < n; p++)
        for (int64_t q = p + 1; q < n; q++)
            if (fabs(a[p * n + q]) > tiny) {
                rotate(n, a, vt, p, q);
                rotated = 1;
            }
    return rotated;
}

void lj_eigen_symmetric(int64_t n, double *a, double *v, double *values)
{
    double squares = 0;
    for (int64_t i = 0; i < n * n; i++)
        squares += a[i] * a[i];
    const double tiny = 1e-15 * sqrt(squares);
    memset(v, 0, (size_t)(n * n) * sizeof(*v));
    for (int64_t i = 0; i < n; i++)
        v[i * n + i] = 1.0;
    for (int i = 0; i < SWEEPS_MAX && sweep(n, a, v, tiny); i++)
        continue;
    for (int64_t i = 0; i < n; i++)
        values[i] = a[i * n + i];
    for (int64_t i = 0; i < n; i++) { /* descending; vectors go with their values */
        int64_t best = i;
        for (int64_t k = i + 1; k < n; k++)
            best = values[k] > values[best] ? k : best;
        const double value = values[best];
        values[best] = values[i];
        values[i] = value;
        for (int64_t k = 0; k < n && best != i; k++) {
            const double x = v[best * n + k];
            v[best * n + k] = v[i * n + k];
            v[i * n + k] = x;
        }
    }
    for (int64_t i = 0; i < n; i++) /* rows become columns */
        for (int64_t k = i + 1; k < n; k++) {
            const double x = v[i * n + k];
            v[i * n + k] = v[k * n + i];
            v[k * n + i] = x;
        }
}
