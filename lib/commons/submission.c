/* Reads answers of the submission service. Called by the runs that submit and delete records.
 *
 * Source: the answers' members as sheepdog writes them (transaction and entity documents). */
#include "g3/commons/submission.h"
#include "g3/record/json.h"

/* Appends "; " between two parts of a message. */
static void part(g3_buffer *words)
{
    if (words->length)
        g3_buffer_append_text(words, "; ");
}

/* Appends the strings of a list, "a, b"; anything else is passed over. */
static bool append_keys(g3_json_reader *json, g3_buffer *keys)
{
    bool first;
    g3_view key;
    if (g3_json_peek(json) != G3_JSON_ARRAY)
        return g3_json_skip(json, NULL);
    for (g3_json_enter(json, &first); g3_json_more(json, &first);) {
        if (g3_json_peek(json) != G3_JSON_STRING) {
            if (!g3_json_skip(json, NULL))
                return false;
            continue;
        }
        if (!g3_json_read_string(json, &key))
            return false;
        if (keys->length)
            g3_buffer_append_text(keys, ", ");
        g3_buffer_append_on_line(keys, key);
    }
    return !json->fault;
}

/* Appends one error: a string, or an object with `message` and maybe `keys` or `id`. */
static bool append_error(g3_json_reader *json, g3_buffer *words)
{
    bool first, good;
    g3_view name, message = {0}, id = {0};
    g3_buffer keys = {0};
    if (g3_json_peek(json) == G3_JSON_STRING) {
        good = g3_json_read_string(json, &message);
    } else if (g3_json_peek(json) != G3_JSON_OBJECT) {
        good = g3_json_skip(json, &message);
    } else {
        for (g3_json_enter(json, &first); g3_json_more_key(json, &first, &name);) {
            if (g3_view_equal(name, G3_VIEW("message")) && g3_json_peek(json) == G3_JSON_STRING)
                good = g3_json_read_string(json, &message);
            else if (g3_view_equal(name, G3_VIEW("id")) && g3_json_peek(json) == G3_JSON_STRING)
                good = g3_json_read_string(json, &id);
            else if (g3_view_equal(name, G3_VIEW("keys")))
                good = append_keys(json, &keys);
            else
                good = g3_json_skip(json, NULL);
            if (!good)
                break;
        }
        good = !json->fault;
    }
    if (good) {
        part(words);
        if (id.length) { /* of a record that is not there */
            g3_buffer_append_on_line(words, id);
            g3_buffer_append_text(words, ": ");
            g3_buffer_clear(&keys);
        }
        bool told = message.length && keys.length &&
                    memmem(message.data, message.length, keys.data, keys.length);
        if (keys.length && !told) {
            g3_buffer_append(words, g3_buffer_view(&keys));
            g3_buffer_append_text(words, ": ");
        }
        g3_buffer_append_on_line(words, message);
    }
    g3_buffer_free(&keys);
    return good;
}

/* Reads a list of errors into words that live in the arena. */
static bool read_errors(g3_json_reader *json, g3_view *errors)
{
    g3_buffer words = {0};
    bool first, good = true;
    if (g3_json_peek(json) != G3_JSON_ARRAY)
        return g3_json_skip(json, NULL);
    for (g3_json_enter(json, &first); good && g3_json_more(json, &first);)
        good = append_error(json, &words);
    *errors = g3_arena_copy(json->arena, g3_buffer_view(&words));
    g3_buffer_free(&words);
    return good && !json->fault;
}

/* A string, or nothing where it is null or something else. */
static bool read_text(g3_json_reader *json, g3_view *text)
{
    if (g3_json_peek(json) == G3_JSON_STRING)
        return g3_json_read_string(json, text);
    *text = (g3_view){0};
    return g3_json_skip(json, NULL);
}

