# The manual: every tool has its page, with all its options and operations, and a man page that roff takes without a
# warning; each block of the pages does what it says; examples name options that there are.
. "$E2E/lib.sh"

tools=$(cd "$BIN" && ls -d g3*)
"$TOP/scripts/make-manual" "$BIN" manual $tools
expect_same <(printf '%s.md\n' $tools | sort) <(cd "$TOP/docs" && printf '%s\n' g3*.md | sort)

for tool in $tools; do
  page=manual/$tool.md man=manual/$tool.1
  # What the help lists (columns of options and operations) stands in both.
  "$BIN/$tool" --help | sed -nE 's/^ +(-., )?--([a-z0-9-]+).*/\2/p' >options
  [ "$(wc -l <options)" -ge 3 ] || fail "$tool --help lists no options"
  while read -r option; do
    grep -qE -- "^- \`(-., )?--$option[ \`]" $page || fail "$page lacks --$option"
    grep -qE -- "^\\\\fB(\\\\-., )?\\\\-\\\\-${option//-/'\\-'}(\\\\fR| )" $man || fail "$man lacks --$option"
  done <options
  "$BIN/$tool" --help | awk '/^Operations:/ { on = 1; next } !/^  / { on = 0 } on { print $1 }' |
    while read -r operation; do grep -qE "^- \`$operation[ \`]" $page || fail "$page lacks $operation"; done
  for section in Description 'Exit status' Examples 'See also'; do
    grep -qx "## $section" $page || fail "$page has no section $section"
  done
  mandoc -T lint -W warning $man >lint 2>&1 && [ ! -s lint ] || fail "$(cat lint)"
  groff -man -ww -T utf8 $man 2>lint >shown && [ ! -s lint ] || fail "$(cat lint)"
  mandoc -T ascii $man | col -b >shown
  for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS'; do
    grep -qx "$section" shown || fail "$man has no section $section"
  done
done

# Names of pages, and of files that documents lead to, are there.
for document in "$TOP"/*.md "$TOP"/docs/*.md; do
  { grep -oE '\]\([^)#]+' "$document" || true; } | sed -e 's/^](//' -e '/^https*:/d' |
    while read -r file; do [ -e "${document%/*}/$file" ] || fail "$document: there is no $file"; done
  sed -n 's/^##* //p' "$document" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9_\n-' >headings
  { grep -oE '\]\(#[^)]+' "$document" || true; } | sed 's/^](#//' |
    while read -r heading; do grep -qx -- "$heading" headings || fail "$document: there is no heading $heading"; done
done

# Examples that are not run: options of a tool stand in its table.
for tool in $tools; do "$BIN/$tool" --help >help.$tool; done
for document in "$TOP"/README.md "$TOP"/docs/*.md; do
  awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' "$document" |
    sed -e ':join' -e '/\\$/{N; s/\\\n//; b join' -e '}' -e 's/[|;&(>]/\n/g' |
    while read -r tool words; do
      case " $(echo $tools) " in *" $tool "*) ;; *) continue ;; esac
      [ $tool != g3 ] || continue
      for word in $words; do
        case $word in --*) grep -qE -- "^ +(-., )?${word%%=*}( |\$)" help.$tool || fail "$document: $tool has no $word" ;; esac
      done
    done
done

# Each page's blocks, in a commons of its own.
unset GEN3_ENDPOINT
for tool in $tools; do
  mkdir blocks && cd blocks
  start_documents_commons
  (cd work && run_document "$TOP/docs/$tool.md" 1)
  stop_sandboxes
  cd .. && rm -rf blocks
done
