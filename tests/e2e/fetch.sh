# The whole index comes as a manifest, each record once, in any form; whatever the order of its keys.
. "$E2E/lib.sh"

# Prints a manifest's records, one a line, in one order, the items of their lists too.
canonical() { # MANIFEST
  g3-parse "$1" | jq -c '.urls |= sort | .authz |= sort | .acl |= sort' | LC_ALL=C sort
}

make_manifest 12000 dg.TEST/ dg.4503/ - ark:/13030/x >manifest.csv
canonical manifest.csv >expected

for collation in bytes locale; do
  start_sandbox --load manifest.csv --collation "$collation" --log access.log
  g3-fetch-index -e "$SANDBOX" -o index.csv 2>summary
  [ "$(head -n 1 index.csv)" = guid,urls,authz,acl,md5,file_size,file_name ] || fail 'another header'
  canonical index.csv >fetched
  expect_same expected fetched
  expect_text summary '12000 records'
  grep -q 'limit=32&start=dg.TEST/' access.log || fail 'the index was not probed'
  rm access.log

  # One connection, short pages: other ranges, the same records.
  g3-fetch-index -e "$SANDBOX" -q -j 1 --batch 100 --to ndjson >index.ndjson
  canonical index.ndjson >fetched
  expect_same expected fetched
done

# The forms of output.
g3-fetch-index -e "$SANDBOX" -q -o index.tsv
canonical index.tsv >fetched
expect_same expected fetched
g3-fetch-index -e "$SANDBOX" -q -o index.ndjson.zst
canonical index.ndjson.zst >fetched
expect_same expected fetched
g3-fetch-index -e "$SANDBOX" -q --delimiter ';' | head -n 1 >header
expect_text header 'guid;urls;authz'

# Sorted, in memory and with spills to disk: the same bytes each time.
g3-fetch-index -e "$SANDBOX" -q --sort -o sorted.csv
tail -n +2 sorted.csv | cut -d, -f1 | LC_ALL=C sort -c || fail 'not sorted by GUID'
canonical sorted.csv >fetched
expect_same expected fetched
g3-fetch-index -e "$SANDBOX" -q --sort --memory 300k -o spilled.csv
expect_same sorted.csv spilled.csv

# A reader that goes away ends it quietly.
g3-fetch-index -e "$SANDBOX" -q 2>err | head -n 2 >two || true
[ "$(wc -l <two)" = 2 ]
[ ! -s err ] || { cat err; fail 'a message about the closed pipe'; }

# An unwritable output is told before anything is fetched.
expect_status 6 g3-fetch-index -e "$SANDBOX" -o no-such-folder/index.csv
expect_text err no-such-folder

# No index at all, an empty one, one record.
stop_sandboxes
expect_status 5 g3-fetch-index -e "$SANDBOX" --retries 0
expect_text err "$SANDBOX"
head -n 1 manifest.csv >empty.csv
start_sandbox --load empty.csv
g3-fetch-index -e "$SANDBOX" -q >index.csv
expect_same empty.csv index.csv
g3-fetch-index -e "$SANDBOX" -q --sort --to tsv >index.tsv
[ "$(cat index.tsv)" = "$(tr , '\t' <empty.csv)" ]
g3-fetch-index -e "$SANDBOX" -q --to ndjson >index.ndjson
[ ! -s index.ndjson ]
head -n 2 manifest.csv >one.csv
start_sandbox --load one.csv
g3-fetch-index -e "$SANDBOX" -q >index.csv
canonical index.csv >fetched
canonical one.csv >expected
expect_same expected fetched
