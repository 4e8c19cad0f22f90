/*
 * IDX: two zero bytes, the type, the number of dimensions, the dimensions as
 * big-endian 32-bit numbers, the values. Y. LeCun, C. Cortes, C. Burges, "The
 * MNIST database of handwritten digits".
 */
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "data/images_inside.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"

enum { UNSIGNED_BYTE = 0x08, READ_BYTES = 1 << 24 };

/* Exactly `size` bytes. */
static lj_status read_bytes(gzFile file, const char *path, int64_t size, lj_sha256 *hash, uint8_t *out)
{
    for (int64_t at = 0; at < size;) {
        const int64_t left = size - at;
        const int n = gzread(file, out + at, (unsigned)(left < READ_BYTES ? left : READ_BYTES));
        if (n <= 0)
            return lj_fail(LJ_EDATA, "%s: the file is cut short or damaged: expected %" PRId64 " bytes more", path,
                           left);
        LJ_TRY(lj_sha256_update(hash, out + at, (size_t)n));
        at += n;
    }
    return LJ_OK;
}

static lj_status read_header(gzFile file, const char *path, lj_sha256 *hash, lj_idx *idx, int64_t *size)
{
    uint8_t bytes[4];
    LJ_TRY(read_bytes(file, path, 4, hash, bytes));
    if (bytes[0] != 0 || bytes[1] != 0 || bytes[3] < 1 || bytes[3] > 4)
        return lj_fail(LJ_EDATA, "%s: no IDX file: it begins with %02x %02x %02x %02x", path, bytes[0], bytes[1],
                       bytes[2], bytes[3]);
    if (bytes[2] != UNSIGNED_BYTE)
        return lj_fail(LJ_EDATA, "%s: expected an IDX file of unsigned bytes (08), found type %02x", path, bytes[2]);
    idx->rank = bytes[3];
    *size = 1;
    for (int d = 0; d < idx->rank; d++) {
        LJ_TRY(read_bytes(file, path, 4, hash, bytes));
        idx->dims[d] = (int64_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
        if (idx->dims[d] < 1 || *size > LJ_IDX_BYTES_MAX / idx->dims[d])
            return lj_fail(LJ_EDATA, "%s: expected 1 to %" PRId64 " bytes in all, found dimension %d of %" PRId64, path,
                           LJ_IDX_BYTES_MAX, d + 1, idx->dims[d]);
        *size *= idx->dims[d];
    }
    return LJ_OK;
}

static lj_status read_values(gzFile file, const char *path, int64_t size, lj_sha256 *hash, lj_idx *idx)
{
    uint8_t beyond;
    /* A small file that promises much must not get much memory: deflate packs at most 1032 to 1. */
    const int64_t on_disk = lj_file_size(path);
    if (size / 1100 > on_disk)
        return lj_fail(LJ_EDATA, "%s: the file is cut short: %" PRId64 " bytes cannot hold %" PRId64, path, on_disk,
                       size);
    idx->bytes = lj_new_array(size, 1);
    if (idx->bytes == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for %" PRId64 " bytes", path, size);
    LJ_TRY(read_bytes(file, path, size, hash, idx->bytes));
    if (gzread(file, &beyond, 1) != 0)
        return lj_fail(LJ_EDATA, "%s: the file goes on after the %" PRId64 " bytes of its dimensions", path, size);
    return LJ_OK;
}

lj_status lj_idx_read(const char *path, lj_sha256 *hash, lj_idx *out)
{
    int64_t size = 0;
    memset(out, 0, sizeof(*out));
    if (!lj_file_exists(path))
        return lj_fail(LJ_ENOTFOUND, "%s: no such file", path);
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        return lj_fail(LJ_EIO, "%s: the file cannot be read", path);
    lj_status status = read_header(file, path, hash, out, &size);
    if (status == LJ_OK)
        status = read_values(file, path, size, hash, out);
    (void)gzclose(file);
    if (status != LJ_OK) {
        lj_free(out->bytes);
        out->bytes = NULL;
    }
    return status;
}
