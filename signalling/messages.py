"""Every message on the signalling websocket. PROTOCOL.md is the prose; this file is the law.

Commands go from the browser to the node and are imperative; facts come back and are past tense.
A command carries `ref` and is answered by exactly one fact, or `refused`, with the same `ref`.
The version is the websocket subprotocol, `emessi.v1`.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.kit.messages import Message

SUBPROTOCOL = "emessi.v1"

Sdp = Annotated[str, Field(max_length=100_000)]
Mid = Annotated[str, Field(min_length=1, max_length=16)]
PublicationId = Annotated[str, Field(max_length=40)]
ParticipantId = Annotated[str, Field(max_length=40)]
SourceName = Literal["microphone", "camera", "screen"]
RoleName = Literal["member", "facilitator", "observer"]
PurposeName = Literal[
    "audio", "video", "indexing", "transcript", "chat", "quotation", "sharing", "feedback"
]
LanguageCode = Literal["fi", "sv", "en"]
RefusalCode = Literal[
    "not_allowed",
    "not_admitted",
    "not_found",
    "invalid",
    "media_refused",
    "meeting_ended",
    "already_recording",
    "not_recording",
    "not_off_record",
    "text_version_unknown",
    "answered_since",
    "recording_unavailable",
    "too_many",
    "internal",
]
TroubleName = Literal["sends_lossy", "receives_lossy", "line_slow", "pictures_halt", "answers_late"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Milliseconds = Annotated[float, Field(ge=0, le=600_000, allow_inf_nan=False)]
"""At most ten minutes: a page that slept for longer measures anew."""


# ---- Commands -------------------------------------------------------------------------------


class Command(Message):
    ref: int = Field(ge=1, le=2**31)


class Publish(Command):
    """Offer the uplink. Sent again whenever the set of sources changes, or to restart ICE.

    `sources` names what each sending media section of the offer carries, by its mid.
    """

    type: Literal["publish"] = "publish"
    offer: Sdp
    sources: Annotated[dict[Mid, SourceName], Field(max_length=8)]


class AnswerDownlink(Command):
    """Answer the latest `downlink_offered`; `offer_id` tells which."""

    type: Literal["answer_downlink"] = "answer_downlink"
    offer_id: int
    answer: Sdp


class SetMuted(Command):
    """Mute or unmute one's own source; the node forwards and writes nothing of a muted one."""

    type: Literal["set_muted"] = "set_muted"
    source: SourceName
    muted: bool


class TileState(Message):
    height: int = Field(ge=0, le=8640)
    """Physical pixels; 0: it is not to be seen."""
    pinned: bool = False


class SetView(Command):
    """What one's screen shows of each publication; the node sends no larger picture than fits.

    A publication that is not named is sent as large as it comes.
    """

    type: Literal["set_view"] = "set_view"
    tiles: Annotated[dict[PublicationId, TileState], Field(max_length=64)]


class PictureReport(Message):
    """One picture that is shown, since the last report. What the browser does not tell is null."""

    publication: PublicationId
    frames_per_s: Annotated[float, Field(ge=0, le=240, allow_inf_nan=False)] | None
    freezes: Annotated[int, Field(ge=0, le=10_000)] | None
    frozen_ms: Milliseconds | None


class UplinkReport(Message):
    """Of what this browser sends. What the node finds out itself is not asked for."""

    rtt_ms: Milliseconds | None
    estimate_bps: Annotated[float, Field(ge=0, le=1e10, allow_inf_nan=False)] | None
    """What the browser believes that its path carries."""
    limited_by: Literal["none", "cpu", "bandwidth", "other"] | None
    """What keeps the camera's picture from being better."""


class DownlinkReport(Message):
    """Of what this browser receives, since the last report."""

    rtt_ms: Milliseconds | None
    missing: Share | None
    """Of the packets, never came, wherever they were lost."""
    jitter_ms: Milliseconds | None
    concealed: Share | None
    """Share of the voices' sound that was made up because it did not come in time."""
    pictures: Annotated[list[PictureReport], Field(max_length=32)]


class ReportQuality(Command):
    """How well one's own two connections worked in the last `seconds`. Each five seconds; one who
    reports more often than each second is refused with `too_many`."""

    type: Literal["report_quality"] = "report_quality"
    seconds: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
    uplink: UplinkReport | None
    downlink: DownlinkReport | None


