# g3-sandbox's submission service and graph queries: programs, projects, records, the dictionary, and faults.
. "$E2E/lib.sh"

use_sandbox() { start_sandbox "$@"; api=$SANDBOX/api/v0/submission; }
call() { curl -s -u admin:secret "$@"; }
json() { call -H 'Content-Type: application/json' "$@"; }
tsv() { call -H 'Content-Type: text/tab-separated-values' --data-binary @- "$@"; }
code() { "$@" -o answer -w '%{http_code}\n'; } # the body goes to the file `answer`
# A graph query; another word is its variables.
graph() { jq -n --arg query "$1" --argjson variables "${2:-null}" '$ARGS.named' | json "$api/graphql" -d @-; }
expect() { expect_same <(printf '%s\n' "$@") -; } # LINE... on standard input
says() { jq -r .message answer | expect "$1"; }
id_of() { graph '{node(submitter_id: "'"$1"'") {id}}' | jq -r '.data.node[0].id'; } # SUBMITTER_ID
count() { graph "{_$1_count}" | jq ".data._$1_count"; }
# What is wrong with each record of an answer: "SUBMITTER_ID TYPE KEYS MESSAGE".
faults() { jq -r '.entities[] | .unique_keys[0].submitter_id as $id | .errors[] | [$id, .type, .keys[], .message] | join(" ")'; }
make_project() {
  json "$api/" -d '{"type":"program","name":"P","dbgap_accession_number":"phs1"}' >/dev/null
  json -X PUT "$api/P" -d '{"type":"project","code":"Q","name":"A project","dbgap_accession_number":"phs2"}' >/dev/null
}
subjects() { seq "$1" "$2" | sed '1i type\tsubmitter_id\tprojects.code\tage
s/.*/subject\tS&\tQ\t&/'; } # FIRST LAST

use_sandbox --db kept.db

# Programs.
json "$api/" | jq -c . | expect '{"links":[]}'
json "$api/" -d '{"type":"program","name":"Z","dbgap_accession_number":"phs9"}' | jq -r .name | expect Z
json -X PUT "$api" -d '{"type":"program","name":"P","dbgap_accession_number":"phs1"}' >program
json "$api/" -d '{"type":"program","name":"P","dbgap_accession_number":"phs1"}' | expect_same program -
jq -r '.id | test("^[0-9a-f-]{36}$")' program | expect true
json "$api/" | jq -c .links | expect '["/v0/submission/P","/v0/submission/Z"]'
for wrong in '{"type":"program","name":"P"}' '{"type":"program","dbgap_accession_number":"phs1"}' \
  '{"type":"project","name":"P","dbgap_accession_number":"phs1"}' '[]' '"x"' '{"type":' ''; do
  code json "$api/" -d "$wrong" | expect 400
  jq -e '.message | length > 0' answer >/dev/null
done

# Projects.
json -X PUT "$api/P" -d '{"type":"project","code":"Q","name":"A","dbgap_accession_number":"phs2"}' >project
jq -c '[.code, .success, .transaction_id, .created_entity_count, .updated_entity_count, .entities[0].type, .entities[0].action]' project |
  expect '[200,true,1,1,0,"project","create"]'
json "$api/P" -d '{"type":"project","code":"Q","dbgap_accession_number":"phs3"}' |
  jq -c '[.transaction_id, .updated_entity_count, .entities[0].action, .entities[0].id]' |
  expect "$(jq -c '[2, 1, "update", .entities[0].id]' project)"
json -X PUT "$api/P" -d '{"type":"project","code":"E","dbgap_accession_number":"phs4"}' >/dev/null
call "$api/P/" | jq -c .links | expect '["/v0/submission/P/E","/v0/submission/P/Q"]'
graph '{project(order_by_asc: "code") {code name project_id dbgap_accession_number state programs {name}} program {name projects {code} _projects_count}}' |
  jq -c '.data | .project[], .program[]' | expect \
    '{"code":"E","name":null,"project_id":"P-E","dbgap_accession_number":"phs4","state":"open","programs":[{"name":"P"}]}' \
    '{"code":"Q","name":"A","project_id":"P-Q","dbgap_accession_number":"phs3","state":"open","programs":[{"name":"P"}]}' \
    '{"name":"Z","projects":[],"_projects_count":0}' \
    '{"name":"P","projects":[{"code":"Q"},{"code":"E"}],"_projects_count":2}'
code json "$api/P" -d '{"type":"project","code":"Q"}' | expect 400
code json "$api/P" -d '{"type":"project","dbgap_accession_number":"phs2"}' | expect 400
code json "$api/X" -d '{"type":"project","code":"Q","dbgap_accession_number":"phs2"}' | expect 404
says 'program X is not registered'
code call "$api/X" | expect 404
code call -X PUT "$api/P/Q/open" | expect 200
jq -c '[.code, .entities[0].type]' answer | expect '[200,"project"]'
code call -X PUT "$api/P/X/open" | expect 404
code call -X DELETE "$api/P" | expect 400
says 'ERROR: Can not delete the program. Program P is not empty'
code call -X DELETE "$api/P/E" | expect 204
code call -X DELETE "$api/P/E" | expect 404
code call -X DELETE "$api/Z" | expect 204
code call -X DELETE "$api/Z" | expect 404

# Paths, methods, and who may what.
for wrong in '404 /api/v0' '404 /api/v0/submissions' '404 /api/v1/submission' '404 /api/v0/submission/P/Q/R' \
  '404 /api/v0/submission/P//Q' '404 /api/v0/submission/P/Q/entities/a/b' '405 /api/v0/submission/P/Q' '405 /api/v0/submission/graphql'; do
  read -r status path <<<"$wrong"
  [ "$path" = /api/v0/submission/graphql ] && more=(-X PATCH) || more=()
  code call ${more[@]+"${more[@]}"} "$SANDBOX$path" | expect "$status"
done
code curl -s "$api/" | expect 403
code curl -s -X PUT "$api/P/Q" -d '{}' | expect 403
code curl -s "$api/graphql" -d '{"query":"{_sample_count}"}' | expect 403
jq -c . answer | expect '{"data":{},"errors":["Unauthorized query."]}'

# The dictionary is open to all.
curl -s "$api/_dictionary" | jq -c .links[0:2] | expect '["/v0/submission/_dictionary/_all","/v0/submission/_dictionary/program"]'
curl -s "$api/P/Q/_dictionary" | jq -r .links[4] | expect /v0/submission/P/Q/_dictionary/sample
curl -s "$api/_dictionary/_all" | jq -c keys | expect '["aligned_reads_file","program","project","sample","subject"]'
curl -s "$api/_dictionary/sample" >sample.schema
curl -s "$api/P/Q/_dictionary/sample" | expect_same sample.schema -
jq -c '.id, .required, .links, .uniqueKeys, .properties.tissue.enum[0], .additionalProperties' sample.schema | expect \
  '"sample"' '["type","submitter_id","sample_type","subjects"]' \
  '[{"name":"subjects","backref":"samples","label":"derived_from","target_type":"subject","multiplicity":"many_to_one","required":true}]' \
  '[["id"],["project_id","submitter_id"]]' '"blood"' false
code curl -s "$api/_dictionary/nothing" | expect 404
says 'Entry nothing not in dictionary'
curl -s "$api/getschema" | jq -c '.data.__schema | .queryType.name, (.types[] | select(.name == "sample") | .kind, [.fields[].name][7:])' |
  expect '"Root"' '"OBJECT"' '["sample_type","tissue","volume","subjects","_subjects_count","aligned_reads_files","_aligned_reads_files_count"]'

# Records link to each other in any order.
json -X PUT "$api/P/Q" -d '[
  {"type":"sample","submitter_id":"A1","sample_type":"blood","volume":1.50,"subjects":{"submitter_id":"S1"}},
  {"type":"subject","submitter_id":"S1","sex":"male","projects":[{"code":"Q"}]}]' |
  jq -c '[.code, .message, (.entities[] | [.action, .type, .valid, .errors, .warnings, .related_cases, .unique_keys])]' |
  expect '[200,"Transaction successful.",["create","sample",true,[],[],[],[{"project_id":"P-Q","submitter_id":"A1"}]],["create","subject",true,[],[],[],[{"project_id":"P-Q","submitter_id":"S1"}]]]'
