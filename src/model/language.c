/*
 * What a language model says next. Temperature, the k most probable (Fan, Lewis and Dauphin 2018, "Hierarchical neural
 * story generation") and the nucleus (Holtzman and others 2020, "The curious case of neural text degeneration").
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/random.h"
#include "model/calibrate.h"
#include "model/model.h"
#include "model/network.h"

typedef struct choice {
    double p;
    int32_t token;
} choice;

static int by_probability(const void *a, const void *b)
{
    const choice *x = a, *y = b;
    if (x->p != y->p)
        return x->p < y->p ? 1 : -1;
    return (x->token > y->token) - (x->token < y->token);
}

/* How many of the choices, most probable first, may be drawn; *sum is their probability. */
static int64_t keep(const choice *choices, int64_t size, const lj_sampling *how, double *sum)
{
    int64_t n = 0;
    *sum = 0.0;
    while (n < size && (how->top_k == 0 || n < how->top_k) && (how->top_p == 0.0 || *sum < how->top_p))
        *sum += choices[n++].p;
    return n;
}

static lj_status draw(const float *logits, int64_t size, const lj_sampling *how, uint64_t place, int32_t *out)
{
    double *p = lj_new_array(size, sizeof(*p));
    choice *choices = lj_new_array(size, sizeof(*choices));
    lj_status status = LJ_OK;
    double sum = 0.0, passed = 0.0;
    if (p == NULL || choices == NULL)
        LJ_TRY_DONE(lj_fail(LJ_ENOMEM, "no memory for the probabilities of %" PRId64 " tokens", size));
    for (int64_t i = 0; i < size; i++)
        p[i] = (double)logits[i] / (how->temperature > 0.0 ? how->temperature : 1.0);
    lj_softmax_row(p, size);
    for (int64_t i = 0; i < size; i++)
        choices[i] = (choice){p[i], (int32_t)i};
    qsort(choices, (size_t)size, sizeof(*choices), by_probability);
    const int64_t n = how->temperature > 0.0 ? keep(choices, size, how, &sum) : 1;
    const double at = sum * (double)lj_random_uniform(how->seed, lj_random_stream("sample"), place);
    *out = choices[0].token;
    for (int64_t i = 0; i < n && passed <= at; i++) {
        *out = choices[i].token;
        passed += choices[i].p;
    }
done:
    lj_free(p);
    lj_free(choices);
    return status;
}

/* The program for n tokens, *length of which it reads. */
static lj_status need_program(lj_model *model, int64_t n, int64_t *length, lj_program **out)
{
    const lj_model_core *core = model->core;
    int at = LJ_NEXT_LENGTHS - 1;
    *length = core->spec.token_count;
    while (at > 0 && *length / 2 >= n) {
        *length /= 2;
        at--;
    }
    if (model->next[at] == NULL) {
        lj_model_spec spec = core->spec;
        lj_network network = lj_model_network(core);
        lj_graph *graph = NULL;
        spec.token_count = *length;
        network.spec = &spec;
        LJ_TRY(lj_network_logits(core->family, &network, &graph));
        const lj_program_options options = {.batch = 1, .n_threads = 1};
        const lj_status status = lj_program_compile(graph, core->weights, &options, &model->next[at]);
        lj_graph_destroy(graph);
        LJ_TRY(status);
    }
    *out = model->next[at];
    return LJ_OK;
}

lj_status lj_model_next_token(lj_model *model, const int32_t *tokens, int64_t n, const lj_sampling *how, int32_t *out)
{
    const lj_model_spec *spec = &model->core->spec;
    lj_program *program = NULL;
    int64_t length = 0;
    if (!model->core->family->info.reads_texts)
        return lj_fail(LJ_EINVAL, "the family '%s' is no language model", model->core->family->info.name);
    if (n < 1)
        return lj_fail(LJ_EINVAL, "expected at least one token to go on from");
    const uint64_t place = (uint64_t)n;
    const int64_t seen = n < spec->token_count ? n : spec->token_count;
    LJ_TRY(need_program(model, seen, &length, &program));
    int32_t *in = lj_program_input(program, "tokens");
    for (int64_t i = 0; i < length; i++)
        in[i] = i < seen ? tokens[n - seen + i] : 0; /* what stands behind is not looked at */
    lj_program_run(program, NULL, &(lj_run_options){.n_rows = 1, .step = 1});
    const float *logits = lj_program_output(program, "logits") + (seen - 1) * spec->token_size;
    return draw(logits, spec->token_size, how, place, out);
}

/* ---- scoring ---- */

/* Up to LJ_PIECES pieces of texts at once. */
typedef struct piece {
    int64_t text, begin, count; /* tokens code[begin] .. of a text */
} piece;

typedef struct scorer {
    const lj_rows *rows;
    lj_program *program;
    lj_team *team;
    int64_t length;
    piece pieces[LJ_PIECES];
    int64_t count;
    double *sums; /* [rows->n] nats */
} scorer;

static void score_pieces(scorer *s)
{
    const int32_t *code = s->rows->texts->code;
    int32_t *tokens = lj_program_input(s->program, "tokens"), *target = lj_program_input(s->program, "target");
    for (int64_t i = 0; i < s->count; i++) {
        const piece *p = &s->pieces[i];
        for (int64_t t = 0; t < s->length; t++) {
            tokens[i * s->length + t] = t < p->count ? code[p->begin + t] : 0; /* what stands behind changes nothing */
            target[i * s->length + t] = t < p->count ? code[p->begin + t + 1] : 0;
        }
    }
    lj_program_run(s->program, s->team, &(lj_run_options){.n_rows = s->count, .step = 1});
    const float *losses = lj_program_output(s->program, "score");
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t t = 0; t < s->pieces[i].count; t++)
            s->sums[s->pieces[i].text] += (double)losses[i * s->length + t];
    s->count = 0;
}

lj_status lj_language_score(lj_model *model, const lj_rows *rows, lj_team *team, float *scores)
{
    const lj_texts *texts = rows->texts;
    scorer s = {.rows = rows, .team = team, .length = model->core->spec.token_count};
    LJ_TRY(lj_model_need_many(model, LJ_PIECES, lj_team_size(team)));
    s.program = model->many;
    s.sums = lj_new_array(rows->n, sizeof(*s.sums));
    if (s.sums == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to score %" PRId64 " texts", rows->n);
    for (int64_t i = 0; i < rows->n; i++) {
        for (int64_t at = texts->begin[i]; at < texts->begin[i + 1]; at += s.length) {
            const int64_t left = texts->begin[i + 1] - at;
            s.pieces[s.count++] = (piece){i, at, left < s.length ? left : s.length};
            if (s.count == LJ_PIECES)
                score_pieces(&s);
        }
    }
    if (s.count > 0)
        score_pieces(&s);
    for (int64_t i = 0; i < rows->n; i++)
        scores[i] = (float)(s.sums[i] / (double)(texts->begin[i + 1] - texts->begin[i]));
    lj_free(s.sums);
    return LJ_OK;
}
