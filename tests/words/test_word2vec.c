/* word2vec as docs/words.md defines it, in plain loops over double: what the trainer with its shards and lists gives. */
#include "lianjin/math.h"
#include "words/chunk.h"
#include "words/draw.h"
#include "words/huffman.h"
#include "words/words_test.h"

enum { SIZE = 12, WORDS_MAX = 500, BATCH = 256 };

typedef struct reference {
    lj_word_options options;
    lj_vocabulary vocabulary;
    lj_draw draw;
    lj_huffman tree;
    uint32_t keep[WORDS_MAX];
    double rows[2][WORDS_MAX][SIZE], changes[2][WORDS_MAX][SIZE]; /* of inputs, of outputs */
    int64_t pairs[2][WORDS_MAX];
} reference;

static void prepare(reference *r)
{
    double weights[WORDS_MAX];
    float counts[WORDS_MAX];
    assert_ok(lj_vocabulary_count(r->options.corpus, r->options.min_count, 0, NULL, &r->vocabulary));
    const int32_t n = r->vocabulary.count;
    assert_true(n <= WORDS_MAX);
    const uint64_t stream = lj_random_stream("words.start");
    for (int32_t i = 0; i < n; i++) {
        const double ratio = r->options.sample * (double)r->vocabulary.kept / (double)r->vocabulary.counts[i];
        const double share = sqrt(ratio) + ratio;
        r->keep[i] = share >= 1 ? UINT32_MAX : (uint32_t)(share * 0x1p32);
        weights[i] = lj_pow_d((double)r->vocabulary.counts[i], 0.75);
        counts[i] = (float)r->vocabulary.counts[i];
        for (int k = 0; k < SIZE; k++) {
            const float uniform = lj_random_uniform(r->options.seed, stream, (uint64_t)(i * SIZE + k));
            r->rows[0][i][k] = ((double)uniform - 0.5) / SIZE;
        }
    }
    assert_ok(lj_draw_make(weights, n, &r->draw));
    assert_ok(lj_huffman_make(counts, n, &r->tree));
}

static void add(reference *r, int side, int64_t row, double factor, const double *x, int64_t pairs)
{
    for (int k = 0; k < SIZE; k++)
        r->changes[side][row][k] += factor * x[k];
    r->pairs[side][row] += pairs;
}

/* One target of a centre: `n` words around, each (or their mean) against the row of the target. */
static void learn(reference *r, const int32_t *around, int n, int64_t target, double label, double rate)
{
    const double *y = r->rows[1][target];
    const int is_cbow = r->options.method == LJ_WORD_METHOD_CBOW;
    double mean[SIZE] = {0};
    for (int i = 0; i < n; i++)
        for (int k = 0; k < SIZE; k++)
            mean[k] += r->rows[0][around[i]][k] / n;
    for (int i = 0; i < n; i++) {
        const double *x = is_cbow ? mean : r->rows[0][around[i]];
        double z = 0;
        for (int k = 0; k < SIZE; k++)
            z += x[k] * y[k];
        const double error = rate * (label - 1.0 / (1.0 + exp(-z)));
        add(r, 0, around[i], error, y, 1);
        if (!is_cbow || i == 0)
            add(r, 1, target, error, x, 1);
    }
}

