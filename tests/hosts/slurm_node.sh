#!/usr/bin/env bash
# A real Slurm of one node on this machine, for as long as a command runs:
#
#   tests/hosts/slurm_node.sh COMMAND [ARGUMENT]...
#
# Its key, configuration, spool and logs are in a folder of their own, its ports are free ones on
# loopback, and nothing of it is left at the end. Needs root, munge and slurm-wlm (script/bootstrap
# --slurm). In the command's environment SLURM_CONF is set, so that `srun` works there.
set -eu
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "slurm_node.sh: needs root" >&2; exit 2; }
for program in munged slurmctld slurmd srun; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || {
    echo "slurm_node.sh: there is no $program (script/bootstrap --slurm)" >&2
    exit 2
  }
done
PATH=$PATH:/usr/sbin:/sbin
dir=$(mktemp -d /tmp/odu-slurm.XXXXXX)
pids=()
finish() {
  local code=$? pid
  trap - EXIT
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  if [ "$code" -ne 0 ] && [ -n "${SLURM_NODE_LOGS:-}" ]; then tail -n 30 "$dir"/*.log >&2; fi
  rm -rf "$dir"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Munge insists that nobody else can write on the way to its files.
chmod 755 "$dir"
mkdir -m 700 "$dir/munge"
mkdir "$dir/state" "$dir/spool" "$dir/door"
(umask 077; dd if=/dev/urandom of="$dir/munge/key" bs=1024 count=1 status=none)
munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/door/munge" \
  --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" --log-file="$dir/munge.log" \
  --num-threads=1 2>>"$dir/munged.log" &
pids+=($!)

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
node=$(hostname -s)
cat >"$dir/slurm.conf" <<EOF
ClusterName=odu
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/door/munge
CryptoType=crypto/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
ReturnToService=2
MailProg=/bin/true
SlurmdParameters=config_overrides
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
EOF
export SLURM_CONF=$dir/slurm.conf
slurmctld -D -c >/dev/null 2>"$dir/slurmctld.err" &
pids+=($!)
slurmd -D -c >/dev/null 2>"$dir/slurmd.err" &
pids+=($!)

for ((tries = 0; ; tries++)); do
  if srun --immediate=5 true >/dev/null 2>"$dir/srun.log"; then
    break
  elif [ "$tries" -ge 60 ]; then
    echo "slurm_node.sh: the node does not come up" >&2
    tail -n 20 "$dir"/*.log "$dir"/*.err >&2
    exit 3
  fi
  sleep 0.5
done
"$@"
