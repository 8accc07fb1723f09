# The completions for bash, zsh and fish, each in its shell: options, choices, files, folders, operations.
. "$E2E/lib.sh"

for shell in bash zsh fish; do
  command -v $shell >/dev/null || fail "$shell is not there: scripts/setup check"
  mkdir $shell
done
for tool in "$BIN"/g3*; do
  name=${tool##*/}
  "$tool" --generate bash >bash/$name
  "$tool" --generate zsh >zsh/_$name
  "$tool" --generate fish >fish/$name.fish
done
g3-parse --generate=bash | expect_same bash/g3-parse -
expect_status 2 g3-parse --generate tcsh
expect_text err '--generate takes markdown, bash, zsh or fish'
generated=$PWD
mkdir work && cd work
mkdir folder && touch 'a b.csv' m.csv

# What bash offers for a line: words are parted as readline does it, at blanks and around '='.
bash_offers() { # LINE
  bash --norc -c '
    read -ra COMP_WORDS <<<"${2//=/ = }"
    [[ $2 != *" " ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    source "$1/bash/${COMP_WORDS[0]}"
    spec=$(complete -p "${COMP_WORDS[0]}")
    spec=${spec#*-F }
    ${spec%% *}
    [[ ${#COMPREPLY[@]} = 0 ]] || printf "%s\n" "${COMPREPLY[@]}"' bash "$generated" "$1" | sort
}

fish_offers() { # LINE
  XDG_DATA_HOME=$generated XDG_CONFIG_HOME=$generated fish --no-config -c '
    source $argv[1]/fish/(string split -f 1 " " $argv[2]).fish
    complete -C $argv[2]' "$generated" "$1" | cut -f 1 | sort
}

# What zsh offers: a shell on a terminal of its own gets the line and a tab; compadd tells what it is given.
zsh_offers() { # LINE
  rm -f ../offered ../ended
  zsh -f -c '
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "source $1/driver.zsh"
    zpty -r shell seen "*driven*"
    zpty -w -n shell "$2"$'"'\\t\\x18'"'
    for ((i = 0; i < 200; i++)); do [[ -e ../ended ]] && break; sleep 0.05; done
    zpty -d shell' zsh "$generated" "$1"
  [ -e ../ended ] || fail "zsh did not come to an end: $1"
  [ ! -e ../offered ] || sort -u ../offered
}
cat >../driver.zsh <<'END'
PS1='' TERM=dumb
fpath=("${${(%):-%x}:h}/zsh" $fpath)
autoload -Uz compinit && compinit -u -d "${${(%):-%x}:h}/dump"
compadd() {
  if [[ "${@[1,(i)(-|--)]}" == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -O hits "$@"
  (( $#hits )) && print -rl -- $hits >>../offered
  builtin compadd "$@"
}
tell_end() { : >../ended }
zle -N tell_end
bindkey '^X' tell_end
bindkey '^I' complete-word
print -r driv''en
END

offers() { # SHELL LINE WORD...: these words and no others
  local shell=$1 line=$2
  shift 2
  { [ $# = 0 ] || printf '%s\n' "$@"; } | sort >../expected
  "${shell}_offers" "$line" >../actual
  diff -u ../expected ../actual >&2 || fail "$shell, for '$line'"
}

for shell in bash fish zsh; do
  for tool in "$BIN"/g3*; do # each can be loaded
    offers $shell "${tool##*/} --versio" --version
  done
  # -- choices, behind a space; more of them by their beginning
  offers $shell 'g3-parse --to ' ndjson csv tsv
  offers $shell 'g3-verify --lookup s' sweep single
  offers $shell 'g3-diff -k m' metadata
  # -- options
  offers $shell 'g3-parse --check' --check --check-format
  offers $shell 'g3-index --qu' --query --quiet
  # -- operations, also behind options and their values, but once only; then files
  offers $shell 'g3-index new' new-version
  offers $shell 'g3-job ' run wait status output list health version
  offers $shell 'g3-index -q -e URL new' new-version
  offers $shell 'g3-index --endpoint=URL new' new-version
  offers $shell 'g3-index create m' m.csv
  # -- files: as operands and values; folders; neither, where that makes no sense
  offers $shell 'g3-parse m' m.csv
  offers $shell 'g3-parse -o m' m.csv
  offers $shell 'g3-fetch-index --resume m' m.csv
  offers $shell 'g3-fetch-index -j m'
  offers $shell 'g3-fetch-index m'
done
# Spelt as each shell has them.
offers bash 'g3-parse --to=c' csv
offers fish 'g3-parse --to=c' --to=csv
offers zsh 'g3-parse --to=c' csv
offers bash 'g3-parse --tmpdir f' folder
offers fish 'g3-parse --tmpdir f' folder/
offers zsh 'g3-parse --tmpdir f' folder
offers bash 'g3-parse a' 'a b.csv'
offers zsh 'g3-parse a' 'a\ b.csv' # as it is inserted
