/* safetensors: what the Python package writes, what comes back, and headers that lie. */
#include "nn/golden.h"

#include <unistd.h>

#include "lianjin/file.h"

static void a_file_of_the_python_package_is_read_whole(void **state)
{
    (void)state;
    lj_weights *weights = NULL;
    lj_doc *header = NULL;
    MUST(lj_safetensors_open(GOLDEN("python.safetensors"), &weights, &header));
    assert_int_equal(lj_weights_count(weights), 6);
    assert_string_equal(lj_item_get(lj_item_get(lj_doc_root(header), "__metadata__"), "by")->text, "safetensors");

    const lj_tensor *weight = lj_weights_find(weights, "dense.weight");
    assert_non_null(weight);
    assert_int_equal(weight->shape.rank, 2);
    assert_int_equal(weight->shape.dim[0], 3);
    assert_int_equal(weight->shape.dim[1], 2);
    const lj_tensor *scalar = lj_weights_find(weights, "scalar");
    assert_int_equal(scalar->shape.rank, 0);
    assert_true(((const float *)scalar->data)[0] == 2.5F);
    const lj_tensor *codes = lj_weights_find(weights, "codes");
    assert_int_equal(codes->dtype, LJ_I32);
    assert_int_equal(((const int32_t *)codes->data)[0], 14);

    const float halves[] = {1.0F, -2.5F, 65504.0F, 5.9604645e-08F, 0.0F};
    assert_memory_equal(lj_weights_find(weights, "half")->data, halves, sizeof(halves));
    const float *brain = lj_weights_find(weights, "brain")->data;
    assert_true(brain[0] == 1.0F && brain[1] == -3.0F && fabsf(brain[2] / 1e30F - 1.0F) < 0.01F);
    lj_doc_destroy(header);
    lj_weights_destroy(weights);
}

static void what_was_written_comes_back_with_the_same_hash(void **state)
{
    (void)state;
    const char *path = "test_safetensors.safetensors";
    lj_weights *weights = NULL, *again = NULL;
    lj_tensor *tensor = NULL;
    lj_doc *header = NULL;
    char first[65], second[65];
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_new(weights, "z", LJ_F32, lj_shape_of(2, 3), &tensor));
    for (int i = 0; i < 6; i++)
        ((float *)tensor->data)[i] = (float)i / 7.0F;
    MUST(lj_weights_new(weights, "a \"quoted\"\n\xE9\x87\x91", LJ_I32, lj_shape_of(2), &tensor));
    ((int32_t *)tensor->data)[1] = -5;
    const char *const metadata[] = {"by", "lianjin"};
    MUST(lj_safetensors_write(path, weights, metadata, 1));
    MUST(lj_safetensors_open(path, &again, &header));
    MUST(lj_weights_sha256(weights, first));
    MUST(lj_weights_sha256(again, second));
    assert_string_equal(first, second);
    assert_string_equal(lj_item_get(lj_item_get(lj_doc_root(header), "__metadata__"), "by")->text, "lianjin");
    lj_doc_destroy(header);
    lj_weights_destroy(again);
    lj_weights_destroy(weights);
    (void)unlink(path);
}

/* Builds header + data and expects the status and a part of the message. */
static void refuse(const char *header, size_t data, lj_status expected, const char *part)
{
    char bytes[1024] = {0};
    const uint64_t size = strlen(header);
    assert_true(size + data + 8 <= sizeof(bytes));
    memcpy(bytes, &size, 8);
    memcpy(bytes + 8, header, size);
    lj_weights *weights = NULL;
    const lj_status status = lj_safetensors_parse("f", bytes, (size_t)size + data + 8, &weights);
    if (status != expected)
        fail_msg("%s: expected %s, found %s (%s)", header, lj_status_name(expected), lj_status_name(status),
                 status == LJ_OK ? "" : lj_error_message());
    assert_null(weights);
    if (strstr(lj_error_message(), part) == NULL)
        fail_msg("%s: expected '%s' in '%s'", header, part, lj_error_message());
}

static void a_header_that_lies_is_refused_with_the_reason(void **state)
{
    (void)state;
    refuse("[]", 0, LJ_ECORRUPT, "expected a map as the header");
    refuse("{\"a\":1}", 0, LJ_ECORRUPT, "tensor 'a': expected a map");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, LJ_ECORRUPT, "outside the file");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 12, LJ_ECORRUPT, "expected 8 bytes");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, LJ_ECORRUPT, "does not fit");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, LJ_ECORRUPT, "does not fit");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, LJ_ECORRUPT, "dimension");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, LJ_ECORRUPT, "dimension");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4294967296],\"data_offsets\":[0,4]}}", 4,
           LJ_ECORRUPT, "overflows");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, LJ_EUNSUPPORTED, "no elements");
    refuse("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, LJ_EUNSUPPORTED, "found 'F64'");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, LJ_EUNSUPPORTED,
           "at most 6 dimensions");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
           "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
           4, LJ_ECORRUPT, "overlaps");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
           "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
           12, LJ_ECORRUPT, "gap");
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
           "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
           8, LJ_ECORRUPT, "a");
    refuse("{\"__metadata__\":{\"k\":1}}", 0, LJ_ECORRUPT, "metadata 'k'");
}

static void a_file_cut_short_is_refused(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t size = 0;
    MUST(lj_file_read(GOLDEN("python.safetensors"), 1 << 20, &bytes, &size));
    for (size_t n = 0; n < size; n++) {
        lj_weights *weights = NULL;
        assert_int_equal(lj_safetensors_parse("f", bytes, n, &weights), LJ_ECORRUPT);
        assert_null(weights);
    }
    lj_free(bytes);
}

static void a_header_larger_than_the_file_is_refused(void **state)
{
    (void)state;
    const unsigned char bytes[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, '{', '}'};
    lj_weights *weights = NULL;
    assert_int_equal(lj_safetensors_parse("f", bytes, sizeof(bytes), &weights), LJ_ECORRUPT);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t size = 0;
    MUST(lj_file_read(GOLDEN("python.safetensors"), 1 << 20, &bytes, &size));
    const int64_t live = lj_test_live_allocations();
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_weights *weights = NULL;
        lj_test_fail_allocation(n);
        status = lj_safetensors_parse("f", bytes, size, &weights);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && weights == NULL));
        lj_weights_destroy(weights);
        assert_int_equal(lj_test_live_allocations(), live);
    }
    lj_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_the_python_package_is_read_whole),
        cmocka_unit_test(what_was_written_comes_back_with_the_same_hash),
        cmocka_unit_test(a_header_that_lies_is_refused_with_the_reason),
        cmocka_unit_test(a_file_cut_short_is_refused),
        cmocka_unit_test(a_header_larger_than_the_file_is_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("nn/safetensors", tests, NULL, NULL);
}
