# g3-ingest: what becomes of each kind of row, what is written about it, what the index then has.
. "$E2E/lib.sh"

write_login
start_sandbox --log access.log
ingest() { g3-ingest -e "$SANDBOX" --basic-auth-file login "$@"; }
index() { g3-fetch-index -q -e "$SANDBOX" --sort; }

# Created as they are given; a URL listed twice counts once; empty cells are left out.
{ printf 'guid,md5,size,urls,acl,authz,file_name\n'
  printf '%s,%s,1,s3://b/1 s3://b/1 gs://b/1,a b,/p/a,one\n' "$(guid 1)" "$(md5 1)"
  printf '%s,%s,9223372036854775807,s3://b/a%%20b,,,\n' "$(guid 2)" "$(md5 2)"; } >new.csv
ingest -q new.csv >out
{ printf '{"line":2,"guid":"%s","action":"created"}\n' "$(guid 1)"
  printf '{"line":3,"guid":"%s","action":"created"}\n' "$(guid 2)"; } >want
expect_same want out
{ printf 'guid,urls,authz,acl,md5,file_size,file_name\n'
  printf '%s,gs://b/1 s3://b/1,/p/a,a b,%s,1,one\n' "$(guid 1)" "$(md5 1)"
  printf '%s,s3://b/a%%20b,,,%s,9223372036854775807,\n' "$(guid 2)" "$(md5 2)"; } >want
index | tee have >/dev/null
expect_same want have
grep -c '^POST' access.log >writes
expect_same <(echo 2) writes

# Again: nothing is sent.
: >access.log
expect_same <(printf '2 unchanged\n3 unchanged\n') <(ingest -q new.csv | actions)
if grep -qE '^(POST|PUT|DELETE)' access.log; then fail 'wrote what was there already'; fi

# Updated: urls are added to; acl, authz and file_name become the row's; empty cells say nothing.
{ printf 'guid,md5,size,urls,acl,authz,file_name\n'
  printf '%s,%s,1,s3://c/1,b c,,\n' "$(guid 1)" "$(md5 1)"
  printf '%s,%s,9223372036854775807,s3://b/a%%20b,,/p/b,two\n' "$(guid 2)" "$(md5 2)"; } >change.csv
expect_same <(printf '2 updated\n3 updated\n') <(ingest -q change.csv | actions)
{ printf 'guid,urls,authz,acl,md5,file_size,file_name\n'
  printf '%s,gs://b/1 s3://b/1 s3://c/1,/p/a,b c,%s,1,one\n' "$(guid 1)" "$(md5 1)"
  printf '%s,s3://b/a%%20b,/p/b,,%s,9223372036854775807,two\n' "$(guid 2)" "$(md5 2)"; } >want
index >have
expect_same want have
expect_same <(printf '2 unchanged\n3 unchanged\n') <(ingest -q change.csv | actions)
expect_same <(printf '2 updated\n3 unchanged\n') <(ingest -q --replace-urls change.csv | actions)
expect_text <(index) "$(guid 1),s3://c/1,"

# Conflicts and bad rows: each is told, nothing is changed, the others go on; status 1.
index >before
{ printf 'guid,md5,size,urls\n'
  printf '%s,%s,1,s3://x/1\n' "$(guid 1)" "$(md5 7)"
  printf '%s,%s,8,s3://x/1\n' "$(guid 2)" "$(md5 2)"
  printf 'no-uuid,%s,8,s3://x/1\n' "$(md5 2)"
  printf '%s,%s,8x,s3://x/1\n' "$(guid 3)" "$(md5 3)"
  printf '%s,%s,8,\n' "$(guid 3)" "$(md5 3)"
  printf '%s,,8,s3://x/1\n' "$(guid 3)"; } >bad.csv
expect_status 1 ingest --reject rejects bad.csv
expect_same <(printf '2 conflict\n3 conflict\n') <(actions <out)
expect_text out "md5 is \\\"$(md5 1)\\\" in the index and \\\"$(md5 7)\\\" in the manifest"
expect_text out 'file_size is 9223372036854775807 in the index and 8 in the manifest'
jq -r '"\(.line) \(.reason)"' rejects >reasons
cat >want <<'END'
4 guid "no-uuid" does not end in a UUID
5 file_size "8x" is not a whole number
6 urls is empty, but required
7 md5 is empty, but required
END
expect_same want reasons
index >have
expect_same before have

