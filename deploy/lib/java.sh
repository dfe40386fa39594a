# shellcheck shell=bash disable=SC2034  # variables set here are read by those who source this file
# Finds a Java that is new enough. Sourced by the launcher, so it starts no process it can do without.

JAVA_MINIMUM=25

# Home of the Java found by find_java.
java_home=
# The newest Java that find_java turned down, with the reason, for an error message; empty when there was none.
java_rejected=

# Version of the Java in folder $1, left in java_version; fails when there is no Java. The release file is read
# because asking java itself would start a JVM.
read_java_version() {
    local line
    java_version=
    [[ -n $1 && -x $1/bin/java && -r $1/release ]] || return 1
    while IFS= read -r line; do
        if [[ $line == JAVA_VERSION=* ]]; then
            line=${line#JAVA_VERSION=}
            java_version=${line//\"/}
            return 0
        fi
    done < "$1/release"
    return 1
}

# Takes the Java in folder $2 if it fits the need $1.
try_java() {
    local major java_version
    read_java_version "$2" || return 1
    major=${java_version%%[!0-9]*}
    if (( ${major:-0} < JAVA_MINIMUM )); then
        [[ -n $java_rejected ]] || java_rejected="$java_version in $2 is too old"
        return 1
    fi
    if [[ $1 == jdk && ! ( -x $2/bin/javac && -r $2/include/jni.h ) ]]; then
        java_rejected="$java_version in $2 has no compiler or no jni.h"
        return 1
    fi
    java_home=$2
}

try_java_on_path() {
    local java
    java=$(type -P java) || return 1
    java=$(readlink -f -- "$java") || return 1
    try_java "$1" "${java%/bin/java}"
}

# Sets java_home. $1: "runtime" to run Java, "jdk" to compile too; $2: folder of an embedded runtime, may be absent.
find_java() {
    local home
    java_home=
    java_rejected=
    try_java "$1" "${JAVA_HOME-}" && return
    try_java "$1" "${2-}" && return
    try_java_on_path "$1" && return
    for home in /usr/lib/jvm/*; do
        try_java "$1" "$home" && return
    done
    return 1
}
