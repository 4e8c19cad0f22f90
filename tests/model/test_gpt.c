/* A language model: it learns, sees only what stands before, is the same bits everywhere, draws as it is told. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compute/kernels.h"
#include "lianjin/model.h"
#include "lianjin/random.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

enum { SIZE = 8, CODES = SIZE + 1 /* 0 is the mark of a text's begin */, CONTEXT = 16, LENGTH = 6000, VALID = 800 };

/* Each token is the sum of the two before it, or now and then any: at best log(8) / 8 + entropy(1/8 * 7/8 ...) nats. */
static void write_text(const char *name, int32_t *out, int64_t n)
{
    const uint64_t stream = lj_random_stream(name);
    for (int64_t i = 0; i < n; i++) {
        const uint32_t draw = lj_random_u32(5, stream, (uint64_t)i);
        out[i] = i < 2 || draw % 10 == 0 ? 1 + (int32_t)(draw / 16 % SIZE) : 1 + (out[i - 1] + out[i - 2]) % SIZE;
    }
}

/* The text in `count` texts of about equal length. */
static lj_rows rows_of(const int32_t *codes, int64_t n, int64_t count, lj_texts *texts)
{
    for (int64_t i = 0; i < count; i++)
        MUST(lj_texts_add(texts, codes + i * n / count, (i + 1) * n / count - i * n / count));
    return (lj_rows){.n = count, .texts = texts, .token_count = CONTEXT};
}

/* Trained until it knows the rule, with its loss; or shortly, where loss is NULL. */
static lj_model *fit(const int32_t *train, const int32_t *valid, const char *positions, int threads, double *loss)
{
    char text[256];
    lj_doc *doc = NULL;
    lj_team *team = NULL;
    lj_train_result result;
    lj_model *model = NULL;
    (void)snprintf(text, sizeof(text),
                   "{\"model\": {\"dimension\": 32, \"layers\": 2, \"heads\": 2, \"positions\": \"%s\","
                   " \"dropout\": 0.1}, \"train\": {\"epochs\": %d, \"batch\": 16, \"rate\": 0.005}}", positions,
                   loss != NULL ? 30 : 2);
    MUST(lj_json_parse("options", text, strlen(text), &doc));
    const lj_model_spec spec = {.task = LJ_UNSUPERVISED, .token_count = CONTEXT, .token_size = CODES};
    const lj_fit_options options = {.family = "gpt",
                                    .file = lj_doc_name(doc),
                                    .model = lj_item_get(lj_doc_root(doc), "model"),
                                    .train = lj_item_get(lj_doc_root(doc), "train"),
                                    .seed = 7};
    lj_texts texts[2] = {{0}};
    const lj_rows rows = rows_of(train, loss != NULL ? LENGTH : LENGTH / 6, 3, &texts[0]);
    const lj_rows judged = rows_of(valid, VALID, 1, &texts[1]);
    MUST(lj_team_create(threads, &team));
    MUST(lj_model_fit(&options, &spec, &rows, &judged, team, NULL, &result, &model));
    if (loss != NULL)
        *loss = result.epochs[result.best_epoch - 1].valid_loss;
    lj_free(result.epochs);
    lj_texts_free(&texts[0]);
    lj_texts_free(&texts[1]);
    lj_team_destroy(team);
    lj_doc_destroy(doc);
    return model;
}

static void it_learns_the_rule_of_a_text(void **state)
{
    (void)state;
    static int32_t train[LENGTH], valid[VALID];
    /* 90 % follow the rule; the rest are even: 0.9125 of the right token, 0.0125 of each other. */
    const double best = -0.9125 * log(0.9125) - 7 * 0.0125 * log(0.0125);
    write_text("train", train, LENGTH);
    write_text("valid", valid, VALID);
    static const char *const positions[] = {"rotary", "learned"};
    for (int p = 0; p < 2; p++) {
        double loss = 0.0;
        lj_model *model = fit(train, valid, positions[p], 2, &loss);
        /* Learned positions must find the same rule at every place. */
        if (!(loss < (p == 0 ? best + 0.25 : 1.5) && loss > best - 0.1))
            fail_msg("%s: expected about %g nats a token, found %g", positions[p], best, loss);
        /* The most probable token follows the rule, wherever in a text and however long it is. */
        int right = 0;
        for (int64_t n = 2; n < 42; n++) {
            int32_t next = -1;
            MUST(lj_model_next_token(model, valid + n, n, &(lj_sampling){0}, &next));
            right += next == 1 + (valid[2 * n - 1] + valid[2 * n - 2]) % SIZE;
        }
        if (p == 0 && right < 34)
            fail_msg("%s: %d of 40 tokens are right", positions[p], right);
        lj_model_destroy(model);
    }
}

