/*
 * signature.json: {"format": 1, "suite": "ed25519-sha256", "files": {name:
 * sha256}, "public_key": hex, "signature": hex}. What is signed is the text
 * "lianjin-bundle 1\n" and a line "sha256  name\n" for each file in the order
 * of their names, so that one can check it with sha256sum and openssl.
 */
#include <dirent.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lianjin/bundle.h"
#include "lianjin/file.h"
#include "bundle/bundle.h"

enum { KEY_BYTES = 32, SIGNATURE_BYTES = 64 };

typedef struct file_list {
    char **names;
    int64_t count;
} file_list;

static void free_list(file_list *list)
{
    for (int64_t i = 0; i < list->count; i++)
        lj_free(list->names[i]);
    lj_free(list->names);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the files of the folder but signature.json, sorted. */
static lj_status list_files(const char *folder, file_list *out)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return lj_fail(LJ_ENOTFOUND, "%s: no such bundle", folder);
    lj_status status = LJ_OK;
    const struct dirent *entry = NULL;
    while (status == LJ_OK && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, LJ_SIGNATURE_FILE) == 0)
            continue;
        char **names = lj_resize_array(out->names, out->count, out->count + 1, sizeof(*names));
        char *name = lj_strdup(entry->d_name);
        if (names != NULL)
            out->names = names;
        if (names == NULL || name == NULL) {
            lj_free(name);
            status = lj_fail(LJ_ENOMEM, "%s: no memory to list the bundle", folder);
            break;
        }
        out->names[out->count++] = name;
    }
    closedir(dir);
    if (status == LJ_OK && out->count > 0)
        qsort(out->names, (size_t)out->count, sizeof(*out->names), by_name);
    return status;
}

static void to_hex(const unsigned char *bytes, size_t size, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * size] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 1 if `hex` is exactly `size` bytes. */
static int from_hex(const char *hex, unsigned char *bytes, size_t size)
{
    if (strlen(hex) != 2 * size)
        return 0;
    for (size_t i = 0; i < size; i++) {
        const int high = hex_digit(hex[2 * i]);
        const int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return 0;
        bytes[i] = (unsigned char)(high * 16 + low);
    }
    return 1;
}

char *lj_home_path(const char *name)
{
    const char *home = getenv("LIANJIN_HOME");
    if (home != NULL && home[0] != '\0')
        return lj_path_join(home, name);
    const char *user = getenv("HOME");
    char *base = lj_path_join(user != NULL && user[0] != '\0' ? user : ".", ".lianjin");
    char *path = base != NULL ? lj_path_join(base, name) : NULL;
    lj_free(base);
    return path;
}

static lj_status save_key(const char *path, EVP_PKEY *key)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *pem = NULL;
    if (memory == NULL || PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) != 1) {
        BIO_free(memory);
        return lj_fail(LJ_ENOMEM, "%s: the signing key cannot be written", path);
    }
    const long size = BIO_get_mem_data(memory, &pem);
    const mode_t mask = umask(077);
    const lj_status status = lj_file_replace(path, pem, (size_t)size);
    umask(mask);
    BIO_free(memory);
    return status;
}

static lj_status read_key(const char *path, EVP_PKEY **out)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return lj_fail(LJ_EIO, "%s: the signing key cannot be read", path);
    *out = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    (void)fclose(file);
    if (*out == NULL || EVP_PKEY_id(*out) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(*out);
        *out = NULL;
        return lj_fail(LJ_ECORRUPT, "%s: expected an Ed25519 private key in PEM", path);
    }
    return LJ_OK;
}

/* The key of $LIANJIN_HOME, made when it is not there. */
static lj_status signing_key(EVP_PKEY **out)
{
    *out = NULL;
    char *path = lj_home_path("keys/signing.pem");
    char *folder = path != NULL ? lj_path_folder(path) : NULL;
    lj_status status = LJ_OK;
    if (path == NULL || folder == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for the path of the signing key");
    } else if (lj_file_exists(path)) {
        status = read_key(path, out);
    } else {
        status = lj_folder_create(folder);
        if (status == LJ_OK && chmod(folder, 0700) != 0)
            status = lj_fail(LJ_EIO, "%s: its rights cannot be set to 0700", folder);
        if (status == LJ_OK) {
            *out = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
            status = *out == NULL ? lj_fail(LJ_ENOMEM, "no signing key can be made") : save_key(path, *out);
        }
        if (status != LJ_OK) {
            EVP_PKEY_free(*out);
            *out = NULL;
        }
    }
    lj_free(folder);
    lj_free(path);
    return status;
}

