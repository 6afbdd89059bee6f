#!/usr/bin/env bash
# Puts the jars of a real Apache Kafka broker into target/lib and checks each against SHA256SUMS.
# Usage: assemble.sh [--update]   --update accepts what Maven resolved and rewrites SHA256SUMS.
# Does nothing if the jars are there and right. Needs Java 17 or later; to fetch, also Maven.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
readonly SUMS=SHA256SUMS LIB=target/lib FETCHED=target/fetched

fail() {
    printf 'assemble.sh: %s\n' "$*" >&2
    exit 1
}

# sha256sum alone would not notice a jar that nobody listed.
unlisted() {
    comm -13 <(sed 's/^[0-9a-f]*  //' "$SUMS" | LC_ALL=C sort) \
        <(find "$1" -mindepth 1 -printf '%P\n' | LC_ALL=C sort)
}

verify() {
    (cd "$1" && sha256sum --check --strict --quiet "../../$SUMS") && [[ -z "$(unlisted "$1")" ]]
}

check_java() {
    command -v java >/dev/null ||
        fail 'java is missing. Install Java 17 or later, on Debian: apt-get install openjdk-17-jre-headless'
    local version
    version="$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p;T;q')"
    [[ "${version:-0}" -ge 17 ]] || fail "Java ${version:-of unknown version} is too old: Kafka needs 17 or later."
}

fetch() {
    command -v mvn >/dev/null || fail 'mvn is missing. Install Maven, on Debian: apt-get install maven'
    rm -rf "$FETCHED"
    mvn --batch-mode --quiet -Dstyle.color=never --strict-checksums -Dlib.folder="$FETCHED" package ||
        fail 'Maven could not fetch the jars; its messages are above. Is Maven Central reachable from here?'
}

update=no
case "${1-}" in
'') ;;
--update) update=yes ;;
*)
    printf 'Usage: %s [--update]\n' "$0" >&2
    exit 2
    ;;
esac
[[ $# -le 1 ]] || fail 'too many arguments'

check_java
mkdir -p target
exec 9>target/.lock
flock 9

if [[ $update == no && -d $LIB && -f $SUMS ]] && verify "$LIB" 2>/dev/null >&2; then
    exit 0
fi
rm -rf "$LIB"
fetch
if [[ $update == yes ]]; then
    (cd "$FETCHED" && LC_ALL=C sha256sum -- *.jar) >"$SUMS"
elif [[ ! -f $SUMS ]]; then
    fail "$SUMS is missing. Get it back from version control; do not make it anew unseen."
elif ! verify "$FETCHED"; then
    unlisted "$FETCHED" | sed 's/^/not listed: /' >&2
    fail "the jars in deploy/kafka/$FETCHED are not those in $SUMS; the broker was not assembled."
fi
mv "$FETCHED" "$LIB"
printf 'Kafka broker assembled: %s jars in deploy/kafka/%s\n' "$(find "$LIB" -name '*.jar' | wc -l)" "$LIB"
