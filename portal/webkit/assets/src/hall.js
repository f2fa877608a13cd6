// The screen turns by itself, and finds back when the network was gone: what stood there is not shown on, it may have been withdrawn.
const main = () => document.getElementById("main");
const again = 5000;
let address = main() && main().dataset.next;

const wait = () => (Number(main().dataset.stands) || 12) * 1000;

async function turn() {
  try {
    const answer = await fetch(address, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(8000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("main");
    if (!next || !next.dataset.next) throw new Error("no screen");
    if (stylesheet(page) !== stylesheet(document)) { location.replace(address); return; }
    document.title = page.title;
    main().replaceWith(next);
    document.querySelector(".hall-foot").replaceWith(page.querySelector(".hall-foot"));
    document.querySelector(".hall-head").replaceWith(page.querySelector(".hall-head"));
    clock();
    address = next.dataset.next;
    setTimeout(turn, wait());
  } catch {
    main().querySelectorAll("ul, p").forEach((part) => part.remove());
    const lost = document.querySelector("[data-lost]");
    if (lost) lost.hidden = false;
    setTimeout(turn, again);
  }
}

const stylesheet = (page) => page.querySelector("link[rel=stylesheet]").getAttribute("href");

let offset = 0;
function clock() {
  const face = document.querySelector("[data-clock]");
  if (face) offset = Number(face.dataset.clock) - Date.now();
}
function tick() {
  const face = document.querySelector("[data-clock]");
  if (!face) return;
  face.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "Asia/Shanghai", dateStyle: "long", timeStyle: "medium" }).format(new Date(Date.now() + offset));
}

if (address) {
  clock();
  tick();
  setInterval(tick, 1000);
  setTimeout(turn, wait());
}
