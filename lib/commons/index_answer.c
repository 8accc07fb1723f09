/* Reads the index service's answers: listings, bulk answers, single records. Called by the sweep
 * and by the lookups, for every record that a commons has: members that are not wanted are only
 * checked.
 *
 * Records of one answer have the same members in the same order, so each is read in the expectation
 * of the one before, its names being compared in place. */
#include "g3/commons/index.h"
#include <stdlib.h>

/* Members of a record whose names are remembered; the service has 18. */
#define EXPECTED_LIMIT 32

/* Items that lists have room for at first. */
#define FIRST_ITEMS ((size_t)16)

/* What a member of an answer is to us. */
typedef enum answer_member {
    MEMBER_DID,
    MEMBER_URLS,
    MEMBER_AUTHZ,
    MEMBER_ACL,
    MEMBER_HASHES,
    MEMBER_SIZE,
    MEMBER_FILE_NAME,
    MEMBER_REVISION,
    MEMBER_ID,      /* what a bundle has for a did */
    MEMBER_RECORDS, /* the list of a listing */
    MEMBER_ERROR,
    MEMBER_OTHER,
} answer_member;

static const g3_view MEMBER_NAMES[MEMBER_OTHER] = {
    [MEMBER_DID] = {"did", 3},
    [MEMBER_URLS] = {"urls", 4},
    [MEMBER_AUTHZ] = {"authz", 5},
    [MEMBER_ACL] = {"acl", 3},
    [MEMBER_HASHES] = {"hashes", 6},
    [MEMBER_SIZE] = {"size", 4},
    [MEMBER_FILE_NAME] = {"file_name", 9},
    [MEMBER_REVISION] = {"rev", 3},
    [MEMBER_ID] = {"id", 2},
    [MEMBER_RECORDS] = {"records", 7},
    [MEMBER_ERROR] = {"error", 5},
};

typedef enum answer_state {
    ANSWER_BEGUN,
    ANSWER_IN_LISTING, /* inside the array of "records" */
    ANSWER_IN_ARRAY,   /* inside the array that the answer is */
    ANSWER_ENDED,
    ANSWER_FAILED,
} answer_state;

struct g3_index_answer {
    g3_json_reader json;
    g3_arena arena; /* records, lists, decoded strings */
    answer_state state;
    bool is_listing;    /* the records stand in the list of a listing */
    bool outer_first;   /* walk of the object around a listing */
    bool first;         /* walk of the array of records */
    const char *reason; /* why it failed */
    struct {
        g3_view name; /* as the record before has it, with its colon: `"did":` */
        answer_member member;
    } expected[EXPECTED_LIMIT];
    size_t expected_count;
    g3_view *items; /* scratch for the list being read */
    size_t item_capacity;
};

/* What was found of the record being read. */
typedef struct record_draft {
    g3_value values[G3_OBJECT_FIELDS];
    g3_value revision, bundle_id;
    g3_view json;      /* all of it, as it is written */
    const char *wrong; /* a member that can't be what it should: matters if this is a record */
    bool is_error;     /* has an "error" */
    bool is_listing;   /* has "records": the walk has stopped inside it */
} record_draft;

g3_index_answer *g3_index_answer_open(void)
{
    return g3_allocate_zeroed(1, sizeof(g3_index_answer));
}

void g3_index_answer_begin(g3_index_answer *answer, g3_view body)
{
    g3_arena_clear(&answer->arena);
    g3_json_begin(&answer->json, body, &answer->arena);
    answer->state = ANSWER_BEGUN;
    answer->is_listing = false;
    answer->reason = NULL;
    answer->expected_count = 0; /* they pointed into the body before */
}

void g3_index_answer_close(g3_index_answer *answer)
{
    if (answer) {
        g3_arena_free(&answer->arena);
        free(answer->items);
        free(answer);
    }
}

static answer_member find_member(g3_view name)
{
    int member = 0;
    while (member < MEMBER_OTHER && !g3_view_equal(MEMBER_NAMES[member], name))
        member++;
    return (answer_member)member;
}

/* Steps to the next member of a record, the `place`-th. @return false at its end, or on a fault */
static inline bool next_member(g3_index_answer *answer, bool *first, size_t place,
                               answer_member *member)
{
    g3_json_reader *json = &answer->json;
    bool matched;
    g3_view name, expected = {0};
    if (place < answer->expected_count)
        expected = answer->expected[place].name;
    if (!g3_json_more_expected(json, first, expected, &matched, &name))
        return false;
    if (matched) {
        *member = answer->expected[place].member;
        return true;
    }
    *member = find_member(name);
    if (place < EXPECTED_LIMIT && place <= answer->expected_count) {
        bool in_place = name.data > json->begin && name.data < json->end;
        const char *quote = name.data - 1;
        answer->expected[place].name =
            in_place ? (g3_view){quote, (size_t)(json->at - quote)} : (g3_view){0};
        answer->expected[place].member = *member;
        if (place == answer->expected_count)
            answer->expected_count++;
    }
    return true;
}

