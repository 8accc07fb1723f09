# The embedded commons itself: what is loaded, in which order it is listed, tokens, faults, its end.
. "$E2E/lib.sh"

get() { curl -sS "$@"; }
status_of() { curl -sS -o body -w '%{http_code}' "$@"; }

# GUIDs are kept as they are given; those that are missing are minted; the first row of a GUID counts.
cat >manifest.csv <<'END'
guid,urls,acl,authz,md5,file_size,file_name
DG.TEST/ABCDEF00-0000-4000-8000-000000000001,s3://b/1 gs://b/1 s3://b/1,a b,/x,00000000000000000000000000000001,9007199254740993,one
ark:/13030/tf5p30086k,,,,00000000000000000000000000000002,2,two
,s3://b/%20three,,,00000000000000000000000000000003,3,"thr,ee"
ark:/13030/tf5p30086k,,,,00000000000000000000000000000004,4,again
x,,,,0000000000000000000000000000000g,5x,bad
END
start_sandbox --load manifest.csv --prefix mine/ --url-template 'gs://t/{guid}/{file_name}/{file_size}' 2>err
expect_text err '1 rows repeat a GUID'
expect_text err 'manifest.csv:6: '
[ "$(get "$SANDBOX/index/_stats")" = '{"fileCount":3,"totalFileSize":9007199254740998}' ]
get "$SANDBOX/index/index/DG.TEST/ABCDEF00-0000-4000-8000-000000000001" >record
[ "$(jq -c '[.acl,.urls|sort]' record)" = '[["a","b"],["gs://b/1","s3://b/1"]]' ]
expect_text record '"size":9007199254740993'
get "$SANDBOX/index/index/ark:/13030/tf5p30086k" >record
[ "$(jq -r '.urls[0], .hashes.md5' record | xargs)" = 'gs://t/ark:/13030/tf5p30086k/two/2 00000000000000000000000000000002' ]
get "$SANDBOX/index/index/?hash=md5:00000000000000000000000000000003" >record
jq -r '.records[0] | .did, .urls[0]' record >text
grep -Eqx 'mine/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' text
grep -qx 's3://b/ three' text
[ "$(status_of "$SANDBOX/no-such-service/metadata")" = 404 ]
[ "$(status_of -X PATCH "$SANDBOX/index/index/")" = 405 ]
[ "$(status_of -I "$SANDBOX/index/_status")" = 200 ]

# A request line of 4094 bytes is taken, one more is not.
line() { printf '%*s' $((4094 - $1)) '' | tr ' ' a; }
fixed=$(printf 'GET /index/index/?ids= HTTP/1.1' | wc -c)
[ "$(status_of "$SANDBOX/index/index/?ids=$(line "$fixed")")" = 200 ]
[ "$(status_of "$SANDBOX/index/index/?ids=$(line $((fixed - 1)))")" = 414 ]

# SIGTERM ends it at once, with status 0; nothing is left behind.
kill "$SANDBOX_PID"
wait "$SANDBOX_PID"
sandbox_pids=()

