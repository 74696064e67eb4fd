// @ts-check
/** The connection test: devices and ways are tried side by side, and each line says what came of it. */

import { Capture } from "./client/capture.js";
import { DeviceError } from "./client/devices.js";
import { isPoor, judge } from "./client/judgement.js";
import { loadTexts } from "./client/languages.js";
import { LevelMeter } from "./client/level.js";
import { Trial, TrialError } from "./client/trial.js";
import { WAYS, onlyWay } from "./client/ways.js";
import { Checks, showVerdict } from "./views/checks.js";
import { DevicePicker } from "./views/device_picker.js";
import { attach, say, set } from "./views/dom.js";
import { deviceTrouble } from "./views/lobby.js";
import { TestPicture } from "./views/test_picture.js";

/** @typedef {import("./client/judgement.js").Outcome} Outcome */
/** @typedef {import("./client/ways.js").WayName} WayName */

/** Lower: one lost packet looks like many. Higher: people wait. */
const DIRECT_MS = 4_000;
const DETOUR_MS = 2_000;
/** So long is listened for a voice. */
const LISTEN_MS = 10_000;
/** A voice at an arm's length; fans and keyboards stay below. */
const VOICE = 0.35;

/** @type {{url: string | null}} */
const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const t = await loadTexts(document.documentElement.lang);
const host = data.url ? new URL(data.url).host : location.host;
const checks = new Checks(t);
const button = /** @type {HTMLButtonElement} */ (document.querySelector("[data-action=test]"));
const verdict = /** @type {HTMLElement} */ (document.getElementById("verdict"));
const self = /** @type {HTMLElement} */ (document.getElementById("self"));
const video = /** @type {HTMLVideoElement} */ (document.getElementById("picture"));

const capture = new Capture(() => {
  attach(video, capture.track("camera"));
  set(self, "hidden", !capture.track("camera") && !capture.track("microphone"));
  set(video, "hidden", !capture.isOn("camera"));
});
const picker = new DevicePicker(capture, t, (reason) => deviceFailed("camera", reason));
self.append(picker.element);

button.addEventListener("click", async () => {
  if (button.getAttribute("aria-busy")) return;
  set(button, "aria-busy", "true");
  say(button, t("trial.running"));
  set(verdict, "hidden", true);
  checks.reset();
  await Promise.all([tryDevices(), tryNetwork()]);
  set(button, "aria-busy", null);
  say(button, t("trial.again"));
});
set(button, "disabled", false); // before now a press would have been lost

async function tryNetwork() {
  const picture = new TestPicture();
  /** @type {Partial<Record<WayName, Outcome>>} */
  const outcomes = {};
  try {
    const opened = await reach();
    for (const name of WAYS) {
      const way = onlyWay(opened.ice_servers, name);
      if (way) outcomes[name] = await tryWay(name, way, picture.track);
    }
    showVerdict(verdict, judge(opened, outcomes, host), t);
  } catch (reason) {
    if (!(reason instanceof TrialError)) throw reason;
    showVerdict(verdict, judge(reason.trouble, outcomes, host), t);
  } finally {
    picture.close();
  }
}

/** The websocket, and what the node says on it first. */
async function reach() {
  checks.show("websocket", "running");
  const began = performance.now();
  const trial = data.url ? new Trial(data.url) : null;
  try {
    if (!trial) throw new TrialError("unreachable");
    const opened = await trial.opened;
    const ms = Math.round(performance.now() - began);
    checks.show("websocket", "good", t("trial.websocket_good", { ms }));
    return opened;
  } catch (reason) {
    const { trouble } = /** @type {TrialError} */ (reason);
    checks.show("websocket", "bad", t(trouble === "busy" ? "trial.busy" : "trial.websocket_bad"));
    throw reason;
  } finally {
    trial?.close();
  }
}

/** @param {WayName} name @param {RTCConfiguration} way @param {MediaStreamTrack} picture @returns {Promise<Outcome>} */
async function tryWay(name, way, picture) {
  checks.show(name, "running");
  const trial = new Trial(data.url ?? "");
  try {
    const measured = await trial.measure(way, picture, name === "direct" ? DIRECT_MS : DETOUR_MS);
    const lost = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
    const values = { rtt: measured.rtt_ms, lost: lost.format(measured.lost * 100) };
    checks.show(name, isPoor(measured) ? "poor" : "good", t("trial.measured", values));
    return { measured };
  } catch (reason) {
    if (!(reason instanceof TrialError)) throw reason;
    checks.show(name, "bad", t(`trial.${reason.trouble}`));
    return { trouble: reason.trouble };
  } finally {
    trial.close();
  }
}

/** One after the other, so that the browser asks one question at a time. */
async function tryDevices() {
  checks.show("camera", "running");
  try {
    await capture.turnCamera(true);
    await picker.refresh();
    checks.show("camera", "good", t("trial.camera_good"));
  } catch (reason) {
    deviceFailed("camera", reason);
  }
  checks.show("microphone", "running", t("trial.microphone_speak"));
  try {
    await capture.turnMicrophone(true);
    await picker.refresh();
    const heard = await hears();
    const words = t(heard ? "trial.microphone_good" : "trial.microphone_silent");
    checks.show("microphone", heard ? "good" : "poor", words);
  } catch (reason) {
    deviceFailed("microphone", reason);
  }
}

/** Whether somebody speaks within a while. */
async function hears() {
  const track = capture.track("microphone");
  if (!track) return false;
  const meter = new LevelMeter(track);
  const deadline = performance.now() + LISTEN_MS;
  let heard = false;
  while (!heard && performance.now() < deadline) {
    meter.resume();
    heard = meter.level > VOICE;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  meter.close();
  return heard;
}

/** @param {"camera" | "microphone"} source @param {unknown} reason */
function deviceFailed(source, reason) {
  if (!(reason instanceof DeviceError)) throw reason;
  checks.show(source, "bad", deviceTrouble(reason, t));
}

addEventListener("pagehide", () => capture.stop());
