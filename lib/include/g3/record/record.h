/* The record: an ordered list of named values, one line of the stream that all tools speak.
 *
 * Ownership: everything a record points to belongs to the reader that made it and stays valid until
 * that reader's next call.
 */
#ifndef G3_RECORD_RECORD_H
#define G3_RECORD_RECORD_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/memory.h"

G3_BEGIN_C

/* The object fields that the tools know, in the order of the SDK's columns. */
typedef enum g3_object_field {
    G3_GUID,
    G3_URLS,
    G3_AUTHZ,
    G3_ACL,
    G3_MD5,
    G3_FILE_SIZE,
    G3_FILE_NAME,
    G3_OBJECT_FIELDS,     /* how many there are */
    G3_OTHER_FIELD = 255, /* any other column */
} g3_object_field;

/* What a record is made of. */
typedef enum g3_kind {
    G3_KIND_OBJECT,   /* fields above typed, other columns strings, behind them */
    G3_KIND_METADATA, /* guid, then each cell that parses as JSON as that value */
    G3_KIND_RAW,      /* every cell a string */
} g3_kind;

/* A column, shared by all records that have it. */
typedef struct g3_column {
    g3_view name;
    g3_view json_key; /* the name as JSON writes it in front of a value: `"name":` */
    uint8_t field;    /* a g3_object_field, G3_OTHER_FIELD where it is none */
} g3_column;

/* What a value is, and which of its members holds it. */
typedef enum g3_value_type {
    G3_NULL,
    G3_STRING,  /* text: decoded UTF-8 */
    G3_INTEGER, /* integer */
    G3_LIST,    /* items: strings */
    G3_JSON,    /* text: any other JSON value as it is written, on one line (line ends between its
                   tokens are blanks) */
} g3_value_type;

/* The items of a list. */
typedef struct g3_items {
    g3_view *items;
    size_t count;
} g3_items;

/* One value of a record. */
typedef struct g3_value {
    g3_value_type type;
    union {
        g3_view text;
        int64_t integer;
        g3_items list;
    };
} g3_value;

/* A value under its name. */
typedef struct g3_field {
    const g3_column *column;
    g3_value value;
} g3_field;

/* One row of a manifest, or one record of a service. */
typedef struct g3_record {
    g3_field *fields;
    size_t count;
    uint64_t line;    /* where it stood in its input, from 1; 0 if it came from a service */
    g3_view revision; /* of a record of the index service, which a change of it must name; else
                         empty */
    g3_view json;     /* of a record of the index service: all of it, as the service wrote it; else
                         empty */
    bool ascii;       /* no text in it has a byte above 0x7f; false: there may be some */
} g3_record;

/* The seven object columns, in order: column->field is its index. Static. */
extern const g3_column g3_object_columns[G3_OBJECT_FIELDS];

/* The value of an object field, or NULL where the record has no such column. */
const g3_value *g3_record_get(const g3_record *record, g3_object_field field);

/* The record's GUID, or an empty view (no column, null, not a string). */
g3_view g3_record_guid(const g3_record *record);

/* A value of type G3_STRING or G3_JSON; of no text, null. The text is borrowed. */
g3_value g3_value_of_text(g3_value_type type, g3_view text);

/* Sorts a list's items by bytes, in place. */
void g3_value_sort_items(g3_value *list);

/* Sorts all lists of a record, in place: a service gives their items in no fixed order. */
void g3_record_sort_lists(const g3_record *record);

G3_END_C

#endif