graph '{ subject { submitter_id samples { sample_type volume subjects { sex projects { code } } } } }' | jq -c .data |
  expect '{"subject":[{"submitter_id":"S1","samples":[{"sample_type":"blood","volume":1.5,"subjects":[{"sex":"male","projects":[{"code":"Q"}]}]}]}]}'

# Tables: asterisks, blanks, links by name and id, empty cells, null, kinds, lists, odd cells.
printf '\n *type \t*submitter_id\tprojects.code\t sex\tage\tconsented\n subject\tS2\tQ\tfemale \t33\tTRUE\nsubject\tS3\tQ\t\tnull\tfalse\nsubject\t"S ""4\n"\tQ\t\t\t\n\n' |
  tsv -X PUT "$api/P/Q" | jq -c '[.code, .created_entity_count]' | expect '[200,3]'
graph '{subject(order_by_desc: "submitter_id") {submitter_id sex age consented}}' | jq -c '.data.subject[] | [.[]]' |
  expect '["S3",null,null,false]' '["S2","female",33,true]' '["S1","male",null,null]' '["S \"4",null,null,null]'
s2=$(id_of S2)
printf 'type,submitter_id,subjects.id#1,subjects.submitter_id#1,sample_type,volume\nsample,A2,%s,,"a,b",7\nsample,A3,%s,S2,c,1e3\n' "$s2" "$s2" |
  call -H 'Content-Type: text/csv; charset=utf-8' --data-binary @- -X PUT "$api/P/Q" | jq .created_entity_count | expect 2
