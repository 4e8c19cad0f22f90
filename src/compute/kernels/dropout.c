/* Dropout by Philox: as many blocks at once as a vector has 64-bit lanes, the words of lj_philox. */
#include "compute/kernel.h"

#define BLOCKS (LJ_W / 2)      /* blocks of Philox side by side, one to a 64-bit lane */
#define WORDS (4 * BLOCKS)     /* random words they give */
#define LOW 0xffffffffU

LJ_INLINE vq vset1_q(uint64_t x)
{
    vq y = (vq)vzero();
    return y + x;
}

/* The words of blocks first .. first + BLOCKS - 1, in order. */
static void philox(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *out)
{
    vq block;
    for (int l = 0; l < BLOCKS; l++)
        block[l] = first + (uint64_t)l;
    vq c0 = block & LOW, c1 = block >> 32;
    vq c2 = vset1_q(stream & LOW), c3 = vset1_q(stream >> 32);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    const vq m0 = vset1_q(0xD2511F53U), m1 = vset1_q(0xCD9E8D57U);
    LJ_UNROLL
    for (int round = 0; round < 10; round++) {
        const vq a = vmul32(m0, c0), b = vmul32(m1, c2);
        c0 = (b >> 32) ^ c1 ^ vset1_q(k0);
        c2 = (a >> 32) ^ c3 ^ vset1_q(k1);
        c1 = b & LOW;
        c3 = a & LOW;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    const vq low = c0 | (c1 << 32), high = c2 | (c3 << 32);
    for (int l = 0; l < BLOCKS; l++) {
        const uint64_t pair[2] = {low[l], high[l]};
        memcpy(out + 4 * l, pair, sizeof(pair));
    }
}

/* keep ? x factor : 0, for the upper 24 bits of the words. */
LJ_INLINE vf thin(vf x, vf factor, const uint32_t *words, vi threshold)
{
    vi word;
    memcpy(&word, words, sizeof(word));
    const vi bits = (word >> 8) & 0xffffff;
    return (vf)((vi)(bits >= threshold) & (vi)(x * factor));
}

void LJ_NAME(dropout)(int64_t n, const float *x, float rate, float factor, uint64_t seed, uint64_t stream,
                      uint64_t first, float *y)
{
    /* uniform >= rate where uniform = bits 2^-24: bits >= rate 2^24, which is exact, rounded up. */
    const float scaled = rate * 0x1p24F;
    const int32_t whole = scaled >= 0x1p24F ? 0x1000000 : scaled <= 0.0F ? 0 : (int32_t)scaled;
    const vi threshold = vset1_i(whole + ((float)whole < scaled ? 1 : 0));
    const vf by = vset1(factor);
    uint32_t words[WORDS + LJ_W] __attribute__((aligned(64))) = {0};
    int64_t skip = (int64_t)(first & 3);
    uint64_t block = first >> 2;
    for (int64_t i = 0; i < n; block += BLOCKS, skip = 0) {
        philox(seed, stream, block, words);
        const int64_t end = lj_min(n, i + WORDS - skip);
        const uint32_t *w = words + skip;
        for (; i + LJ_W <= end; i += LJ_W, w += LJ_W)
            vstore(y + i, thin(vload(x + i), by, w, threshold));
        if (i < end) {
            vstore_n(y + i, thin(vload_n(x + i, end - i), by, w, threshold), end - i);
            i = end;
        }
    }
}
