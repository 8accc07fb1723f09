/* The job service: requests and answers. The jobs themselves are in jobs.c. */
#include "job_service.h"
#include "commons.h"
#include "login.h"

static const char VERSION[] = "1.0.0";

/* The actions that the Python SDK knows. */
static bool is_action(const char *name)
{
    static const char *const ACTIONS[] = {"ingest-metadata-manifest", "get-dbgap-metadata",
                                          "index-object-manifest", "download-indexd-manifest"};
    for (size_t i = 0; i < G3_COUNT(ACTIONS); i++)
        if (strcmp(name, ACTIONS[i]) == 0)
            return true;
    return false;
}

static json_object *describe(const struct job *job)
{
    static const char *const STATUS[] = {
        [JOB_RUNNING] = "Running", [JOB_COMPLETED] = "Completed", [JOB_FAILED] = "Failed"};
    json_object *about = json_object_new_object();
    json_object_object_add(about, "uid", json_object_new_string(job->uid));
    json_object_object_add(about, "name", json_object_new_string(job->name));
    json_object_object_add(about, "status", json_object_new_string(STATUS[jobs_status(job)]));
    return about;
}

static void dispatch(struct exchange *exchange)
{
    json_object *body, *action = NULL, *input = NULL;
    if (!exchange_read_json(exchange, &body))
        return;
    json_object_object_get_ex(body, "action", &action);
    json_object_object_get_ex(body, "input", &input);
    if (!json_object_is_type(action, json_type_string) ||
        !is_action(json_object_get_string(action))) {
        exchange_answer_error(exchange, 400, "there is no such action: %s",
                              json_object_get_string(action));
    } else {
        const char *text = input
                               ? json_object_to_json_string_ext(
                                     input, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
                               : "{}";
        const struct job *job =
            jobs_dispatch(exchange->commons->jobs, json_object_get_string(action), text);
        exchange_answer_document(exchange, 200, describe(job));
    }
    json_object_put(body);
}

/* The job that is asked about. @return NULL with the answer set if there is none */
static const struct job *find_job(struct exchange *exchange)
{
    const g3_view *uid = target_get(&exchange->target, "UID");
    const struct job *job =
        uid ? jobs_find(exchange->commons->jobs, g3_arena_copy(&exchange->arena, *uid).data) : NULL;
    if (!job)
        exchange_answer_error(exchange, 404, "there is no job of this UID");
    return job;
}

static void answer_status(struct exchange *exchange)
{
    const struct job *job = find_job(exchange);
    if (job)
        exchange_answer_document(exchange, 200, describe(job));
}

static void answer_output(struct exchange *exchange)
{
    const struct job *job = find_job(exchange);
    if (!job)
        return;
    if (jobs_status(job) == JOB_RUNNING) {
        exchange_answer_error(exchange, 400, "the job has not ended");
        return;
    }
    json_object *answer = json_object_new_object();
    json_object_object_add(answer, "output",
                           json_object_new_string(job->failure ? job->failure : job->input));
    exchange_answer_document(exchange, 200, answer);
}

static void answer_list(struct exchange *exchange)
{
    json_object *list = json_object_new_array();
    for (const struct job *job = jobs_first(exchange->commons->jobs); job; job = job->next)
        json_object_array_add(list, describe(job));
    exchange_answer_document(exchange, 200, list);
}

void job_serve(struct exchange *exchange)
{
    static const struct {
        g3_view path;
        verb verb;
        void (*serve)(struct exchange *exchange);
    } ROUTES[] = {{{"dispatch", 8}, VERB_POST, dispatch},
                  {{"status", 6}, VERB_GET, answer_status},
                  {{"output", 6}, VERB_GET, answer_output},
                  {{"list", 4}, VERB_GET, answer_list}};
    g3_view path = exchange->path;
    if (g3_view_equal(path, G3_VIEW("_status"))) {
        exchange_answer_text(exchange, 200, "Healthy");
        return;
    }
    if (g3_view_equal(path, G3_VIEW("_version"))) {
        exchange_answer_text(exchange, 200, VERSION);
        return;
    }
    for (size_t i = 0; i < G3_COUNT(ROUTES); i++) {
        if (!g3_view_equal(path, ROUTES[i].path))
            continue;
        if (exchange->verb != ROUTES[i].verb)
            exchange_answer_page(exchange, 405);
        else if (login_may_write(exchange))
            ROUTES[i].serve(exchange);
        return;
    }
    exchange_answer_error(exchange, 404, "not found");
}