static void do_centre(reference *r, const lj_word_chunk *chunk, int64_t at, double rate)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "words.window.%d", (int)chunk->epoch);
    const uint64_t stream = lj_random_stream(name), words = (uint64_t)(1 + r->options.negative + 3) / 4 * 4;
    const uint64_t first = (uint64_t)(chunk->before + chunk->place[at]) * words;
    const int64_t window = r->options.window;
    const int64_t shrink = (int64_t)((uint64_t)lj_random_u32(r->options.seed, stream, first) * (uint64_t)window >> 32);
    int32_t around[64];
    int n = 0;
    for (int64_t p = at - (window - shrink); p <= at + (window - shrink); p++)
        if (p != at && p >= chunk->begin[at] && p < chunk->end[at])
            around[n++] = chunk->word[p];
    const int32_t word = chunk->word[at];
    if (r->options.hierarchical) {
        for (int64_t k = r->tree.begin[word]; k < r->tree.begin[word + 1]; k++)
            learn(r, around, n, r->tree.node[k], r->tree.is_right[k] ? 0 : 1, rate);
        return;
    }
    learn(r, around, n, word, 1, rate);
    for (int64_t k = 0; k < r->options.negative; k++) {
        const int32_t drawn = lj_draw_take(&r->draw, lj_random_u32(r->options.seed, stream, first + 1 + (uint64_t)k));
        if (drawn != word)
            learn(r, around, n, drawn, 0, rate);
    }
}

static void apply(reference *r, double rate)
{
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < WORDS_MAX; i++) {
            const double step = rate * (double)r->pairs[side][i], factor = step > 6.4 ? 6.4 / step : 1;
            for (int k = 0; k < SIZE; k++)
                r->rows[side][i][k] += factor * r->changes[side][i][k];
        }
    memset(r->changes, 0, sizeof(r->changes));
    memset(r->pairs, 0, sizeof(r->pairs));
}

static void train(reference *r)
{
    lj_word_chunk chunk;
    lj_chunk_reader reader = {.path = r->options.corpus, .vocabulary = &r->vocabulary, .keep = r->keep,
                              .seed = r->options.seed, .epochs = r->options.epochs};
    const double words = (double)r->vocabulary.kept * (double)r->options.epochs;
    assert_ok(lj_word_chunk_create(&chunk));
    for (;;) {
        assert_ok(lj_chunk_read(&reader, &chunk));
        if (chunk.n == 0)
            break;
        for (int64_t first = 0; first < chunk.n; first += BATCH) {
            const double done = (double)(chunk.before + chunk.place[first]) / words;
            const double rate = r->options.rate - (r->options.rate - 0.0001) * done;
            for (int64_t at = first; at < first + BATCH && at < chunk.n; at++)
                do_centre(r, &chunk, at, rate);
            apply(r, rate);
        }
    }
    lj_word_chunk_free(&chunk);
}

static void the_trainer_does_what_the_definition_says(void **state)
{
    (void)state;
    static reference r;
    const char *corpus = write_corpus("corpus", 300);
    for (int how = 0; how < 4; how++) {
        memset(&r, 0, sizeof(r));
        r.options = (lj_word_options){.corpus = corpus, .size = SIZE, .window = 4, .min_count = 3, .epochs = 3,
                                      .negative = how == 2 ? 7 : 5, .hierarchical = how % 2, .sample = 0.01,
                                      .rate = 0.05, .seed = 11,
                                      .method = how < 2 ? LJ_WORD_METHOD_SKIP_GRAM : LJ_WORD_METHOD_CBOW};
        prepare(&r);
        train(&r);
        lj_word_training training;
        lj_word_vectors *v = NULL;
        assert_ok(lj_word_vectors_train(&r.options, NULL, NULL, &training, &v));
        double largest = 0;
        for (int32_t i = 0; i < r.vocabulary.count; i++)
            for (int k = 0; k < SIZE; k++) {
                const double want = r.rows[0][i][k], found = (double)lj_word_vectors_row(v, i)[k];
                largest = fmax(largest, fabs(want));
                if (!(fabs(found - want) < 2e-4))
                    fail_msg("way %d, word %d, number %d: expected %.7f, found %.7f", how, i, k, want, found);
            }
        assert_true(largest > 0.2); /* it has learned something to compare */
        lj_word_vectors_destroy(v);
        lj_draw_free(&r.draw);
        lj_huffman_free(&r.tree);
        lj_vocabulary_free(&r.vocabulary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_trainer_does_what_the_definition_says)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
