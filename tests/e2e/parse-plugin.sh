# g3-parse --plugin: fields made by a shared object; rows left out, rejected, made into several records.
. "$E2E/lib.sh"

build() { cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -shared -fPIC -I "$TOP/lib/include" "$@"; }
build "$TOP/tests/plugin/sdk.c" -o sdk.so
cat >m.csv <<'END'
object,bytes,locations,state,aliases,md5sum,note
a,"1,234",s3://b/x y;gs://c/z,,,0b,n
b,7,s3://b/1,deleted,,,
c,12345678901234567890123456789012345678,,,,,
d,1e3,s3://b/d,,,,
e,5,s3://b/e,,f;g,0c,
END
g3-parse -q --plugin sdk.so --plugin-settings dg.4503/ --reject rejects m.csv >out || [ $? = 1 ]
cat >want <<'END'
{"guid":"dg.4503/a","urls":["s3://b/x y","gs://c/z"],"md5":"0b","file_size":1234,"note":"n"}
{"guid":"dg.4503/e","urls":["s3://b/e"],"md5":"0c","file_size":5,"note":null}
{"guid":"dg.4503/f","urls":["s3://b/e"],"md5":"0c","file_size":5,"note":null}
{"guid":"dg.4503/g","urls":["s3://b/e"],"md5":"0c","file_size":5,"note":null}
END
expect_same want out
jq -r '"\(.line) \(.reason)"' rejects | expect_same <(printf '4 file_size is no number that anybody could mean\n5 file_size "1e3" is not a whole number\n') -
# The same rows as JSON lines, and from standard input.
g3-parse --kind raw m.csv | g3-parse -q --plugin ./sdk.so --plugin-settings dg.4503/ >out || [ $? = 1 ]
sed 's/"note":null/"note":""/' want | expect_same - out

# What can't be loaded.
expect_status 3 g3-parse --plugin sdk.so m.csv
expect_text err "give the GUIDs' prefix"
expect_status 3 g3-parse --plugin missing.so m.csv
expect_text err "can't be loaded"
echo 'int x;' >none.c
build none.c -o none.so
expect_status 3 g3-parse --plugin none.so m.csv
expect_text err 'is no plugin'
sed 's/\.abi = G3_PLUGIN_ABI/.abi = 77/' "$TOP/tests/plugin/sdk.c" >old.c
build old.c -o old.so
expect_status 3 g3-parse --plugin old.so --plugin-settings x m.csv
expect_text err 'another version'
expect_status 2 g3-parse --plugin sdk.so --rules x m.csv
expect_status 2 g3-parse --plugin-settings x m.csv
