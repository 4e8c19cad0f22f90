/*
 * c: a header of its own, C99 without any library but strcmp; proved by compiling it with the program that $CC names (cc) and
 * running it over the rows.
 */
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lianjin/file.h"
#include "pipeline/export.h"

extern char **environ;

/* A name that C allows: letters, digits and underscores. */
static void put_name(lj_text *out, const char *name)
{
    for (; *name != '\0'; name++)
        lj_text_printf(out, "%c", isalnum((unsigned char)*name) ? *name : '_');
}

/* A column's member: its number keeps it apart from others that look alike. */
static void put_member(lj_text *out, const lj_rule_card *card, int64_t index)
{
    lj_text_printf(out, "x%" PRId64 "_", index + 1);
    put_name(out, card->columns[index].column);
}

static void put_string(lj_text *out, const char *text)
{
    lj_text_puts(out, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < 32 || *c > 126 || *c == '"' || *c == '\\' || *c == '?')
            lj_text_printf(out, "\\%03o", *c);
        else
            lj_text_printf(out, "%c", *c);
    }
    lj_text_puts(out, "\"");
}

static void put_rule(lj_text *out, const lj_rule_card *card, int64_t index, const lj_rule *rule, int is_first)
{
    const int is_number = card->columns[index].is_number;
    lj_text_puts(out, is_first ? "    if (" : rule->kind == LJ_WHEN_ELSE ? "    else" : "    else if (");
    if (rule->kind == LJ_WHEN_EQUAL && !is_number)
        lj_text_puts(out, "strcmp(");
    if (rule->kind != LJ_WHEN_ELSE) {
        lj_text_puts(out, "row->");
        put_member(out, card, index);
    }
    if (rule->kind == LJ_WHEN_MISSING && is_number) {
        lj_text_puts(out, " != row->"); /* NaN alone is not itself */
        put_member(out, card, index);
    } else if (rule->kind == LJ_WHEN_MISSING) {
        lj_text_puts(out, " == NULL");
    } else if (rule->kind != LJ_WHEN_ELSE && is_number) {
        lj_text_puts(out, rule->kind == LJ_WHEN_EQUAL ? " == " : " < ");
        lj_rule_number(out, rule->number);
    } else if (rule->kind == LJ_WHEN_EQUAL) {
        lj_text_puts(out, ", ");
        put_string(out, rule->text);
        lj_text_puts(out, ") == 0");
    }
    lj_text_printf(out, "%s\n        points += %" PRId64 ";\n", rule->kind == LJ_WHEN_ELSE ? "" : ")", rule->points);
}

static lj_status c_write(const lj_rule_card *card, lj_text *out)
{
    lj_text_puts(out, "/* A scorecard made by Lianjin. */\n#ifndef SCORECARD_H\n#define SCORECARD_H\n\n"
                      "#include <stddef.h>\n#include <string.h>\n\ntypedef struct scorecard_row {\n");
    for (int64_t c = 0; c < card->count; c++) {
        lj_text_puts(out, card->columns[c].is_number ? "    double " : "    const char *");
        put_member(out, card, c);
        lj_text_printf(out, "; /* missing: %s */\n", card->columns[c].is_number ? "NaN" : "NULL");
    }
    lj_text_puts(out, "} scorecard_row;\n\n/* The more points, the rarer the event. */\n"
                      "static inline long scorecard_points(const scorecard_row *row)\n{\n    long points = 0;\n");
    for (int64_t c = 0; c < card->count; c++)
        for (int64_t r = 0; r < card->columns[c].count; r++)
            put_rule(out, card, c, &card->columns[c].rules[r], r == 0);
    lj_text_puts(out, "    return points;\n}\n\n#endif\n");
    return LJ_OK;
}

/* ---- proof ---- */

/* A program over rows of binary cells: doubles, and texts as their length (-1: missing) and bytes. */
static void write_main(const lj_rule_card *card, lj_text *out)
{
    lj_text_puts(out, "#include \"scorecard.h\"\n#include <stdio.h>\n#include <stdlib.h>\n\n"
                      "static int text(const char **out)\n{\n    int size = 0;\n    char *bytes;\n    *out = NULL;\n"
                      "    if (fread(&size, sizeof(size), 1, stdin) != 1)\n        return 0;\n    if (size < 0)\n"
                      "        return 1;\n    bytes = calloc((size_t)size + 1, 1);\n    *out = bytes;\n"
                      "    return bytes != NULL && fread(bytes, 1, (size_t)size, stdin) == (size_t)size;\n}\n\n"
                      "int main(void)\n{\n    scorecard_row row;\n    (void)text;\n    for (;;) {\n");
    for (int64_t c = 0; c < card->count; c++) {
        lj_text_puts(out, card->columns[c].is_number ? "        if (fread(&row." : "        if (!text(&row.");
        put_member(out, card, c);
        lj_text_puts(out, card->columns[c].is_number ? ", sizeof(double), 1, stdin) != 1)\n            break;\n" :
                                                       "))\n            break;\n");
    }
    lj_text_puts(out, "        printf(\"%ld\\n\", scorecard_points(&row));\n    }\n    return 0;\n}\n");
}

