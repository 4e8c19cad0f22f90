/* What the network families share: inputs, the embedding of numbers, one-hot codes, the two graphs. */
#ifndef LIANJIN_MODEL_NETWORK_H
#define LIANJIN_MODEL_NETWORK_H

#include "model/families.h"
#include "nn/names.h"

/* Options of the input of a network, at the head of each family's options. */
typedef struct lj_input_options {
    int numbers; /* LJ_NUMBERS_* */
    int64_t bins;
    int64_t dimension; /* of an embedded number */
    int embedding_relu;
    double frequency_scale;
    int categories; /* LJ_CATEGORIES_* */
    int64_t category_dimension;
    double input_dropout;
} lj_input_options;

enum { LJ_NUMBERS_PLAIN, LJ_NUMBERS_PIECEWISE, LJ_NUMBERS_PERIODIC };
enum { LJ_CATEGORIES_ONE_HOT, LJ_CATEGORIES_EMBEDDING };

extern const char *const lj_numbers_choices[];
extern const char *const lj_categories_choices[];

/* Rows of options that many families have; `fallback_` as a text. */
#define LJ_ACTIVATION_DECLARATION(type, doc_)                                                                          \
    {                                                                                                                  \
        .key = "activation", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(type, activation),                         \
        .choices = lj_activation_choices, .fallback = "relu", .doc = doc_                                              \
    }
#define LJ_DROPOUT_DECLARATION(type, member, fallback_, doc_)                                                          \
    {                                                                                                                  \
        .key = #member, .kind = LJ_DECLARED_NUMBER, .offset = offsetof(type, member), .min = 0, .max = 0.95,           \
        .fallback = fallback_, .doc = doc_                                                                             \
    }

/* The rows of families of attention blocks, for their members layers, heads and feed_forward. */
#define LJ_BLOCK_DECLARATIONS(type, blocks, layers_default)                                                            \
    {.key = "layers",                                                                                                  \
     .kind = LJ_DECLARED_INTEGER,                                                                                      \
     .offset = offsetof(type, layers),                                                                                 \
     .min = 1,                                                                                                         \
     .max = 256,                                                                                                       \
     .fallback = layers_default,                                                                                       \
     .doc = blocks ", one upon the other."},                                                                           \
        {.key = "heads",                                                                                               \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, heads),                                                                              \
         .min = 1,                                                                                                     \
         .max = 256,                                                                                                   \
         .fallback = "4",                                                                                              \
         .doc = "Heads of the attention; they divide the dimension."},                                                 \
    {                                                                                                                  \
        .key = "feed_forward", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(type, feed_forward), .min = 0,          \
        .max = 1048576, .fallback = "0", .doc = "Units of the feed-forward layers; 0: four times the dimension."       \
    }

/* The rows of recurrent families, for their members cell (LJ_CELL_*), units and layers. */
#define LJ_RECURRENT_DECLARATIONS(type, units_default, units_doc)                                                      \
    {.key = "cell",                                                                                                    \
     .kind = LJ_DECLARED_CHOICE,                                                                                       \
     .offset = offsetof(type, cell),                                                                                   \
     .choices = lj_cell_choices,                                                                                       \
     .fallback = "lstm",                                                                                               \
     .doc = "Which recurrent layer."},                                                                                 \
        {.key = "units",                                                                                               \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, units),                                                                              \
         .min = 1,                                                                                                     \
         .max = 65536,                                                                                                 \
         .fallback = units_default,                                                                                    \
         .doc = units_doc},                                                                                            \
    {                                                                                                                  \
        .key = "layers", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(type, layers), .min = 1, .max = 16,           \
        .fallback = "1", .doc = "Recurrent layers, one upon the other."                                                \
    }

enum { LJ_CELL_LSTM, LJ_CELL_GRU };
extern const char *const lj_cell_choices[];

