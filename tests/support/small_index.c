/* An index service in a few lines. */
#include "small_index.h"
#include "g3/base/hash.h"
#include "g3/base/memory.h"
#include <json-c/json.h>
#include <stdlib.h>

/* Records that the service lists where nobody says how many. */
#define DEFAULT_LIMIT 100

/* Records of one answer, in the order of the question. */
typedef struct finding {
    size_t *numbers;
    size_t count;
} finding;

static fault_answer answer(small_index *index, int status, g3_buffer *body)
{
    index->bodies = g3_reallocate(index->bodies, index->body_count + 1, sizeof *index->bodies);
    char *kept = g3_duplicate(g3_buffer_view(body));
    index->bodies[index->body_count++] = kept;
    g3_buffer_free(body);
    return (fault_answer){.status = status, .body = kept};
}

static fault_answer answer_text(small_index *index, int status, const char *text)
{
    g3_buffer body = {0};
    g3_buffer_append_text(&body, text);
    return answer(index, status, &body);
}

/* Takes the percent signs out, in place. */
static void decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        if (at[0] == '%' && at[1] && at[2]) {
            char digits[3] = {at[1], at[2], 0};
            *to++ = (char)strtol(digits, NULL, 16);
            at += 2;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
}

static long find(const small_index *index, const char *guid)
{
    for (size_t i = 0; i < index->count; i++)
        if (strcmp(index->guids[i], guid) == 0)
            return (long)i;
    return -1;
}

/* As the real service resolves GET /index/GUID. */
static long resolve(const small_index *index, const char *guid)
{
    long number = find(index, guid);
    const char *prefix = index->resolved_prefix;
    if (number >= 0 || !prefix)
        return number;
    if (strncmp(guid, prefix, strlen(prefix)) == 0)
        return find(index, guid + strlen(prefix));
    g3_buffer other = {0};
    g3_buffer_append_format(&other, "%s%s", prefix, guid);
    number = find(index, g3_buffer_text(&other));
    g3_buffer_free(&other);
    return number;
}

static void append_record(const small_index *index, g3_buffer *body, size_t number)
{
    g3_buffer_append_format(
        body,
        "{\"did\":\"%s\",\"size\":%zu,\"hashes\":{\"md5\":\"%032zx\"},\"urls\":[],"
        "\"acl\":[],\"authz\":[],\"file_name\":null,\"form\":\"object\"}",
        index->guids[number], number, number);
}

static void add_found(finding *found, long number)
{
    if (number < 0)
        return;
    for (size_t i = 0; i < found->count; i++)
        if (found->numbers[i] == (size_t)number) /* repeated ids come once */
            return;
    found->numbers = g3_reallocate(found->numbers, found->count + 1, sizeof *found->numbers);
    found->numbers[found->count++] = (size_t)number;
}

/* The records in any order. */
static void append_found(small_index *index, g3_buffer *body, finding *found)
{
    if (index->unasked && index->count)
        add_found(found, (long)choose(&index->chance, index->count));
    for (size_t left = found->count; left > 0; left--) {
        size_t pick = choose(&index->chance, left);
        if (left < found->count)
            g3_buffer_append_char(body, ',');
        append_record(index, body, found->numbers[pick]);
        found->numbers[pick] = found->numbers[left - 1];
    }
    free(found->numbers);
}

static fault_answer answer_list(small_index *index, char *ids)
{
    finding found = {0};
    g3_buffer body = {0};
    char *rest = index->ids_ignored ? NULL : ids;
    for (size_t i = 0; index->ids_ignored && i < index->count && i < DEFAULT_LIMIT; i++)
        add_found(&found, (long)i);
    for (char *id; (id = strsep(&rest, ",")) != NULL;) {
        decode(id);
        add_found(&found, index->ids_blind ? -1 : find(index, id));
    }
    g3_buffer_append_text(&body, "{\"ids\":[],\"limit\":100,\"records\":[");
    append_found(index, &body, &found);
    g3_buffer_append_text(&body, "],\"size\":null}");
    return answer(index, 200, &body);
}

