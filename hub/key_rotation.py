"""Rotates the vault's keys of a hub, with everything that is made of them."""

from itertools import islice
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from hub.foundations import KEYS
from hub.identity.keys import Keys
from hub.identity.rekeying import BATCH
from hub.identity.rotating import PURPOSE, READER, Rotation
from hub.linkage.comparing import Comparing
from hub.linkage.models import Models
from hub.wiring import Hub

_FORGET: LiteralString = "DELETE FROM vault.link_keys"
_FOUND: LiteralString = "SELECT count(*) FROM vault.link_keys"


def rotation_of(hub: Hub) -> Rotation:
    """Return what changes the keys of a hub; the hub itself has the old ones until it is closed."""

    def relink(connection: Connection[TupleRow], _old: Keys, new: Keys) -> int:
        reader = hub.record_reader_with(new)
        comparing = Comparing(new, reader, Models(new).active)
        connection.execute(_FORGET)
        _, records = reader.read_all(connection, reader=READER, purpose=PURPOSE)
        while batch := list(islice(records, BATCH)):
            comparing.find_by(connection, batch)
        row = connection.execute(_FOUND).fetchone()
        return int(row[0]) if row else 0

    folder = hub.settings.data_dir / KEYS
    return Rotation(hub.database_url, folder, process=hub.process, relink=relink)
