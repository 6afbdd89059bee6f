#!/usr/bin/env python3
"""Sends events and files to the missing children data hub; needs Python 3.9 and nothing else.

    export HUB_URL=https://hub.example HUB_TOKEN_FILE=token.txt
    python3 hub_client.py send events.ndjson --publisher la-330 --dry-run
    python3 hub_client.py send events.ndjson --publisher la-330
    python3 hub_client.py upload ssda903 *.csv --publisher la-330 --year 2026
    python3 hub_client.py rejects --publisher la-330

Whatever fails on the way is sent again: the hub counts the same event once. One line for each
event or row goes to standard output. Exit codes: 0 all was taken; 1 some was not; 2 asked wrongly,
or the hub refused the request; 3 the hub could not be reached, or the outcome is not known yet.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

TAKEN, NOT_TAKEN, WRONG, UNREACHED = 0, 1, 2, 3
SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
REASONS = ("reason", "pointer", "message")
MOST_EVENTS = 500
MOST_BYTES = 1_000_000
LONGEST_PAUSE = 60.0
LOCAL = ("localhost", "127.0.0.1", "::1")
# Asked too slowly or too often, or the hub is in trouble: the same may go well a little later.
TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class Failed(Exception):
    """The run ends here, with this exit code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the token is for one hub only."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Refuse."""


class Hub:
    """A hub at an address, asked until it answers."""

    def __init__(self, url: str, token: str, attempts: int, seconds: float) -> None:
        """Refuse to show the token to another machine in clear."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOCAL:
            raise Failed(WRONG, "The address must begin with https:// unless it is this machine.")
        self.url = url.rstrip("/")
        self.token = token
        self.attempts = attempts
        self.seconds = seconds
        self.opener = urllib.request.build_opener(NoRedirects())

    def ask(self, path: str, body: bytes | None = None, content: str = "") -> dict[str, Any]:
        """Return a JSON answer; what is not the caller's fault is tried again, ever more slowly."""
        problem = ""
        for attempt in range(self.attempts):
            if attempt:
                tell(f"{problem}; attempt {attempt + 1} of {self.attempts}")
            pause = min(LONGEST_PAUSE, 0.5 * 2**attempt)
            try:
                return self.once(path, body, content)
            except urllib.error.HTTPError as error:
                problem = said(error)
                if error.code not in TRY_AGAIN:
                    raise Failed(WRONG, problem) from None
                stated = error.headers.get("Retry-After", "")
                pause = max(pause, float(stated)) if stated.isdigit() else pause
            except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
                # No answer, or half of one: whether it was stored does not matter.
                problem = f"No answer ({type(error).__name__})"
            if attempt + 1 < self.attempts:
                time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
        raise Failed(UNREACHED, f"{problem}. Given up; to run this again is safe.")

    def once(self, path: str, body: bytes | None, content: str) -> dict[str, Any]:
        """Return the answer to one request: a GET, or a POST if there is a body."""
        headers = {"Authorization": f"Bearer {self.token}", "Prefer": "wait=20"}
        headers.update({"Content-Type": content} if content else {})
        request = urllib.request.Request(self.url + path, body, headers)  # noqa: S310
        with self.opener.open(request, timeout=self.seconds) as response:
            answer = json.loads(response.read())
        if not isinstance(answer, dict):
            raise http.client.HTTPException("not the answer of a hub")
        return answer


def send(hub: Hub, files: Sequence[str], publisher: str, dry_run: bool, wait: float) -> int:
    """Send the events of files in batches, and print one outcome for each."""
    code = TAKEN
    path = f"/v1/events?publisher={urllib.parse.quote(publisher)}{'&dry_run=true' * dry_run}"
    for batch in batches(numbered(files)):
        body, content = b"[" + b",".join(event for _, event in batch) + b"]", BATCH
        if len(batch) == 1:
            body, content = batch[0][1], SINGLE
        answer = hub.ask(path, body, content)
        for (place, _), receipt in zip(batch, answer["submissions"]):  # noqa: B905 - Python 3.9
            code = max(code, report(place, settled(hub, receipt, wait)))
    return code


def settled(hub: Hub, receipt: dict[str, Any], wait: float) -> dict[str, Any]:
    """Return a receipt once its outcome is known, or as it stands when the wait is over."""
    deadline = time.monotonic() + wait
    while receipt["outcome"] is None and receipt["href"] and time.monotonic() < deadline:
        time.sleep(1)
        try:
            receipt = {**receipt, **hub.ask(receipt["href"])}
        except Failed as error:
            # Not found: it is stored, and intake has not come to it yet.
            if error.code != WRONG:
                raise
    return receipt


def report(place: str, receipt: dict[str, Any]) -> int:
    """Print how one event ended, and return what that means for the exit code."""
    outcome = receipt["outcome"]
    why = receipt["rejection"] or {}
    words = (place, outcome or "in-flight", receipt["id"], *(why.get(k) for k in REASONS))
    say("\t".join(filter(None, words)))
    if outcome is None:
        return UNREACHED
    return TAKEN if outcome in ("accepted", "duplicate") else NOT_TAKEN


