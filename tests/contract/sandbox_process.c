/* A g3-sandbox that a test starts and stops. */
#include "sandbox_process.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void __attribute__((noreturn)) become(const char *program, const char *collation, int output)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* never outlive the test */
    dup2(output, STDOUT_FILENO);
    execlp(program, program, "--collation", collation, (char *)NULL);
    _exit(127); /* what a shell says for a program that is not there */
}

bool sandbox_process_start(struct sandbox_process *sandbox, const char *program,
                           const char *collation, g3_error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0 || (sandbox->process = fork()) < 0)
        return g3_fail(error, G3_EXIT_LOCAL, "cannot start %s: %m", program);
    if (sandbox->process == 0)
        become(program, collation, ends[1]);
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    bool ready = output && fgets(sandbox->endpoint, sizeof sandbox->endpoint, output);
    if (output)
        fclose(output);
    sandbox->endpoint[strcspn(sandbox->endpoint, "\n")] = '\0';
    if (ready)
        return true;
    sandbox_process_stop(sandbox, NULL);
    return g3_fail(error, G3_EXIT_LOCAL, "%s did not get ready", program);
}

bool sandbox_process_stop(struct sandbox_process *sandbox, g3_error *error)
{
    int status;
    kill(sandbox->process, SIGTERM);
    if (waitpid(sandbox->process, &status, 0) != sandbox->process)
        return g3_fail(error, G3_EXIT_LOCAL, "the sandbox is lost: %m");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return g3_fail(error, G3_EXIT_LOCAL, "the sandbox ended with status %#x", (unsigned)status);
    return true;
}
