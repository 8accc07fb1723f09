# Turns a reference page into a man page (man macros). Of Markdown it knows what docs/g3-*.md use: headings,
# paragraphs, fenced code, lists of one level, tables of two columns, code, emphasis, links.
#
# usage: awk -v date=2026-01-31 -v version='g3tools 0.1.0' -f man.awk g3-parse.md

# Characters that roff would take for its own, or print as another one.
function escape(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/'/, "\\(aq", text)
  gsub(/`/, "\\(ga", text)
  gsub(/\^/, "\\(ha", text)
  gsub(/~/, "\\(ti", text)
  return text
}

# A line of its own must not look like a request.
function guard(line) { return line ~ /^[.']/ ? "\\&" line : line }

function link(text, address) {
  if (address ~ /^g3[-a-z]*\.md$/) { sub(/\.md$/, "", address); return "\\fB" escape(address) "\\fR(1)" }
  return inline(text) (address ~ /^https?:/ ? " <" escape(address) ">" : "")
}

# The text in front of `mark`, which is left in `rest`'s place with all behind it; "" where there is none.
function take(mark,   at) {
  at = index(rest, mark)
  if (!at) return ""
  taken = substr(rest, 1, at - 1)
  rest = substr(rest, at + length(mark))
  return taken
}

function inline(text,   done, saved, inside, at) {
  saved = rest
  rest = text
  while (match(rest, /[\\`*[]/)) {
    done = done escape_text(substr(rest, 1, RSTART - 1))
    at = substr(rest, RSTART, 1)
    rest = substr(rest, RSTART + 1)
    if (at == "\\") { done = done escape(substr(rest, 1, 1)); rest = substr(rest, 2) }
    else if (at == "`") done = done "\\fB" escape(take("`")) "\\fR"
    else if (substr(rest, 1, 1) == "*") { rest = substr(rest, 2); done = done "\\fB" escape_text(take("**")) "\\fR" }
    else if (at == "*") done = done "\\fI" escape_text(take("*")) "\\fR"
    else { inside = take("]("); done = done link(inside, take(")")) }
  }
  done = done escape_text(rest)
  rest = saved
  return done
}

# Prose keeps its hyphens and apostrophes.
function escape_text(text) {
  text = escape(text)
  gsub(/\\-/, "-", text)
  gsub(/--/, "\\-\\-", text)
  gsub(/\\\(aq/, "'", text)
  return text
}

# Ends what the lines before have begun.
function flush(   head) {
  if (kind == "purpose") print ".SH NAME\n" name " \\- " inline(buffer)
  else if (kind == "text") { if (!first) print ".PP"; print guard(inline(buffer)) }
  else if (kind == "item" && buffer ~ /^`[^`]*`: /) {
    head = index(buffer, "`: ")
    print ".TP\n" guard(inline(substr(buffer, 1, head))) "\n" guard(inline(substr(buffer, head + 3)))
  }
  else if (kind == "item") print ".IP \\(bu 2\n" guard(inline(buffer))
  if (kind != "") first = 0
  kind = buffer = ""
}

function print_row(row,   cells) {
  flush()
  sub(/^\| */, "", row); sub(/ *\|$/, "", row)
  gsub(/\\\|/, "\001", row)
  if (split(row, cells, / *\| */) != 2) { print "man.awk: a table has two columns: " row >"/dev/stderr"; exit failed = 1 }
  gsub(/\001/, "|", cells[1]); gsub(/\001/, "|", cells[2])
  print ".TP\n" guard(inline(cells[1])) "\n" guard(inline(cells[2]))
  first = 0
}

code && /^```/ { print ".fi\n.RE"; code = 0; first = 0; next }
code { print guard(escape($0)); next }
/^```/ { flush(); if (!first) print ".PP"; print ".RS 4\n.nf"; code = 1; next }
/^# / { name = escape($2); print ".TH " toupper(name) " 1 \"" date "\" \"" version "\" \"g3tools\""; title = 1; next }
/^## / { flush(); sub(/^## /, ""); print ".SH " toupper(inline($0)); first = 1; next }
/^### / { flush(); sub(/^### /, ""); print ".SS " inline($0); first = 1; next }
/^<!--.*-->$/ { next }
/^\|[- |]*\|$/ { next } # under a table's head
/^\|/ { if (row++) print_row($0); next }
/^$/ { flush(); row = 0; next }
/^- / { flush(); kind = "item"; sub(/^- /, "") }
{
  sub(/^ +/, "")
  if (kind == "") { kind = title ? "purpose" : "text"; title = 0 }
  buffer = buffer (buffer == "" ? "" : " ") $0
}
END { if (!failed) flush() }
