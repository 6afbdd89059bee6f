"""The faults that were planted on purpose: which record has which, so that rules can be scored."""

from typing import Final, Literal

from msgspec import Struct

from domain.identifiers import PublisherId

FaultCode = Literal[
    "DQ1", "DQ2", "DQ4", "DQ5", "DQ6", "DQ7", "DQ8", "DQ9",
    "DQ10", "DQ11", "DQ12", "DQ13", "DQ14", "DQ15", "DQ16",
]  # fmt: skip
About = Literal["episode", "placement", "child", "publisher"]

# Every fault that the truth can name; ERROR_PROFILE.md says what each is.
KINDS: Final[frozenset[tuple[FaultCode, str]]] = frozenset(
    {
        ("DQ1", "sibling-copied"),
        ("DQ1", "group-names-sibling"),
        ("DQ2", "entered-twice"),
        ("DQ2", "second-force"),
        ("DQ4", "incomplete"),
        ("DQ4", "ends-before-it-begins"),
        ("DQ4", "day-off"),
        ("DQ4", "entered-in-error"),
        ("DQ4", "wrong-child"),
        ("DQ5", "no-police-record"),
        ("DQ5", "no-authority-record"),
        ("DQ6", "interviews-not-sent"),
        ("DQ7", "check-at-interview"),
        ("DQ8", "not-independent"),
        ("DQ8", "placement-staff"),
        ("DQ9", "check-undecided"),
        ("DQ9", "interview-undecided"),
        ("DQ10", "check-not-shared"),
        ("DQ10", "interview-not-shared"),
        ("DQ11", "host-not-told"),
        ("DQ12", "declined-never-offered"),
        ("DQ13", "check-dropped"),
        ("DQ13", "interview-dropped"),
        ("DQ14", "away-share"),
        ("DQ15", "stale-assessment"),
        ("DQ16", "never-closed"),
        ("DQ16", "located-not-returned"),
    }
)


class Planted(Struct, frozen=True, kw_only=True):
    """A fault and the publisher's own reference of what has it.

    ref: of the episode, placement or child; None: the publisher as a whole. child: None likewise.
    """

    fault: FaultCode
    what: str
    about: About
    publisher: PublisherId
    ref: str | None = None
    child: str | None = None
