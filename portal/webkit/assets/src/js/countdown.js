// Keeps "3 days 4 hours" right while a page stays open; when the time has come the page is asked for anew.
export function countdown() {
  const all = Array.from(document.querySelectorAll("[data-left]"));
  if (!all.length) return;
  const opened = Date.now();
  const say = (n, unit) => { const [one, more] = unit.split("|"); return `${n} ${n === 1 ? one : more}`; };
  const show = () => {
    for (const face of all) {
      const left = Number(face.dataset.left) - (Date.now() - opened) / 1000;
      if (left <= 0) { if (Number(face.dataset.left) > 0) location.reload(); return; }
      const minutes = Math.max(Math.floor(left / 60), 1);
      const [day, hour, minute] = face.dataset.units.split(",");
      const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24, parts = [];
      if (days) parts.push(say(days, day));
      if (hours) parts.push(say(hours, hour));
      if (!days && minutes % 60) parts.push(say(minutes % 60, minute));
      face.textContent = face.dataset.say.replace("%", parts.join(" "));
    }
  };
  setInterval(show, 15000);
}
