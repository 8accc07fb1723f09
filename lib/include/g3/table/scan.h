/* Vectorised scans over bytes, the best that the processor offers chosen at run time (AVX-512,
 * AVX2, NEON, portable). Used by the tokenizer and by the JSON codec. */
#ifndef G3_TABLE_SCAN_H
#define G3_TABLE_SCAN_H

#include "g3/base/abi.h"
#include "g3/base/view.h"

G3_BEGIN_C

/* Bytes that a g3_marks tells of: the bits of a word. */
#define G3_SCAN_BLOCK ((size_t)64)

/* Marks in one block of text, bit i for byte i. */
typedef struct g3_marks {
    uint64_t ends;      /* delimiters, CR and LF */
    uint64_t quotes;    /* '"' */
    uint64_t line_ends; /* CR and LF */
    uint64_t high;      /* bytes above 0x7f */
} g3_marks;

/* Finds the marks of the block at `text`, all of whose bytes must be readable. */
typedef g3_marks g3_scan_marks_function(const char *text, char delimiter);

/* Finds the bytes that part cells and rows: what the tokenizer does, in the table storey's own
 * terms (lib/table/separators.h). */
struct g3_separators;
typedef void g3_scan_separators_function(struct g3_separators *separators, const char *text,
                                         size_t from, size_t to);

/* Bytes behind the last one copied that the functions below may write. */
#define G3_SCAN_SLACK ((size_t)64)

/* Copies up to `length` bytes from `text` to `out`, stopping before the first that a JSON string
 * must escape (below 0x20, '"', '\\').
 * @return bytes copied */
typedef size_t g3_scan_copy_plain_function(char *out, const char *text, size_t length);

/* Bytes that a byte becomes at worst where it is escaped in a JSON string: \u00XX. */
#define G3_SCAN_LONGEST_ESCAPE ((size_t)6)

/* Copies all of `text` to `out`, what a JSON string must escape as its escape: \" \\ \n \t \r \b
 * \f, other control characters as \u00XX. There must be room for G3_SCAN_LONGEST_ESCAPE * length +
 * G3_SCAN_SLACK bytes.
 * @return bytes written */
typedef size_t g3_scan_copy_escaped_function(char *out, const char *text, size_t length);

/* Finds the first '"', '\\' or byte below 0x20 in `length` bytes at `text`.
 * @param high  set to true if a byte above 0x7f stands before it; else left alone
 * @return its place, or `length` */
typedef size_t g3_scan_string_end_function(const char *text, size_t length, bool *high);

/* Bytes behind a quoted cell that g3_scan_unquote_function may read. */
#define G3_SCAN_UNQUOTE_READS ((size_t)96)

/* Copies what a quoted cell of a CSV holds to `out`: up to the quote that closes it, doubled ones
 * halved, and what follows the closing quote as it is.
 * @param text  the cell behind its opening quote
 * @return bytes written, at most `length` */
typedef size_t g3_scan_unquote_function(char *out, const char *text, size_t length);

/* Copies all of `text` to `out`, each '"' twice, as a quoted cell of a CSV has it. There must be
 * room for 2 * length + G3_SCAN_SLACK bytes.
 * @return bytes written */
typedef size_t g3_scan_double_quotes_function(char *out, const char *text, size_t length);

/* The scans of one kind of processor. */
typedef struct g3_scan {
    const char *name; /* "avx512", "avx2", "neon", "portable" */
    g3_scan_marks_function *marks;
    g3_scan_separators_function *separators;
    g3_scan_copy_plain_function *copy_plain;
    g3_scan_copy_escaped_function *copy_escaped;
    g3_scan_string_end_function *string_end;
    g3_scan_unquote_function *unquote;
    g3_scan_double_quotes_function *double_quotes;
} g3_scan;

/* Most kinds of scans that one processor can run. */
#define G3_SCAN_KINDS 3

/* Fills in the scans that this processor can run, the best first, g3_scan_portable last.
 * @return how many */
size_t g3_scan_list(const g3_scan *scans[G3_SCAN_KINDS]);

/* The first of these; or the one named by G3_SCAN in the environment, so that tests compare them.
 * Never NULL. */
const g3_scan *g3_scan_best(void);

/* The plain C ones, the reference. */
extern const g3_scan g3_scan_portable;

G3_END_C

#endif
