/* Contents of files, as a cloud's storage serves them under signed URLs: /files/BUCKET/KEY of a
 * folder (--files). Called by the router, and by the user service, which signs.
 */
#ifndef SANDBOX_FILE_SERVICE_H
#define SANDBOX_FILE_SERVICE_H

#include "commons.h"
#include "exchange.h"

/* GET, whole or from a place on (Range: bytes=N-, with If-Range). */
void file_serve(struct exchange *exchange);

/* Appends the signed URL of a record's URL: of this service where it has files, else one that leads
 * nowhere. */
void file_append_signed(const struct commons *commons, const char *url, g3_buffer *out);

#endif
