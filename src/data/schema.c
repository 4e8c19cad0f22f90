#include <inttypes.h>
#include <string.h>

#include "lianjin/data.h"

struct lj_schema {
    lj_arena *arena;
    lj_field *fields;
    int64_t count;
};

static const char *const rule_names[] = {
#define X(code, name) [LJ_RULE_##code] = name,
    LJ_NUMBER_RULE_LIST(X)
#undef X
};

const char *lj_number_rule_name(lj_number_rule rule)
{
    return (unsigned)rule < LJ_RULE_COUNT ? rule_names[rule] : "unknown";
}

int lj_number_rule_find(const char *name)
{
    for (int i = 0; i < LJ_RULE_COUNT; i++)
        if (strcmp(rule_names[i], name) == 0)
            return i;
    return -1;
}

static int copy_text(lj_arena *arena, const char **text)
{
    if (*text == NULL)
        return 1;
    *text = lj_arena_strdup(arena, *text);
    return *text != NULL;
}

static lj_status fill(lj_schema *schema, const lj_field *fields, int64_t count)
{
    lj_arena *arena = schema->arena;
    schema->fields = lj_arena_array(arena, count, sizeof(*fields));
    if (schema->fields == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a schema of %" PRId64 " columns", count);
    schema->count = count;
    for (int64_t i = 0; i < count; i++) {
        lj_field *f = &schema->fields[i];
        *f = fields[i];
        if (!copy_text(arena, &f->name) || !copy_text(arena, &f->unit) || !copy_text(arena, &f->time_format) ||
            !copy_text(arena, &f->reason) || !copy_text(arena, &f->null_words))
            return lj_fail(LJ_ENOMEM, "no memory for the column '%s' of a schema", fields[i].name);
    }
    return LJ_OK;
}

lj_status lj_schema_create(const lj_field *fields, int64_t count, lj_schema **out)
{
    *out = NULL;
    lj_schema *schema = lj_new_array(1, sizeof(*schema));
    if (schema == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a schema");
    lj_status status = lj_arena_create(&schema->arena);
    if (status == LJ_OK)
        status = fill(schema, fields, count);
    if (status != LJ_OK) {
        lj_schema_destroy(schema);
        return status;
    }
    *out = schema;
    return LJ_OK;
}

void lj_schema_destroy(lj_schema *schema)
{
    if (schema == NULL)
        return;
    lj_arena_destroy(schema->arena);
    lj_free(schema);
}

int64_t lj_schema_count(const lj_schema *schema)
{
    return schema->count;
}

const lj_field *lj_schema_field(const lj_schema *schema, int64_t index)
{
    return &schema->fields[index];
}

int64_t lj_schema_find(const lj_schema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->count; i++)
        if (strcmp(schema->fields[i].name, name) == 0)
            return i;
    return -1;
}
