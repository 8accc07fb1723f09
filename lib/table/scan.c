/* Choosing the scans for this processor. Called once by whoever scans much. */
#include "g3/table/scan.h"
#include "scan_kinds.h"
#include <stdlib.h>

const g3_scan *g3_scan_best(void)
{
    const char *wanted = getenv("G3_SCAN");
    if (wanted && strcmp(wanted, g3_scan_portable.name) == 0)
        return &g3_scan_portable;
#if defined __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return &g3_scan_avx2;
#elif defined __aarch64__
    return &g3_scan_neon; /* every 64-bit ARM has it */
#endif
    return &g3_scan_portable;
}