static fault_answer answer_bulk(small_index *index, const char *asked)
{
    finding found = {0};
    g3_buffer body = {0};
    json_object *ids = json_tokener_parse(asked);
    size_t count = json_object_is_type(ids, json_type_array) ? json_object_array_length(ids) : 0;
    for (size_t i = 0; i < count; i++)
        add_found(&found, find(index, json_object_get_string(json_object_array_get_idx(ids, i))));
    json_object_put(ids);
    if (count > index->most_in_bulk)
        index->most_in_bulk = count;
    if (count == 0)
        return answer_text(index, 500, "an empty list");
    g3_buffer_append_char(&body, '[');
    append_found(index, &body, &found);
    g3_buffer_append_char(&body, ']');
    return answer(index, 200, &body);
}

static fault_answer answer_single(small_index *index, char *guid)
{
    decode(guid);
    long number = resolve(index, guid);
    g3_buffer body = {0};
    if (number < 0)
        return answer_text(index, 404, "{\"error\": \"no record found\"}");
    append_record(index, &body, (size_t)number);
    return answer(index, 200, &body);
}

/* The first record, as the whole of a listing. */
static fault_answer answer_listing(small_index *index)
{
    g3_buffer body = {0};
    g3_buffer_append_text(&body, "{\"records\":[");
    if (index->count)
        append_record(index, &body, 0);
    g3_buffer_append_text(&body, "]}");
    return answer(index, 200, &body);
}

/* True for some lookups, when they come for the first time. */
static bool is_to_spoil(small_index *index, const char *target, const char *body)
{
    uint64_t hash = g3_hash(g3_view_of(target)) ^ g3_hash(g3_view_of(body));
    if (index->always_unreadable)
        return true;
    if (!index->unreadable_of || hash % index->unreadable_of)
        return false;
    for (size_t i = 0; i < index->spoilt_count; i++)
        if (index->spoilt[i] == hash)
            return false;
    index->spoilt = g3_reallocate(index->spoilt, index->spoilt_count + 1, sizeof *index->spoilt);
    index->spoilt[index->spoilt_count++] = hash;
    return true;
}

static fault_answer answer_lookup(small_index *index, char *target, const char *body)
{
    static const char LIST[] = "/index/?ids=";
    size_t number = index->lookups++;
    if (index->closed_every && number % index->closed_every == 0)
        return (fault_answer){.fault = FAULT_CLOSE};
    if (is_to_spoil(index, target, body))
        return answer_text(index, 200, "{\"records\":[{\"did\":");
    if (strncmp(target, LIST, strlen(LIST)) == 0) {
        index->lists++;
        return index->ids_status == 200 ? answer_list(index, target + strlen(LIST))
                                        : answer_text(index, index->ids_status, "no");
    }
    if (strcmp(target, "/bulk/documents") == 0) {
        index->bulks++;
        return index->bulk_status == 200 ? answer_bulk(index, body)
                                         : answer_text(index, index->bulk_status, "no");
    }
    index->singles++;
    return answer_single(index, target + strlen("/index/"));
}

static fault_answer serve(void *context, const fault_request *request, size_t number)
{
    (void)number;
    small_index *index = context;
    size_t line = strcspn(request->head, "\r\n");
    if (line > index->longest_line)
        index->longest_line = line;
    char *head = g3_duplicate((g3_view){request->head, line});
    char *rest = head;
    strsep(&rest, " ");
    char *target = strsep(&rest, " ");
    fault_answer given;
    if (strcmp(target, "/guid/prefix") == 0) {
        g3_buffer body = {0};
        g3_buffer_append_format(&body, "{\"prefix\": \"%s\"}",
                                index->told_prefix ? index->told_prefix : "");
        given = answer(index, index->told_prefix ? 200 : 404, &body);
    } else if (strncmp(target, "/index/?limit=", strlen("/index/?limit=")) == 0) {
        given = answer_listing(index);
    } else {
        given = answer_lookup(index, target, request->body);
    }
    free(head);
    return given;
}

fault_server *small_index_start(small_index *index)
{
    if (!index->ids_status)
        index->ids_status = 200;
    if (!index->bulk_status)
        index->bulk_status = 200;
    return fault_server_start(serve, index);
}

void small_index_free(small_index *index)
{
    for (size_t i = 0; i < index->body_count; i++)
        free(index->bodies[i]);
    free(index->bodies);
    free(index->spoilt);
}
