"""Group reports: several children of one household reported at once (¶91)."""

from contracts.episode_messages import EpisodeGroupReportedBody, GroupMember
from hub.synthetic.messages import Draft
from hub.synthetic.numbers import reference
from hub.synthetic.records import Record


def report_group(record: Record, other: Record, left: int, *, named: bool) -> None:
    """Let an authority report a child together with its sibling; the report is sent with `other`.

    named: it says that the sibling, too, is missing.
    """
    at = max(record.entered, other.entered)
    body = EpisodeGroupReportedBody(
        members=(
            GroupMember(child=record.child, episode=record.ref, named_missing=True),
            GroupMember(child=other.child, episode=other.ref, named_missing=named),
        ),
        classification=other.classification,
        left=record.when(left),
        reported=record.when(at),
    )
    if at < other.horizon:
        group = reference("G", record.ref, other.ref)
        other.drafts.append(Draft(at=at, subject=group, number=1, body=body))
