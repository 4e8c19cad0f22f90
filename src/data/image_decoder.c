/*
 * Images of folders, decoded when they are asked for.
 *
 * Each image has a place in the area of the frame and a state. Whoever finds it
 * absent makes it busy, decodes it without the lock and says that it is ready;
 * who asks for a busy one waits. Workers of the team that are idle decode ahead:
 * first in the order that training told, then the rest.
 */
#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "data/images_inside.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"
#include "lianjin/random.h"

enum { BLOCK_FILES = 256, HEAD_BYTES = 1 << 16 };

/* BROKEN: could not be decoded; tried again when asked for, so that who asks gets the message. */
enum { ABSENT, BUSY, READY, BROKEN };

struct lj_decoder {
    lj_pixels pixels;               /* shape and area of the images; the area is the frame's */
    const char *const *paths;       /* [count] borrowed */
    int64_t count;
    uint64_t *marks;                /* [count] */
    char (*digests)[LJ_SHA256_HEX]; /* [count] of the files, filled when they are decoded */
    lj_team *team;                  /* whose idle workers decode ahead; NULL: none do */

    pthread_mutex_t lock;   /* of all below */
    pthread_cond_t changed; /* an image is no longer busy */
    uint8_t *states;        /* [count] */
    int64_t *ahead;         /* [ahead_count] what will be asked for next; NULL: nobody said */
    int64_t ahead_count, ahead_at, rest_at;
    atomic_llong missing;   /* images that are not ready; read without the lock */
    atomic_llong broken;    /* one that could not be decoded, -1: none; read without the lock */
};

