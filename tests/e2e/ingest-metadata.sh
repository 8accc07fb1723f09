# g3-ingest --kind metadata: documents as the Python SDK makes them, types by the index, what is there already.
. "$E2E/lib.sh"

write_login
# The documentation's row, whose GUID the index has, and one that it has not.
known=95a41871-222c-48ae-8004-63f4ed1f0691 unknown=dg.TEST/00000001-0000-4000-8000-000000000000
printf 'guid,md5,size,urls\n%s,%032d,1,s3://b/1\n' $known 1 >index.csv
start_sandbox --load index.csv --log access.log
ingest() { g3-ingest -e "$SANDBOX" --basic-auth-file login --kind metadata --source dbgap "$@"; }
document() { curl -sf "$SANDBOX/mds/metadata/$1" | jq -S .; }

expect_same <(printf '2 created\n') <(ingest -q "$TESTDATA/gold/dbgap-row.tsv" | actions)
document $known | expect_same "$TESTDATA/gold/dbgap-row.json" -

# Cells are JSON where they parse; empty ones are empty texts; the rest of a document is replaced.
{ printf 'guid\tnumber\ttext\tlist\tobject\tempty\tbig\n'
  printf '%s\t2\t2 b\t["a", 1]\t{"k": {"n": null}}\t\t9007199254740993\n' $unknown; } >other.tsv
expect_same <(printf '2 created\n') <(ingest -q other.tsv | actions)
jq -nS '{_guid_type: "metadata_object", dbgap: {number: 2, text: "2 b", list: ["a", 1], object: {k: {n: null}}, empty: "",
  big: 9007199254740993}}' | expect_same - <(document $unknown)
expect_text <(curl -sf "$SANDBOX/mds/metadata/$unknown") 9007199254740993
expect_same <(printf '2 updated\n') <(ingest -q --source other other.tsv | actions)
document $unknown | jq -c keys | expect_same <(echo '["_guid_type","other"]') -

# --merge keeps the blocks of other sources; --guid-type asks no index.
: >access.log
expect_same <(printf '2 updated\n') <(ingest -q --merge --guid-type mine other.tsv | actions)
document $unknown | jq -c '[keys, ._guid_type]' | expect_same <(echo '[["_guid_type","dbgap","other"],"mine"]') -
if grep -q '/index/' access.log; then fail 'asked the index in spite of --guid-type'; fi
expect_same <(printf '2 created\n') <(sed 's/000000000000/00000000000a/' other.tsv | ingest -q --merge | actions)

# --no-overwrite: what says the same is unchanged, other metadata is a conflict, and stays.
expect_same <(printf '2 created\n') <(sed 's/000000000000/00000000000b/' other.tsv | ingest -q --no-overwrite | actions)
expect_same <(printf '2 unchanged\n') <(sed 's/000000000000/00000000000b/' other.tsv | ingest -q --no-overwrite | actions)
document $unknown >before
expect_status 1 ingest --no-overwrite other.tsv
expect_same <(printf '2 conflict\n') <(actions <out)
document $unknown | expect_same before -

# Many rows go in batches; a GUID that is listed twice has what its last row says, in the order of the rows.
{ echo guid,n; seq 5000 | awk '{ print "dg.TEST/row-" $1 "," $1 }'; echo dg.TEST/row-7,last; } >many.csv
: >access.log
ingest -q --batch 250 many.csv >out
expect_same <(printf '5000 created\n1 updated\n') <(jq -r .action out | sort | uniq -c | awk '{ print $1, $2 }')
[ "$(grep -c 'POST /mds-admin' access.log)" -le 26 ] || fail "$(grep -c 'POST /mds-admin' access.log) batches for 5001 rows of 250"
expect_text <(document dg.TEST/row-7) '"last"'

# One that the service does not take fails alone; rows without a GUID are rejected.
{ echo guid,n; echo dg.TEST/a,1; echo upload,2; echo ,3; echo dg.TEST/b,4; } >odd.csv
expect_status 1 ingest --reject rejects odd.csv
expect_same <(printf '2 created\n3 failed\n5 created\n') <(actions <out)
expect_same <(echo '{"line":4,"reason":"no guid","row":",3"}') rejects

# An index that fails is a failure, not an unknown GUID.
expect_status 5 g3-ingest --kind metadata --source s --index-url http://127.0.0.1:1/index --metadata-url "$SANDBOX/mds" --retries 0 other.tsv
document $unknown | expect_same before -
expect_status 4 g3-ingest -q -e "$SANDBOX" --kind metadata --source s other.tsv

# Killed and run again under faults: the same documents as after a clean run, each row told once.
start_sandbox --fault 503:0.03 --fault reset:0.03 --seed 5 --log faults.log
run="g3-ingest -q -e $SANDBOX --basic-auth-file login --kind metadata --source s --batch 20 --journal journal -o results many.csv"
RANDOM=3
for ((i = 0; i < 8; i++)); do
  lines=$(($(wc -l <faults.log) + 1 + RANDOM % 60))
  $run 2>>err & pid=$!
  wait_for_lines faults.log $lines $pid
  kill -9 $pid 2>/dev/null || true
  wait $pid || true
done
$run 2>>err
[ "$(wc -l <results)" = 5001 ] || fail 'not each row has a result'
for offset in 0 2000 4000; do curl -sf --retry 9 --retry-all-errors --retry-delay 1 "$SANDBOX/mds/metadata?data=true&limit=2000&offset=$offset"; done |
  jq -r 'to_entries[] | [.key, .value.s.n] | join(",")' | sort >have
tail -n +2 many.csv | awk -F, '{ last[$1] = $2 } END { for (g in last) print g "," last[g] }' | sort | expect_same - have
