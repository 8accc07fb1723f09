# make install: tools run from where they were put; plugins in C and C++ are built with what was installed, in a folder
# that has nothing else. Programs with the library: library.sh.
. "$E2E/lib.sh"

prefix=$PWD/prefix build=${BIN%/bin}
run_make() { env -u MAKEFLAGS -u MAKELEVEL make -s -C "$TOP" PREFIX="$prefix" "$@"; }
if [ -f "$build/libg3.a" ]; then
  run_make BUILD="$build" -o all -o "$build/libg3.a" install # -o: what is built, not built anew
  ls "$prefix/bin" | expect_same - <(ls "$prefix/share/man/man1" | sed 's/.1$//' | sort)
  ls "$prefix/bin" | expect_same - <(ls "$prefix/share/bash-completion/completions")
  ls "$prefix/bin" | expect_same - <(ls "$prefix/share/zsh/site-functions" | sed 's/^_//' | sort)
  ls "$prefix/bin" | expect_same - <(ls "$prefix/share/fish/vendor_completions.d" | sed 's/.fish$//' | sort)
  (cd "$prefix/share/g3tools/pipelines" && find . -type f) | sort | expect_same <(cd "$TOP/pipelines" && find . -type f | sort) -
  "$prefix/share/g3tools/pipelines/shard" 2 3 'echo $SHARD' | expect_same <(echo 2/3) -
  export PATH=$prefix/bin:$PATH
else # wrappers that run valgrind are nothing to install
  run_make install-headers
fi

# PKG_CONFIG_LIBDIR: g3.pc is found and needs no other package's.
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig PKG_CONFIG_LIBDIR=/nonexistent
pkg-config --cflags g3 | tr -d ' ' | expect_same <(echo "-I$prefix/include") -
mkdir elsewhere && cd elsewhere
cp "$TOP/tests/plugin/sdk.c" "$TOP/tests/plugin/units.cc" .

cc -shared -fPIC -o sdk.so sdk.c $(pkg-config --cflags g3)
printf 'object,bytes,locations,state\na,"1,234",s3://b/x;gs://c/z,\nb,7,,deleted\n' |
  g3-parse --plugin sdk.so --plugin-settings dg.4503/ |
  expect_same <(echo '{"guid":"dg.4503/a","urls":["s3://b/x","gs://c/z"],"file_size":1234}') -

c++ -shared -fPIC -Wall -Wextra -pedantic -Werror -o units.so units.cc $(pkg-config --cflags g3)
printf 'guid,amount\na,12 kB\nb,7\nc,3 GB\n' >amounts.csv
expect_status 1 g3-parse -q --plugin units.so --reject rejects amounts.csv
expect_same <(printf '{"guid":"a","file_size":12000}\n{"guid":"c","file_size":3000000000}\n') out
jq -r .reason rejects | expect_same <(echo 'file_size has no unit that is known here') -

run_make uninstall
find "$prefix" ! -type d | expect_same /dev/null -
