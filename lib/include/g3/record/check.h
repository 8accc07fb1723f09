/* Whether a record is fit for the index service: what g3-parse --check reports.
 *
 * Rules, from the service's own schema (its answers to POST /index/ in testdata/contract) and the
 * SDK's manifest validation: md5, file_size and urls are required; md5 is 32 lower-case hexadecimal
 * digits; a GUID ends in a UUID; a URL has a scheme and something behind it, and is not listed
 * twice; an authz entry is a path that begins with '/'.
 */
#ifndef G3_RECORD_CHECK_H
#define G3_RECORD_CHECK_H

#include "g3/base/abi.h"
#include "g3/record/record.h"

G3_BEGIN_C

/* One fault of a record. */
typedef struct g3_fault {
    g3_object_field field;
    g3_view value;      /* the text at fault; borrowed from the record; may be empty */
    const char *reason; /* static */
} g3_fault;

/* Most faults of one record that are told. */
#define G3_FAULT_LIMIT 16

/* How an md5 may be written. */
typedef enum g3_md5_form {
    G3_MD5_HEX,    /* as the index service wants it */
    G3_MD5_BASE64, /* of its 16 bytes, as clouds list it */
    G3_MD5_EITHER,
} g3_md5_form;

/* Rules that are not the same for all manifests; all zero is what the index service wants. */
typedef struct g3_check_rules {
    const char *const *schemes; /* that URLs may have, without "://"; borrowed */
    size_t scheme_count;        /* 0: any */
    g3_md5_form md5;
    bool any_authz; /* an entry need not be a path */
} g3_check_rules;

/* Checks an object record.
 * @param rules   NULL: what the index service wants
 * @param faults  the first ones
 * @return how many there are, maybe more than are told */
size_t g3_check_object(const g3_record *record, const g3_check_rules *rules,
                       g3_fault faults[G3_FAULT_LIMIT]);

/* Characters of a UUID as text (RFC 9562, 4). */
#define G3_UUID_LENGTH 36

/* True if `text` ends in a UUID, 8-4-4-4-12 hexadecimal digits of any case. */
bool g3_ends_in_uuid(g3_view text);

G3_END_C

#endif