def upload(hub: Hub, options: argparse.Namespace) -> int:
    """Send the files of a return or an export, and print what there is to say of its rows."""
    dry_run = "true" if options.dry_run else None
    asked = {"year": options.year, "to": options.to, "dry_run": dry_run}
    query = {"publisher": options.publisher, **{k: v for k, v in asked.items() if v}}
    path = f"/v1/files/{urllib.parse.quote(options.adapter)}?{urllib.parse.urlencode(query)}"
    mapping = [("mapping", options.mapping)] if options.mapping else []
    answer = hub.ask(path, *form([*(("file", name) for name in options.files), *mapping]))
    for kind in ("rejections", "findings"):
        for each in answer[kind]:
            where = each.get("pointer") or each.get("field")
            words = (f"{each['file']}:{each['row']}", kind[:-1], each["code"], where)
            say("\t".join(filter(None, (*words, each.get("message")))))
    ends = ("rows", "accepted", "duplicate", "conflict", "rejected", "in_flight")
    tell(", ".join(f"{answer[end]} {end.replace('_', ' ')}" for end in ends))
    if answer["rejected"] or answer["conflict"]:
        return NOT_TAKEN
    return UNREACHED if answer["in_flight"] else TAKEN


def rejects(hub: Hub, publisher: str) -> int:
    """Print everything that was rejected of a publisher, the latest first."""
    path: str | None = f"/v1/publishers/{urllib.parse.quote(publisher)}/rejects?limit=500"
    while path:
        page = hub.ask(path)
        for each in page["rejects"]:
            report(each["received_at"], each)
        path = page["next"]
    return TAKEN


def numbered(files: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the events of files (NDJSON, or an array; - is standard input) with their places."""
    for name in files:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            lines = filter(None, (line.removeprefix(b"\xef\xbb\xbf").strip() for line in file))
            first = next(lines, b"")
            events = itertools.chain((first,) if first else (), lines)
            if first.startswith(b"["):
                whole = parsed(b"".join(events))
                if not isinstance(whole, list):
                    raise Failed(WRONG, f"{name} begins as a JSON array and is none.")
                events = itertools.chain(json.dumps(each).encode() for each in whole)
            for row, event in enumerate(events, 1):
                yield f"{name}:{row}", event


def parsed(text: bytes) -> Any:
    """Return what a text holds; itself if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def batches(events: Iterator[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """Yield events in portions that the hub takes in one request; what is not JSON goes alone."""
    batch: list[tuple[str, bytes]] = []
    size = 0
    for event in events:
        alone = isinstance(parsed(event[1]), bytes)
        if batch and (alone or len(batch) == MOST_EVENTS or size + len(event[1]) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size = MOST_BYTES if alone else size + len(event[1]) + 1
    if batch:
        yield batch


def form(parts: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    """Return files as multipart/form-data, and its content type."""
    boundary = uuid.uuid4().hex
    body = b""
    for field, name in parts:
        shown = Path(name).name.replace('"', "_")
        head = f'Content-Disposition: form-data; name="{field}"; filename="{shown}"'
        body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + Path(name).read_bytes() + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def said(error: urllib.error.HTTPError) -> str:
    """Return what the hub says about a refusal."""
    try:
        problem = json.loads(error.read())
        return f"{error.code}: {problem.get('detail') or problem.get('title')}"
    except (ValueError, OSError, AttributeError, http.client.HTTPException):
        return f"{error.code}: {error.reason}"


def say(line: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(line + "\n")


def tell(line: str) -> None:
    """Print a line for the person."""
    sys.stderr.write(line + "\n")


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for on the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--publisher", required=True, help="la-330, for example")
    common.add_argument("--url", default=os.environ.get("HUB_URL"), help="or HUB_URL")
    common.add_argument("--attempts", type=int, default=8, help="how often to try; 8")
    common.add_argument("--timeout", type=float, default=60.0, help="seconds for an answer; 60")
    common.add_argument("--wait", type=float, default=60.0, help="seconds for an outcome; 60")
    dry = argparse.ArgumentParser(add_help=False)
    dry.add_argument("--dry-run", action="store_true", help="check only: nothing is stored")
    whole = argparse.ArgumentParser(description="Sends events and files to the hub.")
    commands = whole.add_subparsers(dest="command", required=True)
    events = commands.add_parser("send", parents=[common, dry], help="send CloudEvents")
    events.add_argument("files", nargs="+", help="NDJSON or a JSON array; - is standard input")
    files = commands.add_parser("upload", parents=[common, dry], help="send a return or an export")
    files.add_argument("adapter", help="ssda903, for example")
    files.add_argument("files", nargs="+")
    files.add_argument("--year", type=int, help="in which the collection year ends")
    files.add_argument("--to", help="last day that an Annex A list is about")
    files.add_argument("--mapping", help="how to read the columns of a police export")
    commands.add_parser("rejects", parents=[common], help="list what was rejected")
    return whole.parse_args(given)


def token() -> str:
    """Return the token from HUB_TOKEN, or from the file that HUB_TOKEN_FILE names."""
    file = os.environ.get("HUB_TOKEN_FILE")
    found = Path(file).read_text("ascii").strip() if file else os.environ.get("HUB_TOKEN")
    if not found:
        raise Failed(WRONG, "Set HUB_TOKEN, or HUB_TOKEN_FILE to a file that holds the token.")
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = arguments(given)
    try:
        if not options.url:
            raise Failed(WRONG, "Say where the hub is: --url, or HUB_URL.")
        hub = Hub(options.url, token(), max(1, options.attempts), options.timeout)
        if options.command == "send":
            return send(hub, options.files, options.publisher, options.dry_run, options.wait)
        if options.command == "upload":
            return upload(hub, options)
        return rejects(hub, options.publisher)
    except Failed as error:
        tell(f"hub_client: {error}")
        return error.code
    except (OSError, ValueError) as error:
        tell(f"hub_client: {error}")
        return WRONG


if __name__ == "__main__":
    sys.exit(main())
