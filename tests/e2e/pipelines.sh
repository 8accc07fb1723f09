# The workflows of pipelines/, on the sandbox: each as a user runs it, stopped in its middle, and run again.
. "$E2E/lib.sh"

write_login
make_manifest 300 >have.csv
start_sandbox --load have.csv --log log
settings() { # LINE...
  printf '%s\n' "ENDPOINT := $SANDBOX" "BASIC_AUTH_FILE := login" 'CONNECTIONS := 2' "$@" >settings.mk
}
workflow() { env -u MAKEFLAGS -u MAKELEVEL make -s -f "$TOP/pipelines/$1.mk" "${@:2}"; }

# Without settings: said so.
expect_status 2 workflow snapshot
expect_text err 'there is no settings.mk'

# Snapshots: the first alone, the next with what has changed; the same day again does nothing.
settings
workflow snapshot DAY=2026-11-24
zstd -dc snapshots/2026-11-24.csv.zst | wc -l | expect_same <(echo 301) -
[ ! -e snapshots/2026-11-24.changes.ndjson ]
g3-ingest -q -e "$SANDBOX" --basic-auth-file login --delete <(echo guid; head -n 3 have.csv | tail -n 2 | cut -d, -f1) >/dev/null
workflow snapshot DAY=2026-11-25
jq -r .change snapshots/2026-11-25.changes.ndjson | sort | uniq -c | sed 's/^ *//' | expect_same <(echo '2 removed') -
: >log
workflow snapshot DAY=2026-11-25
expect_same log /dev/null
[ "$(ls snapshots | wc -l)" = 3 ] || fail 'something is left over'

# Manifests side by side; only what has changed is verified again.
mkdir manifests
zstd -dc snapshots/2026-11-25.csv.zst >manifests/good.csv
sed 's/,1010,/,7,/' manifests/good.csv >manifests/bad.csv
settings 'MANIFESTS := $(wildcard manifests/*.csv)'
workflow verify -j 2 >out
expect_same <(printf '%8d differences  %s\n' 1 results/bad.differences.ndjson 0 results/good.differences.ndjson) out
touch manifests/good.csv
: >log
workflow verify >out
[ "$(grep -c _stats log)" -le 1 ] || fail 'what had not changed was verified again'

# Ingest: planned, stopped by faults, mended, done, with metadata; killed in its middle, and run again.
rm -r manifests results
mkdir manifests
{ echo 'id,checksum,bytes,aws,sample'
  for i in $(seq 60); do printf '%s,%032x,%d,s3://new/%d,S%d\n' "$(guid $((i + 5000)))" "$i" "$i" "$i" "$i"; done; } >manifests/new.csv
sed '1!s/^\([^,]*\),0/\1,X/' manifests/new.csv >manifests/faulty.csv
printf 'guid = id\nmd5 = checksum\nfile_size = bytes : int\nurls = aws : list\nsample = sample\n' >rules
{ printf 'sample\tsex\n'; for i in $(seq 2 61); do printf 'S%d\tfemale\n' "$i"; done; } >samples.tsv
settings 'MANIFESTS := $(wildcard manifests/*.csv)' 'RULES := rules' 'CHECK := --unique guid,url' \
  'METADATA := samples.tsv' 'METADATA_KEY := sample=sample' 'METADATA_SOURCE := samples'
expect_status 2 workflow ingest plan
expect_text err 'see results/faulty.faults.ndjson'
[ ! -e results/faulty.plan.ndjson ]
rm manifests/faulty.csv
workflow ingest plan | expect_same <(echo 'results/new.plan.ndjson:      60 created') -
[ "$(curl -s "$SANDBOX/index/_stats" | jq .fileCount)" = 298 ] || fail 'a plan wrote something'
: >log
start_group env -u MAKEFLAGS -u MAKELEVEL make -s -f "$TOP/pipelines/ingest.mk"
wait_for_lines log 20 "$GROUP"
kill_group
workflow ingest -j 2
[ "$(curl -s "$SANDBOX/index/_stats" | jq .fileCount)" = 358 ] || fail 'not all is there, or something twice'
wc -l <results/new.metadata.tsv | expect_same <(echo 60) -
tail -n 1 results/new.unmatched.tsv | expect_same <(printf 'S61\tfemale\n') -
curl -s "$SANDBOX/mds/metadata?data=true&limit=100" | jq -r '.[].samples.sex' | uniq -c | sed 's/^ *//' | expect_same <(echo '59 female') -
: >log
workflow ingest
expect_same log /dev/null

# dbGaP's extract: a local file; then one that a job makes.
rm -r results
{ printf 'submitted_sample_id\tsex\n'; printf 'NWD%06d\tmale\n' 100 101 900; } >extract.tsv
sed 's#s3://bucket/\([0-9]*\)#s3://bucket/NWD\1#' have.csv | g3-ingest -q -e "$SANDBOX" --basic-auth-file login --replace-urls >/dev/null || true
settings 'EXTRACT := extract.tsv'
workflow dbgap
tail -n +2 results/dbgap.tsv | cut -f 2 | sort | expect_same <(printf 'NWD000100\nNWD000101\n') -
tail -n 1 results/unmatched.tsv | cut -f 1 | expect_same <(echo NWD000900) -
cp -r results local
rm -r results
printf '{"phsid_list": "phs000956", "URL": "file://%s/extract.tsv"}' "$PWD" >job-input.json
settings 'JOB_INPUT := job-input.json'
workflow dbgap
expect_same local/dbgap.tsv results/dbgap.tsv

# The worked example of the document. (Those for clusters: tests/cluster/run.)
mkdir example && cd example
{ echo 'trap "kill \$(jobs -p) 2>/dev/null || true" EXIT' # also where it fails
  awk '/^## / { in_part = $0 == "## A worked example" } /^```sh/ { on = in_part; next } /^```/ { on = 0 } on' \
    "$TOP/pipelines/README.md"; } >example.sh
PIPELINES=$TOP/pipelines env -u MAKEFLAGS -u MAKELEVEL bash -e example.sh >out 2>err || { cat err >&2; fail 'the example fails'; }
expect_text out 'results/files.plan.ndjson:       2 created'
expect_text out '0 differences  results/2026-11-24.csv.differences.ndjson'
wc -l <results/files.metadata.tsv | expect_same <(echo 3) -
