/* The scans for particular processors. Private to the table storey; chosen between by scan.c. */
#ifndef G3_TABLE_SCAN_KINDS_H
#define G3_TABLE_SCAN_KINDS_H

#include "g3/table/scan.h"

/* Bytes below this are control characters, which a JSON string must escape (RFC 8259, 7). */
#define G3_SCAN_FIRST_PRINTABLE 0x20

#if defined __x86_64__
extern const g3_scan g3_scan_avx2;
#elif defined __aarch64__
extern const g3_scan g3_scan_neon;
#endif

#endif
