/* The fetch job: a kill in the moments around the renaming of the output. That of any other moment
 * is tried end to end. */
#include "../support/fault_server.h"
#include "g3/run/fetch.h"
#include "g3/run/journal.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEADER "guid,urls,authz,acl,md5,file_size,file_name\n"
#define RECORD "10000000-0000-4000-8000-000000000001"
#define LINE   RECORD ",s3://b/k,,,,1,\n"

static char folder[64];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/g3-fetch.XXXXXX");
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void remove_folder(void)
{
    static const char *const FILES[] = {"journal", "journal-wal", "index.csv",
                                        ".index.csv.partial"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        unlink(FILES[i]);
    cr_assert_eq(chdir("/"), 0);
    rmdir(folder);
}

TestSuite(fetch, .init = make_folder, .fini = remove_folder);

/* An index of one record. */
static fault_answer answer(void *context, const fault_request *request, size_t number)
{
    (void)context;
    (void)number;
    if (strstr(request->head, "/_stats"))
        return (fault_answer){.status = 200, .body = "{\"fileCount\": 1, \"totalFileSize\": 1}"};
    if (strstr(request->head, "start="))
        return (fault_answer){.status = 200, .body = "{\"records\": []}"};
    return (fault_answer){.status = 200,
                          .body = "{\"records\": [{\"did\": \"" RECORD "\", \"size\": 1,"
                                  " \"urls\": [\"s3://b/k\"]}]}"};
}

static g3_fetch_result fetch(const char *base)
{
    g3_error error = {0};
    g3_fetch_result result;
    const g3_http_options http_options = {.connections = 1};
    g3_http *http = g3_http_open(&http_options, &error);
    const g3_fetch_options options = {
        .base = base, .output = "index.csv", .format = G3_FORMAT_CSV, .journal = "journal"};
    cr_assert(g3_fetch_run(http, &options, &result, &error), "%s", error.message);
    g3_http_close(http);
    return result;
}

static void expect_output(void)
{
    char text[256];
    FILE *file = fopen("index.csv", "r");
    cr_assert(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cr_assert_str_eq(text, HEADER LINE);
}

/* What the journal of fetch() is of. */
static void describe(const char *base, g3_buffer *subject)
{
    g3_buffer_append_format(subject, "fetch of %s to index.csv format=%d delimiter=0", base,
                            (int)G3_FORMAT_CSV);
}

/* Leaves a journal as a run does that has read everything and was killed before it could write down
 * that it was done. */
static void leave_journal(const char *base)
{
    g3_error error = {0};
    g3_journal_stage stage;
    g3_buffer subject = {0};
    g3_view guid = g3_view_of(RECORD);
    g3_journal_range range = {
        .position = guid, .landmarks = &guid, .landmark_count = 1, .stop = -2};
    g3_journal_state state = {&range, 1, (int64_t)strlen(HEADER LINE), 1, 1};
    describe(base, &subject);
    g3_journal *journal = g3_journal_open("journal", g3_buffer_view(&subject), &stage, &error);
    cr_assert(journal, "%s", error.message);
    cr_assert(g3_journal_save(journal, &state, &error));
    g3_journal_close(journal);
    g3_buffer_free(&subject);
}

static void leave_file(const char *name)
{
    FILE *file = fopen(name, "w");
    fputs(HEADER LINE, file);
    fclose(file);
}

Test(fetch, a_run_killed_before_the_renaming_is_finished)
{
    fault_server *server = fault_server_start(answer, NULL);
    leave_journal(fault_server_url(server));
    leave_file(".index.csv.partial");
    g3_fetch_result result = fetch(fault_server_url(server));
    cr_assert_not(result.done_before);
    cr_assert_eq(result.records, 1);
    expect_output();
    cr_assert_neq(access(".index.csv.partial", F_OK), 0);
    fault_server_stop(server);
    fault_server_free(server);
}

Test(fetch, a_run_killed_right_after_the_renaming_is_done)
{
    fault_server *server = fault_server_start(answer, NULL);
    leave_journal(fault_server_url(server));
    leave_file("index.csv");
    g3_fetch_result result = fetch(fault_server_url(server));
    cr_assert(result.done_before);
    expect_output();
    result = fetch(fault_server_url(server));
    cr_assert(result.done_before, "and that was written down");
    fault_server_stop(server);
    cr_assert_eq(fault_server_requests(server), 0);
    fault_server_free(server);
}

Test(fetch, an_output_of_before_is_not_taken_for_that_of_the_run)
{
    fault_server *server = fault_server_start(answer, NULL);
    leave_file("index.csv"); /* as long as the new one will be */
    leave_journal(fault_server_url(server));
    leave_file(".index.csv.partial");
    cr_assert_not(fetch(fault_server_url(server)).done_before);
    expect_output();
    fault_server_stop(server);
    fault_server_free(server);
}

Test(fetch, a_whole_run_says_afterwards_that_it_is_done)
{
    fault_server *server = fault_server_start(answer, NULL);
    g3_fetch_result result = fetch(fault_server_url(server));
    cr_assert_eq(result.records, 1);
    cr_assert_not(result.incomplete);
    cr_assert(fetch(fault_server_url(server)).done_before);
    expect_output();
    fault_server_stop(server);
    fault_server_free(server);
}
