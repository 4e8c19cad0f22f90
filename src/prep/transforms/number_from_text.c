/*
 * number_from_text: the cells of a text column are read as numbers by a rule (83.70%, 36 months, $5k). Sources do
 * this by themselves where all cells agree; the step forces it, and cells that do not fit are missing. It changes how
 * the cell is read, so it must be the first step of its column, and there is no operation.
 */
#include "prep/transforms.h"

static const char *const rules[] = {
#define X(code, name) name,
    LJ_NUMBER_RULE_LIST(X)
#undef X
        NULL};

static const lj_declaration options_declared[] = {
    {.key = "rule", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_number_from_text_options, rule),
     .choices = rules, .required = 1,
     .doc = "How a text is read: plain 1234.5, percent 83.70%, thousands 1,234.5, currency $5k, unit 36 months, "
            "range 10+ years."},
    {.key = "unit", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_number_from_text_options, unit),
     .doc = "The unit of `unit` and `range`, such as months."},
};

const lj_transform lj_transform_number_from_text = {
    .name = "number_from_text",
    .doc = "Reads texts as numbers by a rule.",
    .main = "rule",
    .takes = LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_number_from_text_options),
};
