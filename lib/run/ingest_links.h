/* GUIDs of metadata rows by a text of theirs: the records of a manifest of the index one of whose
 * URLs holds it. Private to ingest*.c. */
#ifndef G3_RUN_INGEST_LINKS_H
#define G3_RUN_INGEST_LINKS_H

#include "g3/base/error.h"

typedef struct g3_ingest_links g3_ingest_links;
struct g3_ingest;
struct g3_ingest_row;
struct g3_ingest_options;

/* Joins the manifests with the one of the index, and keeps on disk what each row is linked to.
 * @return NULL with an error of g3_join_partial(), G3_EXIT_USAGE (no such columns; a manifest that
 * can't be read twice) */
g3_ingest_links *g3_ingest_links_open(const struct g3_ingest_options *options, g3_error *error);

/* Gives a row its GUID, or ends it as skipped if there is none or more than one. To be called for
 * each row that needs one, in the order of the manifests.
 * @return false with G3_EXIT_LOCAL, or G3_EXIT_INPUT if a manifest has changed */
bool g3_ingest_links_find(g3_ingest_links *links, struct g3_ingest *ingest,
                          struct g3_ingest_row *row, g3_error *error);

void g3_ingest_links_close(g3_ingest_links *links); /* NULL is allowed */

#endif
