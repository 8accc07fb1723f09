/* The window that finds its own size, run against simulated services. */
#include "../../lib/http/concurrency.h"
#include <criterion/criterion.h>

/* A service that works on `servers` requests side by side, each taking `work` seconds, with a
 * network that adds `latency` seconds. */
typedef struct service {
    int64_t servers;
    double work, latency;
} service;

#define MOST_IN_FLIGHT 256

/* Sends `answers` requests to the service, as many at once as the window allows, and feeds the
 * window with the times they take. @return the mean size of the window over the second half */
static double run_service(g3_http_window *window, service simulated, int answers)
{
    double begins[MOST_IN_FLIGHT], ends[MOST_IN_FLIGHT]; /* of the requests in flight */
    double free_at[MOST_IN_FLIGHT] = {0};                /* of each of the service's workers */
    int64_t in_flight = 0, sizes = 0;
    double now = 0;
    for (int answer = 0; answer < answers; answer++) {
        while (in_flight < window->size) {
            int64_t worker = 0;
            for (int64_t i = 1; i < simulated.servers; i++)
                if (free_at[i] < free_at[worker])
                    worker = i;
            double begin = now + simulated.latency / 2;
            if (free_at[worker] > begin)
                begin = free_at[worker];
            free_at[worker] = begin + simulated.work;
            begins[in_flight] = now;
            ends[in_flight++] = free_at[worker] + simulated.latency / 2;
        }
        int64_t first = 0;
        for (int64_t i = 1; i < in_flight; i++)
            if (ends[i] < ends[first])
                first = i;
        now = ends[first];
        bool full = in_flight >= window->size;
        g3_http_window_count(window, ends[first] - begins[first], full);
        ends[first] = ends[--in_flight];
        begins[first] = begins[in_flight];
        if (answer >= answers / 2)
            sizes += window->size;
    }
    return (double)sizes / (answers - answers / 2);
}

Test(http_concurrency, reaches_the_limit_where_the_service_has_room)
{
    g3_http_window window;
    for (int64_t limit = 1; limit <= 64; limit *= 2) {
        g3_http_window_begin(&window, limit);
        double mean =
            run_service(&window, (service){.servers = MOST_IN_FLIGHT, .work = 0.02}, 4000);
        cr_expect_geq(mean, 0.85 * (double)limit, "%f of %ld", mean, (long)limit);
        cr_expect_leq(mean, (double)limit);
    }
}

Test(http_concurrency, settles_near_what_fills_the_service)
{
    g3_http_window window;
    g3_http_window_begin(&window, 32);
    double mean = run_service(&window, (service){.servers = 2, .work = 0.35}, 1000);
    cr_expect(mean >= 1.9 && mean <= 3, "%f", mean);

    g3_http_window_begin(&window, 32);
    mean = run_service(&window, (service){.servers = 6, .work = 0.1, .latency = 0.001}, 4000);
    cr_expect(mean >= 5 && mean <= 9, "%f", mean);
}

Test(http_concurrency, fills_a_distant_service)
{
    /* Two workers of 10 ms behind 80 ms of network: it takes 18 requests on their way to fill them.
     */
    g3_http_window window;
    g3_http_window_begin(&window, 64);
    double mean =
        run_service(&window, (service){.servers = 2, .work = 0.01, .latency = 0.08}, 8000);
    cr_expect(mean >= 12 && mean <= 27, "%f", mean);
}

Test(http_concurrency, halves_once_for_all_that_was_in_flight)
{
    g3_http_window window;
    g3_http_window_begin(&window, 16);
    window.size = 16;
    for (int i = 0; i < 16; i++)
        g3_http_window_cut(&window, 9.9, 10 + 0.001 * i);
    cr_expect_eq(window.size, 8);
    g3_http_window_cut(&window, 11, 11.5);
    cr_expect_eq(window.size, 4);
    for (int i = 12; i < 20; i++)
        g3_http_window_cut(&window, i, i + 0.5);
    cr_expect_eq(window.size, 1);
}

Test(http_concurrency, recovers_when_the_service_does)
{
    g3_http_window window;
    g3_http_window_begin(&window, 16);
    for (int i = 0; i < 5; i++)
        g3_http_window_cut(&window, i, i + 0.5);
    cr_assert_eq(window.size, 1);
    double mean = run_service(&window, (service){.servers = MOST_IN_FLIGHT, .work = 0.02}, 4000);
    cr_expect_geq(mean, 0.85 * 16, "%f", mean);
}

Test(http_concurrency, does_not_grow_for_a_slow_asker)
{
    g3_http_window window;
    g3_http_window_begin(&window, 16);
    for (int i = 0; i < 1000; i++)
        g3_http_window_count(&window, 0.01, false);
    cr_expect_eq(window.size, 2);
}
