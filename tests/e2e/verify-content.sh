# g3-verify --content: local files, URLs, and URLs that the commons signs; what differs, what can't be read, what breaks.
. "$E2E/lib.sh"

mkdir -p files/bucket 'files/bucket/a b'
for i in 1 2 3 4 5; do head -c $((i * 300000)) /dev/urandom >files/bucket/$i.bin; done
: >files/bucket/empty; gzip -c files/bucket/1.bin >files/bucket/1.gz; cp files/bucket/1.bin 'files/bucket/a b/1%.bin'
md5_of() { md5sum "$1" | cut -d ' ' -f 1; }
sha_of() { sha256sum "$1" | cut -d ' ' -f 1; }
row() { # NUMBER URL FILE
  printf '%s,%s,%s,%s,%s\n' "$(guid "$1")" "$2" "$(md5_of "$3")" "$(stat -c %s "$3")" "$(sha_of "$3")"
}

# Files of this machine: as they are, with coded characters, packed ones as they are stored; nothing is asked.
{ echo guid,urls,md5,size,SHA256
  row 1 "file://$PWD/files/bucket/1.bin" files/bucket/1.bin
  row 2 "s3://elsewhere/x file://localhost$PWD/files/bucket/a%20b/1%25.bin" files/bucket/1.bin
  row 3 "file://$PWD/files/bucket/empty" files/bucket/empty
  row 4 "file://$PWD/files/bucket/1.gz" files/bucket/1.gz; } >local.csv
g3-verify --content local.csv 2>err
expect_text err '4 files: 4 as listed, 0 differ, 0 could not be read'

# What differs, in the order of the rows; what can't be read.
{ echo guid,urls,md5,size,sha256
  echo "$(guid 1),file://$PWD/files/bucket/2.bin,$(md5 1),7,$(sha_of files/bucket/2.bin | tr a-f A-F)"
  echo "$(guid 2),file://$PWD/files/bucket/none,$(md5 1),7,"
  echo "$(guid 3),s3://bucket/1.bin,$(md5 1),,"
  echo "$(guid 4),file:///dev/zero,,5,"
  echo "$(guid 5),file://far/away,,5,"
  echo "$(guid 6),file://$PWD/files/bucket/1.bin,,,"; } >wrong.csv
expect_status 1 g3-verify --content -j 3 --reject rejects wrong.csv
expect_text err '5 files: 0 as listed, 1 differ, 4 could not be read, 1 rejected'
expect_text err 'none: No such file or directory'
jq -c '[.guid[8:16], .field, .expected, .actual]' out | sed "s#$PWD##" | expect_same <(cat <<END
["00000001","file_size",7,600000]
["00000001","md5","$(md5 1)","$(md5_of files/bucket/2.bin)"]
["00000002","content","file:///files/bucket/none",null]
["00000003","content",null,null]
["00000004","content","file:///dev/zero",null]
["00000005","content","file://far/away",null]
END
) -
jq -r .reason rejects | expect_same <(echo 'neither file_size nor md5 nor sha256') -

# Signed by the commons: many at once, in order; only with a right to it.
{ echo guid,urls,md5,size,sha256
  for i in 1 2 3 4 5; do row $i "s3://bucket/$i.bin gs://bucket/$i.bin" files/bucket/$i.bin; done
  row 6 s3://bucket/1.gz files/bucket/1.gz; } >signed.csv
start_sandbox --load signed.csv --files files --api-key-file key.json --gzip --log log
g3-verify --content -e "$SANDBOX" --credentials key.json -j 4 signed.csv 2>err
expect_text err '6 files: 6 as listed'
[ "$(grep -c 'GET /files/' log)" = 6 ]
g3-verify --content -e "$SANDBOX" --credentials key.json --scheme gs signed.csv --to csv >out 2>err || [ $? = 1 ]
expect_text err '5 as listed, 0 differ, 1 could not be read'
expect_same <(printf 'guid,field,expected,actual\n%s,content,,\n' "$(guid 6)") out
expect_status 4 g3-verify --content -e "$SANDBOX" signed.csv
rm files/bucket/3.bin
expect_status 1 g3-verify --content -e "$SANDBOX" --credentials key.json signed.csv
expect_text err "s3://bucket/3.bin: 404"
if grep -q Signature err out; then fail 'a signed URL is a secret'; fi
jq -r .guid out | expect_same <(echo "$(guid 3)") -

# URLs as they are; transfers that break again and again go on where they broke.
sed "s#s3://bucket/\([0-9]\).bin gs://[^,]*#$SANDBOX/files/bucket/\1.bin?X-Signature=sandbox#; /s3:/d" signed.csv | grep -v /3.bin >direct.csv
g3-verify --content direct.csv
stop_sandboxes
start_sandbox --files files --fault truncate:0.6 --fault reset:0.1 --seed 7 --log log2
sed -i "s#http://127.0.0.1:[0-9]*#$SANDBOX#" direct.csv
g3-verify --content -j 2 direct.csv
[ "$(wc -l <log2)" -gt 8 ] || fail 'nothing broke'

# What may not be read is a finding about that file, and no more; messages show no password.
{ head -n 3 direct.csv; echo "$(guid 9),http://user:hunter2@${SANDBOX#http://}/files/bucket/1.bin,,7,"; } | sed '2s/X-Signature=sandbox/X-Signature=x/' >refused.csv
expect_status 1 g3-verify --content --retries 20 -o found refused.csv
expect_text err '1 as listed, 0 differ, 2 could not be read'
jq -r .field found | expect_same <(printf 'content\ncontent\n') -
if grep -q hunter2 err; then fail 'a password is shown'; fi

# Wrong usage.
expect_status 3 g3-verify --content --cacert nothing.pem direct.csv
expect_status 2 g3-verify --content -j 1000000000000000000 direct.csv
expect_status 2 g3-verify --content --kind metadata --source x direct.csv
expect_status 2 g3-verify --content --lookup ids direct.csv
expect_status 2 g3-verify --scheme s3 -e "$SANDBOX" direct.csv
