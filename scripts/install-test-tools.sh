#!/usr/bin/env bash
# Installs what the tests need beside a JDK, on Debian and its relatives. This is the one list of it.
#   scripts/install-test-tools.sh            install what is missing (asks sudo where it is not run as root)
#   scripts/install-test-tools.sh --check    only say what is missing, with status 1 when something is
#   scripts/install-test-tools.sh --kvm-amd  also what scripts/on-kvm-amd.sh needs
#   scripts/install-test-tools.sh --suites   also what conformance/run-suites needs, with its root tree
set -eu

# A command or file by which the tool is recognized, and the Debian package that brings it.
apt_tools=(
  "/bin/busybox busybox-static"
  "/bin/bash-static bash-static"
  "gcc gcc"
  "g++ g++"
  "make make"
  "cmake cmake"
  "musl-gcc musl-tools"
  "pkg-config pkg-config"
  "curl curl"
  "python3 python3"
  "pip3 python3-pip"
  "skopeo skopeo"
  "chromium chromium"
  "go golang-go"
  "clang clang"
  "wasm-ld lld"
  "/usr/lib/wasm32-wasi/libc.a wasi-libc"
  "/usr/lib/llvm-14/lib/clang/14.0.6/lib/wasi/libclang_rt.builtins-wasm32.a libclang-rt-14-dev-wasm32"
)
kvm_amd_tools=(
  "qemu-system-x86_64 qemu-system-x86"
  "modprobe kmod"
  "cpio cpio"
)
suites_tools=(
  "mmdebstrap mmdebstrap"
  "unshare util-linux"
  "ip iproute2"
)
go=1.26.8 # Debian's may be too old for -test.skip
node=20.20.2
ziglang=0.17.1 # Zig as a Python package: the tests run `python3 -m ziglang`
cbor2=6.3.0    # an independent library for CBOR, to compare with
openapi=0.9.0  # knows what an OpenAPI document may say

check=false
suites=false
tools=("${apt_tools[@]}")
for argument in "$@"; do
  case $argument in
    --check) check=true ;;
    --kvm-amd) tools+=("${kvm_amd_tools[@]}") ;;
    --suites)
      suites=true
      tools+=("${suites_tools[@]}")
      ;;
    *)
      echo "usage: $0 [--check] [--kvm-amd] [--suites]" >&2
      exit 2
      ;;
  esac
done

# A fresh rustup puts its commands here, and a shell that was open before does not know it.
PATH=$PATH:$HOME/.cargo/bin:/usr/sbin:/usr/local/go/bin

there() { case $1 in /*) [ -e "$1" ] ;; *) command -v "$1" >/dev/null ;; esac; }
zig_there() { python3 -m ziglang version >/dev/null 2>&1; }
cbor_there() { python3 -c 'import cbor2' 2>/dev/null; }
openapi_there() { python3 -c 'import openapi_spec_validator' 2>/dev/null; }
go_there() { [[ $(go env GOVERSION 2>/dev/null) =~ ^go1\.(2[1-9]|[3-9][0-9]) ]]; }
node_there() { there npm && [[ $(node --version 2>/dev/null) =~ ^v(2[0-9]|[3-9][0-9])\. ]]; }
node_offered() { [[ $(apt-cache policy nodejs 2>/dev/null) =~ Candidate:\ (2[0-9]|[3-9][0-9])\. ]]; } # Debian 12 has 18
rust_there() { cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1; }

# A busybox that needs shared libraries is Debian's other package: the tests need the static one.
missing_packages() {
  local tool
  for tool in "${tools[@]}"; do
    there "${tool% *}" || echo "${tool#* }"
  done
}

if $check; then
  missing=$(missing_packages | tr '\n' ' ')
  zig_there || missing+="ziglang(pip) "
  cbor_there || missing+="cbor2(pip) "
  openapi_there || missing+="openapi-spec-validator(pip) "
  rust_there || missing+="rust(rustup) "
  node_there || missing+="node(20 or later, with npm) "
  if $suites; then
    go_there || missing+="go "
  fi
  if [ -n "$missing" ]; then
    echo "The tests need what is not installed here: $missing" >&2
    echo "scripts/install-test-tools.sh installs it (Debian, Ubuntu)." >&2
    exit 1
  fi
  exit 0
fi

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "No apt-get here. Install the equivalents of these Debian packages: ${missing[*]}" >&2
    exit 1
  fi
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
pip_install() { python3 -m pip install --quiet "$1" || python3 -m pip install --quiet --user --break-system-packages "$1"; }
zig_there || pip_install "ziglang==$ziglang"
cbor_there || pip_install "cbor2==$cbor2"
openapi_there || pip_install "openapi-spec-validator==$openapi"
if ! rust_there; then
  if there rustup; then
    rustup component add clippy rustfmt
  else
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
      sh -s -- -y --profile minimal --component clippy --component rustfmt --no-modify-path
  fi
fi
# Not replaced here: what is there may be somebody's.
if ! node_there && ! there node && node_offered; then
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm
fi
if ! node_there; then
  echo "The tests need Node.js 20 or later with npm in PATH; $node is the one that was tried:" >&2
  echo "  https://nodejs.org/dist/v$node/node-v$node-linux-x64.tar.gz" >&2
  exit 1
fi
if $suites; then
  if ! go_there; then
    echo "The suites need Go 1.21 or later in PATH; $go is the one that was tried:" >&2
    echo "  https://go.dev/dl/go$go.linux-amd64.tar.gz" >&2
    exit 1
  fi
  "$(dirname "$0")/../conformance/suites/make-root"
fi
