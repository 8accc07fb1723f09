/* Runs the unit tests without Criterion, each in a process of its own; see criterion/criterion.h.
 * usage: unit [--filter SUITE/NAME] [--jobs N]; other options of Criterion are passed over. */
#include "criterion/criterion.h"
#include <fnmatch.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds after which a test has hung. */
#define TEST_LIMIT 300

/* Seconds from which on a test that passes is told as slow. */
#define SLOW 10

/* Tests that may run at once. */
#define MOST_AT_ONCE 16

typedef struct running_test {
    pid_t child;
    const plain_test *test;
    time_t start;
} running_test;

static plain_test *tests;
static int checks_failed;
static FILE *report;   /* standard error as it was before a test redirected it */
static FILE *captured; /* where it goes to once redirected */

void plain_add(plain_test *test)
{
    test->next = tests;
    tests = test;
}

void plain_check(bool holds, bool fatal, const char *file, int line, const char *condition,
                 const char *format, ...)
{
    if (holds)
        return;
    va_list arguments;
    va_start(arguments, format);
    fprintf(report, "%s:%d: does not hold: %s: ", file, line, condition);
    vfprintf(report, format, arguments);
    fprintf(report, "\n");
    fflush(report);
    va_end(arguments);
    checks_failed++;
    if (fatal)
        _exit(EXIT_FAILURE);
}

void plain_redirect_stderr(void)
{
    captured = tmpfile();
    if (!captured || dup2(fileno(captured), STDERR_FILENO) < 0)
        abort();
}

bool plain_stderr_is(const char *expected)
{
    char text[64 * 1024];
    fflush(stderr);
    ssize_t length = pread(fileno(captured), text, sizeof text - 1, 0);
    if (length < 0)
        return false;
    text[length] = '\0';
    return strcmp(text, expected) == 0;
}

static const plain_test *find_suite(const char *name)
{
    for (const plain_test *test = tests; test; test = test->next)
        if (!test->run && strcmp(test->suite, name) == 0)
            return test;
    return NULL;
}

static void run_here(const plain_test *test)
{
    const plain_test *suite = find_suite(test->suite);
    void (*init)(void) = test->init || !suite ? test->init : suite->init;
    void (*fini)(void) = test->fini || !suite ? test->fini : suite->fini;
    alarm(TEST_LIMIT);
    if (init)
        init();
    test->run();
    if (fini)
        fini();
    exit(checks_failed ? EXIT_FAILURE : EXIT_SUCCESS); /* exit: sanitizers report then */
}

/* Waits for a test to end, and counts it. */
static void take_result(running_test *running, size_t *count, int counts[3])
{
    int status;
    pid_t child = wait(&status);
    size_t i = 0;
    while (i < *count && running[i].child != child)
        i++;
    if (child < 0 || i == *count)
        abort();
    const plain_test *test = running[i].test;
    long seconds = (long)(time(NULL) - running[i].start);
    running[i] = running[--*count];
    int result = status == 0 ? 0 : WIFEXITED(status) ? 1 : 2;
    counts[result]++;
    if (result)
        printf("[%s] %s/%s\n", result == 1 ? "FAIL" : "CRASH", test->suite, test->name);
    else if (seconds >= SLOW)
        printf("[PASS] %s/%s: slow, %ld s\n", test->suite, test->name, seconds);
    fflush(stdout);
}

static void start(const plain_test *test, running_test *running, size_t *count)
{
    running[*count] = (running_test){fork(), test, time(NULL)};
    if (running[*count].child == 0)
        run_here(test);
    if (running[*count].child < 0)
        abort();
    ++*count;
}

int main(int argc, char **argv)
{
    const char *filter = "*";
    running_test running[MOST_AT_ONCE];
    size_t count = 0, jobs = 1;
    int counts[3] = {0}; /* passed, failed, crashed */
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--filter") == 0)
            filter = argv[i + 1];
        if (strcmp(argv[i], "--jobs") == 0)
            jobs = strtoul(argv[i + 1], NULL, 10);
    }
    jobs = jobs < 1 ? 1 : jobs > MOST_AT_ONCE ? MOST_AT_ONCE : jobs;
    report = fdopen(dup(STDERR_FILENO), "w");
    for (const plain_test *test = tests; test; test = test->next) {
        char name[256];
        snprintf(name, sizeof name, "%s/%s", test->suite, test->name);
        if (!test->run || fnmatch(filter, name, 0) != 0)
            continue;
        if (count == jobs)
            take_result(running, &count, counts);
        start(test, running, &count);
    }
    while (count)
        take_result(running, &count, counts);
    printf("[====] Synthesis: Tested: %d | Passing: %d | Failing: %d | Crashing: %d\n",
           counts[0] + counts[1] + counts[2], counts[0], counts[1], counts[2]);
    return counts[1] + counts[2] ? EXIT_FAILURE : EXIT_SUCCESS;
}
