/* What tests of runs share: a folder of their own, small tables, and runs with what they say. */
#ifndef TESTS_PIPELINE_FIXTURE_H
#define TESTS_PIPELINE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lianjin/file.h"
#include "lianjin/pipeline.h"
#include "lianjin/random.h"

typedef struct fixture {
    char folder[64];
    lj_team *team;
    lj_console *console;
} fixture;

static inline int set_up(void **state)
{
    fixture *f = calloc(1, sizeof(*f));
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/lianjin-test-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    (void)setenv("LIANJIN_HOME", f->folder, 1);
    *state = f;
    return lj_team_create(2, &f->team) != LJ_OK || lj_console_create(1, &f->console) != LJ_OK;
}

static inline int tear_down(void **state)
{
    fixture *f = *state;
    lj_team_destroy(f->team);
    lj_console_destroy(f->console);
    const int failed = lj_folder_remove(f->folder) != LJ_OK;
    free(f);
    return failed;
}

/* Path in the folder; one of a few buffers that are used in turn. */
static inline const char *path_of(const fixture *f, const char *name)
{
    static char paths[4][256];
    static int turn = 0;
    char *path = paths[turn++ % 4];
    (void)snprintf(path, sizeof(paths[0]), "%s/%s", f->folder, name);
    return path;
}

static inline void put(const fixture *f, const char *name, const char *text)
{
    assert_int_equal(lj_file_replace(path_of(f, name), text, strlen(text)), LJ_OK);
}

/*
 * A table of loans: amount and age (numbers, some missing), income as text with
 * a unit, grade (text), bad (0/1, depends on amount and grade), value (a number),
 * kind (three classes), when (a date), part.
 */
static inline void put_loans(const fixture *f, const char *name, int rows)
{
    lj_text text = {0};
    lj_text_puts(&text, "id,amount,age,term,grade,when,part,bad,value,kind\n");
    for (int i = 0; i < rows; i++) {
        const double u = lj_random_uniform(3, 1, (uint64_t)i);
        const double v = lj_random_uniform(3, 2, (uint64_t)i);
        const int grade = (int)(lj_random_u32(3, 3, (uint64_t)i) % 4);
        const double noise = lj_random_uniform(3, 4, (uint64_t)i);
        const int bad = u + 0.2 * grade + noise > 1.3;
        lj_text_printf(&text, "%d,%.2f,", i, 100 + 9000 * u);
        if (i % 17 != 3)
            lj_text_printf(&text, "%d", 20 + (int)(50 * v));
        lj_text_printf(&text, ",%d months,%c,2018/%d/%d,%s,%d,%.3f,%s\n", i % 2 ? 36 : 60, 'A' + grade, 1 + i % 12,
                       1 + i % 28, i % 5 == 0 ? "test" : i % 5 == 1 ? "valid" : "train", bad,
                       10 * u - 3 * grade + noise, u > 0.66 ? "red" : u > 0.33 ? "green" : "blue");
    }
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_int_equal(lj_file_replace(path_of(f, name), text.data, text.size), LJ_OK);
    lj_text_free(&text);
}

/* Reads and runs the pipeline text; the result is the caller's. */
static inline lj_status run_text(const fixture *f, const char *text, const char *bundle, lj_run_result *result)
{
    lj_pipeline *pipeline = NULL;
    memset(result, 0, sizeof(*result));
    put(f, "pipeline.yaml", text);
    lj_status status = lj_pipeline_read(path_of(f, "pipeline.yaml"), &pipeline);
    if (status == LJ_OK) {
        const lj_pipeline_options options = {
            .bundle = path_of(f, bundle), .team = f->team, .console = f->console};
        status = lj_pipeline_run(pipeline, &options, result);
    }
    lj_pipeline_destroy(pipeline);
    return status;
}

/* A run that has to fail, with a status and a message that holds a text; nothing may be left behind. */
static inline void expect_failure(const fixture *f, const char *text, lj_status status, const char *message)
{
    lj_run_result result;
    const lj_status found = run_text(f, text, "refused", &result);
    lj_run_result_free(&result);
    if (found != status || strstr(lj_error_message(), message) == NULL)
        print_error("pipeline:\n%s\nexpected %s '%s', found %s '%s'\n", text, lj_status_name(status), message,
                    lj_status_name(found), lj_error_message());
    assert_int_equal(found, status);
    assert_non_null(strstr(lj_error_message(), message));
    assert_false(lj_file_exists(path_of(f, "refused")));
    assert_false(lj_file_exists(path_of(f, "refused.work")));
}

/* A number of a JSON document by the path "metrics.test.auc". */
static inline double number_of(const lj_text *json, const char *path)
{
    lj_doc *doc = NULL;
    char copy[256];
    assert_int_equal(lj_json_parse("result", json->data, json->size, &doc), LJ_OK);
    const lj_item *item = lj_doc_root(doc);
    (void)snprintf(copy, sizeof(copy), "%s", path);
    for (char *key = strtok(copy, "."); key != NULL; key = strtok(NULL, ".")) {
        item = lj_item_get(item, key);
        if (item == NULL)
            print_error("no '%s' in the path '%s'\n", key, path);
        assert_non_null(item);
    }
    const double value = item->number;
    lj_doc_destroy(doc);
    return value;
}

/* A text of a JSON document by its key, copied to `out`. */
static inline void text_of(const lj_text *json, const char *key, char *out, size_t size)
{
    lj_doc *doc = NULL;
    assert_int_equal(lj_json_parse("result", json->data, json->size, &doc), LJ_OK);
    const lj_item *item = lj_item_get(lj_doc_root(doc), key);
    assert_non_null(item);
    (void)snprintf(out, size, "%s", item->text);
    lj_doc_destroy(doc);
}

#endif
