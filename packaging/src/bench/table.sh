# Sourced by packaging/bench: samples become rows, rows a table. Wants $work.
# shellcheck shell=bash
: "${work:?}"

# Microseconds since the epoch.
now() { echo "${EPOCHREALTIME/./}"; }

sample() { # SERIES VALUE
  echo "$2" >> "$work/series/$1"
}

# Milliseconds that a command takes.
timed() { # SERIES COMMAND...
  local began
  began=$(now)
  if ! "${@:2}" > "$work/log" 2>&1; then
    cat "$work/log" >&2
    return 1
  fi
  sample "$1" "$(($(now) - began))e-3"
}

# What takes turns in a round, so that each is as often before another as behind it.
in_turns() { # ROUND WHAT...
  printf '%s\n' "${@:2}" | if [ $(($1 % 2)) = 0 ]; then cat; else tac; fi
}

# Median, least, greatest and count of the numbers in the input.
spread() {
  sort -g | awk '{ v[NR] = $1 }
    END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; print m, v[1], v[NR], NR }'
}

median() { # SERIES
  spread < "$work/series/$1" | cut -d' ' -f1
}

# A row out of two series that were taken in the same rounds. The ratio is the median of the rounds' ratios, and it alone
# decides whether the bound is met: an awk expression in which b is the baseline's median.
pair() { # NAME UNIT SERIES BASELINE BOUND
  local ratio
  ratio=$(paste "$work/series/$3" "$work/series/$4" | awk '{ print $1 / $2 }' | spread)
  row "$1" "$2" "$(median "$3")" "$(median "$4")" "$5" "$ratio"
}

# A row that stands alone; its spread is that of the values.
single() { # NAME UNIT SERIES BOUND
  row "$1" "$2" "$(median "$3")" - "$4" "$(spread < "$work/series/$3")"
}

# What was taken once has no spread, and the table says so.
row() { # NAME UNIT VALUE BASELINE BOUND "MEDIAN LEAST GREATEST COUNT"
  local bound=$5
  if cut -f1 "$work/rows" 2> /dev/null | grep -qxF -e "$1"; then
    echo "two rows are named '$1'" >&2
    return 1
  fi
  [ "$bound" != - ] || bound='"-"'
  awk -v OFS='\t' -v name="$1" -v unit="$2" -v v="$3" -v b="$4" -v spread="$6" "BEGIN {
    bound = $bound; split(spread, r, \" \")
    form = b == \"-\" ? \"%.4g\" : \"%.2f\"
    shown = r[4] == 1 ? \"(once)\" : sprintf(\"(\" form \" to \" form \")\", r[2], r[3])
    if (b != \"-\") shown = sprintf(form, r[1]) \" \" shown
    judged = b == \"-\" ? v : r[1] * b
    print name, v, unit, b, shown, bound, bound == \"-\" ? \"-\" : judged <= bound ? \"yes\" : \"NO\" }" >> "$work/rows"
}

table() {
  awk -F'\t' 'function n(x) { return x == "-" ? "" : sprintf("%.4g", x) }
    BEGIN { print "| what | value | unit | baseline | ratio (spread) | budget | met |"
            print "| --- | ---: | --- | ---: | --- | ---: | --- |" }
    { printf "| %s | %s | %s | %s | %s | %s | %s |\n", $1, n($2), $3, n($4), $5, n($6), $7 == "-" ? "" : $7 }' "$work/rows"
}

json() {
  jq -Rn '{rows: [inputs | split("\t") | {name: .[0], value: (.[1] | tonumber), unit: .[2],
    baseline: (.[3] | if . == "-" then null else tonumber end), bound: (.[5] | if . == "-" then null else tonumber end)}]}' \
    "$work/rows"
}
