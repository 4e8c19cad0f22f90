/* Ctrl-C: the first asks for an orderly end, the second is obeyed at once. */
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "lianjin/progress.h"

static atomic_int interrupted; /* lock-free, so that the handler may write it */

static void on_signal(int number)
{
    if (atomic_exchange(&interrupted, 1)) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void lj_interrupt_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int lj_interrupted(void)
{
    return atomic_load_explicit(&interrupted, memory_order_relaxed);
}
