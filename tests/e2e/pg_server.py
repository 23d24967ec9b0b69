"""pg_server.py: a PostgreSQL server of a test's own.
SPDX-License-Identifier: Apache-2.0"""
import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile


def find_programs():
    """The folder of initdb and pg_ctl: Debian keeps them out of the PATH."""
    found = shutil.which("initdb")
    if found:
        return pathlib.Path(found).resolve().parent
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class Session:
    """A psql that is asked again and again: starting one costs more than the
    work of many trials."""

    def __init__(self, url):
        self.psql = subprocess.Popen(
            ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def ask(self, sql):
        self.psql.stdin.write(f"{sql};\n\\echo =end=\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "=end=\n":
            assert line, (sql, lines)
            lines.append(line)
        return "".join(lines).strip()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(timeout=60)
        self.psql.stdout.close()


class Server:
    """A PostgreSQL of our own; it refuses root, so root lends it `postgres`."""

    def __init__(self, programs):
        self.programs = programs
        self.sessions = {}
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="systole-pg-"))
        self.user = {}
        if os.geteuid() == 0:
            who = pwd.getpwnam("postgres")
            os.chown(self.home, who.pw_uid, who.pw_gid)
            self.user = {"user": who.pw_uid, "group": who.pw_gid,
                         "extra_groups": []}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://systole:s3cret@127.0.0.1:{self.port}/postgres"
        self.passwords = self.home / "passwords"  # for PGPASSFILE
        self.passwords.write_text("*:*:*:systole:s3cret\n")
        self.passwords.chmod(0o600)
        secret = self.home / "secret"
        secret.write_text("s3cret\n")
        self.run("initdb", "-D", self.home / "data", "-U", "systole",
                 "--auth=scram-sha-256", f"--pwfile={secret}", "-E", "UTF8",
                 "--no-sync")

    def run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *map(str, arguments)], text=True,
            cwd=self.home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=120, **self.user)
        assert done.returncode == 0, done.stdout

    def start(self):
        self.run("pg_ctl", "-D", self.home / "data", "-w", "-l",
                 self.home / "log", "-o",
                 f"-p {self.port} -c listen_addresses=127.0.0.1 "
                 f"-c unix_socket_directories={self.home}", "start")

    def stop(self, mode):
        for session in self.sessions.values():
            session.close()
        self.sessions = {}
        self.run("pg_ctl", "-D", self.home / "data", "-w", "-m", mode, "stop")

    def address(self, name):
        """URL of a database."""
        return self.url.rsplit("/", 1)[0] + "/" + name

    def database(self, name):
        """A new one; its URL."""
        self.ask(f"CREATE DATABASE {name}")
        return self.address(name)

    @staticmethod
    def without_password(url):
        return url.replace(":s3cret", "")

    def ask(self, sql, name="postgres"):
        """What psql says, a row a line, columns joined by |."""
        if name not in self.sessions:
            self.sessions[name] = Session(self.address(name))
        return self.sessions[name].ask(sql)


@contextlib.contextmanager
def running():
    """A server that runs; None where there is none to be had."""
    programs = find_programs()
    if not programs or not shutil.which("psql"):
        yield None
        return
    server = Server(programs)
    try:
        server.start()
        yield server
    finally:
        with contextlib.suppress(AssertionError):
            server.stop("immediate")
        shutil.rmtree(server.home, ignore_errors=True)
