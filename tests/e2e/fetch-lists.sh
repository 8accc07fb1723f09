# Only the records of a list: by lookups and by a sweep, each once, and what is not found is told.
. "$E2E/lib.sh"

make_manifest 6000 dg.TEST/ dg.4503/ - >manifest.csv
absent=dg.TEST/00000000-0000-4000-8000-000000000000
start_sandbox --load manifest.csv --collation locale --log access.log

# The records of the manifest's first N rows, by GUID.
expect_rows() { # N FETCHED
  awk -F, -v n="$1" 'NR > 1 && NR <= n + 1 { print $1 "," $5 }' manifest.csv | LC_ALL=C sort >expected
  tail -n +2 "$2" | cut -d, -f1,5 | LC_ALL=C sort >fetched
  expect_same expected fetched
}

# A few GUIDs, one a line, some twice, one unknown: looked up.
awk -F, 'NR > 1 && NR <= 201 { print $1 }' manifest.csv >guids.txt
{ cat guids.txt; head -n 50 guids.txt; echo $absent; } >list.txt
expect_status 1 g3-fetch-index -e "$SANDBOX" --guids list.txt --unmatched missing.txt -o index.csv
expect_text err '1 of the list were not found'
[ "$(cat missing.txt)" = $absent ]
expect_rows 200 index.csv
grep -q 'ids=' access.log || fail 'not looked up by lists of ids'
if grep -q 'start=' access.log; then fail 'a sweep for a few records'; fi

: >access.log
g3-fetch-index -e "$SANDBOX" -q --guids guids.txt --batch 10 -o index.csv
expect_rows 200 index.csv
lists=$(grep -c 'ids=.*,' access.log) || true
[ "$lists" -ge 20 ] || fail "200 GUIDs, 10 at once, by $lists requests"

# Most of the index, as a manifest on standard input, sorted: swept.
: >access.log
head -n 4001 manifest.csv | cut -d, -f1,5 | g3-fetch-index -e "$SANDBOX" -q --guids - --sort -o index.csv
expect_rows 4000 index.csv
tail -n +2 index.csv | cut -d, -f1 | LC_ALL=C sort -c
grep -q 'start=' access.log || fail 'no sweep for most of the index'

# A column by another name; a list of records; a list that has nothing in it.
awk -F, 'NR == 1 { print "key,md5" } NR > 1 && NR <= 11 { print $1 "," $5 }' manifest.csv >keys.csv
expect_status 3 g3-fetch-index -e "$SANDBOX" --guids keys.csv
expect_text err '--map guid=COLUMN'
g3-fetch-index -e "$SANDBOX" -q --guids keys.csv --map guid=key -o index.csv
expect_rows 10 index.csv
head -n 11 manifest.csv | g3-parse | g3-fetch-index -e "$SANDBOX" -q --guids - -o index.csv
expect_rows 10 index.csv
head -n 1 manifest.csv | g3-fetch-index -e "$SANDBOX" -q --guids - -o index.csv
expect_rows 0 index.csv

# By md5, in capitals too: looked up; two records may share one.
: >access.log
# The first 20 records have twins under another prefix, with the same md5.
awk 'NR == 1 || NR <= 21 { sub(/^.*dg.TEST\/|^dg.4503\//, ""); print (NR > 1 ? "twin/" : "") $0 }' manifest.csv >twins.csv
start_sandbox --load manifest.csv --load twins.csv --log access.log
awk -F, 'NR > 1 && NR <= 21 { print toupper($5) }' manifest.csv >md5s.txt
{ cat md5s.txt; echo not-an-md5; echo 0123456789abcdef0123456789abcdef; } >list.txt
expect_status 1 g3-fetch-index -e "$SANDBOX" --md5s list.txt --unmatched missing.txt --reject bad.ndjson \
  -o index.csv
[ "$(cat missing.txt)" = 0123456789abcdef0123456789abcdef ]
[ "$(jq -c '[.line, .row]' bad.ndjson)" = '[21,"not-an-md5"]' ]
[ "$(tail -n +2 index.csv | wc -l)" = 40 ]
[ "$(tail -n +2 index.csv | cut -d, -f5 | LC_ALL=C sort -u)" = "$(tr A-F a-f <md5s.txt | LC_ALL=C sort)" ]
grep -q 'hash=md5:' access.log || fail 'not looked up by md5'

# Many md5s: swept.
: >access.log
head -n 2001 manifest.csv | g3-fetch-index -e "$SANDBOX" -q --md5s - -o index.csv
[ "$(tail -n +2 index.csv | wc -l)" = 2020 ]
if grep -q 'hash=md5:' access.log; then fail 'looked up one by one'; fi

# A list that does not fit the memory is refused.
expect_status 2 g3-fetch-index -e "$SANDBOX" --guids manifest.csv --memory 100k
expect_text err '--memory'
