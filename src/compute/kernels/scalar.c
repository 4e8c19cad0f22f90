/* The scalar functions of lianjin/math.h: lane 0 of the vector ones, and those in double. */
#include "compute/vector_math.h"

#define SCALAR(name, f)              \
    float LJ_NAME(name)(float x)     \
    {                                \
        return f(vset1(x))[0];       \
    }
SCALAR(expf, vexp)
SCALAR(expm1f, vexpm1)
SCALAR(logf, vlog)
SCALAR(log1pf, vlog1p)
SCALAR(tanhf, vtanh)
SCALAR(erff, verf)
SCALAR(sigmoidf, vsigmoid)
SCALAR(softplusf, vsoftplus)
SCALAR(sinf, vsin)
SCALAR(cosf, vcos)