/* Reads past a value that is not what it should be. */
static bool pass_wrong(g3_index_answer *answer, record_draft *draft, const char *wrong)
{
    draft->wrong = wrong;
    return g3_json_skip(&answer->json, NULL);
}

/* Reads a string or null. @return false on a fault of the JSON */
static bool read_text(g3_index_answer *answer, record_draft *draft, g3_value *value)
{
    g3_json_type type = g3_json_peek(&answer->json);
    if (type == G3_JSON_STRING) {
        value->type = G3_STRING;
        return g3_json_read_string(&answer->json, &value->text);
    }
    value->type = G3_NULL;
    if (type == G3_JSON_NULL)
        return g3_json_skip(&answer->json, NULL);
    return pass_wrong(answer, draft, "a record's text that is not a string");
}

/* Reads a whole number or null. */
static bool read_size(g3_index_answer *answer, record_draft *draft)
{
    g3_value *value = &draft->values[G3_FILE_SIZE];
    value->type = G3_NULL;
    if (g3_json_peek(&answer->json) == G3_JSON_NULL)
        return g3_json_skip(&answer->json, NULL);
    if (!g3_json_read_integer(&answer->json, &value->integer))
        return pass_wrong(answer, draft, "a size that is not a whole number");
    value->type = G3_INTEGER;
    if (value->integer < 0)
        draft->wrong = "a size below 0";
    return true;
}

static void add_item(g3_index_answer *answer, size_t count, g3_view item)
{
    if (count == answer->item_capacity) {
        answer->item_capacity = answer->item_capacity ? answer->item_capacity * 2 : FIRST_ITEMS;
        answer->items = g3_reallocate(answer->items, answer->item_capacity, sizeof *answer->items);
    }
    answer->items[count] = item;
}

/* Reads a list of strings, or null. */
static bool read_list(g3_index_answer *answer, record_draft *draft, g3_value *value)
{
    const char *wrong = "a list that is not one of strings";
    g3_json_reader *json = &answer->json;
    g3_view item;
    size_t count = 0;
    bool first;
    value->type = G3_NULL;
    if (g3_json_peek(json) == G3_JSON_NULL)
        return g3_json_skip(json, NULL);
    if (g3_json_peek(json) != G3_JSON_ARRAY)
        return pass_wrong(answer, draft, wrong);
    g3_json_enter(json, &first);
    while (g3_json_more(json, &first)) {
        if (g3_json_peek(json) != G3_JSON_STRING) {
            if (!pass_wrong(answer, draft, wrong))
                return false;
            continue;
        }
        if (!g3_json_read_string(json, &item))
            return false;
        add_item(answer, count++, item);
    }
    value->type = G3_LIST;
    value->list.count = count;
    value->list.items = g3_arena_take(&answer->arena, count * sizeof item);
    if (count)
        memcpy(value->list.items, answer->items, count * sizeof item);
    return !json->fault;
}

/* Reads the object of hashes for its md5. */
static bool read_hashes(g3_index_answer *answer, record_draft *draft)
{
    g3_json_reader *json = &answer->json;
    g3_value *md5 = &draft->values[G3_MD5];
    g3_view name;
    bool first, matched;
    md5->type = G3_NULL;
    if (g3_json_peek(json) == G3_JSON_NULL)
        return g3_json_skip(json, NULL);
    if (g3_json_peek(json) != G3_JSON_OBJECT)
        return pass_wrong(answer, draft, "hashes that are not an object");
    g3_json_enter(json, &first);
    while (
        g3_json_more_expected(json, &first, g3_object_columns[G3_MD5].json_key, &matched, &name)) {
        bool is_md5 = matched || g3_view_equal(name, g3_object_columns[G3_MD5].name);
        if (!(is_md5 ? read_text(answer, draft, md5) : g3_json_skip(json, NULL)))
            return false;
    }
    return !json->fault;
}

/* Reads the value of a member. @return false on a fault of the JSON */
static bool read_member(g3_index_answer *answer, record_draft *draft, answer_member member)
{
    switch (member) {
    case MEMBER_DID:
        return read_text(answer, draft, &draft->values[G3_GUID]);
    case MEMBER_FILE_NAME:
        return read_text(answer, draft, &draft->values[G3_FILE_NAME]);
    case MEMBER_REVISION:
        return read_text(answer, draft, &draft->revision);
    case MEMBER_ID:
        return read_text(answer, draft, &draft->bundle_id);
    case MEMBER_URLS:
        return read_list(answer, draft, &draft->values[G3_URLS]);
    case MEMBER_AUTHZ:
        return read_list(answer, draft, &draft->values[G3_AUTHZ]);
    case MEMBER_ACL:
        return read_list(answer, draft, &draft->values[G3_ACL]);
    case MEMBER_HASHES:
        return read_hashes(answer, draft);
    case MEMBER_SIZE:
        return read_size(answer, draft);
    case MEMBER_ERROR:
        draft->is_error = true;
        return g3_json_skip(&answer->json, NULL);
    case MEMBER_RECORDS:
    case MEMBER_OTHER:
        break;
    }
    return g3_json_skip(&answer->json, NULL);
}

/* Reads the object at which the answer stands: a record, or with `outer` perhaps a listing, in
 * whose "records" it then stops.
 * @return false on a fault of the JSON */
