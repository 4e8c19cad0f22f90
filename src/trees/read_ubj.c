/*
 * Universal Binary JSON (ubjson.org, draft 12) as JSON: numbers are big-endian, a list may say the type of its elements
 * and how many there are. What has no bytes of its own (null, true) is refused as the type of a list, so that a text is
 * never much longer than its file.
 */
#include <inttypes.h>
#include <string.h>

#include "lianjin/limits.h"
#include "trees/import.h"

typedef struct ubj {
    const char *name;
    const unsigned char *at, *begin, *end;
    lj_json json;
    lj_text *text;
} ubj;

static lj_status bad(const ubj *u, const char *expected)
{
    return lj_fail(LJ_ECORRUPT, "%s: byte %lld: expected %s", u->name, (long long)(u->at - u->begin), expected);
}

static lj_status take(ubj *u, int size, uint64_t *out)
{
    if (u->end - u->at < size)
        return bad(u, "more bytes: the file is cut short");
    *out = 0;
    for (int i = 0; i < size; i++)
        *out = *out << 8 | *u->at++;
    return LJ_OK;
}

static lj_status take_integer(ubj *u, char type, int64_t *out)
{
    uint64_t bits = 0;
    switch (type) {
    case 'i':
        LJ_TRY(take(u, 1, &bits));
        *out = (int8_t)bits;
        return LJ_OK;
    case 'U':
        LJ_TRY(take(u, 1, &bits));
        *out = (int64_t)bits;
        return LJ_OK;
    case 'I':
        LJ_TRY(take(u, 2, &bits));
        *out = (int16_t)bits;
        return LJ_OK;
    case 'l':
        LJ_TRY(take(u, 4, &bits));
        *out = (int32_t)bits;
        return LJ_OK;
    case 'L':
        LJ_TRY(take(u, 8, &bits));
        *out = (int64_t)bits;
        return LJ_OK;
    default:
        return bad(u, "a whole number");
    }
}

static lj_status take_length(ubj *u, int64_t *out)
{
    uint64_t type = 0;
    LJ_TRY(take(u, 1, &type));
    LJ_TRY(take_integer(u, (char)type, out));
    return *out >= 0 && *out <= u->end - u->at ? LJ_OK : bad(u, "a length within the file");
}

/* To free with lj_free. */
static lj_status take_string(ubj *u, char **out)
{
    int64_t size = 0;
    LJ_TRY(take_length(u, &size));
    *out = lj_new_array(size + 1, 1);
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", u->name);
    memcpy(*out, u->at, (size_t)size);
    u->at += size;
    return LJ_OK;
}

static lj_status write_number(ubj *u, const char *key, char type)
{
    uint64_t bits = 0;
    if (type == 'd') {
        float value = 0.0F;
        LJ_TRY(take(u, 4, &bits));
        const uint32_t word = (uint32_t)bits;
        memcpy(&value, &word, sizeof(value));
        lj_json_float(&u->json, key, value);
        return LJ_OK;
    }
    if (type == 'D') {
        double value = 0.0;
        LJ_TRY(take(u, 8, &bits));
        memcpy(&value, &bits, sizeof(value));
        lj_json_double(&u->json, key, value);
        return LJ_OK;
    }
    int64_t value = 0;
    LJ_TRY(take_integer(u, type, &value));
    lj_json_integer(&u->json, key, value);
    return LJ_OK;
}

static lj_status write_value(ubj *u, const char *key, char type);

/* The type ('$') and the count ('#') of a container, 0 and -1 where they are not said. */
static lj_status take_head(ubj *u, char *type, int64_t *count)
{
    uint64_t byte = 0;
    *type = 0;
    *count = -1;
    if (u->at < u->end && *u->at == '$') {
        LJ_TRY(take(u, 2, &byte));
        *type = (char)(byte & 0xff);
        if (memchr("iUIlLdD", *type, 7) == NULL)
            return bad(u, "a list of numbers behind '$'");
        if (u->at == u->end || *u->at != '#')
            return bad(u, "the count of a list that says its type");
    }
    if (u->at < u->end && *u->at == '#') {
        u->at++;
        LJ_TRY(take_length(u, count));
    }
    return LJ_OK;
}

static lj_status write_members(ubj *u, char end, char type, int64_t count)
{
    for (int64_t i = 0; count < 0 || i < count; i++) {
        char *key = NULL;
        uint64_t byte = (unsigned char)type;
        if (u->text->size > LJ_JSON_BYTES_MAX)
            return lj_fail(LJ_EUNSUPPORTED, "%s: as JSON it is larger than %u bytes", u->name, LJ_JSON_BYTES_MAX);
        if (count < 0 && u->at < u->end && *u->at == (unsigned char)end) {
            u->at++;
            return LJ_OK;
        }
        lj_status status = end == '}' ? take_string(u, &key) : LJ_OK;
        if (status == LJ_OK && type == 0)
            status = take(u, 1, &byte);
        if (status == LJ_OK)
            status = write_value(u, key, (char)byte);
        lj_free(key);
        LJ_TRY(status);
    }
    return LJ_OK;
}

static lj_status write_container(ubj *u, const char *key, char type)
{
    char element = 0;
    int64_t count = -1;
    if (u->json.depth + 2 > LJ_NESTING_MAX)
        return bad(u, "fewer levels of nesting");
    LJ_TRY(take_head(u, &element, &count));
    if (type == '{')
        lj_json_map(&u->json, key);
    else
        lj_json_list(&u->json, key);
    LJ_TRY(write_members(u, type == '{' ? '}' : ']', element, count));
    if (type == '{')
        lj_json_end_map(&u->json);
    else
        lj_json_end_list(&u->json);
    return LJ_OK;
}

static lj_status write_value(ubj *u, const char *key, char type)
{
    char *text = NULL;
    switch (type) {
    case '{':
    case '[':
        return write_container(u, key, type);
    case 'T':
    case 'F':
        lj_json_bool(&u->json, key, type == 'T');
        return LJ_OK;
    case 'Z':
        lj_json_null(&u->json, key);
        return LJ_OK;
    case 'S': {
        const lj_status status = take_string(u, &text);
        if (status == LJ_OK)
            lj_json_string(&u->json, key, text);
        lj_free(text);
        return status;
    }
    default:
        return memchr("iUIlLdD", type, 7) != NULL ? write_number(u, key, type) : bad(u, "a type that UBJSON has");
    }
}

lj_status lj_ubj_to_json(const char *name, const char *bytes, size_t size, lj_text *out)
{
    ubj u = {.name = name, .begin = (const unsigned char *)bytes, .text = out};
    uint64_t type = 0;
    u.at = u.begin;
    u.end = u.begin + size;
    lj_json_start(&u.json, out, 1);
    LJ_TRY(take(&u, 1, &type));
    LJ_TRY(write_value(&u, NULL, (char)type));
    return u.at == u.end ? lj_text_finish(out) : bad(&u, "the end of the file");
}
