// @ts-check
/** Cameras, microphones and screens; and why one could not be had. */

/** @typedef {"denied" | "missing" | "busy" | "unavailable"} DeviceTrouble */

/** A phone that encodes 720 lines in software gets hot, and its battery empty, within a meeting. */
const PHONE = Math.min(screen.width, screen.height) < 600 && matchMedia("(pointer: coarse)").matches;

const CAMERA = Object.freeze({
  width: { ideal: PHONE ? 640 : 1280 },
  height: { ideal: PHONE ? 360 : 720 },
  frameRate: { ideal: 24, max: 30 },
});

const MICROPHONE = Object.freeze({
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: { ideal: 1 },
});

/** Text on a shared screen must stay sharp; movement may suffer. */
const SCREEN = Object.freeze({
  width: { max: 1920 },
  height: { max: 1080 },
  frameRate: { ideal: 8, max: 12 },
});

/** @type {Record<string, DeviceTrouble>} names as in the Media Capture specification, §10 */
const TROUBLES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class DeviceError extends Error {
  /** @param {"microphone" | "camera" | "screen"} source @param {DeviceTrouble} trouble */
  constructor(source, trouble) {
    super(`${source}: ${trouble}`);
    this.source = source;
    this.trouble = trouble;
  }
}

/** @param {string | null} device @returns {Promise<MediaStreamTrack>} */
export function openCamera(device) {
  return open("camera", { video: { ...CAMERA, ...exactly(device) } });
}

/** @param {string | null} device @returns {Promise<MediaStreamTrack>} */
export function openMicrophone(device) {
  return open("microphone", { audio: { ...MICROPHONE, ...exactly(device) } });
}

/** Null when the person closed the browser's dialog without choosing. */
export async function openScreen() {
  if (!navigator.mediaDevices?.getDisplayMedia) throw new DeviceError("screen", "unavailable");
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: false });
    const [track] = stream.getVideoTracks();
    track.contentHint = "detail";
    return track;
  } catch (reason) {
    if (nameOf(reason) === "NotAllowedError") return null;
    throw new DeviceError("screen", TROUBLES[nameOf(reason)] ?? "unavailable");
  }
}

export function canShareScreen() {
  return Boolean(navigator.mediaDevices?.getDisplayMedia);
}

/** The cameras and microphones; without names until one of them has been allowed. */
export async function listDevices() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return {
    cameras: all.filter((device) => device.kind === "videoinput"),
    microphones: all.filter((device) => device.kind === "audioinput"),
  };
}

/** @param {() => void} changed @returns {() => void} stops listening */
export function onDevicesChanged(changed) {
  navigator.mediaDevices?.addEventListener("devicechange", changed);
  return () => navigator.mediaDevices?.removeEventListener("devicechange", changed);
}

/**
 * @param {"camera" | "microphone"} source
 * @param {MediaStreamConstraints} wanted
 */
async function open(source, wanted) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DeviceError(source, "unavailable");
  try {
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    const [track] = stream.getTracks();
    track.contentHint = source === "camera" ? "motion" : "speech";
    return track;
  } catch (reason) {
    throw new DeviceError(source, TROUBLES[nameOf(reason)] ?? "unavailable");
  }
}

/** @param {unknown} reason */
function nameOf(reason) {
  return reason instanceof Error ? reason.name : "";
}

/** @param {string | null} device */
function exactly(device) {
  return device ? { deviceId: { exact: device } } : {};
}
