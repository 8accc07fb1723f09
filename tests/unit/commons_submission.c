/* What the submission service says of the records of a request. */
#include "g3/commons/submission.h"
#include <criterion/criterion.h>

static const char ANSWER[] =
    "{\"code\": 400, \"success\": false, \"transaction_id\": 12, \"entities\": ["
    "{\"action\": \"create\", \"id\": \"u1\", \"type\": \"sample\", \"valid\": true,"
    " \"errors\": [], \"warnings\": [], \"related_cases\": [],"
    " \"unique_keys\": [{\"project_id\": \"P-Q\", \"submitter_id\": \"S1\"}]},"
    "{\"action\": null, \"id\": null, \"type\": \"sample\", \"valid\": false, \"errors\": ["
    "{\"keys\": [\"sex\"], \"message\": \"'x' is not\\none of ['male']\", \"type\": "
    "\"INVALID_VALUE\"},"
    "{\"keys\": [\"age\"], \"message\": \"age is required\"}, \"odd\"],"
    " \"unique_keys\": [{\"id\": \"u2\"}, {\"submitter_id\": \"S2\"}]}],"
    " \"transactional_errors\": [{\"message\": \"not unique\", \"type\": \"NOT_UNIQUE\"}, "
    "\"Nothing\"]}";

Test(submission, reads_what_became_of_each_record)
{
    g3_arena arena = {0};
    g3_submission_answer answer;
    cr_assert(g3_submission_read(g3_view_of(ANSWER), &arena, &answer));
    cr_expect_eq(answer.code, 400);
    cr_expect(g3_view_equal(answer.errors, G3_VIEW("not unique; Nothing")));
    cr_assert_eq(answer.count, 2);
    const g3_submission_entity *good = &answer.entities[0], *bad = &answer.entities[1];
    cr_expect(good->valid && good->created && good->errors.length == 0);
    cr_expect(g3_view_equal(good->id, G3_VIEW("u1")));
    cr_expect(g3_view_equal(good->type, G3_VIEW("sample")));
    cr_expect(g3_view_equal(good->submitter_id, G3_VIEW("S1")));
    cr_expect_not(bad->valid || bad->created || bad->id.length);
    cr_expect(g3_view_equal(bad->submitter_id, G3_VIEW("S2")));
    cr_expect(g3_view_equal(bad->errors,
                            G3_VIEW("sex: 'x' is not one of ['male']; age is required; odd")));
    g3_arena_free(&arena);
}

Test(submission, refuses_what_is_no_such_answer)
{
    static const char *const WRONG[] = {"",
                                        "[]",
                                        "{}",
                                        "{\"message\":\"no\"}",
                                        "{\"code\":\"200\"}",
                                        "{\"code\":200",
                                        "{\"code\":200,\"entities\":[1]}",
                                        "{\"code\":200} x"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        g3_arena arena = {0};
        g3_submission_answer answer;
        cr_expect_not(g3_submission_read(g3_view_of(WRONG[i]), &arena, &answer), "%s", WRONG[i]);
        g3_arena_free(&arena);
    }
}

Test(submission, parts_projects_at_the_first_dash)
{
    g3_view program, project;
    cr_expect(g3_submission_split_project(G3_VIEW("DCF-CCLE-2"), &program, &project));
    cr_expect(g3_view_equal(program, G3_VIEW("DCF")));
    cr_expect(g3_view_equal(project, G3_VIEW("CCLE-2")));
    static const char *const WRONG[] = {"", "DCF", "-", "DCF-", "-CCLE"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        cr_expect_not(g3_submission_split_project(g3_view_of(WRONG[i]), &program, &project));
}
