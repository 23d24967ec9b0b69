"""slurm_cluster.py: a Slurm of a test's own, on this machine alone.
SPDX-License-Identifier: Apache-2.0

munged, slurmctld and slurmd run as this user, with their files in one folder
and their ports on loopback; no systemd, no cgroups.
"""
import contextlib
import getpass
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")
CONFIGURATION = """
ClusterName=systole
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={home}/munge.socket
StateSaveLocation={home}/state
SlurmdSpoolDir={home}/spool
SlurmctldPidFile={home}/slurmctld.pid
SlurmdPidFile={home}/slurmd.pid
SlurmctldLogFile={home}/slurmctld.log
SlurmdLogFile={home}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""


def path():
    """PATH with the folders where Debian keeps daemons."""
    return os.environ["PATH"] + ":/usr/sbin:/sbin"


def missing():
    """What of Slurm is not installed."""
    return [p for p in PROGRAMS if not shutil.which(p, path=path())]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


class Cluster:
    """One node of so many CPUs, however many this machine has."""

    def __init__(self, cpus):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="systole-slurm-"))
        self.host = socket.gethostname().split(".")[0]
        self.daemons = []
        for folder in ("state", "spool"):
            (self.home / folder).mkdir()
        (self.home / "munge.key").write_bytes(os.urandom(128))
        (self.home / "munge.key").chmod(0o600)
        (self.home / "slurm.conf").write_text(CONFIGURATION.format(
            host=self.host, ports=free_ports(2), user=getpass.getuser(),
            home=self.home, cpus=cpus))
        self.environment = {**os.environ, "PATH": path(),
                            "SLURM_CONF": str(self.home / "slurm.conf")}

    def start(self):
        self.daemon("munged", "--foreground", "--force",
                    *(f"--{key}={self.home}/munge.{end}" for key, end in (
                        ("key-file", "key"), ("socket", "socket"),
                        ("pid-file", "pid"), ("log-file", "log"),
                        ("seed-file", "seed"))))
        self.wait(lambda: (self.home / "munge.socket").exists())
        self.daemon("slurmctld", "-D")
        self.daemon("slurmd", "-D", "-N", self.host)
        self.wait(lambda: "idle" in self.run("sinfo", "-h", "-o", "%T",
                                             check=False))

    def daemon(self, *command):
        log = open(self.home / f"{command[0]}.out", "wb")
        self.daemons.append(subprocess.Popen(
            command, env=self.environment, stdout=log, stderr=log))

    def wait(self, is_true):
        end = time.monotonic() + 30
        while not is_true():
            assert time.monotonic() < end and all(
                d.poll() is None for d in self.daemons), self.logs()
            time.sleep(0.1)

    def logs(self):
        return "\n".join(f"{log}:\n{log.read_text()[-2000:]}"
                         for log in sorted(self.home.glob("*.log")) +
                         sorted(self.home.glob("*.out")))

    def run(self, *command, check=True):
        done = subprocess.run(command, env=self.environment, timeout=60,
                              capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, (command, done.stderr)
        return done.stdout

    def jobs(self):
        """How many tasks wait or run."""
        return len(self.run("squeue", "-h", "-r").splitlines())

    def stop(self):
        if self.daemons:
            self.run("scancel", "--user", getpass.getuser(), check=False)
            end = time.monotonic() + 20  # daemons that go first leave tasks
            while self.run("squeue", "-h", "-r", check=False) and \
                    time.monotonic() < end:
                time.sleep(0.2)
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


@contextlib.contextmanager
def running(cpus):
    cluster = Cluster(cpus)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)
