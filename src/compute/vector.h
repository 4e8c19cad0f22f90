/* Vector types of the width that an isa_<name>.h chose, and what needs no instruction of its own. */
#ifndef LIANJIN_COMPUTE_VECTOR_H
#define LIANJIN_COMPUTE_VECTOR_H

#include <stdint.h>
#include <string.h>

typedef float vf __attribute__((vector_size(LJ_W * 4)));
typedef float vf_unaligned __attribute__((vector_size(LJ_W * 4), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(LJ_W * 4)));
typedef uint64_t vq __attribute__((vector_size(LJ_W * 4))); /* LJ_W / 2 lanes */

#if defined(__clang__)
#define LJ_UNROLL _Pragma("clang loop unroll(full)")
#else
#define LJ_UNROLL _Pragma("GCC unroll 64")
#endif
#define LJ_INLINE static inline __attribute__((always_inline))

#endif
