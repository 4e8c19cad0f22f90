/*
 * average: models of several families that answer together, by the mean of their log-odds (of several classes, of the
 * logarithms of their probabilities; of numbers, of the numbers). What one gets wrong another gets right: of trees and a
 * network the mean is better than both on most tables (Grinsztajn, Oyallon, Varoquaux, NeurIPS 2022, tell why they differ).
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/math.h"
#include "model/model.h"
#include "model/network.h"

#define CHUNK 1024

typedef struct average_options {
    const lj_item *members;
} average_options;

static const lj_declaration declarations[] = {
    {.key = "members",
     .kind = LJ_DECLARED_LIST,
     .offset = offsetof(average_options, members),
     .doc = "Names of families, or maps with family and its options; at most one grows trees. Left out: boosted_trees "
            "and tabm."},
};

/* ---- who reads what ---- */

static int reads(const lj_family *family, uint8_t view)
{
    return view == LJ_VIEW_ALL || (view == LJ_VIEW_TREES) == family->info.grows_trees;
}

/* Of `count` inputs from `first` on those that the family reads, then -1. */
static int64_t *list_inputs(const lj_model_spec *spec, const lj_family *family, int64_t first, int64_t count)
{
    int64_t n = 0;
    int64_t *list = lj_new_array(count + 1, sizeof(*list));
    for (int64_t i = 0; list != NULL && i < count; i++)
        if (spec->views == NULL || reads(family, spec->views[first + i]))
            list[n++] = i;
    if (list != NULL)
        list[n] = -1;
    return list;
}

lj_status lj_members_add(lj_members *members, const lj_model_spec *spec, const lj_family *family)
{
    const int64_t k = members->count;
    assert(k < LJ_MEMBERS_MAX);
    members->numbers[k] = list_inputs(spec, family, 0, spec->number_count);
    members->codes[k] = list_inputs(spec, family, spec->number_count, spec->category_count);
    if (members->numbers[k] == NULL || members->codes[k] == NULL)
        return lj_fail(LJ_ENOMEM, "model: no memory for the members of a model");
    members->count++;
    return LJ_OK;
}

void lj_members_free(lj_members *members)
{
    for (int64_t k = 0; k < LJ_MEMBERS_MAX; k++) {
        lj_model_core_release(members->core[k]);
        lj_free(members->numbers[k]);
        lj_free(members->codes[k]);
    }
    *members = (lj_members){0};
}

static int64_t length_of(const int64_t *list)
{
    int64_t n = 0;
    while (list[n] >= 0)
        n++;
    return n;
}

lj_status lj_members_spec(const lj_members *members, int64_t k, const lj_model_spec *spec, lj_model_spec *out)
{
    const int64_t *numbers = members->numbers[k], *codes = members->codes[k];
    *out = *spec;
    out->views = NULL;
    out->number_count = length_of(numbers);
    out->category_count = length_of(codes);
    int32_t *sizes = lj_new_array(out->category_count, sizeof(*sizes));
    const char **names = lj_new_array(out->number_count + out->category_count, sizeof(*names));
    out->category_sizes = sizes;
    out->names = names;
    if (sizes == NULL || names == NULL) {
        lj_members_spec_free(out);
        return lj_fail(LJ_ENOMEM, "model: no memory for the members of a model");
    }
    for (int64_t i = 0; i < out->category_count; i++)
        sizes[i] = spec->category_sizes[codes[i]];
    for (int64_t i = 0; spec->names != NULL && i < out->number_count; i++)
        names[i] = spec->names[numbers[i]];
    for (int64_t i = 0; spec->names != NULL && i < out->category_count; i++)
        names[out->number_count + i] = spec->names[spec->number_count + codes[i]];
    if (spec->names == NULL) {
        lj_free(names);
        out->names = NULL;
    }
    return LJ_OK;
}

void lj_members_spec_free(lj_model_spec *spec)
{
    lj_free((void *)spec->category_sizes);
    lj_free((void *)spec->names);
}

/* Rows as member k reads them. */
typedef struct part {
    float *numbers;
    int32_t *codes;
    lj_rows rows;
} part;

static void free_part(part *p)
{
    lj_free(p->numbers);
    lj_free(p->codes);
}

static lj_status make_part(const lj_members *members, int64_t k, int64_t n, part *p)
{
    const int64_t number_count = length_of(members->numbers[k]), category_count = length_of(members->codes[k]);
    p->numbers = lj_new_array(n * number_count, sizeof(*p->numbers));
    p->codes = lj_new_array(n * category_count, sizeof(*p->codes));
    p->rows = (lj_rows){
        .numbers = p->numbers, .number_count = number_count, .codes = p->codes, .category_count = category_count};
    if (p->numbers != NULL && p->codes != NULL)
        return LJ_OK;
    free_part(p);
    return lj_fail(LJ_ENOMEM, "model: no memory for %" PRId64 " rows", n);
}

