// The signalling websocket, generated from signalling/messages.py; a test holds them equal.

export interface Admit {
  ref: number;
  type: "admit";
  participant: string;
}

export interface AgreeToRecord {
  ref: number;
  type: "agree_to_record";
}

export interface AnswerDownlink {
  ref: number;
  type: "answer_downlink";
  offer_id: number;
  answer: string;
}

export interface ConsentDecided {
  type: "consent_decided";
  participant: string;
  purpose: "audio" | "video" | "indexing" | "transcript" | "chat" | "quotation" | "sharing" | "feedback";
  decision: "granted" | "refused" | "withdrawn";
}

export interface ConsentsUncounted {
  type: "consents_uncounted";
  purposes: ("audio" | "video" | "indexing" | "transcript" | "chat" | "quotation" | "sharing" | "feedback")[];
}

export interface DecideConsent {
  ref: number;
  type: "decide_consent";
  purpose: "audio" | "video" | "indexing" | "transcript" | "chat" | "quotation" | "sharing" | "feedback";
  decision: "granted" | "refused" | "withdrawn";
  text_version: number;
  text_language: "fi" | "sv" | "en";
  keeps_earlier?: boolean;
  seen?: number;
}

export interface Denied {
  type: "denied";
}

export interface Deny {
  ref: number;
  type: "deny";
  participant: string;
}

export interface Done {
  type: "done";
  ref: number;
}

export interface DownlinkOffered {
  type: "downlink_offered";
  offer_id: number;
  offer: string;
  publications: Record<string, string>;
}

export interface DownlinkReport {
  rtt_ms: number | null;
  missing: number | null;
  jitter_ms: number | null;
  concealed: number | null;
  pictures: PictureReport[];
}

export interface EndMeeting {
  ref: number;
  type: "end_meeting";
}

export interface Error {
  type: "error";
  code: "not_json" | "unknown_type" | "malformed" | "too_large" | "too_many";
  ref?: number | null;
}

export interface GoOffRecord {
  ref: number;
  type: "go_off_record";
}

export interface IceServer {
  urls: string[];
  username?: string | null;
  credential?: string | null;
}

export interface Knocked {
  type: "knocked";
  person: LobbyState;
}

export interface LayersWanted {
  type: "layers_wanted";
  source: "microphone" | "camera" | "screen";
  layers: number;
}

export interface Leave {
  ref: number;
  type: "leave";
}

export interface LinesUnkept {
  type: "lines_unkept";
  waiting: number;
  lost: number;
}

export interface LobbyLeft {
  type: "lobby_left";
  participant: string;
}

export interface LobbyState {
  participant: string;
  name: string;
  role: "member" | "facilitator" | "observer";
}

export interface MeetingEnded {
  type: "meeting_ended";
}

export interface OffRecordChanged {
  type: "off_record_changed";
  off_record: OffRecordState;
}

export interface OffRecordState {
  since: string | null;
  agreed: number;
  present: number;
  mine: boolean;
  taken_over?: boolean;
}

export interface ParticipantChanged {
  type: "participant_changed";
  participant: ParticipantState;
}

export interface ParticipantJoined {
  type: "participant_joined";
  participant: ParticipantState;
}

export interface ParticipantLeft {
  type: "participant_left";
  participant: string;
}

export interface ParticipantState {
  id: string;
  user: string;
  name: string;
  role: "member" | "facilitator" | "observer";
  hand_raised: boolean;
  connected: boolean;
  consents: ("audio" | "video" | "indexing" | "transcript" | "chat" | "quotation" | "sharing" | "feedback")[];
}

export interface PictureReport {
  publication: string;
  frames_per_s: number | null;
  freezes: number | null;
  frozen_ms: number | null;
}

export interface PicturesResting {
  type: "pictures_resting";
  publications: string[];
}

export interface PublicationAdded {
  type: "publication_added";
  publication: PublicationState;
}