printf 'type\tsubmitter_id\tsamples.submitter_id\tfile_name\tmd5sum\tfile_size\ttags\naligned_reads_file\tF1\tA3\tx.cram\t%s\t7\ta, b,c\naligned_reads_file\tF2\tA3\ty: z.cram\t%s\t0\t\n' \
  "$(md5 10)" "$(md5 3)" | call -H 'Content-Type: text/tsv' --data-binary @- -X PUT "$api/P/Q" | jq .created_entity_count | expect 2
graph '{sample(first: 1, order_by_desc: "volume") {submitter_id volume subjects {id} aligned_reads_files(first: 1) {tags file_size} _aligned_reads_files_count}}' |
  jq -c '.data.sample[]' | expect '{"submitter_id":"A3","volume":1000,"subjects":[{"id":"'"$s2"'"}],"aligned_reads_files":[{"tags":["a","b","c"],"file_size":7}],"_aligned_reads_files_count":2}'

# Updates merge; links that are named replace; null takes away; POST only creates.
printf 'type\tid\tage\tsex\nsubject\t%s\tnull\tunknown\n' "$s2" | tsv -X PUT "$api/P/Q" |
  jq -c '[.code, .updated_entity_count, .entities[0].action, .entities[0].id]' | expect '[200,1,"update","'"$s2"'"]'
json -X PUT "$api/P/Q" -d '{"type":"sample","submitter_id":"A2","tissue":"skin","subjects":{"submitter_id":"S1"}}' | jq .updated_entity_count | expect 1
graph '{subject(submitter_id: "S2") {sex age consented samples {submitter_id}} sample(submitter_id: "A2") {tissue sample_type subjects {submitter_id}}}' |
  jq -c '.data | .subject[], .sample[]' | expect '{"sex":"unknown","age":null,"consented":true,"samples":[{"submitter_id":"A3"}]}' \
    '{"tissue":"skin","sample_type":"a,b","subjects":[{"submitter_id":"S1"}]}'
code json "$api/P/Q" -d '[{"type":"subject","submitter_id":"S1"},{"type":"subject","submitter_id":"S9"}]' | expect 400
faults <answer | cut -d' ' -f 1-3 | expect 'S1 NOT_UNIQUE submitter_id'
code json "$api/P/Q" -d '{"type":"subject","submitter_id":"S9"}' | expect 201
jq -c '[.code, .created_entity_count]' answer | expect '[201,1]'
graph '{subject(submitter_id: "S9") {created_datetime updated_datetime state}}' |
  jq '.data.subject[0] | (.created_datetime == .updated_datetime) and (.created_datetime | test("^20.*T.*[+]00:00$"))' | expect true