/* The rows begin .. begin + n - 1. */
static void fill_part(const lj_members *members, int64_t k, const lj_rows *rows, int64_t begin, int64_t n, part *p)
{
    const int64_t number_count = p->rows.number_count, category_count = p->rows.category_count;
    for (int64_t i = 0; i < n; i++) {
        const float *numbers = rows->numbers + (begin + i) * rows->number_count;
        const int32_t *codes = rows->codes + (begin + i) * rows->category_count;
        for (int64_t j = 0; j < number_count; j++)
            p->numbers[i * number_count + j] = numbers[members->numbers[k][j]];
        for (int64_t j = 0; j < category_count; j++)
            p->codes[i * category_count + j] = codes[members->codes[k][j]];
    }
    p->rows.n = n;
    p->rows.target = rows->target != NULL ? rows->target + begin : NULL;
    p->rows.weight = rows->weight != NULL ? rows->weight + begin : NULL;
}

/* ---- the mean ---- */

/* Sums of `count` members [n, width] to scores. */
static void finish(lj_task task, int64_t count, int64_t n, int64_t width, const double *sums, float *scores)
{
    for (int64_t i = 0; i < n; i++) {
        double total = 0.0;
        for (int64_t c = 0; c < width; c++) {
            const double mean = sums[i * width + c] / (double)count;
            const double p = task == LJ_REGRESSION ? mean :
                             task == LJ_BINARY     ? 1.0 / (1.0 + lj_exp_d(-mean)) :
                                                     lj_exp_d(mean);
            scores[i * width + c] = (float)p;
            total += p;
        }
        for (int64_t c = 0; task == LJ_MULTICLASS && c < width; c++)
            scores[i * width + c] = (float)((double)scores[i * width + c] / total);
    }
}

static void add(lj_task task, int64_t cells, const float *scores, double *sums)
{
    for (int64_t i = 0; i < cells; i++)
        sums[i] += lj_score_value(task, scores[i]);
}

static lj_status add_member(lj_model *model, int64_t k, const lj_rows *rows, lj_team *team, float *scores, double *sums)
{
    const int64_t width = lj_model_width(model), most = rows->n < CHUNK ? rows->n : CHUNK;
    part p;
    LJ_TRY(make_part(&model->core->members, k, most, &p));
    lj_status status = LJ_OK;
    for (int64_t begin = 0; status == LJ_OK && begin < rows->n; begin += CHUNK) {
        fill_part(&model->core->members, k, rows, begin, rows->n - begin < CHUNK ? rows->n - begin : CHUNK, &p);
        status = lj_model_predict(model->members[k], &p.rows, team, scores);
        if (status == LJ_OK)
            add(model->core->spec.task, p.rows.n * width, scores, sums + begin * width);
    }
    free_part(&p);
    return status;
}

lj_status lj_members_predict(lj_model *model, const lj_rows *rows, lj_team *team, float *scores)
{
    const lj_model_core *core = model->core;
    const int64_t width = lj_model_width(model), most = rows->n < CHUNK ? rows->n : CHUNK;
    double *sums = lj_new_array(rows->n * width, sizeof(*sums));
    float *one = lj_new_array(most * width, sizeof(*one));
    lj_status status = sums == NULL || one == NULL ?
                           lj_fail(LJ_ENOMEM, "model: no memory for the scores of %" PRId64 " rows", rows->n) : LJ_OK;
    for (int64_t k = 0; status == LJ_OK && k < core->members.count; k++)
        status = add_member(model, k, rows, team, one, sums);
    if (status == LJ_OK)
        finish(core->spec.task, core->members.count, rows->n, width, sums, scores);
    lj_free(sums);
    lj_free(one);
    return status;
}

/* ---- tensors ---- */

lj_status lj_members_join(const lj_members *members, lj_weights **out)
{
    lj_status status = LJ_OK;
    LJ_TRY(lj_weights_create(out));
    for (int64_t k = 0; status == LJ_OK && k < members->count; k++) {
        for (int64_t t = 0; status == LJ_OK && t < lj_weights_count(members->core[k]->weights); t++) {
            const lj_tensor *from = lj_weights_at(members->core[k]->weights, t);
            lj_text name = {0};
            lj_tensor *to = NULL;
            lj_text_printf(&name, "%" PRId64 ".%s", k, from->name);
            status = lj_text_finish(&name);
            if (status == LJ_OK)
                status = lj_weights_new(*out, name.data, from->dtype, from->shape, &to);
            if (status == LJ_OK)
                memcpy(to->data, from->data, (size_t)from->count * sizeof(float));
            lj_text_free(&name);
        }
    }
    return status;
}

