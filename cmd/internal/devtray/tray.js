// Every two seconds the letters and the clock's face are fetched; what is being typed stays.
const box = document.getElementById("live");
const face = document.getElementById("face");

const arrange = () => {
  const fresh = box.querySelector("template[data-face]");
  if (fresh) face.replaceChildren(fresh.content.cloneNode(true));
  if (navigator.clipboard) box.querySelectorAll("[data-copy]").forEach((b) => { b.hidden = false; });
};

let before = "";
const refresh = async () => {
  if (document.hidden || box.contains(document.activeElement)) return;
  try {
    const answer = await fetch(box.dataset.live);
    if (!answer.ok) return;
    const text = await answer.text();
    if (text === before) return;
    before = text;
    box.innerHTML = text;
    arrange();
  } catch { /* the program is restarting: the next look will tell */ }
};

arrange();
setInterval(refresh, 2000);
