"""The same pairs come out of a full run, of new registrations bit by bit, and of many at once."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest

from domain.linkage import MODEL, PairScore
from hub.linkage.candidates import all_pairs
from hub.linkage.link_keys import MOST_PER_KEY
from hub.linkage.model import baseline_model
from hub.linkage.prepared import prepared
from hub.linkage.records import LinkRecord
from hub.linkage.scoring import Scorer
from tests.unit.link_records import girl, nhs_number

AUTO = 0.999


@pytest.fixture(scope="module")
def scorer() -> Iterator[Scorer]:
    scorer = Scorer(baseline_model(), threads=1)
    yield scorer
    scorer.close()


def test_ten_thousand_children_at_one_address_are_not_all_compared(scorer: Scorer) -> None:
    crowd = [
        girl(
            number,
            f"la-{number % 100:03d}",
            forenames=f"{'aeiou'[number % 5]}{chr(97 + number % 26)}{chr(97 + number % 19)}n",
            surname=f"{chr(97 + number % 23)}{chr(97 + number % 17)}{chr(97 + number % 11)}er",
            birth_date=date(2007, 1, 1) + timedelta(days=number % 3650),
        )
        for number in range(1, 10_001)
    ]

    compared = sum(
        len(each) for each in all_pairs([prepared(each) for each in crowd], at_once=10**6)
    )

    assert compared < 10_000 * MOST_PER_KEY
    found = [each for each in scorer.score(crowd[:1], crowd[1:]) if each.basis == MODEL]
    assert not any(each.probability >= AUTO and each.conflict is None for each in found)


def test_a_value_that_too_many_share_brings_nobody_together() -> None:
    alike = [prepared(girl(number)) for number in range(1, 6)]

    (pairs,) = all_pairs(alike, at_once=100, most=5)

    assert len(pairs) == 10
    assert list(all_pairs(alike, at_once=100, most=4)) == []


def test_what_is_found_bit_by_bit_is_what_a_full_run_finds(scorer: Scorer) -> None:
    records = _some_families()
    whole = {(each.low, each.high): each for each in scorer.score_all(records)}
    assert len(whole) > 100

    found: dict[tuple[UUID, UUID], PairScore] = {}
    known: list[LinkRecord] = []
    order = list(records)
    Random(4).shuffle(order)
    while order:
        new, order = order[:40], order[40:]
        found |= {(each.low, each.high): each for each in scorer.score(new, known)}
        known += new

    assert found == whole
    assert scorer.score_all(reversed(records)) == scorer.score_all(records)


def test_many_new_registrations_at_once_find_the_same_as_few(scorer: Scorer) -> None:
    records = _some_families()
    new, known = records[:150], records[150:]

    by_database = Scorer(baseline_model(), threads=1, few=0)
    found = by_database.score(new, known)
    by_database.close()

    subjects = {each.subject_id for each in new}
    assert found == scorer.score(new, known)
    assert found
    assert all(each.low in subjects or each.high in subjects for each in found)


def _some_families() -> list[LinkRecord]:
    """Return three hundred registrations of children with much in common."""
    random = Random(11)
    forenames = ["Olivia", "Liv", "Amelia", "Jack", "John", "Mohammed", "Mo", "Oliva"]
    surnames = ["O'Brien", "Smith", "Smyth", "Khan", "Smith-Jones", "Patel"]
    return [
        girl(
            number,
            random.choice(["la-330", "la-383", "pf-E23000014", "pf-E23000010"]),
            forenames=random.choice(forenames),
            surname=random.choice(surnames),
            birth_date=date(random.randint(2008, 2011), random.randint(1, 4), random.randint(1, 9)),
            sex=random.choice(["F", "M", None]),
            postcode=f"B{random.randint(1, 3)} {random.randint(1, 2)}AA",
            nhs_number=nhs_number(random.randint(1, 90)) if random.random() < 0.5 else None,
            days=tuple(
                sorted({date(2025, 6, random.randint(1, 9)) for _ in range(random.randint(0, 3))})
            ),
        )
        for number in range(1, 301)
    ]
