/* Options and arguments of a verb, and the help that teaches them. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/system.h"
#include "cli/cli.h"
#include "lianjin/document.h"
#include "lianjin/limits.h"

enum { FLAGS_MAX = 32 };

static void print_help(const lj_verb *verb, const lj_flag *const *flags, int64_t n)
{
    printf("lianjin %s %s\n\n%s.\n\noptions:\n", verb->name, verb->arguments, verb->summary);
    for (int64_t i = 0; i < n; i++) {
        char left[64];
        const char letter[] = {'-', flags[i]->letter, ',', ' ', '\0'};
        (void)snprintf(left, sizeof(left), "%s--%s%s%s", flags[i]->letter ? letter : "    ", flags[i]->name,
                       flags[i]->argument ? " " : "", flags[i]->argument ? flags[i]->argument : "");
        printf("  %-28s %s\n", left, flags[i]->doc);
    }
}

static const lj_flag *find_flag(const lj_flag *const *flags, int64_t n, const char *name, size_t size)
{
    for (int64_t i = 0; i < n; i++)
        if (strlen(flags[i]->name) == size && strncmp(flags[i]->name, name, size) == 0)
            return flags[i];
    return NULL;
}

static lj_status unknown_flag(const lj_verb *verb, const lj_flag *const *flags, int64_t n, const char *name)
{
    const char *names[FLAGS_MAX];
    for (int64_t i = 0; i < n; i++)
        names[i] = flags[i]->name;
    const char *near = lj_nearest(name, names, n);
    return lj_fail(LJ_EUSAGE, "unknown option '--%s'%s%s%s; see lianjin %s --help", name,
                   near != NULL ? "; did you mean '--" : "", near != NULL ? near : "", near != NULL ? "'" : "",
                   verb->name);
}

/* Adds the words between the commas; they stay in argv. */
static lj_status add_texts(const lj_flag *flag, char *value)
{
    lj_flag_texts *texts = flag->value;
    for (char *word = strtok(value, ","); word != NULL; word = strtok(NULL, ",")) {
        if (texts->count == LJ_FLAG_TEXTS_MAX)
            return lj_fail(LJ_EUSAGE, "--%s: expected at most %d values", flag->name, LJ_FLAG_TEXTS_MAX);
        texts->text[texts->count++] = word;
    }
    return LJ_OK;
}

static lj_status set_flag(const lj_flag *flag, char *value)
{
    char *end = NULL;
    switch (flag->kind) {
    case LJ_FLAG_SWITCH:
        *(int *)flag->value = 1;
        return LJ_OK;
    case LJ_FLAG_TEXT:
        *(const char **)flag->value = value;
        return LJ_OK;
    case LJ_FLAG_INTEGER:
        errno = 0;
        *(int64_t *)flag->value = strtoll(value, &end, 10);
        if (errno != 0 || end == value || *end != '\0' || *(int64_t *)flag->value < 0)
            return lj_fail(LJ_EUSAGE, "--%s: expected a whole number, found '%s'", flag->name, value);
        return LJ_OK;
    case LJ_FLAG_NUMBER:
        *(double *)flag->value = lj_parse_double(value, &end);
        if (end == value || *end != '\0' || !isfinite(*(double *)flag->value) || *(double *)flag->value <= 0)
            return lj_fail(LJ_EUSAGE, "--%s: expected a number above 0, found '%s'", flag->name, value);
        return LJ_OK;
    case LJ_FLAG_TEXTS:
        return add_texts(flag, value);
    }
    return LJ_OK;
}

/* Takes the option at argv[*i], and its value. */
static lj_status take_flag(const lj_verb *verb, const lj_flag *const *flags, int64_t n, int argc, char **argv, int *i)
{
    char *text = argv[*i];
    const lj_flag *flag = NULL;
    char *value = NULL;
    if (text[1] == '-') {
        char *equals = strchr(text, '=');
        const size_t size = equals != NULL ? (size_t)(equals - text) - 2 : strlen(text) - 2;
        flag = find_flag(flags, n, text + 2, size);
        value = equals != NULL ? equals + 1 : NULL;
        if (flag == NULL)
            return unknown_flag(verb, flags, n, text + 2);
        if (flag->kind == LJ_FLAG_SWITCH && value != NULL)
            return lj_fail(LJ_EUSAGE, "--%s takes no value", flag->name);
    } else {
        for (int64_t k = 0; k < n; k++)
            if (flags[k]->letter == text[1] && text[2] == '\0')
                flag = flags[k];
        if (flag == NULL)
            return lj_fail(LJ_EUSAGE, "unknown option '%s'; see lianjin %s --help", text, verb->name);
    }
    if (flag->kind != LJ_FLAG_SWITCH && value == NULL) {
        if (*i + 1 >= argc)
            return lj_fail(LJ_EUSAGE, "--%s wants %s", flag->name, flag->argument);
        value = argv[++*i];
    }
    return set_flag(flag, value);
}

