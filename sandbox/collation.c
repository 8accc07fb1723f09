/* The order of keys that is unlike bytes. */
#include "collation.h"

/* First level: punctuation has no weight, digits come before letters, letters have no case, all
 * else comes last, by its bytes. */
static int weigh(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return 1 + (c - '0');
    if (c >= 'a' && c <= 'z')
        return 11 + (c - 'a');
    if (c >= 'A' && c <= 'Z')
        return 11 + (c - 'A');
    return c >= 0x80 ? c : 0;
}

/* The weight of the next byte that has one, or -1 at the end. */
static int next_weight(g3_view text, size_t *at)
{
    while (*at < text.length) {
        int weight = weigh((unsigned char)text.data[(*at)++]);
        if (weight)
            return weight;
    }
    return -1;
}

static int compare_weights(g3_view left, g3_view right)
{
    size_t at_left = 0, at_right = 0;
    for (;;) {
        int a = next_weight(left, &at_left), b = next_weight(right, &at_right);
        if (a != b)
            return a - b;
        if (a < 0)
            return 0;
    }
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Second level, for keys equal on the first: the first letter whose case differs decides. Both hold
 * the same letters and digits in the same order. */
static int compare_case(g3_view left, g3_view right)
{
    size_t at_left = 0, at_right = 0;
    while (next_weight(left, &at_left) >= 0 && next_weight(right, &at_right) >= 0) {
        int a = is_capital(left.data[at_left - 1]), b = is_capital(right.data[at_right - 1]);
        if (a != b)
            return a - b;
    }
    return 0;
}

int collation_compare_locale(g3_view left, g3_view right)
{
    int order = compare_weights(left, right);
    if (!order)
        order = compare_case(left, right);
    return order ? order : g3_view_compare(left, right);
}

static int compare(void *context, int left_length, const void *left, int right_length,
                   const void *right)
{
    (void)context;
    return collation_compare_locale((g3_view){left, (size_t)left_length},
                                    (g3_view){right, (size_t)right_length});
}

const char *collation_name(collation order)
{
    return order == COLLATION_LOCALE ? "locale" : "BINARY";
}

bool collation_register(sqlite3 *database)
{
    return sqlite3_create_collation_v2(database, "locale", SQLITE_UTF8, NULL, compare, NULL) ==
           SQLITE_OK;
}
