/* Philox4x32-10, permutations and hashes of keys. */
#include "lianjin/random.h"

#include <assert.h>
#include <stddef.h>

#define ROUNDS 10
#define MULTIPLIER_0 UINT64_C(0xD2511F53)
#define MULTIPLIER_1 UINT64_C(0xCD9E8D57)
#define WEYL_0 UINT32_C(0x9E3779B9) /* golden ratio */
#define WEYL_1 UINT32_C(0xBB67AE85) /* sqrt(3) - 1 */

void lj_philox(uint64_t seed, uint64_t stream, uint64_t block, uint32_t out[4])
{
    uint32_t key_0 = (uint32_t)seed;
    uint32_t key_1 = (uint32_t)(seed >> 32);
    uint32_t c0 = (uint32_t)block;
    uint32_t c1 = (uint32_t)(block >> 32);
    uint32_t c2 = (uint32_t)stream;
    uint32_t c3 = (uint32_t)(stream >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t p0 = MULTIPLIER_0 * c0;
        const uint64_t p1 = MULTIPLIER_1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ key_0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ key_1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        key_0 += WEYL_0;
        key_1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

uint32_t lj_random_u32(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint32_t words[4];
    lj_philox(seed, stream, index / 4, words);
    return words[index % 4];
}

float lj_random_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    return (float)(lj_random_u32(seed, stream, index) >> 8) * 0x1p-24F;
}

void lj_random_permutation(uint64_t seed, uint64_t stream, int64_t n, int64_t *out)
{
    assert(n >= 0 && (out != NULL || n == 0));
    for (int64_t i = 0; i < n; i++)
        out[i] = i;
    uint32_t words[4] = {0};
    for (int64_t i = n - 1, step = 0; i > 0; i--, step++) {
        /* 64 bits a step, so that the modulus favours nothing by more than n / 2^64. */
        if (step % 2 == 0)
            lj_philox(seed, stream, (uint64_t)step / 2, words);
        const uint32_t *pair = words + step % 2 * 2;
        const uint64_t draw = (uint64_t)pair[1] << 32 | pair[0];
        const int64_t j = (int64_t)(draw % (uint64_t)(i + 1));
        const int64_t swap = out[i];
        out[i] = out[j];
        out[j] = swap;
    }
}

uint64_t lj_random_stream(const char *name)
{
    assert(name != NULL);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return hash;
}

/* Finaliser of MurmurHash3 (Appleby): every bit of the input changes about half of the output. */
static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    h ^= h >> 33;
    return h;
}

/* MurmurHash64A (Appleby), read as little-endian on every machine, then the finaliser. */
uint64_t lj_hash64(uint64_t seed, const void *bytes, int64_t size)
{
    assert(size >= 0 && (bytes != NULL || size == 0));
    const uint64_t m = UINT64_C(0xc6a4a7935bd1e995);
    const unsigned char *at = bytes;
    uint64_t h = mix(seed) ^ (uint64_t)size * m;
    int64_t left = size;
    for (; left > 0; left -= 8) {
        uint64_t word = 0;
        const int take = left < 8 ? (int)left : 8;
        for (int i = 0; i < take; i++)
            word |= (uint64_t)at[i] << 8 * i;
        at += take;
        word *= m;
        word ^= word >> 47;
        word *= m;
        h = (h ^ word) * m;
    }
    return mix(h);
}
