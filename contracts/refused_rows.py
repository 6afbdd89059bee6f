"""What adapters say of rows and times that cannot be taken, in one set of codes."""

from typing import Final

from contracts.ssda903_rows import Refusal

TIME_NEVER_WAS: Final = "time-never-was"
TIME_AMBIGUOUS: Final = "time-ambiguous"
NHS_NUMBER_INVALID: Final = "nhs-number-invalid"
UPN_INVALID: Final = "upn-invalid"
POSTCODE_INVALID: Final = "postcode-invalid"
DUPLICATE_ROW: Final = "duplicate-row"
NOT_A_CHILD: Final = "not-a-child"
INTERVIEW_UNDATED: Final = "interview-undated"

LEAPT_OVER: Final = "The clocks were put forward over this time: it never was."

# Names beyond this length are cut: the vault holds no longer ones.
LONGEST_NAME: Final = 120


class RefusedRowError(Exception):
    """A row cannot be taken; it is caught where rows are read."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refused(number: int, code: str, column: str, message: str) -> RefusedRowError:
    """Return what says that a row cannot be taken; message: repeats no value of it."""
    return RefusedRowError(Refusal(number=number, code=code, field=column, message=message))
