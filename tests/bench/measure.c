/* Runs a command some times and prints one line: wall seconds of the fastest run, its CPU seconds, and the
 * peak memory of all: measure RUNS COMMAND [ARGUMENT]... The command's standard output is thrown away
 * unless it redirects it itself; a status above 1 (1 means "differences found") fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct cost {
    double wall, cpu, megabytes;
} cost;

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int run_once(char **command, cost *paid)
{
    struct timespec begin, end;
    struct rusage usage;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execvp(command[0], command);
        fprintf(stderr, "measure: %s: %s\n", command[0], strerror(errno));
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return 127;
    clock_gettime(CLOCK_MONOTONIC, &end);
    paid->wall = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    paid->cpu = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    paid->megabytes = (double)usage.ru_maxrss / 1024;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    cost best = {0};
    double peak = 0;
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    if (runs < 1) {
        fprintf(stderr, "usage: measure RUNS COMMAND [ARGUMENT]...\n");
        return 2;
    }
    for (int i = 0; i < runs; i++) {
        cost paid;
        int status = run_once(argv + 2, &paid);
        if (status > 1) {
            fprintf(stderr, "measure: %s ended with status %d\n", argv[2], status);
            return 1;
        }
        if (i == 0 || paid.wall < best.wall)
            best = paid;
        peak = paid.megabytes > peak ? paid.megabytes : peak;
    }
    printf("%.3f %.3f %.0f\n", best.wall, best.cpu, peak);
    return 0;
}
