/* SHA-256 by OpenSSL. */
#include "lianjin/hash.h"

#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "base/system.h"
#include "lianjin/memory.h"

#define DIGEST_BYTES 32
#define READ_BYTES ((size_t)1 << 16)

struct lj_sha256 {
    EVP_MD_CTX *context;
};

lj_status lj_sha256_create(lj_sha256 **out)
{
    assert(out != NULL);
    *out = NULL;
    lj_sha256 *hash = lj_new_array(1, sizeof(*hash));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (hash == NULL || context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        lj_free(hash);
        return lj_fail(LJ_ENOMEM, "no memory for a digest");
    }
    hash->context = context;
    *out = hash;
    return LJ_OK;
}

lj_status lj_sha256_update(lj_sha256 *hash, const void *bytes, size_t size)
{
    assert(hash != NULL && (bytes != NULL || size == 0));
    if (EVP_DigestUpdate(hash->context, bytes, size) != 1)
        return lj_fail(LJ_EINVAL, "the digest was finished before");
    return LJ_OK;
}

lj_status lj_sha256_finish(lj_sha256 *hash, char hex[LJ_SHA256_HEX])
{
    assert(hash != NULL && hex != NULL);
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[DIGEST_BYTES];
    if (EVP_DigestFinal_ex(hash->context, digest, NULL) != 1)
        return lj_fail(LJ_EINVAL, "the digest was finished before");
    for (int i = 0; i < DIGEST_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * DIGEST_BYTES] = '\0';
    return LJ_OK;
}

void lj_sha256_destroy(lj_sha256 *hash)
{
    if (hash == NULL)
        return;
    EVP_MD_CTX_free(hash->context);
    lj_free(hash);
}

lj_status lj_sha256_bytes(const void *bytes, size_t size, char hex[LJ_SHA256_HEX])
{
    lj_sha256 *hash = NULL;
    lj_status status = LJ_OK;
    LJ_TRY_DONE(lj_sha256_create(&hash));
    LJ_TRY_DONE(lj_sha256_update(hash, bytes, size));
    LJ_TRY_DONE(lj_sha256_finish(hash, hex));
done:
    lj_sha256_destroy(hash);
    return status;
}

lj_status lj_sha256_file(const char *path, char hex[LJ_SHA256_HEX])
{
    assert(path != NULL && hex != NULL);
    lj_status status = LJ_OK;
    lj_sha256 *hash = NULL;
    unsigned char *buffer = NULL;
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        status = lj_system_fail(errno, "cannot read", path);
        goto done;
    }
    buffer = lj_new_array((int64_t)READ_BYTES, 1);
    if (buffer == NULL) {
        status = lj_fail(LJ_ENOMEM, "%s: no memory to read it", path);
        goto done;
    }
    LJ_TRY_DONE(lj_sha256_create(&hash));
    for (size_t n = 0; (n = fread(buffer, 1, READ_BYTES, file)) > 0;)
        LJ_TRY_DONE(lj_sha256_update(hash, buffer, n));
    if (ferror(file)) {
        status = lj_system_fail(errno, "cannot read", path);
        goto done;
    }
    LJ_TRY_DONE(lj_sha256_finish(hash, hex));
done:
    if (file != NULL)
        fclose(file);
    lj_free(buffer);
    lj_sha256_destroy(hash);
    return status;
}
