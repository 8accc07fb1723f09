# g3-verify on odd rows and odd services: repeated GUIDs, GUIDs without the service's prefix, columns left out, rejected
# rows, index records that the manifest does not list, other forms of output, services that spoil answers.
. "$E2E/lib.sh"

make_manifest 3000 dg.TEST/ - dg.4503/ >index.csv
start_sandbox --load index.csv --collation locale
ways="auto sweep ids bulk single"
guid_of() { sed -n "$1{s/,.*//;p}" index.csv; }

# A GUID that is listed twice is compared twice, each row on its own.
{ head -10 index.csv; sed -n '5s/,1003,/,9,/p' index.csv; sed -n '5p;7p' index.csv; } >twice.csv
for way in $ways; do
  expect_status 1 g3-verify -e "$SANDBOX" --lookup "$way" twice.csv
  printf '{"guid":"%s","field":"file_size","expected":9,"actual":1003}\n' "$(guid_of 5)" >wanted
  expect_same out wanted
  expect_text err "12 rows: 11 matched, 1 differ"
done

# The service resolves a GUID without its prefix, and one with its prefix that it has without, when asked singly; so
# do all ways. Another prefix is another GUID.
awk -F, -v OFS=, 'NR > 1 { if ($1 ~ /^dg.TEST/) sub(/^dg.TEST\//, "", $1)
                           else if ($1 !~ /\//) $1 = "dg.TEST/" $1 } 1' index.csv >respelt.csv
for way in $ways; do
  expect_status 0 g3-verify -e "$SANDBOX" --lookup "$way" respelt.csv
  expect_text err "3000 rows: 3000 matched"
done
expect_status 0 g3-verify -e "$SANDBOX" --lookup sweep --memory 64k respelt.csv
{ head -1 index.csv; echo "dg.OTHER/$(guid_of 2 | sed 's|.*/||'),,,,,,"; } >other.csv
for way in $ways; do
  expect_status 1 g3-verify -e "$SANDBOX" --lookup "$way" other.csv
  expect_text out '"field":"no_record"'
done

# A record with the prefix twice is not what a GUID with the prefix once stands for.
head -2 index.csv >undoubled.csv
sed 's|^dg.TEST/|dg.TEST/dg.TEST/|' undoubled.csv >doubled.csv
start_sandbox --load doubled.csv
for way in $ways; do
  expect_status 1 g3-verify -e "$SANDBOX" --lookup "$way" undoubled.csv
  expect_text out '"field":"no_record"'
done
expect_status 1 g3-verify -e "$SANDBOX" --lookup sweep --memory 64k undoubled.csv
start_sandbox --load index.csv --collation locale

# Columns that the manifest does not have are not compared, and others are no concern of the index.
cut -d, -f 1,5 index.csv | sed '1s/$/,note/; 2,$s/$/,anything/' >narrow.csv
expect_status 0 g3-verify -e "$SANDBOX" narrow.csv
printf 'GUID,size\n%s,7\n' "$(guid_of 9)" | expect_status 1 g3-verify -e "$SANDBOX"
expect_text out '"field":"file_size","expected":7,"actual":1007'

# Rows that can't be used are rejected, the rest is verified.
{ sed -n 1,5p index.csv; printf ',,,,,,\n%s,,,,,12x,\n' "$(guid_of 6)"; sed -n 7,9p index.csv; } >bad.csv
for way in $ways; do
  expect_status 1 g3-verify -e "$SANDBOX" --lookup "$way" --reject rejects bad.csv
  [ ! -s out ] || fail "differences where there are none"
  [ "$(jq -c '[.line, .reason]' rejects | head -1)" = '[6,"no guid"]' ] || fail "reject file: $(cat rejects)"
  [ "$(jq .line rejects | tail -1)" = 7 ] || fail "reject file: $(cat rejects)"
  expect_text err "7 rows: 7 matched, 0 differ, 0 missing, 2 rejected"
done

# Index records that the manifest does not list. Those listed under the other spelling are listed.
sed 2,11d index.csv >short.csv
sed 2,11d respelt.csv >short-respelt.csv
{ head -1 index.csv; sed -n 2,11p index.csv | sort; } | g3-parse --from csv | sort >wanted
for memory in 64k 1G; do
  for manifest in short.csv short-respelt.csv; do
    expect_status 1 g3-verify -e "$SANDBOX" --extra extra.ndjson --memory "$memory" "$manifest"
    [ ! -s out ] || fail "differences where there are none"
    sort extra.ndjson | jq -c . >got
    jq -c '.urls |= sort | .acl |= sort' wanted | expect_same got /dev/stdin
    expect_text err "10 in the index only"
  done
  expect_status 0 g3-verify -e "$SANDBOX" --extra extra.csv --memory "$memory" index.csv
  [ "$(cat extra.csv)" = "guid,urls,authz,acl,md5,file_size,file_name" ] || fail "extra records: $(cat extra.csv)"
done
# Both spellings in the index, one in the manifest: the other one is extra.
guid=$(guid_of 2 | sed 's|.*/||')
{ head -2 index.csv; sed -n 2p index.csv | sed 's|dg.TEST/||'; } >both.csv
head -2 index.csv >one.csv
start_sandbox --load both.csv
for memory in 64k 1G; do
  expect_status 1 g3-verify -e "$SANDBOX" --extra extra.csv --memory "$memory" one.csv
  [ "$(sed '1d; s/,.*//' extra.csv)" = "$guid" ] || fail "extra records: $(cat extra.csv)"
done

# A service that fails now and then, cuts answers off, or answers nonsense: the same in the end.
sed '1501,1600s|s3://|s4://|' index.csv >spoilt.csv
start_sandbox --load index.csv
expect_status 1 g3-verify -e "$SANDBOX" spoilt.csv
mv out wanted
[ "$(wc -l <wanted)" = 100 ] || fail "100 differences wanted"
start_sandbox --load index.csv --collation locale --fault 503:0.03 --fault truncate:0.02 --fault reset:0.02 --fault garbage:0.03
for way in auto sweep ids bulk; do
  expect_status 1 g3-verify -e "$SANDBOX" --lookup "$way" spoilt.csv
  expect_same out wanted
done

# Nothing at that address, and no index service there.
expect_status 5 g3-verify -e "$SANDBOX/nowhere" index.csv
expect_text err "no index service answers there"
[ ! -s out ] || fail "differences from a service that is not there"
expect_status 2 g3-verify -e "$SANDBOX" --kind metadata index.csv
expect_text err "--kind metadata: give the source"
expect_status 2 g3-verify -e "$SANDBOX" --extra extra.csv --lookup ids index.csv
expect_status 3 g3-verify -e "$SANDBOX" no-such-file.csv
