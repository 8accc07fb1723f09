/* Records of the index service's answers as json-c sees them. */
#include "index_oracle.h"
#include "json_oracle.h"

static bool same_text(const g3_value *ours, json_object *theirs)
{
    if (ours->type == G3_NULL)
        return theirs == NULL;
    return ours->type == G3_STRING && json_object_is_type(theirs, json_type_string) &&
           g3_view_equal(ours->text, (g3_view){json_object_get_string(theirs),
                                               (size_t)json_object_get_string_len(theirs)});
}

static bool same_list(const g3_value *ours, json_object *theirs)
{
    if (ours->type == G3_NULL)
        return theirs == NULL;
    if (!json_object_is_type(theirs, json_type_array) ||
        ours->list.count != json_object_array_length(theirs))
        return false;
    for (size_t i = 0; i < ours->list.count; i++)
        if (!same_text(&(g3_value){.type = G3_STRING, .text = ours->list.items[i]},
                       json_object_array_get_idx(theirs, i)))
            return false;
    return true;
}

static bool same_size(const g3_value *ours, json_object *theirs)
{
    if (ours->type == G3_NULL)
        return theirs == NULL;
    return json_object_is_type(theirs, json_type_int) &&
           ours->integer == json_object_get_int64(theirs);
}

bool index_oracle_same(const g3_record *record, json_object *theirs)
{
    json_object *guid = json_object_object_get(theirs, "did");
    if (!guid)
        guid = json_object_object_get(theirs, "id");
    json_object *hashes = json_object_object_get(theirs, "hashes");
    bool same = record->count == G3_OBJECT_FIELDS;
    for (size_t i = 0; same && i < record->count; i++)
        same = record->fields[i].column == &g3_object_columns[i];
    return same && same_text(&record->fields[G3_GUID].value, guid) &&
           same_list(&record->fields[G3_URLS].value, json_object_object_get(theirs, "urls")) &&
           same_list(&record->fields[G3_AUTHZ].value, json_object_object_get(theirs, "authz")) &&
           same_list(&record->fields[G3_ACL].value, json_object_object_get(theirs, "acl")) &&
           same_text(&record->fields[G3_MD5].value, json_object_object_get(hashes, "md5")) &&
           same_size(&record->fields[G3_FILE_SIZE].value, json_object_object_get(theirs, "size")) &&
           same_text(&record->fields[G3_FILE_NAME].value,
                     json_object_object_get(theirs, "file_name"));
}

json_object *index_oracle_records(json_object *answer)
{
    if (json_object_is_type(answer, json_type_array))
        return json_object_get(answer);
    json_object *records = json_object_object_get(answer, "records");
    if (json_object_is_type(records, json_type_array))
        return json_object_get(records);
    if (!json_object_is_type(answer, json_type_object))
        return NULL;
    json_object *single = json_object_new_array();
    json_object_array_add(single, json_object_get(answer));
    return single;
}

/* Compares all that our reader gives with `records`. */
static const char *compare_records(g3_index_answer *answer, json_object *records, size_t *count)
{
    g3_record record;
    const char *reason;
    g3_next next;
    *count = 0;
    while ((next = g3_index_answer_next(answer, &record, &reason)) == G3_NEXT_ITEM) {
        if (*count >= json_object_array_length(records))
            return "more records than json-c has";
        if (!index_oracle_same(&record, json_object_array_get_idx(records, *count)))
            return "another record than json-c's";
        ++*count;
    }
    if (next == G3_NEXT_END && *count < json_object_array_length(records))
        return "fewer records than json-c has, and no error";
    return NULL;
}

const char *index_oracle_compare(g3_view body, size_t *count)
{
    g3_index_answer *answer = g3_index_answer_open();
    json_object *theirs = NULL;
    g3_record record;
    const char *reason, *difference = NULL;
    g3_index_answer_begin(answer, body);
    if (oracle_parse(body, &theirs) && !oracle_is_too_lax(body)) {
        json_object *records = index_oracle_records(theirs);
        if (records)
            difference = compare_records(answer, records, count);
        else if (g3_index_answer_next(answer, &record, &reason) != G3_NEXT_ERROR)
            difference = "no error for what is no answer";
        json_object_put(records);
    } else {
        g3_next next;
        while ((next = g3_index_answer_next(answer, &record, &reason)) == G3_NEXT_ITEM)
            continue;
        if (next == G3_NEXT_END)
            difference = "an end without error though it is no JSON";
    }
    json_object_put(theirs);
    g3_index_answer_close(answer);
    return difference;
}
