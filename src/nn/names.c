#include <string.h>

#include "lianjin/document.h"
#include "lianjin/memory.h"
#include "lianjin/nn.h"
#include "nn/names.h"

lj_status lj_name_index(const char *what, const char *word, const char *const *names, int64_t count, int *index)
{
    for (int64_t i = 0; i < count; i++) {
        if (strcmp(names[i], word) == 0) {
            *index = (int)i;
            return LJ_OK;
        }
    }
    lj_text list = {0};
    for (int64_t i = 0; i < count; i++)
        lj_text_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    lj_status status = lj_text_finish(&list);
    if (status == LJ_OK) {
        const char *near = lj_nearest(word, names, count);
        if (near != NULL)
            status =
                lj_fail(LJ_ENOTFOUND, "no %s '%s'; did you mean '%s'? (there are: %s)", what, word, near, list.data);
        else
            status = lj_fail(LJ_ENOTFOUND, "no %s '%s' (there are: %s)", what, word, list.data);
    }
    lj_text_free(&list);
    return status;
}

#define COUNT(names) ((int)(sizeof(names) / sizeof((names)[0])) - 1) /* without NULL */

/* A list of names and its two functions, from an X-macro of nn.h. */
#define NAMED_LIST(function, type, what, names)                                                                        \
    const char *function##_name(type value)                                                                            \
    {                                                                                                                  \
        const int i = (int)value;                                                                                      \
        return i >= 0 && i < COUNT(names) ? (names)[i] : "?";                             \
    }                                                                                                                  \
    lj_status function##_find(const char *name, type *out)                                                             \
    {                                                                                                                  \
        int i = 0;                                                                                                     \
        LJ_TRY(lj_name_index(what, name, names, COUNT(names), &i));                   \
        *out = (type)i;                                                                                                \
        return LJ_OK;                                                                                                  \
    }

#define ROW(code, name) name,
const char *const lj_initialiser_choices[] = {LJ_INITIALISER_LIST(ROW) NULL};
static const char *const loss_names[] = {LJ_LOSS_LIST(ROW) NULL};
static const char *const optimiser_names[] = {LJ_OPTIMISER_LIST(ROW) NULL};
static const char *const schedule_names[] = {LJ_SCHEDULE_LIST(ROW) NULL};

const char *const lj_activation_choices[] = {
    [LJ_LINEAR] = "linear",     [LJ_RELU] = "relu", [LJ_LEAKY_RELU] = "leaky_relu",
    [LJ_ELU] = "elu",           [LJ_SELU] = "selu", [LJ_GELU] = "gelu",
    [LJ_SILU] = "silu",         [LJ_TANH] = "tanh", [LJ_SIGMOID] = "sigmoid",
    [LJ_SOFTPLUS] = "softplus", [LJ_SOFTPLUS + 1] = NULL,
};

NAMED_LIST(lj_activation, lj_activation, "activation", lj_activation_choices)
NAMED_LIST(lj_initialiser, lj_initialiser, "initialiser", lj_initialiser_choices)
NAMED_LIST(lj_loss, lj_loss, "loss", loss_names)
NAMED_LIST(lj_optimiser, lj_optimiser, "optimiser", optimiser_names)
NAMED_LIST(lj_schedule, lj_schedule, "schedule", schedule_names)