/* The rows of a family's table for them; `numbers_default` as a text. */
#define LJ_INPUT_DECLARATIONS(type, numbers_default, bins_default, dimension_default)                                  \
    {.key = "numbers",                                                                                                 \
     .kind = LJ_DECLARED_CHOICE,                                                                                       \
     .offset = offsetof(type, input.numbers),                                                                          \
     .choices = lj_numbers_choices,                                                                                    \
     .fallback = numbers_default,                                                                                      \
     .doc = "How numbers enter: as they are, embedded piecewise-linearly, or by waves."},                              \
        {.key = "bins",                                                                                                \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, input.bins),                                                                         \
         .min = 2,                                                                                                     \
         .max = 1024,                                                                                                  \
         .fallback = bins_default,                                                                                     \
         .doc = "Most bins of a piecewise-linear number, or frequencies of a periodic one."},                          \
        {.key = "dimension",                                                                                           \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, input.dimension),                                                                    \
         .min = 1,                                                                                                     \
         .max = 1024,                                                                                                  \
         .fallback = dimension_default,                                                                                \
         .doc = "Width of an embedded number."},                                                                       \
        {.key = "embedding_relu",                                                                                      \
         .kind = LJ_DECLARED_BOOL,                                                                                     \
         .offset = offsetof(type, input.embedding_relu),                                                               \
         .fallback = "false",                                                                                          \
         .doc = "A ReLU after the embedding of numbers."},                                                             \
        {.key = "frequency_scale",                                                                                     \
         .kind = LJ_DECLARED_NUMBER,                                                                                   \
         .offset = offsetof(type, input.frequency_scale),                                                              \
         .min = 1e-4,                                                                                                  \
         .max = 100,                                                                                                   \
         .fallback = "0.1",                                                                                            \
         .doc = "Deviation of the first frequencies of periodic numbers."},                                            \
        {.key = "categories",                                                                                          \
         .kind = LJ_DECLARED_CHOICE,                                                                                   \
         .offset = offsetof(type, input.categories),                                                                   \
         .choices = lj_categories_choices,                                                                             \
         .fallback = "one_hot",                                                                                        \
         .doc = "How categories enter."},                                                                              \
        {.key = "category_dimension",                                                                                  \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, input.category_dimension),                                                           \
         .min = 1,                                                                                                     \
         .max = 1024,                                                                                                  \
         .fallback = "8",                                                                                              \
         .doc = "Width of an embedded category."},                                                                     \
    {                                                                                                                  \
        .key = "input_dropout", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(type, input.input_dropout), .min = 0,   \
        .max = 0.95, .fallback = "0", .doc = "Share of the inputs that is dropped while training."                     \
    }

/* Numbers and codes as one row [B, W] for a network, input dropout applied. */
lj_value lj_network_input(lj_graph *g, const lj_network *network, const lj_input_options *options, lj_value numbers,
                          lj_value codes);
/*
 * The end of a network that reads more than a row: what it found, and the one-hot codes of the row beside it, through a
 * dense layer with ReLU (`hidden` units; 0: none) and dropout of both inputs. parts [n] of [B, D]; n <= 2.
 */
typedef struct lj_answer_options {
    int64_t hidden;
    double dropout;
    const char *name; /* of the first dropout */
} lj_answer_options;
lj_value lj_network_answer(lj_graph *g, const lj_network *network, lj_answer_options options, const lj_value *parts,
                           int n, lj_value codes);
/* Widths of the parts of that row that belong together (a number, a category), [count <= number_count +
 * category_count]. */
int64_t lj_network_chunks(const lj_network *network, const lj_input_options *options, int64_t *widths);
/* lj_family.bins of a family whose options begin with lj_input_options. */
int64_t lj_network_bins(const void *options);
/* lj_family.train_defaults of networks that are trained by AdamW on batches of at most 256. */
void lj_network_train_defaults(const void *options, int64_t n, lj_train_values *train);

/* The same of networks that read images. */
void lj_network_image_defaults(const void *options, int64_t n, lj_train_values *train);

/* What messages call the pipeline. */
const char *lj_network_file(const lj_network *network);
/* Values of a row: 1, or the classes. */
int64_t lj_network_outputs(const lj_model_spec *spec);

/* The training graph with its loss, and the scoring graph with its output "score". The caller destroys them. */
LJ_CHECKED lj_status lj_network_training(const lj_family *family, const lj_network *network,
                                         const lj_loss_options *loss, lj_graph **out, lj_value *loss_value);
/* The training graph of the weights that play against those of the other, for families with a rival. */
LJ_CHECKED lj_status lj_network_rival(const lj_family *family, const lj_network *network, lj_graph **out,
                                      lj_value *loss_value);
/* The graph with the output "logits" [B, T, V] of a family that reads texts. */
LJ_CHECKED lj_status lj_network_logits(const lj_family *family, const lj_network *network, lj_graph **out);
LJ_CHECKED lj_status lj_network_scoring(const lj_family *family, const lj_network *network, lj_graph **out);

/*
 * Quantile edges of each number: all distinct values if there are at most
 * most_bins + 1, else the distinct type 7 quantiles at k / most_bins. *bins is
 * the most that any number uses; rows of edges are filled up with the last one.
 * edges [number_count, *bins + 1] to free.
 */
LJ_CHECKED lj_status lj_network_edges(const lj_rows *train, int64_t most_bins, int64_t *bins, float **edges);

#endif
