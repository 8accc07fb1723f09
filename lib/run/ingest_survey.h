/* Looking the records of all rows that are left up by one sweep over the index, where that is
 * quicker than id lists. Private to ingest*.c. */
#ifndef G3_RUN_INGEST_SURVEY_H
#define G3_RUN_INGEST_SURVEY_H

#include "g3/base/error.h"
#include "g3/record/record.h"

typedef struct g3_ingest_survey g3_ingest_survey;
struct g3_ingest;
struct g3_ingest_row;

/* Once lookups have shown the service's speed: makes a survey if the planner (g3/run/planner.h)
 * says so and the manifests can be read twice; else leaves ingest->survey NULL.
 * @return false with an error of the sweep, or of reading the manifests ahead */
bool g3_ingest_consider_survey(struct g3_ingest *ingest, g3_error *error);

typedef enum g3_survey_answer {
    G3_SURVEY_KNOWN,   /* the record is there */
    G3_SURVEY_ABSENT,  /* the index had no record of this GUID */
    G3_SURVEY_UNKNOWN, /* it has to be looked up */
} g3_survey_answer;

/* Tells what the index had for a row; rows have to be asked about in their order.
 * @param record  for KNOWN; valid until the next call
 * @return false with G3_EXIT_LOCAL */
bool g3_ingest_survey_find(g3_ingest_survey *survey, const struct g3_ingest_row *row,
                           g3_survey_answer *answer, g3_record *record, g3_error *error);

void g3_ingest_survey_close(g3_ingest_survey *survey); /* NULL is allowed */

#endif
