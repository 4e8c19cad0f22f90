/* SHA-256 (FIPS 180-4, by OpenSSL): digests of data, configs, weights and scores. */
#ifndef LIANJIN_HASH_H
#define LIANJIN_HASH_H

#include <stddef.h>

#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LJ_SHA256_HEX 65 /* bytes of a digest in lower-case hex, with its end */

typedef struct lj_sha256 lj_sha256;

LJ_CHECKED lj_status lj_sha256_create(lj_sha256 **out);
LJ_CHECKED lj_status lj_sha256_update(lj_sha256 *hash, const void *bytes, size_t size);
/* Writes the digest; the object may only be destroyed afterwards. */
LJ_CHECKED lj_status lj_sha256_finish(lj_sha256 *hash, char hex[LJ_SHA256_HEX]);
void lj_sha256_destroy(lj_sha256 *hash);

/* Digest of a block, and of a whole file (LJ_ENOTFOUND, LJ_EIO). */
LJ_CHECKED lj_status lj_sha256_bytes(const void *bytes, size_t size, char hex[LJ_SHA256_HEX]);
LJ_CHECKED lj_status lj_sha256_file(const char *path, char hex[LJ_SHA256_HEX]);

#ifdef __cplusplus
}
#endif
#endif
