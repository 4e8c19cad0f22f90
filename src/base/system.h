/* What the folder base/ shares about the operating system. */
#ifndef BASE_SYSTEM_H
#define BASE_SYSTEM_H

#include "lianjin/status.h"

/*
 * "PATH: WHAT: cause of `error`" (an errno). LJ_ENOTFOUND with the nearest
 * name in the folder when there is no such file, else LJ_EIO.
 */
LJ_CHECKED lj_status lj_system_fail(int error, const char *what, const char *path);

/* Makes a rename in the folder of `path` survive a power cut. A file system that cannot sync a folder is no error. */
void lj_sync_folder_of(const char *path);

/* strtod with a point as the decimal mark, whatever locale the program is in. */
double lj_parse_double(const char *text, char **end);

#endif
