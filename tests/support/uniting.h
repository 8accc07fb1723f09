/* Uniting small manifests in a folder of the test's own. */
#ifndef G3_TESTS_UNITING_H
#define G3_TESTS_UNITING_H

#include "g3/run/unite.h"

/* Makes a folder and goes there; removes it, with the files that uniting tests make (a.csv, b.csv,
 * c.tsv, d.ndjson, output, rejects). For TestSuite(). */
void uniting_make_folder(void);
void uniting_remove_folder(void);

void uniting_write(const char *name, const char *text);

/* @param text  emptied first; stays empty if there is no such file */
void uniting_read(const char *name, g3_buffer *text);

/* Unites into the files "output" and "rejects"; as CSV, within little memory and quietly, where
 * `options` does not say.
 * @param limit  most rejects; -1: no limit */
bool uniting_run(g3_unite_options options, int64_t limit, g3_unite_result *result, g3_error *error);

/* Lines of "rejects". */
size_t uniting_count_rejects(void);

/* The manifests, as members of a g3_unite_options. */
#define UNITING_FILES(...)                                                                         \
    .paths = (const char *const[]){__VA_ARGS__},                                                   \
    .path_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

#endif
