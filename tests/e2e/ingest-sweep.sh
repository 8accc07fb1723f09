# An ingest of many rows into an index of not many more sweeps over it instead of looking each up, with the same
# results: for what is there, what is not, other spellings, repeated GUIDs, and what changes meanwhile.
. "$E2E/lib.sh"

write_login
rows=3500
make_manifest $rows >all.csv
# Most rows are there; the spelling without the prefix, rows that come twice, new ones, changed ones.
head -n $((rows - 250)) all.csv >there.csv
awk -F, -v OFS=, 'NR == 1 { print; next }
  NR % 50 == 0 { sub("dg.TEST/", "", $1) }
  NR % 70 == 0 { $2 = $2 " s3://more/" NR }
  NR % 90 == 0 { $5 = "00000000000000000000000000000000" }
  { print } NR % 300 == 0 { sub("s3:", "gs:", $2); print }' all.csv >rows.csv
start_sandbox --load there.csv --log access.log --latency 30ms --collation locale
ingest() { g3-ingest -e "$SANDBOX" --basic-auth-file login "$@"; }
asked() { grep 'GET /index/index/?ids=' access.log | tr , '\n' | wc -l; } # GUIDs in id lists

# A pipe can't be read twice: there all are looked up.
cat rows.csv | ingest --plan >want 2>err || true
if grep -q sweeping err; then fail 'swept for a pipe'; fi
: >access.log
expect_status 1 ingest --plan rows.csv
expect_text err 'sweeping over the index'
jq -c 'del(.new.urls) | .old.urls |= (. // [] | sort)' want >want.plan
jq -c 'del(.new.urls) | .old.urls |= (. // [] | sort)' out | expect_same want.plan -
[ "$(asked)" -lt 2000 ] || fail "$(asked) GUIDs looked up in spite of a sweep"

# Done for real, a journal beside; the rest of the metadata's types by a sweep as well.
expect_status 1 ingest --journal journal rows.csv
expect_text err 'sweeping over the index'
jq -r .action out | sort | uniq -c | tr -s ' ' >counts
grep -q ' created$' counts && grep -q ' updated$' counts && grep -q ' unchanged$' counts && grep -q ' conflict$' counts
expect_status 1 ingest rows.csv
jq -r .action out | sort -u | expect_same <(printf 'conflict\nunchanged\n') -
cut -d, -f1,7 rows.csv >meta.csv
expect_status 0 ingest --kind metadata --source s --journal meta.journal meta.csv
expect_text err 'sweeping over the index'
curl -sf "$SANDBOX/mds/metadata?data=true&limit=2000" | jq -r '.[]._guid_type' | sort -u | expect_same <(echo indexed_file_object) -

# Deleted by a sweep, what others change while it goes on told by the service.
expect_status 1 ingest --delete rows.csv
[ "$(jq -r .action out | sort | uniq -c | awk '$2 == "deleted" { print $1 }')" -gt 3000 ] || fail 'not deleted'
