/*
 * Inside of cli/: one file and one row of LJ_VERB_LIST for each verb. A verb
 * reads its arguments, calls the library and prints; it holds no logic.
 */
#ifndef LJ_CLI_CLI_H
#define LJ_CLI_CLI_H

#include <stdint.h>

#include "lianjin/progress.h"
#include "lianjin/status.h"
#include "lianjin/team.h"

/* X(function, name, arguments, what it does) */
#define LJ_VERB_LIST(X)                                                                              \
    X(run, "run", "PIPELINE.yaml", "from a raw table to a proved, saved model, with its report")     \
    X(tune, "tune", "PIPELINE.yaml", "search for the model's options, then run with the best ones")  \
    X(predict, "predict", "BUNDLE TABLE", "score new rows with a model")                             \
    X(evaluate, "evaluate", "BUNDLE TABLE", "measure a model on a table with the target")            \
    X(explain, "explain", "BUNDLE TABLE", "what each column adds to each score, and reasons")          \
    X(export, "export", "BUNDLE TABLE", "a scorecard as SQL, C, JSON or PMML, proved on the rows")    \
    X(generate, "generate", "BUNDLE", "draw new rows or images from a model that learned them")      \
    X(data, "data", "profile TABLE", "look at a table: types, missing values, relations, warnings")  \
    X(words, "words", "train CORPUS", "vectors of words: train, ask, measure, convert")               \
    X(model, "model", "show BUNDLE", "what a bundle holds; bundles from trees of XGBoost and LightGBM")

/* One option of a verb. The value is set when the option is given. */
typedef enum lj_flag_kind { LJ_FLAG_SWITCH, LJ_FLAG_TEXT, LJ_FLAG_INTEGER, LJ_FLAG_NUMBER, LJ_FLAG_TEXTS } lj_flag_kind;

enum { LJ_FLAG_TEXTS_MAX = 64, LJ_ARGUMENTS_MAX = 8 };

/* Values of an option that may be given more than once, or with commas. */
typedef struct lj_flag_texts {
    const char *text[LJ_FLAG_TEXTS_MAX];
    int64_t count;
} lj_flag_texts;

typedef struct lj_flag {
    const char *name;  /* without the dashes */
    char letter;       /* 0: none */
    lj_flag_kind kind;
    void *value;       /* int, const char *, int64_t, double, lj_flag_texts */
    const char *argument; /* what help calls it */
    const char *doc;
} lj_flag;

/* What every verb has. */
typedef struct lj_common {
    int json, quiet, help;
    int64_t threads; /* 0: LIANJIN_THREADS, or else all cores */
    lj_console *console;
    lj_team *team;
} lj_common;

typedef struct lj_verb {
    const char *name, *arguments, *summary;
    lj_status (*run)(const struct lj_verb *verb, int argc, char **argv);
} lj_verb;

/*
 * Reads options and arguments and makes console and team. Prints the help and
 * sets common->help if it was asked for. LJ_EUSAGE with the nearest option.
 */
LJ_CHECKED lj_status lj_cli_begin(const lj_verb *verb, const lj_flag *flags, int64_t n_flags, int argc, char **argv,
                                  int n_arguments, const char *arguments[], lj_common *common);
void lj_cli_end(lj_common *common);

enum { LJ_ACTIONS_MAX = 16 };
/* A verb of several actions, each named "verb action": runs the one that argv[1] names, or lists them with `page`. */
LJ_CHECKED lj_status lj_cli_action(const lj_verb *verb, const lj_verb *actions, int64_t count, const char *page,
                                   int argc, char **argv);

#define X(function, name, arguments, summary) \
    lj_status lj_verb_##function(const lj_verb *verb, int argc, char **argv);
LJ_VERB_LIST(X)
#undef X

#endif
