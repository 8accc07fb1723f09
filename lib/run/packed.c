/* Packed records. Called by verify for each row that waits for its record.
 *
 * Layout: count of fields, line, then each field: one byte (number of the known field, or
 * OTHER_COLUMN followed by the column's number; type above it), then its value: a length and bytes,
 * an integer, or a count and so many texts. Numbers are LEB128 (7 bits a byte, least first);
 * integers are 8 bytes as in memory. */
#include "g3/run/packed.h"
#include <stdlib.h>

#define OTHER_COLUMN 7u /* not a known field: those are 0 to 6 */
#define FIELD_BITS   3  /* the type stands above them */
#define FIRST_ITEMS  16 /* room for the lists of a usual record */
#define NUMBER_BYTES 10 /* the longest LEB128 of 64 bits */

struct g3_record_packer {
    g3_column **columns; /* other columns met, copies */
    size_t column_count;
    g3_field *fields; /* of the record unpacked last */
    size_t field_capacity;
    g3_view *items; /* of its lists */
    size_t item_capacity;
    g3_record record;
};

g3_record_packer *g3_record_packer_open(void)
{
    g3_record_packer *packer = g3_allocate_zeroed(1, sizeof *packer);
    packer->item_capacity = FIRST_ITEMS;
    packer->items = g3_allocate(FIRST_ITEMS * sizeof *packer->items);
    return packer;
}

static char *write_number(char *at, uint64_t number)
{
    while (number > 0x7f) {
        *at++ = (char)(number | 0x80);
        number >>= 7;
    }
    *at++ = (char)number;
    return at;
}

static uint64_t read_number(const char **at)
{
    uint64_t number = 0;
    unsigned shift = 0;
    unsigned char byte;
    do {
        byte = (unsigned char)*(*at)++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    return number;
}

static void append_number(g3_buffer *buffer, uint64_t number)
{
    char *at = g3_buffer_reserve(buffer, NUMBER_BYTES);
    buffer->length += (size_t)(write_number(at, number) - at);
}

static void append_text(g3_buffer *buffer, g3_view text)
{
    append_number(buffer, text.length);
    g3_buffer_append(buffer, text);
}

static g3_view read_text(const char **at)
{
    size_t length = (size_t)read_number(at);
    g3_view text = {*at, length};
    *at += length;
    return text;
}

static g3_column *copy_column(const g3_column *column)
{
    g3_column *copy = g3_allocate(sizeof *copy);
    *copy = (g3_column){
        .name = {g3_duplicate(column->name), column->name.length},
        .json_key = {g3_duplicate(column->json_key), column->json_key.length},
        .field = column->field,
    };
    return copy;
}

/* The number of a column. Rows of one manifest have the same other columns in the same order, so
 * the guess (the one after the last) is nearly always right. */
static size_t number_column(g3_record_packer *packer, const g3_column *column, size_t guess)
{
    for (size_t i = 0; i < packer->column_count; i++) {
        size_t number = (guess + i) % packer->column_count;
        if (g3_view_equal(packer->columns[number]->name, column->name))
            return number;
    }
    packer->columns =
        g3_reallocate(packer->columns, packer->column_count + 1, sizeof *packer->columns);
    packer->columns[packer->column_count] = copy_column(column);
    return packer->column_count++;
}

static void pack_value(const g3_value *value, g3_buffer *buffer)
{
    switch (value->type) {
    case G3_NULL:
        break;
    case G3_STRING:
    case G3_JSON:
        append_text(buffer, value->text);
        break;
    case G3_INTEGER:
        g3_buffer_append(buffer, (g3_view){(const char *)&value->integer, sizeof value->integer});
        break;
    case G3_LIST:
        append_number(buffer, value->list.count);
        for (size_t i = 0; i < value->list.count; i++)
            append_text(buffer, value->list.items[i]);
        break;
    }
}

void g3_record_pack(g3_record_packer *packer, const g3_record *record, g3_buffer *buffer)
{
    size_t next_column = 0;
    append_number(buffer, record->count);
    append_number(buffer, record->line);
    for (size_t i = 0; i < record->count; i++) {
        const g3_field *field = &record->fields[i];
        bool known = field->column->field < G3_OBJECT_FIELDS;
        unsigned type = (unsigned)field->value.type << FIELD_BITS;
        g3_buffer_append_char(buffer, (char)(type | (known ? field->column->field : OTHER_COLUMN)));
        if (!known) {
            size_t number = number_column(packer, field->column, next_column);
            append_number(buffer, number);
            next_column = number + 1;
        }
        pack_value(&field->value, buffer);
    }
}

static void unpack_list(g3_record_packer *packer, const char **at, g3_value *value, size_t *used)
{
    size_t count = (size_t)read_number(at);
    if (packer->item_capacity - *used < count) {
        /* Lists unpacked before point into the old array: they move along with it. */
        g3_view *old = packer->items;
        packer->item_capacity = 2 * (*used + count);
        packer->items = g3_reallocate(NULL, packer->item_capacity, sizeof *packer->items);
        if (*used)
            memcpy(packer->items, old, *used * sizeof *old);
        for (size_t i = 0; i < packer->record.count; i++) {
            g3_value *before = &packer->fields[i].value;
            if (before->type == G3_LIST)
                before->list.items = packer->items + (before->list.items - old);
        }
        free(old);
    }
    value->list.items = packer->items + *used;
    value->list.count = count;
    for (size_t i = 0; i < count; i++)
        value->list.items[i] = read_text(at);
    *used += count;
}

static void unpack_value(g3_record_packer *packer, const char **at, g3_value *value, size_t *used)
{
    switch (value->type) {
    case G3_NULL:
        break;
    case G3_STRING:
    case G3_JSON:
        value->text = read_text(at);
        break;
    case G3_INTEGER:
        memcpy(&value->integer, *at, sizeof value->integer);
        *at += sizeof value->integer;
        break;
    case G3_LIST:
        unpack_list(packer, at, value, used);
        break;
    }
}

const g3_record *g3_record_unpack(g3_record_packer *packer, g3_view packed)
{
    const char *at = packed.data;
    size_t count = (size_t)read_number(&at);
    size_t items = 0;
    packer->record = (g3_record){.line = read_number(&at)};
    if (packer->field_capacity < count) {
        packer->fields = g3_reallocate(packer->fields, count, sizeof *packer->fields);
        packer->field_capacity = count;
    }
    packer->record.fields = packer->fields;
    for (size_t i = 0; i < count; i++) {
        unsigned head = (unsigned char)*at++;
        unsigned known = head & OTHER_COLUMN;
        g3_field *field = &packer->fields[i];
        field->column =
            known == OTHER_COLUMN ? packer->columns[read_number(&at)] : &g3_object_columns[known];
        field->value.type = (g3_value_type)(head >> FIELD_BITS);
        unpack_value(packer, &at, &field->value, &items);
        packer->record.count = i + 1;
    }
    return &packer->record;
}

void g3_record_packer_close(g3_record_packer *packer)
{
    if (!packer)
        return;
    for (size_t i = 0; i < packer->column_count; i++) {
        free((void *)packer->columns[i]->name.data);
        free((void *)packer->columns[i]->json_key.data);
        free(packer->columns[i]);
    }
    free(packer->columns);
    free(packer->fields);
    free(packer->items);
    free(packer);
}
