# g3-ingest --plan and --apply: what would be done, old and new; nothing written; then just that, but for what
# has changed since. --delete, planned and done. --undo: what was there is there again.
. "$E2E/lib.sh"

write_login
ingest() { g3-ingest -e "$SANDBOX" --basic-auth-file login "$@"; }
admin() { curl -sf -u admin:secret -H 'Content-Type: application/json' "$@" >>curl.log; }
record() { curl -sf "$SANDBOX/index/index/$(guid "$1")"; }
# All that a record holds but what the service makes up.
state() { g3-fetch-index -q -e "$SANDBOX" | tail -n +2 | cut -d, -f1 | sort | while read -r guid; do
  curl -sf "$SANDBOX/index/index/$guid" | jq -Sc 'del(.rev, .created_date, .updated_date) | .urls |= sort | .acl |= sort | .authz |= sort'; done; }

{ echo guid,md5,size,urls,acl,authz,file_name
  for i in 1 2 3 4 5; do printf '%s,%s,%d,s3://b/%d,a,/p/%d,f%d\n' "$(guid $i)" "$(md5 $i)" $i $i $i $i; done; } >have.csv
{ echo guid,md5,size,urls,acl
  printf '%s,%s,1,s3://b/1,a\n' "$(guid 1)" "$(md5 1)"
  printf '%s,%s,2,s3://c/2,b c\n' "$(guid 2)" "$(md5 2)"
  printf '%s,%s,9,s3://b/3,a\n' "$(guid 3)" "$(md5 3)"
  printf '%s,%s,6,s3://b/6,\n' "$(guid 6)" "$(md5 6)"
  printf ',%s,7,s3://b/7,\n' "$(md5 7)"; } >change.csv
start_sandbox --load have.csv --log access.log
state >before

# A plan tells old, new and rev; nothing is written.
: >access.log
expect_status 1 ingest --plan -o plan change.csv
if grep -qE '^(PUT|DELETE|POST /index/index/)' access.log; then fail 'a plan wrote'; fi
expect_text err 'planned: 5 rows: 2 created, 1 updated, 1 unchanged, 1 conflict, 0 failed'
jq -c '[.line, .action, .old, .new]' plan >shown
cat >want <<END
[2,"unchanged",null,null]
[3,"updated",{"urls":["s3://b/2"],"acl":["a"]},{"urls":["s3://b/2","s3://c/2"],"acl":["b","c"]}]
[4,"conflict",null,null]
[5,"created",null,{"urls":["s3://b/6"],"md5":"$(md5 6)","file_size":6}]
[6,"created",null,{"urls":["s3://b/7"],"md5":"$(md5 7)","file_size":7}]
END
expect_same want shown
[ "$(jq -r 'select(.line == 3).rev' plan)" = "$(record 2 | jq -r .rev)" ] || fail 'rev is not the one of the record'
state | expect_same before -

# As a table too, and back again.
ingest -q --plan --match none --to csv change.csv >plan.csv || true
head -1 plan.csv | expect_same <(echo line,guid,action,rev,old,new,error) -

# Applied: just that, with the GUIDs of the plan; again: nothing that was not done.
expect_status 1 ingest --apply plan --journal journal
expect_same <(printf '2 unchanged\n3 updated\n4 conflict\n5 created\n6 created\n') <(actions <out)
expect_same <(jq -r .guid plan) <(jq -r .guid out)
record 2 | jq -cS '{acl: (.acl | sort), urls: (.urls | sort), file_name, authz}' |
  expect_same <(echo '{"acl":["b","c"],"authz":["/p/2"],"file_name":"f2","urls":["s3://b/2","s3://c/2"]}') -
state >after
expect_status 1 ingest --apply plan
expect_same <(printf '2 unchanged\n3 updated\n4 conflict\n5 created\n6 created\n') <(actions <out)
state | expect_same after -

# Undone: as before; undone again, the same; its journal can't be used for more.
expect_status 0 ingest --undo journal
expect_same <(printf '6 deleted\n5 deleted\n3 updated\n') <(actions <out)
state | expect_same before -
expect_status 0 ingest --undo journal
expect_same <(printf '6 deleted\n5 deleted\n3 updated\n') <(actions <out)
state | expect_same before -
expect_status 2 ingest --apply plan --journal journal
expect_text err 'has been undone'
expect_status 2 ingest --undo journal --kind metadata
expect_text err 'is the journal of'
expect_status 3 ingest --undo nothing
expect_text err 'nothing: the journal'

# A record that has changed since the plan was made: a conflict, and it stays; the others are done.
{ echo guid,md5,size,urls; for i in 2 4 5; do printf '%s,%s,%d,s3://d/%d\n' "$(guid $i)" "$(md5 $i)" $i $i; done
  printf '%s,%s,8,s3://d/8\n' "$(guid 8)" "$(md5 8)"; printf '%s,%s,9,s3://d/9\n' "$(guid 9)" "$(md5 9)"; } >more.csv
