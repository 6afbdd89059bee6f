"""The form of every error answer: problem details for HTTP (RFC 9457)."""

from msgspec import Struct

PROBLEM_CONTENT_TYPE = "application/problem+json"
PROBLEM_PATH = "/problems/"


class ParameterProblem(Struct, frozen=True, kw_only=True):
    """What is wrong with one part of a request; never the value that was sent.

    place: query, path or header.
    """

    place: str
    name: str
    detail: str


class ProblemDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request failed and what to do about it.

    type: /problems/ and a permanent code. instance: names this one failure in the hub's logs.
    errors: the parameters at fault. checks: state of each part, where readiness was asked for.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: tuple[ParameterProblem, ...] = ()
    checks: dict[str, str] | None = None


class ProblemMeaning(Struct, frozen=True, kw_only=True):
    """What a permanent code stands for."""

    code: str
    title: str
    detail: str


def problem_type(code: str) -> str:
    """Return the URI reference that stands for a code."""
    return PROBLEM_PATH + code


def problem_code(uri: str) -> str:
    """Return the code that a problem's `type` stands for."""
    return uri.removeprefix(PROBLEM_PATH)
