/* Answers of the submission service (sheepdog): what became of the records of one request, which
 * are written together or not at all.
 */
#ifndef G3_COMMONS_SUBMISSION_H
#define G3_COMMONS_SUBMISSION_H

#include "g3/base/abi.h"
#include "g3/base/memory.h"

G3_BEGIN_C

/* Where the service is, behind the gateway. */
#define G3_SUBMISSION_SEGMENT "/api/v0/submission"

/* What the service says of one record. */
typedef struct g3_submission_entity {
    bool valid;
    bool created; /* it is, or would be, new; else it is there and changed */
    g3_view id;   /* UUID; empty where it was given none */
    g3_view type; /* of its node */
    g3_view submitter_id;
    g3_view errors; /* what is wrong with it, in words on one line; empty where it is valid */
} g3_submission_entity;

/* What the service says of one request. */
typedef struct g3_submission_answer {
    int64_t code; /* as the HTTP status would be: 200 or 201 if all is written */
    g3_submission_entity *entities;
    size_t count;
    g3_view errors; /* what is wrong with the request as a whole, in words on one line, or empty */
} g3_submission_answer;

/* Reads an answer.
 * @param answer  texts and entities borrow from `body` or live in `arena`
 * @return false if it is no such answer: no JSON object, or without a code */
bool g3_submission_read(g3_view body, g3_arena *arena, g3_submission_answer *answer);

/* Parts PROGRAM-PROJECT at its first dash, as the Python SDK does.
 * @return false if there is no dash, or nothing on one side of it */
bool g3_submission_split_project(g3_view text, g3_view *program, g3_view *project);

G3_END_C

#endif
