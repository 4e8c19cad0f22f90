/* What a model draws while it is trained, for people to look at. */
#include <inttypes.h>

#include "lianjin/file.h"
#include "pipeline/pipeline.h"

enum { IMAGES = 64, ROWS = 16, TEXTS = 4 };

lj_status lj_samples_write(void *context, lj_model *model, int64_t epoch)
{
    const lj_samples *s = context;
    const int is_image = lj_prep_image(s->prep) != NULL, is_text = lj_model_family(model)->reads_texts;
    const lj_drawer drawer = {.prep = s->prep, .model = model, .target = s->target, .name = s->name};
    lj_generate_options options = {.rows = is_image ? IMAGES : is_text ? TEXTS : ROWS,
                                   .seed = s->seed,
                                   .sampling = {.temperature = 1.0},
                                   .team = s->team};
    lj_generate_result result;
    lj_text path = {0};
    lj_text_printf(&path, "%s/epoch-%04" PRId64 "%s", s->folder, epoch, is_image ? ".png" : ".csv");
    lj_status status = lj_text_finish(&path);
    if (status == LJ_OK)
        status = lj_folder_create(s->folder);
    options.out = path.data;
    if (status == LJ_OK)
        status = lj_generate(&drawer, &options, &result);
    lj_text_free(&path);
    return status;
}