/* The keys that are unique for a record: [{"project_id": ..., "submitter_id": ...}, ...]. */
static bool read_unique_keys(g3_json_reader *json, g3_view *submitter_id)
{
    bool first, good = true;
    if (g3_json_peek(json) != G3_JSON_ARRAY)
        return g3_json_skip(json, NULL);
    for (g3_json_enter(json, &first); good && g3_json_more(json, &first);) {
        g3_view keys;
        good = g3_json_skip(json, &keys);
        if (good && submitter_id->length == 0)
            g3_json_read_member(keys, "submitter_id", json->arena, submitter_id);
    }
    return good && !json->fault;
}

static bool read_entity(g3_json_reader *json, g3_submission_entity *entity)
{
    bool first, good = true;
    g3_view name, text;
    *entity = (g3_submission_entity){0};
    if (g3_json_peek(json) != G3_JSON_OBJECT)
        return false;
    for (g3_json_enter(json, &first); good && g3_json_more_key(json, &first, &name);) {
        if (g3_view_equal(name, G3_VIEW("valid"))) {
            entity->valid = g3_json_peek(json) == G3_JSON_TRUE;
            good = g3_json_skip(json, NULL);
        } else if (g3_view_equal(name, G3_VIEW("action"))) {
            good = read_text(json, &text);
            entity->created = g3_view_equal(text, G3_VIEW("create"));
        } else if (g3_view_equal(name, G3_VIEW("id"))) {
            good = read_text(json, &entity->id);
        } else if (g3_view_equal(name, G3_VIEW("type"))) {
            good = read_text(json, &entity->type);
        } else if (g3_view_equal(name, G3_VIEW("errors"))) {
            good = read_errors(json, &entity->errors);
        } else if (g3_view_equal(name, G3_VIEW("unique_keys"))) {
            good = read_unique_keys(json, &entity->submitter_id);
        } else {
            good = g3_json_skip(json, NULL);
        }
    }
    return good && !json->fault;
}

static bool read_entities(g3_json_reader *json, g3_submission_answer *answer)
{
    bool first, good = true;
    size_t room = 0;
    if (g3_json_peek(json) != G3_JSON_ARRAY)
        return g3_json_skip(json, NULL);
    for (g3_json_enter(json, &first); good && g3_json_more(json, &first);) {
        if (answer->count == room) {
            room = room ? 2 * room : 32;
            g3_submission_entity *more = g3_arena_take(json->arena, room * sizeof *more);
            if (answer->count)
                memcpy(more, answer->entities, answer->count * sizeof *more);
            answer->entities = more;
        }
        good = read_entity(json, &answer->entities[answer->count++]);
    }
    return good && !json->fault;
}

bool g3_submission_read(g3_view body, g3_arena *arena, g3_submission_answer *answer)
{
    bool first, good = true, with_code = false;
    g3_view name;
    g3_json_reader json;
    *answer = (g3_submission_answer){0};
    g3_json_begin(&json, body, arena);
    if (g3_json_peek(&json) != G3_JSON_OBJECT)
        return false;
    for (g3_json_enter(&json, &first); good && g3_json_more_key(&json, &first, &name);) {
        if (g3_view_equal(name, G3_VIEW("code")))
            good = with_code = g3_json_read_integer(&json, &answer->code);
        else if (g3_view_equal(name, G3_VIEW("entities")))
            good = read_entities(&json, answer);
        else if (g3_view_equal(name, G3_VIEW("transactional_errors")))
            good = read_errors(&json, &answer->errors);
        else
            good = g3_json_skip(&json, NULL);
    }
    return good && with_code && g3_json_at_end(&json);
}

bool g3_submission_split_project(g3_view text, g3_view *program, g3_view *project)
{
    const char *dash = text.length ? memchr(text.data, '-', text.length) : NULL;
    if (!dash)
        return false;
    *program = (g3_view){text.data, (size_t)(dash - text.data)};
    *project = (g3_view){dash + 1, text.length - program->length - 1};
    return program->length && project->length;
}
