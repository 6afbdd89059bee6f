"""Turns whatever went wrong with a request into a problem document; no value sent comes back."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from msgspec.json import encode
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.problems import (
    PROBLEM_CONTENT_TYPE,
    ParameterProblem,
    ProblemDocument,
    problem_type,
)
from domain.errors import HubError
from hub.api.error_problems import OF_ERROR
from hub.api.problems import FAULT, NO_SUCH_PATH, REFUSED, WRONG_METHOD, WRONG_PARAMETERS, Problem

# What the parsing library says of these holds the limit that was broken, never the value sent.
SAFE_KINDS: Final = frozenset(
    {
        "missing",
        "int_parsing",
        "greater_than_equal",
        "less_than_equal",
        "string_pattern_mismatch",
        "string_too_long",
        "enum",
        "literal_error",
    }
)
WRONG_FORM: Final = "It does not have the form asked for."


class Refused(Exception):
    """The request ends with this problem.

    detail: in place of the problem's own; it may never hold a value that was sent.
    """

    def __init__(
        self,
        problem: Problem,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[ParameterProblem] = (),
        checks: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.detail = detail or problem.detail
        self.headers = dict(headers or {})
        self.errors = tuple(errors)
        self.checks = None if checks is None else dict(checks)


def refusal_of(error: Exception) -> Refused:
    """Return how a request ends that raised an error; an unknown error is the hub's own fault."""
    match error:
        case Refused():
            return error
        case HubError():
            return Refused(problem_of(error))
        case RequestValidationError():
            return Refused(WRONG_PARAMETERS, errors=parameter_problems(error.errors()))
        case HTTPException():
            known = {each.status: each for each in (NO_SUCH_PATH, WRONG_METHOD)}
            return Refused(known.get(error.status_code, REFUSED), headers=error.headers)
        case _:
            return Refused(FAULT)


def problem_of(error: HubError) -> Problem:
    """Return the problem of an error, or of the nearest kind above it that has one."""
    return next(OF_ERROR[kind] for kind in type(error).__mro__ if kind in OF_ERROR)


def parameter_problems(errors: Sequence[Any]) -> tuple[ParameterProblem, ...]:
    """Return what a parameter check found, without the values.

    errors: as the parsing library lists them; its places name our own parameters.
    """
    return tuple(
        ParameterProblem(
            place=str(error["loc"][0]),
            name=str(error["loc"][1]) if len(error["loc"]) > 1 else "",
            detail=f"{error['msg']}." if error["type"] in SAFE_KINDS else WRONG_FORM,
        )
        for error in errors
    )


def problem_response(refused: Refused, instance: UUID | None = None) -> Response:
    """Return the answer that carries a problem; `instance` names this failure in the logs."""
    problem = refused.problem
    document = ProblemDocument(
        type=problem_type(problem.code),
        title=problem.title,
        status=problem.status,
        detail=refused.detail,
        instance=None if instance is None else instance.urn,
        errors=refused.errors,
        checks=refused.checks,
    )
    headers = dict(refused.headers)
    if problem.retry_seconds is not None:
        headers["Retry-After"] = str(problem.retry_seconds)
    return Response(
        encode(document),
        status_code=problem.status,
        headers=headers,
        media_type=PROBLEM_CONTENT_TYPE,
    )
