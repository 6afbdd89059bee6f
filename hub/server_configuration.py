"""How the embedded PostgreSQL is set: durable, reached by its own users only, silent about data."""

from pathlib import Path

from hub.cluster import Cluster, own_account

# Nobody connects but over the socket, and there only the system users of the ident map.
HBA = """\
local all all peer map=hub
local replication all peer map=hub
"""
IDENT = """\
hub "{hub_user}" all
hub "{server_user}" all
"""
CONFIGURATION = """\
# Written by the hub at every start of the server.
include_if_exists = {initial}
hba_file = {hba}
ident_file = {ident}
listen_addresses = ''
port = 5432
unix_socket_directories = {sockets}
unix_socket_permissions = 0700
max_connections = 100
timezone = 'UTC'

# What was acknowledged survives a crash of the machine.
fsync = on
synchronous_commit = on
full_page_writes = on
# After a checkpoint nearly every new submission touches a page of the index of keys that was not
# touched yet, and pglz takes twenty times as long over that page as writing it does. So pages are
# written whole, and checkpoints that the amount of log asks for are rare.
wal_compression = off
max_wal_size = 4GB
checkpoint_timeout = 15min

# Whoever receives the log for backups and has died must not fill the disk.
max_slot_wal_keep_size = 4GB

shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
jit = off

# No statement, parameter or value is logged. The message of an error can quote a value, so errors
# go to the client only.
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


def configure(cluster: Cluster, sockets: Path) -> None:
    """Write the configuration of a server that listens in a directory.

    The account that runs the server can read it, and cannot change it.
    """
    conf = cluster.home / "conf"
    conf.mkdir(exist_ok=True)
    conf.chmod(0o755)
    hba, ident = conf / "pg_hba.conf", conf / "pg_ident.conf"
    texts = {
        hba: HBA,
        ident: IDENT.format(hub_user=own_account().name, server_user=cluster.account.name),
        conf / "postgresql.conf": CONFIGURATION.format(
            initial=quoted(str(cluster.data / "postgresql.conf")),
            hba=quoted(str(hba)),
            ident=quoted(str(ident)),
            sockets=quoted('"{}"'.format(str(sockets).replace('"', '""'))),
        ),
    }
    for path, text in texts.items():
        path.write_text(text)
        path.chmod(0o644)


def quoted(text: str) -> str:
    """Return text as a value in PostgreSQL's configuration."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
