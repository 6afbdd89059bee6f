"""Every error that the hub raises on purpose; each docstring says who must act and how."""

from typing import ClassVar


class HubError(Exception):
    """The hub could not do what it was asked; `code` is permanent and safe to show to anyone."""

    code: ClassVar[str] = "hub"


class UsageError(HubError):
    """The caller asked for what cannot be done as asked; the message names the choices."""

    code = "usage"


class NotFoundError(HubError):
    """What the caller named does not exist; check the identifier."""

    code = "not-found"


class RebuildNeededError(HubError):
    """What is asked for was not part of the views when they were built; operations rebuild them."""

    code = "rebuild-needed"


class DatabaseUnavailableError(HubError):
    """PostgreSQL cannot be reached; operations start it, then the caller retries."""

    code = "database-unavailable"


class BrokerUnavailableError(HubError):
    """No Kafka broker does what it was asked; operations check HUB_KAFKA_BROKERS and the brokers.

    bootstrap: the addresses that were tried, as configured; the caller may retry.
    """

    code = "broker-unavailable"

    def __init__(self, message: str, *, bootstrap: str = "") -> None:
        super().__init__(message)
        self.bootstrap = bootstrap


class StorageFullError(HubError):
    """The disk or the database's volume is full; operations free space, nothing was stored."""

    code = "storage-full"


class ReleaseRefusedError(HubError):
    """A release would break a rule of publication; operations settle what the message names.

    Nothing was published; an earlier release stays as it is.
    """

    code = "release-refused"


class CheckpointRefusedError(HubError):
    """The ledger contradicts what was signed; operations stop intake and run hub verify.

    Nothing was signed; what was signed before stays as it is.
    """

    code = "checkpoint-refused"


class ArchiveUnusableError(HubError):
    """The ledger's archive is missing, damaged or another hub's; operations mount or restore it.

    Whatever needs it stops, and goes on by itself once the archive is back.
    """

    code = "archive-unusable"


class FencedOutError(HubError):
    """Another process has taken over this work; this one must stop and read the offsets afresh."""

    code = "fenced-out"


class OutcomeUnknownError(HubError):
    """The connection broke during a commit; read back before a retry, which is safe."""

    code = "outcome-unknown"


class EmbeddedDatabaseError(HubError):
    """The embedded PostgreSQL cannot run as asked; whoever runs the hub follows the remedy.

    what: what went wrong. where: the file or directory. remedy: what to do about it.
    """

    code = "embedded-database"

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        super().__init__(f"The embedded PostgreSQL: {what} ({where}). {remedy}")
        self.what = what
        self.where = where
        self.remedy = remedy


class ErasureRefusedError(HubError):
    """A child's identity must be kept for now; the caller tries again later."""

    code = "erasure-refused"


class FileFormatError(HubError):
    """A file is not in its format, and nothing of it was taken; its publisher follows the remedy.

    file: its name. problem: what is wrong with it. remedy: what to do about it.
    """

    code = "file-invalid"
    # A file can have a name of a column, or a word of a mapping, as long as itself.
    longest_problem = 1_500

    def __init__(self, file: str, *, problem: str, remedy: str) -> None:
        if len(problem) > self.longest_problem:
            problem = f"{problem[: self.longest_problem]}…"
        super().__init__(f"{file}: {problem} {remedy}")
        self.file = file
        self.problem = problem
        self.remedy = remedy


class KeyMissingError(HubError):
    """A vault key is missing or unreadable; until operations restore it, identity stays closed."""

    code = "key-missing"


class RemoteHubError(HubError):
    """A hub asked over HTTP did not answer, or refused; the caller checks address and token."""

    code = "remote-hub"


class RoleFailedError(HubError):
    """A process of the hub keeps stopping; operations read its log lines and start it again."""

    code = "role-failed"


class ErasureJournalError(HubError):
    """The journal of erasures cannot be written or read; operations mend the archive's directory.

    Nothing was erased; the caller asks again then.
    """

    code = "erasure-journal"


class BackupFailedError(HubError):
    """A backup was not made, or is not whole; operations follow the message, earlier ones stay."""

    code = "backup-failed"


class RestoreRefusedError(HubError):
    """A restore would lose or contradict something; operations settle what the message names."""

    code = "restore-refused"


class LedgerBehindError(HubError):
    """The ledger is not what the archive or a checkpoint says; operations run hub restore.

    Until then nothing is served, taken in or linked.
    """

    code = "ledger-behind"
