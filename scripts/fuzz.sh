#!/usr/bin/env bash
# Fuzzes every parser for a bounded time, under libFuzzer and the address sanitizer.
#
# Each file Fuzz/<Name>.swift is one target: it defines LLVMFuzzerTestOneInput through @_cdecl. Its second line may name
# the rooms that it imports: `// rooms: KubeCore YAML`. Fuzz/corpus/<Name>/ holds checked-in first inputs; what the
# fuzzer finds on top of them stays in the scratch folder, and an input that crashes is written to .build/fuzz/crashes.
# usage: scripts/fuzz.sh [seconds for each target] [name of one target]
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${1:-60}
only=${2:-}
scratch=.build/fuzz
swift_build=(swift build --quiet --scratch-path "$scratch" --sanitize=address -Xswiftc -sanitize=fuzzer)

# The rooms are compiled with the fuzzer's coverage counters; their objects go into one archive, from which the linker
# takes what a target needs.
build_rooms() {
    local room modules
    for room in "$@"; do
        "${swift_build[@]}" --target "$room" >&2
    done
    modules=$("${swift_build[@]}" --show-bin-path)
    rm -f "$modules/librooms.a"
    find "$modules" -name '*.o' -path '*.build/*' -print0 | xargs -0 ar rc "$modules/librooms.a"
    echo "$modules"
}

fuzz() {
    local file=$1 name rooms modules found
    name=$(basename "$file" .swift)
    read -ra rooms <<<"$(sed -n 's|^// rooms: ||p' "$file" | head -n 1)"
    [ ${#rooms[@]} -gt 0 ] || fail "$file has no line '// rooms: <imported rooms>'"
    modules=$(build_rooms "${rooms[@]}")
    local maps=()
    local map
    for map in Sources/*/module.modulemap; do maps+=(-Xcc "-fmodule-map-file=$map"); done
    swiftc -use-ld=lld -parse-as-library -sanitize=fuzzer,address -swift-version 6 "${maps[@]}" -I "$modules/Modules" \
        "$file" "$modules/librooms.a" -lcurl -lssl -lcrypto -lyaml -o "$modules/fuzz-$name"

    found=$scratch/corpus/$name
    mkdir -p "$found" "$scratch/crashes" "Fuzz/corpus/$name"
    say "fuzzing $name for $seconds s"
    # Swift's own crash handler would hide the input from the fuzzer.
    SWIFT_BACKTRACE=enable=no LSAN_OPTIONS="suppressions=$repository/scripts/lsan.supp" \
        "$modules/fuzz-$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$scratch/crashes/$name-" "$found" "Fuzz/corpus/$name" >"$scratch/$name.log" 2>&1 || {
        tail -n 60 "$scratch/$name.log" >&2
        fail "fuzzing $name found a failure; the input is in $scratch/crashes"
    }
    grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$scratch/$name.log" >&2
}

cd "$repository"
shopt -s nullglob
targets=(Fuzz/*.swift)
[ ${#targets[@]} -gt 0 ] || say "no fuzz targets"
for target in "${targets[@]}"; do
    [ -z "$only" ] || [ "$only" = "$(basename "$target" .swift)" ] || continue
    fuzz "$target"
done
