import htmx from "htmx.org";

// The duty board: alerts come as server-sent events, the board is fetched anew, clocks run.
export function board() {
  const place = document.querySelector("[data-board]");
  if (!place) return;
  const button = document.querySelector("[data-sound]");
  const said = document.querySelector("[data-said]");
  const seen = new Set();
  let audio = null;

  if (button && window.AudioContext) {
    button.hidden = false;
    button.addEventListener("click", () => {
      audio = audio || new AudioContext();
      audio.resume();
      ring(audio, 1);
      button.querySelector("span").textContent = "声音已开启";
    });
  }
  const reload = () => htmx.ajax("GET", place.dataset.board, { target: place, swap: "innerHTML" });
  const stream = new EventSource(place.dataset.events);
  stream.addEventListener("alert", (e) => {
    if (seen.has(e.lastEventId)) return;
    seen.add(e.lastEventId);
    const alert = JSON.parse(e.data);
    if (said) said.textContent = alert.text;
    if (alert.sound) {
      if (audio) ring(audio, 3);
      document.body.classList.remove("flash");
      void document.body.offsetWidth;
      document.body.classList.add("flash");
      setTimeout(() => document.body.classList.remove("flash"), 5000);
    }
    reload();
  });
  // What no alert tells, somebody else's taking over, is seen a moment later.
  setInterval(() => { if (!document.hidden && !place.querySelector("details[open]")) reload(); }, 10000);
  setInterval(() => tick(place), 1000);
  tick(place);
}

function tick(place) {
  place.querySelectorAll("[data-due]").forEach((box) => {
    const face = box.querySelector("[data-running]");
    if (!face) return;
    const left = Math.round((new Date(box.dataset.due) - Date.now() - skew(place)) / 1000);
    const n = Math.abs(left);
    const two = (x) => String(x).padStart(2, "0");
    // Beyond an hour the chip says more than a running clock; below it, the chip's minutes would stand still beside it.
    box.classList.toggle("ticking", n < 3600);
    face.textContent = n >= 3600 ? "" : (left < 0 ? "超 " : "") + `${two(Math.floor(n / 60))}:${two(n % 60)}`;
  });
}

// skew is how far the court's clock is ahead of this machine's.
function skew(place) {
  const at = place.querySelector("[data-at]");
  if (!at) return 0;
  if (!at.dataset.skew) at.dataset.skew = String(new Date(at.dataset.at) - Date.now());
  return Number(at.dataset.skew);
}

function ring(audio, times) {
  for (let i = 0; i < times; i++) {
    const start = audio.currentTime + i * 0.7;
    for (const [at, pitch] of [[0, 880], [0.22, 660]]) {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, start + at);
      loud.gain.exponentialRampToValueAtTime(0.4, start + at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.2);
      tone.connect(loud).connect(audio.destination);
      tone.start(start + at);
      tone.stop(start + at + 0.21);
    }
  }
}
