#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/system.h"

lj_status lj_spill_open(const char *folder, const char *what, int *file)
{
    const char *wanted = getenv("TMPDIR");
    char path[4096];
    if (wanted != NULL && wanted[0] != '\0')
        folder = wanted;
    (void)snprintf(path, sizeof(path), "%s/lianjin-XXXXXX", folder);
    *file = mkstemp(path);
    if (*file < 0)
        return lj_system_fail(errno, what, path);
    (void)unlink(path);
    return LJ_OK;
}

lj_status lj_spill_map(int file, void *old, int64_t old_bytes, int64_t bytes, void **out)
{
    const int error = posix_fallocate(file, 0, bytes); /* a full disk is told now, not by a signal later */
    if (error != 0)
        return lj_system_fail(error, "cannot make room in a temporary file (TMPDIR says where)", "TMPDIR");
    void *block = old == NULL ? mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) :
                                mremap(old, (size_t)old_bytes, (size_t)bytes, MREMAP_MAYMOVE);
    if (block == MAP_FAILED)
        return lj_fail(LJ_ENOMEM, "no room for %lld bytes of a temporary file", (long long)bytes);
    *out = block;
    return LJ_OK;
}

void lj_spill_unmap(void *block, int64_t bytes)
{
    if (block != NULL)
        (void)munmap(block, (size_t)bytes);
}
