/*
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). The value of element i depends only
 * on (seed, stream, i): not on order, thread or machine.
 */
#ifndef LIANJIN_RANDOM_H
#define LIANJIN_RANDOM_H

#include <stdint.h>

#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Four words of block `block`: key = seed, counter = (block, stream). */
void lj_philox(uint64_t seed, uint64_t stream, uint64_t block, uint32_t out[4]);

/* Word `index` of the stream: word (index mod 4) of block (index / 4). */
uint32_t lj_random_u32(uint64_t seed, uint64_t stream, uint64_t index);

/* Uniform in [0, 1): the upper 24 bits of the word times 2^-24. */
float lj_random_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/*
 * A permutation of 0 .. n-1, a function of (seed, stream, n) alone
 * (Fisher-Yates with lj_philox words; the bias of the modulus is below 2^-31).
 * out [n], owned by the caller.
 */
void lj_random_permutation(uint64_t seed, uint64_t stream, int64_t n, int64_t *out);

/* A stream number from a name (FNV-1a): streams are named, never counted. */
uint64_t lj_random_stream(const char *name);

/* A well mixed 64-bit value of (seed, bytes): for membership in a part of a split by key. */
uint64_t lj_hash64(uint64_t seed, const void *bytes, int64_t size);

#ifdef __cplusplus
}
#endif
#endif
