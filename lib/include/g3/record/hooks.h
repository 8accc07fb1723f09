/* Row-parser hooks: what makes rows into those of other columns, before they are read as records.
 * Either a plugin (g3/plugin.h), or rules.
 *
 * A file of rules has one on each line, blank lines and those that begin with # aside:
 *
 *     FIELD = CHOICE | CHOICE ... : CONVERSION CONVERSION ...
 *
 * A choice is one or more items parted by commas; an item is one or more columns or texts in double
 * quotes, joined by +. A column whose name is not of letters, digits, _ - and . alone is put in
 * brackets: [Case ID]. The first choice counts that has an item which is not empty; an item made of
 * columns that are all empty is empty, whatever texts stand between them. FIELD is any name.
 *
 * Conversions, one after the other, for each item:
 *     strip          without blanks around it (cells come with them)
 *     lower, upper   ASCII letters
 *     urldecode      %20 becomes a blank
 *     base64-to-hex  a digest: its bytes as hexadecimal digits
 *     regex "RE"     the part that RE (PCRE2) matches: its first group, or all; else empty
 *     split "TEXT"   the pieces between TEXTs
 *     list           the items of a list as manifests have it (g3/record/list.h)
 *     int            nothing but a whole number: another row is bad
 *     json           nothing but JSON: another row is bad
 *
 * What comes out is the field's cell, read like any other of the kind: so `int` and `json` only
 * check. Several items are a list; for metadata a JSON array. Columns that a rule reads are not
 * fields of their own, unless a rule says so (size = size); the others stay as they are.
 */
#ifndef G3_RECORD_HOOKS_H
#define G3_RECORD_HOOKS_H

#include "g3/base/abi.h"
#include "g3/base/error.h"

G3_BEGIN_C

/* Rules or a plugin, ready for use by one reader at a time. */
typedef struct g3_hooks g3_hooks;

/* Reads a file of rules ("-": standard input).
 * @return owned by the caller: g3_hooks_close(); NULL with G3_EXIT_INPUT (unreadable),
 * G3_EXIT_USAGE (a rule that is wrong: the message says in which line and column) */
g3_hooks *g3_hooks_read_rules(const char *path, g3_error *error);

/* Loads a plugin: a path of a shared object, searched nowhere else.
 * @param settings  for its open()
 * @return as above; NULL with G3_EXIT_INPUT: it can't be loaded, is none, or refuses */
g3_hooks *g3_hooks_load_plugin(const char *path, const char *settings, g3_error *error);

void g3_hooks_close(g3_hooks *hooks); /* NULL is allowed */

G3_END_C

#endif