lj_status lj_decoder_create(const lj_pixels *pixels, const char *const *paths, int64_t count, lj_decoder **out)
{
    assert(pixels->bytes != NULL && count >= 1);
    *out = NULL;
    lj_decoder *decoder = lj_new_array(1, sizeof(*decoder));
    if (decoder == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to decode images");
    decoder->pixels = *pixels;
    decoder->paths = paths;
    decoder->count = count;
    pthread_mutex_init(&decoder->lock, NULL);
    pthread_cond_init(&decoder->changed, NULL);
    atomic_store(&decoder->missing, count);
    atomic_store(&decoder->broken, -1);
    decoder->marks = lj_new_array(count, sizeof(*decoder->marks));
    decoder->digests = lj_new_array(count, sizeof(*decoder->digests));
    decoder->states = lj_new_array(count, sizeof(*decoder->states));
    if (decoder->marks == NULL || decoder->digests == NULL || decoder->states == NULL) {
        lj_decoder_destroy(decoder);
        return lj_fail(LJ_ENOMEM, "no memory to decode %" PRId64 " images", count);
    }
    *out = decoder;
    return LJ_OK;
}

void lj_decoder_destroy(lj_decoder *decoder)
{
    if (decoder == NULL)
        return;
    lj_team_set_idle(decoder->team, NULL, NULL);
    pthread_cond_destroy(&decoder->changed);
    pthread_mutex_destroy(&decoder->lock);
    lj_free(decoder->marks);
    lj_free(decoder->digests);
    lj_free(decoder->states);
    lj_free(decoder->ahead);
    lj_free(decoder);
}

/* ---- one image ---- */

static lj_status decode(lj_decoder *decoder, int64_t image)
{
    const char *path = decoder->paths[image];
    char *file = NULL;
    size_t size = 0;
    lj_pixels found = {0}, out = decoder->pixels;
    out.bytes += image * lj_pixels_size(&out);
    LJ_TRY(lj_file_read(path, LJ_IMAGE_FILE_BYTES_MAX, &file, &size));
    lj_status status = lj_sha256_bytes(file, size, decoder->digests[image]);
    if (status == LJ_OK)
        status = lj_image_decode(path, (const uint8_t *)file, size, out.channels, &found);
    if (status == LJ_OK)
        status = lj_image_resize(&found, &out);
    lj_free(found.bytes);
    lj_free(file);
    return status;
}

/* Decodes an image that the caller has made busy, without the lock. */
static lj_status decode_busy(lj_decoder *decoder, int64_t image)
{
    const lj_status status = decode(decoder, image);
    pthread_mutex_lock(&decoder->lock);
    decoder->states[image] = status == LJ_OK ? READY : BROKEN;
    if (status != LJ_OK)
        atomic_store(&decoder->broken, image);
    else if (atomic_load(&decoder->broken) == image)
        atomic_store(&decoder->broken, -1); /* it was mended meanwhile */
    if (status == LJ_OK)
        atomic_fetch_sub(&decoder->missing, 1);
    pthread_cond_broadcast(&decoder->changed);
    pthread_mutex_unlock(&decoder->lock);
    return status;
}

static lj_status need_one(lj_decoder *decoder, int64_t image)
{
    assert(image >= 0 && image < decoder->count);
    pthread_mutex_lock(&decoder->lock);
    while (decoder->states[image] == BUSY)
        pthread_cond_wait(&decoder->changed, &decoder->lock);
    const int is_ready = decoder->states[image] == READY;
    if (!is_ready)
        decoder->states[image] = BUSY;
    pthread_mutex_unlock(&decoder->lock);
    return is_ready ? LJ_OK : decode_busy(decoder, image);
}

/* ---- ahead ---- */

/* The next image that nobody has begun, made busy; -1: there is none. */
static int64_t take_next(lj_decoder *decoder)
{
    int64_t image = -1;
    pthread_mutex_lock(&decoder->lock);
    while (image < 0 && decoder->ahead_at < decoder->ahead_count) {
        const int64_t next = decoder->ahead[decoder->ahead_at++];
        image = decoder->states[next] == ABSENT ? next : -1;
    }
    while (image < 0 && decoder->rest_at < decoder->count) {
        const int64_t next = decoder->rest_at++;
        image = decoder->states[next] == ABSENT ? next : -1;
    }
    if (image >= 0)
        decoder->states[image] = BUSY;
    pthread_mutex_unlock(&decoder->lock);
    return image;
}

static int decode_ahead(void *context)
{
    lj_decoder *decoder = context;
    const int64_t image = take_next(decoder);
    if (image >= 0 && decode_busy(decoder, image) != LJ_OK)
        return 1; /* who asks next is told why */
    return image >= 0;
}

void lj_decoder_start(lj_decoder *decoder, lj_team *team)
{
    decoder->team = team;
    lj_team_set_idle(team, decode_ahead, decoder);
}

int lj_decoder_is_done(const lj_decoder *decoder)
{
    return decoder == NULL || atomic_load_explicit(&decoder->missing, memory_order_acquire) == 0;
}

void lj_decoder_ahead(lj_decoder *decoder, int64_t *images, int64_t n)
{
    pthread_mutex_lock(&decoder->lock);
    int64_t *before = decoder->ahead;
    decoder->ahead = images;
    decoder->ahead_count = n;
    decoder->ahead_at = 0;
    pthread_mutex_unlock(&decoder->lock);
    lj_free(before);
}

/* ---- many images ---- */

typedef struct wanted {
    lj_decoder *decoder;
    const int64_t *images; /* NULL: those from `begin` on */
    int64_t begin;
} wanted;

static int64_t wanted_at(const wanted *w, int64_t index)
{
    return w->images != NULL ? w->images[w->begin + index] : w->begin + index;
}

static lj_status need_wanted(void *context, int64_t index, int thread)
{
    const wanted *w = context;
    (void)thread;
    return need_one(w->decoder, wanted_at(w, index));
}

lj_status lj_decoder_need(lj_decoder *decoder, const int64_t *images, int64_t n, lj_team *team)
{
    if (lj_decoder_is_done(decoder))
        return LJ_OK;
    const int64_t broken = atomic_load(&decoder->broken);
    if (broken >= 0)
        LJ_TRY(need_one(decoder, broken));
    return lj_team_try(team, need_wanted, &(wanted){.decoder = decoder, .images = images}, n);
}

/* In blocks, after each of which people see how far it is and may interrupt. */
static lj_status in_blocks(lj_decoder *decoder, lj_failing_work *work, const int64_t *images, int64_t n, lj_team *team,
                           lj_console *console)
{
    wanted w = {.decoder = decoder, .images = images};
    lj_status status = LJ_OK;
    lj_progress_begin(console, "images", n);
    while (status == LJ_OK && w.begin < n) {
        const int64_t left = n - w.begin, block = left < BLOCK_FILES ? left : BLOCK_FILES;
        status = lj_team_try(team, work, &w, block);
        w.begin += block;
        lj_progress_update(console, w.begin, NULL);
        if (status == LJ_OK && lj_interrupted())
            status = lj_fail(LJ_EINTERRUPTED, "interrupted while reading images");
    }
    lj_progress_end(console);
    return status;
}

lj_status lj_decoder_finish(lj_decoder *decoder, const int64_t *images, int64_t n, lj_team *team, lj_console *console)
{
    if (lj_decoder_is_done(decoder))
        return LJ_OK;
    return in_blocks(decoder, need_wanted, images, images != NULL ? n : decoder->count, team, console);
}

/* ---- before anything is decoded ---- */

/* The head of a file: to[0 .. *read), and the size of it all. */
static lj_status read_head(const char *path, uint8_t *to, size_t *read, int64_t *size)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return lj_fail(LJ_EIO, "%s: the file cannot be read", path);
    *read = fread(to, 1, HEAD_BYTES, file);
    *size = ferror(file) ? -1 : lj_file_size(path);
    (void)fclose(file);
    return *size >= 0 ? LJ_OK : lj_fail(LJ_EIO, "%s: the file cannot be read", path);
}

