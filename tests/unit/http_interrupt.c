/* The engine and SIGTERM: what is in flight is finished, nothing else is begun. */
#include "../support/collector.h"
#include "../support/fault_server.h"
#include "g3/base/interrupt.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

/* Sends the process a signal at the 5th request. */
static fault_answer interrupt_at_5(void *context, const fault_request *request, size_t number)
{
    (void)request;
    if (number == 4)
        kill(getpid(), SIGTERM);
    fault_kind fault = context ? *(fault_kind *)context : FAULT_NONE;
    return (fault_answer){.status = 200, .body = "[]", .fault = number < 4 ? FAULT_NONE : fault};
}

Test(http_interrupt, finishes_what_is_in_flight)
{
    g3_interrupt_set_up();
    fault_server *server = fault_server_start(interrupt_at_5, NULL);
    g3_http *http = open_test_engine((g3_http_options){.connections = 1});
    collecting collector = {.url = fault_server_url(server), .count = 100};
    g3_error error;
    cr_expect_not(collector_run(&collector, http, &error));
    cr_expect_eq(error.exit, G3_EXIT_INTERRUPTED);
    cr_expect_eq(collector.done, 5);
    cr_expect_eq(collector.given, 5);
    collector_free(&collector);

    /* Once interrupted nothing starts any more. */
    g3_response response;
    cr_expect_not(
        g3_http_fetch(http, G3_GET, fault_server_url(server), (g3_view){0}, &response, &error));
    cr_expect_eq(error.exit, G3_EXIT_INTERRUPTED);
    fault_server_stop(server);
    cr_expect_eq(fault_server_requests(server), 5);
    g3_http_close(http);
    fault_server_free(server);
}

/* Interrupts while the 5th of 100 requests meets `fault`; the other four have been answered. */
static void check_interrupt(fault_kind fault)
{
    g3_interrupt_set_up();
    fault_server *server = fault_server_start(interrupt_at_5, &fault);
    g3_http *http =
        open_test_engine((g3_http_options){.connections = 1, .request_timeout = 0.3, .retries = 1});
    collecting collector = {.url = fault_server_url(server), .count = 100};
    g3_error error;
    cr_expect_not(collector_run(&collector, http, &error));
    cr_expect_eq(error.exit, G3_EXIT_INTERRUPTED);
    cr_expect_eq(collector.done, 4);
    collector_free(&collector);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

Test(http_interrupt, waits_for_no_repeat)
{
    check_interrupt(FAULT_CLOSE);
}

Test(http_interrupt, does_not_wait_for_ever)
{
    check_interrupt(FAULT_SILENT);
}
