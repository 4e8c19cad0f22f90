/* The program: finds the verb, prints errors, ends with the exit code of the status. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "compute/kernels.h"
#include "lianjin/document.h"
#include "lianjin/version.h"

static const lj_verb verbs[] = {
#define X(function, name, arguments, summary) {name, arguments, summary, lj_verb_##function},
    LJ_VERB_LIST(X)
#undef X
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static void print_help(FILE *out)
{
    (void)fprintf(out, "lianjin %s: from raw financial tables to models that can be proved\n\nusage:\n", LJ_VERSION);
    for (int i = 0; i < VERBS; i++) {
        char left[64];
        (void)snprintf(left, sizeof(left), "%s %s", verbs[i].name, verbs[i].arguments);
        (void)fprintf(out, "  lianjin %-24s %s\n", left, verbs[i].summary);
    }
    (void)fprintf(out, "\nlianjin VERB --help explains a verb. A pipeline needs no more than this:\n\n"
                       "  data: loans.csv\n  target: defaulted\n\n"
                       "All other keys are in docs/pipeline.md. Exit code: 0 done, 1 failed, 2 bad usage or config.\n");
}

static lj_status run_verb(int argc, char **argv)
{
    const char *names[VERBS];
    for (int i = 0; i < VERBS; i++) {
        names[i] = verbs[i].name;
        if (strcmp(argv[1], verbs[i].name) == 0) {
            LJ_TRY(lj_kernels_select(NULL));
            return verbs[i].run(&verbs[i], argc - 1, argv + 1);
        }
    }
    const char *near = lj_nearest(argv[1], names, VERBS);
    return lj_fail(LJ_EUSAGE, "unknown verb '%s'%s%s%s; see lianjin --help", argv[1],
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'" : "");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return lj_status_exit_code(LJ_EUSAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("lianjin %s, arithmetic %d, kernels %s\n", LJ_VERSION, LJ_ARITHMETIC, lj_kernels_get()->name);
        return 0;
    }
    lj_status status = run_verb(argc, argv);
    if (status == LJ_OK && fflush(stdout) != 0)
        status = lj_fail(LJ_EIO, "standard output: the text cannot be written");
    if (status != LJ_OK)
        (void)fprintf(stderr, "lianjin: %s\n", lj_error_message());
    return lj_status_exit_code(status);
}
