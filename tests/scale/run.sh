#!/usr/bin/env bash
# Sets a job on a Slurm cluster of one node and compares it with a run on this machine alone, byte for byte: $1 is the
# program, $2 the date of the letters, $3 the number of people. One part fails on purpose and one is killed on purpose.
# Checks packaging/kubernetes/render.yaml against the schema of Kubernetes, too.
set -euo pipefail
bin=$(realpath "${1:?the program}") date=${2:?the date of the letters} people=${3:?number of people}
root=$PWD here=$PWD/target/scale-test
rm -rf "$here" && mkdir -p "$here"

say() { printf '\n== %s\n' "$*"; }

packages=(slurm-wlm munge age unzip)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "error: the cluster needs these Debian packages: ${missing[*]}" >&2
        echo "hint: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

say "The manifest of Kubernetes against its schema"
venv=$root/target/scale-venv
if ! cmp -s tests/scale/requirements.txt "$venv/requirements.txt"; then
    rm -rf "$venv" && python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/scale/requirements.txt
    cp tests/scale/requirements.txt "$venv/"
fi
"$venv/bin/kubernetes-validate" --strict packaging/kubernetes/render.yaml
# The check itself must be able to fail.
sed 's/backoffLimitPerIndex/backoffLimitPerIndexes/' packaging/kubernetes/render.yaml > "$here/wrong.yaml"
if "$venv/bin/kubernetes-validate" --strict "$here/wrong.yaml" > /dev/null 2>&1; then
    echo "error: a manifest with an unknown field passes" >&2
    exit 1
fi

say "$people people, two data folders with the same keys"
"$bin" sample --people "$people" --seed 5 --out "$here/inbox" > /dev/null
rm "$here/inbox/truth.csv"
cp -r sample-data/facts.toml sample-data/vendor "$here/"
# Ten parts or so of four files, whatever the number of people.
sed -e "s:^letters_per_part = .*:letters_per_part = $((people / 10)):" -e "s:^letters_per_file = .*:letters_per_file = $((people / 40)):" -e 's:^data_dir = .*:data_dir = "alone":' \
    -e 's:^\[policy\]:[policy]\nmax_letters_per_run = 10000000:' sample-data/breachpost.toml > "$here/breachpost.toml"
breachpost() { "$bin" --config "$here/breachpost.toml" --date "$date" "$@"; }
breachpost ledger init > /dev/null
cp -a "$here/alone" "$here/fleet"

say "A run on this machine alone"
breachpost run > /dev/null || test $? -eq 1

say "A cluster of one node"
cluster=$here/cluster
mkdir -p "$cluster"/{state,spool,munge}
chmod 755 "$cluster/munge"
head -c 64 /dev/urandom > "$cluster/munge/key"
chmod 400 "$cluster/munge/key"
stop() {
    for file in slurmd slurmctld munged; do
        [ -e "$cluster/$file.pid" ] && kill "$(cat "$cluster/$file.pid")" 2> /dev/null || true
    done
}
trap stop EXIT
munged --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" --pid-file="$cluster/munged.pid" \
    --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
node=$(hostname -s) account=$(id -un)
cat > "$cluster/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket
SlurmUser=$account
SlurmdUser=$account
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
MpiDefault=none
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$cluster/slurm.conf
slurmctld
slurmd -N "$node"
for _ in $(seq 60); do
    [ "$(sinfo --noheader --format %T 2> /dev/null)" = idle ] && break
    sleep 1
done
sinfo

say "The plan, its parts as an array: the first fails, the second is killed"
fleet() { breachpost --data-dir "$here/fleet" "$@"; }
parts=$({ fleet plan --json || test $? -eq 1; } | python3 -c 'import json, sys; print(json.load(sys.stdin)["parts"])')
mkdir "$here/out"
cat > "$here/render.sh" <<JOB
#!/usr/bin/env bash
[ "\$SLURM_ARRAY_TASK_ID" = 1 ] && exit 1
$(printf '%q ' "$bin" --config "$here/breachpost.toml" --date "$date" --data-dir "$here/fleet" render --part) "\$SLURM_ARRAY_TASK_ID" &
[ "\$SLURM_ARRAY_TASK_ID" = 2 ] && kill -KILL \$!
wait \$!
code=\$?
echo "\$code" > "$here/out/\$SLURM_ARRAY_TASK_ID.code"
exit \$code
JOB
timeout 3000 sbatch --wait --array="1-$parts" --cpus-per-task=1 --mem=1G --open-mode=append --output="$here/out/%a.log" "$here/render.sh" \
    && { echo "error: the array ended well, with a part that failed" >&2; exit 1; }
set_parts=$(cd "$here/fleet/staging" && find . -maxdepth 3 -path './*/print/p*' -type d | wc -l)
echo "$set_parts of $parts parts are set, part 2 ended with $(cat "$here/out/2.code")"
[ "$set_parts" = $((parts - 2)) ] && [ "$(cat "$here/out/2.code")" = 137 ]

say "The run that finishes it, and every byte of both"
fleet run > /dev/null || test $? -eq 1
opened() {
    mkdir -p "$here/opened/$1"
    for part in "$here/$1"/outbox/*/*.zip.age; do
        name=$(basename "$part" .age)
        age -d -i "$here/vendor/age-identity.txt" -o "$here/opened/$1/$name" "$part"
    done
    (cd "$here/opened/$1" && sha256sum -- *.zip)
}
opened alone > "$here/alone.sums"
opened fleet > "$here/fleet.sums"
cat "$here/alone.sums"
cmp "$here/alone.sums" "$here/fleet.sums"
[ "$(wc -l < "$here/alone.sums")" = "$parts" ]
echo "$parts parts, the same bytes"
