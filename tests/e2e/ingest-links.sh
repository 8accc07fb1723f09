# g3-ingest --guid-by-url: a row belongs to the one record that has a URL with its text; asked of the index
# service, or of a manifest, with the same results.
. "$E2E/lib.sh"

write_login
{ echo guid,md5,size,urls
  n=0
  for url in s3://b/NWD1.cram 's3://b/NWD12.cram gs://b/NWD12.cram' s3://b/N_3.cram s3://b/NX3.cram s3://b/late/x s3://b/twice.cram s3://b/twice.crai; do
    n=$((n + 1)); printf '%s,%032d,1,%s\n' "$(guid $n)" $n "$url"; done
  # 150 that the pattern N_4 fits, but only the last of which it is in.
  for ((i = 0; i < 150; i++)); do printf '%s,%032d,1,s3://b/NX4-%d\n' "$(guid $((100 + i)))" $i $i; done
  printf '%s,%032d,1,s3://b/N_4\n' "$(guid 900)" 900; } >index.csv
start_sandbox --load index.csv
ingest() { g3-ingest -e "$SANDBOX" --basic-auth-file login --kind metadata --source s "$@"; }
{ printf 'submitted_sample_id\tguid\tn\n'
  printf 'NWD12\t\t1\nNWD1\t\t2\nN_3\t\t3\nNWD9\t\t4\n\t\t5\nlate/x\t\t6\nlate\t\t7\nNWD1\t%s\t8\nN_4\t\t9\n' "$(guid 5)"; } >rows.tsv
summary() { jq -r '[.line, .action, .guid, .error] | map(. // "" | tostring) | join("|")'; }
cat >want <<END
2|created|$(guid 2)|
3|skipped||several records have a URL with "NWD1", such as $(guid 1)
4|created|$(guid 3)|
5|skipped||no record has a URL with "NWD9"
6|skipped||no guid, and submitted_sample_id is empty
7|created|$(guid 5)|
8|updated|$(guid 5)|
9|updated|$(guid 5)|
10|created|$(guid 900)|
END
expect_status 1 ingest --guid-by-url submitted_sample_id --journal journal rows.tsv
summary <out >have
expect_same want have
curl -sf "$SANDBOX/mds/metadata?data=true&limit=100" | jq -S . >state
[ "$(jq -c ".\"$(guid 5)\".s.n" state)" = 8 ] || fail 'not the last of three rows of one guid'
jq -r '.[]._guid_type' state | sort -u | expect_same <(echo indexed_file_object) -
expect_status 1 ingest --guid-by-url submitted_sample_id --journal journal rows.tsv
summary <out | expect_same want -

# Without a journal, and planned: the same rows are linked.
expect_status 1 ingest --guid-by-url submitted_sample_id --plan rows.tsv
jq -r '[.line, .guid // ""] | join("|")' out | expect_same <(awk -F'|' '{ print $1 "|" $3 }' want) -
expect_status 1 ingest --guid-by-url submitted_sample_id rows.tsv
jq -r '[.line, .guid // ""] | join("|")' out | expect_same <(awk -F'|' '{ print $1 "|" $3 }' want) -

# By a manifest: the same, in a service of its own; nothing is searched for there.
start_sandbox --load index.csv --log second.log
expect_status 1 ingest --guid-by-url submitted_sample_id --index index.csv rows.tsv
summary <out | expect_same want -
curl -sf "$SANDBOX/mds/metadata?data=true&limit=100" | jq -S . | expect_same state -
if grep -q _query second.log; then fail 'asked the service in spite of --index'; fi

# Many rows, and memory for few: the same as one by one.
awk 'BEGIN { print "guid,url"; for (i = 0; i < 3000; i++) printf "g%d,s3://b/%05d.cram\n", i, i }' >many.csv
awk 'BEGIN { print "id,n"; for (i = 2999; i >= 0; i--) printf "%05d,%d\n", i * (i % 7 != 0 ? 1 : 3), i }' >rows.csv
printf 'NWD1\n' >>rows.csv
expect_status 1 ingest --guid-type t --guid-by-url id --index many.csv --memory 16M --reject rejects rows.csv
jq -r '[.line, .guid // ""] | join(",")' out >have
awk -F, 'NR > 1 { i = $1 + 0; print NR "," (i < 3000 && $1 ~ /^[0-9]+$/ ? "g" i : "") }' rows.csv >want
expect_same want have

expect_status 2 ingest --guid-by-url nothing --index index.csv rows.tsv
expect_text err 'has no column "nothing"'
expect_status 2 bash -c "g3-ingest -e $SANDBOX --kind metadata --source s --guid-by-url id --index index.csv <rows.csv"
expect_text err 'give it as a file'
expect_status 3 ingest --guid-by-url n --index missing.csv rows.tsv
