#include "words/draw.h"

#include "lianjin/memory.h"

void lj_draw_free(lj_draw *draw)
{
    lj_free(draw->threshold);
    lj_free(draw->other);
    *draw = (lj_draw){0};
}

static uint32_t as_threshold(double share)
{
    return share >= 1.0 ? UINT32_MAX : (uint32_t)(share * 0x1p32);
}

/* share [count] is used up; order [count] is room: columns below 1 grow from the front, the others from the back. */
static void pair_columns(double *share, int32_t *order, lj_draw *out)
{
    int32_t small = 0, large = out->count;
    for (int32_t i = 0; i < out->count; i++) {
        if (share[i] < 1.0)
            order[small++] = i;
        else
            order[--large] = i;
    }
    int32_t next = 0; /* of the small ones, which are order[next .. small - 1]; large ones are order[large ..] */
    while (next < small && large < out->count) {
        const int32_t low = order[next++], high = order[large];
        out->threshold[low] = as_threshold(share[low]);
        out->other[low] = high;
        share[high] -= 1.0 - share[low];
        if (share[high] < 1.0) {
            large++;
            order[--next] = high; /* into the place that became free */
        }
    }
}

lj_status lj_draw_make(const double *weights, int32_t count, lj_draw *out)
{
    *out = (lj_draw){.count = count};
    double *share = lj_new_array(count, sizeof(*share));
    int32_t *order = lj_new_array(count, sizeof(*order));
    out->threshold = lj_new_array(count, sizeof(*out->threshold));
    out->other = lj_new_array(count, sizeof(*out->other));
    lj_status status = LJ_OK;
    if (share == NULL || order == NULL || out->threshold == NULL || out->other == NULL) {
        lj_draw_free(out);
        status = lj_fail(LJ_ENOMEM, "no memory to draw from %d words", count);
        goto done;
    }
    double sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += weights[i];
    for (int32_t i = 0; i < count; i++) {
        share[i] = weights[i] / sum * count;
        out->threshold[i] = UINT32_MAX; /* what rounding leaves over has a column of its own */
        out->other[i] = i;
    }
    pair_columns(share, order, out);
done:
    lj_free(share);
    lj_free(order);
    return status;
}
