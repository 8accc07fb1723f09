/* How many requests may be in flight. Called by the engine for each answer. */
#include "concurrency.h"

/* Begin with what keeps a service busy while an answer travels; the index service is full with it.
 */
#define FIRST_SIZE 2

/* Answers in a round at least: fewer would measure chance. */
#define SHORTEST_ROUND 8

/* Share of the window that a trial adds or takes (a quarter, at least one): big windows would else
 * grow too slowly, and by too little for the gain to be told from noise. */
#define GROWTH_DIVISOR 4

/* A trial must bring at least this share of what a service with room to spare would give. */
#define SHARE_OF_IDEAL_GAIN (1.0 / 3)

/* Rounds to stay after a failed trial: at first and at most (it doubles). */
#define FIRST_REST   2
#define LONGEST_REST 32

static void begin_round(g3_http_window *window, int64_t to_skip)
{
    window->to_skip = to_skip;
    window->counted = 0;
    window->seconds = 0;
}

/* Stays as it is for a while, longer each time. */
static void rest(g3_http_window *window)
{
    window->resting = window->next_rest;
    window->next_rest = 2 * window->next_rest < LONGEST_REST ? 2 * window->next_rest : LONGEST_REST;
}

/* Goes to another size; what is in flight was asked under the old one and is not counted. */
static void change_size(g3_http_window *window, int64_t size)
{
    int64_t in_flight = window->size;
    window->size = size;
    begin_round(window, in_flight > size ? in_flight : size);
}

void g3_http_window_begin(g3_http_window *window, int64_t limit)
{
    *window = (g3_http_window){.limit = limit, .next_rest = FIRST_REST, .last_cut = -1};
    change_size(window, limit < FIRST_SIZE ? limit : FIRST_SIZE);
}

/* Puts the next size in the present direction on trial, or turns round where there is none. */
static void try_next(g3_http_window *window, double rate)
{
    int64_t step = window->size / GROWTH_DIVISOR > 1 ? window->size / GROWTH_DIVISOR : 1;
    int64_t size = window->shrinking ? window->size - step : window->size + step;
    if (size > window->limit)
        size = window->limit;
    if (size < FIRST_SIZE || size == window->size) {
        window->shrinking = !window->shrinking;
        rest(window);
        begin_round(window, 0);
        return;
    }
    window->proven = window->size;
    window->proven_rate = rate;
    change_size(window, size);
}

static void end_round(g3_http_window *window, double rate)
{
    if (window->proven) {
        double change = (double)(window->size - window->proven) / (double)window->proven;
        int64_t proven = window->proven;
        window->proven = 0;
        if (rate < window->proven_rate * (1 + change * SHARE_OF_IDEAL_GAIN)) {
            window->shrinking = !window->shrinking;
            rest(window);
            change_size(window, proven);
            return;
        }
        window->next_rest = FIRST_REST;
    }
    if (window->resting > 0)
        window->resting--;
    if (window->resting == 0)
        try_next(window, rate);
    else
        begin_round(window, 0);
}

void g3_http_window_count(g3_http_window *window, double seconds, bool full)
{
    if (!full) {
        begin_round(window, window->size);
        return;
    }
    if (window->to_skip > 0) {
        window->to_skip--;
        return;
    }
    window->counted++;
    window->seconds += seconds;
    int64_t round = 2 * window->size > SHORTEST_ROUND ? 2 * window->size : SHORTEST_ROUND;
    if (window->counted < round)
        return;
    double mean = window->seconds / (double)window->counted;
    end_round(window, mean > 0 ? (double)window->size / mean : 0);
}

void g3_http_window_cut(g3_http_window *window, double sent, double now)
{
    if (sent <= window->last_cut)
        return;
    window->last_cut = now;
    window->proven = 0;
    window->shrinking = false;
    window->resting = window->next_rest = FIRST_REST;
    change_size(window, window->size > 1 ? window->size / 2 : 1);
}
