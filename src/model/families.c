#include "model/families.h"

#include <string.h>

static const lj_family *const families[] = {
#define X(name) &lj_family_##name,
    LJ_FAMILY_LIST(X)
#undef X
};

#define FAMILIES ((int64_t)(sizeof(families) / sizeof(families[0])))

int64_t lj_family_count(void)
{
    return FAMILIES;
}

const lj_family_info *lj_family_at(int64_t index)
{
    return index >= 0 && index < FAMILIES ? &families[index]->info : NULL;
}

lj_status lj_family_row(const char *name, const lj_family **out)
{
    const char *names[FAMILIES];
    lj_text list = {0};
    *out = NULL;
    for (int64_t i = 0; i < FAMILIES; i++) {
        names[i] = families[i]->info.name;
        if (strcmp(names[i], name) == 0) {
            lj_text_free(&list);
            *out = families[i];
            return LJ_OK;
        }
        lj_text_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    for (int64_t i = 0; i < FAMILIES; i++)
        names[i] = families[i]->info.name;
    const char *near = lj_nearest(name, names, FAMILIES);
    lj_status status = lj_text_finish(&list);
    if (status == LJ_OK)
        status = near != NULL
                     ? lj_fail(LJ_ENOTFOUND, "no family '%s'; did you mean '%s'? (families: %s)", name, near, list.data)
                     : lj_fail(LJ_ENOTFOUND, "no family '%s' (families: %s)", name, list.data);
    lj_text_free(&list);
    return status;
}

lj_status lj_family_find(const char *name, const lj_family_info **out)
{
    const lj_family *row = NULL;
    *out = NULL;
    LJ_TRY(lj_family_row(name, &row));
    *out = &row->info;
    return LJ_OK;
}
