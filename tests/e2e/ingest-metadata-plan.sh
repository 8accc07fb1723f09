# g3-ingest --kind metadata: with a journal what is there is read before it is replaced; plans, undoing, deleting.
. "$E2E/lib.sh"

write_login
start_sandbox --log access.log
ingest() { g3-ingest -e "$SANDBOX" --basic-auth-file login --kind metadata "$@"; }
put() { curl -sf -u admin:secret -H 'Content-Type: application/json' -X POST "$SANDBOX/mds-admin/metadata/$1?overwrite=true" -d "$2" >>curl.log; }
state() { curl -sf "$SANDBOX/mds/metadata?data=true&limit=2000" | jq -S .; }

other='{"_guid_type":"mine","other":{"x":1}}'
put a "$other"
put b '{"_guid_type":"metadata_object","s":{"n":2}}'
put c '{"_guid_type":"metadata_object","s":{"n":0}}'
state >before
printf 'guid,n\na,1\nb,2\nc,3\nd,4\n' >rows.csv

# With a journal: new ones go in batches, others are read, and written only if they differ.
: >access.log
ingest -q --source s --journal journal rows.csv >out
expect_same <(printf '2 updated\n3 unchanged\n4 updated\n5 created\n') <(actions <out)
expect_same <(printf '3 GET\n2 POST\n') <(awk '/mds/ { print $1 }' access.log | sort | uniq -c | awk '{ print $1, $2 }')
state | jq -c '[.a, .c.s, .d.s]' | expect_same <(echo '[{"_guid_type":"metadata_object","s":{"n":1}},{"n":3},{"n":4}]') -
ingest -q --source s --journal journal rows.csv | expect_same out -

# Undone; what others have changed since stays.
put c '{"_guid_type":"metadata_object","s":{"n":"late"}}'
expect_status 1 ingest --undo journal
expect_same <(printf '5 deleted\n4 skipped\n2 updated\n') <(actions <out)
put c '{"_guid_type":"metadata_object","s":{"n":0}}'
state | expect_same before -

# The same with --merge.
ingest -q --source s --merge --journal merged rows.csv | actions | expect_same <(printf '2 updated\n3 unchanged\n4 updated\n5 created\n') -
state | jq -c .a | expect_same <(echo '{"_guid_type":"metadata_object","other":{"x":1},"s":{"n":1}}') -
ingest -q --undo merged | actions | expect_same <(printf '5 deleted\n4 updated\n2 updated\n') -
state | expect_same before -

# A plan tells both documents, and writes nothing; applied, it does just that.
: >access.log
ingest -q --source s --plan -o plan rows.csv
if grep -qE '(PUT|POST|DELETE) /mds' access.log; then fail 'a plan wrote'; fi
jq -cS 'select(.line == 2) | [.old, .new]' plan | expect_same <(echo '[{"_guid_type":"mine","other":{"x":1}},{"_guid_type":"metadata_object","s":{"n":1}}]') -
put c '{"_guid_type":"metadata_object","s":{"n":"late"}}'
put d '{}'
expect_status 1 ingest --apply plan --journal applied
expect_same <(printf '2 updated\n3 unchanged\n4 conflict\n5 conflict\n') <(actions <out)
expect_text out 'the document has been changed since: plan anew'
expect_text out 'the guid has another document by now: plan anew'
expect_status 0 ingest --undo applied
expect_same <(printf '2 updated\n') <(actions <out)
state | jq -cS .a | expect_same <(echo "$other") -
expect_status 1 g3-ingest -e "$SANDBOX" --basic-auth-file login --apply plan
expect_text err 'is it one for metadata'

# Deleting, planned and done and undone.
state >before
ingest -q --delete --plan -o plan rows.csv
expect_same <(printf '2 deleted\n3 deleted\n4 deleted\n5 deleted\n') <(actions <plan)
state | expect_same before -
printf 'guid\na\nz\nb\n' | ingest -q --delete --journal deleted | actions | expect_same <(printf '2 deleted\n3 unchanged\n4 deleted\n') -
state | jq -c keys | expect_same <(echo '["c","d"]') -
ingest -q --undo deleted | actions | expect_same <(printf '4 created\n2 created\n') -
state | expect_same before -
put b '{"late":1}'
expect_status 1 ingest --apply plan
expect_same <(printf '2 deleted\n3 conflict\n4 deleted\n5 deleted\n') <(actions <out)

# A GUID that is listed twice is put back in two steps.
state >before
printf 'guid,n\na,1\na,2\na,3\n' | ingest -q --source s --guid-type t --journal thrice | actions | expect_same <(printf '2 created\n3 updated\n4 updated\n') -
ingest -q --undo thrice | actions | expect_same <(printf '4 updated\n3 updated\n2 deleted\n') -
state | expect_same before -