# A file is kept from one run to the next, with its order of keys.
make_manifest 500 dg.TEST/ DG.TEST/ b_c- - >many.csv
start_sandbox --db kept.db --load many.csv --collation locale
stop_sandboxes
expect_status 2 g3-sandbox --db kept.db
expect_text err 'another --collation'
start_sandbox --db kept.db --collation locale
sweep() { # all GUIDs, page by page
  local start='' page
  while :; do
    page=$(get -G "$SANDBOX/index/index/?limit=64" --data-urlencode "start=$start" | jq -r '.records[].did')
    [ -n "$page" ] || break
    printf '%s\n' "$page"
    start=${page##*$'\n'}
  done
}
sweep >locale
tail -n +2 many.csv | cut -d, -f1 | LC_ALL=C sort >expected
LC_ALL=C sort locale | expect_same expected /dev/stdin
! LC_ALL=C sort -c locale 2>err || fail 'keys come in byte order'
tr -d '_./-' <locale | tr A-Z a-z | LC_ALL=C sort -c # punctuation and case come later

# Records that share a date change their order from page to page: paging by number loses some.
for page in 0 1 2 3 4; do get "$SANDBOX/index/index/?limit=100&page=$page" | jq -r '.records[].did'; done >paged
[ "$(wc -l <paged)" = 500 ]
[ "$(sort -u paged | wc -l)" -lt 500 ]
stop_sandboxes

# Filters, alone and together with a page of the key space.
start_sandbox --load many.csv
count() { get -G "$SANDBOX/index/index/?limit=1024" "$@" | jq '.records | length'; }
[ "$(count -d acl=phs001)" = "$(cut -d, -f4 many.csv | grep -c '^phs001 ')" ]
[ "$(count -d 'acl=phs001,*' -d authz=/programs/p1)" = "$(cut -d, -f3,4 many.csv | grep -c '^/programs/p1,phs001 ')" ]
[ "$(count -d acl=null)" = 0 ]
[ "$(count -d size=1007)" = 1 ]
[ "$(count --data-urlencode 'url=gs://bucket/000007 v1.cram')" = 1 ]
[ "$(count -d file_name=NWD000007.cram)" = 1 ]
[ "$(count --data-urlencode 'negate_params={"acl":["phs001"]}')" = "$(tail -n +2 many.csv | cut -d, -f4 | grep -vc '^phs001 ')" ]
[ "$(count -d form=bundle)" = 0 ]
half=$(sed -n 250p expected)
[ "$(count --data-urlencode "start=$half" -d acl=phs001)" = \
  "$(tail -n +2 many.csv | LC_ALL=C sort -t, -k1,1 | tail -n +251 | cut -d, -f4 | grep -c '^phs001 ')" ]
get -G "$SANDBOX/index/index/" -d ids="$(sed -n 3p expected),nope,$(sed -n 5p expected)" | jq -r '.records[].did' >ids
sed -n '3p;5p' expected | expect_same /dev/stdin ids
stop_sandboxes

# Tokens: a key buys one, which is taken until it expires; a stranger's is not.
start_sandbox --load many.csv --require-token --api-key-file key.json --token-lifetime 1000 --token-path api
[ "$(stat -c %a key.json)" = 600 ]
buy() { status_of -H 'Content-Type: application/json' -d "@$1" "$SANDBOX/user/credentials/$2/access_token${3:-}"; }
[ "$(buy key.json cdis)" = 404 ]
[ "$(buy key.json api)" = 200 ]
token=$(jq -r .access_token body)
[ "$(status_of "$SANDBOX/index/_stats")" = 401 ]
[ "$(status_of -H "Authorization: Bearer $token" "$SANDBOX/index/_stats")" = 200 ]
[ "$(status_of -H "Authorization: Bearer ${token%?????}AAAAA" "$SANDBOX/index/_stats")" = 401 ]
[ "$(status_of -H "Authorization: Bearer $(jq -r .api_key key.json)" "$SANDBOX/index/_stats")" = 401 ]
[ "$(status_of -u admin:secret "$SANDBOX/index/_stats")" = 200 ]
[ "$(status_of -u admin:wrong "$SANDBOX/index/_stats")" = 401 ]
jq '.api_key = "a.b.c"' key.json >wrong.json
[ "$(buy wrong.json api)" = 401 ]
claims() { cut -d. -f2 <<<"$1" | tr _- /+ | base64 -d 2>err || true; }
[ "$(claims "$token" | jq -r '.pur, .iss, .context.user.name, (.exp - .iat)' | xargs)" = "access $SANDBOX/user sandbox 1000" ]
[ "$(buy key.json api '?expires_in=99999')" = 200 ]
[ "$(claims "$(jq -r .access_token body)" | jq '.exp - .iat')" = 3600 ] # the most that may be asked for
[ "$(buy key.json api '?expires_in=1')" = 200 ]
token=$(jq -r .access_token body)
expiry=$(claims "$token" | jq .exp)
while [ "$(date +%s)" -lt "$expiry" ]; do :; done
[ "$(status_of -H "Authorization: Bearer $token" "$SANDBOX/index/_stats")" = 401 ]
stop_sandboxes

# A login from a file, for writing.
printf 'me:mine\n' >login
start_sandbox --basic-auth-file login --log log
record='{"form": "object", "size": 1, "hashes": {"md5": "00000000000000000000000000000001"}, "urls": []}'
create() { status_of "$@" -H 'Content-Type: application/json' -d "$record" "$SANDBOX/index/index/"; }
[ "$(create -u admin:secret)" = 403 ]
[ "$(create -u me:mine)" = 200 ]
printf 'POST /index/index/ 403\nPOST /index/index/ 200\n' | expect_same /dev/stdin log
stop_sandboxes

# Each fault is what it is called.
fault() { start_sandbox --load many.csv --log faults.log "$@"; }
fault --fault 429:1 --fault-limit 1
get -D head -o body "$SANDBOX/index/_stats"
grep -qi '^HTTP/1.1 429' head
grep -qi '^Retry-After: 1' head
[ "$(status_of "$SANDBOX/index/_stats")" = 200 ] # the limit
stop_sandboxes
fault --fault reset:1
expect_status 52 get "$SANDBOX/index/_stats" # curl: an empty reply
stop_sandboxes
fault --fault truncate:1
expect_status 18 get "$SANDBOX/index/index/" # curl: a part of the file
stop_sandboxes
fault --fault slow:1
get "$SANDBOX/index/index/" | jq -e '.records | length == 100' >/dev/null
stop_sandboxes
fault --fault garbage:1
! get "$SANDBOX/index/index/" | jq -e '.records | length == 100' >/dev/null 2>&1
stop_sandboxes
fault --gzip --latency 1ms
get --compressed -D head "$SANDBOX/index/index/" | jq -e '.records | length == 100' >/dev/null
grep -qi '^Content-Encoding: gzip' head
stop_sandboxes
printf '%s\n' 'GET /index/_stats 429' 'GET /index/_stats 200' 'GET /index/_stats 000' 'GET /index/index/ 200' \
  'GET /index/index/ 200' 'GET /index/index/ 200' 'GET /index/index/ 200' | expect_same /dev/stdin faults.log

# More at once than it takes.
start_sandbox --latency 300ms --most-at-once 2 --log crowd.log
asking=()
for i in 1 2 3 4 5; do get "$SANDBOX/index/_stats" >/dev/null & asking+=($!); done
wait "${asking[@]}"
grep -q ' 503$' crowd.log
[ "$(grep -c ' 200$' crowd.log)" -ge 2 ]
