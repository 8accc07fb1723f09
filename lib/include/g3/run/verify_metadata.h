/* Verifying a manifest of metadata against the metadata service: each row's columns are compared
 * with the members of its GUID's document under the source's name.
 *
 * Values are compared as JSON: members of objects in any order, 1 and 1.0 the same; null, the empty
 * text and a member that is not there are all nothing. Members that the manifest has no column for
 * are not compared.
 *
 * The service can be asked for one document at a time, or list all of them, some twenty times as
 * quickly. Rows are held, as many as the memory allows; where there are fewer documents than
 * G3_VERIFY_SWEEP_WORTH times their number (one question tells) the documents are read past them,
 * else each is asked for. The listing has pages by offset only, so that a document written or
 * deleted meanwhile shifts what is behind it: pages overlap, and a row that was not met is asked
 * for before it is called missing.
 */
#ifndef G3_RUN_VERIFY_METADATA_H
#define G3_RUN_VERIFY_METADATA_H

#include "g3/base/abi.h"
#include "g3/run/verify.h"

G3_BEGIN_C

/* Documents that a listing gives in the time of one asked for singly: 17,589 and 796 a second
 * (measured on the real service). */
#define G3_VERIFY_SWEEP_WORTH 22

/* Verifies all rows.
 * @param options  as for objects: `base` is the metadata service's URL, `manifest.kind`
 *                 G3_KIND_METADATA; `way` is AUTO, SWEEP or SINGLE; `extra` NULL
 * @param source   name of the member that holds the columns
 * @param result   filled in, also on failure; `fields` stays 0
 * @return false with an error, as g3_verify_run() says */
bool g3_verify_metadata_run(g3_http *http, const g3_verify_options *options, const char *source,
                            g3_verify_result *result, g3_error *error);

G3_END_C

#endif
