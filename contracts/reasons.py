"""The closed list of reasons for which a submission is rejected: one list for every door."""

from enum import StrEnum


class Reason(StrEnum):
    """A permanent reason code; at most twenty exist, so that metrics stay small."""

    NOT_JSON = "not-json"
    TOO_LARGE = "too-large"
    ENVELOPE_INVALID = "envelope-invalid"
    UNKNOWN_PUBLISHER = "unknown-publisher"
    UNKNOWN_TYPE = "unknown-type"
    SOURCE_MISMATCH = "source-mismatch"
    SCHEMA_INVALID = "schema-invalid"
    DATE_INVALID = "date-invalid"
    CODE_UNKNOWN = "code-unknown"
    IDENTITY_IN_CLEAR = "identity-in-clear"
    IDENTITY_UNREADABLE = "identity-unreadable"
    IDENTITY_INVALID = "identity-invalid"
    SUBJECT_MISMATCH = "subject-mismatch"
    ROW_INVALID = "row-invalid"
    HUB_FAULT = "hub-fault"


MEANING: dict[Reason, str] = {
    Reason.NOT_JSON: "The body is not one JSON object in UTF-8, or has a name twice.",
    Reason.TOO_LARGE: "The message is larger than 64 KiB.",
    Reason.ENVELOPE_INVALID: "The CloudEvents envelope breaks its schema.",
    Reason.UNKNOWN_PUBLISHER: "The source is not a registered publisher.",
    Reason.UNKNOWN_TYPE: "No such event type or version is accepted.",
    Reason.SOURCE_MISMATCH: "The source is not the publisher that sent the message.",
    Reason.SCHEMA_INVALID: "The data breaks the schema of its event type.",
    Reason.DATE_INVALID: "A date or time does not exist in the calendar.",
    Reason.CODE_UNKNOWN: "A code is not in its list, or not valid in the year of the event.",
    Reason.IDENTITY_IN_CLEAR: "Identity must be sealed before it reaches a topic.",
    Reason.IDENTITY_UNREADABLE: "The sealed identity cannot be opened with the vault's key.",
    Reason.IDENTITY_INVALID: "The sealed identity breaks its schema.",
    Reason.SUBJECT_MISMATCH: "The reference already belongs to another child of this publisher.",
    Reason.ROW_INVALID: "A row of a file cannot be made into an event.",
    Reason.HUB_FAULT: "The hub failed on this message; it is kept and will be replayed.",
}
