/* The record's fixed columns and small questions about a record. Called by every filter. */
#include "g3/record/record.h"
#include <stdlib.h>

#define COLUMN(text, number)                                                                       \
    {                                                                                              \
        .name = {text, sizeof(text) - 1}, .json_key = {"\"" text "\":", sizeof(text) + 2},         \
        .field = number                                                                            \
    }

const g3_column g3_object_columns[G3_OBJECT_FIELDS] = {
    COLUMN("guid", G3_GUID),
    COLUMN("urls", G3_URLS),
    COLUMN("authz", G3_AUTHZ),
    COLUMN("acl", G3_ACL),
    COLUMN("md5", G3_MD5),
    COLUMN("file_size", G3_FILE_SIZE),
    COLUMN("file_name", G3_FILE_NAME),
};

const g3_value *g3_record_get(const g3_record *record, g3_object_field field)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->fields[i].column->field == field)
            return &record->fields[i].value;
    return NULL;
}

g3_view g3_record_guid(const g3_record *record)
{
    const g3_value *guid = g3_record_get(record, G3_GUID);
    return guid && guid->type == G3_STRING ? guid->text : (g3_view){0};
}

g3_value g3_value_of_text(g3_value_type type, g3_view text)
{
    g3_value value = {.type = G3_NULL};
    value.text = text;
    if (text.length)
        value.type = type;
    return value;
}

static int compare_items(const void *left, const void *right)
{
    return g3_view_compare(*(const g3_view *)left, *(const g3_view *)right);
}

void g3_value_sort_items(g3_value *list)
{
    if (list->list.count > 1)
        qsort(list->list.items, list->list.count, sizeof *list->list.items, compare_items);
}

void g3_record_sort_lists(const g3_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->fields[i].value.type == G3_LIST)
            g3_value_sort_items(&record->fields[i].value);
}
