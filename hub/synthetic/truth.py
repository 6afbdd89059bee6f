"""The truth beside the messages: who the children are, what happened, whose record is whose."""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from domain.identifiers import PublisherId
from domain.vocabulary import Category, Classification
from hub.synthetic.children import Child
from hub.synthetic.departures import Kind

# Why a source holds a row: as it should, as a second force, by one of the faults of the profile, or
# because a group report lists a child that it does not name as missing.
Role = Literal[
    "report", "handover", "duplicate", "wrong-child", "entered-in-error", "sibling-copy", "listed"
]

_OTHER_THAN_MISSING = {
    Classification.AWAY: Category.AWAY,
    Classification.NO_APPARENT_RISK: Category.NO_APPARENT_RISK,
}


class SubjectTruth(Struct, frozen=True, kw_only=True):
    """Under which reference a publisher registered a person."""

    publisher: str
    ref: str


class PersonTruth(Struct, frozen=True, kw_only=True):
    """A person. family: the person whose sibling this one is; twin: born on the same day."""

    person: str
    authority: str
    looked_after: bool
    sex: str
    birth_date: str
    ethnicity: str
    unaccompanied: bool
    family: str | None
    twin: bool
    subjects: tuple[SubjectTruth, ...]


class SourceTruth(Struct, frozen=True, kw_only=True):
    """A source's row. classification: the last that it sent.

    voided: taken back, merged into another row, or found not to be of a missing child, in time.
    subject: the child's reference in that row, which is another child's in the role wrong-child.
    """

    publisher: str
    ref: str
    subject: str
    role: Role
    classification: Classification
    voided: bool


class EpisodeTruth(Struct, frozen=True, kw_only=True):
    """An absence, or, where happened is false, what a source wrongly took for one.

    category: what it counts as, by the rows that are not void; None: no row is left to count.
    start, located, returned: instants, null beyond the horizon and where nothing happened.
    host, placement_type: where a looked-after child lived. covered_by: publisher and reference of
    a row of dates only that stands for an earlier absence of the same day and for this one.
    """

    episode: str
    person: str
    happened: bool
    kind: Kind
    category: Category | None
    start: str | None
    located: str | None
    returned: str | None
    authority: str
    host: str | None
    placement_type: str | None
    sources: tuple[SourceTruth, ...]
    covered_by: SubjectTruth | None = None


def category_of(sources: Iterable[SourceTruth]) -> Category | None:
    """Return what an absence counts as: missing if the rows that stand disagree (definitions)."""
    categories = {
        _OTHER_THAN_MISSING.get(each.classification, Category.MISSING)
        for each in sources
        if not each.voided
    }
    if len(categories) > 1:
        return Category.MISSING
    return next(iter(categories), None)


def person_truth(child: Child, subjects: Mapping[PublisherId, str]) -> PersonTruth:
    """Return the truth about a child; subjects: its reference with each publisher."""
    return PersonTruth(
        person=child.key,
        authority=child.authority,
        looked_after=child.care is not None,
        sex=child.sex,
        birth_date=child.born_on.isoformat(),
        ethnicity=child.ethnicity,
        unaccompanied=child.unaccompanied,
        family=child.family,
        twin=child.twin,
        subjects=tuple(
            SubjectTruth(publisher=publisher, ref=subjects[publisher])
            for publisher in sorted(subjects)
        ),
    )


def never_happened(name: str, child: Child, source: SourceTruth, kind: Kind) -> EpisodeTruth:
    """Return what the truth says of a row for an absence that never was."""
    return EpisodeTruth(
        episode=name,
        person=child.key,
        happened=False,
        kind=kind,
        category=None,
        start=None,
        located=None,
        returned=None,
        authority=child.authority,
        host=None,
        placement_type=None,
        sources=(source,),
    )
