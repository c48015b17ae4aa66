#!/bin/bash
# A real Slurm on one host for tests: munge, one controller, two nodes, all below one folder.
#   scripts/setup/slurm.sh start <folder>    then: export SLURM_CONF=<folder>/slurm.conf
#   scripts/setup/slurm.sh stop <folder>     ends exactly the processes that start began
# Needs root and the Debian packages slurm-wlm and munge; exits with 3 and a message where they are missing.
set -eu
verb=$1
mkdir -p "$2"
base=$(cd "$2" && pwd)
if [ "$verb" = stop ]; then
  export SLURM_CONF=$base/slurm.conf
  # Jobs first: their processes belong to no daemon.
  for job in $(squeue -h -o %A 2> /dev/null | sort -u); do scancel "$job" 2> /dev/null || true; done
  for _ in $(seq 60); do [ -z "$(squeue -h -t R,CG -o %A 2> /dev/null)" ] && break; sleep 0.5; done
  for file in "$base"/*.pid; do [ -f "$file" ] && kill "$(cat "$file")" 2> /dev/null || true; done
  exit 0
fi
for program in munged slurmctld slurmd; do
  command -v "$program" > /dev/null || { echo "no $program here: apt-get install slurm-wlm munge" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "starting Slurm's daemons needs root" >&2; exit 3; }
host=$(hostname -s)
port=${SLURM_TEST_PORT:-16817}
mkdir -p "$base/state" "$base/spool-a" "$base/spool-b" "$base/munge"
chmod 755 "$base"; chmod 700 "$base/munge"
head -c 1024 /dev/urandom > "$base/munge/key"
chmod 400 "$base/munge/key"
cat > "$base/slurm.conf" << CONF
ClusterName=lab
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A job that is queued again waits until its old credential is over: seconds, not two minutes.
AuthInfo=socket=$base/munge/socket,cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2
ReturnToService=2
MinJobAge=600
KillWait=20
SlurmctldPort=$port
SlurmctldPidFile=$base/slurmctld.pid
SlurmctldLogFile=$base/slurmctld.log
StateSaveLocation=$base/state
SlurmdPidFile=$base/slurmd-%n.pid
SlurmdSpoolDir=$base/spool-%n
SlurmdLogFile=$base/slurmd-%n.log
MaxArraySize=${SLURM_TEST_ARRAY:-4}
NodeName=a NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 RealMemory=1000 State=UNKNOWN
NodeName=b NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$base/slurm.conf
munged --force --key-file="$base/munge/key" --socket="$base/munge/socket" --pid-file="$base/munged.pid" \
  --log-file="$base/munge/log" --seed-file="$base/munge/seed"
slurmctld -f "$SLURM_CONF"
slurmd -N a -f "$SLURM_CONF"
slurmd -N b -f "$SLURM_CONF"
for _ in $(seq 60); do
  [ "$(sinfo -h -t idle -o %D 2> /dev/null | head -1)" = 2 ] && { echo "export SLURM_CONF=$SLURM_CONF"; exit 0; }
  sleep 0.5
done
echo "the nodes did not come up: see $base/*.log" >&2
"$0" stop "$base"
exit 1