class RaiseHand(Command):
    """Raise or lower one's hand."""

    type: Literal["raise_hand"] = "raise_hand"
    raised: bool


class Say(Command):
    """A chat line to everyone in the room. It is kept only of one whose consents hold `chat`, and
    only while the recording runs, on the record: else it is gone with the room."""

    type: Literal["say"] = "say"
    text: str = Field(min_length=1, max_length=2000)


class Admit(Command):
    """The facilitator lets one person in from the lobby."""

    type: Literal["admit"] = "admit"
    participant: ParticipantId


class Deny(Command):
    """The facilitator turns one person in the lobby away."""

    type: Literal["deny"] = "deny"
    participant: ParticipantId


class RemoveParticipant(Command):
    """The facilitator sends one person out of the room."""

    type: Literal["remove_participant"] = "remove_participant"
    participant: ParticipantId


class StartRecording(Command):
    """The facilitator starts the recording: a tape for everyone, as far as each consents."""

    type: Literal["start_recording"] = "start_recording"


class StopRecording(Command):
    """The facilitator stops the recording for everyone."""

    type: Literal["stop_recording"] = "stop_recording"


class GoOffRecord(Command):
    """Anyone in the room stops everyone's recording, until all have agreed to go on.

    Sent again, it takes back what was agreed on.
    """

    type: Literal["go_off_record"] = "go_off_record"


class AgreeToRecord(Command):
    """Off the record: agree to be recorded again. When everyone has, it goes on."""

    type: Literal["agree_to_record"] = "agree_to_record"


class DecideConsent(Command):
    """Decide on one purpose, under the version and language of the text that was shown."""

    type: Literal["decide_consent"] = "decide_consent"
    purpose: PurposeName
    decision: Literal["granted", "refused", "withdrawn"]
    text_version: int
    text_language: LanguageCode
    keeps_earlier: bool = False
    """Of a withdrawal: leave what was recorded until now. Else it is erased."""
    seen: int = Field(default=0, ge=0, le=2**31 - 1)
    """Of a yes: the `sequence` of one's own newest decision in the ledger that one knew of. What
    one said by this connection is known besides. It is refused where one has said no since."""


class EndMeeting(Command):
    """The facilitator ends the meeting for everyone."""

    type: Literal["end_meeting"] = "end_meeting"


class Leave(Command):
    """Leave for good: no grace period, no resumption."""

    type: Literal["leave"] = "leave"


ClientMessage = Annotated[
    Publish
    | AnswerDownlink
    | SetMuted
    | SetView
    | ReportQuality
    | RaiseHand
    | Say
    | Admit
    | Deny
    | RemoveParticipant
    | StartRecording
    | StopRecording
    | GoOffRecord
    | AgreeToRecord
    | DecideConsent
    | EndMeeting
    | Leave,
    Field(discriminator="type"),
]


# ---- What facts are made of -----------------------------------------------------------------


class PublicationState(Message):
    id: PublicationId
    participant: ParticipantId
    source: SourceName
    muted: bool
    recorded: bool
    """A tape is being written of it now."""


class ParticipantState(Message):
    id: ParticipantId
    user: UUID
    name: str
    role: RoleName
    hand_raised: bool
    connected: bool
    """False while its websocket is gone and may still come back."""
    consents: list[PurposeName]
    """Purposes granted and in force: everyone may see who is recorded and for what."""


class LobbyState(Message):
    participant: ParticipantId
    name: str
    role: RoleName


class RecordingState(Message):
    running: bool
    started_at: AwareDatetime | None
    interrupted: Literal["disk"] | None = None
    """It runs, and nothing is written for now."""


class OffRecordState(Message):
    since: AwareDatetime | None
    """Nothing is recorded of anyone from then on; None: it is not off the record."""
    agreed: int
    """So many people agree to go on. 0: nobody has proposed it."""
    present: int
    """Of so many who are here, and who must all agree."""
    mine: bool
    """Whether you do."""
    taken_over: bool = False
    """Nobody asked for it: another node had the meeting, and what was last said there of the record
    is not known here."""


class IceServer(Message):
    urls: list[str]
    username: str | None = None
    credential: str | None = None