lj_status lj_members_part(lj_weights *weights, int64_t k, lj_weights **out)
{
    char prefix[16];
    lj_status status = LJ_OK;
    const size_t size = (size_t)snprintf(prefix, sizeof(prefix), "%" PRId64 ".", k);
    LJ_TRY(lj_weights_create(out));
    for (int64_t t = 0; status == LJ_OK && t < lj_weights_count(weights); t++) {
        const lj_tensor *from = lj_weights_at(weights, t);
        lj_tensor *to = NULL;
        if (strncmp(from->name, prefix, size) != 0)
            continue;
        status = lj_weights_new(*out, from->name + size, from->dtype, from->shape, &to);
        if (status == LJ_OK)
            memcpy(to->data, from->data, (size_t)from->count * sizeof(float));
    }
    return status;
}

/* ---- the fit ---- */

enum { DEFAULT_MEMBERS = 2 };
static const char *const default_members[DEFAULT_MEMBERS] = {"boosted_trees", "tabm"};

static int64_t member_count(const average_options *o)
{
    return o->members != NULL ? o->members->count : DEFAULT_MEMBERS;
}

/* What the fit of member k is asked for. LJ_ECONFIG: it is no member. */
static lj_status member_options(const char *file, const average_options *o, int64_t k, lj_fit_options *out)
{
    const lj_item *item = o->members != NULL ? o->members->items[k] : NULL;
    const lj_item *name = item != NULL && item->kind == LJ_MAP ? lj_item_get(item, "family") : item;
    const lj_family_info *info = NULL;
    *out = (lj_fit_options){.file = file, .family = item == NULL ? default_members[k] : NULL};
    if (item == NULL)
        return LJ_OK;
    if (name == NULL || name->kind != LJ_STRING)
        return lj_declare_fail(file, item, "members: expected the name of a family, or a map with family");
    out->family = name->text;
    out->model = item->kind == LJ_MAP ? item : NULL;
    if (lj_family_find(out->family, &info) != LJ_OK)
        return lj_declare_fail(file, name, "members: %s", lj_error_message());
    const int reads_tables = !info->reads_terms && info->reads_tokens != LJ_READS_ONLY && !info->reads_texts &&
                             info->reads_series != LJ_READS_ONLY && info->images != LJ_IMAGES_ONLY;
    if (!reads_tables || info->target != LJ_TARGET_NEEDED || info->has_members || info->style == LJ_PREP_WOE)
        return lj_declare_fail(file, name, "members: '%s' is no family for numbers and categories with a target, or "
                               "has a preparation of its own", out->family);
    return LJ_OK;
}

static lj_status check(const char *file, const void *options)
{
    const average_options *o = options;
    int64_t trees = 0;
    if (member_count(o) < 2 || member_count(o) > LJ_MEMBERS_MAX)
        return lj_declare_fail(file, o->members, "members: expected 2 to %d, found %" PRId64, LJ_MEMBERS_MAX,
                               member_count(o));
    for (int64_t k = 0; k < member_count(o); k++) {
        const lj_family_info *info = NULL;
        lj_fit_options member;
        LJ_TRY(member_options(file, o, k, &member));
        LJ_TRY(lj_model_check(&member));
        LJ_TRY(lj_family_find(member.family, &info));
        trees += info->grows_trees;
    }
    return trees <= 1 ? LJ_OK : lj_declare_fail(file, o->members, "members: expected at most one that grows trees");
}

/* What the valid rows score by members that did not learn from them. */
typedef struct judged {
    double *sums; /* [valid rows, width] */
    int is_apart; /* a member learned from them at last */
} judged;

static lj_status judge_member(lj_model *model, const lj_rows *valid, lj_team *team, const lj_train_result *result,
                              judged *j)
{
    const int64_t cells = valid->n * lj_model_width(model);
    const lj_task task = lj_model_spec_of(model)->task;
    if (result->valid_scores != NULL) {
        add(task, cells, result->valid_scores, j->sums);
        j->is_apart = 1;
        return LJ_OK;
    }
    float *scores = lj_new_array(cells, sizeof(*scores));
    if (scores == NULL)
        return lj_fail(LJ_ENOMEM, "model: no memory for the scores of %" PRId64 " rows", valid->n);
    const lj_status status = lj_model_predict(model, valid, team, scores);
    if (status == LJ_OK)
        add(task, cells, scores, j->sums);
    lj_free(scores);
    return status;
}

