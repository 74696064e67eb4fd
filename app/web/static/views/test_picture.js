// @ts-check
/** A picture that is nobody's: grain, which no encoder makes small, so that there is something to count. */

const WIDTH = 320;
const HEIGHT = 180;
const FRAME_RATE = 15;

export class TestPicture {
  constructor() {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: WIDTH, height: HEIGHT });
    const context = canvas.getContext("2d");
    const image = context?.createImageData(WIDTH, HEIGHT);
    this.timer = setInterval(() => {
      if (!context || !image) return;
      crypto.getRandomValues(image.data.subarray(0, 65_536));
      image.data.copyWithin(65_536, 0);
      for (let alpha = 3; alpha < image.data.length; alpha += 4) image.data[alpha] = 255;
      context.putImageData(image, 0, 0);
    }, 1000 / FRAME_RATE);
    this.track = canvas.captureStream(FRAME_RATE).getVideoTracks()[0];
  }

  close() {
    clearInterval(this.timer);
    this.track.stop();
  }
}
