// Two soft notes when a number is called, once somebody has turned the sound on at this screen: a browser plays nothing
// before. What is called is also said to a screen reader. Without this file the screen shows the same, silently.
(() => {
  "use strict";

  const KEPT = "display-sound";
  const NOTES = [659.25, 523.25];
  const NOTE_SECONDS = 0.45;
  const LOUDNESS = 0.25;

  const button = document.querySelector("[data-chime]");
  const said = document.querySelector("[data-call-said]");
  let sound = null;
  let last = document.querySelector("[data-call]")?.dataset.call;

  const kept = () => {
    try {
      return localStorage.getItem(KEPT) === "on";
    } catch {
      return false;
    }
  };

  const keep = (isOn) => {
    try {
      localStorage.setItem(KEPT, isOn ? "on" : "off");
    } catch {
      // A screen that keeps nothing asks again after a restart.
    }
  };

  const isOn = () => sound?.state === "running";

  const show = () => {
    button.textContent = isOn() ? button.dataset.on : button.dataset.off;
  };

  const start = () => {
    if (!sound) {
      sound = new AudioContext();
      sound.addEventListener("statechange", show);
    }
    return sound.resume().then(show);
  };

  const play = () => {
    NOTES.forEach((pitch, place) => {
      const at = sound.currentTime + place * NOTE_SECONDS;
      const note = new OscillatorNode(sound, { type: "sine", frequency: pitch });
      const loudness = new GainNode(sound, { gain: 0 });
      loudness.gain.setValueAtTime(LOUDNESS, at);
      loudness.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS);
      note.connect(loudness).connect(sound.destination);
      note.start(at);
      note.stop(at + NOTE_SECONDS);
    });
  };

  document.addEventListener("htmx:afterSwap", () => {
    const call = document.querySelector("[data-call]");
    if (!call || call.dataset.call === last) {
      return;
    }
    last = call.dataset.call;
    said.textContent = call.textContent.replace(/\s+/g, " ").trim();
    if (isOn()) {
      play();
    }
  });

  if (!button || !("AudioContext" in window)) {
    return;
  }

  button.addEventListener("click", async () => {
    if (isOn()) {
      keep(false);
      await sound.suspend();
      return;
    }
    keep(true);
    await start();
    play();
  });

  // After a reload most browsers wait for a touch again; those set up for a screen do not.
  if (kept()) {
    start();
  }
  show();
  button.hidden = false;
})();