# What is wrong with records; one wrong one, and nothing is written, but others may link to it.
before=$(count node)
code json -X PUT "$api/P/Q" -d '[
  {"type":"sample","submitter_id":"B1","subjects":{"submitter_id":"T"},"colour":"red"},
  {"type":"subject","submitter_id":"T1","sex":"x","age":"9","consented":1,"projects":{"code":"X"}},
  {"type":"sample","submitter_id":"B2","sample_type":5,"tissue":null,"subjects":{"submitter_id":"T1"}},
  {"submitter_id":"T2"}, {"type":"thing","submitter_id":"T3"}, {"type":"project","submitter_id":"T4"},
  {"type":"subject"}, {"type":"subject","submitter_id":5},
  {"type":"subject","submitter_id":"T5","project_id":"P-X"},
  {"type":"subject","submitter_id":"T6","id":"'"$s2"'"},
  {"type":"sample","submitter_id":"B3","sample_type":"s"},
  {"type":"sample","submitter_id":"B4","sample_type":"s","subjects":[{"submitter_id":"S1"},{"submitter_id":"S2"}]},
  {"type":"sample","submitter_id":"B5","sample_type":"s","subjects":{"submitter_id":"S1","id":"'"$s2"'"}},
  {"type":"sample","submitter_id":"B6","sample_type":"s","subjects":"S1"},
  {"type":"aligned_reads_file","submitter_id":"G1","samples":{"submitter_id":"A1"},"file_name":"f","md5sum":"ABC","file_size":1.5,"tags":["a",1]},
  {"type":"subject","submitter_id":"T7","state":"odd","created_datetime":"then"}]' | expect 400
faults <answer | expect "B1 INVALID_PROPERTY colour Key 'colour' is not a valid property for type 'sample'." \
  "B1 MISSING_PROPERTY sample_type 'sample_type' is a required property" \
  "B1 INVALID_LINK subjects Link to subject 'T' not found" \
  "T1 INVALID_VALUE sex 'x' is not one of ['male', 'female', 'unknown']" \
  "T1 INVALID_VALUE age '9' is not of type 'integer'" \
  "T1 INVALID_VALUE consented 1 is not of type 'boolean'" \
  "T1 INVALID_LINK projects Link to project 'X' not found" \
  "B2 INVALID_VALUE sample_type 5 is not of type 'string'" \
  "T2 INVALID_TYPE type Missing entity type" \
  "T3 INVALID_TYPE type Invalid entity type: thing" \
  "T4 INVALID_TYPE type Invalid entity type: project" \
  " MISSING_PROPERTY submitter_id 'submitter_id' is a required property" \
  " INVALID_VALUE submitter_id 5 is not of type 'string'" \
  "T5 INVALID_VALUE project_id 'P-X' is not the project of the request, 'P-Q'" \
  "T6 INVALID_VALUE id '$s2' is another record's" \
  "B3 MISSING_PROPERTY subjects 'subjects' is a required property" \
  "B4 INVALID_LINK subjects 'subjects' leads to one subject only (many_to_one), and 2 are given" \
  "B5 INVALID_LINK subjects Link to subject 'S1' not found" \
  "B6 INVALID_LINK subjects A link to subject was expected: {\"submitter_id\": ...}" \
  "G1 INVALID_VALUE md5sum 'ABC' does not match '^[a-f0-9]{32}\$'" \
  "G1 INVALID_VALUE file_size 1.5 is not of type 'integer'" \
  "G1 INVALID_VALUE tags 1 is not of type 'string'"
jq -c '[.success, .message, .entity_error_count, .transactional_error_count, .created_entity_count, .updated_entity_count, (.entities | length), .entities[3].action, .entities[-1].valid]' answer |
  expect '[false,"Transaction aborted due to 15 invalid entities.",15,0,0,0,16,null,true]'
[ "$(count node)" = "$before" ]

# What is wrong with the request as a whole.
code json -X PUT "$api/P/Q" -d '[{"type":"subject","submitter_id":"D"},{"type":"nothing","submitter_id":"D"},{"type":"subject","submitter_id":"D"}]' | expect 400
jq -c '[.entity_error_count, .transactional_error_count, .transactional_errors[0].type, (.entities | length)]' answer | expect '[0,1,"NOT_UNIQUE",3]'
for empty in '[]' 'tsv:' 'tsv:type\tsubmitter_id\n'; do
  if [ "${empty#tsv:}" = "$empty" ]; then code json -X PUT "$api/P/Q" -d "$empty"; else printf "${empty#tsv:}" | code tsv -X PUT "$api/P/Q"; fi | expect 400
  jq -c '[.transactional_errors[0].message, .entities]' answer | expect '["Nothing to submit",[]]'
