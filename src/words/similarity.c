/* What people said of pairs of words, and what cosines say. */
#include <inttypes.h>
#include <math.h>

#include "base/system.h"
#include "words/lists.h"
#include "words/rank.h"
#include "words/vectors.h"

typedef struct scores {
    double *people, *cosines; /* [capacity] */
    int64_t capacity;
    int has_header;
} scores;

static lj_status grow(scores *s, int64_t n)
{
    if (n < s->capacity)
        return LJ_OK;
    const int64_t capacity = s->capacity == 0 ? 1024 : 2 * s->capacity;
    double *people = lj_resize_array(s->people, s->capacity, capacity, sizeof(*people));
    if (people != NULL)
        s->people = people;
    double *cosines = lj_resize_array(s->cosines, s->capacity, capacity, sizeof(*cosines));
    if (cosines != NULL)
        s->cosines = cosines;
    if (people == NULL || cosines == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " pairs", capacity);
    s->capacity = capacity;
    return LJ_OK;
}

static lj_status take_pair(const lj_word_vectors *v, const lj_list *list, const char *const *fields, int64_t n,
                           scores *s, lj_word_similarity_result *out)
{
    char *end = NULL;
    const double score = n >= 3 ? lj_parse_double(fields[2], &end) : 0;
    const int is_number = n >= 3 && end != fields[2] && *end == '\0' && isfinite(score);
    if (!is_number && n >= 3 && out->pairs == 0 && !s->has_header) {
        s->has_header = 1;
        return LJ_OK;
    }
    if (!is_number)
        return lj_fail(LJ_EDATA, "%s: line %" PRId64 ": expected two words and a number apart by tabs, commas or "
                       "blanks, found %s%.32s", list->path, list->line, n < 3 ? "fewer fields than three" : "",
                       n < 3 ? "" : fields[2]);
    out->pairs++;
    const int64_t a = lj_word_vectors_find_any(v, fields[0]), b = lj_word_vectors_find_any(v, fields[1]);
    if (a < 0 || b < 0)
        return LJ_OK;
    LJ_TRY(grow(s, out->known));
    s->people[out->known] = score;
    return lj_word_vectors_similarity(v, lj_word_vectors_word(v, a), lj_word_vectors_word(v, b),
                                      &s->cosines[out->known++]);
}

lj_status lj_word_vectors_rate_pairs(const lj_word_vectors *v, const char *path, lj_word_similarity_result *out)
{
    lj_list list;
    scores s = {0};
    *out = (lj_word_similarity_result){.spearman = NAN, .pearson = NAN};
    LJ_TRY(lj_list_open(path, &list));
    lj_status status = LJ_OK;
    const char *fields[LJ_LIST_FIELDS_MAX];
    for (int64_t n = lj_list_next(&list, fields); n > 0 && status == LJ_OK; n = lj_list_next(&list, fields))
        status = take_pair(v, &list, fields, n, &s, out);
    if (status == LJ_OK && out->pairs == 0)
        status = lj_fail(LJ_EDATA, "%s: expected pairs of words with a score, found none", path);
    if (status == LJ_OK) {
        out->pearson = lj_pearson(s.people, s.cosines, out->known);
        status = lj_spearman(s.people, s.cosines, out->known, &out->spearman);
    }
    lj_list_close(&list);
    lj_free(s.people);
    lj_free(s.cosines);
    return status;
}
