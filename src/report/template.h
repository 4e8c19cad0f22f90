/* The page that Vite builds from console/charts, as bytes of the program (template.S). */
#ifndef LIANJIN_REPORT_TEMPLATE_H
#define LIANJIN_REPORT_TEMPLATE_H

#include "lianjin/status.h"

/* Stands once in the template, where the data goes. */
#define LJ_REPORT_MARKER "\"lianjin-data-goes-here\""

extern const char lj_report_template[];
extern const char lj_report_template_end[];

/* Writes the template with the JSON text in the place of the marker, whole or not at all. */
LJ_CHECKED lj_status lj_report_page_write(const char *path, const char *json);

#endif
