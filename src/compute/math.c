/* The functions of lianjin/math.h, from the table of this process. */
#include "lianjin/math.h"

#include "compute/kernels.h"

#define FORWARD_F(name)                          \
    float lj_##name(float x)                     \
    {                                            \
        return lj_kernels_get()->name(x);        \
    }
#define FORWARD_D(name)                          \
    double lj_##name(double x)                   \
    {                                            \
        return lj_kernels_get()->name(x);        \
    }

FORWARD_F(expf)
FORWARD_F(expm1f)
FORWARD_F(logf)
FORWARD_F(log1pf)
FORWARD_F(tanhf)
FORWARD_F(erff)
FORWARD_F(sigmoidf)
FORWARD_F(softplusf)
FORWARD_F(sinf)
FORWARD_F(cosf)

FORWARD_D(exp_d)
FORWARD_D(expm1_d)
FORWARD_D(log_d)
FORWARD_D(log1p_d)
FORWARD_D(normal_cdf)
FORWARD_D(normal_quantile)

double lj_pow_d(double x, double y)
{
    return lj_kernels_get()->pow_d(x, y);
}
