// Presses the button and gives milliseconds from there until each step, the last being the first
// picture of somebody else that the browser has presented.
() =>
  new Promise((resolve) => {
    const started = performance.now();
    const since = () => performance.now() - started;
    const times = {};
    const look = () => {
      const stage = document.querySelector(".tile");
      if (stage && !times.room_ms) times.room_ms = since();
      const video = document.querySelector(".tile:not(.mine) video");
      if (!video?.srcObject) return;
      observer.disconnect();
      clearInterval(timer);
      times.track_ms = since();
      video.requestVideoFrameCallback(() => resolve({ ...times, first_frame_ms: since() }));
    };
    // A change of srcObject is no change of the document, so look at times as well.
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    const timer = setInterval(look, 5);
    document.querySelector("[data-action=join]").click();
  })
