"""A running hub, asked over HTTP with the operator's token."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

import httpx
from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode

from contracts.batches import split_array
from contracts.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE, MAX_BATCH, MAX_BODY_BYTES
from contracts.outcomes import Outcome, Receipt, Rejection, RejectsQuery, Settled
from contracts.quality import QualityDocument
from contracts.receipts import MOST_REJECTS, RejectsDocument
from contracts.status import HubStatus
from domain.errors import RemoteHubError
from domain.identifiers import PublisherId
from domain.quality_report import QualityQuery
from hub.identity.keys import read_operator_token
from hub.settings import Settings

MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}


T = TypeVar("T")

# The parameters of a question; None: not said.
Asked = Mapping[str, str | None]


class _Answered(Struct, frozen=True):
    id: UUID
    outcome: Outcome | None = None
    position: int | None = None
    rejection: Rejection | None = None


class _Receipts(Struct, frozen=True):
    submissions: list[_Answered]


class _Problem(Struct, frozen=True):
    title: str = ""
    detail: str = ""


class RemoteHub:
    """A hub at a URL; also a door to publish through. A context manager."""

    def __init__(self, settings: Settings) -> None:
        """Take the URL and the token; without a token, that of the data directory."""
        self._url = settings.url or ""
        token = settings.token or read_operator_token(settings.data_dir / "keys")
        self._client = httpx.Client(
            base_url=self._url, headers={"Authorization": f"Bearer {token}"}, timeout=60.0
        )

    def __enter__(self) -> Self:
        """Give the hub."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the connection."""
        self._client.close()

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Send messages in batches that the hub takes, and return one receipt for each."""
        return self._send(messages, sent_by, {"Prefer": f"wait={min(30, int(wait_seconds))}"}, {})

    def backfill(self) -> "RemoteBackfill":
        """Return a door for old events, by which new ones come first."""
        return RemoteBackfill(self)

    def send_old(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> list[Receipt]:
        """Send old events as `receive` does new ones."""
        preference = {"Prefer": f"wait={min(30, int(wait_seconds))}"}
        return self._send(messages, sent_by, preference, {"backfill": "true"})

    def rehearsal(self) -> "RemoteRehearsal":
        """Return a door that stores nothing and tells how messages would end."""
        return RemoteRehearsal(self)

    def check(self, messages: Sequence[bytes], *, sent_by: PublisherId | None) -> list[Receipt]:
        """Return how messages would end; each batch is judged by what the hub holds."""
        return self._send(messages, sent_by, {}, {"dry_run": "true"})

    def _send(
        self,
        messages: Sequence[bytes],
        sent_by: PublisherId | None,
        headers: Mapping[str, str],
        params: Mapping[str, str],
    ) -> list[Receipt]:
        receipts: list[Receipt] = []
        for portion in _portions(messages):
            whole = _is_element(portion[0])
            answer = self._ask(
                "POST",
                "/v1/events",
                params={**params, **({"publisher": sent_by} if sent_by else {})},
                content=b"[" + b",".join(portion) + b"]" if whole else portion[0],
                headers={
                    **headers,
                    "Content-Type": BATCH_CONTENT_TYPE if whole else CONTENT_TYPE,
                },
            )
            receipts.extend(map(_receipt, self._read(answer, _Receipts).submissions))
        return receipts

    def figures(self, path: str, query: Asked, kind: type[T]) -> T:
        """Return the answer to a question for figures, as a document."""
        return self._read(self.figures_as(path, query, form="json"), kind)

    def figures_as(self, path: str, query: Asked, *, form: str) -> bytes:
        """Return the answer to a question for figures, in the form asked for."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", path, params=given, headers={"Accept": MEDIA[form]})

    def rejects(self, wanted: RejectsQuery) -> RejectsDocument:
        """Return the latest rejects of a publisher, page after page, up to the limit."""
        path = f"/v1/publishers/{wanted.publisher}/rejects"
        asked = {
            "limit": str(min(wanted.limit, MOST_REJECTS)),
            **({} if wanted.reason is None else {"reason": wanted.reason.value}),
            **({} if wanted.since is None else {"since": wanted.since.isoformat()}),
            **({} if wanted.until is None else {"until": wanted.until.isoformat()}),
        }
        page = self._read(self._ask("GET", path, params=asked), RejectsDocument)
        found = list(page.rejects)
        while page.next is not None and len(found) < wanted.limit:
            page = self._read(self._ask("GET", page.next), RejectsDocument)
            found += page.rejects
        return RejectsDocument(
            publisher=page.publisher, rejects=tuple(found[: wanted.limit]), next=None
        )

    def quality(self, query: QualityQuery) -> QualityDocument:
        """Return how good a publisher's data are."""
        months = {"from": query.first, "to": query.last}
        given = {name: str(month) for name, month in months.items() if month is not None}
        path = f"/v1/publishers/{query.publisher}/quality"
        return self._read(self._ask("GET", path, params=given), QualityDocument)

    def status(self) -> HubStatus:
        """Return the state of the hub."""
        return self._read(self._ask("GET", "/v1/status"), HubStatus)

    def _read(self, answer: bytes, form: type[T]) -> T:
        try:
            return decode(answer, type=form)
        except (DecodeError, ValidationError) as error:
            raise RemoteHubError(f"{self._url} did not answer as a hub does.") from error

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        try:
            response = self._client.request(
                method, path, params=params, content=content, headers=headers
            )
        except httpx.HTTPError as error:
            raise RemoteHubError(
                f"No hub answers at {self._url}: start one with hub serve, or correct --url."
            ) from error
        if response.is_error:
            raise RemoteHubError(f"{self._url} answered {response.status_code}: {_said(response)}")
        return response.content


class RemoteBackfill:
    """A hub at a URL that is sent old events."""

    def __init__(self, remote: RemoteHub) -> None:
        """Take the hub to send to."""
        self._remote = remote

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Send messages, and return one receipt for each."""
        return self._remote.send_old(messages, sent_by=sent_by, wait_seconds=wait_seconds)


class RemoteRehearsal:
    """A hub at a URL that is only asked how messages would end."""

    def __init__(self, remote: RemoteHub) -> None:
        """Take the hub to ask."""
        self._remote = remote

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Return how messages would end; nothing is waited for."""
        del wait_seconds
        return self._remote.check(messages, sent_by=sent_by)


def _portions(messages: Sequence[bytes]) -> Sequence[list[bytes]]:
    """Return messages in batches within the hub's limits on number and size.

    What would break the array that it stands in goes alone, and its neighbours do not suffer.
    """
    portions: list[list[bytes]] = []
    room = 0
    for message in messages:
        alone = not _is_element(message)
        fits = portions and len(portions[-1]) < MAX_BATCH and len(message) < room
        if alone or not fits:
            portions.append([])
            room = MAX_BODY_BYTES - 2
        portions[-1].append(message)
        room = 0 if alone else room - len(message) - 1
    return portions


def _is_element(message: bytes) -> bool:
    """Tell whether a message stays one element when it is put into an array."""
    try:
        return len(split_array(b"[" + message + b"]")) == 1
    except ValueError:
        return False


def _said(response: httpx.Response) -> str:
    try:
        problem = decode(response.content, type=_Problem)
    except (DecodeError, ValidationError):
        return response.reason_phrase
    return problem.detail or problem.title


def _receipt(answered: _Answered) -> Receipt:
    if answered.outcome is None:
        return Receipt(submission_id=answered.id)
    settled = Settled(
        submission_id=answered.id,
        outcome=answered.outcome,
        position=answered.position,
        rejection=answered.rejection,
    )
    return Receipt(submission_id=answered.id, settled=settled)
