#!/usr/bin/env bash
# Runs the tests tagged `every-kvm`, which must already be compiled (./build does it), under a genuine kvm_amd:
#   scripts/test-on-kvm-amd.sh             with nested paging
#   MOTE_NPT=0 scripts/test-on-kvm-amd.sh  with shadow paging
#   scripts/test-on-kvm-amd.sh --prepare   runs no test: what is needed is compiled and fetched, and the machine comes up
# Each has one processor, so two can run at one time once everything is prepared (MOTE_PREPARED=1).
# Prints each test as it begins and ends, and JUnit's summary; the exit status is JUnit's (1: a test failed, 2: no test found).
# MOTE_TAG=name runs the tests of another tag, MOTE_CLASSES=regex only those of some classes, MOTE_SECONDS=n ends it
# after n seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .mvn/find-jdk.sh
find_jdk || exit 125

junit=$(sed -n 's:.*<junit.version>\(.*\)</junit.version>.*:\1:p' pom.xml)
console=target/kvm-amd/junit-platform-console-standalone-$junit.jar

modules=(machine linux values json trees sandbox store cli functions server conformance)

# The class path of the tests of all modules, and JUnit's own launcher; Maven is not there in the emulated machine.
prepare() {
  mkdir -p target/kvm-amd
  ./build --batch-mode --quiet test-compile dependency:build-classpath -DincludeScope=test \
    -Dmdep.outputFile=target/test.classpath
  [ -f "$console" ] || ./build --batch-mode --quiet --non-recursive dependency:copy \
    -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit" -DoutputDirectory=target/kvm-amd
}

case ${1:-} in
  --prepare)
    prepare
    exec scripts/on-kvm-amd.sh true
    ;;
  '') [ -n "${MOTE_PREPARED:-}" ] || prepare ;;
  *)
    echo "usage: $0 [--prepare]" >&2
    exit 2
    ;;
esac
roots=
path=$PWD/$console
for module in "${modules[@]}"; do
  path+=:$PWD/$module/target/classes
  if [ -d "$module/target/test-classes" ]; then
    path+=:$PWD/$module/target/test-classes
    roots+=${roots:+:}$PWD/$module/target/test-classes
  fi
done
[ -n "$roots" ] || {
  echo "No compiled tests here." >&2
  exit 2
}
libraries=$(cat "${modules[@]/%//target/test.classpath}" 2>/dev/null | tr ':' '\n' | grep '\.jar$' |
  grep -v -e '/org/junit/' -e '/mote-[a-z]*-' | sort -u | tr '\n' ':')

java=("$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx1g --enable-native-access=ALL-UNNAMED
  -Djdk.virtualThreadScheduler.parallelism=16
  -cp "$path:$libraries" org.junit.platform.console.ConsoleLauncher execute
  "--scan-class-path=$roots" --include-engine=junit-jupiter "--include-tag=${MOTE_TAG:-every-kvm}"
  "--include-classname=${MOTE_CLASSES:-.*}" --fail-if-no-tests --details=testfeed --disable-ansi-colors --disable-banner)
# What the tests run is where it is on this machine.
scripts/on-kvm-amd.sh "export PATH=$(printf '%q' "$PATH") && cd $(printf '%q' "$PWD") && $(printf '%q ' "${java[@]}")"