export interface PublicationChanged {
  type: "publication_changed";
  publication: PublicationState;
}

export interface PublicationRemoved {
  type: "publication_removed";
  publication: string;
}

export interface PublicationState {
  id: string;
  participant: string;
  source: "microphone" | "camera" | "screen";
  muted: boolean;
  recorded: boolean;
}

export interface Publish {
  ref: number;
  type: "publish";
  offer: string;
  sources: Record<string, "microphone" | "camera" | "screen">;
}

export interface Published {
  type: "published";
  ref: number;
  answer: string;
  publications: Record<string, string>;
}

export interface RaiseHand {
  ref: number;
  type: "raise_hand";
  raised: boolean;
}

export interface RecordingInterrupted {
  type: "recording_interrupted";
  reason: "disk";
}

export interface RecordingResumed {
  type: "recording_resumed";
}

export interface RecordingStarted {
  type: "recording_started";
  started_at: string;
}

export interface RecordingState {
  running: boolean;
  started_at: string | null;
  interrupted?: "disk" | null;
}

export interface RecordingStopped {
  type: "recording_stopped";
  reason: "command" | "meeting_ended";
}

export interface Refused {
  type: "refused";
  ref: number;
  code: "not_allowed" | "not_admitted" | "not_found" | "invalid" | "media_refused" | "meeting_ended" | "already_recording" | "not_recording" | "not_off_record" | "text_version_unknown" | "answered_since" | "recording_unavailable" | "too_many" | "internal";
}

export interface RemoveParticipant {
  ref: number;
  type: "remove_participant";
  participant: string;
}

export interface Replaced {
  type: "replaced";
}

export interface ReportQuality {
  ref: number;
  type: "report_quality";
  seconds: number;
  uplink: UplinkReport | null;
  downlink: DownlinkReport | null;
}

export interface RoomState {
  participants: ParticipantState[];
  publications: PublicationState[];
  lobby: LobbyState[];
  recording: RecordingState;
  off_record: OffRecordState;
  speaker: string | null;
}

export interface Said {
  type: "said";
  participant: string;
  name: string;
  text: string;
  at: string;
}

export interface Say {
  ref: number;
  type: "say";
  text: string;
}

export interface SetMuted {
  ref: number;
  type: "set_muted";
  source: "microphone" | "camera" | "screen";
  muted: boolean;
}

export interface SetView {
  ref: number;
  type: "set_view";
  tiles: Record<string, TileState>;
}

export interface SpeakerChanged {
  type: "speaker_changed";
  participant: string | null;
}

export interface StartRecording {
  ref: number;
  type: "start_recording";
}

export interface StopRecording {
  ref: number;
  type: "stop_recording";
}

export interface TileState {
  height: number;
  pinned?: boolean;
}

export interface TrialOpened {
  type: "trial_opened";
  ice_servers: IceServer[];
  addresses: string[];
  udp_port: number;
}

export interface TroubleState {
  participant: string;
  trouble: "sends_lossy" | "receives_lossy" | "line_slow" | "pictures_halt" | "answers_late";
  amount: number | null;
}

export interface TroublesChanged {
  type: "troubles_changed";
  troubles: TroubleState[];
}

export interface UplinkReport {
  rtt_ms: number | null;
  estimate_bps: number | null;
  limited_by: "none" | "cpu" | "bandwidth" | "other" | null;
}

export interface Waiting {
  type: "waiting";
  participant: string;
  resume_token: string;
  facilitator_present: boolean;
}

export interface Welcomed {
  type: "welcomed";
  participant: string;
  resume_token: string;
  resumed: boolean;
  room: RoomState;
  ice_servers: IceServer[];
}

export interface WithdrawalsWaiting {
  type: "withdrawals_waiting";
  waiting: number;
}

export type ClientMessage =
  | Publish
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
  | Leave;

export type ServerMessage =
  | Waiting
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
  | TrialOpened;
