/* The table of words as read-only data. LIANJIN_SEGMENT_TABLE is its path (cmake/LianjinSegment.cmake). */
    .section .rodata
    .balign 8
    .global lj_segment_table
    .type lj_segment_table, %object
lj_segment_table:
    .incbin LIANJIN_SEGMENT_TABLE
    .size lj_segment_table, . - lj_segment_table
    .section .note.GNU-stack, "", %progbits
