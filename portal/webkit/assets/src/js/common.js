// Everything here only adds comfort: pages work without it.
const on = (selector, type, act) => document.addEventListener(type, (event) => {
  const found = event.target.closest && event.target.closest(selector);
  if (found) act(found, event);
});

export function common() {
  document.documentElement.dataset.js = "yes";
  document.querySelectorAll("[data-print]").forEach((b) => { b.hidden = false; });
  if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((b) => { b.hidden = false; });
  on("[data-print]", "click", () => window.print());
  on("[data-copy]", "click", async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      const label = button.querySelector("span") || button;
      const before = label.textContent;
      label.textContent = button.dataset.copied || "✓";
      setTimeout(() => { label.textContent = before; }, 2000);
    } catch { /* the numbers stay on the page to be copied by hand */ }
  });
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
  document.querySelectorAll("textarea[data-max]").forEach(count);
  on("form[data-once]", "submit", (form) => {
    const button = form.querySelector("button[type=submit]");
    // A second press sends the same numbers; this only spares the upload.
    if (button) setTimeout(() => { button.disabled = true; setTimeout(() => { button.disabled = false; }, 15000); }, 0);
  });
}

function count(area) {
  const line = document.createElement("p");
  line.className = "count";
  const show = () => {
    const n = Array.from(area.value).length;
    line.textContent = `${n} / ${area.dataset.max}`;
    line.classList.toggle("over", n > Number(area.dataset.max));
  };
  area.addEventListener("input", show);
  area.after(line);
  show();
}
