/* A pipeline file from anywhere: a checked pipeline, or a refusal with its place and nothing left over. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lj_pipeline *pipeline = NULL;
    const lj_status status = lj_pipeline_parse("fuzz.yaml", (const char *)bytes, size, &pipeline);
    if (status != LJ_OK && (pipeline != NULL || strncmp(lj_error_message(), "fuzz.yaml", 9) != 0))
        abort();
    if (status == LJ_OK && lj_pipeline_name(pipeline)[0] == '\0')
        abort();
    lj_pipeline_destroy(pipeline);
    return 0;
}
