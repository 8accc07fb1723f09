# g3-verify --kind metadata: what differs, as lines of each form; all ways to come by the documents give the same.
. "$E2E/lib.sh"

write_login
start_sandbox --collation locale --log access.log
put() { curl -sf -u admin:secret -H 'Content-Type: application/json' -d "$2" "$SANDBOX/mds-admin/metadata/$1" >/dev/null; }
verify() { g3-verify -q -e "$SANDBOX" --kind metadata --source s "$@"; }

# Compared as JSON: order of members, 1 and 1.0, nothing in any form; a text is not a number.
{ printf 'guid\ta\tb\tc\td\te\n'
  printf 'g/1\t1\t{"x": 1, "y": [1, null]}\t\ttext\t\n'
  printf 'g/2\t1\t{"x": 1}\t\t5\t7\n'
  printf 'g/3\t1\t\t\t\t\n'
  printf "g/4\\t1\\t\\t\\tit's\\t\\n"
  printf 'g/4\t2\t\t\t\t\n'; } >rows.tsv
put g/1 '{"s": {"a": 1.0, "b": {"y": [1.0, null], "x": 1}, "c": null, "d": "text ", "more": 1}, "t": {"a": 9}}'
put g/2 '{"s": {"a": 2, "b": {"x": [true, "it"]}, "c": "", "d": "5"}}'
put g/4 '{"_guid_type": "x"}'
cat >want <<'END'
{"guid":"g/2","field":"s.a","expected":1,"actual":2}
{"guid":"g/2","field":"s.b","expected":{"x": 1},"actual":{"x":[true,"it"]}}
{"guid":"g/2","field":"s.d","expected":5,"actual":"5"}
{"guid":"g/2","field":"s.e","expected":7,"actual":null}
{"guid":"g/3","field":"no_record","expected":{"guid":"g/3","a":1,"b":null,"c":null,"d":null,"e":null},"actual":null}
{"guid":"g/4","field":"s.a","expected":1,"actual":null}
{"guid":"g/4","field":"s.d","expected":"it's","actual":null}
{"guid":"g/4","field":"s.a","expected":2,"actual":null}
END
for way in auto sweep single; do
  expect_status 1 verify --lookup $way rows.tsv
  expect_same want out
done
expect_status 1 verify --format sdk rows.tsv
expect_text out "g/2|s.b|expected {'x': 1}|actual {'x': [True, 'it']}"
expect_text out "g/2|s.e|expected 7|actual None"
expect_text out "g/3|no_record|expected {'guid': 'g/3', 'a': '1', "
expect_status 1 verify --to csv rows.tsv
expect_text out 'g/2,s.b,"{""x"": 1}","{""x"":[true,""it""]}"'
head -2 rows.tsv | expect_status 0 verify -
expect_status 2 g3-verify -e "$SANDBOX" --kind metadata rows.tsv
expect_text err '--source'

# What was ingested verifies, by pages and singly, also under faults and where documents come and go meanwhile.
{ echo guid,n,o; seq 6000 | awk '{ print "dg.TEST/row-" $1 "," $1 ",\"{\"\"k\"\": [" $1 "]}\"" }'; } >many.csv
g3-ingest -q -e "$SANDBOX" --basic-auth-file login --kind metadata --source s --guid-type t many.csv >/dev/null
sed '3001s/,3000,/,x,/' many.csv >spoilt.csv
for way in auto sweep single; do
  : >access.log
  expect_status 0 verify --lookup $way many.csv
  expect_status 1 verify --lookup $way spoilt.csv
  expect_same <(echo '{"guid":"dg.TEST/row-3000","field":"s.n","expected":"x","actual":3000}') out
  [ $way = single ] || [ "$(wc -l <access.log)" -lt 40 ] || fail "$way asked $(wc -l <access.log) times"
done
expect_status 0 verify --lookup sweep --batch 300 -j 4 many.csv
expect_status 0 verify --memory 100k many.csv

# Few rows among many documents are asked for; the listing is not read.
: >access.log
expect_status 0 bash -c "head -20 many.csv | g3-verify -q -e $SANDBOX --kind metadata --source s -"
if grep -q 'limit=2000' access.log; then fail 'read the whole listing for 19 rows'; fi

g3-verify -q -e "$SANDBOX" --kind metadata --source s --lookup sweep --batch 100 -j 2 --unordered many.csv >out &
verifying=$!
for i in $(seq 40); do
  curl -sf -u admin:secret -X DELETE "$SANDBOX/mds/metadata/g/1" >/dev/null
  put g/1 '{"s": {}}'
done
wait $verifying
[ ! -s out ] || fail 'documents that were there all the time were missed'

# (A single document that is JSON, but not the service's, can't be told from one without the source: no garbage there.)
faulty() { start_sandbox --fault 503:0.1 --fault truncate:0.1 --fault-limit 40 "$@"; }
faulty --seed 1
g3-ingest -q -e "$SANDBOX" --basic-auth-file login --kind metadata --source s --guid-type t many.csv >/dev/null
expect_status 0 verify --lookup single -j 4 many.csv
faulty --seed 2 --fault garbage:0.1
g3-ingest -q -e "$SANDBOX" --basic-auth-file login --kind metadata --source s --guid-type t --batch 1000 many.csv >/dev/null
expect_status 0 verify --lookup sweep --batch 200 many.csv

# Nothing answers; no metadata service is there.
expect_status 5 g3-verify -q -e http://127.0.0.1:1 --kind metadata --source s --retries 0 rows.tsv
expect_status 5 g3-verify -q --metadata-url "$SANDBOX/index" --kind metadata --source s rows.tsv
expect_status 0 bash -c "head -1 rows.tsv | g3-verify -q -e $SANDBOX --kind metadata --source s -"