done
for wrong in '{"type"' '5' '[1]' ''; do
  code call -H 'Content-Type: text/plain' -X PUT "$api/P/Q" -d "$wrong" | expect 400
  jq -r .message answer | cut -c 1-20 | expect 'Unable to parse json'
done
printf 'type\tsubmitter_id\nsubject\t"S\n' | code tsv -X PUT "$api/P/Q" | expect 400
code json -X PUT "$api/P/X" -d '{}' | expect 404
says 'Project X not found'
code json -X PUT "$api/X/Q" -d '{}' | expect 404

# A dry run says what would be, and writes nothing.
for dry in '200 -XPUT' '201 -XPOST'; do
  code json "${dry#* }" "$api/P/Q/_dry_run" -d '{"type":"subject","submitter_id":"Y"}' | expect "${dry% *}"
  says 'Transaction would have been successful. User selected dry run option, transaction aborted, no data written to database.'
  jq .created_entity_count answer | expect 1
done
[ "$(count node)" = "$before" ]
code json -X PUT "$api/P/Q/_dry_run" -d '{"type":"subject","submitter_id":"Y","sex":"x"}' | expect 400

# Projects have submitter_ids of their own.
json -X PUT "$api/P" -d '{"type":"project","code":"R","dbgap_accession_number":"phs4"}' >/dev/null
json -X PUT "$api/P/R" -d '{"type":"subject","submitter_id":"S2","projects":{"code":"R"}}' | jq .created_entity_count | expect 1
json -X PUT "$api/P/R" -d '{"type":"sample","submitter_id":"A","sample_type":"s","subjects":{"submitter_id":"S1"}}' | faults |
  expect "A INVALID_LINK subjects Link to subject 'S1' not found"
graph '{subject(submitter_id: "S2", order_by_asc: "project_id") {project_id}}' | jq -c '[.data.subject[].project_id]' | expect '["P-Q","P-R"]'

# Records by their ids.
a3=$(id_of A3) f1=$(id_of F1) f2=$(id_of F2)
call "$api/P/Q/entities/$a3,$s2" | jq -c '.entities[] | [.program, .project, .properties.type, .properties.id, (.properties | has("created_datetime"))]' |
  expect '["P","Q","sample","'"$a3"'",true]' '["P","Q","subject","'"$s2"'",true]'
code call "$api/P/Q/entities/$a3,none" | expect 404
says 'Not found: none'
code call "$api/P/R/entities/$a3" | expect 404

# Exports.
call "$api/P/Q/export/?node_label=sample&format=json" | jq -c '.data | length, (.[2] | keys_unsorted, .subjects[0].submitter_id)' |
  expect 3 '["type","id","project_id","submitter_id","subjects","sample_type","tissue","volume"]' '"S2"'
code call "$api/P/Q/export?node_label=sample" -D head | expect 200
expect_text head 'Content-Type: text/tab-separated-values'
printf '%s\n' 'type	id	project_id	submitter_id	subjects.submitter_id	sample_type	tissue	volume' \
  "sample	$(id_of A1)	P-Q	A1	S1	blood		1.50" "sample	$(id_of A2)	P-Q	A2	S1	a,b	skin	7" "sample	$a3	P-Q	A3	S2	c		1e3" | expect_same - answer
code tsv -X PUT "$api/P/Q" <answer >code; expect 200 <code # what was exported can be submitted
jq .updated_entity_count answer | expect 3
call "$api/P/Q/export?ids=$f1,$f1,none&format=tsv" | cut -f 4- | expect 'submitter_id	samples.submitter_id	file_name	md5sum	file_size	object_id	data_format	tags' \
  "F1	A3	x.cram	$(md5 10)	7			a,b,c"
call "$api/P/Q/export?ids=$f1,$f2&format=json" | jq -c '[.[].submitter_id]' | expect '["F1","F2"]'
call "$api/P/Q/export?ids=$f1,$a3,$s2&format=json" | jq -c '[to_entries[] | [.key, .value[0].submitter_id]]' |
  expect '[["subject","S2"],["sample","A3"],["aligned_reads_file","F1"]]'
call "$api/P/R/export?node_label=sample&format=json" | jq -c . | expect '{"data":[]}'
for wrong in '400 export' '400 export?node_label=none' "400 export?ids=$f1&format=xml" "400 export?ids=$f1,$a3" '404 export?ids=none' '400 manifest'; do
  code call "$api/P/Q/${wrong#* }" | expect "${wrong% *}"
  jq -e .message answer >/dev/null
