/*
 * drop: the columns are left out. There is no operation.
 */
#include "prep/transforms.h"

const lj_transform lj_transform_drop = {
    .name = "drop",
    .doc = "Leaves columns out.",
    .takes = LJ_TAKES_NUMBER | LJ_TAKES_CATEGORY | LJ_TAKES_TIME,
};