ingest -q --plan -o plan more.csv
admin -X PUT "$SANDBOX/index/index/$(guid 4)?rev=$(record 4 | jq -r .rev)" -d '{"file_name":"other"}'
admin -X DELETE "$SANDBOX/index/index/$(guid 5)?rev=$(record 5 | jq -r .rev)"
printf '{"did":"%s","form":"object","size":1,"hashes":{"md5":"%s"},"urls":[]}' "$(guid 8)" "$(md5 3)" | admin -X POST "$SANDBOX/index/index/" -d @-
expect_status 1 ingest --apply plan --journal stale
expect_same <(printf '2 updated\n3 conflict\n4 conflict\n5 conflict\n6 created\n') <(actions <out)
expect_text out 'the record has been changed since: plan anew'
expect_text out 'the record is gone: plan anew'
expect_text out 'there is another record of this guid by now: plan anew'

# Undoing skips what others have changed since.
admin -X PUT "$SANDBOX/index/index/$(guid 9)?rev=$(record 9 | jq -r .rev)" -d '{"file_name":"other"}'
expect_status 1 ingest --undo stale
expect_same <(printf '6 skipped\n2 updated\n') <(actions <out)
expect_text out 'the record has been changed since: it stays as it is'

# Deleting: planned, done, undone, with all that the record held, also what a manifest does not tell.
admin -X PUT "$SANDBOX/index/index/$(guid 1)?rev=$(record 1 | jq -r .rev)" -d '{"metadata":{"k":"v"},"uploader":"me","version":"2"}'
state >before
{ echo guid,md5; printf '%s,%s\n' "$(guid 1)" "$(md5 1)"; printf '%s,\n' "$(guid 2)"; printf '%s,%s\n' "$(guid 3)" "$(md5 4)"
  printf '%s,\n' "$(guid 77)"; echo ,x; } >gone.csv
: >access.log
expect_status 1 ingest --delete --plan -o plan gone.csv --reject rejects
if grep -qE '^(PUT|DELETE|POST /index/index/)' access.log; then fail 'a plan wrote'; fi
expect_same <(printf '2 deleted\n3 deleted\n4 conflict\n5 unchanged\n') <(actions <plan)
jq -c 'select(.line == 2) | [.old.did, .old.uploader, .new]' plan | expect_same <(printf '["%s","me",null]\n' "$(guid 1)") -
expect_status 1 ingest --delete --journal deleted gone.csv
expect_same <(printf '2 deleted\n3 deleted\n4 conflict\n5 unchanged\n') <(actions <out)
[ "$(state | wc -l)" = $(($(wc -l <before) - 2)) ] || fail 'not two are gone'
expect_status 1 ingest --delete gone.csv
expect_same <(printf '2 unchanged\n3 unchanged\n4 conflict\n5 unchanged\n') <(actions <out)
expect_status 0 ingest --undo deleted
expect_same <(printf '3 created\n2 created\n') <(actions <out)
state | expect_same before -

# A plan to delete does not hit what has changed since.
admin -X PUT "$SANDBOX/index/index/$(guid 1)?rev=$(record 1 | jq -r .rev)" -d '{"file_name":"late"}'
expect_status 1 ingest --apply plan
expect_same <(printf '2 conflict\n3 conflict\n4 conflict\n5 unchanged\n') <(actions <out)

# A GUID that is written twice in one run is put back in two steps; one changed in between by others is not.
state >before
{ echo guid,md5,size,urls; for n in 1 2 3; do printf '%s,%s,50,s3://n/%d\n' "$(guid 50)" "$(md5 50)" $n; done
  printf '%s,%s,3,s3://n/3\n' "$(guid 3)" "$(md5 3)"; } >thrice.csv
expect_same <(printf '2 created\n3 updated\n4 updated\n5 updated\n') <(ingest -q --journal thrice thrice.csv | actions)
expect_same <(printf '5 updated\n4 updated\n3 updated\n2 deleted\n') <(ingest -q --undo thrice | actions)
state | expect_same before -

# What can't be a plan.
expect_status 1 ingest --apply change.csv
expect_text err 'no line of a plan'
expect_status 1 ingest --kind metadata --apply plan
expect_text err 'is it one for objects'
echo '{"line":1,"guid":"x","action":"created","rev":null,"old":null,"new":{"md5":"x"}}' >bad
expect_status 1 ingest --apply bad
expect_text err 'lacks what a record needs'
for wrong in '--plan --apply plan' '--check --plan' '--undo thrice more.csv' '--apply plan --match md5' '--plan --journal j' '--delete --undo j' '--index have.csv'; do
  # shellcheck disable=SC2086 # several words
  expect_status 2 ingest $wrong
done