class RoomState(Message):
    """Everything a newcomer, or one who comes back, must know. A resume brings a new one."""

    participants: list[ParticipantState]
    publications: list[PublicationState]
    lobby: list[LobbyState]
    """Filled for the facilitator only."""
    recording: RecordingState
    off_record: OffRecordState
    speaker: ParticipantId | None


# ---- Facts ----------------------------------------------------------------------------------


class Waiting(Message):
    """You are in the lobby. Told first, and again when the facilitator has come or gone."""

    type: Literal["waiting"] = "waiting"
    participant: ParticipantId
    resume_token: str
    """Brings you back to the lobby after the websocket is lost."""
    facilitator_present: bool
    """False: there is nobody yet who could let you in."""


class Welcomed(Message):
    """You are in the room: at once, when admitted, or back after a dropped connection."""

    type: Literal["welcomed"] = "welcomed"
    participant: ParticipantId
    resume_token: str
    """Opens `?resume=` for 30 s after the websocket is lost."""
    resumed: bool
    """True: your uplink, downlink and publications are still there."""
    room: RoomState
    ice_servers: list[IceServer]


class Denied(Message):
    """The facilitator did not let you in, or sent you out. The connection closes."""

    type: Literal["denied"] = "denied"


class Done(Message):
    """The command `ref` was carried out and has nothing more to tell its sender."""

    type: Literal["done"] = "done"
    ref: int


class Refused(Message):
    """The command `ref` was not carried out. `code` is stable; the text lives in the client."""

    type: Literal["refused"] = "refused"
    ref: int
    code: RefusalCode


class Error(Message):
    """The last message could not be understood and was dropped."""

    type: Literal["error"] = "error"
    code: Literal["not_json", "unknown_type", "malformed", "too_large", "too_many"]
    ref: int | None = None


class Published(Message):
    """Answer to `publish`. `publications` maps each sending mid to its publication."""

    type: Literal["published"] = "published"
    ref: int
    answer: Sdp
    publications: dict[Mid, PublicationId]


class DownlinkOffered(Message):
    """The node offers the downlink anew. `publications` maps each active mid to what it carries."""

    type: Literal["downlink_offered"] = "downlink_offered"
    offer_id: int
    offer: Sdp
    publications: dict[Mid, PublicationId]


class Knocked(Message):
    """Someone waits in the lobby. To the facilitator only."""

    type: Literal["knocked"] = "knocked"
    person: LobbyState


class LobbyLeft(Message):
    """Someone is no longer in the lobby. To the facilitator only."""

    type: Literal["lobby_left"] = "lobby_left"
    participant: ParticipantId


class ParticipantJoined(Message):
    """Someone came into the room."""

    type: Literal["participant_joined"] = "participant_joined"
    participant: ParticipantState


class ParticipantChanged(Message):
    """Hand, connection or consents of a participant changed; the whole new state."""

    type: Literal["participant_changed"] = "participant_changed"
    participant: ParticipantState


class ParticipantLeft(Message):
    """Someone is gone for good."""

    type: Literal["participant_left"] = "participant_left"
    participant: ParticipantId


class PublicationAdded(Message):
    """Someone sends something new; a downlink offer with it follows."""

    type: Literal["publication_added"] = "publication_added"
    publication: PublicationState


class PublicationChanged(Message):
    """Muted or recorded changed; the whole new state."""

    type: Literal["publication_changed"] = "publication_changed"
    publication: PublicationState


class PublicationRemoved(Message):
    """Someone no longer sends this."""

    type: Literal["publication_removed"] = "publication_removed"
    publication: PublicationId


class LayersWanted(Message):
    """So many layers of your own source, from the smallest, are looked at or recorded: send no
    others. 0: nobody looks at it now."""

    type: Literal["layers_wanted"] = "layers_wanted"
    source: SourceName
    layers: int = Field(ge=0)


class PicturesResting(Message):
    """The pictures on your screen that your connection is too slow for now; the whole list."""

    type: Literal["pictures_resting"] = "pictures_resting"
    publications: list[PublicationId]


class TroubleState(Message):
    participant: ParticipantId
    trouble: TroubleName
    amount: int | None
    """Per cent lost, or milliseconds of the round trip of `answers_late`; null for the others."""


