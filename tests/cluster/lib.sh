# A Slurm cluster of this machine alone, for tests: a private munged, one slurmctld and two slurmd on loopback, with
# all that they write in the folder $cluster. Sourced by run. Nothing in /etc is read or changed.

NODES='n1 n2'
daemons=()

# Ports that nothing listens on.
free_ports() { # COUNT
  python3 -c 'import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in sockets: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))' "$1"
}

# Waits until a command succeeds; SECONDS is what is given up after.
wait_until() { # SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "waited in vain until $what" >&2; return 1; }
    sleep 0.1
  done
}

# SlurmdTimeout is how soon a dead node is known as such, cred_expire how long its tasks then wait in the queue; other
# times are as generous as a busy machine needs.
write_slurm_conf() {
  read -r controller n1 n2 < <(free_ports 3)
  cat >"$cluster/slurm.conf" <<END
ClusterName=g3
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$controller
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket,cred_expire=10
CredType=cred/munge
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool/%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=1
SlurmdParameters=config_overrides
SlurmctldTimeout=60
SlurmdTimeout=5
MessageTimeout=30
KillWait=2
MinJobAge=600
ReturnToService=2
JobRequeue=1
MpiDefault=none
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$n1 CPUs=4 RealMemory=4000 State=UNKNOWN
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$n2 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES LLN=YES MaxTime=INFINITE State=UP
END
}

# Disowned: the shell has nothing to say when one is killed.
add_daemon() { # PID
  daemons+=("$1")
  disown "$1"
}

start_munge() {
  mkdir -m 755 "$cluster/munge"
  (umask 077 && head -c 1024 /dev/urandom >"$cluster/munge/key")
  munged --foreground --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" \
    --pid-file="$cluster/munge/pid" --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed" \
    >"$cluster/munge/out" 2>&1 &
  add_daemon $!
  wait_until 30 'munged answers' munge --socket="$cluster/munge/socket" --no-input
}

start_node() { # NODE
  slurmd -D -N "$1" >/dev/null 2>&1 &
  add_daemon $!
  eval "slurmd_$1=$!"
}

all_idle() { [ "$(sinfo -h -N -o %T | sort | uniq -c | awk '{ print $1, $2 }')" = '2 idle' ]; }

start_cluster() {
  export SLURM_CONF=$cluster/slurm.conf
  chmod 755 "$cluster" # else munged refuses to have its socket there
  mkdir -p "$cluster/state" "$cluster/spool/n1" "$cluster/spool/n2"
  write_slurm_conf
  start_munge || return
  slurmctld -D >/dev/null 2>&1 &
  add_daemon $!
  for node in $NODES; do start_node "$node"; done
  wait_until 60 'both nodes are idle' all_idle
}

# The processes of this cluster, or of one node of it, by what stands in their environment: children of a job have it too.
cluster_processes() { # [NODE]
  local files
  files=$(grep -lzxF "SLURM_CONF=$cluster/slurm.conf" /proc/[0-9]*/environ 2>/dev/null)
  [ -z "${1:-}" ] || [ -z "$files" ] || files=$(grep -lzxF "SLURMD_NODENAME=$1" $files 2>/dev/null)
  grep -o '[0-9][0-9]*' <<<"$files"
}

# Kills a node as a power cut does: its slurmd, what watches its tasks, then the tasks.
kill_node() { # NODE
  local slurmd=slurmd_$1 tasks watchers
  tasks=$(cluster_processes "$1")
  watchers=$(for task in $tasks; do ps -o ppid= -p "$task" 2>/dev/null; done | sort -u |
    while read -r parent; do [ "$(cat "/proc/$parent/comm" 2>/dev/null)" != slurmstepd ] || echo "$parent"; done)
  kill -KILL "${!slurmd}" $watchers 2>/dev/null
  kill -KILL $tasks 2>/dev/null
}

all_ended() { ! kill -0 "${daemons[@]}" && [ -z "$(cluster_processes)" ]; }

# Ends all that this cluster runs, what is left of jobs too, and removes its folder.
stop_cluster() {
  [ -d "$cluster" ] || return 0
  kill "${daemons[@]}" $(cluster_processes) 2>/dev/null
  wait_until 10 'all daemons have ended' all_ended || kill -KILL "${daemons[@]}" $(cluster_processes) 2>/dev/null
  rm -rf "$cluster"
}
