# shellcheck shell=bash disable=SC2034  # variables set here are read by those who source this file
# What a checkout needs before it can be built: packages, a JDK, Maven. Sourced by quickstart and test.

# shellcheck source=deploy/lib/java.sh
source "${BASH_SOURCE[0]%/*}/java.sh"

# Needed to build and to run.
BUILD_PACKAGES=(dpdk libdpdk-dev libpcap0.8-dev libndpi-dev libgcrypt20-dev libluajit-5.1-dev tor-geoipdb gcc make pkg-config maven libc6-dev)

# Needed by tests only: ndpiReader and tshark to compare with, tcpreplay and ip for live ports, clients and servers to
# watch, testpmd to share memory with, valgrind for the C parts; a clean Debian to install into, and what checks a
# package, its manual pages, its unit and its log rotation.
TEST_PACKAGES=(libndpi-bin tcpreplay tshark valgrind iproute2 curl openssl openssh-client dropbear-bin dnsmasq-base
    netsniff-ng bind9-dnsutils zstd debootstrap lintian mandoc logrotate systemd dpdk-dev)

# Packages with a JDK that is new enough, the smallest first.
JDK_PACKAGES=(openjdk-25-jdk-headless openjdk-25-jdk temurin-25-jdk)

fail() {
    printf 'deploy/%s: %s\n' "${0##*/}" "$1" >&2
    exit 3
}

say() {
    printf '%s\n' "$*"
}

# Whether package $1 is here. A tool that came by another way than dpkg counts, a library does not: the compiler and
# the linker would not know where to look for it.
is_installed() {
    case $1 in
        maven) type -P mvn > /dev/null && return ;;
        gcc | make | pkg-config) type -P "$1" > /dev/null && return ;;
    esac
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null) == installed ]]
}

# Sets the array missing to those of the given packages that are not here.
find_missing() {
    local package
    type -P dpkg-query > /dev/null || fail "this is no Debian system: install what the packages $* hold in your\
 system's own way, then run mvn package"
    missing=()
    for package; do
        is_installed "$package" || missing+=("$package")
    done
}

# Runs a command as root. sudo may ask for a password only where somebody can type one.
as_root() {
    if (( EUID == 0 )); then
        "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# Ends the script, with the command to run by hand, unless it can become root.
require_root() {
    (( EUID == 0 )) && return
    { type -P sudo > /dev/null && as_root true; } || fail "cannot become root here; run this as root, then start again: $1"
}

# Runs apt-get, whose output is shown only when it fails.
apt_get() {
    local output
    output=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" 2>&1) && return
    printf '%s\n' "$output" >&2
    return 1
}

has_package_lists() {
    compgen -G '/var/lib/apt/lists/*_Packages*' > /dev/null
}

update_package_lists() {
    say "Reading the package lists (needs root: apt-get update)"
    require_root "apt-get update"
    apt_get update || fail "apt-get update failed, its messages stand above"
}

# Prints the first JDK package that the package sources offer.
offered_jdk() {
    local package
    for package in "${JDK_PACKAGES[@]}"; do
        if apt-cache policy "$package" 2> /dev/null | grep -q '^  Candidate: [0-9]'; then
            printf '%s\n' "$package"
            return
        fi
    done
    return 1
}

# tor-geoipdb brings the tor daemon along, which Millrace has no use for: it should not run where nobody asked for it.
stop_tor() {
    [[ -d /run/systemd/system ]] || return 0
    say "Switching off the tor service that came with tor-geoipdb (systemctl disable --now tor)"
    as_root systemctl --quiet disable --now tor.service || true
}

install_packages() {
    local had_tor=
    is_installed tor && had_tor=yes
    say "Installing (needs root: apt-get install): $*"
    require_root "apt-get install $*"
    if ! apt_get install -y --no-install-recommends "$@"; then
        update_package_lists
        apt_get install -y --no-install-recommends "$@" || fail "could not install $*, its messages stand above"
    fi
    if [[ -z $had_tor ]] && is_installed tor; then
        stop_tor
    fi
}

# Installs those of the given packages that are missing, and a JDK when none is found and the package sources have one.
# Leaves the system alone, and asks for nothing, when all is there.
ensure_installed() {
    local jdk
    find_missing "$@"
    if ! find_java jdk; then
        has_package_lists || update_package_lists
        jdk=$(offered_jdk) || fail "no JDK $JAVA_MINIMUM or newer${java_rejected:+ ($java_rejected)} and none in this\
 system's package sources: install the package temurin-$JAVA_MINIMUM-jdk or openjdk-$JAVA_MINIMUM-jdk-headless, or\
 unpack one and set JAVA_HOME=/path/to/jdk"
        missing+=("$jdk")
    fi
    if (( ${#missing[@]} > 0 )); then
        has_package_lists || update_package_lists
        install_packages "${missing[@]}"
    fi
    ensure_jdk
}

ensure_jdk() {
    find_java jdk || fail "no JDK $JAVA_MINIMUM or newer${java_rejected:+ ($java_rejected)}: install one, or set\
 JAVA_HOME=/path/to/jdk"
    export JAVA_HOME=$java_home
}

# Runs Maven in the checkout $1 with the remaining arguments. Two options keep the JDK from warning about libraries that
# Debian's Maven itself uses; without the third Maven resets colours that it never set, even in a pipe.
run_maven() (
    cd -- "$1" || exit
    MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Djansi.noreset=true\
 ${MAVEN_OPTS-}"
    export MAVEN_OPTS
    # Java reads file names in the locale's encoding; without one it knows ASCII only.
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        *[Uu][Tt][Ff]8 | *[Uu][Tt][Ff]-8) ;;
        *) export LC_ALL=C.UTF-8 ;;
    esac
    exec mvn -B -ntp -Dstyle.color=never "${@:2}"
)
