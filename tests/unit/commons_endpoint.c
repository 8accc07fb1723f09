/* Where a commons' services are, from the options. */
#include "../support/jwt.h"
#include "g3/commons/endpoint.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

static void set_up(void)
{
    unsetenv("GEN3_TOKEN");
    unsetenv("GEN3_API_KEY");
    unsetenv("GEN3_ENDPOINT");
    setenv("HOME", "/nonexistent", 1);
}

TestSuite(commons_endpoint, .init = set_up);

static void check_urls(g3_service_options options, const char *index, const char *metadata)
{
    g3_commons commons;
    g3_error error;
    cr_assert(g3_commons_open(&commons, &options, NULL, &error), "%s", error.message);
    cr_expect_str_eq(commons.index ? commons.index : "-", index);
    cr_expect_str_eq(commons.metadata ? commons.metadata : "-", metadata);
    cr_expect_not_null(commons.http);
    g3_commons_close(&commons);
}

Test(commons_endpoint, services_are_below_the_endpoint_or_alone)
{
    check_urls((g3_service_options){.endpoint = "https://commons.org"}, "https://commons.org/index",
               "https://commons.org/mds");
    check_urls((g3_service_options){.endpoint = "commons.org//"}, "https://commons.org/index",
               "https://commons.org/mds");
    check_urls((g3_service_options){.endpoint = "http://127.0.0.1:8080/x/"},
               "http://127.0.0.1:8080/x/index", "http://127.0.0.1:8080/x/mds");
    check_urls((g3_service_options){.index_url = "http://127.0.0.1:8001/"}, "http://127.0.0.1:8001",
               "-");
    check_urls((g3_service_options){.metadata_url = "http://127.0.0.1:8002"}, "-",
               "http://127.0.0.1:8002");
    check_urls((g3_service_options){.endpoint = "a.org", .index_url = "http://localhost:1"},
               "http://localhost:1", "https://a.org/mds");
}

static void check_refused(g3_service_options options, const char *part)
{
    g3_commons commons;
    g3_error error;
    cr_expect_not(g3_commons_open(&commons, &options, NULL, &error));
    cr_expect_eq(error.exit, G3_EXIT_USAGE);
    cr_expect(strstr(error.message, part), "%s", error.message);
    cr_expect_null(strstr(error.message, "hush"));
    g3_commons_close(&commons); /* allowed, and does nothing */
}

Test(commons_endpoint, what_is_no_endpoint_is_wrong_usage)
{
    check_refused((g3_service_options){0}, "give the commons with -e URL or GEN3_ENDPOINT");
    check_refused((g3_service_options){.endpoint = ""}, "give the commons");
    check_refused((g3_service_options){.endpoint = "a.org", .connections = 1001},
                  "--connections 1001 is more than 1000");
    check_refused((g3_service_options){.endpoint = "ftp://a.org"}, "\"ftp://a.org\" is no http");
    check_refused((g3_service_options){.endpoint = "https://a.org/?x=y"}, "is no http");
    check_refused((g3_service_options){.endpoint = "https://"}, "is no http");
    check_refused((g3_service_options){.endpoint = "https://me:hush@a.org"}, "--basic-auth-file");
    check_refused((g3_service_options){.endpoint = "ftp://me:hush@a.org"}, "is no http");
    check_refused((g3_service_options){.index_url = "a b"}, "--index-url");
    check_refused((g3_service_options){.endpoint = "a.org", .metadata_url = "x://"},
                  "--metadata-url");
}

/* Only the wiring is tested here: the exchange fails, for nobody listens there. */
Test(commons_endpoint, the_issuer_of_a_chosen_key_is_the_endpoint)
{
    char folder[] = "/tmp/g3-test-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    g3_buffer key = {0};
    g3_buffer_append_text(&key, "{\"api_key\": \"");
    append_jwt(&key, "{\"iss\": \"http://127.0.0.1:1/user\"}");
    g3_buffer_append_text(&key, "\", \"key_id\": \"1\"}");
    char *path = write_secret(folder, "key.json", g3_buffer_text(&key));
    g3_service_options options = {.credentials = path, .retries = 0};
    g3_commons commons;
    g3_error error;
    cr_expect_not(g3_commons_open(&commons, &options, NULL, &error));
    cr_expect_eq(error.exit, G3_EXIT_SERVICE);
    cr_expect(strstr(error.message, "POST http://127.0.0.1:1/user/credentials/cdis/access_token"),
              "%s", error.message);
    unlink(path);
    rmdir(folder);
    free(path);
    g3_buffer_free(&key);
}

Test(commons_endpoint, the_table_and_the_defaults_go_together)
{
    g3_service_options values = g3_service_option_defaults;
    g3_option_group group = {"Service", g3_service_option_table, g3_service_option_count, &values};
    g3_command command = {.name = "g3-test", .operands = "", .groups = &group, .group_count = 1};
    static char words[][32] = {"g3-test",     "-e",        "a.org", "-j4",
                               "--retries=0", "--timeout", "20ms",  "--basic-auth-file=f"};
    char *argv[sizeof words / sizeof words[0] + 1] = {0};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        argv[i] = words[i];
    g3_text_list operands = {0};
    g3_error error;
    cr_assert_eq(
        g3_options_parse(&command, (int)(sizeof words / sizeof words[0]), argv, &operands, &error),
        G3_OPTIONS_RUN, "%s", error.message);
    cr_expect_str_eq(values.endpoint, "a.org");
    cr_expect_eq(values.connections, 4);
    cr_expect_eq(values.retries, 0);
    cr_expect_lt(g3_service_option_defaults.retries, 0); /* the engine's own, and it may vary */
    cr_expect_float_eq(values.timeout, 0.02, 1e-9);
    cr_expect_float_eq(values.total_timeout, G3_HTTP_TOTAL_TIMEOUT, 1e-9);
    cr_expect_str_eq(values.basic_auth_file, "f");
    free(operands.items);
}
