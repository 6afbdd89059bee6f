"""Turns the rows of a Standard Safeguarding Dataset extract into typed rows, or refuses them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.delimited import TextRow
from contracts.identity import Identity
from contracts.local_times import london_day
from contracts.reasons import Reason
from contracts.refused_rows import (
    LONGEST_NAME,
    NHS_NUMBER_INVALID,
    UPN_INVALID,
    RefusedRowError,
    refused,
)
from contracts.returned_children import PersonSaid
from contracts.ssd_rows import CareRow, MissingRow, PersonRow, PlacementRow, PlanRow
from contracts.ssd_values import (
    child_of,
    day_of,
    end_of,
    interview_answers,
    interview_flaws,
    london_text,
    moment_of,
    reversed_days,
    start_of,
)
from contracts.ssd_words import SEXES, absence_words, leading_code, plain, protection_category
from contracts.ssda903_rows import EpisodeRow, Flaw, Refusal
from domain.codes import CodeList, valid_between
from domain.identifiers import nhs_number_problem, normalise_nhs_number, normalise_upn, upn_problem
from domain.rules import (
    END_INVALID,
    KIND_BLANK_WITH_START,
    KIND_INVALID,
    START_BLANK,
    START_INVALID,
)

# DfE's number of the rule that a placement's type must be in its list.
PLACEMENT_TYPE_INVALID: Final = "146"

START: Final = "miss_missing_episode_start_date"
END: Final = "miss_missing_episode_end_date"
KIND: Final = "miss_missing_episode_type"

_URN: Final = re.compile(r"SC[0-9]{6}|[0-9]{7}")


@dataclass(frozen=True, kw_only=True)
class SsdParser:
    """Reads rows. told_on: the day of the extract."""

    told_on: date
    code_lists: Mapping[str, CodeList]

    def person(self, row: TextRow) -> PersonRow | Refusal:
        """Read a person, of whom all but the reference may be wanting."""
        try:
            child = child_of(row, "pers_person_id")
        except RefusedRowError as error:
            return error.refusal
        flaws: list[Flaw] = []
        born_text, sex_text = row.fields["pers_dob"], row.fields["pers_sex"]
        born_on = day_of(born_text)
        sex = SEXES.get(sex_text.casefold())
        ethnicity = self._listed("ethnicity", row.fields["pers_ethnicity"], self.told_on)
        number = normalise_nhs_number(row.fields["pers_common_child_id"])
        upn = normalise_upn(row.fields["pers_upn"])
        checks = (
            (born_on is None, Reason.DATE_INVALID, "pers_dob"),
            (sex_text and sex is None, Reason.CODE_UNKNOWN, "pers_sex"),
            (row.fields["pers_ethnicity"] and not ethnicity, Reason.CODE_UNKNOWN, "pers_ethnicity"),
            (number and nhs_number_problem(number), NHS_NUMBER_INVALID, "pers_common_child_id"),
            (upn and upn_problem(upn), UPN_INVALID, "pers_upn"),
        )
        flaws = [Flaw(code=code, field=column) for broken, code, column in checks if broken]
        wrong = {each.field for each in flaws}
        identity = Identity(
            birth_date=born_on.isoformat() if born_on else None,
            forenames=row.fields["pers_forename"][:LONGEST_NAME] or None,
            surname=row.fields["pers_surname"][:LONGEST_NAME] or None,
            nhs_number=number if number and "pers_common_child_id" not in wrong else None,
            upn=upn if upn and "pers_upn" not in wrong else None,
        )
        return PersonRow(
            number=row.number,
            child=child,
            said=PersonSaid(identity=identity, sex=sex, ethnicity=ethnicity),
            born_on=born_on,
            flaws=tuple(flaws),
        )

    def care(self, row: TextRow) -> CareRow | Refusal:
        """Read an episode of care, of which only its dates and why it ended are taken."""
        try:
            child = child_of(row, "clae_person_id")
            starts_on = start_of(row, "clae_cla_episode_start_date")
            ends_on = end_of(row, "clae_cla_episode_ceased_date")
        except RefusedRowError as error:
            return error.refusal
        entered_on = day_of(row.fields["clae_entered_care_date"])
        reason = row.fields["clae_cla_episode_ceased_reason"]
        code = self._listed("reason_episode_ceased", reason, starts_on)
        continues = leading_code(reason) == "X1"
        episode = EpisodeRow(
            number=row.number,
            child=child,
            starts_on=starts_on,
            ends_on=ends_on,
            new_reason="S" if entered_on == starts_on else None,
            legal_status=None,
            placement_type=None,
            provider=None,
            ceased=None if not reason else not continues,
            ceased_reason=None if continues else code,
            change_reason=None,
            home_postcode=None,
            flaws=reversed_days(starts_on, ends_on, "clae_cla_episode_ceased_date"),
        )
        return CareRow(episode=episode, entered_on=entered_on)

    def placement(self, row: TextRow) -> PlacementRow | Refusal:
        """Read a placement; without a type of the list there is nothing to tell of."""
        try:
            child = child_of(row, "clap_person_id")
            starts_on = start_of(row, "clap_cla_placement_start_date")
            ends_on = end_of(row, "clap_cla_placement_end_date")
            text = row.fields["clap_cla_placement_type"]
            kind = self._listed("placement_type", text, starts_on)
            if kind is None:
                message = "The type of the placement is not in the list of its years."
                column = "clap_cla_placement_type"
                raise refused(row.number, PLACEMENT_TYPE_INVALID, column, message)
        except RefusedRowError as error:
            return error.refusal
        provider_text = row.fields["clap_cla_placement_provider"]
        reason_text = row.fields["clap_cla_placement_change_reason"]
        urn_text = row.fields["clap_cla_placement_urn"].upper().replace(" ", "")
        provider = self._listed("placement_provider", provider_text, starts_on)
        reason = self._listed("reason_place_change", reason_text, starts_on)
        urn = urn_text if _URN.fullmatch(urn_text) else None
        checks = (
            (provider_text and provider is None, "clap_cla_placement_provider"),
            (reason_text and reason is None, "clap_cla_placement_change_reason"),
            (urn_text and urn is None and set(urn_text) != {"X"}, "clap_cla_placement_urn"),
        )
        return PlacementRow(
            number=row.number,
            child=child,
            starts_on=starts_on,
            ends_on=ends_on,
            placement_type=kind,
            provider=provider,
            urn=urn,
            reason=reason,
            flaws=(
                *(Flaw(code=Reason.CODE_UNKNOWN, field=each) for broken, each in checks if broken),
                *reversed_days(starts_on, ends_on, "clap_cla_placement_end_date"),
            ),
        )

    def plan(self, row: TextRow) -> PlanRow | Refusal:
        """Read a child protection plan."""
        try:
            child = child_of(row, "cppl_person_id")
            starts_on = start_of(row, "cppl_cp_plan_start_date")
            ends_on = end_of(row, "cppl_cp_plan_end_date")
        except RefusedRowError as error:
            return error.refusal
        text = row.fields["cppl_cp_plan_initial_category"]
        category = protection_category(text)
        unknown = Flaw(code=Reason.CODE_UNKNOWN, field="cppl_cp_plan_initial_category")
        return PlanRow(
            number=row.number,
            child=child,
            starts_on=starts_on,
            ends_on=ends_on,
            category=category,
            flaws=(
                *((unknown,) if text and category is None else ()),
                *reversed_days(starts_on, ends_on, "cppl_cp_plan_end_date"),
            ),
        )

    def missing(self, row: TextRow) -> MissingRow | Refusal:
        """Read an absence; what its raw type does not say for certain refuses it."""
        flaws: list[Flaw] = []
        try:
            child = child_of(row, "miss_person_id")
            if not row.fields[START]:
                raise refused(row.number, START_BLANK.code, START, START_BLANK.says)
            start = moment_of(row, START, code=START_INVALID.code, after=None, flaws=flaws)
            if not row.fields[KIND]:
                raise refused(
                    row.number, KIND_BLANK_WITH_START.code, KIND, KIND_BLANK_WITH_START.says
                )
            kind = absence_words().get(plain(row.fields[KIND]))
            if kind is None:
                message = (
                    "The text is not in the table of kinds of absence; see the adapter's page."
                )
                raise refused(row.number, KIND_INVALID.code, KIND, message)
            end = None
            if row.fields[END]:
                end = moment_of(row, END, code=END_INVALID.code, after=start, flaws=flaws)
        except RefusedRowError as error:
            return error.refusal
        offered, declined = interview_answers(row)
        return MissingRow(
            number=row.number,
            child=child,
            classification=kind,
            start=london_text(start),
            end=london_text(end) if end else None,
            starts_on=london_day(start),
            ends_on=london_day(end) if end else None,
            offered=offered,
            declined=declined,
            flaws=(*flaws, *interview_flaws(row)),
        )

    def _listed(self, name: str, text: str, began_on: date) -> str | None:
        code = leading_code(text)
        last = max(began_on, self.told_on)
        return code if valid_between(self.code_lists[name], code, began_on, last) else None