class TroublesChanged(Message):
    """Whose connection works badly now, and how; the whole list. The facilitator and observers are
    told of everyone, others of themselves only."""

    type: Literal["troubles_changed"] = "troubles_changed"
    troubles: list[TroubleState]


class SpeakerChanged(Message):
    """Who speaks now, by audio level; None when nobody does."""

    type: Literal["speaker_changed"] = "speaker_changed"
    participant: ParticipantId | None


class Said(Message):
    """A chat line."""

    type: Literal["said"] = "said"
    participant: ParticipantId
    name: str
    text: str
    at: AwareDatetime


class LinesUnkept(Message):
    """Of your own chat lines, which are to be kept: so many wait for a database that is out of
    reach, and so many were given up. Told again whenever it changes, and once all are kept."""

    type: Literal["lines_unkept"] = "lines_unkept"
    waiting: int = Field(ge=0)
    lost: int = Field(ge=0)


class WithdrawalsWaiting(Message):
    """Of your own refusals and withdrawals: so many have taken effect here and wait for a database
    that is out of reach to enter them in the ledger. Told again whenever it changes, and once none
    waits."""

    type: Literal["withdrawals_waiting"] = "withdrawals_waiting"
    waiting: int = Field(ge=0)


class ConsentsUncounted(Message):
    """Of your own consents: those that do not count here until you give them again. Another node
    had a meeting of the group, and whether you took them back there is not known. Told again
    whenever it changes, and once all count."""

    type: Literal["consents_uncounted"] = "consents_uncounted"
    purposes: list[PurposeName]


class RecordingStarted(Message):
    """The recording runs."""

    type: Literal["recording_started"] = "recording_started"
    started_at: AwareDatetime


class RecordingInterrupted(Message):
    """The node's disk takes no more. The meeting goes on; nothing is recorded of anyone until
    `recording_resumed`. Shown to everyone for as long as it lasts."""

    type: Literal["recording_interrupted"] = "recording_interrupted"
    reason: Literal["disk"]


class RecordingResumed(Message):
    """There is room again: recording goes on by itself, under the same consents."""

    type: Literal["recording_resumed"] = "recording_resumed"


class RecordingStopped(Message):
    """Somebody stopped it, or the meeting is over."""

    type: Literal["recording_stopped"] = "recording_stopped"
    reason: Literal["command", "meeting_ended"]


class OffRecordChanged(Message):
    """The meeting went off the record, somebody agreed to go on, or it goes on. Nobody is named."""

    type: Literal["off_record_changed"] = "off_record_changed"
    off_record: OffRecordState


class ConsentDecided(Message):
    """Someone in the room decided; what is recorded of them from now on."""

    type: Literal["consent_decided"] = "consent_decided"
    participant: ParticipantId
    purpose: PurposeName
    decision: Literal["granted", "refused", "withdrawn"]


class Replaced(Message):
    """The same person joined from elsewhere; this connection closes."""

    type: Literal["replaced"] = "replaced"


class MeetingEnded(Message):
    """The meeting is over; the connection closes."""

    type: Literal["meeting_ended"] = "meeting_ended"


class TrialOpened(Message):
    """First and only on `/ws/trial`: what may be tried, and where the media goes directly."""

    type: Literal["trial_opened"] = "trial_opened"
    ice_servers: list[IceServer]
    addresses: list[str]
    udp_port: int


ServerMessage = Annotated[
    Waiting
    | Welcomed
    | Denied
    | Done
    | Refused
    | Error
    | Published
    | DownlinkOffered
    | Knocked
    | LobbyLeft
    | ParticipantJoined
    | ParticipantChanged
    | ParticipantLeft
    | PublicationAdded
    | PublicationChanged
    | PublicationRemoved
    | LayersWanted
    | PicturesResting
    | TroublesChanged
    | SpeakerChanged
    | Said
    | LinesUnkept
    | WithdrawalsWaiting
    | ConsentsUncounted
    | RecordingStarted
    | RecordingInterrupted
    | RecordingResumed
    | RecordingStopped
    | OffRecordChanged
    | ConsentDecided
    | Replaced
    | MeetingEnded
    | TrialOpened,
    Field(discriminator="type"),
]
