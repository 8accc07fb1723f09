/* Whether all is well between this machine and a commons: its services, the login, the clocks. For
 * each thing a line is written that says how it is, and what to do where it is not well.
 */
#ifndef G3_RUN_DOCTOR_H
#define G3_RUN_DOCTOR_H

#include "g3/base/abi.h"
#include "g3/commons/endpoint.h"
#include "g3/io/sink.h"

G3_BEGIN_C

/* Clocks that are this far apart make trouble: tokens live from one moment to another, seconds. */
#define G3_DOCTOR_CLOCK_LIMIT 60

/* The commons to look at, and how to say what is found. */
typedef struct g3_doctor_options {
    const g3_service_options *service; /* borrowed, as what follows */
    g3_sink *output; /* takes the lines: "ok|bad|none SUBJECT: WORDS", or JSON {"subject","state",
                        "text"} */
    bool json;
    g3_reporter *reporter; /* is told what is odd about the login's files */
} g3_doctor_options;

/* Looks at everything, whatever it finds.
 * @param bad  set to how many things are not well
 * @return false with G3_EXIT_LOCAL or G3_EXIT_INTERRUPTED */
bool g3_doctor_run(const g3_doctor_options *options, size_t *bad, g3_error *error);

G3_END_C

#endif