static bool read_object(g3_index_answer *answer, record_draft *draft, bool outer, bool *first)
{
    size_t place = 0;
    answer_member member;
    *draft = (record_draft){0};
    const char *begin = answer->json.at;
    if (!g3_json_enter(&answer->json, first))
        return false;
    while (next_member(answer, first, place, &member)) {
        place++;
        if (outer && member == MEMBER_RECORDS && g3_json_peek(&answer->json) == G3_JSON_ARRAY) {
            draft->is_listing = true;
            answer->expected_count = 0; /* those of the listing are not those of its records */
            return g3_json_enter(&answer->json, &answer->first);
        }
        if (!read_member(answer, draft, member))
            return false;
    }
    draft->json = (g3_view){begin, (size_t)(answer->json.at - begin)};
    return !answer->json.fault;
}

static g3_next fail(g3_index_answer *answer, const char **reason, const char *why)
{
    answer->state = ANSWER_FAILED;
    answer->reason = why;
    *reason = why;
    return G3_NEXT_ERROR;
}

static g3_next fail_json(g3_index_answer *answer, const char **reason)
{
    const char *fault = answer->json.fault;
    return fail(answer, reason, fault ? fault : "something behind the end of the JSON");
}

/* Makes a record of the draft. */
static g3_next give_record(g3_index_answer *answer, record_draft *draft, g3_record *record,
                           const char **reason)
{
    if (draft->values[G3_GUID].type == G3_NULL)
        draft->values[G3_GUID] = draft->bundle_id;
    if (draft->values[G3_GUID].type == G3_NULL)
        return fail(answer, reason,
                    draft->is_error ? "an error message instead of records"
                                    : "a record without a did");
    if (draft->wrong)
        return fail(answer, reason, draft->wrong);
    g3_field *fields = g3_arena_take(&answer->arena, G3_OBJECT_FIELDS * sizeof *fields);
    for (int i = 0; i < G3_OBJECT_FIELDS; i++)
        fields[i] = (g3_field){&g3_object_columns[i], draft->values[i]};
    *record = (g3_record){.fields = fields,
                          .count = G3_OBJECT_FIELDS,
                          .json = draft->json,
                          .ascii = !answer->json.high};
    if (draft->revision.type == G3_STRING)
        record->revision = draft->revision.text;
    return G3_NEXT_ITEM;
}

/* Begins the answer: sees what it is; gives the record if it is a single one. */
static g3_next read_beginning(g3_index_answer *answer, g3_record *record, const char **reason)
{
    record_draft draft;
    g3_json_type type = g3_json_peek(&answer->json);
    bool is_html = answer->json.at < answer->json.end && *answer->json.at == '<';
    switch (type) {
    case G3_JSON_ARRAY:
        g3_json_enter(&answer->json, &answer->first);
        answer->state = ANSWER_IN_ARRAY;
        return G3_NEXT_ITEM;
    case G3_JSON_OBJECT:
        if (!read_object(answer, &draft, true, &answer->outer_first))
            return fail_json(answer, reason);
        if (draft.is_listing) {
            answer->is_listing = true;
            answer->state = ANSWER_IN_LISTING;
            return G3_NEXT_ITEM;
        }
        if (!g3_json_at_end(&answer->json))
            return fail_json(answer, reason);
        answer->state = ANSWER_ENDED;
        return give_record(answer, &draft, record, reason);
    default:
        return fail(answer, reason,
                    is_html ? "a page of HTML; is the endpoint right, or does it want a login?"
                            : "neither an object nor an array");
    }
}

/* Reads what follows the list of records. */
static g3_next read_ending(g3_index_answer *answer, const char **reason)
{
    g3_view name;
    if (answer->state == ANSWER_IN_LISTING)
        while (g3_json_more_key(&answer->json, &answer->outer_first, &name))
            g3_json_skip(&answer->json, NULL);
    if (!g3_json_at_end(&answer->json))
        return fail_json(answer, reason);
    answer->state = ANSWER_ENDED;
    return G3_NEXT_END;
}

g3_next g3_index_answer_next(g3_index_answer *answer, g3_record *record, const char **reason)
{
    record_draft draft;
    bool first;
    if (answer->state == ANSWER_FAILED)
        return fail(answer, reason, answer->reason);
    if (answer->state == ANSWER_ENDED)
        return G3_NEXT_END;
    if (answer->state == ANSWER_BEGUN) {
        g3_next next = read_beginning(answer, record, reason);
        if (next != G3_NEXT_ITEM || answer->state == ANSWER_ENDED)
            return next;
    }
    if (!g3_json_more(&answer->json, &answer->first))
        return answer->json.fault ? fail_json(answer, reason) : read_ending(answer, reason);
    if (g3_json_peek(&answer->json) != G3_JSON_OBJECT)
        return fail(answer, reason, "a record that is not an object");
    if (!read_object(answer, &draft, false, &first))
        return fail_json(answer, reason);
    return give_record(answer, &draft, record, reason);
}

bool g3_index_answer_is_listing(const g3_index_answer *answer)
{
    return answer->is_listing;
}