/* The result of the whole is that of the last member, with the seconds and steps of all. */
static void take_result(lj_train_result *all, lj_train_result *member)
{
    const double seconds = all->seconds + member->seconds;
    const int64_t steps = all->steps + member->steps;
    lj_free(all->epochs);
    lj_free(member->valid_scores);
    *all = *member;
    all->valid_scores = NULL;
    all->seconds = seconds;
    all->steps = steps;
    *member = (lj_train_result){0};
}

/* Fits member k on its part of the rows. */
static lj_status fit_member(const lj_fit_call *call, int64_t k, lj_fit_options *options, judged *j)
{
    const lj_model_spec *spec = call->network->spec;
    lj_members *members = call->members;
    lj_model_spec own = {0};
    part train = {0}, valid = {0};
    lj_train_result result = {0};
    lj_model *model = NULL;
    const lj_family *family = NULL;
    lj_status status = LJ_OK;
    LJ_TRY(lj_family_row(options->family, &family));
    LJ_TRY(lj_members_add(members, spec, family));
    LJ_TRY_DONE(lj_members_spec(members, k, spec, &own));
    LJ_TRY_DONE(make_part(members, k, call->train->n, &train));
    fill_part(members, k, call->train, 0, call->train->n, &train);
    if (call->valid != NULL) {
        LJ_TRY_DONE(make_part(members, k, call->valid->n, &valid));
        fill_part(members, k, call->valid, 0, call->valid->n, &valid);
    }
    LJ_TRY_DONE(lj_model_fit(options, &own, &train.rows, call->valid != NULL ? &valid.rows : NULL, call->team,
                             call->console, &result, &model));
    members->core[k] = model->core;
    atomic_fetch_add(&model->core->users, 1);
    if (call->valid != NULL && !result.interrupted)
        LJ_TRY_DONE(judge_member(model, &valid.rows, call->team, &result, j));
    take_result(call->result, &result);
done:
    lj_free(result.epochs);
    lj_free(result.valid_scores);
    lj_model_destroy(model);
    free_part(&train);
    free_part(&valid);
    lj_members_spec_free(&own);
    return status;
}

static lj_status fit_members(const lj_fit_call *call, judged *j)
{
    const average_options *o = call->options;
    const int64_t count = member_count(o);
    for (int64_t k = 0; k < count && !call->result->interrupted; k++) {
        lj_fit_options options;
        LJ_TRY(member_options(lj_network_file(call->network), o, k, &options));
        options.train = call->given->train;
        options.seed = call->given->seed;
        options.resume = call->given->resume;
        options.history = k == count - 1 ? call->given->history : NULL;
        lj_text folder = {0};
        if (call->given->checkpoint != NULL) {
            lj_text_printf(&folder, "%s-%" PRId64, call->given->checkpoint, k);
            LJ_TRY(lj_text_finish(&folder));
            options.checkpoint = folder.data;
        }
        const lj_status status = fit_member(call, k, &options, j);
        lj_text_free(&folder);
        LJ_TRY(status);
    }
    return LJ_OK;
}

static lj_status fit(const lj_fit_call *call)
{
    const lj_model_spec *spec = call->network->spec;
    const int64_t n = call->valid != NULL ? call->valid->n : 0, width = lj_network_outputs(spec);
    judged j = {.sums = lj_new_array(n * width, sizeof(*j.sums))};
    lj_status status = j.sums == NULL ? lj_fail(LJ_ENOMEM, "model: no memory for the scores of %" PRId64 " rows", n) :
                                        fit_members(call, &j);
    if (status == LJ_OK && j.is_apart && !call->result->interrupted) {
        call->result->valid_scores = lj_new_array(n * width, sizeof(float));
        if (call->result->valid_scores == NULL)
            status = lj_fail(LJ_ENOMEM, "model: no memory for the scores of %" PRId64 " rows", n);
        else
            finish(spec->task, call->members->count, n, width, j.sums, call->result->valid_scores);
    }
    lj_free(j.sums);
    return status;
}

static void train_defaults(const void *options, int64_t n, lj_train_values *train)
{
    (void)options, (void)n, (void)train; /* members have their own */
}

const lj_family lj_family_average = {
    .info = {.name = "average",
             .summary = "models of several families that answer together: by default boosted trees and tabm",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_BOTH,
             .has_members = 1},
    .options_size = sizeof(average_options),
    .train_defaults = train_defaults,
    .check = check,
    .fit = fit,
};
