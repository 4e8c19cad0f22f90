/* Files without a name, for what is larger than memory: gone when they are closed, however the program ends. */
#ifndef BASE_SPILL_H
#define BASE_SPILL_H

#include <stdint.h>

#include "lianjin/status.h"

/* Opens one in $TMPDIR, else `folder`; `what` is for messages. The caller closes it. LJ_EIO. */
LJ_CHECKED lj_status lj_spill_open(const char *folder, const char *what, int *file);

/*
 * The first `bytes` of the file as memory, which grows with it, zeroed, and which the system moves out of memory as it
 * needs. old [old_bytes] is the mapping before, NULL at first; it is gone when this succeeds. The file may be closed
 * then. LJ_EIO: no room on the disk; LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_spill_map(int file, void *old, int64_t old_bytes, int64_t bytes, void **out);
void lj_spill_unmap(void *block, int64_t bytes);

#endif
