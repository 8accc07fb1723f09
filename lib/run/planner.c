/* The lookup planner: ids or a sweep. Called by verify once it has measured. */
#include "g3/run/planner.h"

g3_plan g3_plan_lookup(const g3_plan_input *input)
{
    g3_plan plan = {
        .choice = G3_PLAN_IDS, .threshold = INT64_MAX, .ids_seconds = -1, .sweep_seconds = -1};
    bool measured = input->ids_rate > 0;
    if (measured && input->rows >= 0)
        plan.ids_seconds = (double)input->rows / input->ids_rate;
    if (input->records < 0) /* a sweep of unknown length can't be weighed */
        return plan;
    if (measured)
        plan.sweep_seconds = (double)input->records / (input->ids_rate * G3_PLAN_SWEEP_ADVANTAGE);

    /* A sweep pays if rows / ids rate > records / sweep rate / (1 - margin), and takes longer than
     * "short". */
    double rows = (double)input->records / G3_PLAN_SWEEP_ADVANTAGE / (1 - G3_PLAN_MARGIN);
    double brief = measured ? input->ids_rate * G3_PLAN_SHORT : 0;
    plan.threshold = (int64_t)(rows > brief ? rows : brief) + 1;
    if (input->rows < 0)
        plan.choice = G3_PLAN_COUNT;
    else if (input->rows >= plan.threshold)
        plan.choice = G3_PLAN_SWEEP;
    return plan;
}
