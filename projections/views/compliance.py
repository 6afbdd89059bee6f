"""Compliance: checks, interviews, notifications and risk assessments after each return."""

from typing import Final

from projections.counted_episodes import EPISODE_DIMENSIONS
from projections.view import Dimension, View
from projections.views.compliance_checks import CHECK_FIGURES
from projections.views.compliance_interviews import INTERVIEW_FIGURES, TOGETHER
from projections.views.compliance_notices import NOTICE_FIGURES, RISK_FIGURES
from projections.views.compliance_rows import rows
from projections.views.members import MEMBERS
from projections.views.responses import RESPONSES
from projections.views.safeguards import SAFEGUARDS

_DIMENSIONS: Final = (
    *EPISODE_DIMENSIONS,
    Dimension(
        name="area",
        text="in: the child lived in its own authority; out: in another; unknown; restricted: the"
        " place is protected.",
        sql="CASE WHEN host_authority = 'restricted' THEN 'restricted'"
        " WHEN 'unknown' IN (authority, host_authority) THEN 'unknown'"
        " WHEN authority = host_authority THEN 'in' ELSE 'out' END",
    ),
    Dimension(
        name="episode_number",
        text="Which missing episode of the child in the reporting year of its start: 1, 2, 3-5,"
        " 6-9, 10+.",
        sql="CASE WHEN nth >= 10 THEN '10+' WHEN nth >= 6 THEN '6-9' WHEN nth >= 3 THEN '3-5'"
        " ELSE nth::text END",
    ),
    Dimension(
        name="check_not_done_reason",
        text="Why there was no safe-and-well check; none: no check was decided against.",
        sql="coalesce(check_not_done_reason, 'none')",
    ),
    Dimension(
        name="check_not_done_decider",
        text="Who decided against a safe-and-well check; none: nobody.",
        sql="coalesce(check_not_done_decider, 'none')",
    ),
    Dimension(
        name="not_offered_reason",
        text="Why no return interview was offered; none: nobody decided against it.",
        sql="coalesce(not_offered_reason, 'none')",
    ),
    Dimension(
        name="not_offered_decider",
        text="Who decided against offering a return interview; none: nobody.",
        sql="coalesce(not_offered_decider, 'none')",
    ),
    Dimension(
        name="declined_by",
        text="Who declined the return interview; unknown: nobody kept it; none: not declined.",
        sql="CASE WHEN declined THEN coalesce(declined_by, 'unknown') ELSE 'none' END",
    ),
    Dimension(
        name="interviewer",
        text="Who held the return interview; none: none took place.",
        sql="coalesce(interviewer, 'none')",
    ),
)

VIEWS: Final = (
    View(
        name="compliance",
        title="Compliance with statutory requirements after each return",
        definition="Missing episodes of children under 18 by the London date of their return, and"
        " what was done: safe-and-well check, return interview, notifications, risk assessment. A"
        " check, and an assessment, belongs to an episode up to the child's next start.",
        source="¶23-48, 61-84; recommendation to local authorities on self-evaluation",
        figures=(*CHECK_FIGURES, *INTERVIEW_FIGURES, *NOTICE_FIGURES, *RISK_FIGURES),
        dimensions=_DIMENSIONS,
        relations=(MEMBERS, RESPONSES, SAFEGUARDS),
        rows=rows,
        day="day",
        has_findings=True,
        together=TOGETHER,
        notes=(
            "Not recorded is not the same as not done: figures say what publishers have told.",
            "An SSDA903 file tells of no return, check or interview.",
            "The finding return-not-told counts episodes that ended without a known return.",
            "The finding responses-never-sent counts those of publishers that never sent one.",
        ),
    ),
)
