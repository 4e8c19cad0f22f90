/* The epochs so far, in memory and as history.csv. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/file.h"
#include "train/trainer.h"

lj_status lj_history_add(lj_trainer *trainer, const lj_epoch *epoch)
{
    if (trainer->at.epoch >= trainer->epoch_capacity) {
        const int64_t capacity = trainer->epoch_capacity > 0 ? 2 * trainer->epoch_capacity : 64;
        lj_epoch *more = lj_resize_array(trainer->epochs, trainer->epoch_capacity, capacity, sizeof(*more));
        if (more == NULL)
            return lj_fail(LJ_ENOMEM, "train: no memory for the history of %" PRId64 " epochs", capacity);
        trainer->epochs = more;
        trainer->epoch_capacity = capacity;
    }
    trainer->epochs[trainer->at.epoch++] = *epoch;
    return LJ_OK;
}

static void cell(lj_text *text, double value, char end)
{
    if (!isnan(value))
        lj_text_printf(text, "%.9g", value);
    lj_text_printf(text, "%c", end);
}

lj_status lj_history_save(const char *path, const char *monitor, const lj_epoch *epochs, int64_t n)
{
    if (path == NULL)
        return LJ_OK;
    lj_text text = {0};
    int has_rival = 0;
    for (int64_t i = 0; i < n; i++)
        has_rival |= epochs[i].rival_loss != 0.0;
    lj_text_printf(&text, "epoch,loss,%svalid_loss,%s,rate,seconds\n",
                   has_rival ? "rival_loss," : "", strcmp(monitor, "loss") == 0 ? "monitored" : monitor);
    for (int64_t i = 0; i < n; i++) {
        const lj_epoch *epoch = &epochs[i];
        lj_text_printf(&text, "%" PRId64 ",", epoch->epoch);
        cell(&text, epoch->loss, ',');
        if (has_rival)
            cell(&text, epoch->rival_loss, ',');
        cell(&text, epoch->valid_loss, ',');
        cell(&text, epoch->monitor, ',');
        cell(&text, epoch->rate, ',');
        cell(&text, epoch->seconds, '\n');
    }
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_file_replace(path, text.data, text.size);
    lj_text_free(&text);
    return status;
}

lj_status lj_history_write(const lj_trainer *trainer)
{
    return lj_history_save(trainer->options.history, trainer->options.monitor, trainer->epochs, trainer->at.epoch);
}
