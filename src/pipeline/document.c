/* docs/pipeline.md, from the declarations that check the file. */
#include <stddef.h>

#include "nn/layers.h"
#include "pipeline/pipeline.h"
#include "prep/transforms.h"

static void write_rows(const lj_declaration *rows, int64_t count, lj_text *out)
{
    lj_text_puts(out, "| key | value | meaning |\n| --- | --- | --- |\n");
    for (int64_t i = 0; i < count; i++) {
        lj_text_printf(out, "| `%s` | ", rows[i].key);
        lj_declare_describe(&rows[i], out);
        lj_text_printf(out, " | %s |\n", rows[i].doc);
    }
    lj_text_puts(out, "\n");
}

static void write_families(lj_text *out)
{
    lj_text_puts(out, "## model\n\nThe name of a family, or a map with `family` and the options of that family. "
                      "All families take:\n\n");
    int64_t common = 0;
    const lj_declaration *rows = lj_model_declarations(&common);
    write_rows(rows, common, out);
    for (int64_t i = 0; i < lj_family_count(); i++) {
        const lj_family_info *family = lj_family_at(i);
        if (family->is_imported)
            continue;
        lj_text_printf(out, "### family: %s\n\n%s\n\n", family->name, family->summary);
        write_rows(family->options, family->option_count, out);
    }
}

static void write_transforms(lj_text *out)
{
    lj_text_puts(
        out, "## prepare\n\n`auto`, or a list of steps. A step is a map whose first key is the transform; its value "
             "is the main option, or a map of options; `columns` names the columns (patterns such as `X*` too), "
             "left out: all that fit.\n\n");
    for (int i = 0; i < LJ_TRANSFORM_COUNT; i++) {
        const lj_transform *transform = lj_transform_of((lj_transform_code)i);
        lj_text_printf(out, "### %s\n\n%s", transform->name, transform->doc);
        if (transform->main != NULL)
            lj_text_printf(out, " `%s: value` is short for `%s: {%s: value}`.", transform->name, transform->name,
                           transform->main);
        lj_text_puts(out, "\n\n");
        if (transform->option_count > 0)
            write_rows(transform->options, transform->option_count, out);
    }
}

/* What a layer reads or gives, as in messages. */
static void write_kinds(unsigned kinds, lj_text *out)
{
    lj_text forms = {0};
    lj_layer_kinds_say(kinds, &forms);
    lj_text_puts(out, forms.data == NULL ? "" : forms.data);
    lj_text_free(&forms);
}

lj_status lj_layers_document(lj_text *out)
{
    const lj_layer *layer = NULL;
    lj_text_puts(out, "# Layers\n\n"
                      "<!-- Made from the declarations that check the list; tests/pipeline/test_document.c "
                      "compares it and, with LIANJIN_UPDATE=1, writes it anew. -->\n\n"
                      "`family: layers` takes a network as a list, first layer to last:\n\n"
                      "```yaml\nmodel:\n  family: layers\n  layers:\n"
                      "    - {conv2d: {filters: 32, kernel: 3, activation: relu}}\n    - {max_pool2d: 2}\n"
                      "    - flatten\n    - {dense: {units: 128, activation: relu}}\n    - {dropout: 0.5}\n```\n\n"
                      "The first layer reads the image of a row [batch, height, width, channels], the tokens of its "
                      "text [batch, steps], the window of a series [batch, steps, n], or its numbers and categories "
                      "[batch, n], entered as the other options of the family say. The answer, a dense layer called "
                      "`output` with as many units as the task asks for, comes behind the last layer by itself; a list "
                      "that ends in one is refused. Layers over steps leave the padding of a text out for as long as "
                      "the number of steps stays. A layer is its name, or its name with a map of options; "
                      "`name: value` is short for the option in the column `short for`. Lists of sides are one number "
                      "for all or one for each.\n\n");
    lj_text_puts(out, "| layer | reads | gives | short for | what it is |\n| --- | --- | --- | --- | --- |\n");
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        if (layer->needs_more)
            continue;
        lj_text_printf(out, "| `%s` | ", layer->name);
        write_kinds(layer->input, out);
        lj_text_puts(out, " | ");
        write_kinds(layer->gives, out);
        lj_text_printf(out, " | %s%s%s | %s |\n", layer->main != NULL ? "`" : "",
                       layer->main != NULL ? layer->main : "", layer->main != NULL ? "`" : "", layer->summary);
    }
    lj_text_puts(out, "\nWhere nothing stands under `gives`, it is of the kind that was read, or as the options "
                      "say.\n\n");
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        if (layer->needs_more || layer->option_count == 0)
            continue;
        lj_text_printf(out, "## %s\n\n", layer->name);
        write_rows(layer->options, layer->option_count, out);
    }
    return lj_text_finish(out);
}

lj_status lj_pipeline_document(lj_text *out)
{
    int64_t n_train = 0;
    lj_text_puts(out, "# The pipeline file\n\n"
                      "<!-- Made from the declarations that check the file; tests/pipeline/test_document.c "
                      "compares it and, with LIANJIN_UPDATE=1, writes it anew. -->\n\n"
                      "A pipeline says where the data are and what the model is. The shortest one:\n\n"
                      "```yaml\ndata: loans.csv\ntarget: defaulted\n```\n\n"
                      "Everything left out is chosen from the data and said while it runs. A key that is not known, a "
                      "value of the wrong kind or out of range is refused with file, line and column before any data "
                      "is read.\n\n");
    for (int i = 0; i < LJ_SECTION_COUNT; i++) {
        const lj_pipeline_section *section = lj_pipeline_section_at((lj_section_index)i);
        if (section->key != NULL)
            lj_text_printf(out, "## %s\n\n", section->key);
        lj_text_printf(out, "%s\n\n", section->doc);
        write_rows(section->rows, section->count, out);
    }
    write_transforms(out);
    write_families(out);
    lj_text_puts(out, "## train\n\nOptimiser, schedule, batch, epochs and stopping. What is left out is the family's "
                      "default, which may depend on the size of the table.\n\n");
    const lj_declaration *train = lj_train_declarations(&n_train);
    write_rows(train, n_train, out);
    lj_text_puts(out, "## train.augment\n\nImages as the model sees them while training. What is drawn depends on the "
                      "seed, the epoch and the row alone.\n\n");
    const lj_declaration *augment = lj_augment_declarations(&n_train);
    write_rows(augment, n_train, out);
    return lj_text_finish(out);
}
