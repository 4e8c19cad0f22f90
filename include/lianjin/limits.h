/* All limits of the library: sizes, counts, depths. Exceeding one is an error, never an overrun. */
#ifndef LIANJIN_LIMITS_H
#define LIANJIN_LIMITS_H

#define LJ_MESSAGE_MAX 2048             /* bytes of an error message, with its end */
#define LJ_RANK_MAX 6                   /* dimensions of a value of a graph */
#define LJ_THREADS_MAX 256              /* threads of a team */
#define LJ_NAME_MAX 256                 /* bytes of a name of a column, layer or weight */
#define LJ_COLUMNS_MAX 65536            /* columns of a table */
#define LJ_IMAGE_SIDE_MAX 16384         /* pixels of a side of an image */
#define LJ_IMAGE_SET_BYTES_MAX (INT64_C(1) << 40) /* bytes of all images of a set, decoded */
#define LJ_IDX_BYTES_MAX (INT64_C(1) << 33)       /* bytes of an IDX file */
#define LJ_IMAGE_MEMORY_MAX (INT64_C(1) << 30)    /* those of more bytes lie in a temporary file */
#define LJ_IMAGE_PIXELS_MAX 100000000   /* pixels of one image */
#define LJ_IMAGE_FILE_BYTES_MAX (256u << 20) /* bytes of a file of an image */
#define LJ_CLASSES_MAX 4096             /* classes of a target */
#define LJ_TERMS_MAX (1 << 24)          /* columns of sparse rows: terms of all vocabularies */
#define LJ_TOKENS_MAX 65536             /* tokens of a text as a network reads it */
#define LJ_LAYERS_MAX 256               /* layers of a list */
#define LJ_WINDOW_MAX 65536             /* rows of a window of a series */
#define LJ_HORIZON_MAX 1000000          /* rows from a sample to its target */
#define LJ_WORD_BYTES_MAX 1000          /* bytes of a word that gets a vector */
#define LJ_WORD_SIZE_MAX 8192           /* numbers of a vector of a word */
#define LJ_WORD_WINDOW_MAX 100          /* words on each side */
#define LJ_JSON_BYTES_MAX (256u << 20)  /* bytes of a JSON document */
#define LJ_YAML_BYTES_MAX (4u << 20)    /* bytes of a pipeline file */
#define LJ_NESTING_MAX 64               /* depth of a JSON or YAML document */
#define LJ_SAFETENSORS_HEADER_MAX (100u << 20)
#define LJ_SHARD_ROWS 32                /* consecutive batch rows of a shard: part of the arithmetic */
#define LJ_CHAIN_BLOCK 256              /* summed indices of a block of a chain: part of the arithmetic */
#define LJ_LANES 16                     /* virtual lanes of a long reduction: part of the arithmetic */
#define LJ_ATTENTION_BLOCK 64           /* queries, and keys, of a block of attention: part of the arithmetic */
#define LJ_ARITHMETIC 1                 /* version of the arithmetic, stored in every bundle */
#define LJ_BUNDLE_FORMAT 1              /* version of the bundle, stored in model.json */

#endif