/* Most headers end in the head; the few with a long profile or picture before are read whole. */
static lj_status check_file(const char *path, const uint8_t *head, size_t read, int64_t size)
{
    if (size <= LJ_IMAGE_FILE_BYTES_MAX && lj_image_check(path, head, read) == LJ_OK)
        return LJ_OK;
    char *file = NULL;
    size_t whole = 0;
    LJ_TRY(lj_file_read(path, LJ_IMAGE_FILE_BYTES_MAX, &file, &whole));
    const lj_status status = lj_image_check(path, (const uint8_t *)file, whole);
    lj_free(file);
    return status;
}

static lj_status check_wanted(void *context, int64_t index, int thread)
{
    const wanted *w = context;
    lj_decoder *decoder = w->decoder;
    const lj_pixels *p = &decoder->pixels;
    const int64_t image = wanted_at(w, index);
    uint8_t head[HEAD_BYTES];
    size_t read = 0;
    int64_t size = 0;
    (void)thread;
    LJ_TRY(read_head(decoder->paths[image], head, &read, &size));
    const int64_t about[] = {size, p->height, p->width, p->channels, p->resize, p->crop};
    decoder->marks[image] = lj_hash64(lj_hash64(0, about, sizeof(about)), head, (int64_t)read);
    return check_file(decoder->paths[image], head, read, size);
}

lj_status lj_decoder_check(lj_decoder *decoder, lj_team *team, lj_console *console)
{
    return in_blocks(decoder, check_wanted, NULL, decoder->count, team, console);
}

uint64_t lj_decoder_mark(const lj_decoder *decoder, int64_t image)
{
    return decoder->marks[image];
}

/* ---- after everything is ---- */

lj_status lj_decoder_hash(const lj_decoder *decoder, lj_sha256 *hash)
{
    assert(lj_decoder_is_done(decoder));
    for (int64_t i = 0; i < decoder->count; i++)
        LJ_TRY(lj_sha256_update(hash, decoder->digests[i], strlen(decoder->digests[i])));
    return LJ_OK;
}

lj_status lj_decoder_digest(const lj_decoder *decoder, char digest[LJ_SHA256_HEX])
{
    lj_sha256 *hash = NULL;
    lj_status status = lj_sha256_create(&hash);
    if (status == LJ_OK)
        status = lj_decoder_hash(decoder, hash);
    if (status == LJ_OK)
        status = lj_sha256_finish(hash, digest);
    lj_sha256_destroy(hash);
    return status;
}
