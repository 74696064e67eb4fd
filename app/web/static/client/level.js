// @ts-check
/** How loud a microphone is, 0 to 1, for a meter. */

const FLOOR_DB = -60;

export class LevelMeter {
  /** @param {MediaStreamTrack} track */
  constructor(track) {
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source = this.context.createMediaStreamSource(new MediaStream([track]));
    this.source.connect(this.analyser);
  }

  /** Browsers start sound only after a gesture; harmless to call again. */
  resume() {
    if (this.context.state === "suspended") this.context.resume().catch(() => undefined);
  }

  get level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    const db = 10 * Math.log10(sum / this.samples.length + 1e-12);
    return Math.max(0, Math.min(1, 1 - db / FLOOR_DB));
  }

  close() {
    this.source.disconnect();
    this.context.close().catch(() => undefined);
  }
}
