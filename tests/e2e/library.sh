# libg3 as others have it: headers that compile alone, in C and C++; a shared library with just what they declare; a
# program for each storey, built with what is installed, against either library.
. "$E2E/lib.sh"

# Each header by itself.
headers=$(cd "$TOP/lib/include" && find g3 -name '*.h' | sort)
for header in $headers; do printf '#include <%s>\nextern int unused;\n' "$header" >"$(echo "$header" | tr / _).c"; done
for source in ./*.c; do
  for compiler in gcc clang; do
    $compiler -std=c11 -Wall -Wextra -pedantic -Werror -I"$TOP/lib/include" -fsyntax-only "$source"
    $compiler -x c++ -std=c++17 -Wall -Wextra -pedantic -Werror -I"$TOP/lib/include" -fsyntax-only "$source"
  done
done
rm ./*.c

prefix=$PWD/prefix build=${BIN%/bin}
[ -f "$build/libg3.a" ] || { echo 'nothing is built that could be installed: the rest is not tested here'; exit 0; }
if nm "$build/libg3.a" | grep -E '__(a|t)san_' >/dev/null; then
  echo 'a sanitizer wants its own runtime: the rest is not tested here'
  exit 0
fi
env -u MAKEFLAGS -u MAKELEVEL make -s -C "$TOP" PREFIX="$prefix" BUILD="$build" -o all -o "$build/libg3.a" install

# What the shared library exports is what the headers declare: functions that are not inline, and the objects.
nm -D --defined-only "$prefix/lib/libg3.so" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort >exported
sed 's,/\*.*\*/,,; /\/\*/,/\*\//d' $(printf "$TOP/lib/include/%s " $headers) >declarations
grep -oE '\bg3_[a-z0-9_]+\(' declarations | tr -d '(' | sort -u >called
grep -E 'static inline' declarations | grep -oE '\bg3_[a-z0-9_]+\(' | tr -d '(' | sort -u >inline
grep -oE '^extern [^;]*\bg3_[a-z0-9_]+' declarations | grep -oE 'g3_[a-z0-9_]+$' | sort -u >objects
sed -nE 's/.*typedef .*\(?\*?(g3_[a-z0-9_]+)\)?\(.*/\1/p; s/.*typedef (struct|enum|union) (g3_[a-z0-9_]+).*/\2/p' declarations | sort -u >types
# g3_plugin_get is the plugins' to define.
comm -23 called inline | comm -23 - types | grep -vx g3_plugin_get | sort -u - objects | expect_same - exported
[ "$(wc -l <exported)" -gt 200 ]
readelf -d "$prefix/lib/libg3.so" | grep -q 'SONAME.*\[libg3.so.0\]' || fail 'another soname'
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig

# All of it is there for C++, under C's names.
mkdir cpp
{ printf '#include <%s>\n' $headers
  echo 'const void *const all[] = {'
  sed 's/.*/reinterpret_cast<const void *>(\&&),/' exported
  echo '}; int main() { return all[0] == nullptr; }'; } >cpp/all.cc
c++ -std=c++17 -Wall -Wextra -Werror -o cpp/all cpp/all.cc $(pkg-config --cflags --libs g3) "-Wl,-rpath,$prefix/lib"
cpp/all

# The examples.
cp "$TOP"/examples/*.c .
make_manifest 50 >manifest.csv
start_sandbox --load manifest.csv
printf 'a,b\n1,"2\n3"\n4\n"5\n' >odd.csv
printf 'guid\tsample\ndg.1/a\tS1\ndg.1/b\tS2\n' >index.tsv
printf 'sample,sex\nS2,female\nS3,male\n' >samples.csv
sed 's/,1003,/,7,/' manifest.csv | gzip >changed.csv.gz
run_examples() {
  ./base -n 3 a b c
  ./io changed.csv.gz copy.csv.zst && zstd -qdc copy.csv.zst | cksum
  ./table odd.csv
  ./record changed.csv.gz
  ./http "$SANDBOX/index/_status" "$SANDBOX/mds/_nothing" | cut -d ' ' -f 1 | sort
  ./commons "$SANDBOX"
  ./join samples.csv index.tsv sample
  ./run "$SANDBOX" changed.csv.gz 2>/dev/null || echo "status $?"
}
for way in '' --static; do
  [ -z "$way" ] || rm "$prefix"/lib/libg3.so*
  for source in *.c; do
    cc -std=c11 -O1 -Wall -Wextra -Werror -o "${source%.c}" "$source" $(pkg-config --cflags $way --libs g3) \
      $([ -n "$way" ] || echo "-Wl,-rpath,$prefix/lib")
  done
  run_examples >"out$way"
done
expect_same out out--static
zstd -dc copy.csv.zst | cmp - <(gunzip -c changed.csv.gz)
sed 4d out | expect_same <(cat <<END
a 1
b 2
c 0
line 5: a quote is not closed
3 rows, 5 cells
50 files, $(gunzip -c changed.csv.gz | awk -F, 'NR > 1 { sum += $6 } END { print sum }') bytes
200
404
50 files
dg.1/b	S2	female
$(gunzip -c changed.csv.gz | awk -F, '$6 == 7 { printf "{\"guid\":\"%s\",\"field\":\"file_size\",\"expected\":7,\"actual\":1003}", $1 }')
status 1
END
) -
