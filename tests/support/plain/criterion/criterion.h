/* The part of Criterion's interface that our unit tests use, for builds with the thread sanitizer:
 * Criterion hands its tests over through memory at fixed addresses, which that sanitizer keeps for
 * itself
 * ("Could not initialize inheritable arena"). Here a test is a forked process and nothing more; see
 * ../runner.c. The tests themselves are the same sources.
 */
#ifndef G3_TESTS_PLAIN_CRITERION_H
#define G3_TESTS_PLAIN_CRITERION_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct plain_test {
    const char *suite, *name;
    void (*run)(void); /* NULL: not a test but the suite's defaults for init and fini */
    void (*init)(void);
    void (*fini)(void);
    struct plain_test *next;
} plain_test;

/* Called before main by what Test() and TestSuite() make. */
void plain_add(plain_test *test);

/* Notes and reports a condition that does not hold; ends the test if `fatal`. */
void plain_check(bool holds, bool fatal, const char *file, int line, const char *condition,
                 const char *format, ...);

void plain_redirect_stderr(void);
bool plain_stderr_is(const char *expected);

#define PLAIN_REGISTER(Variable)                                                                   \
    __attribute__((constructor)) static void Variable##_add(void)                                  \
    {                                                                                              \
        plain_add(&Variable);                                                                      \
    }
#define Test(Suite, Name, ...)                                                                     \
    static void Suite##_##Name##_run(void);                                                        \
    static plain_test Suite##_##Name = {                                                           \
        .suite = #Suite, .name = #Name, .run = Suite##_##Name##_run, ##__VA_ARGS__};               \
    PLAIN_REGISTER(Suite##_##Name)                                                                 \
    static void Suite##_##Name##_run(void)
#define TestSuite(Suite, ...)                                                                      \
    static plain_test Suite##_suite = {.suite = #Suite, .name = "", ##__VA_ARGS__};                \
    PLAIN_REGISTER(Suite##_suite)                                                                  \
    extern int plain_semicolon

#define PLAIN(Fatal, Holds, Text, ...)                                                             \
    plain_check((Holds), (Fatal), __FILE__, __LINE__, Text, "" __VA_ARGS__)
#define PLAIN_OP(Fatal, A, Op, B, ...) PLAIN(Fatal, (A)Op(B), #A " " #Op " " #B, ##__VA_ARGS__)

#define cr_expect(A, ...)           PLAIN(false, (A), #A, ##__VA_ARGS__)
#define cr_expect_not(A, ...)       PLAIN(false, !(A), "not " #A, ##__VA_ARGS__)
#define cr_expect_null(A, ...)      PLAIN_OP(false, A, ==, NULL, ##__VA_ARGS__)
#define cr_expect_not_null(A, ...)  PLAIN_OP(false, A, !=, NULL, ##__VA_ARGS__)
#define cr_expect_eq(A, B, ...)     PLAIN_OP(false, A, ==, B, ##__VA_ARGS__)
#define cr_expect_neq(A, B, ...)    PLAIN_OP(false, A, !=, B, ##__VA_ARGS__)
#define cr_expect_lt(A, B, ...)     PLAIN_OP(false, A, <, B, ##__VA_ARGS__)
#define cr_expect_leq(A, B, ...)    PLAIN_OP(false, A, <=, B, ##__VA_ARGS__)
#define cr_expect_gt(A, B, ...)     PLAIN_OP(false, A, >, B, ##__VA_ARGS__)
#define cr_expect_geq(A, B, ...)    PLAIN_OP(false, A, >=, B, ##__VA_ARGS__)
#define cr_expect_str_eq(A, B, ...) PLAIN(false, strcmp((A), (B)) == 0, #A " is " #B, ##__VA_ARGS__)
#define cr_expect_str_neq(A, B, ...)                                                               \
    PLAIN(false, strcmp((A), (B)) != 0, #A " is not " #B, ##__VA_ARGS__)
#define cr_expect_arr_eq(A, B, N, ...)                                                             \
    PLAIN(false, memcmp((A), (B), (N)) == 0, #A " is " #B, ##__VA_ARGS__)
#define cr_expect_float_eq(A, B, E, ...)                                                           \
    PLAIN(false, fabs((double)((A) - (B))) <= (E), #A " is about " #B, ##__VA_ARGS__)

#define cr_assert(A, ...)           PLAIN(true, (A), #A, ##__VA_ARGS__)
#define cr_assert_not(A, ...)       PLAIN(true, !(A), "not " #A, ##__VA_ARGS__)
#define cr_assert_null(A, ...)      PLAIN_OP(true, A, ==, NULL, ##__VA_ARGS__)
#define cr_assert_not_null(A, ...)  PLAIN_OP(true, A, !=, NULL, ##__VA_ARGS__)
#define cr_assert_eq(A, B, ...)     PLAIN_OP(true, A, ==, B, ##__VA_ARGS__)
#define cr_assert_neq(A, B, ...)    PLAIN_OP(true, A, !=, B, ##__VA_ARGS__)
#define cr_assert_lt(A, B, ...)     PLAIN_OP(true, A, <, B, ##__VA_ARGS__)
#define cr_assert_leq(A, B, ...)    PLAIN_OP(true, A, <=, B, ##__VA_ARGS__)
#define cr_assert_gt(A, B, ...)     PLAIN_OP(true, A, >, B, ##__VA_ARGS__)
#define cr_assert_geq(A, B, ...)    PLAIN_OP(true, A, >=, B, ##__VA_ARGS__)
#define cr_assert_str_eq(A, B, ...) PLAIN(true, strcmp((A), (B)) == 0, #A " is " #B, ##__VA_ARGS__)
#define cr_assert_str_neq(A, B, ...)                                                               \
    PLAIN(true, strcmp((A), (B)) != 0, #A " is not " #B, ##__VA_ARGS__)
#define cr_assert_arr_eq(A, B, N, ...)                                                             \
    PLAIN(true, memcmp((A), (B), (N)) == 0, #A " is " #B, ##__VA_ARGS__)
#define cr_assert_float_eq(A, B, E, ...)                                                           \
    PLAIN(true, fabs((double)((A) - (B))) <= (E), #A " is about " #B, ##__VA_ARGS__)
#define cr_assert_fail(...) PLAIN(true, false, "reached", ##__VA_ARGS__)

#define cr_redirect_stderr plain_redirect_stderr
#define cr_assert_stderr_eq_str(Text, ...)                                                         \
    PLAIN(true, plain_stderr_is(Text), "standard error is " #Text, ##__VA_ARGS__)

#endif
