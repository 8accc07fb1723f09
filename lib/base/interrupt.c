/* SIGINT and SIGTERM as a request to stop soundly. */
#include "g3/base/interrupt.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_bool interrupted; /* read by threads, too; lock-free, so a handler may set it */
static atomic_bool inquired;
static int wake_pipe[2] = {-1, -1};

static void note_signal(int number)
{
    (void)number;
    atomic_store_explicit(&interrupted, true, memory_order_relaxed);
    /* The byte only wakes poll(); a full pipe has woken it already. */
    ssize_t written = write(wake_pipe[1], "", 1);
    (void)written;
}

static void note_inquiry(int number)
{
    (void)number;
    atomic_store_explicit(&inquired, true, memory_order_relaxed);
}

/* Fills the places of standard files that the process was started without, for else the pipe below
 * or the first file opened would take them: a tool would read from its own pipe for ever, or write
 * its results into it. They are opened the wrong way round, so that using them fails. */
static void hold_standard_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void g3_interrupt_set_up(void)
{
    hold_standard_descriptors();
    /* SA_RESETHAND: a second signal ends the process. No SA_RESTART: a blocked read returns. */
    struct sigaction stop = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction inquiry = {.sa_handler = note_inquiry, .sa_flags = SA_RESTART};
    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) == 0) {
        sigaction(SIGINT, &stop, NULL);
        sigaction(SIGTERM, &stop, NULL);
    }
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGUSR1, &inquiry, NULL);
}

bool g3_interrupted(void)
{
    return atomic_load_explicit(&interrupted, memory_order_relaxed);
}

bool g3_interrupt_take_inquiry(void)
{
    return atomic_load_explicit(&inquired, memory_order_relaxed) &&
           atomic_exchange_explicit(&inquired, false, memory_order_relaxed);
}

int g3_interrupt_descriptor(void)
{
    return wake_pipe[0];
}
