# g3-submit: each operation on programs, projects, the dictionary and single records, and what the service refuses.
. "$E2E/lib.sh"

write_login
start_sandbox

# Programs and projects.
submit programs | expect_same /dev/null -
echo '{"type":"program","name":"P","dbgap_accession_number":"phs1"}' | submit create-program | jq -e .id >/dev/null
echo '{"type":"program"}' >bad.json
expect_status 1 submit create-program bad.json
submit programs | expect_same <(echo '"/v0/submission/P"') -
echo '{"type":"project","code":"Q-1","name":"Q","dbgap_accession_number":"phs2"}' | submit create-project P |
  jq -c '[.code, (.entities | length)]' | expect_same <(echo '[200,1]') -
submit projects P | expect_same <(echo '"/v0/submission/P/Q-1"') -
expect_status 1 submit projects X
expect_text err 'X: 404'
submit open P-Q-1 | jq .code | expect_same <(echo 200) -
expect_status 1 submit open P-X
expect_status 2 submit open PX
expect_text err 'give PROGRAM-PROJECT'

# The dictionary needs no login.
g3-submit -e "$SANDBOX" dictionary sample | jq -r .id | expect_same <(echo sample) -
g3-submit -e "$SANDBOX" dictionary | jq -e 'has("subject") and has("sample")' >/dev/null
expect_status 1 g3-submit -e "$SANDBOX" dictionary nothing
submit project-dictionary P-Q-1 | jq -e '.links | length > 3' >/dev/null
g3-submit -e "$SANDBOX" schema | jq -e .data.__schema.types >/dev/null

# Records, out again in all ways, and deleted.
printf '*type\t*submitter_id\tprojects.code\tsex\nsubject\tS1\tQ-1\tmale\nsubject\tS2\tQ-1\tfemale\n' >subjects.tsv
printf 'type,submitter_id,subjects.submitter_id,sample_type\nsample,T1,S1,blood\nsample,T2,S2,blood\n' >samples.csv
submit records P-Q-1 subjects.tsv >results
jq -c '[.line, .submitter_id, .type, .action, (.id | length)]' results |
  expect_same <(printf '[2,"S1","subject","created",36]\n[3,"S2","subject","created",36]\n') -
submit records P-Q-1 samples.csv | jq -r .action | expect_same <(printf 'created\ncreated\n') -
subject=$(jq -r 'select(.submitter_id == "S1").id' results)
submit export P-Q-1 "$subject" | jq -c '[.submitter_id, .sex]' | expect_same <(echo '["S1","male"]') -
submit export P-Q-1 --node subject | jq -r .submitter_id | sort | expect_same <(printf 'S1\nS2\n') -
submit export P-Q-1 --node subject --format tsv | cut -f 4 | sort | expect_same <(printf 'S1\nS2\nsubmitter_id\n') -
expect_status 2 submit export P-Q-1
expect_status 2 submit export P-Q-1 --node subject "$subject"
expect_status 1 submit export P-Q-1 00000000-0000-4000-8000-000000000000
printf 'type,submitter_id,samples.submitter_id,file_name,md5sum,file_size\naligned_reads_file,F1,T1,a.bam,%s,5\n' "$(md5 7)" |
  submit records P-Q-1 --from csv >files
submit manifest P-Q-1 "$(jq -r .id files)" >manifest.yaml
expect_text manifest.yaml 'file_name: a.bam'

expect_status 1 submit delete-records P-Q-1 "$subject"
expect_text err "$subject: Unable to delete entity"
expect_status 1 submit delete-records P-Q-1 00000000-0000-4000-8000-000000000000
expect_text err '00000000-0000-4000-8000-000000000000: Entity not found'
expect_status 1 submit delete-project P-Q-1
submit delete-records --dry-run P-Q-1 "$(jq -r .id files)" | jq -r .action | expect_same <(echo deleted) -
submit delete-records P-Q-1 "$(jq -r .id files)" | jq -c '[.type, .submitter_id, .action]' |
  expect_same <(echo '["aligned_reads_file","F1","deleted"]') -
expect_status 2 submit delete-nodes --dry-run P-Q-1 sample
submit delete-nodes P-Q-1 aligned_reads_file sample subject | jq -r .type | expect_same <(printf '%s\n' sample sample subject subject) -
expect_status 1 submit delete-program P
submit delete-project P-Q-1
submit delete-program P
submit programs | expect_same /dev/null -

# No right, no service, no operation.
expect_status 4 g3-submit -e "$SANDBOX" programs
expect_status 4 g3-submit -e "$SANDBOX" query '{subject{id}}'
expect_status 2 g3-submit -e "$SANDBOX" nothing
expect_status 2 g3-submit query
