/* Running: a flat list of functions and arguments. */
#include <assert.h>
#include <string.h>

#include "graph/program.h"

typedef struct work {
    const lj_program *program;
    const lj_segment *segment;
    const lj_run_options *run;
    int64_t task_rows;
} work;

static float *scratch_of(const lj_program *p, int thread)
{
    return (float *)(void *)(p->memory + p->shared_bytes + p->n_threads * p->local_bytes + thread * p->scratch_bytes);
}

static void run_rows(void *context, int64_t index, int thread)
{
    const work *w = context;
    const lj_segment *segment = w->segment;
    lj_span span = {.row = index * w->task_rows,
                    .rows = w->task_rows,
                    .n_rows = w->run->n_rows,
                    .thread = thread,
                    .scratch = scratch_of(w->program, thread),
                    .run = w->run};
    if (span.rows > span.n_rows - span.row)
        span.rows = span.n_rows - span.row;
    for (int64_t i = 0; i < segment->step_count; i++)
        segment->steps[i].run(&segment->steps[i], &span);
}

static void run_part(void *context, int64_t index, int thread)
{
    const work *w = context;
    const lj_step *step = w->segment->steps;
    while (index >= step->parts)
        index -= (step++)->parts;
    const lj_span span = {.rows = 1,
                          .n_rows = w->run->n_rows,
                          .part = index,
                          .thread = thread,
                          .scratch = scratch_of(w->program, thread),
                          .run = w->run};
    step->run(step, &span);
}

static void run_parts(const work *w)
{
    lj_span span = {.rows = 1, .n_rows = w->run->n_rows, .scratch = scratch_of(w->program, 0), .run = w->run};
    for (int64_t i = 0; i < w->segment->step_count; i++) {
        const lj_step *step = &w->segment->steps[i];
        for (span.part = 0; span.part < step->parts; span.part++)
            step->run(step, &span);
    }
}

static void run_row_segment(work *w, lj_team *team, int threads)
{
    const lj_segment *segment = w->segment;
    const int64_t n = w->run->n_rows;
    const int alone = threads == 1 || segment->cost * (double)n < w->program->alone;
    w->task_rows = segment->task_rows;
    while (!alone && w->task_rows > segment->least_rows && (n + w->task_rows - 1) / w->task_rows < threads)
        w->task_rows = (w->task_rows + 1) / 2;
    const int64_t tasks = (n + w->task_rows - 1) / w->task_rows;
    if (!alone && tasks > 1) {
        lj_team_run(team, run_rows, w, tasks);
        return;
    }
    for (int64_t i = 0; i < tasks; i++)
        run_rows(w, i, 0);
}

void lj_program_run(lj_program *program, lj_team *team, const lj_run_options *options)
{
    assert(options->n_rows >= 1 && options->n_rows <= program->batch);
    int threads = lj_team_size(team);
    if (threads > program->n_threads) /* there is no memory for the others */
        threads = 1;
    work w = {.program = program, .run = options};
    const double share = (double)options->n_rows / (double)program->batch;
    for (int64_t i = 0; i < program->segment_count; i++) {
        const lj_segment *segment = &program->segments[i];
        w.segment = segment;
        if (segment->is_row)
            run_row_segment(&w, team, threads);
        else if (threads > 1 && segment->parts > 1 && segment->cost * share >= program->alone)
            lj_team_run(team, run_part, &w, segment->parts);
        else
            run_parts(&w);
    }
}

static lj_port *find(lj_port *ports, int64_t n, const char *name)
{
    for (int64_t i = 0; i < n; i++) {
        if (strcmp(ports[i].name, name) == 0)
            return &ports[i];
    }
    return NULL;
}

void *lj_program_input(lj_program *program, const char *name)
{
    const lj_port *port = find(program->inputs, program->input_count, name);
    return port == NULL ? NULL : port->own;
}

void lj_program_bind(lj_program *program, const char *name, const void *data)
{
    lj_port *port = find(program->inputs, program->input_count, name);
    if (port == NULL)
        return;
    /* Steps only read their inputs. */
    port->slot->base = data == NULL ? port->own : (char *)(uintptr_t)data;
}

const float *lj_program_output(const lj_program *program, const char *name)
{
    const lj_port *port = find(program->outputs, program->output_count, name);
    return port == NULL ? NULL : (const float *)(const void *)port->slot->base;
}

size_t lj_program_memory(const lj_program *program)
{
    return (size_t)(program->shared_bytes + program->n_threads * (program->local_bytes + program->scratch_bytes));
}

static const char *const activation_names[LJ_ACTIVATIONS] = {
    "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid", "softplus"};

lj_status lj_program_describe(const lj_program *program, lj_text *out)
{
    for (int64_t s = 0; s < program->segment_count; s++) {
        const lj_segment *segment = &program->segments[s];
        lj_text_printf(out, "segment %lld %s", (long long)s, segment->is_row ? "row" : "wave");
        if (segment->is_row)
            lj_text_printf(out, ", %lld rows a task, %lld bytes a thread", (long long)segment->task_rows,
                           (long long)segment->local_bytes);
        lj_text_printf(out, "\n");
        for (int64_t i = 0; i < segment->step_count; i++) {
            const lj_step *step = &segment->steps[i];
            lj_text_printf(out, "  %s%s%s%s%s%s %s", step->name, step->is_packed ? " packed" : "",
                           step->has_bias ? " + bias" : "", step->activation != LJ_LINEAR ? " + " : "",
                           step->activation != LJ_LINEAR ? activation_names[step->activation] : "",
                           step->update != NULL ? " + update" : "", lj_shape_print(&step->shape).text);
            if (step->parts > 1)
                lj_text_printf(out, " in %lld parts", (long long)step->parts);
            lj_text_printf(out, "\n");
        }
    }
    return lj_text_finish(out);
}
