/* How many requests may be in flight. Called by the engine for each answer. */
#include "concurrency.h"

/* Begin with what keeps a service busy while an answer travels; the index service is full with it.
 */
#define FIRST_SIZE 2

/* Answers in a round at least: fewer would measure chance. */
#define SHORTEST_ROUND 8

/* Share of the window that a trial adds (a quarter, at least one): big windows would else grow too
 * slowly, and by too little for the gain to be told from noise. */
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

static void try_larger(g3_http_window *window, double rate)
{
    int64_t step = window->size / GROWTH_DIVISOR;
    int64_t size = window->size + (step > 1 ? step : 1);
    if (size > window->limit)
        size = window->limit;
    window->proven = window->size;
    window->proven_rate = rate;
    change_size(window, size);
}

static void end_round(g3_http_window *window, double rate)
{
    if (window->proven) {
        double ideal = (double)(window->size - window->proven) / (double)window->proven;
        double needed = window->proven_rate * (1 + ideal * SHARE_OF_IDEAL_GAIN);
        if (rate < needed) {
            window->resting = window->next_rest;
            window->next_rest = 2 * window->next_rest;
            if (window->next_rest > LONGEST_REST)
                window->next_rest = LONGEST_REST;
            change_size(window, window->proven);
            window->proven = 0;
            return;
        }
        window->proven = 0;
        window->next_rest = FIRST_REST;
    }
    if (window->resting > 0)
        window->resting--;
    if (window->resting == 0 && window->size < window->limit)
        try_larger(window, rate);
    else
        begin_round(window, 0);
}

void g3_http_window_count(g3_http_window *window, double now, bool full)
{
    if (!full) {
        begin_round(window, window->size);
        return;
    }
    if (window->to_skip > 0) {
        window->to_skip--;
        window->round_began = now;
        return;
    }
    window->counted++;
    int64_t round = 2 * window->size > SHORTEST_ROUND ? 2 * window->size : SHORTEST_ROUND;
    if (window->counted < round)
        return;
    double seconds = now - window->round_began;
    double rate = seconds > 0 ? (double)window->counted / seconds : 0;
    window->round_began = now;
    end_round(window, rate);
}

void g3_http_window_cut(g3_http_window *window, double sent, double now)
{
    if (sent <= window->last_cut)
        return;
    window->last_cut = now;
    window->proven = 0;
    window->resting = FIRST_REST;
    change_size(window, window->size > 1 ? window->size / 2 : 1);
}