/* Appends "sha256  name\n" for the file. */
static lj_status digest_line(const char *folder, const char *name, lj_text *text, char hex[LJ_SHA256_HEX])
{
    char *path = lj_path_join(folder, name);
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path in %s", folder);
    const lj_status status = lj_sha256_file(path, hex);
    lj_free(path);
    if (status == LJ_OK)
        lj_text_printf(text, "%s  %s\n", hex, name);
    return status;
}

static lj_status sign_text(EVP_PKEY *key, const lj_text *text, unsigned char signature[SIGNATURE_BYTES])
{
    size_t size = SIGNATURE_BYTES;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const int done = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                     EVP_DigestSign(context, signature, &size, (const unsigned char *)text->data, text->size) == 1;
    EVP_MD_CTX_free(context);
    return done ? LJ_OK : lj_fail(LJ_ENOMEM, "the bundle cannot be signed");
}

lj_status lj_signature_write(const char *folder)
{
    file_list files = {0};
    lj_text signed_text = {0};
    lj_text document = {0};
    lj_json json;
    EVP_PKEY *key = NULL;
    char *path = NULL;
    unsigned char public_key[KEY_BYTES];
    unsigned char signature[SIGNATURE_BYTES];
    char hex[2 * SIGNATURE_BYTES + 1];
    size_t key_size = KEY_BYTES;

    lj_status status = list_files(folder, &files);
    if (status != LJ_OK)
        goto done;
    lj_json_start(&json, &document, 0);
    lj_json_map(&json, NULL);
    lj_json_integer(&json, "format", LJ_SIGNATURE_FORMAT);
    lj_json_string(&json, "suite", LJ_SIGNATURE_SUITE);
    lj_json_map(&json, "files");
    lj_text_puts(&signed_text, LJ_SIGNATURE_HEAD);
    for (int64_t i = 0; i < files.count; i++) {
        LJ_TRY_DONE(digest_line(folder, files.names[i], &signed_text, hex));
        lj_json_string(&json, files.names[i], hex);
    }
    lj_json_end_map(&json);
    LJ_TRY_DONE(lj_text_finish(&signed_text));
    LJ_TRY_DONE(signing_key(&key));
    if (EVP_PKEY_get_raw_public_key(key, public_key, &key_size) != 1 || key_size != KEY_BYTES) {
        status = lj_fail(LJ_ECORRUPT, "the signing key has no public part");
        goto done;
    }
    LJ_TRY_DONE(sign_text(key, &signed_text, signature));
    to_hex(public_key, KEY_BYTES, hex);
    lj_json_string(&json, "public_key", hex);
    to_hex(signature, SIGNATURE_BYTES, hex);
    lj_json_string(&json, "signature", hex);
    lj_json_end_map(&json);
    LJ_TRY_DONE(lj_text_finish(&document));
    path = lj_path_join(folder, LJ_SIGNATURE_FILE);
    status = path == NULL ? lj_fail(LJ_ENOMEM, "no memory for a path") :
                            lj_file_replace(path, document.data, document.size);
done:
    lj_free(path);
    EVP_PKEY_free(key);
    lj_text_free(&document);
    lj_text_free(&signed_text);
    free_list(&files);
    return status;
}

