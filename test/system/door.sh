#!/bin/sh
# The door itself: its verbs, its exit codes, and what it says when packages
# are missing and it may not install them.
# timeout: 60
set -eu
cd "${SOURCE_DIR:?}"
scratch=${TEST_DIR:?}

fail() {
    echo "door: $*" >&2
    exit 1
}

for verb in deps build demo run test check sim bench fuzz fmt; do
    ./dev help | grep -q "^  $verb " || fail "help does not name $verb"
done
code=0
./dev no-such-verb >/dev/null 2>&1 || code=$?
[ "$code" -eq 2 ] || fail "an unknown verb gave exit code $code"

# From another folder: the caller's folder must not matter.
(cd "$scratch" && "$SOURCE_DIR/dev" help >/dev/null) || fail "not from afar"

# A machine on which nothing is installed and nobody is root or has sudo.
mkdir "$scratch/bin"
for tool in sh sed tr mkdir dirname cat nproc sort; do
    ln -s "$(command -v $tool)" "$scratch/bin/$tool"
done
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/dpkg-query"
printf '#!/bin/sh\necho 1000\n' >"$scratch/bin/id"
chmod +x "$scratch/bin/dpkg-query" "$scratch/bin/id"
code=0
PATH=$scratch/bin TELEMARK_DEPS='' ./dev deps >"$scratch/out" 2>&1 || code=$?
[ "$code" -eq 1 ] || fail "missing packages gave exit code $code"
grep -q 'apt-get install' "$scratch/out" || fail "no word of what to do"
for name in build-essential libre-dev libcmocka-dev; do
    grep -q -- "$name" "$scratch/out" || fail "$name is not named"
done
PATH=$scratch/bin TELEMARK_DEPS=skip ./dev deps || fail "skip does not skip"

# A machine that is not a Debian.
rm "$scratch/bin/dpkg-query"
code=0
PATH=$scratch/bin TELEMARK_DEPS='' ./dev deps >"$scratch/out" 2>&1 || code=$?
[ "$code" -eq 1 ] && grep -q TELEMARK_DEPS=skip "$scratch/out" ||
    fail "no word for other systems"
echo "door: all as promised"
