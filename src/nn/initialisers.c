/*
 * Initialisers. Glorot and Bengio 2010; He et al. 2015; LeCun et al. 1998; as
 * Keras (truncated normals are widened so that their deviation is the stated
 * one) and PyTorch (Linear: uniform by fan-in) have them.
 */
#include <assert.h>
#include <math.h>

#include "lianjin/nn.h"

/* Deviation of a standard normal that is cut at two deviations. */
#define TRUNCATED_DEVIATION 0.87962566103423978

static lj_init uniform(double bound)
{
    return (lj_init){.kind = LJ_INIT_UNIFORM, .a = (float)-bound, .b = (float)bound};
}

static lj_init truncated(double deviation)
{
    return (lj_init){.kind = LJ_INIT_TRUNCATED_NORMAL, .b = (float)(deviation / TRUNCATED_DEVIATION)};
}

lj_init lj_initialiser_make(lj_initialiser initialiser, int64_t fan_in, int64_t fan_out)
{
    const double in = fan_in > 0 ? (double)fan_in : 1.0;
    const double both = (double)fan_in + (double)fan_out > 0.0 ? (double)fan_in + (double)fan_out : 1.0;
    switch (initialiser) {
    case LJ_GLOROT_UNIFORM:
        return uniform(sqrt(6.0 / both));
    case LJ_GLOROT_NORMAL:
        return truncated(sqrt(2.0 / both));
    case LJ_HE_UNIFORM:
        return uniform(sqrt(6.0 / in));
    case LJ_HE_NORMAL:
        return truncated(sqrt(2.0 / in));
    case LJ_LECUN_UNIFORM:
        return uniform(sqrt(3.0 / in));
    case LJ_LECUN_NORMAL:
        return truncated(sqrt(1.0 / in));
    case LJ_TORCH_LINEAR:
        return uniform(sqrt(1.0 / in));
    case LJ_ONES:
        return (lj_init){.kind = LJ_INIT_CONSTANT, .a = 1.0F};
    case LJ_NORMAL:
        return (lj_init){.kind = LJ_INIT_NORMAL, .b = 0.05F};
    case LJ_STANDARD_NORMAL:
        return (lj_init){.kind = LJ_INIT_NORMAL, .b = 1.0F};
    case LJ_UNIFORM:
        return uniform(0.05);
    case LJ_RANDOM_SIGN:
        return (lj_init){.kind = LJ_INIT_RANDOM_SIGN};
    case LJ_ZEROS:
    case LJ_INITIALISER_COUNT:
        break;
    }
    assert(initialiser == LJ_ZEROS);
    return (lj_init){.kind = LJ_INIT_ZEROS};
}
