// Every two seconds the letters and the clock's face are fetched; what is being typed stays.
const box = document.getElementById("live");
const face = document.getElementById("face");

const arrange = () => {
  const fresh = box.querySelector("template[data-face]");
  if (fresh) face.replaceChildren(fresh.content.cloneNode(true));
  if (navigator.clipboard) box.querySelectorAll("[data-copy]").forEach((b) => { b.hidden = false; });
};

const look = async (address) => {
  if (document.hidden) return "";
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.text() : "";
  } catch { return ""; /* the program is restarting: the next look will tell */ }
};

let before = "";
const letters = async () => {
  if (box.contains(document.activeElement)) return;
  const text = await look(box.dataset.live);
  if (!text || text === before) return;
  before = text;
  box.innerHTML = text;
  arrange();
};

// The codes of the accounts pass after thirty seconds.
const codes = async () => {
  const fresh = new DOMParser().parseFromString(await look(location.href), "text/html");
  fresh.querySelectorAll("[data-code]").forEach((code) => {
    document.querySelector(`[data-code="${CSS.escape(code.dataset.code)}"]`)?.replaceChildren(...code.childNodes);
  });
};

if (box) {
  arrange();
  setInterval(letters, 2000);
}
if (document.querySelector("[data-code]")) setInterval(codes, 5000);