# --check sends nothing at all, and needs no service.
expect_status 1 g3-ingest --check bad.csv
[ ! -s out ] || fail '--check wrote lines'
expect_text err '2 rows can be ingested, 4 are rejected'
expect_status 0 g3-ingest --check new.csv

# Rows without a GUID are minted one; without a journal the next run finds them by md5 and size.
{ printf 'md5\tsize\turls\tsample\n'
  printf '%s\t4\ts3://b/4\tA\n' "$(md5 4)"
  printf '%s\t5\ts3://b/5\tB\n' "$(md5 5)"; } >minted.tsv
expect_same <(printf '2 created\n3 created\n') <(ingest -q --manifest-out with.tsv minted.tsv | actions)
head -1 with.tsv | expect_same <(printf 'guid\turls\tmd5\tfile_size\tsample\n') -
[ "$(cut -f1 with.tsv | grep -c '^dg.TEST/........-....-....-....-............$')" = 2 ] || fail 'no GUIDs in --manifest-out'
expect_same <(printf '2 unchanged\n3 unchanged\n') <(ingest -q --manifest-out again.tsv minted.tsv | actions)
expect_same with.tsv again.tsv
expect_same <(printf '2 unchanged\n3 unchanged\n') <(ingest -q with.tsv | actions)
expect_same <(printf '2 created\n3 created\n') <(ingest -q --match none minted.tsv | actions)
expect_status 1 ingest minted.tsv
expect_same <(printf '2 conflict\n3 conflict\n') <(actions <out)
expect_text out '2 records have this md5 and size'

# The same file twice in one manifest: one record, both urls.
{ printf 'md5\tsize\turls\n'
  printf '%s\t6\ts3://b/6\n' "$(md5 6)"
  printf '%s\t6\tgs://b/6\n' "$(md5 6)"; } >twice.tsv
expect_same <(printf '2 created\n3 updated\n') <(ingest -q twice.tsv | actions)
expect_text <(index) ',gs://b/6 s3://b/6,'

# A new version of a record.
{ printf 'guid,prev_guid,md5,size,urls\n'
  printf '%s,%s,%s,7,s3://b/7\n' "$(guid 9)" "$(guid 1)" "$(md5 9)"
  printf ',%s,%s,8,s3://b/8\n' "$(guid 1)" "$(md5 10)"
  printf ',%s,%s,8,s3://b/8\n' "$(guid 99)" "$(md5 11)"; } >version.csv
expect_status 1 ingest version.csv
expect_same <(printf '2 created\n3 created\n4 failed\n') <(actions <out)
expect_text out "prev_guid $(guid 99) is not in the index"
curl -sf "$SANDBOX/index/index/$(guid 1)/versions" | jq length | expect_same <(echo 3) -

# Results as a table; several manifests: which one a line is of.
ingest -q --to csv new.csv twice.tsv >out
expect_text out 'line,guid,action,error,file'
expect_text out "2,$(guid 1),updated,,new.csv"
ingest -q new.csv twice.tsv >out
expect_text out '"action":"unchanged","file":"twice.tsv"}'

# Nothing but a header, nothing at all.
expect_same /dev/null <(head -1 new.csv | ingest -q)
expect_same /dev/null <(ingest -q </dev/null)

# Without a right to write: told as such, with the status for it.
expect_status 4 g3-ingest -e "$SANDBOX" -q --match none minted.tsv
expect_text err '403'

# A journal that can't grow: nothing is sent that it does not hold.
make_manifest 1500 >large.csv
: >access.log
expect_status 6 bash -c "trap '' XFSZ; ulimit -f 100; exec g3-ingest -q -e $SANDBOX --basic-auth-file login --journal journal large.csv"
expect_text err 'journal'
if grep -qE '^POST /index/index/' access.log; then fail 'sent what the journal does not hold'; fi
expect_status 0 ingest --journal journal large.csv
