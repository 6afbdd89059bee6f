"""The closed vocabularies of the response to a missing child: told, decided, met, acted."""

from enum import StrEnum


class Recipient(StrEnum):
    """Who is told of an episode, or of what came out of it (¶24-25, 34, 70, 75, 78-81)."""

    FIRST_CONTACT_POINT = "first-contact-point"
    EMERGENCY_DUTY_TEAM = "emergency-duty-team"
    ALLOCATED_WORKER = "allocated-worker"
    SENIOR_MANAGER = "senior-manager"
    REVIEWING_OFFICER = "independent-reviewing-officer"
    PROTECTION_CHAIR = "child-protection-chair"
    RESPONSIBLE_AUTHORITY = "responsible-authority"
    HOST_AUTHORITY = "host-authority"
    PLACEMENT_PROVIDER = "placement-provider"
    PARENT_OR_CARER = "parent-or-carer"
    POLICE = "police"
    HEALTH = "health"
    SCHOOL = "school"
    YOUTH_OFFENDING = "youth-offending"


class Channel(StrEnum):
    """How a notification travelled (¶23-24; "need to know" forms: ¶70)."""

    ELECTRONIC_EXCHANGE = "electronic-exchange"
    EMAIL = "email"
    TELEPHONE = "telephone"
    FORM = "form"
    IN_PERSON = "in-person"
    OTHER = "other"


class TriageDecision(StrEnum):
    """What the authority decided on receipt of a notification (¶23-24, 62)."""

    NO_FURTHER_ACTION = "no-further-action"
    ALLOCATED_WORKER_ACTS = "allocated-worker-acts"
    ASSESSMENT = "assessment"
    STRATEGY_MEETING = "strategy-meeting"
    MULTI_AGENCY_REFERRAL = "multi-agency-referral"


class NotOfferedReason(StrEnum):
    """Why no return interview was offered; never to be hidden as a refusal (¶37-45)."""

    NOT_REQUIRED = "not-required"
    MISSING_AGAIN = "missing-again"
    OUT_OF_AREA = "out-of-area-no-provider"
    NO_CAPACITY = "no-capacity"
    OTHER = "other"


class ViewsSetting(StrEnum):
    """Where a child was asked for their views (¶34, 95, 114)."""

    CHECK = "safe-and-well-check"
    INTERVIEW = "return-interview"
    REVIEW = "statutory-review"
    PLANNING = "care-planning"
    OTHER = "other"


class ViewsUse(StrEnum):
    """What a child's views were used in (¶95, 114)."""

    RISK_PLAN = "risk-plan"
    CARE_PLAN = "care-plan"
    SERVICE_PLANNING = "service-planning"


class RiskTrigger(StrEnum):
    """What made somebody assess or plan for the risk (¶61-63)."""

    FIRST_CONCERN = "first-concern"
    WENT_MISSING = "went-missing"
    CIRCUMSTANCES_CHANGED = "circumstances-changed"
    PLACEMENT_CHANGED = "placement-changed"
    NEW_INFORMATION = "new-information"
    SCHEDULED = "scheduled"


class MeetingKind(StrEnum):
    """What kind of meeting was held about a child (¶53, 62, 80)."""

    STRATEGY = "strategy"
    PROFESSIONALS = "professionals"
    INTERVENTION = "intervention"


class Agency(StrEnum):
    """Who took part in a meeting, or supports a child (¶49-57)."""

    CHILDRENS_SERVICES = "childrens-services"
    POLICE = "police"
    HEALTH = "health"
    MENTAL_HEALTH = "child-mental-health"
    EDUCATION = "education"
    YOUTH_OFFENDING = "youth-offending"
    PLACEMENT_PROVIDER = "placement-provider"
    VOLUNTARY_SECTOR = "voluntary-sector"
    OTHER = "other"


class Role(StrEnum):
    """The role of a person who chairs, owns or decides; never a name."""

    SOCIAL_WORKER = "social-worker"
    TEAM_MANAGER = "team-manager"
    SENIOR_MANAGER = "senior-manager"
    REVIEWING_OFFICER = "independent-reviewing-officer"
    PROTECTION_CHAIR = "child-protection-chair"
    POLICE_OFFICER = "police-officer"
    PLACEMENT_STAFF = "placement-staff"
    FOSTER_CARER = "foster-carer"
    YOUTH_WORKER = "youth-worker"
    HEALTH_WORKER = "health-worker"
    SCHOOL_STAFF = "school-staff"
    OTHER = "other"


class ReferralCriterion(StrEnum):
    """Why a child is referred to a multi-agency group; any one is enough (box after ¶57)."""

    AT_RISK = "professional-considers-at-risk"
    EXTENDED = "missing-for-extended-period"
    THREE_IN_NINETY_DAYS = "three-in-ninety-days"


