/* Training: the options, the vocabulary, then the method. */
#include <inttypes.h>
#include <math.h>

#include "lianjin/limits.h"
#include "words/train.h"
#include "words/vectors.h"

static lj_status in_range(const char *name, int64_t value, int64_t low, int64_t high)
{
    if (value < low || value > high)
        return lj_fail(LJ_EINVAL, "%s: expected %" PRId64 " to %" PRId64 ", found %" PRId64, name, low, high, value);
    return LJ_OK;
}

/* Fills in defaults and checks. */
static lj_status complete(lj_word_options *o)
{
    const int is_glove = o->method == LJ_WORD_METHOD_GLOVE;
    o->size = o->size != 0 ? o->size : 100;
    o->window = o->window != 0 ? o->window : is_glove || o->method == LJ_WORD_METHOD_PPMI ? 10 : 5;
    o->min_count = o->min_count != 0 ? o->min_count : 5;
    o->epochs = o->epochs != 0 ? o->epochs : is_glove ? 25 : 5;
    o->negative = o->negative != 0 ? o->negative : 5;
    o->sample = o->sample != 0 ? o->sample : 1e-3;
    o->rate = o->rate != 0 ? o->rate : is_glove ? 0.05 : 0.025;
    o->memory_mb = o->memory_mb != 0 ? o->memory_mb : 1024;
    LJ_TRY(in_range("size", o->size, 1, LJ_WORD_SIZE_MAX));
    LJ_TRY(in_range("window", o->window, 1, LJ_WORD_WINDOW_MAX));
    LJ_TRY(in_range("min-count", o->min_count, 1, INT32_MAX));
    LJ_TRY(in_range("max-words", o->max_words, 0, INT32_MAX));
    LJ_TRY(in_range("epochs", o->epochs, 1, 100000));
    LJ_TRY(in_range("negative", o->negative, 1, 1000));
    LJ_TRY(in_range("memory", o->memory_mb, 16, INT32_MAX));
    if (!(o->rate > 0 && o->rate <= 10))
        return lj_fail(LJ_EINVAL, "rate: expected a number above 0 and at most 10, found %g", o->rate);
    if (!(o->sample <= 1))
        return lj_fail(LJ_EINVAL, "sample: expected at most 1, found %g", o->sample);
    return LJ_OK;
}

static lj_status diverged(const lj_word_job *job)
{
    const int64_t n = job->vocabulary->count * job->stride;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(job->rows[i]))
            return lj_fail(LJ_EDIVERGED, "the vector of '%.64s' is no longer finite; try a lower rate than %g",
                           lj_dictionary_word(job->vocabulary->index, (int32_t)(i / job->stride)), job->options->rate);
    return LJ_OK;
}

lj_status lj_word_vectors_train(const lj_word_options *options, lj_team *team, lj_console *console,
                                lj_word_training *training, lj_word_vectors **out)
{
    static lj_status (*const methods[])(lj_word_job * job) = {
        [LJ_WORD_METHOD_PPMI] = lj_train_ppmi,
        [LJ_WORD_METHOD_SKIP_GRAM] = lj_train_word2vec,
        [LJ_WORD_METHOD_CBOW] = lj_train_word2vec,
        [LJ_WORD_METHOD_GLOVE] = lj_train_glove,
    };
    *out = NULL;
    *training = (lj_word_training){.loss = NAN};
    lj_word_options o = *options;
    LJ_TRY(complete(&o));
    lj_vocabulary vocabulary = {0};
    LJ_TRY(lj_vocabulary_count(o.corpus, o.min_count, o.max_words, console, &vocabulary));
    lj_word_job job = {.options = &o, .vocabulary = &vocabulary, .team = team, .console = console,
                       .training = training, .stride = (o.size + LJ_LANES - 1) / LJ_LANES * LJ_LANES};
    lj_status status = LJ_OK;
    training->words = vocabulary.words;
    training->kept_words = vocabulary.kept;
    training->different = vocabulary.different;
    training->vocabulary = vocabulary.count;
    lj_note(console, "%" PRId64 " words, %" PRId64 " different, %d of them come at least %" PRId64 " times",
            vocabulary.words, vocabulary.different, vocabulary.count, o.min_count);
    job.rows = lj_new_array(vocabulary.count, (size_t)job.stride * sizeof(float));
    if (job.rows == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for %d vectors of %" PRId64 " numbers", vocabulary.count, o.size);
        goto done;
    }
    const double began = lj_seconds();
    LJ_TRY_DONE(methods[o.method](&job));
    training->seconds = lj_seconds() - began;
    LJ_TRY_DONE(diverged(&job));
    status = lj_word_vectors_make(&vocabulary, job.rows, job.stride, o.size, out);
done:
    lj_free(job.rows);
    lj_vocabulary_free(&vocabulary);
    return status;
}
