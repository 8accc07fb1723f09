/* The records of a request's body: JSON, TSV or CSV. Used by submission_upload.c. */
#ifndef SANDBOX_SUBMISSION_BODY_H
#define SANDBOX_SUBMISSION_BODY_H

#include "exchange.h"

/* Reads the body as its content type has it; JSON where that is something else.
 *
 * Cells of tables become what the dictionary has for the row's type, texts where they are not
 * that; empty cells are left out; the columns of a link become {"subjects": [{"submitter_id":
 * ...}]}.
 * @param records  a list of objects, owned by the caller: json_object_put()
 * @return false, with the answer set (400), if the body can't be read */
bool submission_body_read(struct exchange *exchange, json_object **records);

#endif
