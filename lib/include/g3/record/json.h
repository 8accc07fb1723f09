/* JSON: reading values without copying, writing strings and records.
 *
 * Grammar: RFC 8259, strictly; nesting to G3_JSON_DEPTH; text must be UTF-8. A lone surrogate
 * escape (backslash u D800..DFFF) becomes U+FFFD, as json-c has it. Equal to json-c (strict mode)
 * by differential tests, but where json-c is laxer than the RFC: those cases are listed in
 * tests/unit/record_json.c.
 */
#ifndef G3_RECORD_JSON_H
#define G3_RECORD_JSON_H

#include "g3/base/abi.h"
#include "g3/base/error.h"
#include "g3/record/record.h"
#include "g3/table/scan.h"

G3_BEGIN_C

/* Deepest nesting of arrays and objects: so many may be open at once. */
#define G3_JSON_DEPTH 64

/* A reader over one text in memory. Zero-copy: strings without escapes are views into the text,
 * others are decoded into the arena. */
typedef struct g3_json_reader {
    const char *at; /* next byte */
    const char *end;
    const char *begin; /* for places in messages */
    g3_arena *arena;   /* where decoded strings live; borrowed */
    const char *fault; /* why reading stopped, or NULL; static text; `at` is then the place */
    unsigned depth;    /* arrays and objects entered and not left */
    bool high;         /* a string read so far has a byte above 0x7f, or an escape for one */
    const g3_scan *scan;
} g3_json_reader;

/* What the next value is, seen by its first byte. */
typedef enum g3_json_type {
    G3_JSON_NULL,
    G3_JSON_TRUE,
    G3_JSON_FALSE,
    G3_JSON_NUMBER,
    G3_JSON_STRING,
    G3_JSON_ARRAY,
    G3_JSON_OBJECT,
    G3_JSON_WRONG,
} g3_json_type;

/* Begins reading `text`. */
void g3_json_begin(g3_json_reader *reader, g3_view text, g3_arena *arena);

/* The same for a caller that begins for each row and has asked g3_scan_best() once. */
void g3_json_begin_with(g3_json_reader *reader, g3_view text, g3_arena *arena, const g3_scan *scan);

/* Looks at the next value's type (blanks in front skipped) without reading it; G3_JSON_WRONG where
 * none can begin. */
g3_json_type g3_json_peek(g3_json_reader *reader);

/* Reads a string. @return false with reader->fault */
bool g3_json_read_string(g3_json_reader *reader, g3_view *text);

/* Reads a whole number that fits 64 bits ("12", "-3", not "1.0" nor "1e3").
 * @return false, with nothing read and no fault, if the next value is something else */
bool g3_json_read_integer(g3_json_reader *reader, int64_t *value);

/* Reads past any value, checking it. @param text  the value as written, or NULL */
bool g3_json_skip(g3_json_reader *reader, g3_view *text);

/* Walks an array: g3_json_enter(), then while g3_json_more(): read one value.
 * Walks an object: g3_json_enter(), then while g3_json_more_key(): read one value.
 * @param first  state of the walk, set by enter
 * Both return false at the closing bracket, and on a fault. */
bool g3_json_enter(g3_json_reader *reader, bool *first);
bool g3_json_more(g3_json_reader *reader, bool *first);
bool g3_json_more_key(g3_json_reader *reader, bool *first, g3_view *key);

/* As g3_json_more_key(), quicker where the next member is the one that the caller expects.
 * @param expected  its name as JSON writes it in front of a value (`"name":`), or empty
 * @param matched   set to true if it is that one, `key` then being left alone; else to false */
bool g3_json_more_expected(g3_json_reader *reader, bool *first, g3_view expected, bool *matched,
                           g3_view *key);

/* The value of a metadata record's cell: the JSON value that it spells, else its text without the
 * blanks around it; null where there is none. Borrows from `cell` and `arena`.
 * @param scan  g3_scan_best(), asked for once by a caller that reads many cells */
g3_value g3_value_from_metadata(g3_view cell, g3_arena *arena, const g3_scan *scan);

/* True if only blanks are left. */
bool g3_json_at_end(g3_json_reader *reader);

/* True if all of the text is one JSON value. */
bool g3_json_is_valid(g3_view text);

/* Enters the object at which the reader stands, up to the value of its first member called `name`.
 * @return false if it is no object, has no such member, or on a fault */
bool g3_json_find(g3_json_reader *reader, const char *name);

/* The string that an object has for a member; borrows from `object` or lives in `arena`.
 * @return false if it is no object, or has no such string */
bool g3_json_read_member(g3_view object, const char *name, g3_arena *arena, g3_view *text);

/* The text, which is JSON, on one line: line ends can only stand between its tokens, where a blank
 * does as well. @return `text` itself if it is on one line, else a copy in `arena` */
g3_view g3_json_on_one_line(g3_view text, g3_arena *arena);

/* True if both texts are JSON and say the same: members in any order (of those of one name the last
 * counts), numbers by their value (1 is 1.0), whole ones of any size exactly. */
bool g3_json_same(g3_view left, g3_view right);

/* Appends the object `object` with the members of the object `members` put in, in place of its own
 * of these names.
 * @return false, with nothing appended, if one is no object */
bool g3_json_append_merged(g3_buffer *out, g3_view object, g3_view members);

/* Appends `text` as a JSON string with its quotes. Escapes what RFC 8259 asks for, as \n \t \r \b
 * \f
 * \" \\ and \u00XX, and besides the characters that some readers of lines take for a line end
 * (Python's splitlines and older JavaScript): U+0085, U+2028 and U+2029. `text` must be UTF-8. */
void g3_json_append_string(g3_buffer *buffer, g3_view text);

/* Appends a value. */
void g3_json_append_value(g3_buffer *buffer, const g3_value *value);

/* Appends a record as one line of the stream: an object and its LF. */
void g3_json_append_record(g3_buffer *buffer, const g3_record *record);

/* The same for a caller that has asked g3_scan_best() once for all its records. */
void g3_json_append_record_with(g3_buffer *buffer, const g3_record *record, const g3_scan *scan);

G3_END_C

#endif