static lj_status read_arguments(const lj_verb *verb, const lj_flag *const *flags, int64_t n, int argc, char **argv,
                                int n_arguments, const char *arguments[], const lj_common *common)
{
    int found = 0;
    int only_arguments = 0;
    for (int i = 1; i < argc; i++) {
        if (!only_arguments && strcmp(argv[i], "--") == 0)
            only_arguments = 1;
        else if (!only_arguments && argv[i][0] == '-' && argv[i][1] != '\0')
            LJ_TRY(take_flag(verb, flags, n, argc, argv, &i));
        else if (found < n_arguments)
            arguments[found++] = argv[i];
        else
            return lj_fail(LJ_EUSAGE, "unexpected argument '%s'; usage: lianjin %s %s", argv[i], verb->name,
                           verb->arguments);
    }
    if (found < n_arguments && !common->help)
        return lj_fail(LJ_EUSAGE, "usage: lianjin %s %s (see --help)", verb->name, verb->arguments);
    return LJ_OK;
}

lj_status lj_cli_begin(const lj_verb *verb, const lj_flag *own, int64_t n_own, int argc, char **argv, int n_arguments,
                       const char *arguments[], lj_common *common)
{
    memset(common, 0, sizeof(*common));
    const lj_flag shared[] = {
        {"json", 0, LJ_FLAG_SWITCH, &common->json, NULL, "one JSON document on standard output, nothing else there"},
        {"quiet", 'q', LJ_FLAG_SWITCH, &common->quiet, NULL, "no notes and bars; warnings and errors stay"},
        {"threads", 't', LJ_FLAG_INTEGER, &common->threads, "N", "threads (default: $LIANJIN_THREADS, or all cores)"},
        {"help", 'h', LJ_FLAG_SWITCH, &common->help, NULL, "this text"}};
    const lj_flag *flags[FLAGS_MAX];
    int64_t n = 0;
    for (int64_t i = 0; i < n_own; i++)
        flags[n++] = &own[i];
    for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
        flags[n++] = &shared[i];
    LJ_TRY(read_arguments(verb, flags, n, argc, argv, n_arguments, arguments, common));
    if (common->help) {
        print_help(verb, flags, n);
        return LJ_OK;
    }
    if (common->threads > LJ_THREADS_MAX)
        return lj_fail(LJ_EUSAGE, "--threads: expected at most %d", LJ_THREADS_MAX);
    LJ_TRY(lj_console_create(common->quiet || common->json, &common->console));
    return lj_team_create((int)common->threads, &common->team);
}

void lj_cli_end(lj_common *common)
{
    lj_team_destroy(common->team);
    lj_console_destroy(common->console);
}

lj_status lj_cli_action(const lj_verb *verb, const lj_verb *actions, int64_t count, const char *page, int argc,
                        char **argv)
{
    const char *names[LJ_ACTIONS_MAX];
    const size_t prefix = strlen(verb->name) + 1;
    if (argc < 2)
        return lj_fail(LJ_EUSAGE, "usage: lianjin %s %s (see --help)", verb->name, verb->arguments);
    for (int64_t i = 0; i < count; i++) {
        names[i] = actions[i].name + prefix;
        if (strcmp(argv[1], names[i]) == 0)
            return actions[i].run(&actions[i], argc - 1, argv + 1);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        printf("lianjin %s: %s\n\nusage:\n", verb->name, verb->summary);
        for (int64_t i = 0; i < count; i++)
            printf("  lianjin %-15s %-14s %s\n", actions[i].name, actions[i].arguments, actions[i].summary);
        printf("\nlianjin %s --help and so on explain each. %s\n", actions[0].name, page);
        return LJ_OK;
    }
    const char *near = lj_nearest(argv[1], names, count);
    return lj_fail(LJ_EUSAGE, "unknown action '%s'%s%s%s; see lianjin %s --help", argv[1],
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'" : "",
                   verb->name);
}
