/* Prints a made-up manifest for benchmarks: make_manifest index|metadata ROWS [FIRST STEP].
 *
 * index:    guid,urls,authz,acl,md5,file_size,file_name; no quotes, 280 bytes a row
 * metadata: guid and 8 columns, two of them quoted JSON, 188 bytes a row
 * FIRST and STEP choose rows (every 40th for a sparse manifest); the same row number always gives the same row.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 (public domain, S. Vigna): a well-mixed number for each row number. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static void print_guid(uint64_t row)
{
    uint64_t a = mix(row), b = mix(~row);
    printf("dg.TEST/%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-8%03" PRIx64 "-%012" PRIx64, a >> 32,
           (a >> 16) & 0xffff, a & 0xfff, b >> 52, b & 0xffffffffffff);
}

static void print_index_row(uint64_t row)
{
    print_guid(row);
    printf(",gs://topmed-irc-share/genomes/NWD%07" PRIu64 ".b38.irc.v1.cram"
           " s3://nih-nhlbi-datacommons/release/freeze8/NWD%07" PRIu64 ".b38.irc.v1.cram"
           ",/programs/topmed/projects/phs%06" PRIu64 ",phs%06" PRIu64 ".c1,%016" PRIx64 "%016" PRIx64
           ",%" PRIu64 ",NWD%07" PRIu64 ".b38.irc.v1.cram\n",
           row, row, row % 50, row % 50, mix(row * 3 + 1), mix(row * 3 + 2), mix(row) >> 24, row);
}

static void print_metadata_row(uint64_t row)
{
    print_guid(row);
    printf(",NWD%07" PRIu64 ",%s,Blood,GRU-IRB,\"[\"\"Seq_DNA_SNP_CNV\"\", \"\"RNA_Seq\"\"]\""
           ",\"{\"\"status\"\": \"\"public\"\", \"\"runs\"\": %" PRIu64 "}\",phs%06" PRIu64 ".v3.p1\n",
           row, row % 2 ? "female" : "male", row % 9, row % 50);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: make_manifest index|metadata ROWS [FIRST STEP]\n");
        return 2;
    }
    int index = strcmp(argv[1], "index") == 0;
    uint64_t rows = strtoull(argv[2], NULL, 10);
    uint64_t row = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    uint64_t step = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    puts(index ? "guid,urls,authz,acl,md5,file_size,file_name"
               : "guid,sample,sex,body_site,consent,assays,details,study");
    for (uint64_t i = 0; i < rows; i++, row += step)
        index ? print_index_row(row) : print_metadata_row(row);
    return fflush(stdout) ? 1 : 0;
}
