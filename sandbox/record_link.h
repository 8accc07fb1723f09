/* Links of submitted records to their parents. Used by submission_upload.c. */
#ifndef SANDBOX_RECORD_LINK_H
#define SANDBOX_RECORD_LINK_H

#include "nodes.h"
#include "transaction.h"

/* Where targets are looked up. */
struct link_context {
    struct nodes *nodes;
    g3_arena *arena;
    const struct node *project; /* that the record belongs to */
};

/* Links a record's node as the record says: a target is {"id"} or {"submitter_id"} ("code" for a
 * project) or both, alone or in a list. What is wrong is noted, a required link that is missing,
 * too. Where the record does not name the link, what is there stays. */
void record_link(const struct link_context *context, struct entity *entity, int64_t number,
                 json_object *record);

#endif
