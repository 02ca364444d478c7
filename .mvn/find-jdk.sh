# Sourced by ./build and ./mote: find_jdk sets `jdk` to the home of a JDK 25 or newer, or explains and returns 1.
# It reads the `release` file that every JDK has: starting `java -version` would cost 50 ms for each candidate.
# Builtins only where it can: this runs at every start of ./mote.

jdk_wanted=25

# Sets jdk_version to the version in a JDK's release file (25.0.3), or to nothing.
jdk_version_of() {
  jdk_version=
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      JAVA_VERSION=*)
        jdk_version=${line#JAVA_VERSION=}
        jdk_version=${jdk_version//\"/}
        return 0
        ;;
    esac
  done <"$1/release"
  return 1
}

jdk_fits() {
  jdk_version_of "$1" || return 1
  local major=${jdk_version%%[!0-9]*}
  [ -n "$major" ] && [ "$major" -ge "$jdk_wanted" ]
}

# Sets java_in_path to the first `java` in the PATH. As `command -v`, which would need a process for its answer.
find_java_in_path() {
  local rest=${PATH:-}: directory
  while [ -n "$rest" ]; do
    directory=${rest%%:*}
    rest=${rest#*:}
    java_in_path=${directory:-.}/java
    [ -x "$java_in_path" ] && [ ! -d "$java_in_path" ] && return 0
  done
  return 1
}

find_jdk() {
  local candidate java
  jdk=
  if [ -n "${MOTE_JAVA_HOME:-}" ]; then
    # Asked for by name: another one in its place would surprise.
    if jdk_fits "$MOTE_JAVA_HOME"; then
      jdk=$MOTE_JAVA_HOME
      return 0
    fi
    echo "MOTE_JAVA_HOME is $MOTE_JAVA_HOME, which is not a JDK $jdk_wanted or newer (${jdk_version:-no JDK there}). Correct it or unset it." >&2
    return 1
  fi
  if [ -n "${JAVA_HOME:-}" ] && jdk_fits "$JAVA_HOME"; then
    jdk=$JAVA_HOME
    return 0
  fi
  if find_java_in_path && java=$(readlink -f "$java_in_path"); then
    candidate=${java%/bin/java}
    if jdk_fits "$candidate"; then
      jdk=$candidate
      return 0
    fi
  fi
  for candidate in /usr/lib/jvm/* /opt/java/* /opt/jdk* \
    "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* "${HOME:-}"/.jdks/*; do
    if jdk_fits "$candidate"; then
      jdk=$candidate
      return 0
    fi
  done
  cat >&2 <<EOF
Mote needs a JDK $jdk_wanted or newer, and there is none in MOTE_JAVA_HOME, JAVA_HOME, the PATH, /usr/lib/jvm, ~/.sdkman or ~/.jdks.
Get one in one of these ways:
  Debian 13, Ubuntu 25.10 or newer:  apt-get install openjdk-25-jdk-headless
  any Linux, Temurin $jdk_wanted:            mkdir -p ~/.jdks && curl -L 'https://api.adoptium.net/v3/binary/latest/$jdk_wanted/ga/linux/x64/jdk/hotspot/normal/eclipse' | tar -xz -C ~/.jdks
  SDKMAN:                            sdk install java $jdk_wanted-tem
or set MOTE_JAVA_HOME to where one is.
EOF
  return 1
}
