/* The bins of a column that its weights of evidence are made of. Never change after the fit. */
#ifndef LIANJIN_PREP_WOE_BINS_H
#define LIANJIN_PREP_WOE_BINS_H

#include "prep/binning.h"
#include "prep/transform.h"

#define LJ_WOE_CODES_MAX 64

/*
 * Every value is in one bin. First come the regular ones, then one for each special code of a number, last the
 * missing values.
 */
typedef struct lj_woe_bins {
    int is_number;
    double *edges;     /* number: [edge_count] strictly ascending; a value on an edge is in the bin above */
    int64_t edge_count;
    double *codes;     /* number: [code_count] strictly ascending, each a bin of its own */
    int64_t code_count;
    int32_t *bin_of;   /* category: [level_count] */
    int64_t level_count;
    int32_t other;     /* category: bin of a level that the training part does not have; -1: its WoE is 0 */
    lj_prep_bins table; /* woe is 0 where a bin has too few events or others to tell */
} lj_woe_bins;

/* The bin of a register's value, -1: of a level that has none. */
int64_t lj_woe_bin_of(const lj_woe_bins *bins, double x);

/* Fills the table: arrays [count] that live as long as the bins. */
LJ_CHECKED lj_status lj_woe_bins_fill(lj_woe_bins *bins, lj_arena *arena, const char *const *names,
                                      const lj_tally *tallies, const double *woe);

void lj_woe_bins_save(const lj_woe_bins *bins, lj_json *json);
LJ_CHECKED lj_status lj_woe_bins_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena,
                                      lj_woe_bins **out);

#endif
