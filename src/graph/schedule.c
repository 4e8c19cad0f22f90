/*
 * Segments: in turn all plain units that can run (in waves), all row units that
 * can (one segment, however many there are), all reduce units (one wave).
 */
#include <string.h>

#include "graph/program.h"

static int is_ready(const lj_compile *c, const lj_unit *unit, const char *done)
{
    for (int k = 0; k < unit->n_in; k++) {
        if (!done[c->values[unit->in[k]].root])
            return 0;
    }
    return 1;
}

static void finish(const lj_compile *c, const lj_unit *unit, char *done)
{
    for (int k = 0; k < LJ_OUTPUTS_MAX; k++) {
        if (unit->out[k] != LJ_NONE)
            done[c->values[unit->out[k]].root] = 1;
    }
}

/* Appends the units of the domain that are ready; with `closure` also those that become so. Returns how many. */
static int64_t take(lj_compile *c, lj_domain domain, int closure, char *done, int64_t taken)
{
    int64_t before, now = taken;
    do {
        before = now;
        for (int64_t i = 0; i < c->unit_count; i++) {
            lj_unit *unit = &c->units[i];
            if (unit->segment >= 0 || unit->domain != domain || !is_ready(c, unit, done))
                continue;
            unit->segment = c->segment_count;
            unit->position = now - taken;
            c->order[now++] = unit;
            if (closure)
                finish(c, unit, done);
        }
    } while (closure && now > before);
    if (now > taken) {
        for (int64_t i = taken; i < now; i++)
            finish(c, c->order[i], done);
        c->segment_begin[++c->segment_count] = now;
    }
    return now - taken;
}

lj_status lj_compile_schedule(lj_compile *c)
{
    char *done = NULL;
    LJ_TRY(lj_compile_array(c->arena, c->value_count, 1, &done));
    LJ_TRY(lj_compile_array(c->arena, c->unit_count, sizeof(*c->order), &c->order));
    LJ_TRY(lj_compile_array(c->arena, c->unit_count + 1, sizeof(*c->segment_begin), &c->segment_begin));
    for (lj_value v = 0; v < c->value_count; v++)
        done[v] = (char)lj_is_leaf(lj_node_at(c->graph, v));
    for (int64_t i = 0; i < c->unit_count; i++)
        c->units[i].segment = -1;
    for (int64_t taken = 0; taken < c->unit_count;) {
        const int64_t before = taken;
        int64_t n;
        while ((n = take(c, LJ_PLAIN, 0, done, taken)) > 0)
            taken += n;
        taken += take(c, LJ_ROW, 1, done, taken);
        taken += take(c, LJ_REDUCE, 0, done, taken);
        if (taken == before)
            return lj_fail(LJ_EINVAL, "program: its steps depend on each other in a circle");
    }
    return LJ_OK;
}
