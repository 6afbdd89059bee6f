"""Which sections a board's pack has, in which order."""

from typing import Final

from domain.safeguarding import Board
from hub.packs.asking import Wanted

# The view that fixes the position of a pack.
FIRST: Final = "national-trends"

_NUMBERS: Final = (
    Wanted(
        title="How many children went missing",
        view="national-trends",
        figures=(
            "incidents",
            "incidents_year_change",
            "incidents_year_change_percent",
            "children",
            "children_year_change",
            "children_year_change_percent",
            "open_episodes",
            "away_incidents",
            "away_children",
        ),
    ),
    Wanted(
        title="Month by month",
        view="national-trends",
        figures=("incidents", "children"),
        by="month",
    ),
    Wanted(
        title="Age",
        view="national-trends",
        figures=("incidents", "children"),
        by="age_band",
    ),
    Wanted(
        title="Where they lived",
        view="national-trends",
        figures=("incidents", "children"),
        by="placement_type",
    ),
    Wanted(
        title="How long they were away",
        view="duration",
        figures=(
            "incidents",
            "share_within_two_days",
            "lasted_over_30_days",
            "still_open",
            "median_hours",
            "ninetieth_percentile_hours",
            "not_computable",
        ),
    ),
    Wanted(
        title="Children who go missing again and again",
        view="repeat",
        figures=(
            "children",
            "children_1",
            "children_2",
            "children_3_to_5",
            "children_6_to_9",
            "children_10_or_more",
            "repeat_share",
            "episodes_of_frequent",
        ),
    ),
    Wanted(
        title="Three times in ninety days, or missing for long",
        view="repeat-triggers",
        figures=(
            "new_three_in_90_days",
            "new_extended",
            "children_three_in_90_days",
            "children_extended",
            "children_under",
        ),
    ),
)
_DONE: Final = (
    Wanted(
        title="Safe-and-well checks and return interviews",
        view="compliance",
        figures=(
            "returns",
            "checks_done",
            "checks_not_done",
            "checks_not_recorded",
            "check_rate",
            "interviews_not_offered",
            "interviews_offered",
            "interviews_declined",
            "interviews_completed",
            "interviews_within_72h",
            "interviews_not_computable",
            "within_72h_rate",
            "interviews_independent",
            "returns_of_silent_publishers",
        ),
    ),
    Wanted(
        title="Interviews by how often a child went missing",
        view="compliance",
        figures=("returns", "interviews_completed", "completed_rate", "within_72h_rate"),
        by="episode_number",
        chart="completed_rate",
    ),
    Wanted(
        title="Who was told",
        view="compliance",
        figures=(
            "reviewing_officer_due",
            "reviewing_officer_told_rate",
            "protection_chair_due",
            "protection_chair_told_rate",
            "host_authority_due",
            "host_authority_told_rate",
            "host_authority_median_delay",
            "risk_assessed_rate",
        ),
    ),
)
_ELSEWHERE: Final = (
    Wanted(
        title="Our children placed elsewhere",
        view="placements-elsewhere",
        figures=("children_at_the_end", "children", "children_missing", "incidents"),
        by="host_authority",
        chart="children",
    ),
    Wanted(
        title="Were the authorities that took them told",
        view="placement-notifications",
        figures=(
            "placements",
            "notified_by_the_start",
            "notified_late",
            "not_notified",
            "acknowledged",
            "median_days",
        ),
    ),
    Wanted(
        title="Children whom others placed here",
        view="placements-hosted",
        figures=("children_at_the_end", "children", "children_missing", "incidents"),
        by="authority",
        chart="children",
        here="host_authority",
    ),
    Wanted(
        title="Who looks for a child placed elsewhere",
        view="search-lead",
        figures=("episodes", "led_by_home", "led_by_host", "led_by_police", "no_lead", "gap_share"),
    ),
    Wanted(
        title="Moves before and after going missing",
        view="placement-instability",
        figures=("episodes", "share_after_a_move", "share_before_a_move"),
    ),
)
_VOICE: Final = (
    Wanted(
        title="Why children say they went",
        view="reasons",
        figures=("interviews", "children"),
        by="reason",
    ),
    Wanted(
        title="Children's views",
        view="childrens-views",
        figures=("absences", "absences_heard", "heard_share", "asked", "recorded", "used"),
    ),
)
_RISK: Final = (
    Wanted(
        title="Trafficked and unaccompanied children",
        view="trafficking",
        figures=("children", "missing_children", "missing_share", "incidents", "not_found"),
    ),
    Wanted(
        title="After a multi-agency referral",
        view="referral-outcomes",
        figures=(
            "referrals",
            "no_repeat_90_days",
            "one_repeat_90_days",
            "more_repeats_90_days",
            "not_known_90_days",
            "no_repeat_share_90_days",
        ),
    ),
)
_TRUST: Final = (
    Wanted(
        title="Which records these figures rest on",
        view="coverage",
        figures=("months", "months_declared", "months_undeclared_heard", "months_silent"),
    ),
    Wanted(
        title="What boards were told",
        view="reports-presented",
        figures=("boards", "boards_told", "boards_not_told", "reports", "age_days"),
    ),
)


def sections_for(board: Board) -> tuple[Wanted, ...]:
    """Return the sections of a board's pack.

    A corporate parenting board looks first at what is done for the children whom the authority
    brings up; a safeguarding partnership at risk (¶72-84, 88-89).
    """
    if board is Board.CORPORATE_PARENTING:
        return (*_NUMBERS, *_ELSEWHERE, *_DONE, *_VOICE, *_RISK, *_TRUST)
    return (*_NUMBERS, *_RISK, *_DONE, *_ELSEWHERE, *_VOICE, *_TRUST)
