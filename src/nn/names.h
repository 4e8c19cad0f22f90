/* Names of the rows of the lists of nn.h, and back. */
#ifndef LIANJIN_NN_NAMES_H
#define LIANJIN_NN_NAMES_H

#include <stdint.h>

#include "lianjin/status.h"

/* Index of `word` among names [count]. LJ_ENOTFOUND "no <what> 'word'; did you mean ...? (<what>s: ...)". */
LJ_CHECKED lj_status lj_name_index(const char *what, const char *word, const char *const *names, int64_t count,
                                   int *index);

/* The names of lists of nn.h, ended by NULL; an index is the enumerator. */
extern const char *const lj_activation_choices[];
extern const char *const lj_initialiser_choices[];

#endif
