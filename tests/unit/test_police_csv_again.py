"""Police exports that are sent again: corrections, histories, and what is gone."""

from msgspec.structs import replace

from tests.unit.adapter_files import (
    SAMPLES,
    ids,
    of_type,
    read_police,
    remarks,
    remembered,
    told,
    worked_mapping,
)
from tests.unit.police_exports import FIRST, LATER, changed, export, niche, read


def test_an_export_that_is_sent_again_says_nothing_new() -> None:
    first = read({}, {"Misper Ref": "M2", "Person URN": "U2"})
    second = read({}, {"Misper Ref": "M2", "Person URN": "U2"}, after=first)

    assert ids(second) == ids(first)
    assert remembered(second) == remembered(first)


def test_other_values_of_an_incident_correct_it() -> None:
    first = read({"Found": "09/03/2024 02:10"})

    second = read(
        changed({}, Last_Seen="08/03/2024 20:30", Found="09/03/2024 02:20", Risk="H"), after=first
    )

    assert of_type(second, "episode.corrected") == [
        {
            "reason": "recording-error",
            "last_seen": "2024-03-08T20:30:00Z",
            "located": "2024-03-09T02:20:00Z",
            "risk": "high",
        }
    ]
    assert ids(first) < ids(second)


def test_what_was_not_known_before_is_told_and_not_corrected() -> None:
    first = read({})

    second = read(
        changed({}, Found="09/03/2024 02:10", Found_By="POL", Returned="09/03/2024 03:00"),
        after=first,
    )

    assert [each["type"] for each in told(second)] == [
        "subject.registered",
        "episode.reported",
        "episode.located",
        "episode.returned",
    ]
    assert of_type(second, "episode.located") == [
        {"located": "2024-03-09T02:10:00Z", "found_by": "police"}
    ]


def test_a_value_that_was_taken_back_is_cleared() -> None:
    first = read({"Found": "09/03/2024 02:10"})

    second = read({}, after=first)

    assert of_type(second, "episode.corrected") == [
        {"reason": "recording-error", "cleared": ["located"]}
    ]


def test_values_that_change_back_and_forth_are_corrected_each_time() -> None:
    readings = [read({})]
    for risk in ("H", "M", "H"):
        readings.append(read({"Risk": risk}, after=readings[-1]))

    corrections = [each for each in told(readings[-1]) if each["type"] == "episode.corrected"]

    assert [each["risk"] for each in corrections] == ["high", "medium", "high"]
    assert [each["time"] for each in corrections] == sorted({each["time"] for each in corrections})
    assert ids(readings[0]) < ids(readings[1]) < ids(readings[2]) < ids(readings[3])


def test_a_changed_person_is_amended() -> None:
    first = read({})

    second = read({"Surname": "Another"}, after=first)

    kinds = [each["type"] for each in told(second)]
    assert kinds == ["subject.amended", "episode.reported"]


def test_an_incident_does_not_move_to_another_child() -> None:
    first = read({})

    second = read({"Person URN": "U9"}, after=first)

    assert remarks(second) == [(1, "subject-mismatch", "Misper Ref")]
    assert not second.messages


def test_an_incident_that_a_complete_export_lost_is_asked_about() -> None:
    days = ("01", "05", "09", "20")
    rows = [
        changed({}, Misper_Ref=f"M{day}", Person_URN=f"U{day}", Reported=f"{day}/04/2024 10:00")
        for day in days
    ]
    first = read(*rows)

    second = read(rows[0], {**rows[2], "Risk": "Q"}, rows[3], after=first)

    asked = [row.reference for row in remembered(second) if row.asked]
    assert asked == ["M05"]


def test_an_export_of_the_next_month_asks_about_nothing_in_this_one() -> None:
    days = [f"{day:02d}/04/2024 10:00" for day in (1, 9)] + ["01/05/2024 10:00", "09/05/2024 10:00"]
    rows = [
        changed({}, Misper_Ref=f"M{number}", Person_URN=f"U{number}", Reported=day)
        for number, day in enumerate(days)
    ]
    april = read(*rows[:2])

    may = read(*rows[2:], after=april)

    assert not [row for row in remembered(may) if row.asked]


def test_an_export_of_changes_asks_about_nothing() -> None:
    mapping = worked_mapping("niche_like")
    content = (SAMPLES / "niche_like.csv").read_bytes()
    first = read_police(content, mapping)
    lines = content.splitlines(keepends=True)

    second = read_police(b"".join([lines[0], lines[4], lines[7]]), mapping, known=remembered(first))

    assert not [row for row in remembered(second) if row.asked]


def test_a_level_that_is_added_to_a_history_is_told_and_a_changed_one_corrected() -> None:
    mapping = worked_mapping("niche_like")
    text = (SAMPLES / "niche_like.csv").read_bytes().decode("cp1252")
    head, row = text.splitlines()[0], text.splitlines()[1]
    fields = row.split(";")
    third, at = fields[20], fields[21]

    def sent(level: str, when: str) -> bytes:
        fields[20], fields[21] = level, when
        return f"{head}\n{';'.join(fields)}\n".encode("cp1252")

    first = read_police(sent("", ""), mapping)
    second = read_police(sent(third, at), mapping, known=remembered(first))
    last = read_police(sent("High Risk", at), mapping, known=remembered(second))

    assert len(of_type(second, "episode.classified")) == 2
    assert not of_type(second, "episode.corrected")
    assert of_type(last, "episode.corrected") == [
        {"reason": "recording-error", "classification": "missing", "risk": "high"}
    ]


def test_a_first_level_that_changes_under_a_later_one_corrects_nothing() -> None:
    mapping = worked_mapping("niche_like")
    first = read_police(niche(FIRST, LATER), mapping)

    changed_first = niche(("Standard Risk", FIRST[1]), LATER)
    second = read_police(changed_first, mapping, known=remembered(first))

    assert not of_type(second, "episode.corrected")


def test_a_history_that_is_taken_back_is_cleared() -> None:
    mapping = worked_mapping("niche_like")
    first = read_police(niche(FIRST, LATER), mapping)

    second = read_police(niche(), mapping, known=remembered(first))

    assert of_type(second, "episode.corrected") == [
        {"reason": "recording-error", "cleared": ["classification", "risk"]}
    ]


def test_somebody_who_is_told_later_is_told_alone() -> None:
    told_early = {"Sent To LA": "08/03/2024 23:20"}
    first = read(told_early)

    second = read({**told_early, "Risk": "H"}, after=first)

    assert len(of_type(second, "notification.sent")) == 1


def test_an_incident_that_was_voided_stays_so() -> None:
    first = read({})
    void = [replace(row, void=row.kind == "incident") for row in remembered(first)]

    second = read_police(export({}), worked_mapping("compact_like"), known=void)

    assert remarks(second) == [(1, "withdrawn-before", "Misper Ref")]
    assert ids(second) == ids(first)


def test_a_check_that_is_decided_later_is_told_then() -> None:
    first = read({"Prevention Interview": "Pending"})

    second = read(
        {"Prevention Interview": "Y", "Prevention Interview Date": "10/03/2024 10:00"}, after=first
    )

    assert not of_type(first, "check.done")
    assert of_type(second, "check.done") == [{"checked": "2024-03-10T10:00:00Z"}]
