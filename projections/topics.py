"""The permanent names of the events that the facts of episodes are made of."""

from typing import Final

# What the episode facts are made of: records about a source episode, and about its child.
EPISODE_TYPES: Final = (
    "episode-reported",
    "episode-classified",
    "episode-reclassified",
    "child-located",
    "child-returned",
    "safe-and-well-check-done",
    "safe-and-well-check-not-done",
    "return-interview-offered",
    "return-interview-not-offered",
    "return-interview-declined",
    "return-interview-completed",
    "episode-corrected",
    "episode-voided",
    "episode-merged",
    "episode-grouped",
    "attribution-corrected",
    "episode-aged",
    "episode-matched",
)
# Who a subject is, or would be if everything in review were linked.
PERSON_TYPES: Final = ("person-linked", "person-merged", "person-split", "person-link-proposed")
CHILD_TYPES: Final = (
    "subject-registered",
    "care-started",
    "care-ended",
    "placement-started",
    "placement-ended",
    "child-reached-eighteen",
    *PERSON_TYPES,
)
