/* The built page as read-only data. LIANJIN_REPORT_TEMPLATE is its path (cmake/LianjinReport.cmake). */
    .section .rodata
    .global lj_report_template
    .type lj_report_template, %object
lj_report_template:
    .incbin LIANJIN_REPORT_TEMPLATE
    .global lj_report_template_end
    .type lj_report_template_end, %object
lj_report_template_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
