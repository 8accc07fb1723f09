/* Records of a project, many at once: export and manifest. Called by submission_service.c. */
#include "submission_service.h"

void submission_export(struct exchange *exchange, const struct submission_path *path)
{
    (void)path;
    submission_answer_message(exchange, 404, "There is no such path");
}

void submission_manifest(struct exchange *exchange, const struct submission_path *path)
{
    (void)path;
    submission_answer_message(exchange, 404, "There is no such path");
}
