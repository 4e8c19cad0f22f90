/* Any text as a cell and as a file: numbers and times end in a value or a refusal, and a file in a dialect or a refusal. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "data/cell.h"
#include "data/csv.h"
#include "data/guess.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_cell(lj_slice cell, lj_guess *guess)
{
    lj_cell_number number;
    int64_t micros = 0;
    for (int rule = 0; rule < LJ_RULE_COUNT; rule++)
        if (lj_cell_number_read((lj_number_rule)rule, cell, &number) && !isfinite(number.value))
            abort();
    for (int f = 0; f < lj_time_format_count(); f++)
        (void)lj_time_read(lj_time_format(f), cell, &micros);
    if (cell.size > 0)
        lj_guess_cell(guess, cell);
}

static void read_file(const uint8_t *bytes, size_t size, int latin1, lj_arena *arena)
{
    char path[] = "/tmp/lianjin-fuzz-XXXXXX";
    const int fd = mkstemp(path);
    lj_csv csv;
    if (fd < 0)
        abort();
    if (write(fd, bytes, size) == (ssize_t)size && lj_csv_look(arena, path, NULL, 0, latin1, &csv) == LJ_OK)
        if (lj_csv_diagnose(path, &csv) != LJ_OK && lj_error_message()[0] == '\0')
            abort();
    close(fd);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lj_arena *arena = NULL;
    lj_guess guess;
    lj_field field;
    size_t begin = 0;
    if (lj_arena_create(&arena) != LJ_OK)
        return 0;
    lj_guess_start(&guess);
    for (size_t i = 0; i <= size; i++)
        if (i == size || bytes[i] == '\n') {
            read_cell(lj_slice_trim((const char *)bytes + begin, i - begin), &guess);
            begin = i + 1;
        }
    if (lj_guess_finish(&guess, arena, "x", &field) == LJ_OK && field.reason == NULL)
        abort();
    read_file(bytes, size, 0, arena);
    read_file(bytes, size, 1, arena);
    lj_arena_destroy(arena);
    return 0;
}
