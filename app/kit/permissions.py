"""Who may do what: the one table, role by action."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    """Of the installation."""
    COORDINATOR = "coordinator"
    RESEARCHER = "researcher"
    """Of a programme."""
    FACILITATOR = "facilitator"
    OBSERVER = "observer"
    MEMBER = "member"
    """Of a group."""


class Action(StrEnum):
    MANAGE_USERS = "manage_users"
    CREATE_PROGRAMME = "create_programme"
    SEE_PROGRAMME = "see_programme"
    EDIT_PROGRAMME = "edit_programme"
    CREATE_GROUP = "create_group"
    EDIT_CONSENT_TEXT = "edit_consent_text"
    SEE_GROUP = "see_group"
    EDIT_GROUP = "edit_group"
    INVITE = "invite"
    SCHEDULE = "schedule"
    JOIN_MEETING = "join_meeting"
    RUN_MEETING = "run_meeting"
    """Open, admit, record and end."""
    DECIDE_OWN_CONSENT = "decide_own_consent"
    READ_CONSENTS = "read_consents"
    SEE_RECORDING_STATUS = "see_recording_status"
    PLAY_RECORDING = "play_recording"
    READ_TURNS = "read_turns"
    EDIT_TURNS = "edit_turns"
    READ_TRANSCRIPT = "read_transcript"
    EDIT_TRANSCRIPT = "edit_transcript"
    """Write, import, and ask a machine for words."""
    READ_QUALITY = "read_quality"
    """How well people's connections worked: who observes or studies must know what they miss."""
    WRITE_NOTES = "write_notes"
    """Note down what happens in a meeting, and read, edit and delete what one noted oneself."""
    READ_NOTES = "read_notes"
    """Everybody's."""
    REMOVE_NOTES = "remove_notes"
    """Another's, when somebody asks to have it taken out."""
    REMOVE_CHAT = "remove_chat"
    """A kept chat line, when somebody whom it names asks to have it taken out."""
    READ_ANSWERS = "read_answers"
    """What people answered to surveys, under their pseudonyms, and how it goes with their turns."""
    IMPORT_ANSWERS = "import_answers"
    """Bring answers in, put others in their place, take them away."""
    EDIT_CODEBOOK = "edit_codebook"
    ASSIGN_CODING = "assign_coding"
    CODE = "code"
    """Code what one was assigned, and decide where finished coders differ."""
    EXPORT = "export"
    DRAW_SAMPLE = "draw_sample"
    """Decide which recordings are indexed."""
    IMPORT_RECORDING = "import_recording"
    """Bring in a meeting that was recorded elsewhere, with the consents given on paper."""
    READ_AUDIT = "read_audit"
    MANAGE_RETENTION = "manage_retention"
    """Say how long material is kept, and hold it."""
    ERASE_PERSON = "erase_person"
    """Another person, everywhere; oneself everyone may."""


A = Action
_INSIDE = frozenset({A.SEE_GROUP, A.JOIN_MEETING, A.DECIDE_OWN_CONSENT})
_STAFF = frozenset({A.SEE_PROGRAMME, A.SEE_GROUP, A.SEE_RECORDING_STATUS})
_RESEARCH = frozenset(
    {A.PLAY_RECORDING, A.READ_TURNS, A.EDIT_TURNS, A.READ_TRANSCRIPT, A.EDIT_TRANSCRIPT}
    | {A.READ_QUALITY, A.READ_NOTES, A.READ_ANSWERS, A.IMPORT_ANSWERS, A.EDIT_CODEBOOK, A.CODE}
)
_COORDINATION = frozenset(
    {A.EDIT_PROGRAMME, A.CREATE_GROUP, A.EDIT_CONSENT_TEXT, A.EDIT_GROUP, A.INVITE, A.SCHEDULE}
    | {A.JOIN_MEETING, A.RUN_MEETING, A.WRITE_NOTES, A.REMOVE_NOTES, A.READ_CONSENTS, A.EXPORT}
    | {A.READ_AUDIT, A.MANAGE_RETENTION, A.ASSIGN_CODING, A.DRAW_SAMPLE, A.IMPORT_RECORDING}
    | {A.REMOVE_CHAT}
)

ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.ADMINISTRATOR: _STAFF
    | _RESEARCH
    | _COORDINATION
    | {A.MANAGE_USERS, A.CREATE_PROGRAMME, A.ERASE_PERSON},
    Role.COORDINATOR: _STAFF | _RESEARCH | _COORDINATION,
    Role.RESEARCHER: _STAFF | _RESEARCH,
    Role.FACILITATOR: _INSIDE
    | {A.EDIT_GROUP, A.INVITE, A.SCHEDULE, A.RUN_MEETING, A.SEE_RECORDING_STATUS}
    | {A.WRITE_NOTES},
    Role.OBSERVER: _INSIDE | {A.SEE_RECORDING_STATUS, A.READ_QUALITY, A.WRITE_NOTES},
    Role.MEMBER: _INSIDE,
}


def may(roles: Iterable[Role], action: Action) -> bool:
    return any(action in ALLOWED[role] for role in roles)


def acting_as(roles: Iterable[Role], action: Action) -> Role | None:
    """The role in which someone with these roles does this: the first that may."""
    held = set(roles)
    return next((role for role in Role if role in held and action in ALLOWED[role]), None)
