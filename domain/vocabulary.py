"""The closed vocabularies that events are written in, in the words of the guidance."""

from enum import StrEnum


class Classification(StrEnum):
    """How a source recorded an absence (statutory guidance 2014; SSDA903 `MISSING`; police APP)."""

    MISSING_FROM_CARE = "missing-from-care"
    MISSING_FROM_HOME = "missing-from-home"
    MISSING = "missing"
    AWAY = "away"
    NO_APPARENT_RISK = "no-apparent-risk"


class Category(StrEnum):
    """What an episode counts as; the three are never added together (definitions, first entry)."""

    MISSING = "missing"
    AWAY = "away"
    NO_APPARENT_RISK = "no_apparent_risk"


class RiskLevel(StrEnum):
    """The police's assessment of risk (APP); `absent` was a category from 2013 to 2017."""

    ABSENT = "absent"
    NO_APPARENT_RISK = "no-apparent-risk"
    VERY_LOW = "very-low"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Sex(StrEnum):
    """Sex as the SSDA903 return codes it since 2024/25."""

    FEMALE = "F"
    MALE = "M"
    UNKNOWN = "U"


class Reporter(StrEnum):
    """Who reported the child missing (¶23)."""

    PARENT = "parent-or-relative"
    CARER = "foster-carer"
    PLACEMENT_PROVIDER = "placement-provider"
    SOCIAL_WORKER = "social-worker"
    SCHOOL = "school"
    POLICE = "police"
    OTHER = "other"


class Finder(StrEnum):
    """How the child was found or came back (NCA annual return)."""

    SELF = "returned-of-own-accord"
    POLICE = "police"
    FAMILY = "family-or-friends"
    CARER = "carer-or-provider"
    OTHER = "other"
    UNKNOWN = "unknown"


class CheckNotDoneReason(StrEnum):
    """Why a safe-and-well check was not done (¶28-29: the decision needs an owner and a reason)."""

    FREQUENT = "frequent"
    COUNTER_PRODUCTIVE = "counter-productive"
    REFUSED = "refused-to-see"
    OTHER = "other"


class Decider(StrEnum):
    """The role that owns a decision."""

    POLICE_SUPERVISOR = "police-supervisor"
    POLICE_COORDINATOR = "police-missing-coordinator"
    TEAM_MANAGER = "team-manager"
    SOCIAL_WORKER = "social-worker"
    OTHER = "other"


class DeclinedBy(StrEnum):
    """Who declined a return interview; a refusal is never a non-offer (¶45)."""

    CHILD = "child"
    PARENT_OR_CARER = "parent-or-carer"


class Interviewer(StrEnum):
    """Who held the return interview (question list of the 2023-24 freedom-of-information study).

    Placement staff, as a key worker, are not independent (¶47).
    """

    SOCIAL_WORKER = "social-worker"
    AUTHORITY_TEAM = "authority-team"
    YOUTH_WORKER = "youth-worker"
    COMMISSIONED_SERVICE = "commissioned-independent-service"
    PLACEMENT_STAFF = "placement-staff"
    OTHER = "other"


class VoidReason(StrEnum):
    """Why a source episode never happened as such (¶91)."""

    ENTERED_IN_ERROR = "entered-in-error"
    DUPLICATE = "duplicate"
    NOT_THIS_CHILD = "not-this-child"


class CorrectionReason(StrEnum):
    """Why a publisher corrects what it sent."""

    RECORDING_ERROR = "recording-error"
    LATE_INFORMATION = "late-information"
    RECONCILED = "reconciled-with-partner"


class ErasureReason(StrEnum):
    """On what ground a child's identity is erased (UK GDPR, article 17; DPA 2018, section 47)."""

    RETENTION_ENDED = "retention-ended"
    UNLAWFUL = "unlawful-processing"
    COURT_ORDER = "court-order"


class HoldReason(StrEnum):
    """Why a child's identity must be kept for now, whoever asks to erase it."""

    CRIMINAL_PROCEEDINGS = "criminal-proceedings"
    CIVIL_PROCEEDINGS = "civil-proceedings"
    FAMILY_PROCEEDINGS = "family-proceedings"
    INQUEST = "inquest"
    PUBLIC_INQUIRY = "public-inquiry"
    SAFEGUARDING_REVIEW = "safeguarding-review"
    COMPLAINT = "complaint"


class Correctable(StrEnum):
    """The attributes of a source episode that a correction may replace or clear."""

    CLASSIFICATION = "classification"
    RISK = "risk"
    LEFT = "left"
    LAST_SEEN = "last_seen"
    REPORTED = "reported"
    LOCATED = "located"
    RETURNED = "returned"
    LOOKED_AFTER = "looked_after"
    RESPONSIBLE_AUTHORITY = "responsible_authority"
    HOME_AUTHORITY = "home_authority"
    HOST_AUTHORITY = "host_authority"
    PLACEMENT_TYPE = "placement_type"
