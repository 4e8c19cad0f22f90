/* The scorecard as a table: for each column its bins, what was in them, and their points. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/document.h"
#include "lianjin/scorecard.h"

/* A text as CSV has it: in quotes if it must be. */
static void put_text(lj_text *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        lj_text_puts(out, text);
        return;
    }
    lj_text_puts(out, "\"");
    for (; *text != '\0'; text++)
        lj_text_printf(out, *text == '"' ? "\"\"" : "%c", *text);
    lj_text_puts(out, "\"");
}

static double share(int64_t part, int64_t all)
{
    return all > 0 ? (double)part / (double)all : 0.0;
}

lj_status lj_scorecard_csv(const lj_model *model, const lj_prep *prep, lj_text *out)
{
    lj_scorecard card;
    LJ_TRY(lj_scorecard_of(model, &card));
    lj_text_puts(out, "column,bin,rows,share,events,event_rate,woe,iv,points\n");
    for (int64_t j = 0; j < card.count; j++) {
        lj_prep_bins bins;
        const int is_used = card.weights[j] != 0.0F && lj_prep_number_bins(prep, j, &bins);
        for (int64_t b = 0; is_used && b < bins.count; b++) {
            put_text(out, lj_prep_number_name(prep, j));
            lj_text_puts(out, ",");
            put_text(out, bins.names[b]);
            lj_text_printf(out, ",%" PRId64 ",%.6f,%" PRId64 ",%.6f,%.6f,%.6f,%" PRId64 "\n", bins.rows[b],
                           share(bins.rows[b], bins.all_rows), bins.events[b], share(bins.events[b], bins.rows[b]),
                           bins.woe[b], bins.iv[b], lj_scorecard_points(&card, j, (float)bins.woe[b]));
        }
    }
    return lj_text_finish(out);
}

static void write_column(const lj_scorecard *card, int64_t j, const char *name, const lj_prep_bins *bins,
                         lj_json *json)
{
    lj_json_map(json, NULL);
    lj_json_string(json, "column", name);
    lj_json_double(json, "weight", (double)card->weights[j]);
    lj_json_double(json, "iv", bins->all_iv);
    lj_json_integer(json, "regular", bins->regular);
    lj_json_list(json, "bins");
    for (int64_t b = 0; b < bins->count; b++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "name", bins->names[b]);
        lj_json_integer(json, "rows", bins->rows[b]);
        lj_json_double(json, "share", share(bins->rows[b], bins->all_rows));
        lj_json_integer(json, "events", bins->events[b]);
        lj_json_double(json, "rate", share(bins->events[b], bins->rows[b]));
        lj_json_double(json, "woe", bins->woe[b]);
        lj_json_double(json, "iv", bins->iv[b]);
        lj_json_integer(json, "points", lj_scorecard_points(card, j, (float)bins->woe[b]));
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
}

lj_status lj_scorecard_json(const lj_model *model, const lj_prep *prep, lj_text *out)
{
    lj_scorecard card;
    lj_json json;
    LJ_TRY(lj_scorecard_of(model, &card));
    lj_json_start(&json, out, 1);
    lj_json_map(&json, NULL);
    lj_json_double(&json, "base_score", card.base_score);
    lj_json_double(&json, "base_odds", card.base_odds);
    lj_json_double(&json, "pdo", card.pdo);
    lj_json_list(&json, "columns");
    for (int64_t j = 0; j < card.count; j++) {
        lj_prep_bins bins;
        if (lj_prep_number_bins(prep, j, &bins))
            write_column(&card, j, lj_prep_number_name(prep, j), &bins, &json);
    }
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    return lj_text_finish(out);
}
