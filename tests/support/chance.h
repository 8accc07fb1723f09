/* Repeatable chance for generated tests: the same seed gives the same numbers everywhere. */
#ifndef G3_TESTS_CHANCE_H
#define G3_TESTS_CHANCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct test_chance {
    uint64_t state;
} test_chance;

/* The next 64 bits (splitmix64, https://prng.di.unimi.it/splitmix64.c). */
static inline uint64_t next_chance(test_chance *self)
{
    uint64_t z = self->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A number below `limit`, which is not 0. */
static inline size_t choose(test_chance *self, size_t limit)
{
    return (size_t)(next_chance(self) % limit);
}

/* How many of `rounds` random cases to try: all of them, or one in G3_TEST_DIVISOR (environment), which
 * tests/check sets where each takes some thirty times as long. */
static inline int test_rounds(int rounds)
{
    const char *divisor = getenv("G3_TEST_DIVISOR");
    int share = divisor ? atoi(divisor) : 1;
    return share > 1 ? rounds / share + 1 : rounds;
}

#endif