done
call "$api/P/Q/manifest?ids=$f1,$a3,$f2" | expect files: "- id: $f1" '  file_name: x.cram' '  local_file_path: null' "  md5sum: $(md5 10)" '  file_size: 7' \
  "- id: $f2" '  file_name: "y: z.cram"' '  local_file_path: null' "  md5sum: \"$(md5 3)\"" '  file_size: 0'

# Deletion is all or nothing, and parents go with or after their children.
code call -X DELETE "$api/P/Q/entities/$s2,none,$f2" | expect 400
jq -c '[.code, .deleted_entity_count, .dependent_ids, (.entities[] | [.type, .valid, (.errors[] | [.type, .keys])])]' answer |
  expect '[400,0,"'"$a3,$f1"'",["subject",false,["INVALID_LINK",[]]],[null,false,["NOT_FOUND",["id"]]],["aligned_reads_file",true]]'
jq -r '.entities[].errors[].message' answer | expect \
  'Unable to delete entity because 2 others directly or indirectly depend on it. You can only delete this entity by deleting its dependents prior to, or during the same transaction as this one.' \
  'Entity not found.'
code call -X DELETE "$api/P/Q/entities/_dry_run/$s2" | expect 400
code call -X DELETE "$api/P/Q/entities/_dry_run/$f2,$f1" | expect 200
says 'Dry run successful. Would have deleted 2 entities'
code call -X DELETE "$api/P/Q/entities/$f2" | expect 200
jq -c '[.code, .success, .deleted_entity_count, .dependent_ids, .entities[0].id]' answer | expect '[200,true,1,"","'"$f2"'"]'
code call -X DELETE "$api/P/Q/entities/$s2,$a3,$f1" | expect 200
code call -X DELETE "$api/P/R/entities/$(id_of S1)" | expect 400 # another project's
code call -X DELETE "$api/P/Q" | expect 400
says 'Can not delete the project. Project Q is not empty'
code call -X DELETE "$api/X/Q/entities/$s2" | expect 404

# The file keeps it all.
call "$api/P/Q/export?node_label=subject" >before
stop_sandboxes
use_sandbox --db kept.db
call "$api/P/Q/export?node_label=subject" | expect_same before -
stop_sandboxes

# Graph queries: places and orders. Without an order there is one, but not that of the ids.
use_sandbox
make_project
subjects 1 250 | tsv -X PUT "$api/P/Q" | jq .created_entity_count | expect 250
graph '{subject {age}}' | jq '[.data.subject[].age] == [range(1; 11)]' | expect true
graph '{subject(first: 0) {age}}' | jq '[.data.subject[].age] == [range(1; 251)]' | expect true
graph '{subject(first: 20, offset: 240) {age}}' | jq '[.data.subject[].age] == [range(241; 251)]' | expect true
graph '{subject(first: 0, order_by_asc: "id") {id}}' >by_id
jq '[.data.subject[].id] | . == sort' by_id | expect true
graph '{subject(first: 0) {id}}' | jq '[.data.subject[].id] | . == sort' | expect false
for at in 0 100 200; do graph 'query Page($n: Int = 100, $at: Int!) {subject(first: $n, offset: $at, order_by_asc: "id") {id}}' "{\"at\":$at}"; done |
  jq -s '{data: {subject: map(.data.subject[])}}' | expect_same <(jq . by_id) -
graph '{subject(first: 2, order_by_desc: "age") {age}}' | jq -c '[.data.subject[].age]' | expect '[250,249]'
graph '{project {subjects(first: 3, offset: 1, order_by_desc: age) {age} _subjects_count} _node_count _subject_count}' |
  jq -c .data | expect '{"project":[{"subjects":[{"age":249},{"age":248},{"age":247}],"_subjects_count":250}],"_node_count":252,"_subject_count":250}'
graph '{project {subjects {age}}}' | jq '.data.project[0].subjects | length' | expect 10

# Which records: by value, by one of several, by parts.
json -X PUT "$api/P/Q" -d '[{"type":"sample","submitter_id":"A1","sample_type":"x","volume":2,"subjects":{"submitter_id":"S1"}},
  {"type":"sample","submitter_id":"A2","sample_type":"y","volume":0.5,"subjects":{"submitter_id":"S1"}},
  {"type":"subject","submitter_id":"C","consented":true},
  {"type":"aligned_reads_file","submitter_id":"F","file_name":"f","md5sum":"'"$(md5 1)"'","file_size":1,"tags":["a","b"],"samples":{"submitter_id":"A1"}}]' | jq .code | expect 200
