/* Version of the library and the program. */
#ifndef LIANJIN_VERSION_H
#define LIANJIN_VERSION_H

#define LJ_VERSION "0.1.0"

#endif
