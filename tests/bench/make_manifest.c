/* Prints a made-up manifest for benchmarks: make_manifest KIND ROWS [FIRST STEP].
 *
 * index:    guid,urls,authz,acl,md5,file_size,file_name; no quotes, 280 bytes a row
 * metadata: guid and 8 columns, two of them quoted JSON, 188 bytes a row
 * FIRST and STEP choose rows (every 40th for a sparse manifest); the same row number always gives
 * the same row.
 *
 * For joins, TSV without quoting; the rows of the metadata's side are shuffled:
 * join-index:    as index
 * join-metadata: md5 and 8 columns, two of them JSON, 170 bytes a row
 * keys, cells:   the samples of join-metadata alone and the urls of join-index alone, a line each
 * mixed-keys, mixed-cells: the same, with samples of 12 different lengths, 9 to 20 bytes
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kind {
    const char *name;
    const char *header; /* NULL: none */
    void (*print_row)(const struct kind *kind, uint64_t row);
    char delimiter;
    bool shuffled;
    bool mixed; /* samples of different lengths */
};

/* splitmix64 (public domain, S. Vigna): a well-mixed number for each row number. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Where row `row` of `rows` goes when they are shuffled: each place once, without a table. A
 * Feistel network permutes the numbers below a power of 4; one that is too large goes through it
 * again. */
static uint64_t shuffle(uint64_t row, uint64_t rows)
{
    unsigned half = 1;
    while (half < 31 && (uint64_t)1 << 2 * half < rows)
        half++;
    uint64_t mask = ((uint64_t)1 << half) - 1;
    do {
        uint64_t left = row >> half, right = row & mask;
        for (uint64_t round = 0; round < 4; round++) {
            uint64_t next = left ^ (mix(right << 2 | round) & mask);
            left = right;
            right = next;
        }
        row = left << half | right;
    } while (row >= rows);
    return row;
}

/* The samples of neighbouring rows don't have neighbouring numbers, which would make them alike
 * beyond life. The factor and the count of numbers of 7 digits have no divisor in common. */
static uint64_t sample_number(uint64_t row)
{
    const uint64_t numbers = 10000000, factor = 7368787;
    return row - row % numbers + row % numbers * factor % numbers;
}

/* What stands before the digits; none ends in another, so that no sample occurs in another. */
static const char *sample_prefix(const struct kind *kind, uint64_t row)
{
    static const char *const prefixes[] = {
        "HG",       "NWD",       "GTEX",       "TCGA-",       "COPD0_",       "MESA-A-",
        "phs007.s", "JHS-SUBJ-", "ARIC-2023-", "FHS_OFFSPR_", "WHI-PHASE-3-", "CARDIA-WGS-2-",
    };
    return kind->mixed ? prefixes[row % (sizeof prefixes / sizeof *prefixes)] : "NWD";
}

static void print_sample(const struct kind *kind, uint64_t row)
{
    printf("%s%07" PRIu64, sample_prefix(kind, row), sample_number(row));
}

static void print_urls(const struct kind *kind, uint64_t row)
{
    printf("gs://topmed-irc-share/genomes/");
    print_sample(kind, row);
    printf(".b38.irc.v1.cram s3://nih-nhlbi-datacommons/release/freeze8/");
    print_sample(kind, row);
    printf(".b38.irc.v1.cram");
}

static void print_md5(uint64_t row)
{
    printf("%016" PRIx64 "%016" PRIx64, mix(row * 3 + 1), mix(row * 3 + 2));
}

static void print_guid(uint64_t row)
{
    uint64_t a = mix(row), b = mix(~row);
    printf("dg.TEST/%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-8%03" PRIx64 "-%012" PRIx64, a >> 32,
           (a >> 16) & 0xffff, a & 0xfff, b >> 52, b & 0xffffffffffff);
}

static void print_index_row(const struct kind *kind, uint64_t row)
{
    char delimiter = kind->delimiter;
    print_guid(row);
    putchar(delimiter);
    print_urls(kind, row);
    printf("%c/programs/topmed/projects/phs%06" PRIu64 "%cphs%06" PRIu64 ".c1%c", delimiter,
           row % 50, delimiter, row % 50, delimiter);
    print_md5(row);
    printf("%c%" PRIu64 "%c", delimiter, mix(row) >> 24, delimiter);
    print_sample(kind, row);
    puts(".b38.irc.v1.cram");
}

static void print_metadata_row(const struct kind *kind, uint64_t row)
{
    print_guid(row);
    putchar(',');
    print_sample(kind, row);
    printf(",%s,Blood,GRU-IRB,\"[\"\"Seq_DNA_SNP_CNV\"\", \"\"RNA_Seq\"\"]\""
           ",\"{\"\"status\"\": \"\"public\"\", \"\"runs\"\": %" PRIu64 "}\",phs%06" PRIu64
           ".v3.p1\n",
           row % 2 ? "female" : "male", row % 9, row % 50);
}

static void print_join_metadata_row(const struct kind *kind, uint64_t row)
{
    print_md5(row);
    putchar('\t');
    print_sample(kind, row);
    printf("\t%s\tBlood\tGRU-IRB\t[\"Seq_DNA_SNP_CNV\", \"RNA_Seq\"]"
           "\t{\"status\": \"public\", \"runs\": %" PRIu64 "}\tphs%06" PRIu64 ".v3.p1"
           "\tphs%06" PRIu64 "_SUBJ%08" PRIu64 "\n",
           row % 2 ? "female" : "male", row % 9, row % 50, row % 50, row);
}

static void print_key(const struct kind *kind, uint64_t row)
{
    print_sample(kind, row);
    putchar('\n');
}

static void print_cell(const struct kind *kind, uint64_t row)
{
    print_urls(kind, row);
    putchar('\n');
}

static const struct kind kinds[] = {
    {"index", "guid,urls,authz,acl,md5,file_size,file_name", print_index_row, .delimiter = ','},
    {"metadata", "guid,sample,sex,body_site,consent,assays,details,study", print_metadata_row,
     .delimiter = ','},
    {"join-index", "guid\turls\tauthz\tacl\tmd5\tfile_size\tfile_name", print_index_row,
     .delimiter = '\t'},
    {"join-metadata", "md5\tsample\tsex\tbody_site\tconsent\tassays\tdetails\tstudy\tsubject",
     print_join_metadata_row, .shuffled = true},
    {"keys", NULL, print_key, .shuffled = true},
    {"cells", NULL, print_cell, .mixed = false},
    {"mixed-keys", NULL, print_key, .shuffled = true, .mixed = true},
    {"mixed-cells", NULL, print_cell, .mixed = true},
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].name) == 0)
            return &kinds[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct kind *kind = argc > 2 ? find_kind(argv[1]) : NULL;
    if (!kind) {
        fprintf(stderr, "usage: make_manifest KIND ROWS [FIRST STEP]\nkinds:");
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            fprintf(stderr, " %s", kinds[i].name);
        fputc('\n', stderr);
        return 2;
    }
    uint64_t rows = strtoull(argv[2], NULL, 10);
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    uint64_t step = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    if (kind->header)
        puts(kind->header);
    for (uint64_t i = 0; i < rows; i++)
        kind->print_row(kind, first + step * (kind->shuffled ? shuffle(i, rows) : i));
    return fflush(stdout) ? 1 : 0;
}