id=$(id_of A1)
graph '{a: sample(volume: 2) {n: submitter_id} b: sample(sample_type: ["y", "z"]) {submitter_id} c: subject(consented: true) {submitter_id}
  d: aligned_reads_file(tags: "b") {submitter_id} e: sample(id: "'"$id"'") {submitter_id} f: sample(ids: ["'"$id"'", "x"]) {submitter_id}
  g: subject(quick_search: "S25") {submitter_id} h: _subject_count(age: [3, 4, 999], project_id: ["P-Q"]) i: node(of_type: ["sample"], quick_search: "2") {__typename}
  j: subject(project_id: "P-X") {id} k: sample(tissue: null, first: 1) {tissue} l: subject(submitter_id: "S1") {samples(sample_type: "y") {submitter_id} _samples_count(sample_type: "y")}}' |
  jq -c '.data | to_entries[] | [.key, .value]' | expect '["a",[{"n":"A1"}]]' '["b",[{"submitter_id":"A2"}]]' '["c",[{"submitter_id":"C"}]]' \
    '["d",[{"submitter_id":"F"}]]' '["e",[{"submitter_id":"A1"}]]' '["f",[{"submitter_id":"A1"}]]' '["g",[{"submitter_id":"S25"},{"submitter_id":"S250"}]]' \
    '["h",2]' "$(graph '{i: node(of_type: ["sample"], quick_search: "2") {__typename}}' | jq -c '["i", .data.i]')" '["j",[]]' '["k",[{"tissue":null}]]' \
    '["l",[{"samples":[{"submitter_id":"A2"}],"_samples_count":1}]]'
graph '{node(first: 1) {type id project_id submitter_id state created_datetime} program {type} project {type __typename}}' | jq -c '.data | del(.node[0].id)' |
  expect '{"node":[{"type":"program","project_id":null,"submitter_id":null,"state":null,"created_datetime":null}],"program":[{"type":"program"}],"project":[{"type":"project","__typename":"project"}]}'

# The language: comments, commas, aliases, escapes, objects, variables as a text, what the sandbox hasn't.
graph '# all
query Names($list: [String!] = ["x\u00e9\n"], $none: String, $o: X = {a: {b: [1, -2.5e3]}}) { sample(sample_type: $list, tissue: $none, ) { id, } , count: _sample_count(submitter_id: """A1""") id: _sample_count }' |
  jq -c .data | expect '{"sample":[],"count":1,"id":2}'
jq -n '{query: "query($x: String) {_sample_count(sample_type: $x)}", variables: "{\"x\": \"y\"}"}' | json "$api/graphql" -d @- | jq -c . | expect '{"data":{"_sample_count":1}}'
while IFS='|' read -r query words; do
  graph "$query" >answer
  jq -c '[.data, .errors]' answer | expect "$(jq -nc --arg words "$words" '[null, [$words]]')"
