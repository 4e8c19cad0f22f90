/* Optimisers against PyTorch over twenty steps, clipping, and what is refused. */
#include "nn/golden.h"

static lj_optimiser_options options_of(const lj_item *c)
{
    const lj_item *o = lj_item_get(c, "options");
    lj_optimiser_options options = {
        .momentum = golden_number(o, "momentum", 0.0),
        .nesterov = (int)golden_number(o, "nesterov", 0.0),
        .beta1 = golden_number(o, "beta1", 0.0),
        .beta2 = golden_number(o, "beta2", 0.0),
        .rho = golden_number(o, "rho", 0.0),
        .epsilon = golden_number(o, "epsilon", 0.0),
        .weight_decay = golden_number(o, "weight_decay", 0.0),
        .clip_norm = golden_number(o, "clip_norm", 0.0),
    };
    MUST(lj_optimiser_find(lj_item_get(c, "optimiser")->text, &options.optimiser));
    return options;
}

/* A program whose gradient to p is the input g: loss = sum(p * g). */
static void follow(const lj_item *c)
{
    const char *name = lj_item_get(c, "name")->text;
    const lj_item *gradients = lj_item_get(c, "gradients"), *path = lj_item_get(c, "path");
    float *start = golden_floats(lj_item_get(c, "start"));
    const int64_t n = lj_item_get(c, "start")->count;
    const lj_optimiser_options options = options_of(c);
    lj_update_rule rule;
    lj_graph *g = NULL;
    lj_weights *weights = NULL, *slots = NULL;
    lj_program *program = NULL;
    MUST(lj_optimiser_rule(&options, &rule));
    MUST(lj_graph_create(1, &g));
    const lj_value p =
        lj_parameter(g, "p", lj_shape_of(n), (lj_parameter_options){.init = {.kind = LJ_INIT_VALUES, .values = start}});
    const lj_value in = lj_input(g, "g", LJ_F32, lj_shape_of(LJ_BATCH, n));
    const lj_value loss = lj_sum(g, lj_sum(g, lj_multiply(g, in, p), 1, 0), 0, 0);
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_create(&slots));
    MUST(lj_weights_add(weights, g, 1));
    MUST(lj_program_compile(
        g, weights, &(lj_program_options){.batch = 1, .update = &rule, .loss = loss, .state = slots}, &program));
    for (int64_t s = 0; s < gradients->count; s++) {
        float *to = lj_program_input(program, "g");
        for (int64_t i = 0; i < n; i++)
            to[i] = (float)gradients->items[s]->items[i]->number;
        lj_program_run(program, NULL,
                       &(lj_run_options){.n_rows = 1, .step = s + 1, .rate = (float)golden_number(c, "rate", 0.0)});
        char step[32];
        (void)snprintf(step, sizeof(step), "p after step %d", (int)s + 1);
        golden_compare(name, step, lj_weights_find(weights, "p")->data, path->items[s],
                       golden_number(c, "tolerance", 0.0));
    }
    lj_program_destroy(program);
    lj_weights_destroy(weights);
    lj_weights_destroy(slots);
    lj_graph_destroy(g);
    lj_free(start);
}

static void every_optimiser_follows_pytorch_for_twenty_steps(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    MUST(lj_json_read(GOLDEN("optimisers.json"), &doc));
    int seen[LJ_OPTIMISER_COUNT] = {0};
    for (int64_t i = 0; i < lj_doc_root(doc)->count; i++) {
        follow(lj_doc_root(doc)->items[i]);
        seen[options_of(lj_doc_root(doc)->items[i]).optimiser] = 1;
    }
    for (int k = 0; k < LJ_OPTIMISER_COUNT; k++)
        assert_true(seen[k]);
    lj_doc_destroy(doc);
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    lj_update_rule rule;
    assert_int_equal(lj_optimiser_rule(&(lj_optimiser_options){.momentum = 1.0}, &rule), LJ_EINVAL);
    assert_string_equal(lj_error_message(), "optimiser: expected a momentum from 0 to below 1, found 1");
    assert_int_equal(lj_optimiser_rule(&(lj_optimiser_options){.beta2 = -0.5}, &rule), LJ_EINVAL);
    assert_int_equal(lj_optimiser_rule(&(lj_optimiser_options){.weight_decay = (double)NAN}, &rule), LJ_EINVAL);
    assert_int_equal(lj_optimiser_rule(&(lj_optimiser_options){.clip_norm = (double)INFINITY}, &rule), LJ_EINVAL);
}

static void momentum_asks_for_a_slot_more(void **state)
{
    (void)state;
    lj_update_rule rule;
    MUST(lj_optimiser_rule(&(lj_optimiser_options){.optimiser = LJ_OPTIMISER_SGD}, &rule));
    assert_int_equal(rule.n_slots, 0);
    MUST(lj_optimiser_rule(&(lj_optimiser_options){.optimiser = LJ_OPTIMISER_RMSPROP, .momentum = 0.5}, &rule));
    assert_int_equal(rule.n_slots, 2);
    assert_string_equal(rule.slot_names[1], "momentum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimiser_follows_pytorch_for_twenty_steps),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(momentum_asks_for_a_slot_more),
    };
    return cmocka_run_group_tests_name("nn/optimisers", tests, NULL, NULL);
}
