/* The tree of the hierarchical softmax: shortest paths on the whole, ties by rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "words/huffman.h"

static void frequent_classes_have_short_paths(void **state)
{
    (void)state;
    /* Cormen, Leiserson, Rivest and Stein, "Introduction to algorithms", section on Huffman codes: a 45, b 13, c 12, d
     * 16, e 9, f 5 have codes of 1, 3, 3, 3, 4 and 4 bits. */
    static const float share[] = {45, 13, 12, 16, 9, 5};
    static const int64_t bits[] = {1, 3, 3, 3, 4, 4};
    lj_huffman tree;
    assert_int_equal(lj_huffman_make(share, 6, &tree), LJ_OK);
    for (int c = 0; c < 6; c++) {
        assert_int_equal(tree.begin[c + 1] - tree.begin[c], bits[c]);
        assert_int_equal(tree.node[tree.begin[c]], 4); /* every path begins at the root */
    }
    lj_huffman_free(&tree);
}

static void paths_tell_classes_apart_also_when_all_are_equal(void **state)
{
    (void)state;
    enum { CLASSES = 7 };
    static const float share[CLASSES] = {0};
    lj_huffman tree;
    assert_int_equal(lj_huffman_make(share, CLASSES, &tree), LJ_OK);
    double sum = 0.0;
    for (int c = 0; c < CLASSES; c++) {
        double p = 1.0;
        for (int64_t k = tree.begin[c]; k < tree.begin[c + 1]; k++)
            p /= 2.0;
        sum += p;
        for (int d = 0; d < c; d++) {
            int64_t i = tree.begin[c], j = tree.begin[d];
            while (tree.node[i] == tree.node[j] && tree.is_right[i] == tree.is_right[j]) {
                i++, j++;
                assert_true(i < tree.begin[c + 1] && j < tree.begin[d + 1]);
            }
            assert_int_equal(tree.node[i], tree.node[j]); /* they part at a node, to its two sides */
        }
    }
    assert_true(sum == 1.0);
    lj_huffman_free(&tree);
}

static void two_classes_are_one_node(void **state)
{
    (void)state;
    static const float share[] = {0.7F, 0.3F};
    lj_huffman tree;
    assert_int_equal(lj_huffman_make(share, 2, &tree), LJ_OK);
    assert_int_equal(tree.begin[2], 2);
    assert_true(tree.node[0] == 0 && tree.node[1] == 0);
    assert_int_equal(tree.is_right[0], 1); /* the rarer is joined first, on the left */
    assert_int_equal(tree.is_right[1], 0);
    lj_huffman_free(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequent_classes_have_short_paths),
        cmocka_unit_test(paths_tell_classes_apart_also_when_all_are_equal),
        cmocka_unit_test(two_classes_are_one_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
