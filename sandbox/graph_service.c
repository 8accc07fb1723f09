/* The graph query service (peregrine): a request's query, and the answer. Called by
 * submission_service.c. */
#include "commons.h"
#include "document.h"
#include "graph_list.h"
#include "graph_query.h"
#include "login.h"
#include "submission_service.h"

/* Nesting of variables that are sent as a text. */
#define VARIABLES_DEPTH 16

/* {"data": data, "errors": [words]} with status 400; `data` is JSON. */
static void answer_fault(struct exchange *exchange, unsigned status, const char *data,
                         g3_view words)
{
    g3_buffer *answer = exchange_begin_json(exchange, status);
    g3_buffer_append_format(answer, "{\"data\":%s,\"errors\":[", data);
    document_append_string(answer, words);
    g3_buffer_append_text(answer, "]}\n");
}

/* Appends the errors, if there are some, behind the data. */
static void finish(struct exchange *exchange, const struct graph_query *query)
{
    g3_buffer *answer = &exchange->answer;
    if (json_object_array_length(query->errors)) {
        g3_buffer_append_text(answer, ",\"errors\":");
        document_append_json(answer, query->errors);
        exchange->status = 400;
    }
    g3_buffer_append_text(answer, "}\n");
}

/* Answers a query that was read. */
static void answer_query(struct exchange *exchange, struct graph_query *query)
{
    int64_t patience = exchange->commons->settings->graph_patience;
    g3_buffer fault = {0};
    if (!graph_query_check(query, &fault)) {
        answer_fault(exchange, 400, "null", g3_buffer_view(&fault));
    } else if (patience && graph_query_asks_for_more(query, patience)) {
        answer_fault(exchange, 400, "{}",
                     G3_VIEW("Query exceeded 20.0 second timeout.  Please reduce query complexity "
                             "and try again. Asking for fewer records at a time, by first and "
                             "offset, makes it simpler."));
    } else {
        g3_buffer *answer = exchange_begin_json(exchange, 200);
        g3_buffer_append_text(answer, "{\"data\":");
        graph_query_append(query, answer);
        if (query->broken)
            submission_answer_message(exchange, 500, "Internal server error: the database failed");
        else
            finish(exchange, query);
    }
    g3_buffer_free(&fault);
}

/* Reads and answers the text of a query. */
static void run(struct exchange *exchange, g3_view text, json_object *variables)
{
    g3_buffer fault = {0};
    struct graph_query query = {.arena = &exchange->arena,
                                .failures = &exchange->commons->settings->graph_failures,
                                .errors = json_object_new_array()};
    struct graph_field *fields = graph_parse(text, variables, &exchange->arena, &fault);
    if (fields) {
        query.fields = fields;
        query.reader = store_borrow_reader(exchange->commons->store);
        store_hold_state(query.reader);
        answer_query(exchange, &query);
        graph_list_close_all(fields);
        store_return_reader(exchange->commons->store, query.reader);
    } else {
        answer_fault(exchange, 400, "null", g3_buffer_view(&fault));
    }
    graph_free(fields);
    g3_buffer_free(&fault);
    json_object_put(query.errors);
}

/* The variables: an object, or its JSON as a text.
 * @return owned by the caller: json_object_put(); NULL if there are none */
static json_object *read_variables(json_object *body)
{
    json_object *sent = NULL, *variables = NULL;
    json_object_object_get_ex(body, "variables", &sent);
    if (json_object_is_type(sent, json_type_object))
        return json_object_get(sent);
    if (json_object_is_type(sent, json_type_string))
        document_parse(g3_view_of(json_object_get_string(sent)), VARIABLES_DEPTH, &variables);
    return variables;
}

void submission_graph(struct exchange *exchange, const struct submission_path *path)
{
    json_object *body, *query = NULL;
    (void)path;
    if (!login_is_writer(exchange) && !login_has_expired(exchange)) {
        answer_fault(exchange, 403, "{}", G3_VIEW("Unauthorized query."));
        return;
    }
    if (!login_may_write(exchange) || !submission_read_json(exchange, &body))
        return;
    json_object_object_get_ex(body, "query", &query);
    if (json_object_is_type(query, json_type_string)) {
        json_object *variables = read_variables(body);
        run(exchange,
            (g3_view){json_object_get_string(query), (size_t)json_object_get_string_len(query)},
            variables);
        json_object_put(variables);
    } else {
        answer_fault(exchange, 400, "null", G3_VIEW("Must provide query string."));
    }
    json_object_put(body);
}
