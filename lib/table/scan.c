/* Choosing the scans for this processor. Called once by whoever scans much. */
#include "g3/table/scan.h"
#include "scan_kinds.h"
#include <stdlib.h>

size_t g3_scan_list(const g3_scan *scans[G3_SCAN_KINDS])
{
    size_t count = 0;
#if defined __x86_64__
    bool bits = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
    if (bits && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vbmi") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        scans[count++] = &g3_scan_avx512;
    if (bits && __builtin_cpu_supports("avx2"))
        scans[count++] = &g3_scan_avx2;
#elif defined __aarch64__
    scans[count++] = &g3_scan_neon; /* every 64-bit ARM has it */
#endif
    scans[count++] = &g3_scan_portable;
    return count;
}

const g3_scan *g3_scan_best(void)
{
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    const char *wanted = getenv("G3_SCAN");
    for (size_t i = 0; wanted && i < count; i++)
        if (strcmp(wanted, scans[i]->name) == 0)
            return scans[i];
    return scans[0];
}