static lj_status check_signature(const char *folder, const char *public_hex, const char *signature_hex,
                                 const lj_text *text)
{
    unsigned char public_key[KEY_BYTES];
    unsigned char signature[SIGNATURE_BYTES];
    if (!from_hex(public_hex, public_key, KEY_BYTES) || !from_hex(signature_hex, signature, SIGNATURE_BYTES))
        return lj_fail(LJ_ECORRUPT, "%s/" LJ_SIGNATURE_FILE ": key or signature is not hex of its length", folder);
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, KEY_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const int good =
        key != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
        EVP_DigestVerify(context, signature, SIGNATURE_BYTES, (const unsigned char *)text->data, text->size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good ? LJ_OK :
                  lj_fail(LJ_ECORRUPT, "%s: the signature does not fit: signature.json was altered", folder);
}

/* Every file has its digest, and there is none besides. */
static lj_status check_files(const char *folder, const lj_doc *doc, const lj_item *named, lj_text *text)
{
    file_list files = {0};
    char hex[LJ_SHA256_HEX];
    lj_status status = list_files(folder, &files);
    for (int64_t i = 0; status == LJ_OK && i < named->count; i++) {
        const char *name = named->items[i]->key;
        if (files.count == 0 ||
            bsearch(&name, files.names, (size_t)files.count, sizeof(*files.names), by_name) == NULL)
            status = lj_fail(LJ_ECORRUPT, "%s: the bundle lacks %s", folder, name);
    }
    for (int64_t i = 0; status == LJ_OK && i < files.count; i++) {
        const char *expected = NULL;
        if (lj_item_get(named, files.names[i]) == NULL) {
            status = lj_fail(LJ_ECORRUPT, "%s: %s is not part of the signed bundle", folder, files.names[i]);
            break;
        }
        status = lj_item_need_string(doc, named, files.names[i], &expected);
        if (status == LJ_OK)
            status = digest_line(folder, files.names[i], text, hex);
        if (status == LJ_OK && strcmp(expected, hex) != 0)
            status = lj_fail(LJ_ECORRUPT, "%s/%s was cut or altered: expected sha256 %.12s..., found %.12s...", folder,
                             files.names[i], expected, hex);
    }
    free_list(&files);
    return status;
}

lj_status lj_signature_verify(const char *folder)
{
    lj_doc *doc = NULL;
    lj_text text = {0};
    const lj_item *files = NULL;
    const char *suite = NULL;
    const char *public_key = NULL;
    const char *signature = NULL;
    int64_t format = 0;
    lj_status status = LJ_OK;
    char *path = lj_path_join(folder, LJ_SIGNATURE_FILE);
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    if (!lj_file_is_folder(folder)) {
        status = lj_fail(LJ_ENOTFOUND, "%s: no such bundle (a folder with model.json)", folder);
        goto done;
    }
    if (!lj_file_exists(path)) {
        status = lj_fail(LJ_ECORRUPT, "%s: no bundle: it has no %s", folder, LJ_SIGNATURE_FILE);
        goto done;
    }
    LJ_TRY_DONE(lj_json_read(path, &doc));
    LJ_TRY_DONE(lj_item_need_integer(doc, lj_doc_root(doc), "format", 1, INT32_MAX, &format));
    if (format > LJ_SIGNATURE_FORMAT) {
        status = lj_fail(LJ_EVERSION, "%s: signature format %" PRId64 " is newer than this program's %d", folder,
                         format, LJ_SIGNATURE_FORMAT);
        goto done;
    }
    LJ_TRY_DONE(lj_item_need_string(doc, lj_doc_root(doc), "suite", &suite));
    if (strcmp(suite, LJ_SIGNATURE_SUITE) != 0) {
        status = lj_fail(LJ_EVERSION, "%s: unknown signature suite '%s'", folder, suite);
        goto done;
    }
    LJ_TRY_DONE(lj_item_need(doc, lj_doc_root(doc), "files", LJ_MAP, &files));
    LJ_TRY_DONE(lj_item_need_string(doc, lj_doc_root(doc), "public_key", &public_key));
    LJ_TRY_DONE(lj_item_need_string(doc, lj_doc_root(doc), "signature", &signature));
    lj_text_puts(&text, LJ_SIGNATURE_HEAD);
    LJ_TRY_DONE(check_files(folder, doc, files, &text));
    LJ_TRY_DONE(lj_text_finish(&text));
    status = check_signature(folder, public_key, signature, &text);
done:
    lj_doc_destroy(doc);
    lj_text_free(&text);
    lj_free(path);
    return status;
}
