# Real manifests merged as the Python SDK (4.28.5, its byte-order mark and CRs aside) merges them:
# the BRCA sample sheet with the clinical table by case, the GBM samples with the names of the
# files; in memory and on disk, from any format to any format.
. "$E2E/lib.sh"
gdc=$TESTDATA/gdc gold=$TESTDATA/gold
zstd -q -d "$gold/merge-brca-exact.tsv.zst" -o brca.tsv

exact() {
  g3-merge -q --keep-unmatched --key 'Case ID=submitter_id' --guid-column case_id --index "$1" "${@:2}"
}
partial() {
  g3-merge -q --keep-unmatched --partial --key submitted_sample_id=filename --guid-column id --index "$1" "${@:2}"
}
clinical=$gdc/tcga-brca.clinical.tsv sheet=$gdc/tcga-brca.gdc_sample_sheet.tsv
files=$gdc/tcga-gbm-methylation450.gdc_manifest.tsv samples=$gdc/tcga-gbm-samples.tsv

exact "$clinical" "$sheet" >merged
expect_same merged brca.tsv
partial "$files" "$samples" >merged
expect_same merged "$gold/merge-gbm-partial.tsv"

# On disk, where nothing stays behind.
mkdir spills
exact "$clinical" --memory 1 --tmpdir spills "$sheet" >merged
expect_same merged brca.tsv
partial "$files" --memory 1 --tmpdir spills "$samples" >merged
expect_same merged "$gold/merge-gbm-partial.tsv"
[ -z "$(ls -A spills)" ] || fail "temporary files were left behind"

# A sample's id is all of a barcode's beginning: taking it out is as good as looking for it.
g3-merge -q --keep-unmatched --extract '(TCGA-\w\w-\w{4}-\d\d[A-Z])' --key submitted_sample_id=filename \
  --guid-column id --index "$files" "$samples" >merged
expect_same merged "$gold/merge-gbm-partial.tsv"

# By way of CSV and JSON lines, packed.
g3-parse --kind raw --to csv "$clinical" -o clinical.csv.zst
g3-parse --kind raw "$sheet" | gzip >sheet.ndjson.gz
exact clinical.csv.zst sheet.ndjson.gz -o merged.tsv.zst
zstd -q -f -d merged.tsv.zst -o merged
expect_same merged brca.tsv
exact "$clinical" "$sheet" --to ndjson | g3-parse --kind raw --to tsv >merged
expect_same merged brca.tsv

# Every row is somewhere, where the clinical table is that of some cases, and of one without a sample.
{ head -n 700 "$clinical"; sed -n '2s/TCGA-[^\t]*/TCGA-00-0000/p' "$clinical"; } >some.tsv
matched=$(awk -F '\t' 'NR == FNR { known[$2] = 1; next } known[$6] { n++ } END { print n }' some.tsv "$sheet")
g3-merge --key 'Case ID=submitter_id' --guid-column case_id --index some.tsv --unmatched unmatched.tsv \
  --unmatched-index rest.tsv "$sheet" -o merged.tsv 2>err
expect_text err "1164 metadata rows: $matched matched, $((1164 - matched)) not"
[ "$(wc -l <merged.tsv)" = $((matched + 1)) ] || fail "$matched rows were expected"
cut -f 2- merged.tsv | cat - unmatched.tsv | sort -u >found
sort -u "$sheet" | cmp - found || fail "metadata rows are lost"
cut -f 1 merged.tsv | cat - <(cut -f 1 rest.tsv) | grep -vx guid | sort -u >found
cut -f 1 some.tsv | sort -u | cmp - found || fail "rows of the index are lost"
[ "$(tail -n +2 rest.tsv | cut -f 2)" = TCGA-00-0000 ] || fail "it is the one case without a sample"
