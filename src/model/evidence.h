/* How much a term tells of the class. */
#ifndef LIANJIN_MODEL_EVIDENCE_H
#define LIANJIN_MODEL_EVIDENCE_H

#include <stdint.h>

#include "lianjin/sparse.h"

/*
 * Factors of the first `terms` columns, by the classes of the rows that have them: a floor, and 1 less the entropy of
 * p(class | term) with all classes made equally frequent, in units of its largest value (Wang, Wang and others,
 * "Inverse category frequency and balanced distributional concentration", NLPCC 2015). Rare terms are drawn towards
 * knowing nothing by a prior of (3 + classes) / 2 texts. The factors keep the mean square of all entries; other columns have 1.
 * factor [x->width]. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_term_evidence(const lj_sparse *x, const double *class_of, int64_t classes, int64_t terms,
                                      float *factor);

#endif