class ReferralOutcome(StrEnum):
    """What followed a multi-agency referral (box after ¶57)."""

    NO_REPEAT = "no-repeat"
    ONE_REPEAT = "one-repeat"
    MORE_REPEATS = "more-repeats"
    NOT_KNOWN = "not-known"


class HarbouringStatute(StrEnum):
    """Under which law somebody was warned or ordered not to keep a child (¶58-60)."""

    CHILD_ABDUCTION_ACT = "child-abduction-act-1984-s2"
    CHILDREN_ACT = "children-act-1989-s49"


class HarbouredBy(StrEnum):
    """The kind of person that a harbouring notice names (¶58-60)."""

    FAMILY = "family-member"
    OTHER_ADULT = "other-adult"


class Concern(StrEnum):
    """A concern to carry with a child's episodes (¶7-8, 20-22, 85-88, box after ¶95)."""

    TRAFFICKING = "trafficking"
    SEXUAL_EXPLOITATION = "child-sexual-exploitation"
    CRIMINAL_EXPLOITATION = "child-criminal-exploitation"
    UNACCOMPANIED = "unaccompanied-asylum-seeking"
    GANGS = "gangs"
    SUBSTANCE_MISUSE = "substance-misuse"
    DOMESTIC_ABUSE = "domestic-abuse"
    BULLYING = "bullying"
    CRIME = "crime"
    SELF_HARM = "self-harm"
    MENTAL_HEALTH = "mental-health"
    OUT_OF_EDUCATION = "disengaged-from-education"
    PREGNANCY = "pregnancy"
    FORCED_MARRIAGE = "forced-marriage"
    RADICALISATION = "radicalisation"


class ConcernClosure(StrEnum):
    """Why a concern is no longer held."""

    RESOLVED = "resolved"
    UNFOUNDED = "unfounded"
    RECORDED_IN_ERROR = "recorded-in-error"


class ActionKind(StrEnum):
    """What was agreed to be done for a child (¶38, 63, 71)."""

    RISK_PLAN = "update-risk-plan"
    SUPPORT = "provide-support"
    PLACEMENT = "review-placement"
    FAMILY = "work-with-family"
    HEALTH = "health-referral"
    EDUCATION = "education-support"
    DISRUPTION = "disrupt-offenders"
    INFORMATION = "share-information"
    OTHER = "other"


class ActionSource(StrEnum):
    """What an agreed action came out of (¶38, 63, 71)."""

    CHECK = "safe-and-well-check"
    INTERVIEW = "return-interview"
    RISK_PLAN = "risk-plan"
    MEETING = "meeting"
    REFERRAL = "multi-agency-referral"
    REVIEW = "statutory-review"


class OutOfAreaReason(StrEnum):
    """Why a child was placed outside the responsible authority's area (¶72, 82-83)."""

    PROTECTION = "protection"
    LACK_OF_CHOICE = "lack-of-choice"
    SPECIALIST = "specialist-provision"
    NEAR_FAMILY = "near-family"
    OTHER = "other"


class ProtectionCategory(StrEnum):
    """The initial category of a child protection plan (children in need census)."""

    NEGLECT = "neglect"
    PHYSICAL = "physical-abuse"
    SEXUAL = "sexual-abuse"
    EMOTIONAL = "emotional-abuse"
    MULTIPLE = "multiple"


class ProgrammeKind(StrEnum):
    """What a local intervention programme does (¶48-57 and the boxes there)."""

    INTERVIEWS = "return-interviews"
    PREVENTION = "prevention-and-education"
    MEDIATION = "family-mediation"
    MENTORING = "mentoring"
    MULTI_AGENCY = "multi-agency-group"
    PLACEMENTS = "placement-support"
    OTHER = "other"


class Board(StrEnum):
    """To whom a report on missing children was presented (¶89)."""

    SAFEGUARDING_PARTNERSHIP = "safeguarding-partnership"
    CORPORATE_PARENTING = "corporate-parenting-board"
    SENIOR_MANAGERS = "senior-managers"
    ELECTED_MEMBERS = "elected-members"


class ReclassificationReason(StrEnum):
    """Why an episode was classified again (¶62, 93)."""

    NEW_INFORMATION = "new-information"
    RISK_CHANGED = "risk-changed"
    RECORDING_ERROR = "recording-error"
    CHANGED_GUIDANCE = "changed-guidance"


class Evidence(StrEnum):
    """What shows whether a child of a group was missing (¶91)."""

    CHECK = "safe-and-well-check"
    INTERVIEW = "return-interview"
    CARER = "account-of-carer"
    POLICE = "police-enquiry"
    OTHER = "other"