static lj_status put_cells(const lj_rule_card *card, const lj_frame *frame, lj_text *out)
{
    for (int64_t row = 0; row < lj_frame_row_count(frame); row++) {
        for (int64_t c = 0; c < card->count; c++) {
            const lj_column *column = NULL;
            LJ_TRY(lj_frame_need(frame, card->columns[c].column, &column));
            const int is_there = lj_column_has(column, row);
            const double number = column->type == LJ_COLUMN_NUMBER && is_there ? column->number[row] : (double)NAN;
            const char *word = column->type == LJ_COLUMN_TEXT && is_there ? lj_column_word(column, row) : NULL;
            const int size = word != NULL ? (int)strlen(word) : -1;
            if (card->columns[c].is_number) {
                lj_text_append(out, (const char *)&number, sizeof(number));
                continue;
            }
            lj_text_append(out, (const char *)&size, sizeof(size));
            lj_text_append(out, word != NULL ? word : "", word != NULL ? (size_t)size : 0);
        }
    }
    return LJ_OK;
}

/* Runs a program, its standard input and output from and to files (NULL: as they are). */
static lj_status run(const char *const *arguments, const char *in, const char *out)
{
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int ended = 0;
    (void)posix_spawn_file_actions_init(&actions);
    if (in != NULL)
        (void)posix_spawn_file_actions_addopen(&actions, 0, in, O_RDONLY, 0);
    if (out != NULL)
        (void)posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int failed = posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return lj_fail(LJ_EIO, "export: '%s' cannot be run: $CC names the compiler that proves the header",
                       arguments[0]);
    if (waitpid(child, &ended, 0) != child || !WIFEXITED(ended) || WEXITSTATUS(ended) != 0)
        return lj_fail(LJ_EDATA, "export: '%s' failed", arguments[0]);
    return LJ_OK;
}

static lj_status read_points(const char *path, int64_t n, int64_t *points)
{
    char *text = NULL;
    size_t size = 0;
    LJ_TRY(lj_file_read(path, (size_t)n * 24 + 64, &text, &size));
    char *at = text;
    lj_status status = LJ_OK;
    for (int64_t i = 0; status == LJ_OK && i < n; i++) {
        char *end = at;
        points[i] = strtoll(at, &end, 10);
        if (end == at)
            status = lj_fail(LJ_EDATA, "export: the program gives %" PRId64 " rows, expected %" PRId64, i, n);
        at = end;
    }
    lj_free(text);
    return status;
}

static lj_status put_file(lj_text *text, const char *path)
{
    LJ_TRY(lj_text_finish(text));
    return lj_file_replace(path, text->data, text->size);
}

enum { HEADER, MAIN, PROGRAM, ROWS, POINTS, FILES };

static lj_status compile_and_run(const lj_rule_card *card, const char *header, const lj_frame *frame,
                                 char *paths[FILES], int64_t *points)
{
    lj_text program = {0}, rows = {0};
    const char *compiler = getenv("CC");
    compiler = compiler != NULL && compiler[0] != '\0' ? compiler : "cc";
    const char *const compile[] = {compiler, "-std=c99", "-O1", "-o", paths[PROGRAM], paths[MAIN], NULL};
    const char *const start[] = {paths[PROGRAM], NULL};
    write_main(card, &program);
    lj_status status = lj_file_replace(paths[HEADER], header, strlen(header));
    if (status == LJ_OK)
        status = put_file(&program, paths[MAIN]);
    if (status == LJ_OK)
        status = put_cells(card, frame, &rows);
    if (status == LJ_OK)
        status = put_file(&rows, paths[ROWS]);
    if (status == LJ_OK)
        status = run(compile, NULL, NULL);
    if (status == LJ_OK)
        status = run(start, paths[ROWS], paths[POINTS]);
    if (status == LJ_OK)
        status = read_points(paths[POINTS], lj_frame_row_count(frame), points);
    lj_text_free(&program);
    lj_text_free(&rows);
    return status;
}

static lj_status c_run(const lj_rule_card *card, const char *text, const lj_frame *frame, const char *scratch,
                       int64_t *points)
{
    static const char *const names[FILES] = {"scorecard.h", "main.c", "program", "rows", "points"};
    char *paths[FILES] = {NULL};
    lj_status status = LJ_OK;
    for (int i = 0; i < FILES; i++) {
        paths[i] = lj_path_join(scratch, names[i]);
        if (paths[i] == NULL)
            status = lj_fail(LJ_ENOMEM, "no memory for a path");
    }
    if (status == LJ_OK)
        status = compile_and_run(card, text, frame, paths, points);
    for (int i = 0; i < FILES; i++)
        lj_free(paths[i]);
    return status;
}

const lj_language lj_language_c = {
    .name = "c",
    .doc = "a header, proved by compiling and running it",
    .write = c_write,
    .run = c_run,
};
