/* Uniting object manifests: several become one. The job behind g3-merge --manifests.
 *
 * Rows of the same md5 (or the same guid) become one record: their urls, authz and acl together,
 * each once, sorted by bytes; of other fields the first value that there is (null and the empty
 * text are none; values are equal if a cell spells them alike). Rows that can't be of one object,
 * since their file_size or guid (md5) is another one's, are rejected: each row is compared with
 * those in front of it, in the order of the files. What the Python SDK calls merging bucket
 * manifests (its version 4.28.5), at any size.
 */
#ifndef G3_RUN_UNITE_H
#define G3_RUN_UNITE_H

#include "g3/base/abi.h"
#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

G3_BEGIN_C

/* What is united by what, and where records go. */
typedef struct g3_unite_options {
    const char *const *paths; /* "-" is standard input */
    size_t path_count;
    const g3_manifest_options *manifest; /* kind OBJECT */
    bool by_guid;                        /* unite rows of the same guid, not of the same md5 */
    bool several_guids; /* rows of one md5 with different guids stay records of their own; a row
                           without one adds to all of that md5; not together with by_guid */
    size_t memory;      /* bytes for sorting; beyond, disk. Rows of one object are held in memory */
    g3_sink *output;    /* borrowed */
    g3_format format;   /* not AUTO */
    char delimiter;     /* 0: by format */
    g3_rejects *rejects;
    g3_reporter *reporter;
} g3_unite_options;

/* What was done. */
typedef struct g3_unite_result {
    uint64_t rows;      /* that could be used; all but `records` of them joined another's record */
    uint64_t records;   /* written */
    uint64_t differing; /* values of file_name and other columns that are not in their record, since
                           an earlier row has another one; those of a row that adds to several
                           records count in each. A warning says how many and where the first is */
} g3_unite_result;

/* Records come in the order of their first rows. CSV and TSV have all object columns, then the
 * others in the order in which the files have them. Rows that disagree are rejected once all files
 * are read, in the order of the keys.
 * @return false with an error of the reader, the rejects, the sink; G3_EXIT_LOCAL if the disk for
 *         sorting is full; G3_EXIT_INTERRUPTED */
bool g3_unite_run(const g3_unite_options *options, g3_unite_result *result, g3_error *error);

/* Adds to a summary what became of the rows. */
void g3_unite_summarize(const g3_unite_result *result, uint64_t rejected, g3_summary *summary);

G3_END_C

#endif