/* Texts alone and in any company have the same scores, and what follows a token changes none before it. */
static void a_text_alone_has_the_score_of_many(void **state)
{
    (void)state;
    static int32_t train[LENGTH], valid[VALID];
    write_text("train", train, LENGTH);
    write_text("valid", valid, VALID);
    lj_model *model = fit(train, valid, "rotary", 1, NULL);
    enum { TEXTS = 41 };
    lj_texts texts = {0};
    float all[TEXTS], one, threads[TEXTS];
    lj_team *team = NULL;
    MUST(lj_team_create(3, &team));
    for (int64_t i = 0; i < TEXTS; i++)
        MUST(lj_texts_add(&texts, valid + i, i)); /* from none to more than the context */
    lj_rows rows = {.n = TEXTS, .texts = &texts, .token_count = CONTEXT};
    MUST(lj_model_predict(model, &rows, NULL, all));
    MUST(lj_model_predict(model, &rows, team, threads));
    assert_memory_equal(all, threads, sizeof(all));
    for (int64_t i = 0; i < TEXTS; i++) {
        lj_texts alone = {0};
        MUST(lj_texts_take(&texts, &i, 1, &alone));
        MUST(lj_model_predict(model, &(lj_rows){.n = 1, .texts = &alone, .token_count = CONTEXT}, NULL, &one));
        assert_memory_equal(&one, &all[i], sizeof(one));
        assert_true(one > 0.0F && one < 20.0F);
        lj_texts_free(&alone);
    }
    lj_texts_free(&texts);
    lj_team_destroy(team);
    lj_model_destroy(model);
}

static void tokens_are_drawn_by_seed_and_place(void **state)
{
    (void)state;
    static int32_t train[LENGTH], valid[VALID];
    write_text("train", train, LENGTH);
    write_text("valid", valid, VALID);
    lj_model *model = fit(train, valid, "rotary", 1, NULL), *shared = NULL;
    MUST(lj_model_share(model, &shared));
    int32_t best = 0, drawn = 0, again = 0;
    int seen[CODES] = {0}, only_best = 0;
    MUST(lj_model_next_token(model, valid, 9, &(lj_sampling){0}, &best));
    for (uint64_t seed = 0; seed < 200; seed++) {
        MUST(lj_model_next_token(model, valid, 9, &(lj_sampling){.temperature = 5.0, .seed = seed}, &drawn));
        MUST(lj_model_next_token(shared, valid, 9, &(lj_sampling){.temperature = 5.0, .seed = seed}, &again));
        assert_int_equal(drawn, again);
        seen[drawn]++;
        const lj_sampling first = {.temperature = 5.0, .top_k = 1, .seed = seed};
        const lj_sampling mass = {.temperature = 5.0, .top_p = 0.01, .seed = seed};
        MUST(lj_model_next_token(model, valid, 9, &first, &drawn));
        MUST(lj_model_next_token(model, valid, 9, &mass, &again));
        only_best += drawn == best && again == best;
    }
    for (int i = 1; i < CODES; i++)
        assert_true(seen[i] > 0); /* hot: every token comes */
    assert_int_equal(only_best, 200);
    lj_model_destroy(shared);
    lj_model_destroy(model);
}

static void it_is_the_same_bits_on_any_instruction_set_and_threads(void **state)
{
    (void)state;
    static int32_t train[LENGTH], valid[VALID];
    char first[65] = "";
    write_text("train", train, LENGTH);
    write_text("valid", valid, VALID);
    for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
        if (lj_kernels_named(*isa) == NULL)
            continue;
        MUST(lj_kernels_select(*isa));
        for (int threads = 1; threads <= 4; threads *= 2) {
            char hex[65];
            lj_model *model = fit(train, valid, "rotary", threads, NULL);
            MUST(lj_weights_sha256(lj_model_weights(model), hex));
            lj_model_destroy(model);
            if (first[0] == '\0')
                memcpy(first, hex, sizeof(first));
            if (strcmp(first, hex) != 0)
                fail_msg("other bits with %s and %d threads", *isa, threads);
        }
    }
    MUST(lj_kernels_select(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns_the_rule_of_a_text),
        cmocka_unit_test(a_text_alone_has_the_score_of_many),
        cmocka_unit_test(tokens_are_drawn_by_seed_and_place),
        cmocka_unit_test(it_is_the_same_bits_on_any_instruction_set_and_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