done <<'QUERIES'
{sample {x}}|Cannot query field "x" on type "sample".
{things {id}}|Cannot query field "things" on type "Root".
{id}|Cannot query field "id" on type "Root".
{node {sample_type}}|Cannot query field "sample_type" on type "node".
{node {samples {id}}}|Cannot query field "samples" on type "node".
{sample}|Field "sample" of type "[sample]" must have a sub selection.
{sample {id {id}}}|Field "id" of type "String" must not have a sub selection.
{_sample_count {id}}|Field "_sample_count" of type "Int" must not have a sub selection.
{sample {id(first: 1)}}|Unknown argument on field "id" of type "sample".
{sample(colour: "red") {id}}|Argument "colour" of field "sample" is unknown
{sample(of_type: "sample") {id}}|Argument "of_type" of field "sample" is unknown
{sample(first: "1") {id}}|Argument "first" of field "sample" must be an Int that is not negative
{sample(offset: -1) {id}}|Argument "offset" of field "sample" must be an Int that is not negative
{sample(order_by_asc: "x") {id}}|Argument "order_by_asc" of field "sample" must be a property
{sample(sample_type: {a: 1}) {id}}|Argument "sample_type" of field "sample" must be a value or a list of values
{sample {id} sample {type}}|The sandbox doesn't merge fields: "sample" is there twice
|Syntax Error GraphQL (1:1) Expected {, found EOF
{sample {id}|Syntax Error GraphQL (1:13) Expected Name, found EOF
{sample {}}|Syntax Error GraphQL (1:10) Expected Name, found }
{sample() {id}}|Syntax Error GraphQL (1:9) Expected Name, found )
{sample(first 1) {id}}|Syntax Error GraphQL (1:15) Expected :, found 1
{sample(first: ) {id}}|Syntax Error GraphQL (1:16) Expected a value, found )
{sample(id: "x) {id}}|Syntax Error GraphQL (1:13) Unterminated string
{sample(id: "\x") {id}}|Syntax Error GraphQL (1:13) Unterminated string
{sample {id} ; }|Syntax Error GraphQL (1:14) Unexpected character ";"
{sample(first: 99999999999999999999) {id}}|Syntax Error GraphQL (1:16) The number 99999999999999999999 is too large
{sample(first: $n) {id}}|Variable "$n" is not defined.
query ($n: Int!) {sample(first: $n) {id}}|Variable "$n" of a required type was not provided.
{sample {...x}} fragment x on sample {id}|The sandbox has no fragments: write their fields in place
{sample {id @skip(if: true)}}|The sandbox has no directives
mutation {x}|The sandbox answers queries only
{_sample_count} {_node_count}|The sandbox answers one operation a request
QUERIES
deep=$(printf '{subject%.0s' {1..200})
graph "$deep" | jq -r .errors[0] | expect 'The query is nested deeper than 64'
graph '{sample(first: 1) {id id submitter_id}}' | jq -c '.data.sample[0] | keys' | expect '["id","submitter_id"]'
for wrong in '' '[]' '{}' '{"query":5}' '"x"'; do code json "$api/graphql" -d "$wrong" | expect 400; done
code json "$api/graphql" -d '{"query":"{sample {x}}"}' | expect 400
stop_sandboxes

# Gateways that take no large bodies, or no time.
use_sandbox --submission-limit 8 --submission-patience 4
make_project
subjects 1 9 | code tsv -X PUT "$api/P/Q" | expect 413
expect_text answer '413 Request Entity Too Large'
subjects 1 8 | code tsv -X PUT "$api/P/Q" | expect 504
expect_text answer '504 Gateway Time-out'
subjects 1 4 | code tsv "$api/P/Q" | expect 201
stop_sandboxes

# Graph queries that take too long, and fields that fail beside others.
use_sandbox --graph-patience 20 --graph-failure 'sample:no samples: today' --graph-failure '_node_count:too many'
make_project
subjects 1 21 | tsv -X PUT "$api/P/Q" >/dev/null
for query in '{subject(first: 21) {id}}' '{subject(first: 0) {id}}' '{project {code} subject(first: 100) {id}}'; do
  graph "$query" | jq -c '[.data, (.errors[0] | test("^Query exceeded 20.0 second timeout.  Please reduce query complexity and try again. "))]' | expect '[{},true]'
done
graph '{subject(first: 0, offset: 1) {id}}' | jq '.data.subject | length' | expect 20
graph '{a: subject(first: 1) {age} b: sample {id} _node_count project {code}}' >answer
jq -c . answer | expect '{"data":{"a":[{"age":1}],"b":null,"_node_count":null,"project":[{"code":"Q"}]},"errors":["no samples: today","too many"]}'
code json "$api/graphql" -d '{"query":"{sample {id}}"}' | expect 400
expect_status 2 g3-sandbox --graph-failure sample
stop_sandboxes

# A token that has expired is the gateway's to refuse.
use_sandbox --token-lifetime 2 --api-key-file key
token=$(curl -s -H 'Content-Type: application/json' -d @key "$SANDBOX/user/credentials/api/access_token" | jq -r .access_token)
code curl -s -H "Authorization: Bearer $token" "$api/" | expect 200
code curl -s -H "Authorization: Bearer $token" "$api/graphql" -d '{"query":"{_node_count}"}' | expect 200
until [ "$(code curl -s -H "Authorization: Bearer $token" "$api/")" = 401 ]; do sleep 0.1; done
code curl -s -H "Authorization: Bearer $token" "$api/graphql" -d '{"query":"{_node_count}"}' | expect 401
