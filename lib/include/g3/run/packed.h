/* Records packed into a few bytes, to be held by the million or written to disk, and unpacked
 * without copying.
 *
 * A packed record keeps its known fields by number and its other columns by their number in the
 * packer, which owns a copy of each column that it has met. So it outlives the reader that the
 * record came from, and is read by the packer that made it (never by another process).
 */
#ifndef G3_RUN_PACKED_H
#define G3_RUN_PACKED_H

#include "g3/base/abi.h"
#include "g3/record/record.h"

G3_BEGIN_C

/* Packs records, and knows the columns of those that it has packed. */
typedef struct g3_record_packer g3_record_packer;

/* Makes a packer, which has met no columns yet.
 * @return owned by the caller: g3_record_packer_close() */
g3_record_packer *g3_record_packer_open(void);

/* Appends the packed record to `buffer`. */
void g3_record_pack(g3_record_packer *packer, const g3_record *record, g3_buffer *buffer);

/* Unpacks what g3_record_pack() appended.
 * @return the record, owned by the packer and valid until its next call of g3_record_unpack();
 * texts borrow from `packed` */
const g3_record *g3_record_unpack(g3_record_packer *packer, g3_view packed);

void g3_record_packer_close(g3_record_packer *packer); /* NULL is allowed */

G3_END_C

#endif
