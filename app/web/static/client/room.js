// @ts-check
/** Everyone in one meeting, as this browser knows it: a snapshot, then fact by fact. Pure. */

/** @typedef {import("./messages.d.ts").ServerMessage} ServerMessage */
/** @typedef {import("./messages.d.ts").RoomState} RoomState */
/** @typedef {import("./messages.d.ts").ParticipantState} ParticipantState */
/** @typedef {import("./messages.d.ts").PublicationState} PublicationState */
/** @typedef {import("./messages.d.ts").LobbyState} LobbyState */
/** @typedef {import("./messages.d.ts").RecordingState} RecordingState */
/** @typedef {import("./messages.d.ts").TroubleState} TroubleState */
/** @typedef {import("./messages.d.ts").OffRecordState} OffRecordState */
/** @typedef {PublicationState["source"]} Source */
/** @typedef {ParticipantState["consents"][number]} Purpose */
/** @typedef {{participant: string, name: string, text: string, at: Date}} ChatLine */
/** @typedef {"joining" | "waiting" | "inside" | "denied" | "replaced" | "ended"} Stage */

const LONGEST_CHAT = 500;

export class Room {
  /** @type {Stage} */
  stage = "joining";
  /** Who I am here; empty until the node has said so. */
  me = "";
  /** @type {Map<string, ParticipantState>} in the order of arrival */
  participants = new Map();
  /** @type {Map<string, PublicationState>} */
  publications = new Map();
  /** @type {Map<string, LobbyState>} */
  lobby = new Map();
  /** @type {RecordingState} */
  recording = { running: false, started_at: null, interrupted: null };
  /** @type {OffRecordState} */
  off_record = { since: null, agreed: 0, present: 0, mine: false };
  /** @type {string | null} */
  speaker = null;
  /** Publications that are on the screen and that this connection is too slow for now.
   * @type {Set<string>} */
  resting = new Set();
  /** Whose connection works badly, as far as I am told. @type {TroubleState[]} */
  troubles = [];
  /** @type {ChatLine[]} */
  chat = [];
  /** Of my own chat lines that are to be kept: how many are not yet, and how many never will be. */
  unkept = { waiting: 0, lost: 0 };
  /** Of my own refusals and withdrawals: how many are in effect and not in the ledger yet. */
  withdrawalsWaiting = 0;
  /** Of my own consents: those that do not count here until I give them again. @type {Purpose[]} */
  uncounted = [];
  /** In the lobby: whether somebody is there who can open the door. */
  facilitatorPresent = true;

  get myself() {
    return this.participants.get(this.me) ?? null;
  }

  get facilitates() {
    return this.myself?.role === "facilitator";
  }

  /** Whether something may be kept of anyone now. */
  get keeps() {
    return this.recording.running && !this.recording.interrupted && this.off_record.since === null;
  }

  /** @param {string} participant @param {Source} source */
  publication(participant, source) {
    for (const publication of this.publications.values()) {
      if (publication.participant === participant && publication.source === source) {
        return publication;
      }
    }
    return null;
  }

  /** The shared screen that fills the well: the one that was added last. */
  get screen() {
    return [...this.publications.values()].filter((p) => p.source === "screen").pop() ?? null;
  }

  /** @param {ServerMessage} fact */
  apply(fact) {
    switch (fact.type) {
      case "waiting":
        this.stage = "waiting";
        this.me = fact.participant;
        this.facilitatorPresent = fact.facilitator_present;
        break;
      case "welcomed":
        this.stage = "inside";
        this.me = fact.participant;
        this.#replace(fact.room);
        break;
      case "denied":
      case "replaced":
        this.stage = fact.type;
        break;
      case "meeting_ended":
        this.stage = "ended";
        break;
      case "knocked":
        this.lobby.set(fact.person.participant, fact.person);
        break;
      case "lobby_left":
        this.lobby.delete(fact.participant);
        break;
      case "participant_joined":
        this.lobby.delete(fact.participant.id);
        this.participants.set(fact.participant.id, fact.participant);
        break;
      case "participant_changed":
        this.participants.set(fact.participant.id, fact.participant);
        break;
      case "participant_left":
        this.#forget(fact.participant);
        break;
      case "publication_added":
      case "publication_changed":
        this.publications.set(fact.publication.id, fact.publication);
        break;
      case "publication_removed":
        this.publications.delete(fact.publication);
        break;
      case "pictures_resting":
        this.resting = new Set(fact.publications);
        break;
      case "troubles_changed":
        this.troubles = fact.troubles;
        break;
      case "lines_unkept":
        this.unkept = { waiting: fact.waiting, lost: fact.lost };
        break;
      case "withdrawals_waiting":
        this.withdrawalsWaiting = fact.waiting;
        break;
      case "consents_uncounted":
        this.uncounted = fact.purposes;
        break;
      case "speaker_changed":
        this.speaker = fact.participant;
        break;
      case "said":
        this.chat.push({ ...fact, at: new Date(fact.at) });
        this.chat.splice(0, this.chat.length - LONGEST_CHAT);
        break;
      case "recording_started":
        this.recording = { running: true, started_at: fact.started_at, interrupted: null };
        break;
      case "recording_interrupted":
        this.recording = { ...this.recording, interrupted: fact.reason };
        break;
      case "recording_resumed":
        this.recording = { ...this.recording, interrupted: null };
        break;
      case "recording_stopped":
        this.recording = { running: false, started_at: null, interrupted: null };
        for (const [id, publication] of this.publications) {
          this.publications.set(id, { ...publication, recorded: false });
        }
        break;
      case "off_record_changed":
        this.off_record = fact.off_record;
        break;
      case "consent_decided":
        this.#decided(fact.participant, fact.purpose, fact.decision === "granted");
        break;
      case "done":
      case "refused":
      case "error":
      case "published":
      case "downlink_offered":
      case "layers_wanted":
      case "trial_opened":
        break; // between the connection and the peer connections
      default:
        unreachable(fact);
    }
  }

  /** @param {RoomState} state */
  #replace(state) {
    this.participants = new Map(state.participants.map((p) => [p.id, p]));
    this.publications = new Map(state.publications.map((p) => [p.id, p]));
    this.lobby = new Map(state.lobby.map((p) => [p.participant, p]));
    this.recording = state.recording;
    this.off_record = state.off_record;
    this.speaker = state.speaker;
    this.resting.clear();
    this.troubles = [];
    this.uncounted = [];
  }

  /** @param {string} participant */
  #forget(participant) {
    this.participants.delete(participant);
    for (const publication of this.publications.values()) {
      if (publication.participant === participant) this.publications.delete(publication.id);
    }
    if (this.speaker === participant) this.speaker = null;
  }

  /** @param {string} participant @param {Purpose} purpose @param {boolean} granted */
  #decided(participant, purpose, granted) {
    const state = this.participants.get(participant);
    if (!state) return;
    const others = state.consents.filter((each) => each !== purpose);
    this.participants.set(participant, {
      ...state,
      consents: granted ? [...others, purpose] : others,
    });
  }
}

/** @param {never} fact @returns {never} */
function unreachable(fact) {
  throw new Error(`unknown fact: ${JSON.stringify(fact)}`);
}
